//! Writing a watchlist and its rows.
//!
//! The service takes rows in bulk with the watchlist's PUT, but only adds them: rows that the folder no longer has
//! stay. So few rows are written one by one, and many in bulk with what is then still different written one by one.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Action, Change, Difference, FEW_ROWS, RowChanges, differences};
use crate::resource::{Kind, LiveRows, Resource, Row, RowAnswer, Watchlist};

/// How often a write is sent whose outcome was unknown and which proved not to have happened.
const ATTEMPTS: usize = 3;

/// Writes a watchlist and tells in which fields the service's answer differs from it.
pub(super) async fn write(
    client: &Client,
    change: &Change,
    list: &Watchlist,
    concurrency: usize,
) -> Result<Vec<Difference>, Error> {
    let creates = change.action == Action::Create;
    let bulk = creates || change.rows.added().len() > FEW_ROWS;
    let mut kept_fields = Vec::new();
    let mut answered = true;
    if bulk || !change.differences.is_empty() {
        let body = if bulk { whole_body(list) } else { resource(list).body() };
        let (stored, how) = put(client, list, &change.body(body)).await?;
        kept_fields = kept(&stored, list);
        answered = how == Put::Answered;
    }
    if creates && answered {
        // A new list has the rows that were sent with it and no others.
    } else if bulk {
        let live = client.rows(Kind::Watchlist, &list.alias).await?;
        write_rows(client, list, &left(list, &live), concurrency).await?;
    } else {
        write_rows(client, list, &change.rows, concurrency).await?;
    }
    Ok(kept_fields)
}

/// How it is known that a watchlist was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    /// The service said so.
    Answered,
    /// It shows what was sent; whether it took all of the rows is not known.
    ReadBack,
}

async fn put(client: &Client, list: &Watchlist, body: &Value) -> Result<(Value, Put), Error> {
    let etag = body.get("etag").and_then(Value::as_str);
    let mut attempt = 1;
    loop {
        let error = match client.put(Kind::Watchlist, &list.alias, body).await {
            Ok(answer) => return Ok((answer, Put::Answered)),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        // Where it cannot be read back, what is told is that nobody knows, and not that it cannot be read.
        let Ok(live) = client.settled(Kind::Watchlist, &list.alias).await else { return Err(error) };
        match live {
            // Nobody wrote since the plan was made, so the same write is still the right one.
            Some(live) if etag.is_some() && live.get("etag").and_then(Value::as_str) == etag => {}
            None if etag.is_none() => {}
            Some(live) if canonical(&live) == canonical(body) => {
                return Ok((live, Put::ReadBack));
            }
            _ => return Err(error),
        }
    }
}

/// Rows that stay come first, so that the list is at no time emptier than both its old and its new state.
async fn write_rows(
    client: &Client,
    list: &Watchlist,
    rows: &RowChanges,
    concurrency: usize,
) -> Result<(), Error> {
    let updates = rows.updated().map(|(live, row)| (live.id, row, live.etag));
    let adds = rows.added_with_ids().map(|(id, row)| (id, row, None));
    stream::iter(updates.chain(adds))
        .map(|(id, row, etag)| async move { write_row(client, list, id, row, etag).await })
        .buffer_unordered(concurrency)
        .try_collect::<()>()
        .await?;
    stream::iter(rows.removed())
        .map(|row| remove_row(client, list, row.id))
        .buffer_unordered(concurrency)
        .try_collect::<()>()
        .await
}

async fn write_row(
    client: &Client,
    list: &Watchlist,
    id: &str,
    row: Row<'_>,
    etag: Option<&str>,
) -> Result<(), Error> {
    let body = item_body(row, etag);
    let mut attempt = 1;
    loop {
        let error = match client.put_row(Kind::Watchlist, &list.alias, id, &body).await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        let Ok(live) = client.get_row(Kind::Watchlist, &list.alias, id).await else { return Err(error) };
        let mut rows = LiveRows::new();
        let is_there = live.is_some();
        let read = live.and_then(|live| serde_json::from_value::<RowAnswer>(live).ok());
        let live = read.filter(|answer| answer.add_to(&mut rows)).map(|_| rows.row(0));
        match live {
            Some(live) if live.cells.filled().eq(row.filled()) => return Ok(()),
            Some(live) if etag.is_some() && live.etag == etag => {}
            None if etag.is_none() && !is_there => {}
            _ => return Err(error),
        }
    }
}

/// Deleting a row that is gone is no error, so it may be repeated until its outcome is known.
async fn remove_row(client: &Client, list: &Watchlist, id: &str) -> Result<(), Error> {
    for _ in 1..ATTEMPTS {
        match client.delete_row(Kind::Watchlist, &list.alias, id).await {
            Err(error) if error.kind() == ErrorKind::UnknownOutcome => {}
            known => return known,
        }
    }
    client.delete_row(Kind::Watchlist, &list.alias, id).await
}

fn item_body(row: Row<'_>, etag: Option<&str>) -> Value {
    let mut body = json!({ "properties": { "itemsKeyValue": row.members() } });
    if let Some(etag) = etag {
        body["etag"] = json!(etag);
    }
    body
}

fn kept(answer: &Value, list: &Watchlist) -> Vec<Difference> {
    if answer.get("properties").is_none() {
        return Vec::new();
    }
    differences(&canonical(&whole_body(list)), &canonical(answer))
}

fn resource(list: &Watchlist) -> Resource {
    Resource::Watchlist(list.clone())
}

fn whole_body(list: &Watchlist) -> Value {
    resource(list).body_with_rows()
}

/// What the rows of the workspace still lack.
fn left(list: &Watchlist, live: &LiveRows) -> RowChanges {
    RowChanges::between(&list.alias, &list.items_search_key, &list.rows, live)
}

fn canonical(body: &Value) -> Value {
    Kind::Watchlist.canonical(body.clone())
}
