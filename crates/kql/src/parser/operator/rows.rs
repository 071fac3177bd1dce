//! Operators over rows that need more than a list: summarize, make-series, top-nested, reduce, sampling.

use crate::parser::Parser;
use crate::token::TokenKind;
use crate::tree::{AggregationDefault, OperatorKind, SeriesRange, TopNestedLevel};

impl Parser<'_> {
    pub(super) fn summarize(&mut self) -> OperatorKind {
        let mut aggregates = Vec::new();
        if !(self.is_word("by") && self.kind_at(1) != TokenKind::Equal) {
            aggregates = self.optional_list(Self::named);
        }
        let mut by = Vec::new();
        let mut bin = None;
        if self.eat_word("by") {
            by = self.comma_separated(Self::named);
            if self.is_word("bin") && self.kind_at(1) == TokenKind::Equal {
                self.bump();
                self.bump();
                bin = Some(self.literal_value());
            }
        }
        OperatorKind::Summarize { aggregates, by, bin }
    }

    pub(super) fn make_series(&mut self) -> OperatorKind {
        let aggregations = self.comma_separated(|parser| {
            if parser.is_word("on")
                && parser.kind_at(1) != TokenKind::OpenParen
                && parser.kind_at(1) != TokenKind::Equal
            {
                parser.error_missing_expression();
                return AggregationDefault { value: parser.missing(), default: None };
            }
            let value = parser.named();
            let mut default = None;
            if parser.is_word("default") && parser.kind_at(1) == TokenKind::Equal {
                parser.bump();
                parser.bump();
                default = Some(parser.named());
            }
            AggregationDefault { value, default }
        });
        self.expect_word("on");
        let on = self.named();
        let range = if self.is_word("in") {
            self.bump();
            if self.is_word("range") {
                SeriesRange::In(self.only_call())
            } else {
                self.error_expected("`range(from, to, step)`");
                SeriesRange::In(self.missing())
            }
        } else {
            let from = self.eat_word("from").then(|| self.named());
            let to = self.eat_word("to").then(|| self.named());
            self.expect_word("step");
            SeriesRange::Steps { from, to, step: self.named() }
        };
        let mut by = Vec::new();
        if self.eat_word("by") {
            by = self.comma_separated(Self::named);
        }
        OperatorKind::MakeSeries { aggregations, on, range, by }
    }

    pub(super) fn reduce(&mut self) -> OperatorKind {
        self.expect_word("by");
        let by = self.named();
        let mut with = Vec::new();
        if self.eat_word("with") {
            with = self.comma_separated(|parser| {
                if !matches!(parser.text(), "threshold" | "characters") {
                    parser.error_expected("`threshold=…` or `characters=…`");
                } else if parser.kind_at(1) != TokenKind::Equal {
                    parser.bump();
                    parser.error_expected("`=` and a value");
                }
                parser.named()
            });
        }
        OperatorKind::Reduce { by, with }
    }

    pub(super) fn top_hitters(&mut self) -> OperatorKind {
        let count = self.named();
        self.expect_word("of");
        let of = self.named();
        let by = self.eat_word("by").then(|| self.ordered());
        OperatorKind::TopHitters { count, of, by }
    }

    pub(super) fn top_nested(&mut self) -> OperatorKind {
        let mut levels = vec![self.top_nested_level()];
        while self.eat(TokenKind::Comma) {
            self.expect_word("top-nested");
            levels.push(self.top_nested_level());
        }
        OperatorKind::TopNested { levels }
    }

    fn top_nested_level(&mut self) -> TopNestedLevel {
        let count = (!self.is_word("of")).then(|| self.named());
        self.expect_word("of");
        let of = self.named();
        let mut others = None;
        if self.eat_word("with") {
            self.expect_word("others");
            self.expect(TokenKind::Equal, "`=`");
            others = Some(self.named());
        }
        self.expect_word("by");
        TopNestedLevel { count, of, others, by: self.ordered() }
    }
}
