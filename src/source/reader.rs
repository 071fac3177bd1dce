//! Reading a mapping key by key, and reporting what was not read.

use std::collections::HashSet;

use super::text::texts_of;
use super::{Entry, Node, ScalarKind, Spanned, Text, UNKNOWN_KEY, Value, WRONG_SHAPE};
use crate::diagnostic::{Diagnostic, Reported, Span, nearest};

/// A mapping that is being read. Each getter takes a key; [`Reader::finish`] reports the keys that none took.
///
/// Keys match exactly: `alertDisplaynameFormat` is reported as unknown with the right spelling, not read.
///
/// A key whose value cannot be read is [refused](Self::refusal). So is every key that is not there, where lines of the
/// mapping cannot be read: it may be in these.
#[derive(Debug)]
pub struct Reader<'a> {
    span: Span,
    what: &'static str,
    entries: &'a [Entry],
    /// Whether keys may be in lines that cannot be read.
    has_lost: bool,
    known: Vec<&'static str>,
    problems: Vec<Diagnostic>,
    refused: Vec<(&'static str, Reported)>,
}

impl<'a> Reader<'a> {
    /// Reads a node as a mapping; `what` names it in messages, as "an entity mapping". `None` when the node is null
    /// or, with a diagnostic, not a mapping. Of one that cannot be read every key is refused.
    pub fn new(what: &'static str, node: &'a Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        if node.is_null() {
            return None;
        }
        if node.is_unreadable() {
            return Some(Self::unreadable(what, node.span));
        }
        Self::of(what, node, diagnostics).ok()
    }

    /// The same for a node that is to be a mapping and nothing else.
    ///
    /// # Errors
    /// When it is something else, which is reported.
    pub fn of(
        what: &'static str,
        node: &'a Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        match &node.value {
            Value::Mapping(entries) => {
                Ok(Self::over(what, node.span, entries, entries.iter().any(Entry::is_lost)))
            }
            Value::Unreadable(_) => Err(Reported::with_the_tree()),
            Value::Scalar(_) | Value::Sequence(_) => {
                let message = format!("{what} is a mapping, not {}", node.describe());
                Err(Diagnostic::new(&WRONG_SHAPE, node.span, message)
                    .label("expected keys and values")
                    .report(diagnostics))
            }
        }
    }

    /// A mapping of which nothing can be read: every key is refused.
    pub fn unreadable(what: &'static str, span: Span) -> Self {
        Self::over(what, span, &[], true)
    }

    fn over(what: &'static str, span: Span, entries: &'a [Entry], has_lost: bool) -> Self {
        Self { span, what, entries, has_lost, known: Vec::new(), problems: Vec::new(), refused: Vec::new() }
    }

    /// The place where the mapping begins.
    pub fn span(&self) -> Span {
        self.span
    }

    /// All entries, read or not.
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The entry of a key; of a key that is there twice, the first.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, unless it is null or cannot be read.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        match self.entry(key).map(|entry| &entry.value) {
            Some(Node { value: Value::Unreadable(_), .. }) => {
                self.refuse(key, Reported::with_the_tree());
                None
            }
            None if self.has_lost => {
                self.refuse(key, Reported::with_the_tree());
                None
            }
            found => found.filter(|node| !node.is_null()),
        }
    }

    /// That the value of a key cannot be read, which is reported.
    pub fn refusal(&self, key: &str) -> Option<Reported> {
        self.refused.iter().find(|(refused, _)| *refused == key).map(|(_, reported)| *reported)
    }

    /// That lines of the mapping cannot be read.
    pub fn loss(&self) -> Option<Reported> {
        self.has_lost.then(Reported::with_the_tree)
    }

    /// Notes that the value of a key cannot be read.
    fn refuse(&mut self, key: &'static str, reported: Reported) {
        if self.refusal(key).is_none() {
            self.refused.push((key, reported));
        }
    }

    fn wrong(&mut self, key: &'static str, node: &Node, expected: &str) {
        let help = match expected {
            "text" => format!("give it one value: `{key}: …`"),
            "a list of texts" => format!("write its values in a list: `{key}: [A, B]`"),
            _ => format!("write {expected} after `{key}:`"),
        };
        let message = format!("`{key}` is {expected}, not {}", node.describe());
        let reported = Diagnostic::new(&WRONG_SHAPE, node.span, message)
            .label(format!("expected {expected}"))
            .help(help)
            .report(&mut self.problems);
        self.refuse(key, reported);
    }

    /// A text; numbers and flags count as the text that was written.
    pub fn text(&mut self, key: &'static str) -> Option<Text> {
        let node = self.node(key)?;
        match &node.value {
            Value::Scalar(scalar) => Some(Text::at(scalar, node.span)),
            _ => {
                self.wrong(key, node, "text");
                None
            }
        }
    }

    /// A text by which other files and the workspace know the resource, such as its id or alias. Where the value cannot be
    /// read it is what was most likely meant, so that the resource is known all the same.
    pub fn name(&mut self, key: &'static str) -> Option<Text> {
        match self.entry(key).map(|entry| (&entry.value.value, entry.value.span)) {
            Some((Value::Unreadable(Some(scalar)), span)) => {
                self.refuse(key, Reported::with_the_tree());
                Some(Text { is_guess: true, ..Text::at(scalar, span) })
            }
            _ => self.text(key),
        }
    }

    /// A list of texts, also written as one text.
    pub fn texts(&mut self, key: &'static str) -> Option<Spanned<Vec<Text>>> {
        let node = self.node(key)?;
        match texts_of(node) {
            Some(texts) => Some(Spanned::new(texts, node.span)),
            None => {
                match &node.value {
                    Value::Sequence(items) if items.iter().any(Node::is_unreadable) => {
                        self.refuse(key, Reported::with_the_tree())
                    }
                    _ => self.wrong(key, node, "a list of texts"),
                }
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

    /// The items of a list, with those that cannot be read.
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

    /// Reports the shapes that were wrong and the keys that no getter took, each with the nearest known key.
    pub fn finish(self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.problems);
        let unknown =
            |entry: &&Entry| !self.known.contains(&entry.key.as_str()) && !entry.value.is_unreadable();
        let mut unknown = self.entries.iter().filter(unknown).peekable();
        if unknown.peek().is_none() {
            return;
        }
        let present: HashSet<&str> = self.entries.iter().map(|entry| entry.key.as_str()).collect();
        for entry in unknown {
            let free = self.known.iter().copied().filter(|key| !present.contains(key));
            let message = format!("`{}` is not a key of {}", entry.key, self.what);
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
