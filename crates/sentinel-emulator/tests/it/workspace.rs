//! The workspace, its tables, and whether it is onboarded.

use insta::assert_json_snapshot;
use kql::Type;
use sentinel_emulator::{DeclaredTable, Tables, Workspaces};
use serde_json::json;

use crate::service::{Answer, HOST, Service, WORKSPACE, scheduled};

async fn read(service: &Service, rest: &str) -> Answer {
    service.raw("GET", &format!("{HOST}{WORKSPACE}{rest}?api-version=2023-09-01"), &[], None).await
}

#[tokio::test]
async fn a_workspace_has_a_customer_id_that_stays() {
    let service = Service::new();
    let workspace = read(&service, "").await.expect(200);
    let id = workspace.body["properties"]["customerId"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(workspace.body["name"], "law");
    let missing = service.get("alertRules/x").await.expect(404);
    assert!(missing.message().ends_with(&format!("for workspaceId '{id}'.")));
}

#[tokio::test]
async fn a_table_says_its_plan_and_its_columns() {
    let service = Service::with(|options| {
        options.tables = Tables::Only(vec!["Syslog".into(), "Theirs_CL".into()]);
        let columns = vec![("user_s".to_owned(), Type::String), ("since_t".to_owned(), Type::DateTime)];
        options.declared = vec![DeclaredTable { name: "Mine_CL".into(), columns }];
    });
    let list = read(&service, "/tables").await.expect(200);
    assert_json_snapshot!(list.body["value"][0], @r#"
    {
      "properties": {
        "totalRetentionInDays": 90,
        "archiveRetentionInDays": 0,
        "plan": "Analytics",
        "retentionInDays": 90,
        "retentionInDaysAsDefault": true,
        "totalRetentionInDaysAsDefault": true,
        "schema": {
          "tableSubType": "DataCollectionRuleBased",
          "name": "Mine_CL",
          "tableType": "CustomLog",
          "columns": [
            {
              "name": "user_s",
              "type": "string"
            },
            {
              "name": "since_t",
              "type": "dateTime"
            }
          ],
          "standardColumns": [
            {
              "name": "TimeGenerated",
              "type": "dateTime"
            }
          ],
          "solutions": [
            "LogManagement"
          ],
          "isTroubleshootingAllowed": true
        },
        "provisioningState": "Succeeded"
      },
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/tables/Mine_CL",
      "name": "Mine_CL",
      "type": "Microsoft.OperationalInsights/workspaces/tables"
    }
    "#);
    let syslog = &list.body["value"][1]["properties"]["schema"];
    assert_eq!((&syslog["tableType"], &syslog["columns"]), (&json!("Microsoft"), &json!([])));
    let standard = syslog["standardColumns"].as_array().unwrap();
    assert!(standard.contains(&json!({ "name": "SyslogMessage", "type": "string" })), "{standard:?}");
    assert_eq!(list.body["value"][2]["properties"]["schema"]["columns"], json!([]));
    assert_eq!(read(&service, "/tables/syslog").await.expect(200).body, list.body["value"][1]);
    let missing = read(&service, "/tables/Heartbeat").await.expect(404);
    assert_eq!(missing.code(), "ResourceNotFound");
}

#[tokio::test]
async fn a_column_that_a_workspace_added_stands_apart() {
    let columns = vec![("Computer".to_owned(), Type::String), ("Site_CF".to_owned(), Type::Dynamic)];
    let declared = DeclaredTable { name: "Heartbeat".into(), columns };
    let service = Service::with(|options| options.declared = vec![declared]);
    let schema = &read(&service, "/tables/Heartbeat").await.expect(200).body["properties"]["schema"];
    assert_eq!(schema["columns"], json!([{ "name": "Site_CF", "type": "dynamic" }]));
    assert!(schema["standardColumns"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn every_table_of_the_catalogue_is_listed() {
    let service = Service::new();
    let list = read(&service, "/tables").await.expect(200);
    let value = list.body["value"].as_array().unwrap();
    assert_eq!(value.len(), Tables::catalogue().count());
    for name in
        ["CommonSecurityLog", "DeviceNetworkEvents", "DnsEvents", "UrlClickEvents", "ASimDnsActivityLogs"]
    {
        assert!(value.iter().any(|table| table["name"] == name), "{name}");
    }
    assert!(!value.iter().any(|table| table["name"].as_str().unwrap().ends_with("_CL")));
    read(&service, "/tables/SIGNINLOGS").await.expect(200);
}

#[tokio::test]
async fn a_workspace_can_be_taken_out_of_sentinel_and_back() {
    let service = Service::new();
    let state = service.get("onboardingStates/default").await.expect(200);
    assert_eq!(state.body["type"], "Microsoft.SecurityInsights/onboardingStates");
    assert_eq!(state.body["properties"], json!({}));
    assert_eq!(service.get("onboardingStates").await.body["value"].as_array().unwrap().len(), 1);
    service.delete("onboardingStates/default").await.expect(200);
    service.delete("onboardingStates/default").await.expect(204);
    service.get("onboardingStates/default").await.expect(404);
    let refused = service.put("alertRules/r", scheduled()).await.expect(400);
    assert!(refused.message().contains("not onboarded"));
    read(&service, "/tables/Syslog").await.expect(200);
    service.put("onboardingStates/other", json!({ "properties": {} })).await.expect(400);
    service.put("onboardingStates/default", json!({ "properties": {} })).await.expect(201);
    service.put("onboardingStates/default", json!({ "properties": {} })).await.expect(200);
    service.put("alertRules/r", scheduled()).await.expect(201);
}

#[tokio::test]
async fn a_workspace_starts_outside_sentinel_by_a_switch() {
    let service = Service::with(|options| options.onboarded = false);
    service.get("alertRules").await.expect(400);
    assert_eq!(service.get("onboardingStates").await.expect(200).body["value"], json!([]));
}

#[tokio::test]
async fn workspaces_are_apart_and_only_those_that_exist_exist() {
    let service =
        Service::with(|options| options.workspaces = Workspaces::Only(vec!["LAW".into(), "other".into()]));
    service.put("alertRules/r", scheduled()).await.expect(201);
    let at = |workspace: &str| {
        let path = WORKSPACE.replace("law", workspace);
        format!("{HOST}{path}/providers/Microsoft.SecurityInsights/alertRules/r?api-version=2025-09-01")
    };
    service.raw("GET", &at("law"), &[], None).await.expect(200);
    assert_eq!(service.raw("GET", &at("other"), &[], None).await.expect(404).code(), "NotFound");
    let missing = service.raw("GET", &at("none"), &[], None).await.expect(404);
    assert_eq!(missing.code(), "ResourceNotFound");
}
