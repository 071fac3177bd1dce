//! What a rule must hold: for each validation a rule that is taken and one that is refused.

use serde_json::{Value, json};

use crate::service::{Service, nrt, scheduled, with, without};

/// Puts a rule into a fresh workspace and holds that it is taken.
pub(crate) async fn assert_taken(rule: Value) {
    let answer = Service::preview().put("alertRules/r", rule.clone()).await;
    assert_eq!(answer.status, 201, "{rule}\n{}", answer.body);
}

/// Puts a rule into a fresh workspace and holds that it is refused with a message that contains `text`, and that
/// nothing is saved.
pub(crate) async fn assert_refused(rule: Value, text: &str) {
    let service = Service::preview();
    let answer = service.put("alertRules/r", rule.clone()).await;
    assert_eq!(answer.status, 400, "{rule}\n{}", answer.body);
    assert_eq!(answer.code(), "BadRequest", "{rule}");
    assert!(answer.message().contains(text), "{rule}\n{text}\n{}", answer.message());
    service.get("alertRules/r").await.expect(404);
}

pub(crate) fn long(length: usize) -> String {
    "a".repeat(length)
}

#[tokio::test]
async fn texts_have_a_length() {
    let range = "must be a string with a minimum length of";
    assert_taken(with(scheduled(), json!({ "displayName": long(256), "description": long(5000) }))).await;
    assert_refused(with(scheduled(), json!({ "displayName": long(257) })), range).await;
    assert_refused(with(scheduled(), json!({ "displayName": "" })), range).await;
    assert_refused(with(scheduled(), json!({ "description": long(5001) })), range).await;
    // A character outside the basic plane counts twice.
    assert_taken(with(scheduled(), json!({ "displayName": "💥".repeat(128) }))).await;
    assert_refused(with(scheduled(), json!({ "displayName": "💥".repeat(129) })), range).await;
}

#[tokio::test]
async fn a_query_has_a_length_and_reads_tables_by_name() {
    let padded = |length: usize| format!("Heartbeat //{}", "x".repeat(length - 12));
    assert_taken(with(scheduled(), json!({ "query": padded(10_000) }))).await;
    assert_refused(with(scheduled(), json!({ "query": padded(10_001) })), "maximum length of 10000").await;
    assert_refused(with(scheduled(), json!({ "query": "" })), "minimum length of 1").await;
    assert_refused(with(scheduled(), json!({ "query": " // nothing" })), "The query is empty").await;
    for query in ["search * | take 1", "union * | take 1", "Heartbeat | union *"] {
        assert_refused(
            with(scheduled(), json!({ "query": query })),
            "cannot contain 'search *' or 'union *'",
        )
        .await;
    }
    assert_taken(with(scheduled(), json!({ "query": "Heartbeat | where Computer == 'search *'" }))).await;
    let twenty: Vec<String> = (0..20).map(|n| format!("workspace('w{n}').Heartbeat")).collect();
    let twenty_one = format!("union {}, workspace('w20').Heartbeat", twenty.join(", "));
    assert_taken(with(scheduled(), json!({ "query": format!("union {}", twenty.join(", ")) }))).await;
    assert_refused(with(scheduled(), json!({ "query": twenty_one })), "The query reads 21 workspaces").await;
    assert_refused(with(nrt(), json!({ "query": "workspace('w').Heartbeat" })), "other workspaces").await;
}

#[tokio::test]
async fn schedules_stay_within_their_ranges() {
    let schedule = |frequency: &str, period: &str| {
        with(scheduled(), json!({ "queryFrequency": frequency, "queryPeriod": period }))
    };
    for (frequency, period) in [
        ("PT5M", "PT5M"),
        ("PT5M", "PT47H59M"),
        ("PT1H", "P2D"),
        ("P14D", "P14D"),
        ("PT24H", "P1D"),
        ("PT60M", "P14D"),
    ] {
        assert_taken(schedule(frequency, period)).await;
    }
    for (frequency, period, text) in [
        ("PT4M59S", "PT1H", "The field QueryFrequency must be between 00:05:00 and 14.00:00:00."),
        ("P14DT1S", "P14DT1S", "The field QueryFrequency must be between"),
        ("PT1H", "P15D", "The field QueryPeriod must be between"),
        (
            "PT2H",
            "PT1H",
            "Invalid Properties for Scheduled alert rule: 'queryPeriod' should be greater than or equal to 'queryFrequency'",
        ),
        (
            "PT59M",
            "P2D",
            "Invalid Properties for Scheduled alert rule: When 'queryPeriod' greater than or equal to 2 days, the \
             'queryFrequency' should be greater than or equal to 1 hour.",
        ),
        ("1h", "PT1H", "Error converting value \"1h\". Path 'properties.queryFrequency'"),
        ("PT1H", "P1W", "Error converting value \"P1W\". Path 'properties.queryPeriod'"),
        ("PT1H", "", "Error converting value"),
    ] {
        assert_refused(schedule(frequency, period), text).await;
    }
}

