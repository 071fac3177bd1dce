//! One form for resources that mean the same.
//!
//! A body that we would send and the body that the service answers differ in many ways that mean nothing: defaults
//! left out or filled in, `PT24H` for `P1D`, null for absent, the order of a set, fields that the service owns. Two
//! resources mean the same exactly when their canonical forms are equal. Every field that is not known to be the
//! service's own counts, known to us or not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Duration;
use super::saved_search::LANGUAGE_VERSION;

/// Fields of the envelope that the service owns.
const ENVELOPE: &[&str] = &["id", "name", "type", "etag", "systemData"];

/// Properties of a watchlist that the service owns, that only carry rows in, or that repeat its name.
const WATCHLIST_OWNED: &[&str] = &[
    "watchlistId",
    "created",
    "updated",
    "createdBy",
    "updatedBy",
    "tenantId",
    "isDeleted",
    "uploadStatus",
    "provisioningState",
    "rawContent",
    "contentType",
    "numberOfLinesToSkip",
    "source",
    "sourceType",
    "watchlistType",
    "watchlistKind",
    "watchlistAlias",
    "itemsCount",
    "sasUri",
];

/// The canonical form of an analytics rule's body.
pub fn canonical_alert_rule(body: &Value) -> Value {
    let mut body = pruned(body);
    remove(&mut body, ENVELOPE);
    let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) else {
        return sorted(body);
    };
    properties.shift_remove("lastModifiedUtc");
    for field in ["queryFrequency", "queryPeriod", "suppressionDuration"] {
        normalise_duration(properties, field);
    }
    for field in ["tactics", "techniques", "subTechniques"] {
        sort_list(properties, field);
    }
    if let Some(Value::String(query)) = properties.get_mut("query") {
        *query = query.replace("\r\n", "\n").trim_end().to_owned();
    }
    properties.entry("eventGroupingSettings").or_insert_with(|| json!({ "aggregationKind": "SingleAlert" }));
    incidents(properties);
    if let Some(Value::Array(mappings)) = properties.get_mut("entityMappings") {
        for mapping in mappings.iter_mut().filter_map(Value::as_object_mut) {
            sort_list(mapping, "fieldMappings");
        }
    }
    if let Some(Value::Object(details)) = properties.get_mut("alertDetailsOverride") {
        sort_list(details, "alertDynamicProperties");
    }
    for field in ["entityMappings", "sentinelEntitiesMappings"] {
        sort_list(properties, field);
    }
    sorted(body)
}

/// The canonical form of a watchlist's body, rows left out.
pub fn canonical_watchlist(body: &Value) -> Value {
    let mut body = pruned(body);
    remove(&mut body, ENVELOPE);
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        for field in WATCHLIST_OWNED {
            properties.shift_remove(*field);
        }
        normalise_duration(properties, "defaultDuration");
        sort_list(properties, "labels");
    }
    sorted(body)
}

/// The canonical form of a saved search's body. The language's version is 2 where the answer says none, and tags are
/// a set. Names of members are compared without the case of their first letter, which published examples of this API
/// do not agree on.
pub fn canonical_saved_search(body: &Value) -> Value {
    let mut body = lower_first(pruned(body));
    remove(&mut body, ENVELOPE);
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        for field in ["query", "functionParameters"] {
            if let Some(Value::String(text)) = properties.get_mut(field) {
                *text = text.replace("\r\n", "\n").trim_end().to_owned();
            }
        }
        properties.entry("version").or_insert_with(|| json!(LANGUAGE_VERSION));
        sort_list(properties, "tags");
    }
    // What a field lost at its end may have been all of it.
    sorted(pruned(&body))
}

