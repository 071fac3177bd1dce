//! What can be read of a file with mistakes.
//!
//! The library ends at its first error. So a mapping in which one is found is cut at the lines that begin a key at its
//! indentation, and each entry is read by itself; one that cannot be read is cut again, at the keys or items within it,
//! and so on down to the value with the mistake. Each level reads a part of what the level above it read, and no more
//! than [`MAX_DEPTH`] levels are gone down, so the work grows as the file does.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::ErrorKind;

use super::events::{Fault, Reading};
use super::explain::{self, Context};
use super::lines::{self, Key, Line, is_item, lines};
use super::pieces::{Begins, Entries, Segment, segments};
use super::{MAX_DEPTH, text_of};
use crate::diagnostic::Span;
use crate::source::{Entry, Node, Scalar, Value};

/// A file whose text cannot be read in one piece.
pub(super) struct Recovery<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    /// The text of the file, byte for byte, but with spaces for the dashes of items that are being read by themselves
    /// and for the tabs that indent lines.
    pub(super) work: String,
}

/// Reads what can be read of a file.
pub(super) fn recover(reading: &mut Reading<'_>, fault: Fault) -> Node {
    let work = reading.text.to_owned();
    let mut recovery = Recovery { reading, work };
    let range = recovery.first_document();
    recovery.broken(range, 0, &fault, &Context::default())
}

impl Recovery<'_, '_> {
    /// The range of the first document, without what introduces it.
    fn first_document(&mut self) -> Range<usize> {
        let is_marker = |line: &str, marker: &str| {
            line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        };
        let all = 0..self.work.len();
        let (mut start, mut end, mut has_content) = (0, all.end, false);
        let mut dashes = None;
        for line in lines(&self.work, all) {
            let content = &self.work[line.range()];
            let is_start = line.indent() == 0 && is_marker(content, "---");
            if is_start && !has_content && dashes.is_none() {
                dashes = Some(line.content);
                start = line.start;
                has_content |= content.len() > 3;
            } else if is_start || line.indent() == 0 && is_marker(content, "...") {
                end = line.start;
                break;
            } else {
                // A directive counts as content where no document follows it.
                has_content |= !content.starts_with('%');
            }
        }
        if let Some(dashes) = dashes {
            self.blank(dashes..dashes + 3);
        }
        let rest = lines(&self.work, end..self.work.len()).find(|line| {
            let content = &self.work[line.range()];
            !is_marker(content, "---") && !is_marker(content, "...")
        });
        self.reading.second_document = rest.map(|line| line.content);
        start..end
    }

    /// Puts spaces over bytes that are ASCII.
    fn blank(&mut self, range: Range<usize>) {
        let blanks = " ".repeat(range.len());
        self.work.replace_range(range, &blanks);
    }

    fn parse(&mut self, range: Range<usize>, depth: usize) -> Result<Node, Fault> {
        self.reading.parse(&self.work[range.clone()], range.start, depth)
    }

    /// The node of a range that cannot be read in one piece, for this fault.
    fn broken(&mut self, range: Range<usize>, depth: usize, fault: &Fault, context: &Context<'_>) -> Node {
        let reported = self.reading.diagnostics.len();
        let node = self.cut(range, depth, fault, context);
        if self.reading.diagnostics.len() == reported {
            self.report(fault, context);
        }
        node
    }

    fn cut(&mut self, range: Range<usize>, depth: usize, fault: &Fault, context: &Context<'_>) -> Node {
        // Of a file that is too deep the keys at its left edge are read, and no further.
        let first = lines(&self.work, range.clone()).next().filter(|line| {
            let is_key = depth == 0 && lines::key(&self.work, *line).is_some();
            depth < MAX_DEPTH && (is_key || fault.kind != ErrorKind::RecursionLimitExceeded)
        });
        let Some(first) = first else {
            return self.leaf(range, fault, context);
        };
        let content = &self.work[first.range()];
        if content.starts_with(['{', '[']) && !self.are_keys(range.clone(), first.indent()) {
            return self.flow(first.content, range.end, depth, context);
        }
        if is_item(&self.work, first) && !self.are_keys(range.clone(), first.indent()) {
            let base = first.indent();
            let items = self.items(range, base, depth);
            return self.node(first.content, Value::Sequence(items));
        }
        match self.base(range.clone(), first) {
            Some(base) => {
                let entries = self.entries(range, base, depth);
                self.node(first.content, Value::Mapping(entries))
            }
            None if depth == 0 && explain::is_general(&fault.kind) => {
                let diagnostic = explain::no_keys(self.reading.file, first.range());
                self.reading.diagnostics.push(diagnostic);
                Node { span: self.reading.span(first.range()), value: Value::Unreadable(None) }
            }
            None => {
                let context = Context { value: first.range(), ..context.clone() };
                self.leaf(range, fault, &context)
            }
        }
    }

