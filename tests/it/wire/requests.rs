//! The exact requests of an apply.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{ETAG, RULE_ID, Service, Workspace};
use crate::folder::{RULE, WATCHLIST};

/// [`RULE`] as the service shows it, with another severity.
fn live_rule() -> Value {
    json!({
        "id": "/subscriptions/x/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01",
        "name": RULE_ID.to_uppercase(),
        "etag": ETAG,
        "type": "Microsoft.SecurityInsights/alertRules",
        "kind": "Scheduled",
        "properties": {
            "incidentConfiguration": { "createIncident": true, "groupingConfiguration": null },
            "queryFrequency": "PT60M",
            "queryPeriod": "PT1H",
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 0,
            "severity": "Low",
            "query": "SecurityEvent\r\n| where EventID == 4688\r\n| project TimeGenerated, Computer, Account",
            "suppressionDuration": "PT5H",
            "suppressionEnabled": false,
            "tactics": ["Execution"],
            "techniques": ["T1059"],
            "entityMappings": [{ "entityType": "Host",
                "fieldMappings": [{ "identifier": "HostName", "columnName": "Computer" }] }],
            "displayName": "Process creation",
            "enabled": true,
            "description": "A process was created.",
            "alertRuleTemplateName": null,
            "lastModifiedUtc": "2026-03-25T07:45:17.671388Z",
        },
    })
}

fn live_watchlist() -> Value {
    json!({
        "name": "allowed-hosts",
        "etag": "\"list\"",
        "type": "Microsoft.SecurityInsights/Watchlists",
        "properties": {
            "watchlistAlias": "allowed-hosts", "displayName": "Allowed hosts", "provider": "Bartizan",
            "source": "allowed-hosts.csv", "itemsSearchKey": "host", "labels": [], "isDeleted": false,
        },
    })
}

fn live_item(id: u8, cells: &Value) -> Value {
    json!({
        "name": format!("00000000-0000-4000-8000-0000000000{id:02}"),
        "etag": format!("\"item {id}\""),
        "properties": { "isDeleted": false, "itemsKeyValue": cells },
    })
}

