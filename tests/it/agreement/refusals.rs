//! What the emulator refuses, as an author would write it: check must find an error in it.

use std::collections::BTreeSet;

use bartizan::resource::Resource;
use insta::assert_snapshot;
use sentinel_emulator::Options;
use serde_json::{Value, json};

use super::verdict;
use crate::examples::overlay;
use crate::folder::{Folder, RULE, WATCHLIST};
use crate::in_memory::{Checked, Workspace};

/// One key of a right file made wrong: as an author writes it, and as the API would be sent it.
struct Case {
    name: &'static str,
    file: String,
    /// The properties that take the place of the right file's; null removes one.
    properties: Value,
}

fn case(name: &'static str, file: impl Into<String>, properties: Value) -> Case {
    Case { name, file: file.into(), properties }
}

fn long(length: usize) -> String {
    "a".repeat(length)
}

fn mappings(count: usize) -> String {
    "  - entityType: Host\n    fieldMappings: [{identifier: HostName, columnName: Computer}]\n".repeat(count)
}

fn mapping(entity: &str, fields: &[(&str, &str)]) -> (String, Value) {
    let written: Vec<String> =
        fields.iter().map(|(id, column)| format!("{{identifier: {id}, columnName: \"{column}\"}}")).collect();
    let sent: Vec<Value> =
        fields.iter().map(|(id, column)| json!({ "identifier": id, "columnName": column })).collect();
    (
        format!("entityMappings:\n  - entityType: {entity}\n    fieldMappings: [{}]\n", written.join(", ")),
        json!({ "entityMappings": [{ "entityType": entity, "fieldMappings": sent }] }),
    )
}

fn mapping_case(name: &'static str, entity: &str, fields: &[(&str, &str)]) -> Case {
    let (file, properties) = mapping(entity, fields);
    case(name, file, properties)
}

/// Incidents with this grouping, given in the API's own members.
fn grouping_case(name: &'static str, change: &Value) -> Case {
    let mut grouping = json!({ "enabled": true, "reopenClosedIncident": false, "lookbackDuration": "PT5H",
        "matchingMethod": "AllEntities" });
    for (member, value) in change.as_object().unwrap() {
        grouping[member] = value.clone();
    }
    let incidents = json!({ "createIncident": true, "groupingConfiguration": grouping });
    // JSON is YAML.
    case(name, format!("incidentConfiguration: {incidents}\n"), json!({ "incidentConfiguration": incidents }))
}

/// A property that is written as it is sent.
fn same(name: &'static str, property: &str, value: Value) -> Case {
    case(name, format!("{property}: {value}\n"), json!({ property: value }))
}

fn query_case(name: &'static str, query: &str) -> Case {
    case(name, format!("query: {}\n", json!(query)), json!({ "query": query }))
}

fn texts() -> Vec<Case> {
    vec![
        case("no name", "name:\n", json!({ "displayName": null })),
        case("empty name", "name: \"\"\n", json!({ "displayName": "" })),
        case("long name", format!("name: {}\n", long(257)), json!({ "displayName": long(257) })),
        same("long description", "description", json!(long(5_001))),
        same("unknown severity", "severity", json!("Critical")),
        same("no severity", "severity", Value::Null),
        same("enabled is text", "enabled", json!("maybe")),
        same("template version without template", "templateVersion", json!("1.0.0")),
        case(
            "template version in another form",
            "alertRuleTemplateName: 65c78944-930b-4cae-bd79-c3664ae30ba7\ntemplateVersion: \"1.0\"\n",
            json!({ "alertRuleTemplateName": "65c78944-930b-4cae-bd79-c3664ae30ba7", "templateVersion": "1.0" }),
        ),
        case(
            "long template version",
            "alertRuleTemplateName: 65c78944-930b-4cae-bd79-c3664ae30ba7\ntemplateVersion: 1.0.123456789012345678\n",
            json!({ "alertRuleTemplateName": "65c78944-930b-4cae-bd79-c3664ae30ba7",
                "templateVersion": "1.0.123456789012345678" }),
        ),
        case(
            "read-only property",
            "lastModifiedUtc: 2026-01-01\n",
            json!({ "lastModifiedUtc": "2026-01-01" }),
        ),
    ]
}

