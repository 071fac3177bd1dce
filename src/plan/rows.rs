//! Which rows of a watchlist differ.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::resource::{LiveRow, LiveRows, Row, RowHasher, Rows};

/// The namespace of the ids of new rows, so that a row has one id however often it is sent.
const ROW_NAMESPACE: Uuid = Uuid::from_u128(0x5d1f_3f5a_8c0b_5d0e_9c55_3b0f_a7c2_6e11);

/// The rows that an apply adds, changes and removes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RowChanges {
    /// The column by which rows are told apart.
    key: String,
    /// Rows of the folder: all of them where they are sent together, else those that are added or changed.
    wanted: Arc<Rows>,
    /// Rows of the workspace that are changed or removed.
    live: LiveRows,
    /// Those of `wanted` that the workspace does not have.
    add: Vec<Added>,
    /// Those of `wanted` that take the place of those of `live`.
    update: Vec<Updated>,
    /// Those of `live` that the folder does not have, or that the workspace has more often.
    remove: Vec<usize>,
}

/// A row that is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Added {
    row: usize,
    /// The GUID under which it is sent, where it is sent by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// A row that changes in place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Updated {
    row: usize,
    live: usize,
}

impl RowChanges {
    /// All rows, of a list that the workspace does not have.
    pub fn all(key: &str, wanted: &Arc<Rows>) -> Self {
        let add = (0..wanted.len()).map(|row| Added { row, id: None }).collect();
        Self { key: key.to_owned(), wanted: Arc::clone(wanted), add, ..Self::default() }
    }

    /// Compares the rows of a list of this name by `key`, a column. Of several rows with one key those that are the same
    /// on both sides stay as they are, and the others change in place as far as there are some on both.
    pub fn between(name: &str, key: &str, wanted: &Arc<Rows>, live: &LiveRows) -> Self {
        let Found { add, update, remove } = Comparison::new(key, wanted, live).found();
        let ids = new_ids(name, key, wanted, &add, live);
        let mut changed = LiveRows::new();
        let mut keep = |at: usize| {
            changed.push_row(live.row(at));
            changed.len() - 1
        };
        Self {
            key: key.to_owned(),
            add: add.into_iter().zip(ids).map(|(row, id)| Added { row, id: Some(id) }).collect(),
            update: update.into_iter().map(|(row, at)| Updated { row, live: keep(at) }).collect(),
            remove: remove.into_iter().map(keep).collect(),
            live: changed,
            wanted: Arc::clone(wanted),
        }
    }

    /// Whether the rows are the same.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows change.
    pub fn len(&self) -> usize {
        self.add.len() + self.update.len() + self.remove.len()
    }

    /// The rows that the workspace does not have.
    pub fn added(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.add.iter().map(|added| self.wanted.row(added.row))
    }

    /// The same with the id under which each is sent by itself.
    pub fn added_with_ids(&self) -> impl Iterator<Item = (&str, Row<'_>)> {
        self.add.iter().filter_map(|added| Some((added.id.as_deref()?, self.wanted.row(added.row))))
    }

    /// The rows that change in place: as the workspace has them, and as the folder wants them.
    pub fn updated(&self) -> impl ExactSizeIterator<Item = (LiveRow<'_>, Row<'_>)> {
        self.update.iter().map(|updated| (self.live.row(updated.live), self.wanted.row(updated.row)))
    }

    /// The rows that are removed.
    pub fn removed(&self) -> impl ExactSizeIterator<Item = LiveRow<'_>> {
        self.remove.iter().map(|at| self.live.row(*at))
    }

    /// Whether these are no rows of anything: of a kind that has none, or where nothing was compared.
    pub(super) fn is_without_rows(&self) -> bool {
        self.key.is_empty() && self.is_empty()
    }

    /// The column by which rows are told apart.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether new rows go together with all others, so that none has an id.
    pub(super) fn are_sent_together(&self) -> bool {
        self.add.first().is_some_and(|added| added.id.is_none())
    }

    /// All rows of the folder; of changes that are sent row by row only those that are added or changed.
    pub fn wanted(&self) -> &Arc<Rows> {
        &self.wanted
    }

    /// For sending each changed row by itself: without the rows of the folder that stay as they are.
    #[must_use]
    pub(super) fn row_by_row(self) -> Self {
        let mut wanted = Rows::new(self.wanted.columns());
        let mut keep = |row: usize| {
            wanted.push(self.wanted.row(row).cells());
            wanted.len() - 1
        };
        let add = self.add.into_iter().map(|added| Added { row: keep(added.row), ..added }).collect();
        let update =
            self.update.iter().map(|updated| Updated { row: keep(updated.row), ..*updated }).collect();
        Self { wanted: Arc::new(wanted), add, update, ..self }
    }

    /// For sending all rows together: the new ones get their ids from the service.
    #[must_use]
    pub(super) fn together(mut self) -> Self {
        self.add.iter_mut().for_each(|added| added.id = None);
        self
    }
}

