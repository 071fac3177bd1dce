//! Putting rows into a watchlist, and counting what that changes.

use std::collections::HashSet;

use axum::http::StatusCode;

use super::content::Row;
use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::options::WatchlistPut;
use crate::state::{Item, Watchlist};

/// Puts the rows into the watchlist: those that it already has, cell for cell, change nothing.
pub(super) fn store(call: &mut Call<'_>, watchlist: &mut Watchlist, rows: Vec<Row>) -> Result<(), ArmError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut changes = 0;
    if call.options.watchlist_put == WatchlistPut::Replace {
        let wanted: HashSet<String> = rows.iter().map(identity).collect();
        let before = watchlist.items.len();
        watchlist.items.retain(|_, item| wanted.contains(&identity(&item.values)));
        changes += before - watchlist.items.len();
    }
    let mut known: HashSet<String> = watchlist.items.values().map(|item| identity(&item.values)).collect();
    let new: Vec<Row> = rows.into_iter().filter(|row| known.insert(identity(row))).collect();
    count_changes(call, changes + new.len())?;
    for values in new {
        let item = Item {
            etag: call.serial.etag(call.now),
            created: call.now,
            updated: call.now,
            values,
            entity_mapping: Default::default(),
        };
        watchlist.items.insert(call.serial.guid(), item);
    }
    Ok(())
}

/// What makes two rows the same: the same cells in the same columns, in any order.
fn identity(row: &Row) -> String {
    let mut cells: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
    cells.sort_unstable();
    cells.concat()
}

/// Adds to the month's count of item changes, or says that the month has no room for them.
pub(super) fn count_changes(call: &mut Call<'_>, changes: usize) -> Result<(), ArmError> {
    let month = call.now.strftime("%Y-%m").to_string();
    let counter = &mut call.workspace.item_changes;
    if counter.month != month {
        counter.month = month;
        counter.count = 0;
    }
    let count = counter.count.saturating_add(u64::try_from(changes).unwrap_or(u64::MAX));
    let limit = call.options.item_changes_per_month;
    if count > limit {
        return Err(ArmError::new(
            StatusCode::BAD_REQUEST,
            "400",
            format!(
                "The number of watchlist item changes in this month, {count}, exceeds the limit of {limit}."
            ),
        ));
    }
    counter.count = count;
    Ok(())
}
