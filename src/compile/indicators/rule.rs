//! The scheduled rule of a key and a table.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::list::Listed;
use super::query::{Hunt, Listing};
use super::settings::Settings;
use super::subject::Subject;
use super::targets::{Entity, Matter, Target};
use super::threat;
use crate::resource::{
    AggregationKind, AlertDetailsOverride, AlertRule, Duration, EntityMapping, EventGroupingSettings,
    FieldMapping, GroupingConfiguration, IncidentConfiguration, MatchingMethod, Properties, RuleKind,
    TriggerOperator,
};

/// The namespace of the ids of all rules that are made from indicators: a UUID drawn once and never changed. A rule's
/// id is the UUID v5 of it and `key/table`.
pub const RULE_NAMESPACE: Uuid = Uuid::from_u128(0xa991_9d6f_f66c_4139_aa6d_0e81_9ab7_a114);

/// The longest description that the service takes, in characters.
pub(super) const MAX_DESCRIPTION: usize = 5_000;

/// The longest display name that the service takes, in characters.
const MAX_NAME: usize = 256;

/// What the alert shows of the indicator: the key, at most 20 letters, and the query's column.
const CUSTOM_DETAILS: &[(&str, &str)] = &[
    ("Indicator", "Indicator"),
    ("IndicatorType", "IndicatorType"),
    ("Family", "Family"),
    ("ThreatType", "ThreatType"),
    ("Confidence", "Confidence"),
    ("FirstSeen", "FirstSeen"),
    ("Reference", "Reference"),
    ("Events", "Events"),
    ("FirstEvent", "FirstEvent"),
    ("LastEvent", "LastEvent"),
];

/// The id of the rule of a key and a table.
pub fn rule_id(key: &str, table: &str) -> Uuid {
    Uuid::new_v5(&RULE_NAMESPACE, format!("{key}/{table}").as_bytes())
}

/// The rule that hunts in one table.
pub(super) fn rule(
    subject: &Subject,
    settings: &Settings,
    target: &'static Target,
    inline: Option<&[Listed]>,
) -> AlertRule {
    let hunt = Hunt {
        target,
        listing: inline.map_or(Listing::Watchlist(&subject.alias), Listing::Inline),
        match_on: settings.match_on,
        inbound: settings.inbound,
        severity: settings.severity,
        frequency: settings.frequency,
        exclusions: &settings.exclusions,
    };
    let named = threat::coverage(settings.threat_types.iter().map(String::as_str));
    let (tactics, techniques) =
        if named.0.is_empty() { threat::coverage(target.threats.iter().copied()) } else { named };
    let mut kept = Vec::new();
    if target.kept.iter().any(|(name, _)| *name == "Ports") {
        kept.push(("Ports", "Ports"));
    }
    let custom_details: Map<String, Value> = CUSTOM_DETAILS
        .iter()
        .chain(&kept)
        .map(|(key, column)| ((*key).to_owned(), Value::from(*column)))
        .collect();
    AlertRule {
        id: rule_id(&subject.key, target.table).to_string(),
        kind: RuleKind::Scheduled,
        properties: Properties {
            display_name: cut(&format!("{} indicators in {}", subject.title, target.table), MAX_NAME),
            description: description(subject, target, inline.is_some()),
            severity: settings.severity,
            enabled: settings.enabled,
            query: hunt.query(),
            query_frequency: Some(settings.frequency),
            query_period: Some(settings.period),
            trigger_operator: Some(TriggerOperator::GreaterThan),
            trigger_threshold: Some(0),
            // Suppression would silence other hosts along with the first; the service wants a duration all the same.
            suppression_duration: Duration::from_hours(1),
            suppression_enabled: false,
            event_grouping_settings: Some(EventGroupingSettings {
                aggregation_kind: AggregationKind::AlertPerResult,
            }),
            tactics,
            techniques,
            sub_techniques: Vec::new(),
            entity_mappings: entities(target),
            sentinel_entities_mappings: Vec::new(),
            custom_details,
            alert_details_override: Some(AlertDetailsOverride {
                alert_display_name_format: Some(format!(
                    "{{{{Family}}}} indicator {{{{DefangedIndicator}}}} in {}",
                    target.table
                )),
                alert_tactics_column_name: Some("Tactics".into()),
                alert_severity_column_name: target.blocked.map(|_| "Severity".into()),
                ..AlertDetailsOverride::default()
            }),
            incident_configuration: Some(IncidentConfiguration {
                create_incident: true,
                grouping_configuration: Some(GroupingConfiguration {
                    enabled: true,
                    reopen_closed_incident: false,
                    lookback_duration: Duration::from_days(1),
                    matching_method: MatchingMethod::Selected,
                    group_by_entities: Vec::new(),
                    group_by_alert_details: Vec::new(),
                    group_by_custom_details: vec!["Indicator".into()],
                }),
            }),
            alert_rule_template_name: None,
            template_version: None,
        },
    }
}

/// The affected asset, and the indicator in each form that the table can hold.
fn entities(target: &Target) -> Vec<EntityMapping> {
    let indicator = target.holds.iter().map(|matter| -> Entity {
        match matter {
            Matter::Address => ("IP", &[("Address", "IndicatorAddress")]),
            Matter::Domain => ("DNS", &[("DomainName", "IndicatorDomain")]),
            Matter::Url => ("URL", &[("Url", "IndicatorUrl")]),
            Matter::Hash => ("FileHash", &[("Algorithm", "HashAlgorithm"), ("Value", "Indicator")]),
        }
    });
    target
        .entities
        .iter()
        .copied()
        .chain(indicator)
        .map(|(entity_type, fields)| EntityMapping {
            entity_type: entity_type.to_owned(),
            field_mappings: fields
                .iter()
                .map(|(identifier, column)| FieldMapping {
                    identifier: (*identifier).to_owned(),
                    column_name: (*column).to_owned(),
                })
                .collect(),
        })
        .collect()
}

/// What the rule finds, what the family does, and what is known to match without harm, as far as there is room.
fn description(subject: &Subject, target: &Target, inline: bool) -> String {
    let held: Vec<&str> = target.holds.iter().map(|matter| matter.plural()).collect();
    let place =
        if inline { "the query itself".to_owned() } else { format!("the watchlist {}", subject.alias) };
    let mut out = format!(
        "Finds {} of {} in {}. The indicators are in {place}.",
        super::exclusions::list_of(&held),
        subject.title,
        target.table
    );
    for text in &subject.descriptions {
        let room = room(&out);
        out.push_str(&cut(&format!("\n\n{text}"), room));
    }
    let mut heading = "\n\nKnown false positives, not excluded:";
    for text in &subject.false_positives {
        let entry = format!("{heading}\n- {text}");
        if room(&out) < entry.chars().count() {
            out.push_str(MORE);
            break;
        }
        out.push_str(&entry);
        heading = "";
    }
    out
}

/// The last line of a description that did not fit.
const MORE: &str = "\n- more in the rule files";

/// How many characters a description may still take, the line that there is more left out.
fn room(out: &str) -> usize {
    (MAX_DESCRIPTION - MORE.len()).saturating_sub(out.chars().count())
}

/// A text of at most so many characters, with an ellipsis where it was longer.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