    /// Whether more lines of this indentation begin a key than anything else. Keys in quotes may be in brackets.
    fn are_keys(&self, range: Range<usize>, indent: usize) -> bool {
        let (mut keys, mut others) = (0, 0);
        for line in lines(&self.work, range).filter(|line| line.indent() == indent) {
            let is_key = lines::key(&self.work, line).is_some_and(|key| key.place.start == line.content);
            *(if is_key { &mut keys } else { &mut others }) += 1;
        }
        keys > others
    }

    fn node(&self, at: usize, value: Value) -> Node {
        Node { span: self.reading.span(at..at), value }
    }

    fn report(&mut self, fault: &Fault, context: &Context<'_>) {
        let diagnostic = explain::fault(self.reading.file, self.reading.text, fault, context);
        self.reading.diagnostics.push(diagnostic);
    }

    /// A value that cannot be read, nor cut any further.
    pub(super) fn leaf(&mut self, range: Range<usize>, fault: &Fault, context: &Context<'_>) -> Node {
        self.report(fault, context);
        let place = if context.value.is_empty() { range.start..range.start } else { context.value.clone() };
        let span = self.reading.span(place);
        Node { span, value: Value::Unreadable(self.meant(fault, span).map(Box::new)) }
    }

    /// The text that was meant by a value of one line, where nothing but quotes is wrong with it.
    fn meant(&self, fault: &Fault, span: Span) -> Option<Scalar> {
        use ErrorKind::*;
        let is_text = matches!(
            fault.kind,
            MappingValueNotAllowed
                | UnexpectedCharacter { character: '@' | '`' | '%' }
                | UnclosedQuotedScalar
                | DocumentIndicatorInQuotedScalar
                | InvalidTrailingSingleQuotedScalar
                | InvalidTrailingDoubleQuotedScalar
        );
        let text = self.work.get(span.start..span.end).unwrap_or_default();
        let text = text.trim_start_matches(['"', '\'']).trim_end_matches(['"', '\'']).trim();
        (is_text && !text.is_empty() && !text.contains('\n')).then(|| text_of(text, span))
    }

    /// The indentation of the keys of a mapping: of its first line, or where more keys are further out, theirs.
    fn base(&self, range: Range<usize>, first: Line) -> Option<usize> {
        let mut keys: HashMap<usize, usize> = HashMap::new();
        for line in lines(&self.work, range) {
            if line.indent() <= first.indent()
                && (lines::key(&self.work, line).is_some()
                    || lines::key_without_space(&self.work[line.range()]).is_some())
            {
                *keys.entry(line.indent()).or_default() += 1;
            }
        }
        let at_first = keys.get(&first.indent()).copied().unwrap_or(0);
        let most = keys.iter().max_by_key(|(indent, count)| (**count, std::cmp::Reverse(**indent)));
        most.map(|(indent, count)| if *count > at_first { *indent } else { first.indent() })
    }

    /// The entries of a mapping whose keys have this indentation.
    fn entries(&mut self, range: Range<usize>, base: usize, depth: usize) -> Vec<Entry> {
        let mut mapping = Entries::default();
        for segment in segments(&self.work, range, base, false) {
            let expected = segment.first.indent() == base;
            match segment.begins {
                Begins::Entry(key) => {
                    if !expected {
                        self.wrong_indentation(segment.first, base);
                    }
                    self.entry(segment.range, segment.first, &key, depth, &mut mapping);
                }
                Begins::Item | Begins::Stray => self.stray(segment.first, &mut mapping),
            }
        }
        mapping.finish(&mut self.reading.diagnostics)
    }

