//! A plan and a client to outcomes.
//!
//! Watchlists are written before the functions and rules that read them, functions before what calls them, each wave
//! with bounded concurrency. Every update carries
//! the etag that the plan read, so that nobody's change in between is lost. A write whose outcome is unknown is read
//! back before anything is written again. One failure stops only what depends on it.

mod watchlist;
mod whole;

use std::collections::HashSet;

use futures::{StreamExt as _, stream};

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Action, Change, Desired, Difference, Plan, Summary};
use crate::resource::{Identity, Resource};

/// What may be set for an apply.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many resources are written at a time, from 1.
    pub concurrency: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { concurrency: 8 }
    }
}

/// What became of a change.
#[derive(Debug)]
pub enum Outcome {
    /// There was nothing to write, or it is not to be written; see the change's action and reason.
    NotWritten,
    /// It was written. The fields are those in which the service's answer differs from what was sent, as when an API
    /// version drops a property; most often none.
    Written(Vec<Difference>),
    /// Someone changed it after the plan was made; nothing was written.
    Conflict(Error),
    /// The service refused it, or it is not known whether it was written.
    Failed(Error),
    /// It was not sent, since this watchlist that it reads or function that it calls could not be created.
    Blocked(Identity),
}

/// Carries out a plan. The outcomes are in the order of its changes; `finished` hears each as it comes.
pub async fn apply(
    client: &Client,
    plan: &Plan,
    desired: &[Desired<'_>],
    options: Options,
    finished: &(dyn Fn(&Change, &Outcome) + Sync),
) -> Vec<Outcome> {
    let mut outcomes: Vec<(usize, Outcome)> = Vec::with_capacity(plan.changes.len());
    let mut lost: HashSet<Identity> = HashSet::new();
    let changes: Vec<(usize, &Change)> = plan.changes.iter().enumerate().collect();
    for wave in changes.chunk_by(|(_, before), (_, after)| before.wave == after.wave) {
        let lost_so_far = &lost;
        let wave: Vec<_> = stream::iter(wave.iter().copied())
            .map(|(at, change)| async move {
                let outcome = write(client, change, desired, lost_so_far, options).await;
                finished(change, &outcome);
                (at, outcome)
            })
            .buffer_unordered(options.concurrency.max(1))
            .collect()
            .await;
        lost.extend(wave.iter().filter_map(|(at, outcome)| {
            let change = &plan.changes[*at];
            let failed = matches!(outcome, Outcome::Failed(_) | Outcome::Conflict(_) | Outcome::Blocked(_));
            (failed && change.action == Action::Create).then(|| change.identity.clone())
        }));
        outcomes.extend(wave);
    }
    outcomes.sort_unstable_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn write(
    client: &Client,
    change: &Change,
    desired: &[Desired<'_>],
    lost: &HashSet<Identity>,
    options: Options,
) -> Outcome {
    if !matches!(change.action, Action::Create | Action::Update) {
        return Outcome::NotWritten;
    }
    let Some(wanted) = change.desired.and_then(|at| desired.get(at)) else { return Outcome::NotWritten };
    if let Some(needed) = wanted.needs.iter().find(|needed| lost.contains(needed)) {
        return Outcome::Blocked(needed.clone());
    }
    let written = match wanted.resource {
        Resource::Watchlist(list) => watchlist::write(client, change, list, options.concurrency).await,
        whole => whole::write(client, change, whole).await,
    };
    match written {
        Ok(differences) => Outcome::Written(differences),
        Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::PreconditionFailed) => {
            Outcome::Conflict(error)
        }
        Err(error) => Outcome::Failed(error),
    }
}

/// Counts what became of a plan.
pub fn summary(plan: &Plan, outcomes: &[Outcome]) -> Summary {
    let mut summary = Summary::default();
    for (change, outcome) in plan.changes.iter().zip(outcomes) {
        match outcome {
            Outcome::NotWritten | Outcome::Written(_) => summary.count(change),
            Outcome::Conflict(_) => summary.conflict += 1,
            Outcome::Failed(_) | Outcome::Blocked(_) => summary.failed += 1,
        }
    }
    summary
}
