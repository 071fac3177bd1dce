//! An analytics rule in the Azure-Sentinel YAML format.

use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::{Node, Reader, Value, WRONG_SHAPE};

/// An analytics rule as it was written.
///
/// The fields are those of the Azure-Sentinel repository's format and the deploy-time fields that its users add.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalyticsRule {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Keys whose values had the wrong shape or cannot be read, so that they are absent here without being missing.
    pub misread: Vec<&'static str>,
    /// The resource name.
    pub id: Option<Text>,
    /// The display name; `displayName` counts where `name` is absent.
    pub name: Option<Text>,
    /// `Scheduled` or `NRT`; absent means Scheduled.
    pub kind: Option<Text>,
    /// What the rule finds.
    pub description: Option<Text>,
    /// A severity's name.
    pub severity: Option<Text>,
    /// Free text of the content catalogue, such as `Available`; not deployed.
    pub status: Option<Text>,
    /// The connectors that fill the rule's tables; not deployed.
    pub required_data_connectors: Option<Spanned<Vec<Spanned<DataConnector>>>>,
    /// A duration.
    pub query_frequency: Option<Text>,
    /// A duration.
    pub query_period: Option<Text>,
    /// `gt`, `lt`, `eq`, `ne` or the API's word.
    pub trigger_operator: Option<Text>,
    /// A number of results.
    pub trigger_threshold: Option<Spanned<i64>>,
    /// ATT&CK tactics.
    pub tactics: Option<Spanned<Vec<Text>>>,
    /// ATT&CK techniques and sub-techniques; `techniques` counts as well.
    pub relevant_techniques: Option<Spanned<Vec<Text>>>,
    /// Sub-techniques where they are kept apart, as exports do.
    pub sub_techniques: Option<Spanned<Vec<Text>>>,
    /// The KQL.
    pub query: Option<Text>,
    /// Entities of the alert.
    pub entity_mappings: Option<Spanned<Vec<Spanned<EntityMapping>>>>,
    /// Columns that hold entities as Sentinel writes them.
    pub sentinel_entities_mappings: Option<Spanned<Vec<Spanned<Option<Text>>>>>,
    /// Key and column, in the file's order.
    pub custom_details: Option<Spanned<Vec<CustomDetail>>>,
    /// How columns set parts of the alert.
    pub alert_details_override: Option<Spanned<AlertDetailsOverride>>,
    /// How results become alerts.
    pub event_grouping_settings: Option<Spanned<EventGrouping>>,
    /// Whether and how alerts become incidents.
    pub incident_configuration: Option<Spanned<IncidentConfiguration>>,
    /// Whether an alert silences the rule for a time.
    pub suppression_enabled: Option<Spanned<bool>>,
    /// A duration.
    pub suppression_duration: Option<Text>,
    /// Whether the rule runs; absent means that it does.
    pub enabled: Option<Spanned<bool>>,
    /// The version of the rule file, X.Y.Z.
    pub version: Option<Text>,
    /// The template that the rule was made from.
    pub alert_rule_template_name: Option<Text>,
    /// The version of that template.
    pub template_version: Option<Text>,
}

/// A custom detail: its key and the column that it shows.
pub type CustomDetail = (Spanned<String>, Text);

/// A connector and its tables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataConnector {
    /// The connector's id, as `AzureActiveDirectory`.
    pub connector_id: Option<Text>,
    /// Its data types, mostly table names.
    pub data_types: Option<Spanned<Vec<Text>>>,
}

/// An entity of the alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityMapping {
    /// An entity type's name.
    pub entity_type: Option<Text>,
    /// What identifies it.
    pub field_mappings: Option<Spanned<Vec<Spanned<FieldMapping>>>>,
    /// The keys whose values had the wrong shape or cannot be read, which is reported where they are read.
    pub misread: Vec<&'static str>,
}

/// A column that identifies an entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldMapping {
    /// An identifier's name.
    pub identifier: Option<Text>,
    /// A column of the query's result.
    pub column_name: Option<Text>,
    /// The keys whose values had the wrong shape or cannot be read, which is reported where they are read.
    pub misread: Vec<&'static str>,
}

