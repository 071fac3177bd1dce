//! Conditions: every operator that compares.

use super::{DEPTH, Generator, Level, Piece};
use crate::kind::Kind;

/// Operators on texts.
const TEXT: &[&str] = &[
    "=~",
    "!~",
    "has",
    "!has",
    "has_cs",
    "!has_cs",
    "hasprefix",
    "!hasprefix",
    "hasprefix_cs",
    "!hasprefix_cs",
    "hassuffix",
    "!hassuffix",
    "hassuffix_cs",
    "!hassuffix_cs",
    "contains",
    "!contains",
    "contains_cs",
    "!contains_cs",
    "startswith",
    "!startswith",
    "startswith_cs",
    "!startswith_cs",
    "endswith",
    "!endswith",
    "endswith_cs",
    "!endswith_cs",
    "like",
    "notlike",
    "likecs",
    "notlikecs",
    "notcontains",
    "containscs",
    "notcontainscs",
];

impl Generator {
    /// Something that is true or false.
    pub(super) fn condition(&mut self, depth: u8) -> Piece {
        let inner = depth.saturating_sub(1);
        match self.rng.u32(0..100) {
            0..=9 if depth > 0 => {
                let mut text = self.condition(inner).within(Level::And);
                for _ in 0..self.up_to(2) {
                    let other = self.condition(inner).within(Level::Equality);
                    text = format!("{text} and {other}");
                }
                Piece { text, level: Level::And }
            }
            10..=17 if depth > 0 => {
                let mut text = self.condition(inner).within(Level::Or);
                for _ in 0..self.up_to(2) {
                    let other = self.condition(inner).within(Level::And);
                    text = format!("{text} or {other}");
                }
                Piece { text, level: Level::Or }
            }
            18..=22 if depth > 0 => {
                let text = self.condition(inner).text;
                Piece::operand(format!("not({text})"))
            }
            0..=44 => self.text_condition(inner),
            45..=59 => self.equality(inner),
            60..=71 => self.comparison_of_order(inner),
            72..=84 => self.membership(inner),
            85..=91 => self.range_condition(inner),
            _ => self.value_within_bool(inner),
        }
    }

    fn value_within_bool(&mut self, depth: u8) -> Piece {
        match self.builtin_call(Kind::Bool, depth) {
            Some(text) => Piece::operand(text),
            None => self.leaf(Kind::Bool),
        }
    }

    /// A text, or a dynamic value that is taken for one.
    fn text_operand(&mut self, depth: u8, level: Level) -> String {
        let kind = if self.chance(15) { Kind::Dynamic } else { Kind::String };
        self.value_within(kind, depth, level)
    }

    fn text_condition(&mut self, depth: u8) -> Piece {
        let left = self.text_operand(depth, Level::Signed);
        let text = match self.rng.u32(0..10) {
            0 => format!("{left} matches regex {}", self.regex()),
            _ => {
                let operator = self.pick(TEXT);
                let right = self.text_operand(depth.min(1), Level::Signed);
                format!("{left} {operator} {right}")
            }
        };
        Piece { text, level: Level::Text }
    }

    fn equality(&mut self, depth: u8) -> Piece {
        let operator = self.pick(&["==", "==", "==", "!=", "!=", "<>"]);
        let kind = self.pick(Kind::ALL);
        // Numbers are compared with numbers, dynamic values with everything.
        let other = match kind {
            Kind::Long | Kind::Int | Kind::Real => self.pick(&[Kind::Long, Kind::Int, Kind::Real]),
            Kind::Dynamic => self.pick(&[Kind::String, Kind::Long, Kind::Bool, Kind::Real]),
            Kind::Array | Kind::Bag | Kind::Single => Kind::Dynamic,
            kind => kind,
        };
        let left = self.value_within(kind, depth, Level::Relational);
        let right = self.value_within(other, depth, Level::Relational);
        Piece { text: format!("{left} {operator} {right}"), level: Level::Equality }
    }

    fn comparison_of_order(&mut self, depth: u8) -> Piece {
        let operator = self.pick(&["<", "<=", ">", ">="]);
        let (kind, other) = self.pick(&[
            (Kind::Long, Kind::Long),
            (Kind::Int, Kind::Long),
            (Kind::Real, Kind::Long),
            (Kind::Decimal, Kind::Decimal),
            (Kind::DateTime, Kind::DateTime),
            (Kind::TimeSpan, Kind::TimeSpan),
            (Kind::Dynamic, Kind::Long),
        ]);
        let left = self.value_within(kind, depth, Level::Additive);
        let right = self.value_within(other, depth, Level::Additive);
        Piece { text: format!("{left} {operator} {right}"), level: Level::Relational }
    }

    fn membership(&mut self, depth: u8) -> Piece {
        let words = self.chance(30);
        let operator = match words {
            true => self.pick(&["has_any", "has_all"]),
            false => self.pick(&["in", "in", "!in", "in~", "!in~"]),
        };
        let kind = match words || operator.ends_with('~') {
            true => Kind::String,
            false => self.pick(Kind::PLAIN),
        };
        let left = self.value_within(kind, depth, Level::Relational);
        let list = match self.rng.u32(0..10) {
            0 | 1 if self.nesting < super::NESTING && !words => {
                let (table, scope) = self.nested_table(1);
                let column = scope.columns.iter().find(|column| column.kind == kind).cloned();
                match column {
                    Some(column) => format!("{table} | project {}", crate::schema::quoted(&column.name)),
                    None => self.value(Kind::Array, 0).text,
                }
            }
            2 if self.chance(50) => self.literal(Kind::Array).text,
            _ => {
                let count = self.up_to(4);
                let items: Vec<String> = (0..count).map(|_| self.value(kind, depth.min(1)).text).collect();
                items.join(", ")
            }
        };
        Piece { text: format!("{left} {operator} ({list})"), level: Level::Equality }
    }

    fn range_condition(&mut self, depth: u8) -> Piece {
        let operator = self.pick(&["between", "between", "!between"]);
        let kind =
            self.pick(&[Kind::Long, Kind::Int, Kind::Real, Kind::DateTime, Kind::TimeSpan, Kind::Decimal]);
        let left = self.value_within(kind, depth, Level::Relational);
        let low = self.value(kind, depth.min(1)).text;
        let high = match kind {
            // A span after the beginning.
            Kind::DateTime if self.chance(40) => self.time_span_text(),
            kind => self.value(kind, depth.min(1)).text,
        };
        Piece { text: format!("{left} {operator} ({low} .. {high})"), level: Level::Equality }
    }

    /// A condition as `where` takes it.
    pub(super) fn predicate(&mut self) -> String {
        match self.chance(85) {
            true => self.condition(DEPTH - 1).text,
            false => self.value(Kind::Bool, DEPTH - 1).text,
        }
    }
}