/// The id of each row that is added: the same for a list and a key however often it is sent, but none that a row of the
/// workspace has, which somebody may have given another key.
fn new_ids(name: &str, key: &str, wanted: &Rows, add: &[usize], live: &LiveRows) -> Vec<String> {
    if add.is_empty() {
        return Vec::new();
    }
    let mut taken: HashSet<Uuid> = live.iter().filter_map(|row| Uuid::parse_str(row.id).ok()).collect();
    let name = name.to_ascii_lowercase();
    let new_id = |row: &usize| {
        let text = format!("{name}\n{}", wanted.row(*row).get(key));
        let first = Uuid::new_v5(&ROW_NAMESPACE, text.as_bytes());
        let further = (1..).map(|n: u32| Uuid::new_v5(&ROW_NAMESPACE, format!("{text}\n{n}").as_bytes()));
        std::iter::once(first).chain(further).find(|id| taken.insert(*id)).unwrap_or(first).to_string()
    };
    add.iter().map(new_id).collect()
}

/// Positions of rows.
#[derive(Debug, Default)]
struct Found {
    /// Of the folder's.
    add: Vec<usize>,
    /// Of the folder's, and of the workspace's that they take the place of.
    update: Vec<(usize, usize)>,
    /// Of the workspace's.
    remove: Vec<usize>,
}

/// The rows of both sides.
struct Comparison<'a> {
    wanted: Side<'a>,
    live: Side<'a>,
    /// For each column that the folder has, the workspace's of that name.
    columns: Vec<Option<usize>>,
    /// The columns that only the workspace has.
    extra: Vec<usize>,
}

/// The rows of one side.
struct Side<'a> {
    rows: &'a Rows,
    key: Option<usize>,
    hashes: Vec<u64>,
    /// Their positions in the order of key and hash.
    order: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(rows: &'a Rows, key: &str) -> Self {
        let hasher = RowHasher::new(rows);
        let hashes = (0..rows.len()).map(|at| hasher.hash(at)).collect();
        let mut side = Self { rows, key: rows.column(key), hashes, order: Vec::new() };
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_unstable_by(|a, b| {
            side.key(*a).cmp(side.key(*b)).then(side.hashes[*a].cmp(&side.hashes[*b])).then(a.cmp(b))
        });
        side.order = order;
        side
    }

    fn key(&self, at: usize) -> &'a str {
        self.key.map_or("", |column| self.rows.row(at).cell(column))
    }

    /// Takes the rows of a key from the start of those that are left.
    fn take<'o>(&self, left: &mut &'o [usize], key: &str) -> &'o [usize] {
        let (of_key, rest) = left.split_at(left.iter().take_while(|at| self.key(**at) == key).count());
        *left = rest;
        of_key
    }
}

impl<'a> Comparison<'a> {
    fn new(key: &str, wanted: &'a Rows, live: &'a LiveRows) -> Self {
        let live = live.cells();
        let has = |column: &String| wanted.column(column).is_some();
        Self {
            columns: wanted.columns().iter().map(|column| live.column(column)).collect(),
            extra: (0..live.columns().len()).filter(|at| !has(&live.columns()[*at])).collect(),
            wanted: Side::new(wanted, key),
            live: Side::new(live, key),
        }
    }

    fn is_same(&self, wanted: usize, live: usize) -> bool {
        let (wanted, live) = (self.wanted.rows.row(wanted), self.live.rows.row(live));
        let mut cells = wanted.cells().zip(&self.columns);
        cells.all(|(cell, column)| cell == column.map_or("", |column| live.cell(column)))
            && self.extra.iter().all(|column| live.cell(*column).is_empty())
    }

    fn found(&self) -> Found {
        let mut found = Found::default();
        let (mut wanted, mut live) = (self.wanted.order.as_slice(), self.live.order.as_slice());
        let (mut changed, mut others) = (Vec::new(), Vec::new());
        let mut remove = Vec::new();
        loop {
            let first = |side: &Side<'a>, left: &[usize]| left.first().map(|at| side.key(*at));
            let key = match (first(&self.wanted, wanted), first(&self.live, live)) {
                (Some(one), Some(other)) => one.min(other),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => break,
            };
            let (of_wanted, of_live) = (self.wanted.take(&mut wanted, key), self.live.take(&mut live, key));
            self.leave_out_same(of_wanted, of_live, &mut changed, &mut others);
            let in_place = changed.len().min(others.len());
            found.update.extend(changed.drain(..in_place).zip(others.drain(..in_place)));
            found.add.append(&mut changed);
            // Those of a key that the folder has come first, in the folder's order.
            let rank = of_wanted.iter().min().copied().unwrap_or(usize::MAX);
            remove.extend(others.drain(..).map(|at| (rank, at)));
        }
        // In the order in which each side has them, so that a plan reads the same every time.
        found.add.sort_unstable();
        found.update.sort_unstable();
        remove.sort_unstable();
        found.remove = remove.into_iter().map(|(_, at)| at).collect();
        found
    }

