//! Resources and a snapshot to changes.
//!
//! A plan is data and computing it is pure: no clock, no network, no printing. It compares the canonical forms of
//! what the folder wants and what the workspace has, over every field.

mod difference;
mod rows;
mod waves;

pub use difference::{Difference, differences};
pub use rows::{RowChanges, RowUpdate, changes as row_changes};

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::resource::{
    Identity, Kind, LiveRule, LiveSavedSearch, LiveWatchlist, Resource, SavedSearch, Snapshot,
    canonical_alert_rule, canonical_saved_search, canonical_watchlist,
};

/// A resource that the folder wants in the workspace, and what it needs there.
#[derive(Debug, Clone, Copy)]
pub struct Desired<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The tables that its query reads.
    pub tables: &'a [String],
    /// The aliases of the watchlists that its query reads.
    pub watchlists: &'a [String],
    /// The ids of the saved functions that its query calls.
    pub functions: &'a [String],
    /// The data connector that fills the tables of a rule made from indicators; such a rule is left out without
    /// complaint where its table is absent.
    pub connector: Option<&'a str>,
}

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The workspace does not have it. Before is nothing, after is the folder's.
    Create,
    /// The workspace has another. Before is the workspace's, after the folder's.
    Update,
    /// The workspace has it and the folder no longer does. Before is the workspace's, after is nothing.
    Delete,
    /// Both are the same. Neither before nor after is given.
    Unchanged,
    /// It is not sent, since it could not work. Before and after as they are.
    Skipped,
    /// It is not sent, since sending it would destroy what someone else made. Before and after as they are.
    Conflict,
}

/// Why a resource has its [`Action`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Create: the workspace has nothing of this name.
    New,
    /// Update: a field or a row differs.
    Changed,
    /// Update: the service switched the rule off after repeated failures and says so in its name.
    AutoDisabled,
    /// Unchanged.
    UpToDate,
    /// Skipped: the rule was made from indicators for a table that the workspace does not have.
    ConnectorAbsent,
    /// Skipped: the query reads a table that the workspace does not have, so the service would refuse the rule.
    TableAbsent,
    /// Skipped: the query reads a watchlist that neither the folder nor the workspace has.
    WatchlistAbsent,
    /// Skipped: the query calls a function that neither the folder nor the workspace has.
    FunctionAbsent,
    /// Conflict: the workspace has a rule of this id and of another kind, which no update can change, or a saved
    /// search of this id that is no function.
    KindDiffers,
    /// Conflict: the workspace has a function of this alias under another id, and a second one would make calls
    /// ambiguous.
    AliasTaken,
}

impl Reason {
    /// Whether the change leaves something undone that the folder asks for.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::TableAbsent | Self::WatchlistAbsent | Self::FunctionAbsent)
    }
}

/// What is done with one resource, and why.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it is.
    pub identity: Identity,
    /// The name that people see.
    pub display_name: String,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// When it is carried out: behind everything of a lower number, and together with what has the same. Nothing
    /// depends on something of its own wave.
    pub wave: usize,
    /// For [`Action::Skipped`], the tables, watchlists or functions that are absent.
    pub absent: Vec<String>,
    /// For [`Reason::AliasTaken`], the id of the function that has the alias.
    pub taken_by: Option<String>,
    /// For [`Reason::ConnectorAbsent`], the connector that would fill them.
    pub connector: Option<String>,
    /// The position in the list of desired resources; none for a delete.
    pub desired: Option<usize>,
    /// The canonical form that the workspace has.
    pub before: Option<Value>,
    /// The canonical form that the folder wants.
    pub after: Option<Value>,
    /// The fields that differ; empty unless it is an update.
    pub differences: Vec<Difference>,
    /// The rows of a watchlist that are added, changed and removed.
    pub rows: RowChanges,
    /// What the service is told to expect.
    pub etag: Option<String>,
}

/// How many changes there are of each kind. `failed` counts what a person must look at: before an apply, the rules
/// whose table or watchlist is absent; after one, whatever the service refused besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// To be created, or created.
    pub create: usize,
    /// To be updated, or updated.
    pub update: usize,
    /// To be deleted, or deleted.
    pub delete: usize,
    /// The same in both.
    pub unchanged: usize,
    /// Left out, since the workspace does not have the product.
    pub skipped: usize,
    /// Not written, since someone else's work would be lost.
    pub conflict: usize,
    /// Not written, though the folder asks for it.
    pub failed: usize,
}

impl Summary {
    /// Counts a change as planned.
    pub fn count(&mut self, change: &Change) {
        match change.action {
            _ if change.reason.is_failure() => self.failed += 1,
            Action::Create => self.create += 1,
            Action::Update => self.update += 1,
            Action::Delete => self.delete += 1,
            Action::Unchanged => self.unchanged += 1,
            Action::Skipped => self.skipped += 1,
            Action::Conflict => self.conflict += 1,
        }
    }

    /// Whether an apply would write anything.
    pub fn has_writes(&self) -> bool {
        self.create + self.update + self.delete > 0
    }
}

