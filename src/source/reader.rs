//! Reading a mapping key by key, and reporting what was not read.

use super::text::texts_of;
use super::{Entry, Node, ScalarKind, Spanned, Text, UNKNOWN_KEY, Value, WRONG_SHAPE};
use crate::diagnostic::{Diagnostic, Span, nearest};

/// A mapping that is being read. Each getter takes a key; [`Reader::finish`] reports the keys that none took.
///
/// Keys match exactly, or without case where no other key of the mapping matches better: `alertDisplaynameFormat`
/// is reported as unknown with the right spelling, not read.
#[derive(Debug)]
pub struct Reader<'a> {
    span: Span,
    what: &'static str,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    problems: Vec<Diagnostic>,
    misread: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Reads a node as a mapping; `what` names it in messages, as "an entity mapping". `None` when the node is null
    /// or, with a diagnostic, no mapping.
    pub fn new(what: &'static str, node: &'a Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        if node.is_null() {
            return None;
        }
        let Value::Mapping(entries) = &node.value else {
            diagnostics.push(
                Diagnostic::new(
                    &WRONG_SHAPE,
                    node.span,
                    format!("{what} is a mapping, not {}", node.describe()),
                )
                .label("expected keys and values"),
            );
            return None;
        };
        Some(Self {
            span: node.span,
            what,
            entries,
            known: Vec::new(),
            problems: Vec::new(),
            misread: Vec::new(),
        })
    }

    /// Where the mapping stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The entry of a key; of a key that stands twice, the first.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, unless it is null.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !node.is_null())
    }

    /// The keys whose values had the wrong shape; that is reported already.
    pub fn misread(&self) -> &[&'static str] {
        &self.misread
    }

    fn wrong(&mut self, key: &'static str, node: &Node, expected: &str) {
        self.misread.push(key);
        let help = match expected {
            "text" => format!("give it one value: `{key}: …`"),
            "a list of texts" => format!("write its values in a list: `{key}: [A, B]`"),
            _ => format!("write {expected} behind `{key}:`"),
        };
        self.problems.push(
            Diagnostic::new(
                &WRONG_SHAPE,
                node.span,
                format!("`{key}` is {expected}, not {}", node.describe()),
            )
            .label(format!("expected {expected}"))
            .help(help),
        );
    }

    /// A text; numbers and flags count as the text that was written.
    pub fn text(&mut self, key: &'static str) -> Option<Text> {
        let node = self.node(key)?;
        match &node.value {
            Value::Scalar(scalar) => Some(Text { scalar: scalar.clone(), span: node.span }),
            _ => {
                self.wrong(key, node, "text");
                None
            }
        }
    }

    /// A list of texts, also written as one text. Null items are left out.
    pub fn texts(&mut self, key: &'static str) -> Option<Spanned<Vec<Text>>> {
        let node = self.node(key)?;
        match texts_of(node) {
            Some(texts) => Some(Spanned::new(texts, node.span)),
            None => {
                self.wrong(key, node, "a list of texts");
                None
            }
        }
    }

    /// A flag; the texts `"true"` and `"false"` count, as real files hold them.
    pub fn flag(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let node = self.node(key)?;
        let value = match &node.value {
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Bool(value) => Some(value),
                ScalarKind::Text if scalar.text.eq_ignore_ascii_case("true") => Some(true),
                ScalarKind::Text if scalar.text.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
            _ => None,
        };
        if value.is_none() {
            self.wrong(key, node, "true or false");
        }
        value.map(|value| Spanned::new(value, node.span))
    }

    /// A whole number; a text of digits counts.
    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        let node = self.node(key)?;
        let value = match &node.value {
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Int(value) => Some(value),
                ScalarKind::Text => scalar.text.trim().parse().ok(),
                _ => None,
            },
            _ => None,
        };
        if value.is_none() {
            self.wrong(key, node, "a whole number");
        }
        value.map(|value| Spanned::new(value, node.span))
    }

    /// The items of a list.
    pub fn list(&mut self, key: &'static str) -> Option<Spanned<&'a [Node]>> {
        let node = self.node(key)?;
        match &node.value {
            Value::Sequence(items) => Some(Spanned::new(items.as_slice(), node.span)),
            _ => {
                self.wrong(key, node, "a list");
                None
            }
        }
    }

    /// A mapping read by `read`.
    pub fn mapping<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        diagnostics: &mut Vec<Diagnostic>,
        read: impl FnOnce(&mut Reader<'a>, &mut Vec<Diagnostic>) -> T,
    ) -> Option<Spanned<T>> {
        let node = self.node(key)?;
        let mut inner = Reader::new(what, node, diagnostics)?;
        let value = read(&mut inner, diagnostics);
        inner.finish(diagnostics);
        Some(Spanned::new(value, node.span))
    }

    /// A list of mappings, each read by `read`; items of another shape are reported and left out.
    pub fn mappings<T>(
        &mut self,
        key: &'static str,
        what: &'static str,
        diagnostics: &mut Vec<Diagnostic>,
        mut read: impl FnMut(&mut Reader<'a>, &mut Vec<Diagnostic>) -> T,
    ) -> Option<Spanned<Vec<Spanned<T>>>> {
        let list = self.list(key)?;
        let mut items = Vec::with_capacity(list.value.len());
        for node in list.value {
            if let Some(mut inner) = Reader::new(what, node, diagnostics) {
                let value = read(&mut inner, diagnostics);
                inner.finish(diagnostics);
                items.push(Spanned::new(value, node.span));
            }
        }
        Some(Spanned::new(items, list.span))
    }

    /// Reports the shapes that were wrong and the keys that no getter took, each with the nearest known key.
    pub fn finish(self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.problems);
        for entry in self.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let present = |key: &str| self.entries.iter().any(|other| other.key == key);
            let free = self.known.iter().copied().filter(|key| !present(key));
            let message = format!("`{}` is no key of {}", entry.key, self.what);
            let diagnostic = Diagnostic::new(&UNKNOWN_KEY, entry.key_span, message);
            diagnostics.push(match nearest(&entry.key, free) {
                Some(near) => diagnostic.label("it has no effect").help(format!("did you mean `{near}`?")),
                None => diagnostic
                    .label("it has no effect")
                    .help(format!("remove it; known keys: {}", self.known.join(", "))),
            });
        }
    }
}
