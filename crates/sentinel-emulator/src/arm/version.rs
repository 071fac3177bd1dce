//! The `api-version` parameter.

use std::collections::BTreeSet;

use super::error::ArmError;

/// The versions of Microsoft.OperationalInsights that are served.
const WORKSPACE_VERSIONS: &[&str] = &["2020-08-01", "2022-10-01", "2023-09-01", "2025-02-01", "2025-07-01"];

/// An api-version that the resource's provider serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiVersion(String);

impl ApiVersion {
    pub(crate) fn is_preview(&self) -> bool {
        self.0.ends_with("-preview")
    }

    /// Whether this version is of `date` (`yyyy-mm-dd`) or later.
    pub(crate) fn is_from(&self, date: &str) -> bool {
        self.0.as_str() >= date
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the version, or says what is wrong with it. `resource_type` is `namespace/type`.
pub(crate) fn read(
    parameter: Option<&str>,
    resource_type: &str,
    sentinel: &BTreeSet<String>,
) -> Result<ApiVersion, ArmError> {
    let Some(version) = parameter.filter(|version| !version.is_empty()) else {
        return Err(ArmError::bad_request(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        ));
    };
    let namespace = resource_type.split('/').next().unwrap_or_default();
    let served: Vec<&str> = if namespace == "Microsoft.SecurityInsights" {
        sentinel.iter().map(String::as_str).collect()
    } else {
        WORKSPACE_VERSIONS.to_vec()
    };
    let version = version.to_ascii_lowercase();
    if !is_well_formed(&version) {
        return Err(ArmError::bad_request(
            "InvalidApiVersionParameter",
            format!(
                "The api-version '{version}' is invalid. The supported versions are '{}'.",
                served.join(",")
            ),
        ));
    }
    if !served.contains(&version.as_str()) {
        return Err(ArmError::bad_request(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location 'westeurope' and API version '{version}' for type \
                 '{}'. The supported api-versions are '{}'. The supported locations are 'westeurope'.",
                resource_type.split_once('/').map_or(resource_type, |(_, kind)| kind),
                served.join(", ")
            ),
        ));
    }
    Ok(ApiVersion(version))
}

fn is_well_formed(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let groups: Vec<&str> = date.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [4, 2, 2] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()))
}
