//! Constant values: of literals, and of what is computed from them before a query runs.

mod arithmetic;
mod function;

use std::sync::Arc;

use crate::literal;
use crate::tree::LiteralKind;

pub(crate) use arithmetic::{binary, negated};
pub(crate) use function::call;

/// The longest text and the longest array that is put together, in bytes and items; what is longer is not known.
const LONGEST: usize = 64 << 10;

/// A value that is known before the query runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// No value, of the type that the expression has.
    Null,
    /// A bool.
    Bool(bool),
    /// An int or long.
    Integer(i64),
    /// A real.
    Real(f64),
    /// A string.
    String(Arc<str>),
    /// A timespan in ticks of 100 nanoseconds.
    TimeSpan(i64),
    /// A datetime in UTC, in ticks of 100 nanoseconds since the first of January of the year 1.
    DateTime(i64),
    /// A time that depends on when the query runs, in ticks of 100 nanoseconds after that moment, negative before it:
    /// `ago(1d)` is -1 day. Where the two differ the time lies between them, as `startofday(ago(1d))` does. Literals never
    /// have such a value.
    FromNow {
        /// The earliest that it may be.
        earliest: i64,
        /// The latest that it may be.
        latest: i64,
    },
    /// A guid, its sixteen bytes in the order in which they are written.
    Guid(u128),
    /// A dynamic array.
    Array(Arc<[Constant]>),
    /// A decimal, and a number, timespan or datetime of a rare form: as it is written between the brackets.
    Written(Arc<str>),
}

impl Constant {
    /// The text, where it is a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Constant::String(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of an array; items that are something else are left out. `None` for what is not an array.
    pub fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Constant::Array(items) => Some(items.iter().filter_map(Constant::text).collect()),
            _ => None,
        }
    }

    /// The value of a literal that is not a string.
    pub(crate) fn of_literal(kind: LiteralKind, text: &str) -> Constant {
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
            LiteralKind::TimeSpan => literal::timespan(text).map(Constant::TimeSpan),
            LiteralKind::DateTime => literal::datetime(&unquoted(inner)).map(Constant::DateTime),
            LiteralKind::Guid => guid(&unquoted(inner)).map(Constant::Guid),
            LiteralKind::Decimal | LiteralKind::String => None,
        };
        found.unwrap_or_else(|| Constant::Written(Arc::from(inner)))
    }

    fn string(text: String) -> Option<Constant> {
        (text.len() <= LONGEST).then(|| Constant::String(Arc::from(text)))
    }
}

/// What quotes hold; a text without them as it is.
fn unquoted(text: &str) -> String {
    literal::decode(text).unwrap_or_else(|| text.to_owned())
}

fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // The digits are the bits.
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
        None => text.parse().ok(),
    }
}

/// `01234567-89ab-cdef-0123-456789abcdef`, the hyphens in their places or none at all.
fn guid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let hyphens: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let fits = digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (hyphens.is_empty() || hyphens == [8, 13, 18, 23]);
    fits.then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
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
            (LiteralKind::TimeSpan, "time(1.02:03:04)", Constant::TimeSpan(937_840_000_000)),
            (LiteralKind::TimeSpan, "timespan(null)", Constant::Null),
            (LiteralKind::DateTime, "datetime(2024-01-02)", Constant::DateTime(638_397_504_000_000_000)),
            (LiteralKind::DateTime, "datetime(Jan 2 2024)", Constant::Written("Jan 2 2024".into())),
            (LiteralKind::Decimal, "decimal(1.5)", Constant::Written("1.5".into())),
            (LiteralKind::Guid, "guid(00000000-0000-0000-0000-0000000000ff)", Constant::Guid(255)),
            (LiteralKind::Guid, "guid(ff)", Constant::Written("ff".into())),
        ];
        for (kind, text, value) in cases {
            assert_eq!(Constant::of_literal(kind, text), value, "{text}");
        }
    }
}
