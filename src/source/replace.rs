//! Other lines in the place of a text, with every other byte of the file kept.

use super::{Node, Text, Value, YAML_SYNTAX, parse};
use crate::diagnostic::{FileId, SourceMap, Span};

/// How far a new block is indented from its key, in blanks.
const INDENT: usize = 2;

/// The text of the file with other lines in the place of the text of a key of the outermost mapping; `None` where it stays
/// as it is: one line that stands in no block.
///
/// The lines of a block are replaced at its indentation, a folded one becomes a literal one, and a plain or quoted text
/// becomes a literal block. The line ends behind the text stay, those of a plain or quoted one as at most one. What would
/// come of it is read again: all but this text is what it was, and this text is the lines.
///
/// # Errors
///
/// Why the text stays as it is, in words, where it stands in no way that can be followed.
pub fn replace_lines(map: &SourceMap, text: &Text, lines: &str) -> Result<Option<String>, &'static str> {
    let file = text.span.file;
    let mut diagnostics = Vec::new();
    let root = parse(map, file, &mut diagnostics);
    if diagnostics.iter().any(|found| found.code == &YAML_SYNTAX) {
        return Err("the file is invalid YAML");
    }
    let source = map.file(file).text();
    let key = key_of(source, &root, text)?;
    let change = match source.as_bytes().get(key.value) {
        Some(b'|' | b'>') => block(source, &key, text, lines)?,
        Some(b'&' | b'*' | b'!') => return Err("its text has an anchor, an alias or a tag"),
        _ if lines.is_empty() || !lines.contains('\n') => return Ok(None),
        Some(_) => line(source, &key, text, lines)?,
        None => return Ok(None),
    };
    let replaced = [&source[..change.span.start], &change.new, &source[change.span.end..]].concat();
    if is_kept(map, file, (&root, text.span), &replaced, &change.value) {
        Ok(Some(replaced))
    } else {
        Err("what stands around its text would be read in another way")
    }
}

/// The key of a text.
struct Key {
    /// In blanks.
    indent: usize,
    /// Where what stands behind its colon begins.
    behind: usize,
    /// Where its value begins, an indicator of a block or an anchor included.
    value: usize,
}

/// What is replaced, and what is read of it.
struct Change {
    span: std::ops::Range<usize>,
    new: String,
    value: String,
}

fn key_of(source: &str, root: &Node, text: &Text) -> Result<Key, &'static str> {
    const ELSEWHERE: &str = "its text stands elsewhere than behind its key";
    let Value::Mapping(entries) = &root.value else { return Err(ELSEWHERE) };
    let entry = entries.iter().find(|entry| entry.value.span == text.span).ok_or(ELSEWHERE)?;
    let before = &source[..entry.key_span.start];
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start_matches('\u{feff}');
    if source[root.span.start..].starts_with('{') || line.bytes().any(|byte| byte != b' ') {
        return Err("its key stands in braces or behind something else on its line");
    }
    let behind = &source[entry.key_span.end..];
    let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    let behind = behind.trim_start_matches([' ', '\t']).strip_prefix(':').ok_or(ELSEWHERE)?;
    let value = behind.trim_start_matches([' ', '\t', '\r', '\n']);
    if value.starts_with('#') {
        return Err("a comment stands between its key and its text");
    }
    Ok(Key { indent: line.len(), behind: source.len() - behind.len(), value: source.len() - value.len() })
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

/// The line ends at the end of a text, blanks between them left out.
fn final_line_ends(text: &str) -> String {
    text[text.trim_end().len()..].chars().filter(|c| *c == '\n').collect()
}

/// The lines of a block, from its header on.
fn block(source: &str, key: &Key, text: &Text, lines: &str) -> Result<Change, &'static str> {
    const EMPTY: &str = "its block is empty";
    let header_end = source[key.value..].find('\n').map(|end| key.value + end + 1).ok_or(EMPTY)?;
    let header = &source[key.value + 1..header_end];
    let marks: String = header.chars().take_while(|c| c.is_ascii_digit() || "+-".contains(*c)).collect();
    let digit = marks.chars().find_map(|c| c.to_digit(10));
    let mut indent = digit.map(|digit| key.indent + digit as usize);
    // Where the last line ends, and what stands behind it within the block.
    let (mut end, mut behind) = (header_end, header_end);
    for line in source[header_end..].split_inclusive('\n') {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            behind += line.len();
            continue;
        }
        if blanks < *indent.get_or_insert(blanks) || blanks <= key.indent {
            break;
        }
        behind += line.len();
        end = behind;
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
    // Of the lines behind the last, blanks beyond the indentation would be a part of the text.
    for line in source[end..behind].split_inclusive('\n') {
        let blanks = line.trim_end_matches(['\r', '\n']);
        new.push_str(if blanks.len() > indent { &line[blanks.len()..] } else { line });
    }
    let ends = final_line_ends(text.as_str());
    let ends = match marks.contains('+') {
        true => ends.as_str(),
        false if marks.contains('-') => "",
        false => "\n",
    };
    Ok(Change { span: key.value..behind, new, value: format!("{lines}{ends}") })
}