/// How columns set parts of the alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertDetailsOverride {
    /// Text with `{{Column}}`.
    pub alert_display_name_format: Option<Text>,
    /// Text with `{{Column}}`.
    pub alert_description_format: Option<Text>,
    /// A column.
    pub alert_tactics_column_name: Option<Text>,
    /// A column.
    pub alert_severity_column_name: Option<Text>,
    /// Further properties.
    pub alert_dynamic_properties: Option<Spanned<Vec<Spanned<DynamicProperty>>>>,
}

/// A property of the alert that a column sets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DynamicProperty {
    /// The property's name.
    pub alert_property: Option<Text>,
    /// A column.
    pub value: Option<Text>,
    /// The keys whose values had the wrong shape or cannot be read, which is reported where they are read.
    pub misread: Vec<&'static str>,
}

/// How results become alerts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventGrouping {
    /// `SingleAlert` or `AlertPerResult`.
    pub aggregation_kind: Option<Text>,
}

/// Whether and how alerts become incidents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncidentConfiguration {
    /// Whether an alert becomes an incident.
    pub create_incident: Option<Spanned<bool>>,
    /// Which alerts become one incident.
    pub grouping: Option<Spanned<Grouping>>,
}

/// Which alerts become one incident.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grouping {
    /// Whether alerts are grouped at all.
    pub enabled: Option<Spanned<bool>>,
    /// Whether a closed incident is opened again.
    pub reopen_closed_incident: Option<Spanned<bool>>,
    /// A duration.
    pub lookback_duration: Option<Text>,
    /// A matching method's name.
    pub matching_method: Option<Text>,
    /// Entity types.
    pub group_by_entities: Option<Spanned<Vec<Text>>>,
    /// `DisplayName`, `Severity`.
    pub group_by_alert_details: Option<Spanned<Vec<Text>>>,
    /// Keys of the custom details.
    pub group_by_custom_details: Option<Spanned<Vec<Text>>>,
}

impl AnalyticsRule {
    /// Reads a mapping as a rule.
    pub(super) fn read(file: FileId, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut rule = Self::empty(file, node.span);
        let Some(mut r) = Reader::new("an analytics rule", node, diagnostics) else { return rule };
        rule.id = r.name("id");
        rule.name = r.text("name").or(r.text("displayName"));
        rule.kind = r.text("kind");
        rule.description = r.text("description");
        rule.severity = r.text("severity");
        rule.status = r.text("status");
        rule.required_data_connectors = connectors(&mut r, diagnostics);
        rule.query_frequency = r.text("queryFrequency");
        rule.query_period = r.text("queryPeriod");
        rule.trigger_operator = r.text("triggerOperator");
        rule.trigger_threshold = r.integer("triggerThreshold");
        rule.tactics = r.texts("tactics");
        let (relevant, techniques) = (r.texts("relevantTechniques"), r.texts("techniques"));
        rule.relevant_techniques = match relevant {
            Some(relevant) if !relevant.is_empty() => Some(relevant),
            relevant => techniques.or(relevant),
        };
        rule.sub_techniques = r.texts("subTechniques");
        rule.query = r.text("query");
        rule.entity_mappings =
            r.mappings("entityMappings", "an entity mapping", diagnostics, |r, diagnostics| EntityMapping {
                entity_type: r.text("entityType"),
                field_mappings: r.mappings("fieldMappings", "a field mapping", diagnostics, |r, _| {
                    FieldMapping {
                        identifier: r.text("identifier"),
                        column_name: r.text("columnName"),
                        misread: r.misread_keys().to_vec(),
                    }
                }),
                misread: r.misread_keys().to_vec(),
            });
        rule.sentinel_entities_mappings =
            r.mappings("sentinelEntitiesMappings", "a Sentinel entity mapping", diagnostics, |r, _| {
                r.text("columnName")
            });
        rule.custom_details = custom_details(&mut r, diagnostics);
        rule.alert_details_override =
            r.mapping("alertDetailsOverride", "alertDetailsOverride", diagnostics, alert_details_override);
        rule.event_grouping_settings =
            r.mapping("eventGroupingSettings", "eventGroupingSettings", diagnostics, |r, _| EventGrouping {
                aggregation_kind: r.text("aggregationKind"),
            });
        rule.incident_configuration =
            r.mapping("incidentConfiguration", "incidentConfiguration", diagnostics, incident_configuration);
        rule.suppression_enabled = r.flag("suppressionEnabled");
        rule.suppression_duration = r.text("suppressionDuration");
        rule.enabled = r.flag("enabled");
        rule.version = r.text("version");
        rule.alert_rule_template_name = r.text("alertRuleTemplateName");
        rule.template_version = r.text("templateVersion");
        // Free-form words of the content catalogue, which are not deployed.
        for key in ["tags", "metadata", "author", "customVersion"] {
            r.entry(key);
        }
        rule.misread = r.misread_keys().to_vec();
        r.finish(diagnostics);
        rule
    }

