//! A workspace as the query language asks for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kql::{Catalog, CatalogColumn, CatalogFunction, CatalogResult, CatalogTable, Type};

use crate::{COMMON_COLUMNS, Column};

/// The columns that every watchlist has besides its own.
const WATCHLIST_COLUMNS: &[(&str, Type)] = &[
    ("_DTItemId", Type::String),
    ("LastUpdatedTimeUTC", Type::DateTime),
    ("SearchKey", Type::String),
    ("WatchlistItem", Type::Dynamic),
];

/// The built-in tables and functions, and what a workspace has besides: tables, watchlists and functions of its own.
///
/// A built-in table is decoded when it is first asked for and kept.
#[derive(Debug, Default)]
pub struct WorkspaceCatalog {
    tables: HashMap<String, CatalogTable>,
    functions: HashMap<String, CatalogFunction>,
    watchlists: HashMap<String, Arc<[CatalogColumn]>>,
    decoded: Mutex<HashMap<String, Option<CatalogTable>>>,
    all: OnceLock<Arc<[CatalogColumn]>>,
}

impl WorkspaceCatalog {
    /// The built-in tables and functions alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table with its columns, in place of a built-in one of the same name. The columns that every table has
    /// come by themselves.
    pub fn add_table<N: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        self.put_table(name.into(), closed(columns));
    }

    /// Adds columns to a table; one of a name that it has already takes another type. A table that is not known is made
    /// of these columns; without any it may have any column.
    pub fn extend_table<N: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        let name = name.into();
        let mut columns = columns.into_iter().peekable();
        let known = self.table(&name);
        if columns.peek().is_none() {
            let table = known.unwrap_or_else(crate::open_table);
            self.put_table(name, table);
            return;
        }
        // Where only what every table has was known, these are its columns.
        let Some(known) = known.filter(|table| !table.open) else {
            return self.put_table(name, closed(columns));
        };
        let mut all = known.columns.to_vec();
        for (column, kind) in columns {
            match all.iter_mut().find(|(known, _)| **known == *column.as_ref()) {
                Some((_, known)) => *known = kind,
                None => all.push((Arc::from(column.as_ref()), kind)),
            }
        }
        self.put_table(name, CatalogTable { columns: all.into(), open: false });
    }

    fn put_table(&mut self, name: String, table: CatalogTable) {
        self.tables.insert(name, table);
        self.all = OnceLock::new();
    }

    /// Declares the columns of a watchlist. One that is not declared may have any column.
    pub fn add_watchlist<N: AsRef<str>>(
        &mut self,
        alias: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        let own = columns.into_iter().map(|(name, kind)| (Arc::from(name.as_ref()), kind));
        self.watchlists.insert(alias.into(), watchlist_columns(own));
    }

    /// Adds a function of the workspace, in place of a built-in one of the same name.
    pub fn add_function(&mut self, name: impl Into<String>, function: CatalogFunction) {
        self.functions.insert(name.into(), function);
    }

    fn watchlist(&self, alias: Option<&str>) -> CatalogFunction {
        let declared = alias.and_then(|alias| self.watchlists.get(alias));
        let returns = match declared {
            Some(columns) => CatalogTable { columns: columns.clone(), open: false },
            None => CatalogTable { columns: watchlist_columns(std::iter::empty()), open: true },
        };
        let parameters =
            vec![(Arc::from("watchlistAlias"), Type::String), (Arc::from("keys"), Type::Dynamic)];
        let returns = CatalogResult::Table(returns);
        CatalogFunction { parameters, required: 1, returns, ..CatalogFunction::default() }
    }
}

impl Catalog for WorkspaceCatalog {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        if let Some(table) = self.tables.get(name) {
            return Some(table.clone());
        }
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = decoded.get(name) {
            return table.clone();
        }
        let columns = crate::table(name).or_else(|| crate::defender_table(name));
        let table =
            columns.map(|columns| CatalogTable { columns: with_common(typed(&columns)).into(), open: false });
        decoded.insert(name.to_owned(), table.clone());
        table
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        if let Some(function) = self.functions.get(name) {
            return Some(function.clone());
        }
        match name {
            "_GetWatchlist" => return Some(self.watchlist(argument)),
            "_GetWatchlistAlias" => {
                let columns = Arc::from([(Arc::from("WatchlistAlias"), Type::String)]);
                let returns = CatalogResult::Table(CatalogTable { columns, open: false });
                return Some(CatalogFunction { returns, ..CatalogFunction::default() });
            }
            _ => {}
        }
        let function = crate::function(name)?;
        let parameters =
            function.parameters.iter().map(|(name, kind)| (Arc::from(*name), type_of(kind))).collect();
        let returns =
            CatalogResult::Table(CatalogTable { columns: typed(&function.columns).into(), open: true });
        Some(CatalogFunction { parameters, returns, ..CatalogFunction::default() })
    }

    /// Other workspaces and applications, whose tables a query names by path. Azure Resource Graph and Data Explorer, which
    /// analytics rules cannot reach, are none.
    fn is_place(&self, name: &str) -> bool {
        matches!(name, "workspace" | "app" | "resource")
    }

    fn tables(&self) -> Vec<&str> {
        let built_in =
            crate::tables().chain(crate::defender_tables().filter(|name| crate::table(name).is_none()));
        let mut names: Vec<&str> = built_in.map(|name| -> &str { name }).collect();
        let mut own: Vec<&str> = self.tables.keys().map(String::as_str).collect();
        own.retain(|name| crate::table(name).is_none() && crate::defender_table(name).is_none());
        own.sort_unstable();
        names.extend(own);
        names
    }

    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        let columns = self.all.get_or_init(|| {
            let tables: Vec<CatalogTable> =
                self.tables().into_iter().filter_map(|name| self.table(name)).collect();
            kql::unified_columns(tables.iter().map(|table| &*table.columns)).into()
        });
        Some(Arc::clone(columns))
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.tables.keys().chain(self.functions.keys()).map(String::as_str).collect();
        // Names that live for ever are also names that live as long as this.
        names.extend(builtin_names().map(|name| -> &str { name }));
        names.extend(["_GetWatchlist", "_GetWatchlistAlias"]);
        names
    }
}

