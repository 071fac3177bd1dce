//! Names that have another today.

use kql::tree::{ExpressionId, ExpressionKind, Name, Node, OperatorId, OperatorKind};

use super::code::{DEFENDER_COLUMN, DEPRECATED_FUNCTION};
use super::{Finding, Lints};

/// The one column that Defender's own schema has beside what the references of the tables list.
const PORTAL_COLUMN: &str = "Timestamp";
/// The time of a row in a workspace.
const TIME: &str = "TimeGenerated";

/// What `check --fix` writes for the name of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rewrite {
    /// The other name, since no name of a result comes of it.
    Name,
    /// The other name, under the old one: the stage's result is named after it.
    Named,
    /// Nothing, since the result would be another.
    Nothing,
}

impl Lints<'_> {
    /// Columns that Defender's portal has, and the tables of a workspace, as their references list them, have not: those
    /// that a stage names itself, not the queries within it.
    pub(super) fn defender_columns(&mut self, stage: OperatorId) {
        if !self.tree.source.contains(PORTAL_COLUMN) {
            return;
        }
        let tree = self.tree;
        let kind = &tree.operator(stage).kind;
        for item in tree.children(Node::Operator(stage)) {
            let rewrite = match (kind, item) {
                (OperatorKind::Where { .. } | OperatorKind::Sort { .. } | OperatorKind::Top { .. }, _) => {
                    Rewrite::Name
                }
                (OperatorKind::Extend { .. } | OperatorKind::Project { .. }, Node::Expression(id)) => {
                    match (kind, &tree.expression(id).kind) {
                        (_, ExpressionKind::Named { .. }) => Rewrite::Name,
                        (OperatorKind::Project { .. }, ExpressionKind::Name(_)) => Rewrite::Named,
                        _ => Rewrite::Nothing,
                    }
                }
                _ => Rewrite::Nothing,
            };
            let mut open = vec![item];
            while let Some(node) = open.pop() {
                let Node::Expression(id) = node else { continue };
                match &tree.expression(id).kind {
                    // What stands in them is looked at with their own stages.
                    ExpressionKind::Pipe { .. } | ExpressionKind::Stages(_) | ExpressionKind::Operator(_) => {
                    }
                    ExpressionKind::Name(name) => self.defender_column(stage, id, *name, rewrite),
                    _ => open.extend(tree.children(node)),
                }
            }
        }
    }

    fn defender_column(&mut self, stage: OperatorId, id: ExpressionId, name: Name, rewrite: Rewrite) {
        let Some(column) = self.analysis.reference(id).filter(|_| self.tree.name(name) == PORTAL_COLUMN)
        else {
            return;
        };
        let tables = self.tables_of(column, PORTAL_COLUMN);
        // What the query itself calls so is a column of its own.
        let is_portals = self.analysis.column_name(column) == PORTAL_COLUMN
            && tables.iter().all(|table| is_undocumented(table, PORTAL_COLUMN));
        let Some(table) = tables.first().filter(|_| is_portals) else { return };
        let message = format!(
            "`{PORTAL_COLUMN}` is a column of Defender's portal, and not in the reference of `{table}`"
        );
        let new = match rewrite {
            _ if !self.has_time_of(stage, &tables) => None,
            Rewrite::Name => Some(TIME.to_owned()),
            Rewrite::Named => Some(format!("{PORTAL_COLUMN} = {TIME}")),
            Rewrite::Nothing => None,
        };
        self.found.push(Finding {
            code: &DEFENDER_COLUMN,
            place: self.tree.name_span(name),
            message,
            label: format!("in a workspace `{TIME}`"),
            help: format!("write `{TIME}`, the time of a row in a workspace"),
            fix: new.map(|new| {
                let place = self.tree.name_span(name);
                (place, place.text(&self.tree.source).to_owned(), new)
            }),
        });
    }

    /// Whether the rows that a stage is given have the time of these tables, as the tables have it: neither computed anew,
    /// nor put together with that of others.
    fn has_time_of(&self, stage: OperatorId, tables: &[String]) -> bool {
        let Some(rows) = self.analysis.body(kql::BodyId::ROOT).rows_before(stage) else { return false };
        let time = rows.columns.iter().find(|column| self.analysis.column_name(**column) == TIME);
        time.is_some_and(|time| self.tables_of(*time, TIME) == tables)
    }

    /// The tables whose column of this name a column is, sorted; none where it is made of anything else.
    fn tables_of(&self, column: kql::ColumnId, name: &str) -> Vec<String> {
        let sources = self.analysis.sources(column);
        if sources.iter().any(|(_, source)| source != name) {
            return Vec::new();
        }
        let mut tables: Vec<String> = sources.into_iter().map(|(table, _)| table).collect();
        tables.sort_unstable();
        tables
    }

    /// A function that the language keeps for old queries.
    pub(super) fn deprecated_function(&mut self, id: ExpressionId, name: Name, arguments: &[ExpressionId]) {
        let text = self.tree.name(name);
        let Some(obsolete) = kql::obsolete(&text) else { return };
        let (place, instead) = (self.tree.name_span(name), obsolete.instead);
        let size = obsolete.default_size.filter(|_| arguments.len() == 1);
        let (help, fix) = match size {
            Some(size) => {
                let call = self.tree.span_of(id);
                let old = call.text(&self.tree.source);
                let new = old.strip_prefix(&*text).and_then(|rest| rest.strip_suffix(')')).map(str::trim_end);
                let help = format!(
                    "write `{instead}(…, {size})`: the old function keeps {size} values, and the new one all"
                );
                // A call of several lines stands in the file with its indentation.
                let fix = new
                    .filter(|_| !old.contains('\n'))
                    .map(|new| (call, old.to_owned(), format!("{instead}{new}, {size})")));
                (help, fix)
            }
            None => {
                let help = match &*text {
                    "replace" => format!("write `{instead}`, which takes the text first, then the pattern"),
                    _ => format!("write `{instead}`"),
                };
                (help, Some((place, text.to_string(), instead.to_owned())))
            }
        };
        self.found.push(Finding {
            code: &DEPRECATED_FUNCTION,
            place,
            message: format!("`{text}` is an old name"),
            label: format!("today `{instead}`"),
            help,
            fix: fix.filter(|_| obsolete.is_same),
        });
    }
}

