//! The models of all queries of a folder.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kql::{CatalogFunction, Parsed, ReadKind};
use sentinel_schema::{Environment, Layer, Origin};

use super::calls::CallGraph;
use super::draft::Draft;
use super::functions::{self, Changed, Parsing};
use super::parallel;
use super::query::{Meaning, QueryId, QueryModel};
use crate::diagnostic::FileId;

/// The models of all queries of a folder, and what these queries find around them.
///
/// They are made by [`update`](Self::update), which analyses again only what changed: a query whose text is another, and one
/// that names a watchlist or a function of the folder that is another. Where settings or lock file change, new models are
/// made.
#[derive(Debug)]
pub struct Models {
    /// What settings and lock file know.
    below: Arc<Environment>,
    environment: Environment,
    models: Vec<QueryModel>,
    positions: HashMap<QueryId, usize>,
    /// The models of parsers, by position in `models`.
    parsers: Vec<usize>,
    /// Those of them that are called by their alias, by position in `parsers`.
    aliases: HashMap<String, usize>,
    calls: CallGraph,
    analyzed: usize,
}

impl Models {
    /// The models of no queries, for a folder with these settings and this lock file.
    pub fn new(below: Arc<Environment>) -> Self {
        Self {
            environment: Environment::over(Arc::clone(&below), Layer::new(Origin::Folder)),
            below,
            models: Vec::new(),
            positions: HashMap::new(),
            parsers: Vec::new(),
            aliases: HashMap::new(),
            calls: CallGraph::default(),
            analyzed: 0,
        }
    }

    /// Makes the models of these queries, and of no others. `watchlists` are those of the folder.
    pub fn update(&mut self, watchlists: Layer, drafts: Vec<Draft>) {
        let environment = Environment::over(Arc::clone(&self.below), watchlists).with_custom_tables();
        let before = std::mem::replace(&mut self.environment, environment);
        let meanings: HashMap<QueryId, Arc<Meaning>> =
            self.models.drain(..).map(|model| (model.id, model.meaning)).collect();
        let (known, mut changed) = self.changes(&before, &drafts);
        let prepared = parallel::map(&drafts, |draft| Prepared::new(draft, meanings.get(&draft.id)));

        let (parsers, others): (Vec<usize>, Vec<usize>) =
            (0..drafts.len()).partition(|at| drafts[*at].function.is_some());
        let functions: Vec<Parsing<'_>> =
            parsers.iter().filter_map(|at| prepared[*at].parsing(&drafts[*at])).collect();
        let called = functions::analyze(&functions, &mut self.environment, &known, &mut changed);
        let environment = &self.environment;
        let rest = parallel::map(&others, |at| {
            let Prepared { parsed, before } = &prepared[*at];
            changed.meaning(parsed, before.as_ref(), environment)
        });

        let of_parsers = parsers.iter().copied().zip(called);
        let mut made: Vec<(usize, Arc<Meaning>)> = of_parsers.chain(others.into_iter().zip(rest)).collect();
        made.sort_unstable_by_key(|(at, _)| *at);
        self.analyzed = made.iter().filter(|(at, meaning)| !prepared[*at].is(meaning)).count();
        self.note_parsers(&drafts, &parsers, &made);
        self.positions = drafts.iter().enumerate().map(|(at, draft)| (draft.id.clone(), at)).collect();
        self.models = drafts
            .into_iter()
            .zip(made)
            .map(|(draft, (_, meaning))| QueryModel { id: draft.id, place: draft.place, meaning })
            .collect();
    }

    /// The functions of the folder as they were, and what queries find otherwise than then, as far as that is known before the
    /// parsers are analysed.
    fn changes(&self, before: &Environment, drafts: &[Draft]) -> (HashMap<String, CatalogFunction>, Changed) {
        let folder =
            |environment: &Environment| environment.layer(Origin::Folder).map(Layer::functions).cloned();
        let known: HashMap<String, CatalogFunction> =
            folder(before).unwrap_or_default().into_iter().collect();
        let now: HashSet<&str> = drafts.iter().filter_map(Draft::alias).collect();
        let gone =
            known.keys().filter(|alias| !now.contains(alias.as_str())).cloned().collect::<HashSet<_>>();
        let has_new = now.iter().any(|alias| !known.contains_key(*alias));
        let is_same = match (before.layer(Origin::Folder), self.environment.layer(Origin::Folder)) {
            (Some(before), Some(now)) => now.has_watchlists_of(before),
            _ => false,
        };
        let suggestions = has_new || !gone.is_empty();
        (known, Changed { watchlists: !is_same, suggestions, functions: gone })
    }

