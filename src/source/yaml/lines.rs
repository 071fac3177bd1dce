//! The lines of a file that cannot be read as a whole: which begin a key, which an item, and how far in.

use std::ops::Range;

/// A line that holds something besides a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins.
    pub(super) start: usize,
    /// Where its first character that is not blank is.
    pub(super) content: usize,
    /// Where its last character that is not blank ends.
    pub(super) content_end: usize,
    /// Where the next line begins.
    pub(super) end: usize,
}

impl Line {
    /// How far in it is, in characters; a tab is one.
    pub(super) fn indent(&self) -> usize {
        self.content - self.start
    }

    /// What it holds.
    pub(super) fn range(&self) -> Range<usize> {
        self.content..self.content_end
    }
}

/// The lines that begin within a range, without empty ones and comments.
pub(super) fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Line> + '_ {
    let mut next = range.start;
    std::iter::from_fn(move || {
        while next < range.end {
            let line = line_at(text, next, range.end);
            next = line.end;
            let content = &text[line.range()];
            if !content.is_empty() && !content.starts_with('#') {
                return Some(line);
            }
        }
        None
    })
}

fn line_at(text: &str, start: usize, limit: usize) -> Line {
    let end = text[start..limit].find('\n').map_or(limit, |at| start + at + 1);
    // A byte order mark at the start of the file takes no column.
    let start =
        if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(end) } else { start };
    let line = &text[start..end];
    let content = start + line.len() - line.trim_start_matches([' ', '\t']).len();
    let content_end = (start + line.trim_end().len()).max(content.min(end));
    Line { start, content: content.min(content_end), content_end, end }
}

/// What the line around a place holds, without the blanks on both sides.
pub(super) fn of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    line_at(text, start, text.len()).range()
}

/// The beginning of an entry of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The key.
    pub(super) name: String,
    /// Its place, without quotes.
    pub(super) place: Range<usize>,
    /// What is after its colon on the line, without a comment.
    pub(super) value: Range<usize>,
}

/// The key that a line begins with: in quotes, or made of letters, digits and what names have in them, so that lines of
/// text and of queries are not taken for keys.
pub(super) fn key(text: &str, line: Line) -> Option<Key> {
    let content = &text[line.range()];
    let (place, after) = match content.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = content[1..].find(quote)? + 1;
            (1..end, end + 1)
        }
        _ => {
            let end = content.match_indices(':').map(|(at, _)| at).find(|at| ends_key(&content[at + 1..]))?;
            let name = content[..end].trim_end();
            if !is_long_name(name) {
                return None;
            }
            (0..name.len(), end)
        }
    };
    let rest = content[after..].trim_start_matches([' ', '\t']).strip_prefix(':')?;
    if !ends_key(rest) {
        return None;
    }
    let value = rest.trim_start_matches([' ', '\t']);
    let start = line.content + content.len() - value.len();
    let value = without_comment(value);
    Some(Key {
        name: content[place.clone()].to_owned(),
        place: line.content + place.start..line.content + place.end,
        value: start..start + value.len(),
    })
}

fn ends_key(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])
}

/// Whether it could be a key of ours: one word.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'))
}

/// Whether it could be a key: some words, as the columns of a spreadsheet have them.
fn is_long_name(text: &str) -> bool {
    text == "<<"
        || text.len() <= 128
            && text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '/' | '#' | ' '))
}

/// `key` and `value` of a line `key:value`. What looks like a URL, a time or a drive is none.
pub(super) fn key_without_space(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_value = !value.is_empty() && !value.starts_with([' ', '\t', '/', '\\', ':']);
    (is_name(key) && is_value).then(|| (key, without_comment(value)))
}

/// Without a comment at its end, unless it begins with a quote.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    let end = match value.starts_with(['"', '\'']) {
        true => None,
        false => value.find(" #").or_else(|| value.find("\t#")),
    };
    value[..end.unwrap_or(value.len())].trim_end()
}

/// Whether a line begins an item of a list.
pub(super) fn is_item(text: &str, line: Line) -> bool {
    let content = &text[line.range()];
    content.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// Whether a value that begins on the line of its key is still open on the lines below, so that a line at the left edge
/// may be a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Openness {
    /// It has ended, or goes on only on lines further in.
    Closed,
    /// A block of text, which ends with the next key.
    Block,
    /// A text whose second quote has not come.
    Quote(char),
    /// Brackets that are not closed, and how many.
    Brackets(usize),
}

impl Openness {
    /// How a value is that begins so.
    pub(super) fn of(value: &str) -> Self {
        match value.chars().next() {
            Some('|' | '>') => Self::Block,
            Some(quote @ ('"' | '\'')) => Self::Quote(quote).then(&value[1..]),
            Some('[' | '{') => Self::Brackets(0).then(value),
            _ => Self::Closed,
        }
    }

    /// How it is after another line, or after the rest of the first.
    pub(super) fn then(self, line: &str) -> Self {
        match self {
            Self::Closed | Self::Block => self,
            Self::Quote(quote) => {
                let mut text = line.chars();
                while let Some(c) = text.next() {
                    match c {
                        '\\' if quote == '"' => drop(text.next()),
                        c if c == quote => return Self::Closed,
                        _ => {}
                    }
                }
                self
            }
            Self::Brackets(open) => {
                let opened = line.matches(['[', '{']).count();
                match (open + opened).saturating_sub(line.matches([']', '}']).count()) {
                    0 => Self::Closed,
                    open => Self::Brackets(open),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Line {
        lines(text, 0..text.len()).next().expect("a line")
    }

    #[test]
    fn a_key_is_told_from_a_line_of_text() {
        for (line, name, value) in [
            ("name: x", "name", "x"),
            ("  name : x # why", "name", "x"),
            ("name:", "name", ""),
            ("name: # why", "name", ""),
            ("\"a b\": 'x # y'", "a b", "'x # y'"),
            ("Display Name: x", "Display Name", "x"),
            ("a:b: c", "a:b", ""),
            ("größe: 1", "größe", "1"),
        ] {
            let found = key(line, first(line));
            match name {
                "a:b" => assert_eq!(found, None, "{line}"),
                _ => {
                    let found = found.expect(line);
                    assert_eq!(
                        (found.name.as_str(), &line[found.value], &line[found.place]),
                        (name, value, name)
                    );
                }
            }
        }
        for line in [
            "| where a == 'b: c'",
            "// todo: x",
            "let x = 1;",
            "http://example.com",
            "a:b",
            "- a: b",
            "{a: b}",
        ] {
            assert_eq!(key(line, first(line)), None, "{line}");
        }
    }

    #[test]
    fn a_key_without_a_space_is_none_of_a_time_or_an_address() {
        assert_eq!(key_without_space("severity:High # x"), Some(("severity", "High")));
        for line in ["http://x", "12:30", "a: b", "C:\\x", "a::b", "severity:"] {
            assert_eq!(key_without_space(line), None, "{line}");
        }
    }

    #[test]
    fn empty_lines_and_comments_are_left_out() {
        let text = "\u{feff}a\r\n\n  # b\n\t c \n";
        let found: Vec<_> =
            lines(text, 0..text.len()).map(|line| (line.indent(), &text[line.range()])).collect();
        assert_eq!(found, [(0, "a"), (2, "c")]);
    }
}
