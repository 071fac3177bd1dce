//! TOML text to a tree of [`Node`]s, by the toml crate.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Node, Scalar, ScalarKind, ScalarStyle, TOML_SYNTAX, Value};
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};

/// Reads a TOML file of the map as a tree. Syntax errors are all reported, and what could be read is returned.
pub fn parse(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let text = map.file(file).text();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or_default();
        let span = Span::new(file, range.start.min(text.len()), range.end.min(text.len()));
        let message = error.message().trim_end_matches('.').to_owned();
        diagnostics.push(Diagnostic::new(&TOML_SYNTAX, span, format!("the file is no TOML: {message}")));
    }
    Builder { file, text }.mapping(table.span(), table.get_ref())
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
}

impl Builder<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn mapping(&self, range: Range<usize>, table: &DeTable<'_>) -> Node {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: self.span(&key.span()),
                value: self.node(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span);
        Node { span: self.span(&range), value: Value::Mapping(entries) }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let range = value.span();
        let written = self.text.get(range.clone()).unwrap_or_default();
        let (kind, text) = match value.get_ref() {
            DeValue::Table(table) => return self.mapping(range, table),
            DeValue::Array(items) => {
                let items = items.iter().map(|item| self.node(item)).collect();
                return Node { span: self.span(&range), value: Value::Sequence(items) };
            }
            DeValue::String(text) => (ScalarKind::Text, text.as_ref()),
            DeValue::Integer(number) => {
                let digits: String = number.as_str().chars().filter(|c| *c != '_').collect();
                let value = i64::from_str_radix(&digits, number.radix());
                (value.map_or(ScalarKind::Float, ScalarKind::Int), written)
            }
            DeValue::Float(_) => (ScalarKind::Float, written),
            DeValue::Boolean(value) => (ScalarKind::Bool(*value), written),
            DeValue::Datetime(_) => (ScalarKind::Text, written),
        };
        let style = match written.chars().next() {
            Some('"') => ScalarStyle::DoubleQuoted,
            Some('\'') => ScalarStyle::SingleQuoted,
            _ => ScalarStyle::Plain,
        };
        let scalar = Scalar {
            kind,
            style,
            text: text.to_owned(),
            source: self.span(&range),
            offsets: super::scalar::Offsets::default(),
        };
        Node { span: self.span(&range), value: Value::Scalar(scalar) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_reported_and_places_are_exact() {
        let mut map = SourceMap::new();
        let file = map.add("bartizan.toml", "a = \n[b]\nc = \"x\"\nd = = 1\n");
        let mut diagnostics = Vec::new();
        let node = parse(&map, file, &mut diagnostics);
        let lines: Vec<_> = diagnostics.iter().map(|d| map.location(d.span).line).collect();
        assert!(lines.contains(&1) && lines.contains(&4), "{diagnostics:?}");
        let Value::Mapping(entries) = &node.value else { panic!() };
        let b = entries.iter().find(|entry| entry.key == "b").unwrap();
        let Value::Mapping(inner) = &b.value.value else { panic!() };
        assert_eq!(map.text(inner[0].value.span), "\"x\"");
    }
}
