//! The API's enumerations with their spellings.

use serde::{Serialize, Serializer};

/// How near a word came to the API's spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As the API writes it, case aside.
    Exact,
    /// Only once blanks, hyphens and underscores were left out, as in `Initial Access`.
    Loose,
}

fn squeezed(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase())
}

macro_rules! api_enum {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])+ $variant),+
        }

        impl $name {
            /// Every value, in the API's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The API's spelling.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// The value that a word means, and how near its spelling came.
            pub fn parse(word: &str) -> Option<(Self, Spelling)> {
                let word = word.trim();
                Self::ALL
                    .iter()
                    .find(|value| value.as_str().eq_ignore_ascii_case(word))
                    .map(|value| (*value, Spelling::Exact))
                    .or_else(|| {
                        Self::ALL
                            .iter()
                            .find(|value| squeezed(value.as_str()).eq(squeezed(word)))
                            .map(|value| (*value, Spelling::Loose))
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

api_enum! {
    /// How bad an alert is.
    Severity {
        /// High.
        High = "High",
        /// Medium.
        Medium = "Medium",
        /// Low.
        Low = "Low",
        /// Informational.
        Informational = "Informational",
    }
}

api_enum! {
    /// How the number of results is held against the threshold.
    TriggerOperator {
        /// `gt` in rule files.
        GreaterThan = "GreaterThan",
        /// `lt` in rule files.
        LessThan = "LessThan",
        /// `eq` in rule files.
        Equal = "Equal",
        /// `ne` in rule files.
        NotEqual = "NotEqual",
    }
}

impl TriggerOperator {
    /// Reads the shorthand of rule files or the API's word.
    pub fn parse_shorthand(word: &str) -> Option<(Self, Spelling)> {
        let known = match word.trim().to_ascii_lowercase().as_str() {
            "gt" => Self::GreaterThan,
            "lt" => Self::LessThan,
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            _ => return Self::parse(word),
        };
        Some((known, Spelling::Exact))
    }
}

api_enum! {
    /// The tactics of ATT&CK that a rule may name (enterprise, pre-attack and ICS).
    Tactic {
        /// Reconnaissance.
        Reconnaissance = "Reconnaissance",
        /// Resource development.
        ResourceDevelopment = "ResourceDevelopment",
        /// Initial access.
        InitialAccess = "InitialAccess",
        /// Execution.
        Execution = "Execution",
        /// Persistence.
        Persistence = "Persistence",
        /// Privilege escalation.
        PrivilegeEscalation = "PrivilegeEscalation",
        /// Defense evasion.
        DefenseEvasion = "DefenseEvasion",
        /// Credential access.
        CredentialAccess = "CredentialAccess",
        /// Discovery.
        Discovery = "Discovery",
        /// Lateral movement.
        LateralMovement = "LateralMovement",
        /// Collection.
        Collection = "Collection",
        /// Exfiltration.
        Exfiltration = "Exfiltration",
        /// Command and control.
        CommandAndControl = "CommandAndControl",
        /// Impact.
        Impact = "Impact",
        /// The former PRE-ATT&CK matrix.
        PreAttack = "PreAttack",
        /// Impair process control (ICS).
        ImpairProcessControl = "ImpairProcessControl",
        /// Inhibit response function (ICS).
        InhibitResponseFunction = "InhibitResponseFunction",
    }
}

impl Tactic {
    /// The tactic of an id of ATT&CK such as `TA0002`.
    pub fn of_id(id: &str) -> Option<Self> {
        Some(match id {
            "TA0001" => Self::InitialAccess,
            "TA0002" => Self::Execution,
            "TA0003" => Self::Persistence,
            "TA0004" => Self::PrivilegeEscalation,
            "TA0005" => Self::DefenseEvasion,
            "TA0006" => Self::CredentialAccess,
            "TA0007" => Self::Discovery,
            "TA0008" => Self::LateralMovement,
            "TA0009" => Self::Collection,
            "TA0010" => Self::Exfiltration,
            "TA0011" => Self::CommandAndControl,
            "TA0040" => Self::Impact,
            "TA0042" => Self::ResourceDevelopment,
            "TA0043" => Self::Reconnaissance,
            _ => return None,
        })
    }
}

api_enum! {
    /// How results become alerts.
    AggregationKind {
        /// One alert for all results of a run; the service's default.
        SingleAlert = "SingleAlert",
        /// One alert a result.
        AlertPerResult = "AlertPerResult",
    }
}

api_enum! {
    /// Which alerts belong into one incident.
    MatchingMethod {
        /// All mapped entities are the same.
        AllEntities = "AllEntities",
        /// Any alert of the rule.
        AnyAlert = "AnyAlert",
        /// The chosen entities, details and custom details are the same.
        Selected = "Selected",
    }
}

api_enum! {
    /// The alert details that incidents may be grouped by.
    AlertDetail {
        /// The alert's name.
        DisplayName = "DisplayName",
        /// The alert's severity.
        Severity = "Severity",
    }
}

api_enum! {
    /// The properties of an alert that a column may set.
    AlertProperty {
        /// AlertLink.
        AlertLink = "AlertLink",
        /// ConfidenceLevel.
        ConfidenceLevel = "ConfidenceLevel",
        /// ConfidenceScore.
        ConfidenceScore = "ConfidenceScore",
        /// ExtendedLinks.
        ExtendedLinks = "ExtendedLinks",
        /// ProductComponentName.
        ProductComponentName = "ProductComponentName",
        /// ProductName.
        ProductName = "ProductName",
        /// ProviderName.
        ProviderName = "ProviderName",
        /// RemediationSteps.
        RemediationSteps = "RemediationSteps",
        /// Techniques.
        Techniques = "Techniques",
        /// Only in preview versions.
        SubTechniques = "SubTechniques",
    }
}

api_enum! {
    /// The types of entities that a rule may map.
    EntityType {
        /// Account.
        Account = "Account",
        /// AzureResource.
        AzureResource = "AzureResource",
        /// CloudApplication.
        CloudApplication = "CloudApplication",
        /// DNS.
        Dns = "DNS",
        /// File.
        File = "File",
        /// FileHash.
        FileHash = "FileHash",
        /// Host.
        Host = "Host",
        /// IoTDevice.
        IoTDevice = "IoTDevice",
        /// IP.
        Ip = "IP",
        /// Mailbox.
        Mailbox = "Mailbox",
        /// MailCluster.
        MailCluster = "MailCluster",
        /// MailMessage.
        MailMessage = "MailMessage",
        /// Malware.
        Malware = "Malware",
        /// Process.
        Process = "Process",
        /// RegistryKey.
        RegistryKey = "RegistryKey",
        /// RegistryValue.
        RegistryValue = "RegistryValue",
        /// SecurityGroup.
        SecurityGroup = "SecurityGroup",
        /// SubmissionMail.
        SubmissionMail = "SubmissionMail",
        /// URL.
        Url = "URL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_blanks_are_told_apart() {
        assert_eq!(Severity::parse("high"), Some((Severity::High, Spelling::Exact)));
        assert_eq!(Tactic::parse("CommandandControl"), Some((Tactic::CommandAndControl, Spelling::Exact)));
        assert_eq!(Tactic::parse("Initial Access"), Some((Tactic::InitialAccess, Spelling::Loose)));
        assert_eq!(Severity::parse("Critical"), None);
        assert_eq!(Tactic::of_id("TA0040"), Some(Tactic::Impact));
        assert_eq!(Tactic::of_id("T1059"), None);
        assert_eq!(
            TriggerOperator::parse_shorthand("gt"),
            Some((TriggerOperator::GreaterThan, Spelling::Exact))
        );
        assert_eq!(TriggerOperator::parse_shorthand("above"), None);
    }
}
