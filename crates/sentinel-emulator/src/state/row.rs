//! The cells of a watchlist's item, kept small: a list may have a hundred thousand of them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The names of columns, in order. Rows of one upload share theirs.
pub(crate) type Columns = Arc<[Box<str>]>;

/// The cells of one item by their columns. Two rows are equal when they have the same cells in the same columns, in any
/// order, as two JSON objects are.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    columns: Columns,
    cells: Box<[Cell]>,
}

/// A cell. Uploads make strings; a PUT of an item may hold any JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    Text(Box<str>),
    Other(Box<Value>),
}

impl Cell {
    /// The cell of a JSON value.
    fn new(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.into_boxed_str()),
            other => Self::Other(Box::new(other)),
        }
    }

    /// Its size in bytes, as the limit of rows counts it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Other(value) => value.to_string().len(),
        }
    }

    /// Whether it is null, empty or white space.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Other(value) => value.is_null(),
        }
    }
}

impl Row {
    /// A row of text cells; cells beyond the columns are left out, as are columns beyond the cells.
    pub(crate) fn of_texts<'a>(columns: &Columns, cells: impl Iterator<Item = &'a str>) -> Self {
        let cells: Box<[Cell]> = cells.take(columns.len()).map(|cell| Cell::Text(cell.into())).collect();
        let columns =
            if cells.len() == columns.len() { columns.clone() } else { columns[..cells.len()].into() };
        Self { columns, cells }
    }

    /// The row of a JSON object.
    pub(crate) fn of_object(object: Map<String, Value>) -> Self {
        let (columns, cells): (Vec<Box<str>>, Vec<Cell>) =
            object.into_iter().map(|(column, value)| (column.into_boxed_str(), Cell::new(value))).unzip();
        Self { columns: columns.into(), cells: cells.into() }
    }

    /// Its columns, in order.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Uses the names of these columns in place of its own, where they are the same in the same order.
    pub(crate) fn share(&mut self, columns: &Columns) {
        if self.columns == *columns {
            self.columns = columns.clone();
        }
    }

    /// Sets cells, in new columns where there are none of these names.
    pub(crate) fn set(&mut self, cells: &Map<String, Value>) {
        let own = self.columns.iter().zip(&self.cells);
        let mut object: Map<String, Value> =
            own.map(|(column, cell)| (column.to_string(), value_of(cell))).collect();
        object.extend(cells.clone());
        *self = Self::of_object(object);
    }

    /// The cell of this column.
    pub(crate) fn get(&self, column: &str) -> Option<&Cell> {
        self.cells.get(self.columns.iter().position(|name| **name == *column)?)
    }

    /// All cells, in the order of the columns.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

fn value_of(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => Value::String(text.to_string()),
        Cell::Other(value) => (**value).clone(),
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        if self.columns == other.columns {
            return self.cells == other.cells;
        }
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&self.cells).all(|(column, cell)| other.get(column) == Some(cell))
    }
}

impl Eq for Row {}

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // A sum, so that the order of the columns does not matter.
        let mut sum = 0_u64;
        for pair in self.columns.iter().zip(&self.cells) {
            let mut hasher = DefaultHasher::new();
            pair.hash(&mut hasher);
            sum = sum.wrapping_add(hasher.finish());
        }
        state.write_u64(sum);
    }
}

/// As a JSON object.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(&self.cells))
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Row;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut object = Map::new();
                while let Some((column, value)) = map.next_entry()? {
                    object.insert(column, value);
                }
                Ok(Row::of_object(object))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn row(object: Value) -> Row {
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn rows_are_equal_and_found_whatever_the_order_of_their_columns() {
        let known = HashSet::from([row(json!({ "a": "1", "b": 2, "c": null }))]);
        assert!(known.contains(&row(json!({ "c": null, "a": "1", "b": 2 }))));
        for other in [
            json!({ "a": "1", "b": "2", "c": null }),
            json!({ "a": "1", "b": 2 }),
            json!({ "a": "1", "b": 2, "d": null }),
            json!({ "a": 2, "b": "1", "c": null }),
            json!({}),
        ] {
            assert!(!known.contains(&row(other.clone())), "{other}");
        }
    }

    #[test]
    fn a_row_is_written_as_it_was_read() {
        for object in [json!({}), json!({ "b": "x", "a": [1, { "c": null }], "": true })] {
            assert_eq!(serde_json::to_string(&row(object.clone())).unwrap(), object.to_string());
        }
    }

    #[test]
    fn cells_are_set_in_their_columns_or_in_new_ones() {
        let mut changed = row(json!({ "a": "1", "b": "2" }));
        changed.set(json!({ "c": 3, "a": "x" }).as_object().unwrap());
        assert_eq!(serde_json::to_string(&changed).unwrap(), r#"{"a":"x","b":"2","c":3}"#);
    }

    #[test]
    fn equal_columns_are_shared() {
        let (first, mut second) = (row(json!({ "a": "1" })), row(json!({ "a": "2" })));
        second.share(first.columns());
        assert!(Arc::ptr_eq(first.columns(), second.columns()));
        let mut other = row(json!({ "b": "2" }));
        other.share(first.columns());
        assert_eq!(other, row(json!({ "b": "2" })));
    }
}
