//! What a page says of false positives.

use super::Line;
use crate::diagnostic::{FileId, Span};

/// Harmless activity that the page expects to match, and how it would leave it out. It is kept for people to read and
/// excludes nothing: such filters tend to name whole system folders.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The line that begins it.
    pub span: Span,
    /// What happens.
    pub scenario: String,
    /// More about it; may be empty.
    pub description: String,
    /// What the page would leave out; may be empty.
    pub filter: String,
}

const LABELS: &[(&str, Label)] = &[
    ("scenario:", Label::Scenario),
    ("description:", Label::Description),
    ("filter/exclusion:", Label::Filter),
    ("filter:", Label::Filter),
    ("exclusion:", Label::Filter),
    ("example filter:", Label::Example),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Scenario,
    Description,
    Filter,
    Example,
}

/// Whether a line is the heading above the scenarios.
pub(super) fn is_heading(plain: &str) -> bool {
    plain.trim_end_matches(':').eq_ignore_ascii_case("False Positive Guidance")
}

/// The scenarios while they are read.
#[derive(Debug, Default)]
pub(super) struct Scenarios {
    done: Vec<Scenario>,
    current: Option<Label>,
}

impl Scenarios {
    /// Whether a line begins a scenario.
    pub(super) fn begins(plain: &str) -> bool {
        matches!(label(plain), Some((Label::Scenario, _)))
    }

    /// Takes a line: a label with its text, or more text of the last label.
    pub(super) fn read(&mut self, line: Line<'_>, file: FileId) {
        let plain = line.plain();
        if is_heading(plain) {
            return;
        }
        let (found, text) = match label(plain) {
            Some((found, text)) => (Some(found), text),
            None => (self.current, plain),
        };
        self.current = found;
        if found == Some(Label::Scenario) && label(plain).is_some() {
            self.done.push(Scenario {
                span: line.span(file, line.text.trim()),
                scenario: text.to_owned(),
                description: String::new(),
                filter: String::new(),
            });
            return;
        }
        let (Some(found), Some(last)) = (found, self.done.last_mut()) else { return };
        let target = match found {
            Label::Scenario => &mut last.scenario,
            Label::Description => &mut last.description,
            // An example of the filter belongs to it.
            Label::Filter | Label::Example => &mut last.filter,
        };
        if !target.is_empty() && !text.is_empty() {
            target.push(' ');
        }
        target.push_str(text);
    }

    /// The scenarios that say something.
    pub(super) fn finish(self) -> Vec<Scenario> {
        self.done.into_iter().filter(|scenario| !scenario.scenario.is_empty()).collect()
    }
}

fn label(plain: &str) -> Option<(Label, &str)> {
    LABELS.iter().find_map(|(text, label)| {
        plain
            .get(..text.len())
            .filter(|start| start.eq_ignore_ascii_case(text))
            .map(|_| (*label, plain[text.len()..].trim_matches(|c: char| c.is_whitespace() || c == '*')))
    })
}
