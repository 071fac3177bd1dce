use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn same(kind: Kind, a: &Value, b: &Value) {
    assert_eq!(kind.canonical(a.clone()), kind.canonical(b.clone()));
}

fn different(kind: Kind, a: &Value, b: &Value) {
    assert_ne!(kind.canonical(a.clone()), kind.canonical(b.clone()));
}

#[test]
fn a_rule_as_the_service_answers_it_equals_what_was_sent() {
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
    same(Kind::AlertRule, &sent, &live);
}

#[test]
fn every_duration_of_a_kind_is_the_same_in_each_of_its_spellings() {
    let within = |path: &str, duration: &str| {
        path.rsplit('.').fold(json!(duration), |inner, name| json!({ name: inner }))
    };
    let mut found = 0;
    for kind in Kind::ALL {
        for rule in kind.definition().canonical {
            let Rule::Duration(path) = rule else { continue };
            found += 1;
            let written = kind.canonical(within(path, "PT5H"));
            for spelling in ["5h", "P0DT5H", "PT300M", "pt5h", "PT4H60M"] {
                assert_eq!(kind.canonical(within(path, spelling)), written, "{path} {spelling}");
            }
            assert_ne!(kind.canonical(within(path, "PT6H")), written, "{path}");
        }
    }
    assert_eq!(
        found, 5,
        "queryFrequency, queryPeriod, suppressionDuration, lookbackDuration, defaultDuration"
    );
}

#[test]
fn the_lookback_of_a_grouping_is_a_duration() {
    let rule = |lookback: &str| {
        json!({ "kind": "Scheduled", "properties": { "displayName": "A", "incidentConfiguration": {
            "createIncident": true, "groupingConfiguration": { "enabled": true, "reopenClosedIncident": false,
            "lookbackDuration": lookback, "matchingMethod": "AllEntities" } } } })
    };
    same(Kind::AlertRule, &rule("PT5H"), &rule("P0DT5H"));
    same(Kind::AlertRule, &rule("PT24H"), &rule("P1D"));
    different(Kind::AlertRule, &rule("PT5H"), &rule("PT6H"));
}

#[test]
fn a_field_that_we_do_not_know_counts() {
    for kind in Kind::ALL {
        let sent = json!({ "kind": "Scheduled", "properties": { "displayName": "A" }});
        let live = json!({ "kind": "Scheduled", "properties": { "displayName": "A", "novelty": 1 }});
        different(*kind, &sent, &live);
    }
}

#[test]
fn what_is_empty_after_it_was_rewritten_is_absent() {
    for query in ["\n", " \r\n\t", ""] {
        same(Kind::AlertRule, &json!({ "properties": { "query": query } }), &json!({ "properties": {} }));
        same(Kind::SavedSearch, &json!({ "properties": { "query": query } }), &json!({}));
    }
    same(Kind::Watchlist, &json!({ "properties": { "created": "2026-01-01" } }), &json!({}));
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
    same(Kind::SavedSearch, &sent, &live);
    let mut other = sent.clone();
    other["properties"]["functionParameters"] = json!("n:int");
    different(Kind::SavedSearch, &sent, &other);
}

#[test]
fn of_a_name_with_and_without_a_capital_the_small_one_counts_in_either_order() {
    let one = json!({ "properties": { "query": "A", "Query": "B" } });
    let other = json!({ "properties": { "Query": "B", "query": "A" } });
    same(Kind::SavedSearch, &one, &other);
    same(Kind::SavedSearch, &one, &json!({ "properties": { "query": "A" } }));
    // One that is null is not there.
    same(
        Kind::SavedSearch,
        &json!({ "properties": { "query": null, "Query": "B" } }),
        &json!({ "properties": { "query": "B" } }),
    );
}

