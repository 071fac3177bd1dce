//! Timespans and dates as literals and texts write them, in ticks.

use crate::date::days_of_month;

/// The ticks of a second. A tick is 100 nanoseconds.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// The ticks of a day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;

/// The ticks of a timespan of one of this unit (`d`, `hours`, `ms`, …); `None` for a word that is not a unit.
fn unit(word: &str) -> Option<f64> {
    const MINUTE: f64 = 60.0 * TICKS_PER_SECOND as f64;
    Some(match word {
        "d" | "day" | "days" => TICKS_PER_DAY as f64,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0 * MINUTE,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND as f64,
        "ms" | "milli" | "millis" | "millisec" | "millisecond" | "milliseconds" => 10_000.0,
        "micro" | "micros" | "microsec" | "microsecond" | "microseconds" => 10.0,
        "tick" | "ticks" => 1.0,
        "nano" | "nanos" | "nanosec" | "nanosecond" | "nanoseconds" => 0.01,
        _ => return None,
    })
}

/// The ticks of 100 nanoseconds of a timespan as KQL writes it: `1.5h`, `2 days`, `timespan(1d)`, `time("1.12:00:00")`,
/// `[-][d.]hh:mm[:ss[.f]]`, and a whole number of days as in `timespan(3)`. `None` for a text that is not one, for
/// `timespan(null)`, and for what does not fit 64 bits.
///
/// ```
/// use kql::literal::timespan;
/// assert_eq!(timespan("1.5h"), Some(54_000_000_000));
/// assert_eq!(timespan("timespan(1.12:00:00)"), timespan("36h"));
/// assert_eq!(timespan("soon"), None);
/// ```
pub fn timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some((word, inner)) = text.split_once('(') {
        if !matches!(word.trim(), "timespan" | "time") {
            return None;
        }
        let inner = inner.strip_suffix(')')?.trim();
        let quoted = inner.starts_with(['"', '\'', '@']).then(|| super::decode(inner));
        return match quoted {
            Some(text) => bare_timespan(&text?),
            None => bare_timespan(inner),
        };
    }
    bare_timespan(text)
}

fn bare_timespan(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.contains(':') {
        return clock(text);
    }
    let (sign, text) = signed(text);
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, word) = (text[..end].trim(), text[end..].trim());
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    // A number and nothing else is days.
    if word.is_empty() {
        return number.parse::<i64>().ok()?.checked_mul(TICKS_PER_DAY)?.checked_mul(sign);
    }
    whole(number.parse::<f64>().ok()? * unit(word)? * sign as f64)
}

/// `[-][d.]hh:mm[:ss[.f]]`
fn clock(text: &str) -> Option<i64> {
    let (sign, text) = signed(text);
    let mut parts = text.split(':');
    let hours = parts.next()?;
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let (days, hours, minutes) = (digits(days)?, digits(hours)?, digits(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), seconds)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 {
        return None;
    }
    let time = (hours * 3_600 + minutes * 60) * TICKS_PER_SECOND + seconds;
    days.checked_mul(TICKS_PER_DAY)?.checked_add(time)?.checked_mul(sign)
}

fn signed(text: &str) -> (i64, &str) {
    text.strip_prefix('-').map_or((1, text), |text| (-1, text))
}

/// A number of digits and nothing else.
fn digits(text: &str) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// The ticks of `ss[.f]`, less than a minute. What is finer than a tick is cut off.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = digits(whole).filter(|seconds| *seconds < 60)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.get(..7).unwrap_or(fraction);
    let ticks: i64 = format!("{fraction:0<7}").parse().ok()?;
    Some(whole * TICKS_PER_SECOND + ticks)
}

/// A number of ticks, where it fits 64 bits.
pub(crate) fn whole(ticks: f64) -> Option<i64> {
    (ticks.abs() < i64::MAX as f64).then_some(ticks.round() as i64)
}

