//! Operators that take values apart: parse, mv-expand, mv-apply, scan; and render.

use crate::parser::Parser;
use crate::token::TokenKind;
use crate::tree::{
    ColumnType, ExpressionId, ExpressionKind, MvItem, OperatorKind, ParsePart, Property, ScanStep,
};

/// What `parse-kv … with (…)` may say.
const PARSE_KV_PROPERTIES: &[&str] =
    &["escape", "greedy", "kv_delimiter", "pair_delimiter", "quote", "regex"];

/// What `render … with (…)` may say.
const RENDER_PROPERTIES: &[&str] = &[
    "accumulate",
    "anomalycolumns",
    "kind",
    "legend",
    "series",
    "title",
    "xaxis",
    "xcolumn",
    "xmax",
    "xmin",
    "xtitle",
    "yaxis",
    "ycolumns",
    "ymax",
    "ymin",
    "ysplit",
    "ytitle",
];

impl Parser<'_> {
    /// `parse value with "text" column:type *`
    pub(super) fn parse_text(&mut self, drops_others: bool) -> OperatorKind {
        let value = self.unnamed();
        self.expect_word("with");
        let mut pattern = Vec::new();
        loop {
            match self.kind() {
                TokenKind::Star => {
                    pattern.push(ParsePart::Star(self.here()));
                    self.bump();
                }
                TokenKind::String => {
                    let first = self.start();
                    self.bump();
                    let literal = ExpressionKind::Literal(crate::tree::LiteralKind::String);
                    pattern.push(ParsePart::Text(self.expression(first, literal)));
                }
                _ if self.declaration_length(0).is_some() => {
                    pattern.push(ParsePart::Column(self.maybe_typed_name()))
                }
                _ => break,
            }
        }
        OperatorKind::Parse { drops_others, value, pattern }
    }

    pub(super) fn parse_kv(&mut self) -> OperatorKind {
        let value = self.unnamed();
        self.expect_word("as");
        let columns = self.row_schema();
        let properties =
            if self.is_word("with") { self.with_properties(Some(PARSE_KV_PROPERTIES)) } else { Vec::new() };
        OperatorKind::ParseKv { value, columns, properties }
    }

    fn mv_item(&mut self) -> MvItem {
        let value = self.named();
        let kind = self.eat_word("to").then(|| self.typeof_clause());
        MvItem { value, kind }
    }

    /// `typeof(string)` behind `to`
    fn typeof_clause(&mut self) -> ColumnType {
        let opened = self.here();
        if !self.expect_word("typeof") || !self.expect(TokenKind::OpenParen, "`(` and a type") {
            let first = self.start();
            return ColumnType { tokens: crate::tree::TokenRange { first, end: first } };
        }
        let kind = self.type_word();
        self.close(TokenKind::CloseParen, opened);
        kind
    }

    fn limit(&mut self) -> Option<ExpressionId> {
        self.eat_word("limit").then(|| self.unnamed())
    }

    pub(super) fn mv_expand(&mut self) -> OperatorKind {
        let items = self.comma_separated(Self::mv_item);
        OperatorKind::MvExpand { items, limit: self.limit() }
    }

    pub(super) fn mv_apply(&mut self) -> OperatorKind {
        let items = self.comma_separated(Self::mv_item);
        let limit = self.limit();
        if self.is_word("id") && self.kind_at(1) == TokenKind::Guid {
            self.bump();
            self.literal();
        }
        self.expect_word("on");
        OperatorKind::MvApply { items, limit, body: self.bracketed_stages() }
    }

    pub(super) fn scan(&mut self) -> OperatorKind {
        let mut order = Vec::new();
        let mut partition = Vec::new();
        let mut declared = Vec::new();
        if self.eat_word("order") {
            self.expect_word("by");
            order = self.comma_separated(Self::ordered);
        }
        if self.eat_word("partition") {
            self.expect_word("by");
            partition = self.comma_separated(Self::unnamed);
        }
        if self.eat_word("declare") {
            let opened = self.here();
            if self.expect(TokenKind::OpenParen, "`(` and columns") {
                declared = self.comma_separated(Self::function_parameter);
                self.close(TokenKind::CloseParen, opened);
            }
        }
        self.expect_word("with");
        let opened = self.here();
        let mut steps = Vec::new();
        if self.expect(TokenKind::OpenParen, "`(` and steps") {
            while !matches!(self.kind(), TokenKind::CloseParen | TokenKind::End) {
                let before = self.at;
                steps.push(self.scan_step());
                if self.at == before {
                    break;
                }
            }
            self.close(TokenKind::CloseParen, opened);
        }
        OperatorKind::Scan { order, partition, declared, steps }
    }

    fn scan_step(&mut self) -> ScanStep {
        if !self.expect_word("step")
            && self.is(TokenKind::Identifier)
            && self.kind_at(1) == TokenKind::Identifier
        {
            self.bump();
        }
        let name = self.declaration();
        let optional = self.eat_word("optional");
        let mut output = None;
        if self.is_word("output") && self.kind_at(1) == TokenKind::Equal {
            self.bump();
            self.bump();
            let first = self.start();
            match self.text() {
                "all" | "last" | "none" => self.bump(),
                _ => self.error_expected("`all`, `last` or `none`"),
            }
            output = Some(self.range_from(first));
        }
        self.expect(TokenKind::Colon, "`:` and a condition");
        let condition = self.unnamed();
        let mut assignments = Vec::new();
        if self.eat(TokenKind::FatArrow) {
            assignments = self.comma_separated(Self::named);
        }
        if !self.expect(TokenKind::Semicolon, "`;` behind the step") {
            while !matches!(
                self.kind(),
                TokenKind::Semicolon | TokenKind::CloseParen | TokenKind::Bar | TokenKind::End
            ) {
                self.bump();
            }
            self.eat(TokenKind::Semicolon);
        }
        ScanStep { name, optional, output, condition, assignments }
    }

    pub(super) fn render(&mut self) -> OperatorKind {
        let first = self.start();
        if matches!(self.kind(), TokenKind::Identifier | TokenKind::Keyword) {
            self.bump();
        } else {
            self.error_expected("a chart: timechart, barchart, table, …");
        }
        let chart = self.range_from(first);
        let mut properties = Vec::new();
        if self.is_word("with") && self.kind_at(1) == TokenKind::OpenParen {
            self.bump();
            let opened = self.here();
            self.bump();
            while RENDER_PROPERTIES.contains(&self.text()) && self.kind_at(1) == TokenKind::Equal {
                properties.push(self.render_property());
                if !self.eat(TokenKind::Comma) {
                    break;
                }
            }
            self.close(TokenKind::CloseParen, opened);
        } else {
            // The older form, without brackets.
            loop {
                if (self.is_word("with") && self.kind_at(1) == TokenKind::String) || self.is_word("by") {
                    let name = self.take_name(1);
                    let value = self.render_value();
                    properties.push(Property { name, value });
                } else if self.is(TokenKind::Identifier) && self.kind_at(1) == TokenKind::Equal {
                    properties.push(self.render_property());
                } else {
                    break;
                }
            }
        }
        OperatorKind::Render { chart, properties }
    }

    fn render_property(&mut self) -> Property {
        let name = self.take_name(1);
        self.bump();
        Property { name, value: self.render_value() }
    }

    /// A value, or names with commas between them: `ycolumns=a, b`.
    fn render_value(&mut self) -> ExpressionId {
        let first = self.start();
        let value = match self.kind() {
            TokenKind::Identifier if self.kind_at(1) != TokenKind::OpenParen => {
                let name = self.take_name(1);
                self.expression(first, ExpressionKind::Name(name))
            }
            _ => self.unary_value(),
        };
        let mut values = vec![value];
        while self.is(TokenKind::Comma)
            && (self.kind_at(1) == TokenKind::OpenBracket || self.kind_at(1) == TokenKind::Identifier)
            && self.kind_at(2) != TokenKind::Equal
        {
            self.bump();
            values.push(self.operand(false));
        }
        if values.len() == 1 { value } else { self.expression(first, ExpressionKind::JsonArray(values)) }
    }

    fn unary_value(&mut self) -> ExpressionId {
        match self.kind() {
            TokenKind::Minus | TokenKind::Plus => self.literal_value(),
            _ => self.operand(false),
        }
    }
}
