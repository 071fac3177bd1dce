//! Reading a mapping by the table of its keys, each into a field.

use super::duration::read_duration;
use super::key::{Key, Keys, Needed};
use super::word::{Word, read_word};
use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, Reported, Span, codes, wording::listed};
use crate::resource::Duration;
use crate::source::{Entry, Node, Reader};

codes! {
    /// A field that the service requires is missing or empty.
    ///
    /// A rule needs `id`, `name`, `severity` and `query`; unless its `kind` is NRT, also `queryFrequency`,
    /// `queryPeriod`, `triggerOperator` and `triggerThreshold`. An entity mapping needs `entityType` and
    /// `fieldMappings`, each of these `identifier` and `columnName`. A watchlist needs `alias` and
    /// `itemsSearchKey`, a parser an alias and a query.
    ///
    /// ## Why
    /// The service refuses the resource, and no value that Bartizan made up would be the one that was meant.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// severity:
    /// queryFrequency: ""
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// severity: Medium
    /// queryFrequency: 1h
    /// ```
    pub(crate) MISSING_FIELD = "missing-field", Error, fixed;
}

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Field<T> {
    /// The key is not there, or holds nothing.
    #[default]
    Absent,
    /// It holds an empty text, or blank characters alone.
    Empty(Span),
    /// It holds something that cannot be read, which is reported.
    Refused(Reported),
    /// The same for a name of which it can be said what was most likely meant: good enough to know a resource by, and for
    /// nothing else.
    Guessed(T, Reported),
    /// It holds this.
    Given(T),
}

impl<T> Field<T> {
    /// What is given.
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Empty(_) | Self::Refused(_) | Self::Guessed(..) => None,
        }
    }

    /// What is given, or was most likely meant.
    pub fn named(&self) -> Option<&T> {
        match self {
            Self::Given(value) | Self::Guessed(value, _) => Some(value),
            Self::Absent | Self::Empty(_) | Self::Refused(_) => None,
        }
    }

    /// The same of what is given.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Empty(span) => Field::Empty(span),
            Self::Refused(reported) => Field::Refused(reported),
            Self::Guessed(value, reported) => Field::Guessed(change(value), reported),
            Self::Given(value) => Field::Given(change(value)),
        }
    }

    /// What is given, taken out.
    pub(super) fn into_given(self) -> Option<T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Empty(_) | Self::Refused(_) | Self::Guessed(..) => None,
        }
    }

    /// The same of a name, which may be a guess.
    pub(super) fn into_named(self) -> Option<T> {
        match self {
            Self::Given(value) | Self::Guessed(value, _) => Some(value),
            Self::Absent | Self::Empty(_) | Self::Refused(_) => None,
        }
    }

    /// Whether there is something that cannot be read.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Guessed(..))
    }

    /// Whether there is anything, readable or not. An empty text counts as something.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    fn of(value: Option<T>, refusal: Option<Reported>) -> Self {
        match (value, refusal) {
            (Some(value), _) => Self::Given(value),
            (None, Some(reported)) => Self::Refused(reported),
            (None, None) => Self::Absent,
        }
    }
}

impl<T: Copy> Field<Spanned<T>> {
    /// The value, without its place.
    pub fn value(&self) -> Option<T> {
        self.given().map(|found| found.value)
    }
}

impl<T> Field<Spanned<Vec<T>>> {
    /// What is in the list; nothing where there is none.
    pub fn items(&self) -> &[T] {
        self.given().map_or(&[], |list| list.value.as_slice())
    }
}

impl Field<Text> {
    /// The text, with blank characters around it, and its place; also where it is empty.
    pub fn written(&self) -> Option<(&str, Span)> {
        match self {
            Self::Given(text) => Some((text.as_str(), text.span)),
            Self::Empty(span) => Some(("", *span)),
            Self::Absent | Self::Refused(_) | Self::Guessed(..) => None,
        }
    }

    /// The text without blank characters around it, where there is one.
    pub fn text(&self) -> Option<&str> {
        self.given().map(|text| text.trim())
    }

    /// The same of a name that may be a guess.
    pub fn name(&self) -> Option<&str> {
        self.named().map(|text| text.trim())
    }

