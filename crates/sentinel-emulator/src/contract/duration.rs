//! Durations as the service reads and writes them: the XML Schema form of ISO 8601, without weeks; a day is 24
//! hours. Years and months, whose length varies, are refused.

use jiff::SignedDuration;
use jiff::fmt::temporal::SpanParser;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const MINUTE: i64 = 60;

/// Reads `P1DT2H`; `None` when it is not a duration.
pub(crate) fn read(text: &str) -> Option<SignedDuration> {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let span = SpanParser::new().parse_span(text).ok()?;
    if span.get_years() != 0 || span.get_months() != 0 || text.contains('W') {
        return None;
    }
    let days = i64::from(span.get_days()).checked_mul(DAY)?;
    let time = span.days(0);
    let time = SignedDuration::try_from(time).ok()?;
    time.checked_add(SignedDuration::from_secs(days))
}

/// Writes the shortest form: `P1D`, `PT5H`, `P2DT1H30M`, `PT0S`.
pub(crate) fn write(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let nanoseconds = duration.subsec_nanos().unsigned_abs();
    let (day, hour, minute) = (DAY.unsigned_abs(), HOUR.unsigned_abs(), MINUTE.unsigned_abs());
    let mut text = String::from(if duration.is_negative() { "-P" } else { "P" });
    if seconds >= day {
        text.push_str(&format!("{}D", seconds / day));
    }
    let mut time = String::new();
    for (size, of, unit) in [(hour, day, 'H'), (minute, hour, 'M')] {
        let count = seconds % of / size;
        if count > 0 {
            time.push_str(&format!("{count}{unit}"));
        }
    }
    let rest = seconds % minute;
    if nanoseconds > 0 {
        let fraction = format!("{nanoseconds:09}");
        time.push_str(&format!("{rest}.{}S", fraction.trim_end_matches('0')));
    } else if rest > 0 || (seconds == 0 && time.is_empty()) {
        time.push_str(&format!("{rest}S"));
    }
    if !time.is_empty() {
        text.push('T');
        text.push_str(&time);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_in_their_shortest_form() {
        for (given, written) in [
            ("PT24H", "P1D"),
            ("PT60M", "PT1H"),
            ("PT90M", "PT1H30M"),
            ("P2DT1H30M", "P2DT1H30M"),
            ("P14D", "P14D"),
            ("PT0S", "PT0S"),
            ("PT300S", "PT5M"),
            ("PT1.5S", "PT1.5S"),
            ("-PT5M", "-PT5M"),
        ] {
            assert_eq!(read(given).map(write).as_deref(), Some(written), "{given}");
        }
    }

    #[test]
    fn what_is_no_xml_duration_is_not_read() {
        for text in [
            "",
            "P",
            "PT",
            "1h",
            "5m",
            "PT5",
            "P1W",
            "P1M",
            "P1Y",
            "pt5m",
            "PT5M ",
            "01:00:00",
            "P99999999999D",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
