//! What a query finds around it, in layers: the built-in catalogue, and on top of it what each further source knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use kql::{Catalog, CatalogColumn, CatalogFunction, CatalogTable, Type};

use crate::built_in::{self, BuiltIn, GET_WATCHLIST, closed, watchlist_columns};
use crate::{is_custom_table, open_table};

/// Who knows the names of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The workspace itself, when it was last asked.
    Workspace,
    /// The settings.
    Settings,
    /// The files of a folder.
    Folder,
    /// The arguments of a command.
    Arguments,
}

/// The tables, functions and watchlists that one source knows, by name. Names compare by case.
#[derive(Debug)]
pub struct Layer {
    origin: Origin,
    tables: BTreeMap<String, Table>,
    functions: BTreeMap<String, CatalogFunction>,
    /// The columns of each watchlist; none where only its alias is known.
    watchlists: BTreeMap<String, Option<Arc<[CatalogColumn]>>>,
    takes_any_watchlist: bool,
}

/// A table of a layer.
#[derive(Debug)]
struct Table {
    columns: Vec<CatalogColumn>,
    /// Whether these are all columns, or those that the table has besides what is known below.
    is_whole: bool,
    /// The table with what is known below, once a query asked for it.
    merged: OnceLock<CatalogTable>,
}

impl Layer {
    /// A layer of nothing.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            tables: BTreeMap::new(),
            functions: BTreeMap::new(),
            watchlists: BTreeMap::new(),
            takes_any_watchlist: false,
        }
    }

    /// Adds a table with all its columns, in place of one that is known below. The columns that every table has come by
    /// themselves.
    pub fn add_table<N: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        self.put_table(name.into(), columns, true);
    }

    /// Adds columns to a table; one of a name that is known below takes another type. A table that nobody below knows has
    /// these columns, and may have any where there are none.
    pub fn extend_table<N: AsRef<str>>(
        &mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        self.put_table(name.into(), columns, false);
    }

    fn put_table<N: AsRef<str>>(
        &mut self,
        name: String,
        columns: impl IntoIterator<Item = (N, Type)>,
        is_whole: bool,
    ) {
        let columns = columns.into_iter().map(|(name, kind)| (Arc::from(name.as_ref()), kind)).collect();
        self.tables.insert(name, Table { columns, is_whole, merged: OnceLock::new() });
    }

    /// Adds a watchlist with its columns.
    pub fn add_watchlist<N: AsRef<str>>(
        &mut self,
        alias: impl Into<String>,
        columns: impl IntoIterator<Item = (N, Type)>,
    ) {
        let own = columns.into_iter().map(|(name, kind)| (Arc::from(name.as_ref()), kind));
        self.watchlists.insert(alias.into(), Some(watchlist_columns(own)));
    }

    /// Adds a watchlist that may have any column, unless its columns are known here or below.
    pub fn name_watchlist(&mut self, alias: impl Into<String>) {
        self.watchlists.entry(alias.into()).or_default();
    }

    /// Notes a watchlist whose alias cannot be read, so that it may be any.
    pub fn add_unnamed_watchlist(&mut self) {
        self.takes_any_watchlist = true;
    }

    /// Adds a function, in place of one that is known below.
    pub fn add_function(&mut self, name: impl Into<String>, function: CatalogFunction) {
        self.functions.insert(name.into(), function);
    }

    /// Whether this layer knows a table of that name.
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// Whether this layer knows a function of that name.
    pub fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// Whether another layer knows the same watchlists with the same columns.
    pub fn has_watchlists_of(&self, other: &Self) -> bool {
        self.watchlists == other.watchlists
    }

    /// The functions by name.
    pub fn functions(&self) -> &BTreeMap<String, CatalogFunction> {
        &self.functions
    }

    /// The names of its tables, sorted.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }
}

/// The tables, functions and watchlists that a query finds: the built-in ones, and layers on top of them, of which an upper
/// one goes before those below. What a layer does not know is looked up in the next.
#[derive(Debug)]
pub struct Environment {
    layer: Layer,
    below: Option<Arc<Environment>>,
    takes_custom_tables: bool,
    all: OnceLock<Arc<[CatalogColumn]>>,
}

