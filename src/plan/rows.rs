//! Which rows of a watchlist differ.

use std::collections::{BTreeMap, HashMap};

use crate::resource::{LiveRow, Watchlist, canonical_row};

/// A row: its cells by column.
type Row = BTreeMap<String, String>;

/// The rows that an apply adds, changes and removes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowChanges {
    /// Rows whose search key the workspace does not have.
    pub add: Vec<Row>,
    /// Rows whose search key the workspace has with other cells.
    pub update: Vec<RowUpdate>,
    /// Rows that the folder does not have, or that stand twice in the workspace.
    pub remove: Vec<LiveRow>,
}

/// A row that changes in place.
#[derive(Debug, Clone, PartialEq)]
pub struct RowUpdate {
    /// What the workspace has.
    pub before: LiveRow,
    /// What the folder wants.
    pub after: Row,
}

impl RowChanges {
    /// Whether the rows are the same.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows change.
    pub fn len(&self) -> usize {
        self.add.len() + self.update.len() + self.remove.len()
    }
}

/// Compares the rows by search key. Of several live rows with one key, one is kept and the others are removed.
pub fn changes(wanted: &Watchlist, live: &[LiveRow]) -> RowChanges {
    let key_of = |row: &Row| row.get(&wanted.items_search_key).cloned().unwrap_or_default();
    let mut by_key: HashMap<String, Vec<&LiveRow>> = HashMap::with_capacity(live.len());
    for item in live {
        by_key.entry(key_of(&item.values)).or_default().push(item);
    }
    let mut changes = RowChanges::default();
    for row in wanted.items() {
        let Some(mut candidates) = by_key.remove(&key_of(&row)) else {
            changes.add.push(row);
            continue;
        };
        let canonical = canonical_row(&row);
        let same = candidates.iter().position(|item| canonical_row(&item.values) == canonical);
        let kept = candidates.remove(same.unwrap_or(0));
        if same.is_none() {
            changes.update.push(RowUpdate { before: kept.clone(), after: row });
        }
        changes.remove.extend(candidates.into_iter().cloned());
    }
    // In the order in which the service gave them, so that a plan reads the same every time.
    changes.remove.extend(live.iter().filter(|item| by_key.contains_key(&key_of(&item.values))).cloned());
    changes
}
