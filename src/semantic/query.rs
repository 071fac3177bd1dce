//! A query with what it means.

use std::sync::Arc;

use kql::{Analysis, Parsed, Read};
use sentinel_schema::Environment;

use crate::diagnostic::{FileId, SourceMap, Span};
use crate::document::Text;

/// Which query of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueryId {
    /// That of the rule or parser that a file holds.
    File(FileId),
    /// That of a rule which is made from indicators; with the resource name of the rule.
    Generated(String),
}

impl QueryId {
    /// The file of a rule or parser.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Self::File(file) => Some(*file),
            Self::Generated(_) => None,
        }
    }
}

impl From<FileId> for QueryId {
    fn from(file: FileId) -> Self {
        Self::File(file)
    }
}

/// Where a query is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In a text of a file, from this byte of what was parsed on. What comes before declares parameters.
    Written { text: Text, declared: usize },
    /// Not in any file; messages about it point here.
    Generated(Span),
}

/// A query with what it means.
#[derive(Debug, Clone)]
pub struct QueryModel {
    pub(super) id: QueryId,
    pub(super) place: Place,
    pub(super) meaning: Arc<Meaning>,
}

/// A query's tree, meaning and reads, which stay the same wherever the query moves in its file.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) parsed: Arc<Parsed>,
    pub(super) analysis: Analysis,
    watchlists: Vec<WatchlistRead>,
}

/// A watchlist that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchlistRead {
    /// Its alias, which compares by case.
    pub alias: Arc<str>,
    /// Where in the query the alias is given.
    pub span: kql::Span,
}

/// The function that gives the rows of a watchlist.
const GET_WATCHLIST: &str = "_GetWatchlist";

impl Meaning {
    pub(super) fn new(parsed: Arc<Parsed>, environment: &Environment) -> Self {
        let analysis = kql::analyze(&parsed, environment);
        let is_own = environment.layers().any(|layer| layer.has_function(GET_WATCHLIST));
        let calls = analysis.calls_of(GET_WATCHLIST).filter(|_| !is_own);
        let watchlists = calls.filter_map(|call| {
            let argument = call.argument.as_ref()?;
            Some(WatchlistRead { alias: argument.text.clone()?, span: argument.span })
        });
        let watchlists = watchlists.collect();
        Self { parsed, analysis, watchlists }
    }
}

impl QueryModel {
    /// Which query it is.
    pub fn id(&self) -> &QueryId {
        &self.id
    }

    /// Its tree, and what is wrong with its syntax. The query of a parser comes after the statement that declares its
    /// parameters.
    pub fn parsed(&self) -> &Parsed {
        &self.meaning.parsed
    }

    /// Its meaning, and what is wrong with that.
    pub fn analysis(&self) -> &Analysis {
        &self.meaning.analysis
    }

    /// What it reads, in the order of the text.
    pub fn reads(&self) -> &[Read] {
        self.meaning.analysis.reads()
    }

    /// The watchlists that it reads, in the order of the text. One whose alias only a run can tell is not among them.
    pub fn watchlists(&self) -> &[WatchlistRead] {
        &self.meaning.watchlists
    }

    /// From which byte on somebody wrote what was parsed; none of a query that nobody wrote.
    pub fn written_from(&self) -> Option<usize> {
        match &self.place {
            Place::Written { declared, .. } => Some(*declared),
            Place::Generated(_) => None,
        }
    }

    /// The place in the file of a place in the query: the whole of the indicators for a query made from them; `None` within
    /// the declaration of a parser's parameters, which is nowhere in the file.
    pub fn locate(&self, map: &SourceMap, span: kql::Span) -> Option<Span> {
        match &self.place {
            Place::Written { text, declared } => {
                let range = span.range();
                let start = range.start.checked_sub(*declared)?;
                Some(text.locate(map, start..range.end.checked_sub(*declared)?))
            }
            Place::Generated(span) => Some(*span),
        }
    }
}
