//! A row in an answer of the service.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::LiveRows;

/// A row as the service answers it, of which only what is compared or sent back is kept.
#[derive(Debug, Default, serde::Deserialize)]
pub struct RowAnswer {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    etag: Value,
    #[serde(default)]
    properties: RowProperties,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RowProperties {
    is_deleted: Value,
    items_key_value: Cells,
}

impl RowAnswer {
    /// Whether the service only remembers it.
    pub fn is_deleted(&self) -> bool {
        self.properties.is_deleted.as_bool().unwrap_or(false)
    }

    /// The same with this name, for the body of a row that is not there yet.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Value::from(name);
        self
    }

    /// Adds it to rows; `false` when it has no name.
    pub fn add_to(&self, rows: &mut LiveRows) -> bool {
        let Some(id) = self.name.as_str().filter(|id| !id.is_empty()) else { return false };
        rows.push(id, self.etag.as_str(), &self.properties.items_key_value.0);
        true
    }
}

/// Cells by column. A number or a flag is the text that it is in JSON, and null is empty, since the service may keep
/// either for what was sent as text.
#[derive(Debug, Default)]
struct Cells(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellsVisitor)
    }
}

struct CellsVisitor;

impl<'de> Visitor<'de> for CellsVisitor {
    type Value = Cells;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cells by column")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells, A::Error> {
        let mut cells = Vec::new();
        while let Some((column, cell)) = map.next_entry::<String, Value>()? {
            let cell = match cell {
                Value::Null => continue,
                Value::String(text) => text,
                other => other.to_string(),
            };
            cells.push((column, cell));
        }
        Ok(Cells(cells))
    }

    // Whatever else it is holds no cells.
    fn visit_unit<E>(self) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Cells, E> {
        Ok(Cells::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cells, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cells::default())
    }
}