    fn wrong_indentation(&mut self, line: Line, base: usize) {
        let diagnostic = explain::wrong_indentation(self.reading.file, line.range(), line.indent(), base);
        self.reading.diagnostics.push(diagnostic);
    }

    /// A line of a mapping that begins no entry. It may have been meant as one.
    fn stray(&mut self, line: Line, mapping: &mut Entries) {
        let text = &self.work[line.range()];
        let diagnostic = explain::stray(self.reading.file, self.reading.text, line.range(), false);
        if is_item(&self.work, line) {
            self.reading.diagnostics.push(diagnostic);
            self.blank(line.content..line.content + 1);
            return match self.parse(line.start..line.end, MAX_DEPTH - 1) {
                Ok(Node { value: Value::Mapping(entries), .. }) => mapping.extend(entries, false),
                _ => mapping.add(Entry::lost(self.reading.span(line.range()))),
            };
        }
        // With a character too many before it.
        let begins = Line { content: line.content + explain::before_key(text), ..line };
        if let Some(key) = lines::key(&self.work, begins).filter(|_| begins != line) {
            let span = self.reading.span(key.value.clone());
            let meant = self.work[key.value.clone()].trim_matches(['"', '\'']);
            let meant = (!meant.is_empty()).then(|| Box::new(text_of(meant, span)));
            self.reading.diagnostics.push(diagnostic);
            return mapping.add(self.with_key(&key, Node { span, value: Value::Unreadable(meant) }));
        }
        let (key, value) = match lines::key_without_space(text) {
            Some((key, value)) => (key, value),
            None => (text.split([' ', ':', '\t']).next().unwrap_or_default(), ""),
        };
        let at = line.content + key.len();
        let span = self.reading.span(at..line.content_end);
        let scalar = (!value.is_empty()).then(|| Box::new(text_of(value.trim_matches(['"', '\'']), span)));
        let entry = match lines::is_name(key) {
            true => Entry {
                key: key.to_owned(),
                key_span: self.reading.span(line.content..at),
                value: Node { span, value: Value::Unreadable(scalar) },
            },
            false => Entry::lost(self.reading.span(line.range())),
        };
        self.reading.diagnostics.push(diagnostic);
        mapping.add(entry);
    }

    /// Reads one entry, and what else its lines hold.
    fn entry(&mut self, range: Range<usize>, first: Line, key: &Key, depth: usize, mapping: &mut Entries) {
        let fault = match self.parse(range.clone(), depth) {
            Ok(Node { value: Value::Mapping(entries), .. }) => {
                return mapping.extend(entries, key.name == "<<");
            }
            Ok(_) => Fault { kind: ErrorKind::ExpectedBlockMappingKey, at: first.content },
            Err(fault) => fault,
        };
        let reported = self.reading.diagnostics.len();
        if self.replace_tabs(range.clone(), first) {
            let kept = self.reading.diagnostics.len();
            match self.parse(range.clone(), depth) {
                Ok(Node { value: Value::Mapping(entries), .. }) => mapping.extend(entries, key.name == "<<"),
                _ => {
                    self.broken_entry(range, first, key, depth, &fault, mapping);
                    // Most likely more of the same mistake.
                    self.reading.diagnostics.truncate(kept);
                }
            }
            return;
        }
        self.broken_entry(range, first, key, depth, &fault, mapping);
        if self.reading.diagnostics.len() == reported {
            self.report(
                &fault,
                &Context { key: Some(&key.name), value: key.value.clone(), in_brackets: false },
            );
        }
    }

