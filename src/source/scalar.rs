//! Scalars, and the way from an offset in the decoded text to the bytes of the file.

use std::ops::Range;
use std::sync::OnceLock;

use crate::diagnostic::{SourceMap, Span};

/// A single value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// How YAML reads it.
    pub kind: ScalarKind,
    /// For text the decoded value; for anything else the characters as they stand in the file (`1.10`, `yes`).
    pub text: String,
    /// How it is written.
    pub style: ScalarStyle,
    /// The place of the value itself: for an alias, at its anchor; for a block scalar, from its first character to its
    /// end, without the header.
    pub(super) source: Span,
    /// The way to the file, once somebody asked for it.
    pub(super) offsets: Offsets,
}

/// For each byte of a decoded text, and one past it, the offset in the file; worked out when it is first asked for, since
/// a long query may have many places to tell. Says nothing of the value, and so is equal to any other.
#[derive(Debug, Clone, Default)]
pub(super) struct Offsets(OnceLock<Option<Vec<usize>>>);

impl PartialEq for Offsets {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How YAML reads a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScalarKind {
    /// `~`, `null`, or nothing.
    Null,
    /// `true`, `no`, ...
    Bool(bool),
    /// A whole number in 64 bits.
    Int(i64),
    /// Any other number.
    Float,
    /// Text.
    Text,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}

/// A style, with what leads through its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A literal or folded block with the indentation of its content in bytes.
    Block {
        indent: usize,
    },
}

impl Scalar {
    /// The bytes of the file that hold `range` of [`Scalar::text`]; the whole value where they cannot be told.
    pub fn locate(&self, map: &SourceMap, range: Range<usize>) -> Span {
        let file = self.source.file;
        let text = map.file(file).text();
        let Some(offsets) = self.offsets.0.get_or_init(|| self.offsets(text)) else {
            return self.source;
        };
        let at = |decoded: usize| offsets[decoded.min(offsets.len() - 1)];
        let start = at(range.start);
        let end = if range.end > range.start {
            // The end of the last character, so that a range that ends a line does not reach into the next.
            let last = (range.start..range.end.min(self.text.len()))
                .rev()
                .find(|at| self.text.is_char_boundary(*at))
                .unwrap_or(range.start);
            let width = text[at(last)..].chars().next().map_or(0, char::len_utf8);
            if self.text[last..].starts_with(['\n', ' ']) { at(last).max(start) } else { at(last) + width }
        } else {
            start
        };
        Span::new(file, start, end.max(start))
    }

    /// For each byte of the decoded text, and one past it, the offset in the file. `None` when the walk below does
    /// not arrive at the library's value, so that a place is coarse rather than wrong.
    pub(super) fn offsets(&self, text: &str) -> Option<Vec<usize>> {
        let style = self.style(text);
        let mut raw = match style {
            Style::Plain => self.source.start,
            Style::SingleQuoted | Style::DoubleQuoted => self.source.start + 1,
            Style::Block { indent } => self.source.start - indent,
        };
        let mut offsets = Vec::with_capacity(self.text.len() + 1);
        let mut decoded = self.text.chars().peekable();
        if let Style::Block { indent } = style {
            // Empty lines before the first content line.
            while decoded.peek() == Some(&'\n') && text.as_bytes().get(raw) != Some(&b'\n') {
                offsets.push(raw);
                decoded.next();
            }
            raw += indent;
        }
        while let Some(&expected) = decoded.peek() {
            let at = raw;
            // A block that ends with the file, and without a line break, is read as if it had one.
            if raw == text.len() && matches!(style, Style::Block { .. }) {
                decoded.next_if_eq(&'\n')?;
                offsets.push(at);
                continue;
            }
            if let Some((breaks, next)) = line_breaks(text, raw, style) {
                let mut taken = 0;
                while taken < breaks && decoded.next_if_eq(&'\n').is_some() {
                    offsets.push(at);
                    taken += 1;
                }
                if taken == 0 {
                    decoded.next_if_eq(&' ')?;
                    offsets.push(at);
                }
                raw = next;
                continue;
            }
            let (found, next) = match style {
                Style::DoubleQuoted if text[raw..].starts_with('\\') => match escape(text, raw)? {
                    (Some(found), next) => (found, next),
                    (None, next) => {
                        raw = next;
                        continue;
                    }
                },
                Style::SingleQuoted if text[raw..].starts_with("''") => ('\'', raw + 2),
                _ => {
                    let found = text[raw..].chars().next()?;
                    (found, raw + found.len_utf8())
                }
            };
            if found != expected {
                return None;
            }
            offsets.extend(std::iter::repeat_n(at, expected.len_utf8()));
            decoded.next();
            raw = next;
        }
        offsets.push(raw.min(text.len()));
        Some(offsets)
    }

    fn style(&self, text: &str) -> Style {
        match self.style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = self.source.start;
                Style::Block { indent: start - text[..start].rfind('\n').map_or(0, |at| at + 1) }
            }
        }
    }
}