    fn note_parsers(&mut self, drafts: &[Draft], parsers: &[usize], made: &[(usize, Arc<Meaning>)]) {
        let positions = functions::positions(parsers.iter().map(|at| drafts[*at].alias()));
        let calls = parsers.iter().map(|at| functions::called(made[*at].1.analysis.reads(), &positions));
        self.calls = CallGraph::new(calls.collect());
        self.aliases = positions.into_iter().map(|(alias, at)| (alias.to_owned(), at)).collect();
        self.parsers = parsers.to_vec();
    }

    /// How many queries the last update analysed; the others mean what they meant before.
    pub fn analyzed(&self) -> usize {
        self.analyzed
    }

    /// What the queries find: the built-in tables and functions, those of settings and lock file, the watchlists and
    /// parsers of the folder with their columns, and any custom table.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The model of the query of a rule or parser; none where it has no query.
    pub fn of_file(&self, file: FileId) -> Option<&QueryModel> {
        self.get(&QueryId::File(file))
    }

    /// The model of the query of a rule made from indicators, by the rule's resource name.
    pub fn of_generated(&self, rule: &str) -> Option<&QueryModel> {
        self.get(&QueryId::Generated(rule.to_owned()))
    }

    /// A model by its id.
    pub fn get(&self, id: &QueryId) -> Option<&QueryModel> {
        self.positions.get(id).map(|at| &self.models[*at])
    }

    /// All models, in the order in which the queries were given.
    pub fn iter(&self) -> impl Iterator<Item = &QueryModel> {
        self.models.iter()
    }

    /// The parsers that a query calls itself, and whether it runs without them.
    pub fn called_by(&self, model: &QueryModel) -> Vec<(&QueryModel, bool)> {
        let mut found: Vec<(usize, bool)> = Vec::new();
        for read in model.reads().iter().filter(|read| read.kind == ReadKind::Function) {
            let Some(at) = self.aliases.get(&*read.name).copied() else { continue };
            match found.iter_mut().find(|(known, _)| *known == at) {
                Some((_, optional)) => *optional &= read.optional,
                None => found.push((at, read.optional)),
            }
        }
        found.into_iter().map(|(at, optional)| (&self.models[self.parsers[at]], optional)).collect()
    }

    /// The parsers that a query reaches, those that its parsers call among them, each once, and whether it runs without them.
    pub fn reached_by(&self, model: &QueryModel) -> Vec<(&QueryModel, bool)> {
        let mut found: Vec<(&QueryModel, bool)> = Vec::new();
        let mut open = self.called_by(model);
        open.reverse();
        while let Some((parser, optional)) = open.pop() {
            match found.iter_mut().find(|(known, _)| known.id() == parser.id()) {
                Some((_, known)) if optional || !*known => continue,
                Some((_, known)) => *known = false,
                None => found.push((parser, optional)),
            }
            let called = self.called_by(parser).into_iter().rev();
            open.extend(called.map(|(further, is_optional)| (further, is_optional || optional)));
        }
        found
    }

    /// The files of the parsers, each after those that it calls, otherwise in the order of the queries. Those that call each
    /// other in a circle, and what calls them, come last.
    pub fn call_order(&self) -> Vec<FileId> {
        self.files_of(self.calls.order())
    }

    /// The files of parsers that call each other in a circle: for each circle in the order of the calls.
    pub fn cycles(&self) -> Vec<Vec<FileId>> {
        self.calls.cycles().into_iter().map(|cycle| self.files_of(cycle)).collect()
    }

    fn files_of(&self, parsers: Vec<usize>) -> Vec<FileId> {
        parsers.into_iter().filter_map(|at| self.models[self.parsers[at]].id().file()).collect()
    }
}

/// A query that is parsed, with what it meant when it was the same.
struct Prepared {
    parsed: Arc<Parsed>,
    before: Option<Arc<Meaning>>,
}

impl Prepared {
    fn new(draft: &Draft, before: Option<&Arc<Meaning>>) -> Self {
        let before = before.filter(|before| *before.parsed.tree.source == *draft.text);
        let parsed = match before {
            Some(before) => Arc::clone(&before.parsed),
            None => Arc::new(kql::parse(draft.text.as_str())),
        };
        Self { parsed, before: before.cloned() }
    }

    fn parsing<'a>(&self, draft: &'a Draft) -> Option<Parsing<'a>> {
        let function = draft.function.as_ref()?;
        Some(Parsing {
            alias: function.alias.as_deref(),
            saved: &function.saved,
            parsed: Arc::clone(&self.parsed),
            before: self.before.clone(),
        })
    }

    /// Whether a meaning is the one that there was before.
    fn is(&self, meaning: &Arc<Meaning>) -> bool {
        self.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, meaning))
    }
}

#[cfg(test)]
mod tests;
