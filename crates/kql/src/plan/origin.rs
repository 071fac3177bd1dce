//! Building a plan: where the columns of a stage's result come from.

use std::collections::HashMap;

use super::build::Builder;
use super::{Columns, Origin};
use crate::binder::{ColumnId, Rows};
use crate::tree::ExpressionId;

/// What the columns of a stage's result may come from.
pub(super) struct Origins<'r> {
    scope: &'r Rows,
    right: Option<&'r Rows>,
    made: HashMap<ColumnId, Origin>,
    /// Whether a column that is made of one of the scope is that one under another name.
    renames: bool,
}

impl<'r> Origins<'r> {
    pub(super) fn of(scope: &'r Rows) -> Self {
        Origins { scope, right: None, made: HashMap::new(), renames: true }
    }

    /// With columns that are none of the scope, whatever they are made of.
    pub(super) fn of_call(self) -> Self {
        Origins { renames: false, ..self }
    }

    /// With the result of a body.
    pub(super) fn with_body(self, rows: Option<&'r Rows>) -> Self {
        Origins { right: rows, ..self }
    }

    /// With the columns that the items make, which are numbered in this order.
    pub(super) fn with_items(
        mut self,
        builder: &Builder<'_>,
        items: impl IntoIterator<Item = ExpressionId>,
    ) -> Self {
        for (item, id) in items.into_iter().enumerate() {
            for (part, column) in builder.body.side().made_by(id).enumerate() {
                self.made.entry(column).or_insert(Origin::Item { item, part });
            }
        }
        self
    }

    /// Where the columns of `rows` come from.
    pub(super) fn find(&self, builder: &Builder<'_>, rows: &Rows) -> Columns {
        if self.made.is_empty() && self.right.is_none() && rows.columns == self.scope.columns {
            return Columns::Unchanged;
        }
        let right = self.right.map(places).unwrap_or_default();
        let scope = places(self.scope);
        let origin = |id: &ColumnId| {
            let made = self.made.get(id).copied();
            let found = |id: &ColumnId| {
                let right = right.get(id).map(|place| Origin::Right(*place));
                right.or_else(|| scope.get(id).map(|place| Origin::Scope(*place)))
            };
            // A column that is renamed is made of one and nothing else.
            let renamed = || match *builder.analysis.column(*id).from {
                [ref from] if self.renames => found(from),
                _ => None,
            };
            made.or_else(|| found(id)).or_else(renamed).unwrap_or(Origin::Made)
        };
        Columns::Each(rows.columns.iter().map(origin).collect())
    }
}

/// Of a join: the columns of the left side, and after them those of the right side in `kept`.
pub(super) fn joined(left: usize, kept: &[usize], width: usize) -> Columns {
    let right = |place: usize| kept.get(place).map_or(Origin::Made, |place| Origin::Right(*place));
    Columns::Each(
        (0..width)
            .map(|place| if place < left { Origin::Scope(place) } else { right(place - left) })
            .collect(),
    )
}

/// For each table, for each column of the united rows, the place of the table's column that it is.
pub(super) fn united(builder: &Builder<'_>, rows: &Rows, tables: &[Rows]) -> Vec<Vec<Option<usize>>> {
    let tables: Vec<_> = tables.iter().map(places).collect();
    let mut found = vec![vec![None; rows.columns.len()]; tables.len()];
    for (at, id) in rows.columns.iter().enumerate() {
        // A column is one of the tables' own, or was made of some of them.
        let itself = std::slice::from_ref(id);
        let is_own = tables.iter().any(|places| places.contains_key(id));
        let made_of = if is_own { itself } else { &builder.analysis.column(*id).from };
        for (places, found) in tables.iter().zip(&mut found) {
            found[at] = made_of.iter().find_map(|from| places.get(from).copied());
        }
    }
    found
}

fn places(rows: &Rows) -> HashMap<ColumnId, usize> {
    // Of a column that is there twice the first place counts.
    rows.columns.iter().enumerate().rev().map(|(place, id)| (*id, place)).collect()
}
