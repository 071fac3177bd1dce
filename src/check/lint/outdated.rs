//! Names that have another today.

use kql::tree::{ExpressionId, Name};

use super::code::{DEFENDER_COLUMN, DEPRECATED_FUNCTION};
use super::{Finding, Lints};

/// The one column that Defender's own schema has beside what the references of the tables list.
const PORTAL_COLUMN: &str = "Timestamp";
/// The time of a row in a workspace.
const TIME: &str = "TimeGenerated";

impl Lints<'_> {
    /// A column that Defender's portal has, and the tables of a workspace, as their references list them, have not.
    pub(super) fn defender_column(&mut self, id: ExpressionId, name: Name) {
        if self.tree.name(name) != PORTAL_COLUMN {
            return;
        }
        let Some(column) = self.analysis.reference(id) else { return };
        let sources = self.analysis.sources(column);
        let is_portals = |(table, column): &(String, String)| {
            column == PORTAL_COLUMN && is_undocumented(table, PORTAL_COLUMN)
        };
        let Some((table, _)) = sources.first().filter(|_| sources.iter().all(is_portals)) else { return };
        // What the query itself calls so is a column of its own.
        if self.analysis.column_name(column) != PORTAL_COLUMN {
            return;
        }
        self.found.push(Finding {
            code: &DEFENDER_COLUMN,
            place: self.tree.name_span(name),
            message: format!(
                "`{PORTAL_COLUMN}` is a column of Defender's portal, and not in the reference of `{table}`"
            ),
            label: format!("in a workspace `{TIME}`"),
            help: format!("write `{TIME}`, the time of a row in a workspace"),
            fix: Some((PORTAL_COLUMN.to_owned(), TIME.to_owned())),
        });
    }

    /// A function that the language keeps for old queries.
    pub(super) fn deprecated_function(&mut self, name: Name) {
        let text = self.tree.name(name);
        let Some(obsolete) = kql::obsolete(&text) else { return };
        let (place, instead) = (self.tree.name_span(name), obsolete.instead);
        self.found.push(Finding {
            code: &DEPRECATED_FUNCTION,
            place,
            message: format!("`{text}` is an old name"),
            label: format!("today `{instead}`"),
            help: match &*text {
                "replace" => format!("write `{instead}`, which takes the text first, then the pattern"),
                _ => format!("write `{instead}`"),
            },
            fix: obsolete.is_same.then(|| (text.into_owned(), obsolete.instead.to_owned())),
        });
    }
}

fn is_undocumented(table: &str, column: &str) -> bool {
    let known = sentinel_schema::table(table).unwrap_or_default();
    known.iter().any(|known| known.name == column && !known.documented)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{clean, only};
    use super::*;

    #[test]
    fn the_portals_time_is_the_only_column_that_the_references_lack() {
        let is_portals = |table: &str, name: &str| {
            let portal = sentinel_schema::defender_table(table).unwrap_or_default();
            portal.iter().any(|column| column.name == name)
        };
        for table in sentinel_schema::tables() {
            for column in sentinel_schema::table(table).unwrap_or_default() {
                if !column.documented && is_portals(table, column.name) {
                    assert_eq!(column.name, PORTAL_COLUMN, "{table}");
                }
            }
        }
        assert!(is_undocumented("DeviceProcessEvents", PORTAL_COLUMN));
    }

    #[test]
    fn the_portals_time_is_told_wherever_it_is_read_and_a_column_of_that_name_is_not() {
        only("DeviceEvents | where Timestamp > ago(1h)", "defender-column", "Timestamp");
        only("union DeviceEvents, DeviceInfo | where Timestamp > ago(1h)", "defender-column", "Timestamp");
        only(
            "let f = (T:(DeviceId:string)) { T | count }; f((DeviceEvents | project DeviceId, Timestamp))",
            "defender-column",
            "Timestamp",
        );
        clean("DeviceEvents | extend Timestamp = TimeGenerated | where Timestamp > ago(1h)");
        clean("SecurityEvent | extend Timestamp = TimeGenerated | where Timestamp > ago(1h)");
        clean("datatable(Timestamp: datetime) [] | where Timestamp > ago(1h)");
    }

    #[test]
    fn an_old_name_of_a_function_is_told_with_the_one_of_today() {
        only("SecurityEvent | summarize makeset(Account) by Computer", "deprecated-function", "makeset");
        only("SecurityEvent | extend a = parsejson(EventData)", "deprecated-function", "parsejson");
        clean("SecurityEvent | summarize make_set(Account) by Computer");
        clean("let makeset = 1; SecurityEvent | extend a = makeset");
        for (old, is_same) in [("makeset", true), ("parsejson", true), ("argmax", false), ("replace", false)]
        {
            assert_eq!(kql::obsolete(old).map(|obsolete| obsolete.is_same), Some(is_same), "{old}");
        }
        assert_eq!(kql::obsolete("make_set"), None);
    }
}
