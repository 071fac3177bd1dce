//! What a rule says of alerts, entities and incidents: custom details, mappings, placeholders, grouping.

use serde_json::{Value, json};

use crate::rule_validation::{assert_refused, assert_taken, long};
use crate::service::{scheduled, with};

/// A rule whose query may return any column, since another workspace's tables are not known.
fn over_any_column() -> Value {
    with(scheduled(), json!({ "query": "workspace('other').Heartbeat" }))
}

#[tokio::test]
async fn custom_details_have_few_short_plain_names() {
    let details = |details: Value| with(over_any_column(), json!({ "customDetails": details }));
    let many =
        |count: usize| (0..count).map(|n| (format!("k{n}"), json!("c"))).collect::<serde_json::Map<_, _>>();
    assert_taken(details(many(20).into())).await;
    assert_taken(details(json!({ long(20): long(500), "a_1": "_c" }))).await;
    for (bad, text) in [
        (many(21).into(), "Invalid length of '21' for 'CustomDetails'"),
        (json!({ long(21): "c" }), "Max key length should be less than or equal to 20"),
        (json!({ "1a": "c" }), "The key '1a' in CustomDetails is invalid. The key must start with a letter"),
        (json!({ "_a": "c" }), "The key '_a' in CustomDetails is invalid"),
        (json!({ "a b": "c" }), "The key 'a b' in CustomDetails is invalid"),
        (json!({ "é": "c" }), "The key 'é' in CustomDetails is invalid"),
        (json!({ "": "c" }), "The key '' in CustomDetails is invalid"),
        (json!({ "a": long(501) }), "Max value length should be less than or equal to 500"),
        (json!({ "a": "1c" }), "The value '1c' in CustomDetails is invalid"),
        (json!({ "a": "c.d" }), "The value 'c.d' in CustomDetails is invalid"),
        (json!({ "a": 1 }), "properties.customDetails.a"),
    ] {
        assert_refused(details(bad), text).await;
    }
}

fn mapping(entity: &str, fields: &[(&str, &str)]) -> Value {
    let fields =
        fields.iter().map(|(identifier, column)| json!({ "identifier": identifier, "columnName": column }));
    json!({ "entityType": entity, "fieldMappings": fields.collect::<Vec<_>>() })
}

fn mapped(mappings: impl Into<Value>) -> Value {
    with(over_any_column(), json!({ "entityMappings": mappings.into() }))
}

#[tokio::test]
async fn entity_mappings_are_complete_legal_and_few() {
    let ip = || mapping("IP", &[("Address", "ip")]);
    assert_taken(mapped(vec![ip(); 10])).await;
    assert_taken(mapped([mapping("FileHash", &[("Algorithm", "a"), ("Value", "v")])])).await;
    assert_taken(mapped([mapping("IP", &[("Address", "a"), ("AddressScope", "s")])])).await;
    assert_taken(mapped([mapping("Host", &[("HostName", "a"), ("DnsDomain", "b"), ("NTDomain", "c")])]))
        .await;
    for (bad, text) in [
        (
            vec![ip(); 11],
            "Invalid length of '11' for 'EntityMappings'. 'EntityMappings' length should be between '1' and '10'",
        ),
        (vec![], "Invalid length of '0' for 'EntityMappings'"),
        (vec![mapping("IP", &[])], "Invalid length of '0' for 'FieldMappings'"),
        (
            vec![mapping(
                "Host",
                &[("HostName", "a"), ("DnsDomain", "b"), ("NTDomain", "c"), ("OSFamily", "d")],
            )],
            "Invalid length of '4' for 'FieldMappings'. 'FieldMappings' length should be between '1' and '3'",
        ),
        (
            vec![mapping("Host", &[("Hostname", "a")])],
            "Invalid identifier 'Hostname' for entity type 'Host' encountered. Valid identifiers are: [DnsDomain, NTDomain,",
        ),
        (
            vec![mapping("URL", &[("Url", "a"), ("Url", "b")])],
            "Identifier 'Url' is defined multiple times. Identifiers used in 'EntityMappings' must be unique.",
        ),
        (
            vec![mapping("FileHash", &[("Value", "v")])],
            "Missing required identifiers in 'EntityMappings' for type 'FileHash'. Required identifiers are one of the \
             following combinations: Algorithm, Value",
        ),
        (
            vec![mapping("Account", &[("NTDomain", "a")])],
            "Missing required identifiers in 'EntityMappings' for type 'Account'",
        ),
        (vec![mapping("IP", &[("Address", "1a")])], "The ColumnName '1a' is invalid."),
        (vec![mapping("IP", &[("Address", "")])], "The ColumnName '' is invalid."),
        (
            vec![mapping("IP", &[("Address", &long(501))])],
            "ColumnName length should be less than or equal to 500.",
        ),
        (vec![mapping("Ip", &[("Address", "a")])], "properties.entityMappings[0].entityType"),
        (vec![mapping("IoTDevice", &[("DeviceId", "a")])], "properties.entityMappings[0].entityType"),
        (vec![json!({ "entityType": "IP" })], "Required property 'fieldMappings' not found"),
    ] {
        assert_refused(mapped(bad), text).await;
    }
}

