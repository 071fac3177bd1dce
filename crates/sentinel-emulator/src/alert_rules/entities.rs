//! Entity mappings: which entity types there are, what identifies an entity, and what a mapping must hold.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::details::{LONGEST_COLUMN, is_column_name};
use super::validation::{Violation, length, objects, text};

const MOST_MAPPINGS: usize = 10;
const MOST_FIELDS: usize = 3;

/// Checks `entityMappings` and `sentinelEntitiesMappings`.
pub(super) fn check(properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let mapped = objects(properties, "entityMappings").count();
    let whole = objects(properties, "sentinelEntitiesMappings").count();
    if properties.contains_key("entityMappings") {
        check_length("EntityMappings", mapped, MOST_MAPPINGS, violations);
    }
    if properties.contains_key("sentinelEntitiesMappings") {
        check_length("SentinelEntitiesMappings", whole, MOST_MAPPINGS, violations);
    }
    if mapped <= MOST_MAPPINGS && whole <= MOST_MAPPINGS && mapped + whole > MOST_MAPPINGS {
        violations.push(Violation::of_rule(format!(
            "Invalid length of '{}' for 'EntityMappings' and 'SentinelEntitiesMappings'. Together their length should be at most '{MOST_MAPPINGS}'",
            mapped + whole
        )));
    }
    for mapping in objects(properties, "entityMappings") {
        check_mapping(mapping, violations);
    }
    for mapping in objects(properties, "sentinelEntitiesMappings") {
        check_column(mapping, "sentinelEntitiesMappings", violations);
    }
}

fn check_length(what: &str, count: usize, most: usize, violations: &mut Vec<Violation>) {
    if !(1..=most).contains(&count) {
        violations.push(Violation::of(
            "entityMappings",
            format!(
                "Invalid length of '{count}' for '{what}'. '{what}' length should be between '1' and '{most}'"
            ),
        ));
    }
}

fn check_mapping(mapping: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let fields = || objects(mapping, "fieldMappings");
    check_length("FieldMappings", fields().count(), MOST_FIELDS, violations);
    let name = text(mapping, "entityType").unwrap_or_default();
    let Some(entity) = ENTITY_TYPES.iter().find(|entity| entity.name == name) else {
        return;
    };
    let mut given = BTreeSet::new();
    for field in fields() {
        let identifier = text(field, "identifier").unwrap_or_default();
        if !entity.identifiers.contains(&identifier) {
            let valid = entity.identifiers.join(", ");
            violations.push(Violation::of(
                "entityMappings",
                format!("Invalid identifier '{identifier}' for entity type '{name}' encountered. Valid identifiers are: [{valid}]"),
            ));
        } else if !given.insert(identifier) {
            violations.push(Violation::of(
                "entityMappings",
                format!("Identifier '{identifier}' is defined multiple times. Identifiers used in 'EntityMappings' must be unique."),
            ));
        }
        check_column(field, "entityMappings", violations);
    }
    if !entity.required.iter().any(|set| set.iter().all(|identifier| given.contains(identifier))) {
        let sets: Vec<String> = entity.required.iter().map(|set| set.join(", ")).collect();
        violations.push(Violation::of(
            "entityMappings",
            format!(
                "Missing required identifiers in 'EntityMappings' for type '{name}'. Required identifiers are one of the following combinations: {}",
                sets.join(" | ")
            ),
        ));
    }
}

fn check_column(field: &Map<String, Value>, member: &'static str, violations: &mut Vec<Violation>) {
    let column = text(field, "columnName").unwrap_or_default();
    if length(column) > LONGEST_COLUMN {
        violations.push(Violation::of(
            member,
            format!("Maximum length of ColumnName '{column}' exceeded. ColumnName length should be less than or equal to {LONGEST_COLUMN}."),
        ));
    }
    if !is_column_name(column) {
        violations.push(Violation::of(
            member,
            format!("The ColumnName '{column}' is invalid. The value must start with a letter or underscore, and contain only alphanumeric English characters."),
        ));
    }
}

/// A type of entity, its identifiers, and the sets of them of which a mapping must hold one.
struct EntityType {
    name: &'static str,
    identifiers: &'static [&'static str],
    required: &'static [&'static [&'static str]],
}

