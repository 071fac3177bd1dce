//! Writing a watchlist and its rows.
//!
//! The service takes rows in bulk with the watchlist's PUT, but only adds them: rows that the folder no longer has
//! stay. So few rows are written one by one, and many in bulk with what is then still different written one by one.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Action, Change, Difference, RowChanges, differences, row_changes};
use crate::resource::{Watchlist, canonical_watchlist};

/// Up to so many new rows are written one by one; each costs a request, whereas the bulk way sends the whole list.
const FEW_ROWS: usize = 100;

/// How often a write is sent whose outcome is unknown. Writing a row again changes nothing.
const ATTEMPTS: usize = 3;

/// The namespace of the ids of new rows, so that a row has one id however often it is sent.
const ROW_NAMESPACE: Uuid = Uuid::from_u128(0x5d1f_3f5a_8c0b_5d0e_9c55_3b0f_a7c2_6e11);

/// Writes a watchlist and tells in which fields the service's answer differs from it.
pub(super) async fn write(
    client: &Client,
    change: &Change,
    list: &Watchlist,
    concurrency: usize,
) -> Result<Vec<Difference>, Error> {
    if change.action == Action::Create {
        let answer = put(client, list, &change.body(list.body())).await?;
        return Ok(kept(&answer, list));
    }
    let bulk = change.rows.add.len() > FEW_ROWS;
    let mut kept_fields = Vec::new();
    if bulk || !change.differences.is_empty() {
        let body = if bulk { list.body() } else { list.metadata_body() };
        let answer = put(client, list, &change.body(body)).await?;
        kept_fields = kept(&answer, list);
    }
    if bulk {
        let live = client.watchlist_rows(&list.alias).await?;
        write_rows(client, list, &row_changes(list, &live), concurrency).await?;
    } else {
        write_rows(client, list, &change.rows, concurrency).await?;
    }
    Ok(kept_fields)
}

async fn put(client: &Client, list: &Watchlist, body: &Value) -> Result<Value, Error> {
    let mut attempt = 1;
    loop {
        let error = match client.put_watchlist(&list.alias, body).await {
            Ok(answer) => return Ok(answer),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        let etag = body.get("etag").and_then(Value::as_str);
        match client.get_watchlist(&list.alias).await? {
            Some(live) if canonical_watchlist(&live) == canonical_watchlist(body) && !has_rows(body) => {
                return Ok(live);
            }
            // Adding the same rows again changes nothing, so only a change by someone else stands in the way.
            Some(live) if etag.is_none() || live.get("etag").and_then(Value::as_str) == etag => {}
            None if etag.is_none() => {}
            _ => return Err(error),
        }
    }
}

fn has_rows(body: &Value) -> bool {
    body.pointer("/properties/rawContent").is_some()
}

/// Rows that stay come first, so that the list is at no time emptier than both its old and its new state.
async fn write_rows(
    client: &Client,
    list: &Watchlist,
    rows: &RowChanges,
    concurrency: usize,
) -> Result<(), Error> {
    let updates = rows
        .update
        .iter()
        .map(|update| (update.before.id.clone(), item_body(&update.after, update.before.etag.as_deref())));
    let adds = rows.add.iter().map(|row| (new_row_id(list, row), item_body(row, None)));
    stream::iter(updates.chain(adds))
        .map(|(id, body)| async move {
            repeated(|| client.put_watchlist_item(&list.alias, &id, &body)).await.map(drop)
        })
        .buffer_unordered(concurrency)
        .try_collect::<()>()
        .await?;
    stream::iter(&rows.remove)
        .map(|row| async move { repeated(|| client.delete_watchlist_item(&list.alias, &row.id)).await })
        .buffer_unordered(concurrency)
        .try_collect::<()>()
        .await
}

/// Sends a write that may be repeated until its outcome is known.
async fn repeated<T, F: Future<Output = Result<T, Error>>>(send: impl Fn() -> F) -> Result<T, Error> {
    for _ in 1..ATTEMPTS {
        match send().await {
            Err(error) if error.kind() == ErrorKind::UnknownOutcome => {}
            known => return known,
        }
    }
    send().await
}

fn item_body(row: &BTreeMap<String, String>, etag: Option<&str>) -> Value {
    let mut body = json!({ "properties": { "itemsKeyValue": row } });
    if let Some(etag) = etag {
        body["etag"] = json!(etag);
    }
    body
}

fn new_row_id(list: &Watchlist, row: &BTreeMap<String, String>) -> String {
    let key = row.get(&list.items_search_key).map_or("", String::as_str);
    Uuid::new_v5(&ROW_NAMESPACE, format!("{}\n{key}", list.alias.to_ascii_lowercase()).as_bytes()).to_string()
}

fn kept(answer: &Value, list: &Watchlist) -> Vec<Difference> {
    if answer.get("properties").is_none() {
        return Vec::new();
    }
    differences(&canonical_watchlist(&list.body()), &canonical_watchlist(answer))
}
