//! What can be read of a list or mapping in brackets with mistakes, as in JSON.
//!
//! It is cut at its commas, and each part is read by itself.

use std::ops::Range;

use super::MAX_DEPTH;
use super::events::Fault;
use super::explain::{self, Context};
use super::pieces::Entries;
use super::recover::Recovery;
use crate::source::{Entry, Node, Value};

/// How brackets end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With their own second.
    Closed(usize),
    /// With one of the other kind.
    Wrong(usize),
    /// Not at all.
    Missing,
}

/// The parts within brackets.
#[derive(Debug)]
struct Parts {
    parts: Vec<Range<usize>>,
    /// Where a part begins without a comma before it.
    without_comma: Vec<usize>,
    /// A quote without its second, up to the end of its line.
    open_quote: Option<usize>,
    end: End,
}

impl Recovery<'_, '_> {
    /// The node of the brackets that begin at `start`, in lines that end at `limit`.
    pub(super) fn flow(&mut self, start: usize, limit: usize, depth: usize, context: &Context<'_>) -> Node {
        let span = self.reading.span(start..start + 1);
        if self.work[start..limit].starts_with("{{") {
            let value = if context.value.contains(&start) { context.value.clone() } else { start..start + 2 };
            let span = self.reading.span(value);
            let diagnostic = explain::placeholder(self.reading.text, span, context.key);
            self.reading.diagnostics.push(diagnostic);
            return Node { span, value: Value::Unreadable(None) };
        }
        if depth >= MAX_DEPTH {
            return Node { span, value: Value::Unreadable(None) };
        }
        let (file, text) = (self.reading.file, self.reading.text);
        let reported = self.reading.diagnostics.len();
        let is_mapping = self.work[start..].starts_with('{');
        let Parts { parts, without_comma, open_quote, end } = parts(&self.work[..limit], start);
        for at in without_comma {
            self.reading.diagnostics.push(explain::missing_comma(file, text, at));
        }
        let mut value = match is_mapping {
            true => Value::Mapping(self.flow_entries(&parts, depth)),
            false => Value::Sequence(self.flow_items(&parts, depth)),
        };
        match end {
            End::Closed(close) => {
                let rest = self.work[close + 1..limit].trim_start();
                let at = limit - rest.len();
                let rest = rest.lines().next().unwrap_or_default().trim_end();
                if !rest.is_empty() && !rest.starts_with('#') {
                    // With a mistake in the brackets, these most likely end further on.
                    if self.reading.diagnostics.len() == reported {
                        let place = at..at + rest.len();
                        self.reading.diagnostics.push(explain::after_bracket(file, text, place, context));
                    }
                    value = Value::Unreadable(None);
                }
            }
            End::Wrong(close) => {
                self.reading.diagnostics.push(explain::wrong_bracket(file, text, start, close));
            }
            // The quote holds the bracket.
            End::Missing if open_quote.is_some() => {}
            End::Missing => self.reading.diagnostics.push(explain::unclosed_bracket(file, text, start)),
        }
        // It may have been meant as a text or as a list.
        if let (false, Value::Sequence(items)) = (matches!(end, End::Closed(_)), &value)
            && items.iter().all(|item| matches!(item.value, Value::Scalar(_)))
        {
            let meant = match items.as_slice() {
                [Node { value: Value::Scalar(scalar), .. }] => Some(Box::new(scalar.clone())),
                _ => None,
            };
            value = Value::Unreadable(meant);
        }
        Node { span, value }
    }

    fn flow_entries(&mut self, parts: &[Range<usize>], depth: usize) -> Vec<Entry> {
        let mut mapping = Entries::default();
        for part in parts {
            let fault = match self.parse_part(part, depth, ['{', '}']) {
                Ok(Node { value: Value::Mapping(entries), .. }) => {
                    mapping.extend(entries, false);
                    continue;
                }
                Ok(_) => continue,
                Err(fault) => fault,
            };
            let entry = match self.key_of_part(part) {
                Some((key, value)) => {
                    let name = self.work[key.clone()].to_owned();
                    let context = Context { key: Some(&name), value: value.clone(), in_brackets: true };
                    let is_bracket = self.work[value.clone()].starts_with(['{', '[']);
                    let node = self.broken_part(value, depth, &fault, &context);
                    // Where a comma is missing, there are more keys in it.
                    if node.is_unreadable() && !is_bracket {
                        mapping.add(Entry::lost(node.span));
                    }
                    Entry { key_span: self.reading.span(key), value: node, key: name }
                }
                None => {
                    self.broken_part(
                        part.clone(),
                        depth,
                        &fault,
                        &Context { key: None, value: part.clone(), in_brackets: true },
                    );
                    Entry::lost(self.reading.span(part.clone()))
                }
            };
            mapping.add(entry);
        }
        mapping.finish(&mut self.reading.diagnostics)
    }

    fn flow_items(&mut self, parts: &[Range<usize>], depth: usize) -> Vec<Node> {
        let mut items = Vec::new();
        for part in parts {
            match self.parse_part(part, depth, ['[', ']']) {
                Ok(Node { value: Value::Sequence(found), .. }) => items.extend(found),
                Ok(_) => {}
                Err(fault) => {
                    let context = Context { key: None, value: part.clone(), in_brackets: true };
                    items.push(self.broken_part(part.clone(), depth, &fault, &context));
                }
            }
        }
        items
    }