fn queries() -> Vec<Case> {
    let workspaces: Vec<String> = (0..21).map(|n| format!("workspace('w{n}').Heartbeat")).collect();
    let long_query = format!("SecurityEvent | where Account != '{}'", long(10_000));
    vec![
        query_case("no query", ""),
        query_case("query of comments", "// nothing"),
        query_case("long query", &long_query),
        query_case("search *", "search * | take 1"),
        query_case("union *", "SecurityEvent | union *"),
        query_case("union * in a let", "let x = union *; x"),
        query_case("21 workspaces", &format!("union {}", workspaces.join(", "))),
        query_case("syntax error", "SecurityEvent | where (Computer == 'a'"),
        query_case("column that is not there", "SecurityEvent | where Machine == 'a'"),
        query_case("column that was dropped", "SecurityEvent | project Account | where Computer == 'a'"),
        query_case("function that is not there", "SecurityEvent | where Zzqv(Computer)"),
        query_case("aggregate outside of summarize", "SecurityEvent | where count() > 1"),
        query_case("absent custom table", "Missing_CL | take 1"),
        case(
            "NRT over another workspace",
            "kind: NRT\nqueryFrequency:\nqueryPeriod:\ntriggerOperator:\ntriggerThreshold:\n\
             query: workspace('w').SecurityEvent\n",
            json!({ "kind": "NRT", "queryFrequency": null, "queryPeriod": null, "triggerOperator": null,
                "triggerThreshold": null, "query": "workspace('w').SecurityEvent" }),
        ),
        case("NRT with a schedule", "kind: NRT\n", json!({ "kind": "NRT" })),
        case("unknown kind", "kind: Schedule\n", json!({ "kind": "Schedule" })),
    ]
}

fn schedules() -> Vec<Case> {
    vec![
        same("no frequency", "queryFrequency", Value::Null),
        same("no period", "queryPeriod", Value::Null),
        same("no operator", "triggerOperator", Value::Null),
        same("no threshold", "triggerThreshold", Value::Null),
        same("frequency is no duration", "queryFrequency", json!("hourly")),
        same("short frequency", "queryFrequency", json!("PT4M")),
        case(
            "long frequency",
            "queryFrequency: 15d\nqueryPeriod: 15d\n",
            json!({ "queryFrequency": "P15D", "queryPeriod": "P15D" }),
        ),
        same("long period", "queryPeriod", json!("P15D")),
        same("period below frequency", "queryPeriod", json!("PT30M")),
        case(
            "long period often",
            "queryFrequency: 30m\nqueryPeriod: 2d\n",
            json!({ "queryFrequency": "PT30M", "queryPeriod": "P2D" }),
        ),
        same("unknown operator", "triggerOperator", json!("AtLeast")),
        same("negative threshold", "triggerThreshold", json!(-1)),
        same("high threshold", "triggerThreshold", json!(10_001)),
        same("enormous threshold", "triggerThreshold", json!(5_000_000_000_i64)),
        same("threshold is text", "triggerThreshold", json!("many")),
        same("threshold with a fraction", "triggerThreshold", json!(1.5)),
        same("short suppression", "suppressionDuration", json!("PT4M")),
        same("long suppression", "suppressionDuration", json!("PT25H")),
        case(
            "suppression below frequency",
            "suppressionEnabled: true\nsuppressionDuration: 30m\n",
            json!({ "suppressionEnabled": true, "suppressionDuration": "PT30M" }),
        ),
        case(
            "unknown event grouping",
            "eventGroupingSettings: {aggregationKind: Each}\n",
            json!({ "eventGroupingSettings": { "aggregationKind": "Each" } }),
        ),
    ]
}

fn techniques() -> Vec<Case> {
    let relevant = |name, list: Value, sent: Value| case(name, format!("relevantTechniques: {list}\n"), sent);
    vec![
        same("unknown tactic", "tactics", json!(["Hacking"])),
        same("tactics are text", "tactics", json!("Execution")),
        relevant("technique in another form", json!(["T999"]), json!({ "techniques": ["T999"] })),
        relevant(
            "sub-technique among techniques",
            json!(["T1059.001"]),
            json!({ "techniques": ["T1059.001"] }),
        ),
        relevant("technique of no tactic listed", json!(["T1110"]), json!({ "techniques": ["T1110"] })),
        relevant("technique that nobody knows", json!(["T1999"]), json!({ "techniques": ["T1999"] })),
        same("sub-technique in another form", "subTechniques", json!(["T1059.1"])),
        case("technique without tactics", "tactics: []\n", json!({ "tactics": [] })),
    ]
}

