//! The keys of a rule file.

use crate::document::key::{Holds, Key, Needed, Place, Words, keys};
use crate::resource::{
    AggregationKind, AlertDetail, AlertProperty, EntityType, MatchingMethod, Severity, Tactic,
    TriggerOperator,
};

const KINDS: Words = Words { what: "a kind of rule", all: || vec!["Scheduled", "NRT"] };

keys! {
    /// The keys of an analytics rule.
    RULE = "an analytics rule" {
        ID = Key::new("id", Holds::Text, "letters, digits, `.`, `_`, `-`, up to 250 of them; a GUID is customary; compared without case")
            .needed(Needed::Always, "a new GUID, which then never changes")
            .to(Place::Name);
        NAME = Key::new("name", Holds::Text, "up to 256 characters")
            .or(&["displayName"])
            .needed(Needed::Always, "")
            .to(Place::Property("displayName"));
        KIND = Key::new("kind", Holds::Word(KINDS), "`Scheduled`, `NRT`")
            .to(Place::Body("kind"))
            .note("; Scheduled");
        DESCRIPTION = Key::new("description", Holds::Text, "up to 5,000 characters; quotation marks `'…'` around the whole text are taken off; left out, a warning")
            .deployed()
            .note("; an empty text");
        SEVERITY = Key::new("severity", Holds::Word(Words::of::<Severity>()), "`High`, `Medium`, `Low`, `Informational`")
            .needed(Needed::Always, "High, Medium, Low or Informational")
            .deployed();
        QUERY = Key::new("query", Holds::Text, "KQL of 1 to 10,000 characters without `search *` and `union *`")
            .needed(Needed::Always, "")
            .deployed()
            .note(", lines ended by LF, spaces at the end taken off");
        QUERY_FREQUENCY = Key::new("queryFrequency", Holds::Duration, "a duration, 5 minutes to 14 days")
            .needed(Needed::Scheduled, "a duration such as 1h")
            .deployed();
        QUERY_PERIOD = Key::new("queryPeriod", Holds::Duration, "a duration, 5 minutes to 14 days, at least `queryFrequency`; from 2 days on, `queryFrequency` is at least an hour")
            .needed(Needed::Scheduled, "a duration such as 1h")
            .deployed();
        TRIGGER_OPERATOR = Key::new("triggerOperator", Holds::Word(Words::of::<TriggerOperator>()), "`gt`, `lt`, `eq`, `ne`, or `GreaterThan`, `LessThan`, `Equal`, `NotEqual`")
            .needed(Needed::Scheduled, "gt, lt, eq or ne")
            .deployed();
        TRIGGER_THRESHOLD = Key::new("triggerThreshold", Holds::Integer, "a whole number, 0 to 10,000")
            .needed(Needed::Scheduled, "a number such as 0")
            .deployed();
        TACTICS = Key::new("tactics", Holds::Words(Words::of::<Tactic>()), "a list of ATT&CK tactics").deployed();
        RELEVANT_TECHNIQUES = Key::new("relevantTechniques", Holds::Texts, "a list of `T####` and `T####.###`; one of a technique's tactics is in `tactics`")
            .or(&["techniques"])
            .to(Place::Property("techniques"))
            .note(", and `subTechniques` for those with a dot; the technique of each sub-technique is added");
        SUB_TECHNIQUES = Key::new("subTechniques", Holds::Texts, "a list of `T####.###`, where they are kept apart").deployed();
        ENTITY_MAPPINGS = Key::new("entityMappings", Holds::Mappings(&ENTITY_MAPPING), "up to 10, each an `entityType` and 1 to 3 `fieldMappings` of `identifier` and `columnName`")
            .deployed();
        SENTINEL_ENTITIES_MAPPINGS = Key::new("sentinelEntitiesMappings", Holds::Mappings(&SENTINEL_ENTITIES), "a list of `columnName`; counts towards the 10")
            .deployed();
        CUSTOM_DETAILS = Key::new("customDetails", Holds::Named, "up to 20; the name of at most 20 characters, and a column").deployed();
        ALERT_DETAILS_OVERRIDE = Key::new("alertDetailsOverride", Holds::Mapping(&ALERT_DETAILS), "see below").deployed();
        EVENT_GROUPING_SETTINGS = Key::new("eventGroupingSettings", Holds::Mapping(&EVENT_GROUPING), "`aggregationKind`: `SingleAlert` or `AlertPerResult`")
            .deployed()
            .note("; not sent, the service takes SingleAlert");
        INCIDENT_CONFIGURATION = Key::new("incidentConfiguration", Holds::Mapping(&INCIDENTS), "see below")
            .deployed()
            .note("; not sent, the service makes an incident of each alert");
        SUPPRESSION_ENABLED = Key::new("suppressionEnabled", Holds::Flag, "`true` or `false`").deployed().note("; false");
        SUPPRESSION_DURATION = Key::new("suppressionDuration", Holds::Duration, "a duration, 5 minutes to 24 hours, at least `queryFrequency` while suppression is on")
            .deployed()
            .note("; PT5H, or `queryFrequency` where suppression is on and that is longer");
        ENABLED = Key::new("enabled", Holds::Flag, "`true` or `false`").deployed().note("; true");
        ALERT_RULE_TEMPLATE_NAME = Key::new("alertRuleTemplateName", Holds::Text, "the template that the rule was made from").deployed();
        TEMPLATE_VERSION = Key::new("templateVersion", Holds::Text, "`X.Y.Z`; only together with `alertRuleTemplateName`").deployed();
        VERSION = Key::new("version", Holds::Text, "`X.Y.Z` of the file; anything else is a warning");
        REQUIRED_DATA_CONNECTORS = Key::new("requiredDataConnectors", Holds::Mappings(&DATA_CONNECTOR), "a list of `connectorId` and `dataTypes`, or one of them");
        STATUS = Key::new("status", Holds::Text, "a word of the content catalogue, such as `Available`");
        TAGS = Key::new("tags", Holds::Anything, "anything");
        METADATA = Key::new("metadata", Holds::Anything, "anything");
        AUTHOR = Key::new("author", Holds::Anything, "anything");
        CUSTOM_VERSION = Key::new("customVersion", Holds::Anything, "anything");
    }
}