    fn empty(file: FileId, span: Span) -> Self {
        Self {
            file,
            span,
            misread: Vec::new(),
            id: None,
            name: None,
            kind: None,
            description: None,
            severity: None,
            status: None,
            required_data_connectors: None,
            query_frequency: None,
            query_period: None,
            trigger_operator: None,
            trigger_threshold: None,
            tactics: None,
            relevant_techniques: None,
            sub_techniques: None,
            query: None,
            entity_mappings: None,
            sentinel_entities_mappings: None,
            custom_details: None,
            alert_details_override: None,
            event_grouping_settings: None,
            incident_configuration: None,
            suppression_enabled: None,
            suppression_duration: None,
            enabled: None,
            version: None,
            alert_rule_template_name: None,
            template_version: None,
        }
    }
}

fn connectors(
    r: &mut Reader<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Spanned<Vec<Spanned<DataConnector>>>> {
    let read = |r: &mut Reader<'_>, _: &mut Vec<Diagnostic>| DataConnector {
        connector_id: r.text("connectorId"),
        data_types: r.texts("dataTypes"),
    };
    // Some published files write the only connector as a mapping instead of a list of one.
    if matches!(r.node("requiredDataConnectors")?.value, Value::Mapping(_)) {
        let one = r.mapping("requiredDataConnectors", "a data connector", diagnostics, read)?;
        let span = one.span;
        return Some(Spanned::new(vec![one], span));
    }
    r.mappings("requiredDataConnectors", "a data connector", diagnostics, read)
}

fn custom_details(
    r: &mut Reader<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Spanned<Vec<CustomDetail>>> {
    let node = r.node("customDetails")?;
    let inner = Reader::new("customDetails", node, diagnostics)?;
    let Value::Mapping(entries) = &node.value else { return None };
    let mut details = Vec::with_capacity(entries.len());
    for entry in entries {
        match &entry.value.value {
            Value::Scalar(_) if !entry.value.is_null() => {
                let text = Text::of(&entry.value);
                details.extend(text.map(|text| (Spanned::new(entry.key.clone(), entry.key_span), text)));
            }
            Value::Unreadable(_) => {}
            _ => diagnostics.push(
                Diagnostic::new(
                    &WRONG_SHAPE,
                    entry.key_span,
                    format!("`{}` is the name of a column, not {}", entry.key, entry.value.describe()),
                )
                .label("expected the name of a column"),
            ),
        }
    }
    Some(Spanned::new(details, inner.span()))
}

fn alert_details_override(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> AlertDetailsOverride {
    AlertDetailsOverride {
        alert_display_name_format: r.text("alertDisplayNameFormat"),
        alert_description_format: r.text("alertDescriptionFormat"),
        alert_tactics_column_name: r.text("alertTacticsColumnName"),
        alert_severity_column_name: r.text("alertSeverityColumnName"),
        alert_dynamic_properties: r.mappings(
            "alertDynamicProperties",
            "a dynamic property",
            diagnostics,
            |r, _| DynamicProperty {
                alert_property: r.text("alertProperty"),
                value: r.text("value"),
                misread: r.misread_keys().to_vec(),
            },
        ),
    }
}

fn incident_configuration(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> IncidentConfiguration {
    IncidentConfiguration {
        create_incident: r.flag("createIncident"),
        grouping: r.mapping("groupingConfiguration", "groupingConfiguration", diagnostics, |r, _| Grouping {
            enabled: r.flag("enabled"),
            reopen_closed_incident: r.flag("reopenClosedIncident"),
            lookback_duration: r.text("lookbackDuration"),
            matching_method: r.text("matchingMethod"),
            group_by_entities: r.texts("groupByEntities"),
            group_by_alert_details: r.texts("groupByAlertDetails"),
            group_by_custom_details: r.texts("groupByCustomDetails"),
        }),
    }
}
