//! `Microsoft.SecurityInsights/watchlists` with their rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Duration;
use super::canonical::Rule;
use super::kind::{Api, Content, Definition, RowsDefinition, WithoutEtag, text_at};

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
    rows: Some(RowsDefinition { word: "watchlistItem", collection: "watchlistItems" }),
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
    /// The columns, in order.
    pub columns: Vec<String>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Vec<String>>,
}

impl Content for Watchlist {
    fn name(&self) -> &str {
        &self.alias
    }

    fn display_name(&self) -> &str {
        &self.display_name
    }

    /// With its rows.
    fn body(&self) -> Value {
        let mut body = self.metadata_body();
        if !self.rows.is_empty()
            && let Some(properties) = body["properties"].as_object_mut()
        {
            properties.insert("rawContent".into(), Value::String(self.csv(&self.rows)));
            properties.insert("contentType".into(), json!("text/csv"));
            properties.insert("numberOfLinesToSkip".into(), json!(0));
        }
        body
    }
}

impl Watchlist {
    /// The body of a PUT that leaves the rows as they are.
    pub fn metadata_body(&self) -> Value {
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

    /// The rows as CSV with a header line, every line ended by CRLF. The API takes rows only so.
    pub fn csv(&self, rows: &[Vec<String>]) -> String {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::<u8>::new());
        let written = std::iter::once(&self.columns).chain(rows).try_for_each(|row| writer.write_record(row));
        // Writing to memory fails only for a row of another length, which compile and check rule out.
        debug_assert!(written.is_ok(), "{written:?}");
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The rows as the API keeps them: a value for each column name.
    pub fn items(&self) -> impl Iterator<Item = BTreeMap<String, String>> + '_ {
        self.rows.iter().map(|row| self.columns.iter().cloned().zip(row.iter().cloned()).collect())
    }
}
