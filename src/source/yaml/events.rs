//! The library's events to nodes: spans, anchors and aliases, merge keys, keys that are there twice.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle as Style, StructureStyle, Tag};

use super::{MAX_DEPTH, explain, resolve};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::scalar::Offsets;
use crate::source::{DUPLICATE_KEY, Entry, Node, Scalar, ScalarKind, ScalarStyle, Value};

/// How many nodes aliases may copy in a small file. Files that are written by people copy some dozen.
const COPIED_NODES: usize = 100_000;
/// How many bytes of text aliases may copy in a small file.
const COPIED_BYTES: usize = 8 << 20;
/// From this many keys on, a mapping keeps a table of them.
const MANY_KEYS: usize = 16;

/// Why a text cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What the library says of it.
    pub(super) kind: ErrorKind,
    /// Where in the file.
    pub(super) at: usize,
}

/// A file that is being read, in one piece or in several.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) file: FileId,
    /// The text of the file.
    pub(super) text: &'a str,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many bytes the library was given, which is how much work the file took.
    pub(super) bytes_parsed: usize,
    /// Where a second document begins that holds something.
    pub(super) second_document: Option<usize>,
    anchors: HashMap<String, Anchor>,
    copied: Size,
    has_copied_too_much: bool,
}

/// A node that aliases may stand for.
#[derive(Debug, Clone)]
struct Anchor {
    node: Node,
    size: Size,
}

/// How much a node holds.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    span: Span,
    anchor: Option<String>,
    size: Size,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    is_flow: bool,
    entries: Vec<Entry>,
    key: Option<Key>,
    merged: Vec<Entry>,
    /// The keys of a large mapping, each with its first place.
    seen: HashMap<String, Span>,
    /// Whether it is `{Column}`, which is a mapping by chance: in `{{Column}}`, the key of another.
    has_mapping_as_key: bool,
}

enum Key {
    Text(String, Span),
    Merge,
    Unreadable(Span),
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self {
            file,
            text,
            diagnostics: Vec::new(),
            bytes_parsed: 0,
            second_document: None,
            anchors: HashMap::new(),
            copied: Size::default(),
            has_copied_too_much: false,
        }
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let boundary = |mut at: usize| {
            at = at.min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        Span::new(self.file, boundary(range.start), boundary(range.end))
    }

    /// Reads `part`, which is the text of the file from `start` on with blanks in some places, `depth` levels within the
    /// whole. Of several documents, the first; of none, null.
    ///
    /// What is wrong with a value but not with the syntax is reported, and the value is one that cannot be read.
    pub(super) fn parse(&mut self, part: &str, start: usize, depth: usize) -> Result<Node, Fault> {
        self.bytes_parsed += part.len();
        let reported = self.diagnostics.len();
        let mut builder = Builder { reading: self, start, depth, open: Vec::new(), root: None };
        let result = builder.run(part);
        let root = builder.root.take();
        if let Err(fault) = result {
            self.diagnostics.truncate(reported);
            return Err(fault);
        }
        let end = start + part.len();
        Ok(root.unwrap_or_else(|| null(self.span(end..end))))
    }
}

fn null(span: Span) -> Node {
    let scalar = Scalar {
        kind: ScalarKind::Null,
        text: String::new(),
        style: ScalarStyle::Plain,
        source: span,
        offsets: Offsets::default(),
    };
    Node { span, value: Value::Scalar(scalar) }
}