    fn blank_is_empty(self) -> Self {
        match self {
            Self::Given(text) if text.trim().is_empty() => Self::Empty(text.span),
            other => other,
        }
    }
}

/// A word of a list: what it means, or that this cannot be said.
pub type Listed<T> = Result<Spanned<T>, Reported>;

/// A mapping that is read by the table of its keys.
pub(super) struct Fields<'a, 'd> {
    reader: Reader<'a>,
    diagnostics: &'d mut Vec<Diagnostic>,
    /// That something in it, however deep, cannot be read.
    refused: Option<Reported>,
}

impl<'a, 'd> Fields<'a, 'd> {
    /// Reads a node by a table.
    ///
    /// # Errors
    /// When the node is something else than a mapping, which is reported.
    pub(super) fn new(
        keys: &'static Keys,
        node: &'a Node,
        diagnostics: &'d mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        let reader = Reader::of(keys.what, node, diagnostics)?;
        Ok(Self::over(keys, reader, diagnostics))
    }

    fn over(keys: &'static Keys, mut reader: Reader<'a>, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        for name in keys.keys.iter().flat_map(|key| key.names()) {
            reader.entry(name);
        }
        let refused = reader.loss();
        Self { reader, diagnostics, refused }
    }

    /// The first name of a key that has a value.
    fn name_of(&mut self, key: &Key) -> &'static str {
        key.names().find(|name| self.reader.node(name).is_some()).unwrap_or(key.name)
    }

    /// That the value of a key cannot be read, under any of its names.
    fn refusal(&mut self, key: &Key) -> Option<Reported> {
        let refusal = key.names().find_map(|name| self.reader.refusal(name));
        self.refused = refusal.or(self.refused);
        refusal
    }

    /// What there is instead of the value of a key that has none.
    pub(super) fn without<T>(&mut self, key: &Key) -> Field<T> {
        Field::of(None, self.refusal(key))
    }

    fn field<T>(&mut self, name: &'static str, value: Option<T>) -> Field<T> {
        let field = Field::of(value, self.reader.refusal(name));
        if let Field::Refused(reported) = field {
            self.refused = Some(reported);
        }
        field
    }

    /// A text; numbers and flags count as the text that was written.
    pub(super) fn text(&mut self, key: &Key) -> Field<Text> {
        self.verbatim(key).blank_is_empty()
    }

    /// A text by which other files and the workspace know the resource.
    pub(super) fn name(&mut self, key: &Key) -> Field<Text> {
        match self.text(key) {
            Field::Refused(reported) => {
                let mut guesses = key.names().filter_map(|name| self.reader.name(name));
                guesses.next().map_or(Field::Refused(reported), |guess| Field::Guessed(guess, reported))
            }
            other => other,
        }
    }

    /// A text of which blank characters alone are a value.
    pub(super) fn verbatim(&mut self, key: &Key) -> Field<Text> {
        // What one name holds none of, another one may.
        let mut found = Field::Absent;
        for name in key.names() {
            let value = self.reader.text(name);
            let read = self.field(name, value);
            if !matches!(found, Field::Given(_)) && read.is_there() {
                found = read;
            }
        }
        found
    }

    /// A text, or none where there is none that can be read.
    pub(super) fn optional(&mut self, key: &Key) -> Option<Text> {
        self.verbatim(key).into_given()
    }

    /// A list of texts, also written as one text.
    pub(super) fn texts(&mut self, key: &Key) -> Field<Spanned<Vec<Text>>> {
        let mut found = Field::Absent;
        for name in key.names() {
            let value = self.reader.texts(name);
            let read = self.field(name, value);
            if found.items().is_empty() && read.is_there() {
                found = read;
            }
        }
        found
    }

    /// A flag.
    pub(super) fn flag(&mut self, key: &Key) -> Field<Spanned<bool>> {
        let name = self.name_of(key);
        let value = self.reader.flag(name);
        self.field(name, value)
    }

    /// A whole number.
    pub(super) fn integer(&mut self, key: &Key) -> Field<Spanned<i64>> {
        let name = self.name_of(key);
        let value = self.reader.integer(name);
        self.field(name, value)
    }

    fn parsed<T>(
        &mut self,
        key: &Key,
        parse: impl FnOnce(&Text, &mut Vec<Diagnostic>) -> Listed<T>,
    ) -> Field<Spanned<T>> {
        match self.text(key) {
            Field::Absent => Field::Absent,
            Field::Empty(span) => Field::Empty(span),
            Field::Refused(reported) | Field::Guessed(_, reported) => Field::Refused(reported),
            Field::Given(text) => match parse(&text, self.diagnostics) {
                Ok(value) => Field::Given(value),
                Err(reported) => {
                    self.refused = Some(reported);
                    Field::Refused(reported)
                }
            },
        }
    }

    /// A duration.
    pub(super) fn duration(&mut self, key: &Key) -> Field<Spanned<Duration>> {
        self.parsed(key, read_duration)
    }

    /// One of a few words.
    pub(super) fn word<T: Word>(&mut self, key: &Key) -> Field<Spanned<T>> {
        self.parsed(key, read_word)
    }

    /// A list of words. One that is not known keeps its place in the list.
    pub(super) fn words<T: Word>(&mut self, key: &Key) -> Field<Spanned<Vec<Listed<T>>>> {
        self.texts(key).map(|texts| {
            let words: Vec<_> = texts.iter().map(|text| read_word(text, self.diagnostics)).collect();
            self.refused = words.iter().find_map(|word| word.as_ref().err().copied()).or(self.refused);
            Spanned::new(words, texts.span)
        })
    }

    /// The value of a key as it is, unless it is null.
    pub(super) fn node(&mut self, key: &Key) -> Option<&'a Node> {
        let name = self.name_of(key);
        self.reader.node(name)
    }

    /// A mapping, read by a table of its own.
    pub(super) fn mapping<T>(
        &mut self,
        key: &Key,
        keys: &'static Keys,
        read: impl FnOnce(&mut Fields<'a, '_>) -> T,
    ) -> Field<Spanned<T>> {
        let Some(node) = self.node(key) else { return self.without(key) };
        match self.inner(keys, node, read) {
            Ok(value) => Field::Given(Spanned::new(value, node.span)),
            Err(reported) => Field::Refused(reported),
        }
    }

    /// A list of mappings. Of one that is something else, or that cannot be read, every field is refused.
    pub(super) fn mappings<T>(
        &mut self,
        key: &Key,
        keys: &'static Keys,
        mut read: impl FnMut(&mut Fields<'a, '_>) -> T,
    ) -> Field<Spanned<Vec<Spanned<T>>>> {
        let name = self.name_of(key);
        let list = self.reader.list(name);
        let Field::Given(list) = self.field(name, list) else {
            return self.without(key);
        };
        let mut items = Vec::with_capacity(list.value.len());
        for node in list.value.iter().filter(|node| !node.is_null()) {
            let value = self.inner(keys, node, &mut read).unwrap_or_else(|_| {
                let reader = Reader::unreadable(keys.what, node.span);
                read(&mut Fields::over(keys, reader, self.diagnostics))
            });
            items.push(Spanned::new(value, node.span));
        }
        Field::Given(Spanned::new(items, list.span))
    }

    /// Reads a node below by a table of its own.
    pub(super) fn inner<T>(
        &mut self,
        keys: &'static Keys,
        node: &'a Node,
        read: impl FnOnce(&mut Fields<'a, '_>) -> T,
    ) -> Result<T, Reported> {
        let read = Fields::new(keys, node, self.diagnostics).map(|mut inner| {
            let value = read(&mut inner);
            (value, inner.finish())
        });
        match read {
            Ok((value, refused)) => {
                self.refused = refused.or(self.refused);
                Ok(value)
            }
            Err(reported) => {
                self.refused = Some(reported);
                Err(reported)
            }
        }
    }

    /// The nodes of a list, which may be anything.
    pub(super) fn list(&mut self, key: &Key) -> Field<Spanned<&'a [Node]>> {
        let name = self.name_of(key);
        let list = self.reader.list(name);
        self.field(name, list)
    }

    /// The entries of a mapping of names that the author chooses; `what` names it in a message.
    pub(super) fn named(&mut self, key: &Key, what: &'static str) -> Field<Spanned<&'a [Entry]>> {
        let Some(node) = self.node(key) else { return self.without(key) };
        match self.entries(what, node) {
            Ok(entries) => Field::Given(Spanned::new(entries, node.span)),
            Err(reported) => Field::Refused(reported),
        }
    }

    /// The entries of a node that is a mapping of such names.
    ///
    /// # Errors
    /// When it is something else, which is reported.
    pub(super) fn entries(&mut self, what: &'static str, node: &'a Node) -> Result<&'a [Entry], Reported> {
        let read = Reader::of(what, node, self.diagnostics).map(|reader| reader.entries());
        self.refused = read.as_ref().err().copied().or(self.refused);
        read
    }

    /// That something in it, however deep, cannot be read.
    pub(super) fn refusal_of_any(&self) -> Option<Reported> {
        self.refused
    }

    /// Notes that something below cannot be read, which is reported.
    pub(super) fn note_unreadable(&mut self) {
        self.refused = Some(Reported::with_the_tree());
    }

    /// Reports something that keeps the file from being deployed.
    pub(super) fn refuse(&mut self, diagnostic: Diagnostic) -> Reported {
        let reported = diagnostic.report(self.diagnostics);
        self.refused = Some(reported);
        reported
    }

    /// Reports the keys that the table does not have, and returns that something cannot be read, where it is so.
    pub(super) fn finish(self) -> Option<Reported> {
        self.reader.finish(self.diagnostics);
        self.refused
    }
}

