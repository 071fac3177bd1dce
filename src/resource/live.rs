//! What a workspace has.

use std::collections::BTreeSet;

use serde_json::Value;

use super::kind::text_at;
use super::{Identity, Kind, LiveRows};

/// What of a workspace is read besides the names of its tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The kinds whose resources are listed.
    pub kinds: BTreeSet<Kind>,
    /// The resources that are read closely: each by itself, with what lists leave out, and with its rows.
    pub closely: BTreeSet<Identity>,
}

/// What was read of a workspace, before anything is compared.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Every resource of the kinds that were listed, whoever made it.
    pub resources: Vec<Live>,
    /// The names of the workspace's tables.
    pub tables: Vec<String>,
}

/// A resource of a workspace.
#[derive(Debug, Clone)]
pub struct Live {
    /// What names it.
    pub identity: Identity,
    /// The name that people see.
    pub display_name: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// The canonical form of what the service answered.
    pub canonical: Value,
    /// The rows; none where they were not read, or the kind has none.
    pub rows: Option<LiveRows>,
}

impl Live {
    /// A resource of an API answer; `None` when it lacks what identifies it.
    pub fn read(kind: Kind, body: Value) -> Option<Self> {
        let identity = Identity::new(kind, (kind.definition().name)(&body)?);
        let etag = text_at(&body, "/etag").map(str::to_owned);
        let canonical = kind.canonical(body);
        let display_name = text_at(&canonical, "/properties/displayName").unwrap_or(&identity.name);
        Some(Self { display_name: display_name.to_owned(), identity, etag, canonical, rows: None })
    }

    /// The name by which queries refer to it besides its own.
    pub fn alias(&self) -> Option<&str> {
        (self.identity.kind.definition().alias)(&self.canonical)
    }

    /// Whether it is of its kind and no mere neighbour in the collection.
    pub fn is_content(&self) -> bool {
        (self.identity.kind.definition().is_content)(&self.canonical)
    }
}