keys! {
    /// The keys of an entry of `entityMappings`.
    ENTITY_MAPPING = "an entity mapping" {
        ENTITY_TYPE = Key::new("entityType", Holds::Word(Words::of::<EntityType>()), "a type of entity")
            .needed(Needed::Always, "")
            .deployed();
        FIELD_MAPPINGS = Key::new("fieldMappings", Holds::Mappings(&FIELD_MAPPING), "1 to 3 of `identifier` and `columnName`")
            .needed(Needed::Always, "")
            .deployed();
    }
}

keys! {
    /// The keys of an entry of `fieldMappings`.
    FIELD_MAPPING = "a field mapping" {
        IDENTIFIER = Key::new("identifier", Holds::Text, "an identifier of the entity's type")
            .needed(Needed::Always, "")
            .deployed();
        COLUMN_NAME = Key::new("columnName", Holds::Text, "a column of the query's result")
            .needed(Needed::Always, "")
            .deployed();
    }
}

keys! {
    /// The keys of an entry of `sentinelEntitiesMappings`.
    SENTINEL_ENTITIES = "a Sentinel entity mapping" {
        ENTITIES_COLUMN = Key::new("columnName", Holds::Text, "a column of the query's result")
            .needed(Needed::Always, "")
            .deployed();
    }
}

