//! Functions that are saved in a workspace: parameters as a text, and a query.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use kql::tree::{ParameterType, StatementKind};
use kql::{
    Analysis, Catalog, CatalogColumn, CatalogFunction, CatalogResult, CatalogTable, Parsed, QueryResult, Type,
};

/// The parameters of a saved function, as the query language declares them.
#[derive(Debug, Default)]
pub struct SavedFunction {
    declaration: String,
    parameters: Vec<CatalogColumn>,
    required: usize,
    takes_tables: bool,
    is_misread: bool,
}

impl SavedFunction {
    /// Reads the text that the service keeps: `since:timespan, host:string='*'`. What cannot be read of it is left out, and
    /// calls may then give what they like: what is wrong is the text.
    pub fn new(parameters: &str) -> Self {
        if parameters.trim().is_empty() {
            return Self::default();
        }
        let declaration = format!("declare query_parameters({parameters});\n");
        let parsed = kql::parse(declaration.as_str());
        let mut function = Self { is_misread: !parsed.diagnostics.is_empty(), ..Self::default() };
        let first = parsed.tree.root.first().map(|id| &parsed.tree.statement(*id).kind);
        if let Some(StatementKind::DeclareParameters(parameters)) = first {
            for parameter in parameters {
                let kind = match &parameter.kind {
                    ParameterType::Scalar(kind) => {
                        Type::from_name(parsed.tree.text(kind.tokens)).unwrap_or(Type::Unknown)
                    }
                    ParameterType::Table(_) | ParameterType::AnyTable => {
                        function.takes_tables = true;
                        Type::Unknown
                    }
                };
                function.required += usize::from(parameter.default.is_none());
                function.parameters.push((Arc::from(&*parsed.tree.name(parameter.name)), kind));
            }
        }
        Self { declaration, ..function }
    }

    /// The statement that declares the parameters, so that their names mean something in the query behind it; empty
    /// without any.
    pub fn declaration(&self) -> &str {
        &self.declaration
    }

    /// The function as far as its parameters tell.
    pub fn unresolved(&self) -> CatalogFunction {
        CatalogFunction {
            parameters: self.parameters.clone(),
            required: self.required,
            takes_more: self.is_misread,
            returns: CatalogResult::unknown(),
        }
    }

    /// The function with the columns or the one value that its query returns.
    ///
    /// A function with a table for a parameter, or with a query that has syntax errors, may return more columns than are
    /// known; so may one whose query reads a table that is not known.
    pub fn resolve(&self, query: &str, catalog: &dyn Catalog) -> CatalogFunction {
        let query = format!("{}{query}", self.declaration);
        let parsed = kql::parse(query);
        let analysis = kql::analyze(&parsed, catalog);
        self.returning(&parsed, &analysis)
    }

    /// The function with the columns or the one value that its query returns, which was analysed after the
    /// [declaration](Self::declaration) of the parameters; see [`resolve`](Self::resolve).
    pub fn returning(&self, parsed: &Parsed, analysis: &Analysis) -> CatalogFunction {
        let is_sound = parsed.diagnostics.is_empty();
        let returns = match &analysis.result {
            QueryResult::Table(_) => {
                let columns = analysis.result_columns().unwrap_or_default();
                CatalogResult::Table(CatalogTable {
                    columns: columns
                        .iter()
                        .map(|column| (Arc::from(column.name.as_str()), column.kind))
                        .collect(),
                    open: analysis.result_is_open() || self.takes_tables || !is_sound,
                })
            }
            QueryResult::Scalar(kind) if is_sound => CatalogResult::Scalar(*kind),
            QueryResult::Scalar(_) | QueryResult::Other => CatalogResult::unknown(),
        };
        CatalogFunction { returns, ..self.unresolved() }
    }
}

/// How deep functions that call each other are followed; the columns behind are not known.
const MOST_CALLS: usize = 16;

/// Functions that are saved in a workspace and may call each other, each worked out when it is first asked for.
#[derive(Debug, Default)]
pub struct SavedFunctions<'a> {
    /// Parameters and query by the name that queries call.
    saved: HashMap<&'a str, (&'a str, &'a str)>,
    /// Those that were worked out; those under way are open.
    resolved: RefCell<HashMap<&'a str, CatalogFunction>>,
    depth: Cell<usize>,
}

impl<'a> SavedFunctions<'a> {
    /// Functions as alias, parameters and query. Of several with one alias the first counts.
    pub fn new(functions: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut made = Self::default();
        for (alias, parameters, query) in functions {
            made.saved.entry(alias).or_insert((parameters, query));
        }
        made
    }

    /// The aliases, in no order.
    pub fn aliases(&self) -> impl Iterator<Item = &'a str> {
        self.saved.keys().copied()
    }

    /// What a function takes and returns; `None` for a name that none has. `catalog` is the workspace, which asks here
    /// for the functions that the query calls. Nothing shows that the service looks at a query when it is saved, so that
    /// a broken one returns whatever is asked for; so does one of a circle of calls.
    pub fn get(&self, alias: &str, catalog: &dyn Catalog) -> Option<CatalogFunction> {
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
            function = saved.resolve(query, catalog);
            self.depth.set(self.depth.get() - 1);
            self.resolved.borrow_mut().insert(alias, function.clone());
        }
        Some(function)
    }
}

/// A workspace with functions that are saved in it, which go before its own.
pub struct WithSaved<'a> {
    base: &'a dyn Catalog,
    functions: SavedFunctions<'a>,
}

impl<'a> WithSaved<'a> {
    /// The workspace without the functions, and these.
    pub fn new(base: &'a dyn Catalog, functions: SavedFunctions<'a>) -> Self {
        Self { base, functions }
    }

    /// What a saved function takes and returns; `None` for a name that none has.
    pub fn saved(&self, alias: &str) -> Option<CatalogFunction> {
        self.functions.get(alias, self)
    }
}

impl Catalog for WithSaved<'_> {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        self.base.table(name)
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        self.saved(name).or_else(|| self.base.function(name, argument))
    }

    fn is_place(&self, name: &str) -> bool {
        self.base.is_place(name)
    }

    fn tables(&self) -> Vec<&str> {
        self.base.tables()
    }

    fn all_columns(&self) -> Option<Arc<[CatalogColumn]>> {
        self.base.all_columns()
    }

    fn names(&self) -> Vec<&str> {
        self.functions.aliases().chain(self.base.names()).collect()
    }
}

impl std::fmt::Debug for WithSaved<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithSaved").field("functions", &self.functions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BuiltIn;

    fn resolved(parameters: &str, query: &str) -> CatalogFunction {
        SavedFunction::new(parameters).resolve(query, &BuiltIn)
    }

    #[test]
    fn a_function_has_the_columns_of_its_query_or_one_value() {
        let function = resolved(
            "since:timespan, n:long=1",
            "Heartbeat | where TimeGenerated > ago(since) | project Computer, n",
        );
        let table = function.returns.table().unwrap();
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| &**name).collect();
        assert_eq!((names, table.open, function.required), (vec!["Computer", "n"], false, 1));
        assert!(matches!(resolved("n:long", "n + 1").returns, CatalogResult::Scalar(Type::Long)));
    }

    #[test]
    fn what_cannot_be_known_is_open() {
        for (parameters, query) in
            [("T:(*)", "T | project Computer"), ("", "Heartbeat | where | project Computer"), ("", "Mine_CL")]
        {
            assert!(resolved(parameters, query).returns.table().unwrap().open, "{query}");
        }
        assert_eq!(SavedFunction::new(" ").declaration(), "");
        resolved("a b c ((", "Heartbeat");
    }
}
