//! Resources and a snapshot to a plan.

use std::collections::{HashMap, HashSet};

use super::step::{FEW_ROWS, steps};
use super::{
    Action, FORMAT_VERSION, LiveState, NotOurs, Plan, Reason, RowChanges, Sides, Source, State, Verdict,
    decide, differences, waves,
};
use crate::operation::{Expect, Operations, Target};
use crate::resource::{Fingerprint, Identity, Kind, Live, Look, Resource, Snapshot};

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
    /// Where it is in the folder.
    pub source: Option<Source>,
}

/// What of a workspace a plan of these needs to see: the kinds that the folder has or needs, and those that a plan
/// always lists.
pub fn look(desired: &[Desired<'_>]) -> Look {
    let wanted = desired.iter().map(|wanted| wanted.resource.kind());
    let needed = desired.iter().flat_map(|wanted| &wanted.needs).map(|identity| identity.kind);
    let always = Kind::ALL.iter().copied().filter(|kind| kind.definition().always_listed);
    let with_rows = desired.iter().filter(|wanted| wanted.resource.rows().is_some());
    Look {
        kinds: wanted.chain(needed).chain(always).collect(),
        closely: with_rows.map(|wanted| wanted.resource.identity()).collect(),
    }
}

/// Compares what the folder wants with what the workspace has. `held` names what is in files that are left out
/// because of their errors: it is ours, and neither changed nor listed as not ours.
pub fn plan(target: Target, desired: &[Desired<'_>], snapshot: &Snapshot, held: &[Identity]) -> Plan {
    let operations = Operations::new(target.workspace.clone(), &target.api_version);
    let workspace = Index::new(desired, snapshot, held);
    let mut inputs = Vec::with_capacity(desired.len());
    let mut verdicts: Vec<Verdict> = desired
        .iter()
        .zip(waves::of(desired))
        .map(|(wanted, wave)| {
            let after = Form::of(wanted.resource);
            inputs.push(input(wanted, &after.state));
            Verdict { wave, ..verdict(wanted, after, &workspace, &operations) }
        })
        .collect();
    verdicts.sort_by_key(|verdict| verdict.wave);
    inputs.sort_unstable();
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
    let inputs = Fingerprint::of_parts("inputs", inputs);
    Plan { format_version: FORMAT_VERSION, target, inputs, verdicts, not_ours }
}

/// A canonical form with its hash and that of the rows.
struct Form {
    canonical: serde_json::Value,
    state: State,
}

impl Form {
    fn of(resource: &Resource) -> Self {
        let kind = resource.kind();
        let canonical = kind.canonical(resource.body());
        let form = Fingerprint::of(kind, &canonical);
        let rows = resource.rows().map(|(rows, _)| rows.fingerprint());
        Self { canonical, state: State { form, rows } }
    }
}

/// All that the plan depends on of one desired resource, but not where its file is.
fn input(wanted: &Desired<'_>, state: &State) -> Fingerprint {
    let identity = wanted.resource.identity();
    let rows = state.rows.map(|rows| rows.to_string());
    let needs: Vec<String> = wanted.needs.iter().map(ToString::to_string).collect();
    let parts =
        serde_json::json!([identity, state.form, rows, wanted.tables, needs, wanted.connector]).to_string();
    Fingerprint::of_parts("input", [parts])
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

    /// Another resource that has the alias of this one.
    fn with_alias_of(&self, identity: &Identity, canonical: &serde_json::Value) -> Option<&'a Live> {
        let alias = (identity.kind.definition().alias)(canonical)?;
        let of_alias = self.by_alias.get(&(identity.kind, alias)).into_iter().flatten();
        of_alias.copied().find(|live| live.identity != *identity)
    }
}

fn verdict(wanted: &Desired<'_>, after: Form, workspace: &Index<'_>, operations: &Operations) -> Verdict {
    let resource = wanted.resource;
    let identity = resource.identity();
    let definition = identity.kind.definition();
    let live = workspace.live.get(&identity).copied();
    let other = workspace.with_alias_of(&identity, &after.canonical);
    let sides = Sides {
        last_applied: None,
        wanted: Some(after.state),
        live: live.map(|live| LiveState {
            state: State {
                // A form that is the same has the same hash, and is most often what there is.
                form: if live.canonical == after.canonical {
                    after.state.form
                } else {
                    Fingerprint::of(identity.kind, &live.canonical)
                },
                rows: live.rows.as_ref().map(|rows| rows.cells().fingerprint()),
            },
            can_become: (definition.can_become)(&after.canonical, &live.canonical),
            is_switched_off: (definition.is_switched_off)(&live.canonical),
        }),
    };
    let decided = if other.is_some() { Some((Action::Conflict, Reason::AliasTaken)) } else { decide(sides) };
    // What the folder wants always has a verdict.
    let (action, reason) = decided.unwrap_or((Action::Unchanged, Reason::UpToDate));
    let mut verdict = Verdict {
        display_name: resource.display_name().to_owned(),
        identity,
        source: wanted.source.clone(),
        action,
        reason,
        wave: 0,
        needs: wanted.needs.clone(),
        absent: Vec::new(),
        taken_by: other.map(|other| other.identity.name.clone()),
        connector: None,
        before: other.or(live).map(|before| before.canonical.clone()),
        after: Some(after.canonical),
        differences: Vec::new(),
        rows: RowChanges::default(),
        steps: Vec::new(),
    };
    match action {
        Action::Unchanged => (verdict.before, verdict.after) = (None, None),
        Action::Create | Action::Update => {
            compare(&mut verdict, resource, live);
            skip_what_cannot_work(&mut verdict, wanted, workspace);
        }
        Action::Delete | Action::Skipped | Action::Conflict => {}
    }
    if matches!(verdict.action, Action::Create | Action::Update) {
        let expect = match live {
            None => Expect::Absent,
            Some(live) => live.etag.clone().map_or(Expect::Any, Expect::Etag),
        };
        verdict.steps = steps(operations, resource, expect, &verdict.differences, &verdict.rows);
    }
    verdict
}

/// The fields and rows in which both sides differ.
fn compare(verdict: &mut Verdict, resource: &Resource, live: Option<&Live>) {
    let rows = resource.rows();
    let Some(live) = live else {
        verdict.rows = rows.map(|(rows, key)| RowChanges::all(key, rows)).unwrap_or_default();
        return;
    };
    if let (Some(before), Some(after)) = (&verdict.before, &verdict.after) {
        verdict.differences = differences(before, after);
    }
    if let (Some((rows, key)), Some(live)) = (rows, &live.rows) {
        let changes = RowChanges::between(&verdict.identity.name, key, rows, live);
        verdict.rows =
            if changes.added().len() > FEW_ROWS { changes.together() } else { changes.row_by_row() };
    }
}

/// A rule over a table, watchlist or function that is not there would be refused, or would run and find nothing.
fn skip_what_cannot_work(verdict: &mut Verdict, wanted: &Desired<'_>, workspace: &Index<'_>) {
    let absent: Vec<String> =
        wanted.tables.iter().filter(|table| !workspace.tables.contains(table.as_str())).cloned().collect();
    if !absent.is_empty() {
        verdict.action = Action::Skipped;
        verdict.reason =
            if wanted.connector.is_some() { Reason::ConnectorAbsent } else { Reason::TableAbsent };
        verdict.connector = wanted.connector.map(str::to_owned);
        verdict.absent = absent;
        return;
    }
    let absent = || wanted.needs.iter().filter(|needed| !workspace.has(needed));
    let Some(kind) = absent().map(|needed| needed.kind).next() else { return };
    verdict.action = Action::Skipped;
    verdict.reason = Reason::Absent(kind);
    verdict.absent =
        absent().filter(|needed| needed.kind == kind).map(|needed| needed.name.clone()).collect();
}