keys! {
    /// The keys of `alertDetailsOverride`.
    ALERT_DETAILS = "alertDetailsOverride" {
        ALERT_DISPLAY_NAME_FORMAT = Key::new("alertDisplayNameFormat", Holds::Text, "up to 256 characters, up to 3 placeholders `{{Column}}`").deployed();
        ALERT_DESCRIPTION_FORMAT = Key::new("alertDescriptionFormat", Holds::Text, "up to 5,000 characters, up to 3 placeholders").deployed();
        ALERT_TACTICS_COLUMN_NAME = Key::new("alertTacticsColumnName", Holds::Text, "a column").deployed();
        ALERT_SEVERITY_COLUMN_NAME = Key::new("alertSeverityColumnName", Holds::Text, "a column").deployed();
        ALERT_DYNAMIC_PROPERTIES = Key::new("alertDynamicProperties", Holds::Mappings(&DYNAMIC_PROPERTY), "a list of `alertProperty` (`AlertLink`, `ConfidenceLevel`, `ConfidenceScore`, `ExtendedLinks`, `ProductComponentName`, `ProductName`, `ProviderName`, `RemediationSteps`, `Techniques`, `SubTechniques`) and `value`, a column").deployed();
    }
}

keys! {
    /// The keys of an entry of `alertDynamicProperties`.
    DYNAMIC_PROPERTY = "a dynamic property" {
        ALERT_PROPERTY = Key::new("alertProperty", Holds::Word(Words::of::<AlertProperty>()), "a property of the alert")
            .needed(Needed::Always, "")
            .deployed();
        VALUE = Key::new("value", Holds::Text, "a column").needed(Needed::Always, "").deployed();
    }
}

keys! {
    /// The keys of `eventGroupingSettings`.
    EVENT_GROUPING = "eventGroupingSettings" {
        AGGREGATION_KIND = Key::new("aggregationKind", Holds::Word(Words::of::<AggregationKind>()), "`SingleAlert` or `AlertPerResult`").deployed();
    }
}

keys! {
    /// The keys of `incidentConfiguration`.
    INCIDENTS = "incidentConfiguration" {
        CREATE_INCIDENT = Key::new("createIncident", Holds::Flag, "`true` or `false`").deployed().note("; true");
        GROUPING_CONFIGURATION = Key::new("groupingConfiguration", Holds::Mapping(&GROUPING), "the keys below")
            .deployed()
            .note("; not sent, alerts are not grouped");
    }
}

keys! {
    /// The keys of `groupingConfiguration`.
    GROUPING = "groupingConfiguration" {
        GROUPING_ENABLED = Key::new("enabled", Holds::Flag, "`true` or `false`").deployed().note("; false");
        REOPEN_CLOSED_INCIDENT = Key::new("reopenClosedIncident", Holds::Flag, "`true` or `false`").deployed().note("; false");
        LOOKBACK_DURATION = Key::new("lookbackDuration", Holds::Duration, "a duration, 5 minutes to 7 days").deployed().note("; PT5H");
        MATCHING_METHOD = Key::new("matchingMethod", Holds::Word(Words::of::<MatchingMethod>()), "`AllEntities`, `AnyAlert`, `Selected`")
            .deployed()
            .note("; AllEntities");
        GROUP_BY_ENTITIES = Key::new("groupByEntities", Holds::Words(Words::of::<EntityType>()), "entity types that the rule maps").deployed();
        GROUP_BY_ALERT_DETAILS = Key::new("groupByAlertDetails", Holds::Words(Words::of::<AlertDetail>()), "`DisplayName`, `Severity`").deployed();
        GROUP_BY_CUSTOM_DETAILS = Key::new("groupByCustomDetails", Holds::Texts, "names of the rule's custom details").deployed();
    }
}

keys! {
    /// The keys of an entry of `requiredDataConnectors`.
    DATA_CONNECTOR = "a data connector" {
        CONNECTOR_ID = Key::new("connectorId", Holds::Text, "the connector's id, such as `AzureActiveDirectory`");
        DATA_TYPES = Key::new("dataTypes", Holds::Texts, "the tables that it fills");
    }
}