/// Marks in workspaces hold these hashes: whatever changes one needs a new version of the form.
#[test]
fn version_1_is_frozen() {
    let mut frozen = String::new();
    for (kind, body) in [
        (Kind::AlertRule, json!({})),
        (
            Kind::AlertRule,
            json!({ "id": "/x", "etag": "\"e\"", "kind": "Scheduled", "properties": {
                "displayName": "Sign-ins \"ä\"", "query": "T\r\n| take 1 \r\n\r\n", "queryFrequency": "PT24H",
                "queryPeriod": "14d", "suppressionDuration": "PT300M", "triggerThreshold": 1.0, "novelty": 1.5,
                "tactics": ["Execution", "Collection"], "techniques": [], "description": null,
                "entityMappings": [
                    { "entityType": "IP", "fieldMappings": [{ "identifier": "Address", "columnName": "IP" }] },
                    { "entityType": "Account", "fieldMappings": [
                        { "identifier": "UPNSuffix", "columnName": "Suffix" },
                        { "identifier": "Name", "columnName": "Name" }] }],
                "alertDetailsOverride": { "alertDynamicProperties": [
                    { "alertProperty": "ProductName", "value": "P" }, { "alertProperty": "AlertLink", "value": "L" }] },
                "incidentConfiguration": { "createIncident": true, "groupingConfiguration": {
                    "enabled": true, "lookbackDuration": "P0DT5H", "matchingMethod": "Selected",
                    "groupByEntities": ["IP", "Account"] } },
                "lastModifiedUtc": "2026-03-25T07:45:17Z" } }),
        ),
        (
            Kind::Watchlist,
            json!({ "name": "hosts", "properties": { "displayName": "Hosts", "provider": "Bartizan",
                "source": "hosts.csv", "sourceType": "Local", "itemsSearchKey": "host", "labels": ["b", "a"],
                "defaultDuration": "14d", "rawContent": "host\r\na\r\n", "watchlistId": "w", "isDeleted": false } }),
        ),
        (
            Kind::SavedSearch,
            json!({ "properties": { "Category": "Function", "displayName": "A", "query": "T\r\n", "functionAlias": "A",
                "tags": [{ "name": "description", "value": "x" }, { "name": "createdBy", "value": "Bartizan" }] } }),
        ),
    ] {
        let canonical = kind.canonical(body);
        frozen += &format!("{canonical}\n{}\n", Fingerprint::of(kind, &canonical));
    }
    assert_snapshot!(frozen, @r#"
    {"properties":{"eventGroupingSettings":{"aggregationKind":"SingleAlert"},"incidentConfiguration":{"createIncident":true,"groupingConfiguration":{"enabled":false,"lookbackDuration":"PT5H","matchingMethod":"AllEntities","reopenClosedIncident":false}}}}
    d02277e34344e5136b556b50b04dc976542dc69823ebf34f6711a3f04ea9ad1b
    {"kind":"Scheduled","properties":{"alertDetailsOverride":{"alertDynamicProperties":[{"alertProperty":"AlertLink","value":"L"},{"alertProperty":"ProductName","value":"P"}]},"displayName":"Sign-ins \"ä\"","entityMappings":[{"entityType":"Account","fieldMappings":[{"columnName":"Name","identifier":"Name"},{"columnName":"Suffix","identifier":"UPNSuffix"}]},{"entityType":"IP","fieldMappings":[{"columnName":"IP","identifier":"Address"}]}],"eventGroupingSettings":{"aggregationKind":"SingleAlert"},"incidentConfiguration":{"createIncident":true,"groupingConfiguration":{"enabled":true,"groupByEntities":["Account","IP"],"lookbackDuration":"PT5H","matchingMethod":"Selected","reopenClosedIncident":false}},"novelty":1.5,"query":"T\n| take 1","queryFrequency":"P1D","queryPeriod":"P14D","suppressionDuration":"PT5H","tactics":["Collection","Execution"],"triggerThreshold":1}}
    8e1ec54cd12a237a6c04cde81104994c8df6c3f1b87f7798cbcab1cbd3b9d637
    {"properties":{"defaultDuration":"P14D","displayName":"Hosts","itemsSearchKey":"host","labels":["a","b"],"provider":"Bartizan"}}
    d59777108f1aa0bb3e7eb0c677112bc12f7a9edb1be8ea076fc02387cd313865
    {"properties":{"category":"Function","displayName":"A","functionAlias":"A","query":"T","tags":[{"name":"createdBy","value":"Bartizan"},{"name":"description","value":"x"}],"version":2}}
    4253ca219b2a48f9124afcc67c56ec886ac63902de141731656aa868ff652ac0
    "#);
}

#[test]
fn a_hash_reads_back_and_nothing_else_does() {
    let hash = Fingerprint::of(Kind::AlertRule, &json!({}));
    assert_eq!(Fingerprint::parse(&hash.to_string()), Some(hash));
    assert_eq!(serde_json::from_value::<Fingerprint>(json!(hash)).unwrap(), hash);
    for text in ["", "0", &"g".repeat(64), &"0".repeat(65), &"ä".repeat(32)] {
        assert_eq!(Fingerprint::parse(text), None, "{text}");
    }
    assert_ne!(hash, Fingerprint::of(Kind::Watchlist, &json!({})), "the kind counts");
}

/// The names in the paths of a kind's rules, as they are and with a capital, and others.
fn name(kind: Kind) -> impl Strategy<Value = String> {
    let paths = ENVELOPE.iter().chain(kind.definition().canonical).filter_map(|rule| match rule {
        Rule::FirstLetterIgnoresCase => None,
        Rule::Ignored(path) | Rule::Text(path) | Rule::Duration(path) => Some(*path),
        Rule::Default(path, _) | Rule::Set(path) => Some(*path),
    });
    let names: Vec<String> =
        paths.flat_map(|path| path.split('.')).map(|name| name.trim_end_matches("[]").to_owned()).collect();
    prop_oneof![
        4 => Just("properties".to_owned()),
        8 => prop::sample::select(names.clone()),
        1 => prop::sample::select(names).prop_map(|name| name[..1].to_uppercase() + &name[1..]),
        2 => "[a-zA-Z.]{0,2}",
    ]
}

fn any_json(kind: Kind) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3i32..3).prop_map(|whole| Value::from(f64::from(whole))),
        "(PT24H|P1D|P0DT5H|1h|[a-z\r\n \"\u{85}]{0,4})".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(kind), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn kind_and_json() -> impl Strategy<Value = (Kind, Value)> {
    prop::sample::select(Kind::ALL.to_vec()).prop_flat_map(|kind| (Just(kind), any_json(kind)))
}

