//! From tokens to a tree: recursive descent for statements and operators, precedence climbing for expressions.
//!
//! The parser always returns a whole tree. An error is reported once: after one, the parser is silent until it has found
//! its footing again, at the next bar, semicolon, closing bracket or statement. Nesting is bounded; chains of operators
//! and pipes are read in loops, so that their length is not.

mod advice;
mod brackets;
mod expression;
mod graph;
mod literal;
mod name;
mod operator;
mod statement;

use std::sync::Arc;

use self::brackets::Brackets;
pub(crate) use self::name::{is_type, type_advice};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::lex;
use crate::token::{Lexed, Span, Token, TokenKind};
use crate::tree::{
    Expression, ExpressionId, ExpressionKind, Name, Operator, OperatorId, OperatorKind, Parameter, Statement,
    StatementId, StatementKind, TokenRange, Tree,
};

/// How deep expressions, brackets and function bodies may nest.
pub const MAX_NESTING: u32 = 200;

/// A query as a tree, and what is wrong with it as text and as syntax.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The tree; always whole.
    pub tree: Arc<Tree>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it is wrong, for those who would guess at the meaning.
    pub(crate) broken: Broken,
}

/// The innermost stages and statements in which there is an error of syntax: what they mean is a guess.
#[derive(Debug, Clone, Default)]
pub(crate) struct Broken {
    operators: Vec<OperatorId>,
    statements: Vec<StatementId>,
    /// Where brackets or quotes do not fit.
    places: Vec<Span>,
}

impl Broken {
    /// Whether brackets or quotes do not fit there.
    pub(crate) fn has_place(&self, place: Span) -> bool {
        self.places.iter().any(|broken| broken.start <= place.end && place.start <= broken.end)
    }

    /// Whether there is an error in this stage and in no stage within it.
    pub(crate) fn has_operator(&self, id: OperatorId) -> bool {
        // Nodes are numbered as they are read, and so are in order.
        self.operators.binary_search(&id).is_ok()
    }

    /// Whether there is an error in this statement and in none of its stages.
    pub(crate) fn has_statement(&self, id: StatementId) -> bool {
        self.statements.binary_search(&id).is_ok()
    }
}

/// Reads a query. Never panics and never fails; what is wrong is in [`Parsed::diagnostics`]. The tree keeps the text: an
/// `Arc<str>` is shared, anything else is copied once.
pub fn parse(text: impl Into<Arc<str>>) -> Parsed {
    parse_shared(text.into())
}

fn parse_shared(text: Arc<str>) -> Parsed {
    let Lexed { source, tokens, diagnostics } = lex(&text);
    let significant: Vec<u32> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| !token.kind.is_trivia())
        .map(|(at, _)| at as u32)
        .collect();
    let seen: Vec<Token> = significant.iter().map(|at| tokens[*at as usize]).collect();
    let mut brackets = brackets::fit(&seen, source);
    let open_lines = open_lines(source, &diagnostics);
    for torn in &mut brackets.torn {
        let line = open_lines.partition_point(|line| line.end < torn.span.start);
        torn.said = open_lines.get(line).is_some_and(|line| line.start <= torn.span.end);
    }
    let capacity = tokens.len() / 3;
    let tree = Tree {
        source: Arc::clone(&text),
        tokens,
        root: Vec::new(),
        expressions: Vec::with_capacity(capacity),
        operators: Vec::new(),
        statements: Vec::new(),
    };
    let unreadable = diagnostics
        .iter()
        .filter(|found| {
            // A string with a bad escape or with quotes of the wrong kind is a string all the same.
            let quoted = source[found.span.range()].chars().count() > 1
                && source[found.span.range()].starts_with(crate::lexer::is_typographic);
            found.code != Code::BadEscape && !quoted
        })
        .map(|found| found.span.start)
        .collect();
    let mut parser = Parser {
        tree,
        source,
        significant,
        at: 0,
        diagnostics,
        unreadable,
        open_lines,
        brackets,
        lost: false,
        said: false,
        said_at: None,
        faults: 0,
        broken: Broken::default(),
        operator_word: "",
        depth: 0,
        open: 0,
        too_deep: false,
    };
    parser.tree.root = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let mut broken = parser.broken;
    debug_assert!(
        !diagnostics.is_empty() || (broken.operators.is_empty() && broken.statements.is_empty()),
        "of several errors at least one is said"
    );
    broken.places = parser.brackets.torn.iter().map(|torn| torn.span).chain(parser.open_lines).collect();
    Parsed { tree: Arc::new(parser.tree), diagnostics, broken }
}

