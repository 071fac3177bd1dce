//! Functions of constants. `None` is what is not known.

use std::sync::Arc;

use super::{Constant, LONGEST};
use crate::literal::{self, TICKS_PER_DAY, TICKS_PER_SECOND};

/// What a function of the language gives for constants.
pub(crate) fn call(name: &str, arguments: &[Constant]) -> Option<Constant> {
    use Constant::{Bool, DateTime, FromNow, Integer, Real, String, TimeSpan};
    match (name, arguments) {
        ("now", []) => Some(FromNow { earliest: 0, latest: 0 }),
        ("now", [TimeSpan(ticks)]) => Some(FromNow { earliest: *ticks, latest: *ticks }),
        ("ago", [TimeSpan(ticks)]) => {
            let ticks = ticks.checked_neg()?;
            Some(FromNow { earliest: ticks, latest: ticks })
        }
        ("datetime_add", [String(part), Integer(number), time]) => moved(time, part, *number),
        ("totimespan", [value @ TimeSpan(_)]) | ("todatetime", [value @ (DateTime(_) | FromNow { .. })]) => {
            Some(value.clone())
        }
        ("totimespan", [String(text)]) => literal::timespan(text).map(TimeSpan),
        ("todatetime", [String(text)]) => literal::datetime(text).map(DateTime),
        ("tostring", [value]) => Constant::string(printed(value)?),
        ("strcat", parts) => {
            Constant::string(parts.iter().map(printed).collect::<Option<std::string::String>>()?)
        }
        ("tolower", [String(text)]) => Constant::string(text.to_lowercase()),
        ("toupper", [String(text)]) => Constant::string(text.to_uppercase()),
        ("toint" | "tolong", [Integer(number)]) => Some(Integer(*number)),
        ("toint", [String(text)]) => text.trim().parse::<i32>().ok().map(|number| Integer(number.into())),
        ("tolong", [String(text)]) => text.trim().parse().ok().map(Integer),
        ("toreal" | "todouble", [Integer(number)]) => Some(Real(*number as f64)),
        ("toreal" | "todouble", [Real(number)]) => Some(Real(*number)),
        ("not", [Bool(value)]) => Some(Bool(!value)),
        ("pack_array", items) if items.len() <= LONGEST => Some(Constant::Array(Arc::from(items))),
        ("todynamic" | "dynamic", [value @ Constant::Array(_)]) => Some(value.clone()),
        (_, [time, Integer(number)]) if name.starts_with("startof") || name.starts_with("endof") => {
            rounded(name, &moved(time, name.rsplit("of").next()?, *number)?, &[])
        }
        (_, [time, rest @ ..]) => rounded(name, time, rest),
        _ => None,
    }
}

/// A time moved by a number of parts. How long a month is depends on which it is.
fn moved(time: &Constant, part: &str, number: i64) -> Option<Constant> {
    let (shortest, longest) = match part.to_ascii_lowercase().as_str() {
        "year" => (365 * TICKS_PER_DAY, 366 * TICKS_PER_DAY),
        "quarter" => (89 * TICKS_PER_DAY, 92 * TICKS_PER_DAY),
        "month" => (28 * TICKS_PER_DAY, 31 * TICKS_PER_DAY),
        "week" => (7 * TICKS_PER_DAY, 7 * TICKS_PER_DAY),
        "day" => (TICKS_PER_DAY, TICKS_PER_DAY),
        "hour" => (3_600 * TICKS_PER_SECOND, 3_600 * TICKS_PER_SECOND),
        "minute" => (60 * TICKS_PER_SECOND, 60 * TICKS_PER_SECOND),
        "second" => (TICKS_PER_SECOND, TICKS_PER_SECOND),
        "millisecond" => (10_000, 10_000),
        "microsecond" => (10, 10),
        _ => return None,
    };
    let (one, other) = (shortest.checked_mul(number)?, longest.checked_mul(number)?);
    match time {
        Constant::FromNow { earliest, latest } => Some(Constant::FromNow {
            earliest: earliest.checked_add(one.min(other))?,
            latest: latest.checked_add(one.max(other))?,
        }),
        Constant::DateTime(ticks) if one == other => {
            Some(Constant::DateTime(ticks.checked_add(one).filter(|ticks| *ticks >= 0)?))
        }
        _ => None,
    }
}

/// A time cut to a whole number of something, or moved to the end of it: of a time that depends on now the two bounds
/// between which it lies.
fn rounded(name: &str, time: &Constant, rest: &[Constant]) -> Option<Constant> {
    let (back, forth) = match (name, rest) {
        ("startofday", []) => (TICKS_PER_DAY, 0),
        ("startofweek", []) => (7 * TICKS_PER_DAY, 0),
        ("startofmonth", []) => (31 * TICKS_PER_DAY, 0),
        ("startofyear", []) => (366 * TICKS_PER_DAY, 0),
        ("endofday", []) => (0, TICKS_PER_DAY),
        ("endofweek", []) => (0, 7 * TICKS_PER_DAY),
        ("endofmonth", []) => (0, 31 * TICKS_PER_DAY),
        ("endofyear", []) => (0, 366 * TICKS_PER_DAY),
        ("bin" | "floor", [Constant::TimeSpan(step)]) | ("bin_at", [Constant::TimeSpan(step), _])
            if *step > 0 =>
        {
            (*step, 0)
        }
        _ => return None,
    };
    match (time, name) {
        (Constant::FromNow { earliest, latest }, _) => Some(Constant::FromNow {
            earliest: earliest.checked_sub(back)?,
            latest: latest.checked_add(forth)?,
        }),
        (Constant::DateTime(ticks), "startofday" | "bin" | "floor") => {
            Some(Constant::DateTime(ticks.checked_sub(ticks.rem_euclid(back))?))
        }
        (Constant::TimeSpan(ticks), "bin" | "floor") => {
            Some(Constant::TimeSpan(ticks.checked_sub(ticks.rem_euclid(back))?))
        }
        _ => None,
    }
}

/// A value as `tostring` writes it, where that is sure.
fn printed(value: &Constant) -> Option<String> {
    match value {
        Constant::String(text) => Some(text.to_string()),
        Constant::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}