/// From the service's contract for entity mappings; `IP.AddressScope` is from the documentation.
const ENTITY_TYPES: &[EntityType] = &[
    EntityType {
        name: "Account",
        identifiers: &[
            "Name",
            "FullName",
            "NTDomain",
            "DnsDomain",
            "UPNSuffix",
            "Sid",
            "AadTenantId",
            "AadUserId",
            "PUID",
            "IsDomainJoined",
            "DisplayName",
            "ObjectGuid",
        ],
        required: &[&["FullName"], &["Sid"], &["Name"], &["AadUserId"], &["PUID"], &["ObjectGuid"]],
    },
    EntityType { name: "AzureResource", identifiers: &["ResourceId"], required: &[&["ResourceId"]] },
    EntityType {
        name: "CloudApplication",
        identifiers: &["AppId", "Name", "InstanceName"],
        required: &[&["AppId"], &["Name"]],
    },
    EntityType { name: "DNS", identifiers: &["DomainName"], required: &[&["DomainName"]] },
    EntityType { name: "File", identifiers: &["Directory", "Name"], required: &[&["Name"]] },
    EntityType {
        name: "FileHash",
        identifiers: &["Algorithm", "Value"],
        required: &[&["Algorithm", "Value"]],
    },
    EntityType {
        name: "Host",
        identifiers: &[
            "DnsDomain",
            "NTDomain",
            "HostName",
            "FullName",
            "NetBiosName",
            "AzureID",
            "OMSAgentID",
            "OSFamily",
            "OSVersion",
            "IsDomainJoined",
        ],
        required: &[&["FullName"], &["HostName"], &["NetBiosName"], &["AzureID"], &["OMSAgentID"]],
    },
    EntityType { name: "IP", identifiers: &["Address", "AddressScope"], required: &[&["Address"]] },
    EntityType {
        name: "Mailbox",
        identifiers: &[
            "MailboxPrimaryAddress",
            "DisplayName",
            "Upn",
            "ExternalDirectoryObjectId",
            "RiskLevel",
        ],
        required: &[&["MailboxPrimaryAddress"]],
    },
    EntityType {
        name: "MailCluster",
        identifiers: &[
            "NetworkMessageIds",
            "CountByDeliveryStatus",
            "CountByThreatType",
            "CountByProtectionStatus",
            "Threats",
            "Query",
            "QueryTime",
            "MailCount",
            "IsVolumeAnomaly",
            "Source",
            "ClusterSourceIdentifier",
            "ClusterSourceType",
            "ClusterQueryStartTime",
            "ClusterQueryEndTime",
            "ClusterGroup",
        ],
        required: &[&["Query"], &["Source"]],
    },
    EntityType {
        name: "MailMessage",
        identifiers: &[
            "Recipient",
            "Urls",
            "Threats",
            "Sender",
            "P1Sender",
            "P1SenderDisplayName",
            "P1SenderDomain",
            "SenderIP",
            "P2Sender",
            "P2SenderDisplayName",
            "P2SenderDomain",
            "ReceivedDate",
            "NetworkMessageId",
            "InternetMessageId",
            "Subject",
            "BodyFingerprintBin1",
            "BodyFingerprintBin2",
            "BodyFingerprintBin3",
            "BodyFingerprintBin4",
            "BodyFingerprintBin5",
            "AntispamDirection",
            "DeliveryAction",
            "DeliveryLocation",
            "Language",
            "ThreatDetectionMethods",
        ],
        required: &[&["NetworkMessageId"], &["Recipient"]],
    },
    EntityType { name: "Malware", identifiers: &["Name", "Category"], required: &[&["Name"]] },
    EntityType {
        name: "Process",
        identifiers: &["ProcessId", "CommandLine", "ElevationToken", "CreationTimeUtc"],
        required: &[&["CommandLine"], &["ProcessId"]],
    },
    EntityType { name: "RegistryKey", identifiers: &["Hive", "Key"], required: &[&["Key"], &["Hive"]] },
    EntityType {
        name: "RegistryValue",
        identifiers: &["Name", "Value", "ValueType"],
        required: &[&["Name"]],
    },
    EntityType {
        name: "SecurityGroup",
        identifiers: &["DistinguishedName", "SID", "ObjectGuid"],
        required: &[&["DistinguishedName"], &["SID"], &["ObjectGuid"]],
    },
    EntityType {
        name: "SubmissionMail",
        identifiers: &[
            "NetworkMessageId",
            "Timestamp",
            "Recipient",
            "Sender",
            "SenderIp",
            "Subject",
            "ReportType",
            "SubmissionId",
            "SubmissionDate",
            "Submitter",
        ],
        required: &[&["SubmissionId"], &["NetworkMessageId"], &["Recipient"], &["Submitter"]],
    },
    EntityType { name: "URL", identifiers: &["Url"], required: &[&["Url"]] },
];
