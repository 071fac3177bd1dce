//! The tables of keys say where in a resource each key goes.

use bartizan::document::{self, Holds, Keys, Place};
use serde_json::Value;

use crate::folder::Folder;

/// A rule with every key that is deployed.
const RULE: &str = r#"
id: 0b7c3f52-8d0e-4f6a-9a55-3d3c2f1e7a10
name: A rule
kind: Scheduled
description: Finds what it is asked for
severity: Medium
query: SecurityEvent | project Account, Computer, Tactics = "Execution", How = "Low", Entities = dynamic([])
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: [Execution]
relevantTechniques: [T1059.001]
subTechniques: [T1059.001]
entityMappings:
  - entityType: Host
    fieldMappings: [{identifier: HostName, columnName: Computer}]
sentinelEntitiesMappings: [{columnName: Entities}]
customDetails: {Who: Account}
alertDetailsOverride:
  alertDisplayNameFormat: On {{Computer}}
  alertDescriptionFormat: By {{Account}}
  alertTacticsColumnName: Tactics
  alertSeverityColumnName: How
  alertDynamicProperties: [{alertProperty: ProductName, value: Computer}]
eventGroupingSettings: {aggregationKind: AlertPerResult}
incidentConfiguration:
  createIncident: true
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: true
    lookbackDuration: 1d
    matchingMethod: Selected
    groupByEntities: [Host]
    groupByAlertDetails: [Severity]
    groupByCustomDetails: [Who]
suppressionEnabled: true
suppressionDuration: 2h
enabled: true
alertRuleTemplateName: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
templateVersion: 1.0.0
"#;

const PARSER: &str = "
kind: Parser
id: logons
functionAlias: Logons
functionQuery: SecurityEvent
functionParameters: n:int=1
displayName: Sign-ins
category: Mine
description: All of them
version: 1.0.0
";

/// The body of the only resource that a file becomes.
fn compiled(text: &str, path: &str) -> Value {
    let folder = Folder::with(&[("rules/a.yaml", text)]);
    folder.run(&["compile"]).expect(0);
    serde_json::from_str(&folder.read(path)).unwrap()
}

/// Fails where a key of a table, or of one below, has no value at its place.
fn hold(keys: &Keys, body: &Value, properties: &Value) {
    for key in keys.keys {
        let found = match key.place {
            // It is in the path.
            Place::Name | Place::Nowhere => continue,
            Place::Body(name) => &body[name],
            Place::Property(name) => &properties[name],
            Place::Tag(name) => {
                let tags = properties["tags"].as_array().unwrap();
                &tags.iter().find(|tag| tag["name"] == name).unwrap()["value"]
            }
        };
        assert!(!found.is_null(), "`{}` of {} is not at its place: {properties:#}", key.name, keys.what);
        match key.holds {
            Holds::Mapping(inner) => hold(inner, body, found),
            Holds::Mappings(inner) => hold(inner, body, &found[0]),
            _ => {}
        }
    }
}

const RULE_BODY: &str = "compiled/alertRules/0b7c3f52-8d0e-4f6a-9a55-3d3c2f1e7a10.json";

fn table(kind: &str) -> &'static Keys {
    document::tables().into_iter().find(|(known, _)| *known == kind).unwrap().1
}

#[test]
fn every_key_of_a_rule_and_of_a_parser_goes_where_its_table_says() {
    for (kind, text, path) in
        [("rule", RULE, RULE_BODY), ("parser", PARSER, "compiled/savedSearches/logons.json")]
    {
        let body = compiled(text, path);
        hold(table(kind), &body, &body["properties"]);
    }
}

#[test]
fn every_property_of_a_rule_is_that_of_a_key() {
    let places: Vec<Place> = table("rule").keys.iter().map(|key| key.place).collect();
    let body = compiled(RULE, RULE_BODY);
    for name in body["properties"].as_object().unwrap().keys() {
        let is_known = places.iter().any(|place| matches!(place, Place::Property(known) if known == name));
        assert!(is_known, "no key goes to `{name}`");
    }
}
