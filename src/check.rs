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
mod duration;
mod entity_identifiers;
mod entity_mapping;
mod enumeration;
mod flow;
mod grouping;
mod growing;
mod id;
mod lint;
mod mapped;
mod mapped_type;
mod missing_field;
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
mod wording;
mod workspace;

#[cfg(test)]
mod testing;

use crate::compile::{Compiled, Folder, WatchlistSource};
use crate::config::{BAD_SETTING, Config};
use crate::diagnostic::{Code, Diagnostic, Severity, SourceMap};
use crate::source::Spanned;
use view::{GeneratedView, ParserView, QueryView, RuleView, Surroundings, View};

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The files.
    pub map: &'a SourceMap,
    /// The documents.
    pub folder: &'a Folder,
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
    missing_field,
    id,
    duplicate,
    enumeration,
    duration,
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
    let rooms = [
        crate::source::codes(),
        crate::config::codes(),
        crate::schema::codes(),
        crate::document::codes(),
        crate::indicator::codes(),
        crate::feed::codes(),
        crate::compile::codes(),
        crate::compile::indicators::codes(),
    ];
    rooms
        .into_iter()
        .flatten()
        .copied()
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
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::testing::{Example, bare, examples, rule, rule_text, run, watchlist};
    use super::*;
    use crate::diagnostic::{Span, sections};
    use crate::schema::{LOCK_FILE, Lock};

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in codes() {
            assert!(seen.insert(code.id), "{} is declared twice", code.id);
            let kebab = code.id.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
            assert!(kebab, "{} is not kebab-case", code.id);
            assert_eq!(explain(code.id), Some(code));
        }
        assert_eq!(explain("no-such-code"), None);
    }

    #[test]
    fn only_errors_are_fixed_and_those_that_a_document_vanishes_with_are() {
        let fixed: Vec<_> = codes().into_iter().filter(|code| code.fixed).collect();
        assert!(fixed.iter().all(|code| code.severity == Severity::Error));
        for id in ["yaml-syntax", "not-utf8", "missing-field", "bad-id", "duplicate-alias", "parser-cycle"] {
            assert!(fixed.iter().any(|code| code.id == id), "{id}");
        }
        assert!(!explain("too-long").unwrap().fixed);
    }

    #[test]
    fn every_check_documents_meaning_reason_and_both_examples() {
        for check in CHECKS {
            for code in check.codes {
                let text = code.markdown();
                let found = sections(&text);
                let headings: Vec<_> = found.iter().map(|section| section.heading).collect();
                assert_eq!(headings, ["", "Why", "Wrong", "Right"], "{}", code.id);
                assert!(found.iter().all(|section| !section.text.is_empty()), "{}", code.id);
            }
        }
    }

    /// Runs the examples of a section together, as one folder.
    fn codes_of(section: &str) -> Vec<&'static str> {
        let (mut whole, mut config) = (Vec::new(), Config::default());
        for example in examples(section) {
            match example {
                Example::Rule(fragment) => whole.push(("rules/a.yaml".to_owned(), rule_text(&fragment))),
                Example::Watchlist(fragment) => return watchlist(&fragment).codes(),
                Example::Query(query) => return bare(&query),
                Example::File(path, text) if path == LOCK_FILE => {
                    let mut map = SourceMap::new();
                    let file = map.add(path, text);
                    config.schema.lock = Lock::read(&map, file, &mut Vec::new());
                }
                Example::File(path, text) => whole.push((path, text)),
            }
        }
        run(&whole, &[], &config).codes()
    }

    #[test]
    fn the_wrong_example_of_a_check_has_its_code_and_the_right_one_has_not() {
        for code in CHECKS.iter().flat_map(|check| check.codes).chain(allow::CODES) {
            let text = code.markdown();
            for section in sections(&text) {
                match section.heading {
                    // What takes a file too large to print is described in words.
                    "Wrong" if examples(section.text).is_empty() => assert!(!section.text.contains("```")),
                    "Wrong" => {
                        let found = codes_of(section.text);
                        assert!(found.contains(&code.id), "{}: found {found:?}", code.id);
                    }
                    "Right" => {
                        let found = codes_of(section.text);
                        assert!(!found.contains(&code.id), "{}: found {found:?}", code.id);
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn settings_change_a_severity_or_turn_a_code_off_but_not_where_the_rule_would_vanish() {
        let place = Span::start_of(SourceMap::new().add("a.yaml", ""));
        let diagnostic = |code| Diagnostic::new(code, place, "x");
        let setting = |code: &Code, severity| (code.id.to_owned(), Spanned::new(severity, place));
        let config = Config {
            severities: BTreeMap::from([
                setting(&text_length::TOO_LONG, Some(Severity::Warning)),
                setting(&duplicate::DUPLICATE_NAME, None),
                setting(&enumeration::UNKNOWN_SEVERITY, None),
            ]),
            ..Config::default()
        };
        let mut refused = Vec::new();
        fixed_severities(&config, &mut refused);
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].message, "`unknown-severity` is always an error");
        let found = apply_severities(
            &config,
            vec![
                diagnostic(&text_length::TOO_LONG),
                diagnostic(&duplicate::DUPLICATE_NAME),
                diagnostic(&enumeration::UNKNOWN_SEVERITY),
                diagnostic(&id::BAD_ID),
            ],
        );
        let found: Vec<_> = found.iter().map(|d| (d.code.id, d.severity)).collect();
        assert_eq!(
            found,
            [
                ("too-long", Severity::Warning),
                ("unknown-severity", Severity::Error),
                ("bad-id", Severity::Error),
            ]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// [`rule`] and [`watchlist`] themselves fail where a document has neither a resource nor an error.
        #[test]
        fn no_value_panics_or_makes_a_document_vanish(
            template in select(vec![
                "id: #", "name: #", "kind: #", "severity: #", "queryFrequency: #", "queryPeriod: #",
                "triggerOperator: #", "triggerThreshold: #", "tactics: [Execution, #]", "relevantTechniques: [#]",
                "subTechniques: [#]", "query: #", "entityMappings: [{entityType: #, fieldMappings: #}]",
                "entityMappings: [{entityType: Host, fieldMappings: [{identifier: #, columnName: #}]}]",
                "sentinelEntitiesMappings: [{columnName: #}]", "customDetails: {#: #}",
                "alertDetailsOverride: {alertDisplayNameFormat: #, alertDescriptionFormat: #}",
                "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: #, value: #}]}",
                "eventGroupingSettings: {aggregationKind: #}", "suppressionDuration: #",
                "incidentConfiguration: {groupingConfiguration: {enabled: true, matchingMethod: #}}",
                "incidentConfiguration: {groupingConfiguration: {lookbackDuration: #, groupByEntities: [#]}}",
                "incidentConfiguration: {groupingConfiguration: {groupByAlertDetails: [#]}}",
                "alertRuleTemplateName: #", "templateVersion: #", "version: #",
            ]),
            value in prop_oneof![
                "\\PC{0,30}",
                "[-+={}\"'@|* \\\\a-z0-9.]{0,12}",
                select(vec!["", " ", "{{", "search *", "union *", "_GetWatchlist(", "\u{feff}", "P1D", "T1059", "gt"])
                    .prop_map(str::to_owned),
            ],
        ) {
            let quoted = serde_json::to_string(&value).unwrap();
            rule(&format!("{}\n", template.replace('#', &quoted)));
            rule(&format!("{}\n", template.replace('#', "[]")));
        }

        #[test]
        fn no_cell_panics_or_makes_a_watchlist_vanish(
            template in select(vec![
                "alias: #", "displayName: #", "provider: #", "itemsSearchKey: #", "defaultDuration: #",
                "items: [{host: #, owner: #}]", "items: [{host: a, #: #}]", "items: [{host: #}, {host: #}]",
            ]),
            value in "\\PC{0,30}",
        ) {
            let quoted = serde_json::to_string(&value).unwrap();
            watchlist(&format!("{}\n", template.replace('#', &quoted)));
        }
    }

    #[test]
    fn a_rule_that_is_right_has_no_diagnostics() {
        assert_eq!(rule("").codes(), [""; 0]);
        assert_eq!(watchlist("").codes(), [""; 0]);
    }
}
