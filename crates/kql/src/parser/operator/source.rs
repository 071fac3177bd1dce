//! Operators that read tables: union, join, find, search and their like.

use crate::parser::Parser;
use crate::token::TokenKind;
use crate::tree::{
    EvaluateSchema, ExpressionId, ExpressionKind, FindColumn, ForkBranch, JoinCondition, OperatorKind,
    Parameter,
};

impl Parser<'_> {
    pub(super) fn union(&mut self) -> OperatorKind {
        OperatorKind::Union { sources: self.comma_separated(Self::entity) }
    }

    pub(super) fn join(&mut self, lookup: bool) -> OperatorKind {
        let right = if self.is_word("on") && self.kind_at(1) == TokenKind::Identifier {
            // The table is what is missing, not a table of that name.
            self.error_missing_expression();
            self.missing()
        } else {
            self.unnamed()
        };
        let mut condition = None;
        if self.eat_word("on") {
            condition = Some(JoinCondition::On(self.comma_separated(Self::unnamed)));
        } else if !lookup && self.eat_word("where") {
            condition = Some(JoinCondition::Where(self.unnamed()));
        }
        if lookup {
            if condition.is_none() {
                self.error_expected("`on` and columns");
            }
            return OperatorKind::Lookup { right, condition };
        }
        OperatorKind::Join { right, condition }
    }

    /// `in (A, B*)`, with `as` behind a table if need be.
    fn sources(&mut self) -> Vec<ExpressionId> {
        if !(self.is_word("in") && self.kind_at(1) == TokenKind::OpenParen) {
            return Vec::new();
        }
        self.bump();
        let opened = self.here();
        self.bump();
        let sources = self.comma_separated(|parser| {
            let source = parser.entity();
            parser.stages_behind(source)
        });
        self.close(TokenKind::CloseParen, opened);
        sources
    }

    fn data_scope(&mut self) {
        if self.is_word("datascope") && self.kind_at(1) == TokenKind::Equal {
            self.parameter();
        }
    }

    pub(super) fn find(&mut self, parameters: &mut Vec<Parameter>) -> OperatorKind {
        self.data_scope();
        parameters.extend(self.parameters());
        let sources = self.sources();
        if !sources.is_empty() || !parameters.is_empty() {
            self.expect_word("where");
        } else {
            self.eat_word("where");
        }
        let predicate = self.unnamed();
        let mut project = None;
        if self.eat_word("project") {
            project = Some(self.comma_separated(Self::find_column));
        } else {
            self.eat_word("project-smart");
        }
        let mut project_away = Vec::new();
        if self.eat_word("__projectAway") {
            if self.eat(TokenKind::Star) {
                return OperatorKind::Find { sources, predicate, project, project_away };
            }
            project_away = self.comma_separated(Self::find_column);
        }
        OperatorKind::Find { sources, predicate, project, project_away }
    }

    fn find_column(&mut self) -> FindColumn {
        if self.is_word("pack") && self.kind_at(1) == TokenKind::OpenParen {
            return FindColumn::Pack(self.only_call());
        }
        FindColumn::Column(self.maybe_typed_name())
    }

    pub(super) fn search(&mut self) -> OperatorKind {
        self.data_scope();
        self.parameters();
        let sources = self.sources();
        let first = self.start();
        let predicate = if self.is(TokenKind::Star) && !self.star_begins_comparison() {
            let star = self.star();
            if self.is_word("and") {
                self.bump();
                let right = self.unnamed();
                let operator = crate::tree::BinaryOperator::And;
                self.expression(first, ExpressionKind::Binary { operator, left: star, right })
            } else {
                star
            }
        } else {
            self.unnamed()
        };
        OperatorKind::Search { sources, predicate }
    }

    /// Whether the star here is what a comparison looks at: `* has "x"`.
    fn star_begins_comparison(&self) -> bool {
        use TokenKind::*;
        !matches!(self.kind_at(1), End | Bar | Semicolon | CloseParen | CloseBrace)
            && !self.is_word_at(1, "and")
    }

    pub(super) fn evaluate(&mut self) -> OperatorKind {
        let call = self.only_call();
        let mut schema = None;
        if self.eat(TokenKind::Colon) {
            schema = Some(self.evaluate_schema());
        }
        OperatorKind::Evaluate { call, schema }
    }

    /// `(*, a:string)`
    fn evaluate_schema(&mut self) -> EvaluateSchema {
        let opened = self.here();
        let mut schema = EvaluateSchema { keeps_source: false, columns: Vec::new() };
        if !self.expect(TokenKind::OpenParen, "`(` and columns") {
            return schema;
        }
        if self.eat(TokenKind::Star) {
            schema.keeps_source = true;
            if !self.eat(TokenKind::Comma) {
                self.close(TokenKind::CloseParen, opened);
                return schema;
            }
        }
        while !self.is(TokenKind::CloseParen) {
            schema.columns.push(self.typed_name());
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::CloseParen, opened);
        schema
    }

    /// `invoke f(…)`, `invoke f(…).g(…)`
    pub(super) fn invoke(&mut self) -> OperatorKind {
        let first = self.start();
        let mut call = self.only_call();
        while self.eat(TokenKind::Dot) {
            let member = self.only_call();
            call = self.expression(first, ExpressionKind::Path { base: call, member });
        }
        OperatorKind::Invoke { call }
    }

    pub(super) fn facet(&mut self) -> OperatorKind {
        self.expect_word("by");
        let columns = self.comma_separated(|parser| {
            let first = parser.start();
            let name = parser.reference();
            parser.expression(first, ExpressionKind::Name(name))
        });
        let mut body = None;
        if self.eat_word("with") {
            body = Some(if self.is(TokenKind::OpenParen) {
                self.bracketed_stages()
            } else {
                let first = self.start();
                let stage = self.stage();
                self.expression(first, ExpressionKind::Stages(vec![stage]))
            });
        }
        OperatorKind::Facet { columns, body }
    }

    pub(super) fn fork(&mut self) -> OperatorKind {
        let mut branches = Vec::new();
        loop {
            let name = match self.declaration_length(0) {
                Some(length) if self.kind_at(length) == TokenKind::Equal => {
                    let name = self.take_name(length);
                    self.bump();
                    Some(name)
                }
                _ => None,
            };
            if !self.is(TokenKind::OpenParen) {
                if branches.is_empty() || name.is_some() {
                    self.error_expected("`(` and operators");
                }
                break;
            }
            branches.push(ForkBranch { name, body: self.bracketed_stages() });
        }
        OperatorKind::Fork { branches }
    }

    pub(super) fn partition(&mut self) -> OperatorKind {
        self.expect_word("by");
        let by = self.column_path();
        let mut scope = None;
        if self.eat_word("in") {
            scope = Some(self.operand(false));
        }
        let body = if self.is(TokenKind::OpenBrace) {
            let opened = self.here();
            self.bump();
            let body = self.pipeline();
            self.close(TokenKind::CloseBrace, opened);
            body
        } else {
            self.bracketed_stages()
        };
        OperatorKind::Partition { by, scope, body }
    }

    pub(super) fn partition_by(&mut self) -> OperatorKind {
        let by = self.column_path();
        if self.eat_word("id") {
            self.literal_value();
        }
        OperatorKind::PartitionBy { by, body: self.bracketed_stages() }
    }

    pub(super) fn macro_expand(&mut self) -> OperatorKind {
        let group = self.operand(true);
        self.expect_word("as");
        let name = self.plain_name();
        let opened = self.here();
        let mut statements = Vec::new();
        if self.expect(TokenKind::OpenParen, "`(` and statements") {
            statements = self.statements(TokenKind::CloseParen);
            self.close(TokenKind::CloseParen, opened);
        }
        OperatorKind::MacroExpand { group, name, statements }
    }

    pub(super) fn range(&mut self) -> OperatorKind {
        let name = self.plain_name();
        self.expect_word("from");
        let from = self.unnamed();
        self.expect_word("to");
        let to = self.unnamed();
        self.expect_word("step");
        OperatorKind::Range { name, from, to, step: self.unnamed() }
    }
}