/// A literal block in the place of a plain or quoted text.
fn line(source: &str, key: &Key, text: &Text, lines: &str) -> Result<Change, &'static str> {
    let written = text.scalar.source;
    let end = written.start + source[written.start..written.end].trim_end().len();
    if written.start != key.value {
        return Err("where its text begins and ends cannot be told");
    }
    let rest = source[end..].split('\n').next().unwrap_or_default();
    let remark = rest.trim();
    if !(remark.is_empty() || remark.starts_with('#') && rest.starts_with([' ', '\t'])) {
        return Err("something else stands on its line");
    }
    let before = &source[key.behind..key.value];
    let before = if before.is_empty() || before.contains('\n') { " " } else { before };
    let ends = if final_line_ends(text.as_str()).is_empty() { "" } else { "\n" };
    let line_end = line_end(source, key.behind);
    let mut new = format!("{before}|{}", if ends.is_empty() { "-" } else { "" });
    if !remark.is_empty() {
        new.push_str(rest.trim_end());
    }
    new.push_str(line_end);
    new.push_str(&indented(lines, key.indent + INDENT, line_end));
    let span = key.behind..end + rest.trim_end_matches('\r').len();
    Ok(Change { span, new, value: format!("{lines}{ends}") })
}

/// Whether a new text of the file says the same, but for one value.
fn is_kept(map: &SourceMap, file: FileId, old: (&Node, Span), new: &str, value: &str) -> bool {
    let codes = |map: &SourceMap, file| {
        let mut diagnostics = Vec::new();
        let root = parse(map, file, &mut diagnostics);
        (root, diagnostics.iter().map(|found| found.code.id).collect::<Vec<_>>())
    };
    let mut trial = SourceMap::new();
    let trial_file = trial.add(map.file(file).path(), new);
    let (_, before) = codes(map, file);
    let (root, after) = codes(&trial, trial_file);
    before == after && is_same(old.0, &root, old.1, value)
}

