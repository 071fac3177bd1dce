//! Indicators to watchlists and scheduled rules.
//!
//! All files and pages of one key become one watchlist and one rule a target table. What the rules are follows from
//! the key and its settings alone; the indicators are rows of the watchlist, so that they change without a rule being
//! touched. The order of the files, their names and the day of the run change nothing.

mod exclusions;
mod list;
mod query;
mod rule;
mod settings;
mod targets;
mod threat;

pub use rule::{RULE_NAMESPACE, rule_id};

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Compiled, Needs};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span, codes};
use crate::document::{IndicatorEntry, IndicatorFile, Text};
use crate::feed::indicator::{Field, Written};
use crate::feed::page::Page;
use crate::resource::{AlertRule, Resource, Watchlist};
use list::{COLUMNS, List, Listed, Origin};
use settings::Settings;
use targets::{Matter, Target};

/// Who is named as the provider of the watchlists.
const PROVIDER: &str = "Bartizan";

/// The longest key: with `bartizan-` before it, an alias has at most 64 characters.
const MAX_KEY: usize = 55;

/// A file of a key.
#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    File(&'a IndicatorFile),
    Page(&'a Page),
}

impl<'a> Source<'a> {
    fn file(self) -> FileId {
        match self {
            Self::File(file) => file.file,
            Self::Page(page) => page.file,
        }
    }

    fn span(self) -> Span {
        match self {
            Self::File(file) => file.span,
            Self::Page(page) => page.span,
        }
    }

    fn family(self) -> Option<&'a str> {
        let family = match self {
            Self::File(file) => file.family.as_deref(),
            Self::Page(page) => page.family.as_deref(),
        };
        family.map(str::trim).filter(|family| !family.is_empty())
    }

    fn publisher(self) -> Option<&'a str> {
        let publisher = match self {
            Self::File(file) => file.source.as_deref(),
            Self::Page(page) => page.source.as_deref(),
        };
        publisher.map(str::trim).filter(|publisher| !publisher.is_empty())
    }

    /// The key, or a diagnostic where there is none.
    fn key(self) -> Result<String, Diagnostic> {
        if let Self::File(IndicatorFile { key: Some(key), .. }) = self {
            return match key.as_str().trim() {
                text if is_key(text) => Ok(text.to_owned()),
                text => Err(bad_key(text, key.span)),
            };
        }
        self.family().and_then(slug).ok_or_else(|| {
            let message = match self {
                Self::File(_) => "the file names neither a `key` nor a family to make one of",
                Self::Page(_) => "the page names no malware family to make a key of",
            };
            let help = match self {
                Self::File(_) => "add `key:` with lower-case letters, digits and hyphens",
                Self::Page(_) => {
                    "write the line `Malware Family: ...`, or the indicators as a YAML file with a `key`"
                }
            };
            Diagnostic::new(&INDICATOR_KEY, self.span(), message).help(help)
        })
    }
}

/// Whether a text may be a key: 1 to 55 lower-case letters, digits and hyphens, a letter or digit at both ends.
fn is_key(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=MAX_KEY).contains(&text.len())
        && text.bytes().all(|b| word(b) || b == b'-')
        && text.bytes().next().is_some_and(word)
        && text.bytes().last().is_some_and(word)
}

/// The key that a family's name makes: its letters and digits in lower case, hyphens between them. A long one ends in
/// a piece of its hash, so that two of them stay two. `None` without any letter or digit of ASCII.
fn slug(family: &str) -> Option<String> {
    let words: Vec<String> = family
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug = words.join("-");
    if slug.len() > MAX_KEY {
        let hash = Uuid::new_v5(&RULE_NAMESPACE, slug.as_bytes()).simple().to_string();
        return Some(format!("{}-{}", slug[..MAX_KEY - 9].trim_end_matches('-'), &hash[..8]));
    }
    (!slug.is_empty()).then_some(slug)
}

fn bad_key(text: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&INDICATOR_KEY, span, format!("`{}` is no key", text.escape_debug())).label(format!(
            "allowed: 1 to {MAX_KEY} lower-case letters, digits and hyphens, with a letter or digit at both ends"
        ));
    match slug(text) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// What the rules and the watchlist of a key are about, as far as people read it.
#[derive(Debug)]
struct Subject {
    key: String,
    alias: String,
    title: String,
    descriptions: Vec<String>,
    false_positives: Vec<String>,
    publishers: BTreeSet<String>,
}

