//! The rows of a watchlist.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, FileId, Reported, SourceMap, Span, codes};
use crate::document::WatchlistItem;
use crate::resource::{Row, Rows};

/// Columns and rows, each with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The header, or the first row.
    pub columns_span: Span,
    /// The columns, in order, and the rows with a cell a column.
    pub rows: Arc<Rows>,
    /// Where each row is.
    spans: Vec<Span>,
}

impl Table {
    /// The columns, in order.
    pub fn columns(&self) -> &[String] {
        self.rows.columns()
    }

    /// The rows with their places.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (Row<'_>, Span)> {
        self.rows.iter().zip(self.spans.iter().copied())
    }

    /// Where the row at a position is.
    pub fn span(&self, row: usize) -> Span {
        self.spans.get(row).copied().unwrap_or(self.columns_span)
    }
}

codes! {
    /// A watchlist has neither a CSV beside it nor rows of its own.
    ///
    /// ## Why
    /// A query that reads it would find nothing, and a rule that reads it would never fire.
    ///
    /// ## Wrong
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed-hosts
    /// displayName: Allowed hosts
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    /// ```
    pub(super) WATCHLIST_WITHOUT_ROWS = "watchlist-without-rows", Error, fixed;

    /// A row of a CSV has another number of cells than the header, or a quotation mark that is not closed.
    ///
    /// ## Why
    /// The service would shift the cells into other columns, or refuse the whole list.
    ///
    /// ## Wrong
    /// ```csv file=rules/hosts/data.csv
    /// host,owner
    /// a,b,c
    /// ```
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed-hosts
    /// displayName: Allowed hosts
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// ```
    ///
    /// ## Right
    /// ```csv file=rules/hosts/data.csv
    /// host,owner
    /// a,"b,c"
    /// ```
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed-hosts
    /// displayName: Allowed hosts
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// ```
    pub(super) CSV_SHAPE = "csv-shape", Error, fixed;
}

/// Reads a CSV file of the map. Every row of a wrong length is reported; then there is no table.
pub(super) fn from_csv(
    map: &SourceMap,
    file: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Table, Reported> {
    let whole = map.file(file).text();
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let mark = whole.len() - text.len();
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let span = |record: &csv::StringRecord| {
        let start = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(0));
        let rest = text.get(start..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let line = rest[blank..].split(['\r', '\n']).next().unwrap_or_default();
        Span::new(file, mark + start + blank, mark + start + blank + line.len())
    };
    let mut header = csv::StringRecord::new();
    if !reader.read_record(&mut header).unwrap_or(false) {
        let place = Span::start_of(file);
        return Err(Diagnostic::new(&CSV_SHAPE, place, "the CSV has no header line")
            .help("its first line names the columns")
            .report(diagnostics));
    }
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let columns_span = span(&header);
    let mut refused = None;
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name)) {
        let message = format!("the column `{}` is in the header twice", twice.1);
        let diagnostic = Diagnostic::new(&CSV_SHAPE, columns_span, message).help("name each column once");
        refused = Some(diagnostic.report(diagnostics));
    }
    if let Some(at) = unclosed_quotation(text) {
        let place = Span::new(file, mark + at, mark + at + 1);
        return Err(Diagnostic::new(&CSV_SHAPE, place, "a quotation mark is opened here and never closed")
            .help("close it, or write a quotation mark inside a cell as \"\"")
            .report(diagnostics));
    }
    let width = columns.len();
    let (mut rows, mut spans) = (Rows::new(columns), Vec::new());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        let place = span(&record);
        if record.len() != width {
            let message = format!("the row has {} cells, the header {width}", record.len());
            let diagnostic = Diagnostic::new(&CSV_SHAPE, place, message)
                .label(format!("expected {width} cells"))
                .help("put a cell that holds a comma, a quotation mark or a line break in quotation marks");
            refused = Some(diagnostic.report(diagnostics));
        }
        rows.push(&record);
        spans.push(place);
    }
    match refused {
        Some(reported) => Err(reported),
        None => Ok(Table { columns_span, rows: Arc::new(rows), spans }),
    }
}

/// The last quotation mark of a text that holds an odd number of them: a reader takes all that follows it as one cell.
fn unclosed_quotation(text: &str) -> Option<usize> {
    let marks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'"').map(|(at, _)| at);
    let mut open = None;
    for at in marks {
        open = if open.is_none() { Some(at) } else { None };
    }
    open
}

/// The rows that stand in a watchlist's own file. Columns come in the order in which they first appear; a row
/// without one of them has an empty cell there.
pub(super) fn from_items(items: &crate::document::Spanned<Vec<WatchlistItem>>) -> Table {
    let mut columns: Vec<&str> = Vec::new();
    for (column, _) in items.iter().flat_map(|item| &item.cells) {
        if !columns.contains(&column.value.as_str()) {
            columns.push(&column.value);
        }
    }
    let mut rows = Rows::new(columns.iter().copied());
    for item in items.iter() {
        rows.push(columns.iter().map(|name| {
            let found = item.cells.iter().find(|(column, _)| column.value == *name);
            found.map_or("", |(_, text)| text.as_str())
        }));
    }
    let spans = items.iter().map(|item| item.span).collect();
    let columns_span = items.first().map_or(items.span, |item| item.span);
    Table { columns_span, rows: Arc::new(rows), spans }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (SourceMap, Result<Table, Reported>, Vec<Diagnostic>) {
        let mut map = SourceMap::new();
        let file = map.add("data.csv", text);
        let mut diagnostics = Vec::new();
        let table = from_csv(&map, file, &mut diagnostics);
        (map, table, diagnostics)
    }

    #[test]
    fn cells_keep_commas_line_breaks_and_quotation_marks() {
        let (map, table, diagnostics) = read("\u{feff}a,b\r\n\"x,\r\ny\",\"say \"\"hi\"\"\"\r\n\r\n1,2\r\n");
        assert_eq!(diagnostics, []);
        let table = table.unwrap();
        assert_eq!(table.columns(), ["a", "b"]);
        assert_eq!(table.rows.row(0).cells().collect::<Vec<_>>(), ["x,\r\ny", "say \"hi\""]);
        assert_eq!(map.text(table.span(1)), "1,2");
        assert_eq!(map.location(table.span(1)).line, 5);
    }

    #[test]
    fn every_row_of_a_wrong_length_is_reported_at_its_line() {
        let (map, table, diagnostics) = read("a,b\n1\n1,2\n1,2,3\n");
        assert!(table.is_err());
        let lines: Vec<_> = diagnostics.iter().map(|d| map.location(d.span).line).collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn a_file_without_a_header_is_reported() {
        assert_eq!(read("").2.len(), 1);
        assert_eq!(read("a,b,a\n").2.len(), 1);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_does_not_swallow_the_rest() {
        let (map, table, diagnostics) = read("a\nx\n\"y\nz\n");
        assert!(table.is_err());
        assert_eq!(map.location(diagnostics[0].span).line, 3);
    }
}