struct Builder<'r, 'a> {
    reading: &'r mut Reading<'a>,
    start: usize,
    depth: usize,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_, '_> {
    fn run(&mut self, part: &str) -> Result<(), Fault> {
        let levels = MAX_DEPTH.saturating_sub(self.depth);
        let mut options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: levels,
            block_nesting_limit: levels,
        };
        options.set_emit_comments(false);
        let mut parser = Parser::new_from_str_with_options(part, options);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, place) = event.map_err(|error| Fault {
                kind: error.kind().clone(),
                at: self.start + error.marker().byte_offset().unwrap_or_default(),
            })?;
            let bytes = place.byte_range().unwrap_or_default();
            let span = self.reading.span(self.start + bytes.start..self.start + bytes.end);
            if let Event::DocumentStart(..) = event {
                documents += 1;
                continue;
            }
            if documents > 1 {
                if event.is_node() && !bytes.is_empty() {
                    self.reading.second_document = Some(span.start);
                    break;
                }
                continue;
            }
            self.event(event, span, &mut parser)?;
        }
        Ok(())
    }

    fn event<'p>(
        &mut self,
        event: Event<'_>,
        span: Span,
        parser: &mut Parser<'p, granit_parser::StrInput<'p>>,
    ) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge = text == "<<"
                    && match &tag {
                        None => style == Style::Plain,
                        Some(tag) => {
                            tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() == Some("merge")
                        }
                    };
                let node = self.scalar(text.into_owned(), style, tag.as_deref(), span);
                let size = Size { nodes: 1, bytes: span.end - span.start, depth: 0 };
                let anchor = if anchor == 0 { None } else { name_of_anchor(parser) };
                self.anchored(anchor, &node, size);
                self.add(node, size, is_merge);
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(span, anchor, parser, Content::Sequence(Vec::new()))?;
            }
            Event::MappingStart(style, anchor, _) => {
                let is_flow = style == StructureStyle::Flow;
                let mapping = Mapping { is_flow, ..Mapping::default() };
                self.begin(span, anchor, parser, Content::Mapping(mapping))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(span),
            _ => {}
        }
        Ok(())
    }

    fn scalar(&mut self, text: String, style: Style, tag: Option<&Tag>, span: Span) -> Node {
        let style = match style {
            Style::Plain => ScalarStyle::Plain,
            Style::SingleQuoted => ScalarStyle::SingleQuoted,
            Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
            Style::Literal => ScalarStyle::Literal,
            Style::Folded => ScalarStyle::Folded,
        };
        // Where nothing is written, the library says `~`.
        let is_absent = style == ScalarStyle::Plain && span.start == span.end;
        let value = if is_absent { "" } else { &text };
        let kind = match resolve::kind(value, style, tag) {
            Ok(kind) => kind,
            Err(expected) => {
                self.reading.diagnostics.push(explain::wrong_tag(span, expected, tag));
                return Node { span, value: Value::Unreadable(None) };
            }
        };
        let text = match kind {
            ScalarKind::Text => text,
            _ => self.reading.text.get(span.start..span.end).unwrap_or_default().trim().to_owned(),
        };
        let scalar = Scalar { kind, text, style, source: span, offsets: Offsets::default() };
        Node { span, value: Value::Scalar(scalar) }
    }

    fn begin<'p>(
        &mut self,
        span: Span,
        anchor: usize,
        parser: &mut Parser<'p, granit_parser::StrInput<'p>>,
        content: Content,
    ) -> Result<(), Fault> {
        if self.depth + self.open.len() >= MAX_DEPTH {
            return Err(Fault { kind: ErrorKind::RecursionLimitExceeded, at: span.start });
        }
        let anchor = if anchor == 0 { None } else { name_of_anchor(parser) };
        self.open.push(Open { span, anchor, size: Size::default(), content });
        Ok(())
    }

    fn end(&mut self) {
        let Some(Open { span, anchor, mut size, content }) = self.open.pop() else { return };
        let value = match content {
            Content::Sequence(items) => Value::Sequence(items),
            Content::Mapping(mapping) => mapping.finish(),
        };
        size.nodes += 1;
        size.depth += 1;
        let node = Node { span, value };
        self.anchored(anchor, &node, size);
        self.add(node, size, false);
    }

    fn anchored(&mut self, name: Option<String>, node: &Node, size: Size) {
        if let Some(name) = name {
            self.reading.anchors.insert(name, Anchor { node: node.clone(), size });
        }
    }

    fn alias(&mut self, span: Span) {
        let written = self.reading.text.get(span.start..span.end).unwrap_or_default();
        let name = written.trim_start_matches('*');
        let Some(anchor) = self.reading.anchors.get(name) else {
            self.reading.diagnostics.push(explain::unknown_alias(span, written));
            let node = Node { span, value: Value::Unreadable(None) };
            return self.add(node, Size { nodes: 1, bytes: 0, depth: 0 }, false);
        };
        let size = anchor.size;
        let copied = &mut self.reading.copied;
        copied.nodes += size.nodes;
        copied.bytes += size.bytes;
        let length = self.reading.text.len();
        let is_too_much = copied.nodes > COPIED_NODES + length / 10
            || copied.bytes > COPIED_BYTES + length * 4
            || self.depth + self.open.len() + size.depth > MAX_DEPTH;
        if is_too_much {
            if !self.reading.has_copied_too_much {
                self.reading.has_copied_too_much = true;
                self.reading.diagnostics.push(explain::too_many_copies(span, written));
            }
            let node = Node { span, value: Value::Unreadable(None) };
            return self.add(node, Size { nodes: 1, bytes: 0, depth: 0 }, false);
        }
        let mut node = anchor.node.clone();
        place_at(&mut node, span);
        self.add(node, size, false);
    }

    /// Puts a node that is complete where it belongs.
    fn add(&mut self, node: Node, size: Size, is_merge: bool) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        parent.size.nodes += size.nodes;
        parent.size.bytes += size.bytes;
        parent.size.depth = parent.size.depth.max(size.depth);
        match &mut parent.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(mapping) => match mapping.key.take() {
                None => mapping.key(node, is_merge, self.reading.text, &mut self.reading.diagnostics),
                Some(key) => mapping.value(key, node, &mut self.reading.diagnostics),
            },
        }
    }
}

