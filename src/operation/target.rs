//! Where a run goes to and how it signs in: workspace, cloud, authentication method.
//!
//! Names and limits only. The endpoints and credentials that belong to them are in `azure`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A workspace, cloud or authentication method that cannot be what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a valid {what}; {allowed}")]
pub struct InvalidTarget {
    /// What was to be read, such as `subscription id`.
    pub what: &'static str,
    /// What was written.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

/// The address of a Log Analytics workspace with Microsoft Sentinel.
///
/// Azure compares all three parts without case; they are kept as written, and so two spellings of one workspace are
/// not equal here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct WorkspaceId {
    subscription: String,
    resource_group: String,
    workspace: String,
}

/// The parts of a [`WorkspaceId`] before they are checked.
#[derive(Deserialize)]
struct Parts {
    subscription: String,
    resource_group: String,
    workspace: String,
}

impl TryFrom<Parts> for WorkspaceId {
    type Error = InvalidTarget;

    fn try_from(parts: Parts) -> Result<Self, InvalidTarget> {
        Self::new(parts.subscription, parts.resource_group, parts.workspace)
    }
}

impl WorkspaceId {
    /// Checks the three parts.
    ///
    /// A subscription is a GUID. A resource group has 1 to 90 letters, digits, `_`, `-`, `.`, `(`, `)` and does not end
    /// in a period (Azure's naming rules). A workspace has at most 90 characters and the form
    /// `[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]` (parameter `workspaceName` of the SecurityInsights API).
    ///
    /// # Errors
    /// The first part that does not fit, with what is allowed.
    pub fn new(
        subscription: impl Into<String>,
        resource_group: impl Into<String>,
        workspace: impl Into<String>,
    ) -> Result<Self, InvalidTarget> {
        let (subscription, resource_group, workspace) =
            (subscription.into(), resource_group.into(), workspace.into());
        if !is_guid(&subscription) {
            return Err(InvalidTarget {
                what: "subscription id",
                value: subscription,
                allowed: "it is a GUID such as 00000000-0000-0000-0000-00000000000a".to_owned(),
            });
        }
        if !is_resource_group(&resource_group) {
            return Err(InvalidTarget {
                what: "resource group name",
                value: resource_group,
                allowed:
                    "it has 1 to 90 letters, digits, `_`, `-`, `.`, `(` or `)` and does not end in a period"
                        .to_owned(),
            });
        }
        if !is_workspace(&workspace) {
            return Err(InvalidTarget {
                what: "workspace name",
                value: workspace,
                allowed: "it has 3 to 90 letters, digits or hyphens, with a letter or digit at both ends"
                    .to_owned(),
            });
        }
        Ok(Self { subscription, resource_group, workspace })
    }

    /// The subscription's GUID.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The resource group's name.
    pub fn resource_group(&self) -> &str {
        &self.resource_group
    }

    /// The workspace's name.
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The workspace's ARM resource id, `/subscriptions/…/workspaces/NAME`, not percent-encoded.
    pub fn arm_path(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.OperationalInsights/workspaces/{}",
            self.subscription, self.resource_group, self.workspace
        )
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (resource group {}, subscription {})",
            self.workspace, self.resource_group, self.subscription
        )
    }
}

/// Checks a version of the management API: `2025-09-01`, or `2025-10-01-preview`.
///
/// # Errors
/// What is allowed, where the text is not a date with or without `-preview`.
pub fn api_version(text: &str) -> Result<String, InvalidTarget> {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    if date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok() {
        return Ok(text.to_owned());
    }
    Err(InvalidTarget {
        what: "API version",
        value: text.to_owned(),
        allowed: "expected YYYY-MM-DD or YYYY-MM-DD-preview".to_owned(),
    })
}

fn is_guid(text: &str) -> bool {
    // `try_parse` also reads the braced, urn and plain forms, which are no part of a path.
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

fn is_resource_group(text: &str) -> bool {
    (1..=90).contains(&text.chars().count())
        && !text.ends_with('.')
        && text.chars().all(|c| c.is_alphanumeric() || "_-.()".contains(c))
}

fn is_workspace(text: &str) -> bool {
    (3..=90).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Gives a closed set of names its `FromStr`, `Display` and `ALL`.
macro_rules! names {
    ($type:ident, $what:literal: $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// Every one, in the order in which help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as it is written in settings and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl FromStr for $type {
            type Err = InvalidTarget;

            fn from_str(text: &str) -> Result<Self, InvalidTarget> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| InvalidTarget {
                    what: $what,
                    value: text.to_owned(),
                    allowed: format!("it is one of {}", [$($name),+].join(", ")),
                })
            }
        }
    };
}

