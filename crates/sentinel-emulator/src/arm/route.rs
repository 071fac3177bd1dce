//! Which resource a path names. Paths are compared without case, as Azure Resource Manager does.

use percent_encoding::percent_decode_str;

use super::lacking;

/// The workspace that a path goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) workspace: String,
}

/// A resource in a workspace, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Workspace,
    Tables,
    Table(String),
    SavedSearches,
    SavedSearch(String),
    AlertRules,
    AlertRule(String),
    Watchlists,
    Watchlist(String),
    WatchlistItems(String),
    WatchlistItem { alias: String, item: String },
    MetadataList,
    Metadata(String),
    OnboardingStates,
    OnboardingState(String),
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /{tenant}/oauth2/v2.0/token`
    Token,
    Workspace(Scope, Target),
    /// The status of a watchlist operation; its path has no workspace.
    WatchlistStatus {
        subscription: String,
        operation: String,
    },
    /// A type that the service has and the emulator does not.
    Lacking {
        namespace: &'static str,
        name: String,
    },
    /// A type that the namespace does not have.
    UnknownType {
        namespace: &'static str,
        name: String,
    },
    Unknown,
}

impl Target {
    /// Namespace and type, in the casing of the service's answers.
    pub(crate) fn resource_type(&self) -> &'static str {
        match self {
            Self::Workspace => "Microsoft.OperationalInsights/workspaces",
            Self::Tables | Self::Table(_) => "Microsoft.OperationalInsights/workspaces/tables",
            Self::SavedSearches | Self::SavedSearch(_) => {
                "Microsoft.OperationalInsights/workspaces/savedSearches"
            }
            Self::AlertRules | Self::AlertRule(_) => "Microsoft.SecurityInsights/alertRules",
            Self::Watchlists | Self::Watchlist(_) => "Microsoft.SecurityInsights/Watchlists",
            Self::WatchlistItems(_) | Self::WatchlistItem { .. } => {
                "Microsoft.SecurityInsights/Watchlists/WatchlistItems"
            }
            Self::MetadataList | Self::Metadata(_) => "Microsoft.SecurityInsights/metadata",
            Self::OnboardingStates | Self::OnboardingState(_) => {
                "Microsoft.SecurityInsights/onboardingStates"
            }
        }
    }

    /// Whether the resource needs a workspace that is onboarded to Sentinel.
    pub(crate) fn needs_onboarding(&self) -> bool {
        !matches!(
            self,
            Self::Workspace
                | Self::Tables
                | Self::Table(_)
                | Self::SavedSearches
                | Self::SavedSearch(_)
                | Self::OnboardingStates
                | Self::OnboardingState(_)
        )
    }
}

/// Reads a path.
pub(crate) fn read(path: &str) -> Route {
    let names: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let name = |index: usize| names.get(index).cloned().unwrap_or_default();
    match lower.as_slice() {
        [_, "oauth2", "v2.0", "token"] => Route::Token,
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.securityinsights",
            "watchlists",
            _,
            "watchliststatuses",
            operation,
        ] => Route::WatchlistStatus { subscription: name(1), operation: (*operation).to_owned() },
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.operationalinsights",
            "workspaces",
            _,
            rest @ ..,
        ] => {
            let scope = Scope { subscription: name(1), resource_group: name(3), workspace: name(7) };
            match rest {
                [] => Route::Workspace(scope, Target::Workspace),
                ["tables"] => Route::Workspace(scope, Target::Tables),
                ["tables", _] => Route::Workspace(scope, Target::Table(name(9))),
                ["savedsearches"] => Route::Workspace(scope, Target::SavedSearches),
                ["savedsearches", _] => Route::Workspace(scope, Target::SavedSearch(name(9))),
                ["providers", "microsoft.securityinsights", rest @ ..] => sentinel(scope, rest, name),
                [_, ..] => {
                    let namespace = "Microsoft.OperationalInsights";
                    match lacking::log_analytics(rest) {
                        Some(name) => Route::Lacking { namespace, name },
                        None => Route::UnknownType { namespace, name: format!("workspaces/{}", name(8)) },
                    }
                }
            }
        }
        _ => Route::Unknown,
    }
}

/// Reads what follows `…/providers/Microsoft.SecurityInsights`.
fn sentinel(scope: Scope, rest: &[&str], name: impl Fn(usize) -> String) -> Route {
    let target = match rest {
        ["alertrules"] => Target::AlertRules,
        ["alertrules", _] => Target::AlertRule(name(11)),
        ["watchlists"] => Target::Watchlists,
        ["watchlists", _] => Target::Watchlist(name(11)),
        ["watchlists", _, "watchlistitems"] => Target::WatchlistItems(name(11)),
        ["watchlists", _, "watchlistitems", _] => Target::WatchlistItem { alias: name(11), item: name(13) },
        ["metadata"] => Target::MetadataList,
        ["metadata", _] => Target::Metadata(name(11)),
        ["onboardingstates"] => Target::OnboardingStates,
        ["onboardingstates", _] => Target::OnboardingState(name(11)),
        [] => return Route::Unknown,
        [_, ..] => {
            let namespace = "Microsoft.SecurityInsights";
            return match lacking::sentinel(rest) {
                Some(name) => Route::Lacking { namespace, name },
                None => Route::UnknownType { namespace, name: name(10) },
            };
        }
    };
    Route::Workspace(scope, target)
}
