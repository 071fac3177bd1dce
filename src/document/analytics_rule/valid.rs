//! From a rule as it was written to one that can be deployed.

use super::{
    AlertDetailsOverride, AnalyticsRule, DynamicProperty, EntityMapping, FieldMapping, Grouping,
    HUNTING_QUERY, IncidentConfiguration, keys,
};
use crate::diagnostic::{Diagnostic, Reported};
use crate::document::field::{Field, Listed, Required};
use crate::document::{Spanned, Text};
use crate::resource::{self, AggregationKind, Duration, RuleKind, Severity, Tactic, TriggerOperator};

/// A rule that has all that a resource cannot be without, and nothing that cannot be read. Texts are without blank
/// characters around them.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidRule<'a> {
    /// The resource name.
    pub id: &'a str,
    /// The display name.
    pub name: &'a str,
    /// What the rule finds; may be empty.
    pub description: &'a str,
    /// How bad its alerts are.
    pub severity: Severity,
    /// The KQL as it was written.
    pub query: &'a Text,
    /// When it runs and fires; none for NRT.
    pub schedule: Option<Schedule>,
    /// Each tactic once.
    pub tactics: Vec<Tactic>,
    /// Techniques and sub-techniques, each once, in upper case.
    pub techniques: Vec<String>,
    /// Sub-techniques that are kept apart, each once, in upper case.
    pub sub_techniques: Vec<String>,
    /// Entities of the alert.
    pub entity_mappings: Vec<resource::EntityMapping>,
    /// Columns that hold entities.
    pub sentinel_entities_mappings: Vec<resource::SentinelEntityMapping>,
    /// Key and column.
    pub custom_details: Vec<(&'a str, &'a str)>,
    /// How columns set parts of the alert.
    pub alert_details_override: Option<resource::AlertDetailsOverride>,
    /// How results become alerts.
    pub aggregation_kind: Option<AggregationKind>,
    /// Whether and how alerts become incidents.
    pub incident_configuration: Option<resource::IncidentConfiguration>,
    /// Whether an alert silences the rule for a time.
    pub suppression_enabled: bool,
    /// For how long, where the rule says.
    pub suppression_duration: Option<Duration>,
    /// Whether the rule runs.
    pub enabled: bool,
    /// The template that the rule was made from.
    pub alert_rule_template_name: Option<&'a str>,
    /// The version of that template.
    pub template_version: Option<&'a str>,
}

/// When a scheduled rule runs and when it fires.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// How often it runs.
    pub frequency: Duration,
    /// How far back it looks.
    pub period: Duration,
    /// How the number of results is compared.
    pub operator: TriggerOperator,
    /// With what.
    pub threshold: i64,
}

