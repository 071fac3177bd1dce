//! Names read from tokens alone: which function a query calls with which string, which tables it reads, and whether it
//! reads all of them.
//!
//! These readings need no tree and no schema, so that they hold for a query that does not parse. They are conservative:
//! what they return is there; what is hidden behind functions or computed names they do not see.

mod sources;

use std::collections::HashMap;

use crate::literal;
use crate::token::{Lexed, Span, Token, TokenKind};

/// One call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function's name where it stands.
    pub name: Span,
    /// The first argument.
    pub argument: Argument,
}

/// The first argument of a call, as far as tokens tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A string literal, several of them side by side (which the language joins), or a name bound to one by `let`.
    Literal {
        /// The text it stands for.
        value: String,
        /// The argument in the call: the literal, or the name.
        span: Span,
    },
    /// Something that only a run can tell.
    Dynamic {
        /// The argument in the call.
        span: Span,
    },
    /// No argument.
    Missing {
        /// The empty place behind the opening bracket.
        span: Span,
    },
}

/// A name that stands where a table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRef {
    /// The name, brackets and quotes taken off.
    pub name: String,
    /// Where it stands, brackets and quotes counted.
    pub span: Span,
    /// Whether the query runs without it: it stands inside a `union isfuzzy=true`.
    pub optional: bool,
}

/// The calls of `name` in the order of the text, comments and strings left out. Names compare by case, as the language
/// does.
///
/// ```
/// use kql::names::{Argument, calls};
/// let lexed = kql::lex("let wl = 'vips'; _GetWatchlist ( wl )");
/// let call = &calls(&lexed, "_GetWatchlist")[0];
/// assert!(matches!(&call.argument, Argument::Literal { value, .. } if value == "vips"));
/// ```
pub fn calls(lexed: &Lexed<'_>, name: &str) -> Vec<Call> {
    let cursor = Cursor::new(lexed);
    let bound = string_lets(&cursor);
    (0..cursor.tokens.len())
        .filter(|at| cursor.is_word(*at, name) && cursor.kind(at + 1) == TokenKind::OpenParen)
        // A name behind a point is a property of something else.
        .filter(|at| !at.checked_sub(1).is_some_and(|before| cursor.kind(before) == TokenKind::Dot))
        .map(|at| Call { name: cursor.tokens[at].span, argument: cursor.argument(at + 1, &bound) })
        .collect()
}

/// The names that stand where a table is read, in the order of the text: at the start of a statement, of a `let`'s
/// value or of a bracketed pipe, and as a source of `union`, `join`, `lookup`, `find in` and `search in`; and the
/// argument of `table('…')`.
///
/// Left out are names bound by `let`, by `as` or as a parameter, calls of other functions, names with a wildcard, and
/// names behind `cluster(…).`, `database(…).`, `workspace(…).` or another path: they live elsewhere.
pub fn source_names(lexed: &Lexed<'_>) -> Vec<NameRef> {
    sources::SourceReader::new(Cursor::new(lexed)).read()
}

/// The places of `search *` and `union *`, parameters between the two included: from the operator to the star.
pub fn mentions_star(lexed: &Lexed<'_>) -> Vec<Span> {
    let cursor = Cursor::new(lexed);
    let mut found = Vec::new();
    for at in 0..cursor.tokens.len() {
        if !(cursor.is_word(at, "search") || cursor.is_word(at, "union")) || !cursor.opens_operator(at) {
            continue;
        }
        let mut next = cursor.skip_parameters(at + 1);
        // Of a union any source may be the star, of a search only what stands first.
        let mut depth = 0usize;
        loop {
            match cursor.kind(next) {
                TokenKind::Star if depth == 0 && cursor.is_alone(next) => {
                    found.push(cursor.tokens[at].span.to(cursor.tokens[next].span));
                    break;
                }
                _ if cursor.is_word(at, "search") => break,
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen if depth > 0 => depth -= 1,
                TokenKind::CloseParen | TokenKind::End => break,
                TokenKind::Bar | TokenKind::Semicolon if depth == 0 => break,
                _ => {}
            }
            next += 1;
        }
    }
    found
}

