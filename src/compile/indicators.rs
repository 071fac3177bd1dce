//! Indicators to watchlists and scheduled rules.
//!
//! All files and pages of one key become one watchlist and one rule a target table. What the rules are follows from
//! the key and its settings alone; the indicators are rows of the watchlist, so that they change without a rule being
//! touched. The order of the files, their names and the day of the run change nothing.

mod code;
mod exclusions;
mod list;
mod query;
mod rule;
mod settings;
mod source;
mod subject;
mod targets;
mod threat;

pub use code::{
    INDICATOR_CONFLICT, INDICATOR_EXCLUSION, INDICATOR_INLINE, INDICATOR_KEY, INDICATOR_SETTING,
    INDICATOR_TARGET, INDICATOR_UNHUNTED,
};
pub use rule::{RULE_NAMESPACE, rule_id};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Compiled, Needs};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span};
use crate::document::{IndicatorEntry, IndicatorFile, Text};
use crate::feed::page::Page;
use crate::indicator::{Field, Written, canonical_threat_type};
use crate::resource::{AlertRule, Resource, Rows, Watchlist};
use list::{COLUMNS, List, Listed, Origin};
use settings::Settings;
use source::Source;
use subject::{Subject, prose};
use targets::{Matter, Target};

/// Who is named as the provider of the watchlists.
const PROVIDER: &str = "Bartizan";

