//! The columns of a watchlist.

use std::collections::HashMap;

use super::Look;
use super::view::Surroundings;
use crate::compile::WatchlistSource;
use crate::diagnostic::wording::{none_of, shown};
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// `itemsSearchKey` is no column of the watchlist. Case counts.
    ///
    /// ## Why
    /// Queries look rows up by this column. The service refuses the rows.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// itemsSearchKey: hostname
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// itemsSearchKey: host
    /// ```
    pub(super) SEARCH_KEY_NOT_A_COLUMN = "search-key-not-a-column", Error;

    /// A column of a watchlist has no name, one that stands twice, or one that no column in KQL can have: letters,
    /// digits, `_`, blanks, `.` and `-` are allowed.
    ///
    /// ## Why
    /// No query could read the column.
    ///
    /// ## Wrong
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, "owner (mail)": b}
    /// ```
    ///
    /// ## Right
    /// ```yaml watchlist
    /// items:
    ///   - {host: a, owner_mail: b}
    /// ```
    pub(super) BAD_WATCHLIST_COLUMN = "bad-watchlist-column", Error;
}

/// Characters of a name in KQL.
const LONGEST: usize = 1024;

pub(super) const LOOKS: &[Look] = &[Look::Watchlist(watchlist)];

fn watchlist(_: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    // A list without rows has no columns yet.
    let Some(table) = watchlist.table.as_ref().ok().filter(|table| !table.columns().is_empty()) else {
        return;
    };
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, column) in table.columns().iter().enumerate() {
        let problem = if column.trim().is_empty() {
            format!("column {} has no name", at + 1)
        } else if let Some(first) = seen.insert(column, at) {
            format!("the columns {} and {} are both named `{}`", first + 1, at + 1, shown(column))
        } else if let Some(c) = column.chars().find(|c| !is_in_name(*c)) {
            format!("the name `{}` of column {} holds `{}`", shown(column), at + 1, c.escape_debug())
        } else if column.len() > LONGEST {
            format!("the name of column {} has {} characters", at + 1, column.len())
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::new(&BAD_WATCHLIST_COLUMN, table.columns_span, problem)
                .label(format!("allowed: letters, digits, `_`, blanks, `.` and `-`, at most {LONGEST}")),
        );
    }
    let Some(key) = watchlist.document.items_search_key.given() else {
        return;
    };
    let columns: Vec<_> = table.columns().iter().map(String::as_str).collect();
    if !columns.contains(&key.as_str()) {
        let message = format!("`{}` is no column of the watchlist", shown(key));
        diagnostics.push(
            none_of(&SEARCH_KEY_NOT_A_COLUMN, key.span, message, key, &columns)
                .related(table.columns_span, "the columns"),
        );
    }
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '-')
}

#[cfg(test)]
mod tests {
    use super::super::testing::watchlist;

    #[test]
    fn the_search_key_is_a_column_in_its_case() {
        let found = watchlist("itemsSearchKey: Host\n");
        assert_eq!(found.only().code.id, "search-key-not-a-column");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `host`?"));
        assert_eq!(watchlist("items: []\n").codes(), [""; 0]);
    }

    #[test]
    fn a_column_has_a_name_that_a_query_can_write() {
        for column in ["a b", "a-b.c", "_x", "größe"] {
            assert_eq!(
                watchlist(&format!("items: [{{host: a, {column}: b}}]\n")).codes(),
                [""; 0],
                "{column}"
            );
        }
        for column in ["'a(b)'", "' '", "'a''b'", "\"a\\nb\""] {
            let found = watchlist(&format!("items: [{{host: a, {column}: b}}]\n"));
            assert_eq!(found.codes(), ["bad-watchlist-column"], "{column}");
        }
    }
}
