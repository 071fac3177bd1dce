//! Nothing that is sent makes the emulator fall over: it takes or refuses.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::service::{HOST, Service, WORKSPACE, nrt, scheduled, watchlist, with};

/// Values that are seldom what is wanted.
fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}\u{feff}\u{202e}💥"),
        json!("PT99999999999999999999H"),
        json!("-P14D"),
        json!("x".repeat(20_000)),
        json!([]),
        json!([null]),
        json!([{}]),
        json!(["x", 1, {}]),
        json!({}),
        json!({ "": "" }),
        json!({ "x": { "y": [1] } }),
    ]
}

/// Every document that differs from `document` in one value, at any depth.
fn mutations(document: &Value) -> Vec<Value> {
    let mut mutated = odd_values();
    match document {
        Value::Object(object) => {
            for (name, value) in object {
                for odd in mutations(value) {
                    let mut object = object.clone();
                    object.insert(name.clone(), odd);
                    mutated.push(Value::Object(object));
                }
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                for odd in mutations(value) {
                    let mut values = values.clone();
                    values[index] = odd;
                    mutated.push(Value::Array(values));
                }
            }
        }
        _ => {}
    }
    mutated
}

fn full_rule() -> Value {
    with(
        scheduled(),
        json!({
            "description": "d",
            "tactics": ["CommandAndControl"],
            "techniques": ["T1071"],
            "subTechniques": ["T1071.001"],
            "customDetails": { "Family": "family" },
            "entityMappings": [{
                "entityType": "IP",
                "fieldMappings": [{ "identifier": "Address", "columnName": "ip" }],
            }],
            "sentinelEntitiesMappings": [{ "columnName": "Entities" }],
            "alertDetailsOverride": {
                "alertDisplayNameFormat": "{{a}}",
                "alertDynamicProperties": [{ "alertProperty": "ProductName", "value": "p" }],
            },
            "eventGroupingSettings": { "aggregationKind": "AlertPerResult" },
            "incidentConfiguration": {
                "createIncident": true,
                "groupingConfiguration": {
                    "enabled": true,
                    "reopenClosedIncident": false,
                    "lookbackDuration": "P1D",
                    "matchingMethod": "Selected",
                    "groupByEntities": ["IP"],
                    "groupByAlertDetails": ["DisplayName"],
                    "groupByCustomDetails": ["Family"],
                },
            },
            "alertRuleTemplateName": "t",
            "templateVersion": "1.2.3",
        }),
    )
}

#[tokio::test]
async fn odd_bodies_are_taken_or_refused() {
    let service = Service::preview();
    service.put("watchlists/list", watchlist()).await.expect(201);
    let content = json!({ "rawContent": "ip\n1\n", "numberOfLinesToSkip": 0, "contentType": "text/csv", "labels": ["x"] });
    let metadata = json!({ "properties": {
        "parentId": "/p", "kind": "AnalyticsRule", "source": { "kind": "SourceRepository" }, "providers": ["x"],
    }});
    let item = json!({ "etag": "x", "properties": { "itemsKeyValue": { "ip": "1" }, "entityMapping": {} } });
    for (method, resource, document) in [
        ("PUT", "alertRules/scheduled", full_rule()),
        ("PUT", "alertRules/nrt", nrt()),
        ("PUT", "watchlists/list", with(watchlist(), content)),
        ("PUT", "watchlists/list/watchlistItems/6d37a904-0000-4000-8000-000000000000", item),
        ("PUT", "metadata/m", metadata.clone()),
        ("PATCH", "metadata/m", metadata),
        ("PUT", "onboardingStates/default", json!({ "properties": { "customerManagedKey": false } })),
    ] {
        for body in mutations(&document) {
            let answer = service.call(method, resource, Some(body.clone())).await;
            assert!(matches!(answer.status.as_u16(), 200 | 201 | 400 | 409), "{} {body}", answer.status);
        }
        for list in ["alertRules", "watchlists", "watchlists/list/watchlistItems", "metadata"] {
            service.get(list).await.expect(200);
        }
    }
}

#[tokio::test]
async fn odd_paths_are_answered() {
    let service = Service::new();
    for path in [
        "",
        "%",
        "%ff%fe",
        "%2F..%2F",
        "alertRules/%00",
        "alertRules//",
        "alertRules/a/b",
        "watchlists/%20/watchlistItems/%25",
        "metadata?$filter=%27&$skipToken=%ff&",
        "alertRules?$skipToken=zzzz&",
        "💥",
    ] {
        let path: String =
            path.chars().map(|c| if c == '💥' { "%F0%9F%92%A5".to_owned() } else { c.to_string() }).collect();
        for method in ["GET", "PUT", "PATCH", "POST", "DELETE"] {
            let answer = service.call(method, &path, Some(scheduled())).await;
            assert!(!answer.status.is_server_error(), "{method} {path}");
        }
    }
    for uri in ["/", "/subscriptions", "/a/oauth2/v2.0/token", "*"] {
        let answer = service.raw("POST", uri, &[], None).await;
        assert!(answer.status.is_client_error(), "{uri}");
    }
}

#[tokio::test]
async fn no_query_of_the_corpus_brings_it_down() {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    let corpus =
        std::env::var_os("BARTIZAN_CORPUS").map_or_else(default, PathBuf::from).join("queries.jsonl");
    let Ok(text) = std::fs::read_to_string(&corpus) else {
        println!("skipped: there is no {}", corpus.display());
        return;
    };
    let service = Service::new();
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let rule = with(scheduled(), json!({ "query": entry["query"] }));
        let answer = service.put("alertRules/r", rule).await;
        assert!(matches!(answer.status.as_u16(), 200 | 201 | 400), "{}", entry["name"]);
    }
    let uri =
        format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/r?api-version=2025-09-01");
    service.raw("GET", &uri, &[], None).await.expect(200);
}
