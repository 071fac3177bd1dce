//! The workspace as the queries of a folder will find it.

use std::sync::Arc;

use kql::Type;
use sentinel_schema::{Environment, Layer, Origin};

use crate::compile::parsers::catalog_functions;
use crate::compile::{Compiled, Folder};
use crate::resource::Resource;
use crate::schema::Schema;

/// The built-in tables and functions, those of the settings and of the lock file, the watchlists and parsers of the folder with
/// their columns, and custom tables that nobody described, which may have any column. A watchlist that others keep may have
/// any column too. Every column of a watchlist is a string, since its rows are sent as CSV.
pub(super) fn environment(folder: &Folder, compiled: &[Compiled], schema: &Schema) -> Environment {
    let mut layer = Layer::new(Origin::Folder);
    let mut add = |alias: &str, columns: &[String]| {
        layer.add_watchlist(alias.trim(), columns.iter().map(|column| (column.trim(), Type::String)));
    };
    for made in compiled {
        if let Resource::Watchlist(watchlist) = &made.resource {
            add(&watchlist.alias, watchlist.rows.columns());
        }
    }
    // A list that is not compiled, for an error elsewhere in it, has its columns all the same.
    for source in &folder.watchlists {
        if let (Some(alias), Ok(table)) = (source.document.alias.given(), &source.table) {
            add(alias, table.columns());
        }
    }
    let mut environment = Environment::over(Arc::new(schema.environment()), layer).with_custom_tables();
    for (alias, function) in catalog_functions(&folder.parsers, &environment) {
        environment.add_function(alias, function);
    }
    environment
}
