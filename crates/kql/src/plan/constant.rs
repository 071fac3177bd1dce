//! Literals to values.

use super::Constant;
use crate::tree::LiteralKind;

/// Ticks of 100 nanoseconds in each unit of a timespan literal, longest names first.
const UNITS: &[(&str, f64)] = &[
    ("microseconds", 10.0),
    ("microsecond", 10.0),
    ("milliseconds", 10_000.0),
    ("millisecond", 10_000.0),
    ("seconds", 10_000_000.0),
    ("second", 10_000_000.0),
    ("minutes", 600_000_000.0),
    ("minute", 600_000_000.0),
    ("hours", 36_000_000_000.0),
    ("hour", 36_000_000_000.0),
    ("days", 864_000_000_000.0),
    ("day", 864_000_000_000.0),
    ("ticks", 1.0),
    ("tick", 1.0),
    ("ms", 10_000.0),
    ("d", 864_000_000_000.0),
    ("h", 36_000_000_000.0),
    ("m", 600_000_000.0),
    ("s", 10_000_000.0),
];

/// The value of a literal that is no string.
pub(super) fn constant(kind: LiteralKind, text: &str) -> Constant {
    let inner = match text.split_once('(') {
        Some((_, rest)) => rest.strip_suffix(')').unwrap_or(rest).trim(),
        None => text,
    };
    if inner == "null" || inner.is_empty() {
        return Constant::Null;
    }
    let found = match kind {
        LiteralKind::Bool => match inner.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Constant::Bool(true)),
            "false" | "0" => Some(Constant::Bool(false)),
            _ => None,
        },
        LiteralKind::Int | LiteralKind::Long => integer(inner).map(Constant::Integer),
        LiteralKind::Real => inner.parse().ok().map(Constant::Real),
        LiteralKind::TimeSpan => timespan(inner).map(Constant::TimeSpan),
        LiteralKind::Decimal | LiteralKind::String | LiteralKind::DateTime | LiteralKind::Guid => None,
    };
    found.unwrap_or_else(|| Constant::Written(inner.to_owned()))
}

fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // The digits are the bits.
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
        None => text.parse().ok(),
    }
}

/// A number and a unit: `1.5h`.
fn timespan(text: &str) -> Option<i64> {
    let (number, ticks) =
        UNITS.iter().find_map(|(unit, ticks)| Some((text.strip_suffix(unit)?.trim(), *ticks)))?;
    let ticks = number.parse::<f64>().ok()? * ticks;
    // What is out of range stays as it is written.
    (ticks.abs() < i64::MAX as f64).then_some(ticks.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_the_value_that_they_are_written_for() {
        let cases = [
            (LiteralKind::Bool, "true", Constant::Bool(true)),
            (LiteralKind::Bool, "bool(False)", Constant::Bool(false)),
            (LiteralKind::Int, "int(-7)", Constant::Integer(-7)),
            (LiteralKind::Int, "int(null)", Constant::Null),
            (LiteralKind::Long, "0x10", Constant::Integer(16)),
            (LiteralKind::Long, "99999999999999999999", Constant::Written("99999999999999999999".into())),
            (LiteralKind::Real, "1.5", Constant::Real(1.5)),
            (LiteralKind::TimeSpan, "1h", Constant::TimeSpan(36_000_000_000)),
            (LiteralKind::TimeSpan, "1.5d", Constant::TimeSpan(1_296_000_000_000)),
            (LiteralKind::TimeSpan, "10ms", Constant::TimeSpan(100_000)),
            (LiteralKind::TimeSpan, "time(1.02:03:04)", Constant::Written("1.02:03:04".into())),
            (LiteralKind::DateTime, "datetime(2024-01-02)", Constant::Written("2024-01-02".into())),
        ];
        for (kind, text, value) in cases {
            assert_eq!(constant(kind, text), value, "{text}");
        }
    }
}
