//! The verbs of alert rules.

use std::sync::Arc;

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::service::{PREVIEW, Service, nrt, scheduled, with, without};

#[tokio::test]
async fn a_rule_comes_back_in_the_shape_of_the_transcript() {
    let service = Service::with(|options| options.fill_incident_configuration = false);
    let rule = json!({
        "kind": "Scheduled",
        "properties": {
            "queryFrequency": "PT1H",
            "queryPeriod": "P1D",
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 1,
            "incidentConfiguration": {
                "groupingConfiguration": {
                    "enabled": false,
                    "reopenClosedIncident": false,
                    "lookbackDuration": "PT5H",
                    "matchingMethod": "AllEntities",
                },
                "createIncident": false,
            },
            "query": "SecurityEvent | take 1",
            "displayName": "NewAlertRule",
            "enabled": false,
            "suppressionDuration": "PT5H",
            "suppressionEnabled": false,
            "severity": "Informational",
        },
    });
    let created = service.put("alertRules/d65a3750-0000-0000-0000-000000000000", rule).await.expect(201);
    assert_json_snapshot!(created.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/providers/Microsoft.SecurityInsights/alertRules/d65a3750-0000-0000-0000-000000000000",
      "name": "d65a3750-0000-0000-0000-000000000000",
      "etag": "\"3c6ef362-0000-0100-0000-69c3928d0000\"",
      "type": "Microsoft.SecurityInsights/alertRules",
      "kind": "Scheduled",
      "properties": {
        "incidentConfiguration": {
          "createIncident": false,
          "groupingConfiguration": {
            "enabled": false,
            "reopenClosedIncident": false,
            "lookbackDuration": "PT5H",
            "matchingMethod": "AllEntities",
            "groupByEntities": null,
            "groupByAlertDetails": null,
            "groupByCustomDetails": null
          }
        },
        "queryFrequency": "PT1H",
        "queryPeriod": "P1D",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 1,
        "severity": "Informational",
        "query": "SecurityEvent | take 1",
        "suppressionDuration": "PT5H",
        "suppressionEnabled": false,
        "tactics": null,
        "techniques": null,
        "displayName": "NewAlertRule",
        "enabled": false,
        "description": null,
        "alertRuleTemplateName": null,
        "lastModifiedUtc": "2026-03-25T07:45:17.671388Z"
      }
    }
    "#);
}

#[tokio::test]
async fn a_rule_that_says_nothing_of_incidents_shows_that_it_creates_them() {
    let service = Service::new();
    let created = service.put("alertRules/r", scheduled()).await.expect(201);
    assert_eq!(created.body["properties"]["incidentConfiguration"]["createIncident"], true);
}

