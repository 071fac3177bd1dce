//! The properties of each kind of rule, in the order in which the service shows them.

use crate::contract::Field;
use crate::contract::Shape::{
    AnyArray, Duration, Flag, Integer, ManyOf, Object, Objects, OneOf, Text, TextMap, Texts,
};

/// One kind of rule.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Whether only preview versions know it.
    pub(crate) preview: bool,
    pub(crate) fields: &'static [Field],
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Every kind that there is.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "Scheduled", preview: false, fields: SCHEDULED },
    Kind { name: "NRT", preview: true, fields: NRT },
    Kind { name: "MicrosoftSecurityIncidentCreation", preview: false, fields: INCIDENT_CREATION },
    Kind { name: "Fusion", preview: false, fields: FUSION },
    Kind { name: "MLBehaviorAnalytics", preview: true, fields: MACHINE_LEARNING },
    Kind { name: "ThreatIntelligence", preview: true, fields: THREAT_INTELLIGENCE },
];

/// The properties of a scheduled rule that an NRT rule does not have.
pub(crate) const SCHEDULE: &[&str] =
    &["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"];

const INCIDENT: Field = Field::new("incidentConfiguration", Object(INCIDENT_CONFIGURATION));
const SEVERITY: Field = Field::new("severity", OneOf(SEVERITIES)).required();
const QUERY: Field = Field::new("query", Text).required();
const SUPPRESSION_DURATION: Field = Field::new("suppressionDuration", Duration).required();
const SUPPRESSION_ENABLED: Field = Field::new("suppressionEnabled", Flag).required();
const EVENT_GROUPING: Field = Field::new("eventGroupingSettings", Object(EVENT_GROUPING_SETTINGS));
const CUSTOM_DETAILS: Field = Field::new("customDetails", TextMap);
const ENTITY_MAPPINGS: Field = Field::new("entityMappings", Objects(ENTITY_MAPPING));
const OVERRIDE: Field = Field::new("alertDetailsOverride", Object(ALERT_DETAILS_OVERRIDE));
const SENTINEL_ENTITIES: Field =
    Field::new("sentinelEntitiesMappings", Objects(SENTINEL_ENTITY_MAPPING)).preview();
const TACTICS_FIELD: Field = Field::new("tactics", ManyOf(TACTICS)).nullable();
const TECHNIQUES: Field = Field::new("techniques", Texts).nullable();
const SUB_TECHNIQUES: Field = Field::new("subTechniques", Texts).nullable().preview();
const DISPLAY_NAME: Field = Field::new("displayName", Text).required();
const ENABLED: Field = Field::new("enabled", Flag).required();
const DESCRIPTION: Field = Field::new("description", Text).nullable();
const TEMPLATE: Field = Field::new("alertRuleTemplateName", Text).nullable();
const TEMPLATE_VERSION: Field = Field::new("templateVersion", Text);
const MODIFIED: Field = Field::new("lastModifiedUtc", Text).read_only();

const SCHEDULED: &[Field] = &[
    INCIDENT,
    Field::new("queryFrequency", Duration).required(),
    Field::new("queryPeriod", Duration).required(),
    Field::new("triggerOperator", OneOf(TRIGGER_OPERATORS)).required(),
    Field::new("triggerThreshold", Integer).required(),
    EVENT_GROUPING,
    SEVERITY,
    QUERY,
    SUPPRESSION_DURATION,
    SUPPRESSION_ENABLED,
    CUSTOM_DETAILS,
    ENTITY_MAPPINGS,
    OVERRIDE,
    SENTINEL_ENTITIES,
    TACTICS_FIELD,
    TECHNIQUES,
    SUB_TECHNIQUES,
    DISPLAY_NAME,
    ENABLED,
    DESCRIPTION,
    TEMPLATE,
    TEMPLATE_VERSION,
    MODIFIED,
];

const NRT: &[Field] = &[
    INCIDENT,
    EVENT_GROUPING,
    SEVERITY,
    QUERY,
    SUPPRESSION_DURATION,
    SUPPRESSION_ENABLED,
    CUSTOM_DETAILS,
    ENTITY_MAPPINGS,
    OVERRIDE,
    SENTINEL_ENTITIES,
    TACTICS_FIELD,
    TECHNIQUES,
    SUB_TECHNIQUES,
    DISPLAY_NAME,
    ENABLED,
    DESCRIPTION,
    TEMPLATE,
    TEMPLATE_VERSION,
    MODIFIED,
];

const INCIDENT_CREATION: &[Field] = &[
    Field::new("displayNamesFilter", Texts).nullable(),
    Field::new("displayNamesExcludeFilter", Texts).nullable(),
    Field::new("productFilter", OneOf(PRODUCTS)).required(),
    Field::new("severitiesFilter", ManyOf(SEVERITIES)).nullable(),
    DISPLAY_NAME,
    ENABLED,
    DESCRIPTION,
    TEMPLATE,
    MODIFIED,
];

