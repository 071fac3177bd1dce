//! Rows of a watchlist: those that the folder wants and those that a workspace has.
//!
//! A list may have 100,000 rows of a dozen short cells. A string for each cell and a map for each row would take some
//! hundred bytes a cell; here the columns are there once, and the cells are one text with the places where each ends.

mod answer;
mod json;

pub use answer::RowAnswer;

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Fingerprint;

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

    /// The hash of what the rows mean together; see [`Fingerprint`].
    pub fn fingerprint(&self) -> Fingerprint {
        let order = self.by_name();
        let names: Vec<Value> = self.columns.iter().map(|name| Value::from(name.as_str())).collect();
        let names: Vec<String> = names.iter().map(Value::to_string).collect();
        let mut text = Vec::new();
        let mut rows: Vec<Fingerprint> = self
            .iter()
            .map(|row| {
                text.clear();
                text.push(b'{');
                for column in &order {
                    let cell = row.cell(*column);
                    if !cell.is_empty() {
                        if text.len() > 1 {
                            text.push(b',');
                        }
                        text.extend_from_slice(names[*column].as_bytes());
                        text.push(b':');
                        // Writing a text to memory cannot fail.
                        let _ = serde_json::to_writer(&mut text, cell);
                    }
                }
                text.push(b'}');
                Fingerprint::of_parts("row", [&text])
            })
            .collect();
        rows.sort_unstable();
        Fingerprint::of_parts("rows", rows)
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

#[cfg(test)]
mod tests;