fn is_undocumented(table: &str, column: &str) -> bool {
    let known = sentinel_schema::table(table).unwrap_or_default();
    known.iter().any(|known| known.name == column && !known.documented)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::rule;
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

    /// The fixes of a query, each as the text that it would become.
    fn fixes(query: &str) -> Vec<Option<String>> {
        let found = rule(&format!("query: {query}\nentityMappings: []\n"));
        found.diagnostics.iter().map(|one| one.fix.as_ref().map(|fix| fix.new.clone())).collect()
    }

    #[test]
    fn a_set_or_list_keeps_as_many_values_as_before() {
        let new = |query: &str| fixes(query).pop().flatten().unwrap_or_default();
        assert_eq!(new("SecurityEvent | summarize makeset(Account)"), "make_set(Account, 128)");
        assert_eq!(
            new("SecurityEvent | summarize A = makelist(strcat(Account, '(') ) by Computer"),
            "make_list(strcat(Account, '('), 128)"
        );
        assert_eq!(new("SecurityEvent | summarize makeset(Account, 10)"), "make_set");
        assert_eq!(new("SecurityEvent | extend parsejson(EventData)"), "parse_json");
    }

    #[test]
    fn the_portals_time_is_fixed_where_the_result_stays_what_it_was() {
        let time = Some("TimeGenerated".to_owned());
        for query in [
            "DeviceEvents | where Timestamp > ago(30m)",
            "DeviceEvents | extend T = Timestamp",
            "DeviceEvents | project T = Timestamp",
            "DeviceEvents | top 5 by Timestamp",
            "union DeviceEvents, DeviceInfo | where Timestamp > ago(30m)",
        ] {
            assert_eq!(fixes(query), std::slice::from_ref(&time), "{query}");
        }
        assert_eq!(fixes("DeviceEvents | project Timestamp"), [Some("Timestamp = TimeGenerated".to_owned())]);
        for query in [
            "DeviceEvents | extend TimeGenerated = ago(1h) | where Timestamp > ago(30m)",
            "union DeviceEvents, SecurityEvent | where Timestamp > ago(30m)",
            "DeviceEvents | project-away TimeGenerated | where Timestamp > ago(30m)",
            "DeviceEvents | summarize max(Timestamp) by DeviceId",
            "DeviceEvents | summarize arg_max(Timestamp, *) by DeviceId",
            "DeviceEvents | distinct Timestamp",
            "DeviceEvents | extend bin(Timestamp, 1h)",
        ] {
            assert_eq!(fixes(query), [None], "{query}");
        }
    }
}
