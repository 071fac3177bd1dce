//! What holds of all checks.

mod fields;
mod words;

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
fn every_code_documents_meaning_reason_and_both_examples() {
    for code in documented() {
        let text = code.markdown();
        let found = sections(&text);
        let headings: Vec<_> = found.iter().map(|section| section.heading).collect();
        assert_eq!(headings, ["", "Why", "Wrong", "Right"], "{}", code.id);
        assert!(found.iter().all(|section| !section.text.is_empty()), "{}", code.id);
    }
}

/// The codes whose examples run as a folder: those of documents and checks.
fn documented() -> impl Iterator<Item = &'static Code> {
    let checks = CHECKS.iter().flat_map(|check| check.codes.iter().copied());
    crate::document::codes().chain(checks).chain(allow::CODES.iter().copied())
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
fn the_wrong_example_has_its_code_and_the_right_one_has_not() {
    for code in documented() {
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
            setting(explain("unknown-severity").unwrap(), None),
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
            diagnostic(explain("unknown-severity").unwrap()),
            diagnostic(&id::BAD_ID),
        ],
    );
    let found: Vec<_> = found.iter().map(|d| (d.code.id, d.severity)).collect();
    assert_eq!(
        found,
        [("too-long", Severity::Warning), ("unknown-severity", Severity::Error), ("bad-id", Severity::Error),]
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
