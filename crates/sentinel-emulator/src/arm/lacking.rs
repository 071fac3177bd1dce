//! Types that the service has and the emulator does not. The answer for them must not be that they do not exist.

/// Types of Microsoft.SecurityInsights on a workspace.
const SENTINEL: &[&str] = &[
    "alertRuleTemplates",
    "automationRules",
    "billingStatistics",
    "bookmarks",
    "businessApplicationAgents",
    "contentPackages",
    "contentProductPackages",
    "contentProductTemplates",
    "contentTemplates",
    "dataConnectorDefinitions",
    "dataConnectors",
    "dataConnectorsCheckRequirements",
    "enrichment",
    "entities",
    "entityQueries",
    "entityQueryTemplates",
    "fileImports",
    "hunts",
    "incidents",
    "listRepositories",
    "officeConsents",
    "recommendations",
    "securityMLAnalyticsSettings",
    "settings",
    "sourcecontrols",
    "threatIntelligence",
    "triggeredAnalyticsRuleRuns",
    "workspaceManagerAssignments",
    "workspaceManagerConfigurations",
    "workspaceManagerGroups",
    "workspaceManagerMembers",
];

/// Types below a workspace of Microsoft.OperationalInsights, and its actions.
const LOG_ANALYTICS: &[&str] = &[
    "api",
    "availableServiceTiers",
    "dataExports",
    "dataSources",
    "features",
    "gateways",
    "intelligencePacks",
    "linkedServices",
    "linkedStorageAccounts",
    "managementGroups",
    "networkSecurityPerimeterConfigurations",
    "operations",
    "purge",
    "query",
    "regenerateSharedKey",
    "schema",
    "search",
    "sharedKeys",
    "storageInsightConfigs",
    "summaryLogs",
    "usages",
];

/// Below an analytics rule.
const BELOW_ALERT_RULES: &[&str] = &["actions", "triggerRuleRun"];

/// The type that a path below `…/providers/Microsoft.SecurityInsights` names, in the service's case, where the service
/// has it.
pub(crate) fn sentinel(segments: &[&str]) -> Option<String> {
    match segments {
        ["alertrules", _, below, ..] => {
            known(BELOW_ALERT_RULES, below).map(|below| format!("alertRules/{below}"))
        }
        [first, ..] => known(SENTINEL, first).map(str::to_owned),
        [] => None,
    }
}

/// The same for a path below a workspace.
pub(crate) fn log_analytics(segments: &[&str]) -> Option<String> {
    known(LOG_ANALYTICS, segments.first()?).map(|name| format!("workspaces/{name}"))
}

fn known(names: &[&'static str], lower: &str) -> Option<&'static str> {
    names.iter().find(|name| name.eq_ignore_ascii_case(lower)).copied()
}
