//! The built-in tables and functions as the query language asks for them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use kql::{Catalog, CatalogColumn, CatalogFunction, CatalogResult, CatalogTable, Type};

use crate::{COMMON_COLUMNS, Column};

/// The columns that every watchlist has besides its own.
const WATCHLIST_COLUMNS: &[(&str, Type)] = &[
    ("_DTItemId", Type::String),
    ("LastUpdatedTimeUTC", Type::DateTime),
    ("SearchKey", Type::String),
    ("WatchlistItem", Type::Dynamic),
];

/// The built-in tables and functions alone: what every workspace has. A watchlist may have any column, since none is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

impl Catalog for BuiltIn {
    /// A table of Log Analytics or of Defender's advanced hunting. It is decoded once for the whole process: a folder of a
    /// thousand rules asks for the same few tables.
    fn table(&self, name: &str) -> Option<CatalogTable> {
        static DECODED: OnceLock<RwLock<HashMap<String, CatalogTable>>> = OnceLock::new();
        let decoded = DECODED.get_or_init(RwLock::default);
        if let Some(table) = decoded.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(table.clone());
        }
        let columns = crate::table(name).or_else(|| crate::defender_table(name))?;
        let table = CatalogTable { columns: with_common(typed(&columns)).into(), open: false };
        decoded.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), table.clone());
        Some(table)
    }

    fn function(&self, name: &str, _: Option<&str>) -> Option<CatalogFunction> {
        match name {
            GET_WATCHLIST => return Some(get_watchlist(None)),
            GET_WATCHLIST_ALIAS => {
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
    /// analytics rules cannot reach, are not places.
    fn is_place(&self, name: &str) -> bool {
        matches!(name, "workspace" | "app" | "resource")
    }

    fn tables(&self) -> Vec<&str> {
        // Names that live for ever are also names that live as long as this.
        tables().map(|name| -> &str { name }).collect()
    }

    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        static ALL: OnceLock<Arc<[CatalogColumn]>> = OnceLock::new();
        let unified = || {
            let tables: Vec<CatalogTable> = tables().filter_map(|name| self.table(name)).collect();
            kql::unified_columns(tables.iter().map(|table| &*table.columns)).into()
        };
        Some(Arc::clone(ALL.get_or_init(unified)))
    }

    fn names(&self) -> Vec<&str> {
        static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
        let listed =
            || tables().chain(crate::functions()).chain([GET_WATCHLIST, GET_WATCHLIST_ALIAS]).collect();
        NAMES.get_or_init(listed).iter().map(|name| -> &str { name }).collect()
    }
}

/// The names of the tables, in the order in which `union *` reads them.
fn tables() -> impl Iterator<Item = &'static str> {
    crate::tables().chain(crate::defender_tables().filter(|name| crate::TABLES.find(name).is_none()))
}

/// Whether there is a built-in table of this name.
pub(crate) fn has_table(name: &str) -> bool {
    crate::TABLES.find(name).is_some() || crate::DEFENDER.find(name).is_some()
}

/// Whether there is a built-in table or function of this name.
pub(crate) fn has_name(name: &str) -> bool {
    has_table(name)
        || matches!(name, GET_WATCHLIST | GET_WATCHLIST_ALIAS)
        || !name.starts_with('=') && crate::FUNCTIONS.find(name).is_some()
}

/// The function that gives the rows of a watchlist.
pub(crate) const GET_WATCHLIST: &str = "_GetWatchlist";
const GET_WATCHLIST_ALIAS: &str = "_GetWatchlistAlias";

/// `_GetWatchlist` of a list with these columns; one whose columns are not known may have any.
pub(crate) fn get_watchlist(columns: Option<&Arc<[CatalogColumn]>>) -> CatalogFunction {
    let returns = match columns {
        Some(columns) => CatalogTable { columns: columns.clone(), open: false },
        None => CatalogTable { columns: watchlist_columns(std::iter::empty()), open: true },
    };
    let parameters = vec![(Arc::from("watchlistAlias"), Type::String), (Arc::from("keys"), Type::Dynamic)];
    let returns = CatalogResult::Table(returns);
    CatalogFunction { parameters, required: 1, returns, ..CatalogFunction::default() }
}

/// The columns of a watchlist with these columns of its own.
pub(crate) fn watchlist_columns(own: impl Iterator<Item = CatalogColumn>) -> Arc<[CatalogColumn]> {
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

/// The declared columns, and after them those of the columns that every table has which were not declared.
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

    #[test]
    fn a_table_has_its_own_columns_and_those_of_every_table_once() {
        let table = BuiltIn.table("SecurityEvent").unwrap();
        let count = |name: &str| table.columns.iter().filter(|(known, _)| **known == *name).count();
        assert_eq!((count("TimeGenerated"), count("_Internal_WorkspaceResourceId")), (1, 1));
        assert!(!table.open);
        assert!(BuiltIn.table("Mine_CL").is_none());
    }

    #[test]
    fn the_tables_of_another_workspace_are_not_known_and_no_error() {
        let parsed = kql::parse("workspace('other').SecurityEvent | where Anything == 1");
        assert_eq!(kql::analyze(&parsed, &BuiltIn).diagnostics, []);
        let parsed = kql::parse("arg('').Resources | take 1");
        assert_eq!(kql::analyze(&parsed, &BuiltIn).diagnostics.len(), 1);
    }

    #[test]
    fn every_name_is_one_that_is_found() {
        for name in BuiltIn.names() {
            assert!(has_name(name), "{name}");
            assert!(BuiltIn.table(name).is_some() || BuiltIn.function(name, None).is_some(), "{name}");
        }
        assert!(!has_name("Mine_CL") && !has_name("=Dns"));
    }
}