/// The lines with a string that is not closed: every quote on them may be the one that is wrong.
fn open_lines(source: &str, diagnostics: &[Diagnostic]) -> Vec<Span> {
    let open = diagnostics.iter().filter(|found| found.code == Code::UnterminatedString);
    open.map(|found| {
        let start = source[..found.span.start as usize].rfind('\n').map_or(0, |before| before + 1);
        let after = &source[found.span.end as usize..];
        let end = found.span.end as usize + after.find('\n').unwrap_or(after.len());
        Span::new(start as u32, end as u32)
    })
    .collect()
}

pub(crate) struct Parser<'s> {
    tree: Tree,
    source: &'s str,
    /// The tokens that the grammar sees, as indices into the tree's; the last is the end.
    significant: Vec<u32>,
    /// The current token, an index into `significant`.
    at: usize,
    diagnostics: Vec<Diagnostic>,
    /// Where tokens begin that the lexer could not read to their end, in order.
    unreadable: Vec<u32>,
    /// The lines with a string that is not closed.
    open_lines: Vec<Span>,
    brackets: Brackets,
    /// Whether an error was reported and the parser has not found its footing since.
    lost: bool,
    /// Whether something was said of the stage or statement that is being read: what follows may come of it.
    said: bool,
    /// The token where an error was met last.
    said_at: Option<usize>,
    /// How many errors there are in what is being read and in no stage or statement that was finished.
    faults: u32,
    broken: Broken,
    /// The word of the operator that is being read.
    operator_word: &'s str,
    depth: u32,
    /// How many brackets have been read that are not closed yet.
    open: usize,
    /// Whether the nesting became too deep, which ends the parse.
    too_deep: bool,
}

impl<'s> Parser<'s> {
    // What is here.

