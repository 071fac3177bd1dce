//! YAML and JSON text to a tree of [`Node`]s, by the events of granit-parser.
//!
//! A file without mistakes is read in one piece (`events`). In one with mistakes what is before and after each of them
//! is read all the same (`recover`), and what the mistake is and what to write instead is said in our words (`explain`).

mod events;
mod explain;
mod flow;
mod lines;
mod pieces;
mod recover;
mod resolve;

use events::Reading;

use super::scalar::Offsets;
use super::{Entry, Node, Scalar, ScalarKind, ScalarStyle, Value};
use crate::diagnostic::{Diagnostic, FileId, SourceMap, Span};

/// How deep a file may nest. Real rule files nest 6 deep.
const MAX_DEPTH: usize = 64;

/// Reads a YAML or JSON file of the map as a tree.
///
/// What cannot be read is reported, and is [`Unreadable`](super::Value::Unreadable) in the tree; keys that are there twice
/// are reported and kept. Of several documents the first is read.
pub fn parse(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let mut reading = Reading::new(file, map.file(file).text());
    let node = read(&mut reading);
    diagnostics.append(&mut reading.diagnostics);
    node
}

fn read(reading: &mut Reading<'_>) -> Node {
    let text = reading.text;
    let mut node = match reading.parse(text, 0, 0) {
        Ok(node) => node,
        Err(fault) => recover::recover(reading, fault),
    };
    if let Some(at) = reading.second_document {
        reading.diagnostics.push(explain::second_document(reading.file, text, at));
        // What seems to be missing in the first may be in the second.
        if let Value::Mapping(entries) = &mut node.value {
            entries.push(Entry::lost(Span::new(reading.file, at, at)));
        }
    }
    node
}

/// A text that was not read but is what was meant.
fn text_of(text: &str, span: Span) -> Scalar {
    Scalar {
        kind: ScalarKind::Text,
        text: text.to_owned(),
        style: ScalarStyle::Plain,
        source: span,
        offsets: Offsets::default(),
    }
}

#[cfg(test)]
mod tests;
