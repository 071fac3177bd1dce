//! What a scalar is: text, or by its spelling something else.

use granit_parser::Tag;

use crate::source::{ScalarKind, ScalarStyle};

/// What a tag says of a scalar. Tags of other tools say nothing, and neither do those of lists and mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tagged {
    Nothing,
    Text,
    Null,
    Bool,
    Int,
    Float,
}

fn tagged(tag: Option<&Tag>) -> Tagged {
    let Some(tag) = tag else { return Tagged::Nothing };
    match tag.core_suffix() {
        Some("str") => Tagged::Text,
        Some("null") => Tagged::Null,
        Some("bool") => Tagged::Bool,
        Some("int") => Tagged::Int,
        Some("float") => Tagged::Float,
        Some(_) => Tagged::Nothing,
        None if tag.original() == "!" => Tagged::Text,
        None => Tagged::Nothing,
    }
}

/// The kind of a scalar.
///
/// # Errors
///
/// What its tag says that it is, where it is not.
pub(super) fn kind(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<ScalarKind, &'static str> {
    match tagged(tag) {
        Tagged::Nothing if style == ScalarStyle::Plain => Ok(plain(text)),
        Tagged::Nothing | Tagged::Text => Ok(ScalarKind::Text),
        Tagged::Null => Ok(ScalarKind::Null),
        Tagged::Bool => flag(trimmed(text)).map(ScalarKind::Bool).ok_or("true or false"),
        Tagged::Int => integer(trimmed(text)).ok_or("a whole number"),
        Tagged::Float => {
            let number = integer(trimmed(text)).map(|_| ScalarKind::Float);
            number.or_else(|| float(trimmed(text))).ok_or("a number")
        }
    }
}

/// What unquoted text is by its spelling. Words count as true or false as they did in YAML 1.1 (`yes`, `off`), since
/// that is what other tools make of them.
fn plain(text: &str) -> ScalarKind {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return ScalarKind::Null;
    }
    let text = trimmed(text);
    flag(text)
        .map(ScalarKind::Bool)
        .or_else(|| integer(text))
        .or_else(|| float(text))
        .unwrap_or(ScalarKind::Text)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

fn flag(text: &str) -> Option<bool> {
    let is_any = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_any(["true", "yes", "y", "on"]) {
        Some(true)
    } else if is_any(["false", "no", "n", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number; one of more than 64 bits counts as any other number. Digits after a leading zero are none, so that
/// `007` keeps its zeros.
fn integer(text: &str) -> Option<ScalarKind> {
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    let radix = match rest.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    let digits = if radix == 10 { rest } else { &rest[2..] };
    let has_leading_zero = radix == 10 && digits.len() > 1 && digits.starts_with('0');
    if has_leading_zero || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let sign = if sign == "-" { "-" } else { "" };
    Some(i64::from_str_radix(&format!("{sign}{digits}"), radix).map_or(ScalarKind::Float, ScalarKind::Int))
}

fn float(text: &str) -> Option<ScalarKind> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_named = matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN");
    // Rust reads words such as `inf` and `nan` as numbers too, YAML does not.
    let is_number =
        unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok();
    (is_named || is_number).then_some(ScalarKind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquoted_text_is_what_its_spelling_says() {
        use ScalarKind::*;
        for (text, kind) in [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("nULL", Text),
            ("yes", Bool(true)),
            ("OFF", Bool(false)),
            ("0", Int(0)),
            ("-12", Int(-12)),
            ("+3", Int(3)),
            ("1_000", Int(1000)),
            ("0x1F", Int(31)),
            ("0o17", Int(15)),
            ("0b11", Int(3)),
            ("9223372036854775807", Int(i64::MAX)),
            ("9223372036854775808", Float),
            ("99999999999999999999999999", Float),
            ("007", Float),
            ("1.10", Float),
            (".5", Float),
            ("1e5", Float),
            ("-.inf", Float),
            (".NaN", Float),
            ("inf", Text),
            ("nan", Text),
            ("1_", Text),
            ("1__0", Text),
            ("0x", Text),
            ("-", Text),
            ("1.2.3", Text),
            ("5m", Text),
            ("2024-01-01", Text),
            (".", Text),
        ] {
            assert_eq!(plain(text), kind, "{text:?}");
        }
    }
}
