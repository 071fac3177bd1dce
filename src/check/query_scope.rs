//! Queries that read every table.

use super::view::View;
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A query reads every table of the workspace: `search *` or `union *`.
    ///
    /// ## Why
    /// The service does not take it in an analytics rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: search * | where TimeGenerated > ago(1h)
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: union SecurityEvent, WindowsEvent | where TimeGenerated > ago(1h)
    /// ```
    pub(super) SEARCHES_ALL_TABLES = "searches-all-tables", Error;
}

pub(super) fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for query in view.rules.iter().filter_map(|rule| rule.query.as_ref()) {
        for span in kql::names::mentions_star(&query.lexed) {
            diagnostics.push(
                Diagnostic::new(
                    &SEARCHES_ALL_TABLES,
                    query.locate(view.map, span),
                    "the query reads every table of the workspace",
                )
                .label("not allowed in an analytics rule")
                .help("name the tables, as in `union SigninLogs, AuditLogs`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn a_star_is_found_where_it_stands_in_the_block() {
        let found = rule("query: |\n  // search *\n  union isfuzzy=true *\n  | where Account == 'union *'\n");
        assert_eq!(found.only().code.id, "searches-all-tables");
        assert_eq!(found.places(), ["union isfuzzy=true *"]);
        assert_eq!(found.map.location(found.only().span).line, 20);
    }

    #[test]
    fn a_union_of_names_and_a_wildcard_is_none() {
        assert_eq!(rule("query: union Syslog, Security* | where EventID * 2 > 1\n").codes(), [""; 0]);
    }
}
