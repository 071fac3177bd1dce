//! Functions that are saved in a workspace and may call each other: each is analysed after those that it calls, since it
//! needs the columns that they return.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kql::{CatalogFunction, Parsed, Read, ReadKind, TokenKind, literal};
use sentinel_schema::{Environment, SavedFunction};

use super::calls::CallGraph;
use super::parallel;
use super::query::Meaning;

/// A saved function whose query is parsed.
pub(super) struct Parsing<'a> {
    /// The name by which queries call it.
    pub(super) alias: Option<&'a str>,
    pub(super) saved: &'a SavedFunction,
    pub(super) parsed: Arc<Parsed>,
    /// What the same query meant before.
    pub(super) before: Option<Arc<Meaning>>,
}

/// What queries find otherwise than when they were analysed.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Watchlists.
    pub(super) watchlists: bool,
    /// Which functions there are, so that another name may be suggested for one that is not there.
    pub(super) suggestions: bool,
    /// Functions of the folder, by name.
    pub(super) functions: HashSet<String>,
}

impl Changed {
    /// Whether a query may mean something else than before.
    pub(super) fn concerns(&self, meaning: &Meaning) -> bool {
        self.suggestions && !meaning.analysis.diagnostics.is_empty()
            || self.watchlists && is_named(&meaning.parsed, |name| name == "_GetWatchlist")
            || !self.functions.is_empty() && is_named(&meaning.parsed, |name| self.functions.contains(name))
    }

    /// The meaning of a query: what it was, where nothing that it finds has changed.
    pub(super) fn meaning(
        &self,
        parsed: &Arc<Parsed>,
        before: Option<&Arc<Meaning>>,
        environment: &Environment,
    ) -> Arc<Meaning> {
        match before.filter(|before| !self.concerns(before)) {
            Some(before) => Arc::clone(before),
            None => Arc::new(Meaning::new(Arc::clone(parsed), environment)),
        }
    }
}

/// The functions of which each is the first with its alias, by that alias.
pub(super) fn positions<'a>(aliases: impl Iterator<Item = Option<&'a str>>) -> HashMap<&'a str, usize> {
    let mut positions = HashMap::new();
    for (at, alias) in aliases.enumerate() {
        if let Some(alias) = alias {
            positions.entry(alias).or_insert(at);
        }
    }
    positions
}

/// Which functions a query calls, by position, each once.
pub(super) fn called(reads: &[Read], positions: &HashMap<&str, usize>) -> Vec<usize> {
    let mut found = Vec::new();
    let calls = reads.iter().filter(|read| read.kind == ReadKind::Function);
    for at in calls.filter_map(|read| positions.get(&*read.name)) {
        if !found.contains(at) {
            found.push(*at);
        }
    }
    found
}

/// Analyses functions, each after those that it calls, and adds them to the environment. Of several with one alias the first is
/// the one that is called. Those that call each other in a circle may return any column.
///
/// `known` has the functions as they were before; each that is now another is added to `changed`.
pub(super) fn analyze(
    functions: &[Parsing<'_>],
    environment: &mut Environment,
    known: &HashMap<String, CatalogFunction>,
    changed: &mut Changed,
) -> Vec<Arc<Meaning>> {
    let positions = positions(functions.iter().map(|function| function.alias));
    for (alias, at) in &positions {
        environment.add_function(*alias, functions[*at].saved.unresolved());
    }
    // A query that names an alias may call it; whether it does is known only once it is analysed.
    let named: Vec<Vec<usize>> =
        functions.iter().map(|function| named(&function.parsed, &positions)).collect();
    let (waves, rest) = CallGraph::new(named).waves();
    let mut done: Vec<Option<Arc<Meaning>>> = vec![None; functions.len()];
    for wave in waves {
        let meanings = parallel::map(&wave, |at| {
            let function = &functions[*at];
            changed.meaning(&function.parsed, function.before.as_ref(), environment)
        });
        for (at, meaning) in wave.into_iter().zip(meanings) {
            add(&functions[at], at, &meaning, &positions, environment, known, changed);
            done[at] = Some(meaning);
        }
    }
    // Names that lead in a circle are mostly those of columns: what is really called is known without what it returns.
    let anew = |at: &usize, environment: &Environment| {
        Arc::new(Meaning::new(Arc::clone(&functions[*at].parsed), environment))
    };
    let first = parallel::map(&rest, |at| anew(at, environment));
    let place_in_rest: HashMap<usize, usize> =
        rest.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    let calls = first.iter().map(|meaning| {
        let called = called(meaning.analysis.reads(), &positions);
        called.iter().filter_map(|at| place_in_rest.get(at).copied()).collect()
    });
    let graph = CallGraph::new(calls.collect());
    for place in graph.order() {
        let at = rest[place];
        let meaning = match graph.calls(place) {
            [] => Arc::clone(&first[place]),
            _ => anew(&at, environment),
        };
        add(&functions[at], at, &meaning, &positions, environment, known, changed);
        done[at] = Some(meaning);
    }
    done.into_iter().flatten().collect()
}

/// Adds a function that was analysed, unless another one has its alias.
fn add(
    function: &Parsing<'_>,
    at: usize,
    meaning: &Meaning,
    positions: &HashMap<&str, usize>,
    environment: &mut Environment,
    known: &HashMap<String, CatalogFunction>,
    changed: &mut Changed,
) {
    let Some(alias) = function.alias.filter(|alias| positions.get(alias) == Some(&at)) else { return };
    let returning = function.saved.returning(&meaning.parsed, &meaning.analysis);
    if known.get(alias) != Some(&returning) {
        changed.functions.insert(alias.to_owned());
    }
    environment.add_function(alias, returning);
}

/// The functions whose names are somewhere in a query, by position, each once.
fn named(parsed: &Parsed, positions: &HashMap<&str, usize>) -> Vec<usize> {
    let mut found = Vec::new();
    is_named(parsed, |name| {
        if let Some(at) = positions.get(name).filter(|at| !found.contains(*at)) {
            found.push(*at);
        }
        false
    });
    found
}

/// Whether a name that is wanted is somewhere in a query, also as `['name']`.
fn is_named(parsed: &Parsed, mut is_wanted: impl FnMut(&str) -> bool) -> bool {
    let tree = &parsed.tree;
    tree.tokens.iter().any(|token| match token.kind {
        TokenKind::Identifier => is_wanted(token.text(&tree.source)),
        TokenKind::String => literal::decode(token.text(&tree.source)).is_some_and(|name| is_wanted(&name)),
        _ => false,
    })
}
