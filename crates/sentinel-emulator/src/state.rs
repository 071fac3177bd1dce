//! What the emulated workspaces hold, as data that can be written to a file and read back.

mod row;

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub(crate) use row::{Cell, Columns, Row};

/// The version of the form in which a state is written.
const FORMAT_VERSION: u32 = 1;

/// The namespace of every identifier that the emulator makes up.
const NAMESPACE: Uuid = Uuid::from_u128(0x5e17_13e1_0000_4000_8000_0000_0000_0001);

/// Everything in the emulator, over all workspaces.
///
/// Serialises to the same bytes for the same content. Reading refuses a state of another format version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct State {
    format_version: u32,
    /// How many etags and identifiers were made so far: none is ever made twice.
    pub(crate) serial: u64,
    pub(crate) workspaces: BTreeMap<String, Workspace>,
    pub(crate) operations: BTreeMap<String, Operation>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            serial: 0,
            workspaces: BTreeMap::new(),
            operations: BTreeMap::new(),
        }
    }
}

/// Why a state cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The text is not JSON, or not the JSON of a state.
    #[error("the emulator's state cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// The text is not a JSON object.
    #[error("the emulator's state cannot be read: it is not a JSON object")]
    NotAnObject,
}

impl State {
    /// Reads a state from JSON.
    ///
    /// # Errors
    ///
    /// When the text is not a state, or one of another format version.
    pub fn from_json(text: &str) -> Result<Self, StateError> {
        // Members could also be read from an array in their order, which nothing has ever written.
        if !text.trim_start().starts_with('{') {
            return Err(StateError::NotAnObject);
        }
        Ok(serde_json::from_str(text)?)
    }

    /// Writes the state as indented JSON, the same for the same content.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn write(&self, to: impl Write) -> Result<(), StateError> {
        Ok(serde_json::to_writer_pretty(to, self)?)
    }

    /// The state as indented JSON, as [`State::write`] writes it.
    ///
    /// # Errors
    ///
    /// None that is known; serialisation reports its own.
    pub fn to_json(&self) -> Result<String, StateError> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}

/// A state as read from a file, before its version is checked.
#[derive(Deserialize)]
struct Stored {
    format_version: u32,
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    workspaces: BTreeMap<String, Workspace>,
    #[serde(default)]
    operations: BTreeMap<String, Operation>,
}

impl TryFrom<Stored> for State {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { format_version, serial, mut workspaces, operations } = stored;
        if format_version != FORMAT_VERSION {
            return Err(format!("format_version is {format_version}, this emulator reads {FORMAT_VERSION}"));
        }
        for watchlist in workspaces.values_mut().flat_map(|workspace| workspace.watchlists.values_mut()) {
            watchlist.share_columns();
        }
        Ok(Self { format_version, serial, workspaces, operations })
    }
}

/// Makes etags and identifiers: unlike each other, the same on every run.
#[derive(Debug)]
pub(crate) struct Serial<'a>(pub(crate) &'a mut u64);

impl Serial<'_> {
    /// An etag in the service's form: a JSON string with its quotes, the last group the time in hex.
    pub(crate) fn etag(&mut self, now: Timestamp) -> String {
        *self.0 = self.0.wrapping_add(1);
        // An odd factor visits every value of the group before any comes again.
        let group = self.0.wrapping_mul(0x9e37_79b1) & 0xffff_ffff;
        format!("\"{group:08x}-0000-0100-0000-{:08x}0000\"", now.as_second() & 0xffff_ffff)
    }

    pub(crate) fn guid(&mut self) -> String {
        *self.0 = self.0.wrapping_add(1);
        guid_of(&format!("serial {}", self.0))
    }
}

/// The identifier of `name`, always the same.
pub(crate) fn guid_of(name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

/// One Log Analytics workspace with Sentinel. Maps are keyed by the resource's name in lower case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) name: String,
    pub(crate) onboarded: bool,
    pub(crate) created: Timestamp,
    #[serde(default)]
    pub(crate) rules: BTreeMap<String, Rule>,
    /// When the rule of this id was deleted.
    #[serde(default)]
    pub(crate) tombstones: BTreeMap<String, Timestamp>,
    #[serde(default)]
    pub(crate) watchlists: BTreeMap<String, Watchlist>,
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, Metadata>,
    #[serde(default)]
    pub(crate) saved_searches: BTreeMap<String, SavedSearch>,
    #[serde(default)]
    pub(crate) item_changes: ItemChanges,
}

impl Workspace {
    /// The workspace's resource id.
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.OperationalInsights/workspaces/{}",
            self.subscription, self.resource_group, self.name
        )
    }

    /// The id of a Sentinel resource in it.
    pub(crate) fn sentinel_id(&self, rest: &str) -> String {
        format!("{}/providers/Microsoft.SecurityInsights/{rest}", self.id())
    }

    /// The workspace's GUID, which queries and error texts use.
    pub(crate) fn customer_id(&self) -> String {
        guid_of(&self.id().to_lowercase())
    }
}

/// An alert rule. `properties` holds what is set, in the service's order, without nulls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) etag: String,
    pub(crate) kind: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) properties: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Watchlist {
    pub(crate) alias: String,
    pub(crate) id: String,
    pub(crate) etag: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) properties: Map<String, Value>,
    /// Whether it was written again after it was created: then `uploadStatus` is no longer shown as New.
    pub(crate) rewritten: bool,
    /// When the upload under way is done.
    #[serde(default)]
    pub(crate) uploading_until: Option<Timestamp>,
    /// When the deletion under way is done.
    #[serde(default)]
    pub(crate) deleting_until: Option<Timestamp>,
    #[serde(default)]
    pub(crate) items: BTreeMap<String, Item>,
}

impl Watchlist {
    /// Whether the item is there for readers: those of an upload that is under way are not.
    pub(crate) fn shows(&self, item: &Item) -> bool {
        self.uploading_until.is_none() || item.created < self.updated
    }

    /// Lets neighbours with the same columns share their names.
    fn share_columns(&mut self) {
        let mut last: Option<Columns> = None;
        for item in self.items.values_mut() {
            if let Some(last) = &last {
                item.values.share(last);
            }
            last = Some(item.values.columns().clone());
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) etag: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) values: Row,
    #[serde(default)]
    pub(crate) entity_mapping: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) properties: Map<String, Value>,
}

/// A saved search of Log Analytics; with a `functionAlias` it is a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedSearch {
    pub(crate) name: String,
    pub(crate) etag: String,
    pub(crate) properties: Map<String, Value>,
}

/// How many watchlist items were changed in which month (`yyyy-mm`, UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ItemChanges {
    pub(crate) month: String,
    pub(crate) count: u64,
}

/// A long-running operation, found by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) path: String,
    pub(crate) started: Timestamp,
    pub(crate) ends: Timestamp,
}
