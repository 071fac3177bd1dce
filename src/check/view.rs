//! What the checks look at: the documents of a folder, their queries with what these mean, and what is around them.

use std::collections::HashSet;
use std::ops::Deref;

use sentinel_schema::Environment;

use super::Context;
use crate::compile::{Compiled, WatchlistSource};
use crate::config::Config;
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::document::{AnalyticsRule, Parser};
use crate::resource::Resource;
use crate::semantic::{Models, QueryModel, WatchlistRead};

/// What is around a document. A check of one rule, query, watchlist or parser sees that and this, and no other document,
/// so that its findings stay what they are while neither changes.
pub(super) struct Surroundings<'a> {
    /// The files.
    pub(super) map: &'a SourceMap,
    /// The settings.
    pub(super) config: &'a Config,
    /// What queries find: tables, functions and watchlists.
    pub(super) environment: &'a Environment,
}

/// The folder as the checks see it.
pub(super) struct View<'a> {
    /// What is around each document.
    pub(super) around: Surroundings<'a>,
    /// The models of the queries.
    pub(super) models: &'a Models,
    /// The analytics rules.
    pub(super) rules: Vec<RuleView<'a>>,
    /// The watchlists that files describe.
    pub(super) watchlists: &'a [WatchlistSource],
    /// The parsers.
    pub(super) parsers: Vec<ParserView<'a>>,
    /// The resources that are made from indicators.
    pub(super) generated: Vec<GeneratedView<'a>>,
}

impl<'a> View<'a> {
    /// The view of a context.
    pub(super) fn new(context: Context<'a>) -> Self {
        let Context { map, folder, models, compiled, config } = context;
        let described: HashSet<FileId> = folder
            .rules
            .iter()
            .map(|rule| rule.file)
            .chain(folder.watchlists.iter().map(|w| w.document.file))
            .chain(folder.parsers.iter().map(|parser| parser.file))
            .collect();
        let generated =
            compiled.iter().filter(|made| made.files.first().is_none_or(|file| !described.contains(file)));
        Self {
            around: Surroundings { map, config, environment: models.environment() },
            models,
            rules: folder.rules.iter().map(|document| RuleView::new(models, document)).collect(),
            watchlists: &folder.watchlists,
            parsers: folder.parsers.iter().map(|document| ParserView::new(models, document)).collect(),
            generated: generated.map(|made| GeneratedView::new(models, made)).collect(),
        }
    }
}

/// Whose a query is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'a> {
    /// An analytics rule's.
    Rule(&'a AnalyticsRule),
    /// A parser's.
    Parser,
    /// That of a rule made from indicators, which nobody wrote.
    Indicators(&'a Compiled),
}

/// A query and what it means.
pub(super) struct QueryView<'a> {
    /// Whose it is.
    pub(super) owner: Owner<'a>,
    /// Its tree, and what is wrong with its syntax.
    pub(super) parsed: &'a kql::Parsed,
    /// Its meaning, and what is wrong with that.
    pub(super) analysis: &'a kql::Analysis,
    model: &'a QueryModel,
}

impl<'a> QueryView<'a> {
    fn new(owner: Owner<'a>, model: &'a QueryModel) -> Self {
        Self { owner, parsed: model.parsed(), analysis: model.analysis(), model }
    }

    /// What it reads, in the order of the text.
    pub(super) fn reads(&self) -> &'a [kql::Read] {
        self.model.reads()
    }

    /// The watchlists that it reads, in the order of the text.
    pub(super) fn watchlists(&self) -> &'a [WatchlistRead] {
        self.model.watchlists()
    }

    /// The query as somebody wrote it, without the declaration of parameters; none of one that nobody did.
    pub(super) fn written(&self) -> Option<Written<'a>> {
        let start = self.model.written_from()?;
        let tree = &self.parsed.tree;
        let first = tree.tokens.partition_point(|token| token.span.range().start < start);
        Some(Written { source: &tree.source, start, tokens: &tree.tokens[first..] })
    }

    /// Whether nothing is wrong with it that would make its result a guess.
    pub(super) fn is_sound(&self) -> bool {
        let mut found = self.parsed.diagnostics.iter().chain(&self.analysis.diagnostics);
        found.all(|found| found.severity() == kql::Severity::Warning || found.code == kql::Code::UnknownTable)
    }

    /// The place in the file of a place in the query. None in the declaration of a parser's parameters, which other
    /// checks look at; every place of a query that nobody wrote is that of its indicators.
    pub(super) fn locate(&self, map: &SourceMap, span: kql::Span) -> Option<Span> {
        self.model.locate(map, span)
    }
}

/// The part of a parsed text that somebody wrote.
pub(super) struct Written<'a> {
    /// The whole that was parsed.
    pub(super) source: &'a str,
    /// Where in it the part starts; it reaches to the end.
    pub(super) start: usize,
    /// The tokens of the part.
    pub(super) tokens: &'a [kql::Token],
}

/// An analytics rule with what its query means.
pub(super) struct RuleView<'a> {
    document: &'a AnalyticsRule,
    /// The query, unless it is missing or empty.
    pub(super) query: Option<QueryView<'a>>,
}

impl<'a> RuleView<'a> {
    fn new(models: &'a Models, document: &'a AnalyticsRule) -> Self {
        let model = models.of_file(document.file);
        Self { document, query: model.map(|model| QueryView::new(Owner::Rule(document), model)) }
    }

    /// The document, for longer than the view lives.
    pub(super) fn document(&self) -> &'a AnalyticsRule {
        self.document
    }
}

impl Deref for RuleView<'_> {
    type Target = AnalyticsRule;

    fn deref(&self) -> &AnalyticsRule {
        self.document
    }
}

/// A parser with what its query means.
pub(super) struct ParserView<'a> {
    document: &'a Parser,
    /// The query, unless it is missing or empty.
    pub(super) query: Option<QueryView<'a>>,
}

impl<'a> ParserView<'a> {
    fn new(models: &'a Models, document: &'a Parser) -> Self {
        let model = models.of_file(document.file).filter(|_| document.query.given().is_some());
        Self { document, query: model.map(|model| QueryView::new(Owner::Parser, model)) }
    }
}

impl Deref for ParserView<'_> {
    type Target = Parser;

    fn deref(&self) -> &Parser {
        self.document
    }
}

/// A resource made from indicators, with what the query of a rule means.
pub(super) struct GeneratedView<'a> {
    made: &'a Compiled,
    /// The query, where it is a rule.
    pub(super) query: Option<QueryView<'a>>,
}

impl<'a> GeneratedView<'a> {
    fn new(models: &'a Models, made: &'a Compiled) -> Self {
        let model = match &made.resource {
            Resource::AlertRule(rule) => models.of_generated(&rule.id),
            Resource::Watchlist(_) | Resource::SavedSearch(_) => None,
        };
        Self { made, query: model.map(|model| QueryView::new(Owner::Indicators(made), model)) }
    }
}

impl Deref for GeneratedView<'_> {
    type Target = Compiled;

    fn deref(&self) -> &Compiled {
        self.made
    }
}
