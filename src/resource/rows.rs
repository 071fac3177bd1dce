//! Rows of a watchlist: those that the folder wants and those that a workspace has.
//!
//! A list may have 100,000 rows of a dozen short cells. A string for each cell and a map for each row would take some
//! hundred bytes a cell; here the columns are there once, and the cells are one text with the places where each ends.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq as _, SerializeStruct as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

/// Columns, and rows of cells.
///
/// A row may end before the last column; what it lacks is empty.
#[derive(Clone, Default)]
pub struct Rows {
    columns: Vec<String>,
    /// The cells of all rows one after the other.
    text: String,
    /// For each cell where it ends, counted from the start of its row. A row of more than 4 GiB loses what is past that;
    /// the service takes 10,240 bytes.
    ends: Vec<u32>,
    starts: Vec<Start>,
}

/// Where a row starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Start {
    /// In the text.
    text: usize,
    /// In the ends of cells.
    cell: usize,
}

impl Rows {
    /// No rows of these columns.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Adds a row of cells in the order of the columns. Cells past the last column are left out.
    pub fn push<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        let start = Start { text: self.text.len(), cell: self.ends.len() };
        for cell in cells.into_iter().take(self.columns.len()) {
            self.text.push_str(cell);
            self.ends.push(u32::try_from(self.text.len() - start.text).unwrap_or(u32::MAX));
        }
        self.starts.push(start);
    }

    /// The column of this name; the rows that are there have empty cells in a new one.
    pub fn column_or_new(&mut self, name: &str) -> usize {
        self.column(name).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The position of the column of this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The row at a position; one past the end has no cells.
    pub fn row(&self, at: usize) -> Row<'_> {
        Row { rows: self, at }
    }

    /// The rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> + Clone {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The positions of the columns in the order of their names.
    fn by_name(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|at| &self.columns[*at]);
        order
    }

    /// The rows as CSV with a header line, every line ended by CRLF. The API takes many rows only so.
    pub fn csv(&self) -> String {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::<u8>::new());
        let written = writer
            .write_record(&self.columns)
            .and_then(|()| self.iter().try_for_each(|row| writer.write_record(row.cells())));
        // Writing to memory fails only for a row of another length, and each has a cell a column.
        debug_assert!(written.is_ok(), "{written:?}");
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.len() == other.len()
            && self.iter().zip(other.iter()).all(|(one, other)| one.cells().eq(other.cells()))
    }
}

impl Eq for Rows {}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One row of [`Rows`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    at: usize,
}

impl<'a> Row<'a> {
    /// Its position.
    pub fn at(self) -> usize {
        self.at
    }

    /// The cell at the position of a column; empty where it has none.
    pub fn cell(self, column: usize) -> &'a str {
        let Some(start) = self.rows.starts.get(self.at) else { return "" };
        let end = self.rows.starts.get(self.at + 1).map_or(self.rows.ends.len(), |next| next.cell);
        let ends = &self.rows.ends[start.cell..end];
        let Some(end) = ends.get(column) else { return "" };
        let before = column.checked_sub(1).map_or(0, |before| ends[before]);
        let place = |offset: u32| start.text + offset as usize;
        self.rows.text.get(place(before)..place(*end)).unwrap_or_default()
    }

    /// The cell of a column; empty where it has none or there is no such column.
    pub fn get(self, column: &str) -> &'a str {
        self.rows.column(column).map_or("", |at| self.cell(at))
    }

    /// One cell a column.
    pub fn cells(self) -> impl ExactSizeIterator<Item = &'a str> + Clone {
        (0..self.rows.columns.len()).map(move |column| self.cell(column))
    }

    /// The cells that are not empty by the names of their columns, in the order of these names. Two rows with the same mean
    /// the same.
    pub fn filled(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let filled =
            self.rows.by_name().into_iter().map(move |at| (self.rows.columns[at].as_str(), self.cell(at)));
        filled.filter(|(_, cell)| !cell.is_empty())
    }

    /// Every cell by the name of its column, in the order of these names: the form in which the API takes one row.
    pub fn members(self) -> Map<String, Value> {
        let cell = |at: usize| (self.rows.columns[at].clone(), Value::String(self.cell(at).to_owned()));
        self.rows.by_name().into_iter().map(cell).collect()
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.filled()).finish()
    }
}

/// How rows of two tables are compared: by what is not empty, whatever the order of the columns.
#[derive(Debug)]
pub struct RowHasher<'a> {
    rows: &'a Rows,
    order: Vec<usize>,
}

impl<'a> RowHasher<'a> {
    /// For the rows of this table.
    pub fn new(rows: &'a Rows) -> Self {
        Self { order: rows.by_name(), rows }
    }

