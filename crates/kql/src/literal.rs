//! Literals: strings both ways, from text to a literal and back; timespans and dates from their text to ticks.

mod time;

pub(crate) use time::whole;
pub use time::{TICKS_PER_DAY, TICKS_PER_SECOND, datetime, timespan};

/// Turns any text into exactly one string literal, on one line, that decodes to the text again.
///
/// This is the only way in which a value from outside may reach a query. Quotes and backslashes are escaped, and so is
/// every character that a reader could take for something else or that ends a line for some program: controls, line and
/// paragraph separators, marks without width, and those that turn the direction of writing.
///
/// ```
/// assert_eq!(kql::literal::string("a\"b\\c\n"), r#""a\"b\\c\n""#);
/// ```
pub fn string(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_deceptive(character) => {
                // All of them lie in the basic plane, so that one unit of four digits holds them.
                out.push_str(&format!("\\u{:04X}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Controls, separators, marks without width and marks of direction.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}

/// The text that a string literal stands for; `None` where `token` is not one whole, closed, well-formed literal.
///
/// All forms are read: `"…"` and `'…'` with escapes, verbatim `@"…"`, obfuscated `h"…"`, and multi-line texts between
/// three back-ticks or tildes. The language counts in UTF-16: two `\u` escapes may form one character; half a pair
/// alone, which no Rust string can hold, becomes U+FFFD.
///
/// ```
/// assert_eq!(kql::literal::decode(r"h@'C:\x''y'").as_deref(), Some(r"C:\x'y"));
/// assert_eq!(kql::literal::decode(r#""open"#), None);
/// ```
pub fn decode(token: &str) -> Option<String> {
    let text = token.strip_prefix(['h', 'H']).unwrap_or(token);
    for mark in ["```", "~~~"] {
        if let Some(rest) = text.strip_prefix(mark) {
            // The first mark closes, so that a fourth back-tick at the end is outside.
            let end = rest.find(mark)?;
            return (end + mark.len() == rest.len()).then(|| rest[..end].to_owned());
        }
    }
    if let Some(quoted) = text.strip_prefix('@') {
        let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let body = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
        return decode_verbatim(body, quote);
    }
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let body = text.strip_prefix(quote)?.strip_suffix(quote)?;
    decode_escaped(body, quote)
}

/// Where each byte of the text that a string literal stands for is written: from and to which byte of `token`; `None`
/// for what [`decode`] refuses.
pub(crate) fn places(token: &str) -> Option<Vec<(usize, usize)>> {
    let text = decode(token)?;
    let prefix = token.len() - token.trim_start_matches(['h', 'H', '@']).len();
    let is_verbatim = token[..prefix].contains('@');
    let mark = if token[prefix..].starts_with(['`', '~']) { 3 } else { 1 };
    let escapes = mark == 1 && !is_verbatim;
    let mut places = Vec::with_capacity(text.len());
    let mut at = prefix + mark;
    for character in text.chars() {
        let rest = token.get(at..)?;
        let mut length = match rest.chars().next()? {
            '\\' if escapes => escape_length(rest)?,
            quote @ ('"' | '\'') if is_verbatim && rest[1..].starts_with(quote) => 2,
            written => written.len_utf8(),
        };
        // Two escapes of UTF-16 are one character.
        if character > '\u{ffff}' && rest.starts_with("\\u") {
            length += escape_length(&rest[length..])?;
        }
        places.extend(std::iter::repeat_n((at, at + length), character.len_utf8()));
        at += length;
    }
    Some(places)
}

fn decode_verbatim(body: &str, quote: char) -> Option<String> {
    if body.contains(['\r', '\n']) {
        return None;
    }
    let mut out = String::with_capacity(body.len());
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        if character == quote && characters.next() != Some(quote) {
            return None;
        }
        out.push(character);
    }
    Some(out)
}

fn decode_escaped(body: &str, quote: char) -> Option<String> {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    // The first half of a surrogate pair, waiting for the second.
    let mut high: Option<u32> = None;
    while let Some(character) = rest.chars().next() {
        let unit = match character {
            '\\' => {
                let length = escape_length(rest)?;
                let unit = escaped_unit(&rest[1..length]);
                rest = &rest[length..];
                unit
            }
            '\r' | '\n' => return None,
            _ if character == quote => return None,
            _ => {
                rest = &rest[character.len_utf8()..];
                u32::from(character)
            }
        };
        match (high.take(), unit) {
            (Some(first), 0xDC00..=0xDFFF) => {
                let joined = 0x10000 + ((first - 0xD800) << 10) + (unit - 0xDC00);
                out.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
                continue;
            }
            (Some(_), _) => out.push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match unit {
            0xD800..=0xDBFF => high = Some(unit),
            _ => out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
    if high.is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    Some(out)
}

/// The length in bytes of the escape at the start of `text`, its backslash counted; `None` where there is none.
pub(crate) fn escape_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let hexadecimal = |count: usize| {
        let digits = bytes.get(2..2 + count)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(2 + count)
    };
    match bytes.get(1)? {
        b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => Some(2),
        b'x' => hexadecimal(2),
        b'u' => hexadecimal(4),
        b'U' => hexadecimal(8),
        b'0'..=b'7' => {
            let digits = bytes[1..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
            Some(1 + digits.count())
        }
        _ => None,
    }
}

/// What a well-formed escape, its backslash taken off, stands for: a code point or half a surrogate pair.
fn escaped_unit(escape: &str) -> u32 {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    match escape.as_bytes()[0] {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => 0x0A,
        b'r' => 0x0D,
        b't' => 0x09,
        b'v' => 0x0B,
        b'x' | b'u' | b'U' => number(&escape[1..], 16),
        b'0'..=b'7' => number(escape, 8),
        other => u32::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(token: &str) -> String {
        decode(token).unwrap_or_else(|| panic!("{token} is a literal"))
    }

    #[test]
    fn every_escape_is_read() {
        assert_eq!(decoded(r#""\\ \' \" \a\b\f\n\r\t\v""#), "\\ ' \" \u{7}\u{8}\u{c}\n\r\t\u{b}");
        assert_eq!(decoded(r#"'\x41\u00e9\U0001F600\101\0'"#), "Aé😀A\0");
    }

    #[test]
    fn two_halves_of_a_pair_are_one_character() {
        assert_eq!(decoded(r#""\uD83D\uDE00""#), "😀");
        assert_eq!(decoded(r#""\uD83Dx\uDE00\uD83D""#), "\u{FFFD}x\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn verbatim_strings_double_their_quote_and_nothing_else() {
        assert_eq!(decoded(r#"@"C:\a""b""#), r#"C:\a"b"#);
        assert_eq!(decoded(r#"H@'it''s "x"'"#), r#"it's "x""#);
    }

    #[test]
    fn every_byte_of_a_text_knows_where_it_is_written() {
        for (token, written) in [
            (r#""a\\b""#, vec!["a", r"\\", "b"]),
            (r#"h@'a''\b'"#, vec!["a", "''", r"\", "b"]),
            (r#""\uD83D\uDE00x""#, vec![r"\uD83D\uDE00"; 4].into_iter().chain(["x"]).collect()),
            (r#""\U0001F600é""#, vec![r"\U0001F600"; 4].into_iter().chain(["é"; 2]).collect()),
            ("```a\n\"```", vec!["a", "\n", "\""]),
        ] {
            let places = places(token).expect("it is a literal");
            let found: Vec<&str> = places.iter().map(|(start, end)| &token[*start..*end]).collect();
            assert_eq!(found, written, "{token}");
        }
        assert_eq!(places("\"a"), None);
    }

    #[test]
    fn multi_line_texts_are_taken_as_they_are() {
        assert_eq!(decoded("```a\n\\b\"```"), "a\n\\b\"");
        assert_eq!(decoded("h~~~a```b~~~"), "a```b");
    }

    #[test]
    fn what_is_not_one_whole_literal_is_refused() {
        for token in [
            "",
            "\"",
            "\"a",
            "a\"",
            "\"a\"b\"",
            r#""\q""#,
            r#""\""#,
            "@\"a\"b\"",
            "@\"",
            "```a``",
            "```",
            "h",
            "\"a\nb\"",
            "abc",
            "\"a' ",
            "~~~a~~~b~~~",
            "```````",
            "\"é",
            "hé",
        ] {
            assert_eq!(decode(token), None, "{token}");
        }
    }

    #[test]
    fn what_could_deceive_a_reader_is_escaped() {
        assert_eq!(string("a\0\u{202e}\u{2028}é😀"), "\"a\\u0000\\u202E\\u2028é😀\"");
    }
}