impl AnalyticsRule {
    /// The rule that can be deployed. Reports everything that is missing for that.
    ///
    /// # Errors
    /// When there is none.
    pub fn validate(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<ValidRule<'_>, Reported> {
        if self.is_hunting_query() {
            let message = "the file holds a query without a severity and a schedule: a hunting query, not an analytics rule";
            return Err(Diagnostic::new(&HUNTING_QUERY, self.head, message)
                .help("add `severity`, `queryFrequency`, `queryPeriod`, `triggerOperator` and `triggerThreshold`, or move the file out of the folder")
                .report(diagnostics));
        }
        // All of it is asked for before anything is decided, so that all complaints are made at once.
        let mut required = Required::new("the rule", self.head, diagnostics);
        let id = required.get(&keys::ID, &self.id);
        let name = required.get(&keys::NAME, &self.name);
        let severity = required.get(&keys::SEVERITY, &self.severity);
        let query = required.get(&keys::QUERY, &self.query);
        let schedule = match self.kind {
            RuleKind::Scheduled => self.schedule(&mut required).map(Some),
            RuleKind::Nrt => Ok(None),
        };
        let entity_mappings = all(self.entity_mappings.items(), |mapping| entity(mapping, diagnostics));
        let sentinel_entities_mappings = all(self.sentinel_entities_mappings.items(), |mapping| {
            let mut required = Required::new("the Sentinel entity mapping", mapping.span, diagnostics);
            let column = required.get(&keys::ENTITIES_COLUMN, &mapping.value)?;
            Ok(resource::SentinelEntityMapping { column_name: column.trim().to_owned() })
        });
        let alert_details_override = match self.alert_details_override.given() {
            Some(details) => alert_details(details, diagnostics).map(Some),
            None => Ok(None),
        };
        let incident_configuration = match self.incident_configuration.given() {
            Some(incidents) => incident_configuration(incidents).map(Some),
            None => Ok(None),
        };
        let tactics = words(&self.tactics);
        // Whatever is refused anywhere, a rule without it is another rule.
        if let Some(reported) = self.refused {
            return Err(reported);
        }
        Ok(ValidRule {
            id: id?.trim(),
            name: name?.trim(),
            description: self.description.text().unwrap_or_default(),
            severity: severity?.value,
            query: query?,
            schedule: schedule?,
            tactics: tactics?,
            techniques: once(self.relevant_techniques.items(), |text| text.trim().to_ascii_uppercase()),
            sub_techniques: once(self.sub_techniques.items(), |text| text.trim().to_ascii_uppercase()),
            entity_mappings: entity_mappings?,
            sentinel_entities_mappings: sentinel_entities_mappings?,
            custom_details: self
                .custom_details
                .items()
                .iter()
                .map(|(key, column)| (key.value.as_str(), column.trim()))
                .collect(),
            alert_details_override: alert_details_override?,
            aggregation_kind: self
                .event_grouping_settings
                .given()
                .and_then(|settings| settings.aggregation_kind.value()),
            incident_configuration: incident_configuration?,
            suppression_enabled: self.suppression_enabled.value().unwrap_or(false),
            suppression_duration: self.suppression_duration.value(),
            enabled: self.enabled.value().unwrap_or(true),
            alert_rule_template_name: self.alert_rule_template_name.text(),
            template_version: self.template_version.text(),
        })
    }

    fn schedule(&self, required: &mut Required<'_>) -> Result<Schedule, Reported> {
        let frequency = required.get(&keys::QUERY_FREQUENCY, &self.query_frequency);
        let period = required.get(&keys::QUERY_PERIOD, &self.query_period);
        let operator = required.get(&keys::TRIGGER_OPERATOR, &self.trigger_operator);
        let threshold = required.get(&keys::TRIGGER_THRESHOLD, &self.trigger_threshold);
        Ok(Schedule {
            frequency: frequency?.value,
            period: period?.value,
            operator: operator?.value,
            threshold: threshold?.value,
        })
    }

    /// Whether it is a query that is run by hand, which has no severity and no schedule. A rule that happens to lack all of
    /// them is rarer.
    pub fn is_hunting_query(&self) -> bool {
        self.query.given().is_some()
            && self.kind == RuleKind::Scheduled
            && self.refused.is_none()
            && !self.severity.is_there()
            && !self.query_frequency.is_there()
            && !self.query_period.is_there()
            && !self.trigger_operator.is_there()
            && !self.trigger_threshold.is_there()
    }
}

/// Each of a list, all of them asked before one that cannot be had counts.
fn all<T, U>(items: &[T], mut each: impl FnMut(&T) -> Result<U, Reported>) -> Result<Vec<U>, Reported> {
    let results: Vec<_> = items.iter().map(&mut each).collect();
    results.into_iter().collect()
}

