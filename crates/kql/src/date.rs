//! Dates as a `datetime(…)` literal writes them, as far as needed to see that one cannot be.

/// What is impossible about a date of the form `2024-12-31`, with or without a time after it. Other forms, of which the
/// service reads many, are taken as they are.
pub(crate) fn impossible(text: &str) -> Option<String> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, parts.next());
    if !(1..=12).contains(&month) {
        return Some(format!("a year has no month {month}"));
    }
    if let Some(day) = day
        && let Some(day) = number(day, 2)
        && parts.next().is_none()
        && !(1..=days_of_month(year, month)).contains(&day)
    {
        return Some(format!("the month {month} of {year} has no day {day}"));
    }
    let mut parts = time.trim().split(':');
    let hour = number(parts.next()?, 2)?;
    if hour > 24 {
        return Some(format!("a day has no hour {hour}"));
    }
    let minute = number(parts.next()?, 2)?;
    (minute > 59).then(|| format!("an hour has no minute {minute}"))
}

/// A number of at most `digits` digits and nothing else.
fn number(text: &str, digits: usize) -> Option<u32> {
    let fits = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

pub(crate) fn days_of_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_no_calendar_has_are_seen() {
        for text in
            ["2020-13-45", "2023-02-29", "2024-04-31 10:00", "2024-01-01T25:00", "2024-01-01 10:61:00"]
        {
            assert!(impossible(text).is_some(), "{text}");
        }
    }

    #[test]
    fn dates_and_other_forms_are_taken() {
        for text in [
            "2024-02-29",
            "2024-12-31T23:59:59.9999999Z",
            "2024",
            "2024-05",
            "null",
            "12/31/2024",
            "",
            "31-12-2024",
            "2024-01-01 24:00",
            "Saturday, 01-Jan-24",
            "2024-01-01T10:00:00+01:00",
            "é",
        ] {
            assert_eq!(impossible(text), None, "{text}");
        }
    }
}
