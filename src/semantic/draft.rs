//! Queries before anything is known of them.

use sentinel_schema::SavedFunction;

use super::parser;
use super::query::{Place, QueryId};
use crate::diagnostic::Span;
use crate::document::{AnalyticsRule, Parser};

/// A query of which nothing is known yet.
#[derive(Debug)]
pub struct Draft {
    pub(super) id: QueryId,
    /// What is parsed: the query, after the declaration of parameters where there are any.
    pub(super) text: String,
    pub(super) place: Place,
    /// What it makes, where it is a parser's.
    pub(super) function: Option<Function>,
}

/// A function that a query makes.
#[derive(Debug, Default)]
pub(super) struct Function {
    /// The name by which queries call it.
    pub(super) alias: Option<String>,
    /// What it takes.
    pub(super) saved: SavedFunction,
}

impl Draft {
    /// The query of a rule; none where it is missing or empty.
    pub fn of_rule(rule: &AnalyticsRule) -> Option<Self> {
        let text = rule.query.given()?;
        Some(Self {
            id: QueryId::File(rule.file),
            text: text.as_str().to_owned(),
            place: Place::Written { text: text.clone(), declared: 0 },
            function: None,
        })
    }

    /// The query of a parser. One without any makes a function all the same, of which nothing is known but its name.
    pub fn of_parser(parser: &Parser) -> Self {
        let saved = SavedFunction::new(&parser::parameters(parser));
        let declared = saved.declaration();
        let (text, place) = match parser.query.given() {
            Some(text) => (
                format!("{declared}{}", text.as_str()),
                Place::Written { text: text.clone(), declared: declared.len() },
            ),
            None => (declared.to_owned(), Place::Generated(parser.span)),
        };
        let alias = parser::alias(parser).map(str::to_owned);
        Self { id: QueryId::File(parser.file), text, place, function: Some(Function { alias, saved }) }
    }

    /// The name by which queries call what it makes.
    pub(super) fn alias(&self) -> Option<&str> {
        self.function.as_ref()?.alias.as_deref()
    }

    /// The query of a rule made from indicators: the rule's resource name, the query, and the place that a message about it
    /// points at.
    pub fn generated(rule: impl Into<String>, query: impl Into<String>, place: Span) -> Self {
        Self {
            id: QueryId::Generated(rule.into()),
            text: query.into(),
            place: Place::Generated(place),
            function: None,
        }
    }
}
