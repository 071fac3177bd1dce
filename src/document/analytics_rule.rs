//! An analytics rule in the Azure-Sentinel YAML format.

pub(super) mod keys;
mod valid;

pub use valid::{Schedule, ValidRule};

use super::field::{Field, Fields, Listed};
use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Reported, Span, codes};
use crate::resource::{
    AggregationKind, AlertDetail, AlertProperty, Duration, EntityType, MatchingMethod, RuleKind, Severity,
    Tactic, TriggerOperator,
};
use crate::source::{Entry, Node, Value, WRONG_SHAPE};

codes! {
    /// The file holds a query, but neither a severity nor a schedule: it is a hunting query, which is run by hand, and not
    /// an analytics rule.
    ///
    /// ## Why
    /// Repositories often keep hunting queries beside rules in the same format. Bartizan deploys rules, watchlists
    /// and indicators, and leaves nothing out without a word.
    ///
    /// ## Wrong
    /// ```yaml file=rules/hunt.yaml
    /// id: 7d2f1a0e-55f4-4a9c-8c3e-3f2f5a1f0b11
    /// name: Rare parents of a shell
    /// description: A place to start from
    /// query: DeviceProcessEvents | summarize count() by InitiatingProcessFileName
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/detect.yaml
    /// id: 7d2f1a0e-55f4-4a9c-8c3e-3f2f5a1f0b11
    /// name: Office program starts a shell
    /// description: A document with a macro starts a shell
    /// severity: Medium
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceProcessEvents | where InitiatingProcessFileName =~ "winword.exe" and FileName =~ "cmd.exe"
    /// ```
    pub(crate) HUNTING_QUERY = "hunting-query", Error, fixed;
}

/// An analytics rule as it was written, with its words and durations read.
///
/// The fields are those of the Azure-Sentinel repository's format and the deploy-time fields that its users add. What
/// cannot be read is reported when the file is, and kept as such: [`AnalyticsRule::validate`] has the rule that can be
/// deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalyticsRule {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Its first line: where a message about something missing points at.
    pub head: Span,
    /// That something in it cannot be read.
    pub refused: Option<Reported>,
    /// The resource name.
    pub id: Field<Text>,
    /// The display name; `displayName` counts where `name` is absent.
    pub name: Field<Text>,
    /// Scheduled unless the file says NRT.
    pub kind: RuleKind,
    /// What the rule finds.
    pub description: Field<Text>,
    /// How bad its alerts are.
    pub severity: Field<Spanned<Severity>>,
    /// Free text of the content catalogue, such as `Available`; not deployed.
    pub status: Field<Text>,
    /// The connectors that fill the rule's tables; not deployed.
    pub required_data_connectors: Field<Spanned<Vec<Spanned<DataConnector>>>>,
    /// How often it runs, if it is scheduled.
    pub query_frequency: Field<Spanned<Duration>>,
    /// How far back it looks, if it is scheduled.
    pub query_period: Field<Spanned<Duration>>,
    /// How the number of results is compared with the threshold.
    pub trigger_operator: Field<Spanned<TriggerOperator>>,
    /// A number of results.
    pub trigger_threshold: Field<Spanned<i64>>,
    /// ATT&CK tactics.
    pub tactics: Field<Spanned<Vec<Listed<Tactic>>>>,
    /// ATT&CK techniques and sub-techniques; `techniques` counts as well.
    pub relevant_techniques: Field<Spanned<Vec<Text>>>,
    /// Sub-techniques where they are kept apart, as exports do.
    pub sub_techniques: Field<Spanned<Vec<Text>>>,
    /// The KQL.
    pub query: Field<Text>,
    /// Entities of the alert.
    pub entity_mappings: Field<Spanned<Vec<Spanned<EntityMapping>>>>,
    /// Columns that hold entities as Sentinel writes them.
    pub sentinel_entities_mappings: Field<Spanned<Vec<Spanned<Field<Text>>>>>,
    /// Key and column, in the file's order.
    pub custom_details: Field<Spanned<Vec<CustomDetail>>>,
    /// How columns set parts of the alert.
    pub alert_details_override: Field<Spanned<AlertDetailsOverride>>,
    /// How results become alerts.
    pub event_grouping_settings: Field<Spanned<EventGrouping>>,
    /// Whether and how alerts become incidents.
    pub incident_configuration: Field<Spanned<IncidentConfiguration>>,
    /// Whether an alert silences the rule for a time.
    pub suppression_enabled: Field<Spanned<bool>>,
    /// For how long.
    pub suppression_duration: Field<Spanned<Duration>>,
    /// Whether the rule runs; absent means that it does.
    pub enabled: Field<Spanned<bool>>,
    /// The version of the rule file, X.Y.Z.
    pub version: Field<Text>,
    /// The template that the rule was made from.
    pub alert_rule_template_name: Field<Text>,
    /// The version of that template.
    pub template_version: Field<Text>,
}

/// A custom detail: its key and the column that it shows.
pub type CustomDetail = (Spanned<String>, Text);

