//! What an upload changes in a watchlist, and counting it.

use std::collections::{BTreeMap, HashSet};

use axum::http::StatusCode;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::options::WatchlistPut;
use crate::state::{Item, Row};

/// What the rows of an upload change: those that the list already has, cell for cell, change nothing.
pub(super) struct Upload {
    /// The ids of the items that go away.
    gone: Vec<String>,
    new: Vec<Row>,
}

impl Upload {
    /// What `rows` change in these items.
    pub(super) fn new(put: WatchlistPut, items: &BTreeMap<String, Item>, rows: Vec<Row>) -> Self {
        if rows.is_empty() {
            return Self { gone: Vec::new(), new: Vec::new() };
        }
        let known: HashSet<&Row> = items.values().map(|item| &item.values).collect();
        let mut wanted = HashSet::new();
        // Each row once, the first of those that are the same.
        let is_new: Vec<bool> = rows.iter().map(|row| wanted.insert(row) && !known.contains(row)).collect();
        let gone = match put {
            WatchlistPut::Append => Vec::new(),
            WatchlistPut::Replace => {
                let gone = items.iter().filter(|(_, item)| !wanted.contains(&item.values));
                gone.map(|(id, _)| id.clone()).collect()
            }
        };
        let new = rows.into_iter().zip(is_new).filter_map(|(row, is_new)| is_new.then_some(row)).collect();
        Self { gone, new }
    }

    /// How many items it changes.
    pub(super) fn changes(&self) -> usize {
        self.gone.len() + self.new.len()
    }

    /// Makes the changes.
    pub(super) fn store(self, call: &mut Call<'_>, items: &mut BTreeMap<String, Item>) {
        for id in &self.gone {
            items.remove(id);
        }
        for values in self.new {
            let item = Item {
                etag: call.serial.etag(call.now),
                created: call.now,
                updated: call.now,
                values,
                entity_mapping: Default::default(),
            };
            items.insert(call.serial.guid(), item);
        }
    }
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
