//! What the author wrote, field by field, each with its span.
//!
//! A document holds texts, numbers and flags as they stand in the file. Whether a text is a severity or a duration
//! is not its business: the checks say so, and compile converts. Reading reports what has the wrong shape (a list
//! where a text belongs) and every key that no one reads.

mod analytics_rule;
mod indicators;
mod parser;
mod watchlist;

pub use analytics_rule::{
    AlertDetailsOverride, AnalyticsRule, CustomDetail, DataConnector, DynamicProperty, EntityMapping,
    EventGrouping, FieldMapping, Grouping, IncidentConfiguration,
};
pub use indicators::{Exclusions, IndicatorEntry, IndicatorFile};
pub use parser::{Parameter, Parameters, Parser, Spelling};
pub use watchlist::{Watchlist, WatchlistItem};

pub use crate::source::{Spanned, Text};

use crate::diagnostic::{Code, Diagnostic, FileId, SourceMap, Span, codes, nearest};
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
    if is_watchlist_file(name) {
        return Some(Document::Watchlist(Box::new(Watchlist::read(file, &node, diagnostics))));
    }
    let kind = entries.iter().find(|entry| entry.key == "kind");
    let kind_text = kind.and_then(|entry| match &entry.value.value {
        Value::Scalar(scalar) => Some(scalar.text.trim()),
        Value::Unreadable(Some(scalar)) => {
            let word = scalar.text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            KINDS.iter().copied().find(|kind| kind.eq_ignore_ascii_case(word))
        }
        _ => None,
    });
    match kind_text.map(str::to_ascii_lowercase).as_deref() {
        Some("indicators") => {
            Some(Document::Indicators(Box::new(IndicatorFile::read(file, &node, diagnostics))))
        }
        Some("parser") => Some(Document::Parser(Box::new(Parser::read(file, &node, diagnostics)))),
        None | Some("") if parser::is_parser(entries) => {
            Some(Document::Parser(Box::new(Parser::read(file, &node, diagnostics))))
        }
        Some("watchlist") => Some(Document::Watchlist(Box::new(Watchlist::read(file, &node, diagnostics)))),
        None | Some("" | "scheduled" | "nrt") => {
            Some(Document::Rule(Box::new(AnalyticsRule::read(file, &node, diagnostics))))
        }
        Some(_) => {
            let (kind, span) =
                (kind_text.unwrap_or_default(), kind.map_or(node.span, |entry| entry.value.span));
            diagnostics.push(unsupported_kind(kind, span));
            None
        }
    }
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

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}