/// The significant tokens with their source. Every index is answered; past the end stands the end.
struct Cursor<'s> {
    source: &'s str,
    tokens: Vec<Token>,
}

impl<'s> Cursor<'s> {
    fn new(lexed: &Lexed<'s>) -> Self {
        Cursor { source: lexed.source, tokens: lexed.significant().collect() }
    }

    fn kind(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::End, |token| token.kind)
    }

    fn span(&self, at: usize) -> Span {
        let end = self.source.len() as u32;
        self.tokens.get(at).map_or(Span::new(end, end), |token| token.span)
    }

    fn text(&self, at: usize) -> &'s str {
        self.span(at).text(self.source)
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.kind(at) == TokenKind::Identifier && self.text(at) == word
    }

    /// Whether the token is the first of a statement, of a bracket, or of a pipe's stage.
    fn opens_operator(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        use TokenKind::*;
        matches!(self.kind(before), Bar | Semicolon | OpenParen | OpenBrace | Equal)
    }

    /// Whether a star is a source of its own and no part of `Security*`.
    fn is_alone(&self, at: usize) -> bool {
        let touches = |one: usize, other: usize| {
            self.kind(one) == TokenKind::Identifier || self.kind(other) == TokenKind::Identifier
        } && self.span(one).end == self.span(other).start;
        !(at.checked_sub(1).is_some_and(|before| touches(before, at)) || touches(at, at + 1))
    }

    /// Moves past `kind=inner`, `hint.strategy = shuffle` and their like.
    fn skip_parameters(&self, mut at: usize) -> usize {
        while matches!(self.kind(at), TokenKind::Identifier | TokenKind::Keyword)
            && self.kind(at + 1) == TokenKind::Equal
        {
            at += 3;
        }
        at
    }

    /// The joined text of the string literals from `at` on, and the index behind them; `None` where none stands there
    /// or one is broken.
    fn strings(&self, at: usize) -> Option<(String, usize)> {
        let mut joined = String::new();
        let mut next = at;
        while self.kind(next) == TokenKind::String {
            joined.push_str(&literal::decode(self.text(next))?);
            next += 1;
        }
        (next > at).then_some((joined, next))
    }

    /// The name at `at`, plain or in brackets, with the index behind it.
    fn name(&self, at: usize) -> Option<(String, usize)> {
        match self.kind(at) {
            TokenKind::Identifier => Some((self.text(at).to_owned(), at + 1)),
            TokenKind::OpenBracket => {
                let (name, next) = self.strings(at + 1)?;
                (self.kind(next) == TokenKind::CloseBracket).then_some((name, next + 1))
            }
            _ => None,
        }
    }

    /// The first argument behind the bracket at `open`.
    fn argument(&self, open: usize, bound: &HashMap<String, String>) -> Argument {
        use TokenKind::*;
        let first = open + 1;
        let ends = |at: usize| matches!(self.kind(at), Comma | CloseParen | End);
        if ends(first) {
            let place = self.span(open).end;
            return Argument::Missing { span: Span::new(place, place) };
        }
        if let Some((value, next)) = self.strings(first)
            && ends(next)
        {
            return Argument::Literal { value, span: self.span(first).to(self.span(next - 1)) };
        }
        if let Some((name, next)) = self.name(first)
            && ends(next)
            && let Some(value) = bound.get(&name)
        {
            return Argument::Literal {
                value: value.clone(),
                span: self.span(first).to(self.span(next - 1)),
            };
        }
        let mut depth = 0usize;
        let mut last = first;
        for at in first..self.tokens.len() {
            match self.kind(at) {
                OpenParen | OpenBracket | OpenBrace => depth += 1,
                Comma | CloseParen | End if depth == 0 => break,
                CloseParen | CloseBracket | CloseBrace => depth = depth.saturating_sub(1),
                End => break,
                _ => {}
            }
            last = at;
        }
        Argument::Dynamic { span: self.span(first).to(self.span(last)) }
    }
}

