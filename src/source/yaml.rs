//! YAML text to a tree of [`Node`]s, by serde-saphyr.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Options, Spanned};

use super::{DUPLICATE_KEY, Entry, Node, Scalar, ScalarKind, Value, YAML_SYNTAX};
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};

/// How deep a file may nest. Real rule files nest 6 deep.
const MAX_DEPTH: usize = 64;

/// Reads a YAML or JSON file of the map as a tree.
///
/// `None` when the text is no YAML, with the diagnostic that says so; duplicate keys are reported and kept.
pub fn parse(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let text = map.file(file).text();
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => {
            let mut builder = Builder { file, text, diagnostics };
            Some(builder.node(raw))
        }
        Err(error) => {
            diagnostics.push(syntax_error(map, file, &error));
            None
        }
    }
}

fn options() -> Options {
    let mut options = Options::default();
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    if let Some(budget) = &mut options.budget {
        budget.max_depth = MAX_DEPTH;
    }
    options
}

fn syntax_error(map: &SourceMap, file: FileId, error: &serde_saphyr::Error) -> Diagnostic {
    let text = map.file(file).text();
    let message = error.without_snippet().to_string();
    // The library ends its message with the place, which the diagnostic shows by itself.
    let message = message.split(" at line ").next().unwrap_or(&message).trim();
    let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or(message);
    let mut start = error.location().map_or(0, |location| offset(text, &location));
    // Of a text that begins with a tab the library shows the head, one line above.
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
    let blanks = text[line_end..].len() - text[line_end..].trim_start_matches(' ').len();
    if !text[start..line_end].contains('\t') && text[line_end + blanks..].starts_with('\t') {
        start = line_end + blanks;
    }
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    let mut diagnostic =
        Diagnostic::new(&YAML_SYNTAX, Span::new(file, start, end), format!("the file is no YAML: {message}"));
    if let Some(help) = advice(text, start, message) {
        diagnostic = diagnostic.help(help);
    }
    diagnostic
}

/// What to do about the mistakes that rule files have most.
fn advice(text: &str, start: usize, message: &str) -> Option<&'static str> {
    let line = text[start..].lines().next().unwrap_or_default();
    let before = text[..start].lines().rev().map(str::trim_end);
    if line.contains('\t') {
        return Some("YAML allows no tabs for indentation: replace each with blanks");
    }
    let is_brace = text[..start].ends_with('{') || line.starts_with('{');
    if is_brace && message.contains("scalar") {
        return Some("a text that begins with `{` stands in quotes: \"{{Column}}\"");
    }
    let starts_line = start == 0 || text[..start].ends_with('\n');
    // The text may have begun further in.
    let mut above = before.skip_while(|line| line.is_empty() || line.starts_with(' '));
    let is_head = above
        .next()
        .is_some_and(|line| [": |", ": >", ": |-", ": >-"].iter().any(|head| line.ends_with(head)));
    (starts_line && is_head)
        .then_some("the lines of a text stand further in than its key: put two blanks before each")
}

/// The byte offset of a location; where the library gives only line and column, counted from these.
fn offset(text: &str, location: &Location) -> usize {
    let offset = location.span().byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or_else(|| {
        let line = usize::try_from(location.line()).unwrap_or(1).max(1);
        let column = usize::try_from(location.column()).unwrap_or(1).max(1);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = &text[start..];
        let within = rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at);
        start + within
    });
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn span(&self, location: &Location) -> Span {
        let start = offset(self.text, location);
        let len = location.span().byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
        let mut end = (start + len).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        Span::new(self.file, start, end)
    }

    fn node(&mut self, raw: Spanned<Raw>) -> Node {
        let span = self.span(&raw.referenced);
        let value = match raw.value {
            Raw::Sequence(items) => Value::Sequence(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Mapping(entries) => Value::Mapping(self.entries(entries)),
            Raw::Scalar(kind, text) => {
                let source = self.span(&raw.defined);
                let written = self.text.get(source.start..source.end).unwrap_or_default();
                let text = match kind {
                    ScalarKind::Text => text,
                    _ => written.trim().to_owned(),
                };
                Value::Scalar(Scalar { kind, text, source, offsets: super::scalar::Offsets::default() })
            }
        };
        Node { span, value }
    }

    fn entries(&mut self, raw: Vec<(Spanned<Key>, Spanned<Raw>)>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
        for (key, value) in raw {
            let key_span = self.span(&key.referenced);
            let key = key.value.0;
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                self.diagnostics.push(
                    Diagnostic::new(&DUPLICATE_KEY, key_span, format!("the key `{key}` stands twice"))
                        .related(first.key_span, "the first one")
                        .help("keep one of the two"),
                );
            }
            let value = self.node(value);
            entries.push(Entry { key, key_span, value });
        }
        entries
    }
}

