//! The parameters of operators: which there are, and what they may be set to.

use super::{Binder, Rows};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind, OperatorKind, Parameter, Property, TokenRange};

/// What a parameter is set to.
#[derive(Debug, Clone, Copy)]
enum Setting {
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words in any case.
    WordOfAnyCase(&'static [&'static str]),
    /// One of these words, or a number.
    WordOrNumber(&'static [&'static str]),
    Bool,
    Integer,
    Number,
    Text,
    Column,
    /// A name, or whatever else.
    Free,
}

use Setting::{Bool, Column, Free, Integer, Number, Text, Word, WordOfAnyCase, WordOrNumber};

const STRATEGIES: &[&str] = &["auto", "broadcast", "centralized", "shuffle"];
const CONCURRENCIES: &[&str] = &["auto", "left", "local", "right", "unresolved"];
const REMOTES: &[&str] = &["auto", "local"];
const CHARTS: &[&str] = &[
    "table",
    "list",
    "barchart",
    "piechart",
    "ladderchart",
    "timechart",
    "linechart",
    "anomalychart",
    "pivotchart",
    "areachart",
    "stackedareachart",
    "scatterchart",
    "timepivot",
    "columnchart",
    "timeline",
    "3Dchart",
    "card",
    "treemap",
    "plotly",
    "graph",
    "sankey",
];
const RENDER: &[(&str, Setting)] = &[
    ("kind", Word(&["default", "unstacked", "stacked", "stacked100", "map"])),
    ("accumulate", Bool),
    ("xcolumn", Column),
    ("ycolumns", Column),
    ("anomalycolumns", Column),
    ("series", Column),
    ("by", Column),
    ("xaxis", Word(&["linear", "log"])),
    ("yaxis", Word(&["linear", "log"])),
    ("legend", Word(&["visible", "hidden"])),
    ("ysplit", Word(&["none", "axes", "panels"])),
    ("ymin", Number),
    ("ymax", Number),
];
const PARSE_KV: &[(&str, Setting)] = &[
    ("pair_delimiter", Text),
    ("kv_delimiter", Text),
    ("regex", Text),
    ("quote", Text),
    ("escape", Text),
    ("greedy", Bool),
];

/// The parameters of an operator; `None` where any may stand.
fn parameters_of(kind: &OperatorKind) -> Option<&'static [(&'static str, Setting)]> {
    use OperatorKind::*;
    Some(match kind {
        As { .. } => &[("hint.materialized", Free)],
        Consume => &[("decodeblocks", Bool)],
        Distinct { .. } => &[
            ("hint.shufflekey", Column),
            ("hint.strategy", WordOfAnyCase(STRATEGIES)),
            ("hint.num_partitions", Integer),
        ],
        Evaluate { .. } => &[
            ("hint.distribution", WordOfAnyCase(&["single", "per_node", "per_shard", "default"])),
            ("hint.remote", WordOfAnyCase(REMOTES)),
        ],
        GraphMatch { .. } => &[("cycles", Word(&["none", "all", "unique_edges"]))],
        GraphShortestPaths { .. } => &[("output", Word(&["any", "all"]))],
        GraphMarkComponents => &[("kind", Word(&["weak", "strong"])), ("with_component_id", Free)],
        // Which kinds a join has is said elsewhere.
        Join { .. } => &[
            ("kind", Free),
            ("hint.remote", WordOfAnyCase(CONCURRENCIES)),
            ("hint.shufflekey", Column),
            ("hint.strategy", WordOfAnyCase(STRATEGIES)),
            ("hint.num_partitions", Integer),
            ("hint.pass_filters", Free),
            ("hint.pass_filters_column", Free),
        ],
        Lookup { .. } => &[("kind", Word(&["inner", "leftouter"]))],
        MakeSeries { .. } => &[("hint.shufflekey", Column), ("kind", Word(&["nonempty"]))],
        MvApply { .. } => &[("with_itemindex", Free)],
        MvExpand { .. } => &[
            ("kind", Word(&["bag", "array"])),
            ("bagexpansion", Word(&["bag", "array"])),
            ("with_itemindex", Free),
        ],
        Parse { .. } => &[("kind", Word(&["simple", "regex", "relaxed"])), ("flags", Free)],
        Partition { .. } => &[
            ("hint.concurrency", WordOrNumber(CONCURRENCIES)),
            ("hint.spread", WordOrNumber(REMOTES)),
            ("hint.materialized", Bool),
            ("hint.shufflekey", Column),
            ("hint.strategy", Free),
        ],
        Reduce { .. } => &[("kind", Word(&["source"]))],
        Scan { .. } => &[("kind", Word(&["partial", "full"])), ("with_match_id", Free)],
        Search { .. } => &[("kind", Word(&["default", "case_insensitive", "case_sensitive"]))],
        Sort { .. } => &[("hint.strategy", WordOfAnyCase(&["splitBlock", "multipleBlocks"]))],
        Summarize { .. } => &[
            ("hint.shufflekey", Column),
            ("hint.strategy", WordOfAnyCase(&["shuffle"])),
            ("hint.num_partitions", Integer),
        ],
        Top { .. } => &[("hint.progressive_top", Free)],
        Union { .. } => &[
            ("kind", Word(&["inner", "outer"])),
            ("withsource", Free),
            ("with_source", Free),
            ("isfuzzy", Bool),
            ("__isFuzzy", Bool),
            ("best_effort", Bool),
            ("hint.concurrency", WordOrNumber(CONCURRENCIES)),
            ("hint.spread", WordOrNumber(REMOTES)),
        ],
        _ => return None,
    })
}