/// Whether two trees are the same but for their places, and for the value that stood at one of them.
fn is_same(old: &Node, new: &Node, changed: Span, value: &str) -> bool {
    match (&old.value, &new.value) {
        (Value::Scalar(old_scalar), Value::Scalar(new_scalar)) => {
            let expected = if old.span == changed { value } else { &old_scalar.text };
            old_scalar.kind == new_scalar.kind && new_scalar.text == expected
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new, changed, value))
        }
        (Value::Mapping(old), Value::Mapping(new)) => {
            old.len() == new.len()
                && old
                    .iter()
                    .zip(new)
                    .all(|(old, new)| old.key == new.key && is_same(&old.value, &new.value, changed, value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The file with other lines in the place of the text of the key `q`.
    fn replaced(file: &str, lines: &str) -> Result<Option<String>, &'static str> {
        let mut map = SourceMap::new();
        let id = map.add("a.yaml", file);
        let root = parse(&map, id, &mut Vec::new());
        let Value::Mapping(entries) = &root.value else { panic!("no mapping") };
        let entry = entries.iter().find(|entry| entry.key == "q").expect("a key q");
        replace_lines(&map, &Text::of(&entry.value).expect("a text"), lines)
    }

    #[test]
    fn a_block_keeps_its_header_indentation_and_what_stands_around_it() {
        for (old, new) in [
            ("a: 1\nq: |\n  x\n\n  y\n\n\nb: 1 # c\n", "a: 1\nq: |\n  T\n\n  | u\n\n\nb: 1 # c\n"),
            ("q: |- # why\n\n     x\nb: 1", "q: |- # why\n     T\n\n     | u\nb: 1"),
            ("q: |+\n x\n\n\n# c\nb: 1", "q: |+\n T\n\n | u\n\n\n# c\nb: 1"),
            ("q: |4-\n      x\n    y\nb: 1", "q: |4-\n    T\n\n    | u\nb: 1"),
            ("q: |2\n    x\n  # y\n # c\nb: 1", "q: |2\n  T\n\n  | u\n # c\nb: 1"),
            ("q: >+2 # c\n    x\n  y\n", "q: |+2 # c\n  T\n\n  | u\n"),
            ("\u{feff}q: |\r\n  x\r\n\r\nb: 1\r\n", "\u{feff}q: |\r\n  T\r\n\r\n  | u\r\n\r\nb: 1\r\n"),
            ("q: |\n  x", "q: |\n  T\n\n  | u"),
            ("q: |\n  x\n     \nb: 1", "q: |\n  T\n\n  | u\n\nb: 1"),
            ("\"q\" : |\n  x\n", "\"q\" : |\n  T\n\n  | u\n"),
            ("  q: |\n    x\n  b: 1\n", "  q: |\n    T\n\n    | u\n  b: 1\n"),
            ("q:\n  |\n  x\nb: 1\n", "q:\n  |\n  T\n\n  | u\nb: 1\n"),
        ] {
            assert_eq!(replaced(old, "T\n\n| u"), Ok(Some(new.to_owned())), "{old:?}");
        }
        assert_eq!(replaced("q: |\n  x  y\n", "x y"), Ok(Some("q: |\n  x y\n".to_owned())));
    }

    #[test]
    fn a_plain_or_quoted_text_becomes_a_block_and_one_line_stays() {
        for (old, new) in [
            ("q: x | y\nb: 1\n", "q: |-\n  T\n  | u\nb: 1\n"),
            ("q: 'x' # why\n\nb: 1\n", "q: |- # why\n  T\n  | u\n\nb: 1\n"),
            ("q: \"x\\n y\\n\"\t \r\nb: 1\r\n", "q: |\r\n  T\r\n  | u\r\nb: 1\r\n"),
            ("q: x\n   y\n\n   z # c\nb: 1", "q: |- # c\n  T\n  | u\nb: 1"),
            ("q: \"x \\\n   y\"", "q: |-\n  T\n  | u"),
            ("q:\n  'x\n\n  y\n  '\nb: 1\n", "q: |-\n  T\n  | u\nb: 1\n"),
            ("  b: 1\n  q: x y", "  b: 1\n  q: |-\n    T\n    | u"),
        ] {
            assert_eq!(replaced(old, "T\n| u"), Ok(Some(new.to_owned())), "{old:?}");
            assert_eq!(replaced(old, "T"), Ok(None), "{old:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_left_alone() {
        for text in [
            "{q: 'x'}",
            "{\n  q: 'x'\n}",
            "q: &a |\n  x\n",
            "q: !!str x",
            "b: &a x\nq: *a",
            "q: # c\n  x",
            "? q\n: x",
            "q: x\n     # a comment that would be a part of the block\nb: 1",
            "b: &a\n  q: |\n    x\n<<: *a\n",
            "q: |\n",
        ] {
            assert!(replaced(text, "T\n| u").is_err(), "{text:?}: {:?}", replaced(text, "T\n| u"));
        }
        assert!(replaced("q: x", "T\u{7}\n| u").is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_again_is_the_lines_or_nothing_changed(
            header in "[|>'\"a&!]{0,2}[-+1-4]{0,2}( #)?",
            body in "( {0,3}[a#:'\"é\t]{0,3}\r?\n){0,5}",
            lines in "[a#:|'\"é]{1,4}(\n[ a#:|'\"é\t]{0,4}){0,3}[a#]",
        ) {
            let file = format!("a: 1\nq: {header}\n{body}b: 1\n");
            let mut map = SourceMap::new();
            let id = map.add("a.yaml", &*file);
            let Node { value: Value::Mapping(entries), .. } = parse(&map, id, &mut Vec::new()) else {
                return Ok(());
            };
            let Some(text) = entries.get(1).filter(|entry| entry.key == "q").and_then(|q| Text::of(&q.value)) else {
                return Ok(());
            };
            if let Ok(Some(new)) = replace_lines(&map, &text, &lines) {
                prop_assert!(new.starts_with("a: 1\nq:") && new.ends_with("b: 1\n"));
                let again = map.add("b.yaml", new);
                let Node { value: Value::Mapping(entries), .. } = parse(&map, again, &mut Vec::new()) else {
                    panic!("no mapping");
                };
                let text = Text::of(&entries[1].value).unwrap();
                prop_assert_eq!(text.trim_end_matches('\n'), lines);
            }
        }
    }
}