/// A resource of the workspace that the folder does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotOurs {
    /// `alertRule`, `watchlist` or `savedSearch`.
    pub kind: Kind,
    /// The resource name.
    pub id: String,
    /// The name that people see.
    pub name: String,
}

/// What an apply would do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One change for each desired resource in the order of the waves: watchlists, then functions, each behind those
    /// that it calls, then rules.
    pub changes: Vec<Change>,
    /// What the workspace has besides; it is left alone.
    pub not_ours: Vec<NotOurs>,
}

impl Plan {
    /// How many changes there are of each kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            summary.count(change);
        }
        summary
    }
}

/// Compares what the folder wants with what the workspace has. `held` names what stands in files that are left out
/// because of their errors: it is ours, and neither changed nor listed as not ours.
pub fn plan(desired: &[Desired<'_>], snapshot: &Snapshot, held: &[Identity]) -> Plan {
    let workspace = Index::new(desired, snapshot, held);
    let mut changes: Vec<Change> =
        desired.iter().enumerate().map(|(at, wanted)| change(at, *wanted, &workspace)).collect();
    for (change, wave) in changes.iter_mut().zip(waves::of(desired)) {
        change.wave = wave;
    }
    changes.sort_by_key(|change| change.wave);
    let watchlists =
        snapshot.watchlists.iter().map(|live| (Kind::Watchlist, &live.alias, live.display_name()));
    // Hunting queries and what every workspace comes with are nothing that a folder could hold.
    let functions = snapshot.saved_searches.iter().filter(|live| live.function_alias().is_some());
    let functions = functions.map(|live| (Kind::SavedSearch, &live.id, live.display_name()));
    let rules = snapshot.rules.iter().map(|live| (Kind::AlertRule, &live.id, live.display_name()));
    let not_ours = watchlists
        .chain(functions)
        .chain(rules)
        .filter(|(kind, id, _)| !workspace.ours.contains(&Identity::new(*kind, id.as_str())))
        .map(|(kind, id, name)| NotOurs { kind, id: id.clone(), name: name.to_owned() })
        .collect();
    Plan { changes, not_ours }
}

/// Both sides by name, so that a plan takes no longer than they are long.
struct Index<'a> {
    rules: HashMap<Identity, &'a LiveRule>,
    watchlists: HashMap<Identity, &'a LiveWatchlist>,
    functions: HashMap<Identity, &'a LiveSavedSearch>,
    /// By alias, which a call compares by case.
    functions_by_alias: HashMap<&'a str, Vec<&'a LiveSavedSearch>>,
    tables: HashSet<&'a str>,
    /// What stands in the folder, in files with errors too.
    ours: HashSet<Identity>,
    /// What the folder wants.
    wanted: HashSet<Identity>,
}

