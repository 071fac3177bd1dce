//! Durations as rule files and the API write them.

use std::fmt;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Serialize, Serializer};

/// A length of time in whole seconds, never negative.
///
/// Read from ISO 8601 (`PT1H`, `P14D`) or the shorthand of rule files (`5m`, `1h`, `14d`, `1h30m`); written as
/// ISO 8601 with whole days in front (`P1DT2H`), so that `PT24H` and `P1D` are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Neither ISO 8601 nor the shorthand.
    #[error("it is neither an ISO 8601 duration nor the shorthand")]
    Format,
    /// Months and years have no fixed length.
    #[error("months and years have no fixed length")]
    Calendar,
    /// Below zero, a fraction of a second, or more than a thousand years.
    #[error("it must be a whole number of seconds from 0 to a thousand years")]
    Range,
}

/// A thousand years, as a bound that keeps every sum far from overflow.
const MAX_SECONDS: i64 = 1000 * 366 * 86_400;

impl Duration {
    /// So many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// So many minutes.
    pub const fn from_minutes(minutes: u64) -> Self {
        Self(minutes * 60)
    }

    /// So many hours.
    pub const fn from_hours(hours: u64) -> Self {
        Self(hours * 3600)
    }

    /// So many days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Self(days * 86_400)
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// As a KQL timespan literal in the largest unit that holds it exactly: `14d`, `90m`.
    pub fn kql(self) -> String {
        for (unit, seconds) in [("d", 86_400), ("h", 3600), ("m", 60)] {
            if self.0 > 0 && self.0.is_multiple_of(seconds) {
                return format!("{}{unit}", self.0 / seconds);
            }
        }
        format!("{}s", self.0)
    }

    /// Reads ISO 8601 or the shorthand.
    ///
    /// # Errors
    /// [`DurationError`] when the text is no such duration.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let text = text.trim();
        let iso = text.starts_with(['P', 'p']);
        if !iso && !is_shorthand(text) {
            return Err(DurationError::Format);
        }
        let span: Span = text.to_ascii_lowercase().parse().map_err(|_| DurationError::Format)?;
        if span.get_months() != 0 || span.get_years() != 0 {
            return Err(DurationError::Calendar);
        }
        let length: SignedDuration =
            span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| DurationError::Range)?;
        if length.subsec_nanos() != 0 || !(0..=MAX_SECONDS).contains(&length.as_secs()) {
            return Err(DurationError::Range);
        }
        Ok(Self(length.as_secs().unsigned_abs()))
    }
}

/// Digits and the units d, h, m, s by turns, as in `1h30m`: the part of jiff's format that rule files use. Without
/// this, "24 hours ago" and words would pass as well.
fn is_shorthand(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 9 || !rest[digits..].starts_with(['d', 'h', 'm', 's', 'D', 'H', 'M', 'S'])
        {
            return false;
        }
        rest = &rest[digits + 1..];
    }
    !text.is_empty()
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.0 / 86_400, self.0 % 86_400);
        if self.0 == 0 {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if rest > 0 {
            f.write_str("T")?;
            for (unit, amount) in [('H', rest / 3600), ('M', rest / 60 % 60), ('S', rest % 60)] {
                if amount > 0 {
                    write!(f, "{amount}{unit}")?;
                }
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shorthand_and_iso_mean_the_same() {
        for (text, iso) in [
            ("5m", "PT5M"),
            ("1h", "PT1H"),
            ("14d", "P14D"),
            ("1D", "P1D"),
            ("1h30m", "PT1H30M"),
            ("PT24H", "P1D"),
            ("pt1h", "PT1H"),
            ("P1W", "P7D"),
            ("P2DT1H30M", "P2DT1H30M"),
            (" 1h ", "PT1H"),
        ] {
            assert_eq!(Duration::parse(text).map(|d| d.to_string()), Ok(iso.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        use DurationError::{Calendar, Format, Range};
        for (text, error) in [
            ("", Format),
            ("5", Format),
            ("1.5h", Format),
            ("24h with 4h bins", Format),
            ("one hour", Format),
            ("90 minutes", Format),
            ("1h ago", Format),
            ("P", Format),
            ("P1M", Calendar),
            ("P1Y", Calendar),
            ("-PT5M", Format),
            ("PT0.5S", Range),
            ("1000000d", Range),
        ] {
            assert_eq!(Duration::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 0u64..100_000_000) {
            let duration = Duration::from_seconds(seconds);
            prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
            prop_assert_eq!(Duration::parse(&duration.kql()), Ok(duration));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Duration::parse(&text);
            let _ = Duration::parse(&format!("P{text}"));
        }
    }
}
