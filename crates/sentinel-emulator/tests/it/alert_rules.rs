//! The verbs of alert rules.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::service::{Service, nrt, scheduled, with, without};

#[tokio::test]
async fn a_rule_comes_back_in_the_shape_of_the_transcript() {
    let service = Service::with(|options| options.fill_incident_configuration = false);
    let rule = json!({"kind":"Scheduled","properties":{"queryFrequency":"PT1H","queryPeriod":"P1D","triggerOperator":"GreaterThan","triggerThreshold":1,"incidentConfiguration":{"groupingConfiguration":{"enabled":false,"reopenClosedIncident":false,"lookbackDuration":"PT5H","matchingMethod":"AllEntities"},"createIncident":false},"query":"SecurityEvent | take 1","displayName":"NewAlertRule","enabled":false,"suppressionDuration":"PT5H","suppressionEnabled":false,"severity":"Informational"}});
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
