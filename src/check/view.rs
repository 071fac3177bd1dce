//! What the checks look at, with what several of them need worked out once.

use std::ops::Deref;

use sentinel_schema::Environment;

use super::Context;
use super::workspace::environment;
use crate::compile::parsers::declaration;
use crate::compile::{Compiled, WatchlistSource};
use crate::config::Config;
use crate::diagnostic::{FileId, SourceMap, Span};
use crate::document::{AnalyticsRule, Parser, Text};
use crate::resource::{Duration, RuleKind};

/// The folder as the checks see it.
pub(super) struct View<'a> {
    /// The files.
    pub(super) map: &'a SourceMap,
    /// The settings.
    pub(super) config: &'a Config,
    /// The analytics rules.
    pub(super) rules: Vec<RuleView<'a>>,
    /// The watchlists.
    pub(super) watchlists: &'a [WatchlistSource],
    /// The parsers.
    pub(super) parsers: &'a [Parser],
    /// Resources that no document of a rule, watchlist or parser describes: those made from indicators.
    pub(super) generated: Vec<&'a Compiled>,
    /// What queries find in the workspace.
    pub(super) workspace: Environment,
    parser_queries: Vec<ParserQuery<'a>>,
}

/// The query of a parser, which several checks look at.
struct ParserQuery<'a> {
    query: &'a Text,
    /// How long the declaration of the parameters before it is.
    declared: usize,
    parsed: kql::Parsed,
    analysis: kql::Analysis,
}

impl<'a> View<'a> {
    /// The view of a context. Each query is read and analysed here, once.
    pub(super) fn new(context: Context<'a>) -> Self {
        let Context { map, folder, compiled, config } = context;
        let indicators: std::collections::HashSet<FileId> = folder
            .rules
            .iter()
            .map(|rule| rule.file)
            .chain(folder.watchlists.iter().map(|w| w.document.file))
            .chain(folder.parsers.iter().map(|parser| parser.file))
            .collect();
        let workspace = environment(folder, compiled, &config.schema);
        Self {
            map,
            config,
            rules: folder.rules.iter().map(|document| RuleView::new(map, document, &workspace)).collect(),
            watchlists: &folder.watchlists,
            parsers: &folder.parsers,
            generated: compiled
                .iter()
                .filter(|made| made.files.first().is_none_or(|file| !indicators.contains(file)))
                .collect(),
            parser_queries: folder.parsers.iter().filter_map(|p| ParserQuery::new(p, &workspace)).collect(),
            workspace,
        }
    }
}

/// What looks at a parser's query: its syntax, its meaning, and the way from a place in it to the file, where it is none of
/// the parameters'.
pub(super) type LookAtParser<'l> =
    &'l mut dyn FnMut(&kql::Parsed, &kql::Analysis, &dyn Fn(kql::Span) -> Option<Span>);

impl View<'_> {
    /// Looks at each parser's query behind the declaration of its parameters, of which other checks speak.
    pub(super) fn each_parser_query(&self, look: LookAtParser<'_>) {
        for ParserQuery { query, declared, parsed, analysis } in &self.parser_queries {
            look(parsed, analysis, &|place| {
                let range = place.range();
                let start = range.start.checked_sub(*declared)?;
                Some(query.locate(self.map, start..range.end.checked_sub(*declared)?))
            });
        }
    }
}

impl<'a> ParserQuery<'a> {
    fn new(parser: &'a Parser, workspace: &Environment) -> Option<Self> {
        let query = parser.query.as_ref()?;
        let declaration = declaration(parser);
        let text = format!("{declaration}{}", query.as_str());
        let parsed = kql::parse(text);
        let analysis = kql::analyze(&parsed, workspace);
        Some(Self { query, declared: declaration.len(), parsed, analysis })
    }
}

/// An analytics rule with what its query means.
pub(super) struct RuleView<'a> {
    document: &'a AnalyticsRule,
    /// Scheduled unless the file says NRT.
    pub(super) kind: RuleKind,
    /// The query, unless it is missing or blank.
    pub(super) query: Option<Query<'a>>,
    /// The first line of the mapping: where a message about something missing points at.
    pub(super) head: Span,
}

/// A query and what it means.
pub(super) struct Query<'a> {
    /// The text.
    pub(super) text: &'a Text,
    /// Its tokens.
    pub(super) lexed: kql::Lexed<'a>,
    /// Its tree, and what is wrong with its syntax.
    pub(super) parsed: kql::Parsed,
    /// Its meaning, and what is wrong with that.
    pub(super) analysis: kql::Analysis,
}

impl<'a> Query<'a> {
    fn new(text: &'a Text, workspace: &Environment) -> Self {
        let parsed = kql::parse(text.as_str());
        let analysis = kql::analyze(&parsed, workspace);
        let tree = &parsed.tree;
        let lexed =
            kql::Lexed { source: text.as_str(), tokens: tree.tokens.clone(), diagnostics: Vec::new() };
        Self { text, lexed, parsed, analysis }
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

    /// The place in the file of a place in the query.
    pub(super) fn locate(&self, map: &SourceMap, span: kql::Span) -> Span {
        self.text.locate(map, span.range())
    }
}

impl<'a> RuleView<'a> {
    fn new(map: &SourceMap, document: &'a AnalyticsRule, workspace: &Environment) -> Self {
        let query = document
            .query
            .as_ref()
            .filter(|text| !text.trim().is_empty())
            .map(|text| Query::new(text, workspace));
        Self {
            document,
            kind: document
                .kind
                .as_ref()
                .and_then(|kind| RuleKind::parse(kind))
                .unwrap_or(RuleKind::Scheduled),
            query,
            head: first_line(map, document.span),
        }
    }

    /// The document, for longer than the view lives.
    pub(super) fn document(&self) -> &'a AnalyticsRule {
        self.document
    }

    /// How often the rule runs; `None` for NRT and where the text is no duration.
    pub(super) fn frequency(&self) -> Option<Duration> {
        self.scheduled(self.document.query_frequency.as_ref())
    }

    /// How far back the query looks; `None` for NRT and where the text is no duration.
    pub(super) fn period(&self) -> Option<Duration> {
        self.scheduled(self.document.query_period.as_ref())
    }

    fn scheduled(&self, text: Option<&Text>) -> Option<Duration> {
        text.filter(|_| self.kind == RuleKind::Scheduled).and_then(|text| Duration::parse(text).ok())
    }
}

impl Deref for RuleView<'_> {
    type Target = AnalyticsRule;

    fn deref(&self) -> &AnalyticsRule {
        self.document
    }
}

/// From where a mapping starts to the end of its line.
pub(super) fn first_line(map: &SourceMap, mapping: Span) -> Span {
    let text = map.file(mapping.file).text().get(mapping.start..).unwrap_or_default();
    let length = text.find(['\r', '\n']).unwrap_or(text.len());
    Span::new(mapping.file, mapping.start, mapping.start + length)
}
