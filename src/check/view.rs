//! What the checks look at: the documents of a folder, their queries with what these mean, and what is around them.

use std::collections::HashSet;
use std::ops::Deref;

use sentinel_schema::Environment;

use super::Context;
use super::workspace::environment;
use crate::compile::parsers::declaration;
use crate::compile::{Compiled, WatchlistSource};
use crate::config::Config;
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::document::{AnalyticsRule, Parser, Text};
use crate::resource::Resource;
use crate::semantic::parser::alias;

/// What is around a document. A check of one rule, query, watchlist or parser sees that and this, and no other document,
/// so that its findings stay what they are while neither changes.
pub(super) struct Surroundings<'a> {
    /// The files.
    pub(super) map: &'a SourceMap,
    /// The settings.
    pub(super) config: &'a Config,
    /// What queries find in the workspace.
    pub(super) workspace: Environment,
    /// The aliases of all watchlists that the folder describes or makes, or that the settings name.
    pub(super) watchlists: HashSet<&'a str>,
    /// Whether a watchlist of the folder has an alias that cannot be read, so that it may be any.
    pub(super) has_unnamed_watchlist: bool,
    /// The aliases of the folder's parsers.
    pub(super) functions: HashSet<&'a str>,
}

/// The folder as the checks see it.
pub(super) struct View<'a> {
    /// What is around each document.
    pub(super) around: Surroundings<'a>,
    /// The analytics rules.
    pub(super) rules: Vec<RuleView<'a>>,
    /// The watchlists that files describe.
    pub(super) watchlists: &'a [WatchlistSource],
    /// The parsers.
    pub(super) parsers: Vec<ParserView<'a>>,
    /// The documents of the parsers.
    pub(super) documents: &'a [Parser],
    /// The resources that are made from indicators.
    pub(super) generated: Vec<GeneratedView<'a>>,
}

impl<'a> View<'a> {
    /// The view of a context. Each query is read and analysed here, once.
    pub(super) fn new(context: Context<'a>) -> Self {
        let Context { map, folder, compiled, config } = context;
        let described: HashSet<FileId> = folder
            .rules
            .iter()
            .map(|rule| rule.file)
            .chain(folder.watchlists.iter().map(|w| w.document.file))
            .chain(folder.parsers.iter().map(|parser| parser.file))
            .collect();
        let generated =
            || compiled.iter().filter(|made| made.files.first().is_none_or(|file| !described.contains(file)));
        let files = folder.watchlists.iter().filter_map(|watchlist| watchlist.document.alias.name());
        let settings = config.external_watchlists.iter().map(String::as_str);
        let made = generated().filter_map(|made| match &made.resource {
            Resource::Watchlist(watchlist) => Some(watchlist.alias.as_str()),
            Resource::AlertRule(_) | Resource::SavedSearch(_) => None,
        });
        let around = Surroundings {
            map,
            config,
            workspace: environment(folder, compiled, &config.schema),
            watchlists: files.chain(settings).chain(made).map(str::trim).collect(),
            has_unnamed_watchlist: folder
                .watchlists
                .iter()
                .any(|watchlist| watchlist.document.alias.is_refused()),
            functions: folder.parsers.iter().filter_map(alias).collect(),
        };
        Self {
            rules: folder.rules.iter().map(|document| RuleView::new(&around, document)).collect(),
            watchlists: &folder.watchlists,
            documents: &folder.parsers,
            parsers: folder.parsers.iter().map(|document| ParserView::new(&around, document)).collect(),
            generated: generated().map(|made| GeneratedView::new(&around, made)).collect(),
            around,
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
    pub(super) parsed: kql::Parsed,
    /// Its meaning, and what is wrong with that.
    pub(super) analysis: kql::Analysis,
    place: Place<'a>,
}

/// Where a query is.
enum Place<'a> {
    /// In a text of the file, after so many bytes that only the analysis has.
    Written { text: &'a Text, declared: usize },
    /// Nowhere in a file; messages about it point at this place.
    Made(Span),
}

impl<'a> QueryView<'a> {
    fn new(around: &Surroundings<'_>, owner: Owner<'a>, text: &str, place: Place<'a>) -> Self {
        let parsed = kql::parse(text);
        let analysis = kql::analyze(&parsed, &around.workspace);
        Self { owner, parsed, analysis, place }
    }

    /// Its tokens.
    pub(super) fn lexed(&self) -> kql::Lexed<'_> {
        let tree = &self.parsed.tree;
        kql::Lexed { source: &tree.source, tokens: tree.tokens.clone(), diagnostics: Vec::new() }
    }

    /// The query as somebody wrote it; none of one that nobody did.
    pub(super) fn written(&self) -> Option<&'a Text> {
        match self.place {
            Place::Written { text, .. } => Some(text),
            Place::Made(_) => None,
        }
    }

    /// Whether the language finds something wrong at a place.
    pub(super) fn is_wrong_at(&self, span: kql::Span) -> bool {
        let mut found = self.parsed.diagnostics.iter().chain(&self.analysis.diagnostics);
        found.any(|found| found.span.start <= span.end && span.start <= found.span.end)
    }

    /// Whether nothing is wrong with it that would make its result a guess.
    pub(super) fn is_sound(&self) -> bool {
        let mut found = self.parsed.diagnostics.iter().chain(&self.analysis.diagnostics);
        found.all(|found| found.severity() == kql::Severity::Warning || found.code == kql::Code::UnknownTable)
    }

    /// The place in the file of a place in the query. None in the declaration of a parser's parameters, which other
    /// checks look at; every place of a query that nobody wrote is that of its indicators.
    pub(super) fn locate(&self, map: &SourceMap, span: kql::Span) -> Option<Span> {
        match self.place {
            Place::Written { text, declared } => {
                let range = span.range();
                let start = range.start.checked_sub(declared)?;
                Some(text.locate(map, start..range.end.checked_sub(declared)?))
            }
            Place::Made(span) => Some(span),
        }
    }
}

/// An analytics rule with what its query means.
pub(super) struct RuleView<'a> {
    document: &'a AnalyticsRule,
    /// The query, unless it is missing or empty.
    pub(super) query: Option<QueryView<'a>>,
}

impl<'a> RuleView<'a> {
    fn new(around: &Surroundings<'_>, document: &'a AnalyticsRule) -> Self {
        let query = document.query.given().map(|text| {
            let place = Place::Written { text, declared: 0 };
            QueryView::new(around, Owner::Rule(document), text.as_str(), place)
        });
        Self { document, query }
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
    fn new(around: &Surroundings<'_>, document: &'a Parser) -> Self {
        let query = document.query.given().map(|text| {
            let declaration = declaration(document);
            let place = Place::Written { text, declared: declaration.len() };
            QueryView::new(around, Owner::Parser, &(declaration + text.as_str()), place)
        });
        Self { document, query }
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
    fn new(around: &Surroundings<'_>, made: &'a Compiled) -> Self {
        let query = match &made.resource {
            Resource::AlertRule(rule) => {
                let text = rule.properties.query.as_str();
                Some(QueryView::new(around, Owner::Indicators(made), text, Place::Made(made.span)))
            }
            Resource::Watchlist(_) | Resource::SavedSearch(_) => None,
        };
        Self { made, query }
    }
}

impl Deref for GeneratedView<'_> {
    type Target = Compiled;

    fn deref(&self) -> &Compiled {
        self.made
    }
}
