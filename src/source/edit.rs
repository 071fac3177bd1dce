//! Changes of values in YAML files, with every other byte of the files kept.
//!
//! What `check --fix` and `kql fmt --rules` write goes through here. A change is put in as its value is written: in quotes
//! what needs an escape there is escaped, unquoted text is put in quotes where it has to be, the lines of a block keep its
//! indentation, and lines end as the file's do. Then the file is read again: it must hold the new values, and be what it
//! was in everything else, mistakes included; otherwise nothing is changed.
//!
//! Why not a library: yamlpatch 1.26.1, the one that edits in place, reads with tree-sitter, whose grammar is C, and
//! writes with a port of libyaml. A program that does nothing but call it is 0.7 MB larger and needs a C compiler, and
//! there would be three readers of YAML that may disagree. It rewrites a part of a text as the bytes that were given, in
//! quotes as well (`'low'` to `'it's'`, which is invalid), does not find a part that is written with an escape, and
//! replacing the value in `{id: a, severity: 'low'}` loses the `severity`. Here the tree that the checks have looked at
//! already knows the bytes of each character, so that what is left to do is small.

mod lines;
mod part;

use std::collections::HashMap;
use std::mem::discriminant;
use std::ops::Range;

use super::{Node, Scalar, Value, parse};
use crate::diagnostic::{FileId, SourceMap, Span};

/// A change of one value, or of a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Another text in the place of what these bytes say: a part of a text, or all of it with its quotes or without.
    Part {
        /// The bytes of the file.
        place: Span,
        /// What they must say now.
        old: &'a str,
        /// What they are to say; one line where the text is a block.
        new: &'a str,
    },
    /// Other lines in the place of a text that is the value of a key of the outermost mapping.
    ///
    /// The lines of a block are replaced at its indentation, and a folded one becomes a literal one. A plain or quoted
    /// text becomes a literal block, but stays as it is for a single line. The line ends after the text of a block stay,
    /// those of a plain or quoted one as at most one.
    Lines {
        /// The place of the text.
        place: Span,
        /// The lines, each but the last followed by `\n`.
        lines: &'a str,
    },
}

impl Edit<'_> {
    fn place(&self) -> Span {
        match self {
            Self::Part { place, .. } | Self::Lines { place, .. } => *place,
        }
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The whole text; `None` where it stays as it is.
    pub text: Option<String>,
    /// The edits that are not made, by position, with the reason.
    pub refused: Vec<(usize, &'static str)>,
}

/// Bytes that are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    range: Range<usize>,
    new: String,
}

/// Makes edits of a file at once, in memory. Of two that overlap the first in the list is made.
pub fn edit(map: &SourceMap, file: FileId, edits: &[Edit<'_>]) -> Edited {
    let source = map.file(file).text();
    let mut diagnostics = Vec::new();
    let root = parse(map, file, &mut diagnostics);
    let before = Tree { map, file, root: &root, codes: codes(&diagnostics) };
    let mut editing =
        Editing { source, scalars: scalars(&root, file), parts: HashMap::new(), lines: Vec::new() };
    let mut refused = Vec::new();
    for (at, edit) in edits.iter().enumerate() {
        if let Err(reason) = editing.add(&root, edit) {
            refused.push((at, reason));
        }
    }
    for is_quoted in [false, true] {
        let Some(expected) = editing.expected() else { break };
        let text = applied(source, editing.changes(is_quoted));
        if before.is_kept_in(&text, &expected) {
            return Edited { text: Some(text), refused };
        }
    }
    if editing.expected().is_some() {
        let made = (0..edits.len()).filter(|at| !refused.iter().any(|(other, _)| other == at));
        let made: Vec<usize> = made.collect();
        refused
            .extend(made.into_iter().map(|at| (at, "what is around its text would be read in another way")));
        refused.sort_unstable();
    }
    Edited { text: None, refused }
}

/// Edits that are found in their file.
struct Editing<'a> {
    source: &'a str,
    /// The scalars of the file in the order of the text; one that aliases stand for once.
    scalars: Vec<&'a Scalar>,
    /// By position in `scalars`, the parts of their texts that change.
    parts: HashMap<usize, Vec<part::Part>>,
    lines: Vec<lines::Block>,
}