fn entities() -> Vec<Case> {
    let eleven: Vec<Value> = (0..11)
        .map(|_| {
            json!({ "entityType": "Host", "fieldMappings": [{ "identifier": "HostName", "columnName": "Computer" }] })
        })
        .collect();
    let whole = |count: usize| json!(vec![json!({ "columnName": "Entities" }); count]);
    let host = ("HostName", "Computer");
    vec![
        same("no mapping in a list of them", "entityMappings", json!([])),
        case(
            "11 mappings",
            format!("entityMappings:\n{}", mappings(11)),
            json!({ "entityMappings": eleven }),
        ),
        mapping_case("unknown entity type", "Server", &[host]),
        mapping_case("no field", "Host", &[]),
        mapping_case(
            "4 fields",
            "Host",
            &[host, ("FullName", "Account"), ("DnsDomain", "Account"), ("NTDomain", "Account")],
        ),
        mapping_case("column that the query does not return", "Host", &[("HostName", "Machine")]),
        mapping_case("unknown identifier", "Host", &[("Hostname", "Computer")]),
        mapping_case("identifier twice", "Host", &[host, host]),
        mapping_case("required identifier missing", "FileHash", &[("Value", "Account")]),
        mapping_case("column with a blank", "Host", &[("HostName", "Computer Name")]),
        mapping_case("empty column", "Host", &[("HostName", "")]),
        mapping_case("long column", "Host", &[("HostName", &long(501))]),
        same("no Sentinel entity in a list of them", "sentinelEntitiesMappings", json!([])),
        same("11 Sentinel entities", "sentinelEntitiesMappings", whole(11)),
        same("10 Sentinel entities and a mapping", "sentinelEntitiesMappings", whole(10)),
        same("Sentinel entity of a bad column", "sentinelEntitiesMappings", json!([{ "columnName": "1a" }])),
    ]
}

fn details() -> Vec<Case> {
    let many: serde_json::Map<String, Value> = (0..21).map(|n| (format!("k{n}"), json!("Account"))).collect();
    let detail = |name, key: &str, value: Value| same(name, "customDetails", json!({ key: value }));
    let alert = |name, details: Value| same(name, "alertDetailsOverride", details);
    let four = "{{Computer}} {{Account}} {{EventID}} {{TimeGenerated}}";
    vec![
        same("21 custom details", "customDetails", json!(many)),
        detail("long key", &long(21), json!("Account")),
        detail("key with a blank", "My Key", json!("Account")),
        detail("key that starts with a digit", "1st", json!("Account")),
        detail("long value", "Key", json!(long(501))),
        detail("value with a blank", "Key", json!("My Account")),
        detail("value is a list", "Key", json!(["Account"])),
        alert("long alert name", json!({ "alertDisplayNameFormat": long(257) })),
        alert("4 columns in the alert's name", json!({ "alertDisplayNameFormat": four })),
        alert("long alert description", json!({ "alertDescriptionFormat": long(5_001) })),
        alert("4 columns in the alert's description", json!({ "alertDescriptionFormat": four })),
        alert(
            "unknown alert property",
            json!({ "alertDynamicProperties": [{ "alertProperty": "Owner", "value": "Account" }] }),
        ),
        alert(
            "alert property without a value",
            json!({ "alertDynamicProperties": [{ "alertProperty": "AlertLink" }] }),
        ),
    ]
}

fn groupings() -> Vec<Case> {
    vec![
        grouping_case("short lookback", &json!({ "lookbackDuration": "PT4M" })),
        grouping_case("long lookback", &json!({ "lookbackDuration": "P8D" })),
        grouping_case("lookback is no duration", &json!({ "lookbackDuration": "soon" })),
        grouping_case("unknown matching method", &json!({ "matchingMethod": "Some" })),
        grouping_case("nothing selected", &json!({ "matchingMethod": "Selected" })),
        grouping_case(
            "entity that is not mapped",
            &json!({ "matchingMethod": "Selected", "groupByEntities": ["IP"] }),
        ),
        grouping_case(
            "unknown entity",
            &json!({ "matchingMethod": "Selected", "groupByEntities": ["Server"] }),
        ),
        grouping_case(
            "unknown alert detail",
            &json!({ "matchingMethod": "Selected", "groupByAlertDetails": ["Owner"] }),
        ),
        grouping_case(
            "custom detail that is not there",
            &json!({ "matchingMethod": "Selected", "groupByCustomDetails": ["Key"] }),
        ),
    ]
}

