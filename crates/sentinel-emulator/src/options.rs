//! How one emulator behaves: its clock, its limits, and a switch for each behaviour of the real service that is not
//! known for certain.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use sentinel_schema::DeclaredTable;

use crate::clock::{Clock, SystemClock};
use crate::tables;

/// Which tables every workspace has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tables {
    /// Every table of the catalogue. Custom tables (`*_CL`) are not in it, so a query that names one is refused.
    Everything,
    /// These and no others. `Tables::catalogue` helps to add custom tables to all the rest.
    Only(Vec<String>),
}

impl Tables {
    /// The names in the catalogue of Log Analytics tables, sorted.
    pub fn catalogue() -> impl Iterator<Item = &'static str> {
        tables::catalogue()
    }
}

/// Which workspaces exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workspaces {
    /// Any that is asked for.
    Any,
    /// Only those with one of these names (compared without case); others answer 404 `ResourceNotFound`.
    Only(Vec<String>),
}

/// What a watchlist PUT with `rawContent` does to items that are already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchlistPut {
    /// Adds the rows that are not there yet; removes nothing. This is what was observed.
    Append,
    /// Replaces every item, as one deployer's documentation claims.
    Replace,
}

/// How watchlist writes answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchlistWrites {
    /// As the specification of the request's api-version: `LongRunning` from 2025-01-01-preview on, `Immediate` before.
    AsSpecified {
        /// How long an upload or a deletion takes where it is long-running.
        duration: SignedDuration,
    },
    /// As transcripts of 2022 show: PUT 200, DELETE 200 with `{}`, everything done when the answer arrives.
    Immediate,
    /// PUT 201 or 200 with `Azure-AsyncOperation`, DELETE 202 with `Azure-AsyncOperation` and `Location`; the work is
    /// done once `duration` has passed on the clock.
    LongRunning {
        /// How long an upload or a deletion takes.
        duration: SignedDuration,
    },
}

/// One token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// How many requests it holds when full.
    pub size: u32,
    /// How many it regains a second.
    pub refill_per_second: u32,
}

/// The token buckets of Azure Resource Manager, one for each kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttling {
    /// GET.
    pub reads: Bucket,
    /// PUT, PATCH and POST.
    pub writes: Bucket,
    /// DELETE.
    pub deletes: Bucket,
}

impl Default for Throttling {
    /// The published figures for one principal in one subscription and region.
    fn default() -> Self {
        let modify = Bucket { size: 200, refill_per_second: 10 };
        Self { reads: Bucket { size: 250, refill_per_second: 25 }, writes: modify, deletes: modify }
    }
}

