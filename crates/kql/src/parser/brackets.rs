//! Which bracket closes which, before anything is parsed.
//!
//! Where all brackets fit, an error inside some of them ends where they close. Where they do not, one of them is
//! missing, or one is too many, and every guess at the structure behind it is wrong: only the first error of the
//! statement is said.

use crate::token::{Span, Token, TokenKind};

/// How the brackets of a query fit together. Tokens are counted without trivia.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    /// For an opening bracket, the one that closes it.
    closers: Vec<Option<u32>>,
    /// For a semicolon, whether it stands inside brackets that hold no statements.
    inside: Vec<bool>,
    /// Statements whose brackets do not fit, in order.
    pub(super) torn: Vec<Torn>,
}

/// A statement whose brackets do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Torn {
    /// Its first token.
    pub(super) first: u32,
    /// The last token that it may take: its semicolon, or the end.
    pub(super) last: u32,
    /// Where meaning is a guess: from the stage with the bracket that does not fit.
    pub(super) span: Span,
    /// Whether something was said of it.
    pub(super) said: bool,
}

impl Brackets {
    /// The token that closes the bracket which `opener` opens.
    pub(super) fn closer(&self, opener: usize) -> Option<usize> {
        self.closers.get(opener).copied().flatten().map(|closer| closer as usize)
    }

    /// Whether the semicolon `at` stands where no statement can end.
    pub(super) fn is_inside(&self, at: usize) -> bool {
        self.inside.get(at).copied().unwrap_or(false)
    }

    /// The statement whose brackets do not fit, if the token `at` belongs to one.
    pub(super) fn torn_at(&mut self, at: usize) -> Option<&mut Torn> {
        let at = at as u32;
        let place = self.torn.partition_point(|torn| torn.last < at);
        self.torn.get_mut(place).filter(|torn| torn.first <= at)
    }
}

/// A bracket that is open.
struct Open {
    at: usize,
    closes: TokenKind,
    /// Whether it holds statements, so that a semicolon within it is one's end.
    holds_statements: bool,
}

/// Fits the brackets of `tokens`, which are those without trivia, in `source`.
pub(super) fn fit(tokens: &[Token], source: &str) -> Brackets {
    use TokenKind::*;
    let mut brackets =
        Brackets { closers: vec![None; tokens.len()], inside: vec![false; tokens.len()], torn: Vec::new() };
    let stream = Stream { tokens, source };
    let mut open: Vec<Open> = Vec::new();
    let mut misfits: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let closes = match token.kind {
            OpenParen => CloseParen,
            OpenBracket => CloseBracket,
            OpenBrace => CloseBrace,
            CloseParen | CloseBracket | CloseBrace => {
                // What is open further out is closed across what is open within, but not across a body.
                let fits = open.iter().rposition(|one| one.closes == token.kind).filter(|place| {
                    token.kind == CloseBrace || open[place + 1..].iter().all(|one| one.closes != CloseBrace)
                });
                match fits {
                    Some(place) => {
                        misfits.extend(open.drain(place + 1..).map(|one| one.at));
                        brackets.closers[open[place].at] = Some(at as u32);
                        open.truncate(place);
                    }
                    None => misfits.push(at),
                }
                continue;
            }
            Semicolon if stream.ends_statement(at) => {
                let body = open.iter().rposition(|one| one.holds_statements).map_or(0, |place| place + 1);
                misfits.extend(open.drain(body..).map(|one| one.at));
                continue;
            }
            Semicolon => {
                brackets.inside[at] = open.last().is_some_and(|one| !one.holds_statements);
                continue;
            }
            _ => continue,
        };
        open.push(Open { at, closes, holds_statements: stream.holds_statements(at) });
    }
    misfits.extend(open.iter().map(|one| one.at));
    misfits.sort_unstable();
    for at in misfits {
        // A statement that is torn already is not looked at again, so that brackets without number cost little.
        if brackets.torn.last().is_some_and(|before| at as u32 <= before.last) {
            continue;
        }
        let torn = stream.torn(at);
        match brackets.torn.last_mut() {
            Some(before) if torn.first <= before.last => {
                before.last = before.last.max(torn.last);
                before.span = before.span.to(torn.span);
            }
            _ => brackets.torn.push(torn),
        }
    }
    brackets
}

struct Stream<'t> {
    tokens: &'t [Token],
    source: &'t str,
}

