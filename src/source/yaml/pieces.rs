//! A mapping or list in pieces: cut at its lines, and put together again.

use std::collections::HashMap;
use std::ops::Range;

use super::events;
use super::lines::{self, Key, Line, Openness, is_item, lines};
use crate::diagnostic::{Diagnostic, Span};
use crate::source::{Entry, Value};

/// A part of a mapping or list.
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    pub(super) first: Line,
    pub(super) begins: Begins,
}

/// What it begins with.
pub(super) enum Begins {
    /// A key.
    Entry(Key),
    /// A dash.
    Item,
    /// Nothing that could be here.
    Stray,
}

/// The parts of a mapping or list at this indentation. What is further in belongs to the part above it, and so does
/// what is at the left edge of a text or of brackets that are open.
pub(super) fn segments(text: &str, range: Range<usize>, base: usize, is_list: bool) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut open = Openness::Closed;
    for line in lines(text, range) {
        let key = if is_list { None } else { lines::key(text, line) };
        let is_item = is_item(text, line);
        let content = &text[line.range()];
        if let Some(last) = segments.last_mut() {
            let is_part = match last.begins {
                _ if line.indent() > base => true,
                // A list may be as far in as its key.
                Begins::Entry(_) => key.is_none() && (is_item || open != Openness::Closed),
                Begins::Item => !is_item && open != Openness::Closed,
                // Lines of prose, one below the other, are one mistake.
                Begins::Stray => {
                    key.is_none() && !is_item && !is_list && lines::key_without_space(content).is_none()
                }
            };
            if is_part {
                last.range.end = line.end;
                open = open.then(content);
                continue;
            }
        }
        let begins = match key {
            Some(key) => Begins::Entry(key),
            None if is_item && is_list => Begins::Item,
            None => Begins::Stray,
        };
        let value = match &begins {
            Begins::Entry(key) => &text[key.value.clone()],
            Begins::Item => content[1..].trim_start(),
            Begins::Stray => "",
        };
        open = Openness::of(value);
        segments.push(Segment { range: line.start..line.end, first: line, begins });
    }
    segments
}

/// The entries of a mapping that is read in pieces.
#[derive(Default)]
pub(super) struct Entries {
    entries: Vec<Entry>,
    merged: Vec<Entry>,
}

impl Entries {
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Adds the entries of a piece; `is_merge` where it is a merge key, whose entries count only where there are no others.
    pub(super) fn extend(&mut self, entries: Vec<Entry>, is_merge: bool) {
        if is_merge { self.merged.extend(entries) } else { self.entries.extend(entries) }
    }

    /// The entries in order; keys that are there twice are reported, unless one of them was only guessed.
    pub(super) fn finish(mut self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Entry> {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| !matches!(entry.value.value, Value::Unreadable(_))) {
            match seen.get(&entry.key) {
                Some(first) => diagnostics.push(events::twice(&entry.key, entry.key_span, *first)),
                None => drop(seen.insert(entry.key.clone(), entry.key_span)),
            }
        }
        self.merged.retain(|entry| !seen.contains_key(&entry.key));
        self.entries.append(&mut self.merged);
        self.entries
    }
}
