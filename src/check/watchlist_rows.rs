//! The cells of a watchlist.

use std::collections::HashMap;

use super::Look;
use super::view::Surroundings;
use crate::compile::{Table, WatchlistSource};
use crate::diagnostic::wording::{count, shown};
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A row of a watchlist has no value in the column that `itemsSearchKey` names.
    ///
    /// ## Why
    /// No lookup finds the row, and the service does not take it.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    ///   - {host: "", owner: c}
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    ///   - {host: d, owner: c}
    /// ```
    pub(super) BLANK_SEARCH_KEY = "blank-search-key", Error;

    /// Two rows of a watchlist have the same value in the column that `itemsSearchKey` names.
    ///
    /// ## Why
    /// The service keeps both unless they are alike in every cell, and a `lookup` or `join` on the column then
    /// returns each event once for every such row.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    ///   - {host: a, owner: c}
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: "b, c"}
    /// ```
    pub(super) DUPLICATE_SEARCH_KEY = "duplicate-search-key", Warning;

    /// A cell of a watchlist begins like a formula of a spreadsheet: with `=`, `+`, `-`, `@`, a tab or a carriage
    /// return, and is no number.
    ///
    /// ## Why
    /// The cell is deployed as it is. A watchlist that is exported and opened in a spreadsheet runs it, which is a way
    /// to attack whoever opens it.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: "=HYPERLINK(\"http://x.test\")"}
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner: b}
    /// ```
    pub(super) FORMULA_CELL = "formula-cell", Warning;
}

/// Rows that are reported one by one; the last of them says how many more there are.
const REPORTED: usize = 20;

pub(super) const LOOKS: &[Look] = &[Look::Watchlist(watchlist)];

fn watchlist(_: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    let Ok(table) = &watchlist.table else { return };
    let key = watchlist.document.items_search_key.given();
    if let Some(key) = key.and_then(|key| table.rows.column(key)) {
        search_keys(table, key, diagnostics);
    }
    formulas(table, diagnostics);
}

fn search_keys(table: &Table, key: usize, diagnostics: &mut Vec<Diagnostic>) {
    let column = &table.columns()[key];
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(table.rows.len());
    let (mut blank, mut duplicate) = (Vec::new(), Vec::new());
    for (row, span) in table.rows() {
        let value = row.cell(key).trim();
        if value.is_empty() {
            blank.push(Diagnostic::new(
                &BLANK_SEARCH_KEY,
                span,
                format!("the row has no `{}`", shown(column)),
            ));
        } else if let Some(other) = first.get(value) {
            let alike = table.rows.row(*other).cells().eq(row.cells());
            let message = format!("the {} `{}` stands in two rows", shown(column), shown(value));
            duplicate.push(
                Diagnostic::new(&DUPLICATE_SEARCH_KEY, span, message)
                    .related(table.span(*other), "here first")
                    .help(if alike {
                        "remove one of the two: they are alike"
                    } else {
                        "put the two rows together"
                    }),
            );
        } else {
            first.insert(value, row.at());
        }
    }
    report(blank, diagnostics);
    report(duplicate, diagnostics);
}

fn report(mut found: Vec<Diagnostic>, diagnostics: &mut Vec<Diagnostic>) {
    let more = found.len().saturating_sub(REPORTED);
    found.truncate(REPORTED);
    if let Some(last) = found.last_mut().filter(|_| more > 0) {
        last.label = format!("and {} more", count(more, "row"));
    }
    diagnostics.append(&mut found);
}

/// One diagnostic a column, at its first such cell.
fn formulas(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    for (at, column) in table.columns().iter().enumerate() {
        let mut found =
            table.rows().map(|(row, span)| (row.cell(at), span)).filter(|(cell, _)| is_formula(cell));
        let Some((cell, span)) = found.next() else { continue };
        let more = found.count();
        let mut diagnostic = Diagnostic::new(
            &FORMULA_CELL,
            span,
            format!("the {} `{}` begins like a formula", shown(column), shown(cell)),
        )
        .help("a spreadsheet that opens an export of the watchlist would run it; write the value without it if you can");
        if more > 0 {
            diagnostic = diagnostic.label(format!("and {} more in this column", count(more, "cell")));
        }
        diagnostics.push(diagnostic);
    }
}

fn is_formula(cell: &str) -> bool {
    // A lone sign is text to a spreadsheet.
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.len() > 1 && !is_number(cell)
}

/// Whether a cell is a sign and a number: `f64` alone would take `-inf` as well.
fn is_number(cell: &str) -> bool {
    cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        && cell.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::watchlist;
    use super::is_formula;

    #[test]
    fn a_row_is_found_by_its_key_and_only_one_is() {
        let found = watchlist(
            "items:\n  - host: a\n    owner: b\n  - host: ' '\n    owner: c\n  - host: a\n    owner: d\n",
        );
        assert_eq!(found.codes(), ["blank-search-key", "duplicate-search-key"]);
        let line = |span| found.map.location(span).line;
        assert_eq!(found.diagnostics.iter().map(|d| line(d.span)).collect::<Vec<_>>(), [8, 10]);
        assert_eq!(line(found.diagnostics[1].related[0].span), 6);
    }

    #[test]
    fn a_flood_is_counted_instead_of_listed() {
        let rows: String = (0..50).map(|_| "  - {host: a, owner: b}\n").collect();
        let found = watchlist(&format!("items:\n{rows}"));
        assert_eq!(found.diagnostics.len(), 20);
        assert_eq!(found.diagnostics[19].label, "and 29 rows more");
    }

    #[test]
    fn numbers_and_lone_signs_are_no_formulas() {
        for cell in ["-5", "+3.2", "-1e-5", "-", "+", "=", "", "a=b", "1-2"] {
            assert!(!is_formula(cell), "{cell}");
        }
        for cell in ["=1+1", "+49 30 1", "-inf", "@SUM(A1)", "\tx", "\r=x", "--1"] {
            assert!(is_formula(cell), "{cell}");
        }
    }

    #[test]
    fn formulas_of_a_column_make_one_warning() {
        let found = watchlist("items:\n  - {host: a, owner: =1}\n  - {host: b, owner: =2}\n");
        assert_eq!(found.only().code.id, "formula-cell");
        assert_eq!(found.only().label, "and 1 cell more in this column");
    }
}