impl<'a> Index<'a> {
    fn new(desired: &[Desired<'_>], snapshot: &'a Snapshot, held: &[Identity]) -> Self {
        let mut functions_by_alias: HashMap<&str, Vec<_>> = HashMap::new();
        for live in &snapshot.saved_searches {
            if let Some(alias) = live.function_alias() {
                functions_by_alias.entry(alias).or_default().push(live);
            }
        }
        let wanted: HashSet<_> = desired.iter().map(|wanted| wanted.resource.identity()).collect();
        Self {
            rules: snapshot
                .rules
                .iter()
                .map(|live| (Identity::new(Kind::AlertRule, &live.id), live))
                .collect(),
            watchlists: snapshot
                .watchlists
                .iter()
                .map(|live| (Identity::new(Kind::Watchlist, &live.alias), live))
                .collect(),
            functions: snapshot
                .saved_searches
                .iter()
                .map(|live| (Identity::new(Kind::SavedSearch, &live.id), live))
                .collect(),
            functions_by_alias,
            tables: snapshot.tables.iter().map(String::as_str).collect(),
            ours: wanted.iter().chain(held).cloned().collect(),
            wanted,
        }
    }
}

fn change(at: usize, wanted: Desired<'_>, workspace: &Index<'_>) -> Change {
    let identity = wanted.resource.identity();
    let mut change = match wanted.resource {
        Resource::AlertRule(rule) => {
            let live = workspace.rules.get(&identity).copied();
            rule_change(identity, wanted.resource, rule.kind.as_str(), live)
        }
        Resource::Watchlist(watchlist) => {
            let live = workspace.watchlists.get(&identity).copied();
            watchlist_change(identity, wanted.resource, watchlist, live)
        }
        Resource::SavedSearch(search) => saved_search_change(identity, wanted.resource, search, workspace),
    };
    change.desired = Some(at);
    skip_what_cannot_work(&mut change, wanted, workspace);
    change
}

fn new_change(identity: Identity, resource: &Resource) -> Change {
    Change {
        identity,
        display_name: resource.display_name().to_owned(),
        action: Action::Create,
        reason: Reason::New,
        wave: 0,
        absent: Vec::new(),
        taken_by: None,
        connector: None,
        desired: None,
        before: None,
        after: None,
        differences: Vec::new(),
        rows: RowChanges::default(),
        etag: None,
    }
}

fn rule_change(identity: Identity, resource: &Resource, kind: &str, live: Option<&LiveRule>) -> Change {
    let mut change = new_change(identity, resource);
    let after = canonical_alert_rule(&resource.body());
    let Some(live) = live else {
        change.after = Some(after);
        return change;
    };
    let before = canonical_alert_rule(&live.body);
    if !live.kind.eq_ignore_ascii_case(kind) {
        (change.action, change.reason) = (Action::Conflict, Reason::KindDiffers);
    } else if before == after {
        (change.action, change.reason) = (Action::Unchanged, Reason::UpToDate);
        return change;
    } else {
        let disabled = live.display_name().starts_with("AUTO DISABLED");
        change.action = Action::Update;
        change.reason = if disabled { Reason::AutoDisabled } else { Reason::Changed };
        change.differences = differences(&before, &after);
    }
    change.etag.clone_from(&live.etag);
    change.before = Some(before);
    change.after = Some(after);
    change
}

fn watchlist_change(
    identity: Identity,
    resource: &Resource,
    watchlist: &crate::resource::Watchlist,
    live: Option<&LiveWatchlist>,
) -> Change {
    let mut change = new_change(identity, resource);
    let after = canonical_watchlist(&resource.body());
    let Some(live) = live else {
        change.rows.add = watchlist.items().collect();
        change.after = Some(after);
        return change;
    };
    let before = canonical_watchlist(&live.body);
    change.rows = rows::changes(watchlist, live.items.as_deref().unwrap_or_default());
    if before == after && change.rows.is_empty() {
        (change.action, change.reason) = (Action::Unchanged, Reason::UpToDate);
        return change;
    }
    (change.action, change.reason) = (Action::Update, Reason::Changed);
    change.differences = differences(&before, &after);
    change.etag.clone_from(&live.etag);
    change.before = Some(before);
    change.after = Some(after);
    change
}

fn saved_search_change(
    identity: Identity,
    resource: &Resource,
    search: &SavedSearch,
    workspace: &Index<'_>,
) -> Change {
    let mut change = new_change(identity, resource);
    let after = canonical_saved_search(&resource.body());
    let live = workspace.functions.get(&change.identity).copied();
    let of_alias = workspace.functions_by_alias.get(search.function_alias.as_str()).into_iter().flatten();
    let other = of_alias.copied().find(|live| Identity::new(Kind::SavedSearch, &live.id) != change.identity);
    if let Some(other) = other {
        (change.action, change.reason) = (Action::Conflict, Reason::AliasTaken);
        change.taken_by = Some(other.id.clone());
        change.before = Some(canonical_saved_search(&other.body));
    } else if let Some(live) = live {
        let before = canonical_saved_search(&live.body);
        if live.function_alias().is_none() {
            (change.action, change.reason) = (Action::Conflict, Reason::KindDiffers);
        } else if before == after {
            (change.action, change.reason) = (Action::Unchanged, Reason::UpToDate);
            return change;
        } else {
            (change.action, change.reason) = (Action::Update, Reason::Changed);
            change.differences = differences(&before, &after);
        }
        // Without one the service refuses to write over what is there; a list that has none leaves no other way.
        change.etag = Some(live.etag.clone().unwrap_or_else(|| "*".to_owned()));
        change.before = Some(before);
    }
    change.after = Some(after);
    change
}

/// A rule over a table, watchlist or function that is not there would be refused, or would run and find nothing.
fn skip_what_cannot_work(change: &mut Change, wanted: Desired<'_>, workspace: &Index<'_>) {
    if !matches!(change.action, Action::Create | Action::Update) {
        return;
    }
    let absent: Vec<String> =
        wanted.tables.iter().filter(|table| !workspace.tables.contains(table.as_str())).cloned().collect();
    if !absent.is_empty() {
        change.action = Action::Skipped;
        change.reason =
            if wanted.connector.is_some() { Reason::ConnectorAbsent } else { Reason::TableAbsent };
        change.connector = wanted.connector.map(str::to_owned);
        change.absent = absent;
        return;
    }
    let is_there = |alias: &str| {
        let identity = Identity::new(Kind::Watchlist, alias);
        workspace.wanted.contains(&identity) || workspace.watchlists.contains_key(&identity)
    };
    let absent: Vec<String> = wanted.watchlists.iter().filter(|alias| !is_there(alias)).cloned().collect();
    if !absent.is_empty() {
        change.action = Action::Skipped;
        change.reason = Reason::WatchlistAbsent;
        change.absent = absent;
        return;
    }
    let is_there = |id: &str| {
        let identity = Identity::new(Kind::SavedSearch, id);
        workspace.wanted.contains(&identity) || workspace.functions.contains_key(&identity)
    };
    let absent: Vec<String> = wanted.functions.iter().filter(|id| !is_there(id)).cloned().collect();
    if !absent.is_empty() {
        change.action = Action::Skipped;
        change.reason = Reason::FunctionAbsent;
        change.absent = absent;
    }
}

impl Change {
    /// The body of the PUT, with the etag that was read.
    pub fn body(&self, mut body: Value) -> Value {
        if let Some(etag) = &self.etag {
            body["etag"] = json!(etag);
        }
        body
    }
}

#[cfg(test)]
mod tests;