impl<'a> Editing<'a> {
    fn add(&mut self, root: &Node, edit: &Edit<'_>) -> Result<(), &'static str> {
        const OVERLAP: &str = "another change is made in its place";
        let place = edit.place();
        let at = self.scalars.partition_point(|scalar| scalar.source.start <= place.start);
        let of_value = at.checked_sub(1).filter(|at| self.scalars[*at].source.end >= place.end);
        match edit {
            Edit::Part { place, old, new } => {
                let at = of_value.ok_or("its place is not in a value")?;
                let part = part::find(self.source, self.scalars[at], *place, old, new)?;
                let is_over =
                    |range: &Range<usize>| range.start < part.bytes.end && part.bytes.start < range.end;
                let parts = self.parts.get(&at).into_iter().flatten();
                if parts
                    .map(|other| &other.bytes)
                    .chain(self.lines.iter().map(|block| &block.change.range))
                    .any(is_over)
                {
                    return Err(OVERLAP);
                }
                self.parts.entry(at).or_default().push(part);
            }
            Edit::Lines { place, lines } => {
                let Some(block) = lines::replace(self.source, root, *place, lines)? else { return Ok(()) };
                let is_over = |range: &Range<usize>| {
                    range.start < block.change.range.end && block.change.range.start < range.end
                };
                let parts = self.parts.values().flatten().map(|part| &part.bytes);
                if parts.chain(self.lines.iter().map(|block| &block.change.range)).any(is_over) {
                    return Err(OVERLAP);
                }
                self.lines.push(block);
            }
        }
        Ok(())
    }

    /// What each text that changes is to be, by where it begins; `None` where nothing changes.
    fn expected(&self) -> Option<HashMap<usize, String>> {
        let parts = self.parts.iter().map(|(at, parts)| {
            let scalar = self.scalars[*at];
            (scalar.source.start, part::text(scalar, parts))
        });
        let lines = self.lines.iter().map(|block| (block.start, block.value.clone()));
        let expected: HashMap<usize, String> = parts.chain(lines).collect();
        (!expected.is_empty()).then_some(expected)
    }

    /// The bytes that change; with `is_quoted`, unquoted texts are put in quotes.
    fn changes(&self, is_quoted: bool) -> Vec<Change> {
        let parts = self
            .parts
            .iter()
            .flat_map(|(at, parts)| part::changes(self.source, self.scalars[*at], parts, is_quoted));
        let mut changes: Vec<Change> =
            parts.chain(self.lines.iter().map(|block| block.change.clone())).collect();
        changes.sort_by_key(|change| (change.range.start, change.range.end));
        changes
    }
}

fn applied(source: &str, changes: Vec<Change>) -> String {
    let mut text = String::with_capacity(source.len());
    let mut end = 0;
    for Change { range, new } in changes {
        text.push_str(&source[end..range.start]);
        text.push_str(&new);
        end = range.end;
    }
    text.push_str(&source[end..]);
    text
}

/// The scalars of a file by where they begin, each once.
fn scalars(root: &Node, file: FileId) -> Vec<&Scalar> {
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Scalar(scalar) if scalar.source.file == file => found.push(scalar),
            Value::Sequence(items) => open.extend(items),
            Value::Mapping(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            Value::Scalar(_) | Value::Unreadable(_) => {}
        }
    }
    found.sort_by_key(|scalar| (scalar.source.start, scalar.source.end));
    found.dedup_by_key(|scalar| scalar.source);
    found
}

/// A file as it was read.
struct Tree<'a> {
    map: &'a SourceMap,
    file: FileId,
    root: &'a Node,
    codes: Vec<&'static str>,
}

fn codes(diagnostics: &[crate::diagnostic::Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|found| found.code.id).collect()
}

impl Tree<'_> {
    /// Whether a new text of the file says the same, but for these texts, each by where it began.
    fn is_kept_in(&self, new: &str, expected: &HashMap<usize, String>) -> bool {
        let mut map = SourceMap::new();
        let file = map.add(self.map.file(self.file).path(), new);
        let mut diagnostics = Vec::new();
        let root = parse(&map, file, &mut diagnostics);
        self.codes == codes(&diagnostics) && is_same(self.root, &root, expected)
    }
}

/// Whether two trees are the same but for their places, and for the texts that are expected to differ.
fn is_same(old: &Node, new: &Node, expected: &HashMap<usize, String>) -> bool {
    match (&old.value, &new.value) {
        (Value::Scalar(old), Value::Scalar(new)) => {
            match expected.get(&old.source.start) {
                // A number stays a number, and text stays text.
                Some(text) => discriminant(&old.kind) == discriminant(&new.kind) && new.text == *text,
                None => old.kind == new.kind && new.text == old.text,
            }
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new, expected))
        }
        (Value::Mapping(old), Value::Mapping(new)) => {
            let is_entry = |(old, new): (&super::Entry, &super::Entry)| {
                old.key == new.key && is_same(&old.value, &new.value, expected)
            };
            old.len() == new.len() && old.iter().zip(new).all(is_entry)
        }
        (Value::Unreadable(_), Value::Unreadable(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
