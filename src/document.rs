//! What the author wrote, field by field, each with its span.
//!
//! Reading a file has two steps. The first takes what is there: a [`Field`] holds what its key does, words and durations
//! are read, once and here, and whatever cannot be read is reported, as is every key that nobody reads. The second is
//! `validate`: it reports what is missing, and its result has everything that a resource cannot be without. There is
//! no way from a document to a resource but through it, and no way out of it without a resource but a
//! [`Reported`](crate::diagnostic::Reported) error, so that no document vanishes without a word.
//!
//! The keys of each kind of file are a table ([`Keys`]), which the reader, the check of unknown keys and the documentation
//! share.

mod analytics_rule;
mod duration;
mod field;
mod indicators;
mod key;
mod parser;
mod watchlist;
mod word;

pub use analytics_rule::{
    AlertDetailsOverride, AnalyticsRule, CustomDetail, DataConnector, DynamicProperty, EntityMapping,
    EventGrouping, FieldMapping, Grouping, IncidentConfiguration, Schedule, ValidRule,
};
pub use field::{Field, Listed};
pub use indicators::{Exclusions, IndicatorEntry, IndicatorFile};
pub use key::{Holds, Key, Keys, Needed, Place, Words};
pub(crate) use parser::{BAD_FUNCTION_PARAMETERS, PARAMETER_HELP};
pub use parser::{Parameter, Parameters, Parser, ValidParameter, ValidParameters, ValidParser};
pub use watchlist::{ValidWatchlist, Watchlist, WatchlistItem};
pub use word::Word;
pub(crate) use word::loose;

pub use crate::source::{Spanned, Text};

use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span, codes, nearest};
use crate::resource::RuleKind;
use crate::source::{self, Value};

/// A file of one of the kinds that Bartizan deploys.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// An analytics rule.
    Rule(Box<AnalyticsRule>),
    /// A watchlist's description; its rows may stand in a CSV beside it.
    Watchlist(Box<Watchlist>),
    /// Indicators.
    Indicators(Box<IndicatorFile>),
    /// A saved function of the workspace.
    Parser(Box<Parser>),
}

/// Whether a file's name says that it describes a watchlist.
pub fn is_watchlist_file(name: &str) -> bool {
    ["watchlist.yaml", "watchlist.yml", "watchlist.json"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Reads a YAML or JSON file of the map.
///
/// `None` when it is no document of ours; the diagnostics say why, unless it is a kind of content that has its own
/// tool, which only gets a warning.
pub fn read(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Document> {
    let node = source::parse(map, file, diagnostics);
    if node.is_unreadable() {
        return None;
    }
    let Value::Mapping(entries) = &node.value else {
        diagnostics.push(
            Diagnostic::new(&NOT_A_RULE, node.span, format!("the file holds {}, not a rule", node.describe()))
                .help("a rule file is a mapping of keys such as `id`, `name` and `query`; move other files elsewhere or list them in .gitignore"),
        );
        return None;
    };
    let name = map.file(file).path().file_name().unwrap_or_default();
    let head = first_line(map, node.span);
    let rule = |kind, diagnostics: &mut Vec<Diagnostic>| {
        AnalyticsRule::read(file, kind, &node, head, diagnostics).map(|rule| Document::Rule(Box::new(rule)))
    };
    let watchlist = |diagnostics: &mut Vec<Diagnostic>| {
        Watchlist::read(file, &node, head, diagnostics).map(|list| Document::Watchlist(Box::new(list)))
    };
    let parser = |diagnostics: &mut Vec<Diagnostic>| {
        Parser::read(file, &node, head, diagnostics).map(|parser| Document::Parser(Box::new(parser)))
    };
    if is_watchlist_file(name) {
        return watchlist(diagnostics).ok();
    }
    let kind = entries.iter().find(|entry| entry.key == "kind");
    let kind_text = kind.and_then(|entry| match &entry.value.value {
        Value::Scalar(scalar) if !entry.value.is_null() => Some(scalar.text.trim()),
        Value::Unreadable(Some(scalar)) => {
            let word = scalar.text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            KINDS.iter().copied().find(|kind| kind.eq_ignore_ascii_case(word))
        }
        _ => None,
    });
    let read = match kind_text.map(str::to_ascii_lowercase).as_deref() {
        Some("indicators") => IndicatorFile::read(file, &node, diagnostics)
            .map(|indicators| Document::Indicators(Box::new(indicators))),
        Some("parser") => parser(diagnostics),
        None | Some("") if parser::is_parser(entries) => parser(diagnostics),
        Some("watchlist") => watchlist(diagnostics),
        None | Some("" | "scheduled") => rule(RuleKind::Scheduled, diagnostics),
        Some("nrt") => rule(RuleKind::Nrt, diagnostics),
        Some(_) => {
            let (kind, span) =
                (kind_text.unwrap_or_default(), kind.map_or(node.span, |entry| entry.value.span));
            diagnostics.push(unsupported_kind(kind, span));
            return None;
        }
    };
    read.ok()
}

/// From the start of a mapping to the end of its line.
fn first_line(map: &SourceMap, mapping: Span) -> Span {
    let text = map.file(mapping.file).text().get(mapping.start..).unwrap_or_default();
    let length = text.find(['\r', '\n']).unwrap_or(text.len());
    Span::new(mapping.file, mapping.start, mapping.start + length)
}

/// The kinds that a file may say.
const KINDS: &[&str] = &["Scheduled", "NRT", "Watchlist", "Indicators", "Parser"];

fn unsupported_kind(kind: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&UNSUPPORTED_KIND, span, format!("`{kind}` is no kind that Bartizan deploys"))
            .label(format!("allowed: {}", KINDS.join(", ")));
    match nearest(kind, KINDS.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("move the file out of the folder, or list it in .gitignore"),
    }
}

codes! {
    /// The file is YAML, but no mapping of keys, so it can be no rule, watchlist, parser or list of indicators.
    ///
    /// ## Why
    /// It would silently be left out of the deployment.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// - id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ///   name: One of several rules in a list
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// name: One rule a file
    /// ```
    pub NOT_A_RULE = "not-a-rule", Error;

    /// The file's `kind` is none that Bartizan deploys.
    ///
    /// ## Why
    /// The rule would silently be left out of the deployment.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// kind: Schedule
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// kind: Scheduled
    /// ```
    pub UNSUPPORTED_KIND = "unsupported-kind", Error;
}

/// The tables of keys, by the kind of file that has them.
pub fn tables() -> [(&'static str, &'static Keys); 4] {
    [
        ("rule", &analytics_rule::keys::RULE),
        ("watchlist", &watchlist::WATCHLIST),
        ("parser", &parser::PARSER),
        ("indicators", &indicators::INDICATOR_FILE),
    ]
}

/// The codes of this room.
pub(crate) fn codes() -> impl Iterator<Item = &'static Code> {
    let files = [CODES, field::CODES, analytics_rule::CODES, word::CODES, duration::CODES, parser::CODES];
    files.into_iter().flatten().copied()
}