    fn broken_entry(
        &mut self,
        range: Range<usize>,
        first: Line,
        key: &Key,
        depth: usize,
        fault: &Fault,
        mapping: &mut Entries,
    ) {
        let context = Context { key: Some(&key.name), value: key.value.clone(), in_brackets: false };
        let value = &self.work[key.value.clone()];
        let is_property = value.starts_with(['&', '!']) && !value.contains(' ');
        let mut below = first.end..range.end;
        let next = lines(&self.work, below.clone()).next();
        if let Some(outside) = next.and_then(|next| self.key_outside_list(below.clone(), next))
            && depth < MAX_DEPTH
        {
            self.wrong_indentation(outside, first.indent());
            let rest = outside.start..below.end;
            below.end = outside.start;
            self.entry(first.start..below.end, first, key, depth, mapping);
            for entry in self.entries(rest, outside.indent(), depth + 1) {
                mapping.add(entry);
            }
            return;
        }
        let value = if fault.kind == ErrorKind::RecursionLimitExceeded {
            self.leaf(range, fault, &context)
        } else if let (true, Some(next)) = (value.is_empty() || is_property, next) {
            let outside = Context { key: context.key, value: next.range(), in_brackets: false };
            match self.parse(below.clone(), depth + 1) {
                Ok(node) => node,
                Err(fault) => self.broken(below, depth + 1, &fault, &outside),
            }
        } else if value.starts_with(['{', '[']) {
            self.flow(key.value.start, range.end, depth + 1, &context)
        } else if value.starts_with(['|', '>']) {
            self.block(fault, key, first)
        } else {
            return self.broken_scalar(first, below, key, depth, fault, mapping);
        };
        mapping.add(self.with_key(key, value));
    }

    /// The first key below a list that is further out than its items, and further in than the list's own key.
    fn key_outside_list(&self, below: Range<usize>, next: Line) -> Option<Line> {
        let is_list = is_item(&self.work, next);
        let outside = |line: &Line| line.indent() < next.indent() && lines::key(&self.work, *line).is_some();
        lines(&self.work, below).filter(|_| is_list).find(outside)
    }

    fn with_key(&self, key: &Key, value: Node) -> Entry {
        Entry { key: key.name.clone(), key_span: self.reading.span(key.place.clone()), value }
    }

    /// The entry of a key whose value begins on its line and is neither a block nor in brackets.
    fn broken_scalar(
        &mut self,
        first: Line,
        below: Range<usize>,
        key: &Key,
        depth: usize,
        fault: &Fault,
        mapping: &mut Entries,
    ) {
        let context = Context { key: Some(&key.name), value: key.value.clone(), in_brackets: false };
        let next = lines(&self.work, below.clone()).next();
        match (self.parse(first.start..first.end, depth), next) {
            // The line of the key is right: what is below it does not belong there.
            (Ok(Node { value: Value::Mapping(entries), .. }), Some(next)) => {
                let (is_list, is_key) = (is_item(&self.work, next), lines::key(&self.work, next).is_some());
                if !is_list && !is_key {
                    let value = self.leaf(first.start..below.end, fault, &context);
                    return mapping.add(self.with_key(key, value));
                }
                mapping.extend(entries, false);
                let diagnostic = explain::below_value(self.reading.file, next.range(), &key.name, is_list);
                self.reading.diagnostics.push(diagnostic);
                if is_key && depth < MAX_DEPTH {
                    for entry in self.entries(below, next.indent(), depth + 1) {
                        mapping.add(entry);
                    }
                }
            }
            (Err(fault), _) => {
                let value = self.leaf(first.start..first.end, &fault, &context);
                mapping.add(self.with_key(key, value));
            }
            _ => {
                let value = self.leaf(first.start..below.end, fault, &context);
                mapping.add(self.with_key(key, value));
            }
        }
    }

    /// A block of text that cannot be read: its header is wrong, or its lines are not as far in as they must be.
    fn block(&mut self, fault: &Fault, key: &Key, first: Line) -> Node {
        let context = Context { key: Some(&key.name), value: key.value.clone(), in_brackets: false };
        let is_outside = matches!(
            fault.kind,
            ErrorKind::SimpleKeyExpected
                | ErrorKind::ExpectedBlockMappingKey
                | ErrorKind::MappingValueNotAllowed
                | ErrorKind::InvalidIndentation
                | ErrorKind::UnexpectedCharacter { character: '@' | '`' | '%' }
        ) || fault.at >= first.end
            && !matches!(fault.kind, ErrorKind::InvalidBlockScalarIndent);
        if is_outside {
            let place = lines::of(&self.work, fault.at);
            let is_first = self.work[first.end..place.start].trim().is_empty();
            let file = self.reading.file;
            self.reading.diagnostics.push(explain::outside_block(file, place, &key.name, is_first));
        } else {
            self.report(fault, &context);
        }
        Node { span: self.reading.span(key.value.clone()), value: Value::Unreadable(None) }
    }