    /// The same for two rows that mean the same, and for nearly all others another one. It holds in this process only.
    pub fn hash(&self, at: usize) -> u64 {
        let row = self.rows.row(at);
        let mut hasher = DefaultHasher::new();
        for column in &self.order {
            let cell = row.cell(*column);
            if !cell.is_empty() {
                self.rows.columns[*column].hash(&mut hasher);
                cell.hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// The rows that a workspace has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRows {
    /// Id and etag of each row.
    heads: Rows,
    cells: Rows,
}

/// A row that a workspace has.
#[derive(Debug, Clone, Copy)]
pub struct LiveRow<'a> {
    /// The GUID in the row's path.
    pub id: &'a str,
    /// To be sent back with an update.
    pub etag: Option<&'a str>,
    /// Its cells.
    pub cells: Row<'a>,
}

impl LiveRows {
    /// No rows.
    pub fn new() -> Self {
        Self { heads: Rows::new(["id", "etag"]), cells: Rows::default() }
    }

    /// Adds a row of these cells by column. An empty cell is the same as none.
    pub fn push(&mut self, id: &str, etag: Option<&str>, cells: &[(String, String)]) {
        self.heads.push([id, etag.unwrap_or_default()]);
        // Nearly every row has the same columns in the same order.
        let same = cells.len() <= self.cells.columns.len()
            && cells.iter().zip(&self.cells.columns).all(|((column, _), known)| column == known);
        if same {
            return self.cells.push(cells.iter().map(|(_, cell)| cell.as_str()));
        }
        let mut ordered: Vec<&str> = Vec::new();
        for (column, cell) in cells {
            let at = self.cells.column_or_new(column);
            if ordered.len() <= at {
                ordered.resize(at + 1, "");
            }
            ordered[at] = cell;
        }
        self.cells.push(ordered);
    }

    /// Adds a row of other rows.
    pub fn push_row(&mut self, row: LiveRow<'_>) {
        let cells: Vec<_> =
            row.cells.filled().map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect();
        self.push(row.id, row.etag, &cells);
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The row at a position.
    pub fn row(&self, at: usize) -> LiveRow<'_> {
        let head = self.heads.row(at);
        LiveRow {
            id: head.cell(0),
            etag: Some(head.cell(1)).filter(|etag| !etag.is_empty()),
            cells: self.cells.row(at),
        }
    }

    /// The rows in the order in which the service gave them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = LiveRow<'_>> + Clone {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The cells alone.
    pub fn cells(&self) -> &Rows {
        &self.cells
    }
}

/// A row as the service answers it, of which only what is compared or sent back is kept.
#[derive(Debug, Default, Deserialize)]
pub struct RowAnswer {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    etag: Value,
    #[serde(default)]
    properties: RowProperties,
}

#[derive(Debug, Default, Deserialize)]
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

/// `{"columns": […], "rows": [[…], …]}`.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Cells<'a>(Row<'a>);
        impl Serialize for Cells<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.cells())
            }
        }
        struct All<'a>(&'a Rows);
        impl Serialize for All<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut all = serializer.serialize_seq(Some(self.0.len()))?;
                self.0.iter().try_for_each(|row| all.serialize_element(&Cells(row)))?;
                all.end()
            }
        }
        let mut table = serializer.serialize_struct("Rows", 2)?;
        table.serialize_field("columns", &self.columns)?;
        table.serialize_field("rows", &All(self))?;
        table.end()
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Rows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("columns and then rows")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = None;
                while let Some(key) = map.next_key::<String>()? {
                    match (key.as_str(), &mut rows) {
                        ("columns", None) => rows = Some(Rows::new(map.next_value::<Vec<String>>()?)),
                        ("rows", Some(rows)) => map.next_value_seed(Fill(rows))?,
                        _ => return Err(A::Error::custom(format!("unexpected member `{key}` of a table"))),
                    }
                }
                rows.ok_or_else(|| A::Error::missing_field("columns"))
            }
        }

        /// Takes row after row, so that a long table is there once.
        struct Fill<'r>(&'r mut Rows);
        impl<'de> DeserializeSeed<'de> for Fill<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_seq(self)
            }
        }
        impl<'de> Visitor<'de> for Fill<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
                while let Some(cells) = seq.next_element::<Vec<String>>()? {
                    if cells.len() != self.0.columns.len() {
                        return Err(A::Error::invalid_length(cells.len(), &"a cell a column"));
                    }
                    self.0.push(cells.iter().map(String::as_str));
                }
                Ok(())
            }
        }

        deserializer.deserialize_map(Table)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn table(columns: &[&str], rows: &[&[&str]]) -> Rows {
        let mut table = Rows::new(columns.iter().copied());
        rows.iter().for_each(|row| table.push(row.iter().copied()));
        table
    }

    #[test]
    fn cells_are_found_by_row_and_column() {
        let mut rows =
            table(&["host", "owner"], &[&["a", "ä, \"b\""], &["", ""], &["c"], &["d", "e", "past the last"]]);
        assert_eq!(rows.len(), 4);
        let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.cells().collect()).collect();
        assert_eq!(cells, [["a", "ä, \"b\""], ["", ""], ["c", ""], ["d", "e"]]);
        assert_eq!(
            (rows.row(0).get("owner"), rows.row(0).get("nobody"), rows.row(9).cell(0)),
            ("ä, \"b\"", "", "")
        );
        assert_eq!(rows.column_or_new("host"), 0);
        assert_eq!(rows.column_or_new("new"), 2);
        assert_eq!(rows.row(0).get("new"), "", "a column that comes later is empty in what was there");
        assert_eq!(rows.csv(), "host,owner,new\r\na,\"ä, \"\"b\"\"\",\r\n,,\r\nc,,\r\nd,e,\r\n");
    }

    #[test]
    fn rows_mean_the_same_whatever_the_order_of_columns_and_however_nothing_is_written() {
        let one = table(&["host", "owner"], &[&["a", "b"], &["a", ""], &["a", "c"]]);
        let other = table(&["owner", "host", "extra"], &[&["b", "a", ""], &["", "a"], &["c", "a", "x"]]);
        let hashes = |rows: &Rows| (0..3).map(|at| RowHasher::new(rows).hash(at)).collect::<Vec<_>>();
        assert_eq!(hashes(&one)[..2], hashes(&other)[..2]);
        assert_ne!(hashes(&one)[2], hashes(&other)[2], "a cell that only one has counts");
        assert!(one.row(0).filled().eq(other.row(0).filled()));
        // Which of two neighbouring cells has a text counts.
        let moved = table(&["host", "owner"], &[&["ab", ""], &["", "ab"], &["a", "b"]]);
        assert_eq!(hashes(&moved).iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    }

    #[test]
    fn what_the_service_answers_becomes_text() {
        let mut rows = LiveRows::new();
        for (name, cells) in [
            ("1", json!({ "host": "a", "port": 5, "up": true, "gone": null, "list": ["x", 1] })),
            ("2", json!({ "up": "false", "host": "b" })),
            ("3", json!(null)),
            ("4", json!("text")),
            ("5", json!([{ "host": "c" }])),
            ("6", json!({ "port": 1.5 })),
        ] {
            let answer = json!({ "name": name, "etag": "\"e\"", "properties": {
                "itemsKeyValue": cells, "entityMapping": {}, "tenantId": "t" } });
            assert!(serde_json::from_value::<RowAnswer>(answer).unwrap().add_to(&mut rows), "{name}");
        }
        let filled: Vec<Vec<_>> = rows.iter().map(|row| row.cells.filled().collect()).collect();
        assert_eq!(filled[0], [("host", "a"), ("list", "[\"x\",1]"), ("port", "5"), ("up", "true")]);
        assert_eq!(filled[1], [("host", "b"), ("up", "false")]);
        assert_eq!(filled[2..5], [vec![], vec![], vec![]]);
        assert_eq!(filled[5], [("port", "1.5")]);
        assert_eq!((rows.row(1).id, rows.row(1).etag), ("2", Some("\"e\"")));
    }

    #[test]
    fn an_answer_without_a_name_is_not_taken() {
        for answer in
            [json!({}), json!({ "name": 7 }), json!({ "name": "" }), json!({ "name": null, "etag": 1 })]
        {
            let answer: RowAnswer = serde_json::from_value(answer).unwrap();
            assert!(!answer.add_to(&mut LiveRows::new()), "{answer:?}");
        }
        let deleted: RowAnswer =
            serde_json::from_value(json!({ "name": "1", "properties": { "isDeleted": true } })).unwrap();
        assert!(deleted.is_deleted());
    }

    #[test]
    fn a_table_that_is_none_is_refused() {
        for text in [
            "{}",
            r#"{"rows": []}"#,
            r#"{"columns": ["a"], "rows": [["1", "2"]]}"#,
            r#"{"columns": ["a"], "rows": [[1]]}"#,
            r#"{"columns": ["a"], "columns": ["b"]}"#,
            r#"{"columns": ["a"], "more": 1}"#,
        ] {
            assert!(serde_json::from_str::<Rows>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn rows_read_back_from_json(width in 0usize..4, cells in prop::collection::vec(".{0,4}", 0..20)) {
            let mut rows = Rows::new((0..width).map(|at| format!("c{at}")));
            for row in cells.chunks(width.max(1)).filter(|row| row.len() == width) {
                rows.push(row.iter().map(String::as_str));
            }
            let text = serde_json::to_string(&rows).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rows>(&text).unwrap(), rows, "{}", text);
        }
    }
}
