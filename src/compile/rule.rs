//! An analytics rule to the resource.

use serde_json::{Map, Value};

use super::{Compiled, Needs};
use crate::document::{self, AnalyticsRule, Parser, Spanned, Text};
use crate::resource::{
    AggregationKind, AlertDetail, AlertDetailsOverride, AlertDynamicProperty, AlertProperty, AlertRule,
    Duration, EntityMapping, EntityType, EventGroupingSettings, FieldMapping, GroupingConfiguration,
    IncidentConfiguration, MatchingMethod, Properties, Resource, RuleKind, SentinelEntityMapping, Severity,
    Tactic, TriggerOperator,
};
use crate::semantic::Models;

/// The suppression that is sent where a rule says none; the API wants one even when suppression is off, and the
/// portal's is five hours.
const SUPPRESSION: Duration = Duration::from_hours(5);

/// The resource of a rule; none where a check reports why not.
pub(super) fn compile(rule: &AnalyticsRule, models: &Models, parsers: &[Parser]) -> Option<Compiled> {
    let kind = match text(&rule.kind) {
        Some(kind) => RuleKind::parse(kind)?,
        None => RuleKind::Scheduled,
    };
    let query = query_text(text(&rule.query)?);
    let (techniques, sub_techniques) = techniques(rule)?;
    let frequency = duration(&rule.query_frequency)?;
    let suppression_enabled = rule.suppression_enabled.as_ref().is_some_and(|flag| flag.value);
    let needs = Needs::of(models.of_file(rule.file)?, models, parsers);
    let mut properties = Properties {
        display_name: text(&rule.name)?.to_owned(),
        description: text(&rule.description).map(unquoted).unwrap_or_default().to_owned(),
        severity: Severity::parse(text(&rule.severity)?)?.0,
        enabled: rule.enabled.as_ref().is_none_or(|flag| flag.value),
        query,
        query_frequency: None,
        query_period: None,
        trigger_operator: None,
        trigger_threshold: None,
        suppression_duration: match duration(&rule.suppression_duration)? {
            Some(duration) => duration,
            // Suppression that is on must last at least until the next run.
            None if suppression_enabled => SUPPRESSION.max(frequency.unwrap_or(SUPPRESSION)),
            None => SUPPRESSION,
        },
        suppression_enabled,
        event_grouping_settings: event_grouping(rule)?,
        tactics: all(rule.tactics.as_ref(), |word| Some(Tactic::parse(word)?.0))?,
        techniques,
        sub_techniques,
        entity_mappings: entity_mappings(rule)?,
        sentinel_entities_mappings: sentinel_entities(rule)?,
        custom_details: custom_details(rule),
        alert_details_override: alert_details_override(rule)?,
        incident_configuration: incident_configuration(rule)?,
        alert_rule_template_name: text(&rule.alert_rule_template_name).map(str::to_owned),
        template_version: text(&rule.template_version).map(str::to_owned),
    };
    if kind == RuleKind::Scheduled {
        properties.query_frequency = Some(frequency?);
        properties.query_period = Some(duration(&rule.query_period)??);
        properties.trigger_operator =
            Some(TriggerOperator::parse_shorthand(text(&rule.trigger_operator)?)?.0);
        properties.trigger_threshold = Some(rule.trigger_threshold.as_ref()?.value);
    }
    let id = text(&rule.id)?;
    Some(Compiled {
        resource: Resource::AlertRule(AlertRule { id: id.to_owned(), kind, properties }),
        files: vec![rule.file],
        span: rule.name.as_ref().map_or(rule.span, |name| name.span),
        needs,
    })
}