/// Names that one `let` binds to a string literal. A name bound twice is nobody's.
fn string_lets(cursor: &Cursor<'_>) -> HashMap<String, String> {
    let mut bound: HashMap<String, Option<String>> = HashMap::new();
    for at in 0..cursor.tokens.len() {
        if !cursor.is_word(at, "let") || !cursor.opens_operator(at) {
            continue;
        }
        let Some((name, next)) = cursor.name(at + 1) else {
            continue;
        };
        if cursor.kind(next) != TokenKind::Equal {
            continue;
        }
        let value = cursor
            .strings(next + 1)
            .filter(|(_, end)| matches!(cursor.kind(*end), TokenKind::Semicolon | TokenKind::End))
            .map(|(value, _)| value);
        bound.entry(name).and_modify(|before| *before = None).or_insert(value);
    }
    bound.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex;

    fn watchlists(query: &str) -> Vec<String> {
        let lexed = lex(query);
        calls(&lexed, "_GetWatchlist")
            .into_iter()
            .map(|call| match call.argument {
                Argument::Literal { value, span } => format!("{value} at `{}`", span.text(query)),
                Argument::Dynamic { span } => format!("dynamic `{}`", span.text(query)),
                Argument::Missing { .. } => "missing".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_watchlist_is_read_through_quotes_blanks_and_comments() {
        assert_eq!(
            watchlists(
                "_GetWatchlist('a') | join (_GetWatchlist ( // which\n \"b\" , x)) on y; _GetWatchlist(@'c')"
            ),
            ["a at `'a'`", "b at `\"b\"`", "c at `@'c'`"]
        );
    }

    #[test]
    fn a_watchlist_named_by_a_let_is_resolved() {
        assert_eq!(watchlists("let wl = 'vip'; _GetWatchlist(wl)"), ["vip at `wl`"]);
        assert_eq!(watchlists("let ['w l'] = 'v' 'ip'; _GetWatchlist(['w l'])"), ["vip at `['w l']`"]);
    }

    #[test]
    fn what_only_a_run_can_tell_is_dynamic() {
        assert_eq!(
            watchlists(
                "let a = 'x'; let a = 'y'; let f = (b:string) { _GetWatchlist(b) }; _GetWatchlist(a); _GetWatchlist(strcat('x', 'y'), 1); _GetWatchlist()"
            ),
            ["dynamic `b`", "dynamic `a`", "dynamic `strcat('x', 'y')`", "missing"]
        );
    }

    #[test]
    fn strings_and_comments_call_nothing() {
        assert_eq!(
            watchlists(
                "T | where x == \"_GetWatchlist('a')\" // _GetWatchlist('b')\n | where y._GetWatchlist('c')"
            ),
            [""; 0]
        );
    }

    fn stars(query: &str) -> Vec<&str> {
        mentions_star(&lex(query)).into_iter().map(|span| span.text(query)).collect()
    }

    #[test]
    fn a_search_or_union_of_everything_is_found() {
        assert_eq!(stars("search * | where x"), ["search *"]);
        assert_eq!(stars("union   * | take 1"), ["union   *"]);
        assert_eq!(
            stars("let a = search kind=case_sensitive *; T | union withsource=S isfuzzy=true *"),
            ["search kind=case_sensitive *", "union withsource=S isfuzzy=true *"]
        );
        assert_eq!(stars("union A, (B | take 1), *"), ["union A, (B | take 1), *"]);
    }

    #[test]
    fn a_star_elsewhere_is_not_everything() {
        assert_eq!(
            stars("union Sec*, *Log, A | extend union = 2 * 3, search = count_ * 2 | distinct *"),
            [""; 0]
        );
        assert_eq!(stars("T | where x == 'search *' // union *\n | project search, union"), [""; 0]);
        assert_eq!(stars("search 'x' | extend y = 2 * 3"), [""; 0]);
    }

    #[test]
    fn broken_queries_are_read_as_far_as_they_go() {
        for query in [
            "",
            "let",
            "let x",
            "let x =",
            "union",
            "join (",
            ")))",
            "]}|;",
            "_GetWatchlist(",
            "['",
            "table(",
            "search in (",
        ] {
            let lexed = lex(query);
            source_names(&lexed);
            mentions_star(&lexed);
            calls(&lexed, "_GetWatchlist");
        }
    }
}
