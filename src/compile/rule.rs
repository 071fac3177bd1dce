//! An analytics rule to the resource.

use serde_json::Value;

use super::{Compiled, Needs};
use crate::document::{AnalyticsRule, ValidRule};
use crate::resource::{
    AlertDetailsOverride, AlertRule, Duration, EventGroupingSettings, Properties, Resource,
};

/// The suppression that is sent where a rule says none; the API wants one even when suppression is off, and the
/// portal's is five hours.
const SUPPRESSION: Duration = Duration::from_hours(5);

/// The resource of a rule.
pub(super) fn compile(document: &AnalyticsRule, rule: ValidRule<'_>, needs: Needs) -> Compiled {
    let query = query_text(rule.query);
    let (techniques, sub_techniques) = techniques(rule.techniques, rule.sub_techniques);
    let schedule = rule.schedule;
    let properties = Properties {
        display_name: rule.name.to_owned(),
        description: unquoted(rule.description).to_owned(),
        severity: rule.severity,
        enabled: rule.enabled,
        query,
        query_frequency: schedule.map(|schedule| schedule.frequency),
        query_period: schedule.map(|schedule| schedule.period),
        trigger_operator: schedule.map(|schedule| schedule.operator),
        trigger_threshold: schedule.map(|schedule| schedule.threshold),
        suppression_duration: rule.suppression_duration.unwrap_or(
            match schedule.map(|schedule| schedule.frequency) {
                // Suppression that is on must last at least until the next run.
                Some(frequency) if rule.suppression_enabled => SUPPRESSION.max(frequency),
                _ => SUPPRESSION,
            },
        ),
        suppression_enabled: rule.suppression_enabled,
        event_grouping_settings: rule
            .aggregation_kind
            .map(|aggregation_kind| EventGroupingSettings { aggregation_kind }),
        tactics: rule.tactics,
        techniques,
        sub_techniques,
        entity_mappings: rule.entity_mappings,
        sentinel_entities_mappings: rule.sentinel_entities_mappings,
        custom_details: rule
            .custom_details
            .into_iter()
            .map(|(key, column)| (key.to_owned(), Value::String(column.to_owned())))
            .collect(),
        alert_details_override: rule
            .alert_details_override
            .filter(|details| *details != AlertDetailsOverride::default()),
        incident_configuration: rule.incident_configuration,
        alert_rule_template_name: rule.alert_rule_template_name.map(str::to_owned),
        template_version: rule.template_version.map(str::to_owned),
    };
    Compiled {
        resource: Resource::AlertRule(AlertRule { id: rule.id.to_owned(), kind: document.kind, properties }),
        files: vec![document.file],
        span: document.name.given().map_or(document.span, |name| name.span),
        needs,
    }
}

/// Without the quotation marks that published rules put around a whole description inside a block scalar.
fn unquoted(text: &str) -> &str {
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.trim(),
        None => text,
    }
}

/// The query as it is sent: lines ended by LF, nothing after the last character.
pub(super) fn query_text(query: &str) -> String {
    query.replace("\r\n", "\n").replace('\r', "\n").trim_end().to_owned()
}

/// The techniques and sub-techniques. A sub-technique's technique is named too, since the service shows coverage by
/// technique.
fn techniques(listed: Vec<String>, mut subs: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut techniques = Vec::new();
    for technique in listed {
        if !technique.contains('.') {
            techniques.push(technique);
        } else if !subs.contains(&technique) {
            subs.push(technique);
        }
    }
    for sub in &subs {
        let parent = sub.split('.').next().unwrap_or_default().to_owned();
        if !techniques.contains(&parent) {
            techniques.push(parent);
        }
    }
    (techniques, subs)
}