/// What a mapping cannot be without: gathers what is missing into one complaint.
pub(super) struct Required<'d> {
    /// What needs it, as "the rule".
    what: &'static str,
    head: Span,
    diagnostics: &'d mut Vec<Diagnostic>,
    missing: Vec<&'static Key>,
    /// The complaint about those, by position.
    complaint: Option<(usize, Reported)>,
}

impl<'d> Required<'d> {
    /// Messages about what is missing point at `head`.
    pub(super) fn new(what: &'static str, head: Span, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self { what, head, diagnostics, missing: Vec::new(), complaint: None }
    }

    /// What a key holds.
    ///
    /// # Errors
    /// When it holds nothing, which is reported here, or something that cannot be read.
    pub(super) fn get<'f, T>(&mut self, key: &'static Key, field: &'f Field<T>) -> Result<&'f T, Reported> {
        debug_assert!(key.needed != Needed::No, "`{}` is not said to be needed", key.name);
        match field {
            Field::Given(value) => Ok(value),
            Field::Refused(reported) | Field::Guessed(_, reported) => Err(*reported),
            Field::Empty(span) => {
                Err(Diagnostic::new(&MISSING_FIELD, *span, format!("`{}` is empty", key.name))
                    .label(format!("{} needs it", self.what))
                    .help(format!("write {}", example(key)))
                    .report(self.diagnostics))
            }
            Field::Absent => Err(self.miss(key)),
        }
    }