impl Environment {
    /// A layer on top of the built-in catalogue.
    pub fn new(layer: Layer) -> Self {
        Self { layer, below: None, takes_custom_tables: false, all: OnceLock::new() }
    }

    /// A layer on top of an environment.
    pub fn over(below: Arc<Self>, layer: Layer) -> Self {
        Self { below: Some(below), ..Self::new(layer) }
    }

    /// With every custom table, by the ending of its name: one that nobody described may have any column.
    #[must_use]
    pub fn with_custom_tables(mut self) -> Self {
        self.takes_custom_tables = true;
        self
    }

    /// Adds a function to the uppermost layer, in place of one that is known below.
    pub fn add_function(&mut self, name: impl Into<String>, function: CatalogFunction) {
        self.layer.add_function(name, function);
    }

    /// The layers, the uppermost first, without the built-in catalogue.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::successors(Some(self), |environment| environment.below.as_deref())
            .map(|environment| &environment.layer)
    }

    /// What a source knows; `None` where it was not asked.
    pub fn layer(&self, origin: Origin) -> Option<&Layer> {
        self.layers().find(|layer| layer.origin == origin)
    }

    /// Whether anybody knows a watchlist of that alias, or one that may have it.
    pub fn has_watchlist(&self, alias: &str) -> bool {
        self.layers().any(|layer| layer.takes_any_watchlist || layer.watchlists.contains_key(alias))
    }

    /// The aliases of the watchlists that are known, those of the uppermost layer first.
    pub fn watchlists(&self) -> impl Iterator<Item = &str> {
        self.layers().flat_map(|layer| layer.watchlists.keys()).map(String::as_str)
    }

    /// Whether some source besides the built-in catalogue knows a table, and so which columns it has.
    pub fn describes_table(&self, name: &str) -> bool {
        self.layers().any(|layer| layer.has_table(name))
    }

    /// Whether the workspace has a table, or is to have it by what settings and folder say; `None` where it was not asked.
    pub fn workspace_has_table(&self, name: &str) -> Option<bool> {
        self.layer(Origin::Workspace).map(|_| self.describes_table(name))
    }

    /// The same for a function; one that is built in need not be saved in the workspace, which is not asked here.
    pub fn workspace_has_function(&self, name: &str) -> Option<bool> {
        self.layer(Origin::Workspace).map(|_| self.layers().any(|layer| layer.has_function(name)))
    }

    /// Whether a table is known to have a column.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        let found = self.table(table);
        found.is_some_and(|table| table.columns.iter().any(|(name, _)| **name == *column))
    }

    /// A table without regard to [`with_custom_tables`](Self::with_custom_tables).
    fn known_table(&self, name: &str) -> Option<CatalogTable> {
        match self.layer.tables.get(name) {
            Some(table) => Some(table.merged.get_or_init(|| self.merge(name, table)).clone()),
            None => self.known_below(name),
        }
    }

    fn known_below(&self, name: &str) -> Option<CatalogTable> {
        match &self.below {
            Some(below) => below.known_table(name),
            None => BuiltIn.table(name),
        }
    }

    /// A table of the uppermost layer with what is known of it below.
    fn merge(&self, name: &str, table: &Table) -> CatalogTable {
        let own = || table.columns.iter().map(|(name, kind)| (&**name, *kind));
        if table.is_whole {
            return closed(own());
        }
        let known = self.known_below(name);
        if table.columns.is_empty() {
            return known.unwrap_or_else(open_table);
        }
        // Where only what every table has was known, these are its columns.
        let Some(known) = known.filter(|known| !known.open) else { return closed(own()) };
        let mut all = known.columns.to_vec();
        for (column, kind) in &table.columns {
            match all.iter_mut().find(|(known, _)| known == column) {
                Some((_, known)) => *known = *kind,
                None => all.push((Arc::clone(column), *kind)),
            }
        }
        CatalogTable { columns: all.into(), open: false }
    }

    fn watchlist(&self, alias: &str) -> Option<&Arc<[CatalogColumn]>> {
        self.layers().find_map(|layer| layer.watchlists.get(alias)?.as_ref())
    }
}

