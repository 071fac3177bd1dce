//! What a workspace has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::kind::text_at;
use super::{Identity, Kind};

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
    pub rows: Option<Vec<LiveRow>>,
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

/// A row of a watchlist.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveRow {
    /// The GUID in the row's path.
    pub id: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// Its cells by column.
    pub values: BTreeMap<String, String>,
}

impl LiveRow {
    /// A row of an API answer; `None` when it has no name.
    pub fn from_body(body: &Value) -> Option<Self> {
        let values = body.pointer("/properties/itemsKeyValue").and_then(Value::as_object);
        Some(Self {
            id: body.get("name")?.as_str()?.to_owned(),
            etag: body.get("etag").and_then(Value::as_str).map(str::to_owned),
            values: values
                .into_iter()
                .flatten()
                .map(|(column, value)| {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    (column.clone(), value)
                })
                .collect(),
        })
    }
}

/// The canonical form of a row: an empty cell is no cell.
pub fn canonical_row(row: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    row.iter().filter(|(_, value)| !value.is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect()
}