#[tokio::test]
async fn a_scheduled_rule_is_created_as_this() {
    let service = Service::new(Workspace::default(), |_| None).await;
    service.run(&["apply", "--yes"]).expect(0);
    assert_snapshot!(service.reads().await, @r"
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/tables?api-version=2023-09-01
    ");
    assert_snapshot!(service.whole_writes().await, @r#"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "kind": "Scheduled",
      "properties": {
        "displayName": "Process creation",
        "description": "A process was created.",
        "severity": "Medium",
        "enabled": true,
        "query": "SecurityEvent\n| where EventID == 4688\n| project TimeGenerated, Computer, Account",
        "queryFrequency": "PT1H",
        "queryPeriod": "PT1H",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "suppressionDuration": "PT5H",
        "suppressionEnabled": false,
        "tactics": [
          "Execution"
        ],
        "techniques": [
          "T1059"
        ],
        "entityMappings": [
          {
            "entityType": "Host",
            "fieldMappings": [
              {
                "identifier": "HostName",
                "columnName": "Computer"
              }
            ]
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn a_scheduled_rule_is_updated_with_the_etag_that_was_read() {
    let service =
        Service::new(Workspace { rules: vec![live_rule()], ..Workspace::default() }, |_| None).await;
    service.run(&["apply", "--yes"]).expect(0);
    assert_snapshot!(service.whole_writes().await, @r#"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "kind": "Scheduled",
      "properties": {
        "displayName": "Process creation",
        "description": "A process was created.",
        "severity": "Medium",
        "enabled": true,
        "query": "SecurityEvent\n| where EventID == 4688\n| project TimeGenerated, Computer, Account",
        "queryFrequency": "PT1H",
        "queryPeriod": "PT1H",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "suppressionDuration": "PT5H",
        "suppressionEnabled": false,
        "tactics": [
          "Execution"
        ],
        "techniques": [
          "T1059"
        ],
        "entityMappings": [
          {
            "entityType": "Host",
            "fieldMappings": [
              {
                "identifier": "HostName",
                "columnName": "Computer"
              }
            ]
          }
        ]
      },
      "etag": "\"61004e36-0000-0100-0000-69c3928d0000\""
    }
    "#);
}

#[tokio::test]
async fn an_nrt_rule_takes_every_sentinel_request_of_the_run_to_the_preview_version() {
    let service = Service::new(Workspace::default(), |_| None).await;
    let schedule = ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];
    let nrt: String = RULE
        .replace("kind: Scheduled", "kind: NRT")
        .lines()
        .filter(|line| !schedule.iter().any(|key| line.starts_with(key)))
        .flat_map(|line| [line, "\n"])
        .collect();
    service.folder.write("rules/nrt.yaml", nrt.replace("5f0d5a5c", "6f0d5a5c").replace("Process c", "C"));
    service.folder.write("rules/hosts/watchlist.yaml", WATCHLIST);
    service.run(&["apply", "--yes", "--concurrency", "1"]).expect(0);
    assert_snapshot!(service.reads().await, @r"
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules?api-version=2025-10-01-preview
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists?api-version=2025-10-01-preview
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/tables?api-version=2023-09-01
    ");
    assert_snapshot!(service.writes().await.join("\n"), @r"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts?api-version=2025-10-01-preview
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/6f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01?api-version=2025-10-01-preview
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01?api-version=2025-10-01-preview
    ");
    let requests = service.requests().await;
    let nrt = requests.iter().find(|r| r.url.path().ends_with("6f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01"));
    assert_snapshot!(super::whole(nrt.unwrap()), @r#"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/6f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01?api-version=2025-10-01-preview
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "kind": "NRT",
      "properties": {
        "displayName": "Creation",
        "description": "A process was created.",
        "severity": "Medium",
        "enabled": true,
        "query": "SecurityEvent\n| where EventID == 4688\n| project TimeGenerated, Computer, Account",
        "suppressionDuration": "PT5H",
        "suppressionEnabled": false,
        "tactics": [
          "Execution"
        ],
        "techniques": [
          "T1059"
        ],
        "entityMappings": [
          {
            "entityType": "Host",
            "fieldMappings": [
              {
                "identifier": "HostName",
                "columnName": "Computer"
              }
            ]
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn a_watchlist_is_created_with_its_rows_as_csv_with_crlf() {
    let service = Service::new(Workspace::default(), |_| None).await;
    service.folder.remove("rules/process.yaml");
    service.folder.write(
        "rules/hosts/watchlist.yaml",
        "alias: allowed-hosts\ndisplayName: Allowed hosts\ndescription: Ours\nprovider: Bartizan\n\
         itemsSearchKey: host\nlabels: [b, a]\ndefaultDuration: 14d\n",
    );
    service.folder.write("rules/hosts/data.csv", "host,note\na,\"x, y\"\nb,\"say \"\"hi\"\"\"\nc,ünï\n");
    service.run(&["apply", "--yes"]).expect(0);
    assert_snapshot!(service.whole_writes().await, @r#"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "properties": {
        "displayName": "Allowed hosts",
        "provider": "Bartizan",
        "source": "allowed-hosts.csv",
        "sourceType": "Local",
        "itemsSearchKey": "host",
        "description": "Ours",
        "labels": [
          "b",
          "a"
        ],
        "defaultDuration": "P14D",
        "rawContent": "host,note\r\na,\"x, y\"\r\nb,\"say \"\"hi\"\"\"\r\nc,ünï\r\n",
        "contentType": "text/csv",
        "numberOfLinesToSkip": 0
      }
    }
    "#);
}

#[tokio::test]
async fn rows_are_put_with_their_etag_and_removed_one_by_one_and_the_list_is_left_alone() {
    let workspace = Workspace {
        watchlists: vec![live_watchlist()],
        items: vec![
            live_item(1, &json!({ "host": "a", "owner": "nobody" })),
            live_item(2, &json!({ "host": "gone", "owner": "x" })),
            live_item(3, &json!({ "host": "same", "owner": "y" })),
        ],
        ..Workspace::default()
    };
    let service = Service::new(workspace, |_| None).await;
    service.folder.remove("rules/process.yaml");
    service.folder.write(
        "rules/hosts/watchlist.yaml",
        WATCHLIST.to_owned() + "  - {host: same, owner: \"y\"}\n  - {host: new, owner: z}\n",
    );
    service.run(&["apply", "--yes", "--concurrency", "1"]).expect(0);
    assert_snapshot!(service.reads().await, @r"
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts/watchlistItems?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists?api-version=2025-09-01
    GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/tables?api-version=2023-09-01
    ");
    assert_snapshot!(service.whole_writes().await, @r#"
    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts/watchlistItems/00000000-0000-4000-8000-000000000001?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "properties": {
        "itemsKeyValue": {
          "host": "a",
          "owner": "b"
        }
      },
      "etag": "\"item 1\""
    }

    PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts/watchlistItems/2dc12057-d850-5f97-8381-110b94b50fee?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    content-type: application/json
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID

    {
      "properties": {
        "itemsKeyValue": {
          "host": "new",
          "owner": "z"
        }
      }
    }

    DELETE /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/watchlists/allowed-hosts/watchlistItems/00000000-0000-4000-8000-000000000002?api-version=2025-09-01
    accept-encoding: gzip
    accept: application/json
    authorization: Bearer the-token-of-this-test
    user-agent: bartizan/0.1.0
    x-ms-client-request-id: a GUID
    "#);
}

#[tokio::test]
async fn what_is_the_same_is_not_written() {
    let mut rule = live_rule();
    rule["properties"]["severity"] = json!("Medium");
    let workspace = Workspace {
        rules: vec![rule],
        watchlists: vec![live_watchlist()],
        items: vec![live_item(1, &json!({ "host": "a", "owner": "b" }))],
    };
    let service = Service::new(workspace, |_| None).await;
    service.folder.write("rules/hosts/watchlist.yaml", WATCHLIST);
    let run = service.run(&["apply", "--yes"]).expect(0);
    assert_eq!(service.writes().await, [""; 0]);
    assert_eq!(service.requests().await.len(), 5, "three lists, the watchlist and its rows");
    assert!(run.stdout.contains("No changes: 2 unchanged"), "{}", run.stdout);
}

#[tokio::test]
async fn a_plan_sends_only_reads() {
    let service =
        Service::new(Workspace { rules: vec![live_rule()], ..Workspace::default() }, |_| None).await;
    service.run(&["plan", "--detailed-exitcode"]).expect(2);
    assert_eq!(service.writes().await, [""; 0]);
}