/// A connector and its tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataConnector {
    /// The connector's id, as `AzureActiveDirectory`.
    pub connector_id: Field<Text>,
    /// Its data types, mostly table names.
    pub data_types: Field<Spanned<Vec<Text>>>,
}

/// An entity of the alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityMapping {
    /// Its type.
    pub entity_type: Field<Spanned<EntityType>>,
    /// What identifies it.
    pub field_mappings: Field<Spanned<Vec<Spanned<FieldMapping>>>>,
}

/// A column that identifies an entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldMapping {
    /// An identifier's name.
    pub identifier: Field<Text>,
    /// A column of the query's result.
    pub column_name: Field<Text>,
}

/// How columns set parts of the alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertDetailsOverride {
    /// The alert's name, with `{{Column}}` placeholders.
    pub alert_display_name_format: Field<Text>,
    /// The alert's description, with placeholders.
    pub alert_description_format: Field<Text>,
    /// A column that holds tactics.
    pub alert_tactics_column_name: Field<Text>,
    /// A column that holds a severity.
    pub alert_severity_column_name: Field<Text>,
    /// Other properties set by columns.
    pub alert_dynamic_properties: Field<Spanned<Vec<Spanned<DynamicProperty>>>>,
}

/// A property of the alert that a column sets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DynamicProperty {
    /// The property.
    pub alert_property: Field<Spanned<AlertProperty>>,
    /// A column.
    pub value: Field<Text>,
}

/// How results become alerts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventGrouping {
    /// One alert for all results, or one for each.
    pub aggregation_kind: Field<Spanned<AggregationKind>>,
}

/// Whether and how alerts become incidents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncidentConfiguration {
    /// Absent means that incidents are created.
    pub create_incident: Field<Spanned<bool>>,
    /// Which alerts belong into one incident.
    pub grouping: Field<Spanned<Grouping>>,
}

/// Which alerts belong into one incident.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grouping {
    /// Whether alerts are grouped.
    pub enabled: Field<Spanned<bool>>,
    /// Whether a closed incident is opened again.
    pub reopen_closed_incident: Field<Spanned<bool>>,
    /// How far back alerts belong together.
    pub lookback_duration: Field<Spanned<Duration>>,
    /// What alerts of one incident have in common.
    pub matching_method: Field<Spanned<MatchingMethod>>,
    /// Types of entities.
    pub group_by_entities: Field<Spanned<Vec<Listed<EntityType>>>>,
    /// Details of the alert.
    pub group_by_alert_details: Field<Spanned<Vec<Listed<AlertDetail>>>>,
    /// Keys of the custom details.
    pub group_by_custom_details: Field<Spanned<Vec<Text>>>,
}

impl AnalyticsRule {
    /// Reads a mapping as a rule of this kind.
    ///
    /// # Errors
    /// When the node is something else than a mapping, which is reported.
    pub(super) fn read(
        file: FileId,
        kind: RuleKind,
        node: &Node,
        head: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        let mut f = Fields::new(&keys::RULE, node, diagnostics)?;
        let mut rule = Self {
            file,
            span: node.span,
            head,
            refused: None,
            id: f.name(&keys::ID),
            name: f.text(&keys::NAME),
            kind,
            description: f.text(&keys::DESCRIPTION),
            severity: f.word(&keys::SEVERITY),
            status: f.text(&keys::STATUS),
            required_data_connectors: connectors(&mut f),
            query_frequency: f.duration(&keys::QUERY_FREQUENCY),
            query_period: f.duration(&keys::QUERY_PERIOD),
            trigger_operator: f.word(&keys::TRIGGER_OPERATOR),
            trigger_threshold: f.integer(&keys::TRIGGER_THRESHOLD),
            tactics: f.words(&keys::TACTICS),
            relevant_techniques: f.texts(&keys::RELEVANT_TECHNIQUES),
            sub_techniques: f.texts(&keys::SUB_TECHNIQUES),
            query: f.text(&keys::QUERY),
            entity_mappings: f.mappings(&keys::ENTITY_MAPPINGS, &keys::ENTITY_MAPPING, entity_mapping),
            sentinel_entities_mappings: f.mappings(
                &keys::SENTINEL_ENTITIES_MAPPINGS,
                &keys::SENTINEL_ENTITIES,
                |f| f.text(&keys::ENTITIES_COLUMN),
            ),
            custom_details: custom_details(&mut f),
            alert_details_override: f.mapping(
                &keys::ALERT_DETAILS_OVERRIDE,
                &keys::ALERT_DETAILS,
                alert_details_override,
            ),
            event_grouping_settings: f.mapping(&keys::EVENT_GROUPING_SETTINGS, &keys::EVENT_GROUPING, |f| {
                EventGrouping { aggregation_kind: f.word(&keys::AGGREGATION_KIND) }
            }),
            incident_configuration: f.mapping(
                &keys::INCIDENT_CONFIGURATION,
                &keys::INCIDENTS,
                incident_configuration,
            ),
            suppression_enabled: f.flag(&keys::SUPPRESSION_ENABLED),
            suppression_duration: f.duration(&keys::SUPPRESSION_DURATION),
            enabled: f.flag(&keys::ENABLED),
            version: f.text(&keys::VERSION),
            alert_rule_template_name: f.text(&keys::ALERT_RULE_TEMPLATE_NAME),
            template_version: f.text(&keys::TEMPLATE_VERSION),
        };
        rule.refused = f.finish();
        Ok(rule)
    }

