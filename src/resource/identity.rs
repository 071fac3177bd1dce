//! What names a resource in a workspace.

use std::fmt;

use serde::Serialize;

/// The kinds of resources that Bartizan deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// `Microsoft.SecurityInsights/alertRules`.
    AlertRule,
    /// `Microsoft.SecurityInsights/watchlists`.
    Watchlist,
    /// `Microsoft.OperationalInsights/workspaces/savedSearches` that serve as functions.
    SavedSearch,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::AlertRule, Self::Watchlist, Self::SavedSearch];

    /// As people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::AlertRule => "analytics rule",
            Self::Watchlist => "watchlist",
            Self::SavedSearch => "function",
        }
    }

    /// The segment of a path, in a URL and in the folder that `compile` writes.
    pub fn collection(self) -> &'static str {
        match self {
            Self::AlertRule => "alertRules",
            Self::Watchlist => "watchlists",
            Self::SavedSearch => "savedSearches",
        }
    }
}

/// Whether two resource names are one: ARM compares names without case.
pub fn same_id(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// A kind and a resource name; equal and ordered without case.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The kind.
    pub kind: Kind,
    /// The rule's id, the watchlist's alias or the saved search's id, as it was written.
    pub name: String,
}

impl Identity {
    /// The identity of this kind and name.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    fn key(&self) -> (Kind, String) {
        (self.kind, self.name.to_ascii_lowercase())
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && same_id(&self.name, &other.name)
    }
}

impl Eq for Identity {}

impl std::hash::Hash for Identity {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialOrd for Identity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.noun(), self.name)
    }
}