impl Subject {
    fn new(key: &str, sources: &[Source<'_>]) -> Self {
        // Spellings of one family that differ in case are one; the first in order stands for them.
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

/// A text on one line, without controls: what strangers write ends up in front of analysts.
fn prose(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compiles all files of indicators and pages. Each key yields its watchlist, unless the indicators stand in the
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
        match source.key() {
            Ok(key) => keys.entry(key).or_default().push(source),
            Err(diagnostic) => diagnostics.push(diagnostic),
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
                threat_type = file.threat_type.as_deref().map(|text| text.trim().to_ascii_lowercase());
                origin.threat_type = threat_type.as_deref();
                for entry in file.indicators.iter().flat_map(|list| &list.value) {
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
    Watchlist {
        alias: subject.alias.clone(),
        display_name: format!("Bartizan {}", subject.key),
        description: rule::cut(&format!("Indicators of {}{published}", subject.title), 1_000),
        provider: PROVIDER.to_owned(),
        items_search_key: COLUMNS[0].to_owned(),
        labels: Vec::new(),
        default_duration: None,
        columns: COLUMNS.iter().map(|column| (*column).to_owned()).collect(),
        rows: rows.iter().map(Listed::cells).collect(),
    }
}

codes! {
    /// The indicators have no key, or one that cannot name a watchlist. The key is `key:`, or else the family's name in
    /// lower case with hyphens; it names the watchlist and gives the rules their ids.
    ///
    /// ## Why
    /// A key that changes makes new rules and leaves the old ones without a watchlist.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// key: Sectop RAT!
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// key: sectop-rat
    /// ```
    pub INDICATOR_KEY = "indicator-key", Error;

    /// A setting of a file of indicators has a value that it cannot have: a severity, `match`, `inbound`, a duration, or
    /// something to exclude.
    ///
    /// ## Why
    /// The rules would hunt in another way than was meant.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// severity: Critical
    /// match: port
    /// exclusions:
    ///   addresses: [0.0.0.0/0]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// severity: High
    /// match: endpoint
    /// exclusions:
    ///   addresses: [10.20.0.0/16]
    /// ```
    pub INDICATOR_SETTING = "indicator-setting", Error;

    /// A table of `targets` is none that indicators are hunted in. docs/indicators.md lists the tables.
    ///
    /// ## Why
    /// Nothing would be hunted for in the table that was meant.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [CommonSecurityLogs]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [CommonSecurityLog]
    /// ```
    pub INDICATOR_TARGET = "indicator-target", Error;

    /// Two files of one key give a setting different values. They share one watchlist and its rules, so one value must
    /// hold for all. Exclusions, false positives and descriptions are put together and never in conflict.
    ///
    /// ## Why
    /// Which of the values counted would depend on the names of the files.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: High
    /// ```
    /// ```yaml file=rules/b.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: Low
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/a.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: High
    /// ```
    /// ```yaml file=rules/b.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// ```
    pub INDICATOR_CONFLICT = "indicator-conflict", Error;

    /// Something to exclude has no effect in a target, which has no column for it. It applies to the other targets.
    ///
    /// ## Why
    /// Whoever wrote the exclusion would wonder at the alerts that still come.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [DnsEvents]
    /// exclusions:
    ///   processes: [backup.exe]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [DeviceNetworkEvents]
    /// exclusions:
    ///   processes: [backup.exe]
    /// ```
    pub INDICATOR_EXCLUSION = "indicator-exclusion", Warning;

    /// The indicators of a file with `inline: true` do not fit into a query of 10,000 characters. They stay in a
    /// watchlist.
    ///
    /// ## Why
    /// The service refuses a longer query.
    ///
    /// ## Wrong
    /// A file with `inline: true` and some hundred indicators.
    ///
    /// ## Right
    /// ```yaml indicators
    /// inline: true
    /// ```
    pub INDICATOR_INLINE = "indicator-inline", Warning;

    /// The chosen targets cannot hold some of the indicators: a table of DNS queries holds no addresses.
    ///
    /// ## Why
    /// Those indicators are hunted for nowhere, and nobody would notice.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [DnsEvents]
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000" }
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [CommonSecurityLog]
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000" }
    /// ```
    pub INDICATOR_UNHUNTED = "indicator-unhunted", Warning;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}

#[cfg(test)]
mod tests;
