//! Statements.

use super::{Parser, operator};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::TokenKind;
use crate::tree::{
    ExpressionId, ExpressionKind, FunctionBody, FunctionParameter, ParameterType, PatternRule, StatementId,
    StatementKind,
};

impl Parser<'_> {
    /// A whole query: statements with semicolons between them.
    pub(super) fn query(&mut self) -> Vec<StatementId> {
        if self.is(TokenKind::Dot) && self.kind_at(1) == TokenKind::Identifier {
            self.command();
        }
        let statements = self.statements(TokenKind::End);
        debug_assert!(self.is(TokenKind::End), "everything is read");
        statements
    }

    /// A command, `.show tables`, is no query: only what follows its `<|` is read.
    fn command(&mut self) {
        while !self.is(TokenKind::End) {
            let is_query = self.text() == "<|";
            self.bump();
            if is_query {
                return;
            }
        }
    }

    /// Statements up to `end`, which stays. Whatever stands there is read, or skipped with a report.
    pub(super) fn statements(&mut self, end: TokenKind) -> Vec<StatementId> {
        let mut statements = Vec::new();
        while !self.is(end) && !self.is(TokenKind::End) {
            let (before, faults) = (self.at, self.faults);
            let first = self.text();
            let id = self.one_statement();
            statements.push(id);
            if !matches!(self.kind(), TokenKind::Semicolon | TokenKind::End) && !self.is(end) {
                self.after_statement(first, end);
            }
            if self.claim_faults(faults) {
                self.broken.statements.push(id);
            }
            if self.is(TokenKind::Semicolon) {
                let is_said = self.is_said_here();
                self.bump();
                // A semicolon in a wrong place was said before it.
                if !is_said || !self.is(TokenKind::Bar) {
                    self.begin();
                }
                let is_query = matches!(self.tree.statement(id).kind, StatementKind::Query(_));
                if is_query && end == TokenKind::CloseBrace && !self.is(end) && !self.is(TokenKind::End) {
                    let place = self.here();
                    self.report(
                        Diagnostic::new(Code::Expected, place, "expected `}` behind the query of a function")
                            .with_help("a function's body is one query, behind its `let`s; stages are joined with `|`"),
                    );
                    self.lost = self.too_deep;
                }
                continue;
            }
            if self.at == before {
                // A closing bracket without an opening one, or something as lost.
                self.bump();
            }
        }
        statements
    }

    /// Something stands behind a statement that is neither its end nor a semicolon.
    fn after_statement(&mut self, first: &str, end: TokenKind) {
        if self.begins_let() || self.begins_line_behind_let(first) {
            let place = self.here();
            let word = self.text();
            self.report(
                Diagnostic::new(Code::Expected, place, format!("expected `;` before `{word}`"))
                    .with_help("statements are parted by semicolons"),
            );
            self.begin();
            return;
        }
        let (place, found) = (self.here(), self.describe());
        let diagnostic = match self.kind() {
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                Diagnostic::new(Code::Unexpected, place, format!("{found} closes nothing"))
                    .with_help("take it away, or write the bracket before it that it closes")
            }
            _ => Diagnostic::new(Code::Unexpected, place, format!("{found} is not expected here"))
                .with_help(self.advice_unexpected()),
        };
        self.report(diagnostic);
        // Past this statement, to the next.
        while !self.is(end)
            && !self.is(TokenKind::End)
            && !self.is(TokenKind::Semicolon)
            && !self.begins_let()
        {
            self.bump();
        }
    }

    /// Whether a word begins a line behind a `let` whose semicolon was forgotten.
    fn begins_line_behind_let(&self, first: &str) -> bool {
        first == "let" && self.is(TokenKind::Identifier) && self.begins_line()
    }

    fn one_statement(&mut self) -> StatementId {
        let first = self.start();
        if let Some(kind) = self.other_statement() {
            return self.statement(first, kind);
        }
        let kind = match (self.kind(), self.text()) {
            (TokenKind::Semicolon, _) => {
                let place = self.here();
                self.report(
                    Diagnostic::new(Code::Unexpected, place, "`;` ends no statement here")
                        .with_help("one `;` is too many"),
                );
                StatementKind::Bad
            }
            (TokenKind::Bar, _) => {
                let place = self.here();
                self.report(
                    Diagnostic::new(Code::Unexpected, place, "`|` has nothing before it")
                        .with_help("a query begins with a table: write it before the bar"),
                );
                let source = self.missing();
                StatementKind::Query(self.stages_behind(source))
            }
            (TokenKind::Identifier, "let") if self.declaration_length(1).is_some() => self.let_statement(),
            // Nothing refers to `set`; a `let` without a name is one that is being typed.
            (TokenKind::Identifier, "set") => self.set_statement(),
            (TokenKind::Identifier, "declare") if self.kind_at(1) == TokenKind::Identifier => {
                self.declare_statement()
            }
            (TokenKind::Identifier, "alias") if self.is_word_at(1, "database") => self.alias_statement(),
            (TokenKind::Identifier, "restrict") if self.is_word_at(1, "access") => self.restrict_statement(),
            _ => StatementKind::Query(self.pipeline()),
        };
        self.statement(first, kind)
    }

    /// A statement as other languages, or a slip, begin it: read as what it was meant for where that is clear.
    fn other_statement(&mut self) -> Option<StatementKind> {
        if !self.is(TokenKind::Identifier) {
            return None;
        }
        let (place, word) = (self.here(), self.text());
        let assigns = |parser: &Self, ahead| {
            parser.kind_at(ahead) == TokenKind::Identifier && parser.kind_at(ahead + 1) == TokenKind::Equal
        };
        // `set` is a statement of its own.
        let binds = matches!(word, "var" | "const" | "def" | "local")
            || (word != "set" && crate::nearest::nearest(word, ["let"]).is_some());
        if word == "let" && self.is_word_at(1, "let") && assigns(self, 2) {
            self.bump();
            let place = self.here();
            self.report(
                Diagnostic::new(Code::Unexpected, place, "`let` is not expected here")
                    .with_help("one `let` binds one name"),
            );
        } else if word != "let" && binds && assigns(self, 1) {
            self.report(
                Diagnostic::new(Code::Expected, place, format!("expected `let`, found `{word}`"))
                    .with_help("a name is bound so: let name = value;"),
            );
        } else if assigns(self, 0) && !matches!(word, "let" | "set") && !operator::OPERATORS.contains(&word) {
            self.report(
                Diagnostic::new(Code::Expected, place, format!("expected `let` before `{word}`"))
                    .with_help(if self.at > 0 && !self.begins_line() {
                        "a name is bound so: let name = value; and values of one stage are parted by `,`, not by `;`"
                    } else {
                        "a name is bound so: let name = value;"
                    }),
            );
            self.lost = self.too_deep;
            return Some(self.let_value());
        } else if matches!(word, "def" | "function" | "fn" | "func" | "create")
            && self.kind_at(1) == TokenKind::Identifier
        {
            self.report(
                Diagnostic::new(Code::Unexpected, place, format!("`{word}` does not begin a statement"))
                    .with_help("a function is written so: let f = (x:long) { x + 1 };"),
            );
            self.skip_statement();
            return Some(StatementKind::Bad);
        } else if word.eq_ignore_ascii_case("select")
            && matches!(self.kind_at(1), TokenKind::Star | TokenKind::Identifier)
        {
            self.report(
                Diagnostic::new(Code::Unexpected, place, format!("`{word}` does not begin a query"))
                    .with_help("a query begins with its table: Table | where A == 1 | project A, B"),
            );
            self.skip_statement();
            return Some(StatementKind::Bad);
        } else {
            return None;
        }
        self.lost = self.too_deep;
        Some(self.let_statement())
    }

    fn skip_statement(&mut self) {
        while !self.is(TokenKind::End) && !self.is(TokenKind::Semicolon) && !self.begins_let() {
            self.bump();
        }
    }

    fn let_statement(&mut self) -> StatementKind {
        self.bump();
        self.let_value()
    }

    /// What stands behind `let`.
    fn let_value(&mut self) -> StatementKind {
        let name = self.plain_name();
        if !self.expect(TokenKind::Equal, "`=`")
            && matches!(self.kind(), TokenKind::EqualEqual | TokenKind::Colon)
        {
            self.bump();
            self.eat(TokenKind::Equal);
            self.lost = self.too_deep;
        }
        let view = self.is_word("view") && self.kind_at(1) == TokenKind::OpenParen;
        if view {
            self.bump();
        }
        if view || self.begins_parameters() {
            let parameters = self.function_parameters();
            let body = self.function_body();
            return StatementKind::LetFunction { name, view, parameters, body };
        }
        let value = if self.is_word("materialize") && self.kind_at(1) == TokenKind::OpenParen {
            self.materialize()
        } else {
            self.pipeline()
        };
        StatementKind::Let { name, value }
    }

    /// `materialize(T | …)`, which only a `let` holds.
    fn materialize(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let inner = self.bracketed_pipeline();
        let materialized = self.expression(first, ExpressionKind::Materialize(inner));
        self.stages_behind(materialized)
    }

    /// Whether parameters of a function stand here, and not a value in brackets: `() {`, `(a:…`.
    fn begins_parameters(&self) -> bool {
        if !self.is(TokenKind::OpenParen) {
            return false;
        }
        if self.kind_at(1) == TokenKind::CloseParen {
            return true;
        }
        self.declaration_length(1).is_some_and(|length| self.kind_at(1 + length) == TokenKind::Colon)
    }

    fn function_parameters(&mut self) -> Vec<FunctionParameter> {
        let opened = self.here();
        let mut parameters = Vec::new();
        if !self.expect(TokenKind::OpenParen, "`(`") {
            return parameters;
        }
        if !self.is(TokenKind::CloseParen) {
            parameters = self.comma_separated(Self::function_parameter);
        }
        self.close(TokenKind::CloseParen, opened);
        parameters
    }

    pub(super) fn function_parameter(&mut self) -> FunctionParameter {
        let name = self.declaration();
        self.expect(TokenKind::Colon, "`:` and a type");
        let kind = if self.is(TokenKind::OpenParen) {
            if self.kind_at(1) == TokenKind::Star && self.kind_at(2) == TokenKind::CloseParen {
                self.bump();
                self.bump();
                self.bump();
                ParameterType::AnyTable
            } else {
                ParameterType::Table(self.row_schema())
            }
        } else {
            ParameterType::Scalar(self.type_name())
        };
        let default = self.eat(TokenKind::Equal).then(|| self.literal_value());
        FunctionParameter { name, kind, default }
    }

    fn function_body(&mut self) -> FunctionBody {
        let opened = self.here();
        if !self.expect(TokenKind::OpenBrace, "`{` and the function's body") {
            return FunctionBody::default();
        }
        if !self.enter() {
            return FunctionBody::default();
        }
        let (expressions, operators) = self.arena_lengths();
        let statements = self.statements(TokenKind::CloseBrace);
        let (end, operators_end) = self.arena_lengths();
        self.leave();
        self.close(TokenKind::CloseBrace, opened);
        FunctionBody { statements, expressions: expressions..end, operators: operators..operators_end }
    }

    fn arena_lengths(&self) -> (u32, u32) {
        (self.tree.expressions.len() as u32, self.tree.operators.len() as u32)
    }

    fn set_statement(&mut self) -> StatementKind {
        self.bump();
        let name = self.reference();
        let value = self.eat(TokenKind::Equal).then(|| self.parameter_value());
        StatementKind::Set { name, value }
    }

    fn declare_statement(&mut self) -> StatementKind {
        self.bump();
        if self.eat_word("query_parameters") {
            return StatementKind::DeclareParameters(self.function_parameters());
        }
        if !self.eat_word("pattern") {
            self.error_expected("`query_parameters` or `pattern`");
            return StatementKind::Bad;
        }
        let name = self.reference();
        let mut parameters = Vec::new();
        let mut path = None;
        let mut rules = Vec::new();
        if self.eat(TokenKind::Equal) {
            parameters = self.function_parameters();
            if self.is(TokenKind::OpenBracket) {
                let opened = self.here();
                self.bump();
                path = Some(self.function_parameter());
                self.close(TokenKind::CloseBracket, opened);
            }
            let opened = self.here();
            if self.expect(TokenKind::OpenBrace, "`{` and rules") {
                while self.is(TokenKind::OpenParen) {
                    rules.push(self.pattern_rule());
                    self.eat(TokenKind::Semicolon);
                }
                self.close(TokenKind::CloseBrace, opened);
            }
        }
        StatementKind::DeclarePattern { name, parameters, path, rules }
    }

    fn pattern_rule(&mut self) -> PatternRule {
        let opened = self.here();
        self.bump();
        let arguments = self.comma_separated(Self::literal_value);
        self.close(TokenKind::CloseParen, opened);
        let mut path = None;
        if self.eat(TokenKind::Dot) {
            let opened = self.here();
            if self.expect(TokenKind::OpenBracket, "`[`") {
                path = Some(self.literal_value());
                self.close(TokenKind::CloseBracket, opened);
            }
        }
        self.expect(TokenKind::Equal, "`=`");
        PatternRule { arguments, path, body: self.function_body() }
    }

    fn alias_statement(&mut self) -> StatementKind {
        self.bump();
        self.bump();
        let name = self.reference();
        self.expect(TokenKind::Equal, "`=`");
        StatementKind::Alias { name, value: self.unnamed() }
    }

    fn restrict_statement(&mut self) -> StatementKind {
        self.bump();
        self.bump();
        self.expect_word("to");
        let opened = self.here();
        let mut entities = Vec::new();
        if self.expect(TokenKind::OpenParen, "`(`") {
            entities = self.comma_separated(Self::entity);
            self.close(TokenKind::CloseParen, opened);
        }
        StatementKind::Restrict(entities)
    }
}
