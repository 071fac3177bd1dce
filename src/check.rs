//! Diagnostics over documents and resources; one file a check.
//!
//! A check is a file of its own: the codes that it reports, and for each kind of subject that it looks at (a rule, a
//! query, a watchlist, …) a function that looks at one of them. To add one, write the file and name it in `CHECKS`;
//! its codes, their documentation and the tests of their examples follow from there. Which subjects there are is
//! found in one place, [`check`]: a check of queries gets the queries of rules and parsers and those made from
//! indicators, and says itself what does not apply to some of them.
//!
//! A finding is an error where the service would refuse the resource, or would take it and detect something else
//! than was meant; everything else is a warning. Lengths are counted in UTF-16 units, as the service counts them.

mod alert_details;
mod allow;
mod attack;
mod bare;
mod column_name;
mod connectors;
mod custom_details;
mod duplicate;
mod entity_identifiers;
mod entity_mapping;
mod flow;
mod grouping;
mod growing;
mod id;
mod lint;
mod mapped;
mod mapped_type;
mod missing_description;
mod not_in_workspace;
mod nrt;
mod parser;
mod query_language;
mod query_length;
mod query_scope;
mod result_column;
mod schedule;
mod suppression;
mod technique;
mod text_length;
mod version;
mod view;
mod watchlist_columns;
mod watchlist_name;
mod watchlist_reference;
mod watchlist_rows;
mod watchlist_size;

#[cfg(test)]
mod testing;

use crate::compile::{Compiled, Folder, WatchlistSource};
use crate::config::{BAD_SETTING, Config};
use crate::diagnostic::{Code, Diagnostic, Severity, SourceMap};
use crate::semantic::Models;
use crate::source::Spanned;
use view::{GeneratedView, ParserView, QueryView, RuleView, Surroundings, View};

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The files.
    pub map: &'a SourceMap,
    /// The documents.
    pub folder: &'a Folder,
    /// The models of its queries.
    pub models: &'a Models,
    /// The resources made from those documents that could be converted.
    pub compiled: &'a [Compiled],
    /// The settings.
    pub config: &'a Config,
}

pub use allow::MARK as ALLOW_MARK;
pub use bare::{BareFindings, check_bare_query};
pub use query_language::language_diagnostic;

/// One check.
struct Check {
    codes: &'static [&'static Code],
    looks: &'static [Look],
}

/// What a check looks at, and the function that looks at one of them.
///
/// Those of one document see it and what is around it, and no other document: their findings stay what they are while
/// neither changes.
enum Look {
    /// An analytics rule: what its file says, also beside what its query returns.
    Rule(fn(&Surroundings<'_>, &RuleView<'_>, &mut Vec<Diagnostic>)),
    /// A query, whoever it belongs to.
    Query(fn(&Surroundings<'_>, &QueryView<'_>, &mut Vec<Diagnostic>)),
    /// A watchlist that a file describes.
    Watchlist(fn(&Surroundings<'_>, &WatchlistSource, &mut Vec<Diagnostic>)),
    /// A parser: what its file says.
    Parser(fn(&Surroundings<'_>, &ParserView<'_>, &mut Vec<Diagnostic>)),
    /// A resource that is made from indicators.
    Generated(fn(&Surroundings<'_>, &GeneratedView<'_>, &mut Vec<Diagnostic>)),
    /// All of the folder together.
    Folder(fn(&View<'_>, &mut Vec<Diagnostic>)),
}

macro_rules! checks {
    ($($module:ident),+ $(,)?) => {
        &[$(Check { codes: $module::CODES, looks: $module::LOOKS }),+]
    };
}

/// Every check, in the order in which `docs/checks.md` lists them.
const CHECKS: &[Check] = checks![
    missing_description,
    id,
    duplicate,
    text_length,
    version,
    nrt,
    schedule,
    suppression,
    technique,
    entity_mapping,
    custom_details,
    alert_details,
    column_name,
    grouping,
    query_length,
    query_scope,
    query_language,
    result_column,
    mapped_type,
    connectors,
    not_in_workspace,
    watchlist_reference,
    watchlist_name,
    watchlist_columns,
    watchlist_rows,
    watchlist_size,
    parser,
    lint,
];

/// Runs every check. The severities are those of the codes: [`apply_severities`] gives them, and the diagnostics of
/// the other rooms, what the settings say.
pub fn check(context: Context<'_>) -> Vec<Diagnostic> {
    let view = View::new(context);
    let mut diagnostics = Vec::new();
    for rule in &view.rules {
        diagnostics.extend(of_rule(&view.around, rule));
    }
    for watchlist in view.watchlists {
        diagnostics.extend(of_watchlist(&view.around, watchlist));
    }
    for parser in &view.parsers {
        diagnostics.extend(of_parser(&view.around, parser));
    }
    for made in &view.generated {
        diagnostics.extend(of_generated(&view.around, made));
    }
    for look in looks() {
        if let Look::Folder(look) = look {
            look(&view, &mut diagnostics);
        }
    }
    fixed_severities(context.config, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code.id));
    diagnostics
}

fn looks() -> impl Iterator<Item = &'static Look> {
    CHECKS.iter().flat_map(|check| check.looks)
}

fn of_rule(around: &Surroundings<'_>, rule: &RuleView<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for look in looks() {
        if let Look::Rule(look) = look {
            look(around, rule, &mut found);
        }
    }
    of_query(around, rule.query.as_ref(), &mut found);
    found
}

fn of_watchlist(around: &Surroundings<'_>, watchlist: &WatchlistSource) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for look in looks() {
        if let Look::Watchlist(look) = look {
            look(around, watchlist, &mut found);
        }
    }
    found
}

