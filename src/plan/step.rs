//! What is sent for one resource, in order.

use serde::{Deserialize, Serialize};

use super::{Difference, RowChanges};
use crate::operation::{Expect, Operations, Write};
use crate::resource::{Identity, Resource};

/// Up to so many new rows are sent one by one; each costs a request, whereas together means the whole list.
pub const FEW_ROWS: usize = 100;

/// One step of what is done with a resource. Each waits for the one before, and none is taken after one that failed.
///
/// The service takes rows in bulk with the PUT of their resource, but only adds them: rows that the folder no longer has
/// stay. So few rows are sent one by one, and many in bulk with what is then still different sent one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Step {
    /// Sends one write.
    Send(Write),
    /// Sends one write with all rows that the folder wants in its body.
    SendWithRows(Write),
    /// Sends each of the verdict's rows by itself; see [`row_writes`].
    SendRows,
    /// Reads the rows, and sends by itself each that differs from what the folder wants.
    CompleteRows {
        /// In which case.
        when: When,
    },
}

/// When rows are read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// In any case.
    Always,
    /// Where no answer to the write before arrived. A new list has the rows that were sent with it and no others, once
    /// the service says that it took them.
    Unanswered,
}

/// The steps that create a resource (`expect` is that it is absent), or make it what the folder wants.
pub(super) fn steps(
    operations: &Operations,
    resource: &Resource,
    expect: Expect,
    differences: &[Difference],
    rows: &RowChanges,
) -> Vec<Step> {
    let creates = expect == Expect::Absent;
    let Identity { kind, name } = resource.identity();
    let write = || operations.write(kind, &name, resource.body(), expect.clone());
    let has_rows = resource.rows().is_some();
    if has_rows && (creates || rows.are_sent_together()) {
        let when = if creates { When::Unanswered } else { When::Always };
        return vec![Step::SendWithRows(write()), Step::CompleteRows { when }];
    }
    let mut steps = Vec::new();
    if creates || !differences.is_empty() {
        steps.push(Step::Send(write()));
    }
    if !rows.is_empty() {
        steps.push(Step::SendRows);
    }
    steps
}

/// The writes of rows of a resource. The first are sent before any of the second, so that the list is at no time emptier
/// than both its old and its new state.
pub fn row_writes<'a>(
    operations: &'a Operations,
    of: &'a Identity,
    rows: &'a RowChanges,
) -> (impl Iterator<Item = Write> + 'a, impl Iterator<Item = Write> + 'a) {
    let (kind, name) = (of.kind, of.name.as_str());
    let updates = rows.updated().map(|(live, row)| (live.id, row, live.etag));
    let adds = rows.added_with_ids().map(|(id, row)| (id, row, None));
    let puts =
        updates.chain(adds).map(move |(id, row, etag)| operations.write_row(kind, name, id, row, etag));
    (puts, rows.removed().map(move |row| operations.remove_row(kind, name, row.id)))
}