/// The same with nothing in many ways, and the members in the other order.
fn with_nothing(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut with = Map::new();
            for (at, nothing) in
                [json!(null), json!(""), json!([]), json!({}), json!([{ "x": [null] }])].iter().enumerate()
            {
                with.insert(format!("nothing {at}"), nothing.clone());
            }
            with.extend(members.iter().rev().map(|(name, member)| (name.clone(), with_nothing(member))));
            Value::Object(with)
        }
        Value::Array(items) => {
            [json!({})].into_iter().chain(items.iter().map(with_nothing)).chain([Value::Null]).collect()
        }
        Value::Null => json!({ "nothing": [""] }),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn a_canonical_form_is_its_own_canonical_form((kind, value) in kind_and_json()) {
        let once = kind.canonical(value);
        let twice = kind.canonical(once.clone());
        prop_assert_eq!(once.to_string(), twice.to_string());
    }

    #[test]
    fn null_absent_and_empty_are_the_same((kind, value) in kind_and_json()) {
        let value = if value.is_object() { value } else { json!({ "properties": value }) };
        prop_assert_eq!(kind.canonical(with_nothing(&value)), kind.canonical(value));
    }

    #[test]
    fn the_order_of_a_set_means_nothing((kind, value) in kind_and_json()) {
        let mut reversed = value.clone();
        for rule in kind.definition().canonical {
            let Rule::Set(path) = rule else { continue };
            at(&mut reversed, path, &mut |members, name| {
                if let Some(items) = members.get_mut(name).and_then(Value::as_array_mut) {
                    items.reverse();
                }
            });
        }
        prop_assert_eq!(kind.canonical(reversed), kind.canonical(value));
    }
}
