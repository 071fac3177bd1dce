//! What a page says above its table.

use super::Line;
use crate::diagnostic::{FileId, Span};

/// What a page counts of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// The number of indicators, and where it is.
    pub total: Option<(usize, Span)>,
    /// The types of indicators, and where they are.
    pub types: Option<(Vec<String>, Span)>,
}

/// The summary and the family, while the lines above the table are read.
#[derive(Debug, Default)]
pub(super) struct Heading {
    pub(super) family: Option<String>,
    family_span: Option<Span>,
    pub(super) summary: Summary,
}

const LABELS: &[&str] = &["malware family:", "total iocs:", "ioc types:"];

impl Heading {
    /// Takes the labels of a line, one or all of them; whether it held any. The first of each counts.
    pub(super) fn read(&mut self, line: Line<'_>, file: FileId) -> bool {
        let lower = line.text.to_ascii_lowercase();
        let mut places: Vec<(usize, usize)> = LABELS
            .iter()
            .enumerate()
            .filter_map(|(label, text)| lower.find(text).map(|at| (at, label)))
            .collect();
        places.sort_unstable();
        for (i, (at, label)) in places.iter().enumerate() {
            let end = places.get(i + 1).map_or(line.text.len(), |(next, _)| *next);
            let value = &line.text[at + LABELS[*label].len()..end];
            let value =
                value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '|' | '_' | '`' | '-'));
            let span = line.span(file, value);
            match label {
                0 => {
                    self.family.get_or_insert_with(|| value.to_owned());
                    self.family_span.get_or_insert(span);
                }
                1 => {
                    if let (None, Ok(total)) = (&self.summary.total, value.parse()) {
                        self.summary.total = Some((total, span));
                    }
                }
                _ => {
                    let types = || value.split(',').map(str::trim).filter(|name| !name.is_empty());
                    self.summary.types.get_or_insert_with(|| (types().map(str::to_owned).collect(), span));
                }
            }
        }
        !places.is_empty()
    }

    /// Where the family is named.
    pub(super) fn span(&self) -> Option<Span> {
        self.family_span
    }
}
