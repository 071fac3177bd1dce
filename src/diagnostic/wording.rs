//! How messages name values and lengths.

use super::{Code, Diagnostic, Span, nearest};

/// Where a text passes a number of UTF-16 units, in bytes, and how many it has; `None` where it does not pass it. A
/// line's end counts once, as queries are deployed with LF.
pub(crate) fn past_units(text: &str, most: usize) -> Option<(usize, usize)> {
    // No text is longer in UTF-16 than in UTF-8.
    if text.len() <= most {
        return None;
    }
    let mut units = 0;
    let mut place = None;
    for (at, c) in text.char_indices() {
        if c == '\r' && text[at + 1..].starts_with('\n') {
            continue;
        }
        units += c.len_utf16();
        if units > most && place.is_none() {
            place = Some(at);
        }
    }
    place.map(|at| (at, units))
}

/// `"allowed: A, B, C"`.
pub(crate) fn allowed(values: &[&str]) -> String {
    format!("allowed: {}", values.join(", "))
}

/// A complaint about a word that is none of `values`: they stand in the label, the nearest in the help.
pub(crate) fn none_of(
    code: &'static Code,
    span: Span,
    message: String,
    word: &str,
    values: &[&str],
) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, span, message).label(allowed(values));
    match nearest(word, values.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("use one of the allowed values"),
    }
}

/// `"1 placeholder"`, `"4 placeholders"`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with commas between its thousands.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `"`a`, `b` and `c`"`.
pub(crate) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [most @ .., last] => format!("`{}` and `{last}`", most.join("`, `")),
    }
}

/// A text in a sentence: in back-ticks, or named where there is nothing to show.
pub(crate) fn quoted(text: &str) -> String {
    if text.trim().is_empty() { "an empty text".to_owned() } else { format!("`{}`", shown(text)) }
}

/// A text for a message: cut where it is long, on one line.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let line: String = text.chars().take(MOST + 1).map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_read_as_people_write_them() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(256), "256");
        assert_eq!(grouped(10_000), "10,000");
        assert_eq!(grouped(3_800_000), "3,800,000");
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(count(1, "rule"), "1 rule");
    }

    #[test]
    fn a_length_counts_utf16_units_and_a_line_end_once() {
        assert_eq!(past_units("a𝄞\r\nb", 5), None);
        assert_eq!(past_units("a𝄞\r\nbc", 5), Some((8, 6)));
        assert_eq!(past_units("a𝄞", 2), Some((1, 3)));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shown(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
        assert_eq!(shown("a\nb"), "a b");
    }
}