/// The name of the anchor of the node that came just now, which the library says next.
fn name_of_anchor<'p>(parser: &mut Parser<'p, granit_parser::StrInput<'p>>) -> Option<String> {
    match parser.next_event() {
        Some(Ok((Event::Anchor(_, name), _))) => Some(name.into_owned()),
        _ => None,
    }
}

/// Gives a node and all within it one place: that of the alias that stands for it.
fn place_at(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Scalar(_) | Value::Unreadable(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| place_at(item, span)),
        Value::Mapping(entries) => entries.iter_mut().for_each(|entry| {
            entry.key_span = span;
            place_at(&mut entry.value, span);
        }),
    }
}

impl Mapping {
    fn key(&mut self, node: Node, is_merge: bool, text: &str, diagnostics: &mut Vec<Diagnostic>) {
        let span = node.span;
        self.key = Some(match node.value {
            Value::Scalar(_) if is_merge => Key::Merge,
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null && scalar.text.is_empty() => {
                diagnostics.push(explain::no_key(span));
                Key::Unreadable(span)
            }
            Value::Scalar(scalar) => Key::Text(scalar.text, span),
            Value::Unreadable(_) => Key::Unreadable(span),
            Value::Mapping(_)
                if self.is_flow && self.entries.is_empty() && text[..span.start].ends_with('{') =>
            {
                let place = Span::new(span.file, span.start - 1, span.end);
                diagnostics.push(explain::placeholder(text, place, None));
                self.has_mapping_as_key = true;
                Key::Unreadable(span)
            }
            Value::Sequence(_) | Value::Mapping(_) => {
                diagnostics.push(explain::key_of_several_values(span));
                Key::Unreadable(span)
            }
        });
    }

    fn value(&mut self, key: Key, value: Node, diagnostics: &mut Vec<Diagnostic>) {
        match key {
            Key::Unreadable(span) => self.entries.push(Entry::lost(span)),
            Key::Merge => self.merge(value, diagnostics),
            Key::Text(key, key_span) => {
                if let Some(first) = self.first(&key, key_span) {
                    diagnostics.push(twice(&key, key_span, first));
                }
                self.entries.push(Entry { key, key_span, value });
            }
        }
    }

    /// Where a key is already; notes its place where it is not.
    fn first(&mut self, key: &str, span: Span) -> Option<Span> {
        if self.entries.len() < MANY_KEYS {
            return self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span);
        }
        if self.seen.is_empty() {
            for entry in &self.entries {
                self.seen.entry(entry.key.clone()).or_insert(entry.key_span);
            }
        }
        if let Some(first) = self.seen.get(key) {
            return Some(*first);
        }
        self.seen.insert(key.to_owned(), span);
        None
    }

    fn merge(&mut self, value: Node, diagnostics: &mut Vec<Diagnostic>) {
        let place = value.span;
        match value.value {
            Value::Mapping(entries) => self.merged.extend(entries),
            Value::Sequence(items) => items.into_iter().for_each(|item| self.merge(item, diagnostics)),
            Value::Unreadable(_) => self.entries.push(Entry::lost(place)),
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Null => {}
            Value::Scalar(_) => {
                diagnostics.push(explain::nothing_to_merge(place));
                self.entries.push(Entry::lost(place));
            }
        }
    }

    /// The mapping: its own keys, and those merged into it that it does not have.
    fn finish(mut self) -> Value {
        if self.has_mapping_as_key {
            return Value::Unreadable(None);
        }
        for entry in std::mem::take(&mut self.merged) {
            if self.first(&entry.key, entry.key_span).is_none() {
                self.entries.push(entry);
            }
        }
        Value::Mapping(self.entries)
    }
}

/// That a key is there twice.
pub(super) fn twice(key: &str, place: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&DUPLICATE_KEY, place, format!("the key `{key}` is there twice"))
        .related(first, "the first one")
        .help("keep one of the two")
}
