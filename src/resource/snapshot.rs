//! What a workspace holds.

use std::collections::BTreeMap;

use serde_json::Value;

/// What was read of a workspace, before anything is compared.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Every rule, whoever made it.
    pub rules: Vec<LiveRule>,
    /// Every watchlist, whoever made it.
    pub watchlists: Vec<LiveWatchlist>,
    /// Every saved search, whoever made it; most workspaces come with some that are no functions.
    pub saved_searches: Vec<LiveSavedSearch>,
    /// The names of the workspace's tables.
    pub tables: Vec<String>,
}

/// A rule of a workspace.
#[derive(Debug, Clone)]
pub struct LiveRule {
    /// The resource name.
    pub id: String,
    /// Scheduled, NRT, Fusion, ...
    pub kind: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// The answer of the service as it came.
    pub body: Value,
}

/// A watchlist of a workspace.
#[derive(Debug, Clone)]
pub struct LiveWatchlist {
    /// The resource name.
    pub alias: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// The answer of the service as it came.
    pub body: Value,
    /// The rows; none where they were not read, since the folder does not have the watchlist.
    pub items: Option<Vec<LiveWatchlistItem>>,
}

/// A saved search of a workspace.
#[derive(Debug, Clone)]
pub struct LiveSavedSearch {
    /// The resource name.
    pub id: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// The answer of the service as it came.
    pub body: Value,
}

/// A row of a watchlist.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveWatchlistItem {
    /// The GUID in the row's path.
    pub id: String,
    /// To be sent back with an update.
    pub etag: Option<String>,
    /// Its cells by column.
    pub values: BTreeMap<String, String>,
}

impl LiveRule {
    /// A rule of an API answer; `None` when it has no name or kind.
    pub fn from_body(body: Value) -> Option<Self> {
        Some(Self {
            id: body.get("name")?.as_str()?.to_owned(),
            kind: body.get("kind")?.as_str()?.to_owned(),
            etag: body.get("etag").and_then(Value::as_str).map(str::to_owned),
            body,
        })
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        display_name(&self.body).unwrap_or(&self.id)
    }
}

impl LiveWatchlist {
    /// A watchlist of an API answer, without its rows; `None` when it has no name.
    pub fn from_body(body: Value) -> Option<Self> {
        let alias = body
            .pointer("/properties/watchlistAlias")
            .and_then(Value::as_str)
            .or_else(|| body.get("name").and_then(Value::as_str))?;
        Some(Self {
            alias: alias.to_owned(),
            etag: body.get("etag").and_then(Value::as_str).map(str::to_owned),
            items: None,
            body,
        })
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        display_name(&self.body).unwrap_or(&self.alias)
    }
}

impl LiveSavedSearch {
    /// A saved search of an API answer; `None` when it has no name. Published examples have an id and no name.
    pub fn from_body(body: Value) -> Option<Self> {
        let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
        let name = body.get("name").and_then(Value::as_str).map(str::to_owned);
        let id = name.or_else(|| body.get("id").and_then(Value::as_str).map(last))?;
        Some(Self {
            id: Some(id).filter(|id| !id.is_empty())?,
            etag: body.get("etag").and_then(Value::as_str).map(str::to_owned),
            body,
        })
    }

    /// The name that people see.
    pub fn display_name(&self) -> &str {
        property(&self.body, "displayName").unwrap_or(&self.id)
    }

    /// The name by which queries call it; none where it is no function.
    pub fn function_alias(&self) -> Option<&str> {
        property(&self.body, "functionAlias").filter(|alias| !alias.is_empty())
    }
}

impl LiveWatchlistItem {
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

fn display_name(body: &Value) -> Option<&str> {
    body.pointer("/properties/displayName").and_then(Value::as_str)
}

/// A property of a saved search, whose names old examples write with a capital.
fn property<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let properties = body.get("properties")?.as_object()?;
    let (_, value) = properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value.as_str()
}
