//! What is missing in files.

use crate::check::testing::{files, rule, watchlist};
use crate::document::{self, Holds, Key, Keys, Needed};

#[test]
fn all_that_is_missing_makes_one_diagnostic_at_the_first_line_and_what_is_empty_one_of_its_own() {
    let found = rule("severity:\ntriggerThreshold: ~\nqueryPeriod: ' '\n");
    let messages: Vec<_> = found.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["`severity` and `triggerThreshold` are missing", "`queryPeriod` is empty"]);
    assert_eq!(found.places(), ["id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01", "' '"]);
}

#[test]
fn what_has_the_wrong_shape_is_not_called_missing() {
    assert_eq!(rule("triggerThreshold: many\n").codes(), ["wrong-shape"]);
    for text in [
        "entityMappings:\n  - entityType: []\n    fieldMappings:\n      - {identifier: HostName, columnName: Computer}\n",
        "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {identifier: [], columnName: []}\n",
        "entityMappings:\n  - {entityType: Host, fieldMappings: Computer}\n",
        "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: ProductName, value: []}]}\n",
    ] {
        assert_eq!(rule(text).codes(), ["wrong-shape"], "{text}");
    }
}

#[test]
fn an_nrt_rule_needs_no_schedule() {
    let text = "kind: NRT\nqueryFrequency:\nqueryPeriod:\ntriggerOperator:\ntriggerThreshold:\n";
    assert_eq!(rule(text).codes(), [""; 0]);
}

#[test]
fn a_hunting_query_gets_one_diagnostic_and_a_rule_without_severity_another() {
    let hunt = "id: a\nname: Hunt\nquery: Heartbeat\n".to_owned();
    assert_eq!(files(&[("rules/hunt.yaml".into(), hunt)]).only().code.id, "hunting-query");
    assert_eq!(rule("severity:\n").codes(), ["missing-field"]);
}

#[test]
fn mappings_and_watchlists_have_fields_that_they_need() {
    let found =
        rule("entityMappings:\n  - fieldMappings:\n      - identifier: HostName\n  - entityType: IP\n");
    assert_eq!(found.codes(), ["missing-field"]);
    assert_eq!(found.diagnostics.len(), 3);
    let found = watchlist("alias: ''\nitemsSearchKey:\n");
    assert_eq!(found.codes(), ["missing-field"]);
    assert_eq!(found.diagnostics.len(), 2);
}

/// The keys of a table and of the tables below, each with the table that has it.
fn below(keys: &'static Keys, found: &mut Vec<(&'static Keys, &'static Key)>) {
    for key in keys.keys {
        found.push((keys, key));
        if let Some(inner) = key.inner() {
            below(inner, found);
        }
    }
}

#[test]
fn a_rule_without_a_key_that_its_table_says_is_needed_lacks_it_and_no_other() {
    let table = document::tables().into_iter().find(|(kind, _)| *kind == "rule").unwrap().1;
    for key in table.keys {
        for (kind, needed) in [("Scheduled", Needed::Scheduled), ("NRT", Needed::Always)] {
            if key.name == "kind" {
                continue;
            }
            let found = rule(&format!("kind: {kind}\n{}:\n", key.name));
            let missing = format!("`{}` is missing", key.name);
            let is_missing = found.diagnostics.iter().any(|found| found.message == missing);
            assert_eq!(
                is_missing,
                key.needed == Needed::Always || key.needed == needed,
                "{} of {kind}",
                key.name
            );
        }
    }
}

#[test]
fn every_key_of_every_table_is_read_by_each_of_its_names() {
    let mut found = Vec::new();
    for (_, table) in document::tables() {
        below(table, &mut found);
    }
    assert!(found.len() > 60);
    for (keys, key) in found {
        for name in key.names() {
            // A value of another shape is refused where it is read, and not noticed where it is not.
            let (value, is_refused) = match key.holds {
                Holds::Anything => ("[]", false),
                Holds::TextOrMappings(_) => ("[1]", true),
                Holds::Texts | Holds::Words(_) => ("{a: b}", true),
                Holds::Mapping(_) | Holds::Named => ("[1]", true),
                Holds::Mappings(_) | Holds::Rows | Holds::TextsOrMappings(_) => ("text", true),
                _ => ("[1]", true),
            };
            let codes = nested(keys, name, value);
            assert!(!codes.contains(&"unknown-key"), "{name} of {}: {codes:?}", keys.what);
            let is_kind = key.name == "kind";
            assert!(
                is_kind || codes.contains(&"wrong-shape") == is_refused,
                "{name} of {}: {codes:?}",
                keys.what
            );
        }
    }
}

/// What is said of a file with this key in the mapping that a table is for.
fn nested(keys: &'static Keys, name: &str, value: &str) -> Vec<&'static str> {
    let entry = format!("{{{name}: {value}}}");
    let inside = |path: &[&str]| {
        path.iter().rev().fold(entry.clone(), |inner, key| match key.strip_suffix("[]") {
            Some(key) => format!("{{{key}: [{inner}]}}"),
            None => format!("{{{key}: {inner}}}"),
        })
    };
    let (kind, path): (&str, &[&str]) = match keys.what {
        "an analytics rule" => ("Scheduled", &[]),
        "an entity mapping" => ("Scheduled", &["entityMappings[]"]),
        "a field mapping" => ("Scheduled", &["entityMappings[]", "fieldMappings[]"]),
        "a Sentinel entity mapping" => ("Scheduled", &["sentinelEntitiesMappings[]"]),
        "alertDetailsOverride" => ("Scheduled", &["alertDetailsOverride"]),
        "a dynamic property" => ("Scheduled", &["alertDetailsOverride", "alertDynamicProperties[]"]),
        "eventGroupingSettings" => ("Scheduled", &["eventGroupingSettings"]),
        "incidentConfiguration" => ("Scheduled", &["incidentConfiguration"]),
        "groupingConfiguration" => ("Scheduled", &["incidentConfiguration", "groupingConfiguration"]),
        "a data connector" => ("Scheduled", &["requiredDataConnectors[]"]),
        "a watchlist" => ("Watchlist", &[]),
        "a parser" => ("Parser", &[]),
        "a parameter" => ("Parser", &["functionParameters[]"]),
        "a file of indicators" => ("Indicators", &[]),
        "an indicator" => ("Indicators", &["indicators[]"]),
        "exclusions" => ("Indicators", &["exclusions"]),
        "a false positive" => ("Indicators", &["falsePositives[]"]),
        other => panic!("no path to {other}"),
    };
    let whole = inside(path);
    let text = match name {
        "kind" => format!("kind: {kind}\n"),
        _ => format!("kind: {kind}\n{}\n", whole.trim_start_matches('{').strip_suffix('}').unwrap()),
    };
    files(&[("rules/a.yaml".to_owned(), text)]).codes()
}