/// Compiles all files of indicators and pages. Each key yields its watchlist, unless the indicators are in the
/// queries, and then its rules in the order of the targets; keys come in their own order.
pub fn compile(
    map: &SourceMap,
    files: &[IndicatorFile],
    pages: &[Page],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Compiled> {
    let sources = files.iter().map(Source::File).chain(pages.iter().map(Source::Page));
    let mut keys: BTreeMap<String, Vec<Source<'_>>> = BTreeMap::new();
    for source in sources {
        if let Some(key) = source.key(diagnostics) {
            keys.entry(key).or_default().push(source);
        }
    }
    let mut compiled = Vec::new();
    for (key, mut sources) in keys {
        // What the files say orders them, not what they are called.
        sources.sort_by_key(|source| map.file(source.file()).text());
        compile_key(&key, &sources, config, diagnostics, &mut compiled);
    }
    compiled
}

fn compile_key(
    key: &str,
    sources: &[Source<'_>],
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
    compiled: &mut Vec<Compiled>,
) {
    let Some(span) = sources.first().map(|source| source.span()) else { return };
    let rows = rows(sources, diagnostics);
    let files: Vec<&IndicatorFile> = sources
        .iter()
        .filter_map(|source| match source {
            Source::File(file) => Some(*file),
            Source::Page(_) => None,
        })
        .collect();
    let Some(settings) = Settings::merge(&files, &config.indicators, diagnostics) else { return };
    let rows = rows.finish(settings.expires_after);
    let subject = Subject::new(key, sources);
    unhunted(&rows, &settings, span, diagnostics);

    let rules = |inline: Option<&[Listed]>| -> Vec<(&'static Target, AlertRule)> {
        settings
            .targets
            .iter()
            .map(|target| (*target, rule::rule(&subject, &settings, target, inline)))
            .collect()
    };
    let mut inline = settings.inline;
    let mut made = rules(inline.then_some(&rows));
    let longest = made.iter().map(|(_, rule)| rule.properties.query.chars().count()).max().unwrap_or(0);
    if inline && longest > query::MAX_QUERY {
        let place = files.iter().find_map(|file| file.inline.as_ref()).map_or(span, |flag| flag.span);
        diagnostics.push(
            Diagnostic::new(
                &INDICATOR_INLINE,
                place,
                format!(
                    "with its indicators a query has {longest} characters, more than the {} of a rule",
                    query::MAX_QUERY
                ),
            )
            .label("the indicators stay in a watchlist")
            .help("take `inline` out"),
        );
        inline = false;
        made = rules(None);
    }
    let file_ids: Vec<FileId> = sources.iter().map(|source| source.file()).collect();
    if !inline {
        compiled.push(Compiled {
            resource: Resource::Watchlist(watchlist(&subject, &rows)),
            files: file_ids.clone(),
            span,
            needs: Needs::default(),
        });
    }
    for (target, rule) in made {
        compiled.push(Compiled {
            resource: Resource::AlertRule(rule),
            files: file_ids.clone(),
            span,
            needs: Needs {
                tables: vec![target.table.to_owned()],
                watchlists: if inline { Vec::new() } else { vec![subject.alias.clone()] },
                functions: Vec::new(),
                connector: Some(target.connector.to_owned()),
            },
        });
    }
}

/// The indicators of all sources; what is refused is reported.
fn rows(sources: &[Source<'_>], diagnostics: &mut Vec<Diagnostic>) -> List {
    let mut list = List::default();
    for source in sources {
        let (family, publisher) = (source.family().map(prose), source.publisher().map(prose));
        let (family, publisher) = (family.map(|f| rule::cut(&f, 64)), publisher.map(|p| rule::cut(&p, 64)));
        let mut origin =
            Origin { family: family.as_deref(), publisher: publisher.as_deref(), threat_type: None };
        let threat_type;
        match source {
            Source::File(file) => {
                threat_type = file.threat_type.as_deref().and_then(|text| canonical_threat_type(text).ok());
                origin.threat_type = threat_type.as_deref();
                let entries = file.indicators.iter().flat_map(|list| &list.value);
                for entry in entries.filter(|entry| !entry.is_unreadable) {
                    if let Some(indicator) = written(entry, entry.span).read(diagnostics) {
                        list.add(&indicator, origin);
                    }
                }
            }
            Source::Page(page) => {
                for row in &page.rows {
                    if let Some(indicator) = row.written().read(diagnostics) {
                        list.add(&indicator, origin);
                    }
                }
            }
        }
    }
    list
}

fn written(entry: &IndicatorEntry, span: Span) -> Written<'_> {
    fn field(text: &Option<Text>) -> Option<Field<'_>> {
        text.as_ref().map(|text| Field { text: text.as_str(), span: text.span })
    }
    Written {
        kind: field(&entry.indicator_type),
        value: field(&entry.value),
        threat_type: field(&entry.threat_type),
        first_seen: field(&entry.first_seen),
        confidence: field(&entry.confidence),
        reference: field(&entry.reference),
        span,
    }
}

/// Warns of indicators that none of the chosen tables can hold.
fn unhunted(rows: &[Listed], settings: &Settings, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let held = |matter: &Matter| settings.targets.iter().any(|target| target.holds.contains(matter));
    let lost: BTreeSet<Matter> = rows.iter().map(|row| Matter::of(row.kind)).filter(|m| !held(m)).collect();
    if settings.chosen && !lost.is_empty() {
        let lost: Vec<&str> = lost.into_iter().map(Matter::plural).collect();
        diagnostics.push(
            Diagnostic::new(
                &INDICATOR_UNHUNTED,
                span,
                format!("no target can hold {}, so they are hunted for nowhere", exclusions::list_of(&lost)),
            )
            .help("add a table that can hold them to `targets`, or leave `targets` out"),
        );
    }
}

fn watchlist(subject: &Subject, rows: &[Listed]) -> Watchlist {
    let publishers: Vec<&str> = subject.publishers.iter().map(String::as_str).collect();
    let published = match publishers.as_slice() {
        [] => String::new(),
        names => format!(", published by {}", exclusions::list_of(names)),
    };
    let mut table = Rows::new(COLUMNS.iter().copied());
    for row in rows {
        let cells = row.cells();
        table.push(cells.iter().map(|cell| &**cell));
    }
    Watchlist {
        alias: subject.alias.clone(),
        display_name: format!("Bartizan {}", subject.key),
        description: rule::cut(&format!("Indicators of {}{published}", subject.title), 1_000),
        provider: PROVIDER.to_owned(),
        items_search_key: COLUMNS[0].to_owned(),
        labels: Vec::new(),
        default_duration: None,
        rows: Arc::new(table),
    }
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    code::CODES
}

#[cfg(test)]
mod tests;