    /// Reports the lines of a part that begin with a tab, and puts spaces over their tabs.
    fn replace_tabs(&mut self, range: Range<usize>, first: Line) -> bool {
        let mut runs: Vec<(Range<usize>, usize, usize)> = Vec::new();
        for line in lines(&self.work, range) {
            let indentation = &self.work[line.start..line.content];
            // Further in than the key, a tab may be a part of a text.
            let Some(tab) = indentation.find('\t').filter(|tab| *tab <= first.indent()) else { continue };
            let place = line.start + tab..line.content;
            match runs.last_mut() {
                Some((_, end, count)) if self.work[*end..line.start].trim().is_empty() => {
                    *end = line.end;
                    *count += 1;
                }
                _ => runs.push((place, line.end, 1)),
            }
        }
        for (place, end, count) in &runs {
            let start = self.work[..place.start].rfind('\n').map_or(0, |at| at + 1);
            let tabbed: Vec<Range<usize>> =
                lines(&self.work, start..*end).map(|line| line.start..line.content).collect();
            tabbed.into_iter().for_each(|range| self.blank(range));
            let diagnostic = explain::tabs(self.reading.file, place.clone(), *count);
            self.reading.diagnostics.push(diagnostic);
        }
        !runs.is_empty()
    }

    /// The items of a list whose dashes have this indentation.
    fn items(&mut self, range: Range<usize>, base: usize, depth: usize) -> Vec<Node> {
        let mut items: Vec<Node> = Vec::new();
        for segment in segments(&self.work, range, base, true) {
            let Segment { range, first, begins } = segment;
            if matches!(begins, Begins::Item) {
                if first.indent() != base {
                    self.wrong_indentation(first, base);
                }
                self.item(range, first, depth, &mut items);
                continue;
            }
            // A key as far in as the dash was meant for the item above.
            if lines::key(&self.work, first).is_some()
                && let Some(Node { value: Value::Mapping(entries), .. }) = items.last_mut()
            {
                let expected = entries.first().map_or(base + 2, |entry| {
                    let at = entry.key_span.start;
                    at - self.work[..at].rfind('\n').map_or(0, |end| end + 1)
                });
                let mut entries = std::mem::take(entries);
                self.wrong_indentation(first, expected);
                entries.extend(self.entries(range, first.indent(), depth + 1));
                if let Some(last) = items.last_mut() {
                    last.value = Value::Mapping(entries);
                }
                continue;
            }
            let diagnostic = explain::stray(self.reading.file, self.reading.text, first.range(), true);
            self.reading.diagnostics.push(diagnostic);
            let span = self.reading.span(first.range());
            items.push(Node { span, value: Value::Unreadable(None) });
        }
        items
    }

    fn item(&mut self, range: Range<usize>, first: Line, depth: usize, items: &mut Vec<Node>) {
        let fault = match self.parse(range.clone(), depth) {
            Ok(Node { value: Value::Sequence(found), .. }) => return items.extend(found),
            Ok(_) => Fault { kind: ErrorKind::ExpectedBlockSequenceEntry, at: first.content },
            Err(fault) => fault,
        };
        let kept = self.replace_tabs(range.clone(), first).then_some(self.reading.diagnostics.len());
        self.blank(first.content..first.content + 1);
        let node = match self.parse(range.clone(), depth + 1) {
            Ok(node) if kept.is_some() => node,
            _ => self.broken(range, depth + 1, &fault, &Context::default()),
        };
        if let Some(kept) = kept {
            self.reading.diagnostics.truncate(kept);
        }
        items.push(node);
    }
}
