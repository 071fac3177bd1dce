//! The workspace as its queries find it: its tables, its watchlists with the columns of their items, and the functions
//! that are saved in it.

use std::sync::Arc;

use jiff::Timestamp;
use kql::{Catalog, CatalogFunction, CatalogTable, Type};
use sentinel_schema::{BuiltIn, Environment, Layer, Origin};
use serde_json::{Map, Value};

use super::functions::SavedFunctions;
use crate::arm::Call;
use crate::state::{Columns, Watchlist, Workspace};
use crate::tables;
use crate::{Options, Tables};

/// A workspace at the moment of one request.
pub(super) struct State<'a> {
    options: &'a Options,
    workspace: &'a Workspace,
    now: Timestamp,
    functions: SavedFunctions<'a>,
}

impl<'a> State<'a> {
    pub(super) fn new(call: &'a Call<'_>) -> Self {
        let (options, workspace, now) = (call.options, &*call.workspace, call.now);
        let searches = workspace.saved_searches.values().map(|search| &search.properties);
        let functions = searches
            .map(|kept| (text(kept, "functionAlias"), text(kept, "functionParameters"), text(kept, "query")))
            .filter(|(alias, ..)| !alias.is_empty());
        Self { options, workspace, now, functions: SavedFunctions::new(functions) }
    }

    /// A list that is not there has no columns of its own: what a query wants of it is not resolved.
    fn watchlist(&self, alias: &str) -> CatalogFunction {
        let list = self.workspace.watchlists.values().find(|list| list.alias == alias);
        let mut layer = Layer::new(Origin::Workspace);
        let columns = list.map(|list| self.item_columns(list)).unwrap_or_default();
        layer.add_watchlist(alias, columns.into_iter().map(|name| (name, Type::String)));
        Environment::new(layer).function("_GetWatchlist", Some(alias)).unwrap_or_default()
    }

    /// The columns of the items of a list that queries find by now, each once. Rows that were added later may have others
    /// than the first.
    fn item_columns(&self, list: &'a Watchlist) -> Vec<&'a str> {
        let lag = self.options.watchlist_query_lag;
        let queryable = list
            .items
            .values()
            .filter(|item| list.shows(item) && self.now.duration_since(item.created) >= lag);
        let mut found: Vec<&str> = Vec::new();
        let mut last: Option<&Columns> = None;
        for columns in queryable.map(|item| item.values.columns()) {
            // Most items share their columns with the one before.
            if last.is_some_and(|last| Arc::ptr_eq(last, columns)) {
                continue;
            }
            last = Some(columns);
            for name in columns.iter() {
                if !found.contains(&&**name) {
                    found.push(name);
                }
            }
        }
        found
    }
}

impl Catalog for State<'_> {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        tables::columns(self.options, name)
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        match (name, argument) {
            ("_GetWatchlist", Some(alias)) => Some(self.watchlist(alias)),
            _ => self.functions.get(name, self).or_else(|| BuiltIn.function(name, argument)),
        }
    }

    fn is_place(&self, name: &str) -> bool {
        BuiltIn.is_place(name)
    }

    fn names(&self) -> Vec<&str> {
        let mut names = BuiltIn.names();
        names.extend(self.options.declared.iter().map(|table| table.name.as_str()));
        if let Tables::Only(own) = &self.options.tables {
            names.extend(own.iter().map(String::as_str));
        }
        names.extend(self.functions.aliases());
        names
    }
}

fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> &'a str {
    properties.get(name).and_then(Value::as_str).unwrap_or_default()
}
