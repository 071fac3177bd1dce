//! `Microsoft.SecurityInsights/watchlists` with their rows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Duration;

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

impl Watchlist {
    /// The body of the PUT that creates it, with its rows.
    pub fn body(&self) -> Value {
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
