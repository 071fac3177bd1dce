//! From tokens to a tree: recursive descent for statements and operators, precedence climbing for expressions.
//!
//! The parser always returns a whole tree. An error is reported once: after one, the parser is silent until it has found
//! its footing again, at the next bar, semicolon, closing bracket or statement. Nesting is bounded; chains of operators
//! and pipes are read in loops, so that their length is not.

mod expression;
mod graph;
mod literal;
mod name;
mod operator;
mod statement;

use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::lex;
use crate::token::{Lexed, Span, TokenKind};
use crate::tree::{
    Expression, ExpressionId, ExpressionKind, Name, Operator, OperatorId, OperatorKind, Parameter, Statement,
    StatementId, StatementKind, TokenRange, Tree,
};

/// How deep expressions, brackets and function bodies may nest.
pub const MAX_NESTING: u32 = 200;

/// A query as a tree, and what is wrong with it as text and as syntax.
#[derive(Debug, Clone)]
pub struct Parsed<'s> {
    /// The tree; always whole.
    pub tree: Tree<'s>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Words that the grammar takes and that mean nothing, such as the name of no type; [`analyze`](crate::analyze)
    /// reports them.
    pub(crate) meaningless: Vec<Diagnostic>,
}

/// Reads a query. Never panics and never fails; what is wrong stands in [`Parsed::diagnostics`].
pub fn parse(source: &str) -> Parsed<'_> {
    let Lexed { source, tokens, diagnostics } = lex(source);
    let significant = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| !token.kind.is_trivia())
        .map(|(at, _)| at as u32)
        .collect();
    let capacity = tokens.len() / 3;
    let tree = Tree {
        source,
        tokens,
        root: Vec::new(),
        expressions: Vec::with_capacity(capacity),
        operators: Vec::new(),
        statements: Vec::new(),
    };
    let mut parser = Parser {
        tree,
        significant,
        at: 0,
        diagnostics,
        meaningless: Vec::new(),
        lost: false,
        depth: 0,
        open: 0,
        too_deep: false,
    };
    parser.tree.root = parser.query();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Parsed { tree: parser.tree, diagnostics, meaningless: parser.meaningless }
}

pub(crate) struct Parser<'s> {
    tree: Tree<'s>,
    /// The tokens that the grammar sees, as indices into the tree's; the last is the end.
    significant: Vec<u32>,
    /// The current token, an index into `significant`.
    at: usize,
    diagnostics: Vec<Diagnostic>,
    meaningless: Vec<Diagnostic>,
    /// Whether an error was reported and the parser has not found its footing since.
    lost: bool,
    depth: u32,
    /// How many brackets have been read that are not closed yet.
    open: usize,
    /// Whether the nesting became too deep, which ends the parse.
    too_deep: bool,
}

impl<'s> Parser<'s> {
    // What stands here.

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
        self.span_at(ahead).text(self.tree.source)
    }

    fn text(&self) -> &'s str {
        self.text_at(0)
    }

    fn is(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Whether the word `word` stands `ahead` tokens from here.
    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind_at(ahead), TokenKind::Identifier | TokenKind::Keyword)
            && self.text_at(ahead) == word
    }

    fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the token `ahead` from here touches the one behind it.
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
            _ => {}
        }
        self.at += 1;
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

    /// Reads a token that has to stand here, or reports that it does not.
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
        // Where something is wrong inside the bracket, that is why its end was not found.
        let known = self.is(TokenKind::End)
            && self.diagnostics.iter().any(|before| before.span.start >= opened.start);
        if !self.lost && !known {
            let diagnostic = if self.is(TokenKind::End) {
                Diagnostic::new(Code::Expected, opened, format!("this `{opener}` is not closed"))
                    .with_help(format!("a `{sign}` is missing before the end of the query"))
            } else {
                let found = self.describe();
                Diagnostic::new(Code::Expected, self.here(), format!("expected `{sign}` before {found}"))
            };
            self.report(diagnostic);
        }
        if self.has_closers_for_all() {
            // The bracket is there, behind something that does not belong: all of that is skipped.
            while !matches!(
                self.kind(),
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace | TokenKind::End
            ) {
                self.skip_to_sync();
                if matches!(self.kind(), TokenKind::Bar | TokenKind::Identifier) {
                    self.bump();
                }
            }
        } else {
            self.skip_to_sync();
        }
        if self.is(kind) {
            self.bump();
            self.lost = self.too_deep;
        }
    }

    /// Whether enough closing brackets stand ahead in this statement for all that are open, so that none is missing.
    fn has_closers_for_all(&self) -> bool {
        let (mut depth, mut closers) = (0usize, 0usize);
        for ahead in 0.. {
            use TokenKind::*;
            match self.kind_at(ahead) {
                OpenParen | OpenBracket | OpenBrace => depth += 1,
                CloseParen | CloseBracket | CloseBrace if depth > 0 => depth -= 1,
                CloseParen | CloseBracket | CloseBrace => closers += 1,
                Semicolon | End => break,
                _ => {}
            }
        }
        closers >= self.open
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
                Bar | Semicolon if depth == 0 => return,
                Identifier if self.begins_let() => return,
                _ => {}
            }
            self.bump();
        }
    }

    /// Whether `let name =` stands here, which nothing but a statement begins with.
    fn begins_let(&self) -> bool {
        self.is_word("let") && self.kind_at(1) == TokenKind::Identifier && self.kind_at(2) == TokenKind::Equal
    }

    // What is wrong.

    /// The place of the current token; at the end, the empty place behind the last token.
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

    /// Reports an error unless the parser is lost already, and is lost from here on.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.lost {
            // A token that is broken in itself has been reported by the lexer.
            let place = diagnostic.span;
            let known = self.diagnostics.iter().any(|before| {
                before.span.start <= place.start && place.end <= before.span.end && !before.span.is_empty()
            });
            if !known {
                self.diagnostics.push(diagnostic);
            }
        }
        self.lost = true;
    }

    fn error_expected(&mut self, what: &str) {
        let message = format!("expected {what}, found {}", self.describe());
        self.report(Diagnostic::new(Code::Expected, self.here(), message));
    }

    fn error_missing_expression(&mut self) {
        let place = self.here();
        let found = self.describe();
        let diagnostic = if self.is(TokenKind::Identifier) && name::is_keyword(self.text()) {
            let text = self.text();
            Diagnostic::new(
                Code::MissingExpression,
                place,
                format!("expected an expression, found the keyword {found}"),
            )
            .with_help(format!("a column of that name is written ['{text}']"))
        } else {
            Diagnostic::new(Code::MissingExpression, place, format!("expected an expression, found {found}"))
        };
        self.report(diagnostic);
    }

    /// Enters one level of nesting; `false`, once reported, where there are too many.
    fn enter(&mut self) -> bool {
        if self.depth >= MAX_NESTING {
            if !self.too_deep {
                let message = format!("nested more than {MAX_NESTING} levels deep");
                let place = self.here();
                self.lost = false;
                self.report(Diagnostic::new(Code::NestingTooDeep, place, message).with_help(
                    "give the inner parts names with `let`, or join a chain of `iff` into one `case`",
                ));
                self.too_deep = true;
                // Nothing behind it is read, so that brackets without number cost nothing.
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

    /// One item, and more of them behind commas.
    fn comma_separated<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = vec![item(self)];
        while self.is(TokenKind::Comma) {
            self.bump();
            items.push(item(self));
        }
        items
    }
}
