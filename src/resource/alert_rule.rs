//! `Microsoft.SecurityInsights/alertRules` of the kinds Scheduled and NRT.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::canonical::{Constant, Rule};
use super::kind::{Api, Content, Definition, WithoutEtag, text_at};
use super::{
    AggregationKind, AlertDetail, AlertProperty, Duration, MatchingMethod, Severity, Tactic, TriggerOperator,
};

pub(super) const DEFINITION: Definition = Definition {
    word: "alertRule",
    noun: "analytics rule",
    used: "names",
    collection: "alertRules",
    api: Api::Sentinel,
    ignores_case: true,
    wave: 2,
    always_listed: true,
    long_running: false,
    without_etag: WithoutEtag::Nothing,
    name: |body| body.get("kind").is_some_and(Value::is_string).then(|| text_at(body, "/name")).flatten(),
    identified_by: "name or kind",
    alias: |_| None,
    is_content: |_| true,
    can_become: |wanted, live| {
        let variant = |rule| text_at(rule, "/kind").unwrap_or_default();
        variant(wanted).eq_ignore_ascii_case(variant(live))
    },
    unlike: "a rule of this id and of another kind, which no update can change",
    // After repeated failures the service switches a rule off and says so in its name.
    is_switched_off: |live| {
        text_at(live, "/properties/displayName").is_some_and(|name| name.starts_with("AUTO DISABLED"))
    },
    canonical: &[
        Rule::Ignored("properties.lastModifiedUtc"),
        Rule::Duration("properties.queryFrequency"),
        Rule::Duration("properties.queryPeriod"),
        Rule::Duration("properties.suppressionDuration"),
        Rule::Duration("properties.incidentConfiguration.groupingConfiguration.lookbackDuration"),
        Rule::Text("properties.query"),
        Rule::Default("properties.eventGroupingSettings.aggregationKind", Constant::Text("SingleAlert")),
        // Where a rule says nothing of incidents, each alert makes one, and alerts are not grouped.
        Rule::Default("properties.incidentConfiguration.createIncident", Constant::Flag(true)),
        Rule::Default(
            "properties.incidentConfiguration.groupingConfiguration.enabled",
            Constant::Flag(false),
        ),
        Rule::Default(
            "properties.incidentConfiguration.groupingConfiguration.reopenClosedIncident",
            Constant::Flag(false),
        ),
        Rule::Default(
            "properties.incidentConfiguration.groupingConfiguration.lookbackDuration",
            Constant::Text("PT5H"),
        ),
        Rule::Default(
            "properties.incidentConfiguration.groupingConfiguration.matchingMethod",
            Constant::Text("AllEntities"),
        ),
        Rule::Set("properties.tactics"),
        Rule::Set("properties.techniques"),
        Rule::Set("properties.subTechniques"),
        Rule::Set("properties.incidentConfiguration.groupingConfiguration.groupByEntities"),
        Rule::Set("properties.incidentConfiguration.groupingConfiguration.groupByAlertDetails"),
        Rule::Set("properties.incidentConfiguration.groupingConfiguration.groupByCustomDetails"),
        Rule::Set("properties.entityMappings[].fieldMappings"),
        Rule::Set("properties.entityMappings"),
        Rule::Set("properties.sentinelEntitiesMappings"),
        Rule::Set("properties.alertDetailsOverride.alertDynamicProperties"),
    ],
    rows: None,
};

/// Which engine runs a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// Runs every [`Properties::query_frequency`].
    Scheduled,
    /// Near real time: runs every minute; only preview versions of the API know it.
    Nrt,
}

impl RuleKind {
    /// The API's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Nrt => "NRT",
        }
    }

    /// Reads a kind, case aside.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Scheduled, Self::Nrt].into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// An analytics rule.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    /// The resource name; a GUID by custom, any `[A-Za-z0-9._-]+` by the API.
    pub id: String,
    /// Scheduled or NRT.
    pub kind: RuleKind,
    /// Everything else.
    pub properties: Properties,
}

impl Content for AlertRule {
    fn name(&self) -> &str {
        &self.id
    }

    fn display_name(&self) -> &str {
        &self.properties.display_name
    }

    fn body(&self) -> Value {
        json!({ "kind": self.kind.as_str(), "properties": self.properties })
    }