const FUSION: &[Field] = &[
    Field::new("displayName", Text).read_only(),
    Field::new("description", Text).read_only(),
    Field::new("alertRuleTemplateName", Text).required(),
    Field::new("tactics", Texts).read_only(),
    Field::new("techniques", Texts).read_only(),
    Field::new("subTechniques", Texts).read_only().preview(),
    Field::new("severity", Text).read_only(),
    ENABLED,
    Field::new("sourceSettings", AnyArray),
    Field::new("scenarioExclusionPatterns", AnyArray),
    MODIFIED,
];

const MACHINE_LEARNING: &[Field] = &[
    Field::new("displayName", Text).read_only(),
    Field::new("description", Text).read_only(),
    Field::new("alertRuleTemplateName", Text).required(),
    Field::new("tactics", Texts).read_only(),
    Field::new("techniques", Texts).read_only(),
    Field::new("subTechniques", Texts).read_only().preview(),
    Field::new("severity", Text).read_only(),
    ENABLED,
    MODIFIED,
];

const THREAT_INTELLIGENCE: &[Field] = &[
    DISPLAY_NAME,
    Field::new("description", Text).read_only(),
    Field::new("alertRuleTemplateName", Text).required(),
    Field::new("tactics", Texts).read_only(),
    Field::new("techniques", Texts).read_only(),
    Field::new("subTechniques", Texts).read_only().preview(),
    Field::new("severity", Text).read_only(),
    ENABLED,
    MODIFIED,
];

const INCIDENT_CONFIGURATION: &[Field] = &[
    Field::new("createIncident", Flag).required(),
    Field::new("groupingConfiguration", Object(GROUPING_CONFIGURATION)).nullable(),
];

const GROUPING_CONFIGURATION: &[Field] = &[
    Field::new("enabled", Flag).required(),
    Field::new("reopenClosedIncident", Flag).required(),
    Field::new("lookbackDuration", Duration).required(),
    Field::new("matchingMethod", OneOf(&["AllEntities", "AnyAlert", "Selected"])).required(),
    Field::new("groupByEntities", ManyOf(ENTITY_TYPES)).nullable(),
    Field::new("groupByAlertDetails", ManyOf(&["DisplayName", "Severity"])).nullable(),
    Field::new("groupByCustomDetails", Texts).nullable(),
];

const EVENT_GROUPING_SETTINGS: &[Field] =
    &[Field::new("aggregationKind", OneOf(&["SingleAlert", "AlertPerResult"]))];

const ENTITY_MAPPING: &[Field] = &[
    Field::new("entityType", OneOf(ENTITY_TYPES)).required(),
    Field::new("fieldMappings", Objects(FIELD_MAPPING)).required(),
];

const FIELD_MAPPING: &[Field] =
    &[Field::new("identifier", Text).required(), Field::new("columnName", Text).required()];

const SENTINEL_ENTITY_MAPPING: &[Field] = &[Field::new("columnName", Text).required()];

const ALERT_DETAILS_OVERRIDE: &[Field] = &[
    Field::new("alertDisplayNameFormat", Text),
    Field::new("alertDescriptionFormat", Text),
    Field::new("alertTacticsColumnName", Text),
    Field::new("alertSeverityColumnName", Text),
    Field::new("alertDynamicProperties", Objects(DYNAMIC_PROPERTY)),
];

const DYNAMIC_PROPERTY: &[Field] =
    &[Field::new("alertProperty", OneOf(ALERT_PROPERTIES)).required(), Field::new("value", Text).required()];

const SEVERITIES: &[&str] = &["High", "Medium", "Low", "Informational"];

const TRIGGER_OPERATORS: &[&str] = &["GreaterThan", "LessThan", "Equal", "NotEqual"];

const ALERT_PROPERTIES: &[&str] = &[
    "AlertLink",
    "ConfidenceLevel",
    "ConfidenceScore",
    "ExtendedLinks",
    "ProductName",
    "ProviderName",
    "ProductComponentName",
    "RemediationSteps",
    "Techniques",
    "SubTechniques",
];

const TACTICS: &[&str] = &[
    "Reconnaissance",
    "ResourceDevelopment",
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "Exfiltration",
    "CommandAndControl",
    "Impact",
    "PreAttack",
    "ImpairProcessControl",
    "InhibitResponseFunction",
];

const ENTITY_TYPES: &[&str] = &[
    "Account",
    "Host",
    "IP",
    "Malware",
    "File",
    "Process",
    "CloudApplication",
    "DNS",
    "AzureResource",
    "FileHash",
    "RegistryKey",
    "RegistryValue",
    "SecurityGroup",
    "URL",
    "Mailbox",
    "MailCluster",
    "MailMessage",
    "SubmissionMail",
];

/// The names under which Microsoft's products are known here; later names are refused.
const PRODUCTS: &[&str] = &[
    "Microsoft Cloud App Security",
    "Azure Security Center",
    "Azure Advanced Threat Protection",
    "Azure Active Directory Identity Protection",
    "Azure Security Center for IoT",
    "Office 365 Advanced Threat Protection",
    "Microsoft Defender Advanced Threat Protection",
];