    fn index(&self, ahead: usize) -> u32 {
        let last = self.significant.len().saturating_sub(1);
        self.significant.get((self.at + ahead).min(last)).copied().unwrap_or(0)
    }

    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.tree.tokens.get(self.index(ahead) as usize).map_or(TokenKind::End, |token| token.kind)
    }

    fn kind(&self) -> TokenKind {
        self.kind_at(0)
    }

    fn span_at(&self, ahead: usize) -> Span {
        self.tree.tokens.get(self.index(ahead) as usize).map_or(Span::default(), |token| token.span)
    }

    fn text_at(&self, ahead: usize) -> &'s str {
        self.span_at(ahead).text(self.source)
    }

    fn text(&self) -> &'s str {
        self.text_at(0)
    }

    fn is(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Whether the word `word` is `ahead` tokens from here.
    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind_at(ahead), TokenKind::Identifier | TokenKind::Keyword)
            && self.text_at(ahead) == word
    }

    fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the token `ahead` from here touches the one after it.
    fn touches_next(&self, ahead: usize) -> bool {
        self.span_at(ahead).end == self.span_at(ahead + 1).start
    }

    // Moving on.

    fn bump(&mut self) {
        match self.kind() {
            TokenKind::End => return,
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => self.open += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                self.open = self.open.saturating_sub(1);
            }
            kind if (kind.is_literal() || kind == TokenKind::Unknown) && self.is_unreadable() => {
                // What it took with it is anyone's guess.
                self.lost = true;
                self.faults += 1;
            }
            _ => {}
        }
        self.at += 1;
    }

    /// Whether the lexer has reported the token that is here.
    fn is_unreadable(&self) -> bool {
        !self.unreadable.is_empty() && self.unreadable.binary_search(&self.span_at(0).start).is_ok()
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let fits = self.is(kind);
        if fits {
            self.bump();
        }
        fits
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let fits = self.is_word(word);
        if fits {
            self.bump();
        }
        fits
    }

    /// Reads a token that has to be here, or reports that it does not.
    fn expect(&mut self, kind: TokenKind, what: &str) -> bool {
        let fits = self.eat(kind);
        if !fits {
            self.error_expected(what);
        }
        fits
    }

    fn expect_word(&mut self, word: &str) -> bool {
        let fits = self.eat_word(word);
        if !fits {
            self.error_expected(&format!("`{word}`"));
        }
        fits
    }

    /// Reads the bracket that closes one opened before, past what the parser could not read in between.
    fn close(&mut self, kind: TokenKind, opened: Span) {
        if self.is(kind) {
            self.bump();
            self.lost = self.too_deep;
            return;
        }
        let (sign, opener) = match kind {
            TokenKind::CloseParen => (')', '('),
            TokenKind::CloseBracket => (']', '['),
            _ => ('}', '{'),
        };
        let from = self.at_of(opened);
        let closer = self.brackets.closer(from).filter(|closer| *closer >= self.at);
        let diagnostic = if self.is(TokenKind::End) {
            Diagnostic::new(Code::Expected, opened, format!("this `{opener}` is not closed"))
                .with_help(format!("a `{sign}` is missing before the end of the query"))
        } else {
            let found = self.describe();
            let allowed = match closer {
                Some(_) if self.holds_list(from) && !self.is(TokenKind::Bar) => format!("`,` or `{sign}`"),
                _ => format!("`{sign}`"),
            };
            Diagnostic::new(Code::Expected, self.here(), format!("expected {allowed} before {found}"))
                .with_help(self.advice_inside(sign, closer.is_some()))
        };
        self.report(diagnostic);
        match closer {
            // The bracket is there, after something that does not belong: all of that is skipped.
            Some(closer) => {
                while self.at < closer {
                    self.bump();
                }
            }
            None => self.skip_to_sync(),
        }
        if self.is(kind) {
            self.bump();
            self.lost = self.too_deep;
        }
    }

    /// The token that begins at a place, as an index into `significant`.
    fn at_of(&self, place: Span) -> usize {
        self.significant.partition_point(|index| self.tree.tokens[*index as usize].span.start < place.start)
    }

    /// Whether the bracket at a token holds items with commas between them, and not one value.
    fn holds_list(&self, opener: usize) -> bool {
        let before = opener.checked_sub(1).and_then(|before| self.significant.get(before));
        let before = before.map_or(TokenKind::End, |index| self.tree.tokens[*index as usize].kind);
        let kind = self
            .significant
            .get(opener)
            .map_or(TokenKind::End, |index| self.tree.tokens[*index as usize].kind);
        match kind {
            TokenKind::OpenParen => matches!(before, TokenKind::Identifier | TokenKind::Keyword),
            TokenKind::OpenBracket => !matches!(before, TokenKind::Identifier | TokenKind::CloseBracket),
            _ => true,
        }
    }

    /// Moves to where the parser may find its footing: a bar, a semicolon, a closing bracket of what is open, a `let`
    /// that begins a statement, or the end. Brackets on the way are skipped whole.
    fn skip_to_sync(&mut self) {
        let mut depth = 0usize;
        loop {
            use TokenKind::*;
            match self.kind() {
                End => return,
                OpenParen | OpenBracket | OpenBrace => depth += 1,
                CloseParen | CloseBracket | CloseBrace if depth == 0 => return,
                CloseParen | CloseBracket | CloseBrace => depth -= 1,
                Semicolon if self.brackets.is_inside(self.at) => {}
                Bar | Semicolon if depth == 0 => return,
                Identifier if self.begins_let() => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Whether `let name =` is here, which nothing but a statement begins with.
    fn begins_let(&self) -> bool {
        self.is_word("let") && self.kind_at(1) == TokenKind::Identifier && self.kind_at(2) == TokenKind::Equal
    }

    // What is wrong.

    /// Whether the current token is the first of its line.
    fn begins_line(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.significant.get(before));
        let end = before.map_or(0, |index| self.tree.tokens[*index as usize].span.end);
        Span::new(end, self.span_at(0).start).text(self.source).contains('\n')
    }

    /// The place of the current token; at the end, the empty place after the last token.
    fn here(&self) -> Span {
        if self.is(TokenKind::End) {
            let before = self.at.checked_sub(1).and_then(|at| self.significant.get(at));
            let end = before
                .and_then(|index| self.tree.tokens.get(*index as usize))
                .map_or(0, |token| token.span.end);
            return Span::new(end, end);
        }
        self.span_at(0)
    }

    /// The current token in words.
    fn describe(&self) -> String {
        if self.is(TokenKind::End) {
            return "the end of the query".to_owned();
        }
        let text = self.text();
        let shown: String = text.chars().take(40).collect();
        if shown.len() < text.len() { format!("`{shown}…`") } else { format!("`{shown}`") }
    }

    /// Reports an error unless it may come of another, and is lost from here on.
    fn report(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.span;
        // A token that is broken in itself has been reported by the lexer.
        let known =
            self.diagnostics.iter().any(|before| {
                before.span.start <= place.start && place.end <= before.span.end && !before.span.is_empty()
            }) || self.open_lines.iter().any(|line| line.start <= place.start && place.start <= line.end);
        let torn = self.brackets.torn_at(self.at);
        let said = torn.is_some_and(|torn| std::mem::replace(&mut torn.said, true));
        if !self.lost && !self.said && !known && !said {
            self.diagnostics.push(diagnostic);
        }
        self.said = true;
        self.said_at = Some(self.at);
        self.lost = true;
        self.faults += 1;
    }

    /// Whether an error was met at the token before this one, or at this one.
    fn is_said_here(&self) -> bool {
        self.said_at.is_some_and(|at| at + 1 >= self.at)
    }

    /// Begins a stage or a statement: the parser has its footing, and says what is wrong from here on.
    fn begin(&mut self) {
        self.lost = self.too_deep;
        self.said = self.too_deep;
    }

    /// Takes the errors since there were `before` for those of a node that is finished; gives whether there were any.
    fn claim_faults(&mut self, before: u32) -> bool {
        let any = self.faults > before;
        self.faults = before;
        any
    }

    fn error_expected(&mut self, what: &str) {
        let message = format!("expected {what}, found {}", self.describe());
        let diagnostic = Diagnostic::new(Code::Expected, self.here(), message);
        self.report(match self.advice_expected(what) {
            Some(advice) => diagnostic.with_help(advice),
            None => diagnostic,
        });
    }

    fn error_missing_expression(&mut self) {
        let place = self.here();
        let found = self.describe();
        let kind =
            if self.is(TokenKind::Identifier) && name::is_keyword(self.text()) { "the keyword " } else { "" };
        let message = format!("expected an expression, found {kind}{found}");
        let diagnostic = Diagnostic::new(Code::MissingExpression, place, message);
        self.report(match self.advice_missing() {
            Some(advice) => diagnostic.with_help(advice),
            None => diagnostic,
        });
    }

    /// Enters one level of nesting; `false`, once reported, where there are too many.
    fn enter(&mut self) -> bool {
        if self.depth >= MAX_NESTING {
            if !self.too_deep {
                let message = format!("nested more than {MAX_NESTING} levels deep");
                let place = self.here();
                self.diagnostics.push(Diagnostic::new(Code::NestingTooDeep, place, message).with_help(
                    "give the inner parts names with `let`, or join a chain of `iff` into one `case`",
                ));
                self.faults += 1;
                (self.lost, self.said, self.too_deep) = (true, true, true);
                // Nothing after it is read, so that brackets without number cost nothing.
                self.at = self.significant.len().saturating_sub(1);
            }
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    // Nodes.

    /// The first token of a node that begins here.
    fn start(&self) -> u32 {
        self.index(0)
    }

    /// The tokens from `first` to the last one that was read.
    fn range_from(&self, first: u32) -> TokenRange {
        let before = self.at.checked_sub(1).and_then(|at| self.significant.get(at)).copied();
        match before {
            Some(last) if last >= first => TokenRange { first, end: last + 1 },
            _ => TokenRange { first, end: first },
        }
    }

    fn expression(&mut self, first: u32, kind: ExpressionKind) -> ExpressionId {
        let tokens = self.range_from(first);
        let id = ExpressionId(self.tree.expressions.len() as u32);
        self.tree.expressions.push(Expression { kind, tokens });
        id
    }

    fn operator(&mut self, first: u32, parameters: Vec<Parameter>, kind: OperatorKind) -> OperatorId {
        let tokens = self.range_from(first);
        let id = OperatorId(self.tree.operators.len() as u32);
        self.tree.operators.push(Operator { kind, parameters, tokens });
        id
    }

    fn statement(&mut self, first: u32, kind: StatementKind) -> StatementId {
        let tokens = self.range_from(first);
        let id = StatementId(self.tree.statements.len() as u32);
        self.tree.statements.push(Statement { kind, tokens });
        id
    }

    /// Where an expression begins, to build one around it.
    fn first_of(&self, id: ExpressionId) -> u32 {
        self.tree.expression(id).tokens.first
    }

    fn missing(&mut self) -> ExpressionId {
        let first = self.start();
        let id = ExpressionId(self.tree.expressions.len() as u32);
        let tokens = TokenRange { first, end: first };
        self.tree.expressions.push(Expression { kind: ExpressionKind::Missing, tokens });
        id
    }

    fn missing_name(&self) -> Name {
        let first = self.start();
        Name { tokens: TokenRange { first, end: first } }
    }

    /// One item, and more of them after commas.
    fn comma_separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = vec![item(self)];
        while self.is(TokenKind::Comma) {
            self.bump();
            items.push(item(self));
        }
        items
    }
}
