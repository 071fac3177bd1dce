//! How large a watchlist may be.

use super::Look;
use super::view::{GeneratedView, Surroundings};
use crate::compile::WatchlistSource;
use crate::diagnostic::wording::grouped;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::resource::{Resource, Rows};

codes! {
    /// The rows of a watchlist have more than 3.8 MB as CSV.
    ///
    /// Bartizan counts 3,800,000 bytes of UTF-8, the header line included.
    ///
    /// ## Why
    /// The management API takes no more in one request. Larger lists are uploaded through a storage account, which
    /// Bartizan does not do, or are split.
    ///
    /// ## Wrong
    /// A `data.csv` with every address of an address feed.
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    /// ```
    pub(super) WATCHLIST_TOO_LARGE = "watchlist-too-large", Error;

    /// A row of a watchlist, or its header, has more than 10,240 bytes as a line of CSV.
    ///
    /// ## Why
    /// The service takes lines of at most 10,240 characters and rows of at most 10 KB.
    ///
    /// ## Wrong
    /// A row with the text of a whole report in a cell.
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, report: https://reports.test/17}
    /// ```
    pub(super) WATCHLIST_ROW_TOO_LONG = "watchlist-row-too-long", Error;
}

/// Bytes of all rows: the documentation's 3.8 MB, of which this is the smaller reading.
const LARGEST: usize = 3_800_000;
/// Bytes of a row; no line has more characters than bytes.
const LONGEST_ROW: usize = 10_240;

pub(super) const LOOKS: &[Look] = &[Look::Watchlist(watchlist), Look::Generated(generated)];

fn watchlist(_: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    if let Ok(table) = &watchlist.table {
        let header = (header_length(&table.rows), table.columns_span);
        let rows = table.rows().map(|(row, span)| (csv_length(row.cells()), span));
        size(table.columns_span, std::iter::once(header).chain(rows), diagnostics);
    }
}

fn generated(_: &Surroundings<'_>, made: &GeneratedView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Resource::Watchlist(watchlist) = &made.resource else { return };
    let rows = watchlist.rows.iter().map(|row| csv_length(row.cells()));
    let lines = std::iter::once(header_length(&watchlist.rows)).chain(rows);
    size(made.span, lines.map(|length| (length, made.span)), diagnostics);
}

/// Checks the length of each line, and of all of them together at `place`.
fn size(place: Span, lines: impl Iterator<Item = (usize, Span)>, diagnostics: &mut Vec<Diagnostic>) {
    let mut whole = 0;
    for (length, span) in lines {
        whole += length + "\r\n".len();
        if length > LONGEST_ROW {
            let message = format!("the row has {} bytes as a line of CSV", grouped(length));
            diagnostics.push(
                Diagnostic::new(&WATCHLIST_ROW_TOO_LONG, span, message)
                    .label(format!("at most {}", grouped(LONGEST_ROW)))
                    .help("shorten its cells"),
            );
        }
    }
    if whole > LARGEST {
        let message = format!("the watchlist has {} bytes as CSV", grouped(whole));
        diagnostics.push(
            Diagnostic::new(&WATCHLIST_TOO_LARGE, place, message)
                .label(format!("at most {}", grouped(LARGEST)))
                .help("split it into several watchlists, or leave out what no query reads"),
        );
    }
}

/// The bytes of a line of CSV without its end; cells that need quotes have them.
fn csv_length<'c>(cells: impl ExactSizeIterator<Item = &'c str>) -> usize {
    let separators = cells.len().saturating_sub(1);
    let cell = |cell: &str| {
        let quotes = cell.bytes().filter(|b| *b == b'"').count();
        let quoted = quotes > 0 || cell.contains([',', '\r', '\n']);
        cell.len() + if quoted { quotes + 2 } else { 0 }
    };
    cells.map(cell).sum::<usize>() + separators
}

fn header_length(rows: &Rows) -> usize {
    csv_length(rows.columns().iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{made_watchlist, run, watchlist};
    use std::sync::Arc;

    use super::csv_length;
    use crate::config::Config;
    use crate::resource::{Resource, Rows};

    #[test]
    fn a_row_has_a_longest_length() {
        let row = |length: usize| format!("items:\n  - {{host: a, owner: {}}}\n", "b".repeat(length));
        assert_eq!(watchlist(&row(10_238)).codes(), [""; 0]);
        assert_eq!(watchlist(&row(10_239)).codes(), ["watchlist-row-too-long"]);
    }

    #[test]
    fn all_rows_together_have_a_largest_size() {
        let rows = |number: usize| -> String {
            let cell = "b".repeat(9_990);
            (0..number).fold("items:\n".to_owned(), |text, at| {
                text + &format!("  - {{host: h{at:05}, owner: {cell}}}\n")
            })
        };
        assert_eq!(watchlist(&rows(380)).codes(), [""; 0]);
        assert_eq!(watchlist(&rows(381)).codes(), ["watchlist-too-large"]);
    }

    #[test]
    fn a_watchlist_made_from_indicators_has_the_same_limits() {
        let mut made = made_watchlist("ioc");
        if let Resource::Watchlist(watchlist) = &mut made.resource {
            let mut rows = Rows::new(["Indicator"]);
            rows.push([&*"a".repeat(10_241)]);
            watchlist.rows = Arc::new(rows);
        }
        assert_eq!(run(&[], &[made], &Config::default()).codes(), ["watchlist-row-too-long"]);
    }

    #[test]
    fn the_length_is_that_of_the_csv_that_is_sent() {
        for cells in [vec!["a", "b"], vec!["a,b", "c"], vec!["say \"hi\"", ""], vec!["x\ny"]] {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let written = writer.into_inner().unwrap().len() - 1;
            assert_eq!(csv_length(cells.iter().copied()), written, "{cells:?}");
        }
    }
}
