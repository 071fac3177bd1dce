//! What a workspace has beside the built-in catalogue: tables that the settings declare, and the lock file that
//! `bartizan schema pull` writes.

mod lock;

use std::collections::BTreeMap;
use std::sync::Arc;

use kql::{CatalogFunction, CatalogResult, CatalogTable, Type};
use sentinel_schema::{DeclaredTable, Environment, Layer, Origin, SavedFunction};

use crate::diagnostic::{Code, Diagnostic, codes};
use crate::source::{Entry, Node, Reader, Text, Value};

/// The name of the lock file, which stands beside bartizan.toml.
pub const LOCK_FILE: &str = "bartizan.schema.lock";

/// The columns of a table by name. Their order says nothing: it is the service's own, and changes.
pub type Columns = BTreeMap<String, Type>;

/// What is known of a workspace beside the built-in catalogue. What the settings declare goes before what was pulled, and
/// both go before what is built in.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The tables that the settings declare: columns that a table has besides those that are known, or all columns of one
    /// that is not known; one without columns may have any.
    pub tables: BTreeMap<String, Columns>,
    /// The aliases of watchlists that the settings name: others keep them in the workspace.
    pub watchlists: Vec<String>,
    /// What was pulled, if anything was.
    pub lock: Option<Lock>,
}

/// What a workspace had when it was asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    /// The name of the Log Analytics workspace; for people, compared with nothing.
    pub workspace: String,
    /// Its tables, with those of their columns that the built-in catalogue does not have.
    pub tables: BTreeMap<String, Columns>,
    /// The functions that are saved in it, by the name that queries call.
    pub functions: BTreeMap<String, LockedFunction>,
}

/// A saved function as queries see it. Its query is not kept: it may hold what belongs into no repository.
#[derive(Debug, Clone, PartialEq)]
pub struct LockedFunction {
    /// As the service keeps them: `name:type=default, …`; empty without any.
    pub parameters: String,
    /// What a call gives.
    pub returns: Returns,
}

/// What a saved function returns.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// A table.
    Table {
        /// The columns that are known.
        columns: Columns,
        /// Whether there may be more.
        open: bool,
    },
    /// One value.
    Scalar(Type),
}

/// A difference between two locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Whether it is a function; else it is a table.
    pub is_function: bool,
    /// The name of the table or function.
    pub name: &'a str,
    /// What became of it.
    pub kind: ChangeKind,
}

/// What became of a table or function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has other columns or parameters.
    Changed,
}

impl Schema {
    /// What queries find: the built-in catalogue, then what was pulled if anything was, then what the settings declare.
    pub fn environment(&self) -> Environment {
        let mut settings = Layer::new(Origin::Settings);
        add_tables(&mut settings, &self.tables);
        for alias in &self.watchlists {
            settings.name_watchlist(alias.trim());
        }
        let Some(lock) = &self.lock else { return Environment::new(settings) };
        let mut workspace = Layer::new(Origin::Workspace);
        add_tables(&mut workspace, &lock.tables);
        for (name, function) in &lock.functions {
            workspace.add_function(name, function.to_catalog());
        }
        Environment::over(Arc::new(Environment::new(workspace)), settings)
    }

    /// The tables that are not as in the built-in catalogue, with all their columns, as an emulated workspace has them.
    pub fn declared_tables(&self) -> Vec<DeclaredTable> {
        let environment = self.environment();
        let all = |name: &str| match kql::Catalog::table(&environment, name) {
            Some(CatalogTable { columns, open: false }) => {
                columns.iter().map(|(name, kind)| (name.to_string(), *kind)).collect()
            }
            _ => Vec::new(),
        };
        let mut names: Vec<&str> = self.own_tables().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| DeclaredTable { name: name.to_owned(), columns: all(name) }).collect()
    }

    /// The tables that are not as in the built-in catalogue, with what they have besides; what goes before others comes
    /// last.
    fn own_tables(&self) -> impl Iterator<Item = (&str, &Columns)> {
        let is_built_in = |name: &str| {
            sentinel_schema::table(name).is_some() || sentinel_schema::defender_table(name).is_some()
        };
        let locked = self.lock.iter().flat_map(|lock| &lock.tables);
        let locked = locked.filter(move |(name, columns)| !columns.is_empty() || !is_built_in(name));
        locked.chain(&self.tables).map(|(name, columns)| (name.as_str(), columns))
    }
}

impl Lock {
    /// What became of the tables and functions since `before`, by name, tables first.
    pub fn changes<'a>(&'a self, before: &'a Self) -> Vec<Change<'a>> {
        let mut changes = differences(&before.tables, &self.tables, false);
        changes.extend(differences(&before.functions, &self.functions, true));
        changes
    }
}

impl LockedFunction {
    /// A function with these parameters, as calls see it.
    pub fn new(parameters: &str, function: &CatalogFunction) -> Self {
        let returns = match &function.returns {
            CatalogResult::Scalar(kind) => Returns::Scalar(*kind),
            CatalogResult::Table(table) => Returns::Table {
                columns: table.columns.iter().map(|(name, kind)| (name.to_string(), *kind)).collect(),
                open: table.open,
            },
        };
        Self { parameters: parameters.to_owned(), returns }
    }

    fn to_catalog(&self) -> CatalogFunction {
        let returns = match &self.returns {
            Returns::Scalar(kind) => CatalogResult::Scalar(*kind),
            Returns::Table { columns, open } => CatalogResult::Table(CatalogTable {
                columns: columns.iter().map(|(name, kind)| (name.as_str().into(), *kind)).collect(),
                open: *open,
            }),
        };
        CatalogFunction { returns, ..SavedFunction::new(&self.parameters).unresolved() }
    }
}