/// The canonical form of a watchlist's row: an empty cell is no cell.
pub fn canonical_row(row: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    row.iter().filter(|(_, value)| !value.is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// What the service assumes where a rule says nothing of incidents: one for each alert, alerts not grouped.
fn incidents(properties: &mut Map<String, Value>) {
    let incidents = properties.entry("incidentConfiguration").or_insert_with(|| json!({}));
    let Some(incidents) = incidents.as_object_mut() else {
        return;
    };
    incidents.entry("createIncident").or_insert(Value::Bool(true));
    let grouping = incidents.entry("groupingConfiguration").or_insert_with(|| json!({}));
    let Some(grouping) = grouping.as_object_mut() else {
        return;
    };
    grouping.entry("enabled").or_insert(Value::Bool(false));
    grouping.entry("reopenClosedIncident").or_insert(Value::Bool(false));
    grouping.entry("lookbackDuration").or_insert_with(|| json!("PT5H"));
    grouping.entry("matchingMethod").or_insert_with(|| json!("AllEntities"));
    normalise_duration(grouping, "lookbackDuration");
    for field in ["groupByEntities", "groupByAlertDetails", "groupByCustomDetails"] {
        sort_list(grouping, field);
    }
}

/// Without nulls, empty texts, empty lists and empty objects, at any depth; whole numbers as integers.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.iter().map(|(k, v)| (k.clone(), pruned(v))).filter(|(_, v)| !is_empty(v)).collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(pruned).filter(|v| !is_empty(v)).collect()),
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
            Some(whole) if number.is_f64() && whole.fract() == 0.0 && whole.abs() < 1e15 => {
                json!(whole as i64)
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// With the first letter of every member's name in lower case.
fn lower_first(value: Value) -> Value {
    let lower = |name: String| {
        let mut letters = name.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
    };
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (lower(name), lower_first(value))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(lower_first).collect()),
        other => other,
    }
}

fn remove(value: &mut Value, fields: &[&str]) {
    if let Some(members) = value.as_object_mut() {
        for field in fields {
            members.shift_remove(*field);
        }
    }
}

fn normalise_duration(members: &mut Map<String, Value>, field: &str) {
    if let Some(Value::String(text)) = members.get_mut(field)
        && let Ok(duration) = Duration::parse(text)
    {
        *text = duration.to_string();
    }
}

fn sort_list(members: &mut Map<String, Value>, field: &str) {
    if let Some(Value::Array(items)) = members.get_mut(field) {
        items.sort_by_cached_key(|item| sorted(item.clone()).to_string());
    }
}

/// With the members of every object in the order of their names.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let ordered: BTreeMap<_, _> = members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(ordered.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_service_answers_equals_what_was_sent() {
        let sent = json!({ "kind": "Scheduled", "properties": {
            "displayName": "A", "severity": "Low", "enabled": true, "query": "T\n| take 1\n",
            "queryFrequency": "PT24H", "queryPeriod": "P1D", "triggerOperator": "GreaterThan", "triggerThreshold": 0,
            "suppressionDuration": "PT5H", "suppressionEnabled": false, "tactics": ["Execution", "Collection"],
        }});
        let live = json!({ "id": "/x", "name": "a", "etag": "\"e\"", "type": "t", "kind": "Scheduled", "properties": {
            "incidentConfiguration": { "createIncident": true, "groupingConfiguration": {
                "enabled": false, "reopenClosedIncident": false, "lookbackDuration": "PT5H",
                "matchingMethod": "AllEntities", "groupByEntities": null, "groupByAlertDetails": [],
                "groupByCustomDetails": null } },
            "eventGroupingSettings": { "aggregationKind": "SingleAlert" },
            "queryFrequency": "P1D", "queryPeriod": "P1D", "triggerOperator": "GreaterThan", "triggerThreshold": 0.0,
            "severity": "Low", "query": "T\r\n| take 1", "suppressionDuration": "PT5H", "suppressionEnabled": false,
            "tactics": ["Collection", "Execution"], "techniques": null, "displayName": "A", "enabled": true,
            "description": null, "alertRuleTemplateName": null, "lastModifiedUtc": "2026-03-25T07:45:17.671388Z" }});
        assert_eq!(canonical_alert_rule(&sent), canonical_alert_rule(&live));
    }

    #[test]
    fn a_field_that_we_do_not_know_counts() {
        let sent = json!({ "kind": "Scheduled", "properties": { "displayName": "A" }});
        let live = json!({ "kind": "Scheduled", "properties": { "displayName": "A", "novelty": 1 }});
        assert_ne!(canonical_alert_rule(&sent), canonical_alert_rule(&live));
        assert_ne!(canonical_watchlist(&sent), canonical_watchlist(&live));
    }

    #[test]
    fn a_saved_search_as_the_service_answers_it_equals_what_was_sent() {
        let sent = json!({ "properties": {
            "category": "Function", "displayName": "A", "query": "T\n| take 1", "functionAlias": "A", "version": 2,
            "tags": [{ "name": "createdBy", "value": "Bartizan" }, { "name": "description", "value": "x" }] }});
        let live = json!({ "id": "subscriptions/x/savedSearches/a", "etag": "W/\"datetime'2026'\"", "properties": {
            "Category": "Function", "DisplayName": "A", "Query": "T\r\n| take 1\r\n", "FunctionAlias": "A",
            "FunctionParameters": "",
            "Tags": [{ "Name": "description", "Value": "x" }, { "Name": "createdBy", "Value": "Bartizan" }] }});
        assert_eq!(canonical_saved_search(&sent), canonical_saved_search(&live));
        let mut other = sent.clone();
        other["properties"]["functionParameters"] = json!("n:int");
        assert_ne!(canonical_saved_search(&sent), canonical_saved_search(&other));
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let field = prop_oneof![
            Just("properties".to_owned()),
            Just("queryFrequency".to_owned()),
            Just("tactics".to_owned()),
            Just("entityMappings".to_owned()),
            Just("fieldMappings".to_owned()),
            Just("query".to_owned()),
            Just("incidentConfiguration".to_owned()),
            Just("groupingConfiguration".to_owned()),
            "[a-z]{1,3}",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "(PT24H|P1D|1h|[a-z\r\n]{0,4})".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(field.clone(), inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_canonical_form_is_its_own_canonical_form(value in json_value()) {
            for canonical in [canonical_alert_rule, canonical_watchlist, canonical_saved_search] {
                let once = canonical(&value);
                prop_assert_eq!(canonical(&once), once);
            }
        }
    }
}