/// A text that is not blank.
fn text(field: &Option<Text>) -> Option<&str> {
    field.as_ref().map(|text| text.trim()).filter(|text| !text.is_empty())
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

/// The outer option is none for a text that is no duration, the inner for no text.
#[expect(clippy::option_option, reason = "not convertible and absent are different here")]
fn duration(field: &Option<Text>) -> Option<Option<Duration>> {
    match text(field) {
        Some(text) => Duration::parse(text).ok().map(Some),
        None => Some(None),
    }
}

/// Every word of a list, or none if one of them is no such word. Each value is kept once.
fn all<T: PartialEq>(list: Option<&Spanned<Vec<Text>>>, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut values = Vec::new();
    for word in list.into_iter().flat_map(|list| &list.value) {
        let value = parse(word)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Some(values)
}

/// The techniques and sub-techniques. A sub-technique's technique is named too, since the service shows coverage by
/// technique.
fn techniques(rule: &AnalyticsRule) -> Option<(Vec<String>, Vec<String>)> {
    let upper = |word: &str| Some(word.trim().to_ascii_uppercase());
    let mut techniques = Vec::new();
    let mut subs = all(rule.sub_techniques.as_ref(), upper)?;
    for technique in all(rule.relevant_techniques.as_ref(), upper)? {
        if technique.contains('.') && !subs.contains(&technique) {
            subs.push(technique);
        } else if !technique.contains('.') {
            techniques.push(technique);
        }
    }
    for sub in &subs {
        let parent = sub.split('.').next().unwrap_or_default().to_owned();
        if !techniques.contains(&parent) {
            techniques.push(parent);
        }
    }
    Some((techniques, subs))
}

#[expect(clippy::option_option, reason = "not convertible and absent are different here")]
fn event_grouping(rule: &AnalyticsRule) -> Option<Option<EventGroupingSettings>> {
    let kind = rule.event_grouping_settings.as_ref().and_then(|settings| text(&settings.aggregation_kind));
    match kind {
        Some(kind) => {
            let aggregation_kind = AggregationKind::parse(kind)?.0;
            Some(Some(EventGroupingSettings { aggregation_kind }))
        }
        None => Some(None),
    }
}

fn entity_mappings(rule: &AnalyticsRule) -> Option<Vec<EntityMapping>> {
    let mappings = rule.entity_mappings.iter().flat_map(|mappings| &mappings.value);
    mappings
        .map(|mapping| {
            let fields = mapping.field_mappings.iter().flat_map(|fields| &fields.value);
            Some(EntityMapping {
                entity_type: EntityType::parse(text(&mapping.entity_type)?)?.0.as_str().to_owned(),
                field_mappings: fields
                    .map(|field| {
                        Some(FieldMapping {
                            identifier: text(&field.identifier)?.to_owned(),
                            column_name: text(&field.column_name)?.to_owned(),
                        })
                    })
                    .collect::<Option<_>>()?,
            })
        })
        .collect()
}

fn sentinel_entities(rule: &AnalyticsRule) -> Option<Vec<SentinelEntityMapping>> {
    let mappings = rule.sentinel_entities_mappings.iter().flat_map(|mappings| &mappings.value);
    mappings.map(|mapping| Some(SentinelEntityMapping { column_name: text(mapping)?.to_owned() })).collect()
}

fn custom_details(rule: &AnalyticsRule) -> Map<String, Value> {
    let details = rule.custom_details.iter().flat_map(|details| &details.value);
    details.map(|(key, column)| (key.value.clone(), Value::String(column.trim().to_owned()))).collect()
}

#[expect(clippy::option_option, reason = "not convertible and absent are different here")]
fn alert_details_override(rule: &AnalyticsRule) -> Option<Option<AlertDetailsOverride>> {
    let Some(details) = &rule.alert_details_override else { return Some(None) };
    let owned = |field: &Option<Text>| text(field).map(str::to_owned);
    let properties = details.alert_dynamic_properties.iter().flat_map(|list| &list.value);
    let details = AlertDetailsOverride {
        alert_display_name_format: owned(&details.alert_display_name_format),
        alert_description_format: owned(&details.alert_description_format),
        alert_tactics_column_name: owned(&details.alert_tactics_column_name),
        alert_severity_column_name: owned(&details.alert_severity_column_name),
        alert_dynamic_properties: properties
            .map(|property| {
                Some(AlertDynamicProperty {
                    alert_property: AlertProperty::parse(text(&property.alert_property)?)?.0,
                    value: text(&property.value.value)?.to_owned(),
                })
            })
            .collect::<Option<_>>()?,
    };
    Some((details != AlertDetailsOverride::default()).then_some(details))
}

#[expect(clippy::option_option, reason = "not convertible and absent are different here")]
fn incident_configuration(rule: &AnalyticsRule) -> Option<Option<IncidentConfiguration>> {
    let Some(incidents) = &rule.incident_configuration else { return Some(None) };
    let grouping_configuration = match &incidents.grouping {
        Some(grouping) => Some(grouping_configuration(grouping)?),
        None => None,
    };
    Some(Some(IncidentConfiguration {
        create_incident: incidents.create_incident.as_ref().is_none_or(|flag| flag.value),
        grouping_configuration,
    }))
}

fn grouping_configuration(grouping: &document::Grouping) -> Option<GroupingConfiguration> {
    let flag = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
    Some(GroupingConfiguration {
        enabled: flag(&grouping.enabled),
        reopen_closed_incident: flag(&grouping.reopen_closed_incident),
        lookback_duration: duration(&grouping.lookback_duration)?.unwrap_or(Duration::from_hours(5)),
        matching_method: match text(&grouping.matching_method) {
            Some(method) => MatchingMethod::parse(method)?.0,
            None => MatchingMethod::AllEntities,
        },
        group_by_entities: all(grouping.group_by_entities.as_ref(), |word| {
            Some(EntityType::parse(word)?.0.as_str().to_owned())
        })?,
        group_by_alert_details: all(grouping.group_by_alert_details.as_ref(), |word| {
            Some(AlertDetail::parse(word)?.0)
        })?,
        group_by_custom_details: all(grouping.group_by_custom_details.as_ref(), |word| {
            Some(word.trim().to_owned())
        })?,
    })
}
