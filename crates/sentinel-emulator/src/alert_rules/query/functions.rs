//! The functions that are saved in the workspace.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use kql::{Catalog, CatalogFunction};
use sentinel_schema::SavedFunction;

/// How deep functions that call each other are followed; the columns of those further on are not known.
const MOST_CALLS: usize = 16;

/// Functions that are saved in a workspace and may call each other, each worked out when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct SavedFunctions<'a> {
    /// Parameters and query by the name that queries call.
    saved: HashMap<&'a str, (&'a str, &'a str)>,
    /// Those that were worked out; those under way are open.
    resolved: RefCell<HashMap<&'a str, CatalogFunction>>,
    depth: Cell<usize>,
}

impl<'a> SavedFunctions<'a> {
    /// Functions as alias, parameters and query. Of several with one alias the first counts.
    pub(super) fn new(functions: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut made = Self::default();
        for (alias, parameters, query) in functions {
            made.saved.entry(alias).or_insert((parameters, query));
        }
        made
    }

    /// The aliases, in no order.
    pub(super) fn aliases(&self) -> impl Iterator<Item = &'a str> {
        self.saved.keys().copied()
    }

    /// What a function takes and returns; `None` for a name that none has. `catalog` is the workspace, which asks here
    /// for the functions that the query calls. Nothing shows that the service looks at a query when it is saved, so that
    /// a broken one returns whatever is asked for; so does one of a circle of calls.
    pub(super) fn get(&self, alias: &str, catalog: &dyn Catalog) -> Option<CatalogFunction> {
        if let Some(known) = self.resolved.borrow().get(alias) {
            return Some(known.clone());
        }
        let (alias, (parameters, query)) = self.saved.get_key_value(alias)?;
        let saved = SavedFunction::new(parameters);
        // A function that calls itself finds this.
        let mut function = saved.unresolved();
        self.resolved.borrow_mut().insert(alias, function.clone());
        if self.depth.get() < MOST_CALLS {
            self.depth.set(self.depth.get() + 1);
            let parsed = kql::parse(format!("{}{query}", saved.declaration()));
            let analysis = kql::analyze(&parsed, catalog);
            function = saved.returning(&parsed, &analysis);
            self.depth.set(self.depth.get() - 1);
            self.resolved.borrow_mut().insert(alias, function.clone());
        }
        Some(function)
    }
}