#[tokio::test]
async fn the_threshold_is_an_integer_from_0_to_10000() {
    for threshold in [json!(0), json!(10_000)] {
        assert_taken(with(scheduled(), json!({ "triggerThreshold": threshold }))).await;
    }
    for threshold in [json!(-1), json!(10_001)] {
        let text = "The field TriggerThreshold must be between 0 and 10000.";
        assert_refused(with(scheduled(), json!({ "triggerThreshold": threshold })), text).await;
    }
    for threshold in [json!(1.5), json!("1"), json!(3_000_000_000_i64), json!(true)] {
        let text = "Path 'properties.triggerThreshold'";
        assert_refused(with(scheduled(), json!({ "triggerThreshold": threshold })), text).await;
    }
}

#[tokio::test]
async fn suppression_lasts_from_5_minutes_to_a_day_and_when_on_as_long_as_the_frequency() {
    let suppression = |enabled: bool, duration: &str| {
        with(scheduled(), json!({ "suppressionEnabled": enabled, "suppressionDuration": duration }))
    };
    for (enabled, duration) in [(false, "PT5M"), (true, "PT1H"), (true, "PT24H")] {
        assert_taken(suppression(enabled, duration)).await;
    }
    for (enabled, duration, text) in [
        (false, "PT4M", "The field SuppressionDuration must be between 00:05:00 and 1.00:00:00."),
        (false, "P1DT1S", "The field SuppressionDuration must be between"),
        (
            true,
            "PT59M",
            "Invalid Properties for Scheduled alert rule: 'suppressionDuration' should be greater than or equal to 'queryFrequency'",
        ),
    ] {
        assert_refused(suppression(enabled, duration), text).await;
    }
    assert_taken(with(nrt(), json!({ "suppressionEnabled": true, "suppressionDuration": "PT5M" }))).await;
    assert_refused(with(nrt(), json!({ "suppressionDuration": "PT1M" })), "The field SuppressionDuration")
        .await;
}

#[tokio::test]
async fn every_required_property_is_required() {
    for name in scheduled()["properties"].as_object().unwrap().keys() {
        let text = format!("Required property '{name}' not found in JSON. Path 'properties'.");
        assert_refused(without(scheduled(), name), &text).await;
        assert_refused(with(scheduled(), json!({ name: null })), &text).await;
    }
    for name in nrt()["properties"].as_object().unwrap().keys() {
        assert_refused(without(nrt(), name), &format!("Required property '{name}' not found")).await;
    }
    assert_refused(json!({ "properties": {} }), "Required property 'kind' not found").await;
    assert_refused(json!({ "kind": "Scheduled" }), "Required property 'properties' not found").await;
}

#[tokio::test]
async fn closed_sets_take_their_values_alone() {
    for (name, values) in [
        ("severity", &["High", "Medium", "Low", "Informational"][..]),
        ("triggerOperator", &["GreaterThan", "LessThan", "Equal", "NotEqual"]),
    ] {
        for value in values {
            assert_taken(with(scheduled(), json!({ name: value }))).await;
        }
        for value in [json!("Other"), json!("high"), json!("gt"), json!(1)] {
            let text = format!("Path 'properties.{name}'");
            assert_refused(with(scheduled(), json!({ name: value })), &text).await;
        }
    }
    for kind in ["Other", "scheduled", ""] {
        let mut rule = scheduled();
        rule["kind"] = kind.into();
        assert_refused(rule, "Path 'kind'").await;
    }
    assert_refused(with(scheduled(), json!({ "tactics": ["Command and Control"] })), "properties.tactics[0]")
        .await;
    assert_refused(with(scheduled(), json!({ "enabled": "true" })), "properties.enabled").await;
    assert_refused(with(scheduled(), json!({ "tactics": "Execution" })), "properties.tactics").await;
    let grouping =
        |kind: &str| with(scheduled(), json!({ "eventGroupingSettings": { "aggregationKind": kind } }));
    assert_taken(grouping("AlertPerResult")).await;
    assert_taken(grouping("SingleAlert")).await;
    assert_refused(grouping("PerResult"), "properties.eventGroupingSettings.aggregationKind").await;
}