#[tokio::test]
async fn what_is_set_comes_back_as_it_was_sent() {
    let service = Service::preview();
    let properties = json!({
        "description": "d",
        "query": "Heartbeat | project family = OSName, ip = ComputerIP, Entities = dynamic([])",
        "tactics": ["CommandAndControl"],
        "techniques": ["T1071"],
        "subTechniques": ["T1071.001"],
        "customDetails": { "Family": "family" },
        "entityMappings": [{ "entityType": "IP", "fieldMappings": [{ "identifier": "Address", "columnName": "ip" }] }],
        "sentinelEntitiesMappings": [{ "columnName": "Entities" }],
        "alertDetailsOverride": {
            "alertDisplayNameFormat": "{{a}}",
            "alertDescriptionFormat": "{{b}}",
            "alertTacticsColumnName": "t",
            "alertSeverityColumnName": "s",
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
    });
    let rule = with(scheduled(), properties);
    let created = service.put("alertRules/r", rule.clone()).await.expect(201);
    let read = service.get("alertRules/r").await.expect(200);
    assert_eq!(created.body, read.body);
    let mut shown = read.body["properties"].as_object().unwrap().clone();
    shown.remove("lastModifiedUtc");
    assert_eq!(Value::Object(shown), rule["properties"]);
}

#[tokio::test]
async fn unknown_properties_are_lost() {
    let service = Service::new();
    let rule = with(scheduled(), json!({ "entityMapping": [], "Description": "x" }));
    let saved = service.put("alertRules/r", rule).await.expect(201);
    assert_eq!(saved.body["properties"].get("entityMapping"), None);
    assert_eq!(saved.body["properties"].get("Description"), None);
    assert_eq!(saved.body["properties"]["description"], Value::Null);
}

#[tokio::test]
async fn every_workspace_starts_with_the_fusion_rule() {
    let service = Service::new();
    let list = service.get("alertRules").await.expect(200);
    assert_eq!(list.body["value"].as_array().unwrap().len(), 1);
    assert_eq!(list.body.get("nextLink"), None);
    let fusion = &list.body["value"][0];
    assert_eq!((&fusion["name"], &fusion["kind"]), (&json!("BuiltInFusion"), &json!("Fusion")));
    let again = json!({ "kind": "Fusion", "properties": {
        "enabled": true, "alertRuleTemplateName": fusion["properties"]["alertRuleTemplateName"],
    }});
    let refused = service.put("alertRules/another", again.clone()).await.expect(400);
    assert!(refused.message().starts_with("Analytics rule template '"), "{}", refused.message());
    service.put("alertRules/BuiltInFusion", again).await.expect(200);
}

#[tokio::test]
async fn a_rule_lives_from_put_to_delete() {
    let service = Service::new();
    service.put("alertRules/AlertRules-1124", scheduled()).await.expect(201);
    let first = service.get("alertRules/AlertRules-1124").await.expect(200);
    service.clock.advance(SignedDuration::from_secs(1));
    // The id has no case, and keeps that of its creation; the same content makes a new etag nevertheless.
    let second = service.put("alertRules/ALERTRULES-1124", scheduled()).await.expect(200);
    assert_eq!(second.body["name"], "AlertRules-1124");
    assert_ne!(first.body["etag"], second.body["etag"]);
    assert_ne!(first.body["properties"]["lastModifiedUtc"], second.body["properties"]["lastModifiedUtc"]);
    let deleted = service.delete("alertRules/alertrules-1124").await.expect(200);
    assert_eq!(deleted.body, json!({}));
    service.delete("alertRules/AlertRules-1124").await.expect(204);
    let gone = service.get("alertRules/AlertRules-1124").await.expect(404);
    assert_json_snapshot!(gone.body, @r#"
    {
      "error": {
        "code": "NotFound",
        "message": "Cannot find rule with resource name 'AlertRules-1124' for workspaceId '22c33ccd-51d9-52e9-9831-0228f5d88af3'."
      }
    }
    "#);
}

#[tokio::test]
async fn the_id_of_a_deleted_rule_rests_for_a_day() {
    for (status, code) in [(400, "BadRequest"), (409, "Conflict")] {
        let service = Service::with(|options| options.tombstone_status = status);
        service.put("alertRules/r", scheduled()).await.expect(201);
        service.delete("alertRules/R").await.expect(200);
        service.clock.advance(SignedDuration::from_mins(24 * 60 - 1));
        let refused = service.put("alertRules/r", scheduled()).await.expect(status);
        assert_eq!(refused.code(), code);
        assert_eq!(
            refused.message(),
            "The rule with id 'r' was recently deleted. You need to allow some time before re-using the same id. \
             Please try again later."
        );
        service.clock.advance(SignedDuration::from_mins(1));
        service.put("alertRules/r", scheduled()).await.expect(201);
    }
}

#[tokio::test]
async fn a_stale_etag_in_the_body_conflicts_and_saves_nothing() {
    let service = Service::new();
    let first = service.put("alertRules/r", scheduled()).await.expect(201);
    let tagged = |etag: &Value, name: &str| {
        let mut rule = with(scheduled(), json!({ "displayName": name }));
        rule["etag"] = etag.clone();
        rule
    };
    let second = service.put("alertRules/r", tagged(&first.body["etag"], "second")).await.expect(200);
    let refused = service.put("alertRules/r", tagged(&first.body["etag"], "third")).await.expect(409);
    assert_json_snapshot!(refused.body, @r#"
    {
      "error": {
        "code": "Conflict",
        "message": "Newer instance of rule 'r' exists for workspace '22c33ccd-51d9-52e9-9831-0228f5d88af3' (Etag does not match). Data was not saved."
      }
    }
    "#);
    assert_eq!(service.get("alertRules/r").await.body["properties"]["displayName"], "second");
    // Without an etag, or with any, the last write wins.
    for etag in [second.body["etag"].clone(), json!("*"), Value::Null] {
        service.put("alertRules/r", tagged(&etag, "last")).await.expect(200);
        service.put("alertRules/r", tagged(&second.body["etag"], "late")).await.expect(409);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_writers_that_read_the_same_etag_one_wins() {
    let service = Arc::new(Service::new());
    let mut rule = scheduled();
    rule["etag"] = service.put("alertRules/r", scheduled()).await.expect(201).body["etag"].clone();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (service, rule) = (Arc::clone(&service), rule.clone());
        writers.spawn(async move { service.put("alertRules/r", rule).await.status.as_u16() });
    }
    let mut statuses = writers.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 15][..]));
}

#[tokio::test]
async fn the_kind_of_a_rule_stays() {
    let service = Service::preview();
    service.put("alertRules/r", scheduled()).await.expect(201);
    let refused = service.put("alertRules/r", nrt()).await.expect(400);
    assert!(refused.message().contains("kind of an existing alert rule cannot be changed"));
}

#[tokio::test]
async fn enabled_rules_are_limited_by_kind() {
    let mut service = Service::with(|options| {
        options.enabled_scheduled_limit = 2;
        options.enabled_nrt_limit = 1;
    });
    service.version = PREVIEW;
    let disabled = || with(scheduled(), json!({ "enabled": false }));
    service.put("alertRules/1", scheduled()).await.expect(201);
    service.put("alertRules/2", scheduled()).await.expect(201);
    let refused = service.put("alertRules/3", scheduled()).await.expect(400);
    assert!(
        refused.message().contains("maximum number of enabled Scheduled alert rules"),
        "{}",
        refused.message()
    );
    service.put("alertRules/3", disabled()).await.expect(201);
    service.put("alertRules/2", scheduled()).await.expect(200);
    service.put("alertRules/n1", nrt()).await.expect(201);
    service.put("alertRules/n2", nrt()).await.expect(400);
    service.put("alertRules/2", disabled()).await.expect(200);
    service.put("alertRules/3", scheduled()).await.expect(200);
}

#[tokio::test]
async fn rules_are_limited_by_kind_disabled_ones_too() {
    let mut service = Service::with(|options| {
        options.scheduled_limit = 2;
        options.nrt_limit = 1;
    });
    service.version = PREVIEW;
    let disabled = |rule: Value| with(rule, json!({ "enabled": false }));
    service.put("alertRules/1", disabled(scheduled())).await.expect(201);
    service.put("alertRules/2", scheduled()).await.expect(201);
    for rule in [scheduled(), disabled(scheduled())] {
        let refused = service.put("alertRules/3", rule).await.expect(400);
        let says = "The maximum number of Scheduled alert rules for the workspace, 2, has been reached.";
        assert_eq!(refused.message(), says);
    }
    // Those that are there can be changed and enabled, and one that goes away makes room.
    service.put("alertRules/1", scheduled()).await.expect(200);
    service.put("alertRules/n1", disabled(nrt())).await.expect(201);
    service.put("alertRules/n2", disabled(nrt())).await.expect(400);
    service.delete("alertRules/1").await.expect(200);
    service.put("alertRules/3", scheduled()).await.expect(201);
}

#[tokio::test]
async fn the_default_limits_are_those_of_a_workspace_without_a_dedicated_cluster() {
    let options = sentinel_emulator::Options::default();
    assert_eq!((options.enabled_scheduled_limit, options.scheduled_limit), (512, 1_024));
    assert_eq!((options.enabled_nrt_limit, options.nrt_limit), (50, 100));
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let service = Service::new();
    for body in [json!([]), json!("x"), json!(null)] {
        let refused = service.put("alertRules/r", body).await.expect(400);
        assert_eq!(refused.code(), "InvalidRequestContent");
    }
    let refused = service.call("PUT", "alertRules/r", None).await.expect(400);
    assert_eq!(refused.code(), "InvalidRequestContent");
    let refused =
        service.put("alertRules/r", json!({ "kind": "Scheduled", "properties": [] })).await.expect(400);
    assert!(refused.message().contains("Path 'properties'"));
    service.put("alertRules/r", without(scheduled(), "query")).await.expect(400);
}