/// The names of the built-in tables and functions, listed once.
fn builtin_names() -> impl Iterator<Item = &'static str> {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES
        .get_or_init(|| {
            let defender = crate::defender_tables().filter(|name| crate::table(name).is_none());
            crate::tables().chain(defender).chain(crate::functions()).collect()
        })
        .iter()
        .copied()
}

fn watchlist_columns(own: impl Iterator<Item = CatalogColumn>) -> Arc<[CatalogColumn]> {
    WATCHLIST_COLUMNS.iter().map(|(name, kind)| (Arc::from(*name), *kind)).chain(own).collect()
}

fn type_of(name: &str) -> Type {
    Type::from_name(name).unwrap_or(Type::Unknown)
}

fn typed(columns: &[Column]) -> Vec<CatalogColumn> {
    columns.iter().map(|column| (Arc::from(column.name), type_of(column.type_name()))).collect()
}

/// A table with these columns and those that every table has.
pub(crate) fn closed<N: AsRef<str>>(columns: impl IntoIterator<Item = (N, Type)>) -> CatalogTable {
    let columns = columns.into_iter().map(|(name, kind)| (Arc::from(name.as_ref()), kind)).collect();
    CatalogTable { columns: with_common(columns).into(), open: false }
}

/// The declared columns, and behind them those of the columns that every table has which were not declared.
pub(crate) fn with_common(mut columns: Vec<CatalogColumn>) -> Vec<CatalogColumn> {
    for (name, kind) in COMMON_COLUMNS {
        if !columns.iter().any(|(declared, _)| **declared == **name) {
            columns.push((Arc::from(*name), type_of(kind)));
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(table: &CatalogTable) -> Vec<&str> {
        table.columns.iter().map(|(name, _)| &**name).collect()
    }

    fn watchlist(catalog: &WorkspaceCatalog, alias: Option<&str>) -> CatalogTable {
        catalog.function("_GetWatchlist", alias).unwrap().returns.table().unwrap().clone()
    }

    #[test]
    fn a_table_has_its_own_columns_and_those_of_every_table_once() {
        let catalog = WorkspaceCatalog::new();
        let table = catalog.table("SecurityEvent").unwrap();
        assert_eq!(names(&table).iter().filter(|name| **name == "TimeGenerated").count(), 1);
        assert!(names(&table).contains(&"_Internal_WorkspaceResourceId"));
        assert!(!table.open);
        assert!(catalog.table("Mine_CL").is_none());
    }

    #[test]
    fn what_is_added_takes_the_place_of_what_is_built_in() {
        let mut catalog = WorkspaceCatalog::new();
        catalog.add_table("SecurityEvent", [("Mine", Type::Long)]);
        assert_eq!(names(&catalog.table("SecurityEvent").unwrap())[..2], ["Mine", "TenantId"]);
    }

    #[test]
    fn columns_are_added_to_a_table_and_make_one_that_is_not_known() {
        let mut catalog = WorkspaceCatalog::new();
        catalog.extend_table("SecurityEvent", [("Mine_CF", Type::Long), ("EventID", Type::String)]);
        catalog.extend_table("Mine_CL", [("user_s", Type::String)]);
        catalog.extend_table("Yours_CL", [("", Type::String); 0]);
        let table = catalog.table("SecurityEvent").unwrap();
        let kind =
            |name: &str| table.columns.iter().find(|(known, _)| **known == *name).map(|(_, kind)| *kind);
        assert_eq!((kind("Mine_CF"), kind("EventID")), (Some(Type::Long), Some(Type::String)));
        assert!(kind("Account").is_some() && !table.open);
        let mine = catalog.table("Mine_CL").unwrap();
        assert_eq!((names(&mine)[0], mine.open), ("user_s", false));
        assert!(catalog.table("Yours_CL").unwrap().open);
        catalog.extend_table("Yours_CL", [("host_s", Type::String)]);
        let yours = catalog.table("Yours_CL").unwrap();
        assert!(!yours.open && names(&yours).contains(&"host_s"));
    }

    #[test]
    fn a_declared_watchlist_is_closed_and_any_other_open() {
        let mut catalog = WorkspaceCatalog::new();
        catalog.add_watchlist("hosts", [("host", Type::String)]);
        let declared = watchlist(&catalog, Some("hosts"));
        assert_eq!(
            names(&declared),
            ["_DTItemId", "LastUpdatedTimeUTC", "SearchKey", "WatchlistItem", "host"]
        );
        assert!(!declared.open);
        assert!(watchlist(&catalog, Some("Hosts")).open);
        assert!(watchlist(&catalog, None).open);
    }

    #[test]
    fn the_tables_of_another_workspace_are_not_known_and_no_error() {
        let parsed = kql::parse("workspace('other').SecurityEvent | where Anything == 1");
        assert_eq!(kql::analyze(&parsed, &WorkspaceCatalog::new()).diagnostics, []);
        let parsed = kql::parse("arg('').Resources | take 1");
        assert_eq!(kql::analyze(&parsed, &WorkspaceCatalog::new()).diagnostics.len(), 1);
    }
}