    /// Reads one part in brackets of its own. The byte before a part is a bracket, a comma or a blank.
    fn parse_part(&mut self, part: &Range<usize>, depth: usize, brackets: [char; 2]) -> Result<Node, Fault> {
        let [open, close] = brackets;
        let text = format!("{open}{}\n{close}", &self.work[part.clone()]);
        self.reading.parse(&text, part.start - 1, depth + 1)
    }

    fn broken_part(
        &mut self,
        value: Range<usize>,
        depth: usize,
        fault: &Fault,
        context: &Context<'_>,
    ) -> Node {
        if self.work[value.clone()].starts_with(['{', '[']) {
            let reported = self.reading.diagnostics.len();
            let node = self.flow(value.start, value.end, depth + 1, context);
            if self.reading.diagnostics.len() > reported {
                return node;
            }
        }
        self.leaf(value, fault, context)
    }

    /// The places of key and value of a part of a mapping.
    fn key_of_part(&self, part: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let text = &self.work[part.clone()];
        let (key, rest) = match text.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = text[1..].find(quote)? + 1;
                (1..end, text[end + 1..].trim_start().strip_prefix(':')?)
            }
            _ => {
                let (key, rest) = text.split_once(':')?;
                (0..key.trim_end().len(), rest)
            }
        };
        let value = rest.trim_start();
        let start = part.end - value.len();
        let is_name = !key.is_empty() && !text[key.clone()].contains(['\n', '{', '[', '"']);
        is_name.then(|| (part.start + key.start..part.start + key.end, start..part.end))
    }
}

/// Cuts what is in brackets. `text` ends where they must have ended.
fn parts(text: &str, start: usize) -> Parts {
    let is_mapping = text[start..].starts_with('{');
    let mut found =
        Parts { parts: Vec::new(), without_comma: Vec::new(), open_quote: None, end: End::Missing };
    let mut open: Vec<u8> = vec![text.as_bytes()[start]];
    let (mut at, mut from) = (start + 1, start + 1);
    // Whether a part has its colon, whether its value has ended, and whether a text may begin here.
    let (mut has_colon, mut has_value, mut is_start) = (!is_mapping, false, true);
    while let Some(byte) = text.as_bytes().get(at).copied() {
        let is_outermost = open.len() == 1;
        let is_next = match byte {
            b'"' | b'\'' => has_value || is_mapping && has_colon && is_start && is_key(text, at),
            b'{' | b'[' => has_value,
            _ => false,
        };
        if is_outermost && is_next {
            found.cut(text, from..at);
            found.without_comma.push(at);
            (from, has_colon, has_value, is_start) = (at, !is_mapping, false, true);
        }
        match byte {
            b'"' | b'\'' if is_start => {
                let (end, is_closed) = end_of_quote(text, at);
                if !is_closed {
                    found.open_quote.get_or_insert(at);
                    let text_end = at + text[at..end].trim_ascii_end().len();
                    if is_outermost && text[at..text_end].ends_with(',') {
                        found.cut(text, from..text_end - 1);
                        (at, from, has_colon, has_value, is_start) = (end, end, !is_mapping, false, true);
                        continue;
                    }
                }
                at = end;
                has_value |= is_outermost && has_colon;
                is_start = false;
                continue;
            }
            b'#' if at > 0 && text.as_bytes()[at - 1].is_ascii_whitespace() => {
                at = text[at..].find('\n').map_or(text.len(), |end| at + end);
                continue;
            }
            b'[' | b'{' => {
                open.push(byte);
                is_start = true;
            }
            b']' | b'}' => {
                // One that belongs to brackets further out ends those within, too: these lack their own.
                let is_right = |first: u8| matches!((first, byte), (b'[', b']') | (b'{', b'}'));
                let matching = open.iter().rposition(|first| is_right(*first));
                open.truncate(matching.unwrap_or(open.len() - 1));
                let is_right = matching.is_some();
                if open.is_empty() {
                    found.cut(text, from..at);
                    found.end = if is_right { End::Closed(at) } else { End::Wrong(at) };
                    return found;
                }
                has_value |= open.len() == 1 && has_colon;
                is_start = false;
            }
            b',' if is_outermost => {
                found.cut(text, from..at);
                (from, has_colon, has_value, is_start) = (at + 1, !is_mapping, false, true);
            }
            b',' => is_start = true,
            b':' => {
                has_colon |= is_outermost;
                is_start = true;
            }
            byte if byte.is_ascii_whitespace() => is_start = true,
            _ => is_start = false,
        }
        at += 1;
    }
    found.cut(text, from..text.len());
    found
}

impl Parts {
    /// Adds a part, unless it is blank.
    fn cut(&mut self, text: &str, range: Range<usize>) {
        let part = text[range.clone()].trim_ascii_start();
        let start = range.end - part.len();
        let part = part.trim_ascii_end();
        if !part.is_empty() {
            self.parts.push(start..start + part.len());
        }
    }
}

/// Whether a text in quotes is a key.
fn is_key(text: &str, start: usize) -> bool {
    let (end, is_closed) = end_of_quote(text, start);
    is_closed && text[end..].trim_ascii_start().starts_with(':')
}

/// Where a text in quotes ends, and whether it is closed: one that is not ends with its line.
fn end_of_quote(text: &str, start: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' => return (at, false),
            _ if byte == quote => return (at + 1, true),
            _ => {}
        }
        at += 1;
    }
    (text.len(), false)
}