    /// How often the rule runs; none for NRT, and where it cannot be said.
    pub fn frequency(&self) -> Option<Duration> {
        self.query_frequency.value().filter(|_| self.kind == RuleKind::Scheduled)
    }

    /// How far back the query looks; none for NRT, and where it cannot be said.
    pub fn period(&self) -> Option<Duration> {
        self.query_period.value().filter(|_| self.kind == RuleKind::Scheduled)
    }
}

fn connectors(f: &mut Fields<'_, '_>) -> Field<Spanned<Vec<Spanned<DataConnector>>>> {
    let read = |f: &mut Fields<'_, '_>| DataConnector {
        connector_id: f.text(&keys::CONNECTOR_ID),
        data_types: f.texts(&keys::DATA_TYPES),
    };
    let key = &keys::REQUIRED_DATA_CONNECTORS;
    // Some published files write the only connector as a mapping instead of a list of one.
    if matches!(f.node(key).map(|node| &node.value), Some(Value::Mapping(_))) {
        return f.mapping(key, &keys::DATA_CONNECTOR, read).map(|one| {
            let span = one.span;
            Spanned::new(vec![one], span)
        });
    }
    f.mappings(key, &keys::DATA_CONNECTOR, read)
}

fn entity_mapping(f: &mut Fields<'_, '_>) -> EntityMapping {
    EntityMapping {
        entity_type: f.word(&keys::ENTITY_TYPE),
        field_mappings: f.mappings(&keys::FIELD_MAPPINGS, &keys::FIELD_MAPPING, |f| FieldMapping {
            identifier: f.text(&keys::IDENTIFIER),
            column_name: f.text(&keys::COLUMN_NAME),
        }),
    }
}

fn custom_details(f: &mut Fields<'_, '_>) -> Field<Spanned<Vec<CustomDetail>>> {
    let entries = f.named(&keys::CUSTOM_DETAILS, "customDetails");
    entries.map(|entries| details(f, &entries))
}

fn details(f: &mut Fields<'_, '_>, entries: &Spanned<&[Entry]>) -> Spanned<Vec<CustomDetail>> {
    let mut details = Vec::with_capacity(entries.value.len());
    for entry in entries.value {
        match Text::of(&entry.value).filter(|_| !entry.value.is_null()) {
            Some(text) => details.push((Spanned::new(entry.key.clone(), entry.key_span), text)),
            None if entry.value.is_unreadable() => f.note_unreadable(),
            None => {
                let message =
                    format!("`{}` is the name of a column, not {}", entry.key, entry.value.describe());
                f.refuse(
                    Diagnostic::new(&WRONG_SHAPE, entry.key_span, message)
                        .label("expected the name of a column"),
                );
            }
        }
    }
    Spanned::new(details, entries.span)
}

fn alert_details_override(f: &mut Fields<'_, '_>) -> AlertDetailsOverride {
    AlertDetailsOverride {
        alert_display_name_format: f.text(&keys::ALERT_DISPLAY_NAME_FORMAT),
        alert_description_format: f.text(&keys::ALERT_DESCRIPTION_FORMAT),
        alert_tactics_column_name: f.text(&keys::ALERT_TACTICS_COLUMN_NAME),
        alert_severity_column_name: f.text(&keys::ALERT_SEVERITY_COLUMN_NAME),
        alert_dynamic_properties: f.mappings(&keys::ALERT_DYNAMIC_PROPERTIES, &keys::DYNAMIC_PROPERTY, |f| {
            DynamicProperty { alert_property: f.word(&keys::ALERT_PROPERTY), value: f.text(&keys::VALUE) }
        }),
    }
}

fn incident_configuration(f: &mut Fields<'_, '_>) -> IncidentConfiguration {
    IncidentConfiguration {
        create_incident: f.flag(&keys::CREATE_INCIDENT),
        grouping: f.mapping(&keys::GROUPING_CONFIGURATION, &keys::GROUPING, |f| Grouping {
            enabled: f.flag(&keys::GROUPING_ENABLED),
            reopen_closed_incident: f.flag(&keys::REOPEN_CLOSED_INCIDENT),
            lookback_duration: f.duration(&keys::LOOKBACK_DURATION),
            matching_method: f.word(&keys::MATCHING_METHOD),
            group_by_entities: f.words(&keys::GROUP_BY_ENTITIES),
            group_by_alert_details: f.words(&keys::GROUP_BY_ALERT_DETAILS),
            group_by_custom_details: f.texts(&keys::GROUP_BY_CUSTOM_DETAILS),
        }),
    }
}