/// How an emulator behaves. `Options::default()` is the service as far as it is known; where it is not known,
/// the default is the choice that is harder on a client.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the time comes from. Default: the machine's clock.
    pub clock: Arc<dyn Clock>,
    /// How many resources a page of a Sentinel list holds; `None` puts all on one page. The real size is unknown; the
    /// default is the 500 that a deployer counts on. Log Analytics does not page its lists (tables, saved searches).
    pub page_size: Option<usize>,
    /// Which tables a workspace has.
    pub tables: Tables,
    /// Further tables, and those whose columns differ from the catalogue. One without columns has those of the catalogue,
    /// or any.
    pub declared: Vec<DeclaredTable>,
    /// Which workspaces exist.
    pub workspaces: Workspaces,
    /// Whether a workspace that is asked for the first time is onboarded to Sentinel.
    pub onboarded: bool,
    /// The api-versions of Microsoft.SecurityInsights that are served, as `yyyy-mm-dd` or `yyyy-mm-dd-preview`.
    /// Whether the newest stable one is served in every region and cloud is unknown.
    pub sentinel_versions: BTreeSet<String>,
    /// Whether a stable api-version loses, without a word, the properties that only previews define
    /// (`subTechniques`, `sentinelEntitiesMappings`), in requests and in answers. Unknown; a trap by default.
    pub stable_versions_drop_preview_properties: bool,
    /// Whether a stable api-version refuses the kinds that only previews define (NRT, MLBehaviorAnalytics,
    /// ThreatIntelligence). A deployer reports that NRT is accepted, so the default is `false`.
    pub stable_versions_refuse_preview_kinds: bool,
    /// Whether the `If-Match` header is evaluated (412 when it does not hold). The specifications of both namespaces have
    /// etags in bodies alone, and nothing shows that the header is evaluated. Default `false`.
    pub evaluate_if_match: bool,
    /// The status of a PUT to the id of a rule deleted a short while ago: 400 or 409. Default 400.
    pub tombstone_status: u16,
    /// How long the id of a deleted rule cannot be used. About 24 hours in practice; zero turns it off.
    pub tombstone_lifetime: SignedDuration,
    /// Whether scalars and arrays that are not set come back as null, as transcripts of an older api-version show.
    pub explicit_nulls: bool,
    /// Whether durations come back in their shortest form (PT24H as P1D). Unknown; default `true`.
    pub normalise_durations: bool,
    /// Whether a rule without `incidentConfiguration` comes back with the one that the service then uses.
    /// That it creates incidents is known, that it shows so is not. Default `true`.
    pub fill_incident_configuration: bool,
    /// Whether assigning the read-only `lastModifiedUtc` is refused. Default `true`.
    pub refuse_read_only_properties: bool,
    /// Whether the query of a rule with `enabled: false` is validated too. Reports differ. Default `true`.
    pub validate_disabled_queries: bool,
    /// Whether a table that is missing is forgiven inside `union isfuzzy=true`. Default `true`.
    pub fuzzy_unions_forgive_missing_tables: bool,
    /// Whether a comparison of values of different types (`EventID == "4624"`) is refused. The service is said to refuse
    /// most of them, but rules that compare a text with a number run in many workspaces. Default `false`.
    pub refuse_compared_types: bool,
    /// Whether the columns that `alertDetailsOverride` names must be in the query's result, as those of entity mappings
    /// and custom details must. Rules without them were accepted, so the default is `false`.
    pub check_alert_details_columns: bool,
    /// Whether a second rule with a display name of another is refused. The documentation says that names are
    /// unique, nothing shows that the API enforces it. Default `false`.
    pub unique_display_names: bool,
    /// Whether a technique must belong to one of the tactics listed. Default `true`.
    pub check_technique_tactics: bool,
    /// Whether techniques newer than the emulator's table are refused, as the service refuses those newer than
    /// its own. Default `true`.
    pub refuse_unknown_techniques: bool,
    /// The most enabled scheduled rules in a workspace.
    pub enabled_scheduled_limit: usize,
    /// The most scheduled rules in a workspace, including disabled ones. Twice as many with a dedicated cluster.
    pub scheduled_limit: usize,
    /// The most enabled NRT rules in a workspace.
    pub enabled_nrt_limit: usize,
    /// The most NRT rules in a workspace, including disabled ones.
    pub nrt_limit: usize,
    /// What a PUT of a watchlist's content does to the items that are there.
    pub watchlist_put: WatchlistPut,
    /// How watchlist writes answer. Default: as specified, done when the answer arrives.
    pub watchlist_writes: WatchlistWrites,
    /// How long after its creation an item, and the columns that it brings, are not found by queries. Some minutes in
    /// practice. Default zero: at once.
    pub watchlist_query_lag: SignedDuration,
    /// Whether a PUT without an etag writes over a saved search that exists. It is answered 409, as several users
    /// report, unless this is `true`.
    pub overwrite_saved_searches_without_etag: bool,
    /// How many watchlist items a workspace may change in a calendar month (UTC).
    pub item_changes_per_month: u64,
    /// For how long after its creation a rule is not found by reads. `None`: found at once.
    pub read_lag: Option<SignedDuration>,
    /// Token buckets, or `None` for a service that never throttles (outside `Emulator::fault`).
    pub throttling: Option<Throttling>,
    /// Actions that the caller may not do, such as `Microsoft.SecurityInsights/alertRules/write` or
    /// `Microsoft.SecurityInsights/*`; compared without case.
    pub denied_actions: Vec<String>,
    /// How many requests `Emulator::requests` remembers, the newest.
    pub remembered_requests: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            page_size: Some(500),
            tables: Tables::Everything,
            declared: Vec::new(),
            workspaces: Workspaces::Any,
            onboarded: true,
            sentinel_versions: SENTINEL_VERSIONS.iter().map(|v| (*v).to_owned()).collect(),
            stable_versions_drop_preview_properties: true,
            stable_versions_refuse_preview_kinds: false,
            evaluate_if_match: false,
            tombstone_status: 400,
            tombstone_lifetime: SignedDuration::from_hours(24),
            explicit_nulls: true,
            normalise_durations: true,
            fill_incident_configuration: true,
            refuse_read_only_properties: true,
            validate_disabled_queries: true,
            fuzzy_unions_forgive_missing_tables: true,
            refuse_compared_types: false,
            check_alert_details_columns: false,
            unique_display_names: false,
            check_technique_tactics: true,
            refuse_unknown_techniques: true,
            enabled_scheduled_limit: 512,
            scheduled_limit: 1_024,
            enabled_nrt_limit: 50,
            nrt_limit: 100,
            watchlist_put: WatchlistPut::Append,
            watchlist_writes: WatchlistWrites::AsSpecified { duration: SignedDuration::ZERO },
            watchlist_query_lag: SignedDuration::ZERO,
            overwrite_saved_searches_without_etag: false,
            item_changes_per_month: 100_000,
            read_lag: None,
            throttling: None,
            denied_actions: Vec::new(),
            remembered_requests: 1_000,
        }
    }
}

/// The versions of Microsoft.SecurityInsights that public specifications and clients name.
const SENTINEL_VERSIONS: &[&str] = &[
    "2020-01-01",
    "2021-04-01",
    "2021-09-01-preview",
    "2021-10-01",
    "2022-08-01",
    "2022-11-01",
    "2023-02-01",
    "2023-11-01",
    "2023-12-01-preview",
    "2024-01-01-preview",
    "2024-03-01",
    "2024-04-01-preview",
    "2024-09-01",
    "2024-10-01-preview",
    "2025-01-01-preview",
    "2025-04-01-preview",
    "2025-06-01",
    "2025-07-01-preview",
    "2025-09-01",
    "2025-10-01-preview",
    "2025-12-01",
];
