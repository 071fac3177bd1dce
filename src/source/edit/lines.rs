//! Other lines in the place of a text.

use super::Change;
use crate::diagnostic::Span;
use crate::source::{Node, Scalar, ScalarStyle, Value};

/// How far a new block is indented from its key, in spaces.
const INDENT: usize = 2;

/// A text in whose place there are other lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Where the text begins.
    pub(super) start: usize,
    pub(super) change: Change,
    /// What the text is then.
    pub(super) value: String,
}

/// The lines in the place of a text; `None` where it stays as it is: one line that is not a block.
///
/// # Errors
///
/// Why the text stays as it is, where it is written in no way that can be followed.
pub(super) fn replace(
    source: &str,
    root: &Node,
    place: Span,
    lines: &str,
) -> Result<Option<Block>, &'static str> {
    let (key, scalar) = key_of(source, root, place)?;
    let (change, value) = match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded => block(source, &key, scalar, lines)?,
        _ if !lines.contains('\n') => return Ok(None),
        _ => line(source, &key, scalar, lines)?,
    };
    Ok(Some(Block { start: scalar.source.start, change, value }))
}

/// The key of a text.
struct Key {
    /// In spaces.
    indent: usize,
    /// Where what is after its colon begins.
    after: usize,
    /// Where its value begins, the header of a block included.
    value: usize,
}

/// The key of a text in the outermost mapping.
fn key_of<'a>(source: &str, root: &'a Node, place: Span) -> Result<(Key, &'a Scalar), &'static str> {
    const ELSEWHERE: &str = "its text is somewhere else than after its key";
    let Value::Mapping(entries) = &root.value else { return Err(ELSEWHERE) };
    let entry = entries.iter().find(|entry| entry.value.span == place).ok_or(ELSEWHERE)?;
    let Value::Scalar(scalar) = &entry.value.value else { return Err(ELSEWHERE) };
    let before = &source[..entry.key_span.start];
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}');
    if source[root.span.start..].starts_with('{') || line.bytes().any(|byte| byte != b' ') {
        return Err("its key is in braces or after something else on its line");
    }
    let after = &source[entry.key_span.end..];
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    let after = after.trim_start_matches([' ', '\t']).strip_prefix(':').ok_or(ELSEWHERE)?;
    let value = after.trim_start_matches([' ', '\t', '\r', '\n']);
    match value.chars().next() {
        Some('#') => Err("a comment is between its key and its text"),
        Some('&' | '*' | '!') => Err("its text has an anchor, an alias or a tag"),
        _ => {
            let (after, value) = (source.len() - after.len(), source.len() - value.len());
            Ok((Key { indent: line.len(), after, value }, scalar))
        }
    }
}

/// The line end of the line of a place, or else that of the first line.
fn line_end(source: &str, at: usize) -> &'static str {
    let here = source[at..].find('\n').map(|end| at + end).or_else(|| source.find('\n'));
    if here.is_some_and(|end| source[..end].ends_with('\r')) { "\r\n" } else { "\n" }
}

/// Lines with an indentation and line ends; an empty one stays empty.
fn indented(lines: &str, indent: usize, line_end: &str) -> String {
    let indent = " ".repeat(indent);
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{indent}{line}") };
    lines.split('\n').map(line).collect::<Vec<_>>().join(line_end)
}

/// The line ends at the end of a text, spaces between them left out.
fn final_line_ends(text: &str) -> String {
    text[text.trim_end().len()..].chars().filter(|c| *c == '\n').collect()
}

/// The lines of a block, from its header on.
fn block(source: &str, key: &Key, scalar: &Scalar, lines: &str) -> Result<(Change, String), &'static str> {
    const EMPTY: &str = "its block is empty";
    let header_end = source[key.value..].find('\n').map(|end| key.value + end + 1).ok_or(EMPTY)?;
    let header = &source[key.value + 1..header_end];
    let marks: String = header.chars().take_while(|c| c.is_ascii_digit() || "+-".contains(*c)).collect();
    let digit = marks.chars().find_map(|c| c.to_digit(10));
    let mut indent = digit.map(|digit| key.indent + digit as usize);
    // Where the last line ends, and what is after it within the block.
    let (mut end, mut after) = (header_end, header_end);
    for line in source[header_end..].split_inclusive('\n') {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            after += line.len();
            continue;
        }
        if blanks < *indent.get_or_insert(blanks) || blanks <= key.indent {
            break;
        }
        after += line.len();
        end = after;
    }
    let indent = indent.ok_or(EMPTY)?;
    if end == header_end {
        return Err(EMPTY);
    }
    let mut new = format!("|{header}");
    new.push_str(&indented(lines, indent, line_end(source, key.value)));
    let last = &source[..end];
    let last_end = if last.ends_with("\r\n") {
        "\r\n"
    } else if last.ends_with('\n') {
        "\n"
    } else {
        ""
    };
    new.push_str(last_end);
    // Of the lines after the last, spaces beyond the indentation would be a part of the text.
    for line in source[end..after].split_inclusive('\n') {
        let blanks = line.trim_end_matches(['\r', '\n']);
        new.push_str(if blanks.len() > indent { &line[blanks.len()..] } else { line });
    }
    let ends = final_line_ends(&scalar.text);
    let ends = match marks.contains('+') {
        true => ends.as_str(),
        false if marks.contains('-') => "",
        false => "\n",
    };
    Ok((Change { range: key.value..after, new }, format!("{lines}{ends}")))
}

/// A literal block in the place of a plain or quoted text.
fn line(source: &str, key: &Key, scalar: &Scalar, lines: &str) -> Result<(Change, String), &'static str> {
    let written = scalar.source;
    let end = written.start + source[written.start..written.end].trim_end().len();
    if written.start != key.value {
        return Err("where its text begins and ends is not known");
    }
    let rest = source[end..].split('\n').next().unwrap_or_default();
    let remark = rest.trim();
    if !(remark.is_empty() || remark.starts_with('#') && rest.starts_with([' ', '\t'])) {
        return Err("something else is on its line");
    }
    let before = &source[key.after..key.value];
    let before = if before.is_empty() || before.contains('\n') { " " } else { before };
    let ends = if final_line_ends(&scalar.text).is_empty() { "" } else { "\n" };
    let line_end = line_end(source, key.after);
    let mut new = format!("{before}|{}", if ends.is_empty() { "-" } else { "" });
    if !remark.is_empty() {
        new.push_str(rest.trim_end());
    }
    new.push_str(line_end);
    new.push_str(&indented(lines, key.indent + INDENT, line_end));
    let range = key.after..end + rest.trim_end_matches('\r').len();
    Ok((Change { range, new }, format!("{lines}{ends}")))
}
