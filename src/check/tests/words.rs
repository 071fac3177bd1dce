//! Words and durations in files.

use crate::check::testing::{rule, watchlist};

#[test]
fn case_does_not_matter() {
    let text = "severity: high\ntactics: [execution]\ntriggerOperator: GreaterThan\n";
    assert_eq!(rule(text).codes(), [""; 0]);
}

#[test]
fn a_typing_error_gets_the_allowed_values_and_the_nearest() {
    let found = rule("severity: Hihg\n");
    let diagnostic = found.only();
    assert_eq!(diagnostic.message, "`Hihg` is not a severity");
    assert_eq!(diagnostic.label, "allowed: High, Medium, Low, Informational");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `High`?"));
    assert_eq!(found.places(), ["Hihg"]);
}

#[test]
fn an_empty_entry_of_a_list_is_none() {
    assert_eq!(rule("tactics: [Execution, '']\n").only().message, "an empty text is not a tactic");
}

#[test]
fn words_of_other_tools_lead_to_the_services_own() {
    assert_eq!(rule("severity: Critical\n").only().help.as_deref(), Some("write `High`"));
    assert_eq!(
        rule("tactics: [Execution, TA0011]\n").only().help.as_deref(),
        Some("write `CommandAndControl`")
    );
    assert_eq!(rule("triggerOperator: '>'\n").only().help.as_deref(), Some("write `gt`"));
}

#[test]
fn a_loose_spelling_is_a_warning_with_the_services_own() {
    let found = rule("tactics: [Execution, Initial Access]\n");
    assert_eq!(found.only().code.id, "loose-spelling");
    assert_eq!(found.only().help.as_deref(), Some("write `InitialAccess`"));
}

#[test]
fn every_setting_with_a_closed_list_is_held_against_it() {
    let found = rule(
        "eventGroupingSettings: {aggregationKind: x}\n\
         incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, \
         reopenClosedIncident: false, lookbackDuration: 5h, matchingMethod: y, groupByAlertDetails: [z]}}\n\
         alertDetailsOverride: {alertDynamicProperties: [{alertProperty: w, value: Computer}]}\n",
    );
    assert_eq!(found.codes(), ["unknown-setting"]);
    assert_eq!(found.places(), ["x", "y", "z", "w"]);
}

#[test]
fn both_notations_pass() {
    assert_eq!(rule("queryFrequency: PT1H\nqueryPeriod: 1d\n").codes(), [""; 0]);
    assert_eq!(watchlist("defaultDuration: P30D\n").codes(), [""; 0]);
}

#[test]
fn anything_else_is_reported_wherever_a_duration_stands() {
    let found = rule(
        "queryFrequency: 5\nqueryPeriod: 24h with 4h bins\nsuppressionDuration: P1M\n\
         incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, \
         reopenClosedIncident: false, lookbackDuration: x, matchingMethod: AnyAlert}}\n",
    );
    assert_eq!(found.codes(), ["bad-duration"]);
    assert_eq!(found.places(), ["5", "24h with 4h bins", "P1M", "x"]);
    assert_eq!(found.diagnostics[1].help.as_deref(), Some("did you mean `24h`?"));
    assert_eq!(watchlist("defaultDuration: long\n").codes(), ["bad-duration"]);
}

#[test]
fn what_is_wrong_with_a_duration_that_is_understood_is_reported_with_it() {
    let found = rule("queryFrequency: 1h\nqueryPeriod: 30 minutes\n");
    assert_eq!(found.codes(), ["bad-duration", "period-below-frequency"]);
    let found = rule("queryFrequency: 1 hour\nqueryPeriod: 30 days\n");
    assert_eq!(found.codes(), ["bad-duration", "schedule-out-of-range"]);
    assert_eq!(rule("queryPeriod: 1 day or so\n").codes(), ["bad-duration"]);
}
