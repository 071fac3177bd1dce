//! Resources and a snapshot to changes.
//!
//! A plan is data and computing it is pure: no clock, no network, no printing. It compares the canonical forms of
//! what the folder wants and what the workspace has, over every field.

mod difference;
mod rows;
mod waves;

pub use difference::{Difference, differences};
pub use rows::RowChanges;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::resource::{Identity, Kind, Live, Look, Resource, Snapshot, WithoutEtag};

/// Up to so many new rows are sent one by one; each costs a request, whereas together means the whole list.
pub const FEW_ROWS: usize = 100;

/// A resource that the folder wants in the workspace, and what it needs there.
#[derive(Debug, Clone)]
pub struct Desired<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The tables that its query reads.
    pub tables: &'a [String],
    /// The watchlists that its query reads, and then the functions that it calls.
    pub needs: Vec<Identity>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Skipped: the query needs something of this kind, such as a watchlist, that neither the folder nor the workspace
    /// has.
    Absent(Kind),
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
        matches!(self, Self::TableAbsent | Self::Absent(_))
    }

    /// The reason in JSON: `watchlist-absent`.
    pub fn word(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::AutoDisabled => "auto-disabled",
            Self::UpToDate => "up-to-date",
            Self::ConnectorAbsent => "connector-absent",
            Self::TableAbsent => "table-absent",
            Self::Absent(kind) => return Cow::Owned(format!("{}-absent", kind.noun().replace(' ', "-"))),
            Self::KindDiffers => "kind-differs",
            Self::AliasTaken => "alias-taken",
        })
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.word())
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

/// What of a workspace a plan of these needs to see: the kinds that the folder has or needs, and those that a plan
/// always lists.
pub fn look(desired: &[Desired<'_>]) -> Look {
    let wanted = desired.iter().map(|wanted| wanted.resource.kind());
    let needed = desired.iter().flat_map(|wanted| &wanted.needs).map(|identity| identity.kind);
    let always = Kind::ALL.iter().copied().filter(|kind| kind.definition().always_listed);
    let with_rows = desired.iter().filter(|wanted| wanted.resource.kind().definition().rows.is_some());
    Look {
        kinds: wanted.chain(needed).chain(always).collect(),
        closely: with_rows.map(|wanted| wanted.resource.identity()).collect(),
    }
}

/// Compares what the folder wants with what the workspace has. `held` names what is in files that are left out
/// because of their errors: it is ours, and neither changed nor listed as not ours.
pub fn plan(desired: &[Desired<'_>], snapshot: &Snapshot, held: &[Identity]) -> Plan {
    let workspace = Index::new(desired, snapshot, held);
    let mut changes: Vec<Change> =
        desired.iter().enumerate().map(|(at, wanted)| change(at, wanted, &workspace)).collect();
    for (change, wave) in changes.iter_mut().zip(waves::of(desired)) {
        change.wave = wave;
    }
    changes.sort_by_key(|change| change.wave);
    let mut others: Vec<&Live> = snapshot
        .resources
        .iter()
        .filter(|live| live.is_content() && !workspace.ours.contains(&live.identity))
        .collect();
    others.sort_by_key(|live| live.identity.kind.definition().wave);
    let not_ours = others
        .into_iter()
        .map(|live| NotOurs {
            kind: live.identity.kind,
            id: live.identity.name.clone(),
            name: live.display_name.clone(),
        })
        .collect();
    Plan { changes, not_ours }
}

/// Both sides by name, so that a plan takes no longer than they are long.
struct Index<'a> {
    live: HashMap<&'a Identity, &'a Live>,
    /// By kind and alias, which a call compares by case.
    by_alias: HashMap<(Kind, &'a str), Vec<&'a Live>>,
    tables: HashSet<&'a str>,
    /// What is in the folder, in files with errors too.
    ours: HashSet<Identity>,
    /// What the folder wants.
    wanted: HashSet<Identity>,
}

impl<'a> Index<'a> {
    fn new(desired: &[Desired<'_>], snapshot: &'a Snapshot, held: &[Identity]) -> Self {
        let mut by_alias: HashMap<(Kind, &str), Vec<_>> = HashMap::new();
        for live in &snapshot.resources {
            if let Some(alias) = live.alias() {
                by_alias.entry((live.identity.kind, alias)).or_default().push(live);
            }
        }
        let wanted: HashSet<_> = desired.iter().map(|wanted| wanted.resource.identity()).collect();
        Self {
            live: snapshot.resources.iter().map(|live| (&live.identity, live)).collect(),
            by_alias,
            tables: snapshot.tables.iter().map(String::as_str).collect(),
            ours: wanted.iter().chain(held).cloned().collect(),
            wanted,
        }
    }

    /// Whether something is there, or will be.
    fn has(&self, identity: &Identity) -> bool {
        self.wanted.contains(identity) || self.live.contains_key(identity)
    }
}

fn change(at: usize, wanted: &Desired<'_>, workspace: &Index<'_>) -> Change {
    let mut change = compare(wanted.resource, workspace);
    change.desired = Some(at);
    skip_what_cannot_work(&mut change, wanted, workspace);
    change
}

fn compare(resource: &Resource, workspace: &Index<'_>) -> Change {
    let identity = resource.identity();
    let definition = identity.kind.definition();
    let after = identity.kind.canonical(resource.body());
    let live = workspace.live.get(&identity).copied();
    let taken_by = (definition.alias)(&after).and_then(|alias| {
        let of_alias = workspace.by_alias.get(&(identity.kind, alias)).into_iter().flatten();
        of_alias.copied().find(|live| live.identity != identity)
    });
    let mut change = Change {
        display_name: resource.display_name().to_owned(),
        identity,
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
    };
    if let Some(other) = taken_by {
        (change.action, change.reason) = (Action::Conflict, Reason::AliasTaken);
        change.taken_by = Some(other.identity.name.clone());
        change.before = Some(other.canonical.clone());
    } else if let Some(live) = live {
        let before = &live.canonical;
        if let (Some((rows, key)), Some(live)) = (resource.rows(), &live.rows) {
            let changes = RowChanges::between(&change.identity.name, key, rows, live);
            change.rows =
                if changes.added().len() > FEW_ROWS { changes.together() } else { changes.row_by_row() };
        }
        if !(definition.can_become)(&after, before) {
            (change.action, change.reason) = (Action::Conflict, Reason::KindDiffers);
        } else if *before == after && change.rows.is_empty() {
            (change.action, change.reason) = (Action::Unchanged, Reason::UpToDate);
            return change;
        } else {
            let switched_off = (definition.is_switched_off)(before);
            change.action = Action::Update;
            change.reason = if switched_off { Reason::AutoDisabled } else { Reason::Changed };
            change.differences = differences(before, &after);
        }
        let star = || (definition.without_etag == WithoutEtag::Star).then(|| "*".to_owned());
        change.etag = live.etag.clone().or_else(star);
        change.before = Some(before.clone());
    } else if let Some((rows, _)) = resource.rows() {
        change.rows = RowChanges::all(rows);
    }
    change.after = Some(after);
    change
}

/// A rule over a table, watchlist or function that is not there would be refused, or would run and find nothing.
fn skip_what_cannot_work(change: &mut Change, wanted: &Desired<'_>, workspace: &Index<'_>) {
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
    let absent = || wanted.needs.iter().filter(|needed| !workspace.has(needed));
    let Some(kind) = absent().map(|needed| needed.kind).next() else { return };
    change.action = Action::Skipped;
    change.reason = Reason::Absent(kind);
    change.absent = absent().filter(|needed| needed.kind == kind).map(|needed| needed.name.clone()).collect();
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