    /// NRT, sub-techniques, `sentinelEntitiesMappings`, and the alert property SubTechniques.
    fn needs_preview(&self) -> bool {
        let properties = &self.properties;
        self.kind == RuleKind::Nrt
            || !properties.sub_techniques.is_empty()
            || !properties.sentinel_entities_mappings.is_empty()
            || properties.alert_details_override.as_ref().is_some_and(|details| {
                details
                    .alert_dynamic_properties
                    .iter()
                    .any(|p| p.alert_property == AlertProperty::SubTechniques)
            })
    }
}

/// The properties of a rule in the order in which the API documents them. What is empty is not sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Up to 256 characters.
    pub display_name: String,
    /// Up to 5,000 characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The severity of its alerts.
    pub severity: Severity,
    /// Whether it runs.
    pub enabled: bool,
    /// 1 to 10,000 characters of KQL, lines ended by LF.
    pub query: String,
    /// PT5M to P14D; none for NRT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_frequency: Option<Duration>,
    /// PT5M to P14D, at least the frequency; none for NRT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_period: Option<Duration>,
    /// None for NRT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_operator: Option<TriggerOperator>,
    /// 0 to 10,000; none for NRT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_threshold: Option<i64>,
    /// PT5M to PT24H; required even when suppression is off.
    pub suppression_duration: Duration,
    /// Whether an alert silences the rule for [`Properties::suppression_duration`].
    pub suppression_enabled: bool,
    /// How results become alerts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_grouping_settings: Option<EventGroupingSettings>,
    /// ATT&CK tactics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tactics: Vec<Tactic>,
    /// ATT&CK techniques, `T####` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// ATT&CK sub-techniques, `T####.###`; preview versions only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sub_techniques: Vec<String>,
    /// Up to 10 together with the next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entity_mappings: Vec<EntityMapping>,
    /// Columns that hold entities as Sentinel writes them; preview versions only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentinel_entities_mappings: Vec<SentinelEntityMapping>,
    /// Up to 20 pairs of a key and the column that it shows.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub custom_details: Map<String, Value>,
    /// How columns set the alert's name, description, severity, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_details_override: Option<AlertDetailsOverride>,
    /// Whether and how alerts become incidents; without it the service creates incidents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident_configuration: Option<IncidentConfiguration>,
    /// The template that the rule was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_rule_template_name: Option<String>,
    /// The version of that template, X.Y.Z; only allowed with a template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_version: Option<String>,
}

/// How results become alerts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventGroupingSettings {
    /// The way.
    pub aggregation_kind: AggregationKind,
}

/// An entity that an alert names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityMapping {
    /// One of the service's entity types, as `IP`.
    pub entity_type: String,
    /// 1 to 3 of them.
    pub field_mappings: Vec<FieldMapping>,
}

/// A column that identifies an entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldMapping {
    /// One of the type's identifiers, as `Address`.
    pub identifier: String,
    /// A column of the query's result.
    pub column_name: String,
}

/// A column that holds entities as Sentinel writes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentinelEntityMapping {
    /// A column of the query's result.
    pub column_name: String,
}

/// How columns set parts of the alert.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertDetailsOverride {
    /// Up to 256 characters with up to 3 `{{Column}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_display_name_format: Option<String>,
    /// Up to 5,000 characters with up to 3 `{{Column}}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_description_format: Option<String>,
    /// A column with tactics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_tactics_column_name: Option<String>,
    /// A column with a severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_severity_column_name: Option<String>,
    /// Further properties, each at most once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alert_dynamic_properties: Vec<AlertDynamicProperty>,
}

/// A property of an alert that a column sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertDynamicProperty {
    /// The property.
    pub alert_property: AlertProperty,
    /// The column.
    pub value: String,
}

/// Whether and how alerts become incidents.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IncidentConfiguration {
    /// Whether an alert becomes an incident.
    pub create_incident: bool,
    /// Which alerts become one incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grouping_configuration: Option<GroupingConfiguration>,
}

/// Which alerts become one incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupingConfiguration {
    /// Whether alerts are grouped at all.
    pub enabled: bool,
    /// Whether a closed incident is opened again.
    pub reopen_closed_incident: bool,
    /// PT5M to P7D.
    pub lookback_duration: Duration,
    /// What must be the same.
    pub matching_method: MatchingMethod,
    /// For `Selected`: entity types that the rule maps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by_entities: Vec<String>,
    /// For `Selected`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by_alert_details: Vec<AlertDetail>,
    /// For `Selected`: keys of the rule's custom details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by_custom_details: Vec<String>,
}