#[tokio::test]
async fn techniques_are_well_formed_and_belong_to_a_tactic_of_the_rule() {
    let rule = |tactics: Value, techniques: Value| {
        with(scheduled(), json!({ "tactics": tactics, "techniques": techniques }))
    };
    assert_taken(rule(json!(["CommandAndControl"]), json!(["T1071"]))).await;
    // One tactic of several is enough.
    assert_taken(rule(json!(["Discovery", "Persistence"]), json!(["T1078", "T1087"]))).await;
    assert_taken(rule(json!(["ImpairProcessControl"]), json!(["T0831"]))).await;
    for (bad, text) in [
        (
            rule(json!(["CommandAndControl"]), json!(["T1071.001"])),
            "The technique 'T1071.001' is invalid. The expected format is 'T####', where '#' represents a digit.",
        ),
        (rule(json!(["CommandAndControl"]), json!(["1071"])), "The technique '1071' is invalid."),
        (rule(json!(["CommandAndControl"]), json!(["t1071"])), "The technique 't1071' is invalid."),
        (
            rule(json!(["Discovery"]), json!(["T1071"])),
            "No valid tactic corresponding to the technique T1071 was provided in the tactics field.",
        ),
        (rule(json!([]), json!(["T1071"])), "No valid tactic corresponding to the technique T1071"),
        (
            rule(json!(["Discovery"]), json!(["T9999"])),
            "No valid tactic corresponding to the technique T9999",
        ),
    ] {
        assert_refused(bad, text).await;
    }
    let sub = |sub: &str| with(scheduled(), json!({ "subTechniques": [sub] }));
    assert_taken(sub("T1071.001")).await;
    for bad in ["T1071", "T1071.1", "T1071.0001", "1071.001"] {
        assert_refused(sub(bad), &format!("The sub-technique '{bad}' is invalid.")).await;
    }
}

#[tokio::test]
async fn the_checks_of_techniques_can_be_turned_off() {
    let service = Service::with(|options| options.check_technique_tactics = false);
    service.put("alertRules/r", with(scheduled(), json!({ "techniques": ["T1071"] }))).await.expect(201);
    let service = Service::with(|options| options.refuse_unknown_techniques = false);
    service.put("alertRules/r", with(scheduled(), json!({ "techniques": ["T9999"] }))).await.expect(201);
    service.put("alertRules/r", with(scheduled(), json!({ "techniques": ["T1071"] }))).await.expect(400);
}

#[tokio::test]
async fn a_template_version_needs_a_template_and_three_numbers() {
    let version = |version: &str, template: Value| {
        with(scheduled(), json!({ "templateVersion": version, "alertRuleTemplateName": template }))
    };
    assert_taken(version("1.0.10", json!("t"))).await;
    let unbound = "Invalid data model. [: Invalid Properties for alert rule: 'templateVersion' can only be used if \
                   'alertRuleTemplateName' is not empty.";
    assert_refused(version("1.0.0", Value::Null), unbound).await;
    assert_refused(version("1.0.0", json!("")), unbound).await;
    for bad in ["1.0", "1.0.0.0", "1.0.x", "v1.0.0", "1..0", "1234567890.1234567890.1"] {
        assert_refused(
            version(bad, json!("t")),
            "'templateVersion' should be in format X.Y.Z (all numbers).",
        )
        .await;
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let rule = with(
        scheduled(),
        json!({ "queryFrequency": "PT2H", "triggerThreshold": -1, "techniques": ["x"], "displayName": "" }),
    );
    let service = Service::new();
    let message = service.put("alertRules/r", rule).await.expect(400).message().to_owned();
    assert!(message.starts_with("Invalid data model. [displayName: ") && message.ends_with(']'), "{message}");
    for text in ["TriggerThreshold", "'queryPeriod' should be", "The technique 'x'"] {
        assert!(message.contains(text), "{message}");
    }
}

#[tokio::test]
async fn an_nrt_rule_has_no_schedule() {
    assert_taken(nrt()).await;
    for name in ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"] {
        let rule = with(nrt(), json!({ name: scheduled()["properties"][name] }));
        assert_refused(rule, &format!("Could not find member '{name}'")).await;
    }
}

#[tokio::test]
async fn read_only_properties_cannot_be_assigned() {
    let rule = || with(scheduled(), json!({ "lastModifiedUtc": "2026-01-01T00:00:00Z" }));
    assert_refused(rule(), "Read-only property 'lastModifiedUtc' cannot be assigned").await;
    let service = Service::with(|options| options.refuse_read_only_properties = false);
    let saved = service.put("alertRules/r", rule()).await.expect(201);
    assert_eq!(saved.body["properties"]["lastModifiedUtc"], "2026-03-25T07:45:17.671388Z");
}

#[tokio::test]
async fn the_other_kinds_have_properties_of_their_own() {
    let incidents = json!({
        "kind": "MicrosoftSecurityIncidentCreation",
        "properties": { "displayName": "x", "enabled": true, "productFilter": "Azure Security Center" },
    });
    assert_taken(incidents.clone()).await;
    assert_refused(
        with(incidents, json!({ "productFilter": "Microsoft Defender for Cloud" })),
        "productFilter",
    )
    .await;
    let template =
        json!({ "alertRuleTemplateName": "737a2ce1-70a3-4968-9e90-3e6aca836abf", "enabled": true });
    for kind in ["Fusion", "MLBehaviorAnalytics"] {
        let rule = json!({ "kind": kind, "properties": template });
        assert_taken(rule.clone()).await;
        let text = "Read-only property 'displayName' cannot be assigned";
        assert_refused(with(rule, json!({ "displayName": "x" })), text).await;
    }
    let intelligence = json!({ "kind": "ThreatIntelligence", "properties": template });
    assert_refused(intelligence.clone(), "Required property 'displayName' not found").await;
    assert_taken(with(intelligence, json!({ "displayName": "x" }))).await;
}