/// What the library hands over, before places are worked out.
enum Raw {
    Scalar(ScalarKind, String),
    Sequence(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<Key>, Spanned<Raw>)>),
}

/// A mapping's key: any scalar, as text.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Key)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Null, String::new()))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Raw, E> {
        self.visit_unit()
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Bool(value), String::new()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Int(value), String::new()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Scalar(i64::try_from(value).map_or(ScalarKind::Float, ScalarKind::Int), String::new()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Raw, E> {
        self.visit_i128(i128::from(value))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Float, String::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Float, String::new()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Text, value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Scalar(ScalarKind::Text, value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (SourceMap, Option<Node>, Vec<Diagnostic>) {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", text);
        let mut diagnostics = Vec::new();
        let node = parse(&map, file, &mut diagnostics);
        (map, node, diagnostics)
    }

    fn entries(node: &Node) -> &[Entry] {
        match &node.value {
            Value::Mapping(entries) => entries,
            other => panic!("no mapping: {other:?}"),
        }
    }

    fn scalar(node: &Node) -> &Scalar {
        match &node.value {
            Value::Scalar(scalar) => scalar,
            other => panic!("no scalar: {other:?}"),
        }
    }

    #[test]
    fn a_number_keeps_the_digits_that_were_written() {
        let (_, node, _) = read("version: 1.10\nother: 007\n");
        let node = node.unwrap();
        assert_eq!(scalar(&entries(&node)[0].value).text, "1.10");
        assert_eq!(scalar(&entries(&node)[1].value).text, "007");
    }

    #[test]
    fn places_are_right_behind_a_byte_order_mark_and_with_crlf() {
        let (map, node, diagnostics) = read("\u{feff}a: x\r\nb: é\r\n");
        assert!(diagnostics.is_empty());
        let node = node.unwrap();
        let location = map.location(entries(&node)[1].value.span);
        assert_eq!((location.line, location.column, location.end_column), (2, 4, 5));
        assert_eq!(map.text(entries(&node)[0].key_span), "a");
    }

    #[test]
    fn duplicate_keys_are_reported_all_at_once() {
        let (map, node, diagnostics) = read("a: 1\na: 2\nb: {c: 1, c: 2}\n");
        assert!(node.is_some());
        let lines: Vec<_> = diagnostics.iter().map(|d| map.location(d.span).line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn a_syntax_error_has_a_place_and_a_tab_a_hint() {
        let (map, node, diagnostics) = read("name: x\nd: |\n\tabc\n");
        assert!(node.is_none());
        assert_eq!(map.location(diagnostics[0].span).line, 3);
        assert!(diagnostics[0].help.as_deref().unwrap().contains("tabs"));
    }

    #[test]
    fn what_rule_files_have_wrong_most_has_a_hint() {
        for (text, line, hint) in [
            ("query: |\n\nSecurityEvent\n| take 1\n", 3, "further in"),
            ("query: |\n  let x = 1;\nSecurityEvent\n| take 1\n", 3, "further in"),
            ("format: {{Title}}\n", 1, "in quotes"),
        ] {
            let (map, node, diagnostics) = read(text);
            assert!(node.is_none());
            assert_eq!(map.location(diagnostics[0].span).line, line, "{text}");
            assert!(
                diagnostics[0].help.as_deref().unwrap_or_default().contains(hint),
                "{:?}",
                diagnostics[0]
            );
        }
    }

    #[test]
    fn neither_deep_nesting_nor_an_alias_bomb_gets_through() {
        let (_, node, diagnostics) = read(&"[".repeat(10_000));
        assert!(node.is_none() && diagnostics.len() == 1);
        let mut bomb = String::from("a0: &a0 [x]\n");
        for i in 1..30 {
            bomb += &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1);
        }
        let (_, node, diagnostics) = read(&bomb);
        assert!(node.is_none() && diagnostics.len() == 1);
    }
}
