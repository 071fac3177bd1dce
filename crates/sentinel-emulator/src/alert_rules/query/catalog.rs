//! The workspace as its queries find it: its tables, its watchlists with the columns of their items, and the functions
//! that are saved in it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use kql::{Catalog, CatalogFunction, CatalogTable, Type};
use sentinel_schema::{COMMON_COLUMNS, SavedFunction, WorkspaceCatalog};
use serde_json::{Map, Value};

use crate::state::{SavedSearch, Watchlist, Workspace};
use crate::{Options, Tables, tables};

/// How deep saved functions that call each other are followed; the columns behind are not known.
const MOST_CALLS: usize = 16;

/// The built-in tables and functions, decoded once for all queries.
static BUILT_IN: LazyLock<WorkspaceCatalog> = LazyLock::new(WorkspaceCatalog::new);

/// A workspace at the moment of one request.
pub(super) struct State<'a> {
    tables: &'a Tables,
    workspace: &'a Workspace,
    /// The saved functions that were worked out; those under way are open.
    functions: RefCell<HashMap<String, CatalogFunction>>,
    depth: Cell<usize>,
}

impl<'a> State<'a> {
    pub(super) fn new(options: &'a Options, workspace: &'a Workspace) -> Self {
        let (functions, depth) = (RefCell::default(), Cell::new(0));
        Self { tables: &options.tables, workspace, functions, depth }
    }

    fn saved(&self, alias: &str) -> Option<&'a SavedSearch> {
        self.workspace
            .saved_searches
            .values()
            .find(|search| text(&search.properties, "functionAlias") == alias)
    }

    /// What a saved function takes and returns. Nothing shows that the service looked at its query when it was saved,
    /// so that a broken one returns whatever is asked for.
    fn saved_function(&self, alias: &str) -> Option<CatalogFunction> {
        if let Some(known) = self.functions.borrow().get(alias) {
            return Some(known.clone());
        }
        let search = self.saved(alias)?;
        let saved = SavedFunction::new(text(&search.properties, "functionParameters"));
        // A function that calls itself finds this.
        let mut function = saved.unresolved();
        self.functions.borrow_mut().insert(alias.to_owned(), function.clone());
        if self.depth.get() < MOST_CALLS {
            self.depth.set(self.depth.get() + 1);
            function = saved.resolve(text(&search.properties, "query"), self);
            self.depth.set(self.depth.get() - 1);
            self.functions.borrow_mut().insert(alias.to_owned(), function.clone());
        }
        Some(function)
    }

    /// A list that is not there has no columns of its own: what a query wants of it is not resolved.
    fn watchlist(&self, alias: &str) -> CatalogFunction {
        let list = self.workspace.watchlists.values().find(|list| list.alias == alias);
        let mut catalog = WorkspaceCatalog::new();
        let columns = list.map(item_columns).unwrap_or_default();
        catalog.add_watchlist(alias, columns.into_iter().map(|name| (name, Type::String)));
        catalog.function("_GetWatchlist", Some(alias)).unwrap_or_default()
    }
}

impl Catalog for State<'_> {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        let is_there = match self.tables {
            Tables::Everything => sentinel_schema::table(name).is_some() || tables::exists(name, self.tables),
            Tables::Only(_) => tables::exists(name, self.tables),
        };
        is_there.then(|| BUILT_IN.table(name).unwrap_or_else(undeclared))
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        match (name, argument) {
            ("_GetWatchlist", Some(alias)) => Some(self.watchlist(alias)),
            _ => self.saved_function(name).or_else(|| BUILT_IN.function(name, argument)),
        }
    }

    fn is_place(&self, name: &str) -> bool {
        BUILT_IN.is_place(name)
    }

    fn names(&self) -> Vec<&str> {
        let mut names = BUILT_IN.names();
        if let Tables::Only(own) = self.tables {
            names.extend(own.iter().map(String::as_str));
        }
        let saved = self.workspace.saved_searches.values();
        names.extend(
            saved.map(|search| text(&search.properties, "functionAlias")).filter(|name| !name.is_empty()),
        );
        names
    }
}

fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> &'a str {
    properties.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The columns of a list's items, each once. Rows that were added later may have others than the first.
fn item_columns(list: &Watchlist) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for name in list.items.values().flat_map(|item| item.values.keys()) {
        if !found.contains(&name.as_str()) {
            found.push(name);
        }
    }
    found
}

/// A table of which only what every table has is known.
fn undeclared() -> CatalogTable {
    let columns = COMMON_COLUMNS
        .iter()
        .map(|(name, kind)| (Arc::from(*name), Type::from_name(kind).unwrap_or(Type::Unknown)));
    CatalogTable { columns: columns.collect(), open: true }
}
