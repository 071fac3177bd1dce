//! Everything that was read of a folder, sorted by what it is.

use crate::diagnostic::Span;
use crate::document::{AnalyticsRule, IndicatorFile, Watchlist};
use crate::feed::page::Page;

/// The documents of a folder, each list in the order of the files' paths.
#[derive(Debug, Default)]
pub struct Folder {
    /// Analytics rules.
    pub rules: Vec<AnalyticsRule>,
    /// Watchlists with their rows.
    pub watchlists: Vec<WatchlistSource>,
    /// Files of indicators.
    pub indicators: Vec<IndicatorFile>,
    /// ThreatFox pages.
    pub pages: Vec<Page>,
}

/// A watchlist's description with its rows, from the CSV beside it or from the file itself.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchlistSource {
    /// The description.
    pub document: Watchlist,
    /// The rows; none where they could not be read, which a diagnostic says.
    pub table: Option<Table>,
}

/// Columns and rows, each with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The header, or the first row's keys.
    pub columns_span: Span,
    /// The columns, in order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Where the row stands.
    pub span: Span,
    /// One cell a column.
    pub cells: Vec<String>,
}
