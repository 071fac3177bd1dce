//! The workspace as the queries of a folder will find it.

use std::sync::Arc;

use kql::{Catalog, CatalogColumn, CatalogFunction, CatalogTable, Type};
use sentinel_schema::{WorkspaceCatalog, is_custom_table, open_table};

use crate::compile::parsers::catalog_functions;
use crate::compile::{Compiled, Folder};
use crate::resource::Resource;
use crate::schema::Schema;

/// The built-in tables and functions, those of the settings and of the lock file, the watchlists and parsers of the folder with
/// their columns, and custom tables that nobody described, which may have any column. A watchlist that others keep may have
/// any column too.
#[derive(Debug)]
pub(super) struct Workspace {
    catalog: WorkspaceCatalog,
}

impl Workspace {
    /// The workspace of a folder and of the resources made from it. Every column of a watchlist is a string,
    /// since its rows are sent as CSV.
    pub(super) fn new(folder: &Folder, compiled: &[Compiled], schema: &Schema) -> Self {
        let mut catalog = schema.catalog();
        let mut add = |alias: &str, columns: &[String]| {
            catalog.add_watchlist(alias.trim(), columns.iter().map(|column| (column.trim(), Type::String)));
        };
        for made in compiled {
            if let Resource::Watchlist(watchlist) = &made.resource {
                add(&watchlist.alias, &watchlist.columns);
            }
        }
        // A list that is not compiled, for an error elsewhere in it, has its columns all the same.
        for source in &folder.watchlists {
            if let (Some(alias), Some(table)) = (&source.document.alias, &source.table) {
                add(alias, &table.columns);
            }
        }
        let mut workspace = Self { catalog };
        for (alias, function) in catalog_functions(&folder.parsers, &workspace) {
            workspace.catalog.add_function(alias, function);
        }
        workspace
    }

    /// Whether a table is known to have a column.
    pub(super) fn has_column(&self, table: &str, column: &str) -> bool {
        let found = self.catalog.table(table);
        found.is_some_and(|table| table.columns.iter().any(|(name, _)| **name == *column))
    }
}

impl Catalog for Workspace {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        self.catalog.table(name).or_else(|| is_custom_table(name).then(open_table))
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        self.catalog.function(name, argument)
    }

    fn is_place(&self, name: &str) -> bool {
        self.catalog.is_place(name)
    }

    fn tables(&self) -> Vec<&str> {
        self.catalog.tables()
    }

    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        self.catalog.all_columns()
    }

    fn names(&self) -> Vec<&str> {
        self.catalog.names()
    }
}
