//! What an apply would do, as data.
//!
//! [`plan`] compares what the folder wants and what the workspace has, by their canonical forms and over every field. It
//! is pure: no clock, no network, no printing. A [`Plan`] needs nothing else to be shown or carried out, neither the
//! folder nor its settings: it says where it goes, and for each resource a [`Verdict`] with what is done and why, the
//! place in its file, both canonical forms, the rows that differ, and the exact [`Step`]s with what each expects to find
//! and how it is known that it was done. Nothing in it is secret.
//!
//! # A plan in JSON
//!
//! [`Plan::to_json`] and [`Plan::from_json`] write and read this form of version 1 ([`FORMAT_VERSION`]), in which members
//! that are empty are left out:
//!
//! | member | |
//! |---|---|
//! | `format_version` | 1; rises when a member changes its meaning or goes away |
//! | `target` | `workspace` (`subscription`, `resource_group`, `workspace`), `cloud`, `endpoint`, `api_version`, `emulated` |
//! | `inputs` | the hash of all that the folder wants |
//! | `verdicts` | one for each resource of the folder, in the order in which they are carried out |
//! | … `identity` | `kind` and `name` |
//! | … `display_name`, `source` | the name that people see; `path` and `line` of the file, `query` the places in it of the parts of the query |
//! | … `action`, `reason` | as in the output of `bartizan plan --format json` |
//! | … `absent`, `taken_by`, `connector` | as there |
//! | … `wave` | when it is carried out: after everything of a lower number |
//! | … `needs` | identities of what must not have failed to be created before |
//! | … `before`, `after`, `differences` | canonical forms, and the fields in which they differ |
//! | … `rows` | `key` (a column), `wanted` and `live` (rows, as `columns` and `rows`; `live` with the `heads` id and etag), and by their positions there those to `add` (`row`, and `id` where it is sent by itself), `update` (`row`, `live`) and `remove` |
//! | … `steps` | in order; `do` says what: `send`, `send-with-rows`, `send-rows`, `complete-rows` (see [`Step`]) |
//! | …… `operation` | of the first two: `name`, `method`, `path`, `api_version`, `body` |
//! | …… `expect` | `absent`, `any`, or `{"etag": …}` |
//! | …… `verify` | how it is known that it was done: `{"resource": kind}`, `{"row": kind}`, `{"gone": kind}`, `{"row-gone": kind}` (see [`Verify`](crate::operation::Verify)) |
//! | …… `when` | of `complete-rows`: `always`, or `unanswered` |
//! | `not_ours` | what the workspace has and the folder has not |

mod compute;
mod decide;
mod difference;
mod rows;
mod step;
mod verdict;
mod waves;

pub use compute::{Desired, look, plan};
pub use decide::{LiveState, Sides, State, decide};
pub use difference::{Difference, differences};
pub use rows::RowChanges;
pub use step::{FEW_ROWS, Step, When, row_writes};
pub use verdict::{Action, QueryPlace, Reason, Source, Verdict};

use serde::{Deserialize, Serialize};

use crate::operation::{Operations, Target};
use crate::resource::{Fingerprint, Kind};

/// The version of a plan in JSON.
pub const FORMAT_VERSION: u32 = 1;

/// What an apply would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The workspace that was read.
    pub target: Target,
    /// The hash of all that the folder wants: canonical forms, rows, and what each needs.
    pub inputs: Fingerprint,
    /// One for each desired resource in the order of the waves: watchlists, then functions, each after those that it
    /// calls, then rules.
    pub verdicts: Vec<Verdict>,
    /// What the workspace has besides; it is left alone.
    pub not_ours: Vec<NotOurs>,
}

/// Why a text is not a plan.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or not that of a plan.
    #[error("it is not a plan: {0}")]
    Json(#[from] serde_json::Error),
    /// Another version of Bartizan made it.
    #[error(
        "it has format version {0}, and this version of Bartizan reads {FORMAT_VERSION}: make the plan again"
    )]
    Version(u32),
}

impl Plan {
    /// The plan in JSON.
    ///
    /// # Errors
    /// Of the serialiser; none is known.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads what [`Plan::to_json`] wrote.
    ///
    /// # Errors
    /// [`ReadError::Version`] for a plan of another version, and [`ReadError::Json`] for anything else.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        let Version { format_version } = serde_json::from_str(text)?;
        if format_version != FORMAT_VERSION {
            return Err(ReadError::Version(format_version));
        }
        Ok(serde_json::from_str(text)?)
    }

    /// The operations on the workspace that it was made for.
    pub fn operations(&self) -> Operations {
        Operations::new(self.target.workspace.clone(), &self.target.api_version)
    }

    /// How many changes there are of each kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for verdict in &self.verdicts {
            summary.count(verdict);
        }
        summary
    }
}

/// How many changes there are of each kind. `failed` counts what a person must look at: before an apply, the rules
/// whose table or watchlist is absent; after one, whatever the service refused besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// To be created, or created.
    pub create: usize,
    /// To be updated, or updated.
    pub update: usize,
    /// To be deleted, or deleted.
    pub delete: usize,
    /// The same in both.
    pub unchanged: usize,
    /// Left out, since the workspace does not have the product.
    pub skipped: usize,
    /// Not written, since someone else's work would be lost.
    pub conflict: usize,
    /// Not written, though the folder asks for it.
    pub failed: usize,
}

impl Summary {
    /// Counts a verdict as planned.
    pub fn count(&mut self, verdict: &Verdict) {
        match verdict.action {
            _ if verdict.reason.is_failure() => self.failed += 1,
            Action::Create => self.create += 1,
            Action::Update => self.update += 1,
            Action::Delete => self.delete += 1,
            Action::Unchanged => self.unchanged += 1,
            Action::Skipped => self.skipped += 1,
            Action::Conflict => self.conflict += 1,
        }
    }

    /// Whether an apply would write anything.
    pub fn has_writes(&self) -> bool {
        self.create + self.update + self.delete > 0
    }
}

/// A resource of the workspace that the folder does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotOurs {
    /// `alertRule`, `watchlist` or `savedSearch`.
    pub kind: Kind,
    /// The resource name.
    pub id: String,
    /// The name that people see.
    pub name: String,
}

#[cfg(test)]
mod tests;
