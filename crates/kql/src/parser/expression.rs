//! Expressions, pipelines among them.

use super::{Parser, name, operator};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::TokenKind;
use crate::tree::Level;
use crate::tree::{BinaryOperator, ExpressionId, ExpressionKind, UnaryOperator};

impl Parser<'_> {
    /// A source and the stages behind it; without stages, the source alone.
    pub(super) fn pipeline(&mut self) -> ExpressionId {
        let source = self.pipe_source();
        self.stages_behind(source)
    }

    /// What a pipeline may begin with: an operator that needs no rows, or an expression.
    fn pipe_source(&mut self) -> ExpressionId {
        let first = self.start();
        if operator::begins_source(self) {
            let id = self.stage();
            return self.expression(first, ExpressionKind::Operator(id));
        }
        if operator::lacks_input(self) {
            let (place, word) = (self.here(), self.text());
            self.report(
                Diagnostic::new(Code::NoInput, place, format!("`{word}` has no table before it"))
                    .official_as("KS005")
                    .with_help("write a table and `|` before it; a `;` in front of it ends the query there"),
            );
            self.lost = self.too_deep;
            let id = self.stage();
            return self.expression(first, ExpressionKind::Operator(id));
        }
        self.unnamed()
    }

    /// The stages behind a source. A bar that is forgotten before an operator is reported and read as if it stood there.
    pub(super) fn stages_behind(&mut self, source: ExpressionId) -> ExpressionId {
        let first = self.first_of(source);
        let mut stages = Vec::new();
        loop {
            if self.is(TokenKind::Bar) {
                // A bar that stands in a wrong place was said before it, or is the place itself.
                let is_said = self.is_said_here();
                self.bump();
                if is_said && !operator::begins_stage(self) {
                    self.lost = true;
                } else {
                    self.begin();
                }
                stages.push(self.stage());
            } else if !self.lost && self.kind() != TokenKind::End && operator::is_forgotten_bar(self) {
                let place = self.here();
                let word = self.text();
                let help = if self.kind_at(1) == TokenKind::Bar {
                    format!("the bar stands before `{word}`, not behind it")
                } else {
                    "stages are parted by bars".to_owned()
                };
                self.report(
                    Diagnostic::new(Code::Expected, place, format!("expected `|` before `{word}`"))
                        .with_help(help),
                );
                self.lost = self.too_deep;
                stages.push(self.stage());
            } else {
                break;
            }
        }
        if stages.is_empty() {
            source
        } else {
            self.expression(first, ExpressionKind::Pipe { source, stages })
        }
    }

    /// `(T | …)`
    pub(super) fn bracketed_pipeline(&mut self) -> ExpressionId {
        let opened = self.here();
        if !self.expect(TokenKind::OpenParen, "`(` and a table") {
            return self.missing();
        }
        let inner = self.pipeline();
        self.close(TokenKind::CloseParen, opened);
        inner
    }

    /// Operators without a source in brackets: `(where x | take 1)`.
    pub(super) fn bracketed_stages(&mut self) -> ExpressionId {
        let opened = self.here();
        if !self.expect(TokenKind::OpenParen, "`(` and operators") {
            return self.missing();
        }
        let first = self.start();
        let mut stages = vec![self.stage()];
        while self.eat(TokenKind::Bar) {
            self.begin();
            stages.push(self.stage());
        }
        let body = self.expression(first, ExpressionKind::Stages(stages));
        self.close(TokenKind::CloseParen, opened);
        body
    }

    /// An expression that may be given a name: `a`, `n = a`, `(n, m) = a`.
    pub(super) fn named(&mut self) -> ExpressionId {
        let first = self.start();
        if let Some(length) = self.declaration_length(0)
            && self.kind_at(length) == TokenKind::Equal
        {
            let name = self.take_name(length);
            self.bump();
            let value = self.unnamed();
            return self.expression(first, ExpressionKind::Named { names: vec![name], value });
        }
        if self.is(TokenKind::OpenParen) && self.begins_name_list() {
            self.bump();
            let names = self.comma_separated(Self::declaration);
            self.bump();
            self.bump();
            let value = self.unnamed();
            return self.expression(first, ExpressionKind::Named { names, value });
        }
        self.unnamed()
    }

    /// Whether `(a, b) =` stands here.
    fn begins_name_list(&self) -> bool {
        let mut ahead = 1;
        while let Some(length) = self.declaration_length(ahead) {
            ahead += length;
            match self.kind_at(ahead) {
                TokenKind::Comma => ahead += 1,
                TokenKind::CloseParen => return self.kind_at(ahead + 1) == TokenKind::Equal,
                _ => return false,
            }
        }
        false
    }

    /// An argument of a call: a star alone, or an expression that may be named.
    fn argument(&mut self) -> ExpressionId {
        if self.is(TokenKind::Star) && matches!(self.kind_at(1), TokenKind::Comma | TokenKind::CloseParen) {
            return self.star();
        }
        self.named()
    }

    pub(super) fn star(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        self.expression(first, ExpressionKind::Star)
    }

    /// An expression without a name.
    pub(super) fn unnamed(&mut self) -> ExpressionId {
        self.binary(Level::Or)
    }

    /// Operands and operators that bind at least as tightly as `loosest`.
    fn binary(&mut self, loosest: Level) -> ExpressionId {
        let first = self.start();
        let mut left = self.unary();
        // What may not be chained leaves only looser operators behind it.
        let mut tightest = Level::Text;
        while let Some(operator) = self.binary_operator() {
            let level = operator.level();
            if level < loosest || level > tightest {
                if level >= loosest && !self.lost && !level.chains() {
                    self.error_chained(operator);
                }
                break;
            }
            self.bump();
            let kind = match operator {
                BinaryOperator::In
                | BinaryOperator::NotIn
                | BinaryOperator::InCi
                | BinaryOperator::NotInCi
                | BinaryOperator::HasAny
                | BinaryOperator::HasAll => ExpressionKind::In { operator, left, list: self.list(operator) },
                BinaryOperator::Between | BinaryOperator::NotBetween => {
                    let (low, high) = self.bounds();
                    let negated = operator == BinaryOperator::NotBetween;
                    ExpressionKind::Between { negated, value: left, low, high }
                }
                _ => ExpressionKind::Binary { operator, left, right: self.binary(level.tighter()) },
            };
            left = self.expression(first, kind);
            tightest = if level.chains() { level } else { level.looser() };
        }
        left
    }

    fn error_chained(&mut self, operator: BinaryOperator) {
        let text = operator.as_str();
        let place = self.here();
        self.report(
            Diagnostic::new(
                Code::Unexpected,
                place,
                format!("`{text}` cannot follow a comparison of its kind"),
            )
            .with_help("put one of the two in brackets, or join them with `and`"),
        );
    }

    /// The operator that stands here, if one does.
    fn binary_operator(&self) -> Option<BinaryOperator> {
        use TokenKind::*;
        let text = self.text();
        match self.kind() {
            // `make-series … on x in range(…)`
            Identifier if text == "in" && self.is_word_at(1, "range") => None,
            Identifier | Keyword | EqualEqual | BangEqual | LessGreater | EqualTilde | BangTilde | Less
            | LessEqual | Greater | GreaterEqual | Plus | Minus | Star | Slash | Percent | Colon => {
                BinaryOperator::from_text(text)
            }
            _ => None,
        }
    }

    /// `(a, b)` or `(T | …)` behind `in` and its like.
    fn list(&mut self, operator: BinaryOperator) -> Vec<ExpressionId> {
        let opened = self.here();
        if !self.is(TokenKind::OpenParen) {
            let (text, found) = (operator.as_str(), self.describe());
            self.report(
                Diagnostic::new(
                    Code::Expected,
                    opened,
                    format!("expected `(` behind `{text}`, found {found}"),
                )
                .with_help(format!("`{text}` takes a list in brackets, also of one value: {text} (…)")),
            );
            // The value without its brackets is read, so that what follows it is.
            return vec![self.unary()];
        }
        self.bump();
        let mut list = vec![self.pipeline()];
        let is_table = matches!(
            self.tree.expression(list[0]).kind,
            ExpressionKind::Pipe { .. } | ExpressionKind::Operator(_)
        );
        while !is_table && self.eat(TokenKind::Comma) {
            list.push(self.unnamed());
        }
        self.close(TokenKind::CloseParen, opened);
        list
    }

    /// `(low .. high)`
    fn bounds(&mut self) -> (ExpressionId, ExpressionId) {
        let opened = self.here();
        if !self.expect(TokenKind::OpenParen, "`(` and bounds: (low .. high)") {
            let low = self.missing();
            return (low, self.missing());
        }
        let low = self.unnamed();
        self.expect(TokenKind::DotDot, "`..` between the bounds");
        let high = self.unnamed();
        self.close(TokenKind::CloseParen, opened);
        (low, high)
    }

    fn unary(&mut self) -> ExpressionId {
        let first = self.start();
        let operator = match self.kind() {
            TokenKind::Minus => UnaryOperator::Minus,
            TokenKind::Plus => UnaryOperator::Plus,
            _ => return self.operand(false),
        };
        self.bump();
        let operand = self.operand(false);
        self.expression(first, ExpressionKind::Unary { operator, operand })
    }

    /// A value with the paths and indices behind it. In an `entity` a path may end in a name with stars.
    pub(super) fn operand(&mut self, entity: bool) -> ExpressionId {
        if !self.enter() {
            return self.missing();
        }
        let first = self.start();
        let mut value = self.primary();
        loop {
            match self.kind() {
                TokenKind::Dot => {
                    self.bump();
                    value = self.member(first, value, entity);
                }
                TokenKind::OpenBracket => value = self.element(first, value),
                TokenKind::Identifier if self.is_word("datascope") && self.kind_at(1) == TokenKind::Equal => {
                    let scope = self.parameter();
                    value = self.expression(first, ExpressionKind::DataScope { base: value, scope });
                }
                _ => break,
            }
        }
        self.leave();
        value
    }

    /// What stands behind a point.
    fn member(&mut self, first: u32, base: ExpressionId, entity: bool) -> ExpressionId {
        let start = self.start();
        let member = if entity && let Some(length) = self.wildcard_length() {
            self.wildcard(length)
        } else if let Some(length) = self.reference_length(0) {
            let called = self.kind_at(length) == TokenKind::OpenParen;
            let name = self.take_name(length);
            if called { self.call(start, name) } else { self.expression(start, ExpressionKind::Name(name)) }
        } else if self.is(TokenKind::OpenBracket) {
            return self.element(first, base);
        } else {
            self.reference();
            self.missing()
        };
        self.expression(first, ExpressionKind::Path { base, member })
    }

    fn element(&mut self, first: u32, base: ExpressionId) -> ExpressionId {
        let opened = self.here();
        self.bump();
        let index = self.unnamed();
        self.close(TokenKind::CloseBracket, opened);
        self.expression(first, ExpressionKind::Element { base, index })
    }

    /// The arguments behind a function's name.
    pub(super) fn call(&mut self, first: u32, name: crate::tree::Name) -> ExpressionId {
        let opened = self.here();
        let mut arguments = Vec::new();
        if self.expect(TokenKind::OpenParen, "`(` and arguments") {
            if !self.is(TokenKind::CloseParen) {
                arguments = self.comma_separated(Self::argument);
            }
            self.close(TokenKind::CloseParen, opened);
        }
        self.expression(first, ExpressionKind::Call { name, arguments })
    }

    /// A call and nothing else, as `evaluate` and `invoke` take.
    pub(super) fn only_call(&mut self) -> ExpressionId {
        let first = self.start();
        match self.try_reference() {
            Some(name) => self.call(first, name),
            None => {
                self.error_expected("a function");
                self.missing()
            }
        }
    }

    fn primary(&mut self) -> ExpressionId {
        use TokenKind::*;
        let first = self.start();
        let opens = self.kind_at(1) == OpenParen;
        match (self.kind(), self.text()) {
            (kind, _) if kind.is_literal() => self.literal(),
            (OpenParen, _) => {
                let inner = self.bracketed_pipeline();
                self.expression(first, ExpressionKind::Parenthesised(inner))
            }
            (Star, _) if self.star_is_operand() => self.star(),
            (Identifier, "dynamic") if opens => self.dynamic(),
            (Identifier, "typeof") if opens => self.type_of(),
            (Identifier, "toscalar" | "totable") if opens || self.is_word_at(1, "kind") => self.subquery(),
            (Identifier, "datatable") => self.data_table(),
            (Identifier, "externaldata" | "external_data") => self.external_data(),
            (Identifier, "inline_external_table")
                if opens || (self.kind_at(1) == Identifier && self.kind_at(2) == Equal) =>
            {
                self.inline_external_table()
            }
            (Identifier, "__contextual_datatable") => self.contextual_data_table(),
            (Identifier, "entity_group") if self.kind_at(1) == OpenBracket => self.entity_group(),
            (Keyword, "materialized-view-combine") => self.view_combine(),
            _ => match self.reference_length(0) {
                Some(length) => {
                    let called = self.kind_at(length) == OpenParen;
                    let name = self.take_name(length);
                    if called {
                        self.call(first, name)
                    } else {
                        self.expression(first, ExpressionKind::Name(name))
                    }
                }
                None => {
                    self.error_missing_expression();
                    self.missing()
                }
            },
        }
    }

    /// Whether a star stands for any column: before `==` and the operators on text.
    fn star_is_operand(&self) -> bool {
        matches!(self.kind_at(1), TokenKind::EqualEqual)
            || BinaryOperator::from_text(self.text_at(1))
                .is_some_and(|operator| operator.level() == Level::Text)
    }

    /// `toscalar(…)`, `totable(…)`
    fn subquery(&mut self) -> ExpressionId {
        let first = self.start();
        let scalar = self.is_word("toscalar");
        self.bump();
        if self.is_word("kind") && self.kind_at(1) == TokenKind::Equal {
            self.bump();
            self.bump();
            self.expect_word("nooptimization");
        }
        let inner = self.bracketed_pipeline();
        let kind = if scalar { ExpressionKind::ToScalar(inner) } else { ExpressionKind::ToTable(inner) };
        self.expression(first, kind)
    }

    /// How many tokens the name with stars takes that begins here: `Device*`, `*`, `a*b`.
    pub(super) fn wildcard_length(&self) -> Option<usize> {
        let mut length = 0;
        let mut stars = 0;
        loop {
            match self.kind_at(length) {
                TokenKind::Star => stars += 1,
                TokenKind::Identifier => {}
                TokenKind::Long if length > 0 => {}
                _ => break,
            }
            length += 1;
            if !self.touches_next(length - 1) {
                break;
            }
        }
        (stars > 0).then_some(length)
    }

    pub(super) fn wildcard(&mut self, length: usize) -> ExpressionId {
        let first = self.start();
        for _ in 0..length {
            self.bump();
        }
        self.expression(first, ExpressionKind::Wildcard)
    }

    /// A table by name, path, call or bracketed pipeline; or several by a name with stars.
    pub(super) fn entity(&mut self) -> ExpressionId {
        match self.wildcard_length() {
            Some(length) => self.wildcard(length),
            None => self.operand(true),
        }
    }

    /// A column, or a property of one, by its name alone: no call, so that a bracket behind it is another's.
    pub(super) fn column_path(&mut self) -> ExpressionId {
        let first = self.start();
        let name = self.reference();
        let mut value = self.expression(first, ExpressionKind::Name(name));
        loop {
            match self.kind() {
                TokenKind::Dot => {
                    self.bump();
                    let start = self.start();
                    let name = self.reference();
                    let member = self.expression(start, ExpressionKind::Name(name));
                    value = self.expression(first, ExpressionKind::Path { base: value, member });
                }
                TokenKind::OpenBracket => value = self.element(first, value),
                _ => return value,
            }
        }
    }

    /// A column by its name, or several by a name with stars.
    pub(super) fn column_pattern(&mut self) -> ExpressionId {
        if let Some(length) = self.wildcard_length() {
            return self.wildcard(length);
        }
        let first = self.start();
        match self.reference_length(0) {
            Some(length) if !name::is_referred_only(self.text()) => {
                let name = self.take_name(length);
                self.expression(first, ExpressionKind::Name(name))
            }
            _ => {
                self.error_expected("a column");
                self.missing()
            }
        }
    }
}
