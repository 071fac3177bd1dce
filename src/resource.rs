//! The Sentinel resources as data: JSON shape, identity, canonical form; a snapshot of a workspace.
//!
//! Shapes, limits and enumerations are those of the management API's `Microsoft.SecurityInsights` provider
//! (stable 2025-09-01 and preview 2025-10-01-preview), and for saved searches those of
//! `Microsoft.OperationalInsights` (2023-09-01).

mod alert_rule;
mod canonical;
mod duration;
mod enums;
mod identity;
mod saved_search;
mod snapshot;
mod watchlist;

pub use alert_rule::{
    AlertDetailsOverride, AlertDynamicProperty, AlertRule, EntityMapping, EventGroupingSettings,
    FieldMapping, GroupingConfiguration, IncidentConfiguration, Properties, RuleKind, SentinelEntityMapping,
};
pub use canonical::{canonical_alert_rule, canonical_row, canonical_saved_search, canonical_watchlist};
pub use duration::{Duration, DurationError};
pub use enums::{
    AggregationKind, AlertDetail, AlertProperty, EntityType, MatchingMethod, Severity, Spelling, Tactic,
    TriggerOperator,
};
pub use identity::{Identity, Kind, same_id};
pub use saved_search::SavedSearch;
pub use snapshot::{LiveRule, LiveSavedSearch, LiveWatchlist, LiveWatchlistItem, Snapshot};
pub use watchlist::Watchlist;

/// A compiled ARM object.
#[expect(clippy::large_enum_variant, reason = "nearly all are rules, so a box would cost more than it saves")]
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// An analytics rule.
    AlertRule(AlertRule),
    /// A watchlist with its rows.
    Watchlist(Watchlist),
    /// A saved function.
    SavedSearch(SavedSearch),
}

impl Resource {
    /// What names it in a workspace.
    pub fn identity(&self) -> Identity {
        match self {
            Self::AlertRule(rule) => Identity::new(Kind::AlertRule, &rule.id),
            Self::Watchlist(watchlist) => Identity::new(Kind::Watchlist, &watchlist.alias),
            Self::SavedSearch(search) => Identity::new(Kind::SavedSearch, &search.id),
        }
    }

    /// The name that people see in the portal.
    pub fn display_name(&self) -> &str {
        match self {
            Self::AlertRule(rule) => &rule.properties.display_name,
            Self::Watchlist(watchlist) => &watchlist.display_name,
            Self::SavedSearch(search) => &search.display_name,
        }
    }

    /// The body of the PUT that creates it, without an etag.
    pub fn body(&self) -> serde_json::Value {
        match self {
            Self::AlertRule(rule) => rule.body(),
            Self::Watchlist(watchlist) => watchlist.body(),
            Self::SavedSearch(search) => search.body(),
        }
    }

    /// Whether the stable API versions do not know a property or the kind of it.
    pub fn needs_preview(&self) -> bool {
        match self {
            Self::AlertRule(rule) => rule.needs_preview(),
            Self::Watchlist(_) | Self::SavedSearch(_) => false,
        }
    }
}