fn add_tables(layer: &mut Layer, tables: &BTreeMap<String, Columns>) {
    for (name, columns) in tables {
        layer.extend_table(name, columns.iter().map(|(column, kind)| (column, *kind)));
    }
}

fn differences<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    now: &'a BTreeMap<String, T>,
    is_function: bool,
) -> Vec<Change<'a>> {
    let new = now.iter().filter_map(|(name, what)| match before.get(name) {
        None => Some((name, ChangeKind::Added)),
        Some(known) => (known != what).then_some((name, ChangeKind::Changed)),
    });
    let gone = before.keys().filter(|name| !now.contains_key(*name)).map(|name| (name, ChangeKind::Removed));
    let mut changes: Vec<Change<'a>> =
        new.chain(gone).map(|(name, kind)| Change { is_function, name, kind }).collect();
    changes.sort_by_key(|change| change.name);
    changes
}

/// Reads columns as a mapping from names to types. What is wrong is reported with `code`.
pub fn read_columns(
    what: &'static str,
    node: &Node,
    code: &'static Code,
    diagnostics: &mut Vec<Diagnostic>,
) -> Columns {
    entries(what, node, diagnostics)
        .iter()
        .filter_map(|entry| {
            Some((entry.key.clone(), read_type(&Text::of(&entry.value)?, code, diagnostics)?))
        })
        .collect()
}

/// The entries of a mapping; none of anything else, which is reported.
pub fn entries<'a>(what: &'static str, node: &'a Node, diagnostics: &mut Vec<Diagnostic>) -> &'a [Entry] {
    match (Reader::new(what, node, diagnostics), &node.value) {
        (Some(_), Value::Mapping(entries)) => entries,
        _ => &[],
    }
}

/// Reads the type of a column.
fn read_type(text: &Text, code: &'static Code, diagnostics: &mut Vec<Diagnostic>) -> Option<Type> {
    // Of a type that is not known only the name is kept.
    if text.as_str() == Type::Unknown.as_str() {
        return Some(Type::Unknown);
    }
    let kind = sentinel_schema::column_type(text);
    if kind.is_none() {
        let message = format!("`{}` is no type of a column", text.as_str());
        diagnostics.push(
            Diagnostic::new(code, text.span, message)
                .label("allowed: bool, int, long, real, decimal, string, datetime, timespan, guid, dynamic"),
        );
    }
    kind
}

codes! {
    /// bartizan.schema.lock is not what `bartizan schema pull` wrote, or was written by a newer Bartizan.
    ///
    /// ## Why
    /// Queries would be held against other tables than the workspace has.
    ///
    /// ## Wrong
    /// ```toml file=bartizan.schema.lock
    /// version = 99
    /// ```
    ///
    /// ## Right
    /// ```toml file=bartizan.schema.lock
    /// version = 1
    /// workspace = "law-sentinel"
    /// tables = ["Heartbeat", "SecurityEvent"]
    /// ```
    pub BAD_SCHEMA_LOCK = "bad-schema-lock", Error, fixed;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}

#[cfg(test)]
mod tests {
    use kql::Catalog as _;

    use super::*;

    fn columns(columns: &[(&str, Type)]) -> Columns {
        columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
    }

    fn schema() -> Schema {
        let tables = [
            ("Heartbeat", columns(&[])),
            ("Mine_CL", columns(&[("user_s", Type::String), ("n_d", Type::Real)])),
            ("SecurityEvent", columns(&[("Site_CF", Type::String)])),
            ("Theirs_CL", columns(&[])),
        ];
        let lock = Lock {
            tables: tables.map(|(name, columns)| (name.to_owned(), columns)).into(),
            ..Lock::default()
        };
        let declared =
            [("Mine_CL".to_owned(), columns(&[("n_d", Type::Long)])), ("New_CL".to_owned(), Columns::new())];
        Schema { tables: declared.into(), lock: Some(lock), ..Schema::default() }
    }

    #[test]
    fn settings_go_before_the_lock_and_the_lock_before_what_is_built_in() {
        let environment = schema().environment();
        let kind = |table: &str, column: &str| {
            let table = environment.table(table).unwrap();
            table.columns.iter().find(|(name, _)| **name == *column).map(|(_, kind)| *kind)
        };
        assert_eq!(
            (kind("Mine_CL", "user_s"), kind("Mine_CL", "n_d")),
            (Some(Type::String), Some(Type::Long))
        );
        assert_eq!(
            (kind("SecurityEvent", "Site_CF"), kind("Heartbeat", "Site_CF")),
            (Some(Type::String), None)
        );
        assert!(kind("SecurityEvent", "EventID").is_some() && kind("Mine_CL", "TimeGenerated").is_some());
        for (table, open) in
            [("Mine_CL", false), ("SecurityEvent", false), ("Theirs_CL", true), ("New_CL", true)]
        {
            assert_eq!(environment.table(table).unwrap().open, open, "{table}");
        }
    }

    #[test]
    fn nobody_knows_what_a_workspace_has_that_nobody_asked() {
        assert_eq!(Schema::default().environment().workspace_has_table("Heartbeat"), None);
        let environment = schema().environment();
        for (table, is_there) in [("Heartbeat", true), ("New_CL", true), ("SigninLogs", false)] {
            assert_eq!(environment.workspace_has_table(table), Some(is_there), "{table}");
        }
    }

    #[test]
    fn an_emulated_workspace_has_the_tables_that_are_not_built_in() {
        let tables = schema().declared_tables();
        let told: Vec<(&str, bool)> =
            tables.iter().map(|table| (table.name.as_str(), table.columns.is_empty())).collect();
        assert_eq!(
            told,
            [("Mine_CL", false), ("New_CL", true), ("SecurityEvent", false), ("Theirs_CL", true)]
        );
    }
}
