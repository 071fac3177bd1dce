//! Sending writes until it is known what became of them.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use crate::azure::{Client, Error, ErrorKind};
use crate::operation::{Found, Operations, Write};
use crate::plan::{Difference, RowChanges, Step, Verdict, When, differences, row_writes};

/// How often a write is sent whose outcome was unknown and which proved not to have happened.
const ATTEMPTS: usize = 3;

/// How it is known that a write was done.
#[derive(Debug)]
enum Done {
    /// The service said so, with the resource as stored.
    Answered(Value),
    /// Reading back shows it. Of a resource with rows that is not known of its rows.
    ReadBack,
}

/// Takes the steps of a verdict, and gives the fields in which the service's answer differs from what was sent.
pub(super) async fn take_steps(
    client: &Client,
    operations: &Operations,
    verdict: &Verdict,
    concurrency: usize,
) -> Result<Vec<Difference>, Error> {
    let (mut not_kept, mut answered) = (Vec::new(), true);
    for step in &verdict.steps {
        match step {
            Step::Send(write) => (not_kept, answered) = send_whole(client, write, write).await?,
            Step::SendWithRows(write) => {
                let carrying = write.carrying(verdict.rows.wanted());
                (not_kept, answered) = send_whole(client, write, &carrying).await?;
            }
            Step::SendRows => send_rows(client, operations, verdict, &verdict.rows, concurrency).await?,
            Step::CompleteRows { when } => {
                if *when == When::Always || !answered {
                    let left = left(client, verdict).await?;
                    send_rows(client, operations, verdict, &left, concurrency).await?;
                }
            }
        }
    }
    Ok(not_kept)
}

/// Sends the write of a resource; `sent` is the same with its rows. Gives the fields that the service did not keep, and
/// whether it answered.
async fn send_whole(client: &Client, write: &Write, sent: &Write) -> Result<(Vec<Difference>, bool), Error> {
    match send(client, sent).await? {
        // An answer without a body says nothing.
        Done::Answered(answer) if answer.get("properties").is_none() => Ok((Vec::new(), true)),
        Done::Answered(answer) => {
            let kind = write.verify.kind();
            let after = kind.canonical(write.body().clone());
            Ok((differences(&after, &kind.canonical(answer)), true))
        }
        Done::ReadBack => Ok((Vec::new(), false)),
    }
}

/// Sends a write until it is known what became of it.
async fn send(client: &Client, write: &Write) -> Result<Done, Error> {
    let mut attempt = 1;
    loop {
        let error = match client.carry_out(write).await {
            Ok(answer) => return Ok(Done::Answered(answer)),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        // Deleting what is gone is no error, so it may be repeated until its outcome is known.
        if write.verify.is_gone() {
            continue;
        }
        // Where it cannot be read back, what is reported is that nobody knows, and not that it cannot be read.
        let Ok(live) = client.read_back(write).await else { return Err(error) };
        match write.found(live.as_ref()) {
            Found::Done => return Ok(Done::ReadBack),
            Found::NotDone => {}
            Found::Unknown => return Err(error),
        }
    }
}

/// Sends each row by itself: first those that stay, so that the list is at no time emptier than both its old and its new
/// state.
async fn send_rows(
    client: &Client,
    operations: &Operations,
    verdict: &Verdict,
    rows: &RowChanges,
    concurrency: usize,
) -> Result<(), Error> {
    let (puts, removes) = row_writes(operations, &verdict.identity, rows);
    send_all(client, puts, concurrency).await?;
    send_all(client, removes, concurrency).await
}

async fn send_all(
    client: &Client,
    writes: impl Iterator<Item = Write>,
    concurrency: usize,
) -> Result<(), Error> {
    stream::iter(writes)
        .map(|write| async move { send(client, &write).await.map(drop) })
        .buffer_unordered(concurrency)
        .try_collect()
        .await
}

/// The rows that still differ from what the folder wants.
async fn left(client: &Client, verdict: &Verdict) -> Result<RowChanges, Error> {
    let (name, rows) = (&verdict.identity.name, &verdict.rows);
    let live = client.rows(verdict.identity.kind, name).await?;
    Ok(RowChanges::between(name, rows.key(), rows.wanted(), &live))
}