#[tokio::test]
async fn each_entity_type_takes_one_of_its_required_sets() {
    for (entity, identifiers) in [
        ("Account", &["Sid"][..]),
        ("AzureResource", &["ResourceId"]),
        ("CloudApplication", &["AppId"]),
        ("DNS", &["DomainName"]),
        ("File", &["Name"]),
        ("FileHash", &["Algorithm", "Value"]),
        ("Host", &["FullName"]),
        ("IP", &["Address"]),
        ("Mailbox", &["MailboxPrimaryAddress"]),
        ("MailCluster", &["Source"]),
        ("MailMessage", &["NetworkMessageId"]),
        ("Malware", &["Name"]),
        ("Process", &["CommandLine"]),
        ("RegistryKey", &["Hive"]),
        ("RegistryValue", &["Name"]),
        ("SecurityGroup", &["SID"]),
        ("SubmissionMail", &["Submitter"]),
        ("URL", &["Url"]),
    ] {
        let fields: Vec<(&str, &str)> = identifiers.iter().map(|identifier| (*identifier, "c")).collect();
        assert_taken(mapped([mapping(entity, &fields)])).await;
    }
}

#[tokio::test]
async fn whole_entities_count_with_the_mappings() {
    let ip = || mapping("IP", &[("Address", "ip")]);
    let both = |mapped: usize, whole: usize| {
        let whole = vec![json!({ "columnName": "Entities" }); whole];
        with(
            over_any_column(),
            json!({ "entityMappings": vec![ip(); mapped], "sentinelEntitiesMappings": whole }),
        )
    };
    assert_taken(both(9, 1)).await;
    assert_refused(both(9, 2), "Invalid length of '11' for 'EntityMappings' and 'SentinelEntitiesMappings'")
        .await;
    assert_refused(both(1, 0), "Invalid length of '0' for 'SentinelEntitiesMappings'").await;
}

#[tokio::test]
async fn an_alert_has_at_most_three_placeholders_in_each_format() {
    let details = |details: Value| with(over_any_column(), json!({ "alertDetailsOverride": details }));
    assert_taken(details(json!({
        "alertDisplayNameFormat": "{{a}}{{b}}{{c}}",
        "alertDescriptionFormat": "{{a}}{{b}}{{c}} {x}",
        "alertTacticsColumnName": "t",
        "alertSeverityColumnName": "s",
        "alertDynamicProperties": [{ "alertProperty": "ProductName", "value": "p" }],
    })))
    .await;
    for (bad, text) in [
        (
            json!({ "alertDisplayNameFormat": "{{a}}{{b}}{{c}}{{d}}" }),
            "You have defined 4 parameters in 'AlertDisplayNameFormat'. The maximum allowed is 3.",
        ),
        (
            json!({ "alertDescriptionFormat": "{{a}}{{a}}{{a}}{{a}}" }),
            "You have defined 4 parameters in 'AlertDescriptionFormat'",
        ),
        (
            json!({ "alertDisplayNameFormat": long(257) }),
            "Invalid length of '257' for 'AlertDisplayNameFormat'",
        ),
        (json!({ "alertDisplayNameFormat": "" }), "Invalid length of '0' for 'AlertDisplayNameFormat'"),
        (
            json!({ "alertDescriptionFormat": long(5001) }),
            "Invalid length of '5001' for 'AlertDescriptionFormat'",
        ),
        (
            json!({ "alertDynamicProperties": [{ "alertProperty": "Product", "value": "p" }] }),
            "properties.alertDetailsOverride.alertDynamicProperties[0].alertProperty",
        ),
        (
            json!({ "alertDynamicProperties": [{ "alertProperty": "ProductName" }] }),
            "Required property 'value' not found",
        ),
    ] {
        assert_refused(details(bad), text).await;
    }
}

fn grouped(grouping: Value) -> Value {
    let mut configuration = json!({
        "enabled": true, "reopenClosedIncident": false, "lookbackDuration": "PT5H", "matchingMethod": "Selected",
    });
    for (name, value) in grouping.as_object().unwrap() {
        configuration[name] = value.clone();
    }
    with(
        over_any_column(),
        json!({
            "entityMappings": [mapping("IP", &[("Address", "ip")])],
            "customDetails": { "Family": "family" },
            "incidentConfiguration": { "createIncident": true, "groupingConfiguration": configuration },
        }),
    )
}

#[tokio::test]
async fn grouping_names_what_the_rule_has() {
    for good in [
        json!({ "groupByEntities": ["IP"] }),
        json!({ "groupByAlertDetails": ["DisplayName", "Severity"] }),
        json!({ "groupByCustomDetails": ["Family"] }),
        json!({ "matchingMethod": "AllEntities", "lookbackDuration": "P7D" }),
        json!({ "matchingMethod": "AnyAlert", "lookbackDuration": "PT5M" }),
    ] {
        assert_taken(grouped(good)).await;
    }
    for (bad, text) in [
        (json!({}), "When 'matchingMethod' is 'Selected', at least one of"),
        (json!({ "groupByEntities": ["Host"] }), "The entity 'Host' in 'groupByEntities' is not mapped"),
        (
            json!({ "groupByCustomDetails": ["family"] }),
            "The key 'family' in 'groupByCustomDetails' is not defined",
        ),
        (json!({ "groupByAlertDetails": ["Name"] }), "groupByAlertDetails[0]"),
        (json!({ "matchingMethod": "All" }), "groupingConfiguration.matchingMethod"),
        (
            json!({ "groupByEntities": ["IP"], "lookbackDuration": "P7DT1S" }),
            "The field LookbackDuration must be between",
        ),
        (
            json!({ "groupByEntities": ["IP"], "lookbackDuration": "PT4M" }),
            "The field LookbackDuration must be between",
        ),
        (
            json!({ "groupByEntities": ["IP"], "lookbackDuration": null }),
            "Required property 'lookbackDuration' not found",
        ),
    ] {
        assert_refused(grouped(bad), text).await;
    }
    let incident = with(over_any_column(), json!({ "incidentConfiguration": {} }));
    assert_refused(incident, "Required property 'createIncident' not found").await;
}