/// A date as ticks of 100 nanoseconds since the first of January of the year 1, in UTC, as KQL keeps it:
/// `2024-12-31`, `2024-12-31 23:59[:59[.f]]`, with `T` or a space between, `Z` or an offset after it. The service reads
/// other forms, too, which are not known here: `None`, as for what is not a date.
///
/// ```
/// use kql::literal::datetime;
/// assert_eq!(datetime("0001-01-02"), Some(864_000_000_000));
/// assert_eq!(datetime("2024-01-01T01:00:00+01:00"), datetime("2024-01-01"));
/// ```
pub fn datetime(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let mut part = |length: usize| digits(parts.next().filter(|part| part.len() == length)?);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() || year == 0 || !(1..=12).contains(&month) {
        return None;
    }
    let (years, months) = (u32::try_from(year).ok()?, u32::try_from(month).ok()?);
    if !(1..=i64::from(days_of_month(years, months))).contains(&day) {
        return None;
    }
    let past = year - 1;
    let before: i64 = (1..months).map(|month| i64::from(days_of_month(years, month))).sum();
    let days = past * 365 + past / 4 - past / 100 + past / 400 + before + day - 1;
    (days * TICKS_PER_DAY).checked_add(time_of_day(time.trim())?)
}

/// `hh:mm[:ss[.f]]` with `Z` or an offset after it.
fn time_of_day(text: &str) -> Option<i64> {
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if text.is_empty() {
        return Some(0);
    }
    let (text, offset) = match text.rfind(['+', '-']) {
        Some(at) => {
            let offset = clock(&text[at + 1..])?;
            (&text[..at], if text[at..].starts_with('-') { -offset } else { offset })
        }
        None => (text, 0),
    };
    if text.contains('.') && !text.contains(':') {
        return None;
    }
    let has_days = text.split(':').next().is_some_and(|hours| hours.contains('.'));
    (!has_days).then(|| clock(text.trim()))?.map(|time| time - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * TICKS_PER_SECOND;

    #[test]
    fn timespans_are_read_as_kql_writes_them() {
        for (text, ticks) in [
            ("14d", 14 * TICKS_PER_DAY),
            ("1.5h", HOUR * 3 / 2),
            ("90min", HOUR * 3 / 2),
            ("10ms", 100_000),
            ("3micros", 30),
            ("250nanos", 3),
            ("7tick", 7),
            ("2 days", 2 * TICKS_PER_DAY),
            ("-1h", -HOUR),
            ("timespan(1d)", TICKS_PER_DAY),
            ("time('1.12:00:00')", 36 * HOUR),
            ("time(-1.12:00:00)", -36 * HOUR),
            ("02:30", HOUR * 5 / 2),
            ("00:00:01.25", 12_500_000),
            ("00:00:00.00000019", 1),
            ("timespan(3)", 3 * TICKS_PER_DAY),
        ] {
            assert_eq!(timespan(text), Some(ticks), "{text}");
        }
        for text in
            ["", "d", "1x", "timespan(", "a:b", "1:60", "24:00", "1:2:3:4", "null", "é", "long(1)", "inf d"]
        {
            assert_eq!(timespan(text), None, "{text}");
        }
        assert_eq!(timespan("99999999999d"), None, "what does not fit");
    }

    #[test]
    fn every_unit_of_the_lexer_has_a_length() {
        for word in crate::lexer::TIMESPAN_UNITS {
            assert!(unit(word).is_some(), "{word}");
        }
    }

    #[test]
    fn dates_are_ticks_since_the_first_day() {
        for (text, ticks) in [
            ("0001-01-01", 0),
            ("1970-01-01", 621_355_968_000_000_000),
            ("2024-03-01", 638_448_480_000_000_000),
            ("2024-02-29 12:00", 638_448_048_000_000_000),
            ("1970-01-01T00:00:00.0000001Z", 621_355_968_000_000_001),
            ("1970-01-01T02:00:00+02:00", 621_355_968_000_000_000),
            ("1969-12-31 22:00 -02:00", 621_355_968_000_000_000),
        ] {
            assert_eq!(datetime(text), Some(ticks), "{text}");
        }
        for text in [
            "",
            "null",
            "2023-02-29",
            "2024-13-01",
            "0000-01-01",
            "2024",
            "1/2/2024",
            "2024-01-01 25:00",
            "é",
        ] {
            assert_eq!(datetime(text), None, "{text}");
        }
    }
}