/// Each value of a list once.
fn once<T, U: PartialEq>(items: &[T], each: impl Fn(&T) -> U) -> Vec<U> {
    let mut values = Vec::with_capacity(items.len());
    for value in items.iter().map(each) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// The words of a list, each once.
fn words<T: Copy + PartialEq>(list: &Field<Spanned<Vec<Listed<T>>>>) -> Result<Vec<T>, Reported> {
    let words: Vec<T> = list
        .items()
        .iter()
        .map(|word| word.as_ref().map(|word| word.value).map_err(|r| *r))
        .collect::<Result<_, _>>()?;
    Ok(once(&words, |word| *word))
}

fn entity(
    mapping: &Spanned<EntityMapping>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<resource::EntityMapping, Reported> {
    let mut required = Required::new("the entity mapping", mapping.span, diagnostics);
    let entity_type = required.get(&keys::ENTITY_TYPE, &mapping.entity_type);
    let fields = required.list(&keys::FIELD_MAPPINGS, &mapping.field_mappings);
    let fields = fields.and_then(|fields| all(fields, |field| field_mapping(field, diagnostics)));
    Ok(resource::EntityMapping {
        entity_type: entity_type?.value.as_str().to_owned(),
        field_mappings: fields?,
    })
}

fn field_mapping(
    field: &Spanned<FieldMapping>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<resource::FieldMapping, Reported> {
    let mut required = Required::new("the field mapping", field.span, diagnostics);
    let identifier = required.get(&keys::IDENTIFIER, &field.identifier);
    let column_name = required.get(&keys::COLUMN_NAME, &field.column_name);
    Ok(resource::FieldMapping {
        identifier: identifier?.trim().to_owned(),
        column_name: column_name?.trim().to_owned(),
    })
}

fn alert_details(
    details: &AlertDetailsOverride,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<resource::AlertDetailsOverride, Reported> {
    let owned = |field: &Field<Text>| field.text().map(str::to_owned);
    Ok(resource::AlertDetailsOverride {
        alert_display_name_format: owned(&details.alert_display_name_format),
        alert_description_format: owned(&details.alert_description_format),
        alert_tactics_column_name: owned(&details.alert_tactics_column_name),
        alert_severity_column_name: owned(&details.alert_severity_column_name),
        alert_dynamic_properties: all(details.alert_dynamic_properties.items(), |property| {
            dynamic_property(property, diagnostics)
        })?,
    })
}

fn dynamic_property(
    property: &Spanned<DynamicProperty>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<resource::AlertDynamicProperty, Reported> {
    let mut required = Required::new("the dynamic property", property.span, diagnostics);
    let alert_property = required.get(&keys::ALERT_PROPERTY, &property.alert_property);
    let value = required.get(&keys::VALUE, &property.value.value);
    Ok(resource::AlertDynamicProperty {
        alert_property: alert_property?.value,
        value: value?.trim().to_owned(),
    })
}

fn incident_configuration(
    incidents: &IncidentConfiguration,
) -> Result<resource::IncidentConfiguration, Reported> {
    Ok(resource::IncidentConfiguration {
        create_incident: incidents.create_incident.value().unwrap_or(true),
        grouping_configuration: match incidents.grouping.given() {
            Some(grouping) => Some(grouping_configuration(grouping)?),
            None => None,
        },
    })
}

fn grouping_configuration(grouping: &Grouping) -> Result<resource::GroupingConfiguration, Reported> {
    Ok(resource::GroupingConfiguration {
        enabled: grouping.enabled.value().unwrap_or(false),
        reopen_closed_incident: grouping.reopen_closed_incident.value().unwrap_or(false),
        lookback_duration: grouping.lookback_duration.value().unwrap_or(Duration::from_hours(5)),
        matching_method: grouping.matching_method.value().unwrap_or(resource::MatchingMethod::AllEntities),
        group_by_entities: words(&grouping.group_by_entities)?
            .into_iter()
            .map(|entity| entity.as_str().to_owned())
            .collect(),
        group_by_alert_details: words(&grouping.group_by_alert_details)?,
        group_by_custom_details: once(grouping.group_by_custom_details.items(), |text| {
            text.trim().to_owned()
        }),
    })
}
