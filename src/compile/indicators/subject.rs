//! What the rules and the watchlist of a key say to people.

use std::collections::{BTreeMap, BTreeSet};

use super::rule;
use super::source::{Source, slug};

/// What the rules and the watchlist of a key are about, as far as people read it.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) key: String,
    pub(super) alias: String,
    pub(super) title: String,
    pub(super) descriptions: Vec<String>,
    pub(super) false_positives: Vec<String>,
    pub(super) publishers: BTreeSet<String>,
}

impl Subject {
    pub(super) fn new(key: &str, sources: &[Source<'_>]) -> Self {
        // Spellings of one family that differ in case are one; the first in order counts.
        let families: BTreeMap<String, &str> =
            sources.iter().rev().filter_map(|s| s.family()).map(|f| (f.to_lowercase(), f)).collect();
        let title = match families.len() {
            1 => families.into_values().next().map(|family| rule::cut(&prose(family), 64)),
            _ => None,
        };
        // Two keys of one family must not share the names of their rules.
        let title = match title {
            Some(title) if slug(&title).as_deref() == Some(key) => title,
            Some(title) => format!("{title} ({key})"),
            None => key.to_owned(),
        };
        let mut subject = Self {
            key: key.to_owned(),
            alias: format!("bartizan-{key}"),
            title,
            descriptions: Vec::new(),
            false_positives: Vec::new(),
            publishers: sources.iter().filter_map(|s| s.publisher()).map(prose).collect(),
        };
        for source in sources {
            subject.read(*source);
        }
        subject
    }

    fn read(&mut self, source: Source<'_>) {
        let push = |list: &mut Vec<String>, text: String| {
            if !text.is_empty() && !list.contains(&text) {
                list.push(text);
            }
        };
        match source {
            Source::File(file) => {
                if let Some(text) = &file.description {
                    push(&mut self.descriptions, prose(text));
                }
                for text in file.false_positives.iter().flat_map(|list| &list.value) {
                    push(&mut self.false_positives, prose(text));
                }
            }
            Source::Page(page) => {
                push(&mut self.descriptions, prose(&page.intro));
                for scenario in &page.scenarios {
                    let mut text = prose(&format!("{} {}", scenario.scenario, scenario.description));
                    if !scenario.filter.is_empty() {
                        text = format!("{} ({})", text.trim_end_matches('.'), prose(&scenario.filter));
                    }
                    push(&mut self.false_positives, text);
                }
            }
        }
    }
}

/// A text on one line, without controls and without marks that are invisible or that turn the direction of writing: what
/// strangers write ends up in front of analysts.
pub(super) fn prose(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let plain: String =
        text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