    /// The same for a list, of which an empty one is nothing.
    pub(super) fn list<'f, T>(
        &mut self,
        key: &'static Key,
        field: &'f Field<Spanned<Vec<T>>>,
    ) -> Result<&'f [T], Reported> {
        match self.get(key, field)? {
            list if list.is_empty() => Err(self.miss(key)),
            list => Ok(list),
        }
    }

    fn miss(&mut self, key: &'static Key) -> Reported {
        self.missing.push(key);
        let names: Vec<_> = self.missing.iter().map(|key| key.name).collect();
        let (verb, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
        let examples: Vec<_> = self.missing.iter().map(|key| example(key)).collect();
        let diagnostic =
            Diagnostic::new(&MISSING_FIELD, self.head, format!("{} {verb} missing", listed(&names)))
                .label(format!("{} needs {them}", self.what))
                .help(format!("add {}", examples.join(", ")));
        match self.complaint {
            Some((at, reported)) => {
                self.diagnostics[at] = diagnostic;
                reported
            }
            None => {
                let reported = diagnostic.report(self.diagnostics);
                self.complaint = Some((self.diagnostics.len() - 1, reported));
                reported
            }
        }
    }
}

fn example(key: &Key) -> String {
    match key.example {
        "" => format!("`{}`", key.name),
        example => format!("`{}` ({example})", key.name),
    }
}
