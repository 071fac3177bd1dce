//! A query in a file of its own.

use kql::{Analysis, Parsed, Severity};

use super::allow::Allows;
use super::lint;
use crate::diagnostic::{Diagnostic, FileId, Span};

/// What is wrong with a bare query, without the warnings that comments in it allow.
#[derive(Debug)]
pub struct BareFindings<'a> {
    /// What the language finds in its syntax.
    pub syntax: Vec<&'a kql::Diagnostic>,
    /// What the language finds in its meaning.
    pub meaning: Vec<&'a kql::Diagnostic>,
    /// What the lints and the comments themselves give: all of them warnings.
    pub lints: Vec<Diagnostic>,
}

/// Checks a query that is the whole of a file, so that a place in the one is a place in the other.
pub fn check_bare_query<'a>(file: FileId, parsed: &'a Parsed, analysis: &'a Analysis) -> BareFindings<'a> {
    let tree = &parsed.tree;
    let allows = Allows::read(&tree.source, &tree.tokens);
    let locate = |place: kql::Span| Span::new(file, place.range().start, place.range().end);
    let stays = |found: &&kql::Diagnostic| {
        found.severity() == Severity::Error || !allows.silences(found.code.as_str(), found.span.range().start)
    };
    let syntax = parsed.diagnostics.iter().collect();
    let meaning = analysis.diagnostics.iter().filter(stays).collect();
    let mut lints = lint::bare_query(parsed, analysis, &locate);
    lints.retain(|lint| !allows.silences(lint.code.id, lint.span.start));
    lints.extend(allows.complaints(parsed.diagnostics.is_empty(), &locate));
    lints.sort_by_key(|lint| lint.span);
    BareFindings { syntax, meaning, lints }
}
