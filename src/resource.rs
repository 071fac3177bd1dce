//! The Sentinel resources as data: what each kind is, its JSON shape, identity and canonical form; what a workspace has.
//!
//! [`Kind`] is a table with a row for each kind, and a kind's file has all that belongs to it alone. The rest of the
//! program asks the kind's [`Definition`] and never which kind it is.
//!
//! Shapes, limits and enumerations are those of the management API's `Microsoft.SecurityInsights` provider
//! (stable 2025-09-01 and preview 2025-10-01-preview), and for saved searches those of
//! `Microsoft.OperationalInsights` (2023-09-01).

mod alert_rule;
mod canonical;
mod duration;
mod enums;
mod identity;
mod kind;
mod live;
mod rows;
mod saved_search;
mod watchlist;

pub use alert_rule::{
    AlertDetailsOverride, AlertDynamicProperty, AlertRule, EntityMapping, EventGroupingSettings,
    FieldMapping, GroupingConfiguration, IncidentConfiguration, Properties, RuleKind, SentinelEntityMapping,
};
pub use canonical::{CANONICAL_VERSION, Constant, Fingerprint, Rule};
pub use duration::{Duration, DurationError};
pub use enums::{
    AggregationKind, AlertDetail, AlertProperty, EntityType, MatchingMethod, Severity, Spelling, Tactic,
    TriggerOperator,
};
pub use identity::Identity;
pub use kind::{Absence, Api, Definition, Kind, Resource, RowsDefinition, WithoutEtag};
pub use live::{Live, Look, Snapshot};
pub use rows::{LiveRow, LiveRows, Row, RowAnswer, RowHasher, Rows};
pub use saved_search::SavedSearch;
pub use watchlist::Watchlist;