fn of_parser(around: &Surroundings<'_>, parser: &ParserView<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for look in looks() {
        if let Look::Parser(look) = look {
            look(around, parser, &mut found);
        }
    }
    of_query(around, parser.query.as_ref(), &mut found);
    found
}

fn of_generated(around: &Surroundings<'_>, made: &GeneratedView<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for look in looks() {
        if let Look::Generated(look) = look {
            look(around, made, &mut found);
        }
    }
    of_query(around, made.query.as_ref(), &mut found);
    found
}

/// Adds what is found in the query of a document to what was found in it, and takes out what its comments allow.
fn of_query(around: &Surroundings<'_>, query: Option<&QueryView<'_>>, found: &mut Vec<Diagnostic>) {
    let Some(query) = query else { return };
    for look in looks() {
        if let Look::Query(look) = look {
            look(around, query, found);
        }
    }
    allow::apply(around.map, query, found);
}

/// Gives diagnostics the severities that the settings name, and leaves out those whose code is off.
///
/// A code that is [fixed](Code::fixed) stays what it is.
pub fn apply_severities(config: &Config, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain_mut(|diagnostic| match config.severities.get(diagnostic.code.id) {
        Some(_) if diagnostic.code.fixed => true,
        Some(Spanned { value: Some(severity), .. }) => {
            diagnostic.severity = *severity;
            true
        }
        Some(Spanned { value: None, .. }) => false,
        None => true,
    });
    diagnostics
}

/// Reports settings that would change a severity and cannot.
fn fixed_severities(config: &Config, diagnostics: &mut Vec<Diagnostic>) {
    for (id, setting) in &config.severities {
        if explain(id).is_some_and(|code| code.fixed) && setting.value != Some(Severity::Error) {
            diagnostics.push(
                Diagnostic::new(&BAD_SETTING, setting.span, format!("`{id}` is always an error"))
                    .help("remove the setting: a file with this error cannot be deployed"),
            );
        }
    }
}

/// Every code of the program, by room.
pub fn codes() -> Vec<&'static Code> {
    let rooms = [crate::source::codes(), crate::config::codes(), crate::schema::codes()];
    let others = [
        crate::indicator::codes(),
        crate::feed::codes(),
        crate::compile::codes(),
        crate::compile::indicators::codes(),
    ];
    rooms
        .into_iter()
        .flatten()
        .copied()
        .chain(crate::document::codes())
        .chain(others.into_iter().flatten().copied())
        .chain(CHECKS.iter().flat_map(|check| check.codes.iter().copied()))
        .chain(allow::CODES.iter().copied())
        .chain(query_language::language_codes())
        .collect()
}

/// The code of this name, for `bartizan explain`.
pub fn explain(id: &str) -> Option<&'static Code> {
    codes().into_iter().find(|code| code.id == id)
}

#[cfg(test)]
mod tests;
