//! Literals and the tables that are written out.

use super::Parser;
use crate::diagnostic::{Code, Diagnostic};
use crate::token::TokenKind;
use crate::tree::{ExpressionId, ExpressionKind, JsonPair, LiteralKind, Property, TokenRange, UnaryOperator};

impl Parser<'_> {
    /// The literal that stands here; strings side by side are one.
    pub(super) fn literal(&mut self) -> ExpressionId {
        let first = self.start();
        let kind = match self.kind() {
            TokenKind::Bool => LiteralKind::Bool,
            TokenKind::Int => LiteralKind::Int,
            TokenKind::Long => LiteralKind::Long,
            TokenKind::Real => LiteralKind::Real,
            TokenKind::Decimal => LiteralKind::Decimal,
            TokenKind::DateTime => LiteralKind::DateTime,
            TokenKind::TimeSpan => LiteralKind::TimeSpan,
            TokenKind::Guid => LiteralKind::Guid,
            _ => LiteralKind::String,
        };
        if kind == LiteralKind::Guid && !self.text().starts_with("guid") {
            let (place, text) = (self.here(), self.text());
            let diagnostic = Diagnostic::new(Code::RawGuid, place, "a GUID does not stand alone here")
                .with_help(format!("write guid({text}), or \"{text}\" where the column is a string"));
            // What it means is clear, so that what follows it is read as ever.
            if !self.lost && !self.said {
                self.diagnostics.push(diagnostic);
            }
        }
        self.bump();
        while kind == LiteralKind::String && self.is(TokenKind::String) {
            self.bump();
        }
        self.expression(first, ExpressionKind::Literal(kind))
    }

    /// A literal and nothing else: a number with or without its sign, a string, `dynamic(…)`, ….
    pub(super) fn literal_value(&mut self) -> ExpressionId {
        let first = self.start();
        let sign = match self.kind() {
            // The sign touches its number.
            TokenKind::Minus if self.touches_next(0) => Some(UnaryOperator::Minus),
            TokenKind::Plus if self.touches_next(0) => Some(UnaryOperator::Plus),
            _ => None,
        };
        if let Some(operator) = sign {
            self.bump();
            let operand = if self.kind().is_literal() {
                self.literal()
            } else {
                self.error_missing_expression();
                self.missing()
            };
            return self.expression(first, ExpressionKind::Unary { operator, operand });
        }
        match (self.kind(), self.text()) {
            (kind, _) if kind.is_literal() => self.literal(),
            (TokenKind::Identifier, "dynamic") if self.kind_at(1) == TokenKind::OpenParen => self.dynamic(),
            (TokenKind::Identifier, "typeof") if self.kind_at(1) == TokenKind::OpenParen => self.type_of(),
            _ => {
                let (place, found) = (self.here(), self.describe());
                self.report(
                    Diagnostic::new(Code::Expected, place, format!("expected a literal, found {found}"))
                        .with_help(
                            "no name and no call stands here: numbers, strings, dynamic(…), datetime(…), …",
                        ),
                );
                self.missing()
            }
        }
    }

    /// `dynamic(…)`
    pub(super) fn dynamic(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let opened = self.here();
        self.bump();
        let value = self.json();
        self.close(TokenKind::CloseParen, opened);
        self.expression(first, ExpressionKind::Dynamic(value))
    }

    fn json(&mut self) -> ExpressionId {
        if !self.enter() {
            return self.missing();
        }
        let first = self.start();
        let opened = self.here();
        let value = match (self.kind(), self.text()) {
            (TokenKind::OpenBrace, _) => {
                self.bump();
                let mut pairs = Vec::new();
                if !self.is(TokenKind::CloseBrace) {
                    pairs = self.comma_separated(Self::json_pair);
                }
                self.close(TokenKind::CloseBrace, opened);
                self.expression(first, ExpressionKind::JsonObject(pairs))
            }
            (TokenKind::OpenBracket, _) => {
                self.bump();
                let mut items = Vec::new();
                if !self.is(TokenKind::CloseBracket) {
                    items = self.comma_separated(Self::json);
                }
                self.close(TokenKind::CloseBracket, opened);
                self.expression(first, ExpressionKind::JsonArray(items))
            }
            (TokenKind::Identifier, "null") => {
                self.bump();
                self.expression(first, ExpressionKind::JsonNull)
            }
            (TokenKind::Identifier, "dynamic") if self.kind_at(1) == TokenKind::OpenParen => self.dynamic(),
            (TokenKind::Minus, _) if self.kind_at(1).is_literal() => self.literal_value(),
            (kind, _) if kind.is_literal() => self.literal(),
            _ => {
                let (place, found) = (self.here(), self.describe());
                self.report(
                    Diagnostic::new(Code::Expected, place, format!("expected a JSON value, found {found}"))
                        .with_help("inside dynamic(…) stand literals, […] and {…}; what is computed is put together with bag_pack(…) or pack_array(…)"),
                );
                self.missing()
            }
        };
        self.leave();
        value
    }

    fn json_pair(&mut self) -> JsonPair {
        let first = self.start();
        self.eat(TokenKind::String);
        let key = self.range_from(first);
        if key.is_empty() {
            self.error_expected("a key in quotes");
            if self.is(TokenKind::Identifier) {
                self.bump();
            }
        }
        self.expect(TokenKind::Colon, "`:` and a value");
        JsonPair { key, value: self.json() }
    }

    /// `typeof(string)`, `typeof(a:string, b:long)`
    pub(super) fn type_of(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let opened = self.here();
        self.bump();
        let mut columns = Vec::new();
        if !self.is(TokenKind::CloseParen) {
            columns = self.comma_separated(|parser| {
                if parser.kind_at(1) == TokenKind::Colon || parser.is(TokenKind::OpenBracket) {
                    return parser.typed_name();
                }
                let name = parser.missing_name();
                if parser.eat(TokenKind::Star) {
                    let first = parser.start();
                    return crate::tree::Column {
                        name,
                        kind: crate::tree::ColumnType { tokens: TokenRange { first, end: first } },
                    };
                }
                crate::tree::Column { name, kind: parser.type_word() }
            });
        }
        self.close(TokenKind::CloseParen, opened);
        self.expression(first, ExpressionKind::TypeOf(columns))
    }

    /// `datatable (…) […]`
    pub(super) fn data_table(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        self.parameters();
        let columns = self.row_schema();
        let opened = self.here();
        let mut values = Vec::new();
        if self.expect(TokenKind::OpenBracket, "`[` and values") {
            while !self.is(TokenKind::CloseBracket) {
                values.push(self.literal_value());
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            self.close(TokenKind::CloseBracket, opened);
        }
        self.expression(first, ExpressionKind::DataTable { columns, values })
    }

    /// `externaldata (…) […] with (…)`
    pub(super) fn external_data(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        self.parameters();
        let columns = self.row_schema();
        let opened = self.here();
        let mut sources = Vec::new();
        if self.expect(TokenKind::OpenBracket, "`[` and addresses") {
            while !self.is(TokenKind::CloseBracket) {
                sources.push(self.unnamed());
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            self.close(TokenKind::CloseBracket, opened);
        }
        let properties = if self.is_word("with") { self.with_properties(None) } else { Vec::new() };
        self.expression(first, ExpressionKind::ExternalData { columns, sources, properties })
    }

    /// `inline_external_table (…) kind=… partition by (…) dataformat=… (…) with (…)`; the columns may be missing.
    pub(super) fn inline_external_table(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let mut columns = Vec::new();
        if self.is(TokenKind::OpenParen) {
            columns = self.row_schema();
        }
        let mut properties = Vec::new();
        let mut sources = Vec::new();
        loop {
            match (self.kind(), self.text()) {
                (TokenKind::Identifier, "with") => properties.extend(self.with_properties(None)),
                (TokenKind::Identifier | TokenKind::Keyword, "partition" | "pathformat") => {
                    self.skip_clause()
                }
                (TokenKind::Identifier | TokenKind::Keyword, _) if self.kind_at(1) == TokenKind::Equal => {
                    let parameter = self.parameter();
                    properties.push(Property { name: parameter.name, value: parameter.value });
                }
                (TokenKind::OpenParen, _) if sources.is_empty() => {
                    let opened = self.here();
                    self.bump();
                    sources = self.comma_separated(Self::unnamed);
                    self.close(TokenKind::CloseParen, opened);
                }
                _ => break,
            }
        }
        self.expression(first, ExpressionKind::ExternalData { columns, sources, properties })
    }

    /// A clause whose meaning nobody asks for: up to the end of its brackets.
    fn skip_clause(&mut self) {
        while !matches!(
            self.kind(),
            TokenKind::OpenParen | TokenKind::End | TokenKind::Bar | TokenKind::Semicolon
        ) {
            self.bump();
        }
        let mut depth = 0usize;
        loop {
            match self.kind() {
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen => depth = depth.saturating_sub(1),
                TokenKind::End => return,
                _ => {}
            }
            if depth == 0 && !self.is(TokenKind::CloseParen) {
                return;
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    /// `with (name=value, …)`, where the names may be only those that are `known`, if it says any.
    pub(super) fn with_properties(&mut self, known: Option<&[&str]>) -> Vec<Property> {
        self.bump();
        let opened = self.here();
        let mut properties = Vec::new();
        if !self.expect(TokenKind::OpenParen, "`(` and properties") {
            return properties;
        }
        if !self.is(TokenKind::CloseParen) {
            properties = self.comma_separated(|parser| {
                if let Some(known) = known.filter(|known| !known.contains(&parser.text())) {
                    parser.error_expected(&format!("one of {}", known.join(", ")));
                }
                let name = parser.declaration();
                parser.expect(TokenKind::Equal, "`=` and a value");
                Property { name, value: parser.parameter_value() }
            });
        }
        self.close(TokenKind::CloseParen, opened);
        properties
    }

    pub(super) fn contextual_data_table(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        if self.is(TokenKind::Guid) {
            self.bump();
        } else {
            self.error_expected("a GUID");
        }
        let columns = self.row_schema();
        self.expression(first, ExpressionKind::ContextualDataTable { columns })
    }

    /// `entity_group [cluster('c').database('d'), …]`
    pub(super) fn entity_group(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let opened = self.here();
        self.bump();
        let mut members = Vec::new();
        if !self.is(TokenKind::CloseBracket) {
            members = self.comma_separated(|parser| parser.operand(true));
        }
        self.close(TokenKind::CloseBracket, opened);
        self.expression(first, ExpressionKind::EntityGroup(members))
    }

    pub(super) fn view_combine(&mut self) -> ExpressionId {
        let first = self.start();
        self.bump();
        let opened = self.here();
        if self.expect(TokenKind::OpenParen, "`(` and a view's name") {
            self.literal_value();
            self.close(TokenKind::CloseParen, opened);
        }
        self.expect_word("base");
        let base = self.bracketed_pipeline();
        self.expect_word("delta");
        let delta = self.bracketed_pipeline();
        self.expect_word("aggregations");
        let aggregations = self.bracketed_stages();
        self.expression(first, ExpressionKind::ViewCombine { base, delta, aggregations })
    }
}