impl Binder<'_> {
    /// Says what is wrong with the parameters of an operator.
    pub(super) fn check_parameters(&mut self, kind: &OperatorKind, parameters: &[Parameter], rows: &Rows) {
        match kind {
            OperatorKind::Render { chart, properties } => self.check_render(*chart, properties, rows),
            OperatorKind::ParseKv { properties, .. } => self.check_properties(PARSE_KV, properties, rows),
            _ => {}
        }
        let Some(known) = parameters_of(kind).filter(|_| !parameters.is_empty()) else {
            return;
        };
        let mut seen: Vec<String> = Vec::new();
        for parameter in parameters {
            let name = self.tree.name(parameter.name).into_owned();
            // The service's own parameters are left alone.
            let setting = known.iter().find(|(known, _)| *known == name);
            let span = self.tree.name_span(parameter.name);
            if setting.is_none() && !name.starts_with("__") {
                let names: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
                let message = format!("this operator has no parameter `{name}`");
                self.report(
                    Diagnostic::new(Code::Unexpected, span, message)
                        .official_as("KS179")
                        .with_help(format!("its parameters are {}", names.join(", "))),
                );
            }
            if seen.contains(&name) && name != "hint.shufflekey" {
                let message = format!("`{name}` is set already");
                self.report(Diagnostic::new(Code::Unexpected, span, message).official_as("KS180"));
            }
            if let Some((_, setting)) = setting {
                self.check_setting(*setting, parameter.value, rows);
            }
            seen.push(name);
        }
    }

    fn check_render(&mut self, chart: TokenRange, properties: &[Property], rows: &Rows) {
        let text = self.tree.text(chart);
        if !text.is_empty() && !CHARTS.contains(&text) {
            let span = self.tree.span(chart);
            self.not_among(text, CHARTS, span);
        }
        self.check_properties(RENDER, properties, rows);
    }

    fn check_properties(&mut self, known: &[(&str, Setting)], properties: &[Property], rows: &Rows) {
        for property in properties {
            let name = self.tree.name(property.name);
            if let Some((_, setting)) = known.iter().find(|(known, _)| *known == name) {
                self.check_setting(*setting, property.value, rows);
            }
        }
    }

    fn check_setting(&mut self, setting: Setting, value: ExpressionId, rows: &Rows) {
        let kind = &self.tree.expression(value).kind;
        let span = self.span(value);
        let text = self.tree.text(self.tree.expression(value).tokens);
        let literal = match kind {
            ExpressionKind::Literal(literal) => Some(*literal),
            ExpressionKind::Unary { .. } => Some(LiteralKind::Real),
            _ => None,
        };
        let (fits, wanted, official) = match setting {
            Free => return,
            Word(words) | WordOfAnyCase(words) | WordOrNumber(words) => {
                let is_known = match setting {
                    Word(_) => words.contains(&text),
                    _ => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
                };
                let is_number = matches!(setting, WordOrNumber(_)) && literal.is_some();
                if !is_known && !is_number {
                    self.not_among(text, words, span);
                }
                return;
            }
            Column => {
                self.check_columns(value, rows);
                return;
            }
            Bool => (
                literal == Some(LiteralKind::Bool) || matches!(text, "true" | "false"),
                "true or false",
                "KS223",
            ),
            Integer => {
                (matches!(literal, Some(LiteralKind::Int | LiteralKind::Long)), "a whole number", "KS221")
            }
            Number => (
                matches!(literal, Some(LiteralKind::Int | LiteralKind::Long | LiteralKind::Real)),
                "a number",
                "KS224",
            ),
            Text => (literal == Some(LiteralKind::String), "a text in quotes", "KS222"),
        };
        if !fits {
            let message = format!("{wanted} is expected here, and not `{text}`");
            self.report(Diagnostic::new(Code::WrongType, span, message).official_as(official));
        }
    }

    fn not_among(&mut self, text: &str, words: &[&str], span: crate::token::Span) {
        let diagnostic = Diagnostic::new(Code::Expected, span, format!("`{text}` means nothing here"));
        self.report(match nearest(text, words.iter().copied()) {
            Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
            None => diagnostic.with_help(format!("one of these is expected: {}", words.join(", "))),
        });
    }

    /// One column or several, by their names.
    fn check_columns(&mut self, value: ExpressionId, rows: &Rows) {
        let values = match &self.tree.expression(value).kind {
            ExpressionKind::JsonArray(values) => values.as_slice(),
            _ => std::slice::from_ref(&value),
        };
        for value in values {
            let ExpressionKind::Name(name) = self.tree.expression(*value).kind else {
                continue;
            };
            let (symbol, span) = (self.declared_name(name), self.tree.name_span(name));
            if self.find(&rows.columns, symbol).is_none() && !rows.open && !self.is_known_elsewhere(symbol) {
                self.with_rows(rows, |binder| binder.unknown_name(symbol, span));
            }
        }
    }
}