/// The workspace that a plan was made for, and how it was reached. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The cloud whose tokens the endpoint takes.
    pub cloud: Cloud,
    /// The URL of the management API, without a user, a query or a fragment.
    pub endpoint: String,
    /// The version of the SecurityInsights API.
    pub api_version: String,
    /// Whether an emulator in this process answered for the endpoint.
    pub emulated: bool,
}

/// What a person calls the place.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.workspace, if self.emulated { ", emulated" } else { "" })
    }
}

/// An Azure cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cloud {
    /// Azure, operated by Microsoft.
    #[default]
    Public,
    /// Azure for the US government.
    UsGovernment,
    /// Azure in China, operated by 21Vianet.
    China,
}

names!(Cloud, "cloud": Public = "public", UsGovernment = "us-government", China = "china");

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// The account that `az login` left.
    AzureCli,
    /// The identity of the machine or the app service that Bartizan runs on.
    ManagedIdentity,
    /// A Kubernetes service account federated with Microsoft Entra.
    WorkloadIdentity,
    /// An application with a client secret.
    ClientSecret,
    /// An application with a certificate; needs the cargo feature `client-certificate`.
    ClientCertificate,
    /// A GitHub Actions job federated with Microsoft Entra.
    GithubOidc,
    /// An Azure Pipelines service connection.
    AzurePipelines,
    /// A token that stands in `BARTIZAN_TOKEN`.
    StaticToken,
}

names!(
    AuthMethod, "authentication method":
    AzureCli = "azure-cli",
    ManagedIdentity = "managed-identity",
    WorkloadIdentity = "workload-identity",
    ClientSecret = "client-secret",
    ClientCertificate = "client-certificate",
    GithubOidc = "github-oidc",
    AzurePipelines = "azure-pipelines",
    StaticToken = "static-token",
);

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "00000000-0000-0000-0000-00000000000a";

    #[test]
    fn a_workspace_has_its_arm_path() {
        let id = WorkspaceId::new(SUBSCRIPTION, "rg-sentinel", "law-sentinel").unwrap();
        assert_eq!(
            id.arm_path(),
            "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/\
             Microsoft.OperationalInsights/workspaces/law-sentinel"
        );
    }

    #[test]
    fn parts_that_azure_would_refuse_are_refused() {
        let long = "a".repeat(91);
        let bad: &[(&str, &str, &str, &str)] = &[
            ("sub", "rg", "law", "subscription id"),
            ("{00000000-0000-0000-0000-00000000000}", "rg", "law", "subscription id"),
            (SUBSCRIPTION, "", "law", "resource group"),
            (SUBSCRIPTION, "rg.", "law", "resource group"),
            (SUBSCRIPTION, "a/b", "law", "resource group"),
            (SUBSCRIPTION, &long, "law", "resource group"),
            (SUBSCRIPTION, "rg", "la", "workspace name"),
            (SUBSCRIPTION, "rg", "-law", "workspace name"),
            (SUBSCRIPTION, "rg", "law_1", "workspace name"),
            (SUBSCRIPTION, "rg", "..", "workspace name"),
            (SUBSCRIPTION, "rg", &long, "workspace name"),
        ];
        for (subscription, group, workspace, part) in bad {
            let error = WorkspaceId::new(*subscription, *group, *workspace).unwrap_err().to_string();
            assert!(error.contains(part), "{subscription} {group} {workspace}: {error}");
        }
    }

    #[test]
    fn every_name_is_read_back() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.as_str().parse::<Cloud>().as_ref(), Ok(cloud));
            let text = serde_json::to_string(cloud).unwrap();
            assert_eq!(serde_json::from_str::<Cloud>(&text).unwrap(), *cloud);
        }
        for method in AuthMethod::ALL {
            assert_eq!(method.as_str().parse::<AuthMethod>().as_ref(), Ok(method));
        }
    }

    #[test]
    fn an_api_version_is_a_date_with_or_without_preview() {
        for good in ["2025-09-01", "2025-10-01-preview"] {
            assert_eq!(api_version(good).as_deref(), Ok(good));
        }
        for bad in ["latest", "2025-9-1", "2025-13-01", "2025-09-01-beta", "foo", ""] {
            assert!(api_version(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert_eq!(
            "gov".parse::<Cloud>().unwrap_err().to_string(),
            "`gov` is not a valid cloud; it is one of public, us-government, china"
        );
    }
}