/// The line breaks that begin at `at`, if any, and where the text goes on behind them.
fn line_breaks(text: &str, at: usize, style: Style) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let blanks = |from: usize| bytes[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let line_break = |from: usize| match bytes.get(from..) {
        Some([b'\r', b'\n', ..]) => Some(2),
        Some([b'\n' | b'\r', ..]) => Some(1),
        _ => None,
    };
    let indent = match style {
        Style::Block { indent } => Some(indent),
        _ => None,
    };
    // In flow styles the blanks before a line break fall away with it.
    let first = if indent.is_some() { at } else { at + blanks(at) };
    let mut next = first + line_break(first)?;
    let mut breaks = 1;
    loop {
        let here = blanks(next);
        match (line_break(next + here), indent) {
            // In a block, blanks beyond the indentation are content, on an otherwise empty line too.
            (Some(width), Some(indent)) if here <= indent => next += here + width,
            (Some(width), None) => next += here + width,
            (_, Some(indent)) => return Some((breaks, next + here.min(indent))),
            (None, None) => return Some((breaks, next + here)),
        }
        breaks += 1;
    }
}

/// The character of an escape in a double-quoted scalar (none for an escaped line break), and where it ends.
fn escape(text: &str, at: usize) -> Option<(Option<char>, usize)> {
    let rest = &text[at + 1..];
    let letter = rest.chars().next()?;
    let end = at + 1 + letter.len_utf8();
    let hex = |digits: usize| {
        let code = u32::from_str_radix(text.get(end..end + digits)?, 16).ok()?;
        Some((Some(char::from_u32(code)?), end + digits))
    };
    let found = match letter {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        ' ' | '"' | '/' | '\\' => letter,
        'x' => return hex(2),
        'u' => return hex(4),
        'U' => return hex(8),
        '\r' | '\n' => {
            let (_, next) = line_breaks(text, at + 1, Style::DoubleQuoted)?;
            return Some((None, next));
        }
        _ => return None,
    };
    Some((Some(found), end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Value, parse};
    use super::*;

    /// The file's bytes for each occurrence of `word` in the value of the first key.
    fn located(text: &str, word: &str) -> Vec<(usize, String)> {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", text);
        let node = parse(&map, file, &mut Vec::new());
        let Value::Mapping(entries) = &node.value else { panic!("no mapping") };
        let Value::Scalar(scalar) = &entries[0].value.value else { panic!("no scalar") };
        scalar
            .text
            .match_indices(word)
            .map(|(at, _)| {
                let span = scalar.locate(&map, at..at + word.len());
                (map.location(span).line, map.text(span).to_owned())
            })
            .collect()
    }

    #[test]
    fn a_word_in_any_style_of_scalar_is_found_in_the_file() {
        for text in [
            "q: |\n  a\n    b é\n\n  | take x\n",
            "q: |\r\n  a\r\n    b é\r\n\r\n  | take x\r\n",
            "q: |-   # why\n\n\n  a\n  | take x\n",
            "q: |2\n    a\n  | take x\n",
            "q: >\n  a\n  b\n\n   c\n  d\n  | take x\n",
            "q: \"a \\\"é\\\" \\u00e9\\n\n   b \\\n   | take x\"\n",
            "q: 'it''s\n\n   b | take x'\n",
            "q: a b\n   c | take x\n",
            "q: take x",
            "q: |\n  a\n  | take x",
            "q: >\r\n  a\r\n  | take x",
        ] {
            let found = located(text, "take x");
            let line = text.lines().position(|line| line.contains("take x")).unwrap() + 1;
            assert_eq!(found, [(line, "take x".to_owned())], "{text:?}");
        }
    }

    #[test]
    fn a_range_over_a_line_break_ends_where_its_last_line_does() {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", "q: |\n  one\n  two\n");
        let node = parse(&map, file, &mut Vec::new());
        let Value::Mapping(entries) = &node.value else { panic!() };
        let Value::Scalar(scalar) = &entries[0].value.value else { panic!() };
        assert_eq!(map.text(scalar.locate(&map, 0..7)), "one\n  two");
        assert_eq!(map.text(scalar.locate(&map, 0..4)), "one");
        assert_eq!(map.text(scalar.locate(&map, 8..8)), "");
    }

    proptest! {
        #[test]
        fn every_line_of_a_literal_block_is_found(lines in proptest::collection::vec("[a-z|é ]{0,8}[a-z]", 1..8), crlf: bool) {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = format!("q: |{end}");
            for (i, line) in lines.iter().enumerate() {
                // The first line sets the indentation, so it must not begin with a blank.
                let line = if i == 0 { line.trim_start() } else { line };
                text += &format!("   {line}<{i}>{end}");
            }
            for i in 0..lines.len() {
                let word = format!("<{i}>");
                prop_assert_eq!(located(&text, &word), vec![(i + 2, word)]);
            }
        }

        #[test]
        fn a_folded_block_never_leads_astray(text in "( {0,3}[a-z]{1,4}\n|\n){0,8}") {
            let file = format!("q: >\n{}", text.lines().map(|l| format!("  {l}\n")).collect::<String>());
            let mut map = SourceMap::new();
            let id = map.add("a.yaml", file.clone());
            let node = parse(&map, id, &mut Vec::new());
            if let Value::Mapping(entries) = &node.value
                && let Value::Scalar(scalar) = &entries[0].value.value
                && let Some(offsets) = scalar.offsets(&file)
            {
                for (at, c) in scalar.text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
                    prop_assert!(file[offsets[at]..].starts_with(c));
                }
            }
        }
    }
}