fn watchlists() -> Vec<Case> {
    let rows = |name, csv: &str, items: Value| {
        case(name, format!("items: {items}\n"), json!({ "rawContent": csv, "contentType": "text/csv" }))
    };
    let wide = long(10_241);
    vec![
        same("short watchlist name", "displayName", json!("ab")),
        same("long watchlist name", "displayName", json!(long(65))),
        same("watchlist name that ends with a hyphen", "displayName", json!("hosts-")),
        same("watchlist name with a dot", "displayName", json!("hosts.txt")),
        case("search key of no column", "itemsSearchKey: name\n", json!({ "itemsSearchKey": "name" })),
        case("no search key", "itemsSearchKey:\n", json!({ "itemsSearchKey": null })),
        case("lifetime that is no duration", "defaultDuration: long\n", json!({ "defaultDuration": "long" })),
        rows("no row", "host,owner\r\n", json!([])),
        rows("blank search key", "host,owner\r\n,b\r\n", json!([{ "host": "", "owner": "b" }])),
        rows("large row", &format!("host,owner\r\na,{wide}\r\n"), json!([{ "host": "a", "owner": wide }])),
        rows("column without a name", "host,\r\na,b\r\n", json!([{ "host": "a", "": "b" }])),
    ]
}

/// Cases that check lets through, and why that is right.
const LET_THROUGH: &[(&str, &str)] = &[
    ("read-only property", "a key that nobody reads is a warning, and is not sent"),
    ("function that is not there", "a warning, since the workspace may have saved one of that name"),
    (
        "absent custom table",
        "only the workspace knows its tables; plan names the rule before the first write",
    ),
    ("NRT with a schedule", "a warning, and is not sent"),
    ("tactics are text", "one word is read as a list of it"),
    ("sub-technique among techniques", "compile sends it among the sub-techniques"),
    ("technique that nobody knows", "a warning, since the service's table may be newer than ours"),
    ("no mapping in a list of them", "an empty list is not sent"),
    ("no Sentinel entity in a list of them", "an empty list is not sent"),
    ("no row", "a list without rows is sent without content, which the service takes"),
];

/// The errors that check finds when these keys take the place of the base file's.
fn errors(path: &str, base: &str, fragment: &str) -> (Vec<&'static str>, Option<Resource>) {
    let folder = Folder::with(&[(path, &overlay(base, fragment))]);
    let checked = Checked::read(&[folder.path().join("rules")]);
    let found: BTreeSet<_> = checked.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code.id).collect();
    (found.into_iter().collect(), checked.compiled.into_iter().next().map(|compiled| compiled.resource))
}

/// The body of a right resource with these properties in place of its own; `kind` stands outside them.
fn changed(body: &Value, properties: &Value) -> Value {
    let mut body = body.clone();
    for (name, value) in properties.as_object().unwrap() {
        if name == "kind" {
            body["kind"] = value.clone();
        } else {
            body["properties"][name] = value.clone();
        }
    }
    body
}

#[tokio::test(start_paused = true)]
async fn what_the_service_refuses_check_calls_an_error_or_it_is_known_why_not() {
    let rules: [fn() -> Vec<Case>; 7] = [texts, queries, schedules, techniques, entities, details, groupings];
    let rules = rules.into_iter().flat_map(|cases| cases()).map(|case| ("rules/a.yaml", RULE, case));
    let lists = watchlists().into_iter().map(|case| ("rules/a/watchlist.yaml", WATCHLIST, case));
    let (mut table, mut through) = (String::new(), Vec::new());
    for (path, base, case) in rules.chain(lists) {
        let (none, right) = errors(path, base, "");
        let right = right.unwrap();
        assert!(none.is_empty(), "{none:?}");
        let body = changed(&right.body_with_rows(), &case.properties);
        let workspace = Workspace::new(Options::default());
        workspace.put(&right).await.unwrap();
        let answer = workspace.client.put(right.kind(), "other", &body).await.map(drop);
        let verdict = verdict(&answer);
        assert!(answer.is_err(), "the emulator takes {}: {body}", case.name);
        assert!(verdict.starts_with("400 "), "{}: {verdict}", case.name);
        let (errors, _) = errors(path, base, &case.file);
        if errors.is_empty() {
            through.push(case.name);
        }
        let errors = if errors.is_empty() { "no error".to_owned() } else { errors.join(", ") };
        table.push_str(&format!("{:38} {errors:36} {verdict}\n", case.name));
    }
    assert_snapshot!("what_check_says_of_each_refused_body", table);
    let known: Vec<&str> = LET_THROUGH.iter().map(|(name, _)| *name).collect();
    assert_eq!(through, known);
}
