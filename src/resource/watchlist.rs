//! `Microsoft.SecurityInsights/watchlists` with their rows.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::canonical::Rule;
use super::kind::{Api, Content, Definition, RowsDefinition, WithoutEtag, text_at};
use super::{Duration, Rows};

pub(super) const DEFINITION: Definition = Definition {
    word: "watchlist",
    noun: "watchlist",
    used: "reads",
    collection: "watchlists",
    api: Api::Sentinel,
    ignores_case: true,
    wave: 0,
    always_listed: true,
    long_running: true,
    without_etag: WithoutEtag::Nothing,
    name: |body| text_at(body, "/properties/watchlistAlias").or_else(|| text_at(body, "/name")),
    identified_by: "name",
    alias: |_| None,
    is_content: |_| true,
    can_become: |_, _| true,
    unlike: "a watchlist of this alias",
    is_switched_off: |_| false,
    canonical: &[
        // What the service owns.
        Rule::Ignored("properties.watchlistId"),
        Rule::Ignored("properties.created"),
        Rule::Ignored("properties.updated"),
        Rule::Ignored("properties.createdBy"),
        Rule::Ignored("properties.updatedBy"),
        Rule::Ignored("properties.tenantId"),
        Rule::Ignored("properties.isDeleted"),
        Rule::Ignored("properties.uploadStatus"),
        Rule::Ignored("properties.provisioningState"),
        Rule::Ignored("properties.watchlistType"),
        Rule::Ignored("properties.watchlistKind"),
        Rule::Ignored("properties.itemsCount"),
        // What only carries rows in.
        Rule::Ignored("properties.rawContent"),
        Rule::Ignored("properties.contentType"),
        Rule::Ignored("properties.numberOfLinesToSkip"),
        Rule::Ignored("properties.source"),
        Rule::Ignored("properties.sourceType"),
        Rule::Ignored("properties.sasUri"),
        // What repeats its name.
        Rule::Ignored("properties.watchlistAlias"),
        Rule::Duration("properties.defaultDuration"),
        Rule::Set("properties.labels"),
    ],
    rows: Some(RowsDefinition {
        word: "watchlistItem",
        collection: "watchlistItems",
        carry,
        body: |row| json!({ "properties": { "itemsKeyValue": row.members() } }),
    }),
};

/// A watchlist and its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Watchlist {
    /// The resource name, 3 to 64 characters, which queries name in `_GetWatchlist('…')`.
    pub alias: String,
    /// 3 to 64 characters.
    pub display_name: String,
    /// Free text.
    pub description: String,
    /// Any text that is not empty.
    pub provider: String,
    /// A column whose values are unique and never empty.
    pub items_search_key: String,
    /// Free words.
    pub labels: Vec<String>,
    /// How long a row lives by default.
    pub default_duration: Option<Duration>,
    /// The rows.
    pub rows: Arc<Rows>,
}

impl Content for Watchlist {
    fn name(&self) -> &str {
        &self.alias
    }

    fn display_name(&self) -> &str {
        &self.display_name
    }

    fn body(&self) -> Value {
        let mut properties = Map::new();
        properties.insert("displayName".into(), json!(self.display_name));
        properties.insert("provider".into(), json!(self.provider));
        properties.insert("source".into(), json!(format!("{}.csv", self.alias)));
        properties.insert("sourceType".into(), json!("Local"));
        properties.insert("itemsSearchKey".into(), json!(self.items_search_key));
        if !self.description.is_empty() {
            properties.insert("description".into(), json!(self.description));
        }
        if !self.labels.is_empty() {
            properties.insert("labels".into(), json!(self.labels));
        }
        if let Some(duration) = self.default_duration {
            properties.insert("defaultDuration".into(), json!(duration));
        }
        json!({ "properties": properties })
    }

    fn rows(&self) -> Option<(&Arc<Rows>, &str)> {
        Some((&self.rows, &self.items_search_key))
    }
}

/// Adds the rows as CSV, of which the service adds those that it does not have.
fn carry(body: &mut Value, rows: &Rows) {
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut)
        && !rows.is_empty()
    {
        properties.insert("rawContent".into(), Value::String(rows.csv()));
        properties.insert("contentType".into(), json!("text/csv"));
        properties.insert("numberOfLinesToSkip".into(), json!(0));
    }
}