impl Catalog for Environment {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        let is_custom = || self.takes_custom_tables && is_custom_table(name);
        self.known_table(name).or_else(|| is_custom().then(open_table))
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        if let Some(function) = self.layers().find_map(|layer| layer.functions.get(name)) {
            return Some(function.clone());
        }
        if name == GET_WATCHLIST
            && let Some(columns) = argument.and_then(|alias| self.watchlist(alias))
        {
            return Some(built_in::get_watchlist(Some(columns)));
        }
        BuiltIn.function(name, argument)
    }

    fn is_place(&self, name: &str) -> bool {
        BuiltIn.is_place(name)
    }

    fn tables(&self) -> Vec<&str> {
        let own = self.layers().flat_map(Layer::tables).filter(|name| !built_in::has_table(name));
        let own: BTreeSet<&str> = own.collect();
        let mut names = BuiltIn.tables();
        names.extend(own);
        names
    }

    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        if self.layer.tables.is_empty() {
            return match &self.below {
                Some(below) => below.all_columns(),
                None => BuiltIn.all_columns(),
            };
        }
        let columns = self.all.get_or_init(|| {
            let tables: Vec<CatalogTable> =
                self.tables().into_iter().filter_map(|name| self.known_table(name)).collect();
            kql::unified_columns(tables.iter().map(|table| &*table.columns)).into()
        });
        Some(Arc::clone(columns))
    }

    fn names(&self) -> Vec<&str> {
        let own = self.layers().flat_map(|layer| layer.tables.keys().chain(layer.functions.keys()));
        let own: BTreeSet<&str> = own.map(String::as_str).filter(|name| !built_in::has_name(name)).collect();
        let mut names: Vec<&str> = own.into_iter().collect();
        names.extend(BuiltIn.names());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(table: &CatalogTable) -> Vec<&str> {
        table.columns.iter().map(|(name, _)| &**name).collect()
    }

    fn kind(table: &CatalogTable, column: &str) -> Option<Type> {
        table.columns.iter().find(|(name, _)| **name == *column).map(|(_, kind)| *kind)
    }

    fn environment(fill: impl FnOnce(&mut Layer)) -> Environment {
        let mut layer = Layer::new(Origin::Workspace);
        fill(&mut layer);
        Environment::new(layer)
    }

    /// Two layers, the first below the second.
    fn layered(below: impl FnOnce(&mut Layer), above: impl FnOnce(&mut Layer)) -> Environment {
        let mut layer = Layer::new(Origin::Folder);
        above(&mut layer);
        Environment::over(Arc::new(environment(below)), layer)
    }

    fn watchlist(environment: &Environment, alias: Option<&str>) -> CatalogTable {
        environment.function(GET_WATCHLIST, alias).unwrap().returns.table().unwrap().clone()
    }

    #[test]
    fn a_table_with_all_its_columns_takes_the_place_of_one_below() {
        let environment = environment(|layer| layer.add_table("SecurityEvent", [("Mine", Type::Long)]));
        assert_eq!(names(&environment.table("SecurityEvent").unwrap())[..2], ["Mine", "TenantId"]);
    }

    #[test]
    fn columns_are_added_to_a_table_below_and_make_one_that_nobody_knows() {
        let environment = layered(
            |layer| {
                layer.extend_table("SecurityEvent", [("Mine_CF", Type::Long), ("EventID", Type::String)]);
                layer.extend_table("Mine_CL", [("user_s", Type::String)]);
                layer.extend_table("Yours_CL", [("", Type::String); 0]);
                layer.extend_table("Theirs_CL", [("", Type::String); 0]);
            },
            |layer| {
                layer.extend_table("SecurityEvent", [("Site_CF", Type::Bool), ("Mine_CF", Type::Int)]);
                layer.extend_table("Yours_CL", [("host_s", Type::String)]);
                layer.extend_table("Mine_CL", [("", Type::String); 0]);
            },
        );
        let table = environment.table("SecurityEvent").unwrap();
        assert_eq!(kind(&table, "EventID"), Some(Type::String), "of the layer below");
        assert_eq!(kind(&table, "Mine_CF"), Some(Type::Int), "the upper layer goes before");
        assert_eq!(kind(&table, "Site_CF"), Some(Type::Bool));
        assert!(kind(&table, "Account").is_some() && !table.open);
        let mine = environment.table("Mine_CL").unwrap();
        assert_eq!((names(&mine)[0], mine.open), ("user_s", false));
        let yours = environment.table("Yours_CL").unwrap();
        assert!(!yours.open && names(&yours).contains(&"host_s"));
        assert!(environment.table("Theirs_CL").unwrap().open);
        assert!(environment.table("Nobodys_CL").is_none());
    }

    #[test]
    fn a_custom_table_that_nobody_described_may_have_any_column_where_that_is_asked_for() {
        let environment =
            environment(|layer| layer.extend_table("Mine_CL", [("a_s", Type::String)])).with_custom_tables();
        assert!(environment.table("Nobodys_CL").unwrap().open);
        assert!(!environment.table("Mine_CL").unwrap().open);
        assert!(environment.table("Nobodys").is_none());
    }

    #[test]
    fn a_watchlist_is_closed_where_some_layer_knows_its_columns_and_open_otherwise() {
        let environment = layered(
            |layer| {
                layer.add_watchlist("hosts", [("host", Type::String)]);
                layer.name_watchlist("theirs");
            },
            |layer| layer.name_watchlist("hosts"),
        );
        let hosts = watchlist(&environment, Some("hosts"));
        let common = ["_DTItemId", "LastUpdatedTimeUTC", "SearchKey", "WatchlistItem"];
        assert_eq!((names(&hosts)[..4].to_vec(), names(&hosts)[4]), (common.to_vec(), "host"));
        assert!(!hosts.open);
        for alias in [Some("Hosts"), Some("theirs"), None] {
            assert!(watchlist(&environment, alias).open, "{alias:?}");
        }
        for (alias, is_known) in [("hosts", true), ("theirs", true), ("Hosts", false)] {
            assert_eq!(environment.has_watchlist(alias), is_known, "{alias}");
        }
    }

    #[test]
    fn the_function_of_the_uppermost_layer_is_called() {
        let scalar =
            |kind| CatalogFunction { returns: kql::CatalogResult::Scalar(kind), ..Default::default() };
        let mut environment = layered(
            |layer| {
                layer.add_function("f", scalar(Type::Int));
                layer.add_function("imDns", scalar(Type::Int));
            },
            |_| {},
        );
        let returned = |environment: &Environment, name: &str| {
            environment.function(name, None).map(|function| format!("{:?}", function.returns))
        };
        assert_eq!(returned(&environment, "f").as_deref(), Some("Scalar(Int)"));
        assert_eq!(returned(&environment, "imDns").as_deref(), Some("Scalar(Int)"));
        environment.add_function("f", scalar(Type::Bool));
        assert_eq!(returned(&environment, "f").as_deref(), Some("Scalar(Bool)"));
        assert_eq!(returned(&environment, "g"), None);
    }

    #[test]
    fn a_layer_says_what_it_knows_and_whether_it_was_asked() {
        let environment = layered(|layer| layer.extend_table("Heartbeat", [("", Type::String); 0]), |_| {});
        let workspace = environment.layer(Origin::Workspace).unwrap();
        assert!(workspace.has_table("Heartbeat") && !workspace.has_table("SecurityEvent"));
        assert!(environment.layer(Origin::Settings).is_none());
    }

    #[test]
    fn each_name_is_listed_once() {
        let environment = layered(
            |layer| {
                layer.extend_table("Heartbeat", [("a", Type::Int)]);
                layer.extend_table("Mine_CL", [("a", Type::Int)]);
            },
            |layer| {
                layer.extend_table("Mine_CL", [("b", Type::Int)]);
                layer.add_function("f", CatalogFunction::default());
            },
        );
        let count = |names: &[&str], name: &str| names.iter().filter(|known| **known == name).count();
        let (all, tables) = (environment.names(), environment.tables());
        for name in ["Heartbeat", "Mine_CL"] {
            assert_eq!((count(&all, name), count(&tables, name)), (1, 1), "{name}");
        }
        assert_eq!((count(&all, "f"), count(&tables, "f")), (1, 0));
        assert!(kql::unified_columns([&*environment.table("Mine_CL").unwrap().columns]).len() > 2);
        let columns = environment.all_columns().unwrap();
        assert!(columns.iter().any(|(name, _)| &**name == "b"));
    }
}
