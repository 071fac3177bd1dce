//! A plan and a client to outcomes.
//!
//! Watchlists are written before the functions and rules that read them, functions before what calls them, each wave
//! with bounded concurrency. Every update carries
//! the etag that the plan read, so that nobody's change in between is lost. A write whose outcome is unknown is read
//! back before anything is written again. One failure stops only what depends on it.

mod write;

use std::collections::HashSet;

use futures::{StreamExt as _, stream};

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Action, Difference, Plan, Summary, Verdict};
use crate::resource::Identity;

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

/// What became of a verdict.
#[derive(Debug)]
pub enum Outcome {
    /// There was nothing to write, or it is not to be written; see the verdict's action and reason.
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

/// A plan was made for another workspace than the client's, or for another endpoint or API version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan was made for {planned}, not for {client}: make the plan again")]
pub struct OtherTarget {
    /// What the plan was made for.
    pub planned: String,
    /// Where the client sends to.
    pub client: String,
}

/// Carries out a plan: exactly its steps, and no others. The outcomes are in the order of its verdicts; `finished` gets
/// each as it comes.
///
/// # Errors
/// [`OtherTarget`], with nothing sent, when the client is not one of the workspace, endpoint and API version that the
/// plan was made for.
pub async fn apply(
    client: &Client,
    plan: &Plan,
    options: Options,
    finished: &(dyn Fn(&Verdict, &Outcome) + Sync),
) -> Result<Vec<Outcome>, OtherTarget> {
    let operations = plan.operations();
    let planned = (&plan.target.endpoint, &operations);
    let endpoint = client.endpoint().base().to_string();
    if planned != (&endpoint, client.operations()) {
        let shown = |endpoint: &str, workspace, version| format!("{workspace} at {endpoint} with {version}");
        return Err(OtherTarget {
            planned: shown(&plan.target.endpoint, operations.workspace(), operations.api_version()),
            client: shown(&endpoint, client.workspace(), client.operations().api_version()),
        });
    }
    let concurrency = options.concurrency.max(1);
    let mut outcomes: Vec<(usize, Outcome)> = Vec::with_capacity(plan.verdicts.len());
    let mut lost: HashSet<Identity> = HashSet::new();
    let verdicts: Vec<(usize, &Verdict)> = plan.verdicts.iter().enumerate().collect();
    for wave in verdicts.chunk_by(|(_, before), (_, after)| before.wave == after.wave) {
        let (lost_so_far, operations) = (&lost, &operations);
        let wave: Vec<_> = stream::iter(wave.iter().copied())
            .map(|(at, verdict)| async move {
                let outcome = match verdict.needs.iter().find(|needed| lost_so_far.contains(needed)) {
                    _ if verdict.steps.is_empty() => Outcome::NotWritten,
                    Some(needed) => Outcome::Blocked(needed.clone()),
                    None => write::take_steps(client, operations, verdict, concurrency).await.into(),
                };
                finished(verdict, &outcome);
                (at, outcome)
            })
            .buffer_unordered(concurrency)
            .collect()
            .await;
        lost.extend(wave.iter().filter_map(|(at, outcome)| {
            let verdict = &plan.verdicts[*at];
            let failed = matches!(outcome, Outcome::Failed(_) | Outcome::Conflict(_) | Outcome::Blocked(_));
            (failed && verdict.action == Action::Create).then(|| verdict.identity.clone())
        }));
        outcomes.extend(wave);
    }
    outcomes.sort_unstable_by_key(|(at, _)| *at);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

impl From<Result<Vec<Difference>, Error>> for Outcome {
    fn from(written: Result<Vec<Difference>, Error>) -> Self {
        match written {
            Ok(not_kept) => Self::Written(not_kept),
            Err(error) if matches!(error.kind(), ErrorKind::Conflict | ErrorKind::PreconditionFailed) => {
                Self::Conflict(error)
            }
            Err(error) => Self::Failed(error),
        }
    }
}

/// Counts what became of a plan.
pub fn summary(plan: &Plan, outcomes: &[Outcome]) -> Summary {
    let mut summary = Summary::default();
    for (verdict, outcome) in plan.verdicts.iter().zip(outcomes) {
        match outcome {
            Outcome::NotWritten | Outcome::Written(_) => summary.count(verdict),
            Outcome::Conflict(_) => summary.conflict += 1,
            Outcome::Failed(_) | Outcome::Blocked(_) => summary.failed += 1,
        }
    }
    summary
}
