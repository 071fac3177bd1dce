//! Regular expressions in literals, and in what is made of literals beforehand.
//!
//! The service refuses a whole query for one bad expression. What is checked stands in the query as text: in place, behind
//! a `let`, or put together with strcat from such; and the parts of `parse kind=regex`, which are one expression.

mod engine;

use std::sync::Arc;

use super::Binder;
use super::call::Argument;
use crate::diagnostic::{Code, Diagnostic};
use crate::literal;
use crate::token::{Span, TokenKind};
use crate::tree::{ExpressionId, ParsePart};

/// An expression, with the place in the query that each of its bytes was written at; empty for what is not written.
#[derive(Debug, Default)]
struct Pattern {
    text: String,
    places: Vec<Span>,
}

impl Pattern {
    fn push(&mut self, text: &str, place: Span) {
        self.text.push_str(text);
        self.places.resize(self.text.len(), place);
    }

    /// The place of some of its bytes, as far as they were written in one piece.
    fn place(&self, start: usize, end: usize) -> Option<Span> {
        let written = self.places.get(start..end.max(start + 1).min(self.places.len()))?;
        let mut written = written.iter().filter(|place| !place.is_empty());
        let first = *written.next()?;
        // Behind a gap another text begins, with a quote or a column in between.
        Some(
            written
                .fold(first, |whole, place| if place.start <= whole.end { whole.to(*place) } else { whole }),
        )
    }
}

/// Which argument of a function is a regular expression.
fn regex_argument(function: &str, arguments: &[Argument]) -> Option<usize> {
    match function {
        "extract" | "extract_all" | "extractall" | "replace" | "trim" | "trim_start" | "trim_end" => Some(0),
        "replace_regex" | "indexof_regex" => Some(1),
        "countof" => {
            let kind = arguments.get(2).and_then(Argument::text);
            (kind.as_deref() == Some("regex")).then_some(1)
        }
        _ => None,
    }
}

impl Binder<'_> {
    /// Looks at the expression among a function's arguments, where there is one.
    pub(super) fn check_regex_argument(&mut self, function: &str, arguments: &[Argument]) {
        if let Some(argument) = regex_argument(function, arguments).and_then(|at| arguments.get(at)) {
            self.check_regex(argument.id, argument.written());
        }
    }

    /// Looks at an expression that is used at `used` and is made of the literals `written`; what is computed is known to
    /// the service alone.
    pub(super) fn check_regex(&mut self, used: ExpressionId, written: Option<Arc<[ExpressionId]>>) {
        let Some(written) = written else { return };
        let mut pattern = Pattern::default();
        if written.iter().all(|literal| self.push_literal(&mut pattern, *literal)) {
            self.check_pattern(&pattern, self.span(used));
        }
    }

    /// Looks at what `parse kind=regex` makes of its parts: columns and stars between texts match anything.
    pub(super) fn check_parse_regex(&mut self, parts: &[ParsePart]) {
        let mut pattern = Pattern::default();
        let mut used = Span::default();
        for part in parts {
            match part {
                ParsePart::Text(literal) => {
                    if !self.push_literal(&mut pattern, *literal) {
                        return;
                    }
                    let span = self.span(*literal);
                    used = if used.is_empty() { span } else { used.to(span) };
                }
                ParsePart::Column(_) => pattern.push("(.*?)", Span::default()),
                ParsePart::Star(_) => pattern.push(".*?", Span::default()),
            }
        }
        self.check_pattern(&pattern, used);
    }

    /// Appends a string literal, which may be several strings side by side; `false` where one of them is no string.
    fn push_literal(&self, pattern: &mut Pattern, id: ExpressionId) -> bool {
        let range = self.tree.expression(id).tokens;
        let tokens = self.tree.tokens.get(range.first as usize..range.end as usize).unwrap_or_default();
        tokens.iter().filter(|token| token.kind == TokenKind::String).all(|token| {
            let written = token.text(&self.tree.source);
            let Some(text) = literal::decode(written) else { return false };
            match literal::places(written) {
                Some(places) if places.len() == text.len() => {
                    pattern.text.push_str(&text);
                    pattern.places.extend(places.into_iter().map(|(start, end)| {
                        Span::new(token.span.start + start as u32, token.span.start + end as u32)
                    }));
                }
                _ => pattern.push(&text, token.span),
            }
            true
        })
    }

    fn check_pattern(&mut self, pattern: &Pattern, used: Span) {
        let Some(fault) = engine::fault(&pattern.text) else { return };
        let last = pattern.text.len().saturating_sub(1);
        let place = pattern.place(fault.start.min(last), fault.end).unwrap_or(used);
        let is_here = used.start <= place.start && place.end <= used.end;
        if self.diagnostics.iter().any(|found| found.code == Code::InvalidRegex && found.span == place) {
            // A constant that is used twice is wrong once.
            return;
        }
        let message = if is_here {
            format!("this is no regular expression: {}", fault.message)
        } else {
            let line = self.tree.source[..used.start as usize].matches('\n').count() + 1;
            format!("this is used as a regular expression on line {line} and is none: {}", fault.message)
        };
        self.report(
            Diagnostic::new(Code::InvalidRegex, place, message)
                .with_help("the syntax is that of RE2, without lookaround and backreferences"),
        );
    }
}