impl Stream<'_> {
    fn kind(&self, at: usize) -> TokenKind {
        self.tokens.get(at).map_or(TokenKind::End, |token| token.kind)
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text(self.source))
    }

    /// Whether `let name =` stands at a token.
    fn begins_let(&self, at: usize) -> bool {
        self.text(at) == "let"
            && self.kind(at + 1) == TokenKind::Identifier
            && self.kind(at + 2) == TokenKind::Equal
    }

    /// Whether the semicolon at a token is surely a statement's end: a line, the query or a `let` follows.
    fn ends_statement(&self, at: usize) -> bool {
        let (Some(token), Some(next)) = (self.tokens.get(at), self.tokens.get(at + 1)) else {
            return true;
        };
        let between = Span::new(token.span.end, next.span.start).text(self.source);
        next.kind == TokenKind::End || self.begins_let(at + 1) || between.contains('\n')
    }

    /// Whether the bracket at a token holds statements: the body of a function, the steps of a scan.
    fn holds_statements(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or(TokenKind::End, |before| self.kind(before));
        match self.kind(at) {
            TokenKind::OpenBrace => !matches!(
                before,
                TokenKind::OpenParen | TokenKind::Comma | TokenKind::Colon | TokenKind::OpenBracket
            ),
            TokenKind::OpenParen => {
                let is_scan = at > 0 && self.text(at - 1) == "with" && self.text(at + 2) != "=";
                let is_macro = at > 2 && self.text(at - 2) == "as" && before == TokenKind::Identifier;
                is_scan || is_macro
            }
            _ => false,
        }
    }

    /// What a bracket that does not fit makes a guess of.
    fn torn(&self, at: usize) -> Torn {
        let is_brace = matches!(self.kind(at), TokenKind::OpenBrace | TokenKind::CloseBrace);
        let begins = |token: &usize| {
            self.begins_let(*token)
                || (!is_brace
                    && token.checked_sub(1).is_some_and(|before| self.kind(before) == TokenKind::Semicolon))
        };
        let first = (0..=at).rev().find(begins).unwrap_or(0);
        let end = self.tokens.len().saturating_sub(1);
        let last = (at + 1..end)
            .find(|token| {
                (self.kind(*token) == TokenKind::Semicolon && !is_brace && self.ends_statement(*token))
                    || self.begins_let(token + 1)
            })
            .unwrap_or(end);
        // What a bracket closes that is one too many, or lacks the one before it, may begin anywhere.
        let is_closer =
            matches!(self.kind(at), TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace);
        let from = if is_closer { first } else { at };
        let stage = (first..from).rev().find(|token| self.kind(*token) == TokenKind::Bar).unwrap_or(first);
        let place = |token: usize| self.tokens.get(token).map_or(Span::default(), |token| token.span);
        Torn { first: first as u32, last: last as u32, span: place(stage).to(place(last)), said: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(source: &str) -> Brackets {
        let lexed = crate::lexer::lex(source);
        fit(&lexed.significant().collect::<Vec<_>>(), source)
    }

    #[test]
    fn brackets_that_fit_leave_no_statement_torn() {
        for source in [
            "",
            "T | where (a == f(b[0]))",
            "let f = (a:long) { let b = a;\n T | take b };\nf(1)",
            "T | scan with (step s: true;\n step t: true;)",
            "print dynamic({\"a\": [1, {\"b\": 2}]})",
        ] {
            assert_eq!(fitted(source).torn, [], "{source}");
        }
    }

    #[test]
    fn a_bracket_that_fits_no_other_tears_its_own_statement() {
        let source = "let a = f(1;\nlet b = 2;\nT | where (x | take 1;\nU | take 2";
        let torn: Vec<&str> = fitted(source).torn.iter().map(|torn| torn.span.text(source)).collect();
        assert_eq!(torn, ["let a = f(1;", "| where (x | take 1;"]);
    }

    #[test]
    fn brackets_without_number_cost_little() {
        for bracket in ["(", ")", "{", "}", "(;\n", "};\n"] {
            assert!(!fitted(&bracket.repeat(200_000)).torn.is_empty(), "{bracket}");
        }
    }

    #[test]
    fn a_semicolon_for_a_comma_ends_no_statement() {
        let brackets = fitted("T | extend x = f(a; b)");
        assert!(brackets.is_inside(8) && brackets.torn.is_empty());
    }
}
