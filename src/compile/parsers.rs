//! The parsers of a folder together: what calls what, in which order they come, and what each returns.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kql::{Catalog, CatalogFunction, CatalogTable};
use sentinel_schema::{BuiltIn, SavedFunction, SavedFunctions, WithSaved};

use crate::document::Parser;
use crate::semantic::parser::{alias, parameters};

/// Which parsers of a folder call which, and what they read.
#[derive(Debug)]
pub struct CallGraph<'a> {
    parsers: &'a [Parser],
    catalog: Aliases<'a>,
    /// For each parser those that its query calls, by position.
    calls: Vec<Vec<usize>>,
}

impl<'a> CallGraph<'a> {
    /// The graph of these parsers. Of several with one alias the first is the one that is called.
    pub fn new(parsers: &'a [Parser]) -> Self {
        let mut positions = HashMap::new();
        for (at, parser) in parsers.iter().enumerate() {
            if let Some(alias) = alias(parser) {
                positions.entry(alias).or_insert(at);
            }
        }
        let catalog = Aliases { positions };
        let calls = parsers.iter().map(|parser| catalog.called_by(&bound_query(parser))).collect();
        Self { parsers, catalog, calls }
    }

    /// The parsers that a query calls, by position.
    pub fn called_by(&self, query: &str) -> Vec<usize> {
        self.catalog.called_by(query)
    }

    /// Every parser by position, each behind those that it calls, otherwise in the order of the files. Those of a
    /// cycle, and what calls them, come last.
    pub fn order(&self) -> Vec<usize> {
        let (mut order, rest) = self.sorted();
        order.extend(rest);
        order
    }

    /// Parsers that call each other in a circle: for each circle its parsers in the order of the calls.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let (_, rest) = self.sorted();
        let waiting: HashSet<usize> = rest.iter().copied().collect();
        let mut seen = HashSet::new();
        let mut cycles = Vec::new();
        for start in rest {
            let mut path: Vec<usize> = Vec::new();
            let mut next = Some(start);
            // Whatever waits calls something that waits, so that every path ends in a circle.
            while let Some(at) = next.filter(|at| seen.insert(*at)) {
                path.push(at);
                next = self.calls[at].iter().copied().find(|called| waiting.contains(called));
            }
            if let Some(from) = next.and_then(|at| path.iter().position(|known| *known == at)) {
                cycles.push(path.split_off(from));
            }
        }
        cycles
    }

    /// What can be put in order, and what cannot since it waits for itself.
    fn sorted(&self) -> (Vec<usize>, Vec<usize>) {
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.parsers.len()];
        let mut missing: Vec<usize> = self.calls.iter().map(Vec::len).collect();
        for (caller, called) in self.calls.iter().enumerate() {
            for at in called {
                callers[*at].push(caller);
            }
        }
        let mut ready: std::collections::BTreeSet<usize> =
            (0..self.parsers.len()).filter(|at| missing[*at] == 0).collect();
        let mut order = Vec::with_capacity(self.parsers.len());
        while let Some(at) = ready.pop_first() {
            order.push(at);
            for caller in &callers[at] {
                missing[*caller] -= 1;
                if missing[*caller] == 0 {
                    ready.insert(*caller);
                }
            }
        }
        let rest = (0..self.parsers.len()).filter(|at| missing[*at] > 0).collect();
        (order, rest)
    }
}

/// The functions that a folder's parsers make: for each its alias, its parameters and the columns or the
/// one value that its query returns. `base` is the workspace without them.
///
/// A function with a table for a parameter, or with a query that has syntax errors, may return more columns than are
/// known; so may one whose query reads a table that is not known, and one that stands in a circle of calls.
pub fn catalog_functions(parsers: &[Parser], base: &dyn Catalog) -> Vec<(String, CatalogFunction)> {
    let saved: Vec<(&str, String, &str)> = parsers
        .iter()
        .filter_map(|parser| Some((alias(parser)?, parameters(parser), query(parser))))
        .collect();
    let functions = SavedFunctions::new(
        saved.iter().map(|(alias, parameters, query)| (*alias, parameters.as_str(), *query)),
    );
    let known = WithSaved::new(base, functions);
    let mut seen = HashSet::new();
    let first = saved.iter().filter(|(alias, ..)| seen.insert(*alias));
    first.filter_map(|(alias, ..)| Some(((*alias).to_owned(), known.saved(alias)?))).collect()
}

/// A parser's function, as the workspace keeps it.
fn saved(parser: &Parser) -> SavedFunction {
    SavedFunction::new(&parameters(parser))
}

/// The statement that declares a parser's parameters to its query, so that their names mean something there; empty
/// without any.
pub fn declaration(parser: &Parser) -> String {
    saved(parser).declaration().to_owned()
}

/// A parser's query behind the declaration of its parameters.
fn bound_query(parser: &Parser) -> String {
    declaration(parser) + query(parser)
}

fn query(parser: &Parser) -> &str {
    parser.query.written().map_or("", |(query, _)| query)
}

/// The built-in tables, so that the binder knows columns from calls, and the functions of a folder.
#[derive(Debug)]
struct Aliases<'a> {
    positions: HashMap<&'a str, usize>,
}

impl Aliases<'_> {
    fn called_by(&self, query: &str) -> Vec<usize> {
        // Most queries call none, and need not be read.
        if !self.positions.keys().any(|alias| query.contains(alias)) {
            return Vec::new();
        }
        let analysis = kql::analyze(&kql::parse(query), self);
        let named = analysis.functions.iter();
        named.filter_map(|name| self.positions.get(name.as_str()).copied()).collect()
    }
}

impl Catalog for Aliases<'_> {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        let open = || CatalogTable { columns: Arc::from([]), open: true };
        BuiltIn.table(name).or_else(|| sentinel_schema::is_custom_table(name).then(open))
    }

    fn function(&self, name: &str, argument: Option<&str>) -> Option<CatalogFunction> {
        if self.positions.contains_key(name) {
            return Some(SavedFunction::default().unresolved());
        }
        BuiltIn.function(name, argument)
    }

    fn names(&self) -> Vec<&str> {
        self.positions.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests;