    /// Of rows with one key those that the other side does not have, each side in its own order.
    fn leave_out_same(
        &self,
        wanted: &[usize],
        live: &[usize],
        changed: &mut Vec<usize>,
        others: &mut Vec<usize>,
    ) {
        let (mut wanted, mut live) = (wanted, live);
        while let ([one, more @ ..], [other, rest @ ..]) = (wanted, live) {
            match self.wanted.hashes[*one].cmp(&self.live.hashes[*other]) {
                Ordering::Less => {
                    changed.push(*one);
                    wanted = more;
                }
                Ordering::Greater => {
                    others.push(*other);
                    live = rest;
                }
                Ordering::Equal => {
                    if !self.is_same(*one, *other) {
                        changed.push(*one);
                        others.push(*other);
                    }
                    (wanted, live) = (more, rest);
                }
            }
        }
        changed.extend(wanted);
        others.extend(live);
        changed.sort_unstable();
        others.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Cells<'a> = &'a [(&'a str, &'a str)];

    fn wanted(rows: &[(&str, &str)]) -> Arc<Rows> {
        let mut table = Rows::new(["host", "owner"]);
        rows.iter().for_each(|(host, owner)| table.push([*host, *owner]));
        Arc::new(table)
    }

    fn live(rows: &[(&str, Cells<'_>)]) -> LiveRows {
        let mut table = LiveRows::new();
        for (id, cells) in rows {
            let cells: Vec<_> = cells.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect();
            table.push(id, Some("\"e\""), &cells);
        }
        table
    }

    fn row(host: &str, owner: &str) -> Vec<(&'static str, String)> {
        vec![("host", host.to_owned()), ("owner", owner.to_owned())]
    }

    /// The changes as `+ host=owner`, `~ id host=owner` and `- id`.
    fn shown(changes: &RowChanges) -> Vec<String> {
        let cells = |row: Row<'_>| format!("{}={}", row.get("host"), row.get("owner"));
        let added = changes.added().map(|row| format!("+ {}", cells(row)));
        let updated = changes.updated().map(|(live, row)| format!("~ {} {}", live.id, cells(row)));
        added.chain(updated).chain(changes.removed().map(|row| format!("- {}", row.id))).collect()
    }

    fn between(one: &[(&str, &str)], other: &[(&str, Cells<'_>)]) -> Vec<String> {
        shown(&RowChanges::between("hosts", "host", &wanted(one), &live(other)))
    }

    #[test]
    fn rows_are_added_changed_and_removed_by_their_key() {
        let found = between(
            &[("same", "x"), ("changed", "new"), ("new", "y")],
            &[
                ("1", &[("owner", "x"), ("host", "same")]),
                ("2", &[("host", "changed"), ("owner", "old")]),
                ("3", &[("host", "gone"), ("owner", "z")]),
                ("4", &[("host", "same"), ("owner", "x")]),
            ],
        );
        assert_eq!(found, ["+ new=y", "~ 2 changed=new", "- 4", "- 3"]);
    }

    #[test]
    fn an_empty_cell_is_the_same_as_none_and_a_column_that_only_the_workspace_fills_is_not() {
        assert_eq!(between(&[("a", "")], &[("1", &[("host", "a")])]), [""; 0]);
        assert_eq!(between(&[("a", "")], &[("1", &[("host", "a"), ("note", "")])]), [""; 0]);
        assert_eq!(between(&[("a", "")], &[("1", &[("host", "a"), ("note", "x")])]), ["~ 1 a="]);
        assert_eq!(between(&[("a", "b")], &[("1", &[("host", "a")])]), ["~ 1 a=b"]);
    }

    #[test]
    fn rows_of_one_key_are_compared_as_often_as_they_are_there() {
        let (x, y): (Cells<'_>, Cells<'_>) =
            (&[("host", "a"), ("owner", "x")], &[("host", "a"), ("owner", "y")]);
        assert_eq!(between(&[("a", "x"), ("a", "y")], &[("1", y), ("2", x)]), [""; 0]);
        assert_eq!(between(&[("a", "x"), ("a", "x")], &[("1", x)]), ["+ a=x"]);
        assert_eq!(between(&[("a", "x")], &[("1", x), ("2", x), ("3", y)]), ["- 2", "- 3"]);
        assert_eq!(between(&[("a", "z"), ("a", "y")], &[("1", y), ("2", x)]), ["~ 2 a=z"]);
        assert_eq!(between(&[("a", "x"), ("a", "z")], &[("1", x), ("2", y), ("3", y)]), ["~ 2 a=z", "- 3"]);
    }

    #[test]
    fn a_list_without_the_key_has_one_key_for_all() {
        assert_eq!(between(&[("a", "x")], &[("1", &[("name", "a")])]), ["+ a=x", "- 1"]);
        let rows = wanted(&[("a", "x"), ("b", "y")]);
        let changes =
            RowChanges::between("hosts", "nothing", &rows, &live(&[("1", &[("host", "b"), ("owner", "y")])]));
        assert_eq!(shown(&changes), ["+ a=x"]);
    }

    #[test]
    fn a_new_row_gets_no_id_that_a_row_has() {
        let ids = |rows: &[(&str, &str)], live: &LiveRows| -> Vec<String> {
            let changes = RowChanges::between("Hosts", "host", &wanted(rows), live);
            changes.added_with_ids().map(|(id, _)| id.to_owned()).collect()
        };
        let first = ids(&[("a", "x")], &LiveRows::new());
        assert_eq!(first, ids(&[("a", "other")], &LiveRows::new()), "an id follows from list and key");
        // Somebody gave the row of that id another key.
        let renamed = live(&[(&first[0].to_uppercase(), &[("host", "b")])]);
        let second = ids(&[("a", "x")], &renamed);
        assert_ne!(first, second);
        let twice = ids(&[("a", "x"), ("a", "y")], &LiveRows::new());
        assert_eq!(twice, [first[0].as_str(), second[0].as_str()]);
    }

    #[test]
    fn changes_that_are_sent_row_by_row_hold_no_other_rows() {
        let (rows, live) = (
            wanted(&[("a", "x"), ("b", "new"), ("c", "y")]),
            live(&[
                ("1", &[("host", "a"), ("owner", "x")]),
                ("2", &[("host", "b")]),
                ("3", &[("host", "z")]),
            ]),
        );
        let all = RowChanges::between("hosts", "host", &rows, &live);
        let few = all.clone().row_by_row();
        assert_eq!(shown(&few), shown(&all));
        assert_eq!((few.wanted.len(), few.live.len()), (2, 2));
        assert!(few.added_with_ids().map(|(id, _)| id).eq(all.added_with_ids().map(|(id, _)| id)));
        assert_eq!(all.together().added_with_ids().count(), 0);
    }

    #[test]
    fn changes_read_back_from_json() {
        let live = live(&[("1", &[("host", "a")]), ("2", &[("host", "gone"), ("note", "x")])]);
        let changes =
            RowChanges::between("hosts", "host", &wanted(&[("a", "x"), ("b", "")]), &live).row_by_row();
        let text = serde_json::to_string(&changes).unwrap();
        assert_eq!(serde_json::from_str::<RowChanges>(&text).unwrap(), changes, "{text}");
    }

    proptest! {
        /// Carried out on the workspace's rows, the changes give those of the folder, each as often.
        #[test]
        fn carrying_the_changes_out_leaves_the_rows_of_the_folder(
            one in prop::collection::vec(("[ab]?", "[xy]?"), 0..12),
            other in prop::collection::vec(("[abc]?", "[xyz]?"), 0..12),
        ) {
            let rows: Vec<(&str, &str)> = one.iter().map(|(h, o)| (h.as_str(), o.as_str())).collect();
            let mut table = LiveRows::new();
            let mut state = BTreeMap::new();
            for (at, (host, owner)) in other.iter().enumerate() {
                let cells: Vec<_> = row(host, owner).into_iter().map(|(c, v)| (c.to_owned(), v)).collect();
                table.push(&at.to_string(), None, &cells);
                state.insert(at.to_string(), (host.clone(), owner.clone()));
            }
            let changes = RowChanges::between("hosts", "host", &wanted(&rows), &table);
            let cells = |row: Row<'_>| (row.get("host").to_owned(), row.get("owner").to_owned());
            for (id, row) in changes.added_with_ids() {
                prop_assert!(state.insert(id.to_owned(), cells(row)).is_none());
            }
            for (before, after) in changes.updated() {
                prop_assert!(state.insert(before.id.to_owned(), cells(after)).is_some());
            }
            for removed in changes.removed() {
                prop_assert!(state.remove(removed.id).is_some());
            }
            let mut left: Vec<_> = state.into_values().collect();
            let mut expected = one.clone();
            left.sort();
            expected.sort();
            prop_assert_eq!(left, expected);
            let (add, update, remove) = (changes.added().len(), changes.updated().len(), changes.removed().len());
            prop_assert!(add + update <= one.len() && update + remove <= other.len(), "no row is sent twice");
        }
    }
}
