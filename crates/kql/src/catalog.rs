//! What exists outside a query: the tables and functions of a workspace or database.

use std::sync::Arc;

use crate::types::Type;

/// A column as a table declares it.
pub type CatalogColumn = (Arc<str>, Type);

/// A table, or what a function returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogTable {
    /// The columns that are known, in order.
    pub columns: Arc<[CatalogColumn]>,
    /// Whether there may be more: an unknown column is then no error.
    pub open: bool,
}

/// A function that a query may call, with or without brackets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogFunction {
    /// Its parameters, by name and type; none has to be given.
    pub parameters: Vec<CatalogColumn>,
    /// How many arguments have to be given.
    pub required: usize,
    /// Whether it may take others besides: then calls of it are not compared with its parameters.
    pub takes_more: bool,
    /// What it returns.
    pub returns: CatalogResult,
}

/// What a function of the catalog returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogResult {
    /// A table.
    Table(CatalogTable),
    /// One value.
    Scalar(Type),
}

impl CatalogResult {
    /// A table of which nothing is known.
    pub fn unknown() -> Self {
        CatalogResult::Table(CatalogTable { columns: Arc::from([]), open: true })
    }

    /// The table, where it is one.
    pub fn table(&self) -> Option<&CatalogTable> {
        match self {
            CatalogResult::Table(table) => Some(table),
            CatalogResult::Scalar(_) => None,
        }
    }
}

impl Default for CatalogResult {
    fn default() -> Self {
        CatalogResult::Table(CatalogTable::default())
    }
}

/// Where a query's tables and functions are looked up. Names compare by case, as the language does.
///
/// A catalog need not be `Sync`: [`analyze`](crate::analyze) takes `&dyn Catalog`, to which a `&(dyn Catalog + Sync)` that
/// several threads share converts. What a shared catalog answers must not depend on who asks first.
pub trait Catalog {
    /// The table of that name.
    fn table(&self, name: &str) -> Option<CatalogTable>;

    /// The function of that name. `argument` is its first argument, where that is a literal or a name bound to one.
    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction>;

    /// Whether `name(…)` is another place, such as another workspace, whose tables come after a point.
    fn is_place(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// The names of the tables, in the order in which `union *` reads them.
    fn tables(&self) -> Vec<&str> {
        self.names().into_iter().filter(|name| self.table(name).is_some()).collect()
    }

    /// The columns of all tables as one, where the catalog keeps them; see [`unified_columns`](crate::unified_columns).
    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        None
    }

    /// The names of all tables and functions, for wildcards and to suggest one for a name that is not there.
    fn names(&self) -> Vec<&str>;
}

/// A catalog with nothing in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Catalog for Nothing {
    fn table(&self, _: &str) -> Option<CatalogTable> {
        None
    }

    fn function(&self, _: &str, _: Option<&str>) -> Option<CatalogFunction> {
        None
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }
}
