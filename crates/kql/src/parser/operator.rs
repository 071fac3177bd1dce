//! Query operators: what stands between the bars.

mod rows;
mod shape;
mod source;

use super::{Parser, name};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::token::{Span, TokenKind};
use crate::tree::{ExpressionId, ExpressionKind, OperatorId, OperatorKind, Order, Parameter};

/// Every operator's word. Sorted.
pub(super) const OPERATORS: &[&str] = &[
    "__executeAndCache",
    "__partitionby",
    "as",
    "assert-schema",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "invoke",
    "join",
    "limit",
    "lookup",
    "macro-expand",
    "make-graph",
    "make-series",
    "mv-apply",
    "mv-expand",
    "mvapply",
    "mvexpand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
];

/// Words that stand before `=` behind an operator's name.
const PARAMETERS: &[&str] = &[
    "__crossCluster",
    "__crossDB",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__sourceColumnIndex",
    "bagexpansion",
    "best_effort",
    "bin_legacy",
    "cycles",
    "decodeblocks",
    "expandoutput",
    "flags",
    "force_remote",
    "hint.concurrency",
    "hint.distribution",
    "hint.materialized",
    "hint.num_partitions",
    "hint.pass_filters",
    "hint.pass_filters_column",
    "hint.progressive_top",
    "hint.remote",
    "hint.shufflekey",
    "hint.spread",
    "hint.strategy",
    "isfuzzy",
    "kind",
    "output",
    "with_component_id",
    "with_itemindex",
    "with_match_id",
    "with_node_id",
    "with_source",
    "with_source_id",
    "with_step_name",
    "with_target_id",
    "withsource",
];

/// Whether an operator that needs no rows stands here, and not a table or a function of the same name.
pub(super) fn begins_source(parser: &Parser<'_>) -> bool {
    match (parser.kind(), parser.text()) {
        (TokenKind::Identifier, "union" | "print" | "find" | "search") => true,
        (TokenKind::Identifier, "range") => {
            parser.declaration_length(1).is_some() && parser.kind_at(1) == TokenKind::Identifier
        }
        (TokenKind::Identifier, "evaluate") => {
            matches!(parser.kind_at(1), TokenKind::Identifier | TokenKind::Keyword)
        }
        (TokenKind::Identifier, "facet" | "reduce") => parser.is_word_at(1, "by"),
        (TokenKind::Identifier, "partition") => {
            matches!(parser.kind_at(1), TokenKind::Identifier | TokenKind::Keyword)
        }
        (TokenKind::Identifier, "render") => parser.kind_at(1) == TokenKind::Identifier,
        // What can be no name is an operator, whether or not it has rows to work on.
        (TokenKind::Identifier, word) => OPERATORS.contains(&word) && !name::may_refer(word),
        (TokenKind::Keyword, word) => OPERATORS.contains(&word),
        _ => false,
    }
}

/// Whether an operator's word stands at the beginning of a statement, where it would be read as a name although what
/// follows it shows that it is none.
pub(super) fn lacks_input(parser: &Parser<'_>) -> bool {
    parser.kind() == TokenKind::Identifier
        && OPERATORS.contains(&parser.text())
        && match parser.kind_at(1) {
            TokenKind::Long | TokenKind::String => true,
            TokenKind::Identifier => crate::tree::BinaryOperator::from_text(parser.text_at(1)).is_none(),
            _ => false,
        }
}

/// Whether an operator's word stands here, used as one.
pub(super) fn begins_stage(parser: &Parser<'_>) -> bool {
    match parser.kind() {
        TokenKind::Keyword => OPERATORS.contains(&parser.text()),
        TokenKind::Identifier => {
            OPERATORS.contains(&parser.text())
                && !matches!(parser.kind_at(1), TokenKind::Dot | TokenKind::OpenParen)
                && (!name::may_refer(parser.text())
                    || parser.kind_at(1) != TokenKind::Bar
                    || matches!(parser.text(), "count" | "getschema" | "consume" | "serialize"))
        }
        _ => false,
    }
}

/// Whether an operator stands where a bar should: it begins a line, or no name could stand there.
pub(super) fn is_forgotten_bar(parser: &Parser<'_>) -> bool {
    // Before a bar in a wrong place it is an operator's word, whatever else it might be.
    let is_swapped = parser.kind() == TokenKind::Identifier
        && OPERATORS.contains(&parser.text())
        && parser.kind_at(1) == TokenKind::Bar
        && !OPERATORS.contains(&parser.text_at(2));
    if !is_swapped && !begins_stage(parser) {
        return false;
    }
    // Behind a value `as` is another language's way to name it.
    if parser.text() == "as" && !parser.begins_line() {
        return false;
    }
    matches!(
        parser.kind_at(1),
        TokenKind::Identifier
            | TokenKind::Long
            | TokenKind::OpenParen
            | TokenKind::OpenBracket
            | TokenKind::End
            | TokenKind::Bar
    )
}

impl Parser<'_> {
    /// One stage: an operator and all that belongs to it. What follows it up to the next bar, semicolon or closing bracket
    /// is reported and skipped.
    pub(super) fn stage(&mut self) -> OperatorId {
        let first = self.start();
        let faults = self.faults;
        if !self.enter() {
            return self.operator(first, Vec::new(), OperatorKind::Bad);
        }
        let word = self.text();
        let outer = std::mem::replace(&mut self.operator_word, word);
        let (kind, parameters) = self.one_operator();
        self.leave();
        let id = self.operator(first, parameters, kind);
        self.end_of_stage(id);
        self.operator_word = outer;
        if self.claim_faults(faults) {
            self.broken.operators.push(id);
        }
        id
    }

    /// Looks at what stands behind a stage, and widens the stage by what does not belong there.
    fn end_of_stage(&mut self, id: OperatorId) {
        use TokenKind::*;
        let is_end = match self.kind() {
            Semicolon => !self.brackets.is_inside(self.at),
            kind => matches!(kind, Bar | CloseParen | CloseBracket | CloseBrace | End),
        };
        if is_end || self.begins_let() || (is_forgotten_bar(self) && !self.lost) {
            return;
        }
        if !self.lost {
            let (place, found) = (self.here(), self.describe());
            let diagnostic = match self.hyphenated(self.tree.operator(id).tokens.first) {
                Some((span, near)) => {
                    let word = span.text(&self.tree.source);
                    Diagnostic::new(Code::UnknownOperator, span, format!("`{word}` is no operator"))
                        .with_help(format!("did you mean `{near}`?"))
                }
                None => Diagnostic::new(Code::Unexpected, place, format!("{found} is not expected here"))
                    .with_help(self.advice_unexpected()),
            };
            self.report(diagnostic);
        }
        self.skip_to_sync();
        let first = self.tree.operator(id).tokens.first;
        self.tree.operators[id.index()].tokens = self.range_from(first);
    }

    fn one_operator(&mut self) -> (OperatorKind, Vec<Parameter>) {
        let word = match self.kind() {
            TokenKind::Identifier | TokenKind::Keyword => self.text(),
            _ => "",
        };
        if !OPERATORS.contains(&word)
            || (self.kind_at(1) == TokenKind::OpenParen && matches!(word, "count" | "getschema"))
        {
            self.unknown_operator();
            return (OperatorKind::Bad, Vec::new());
        }
        self.bump();
        self.misplaced_bar(word);
        let mut parameters = match word {
            // Their first words may be columns of such a name.
            "extend" | "project" | "project-rename" | "print" | "parse-kv" | "render" => Vec::new(),
            _ => self.parameters(),
        };
        let kind = match word {
            "__executeAndCache" => OperatorKind::ExecuteAndCache,
            "__partitionby" => self.partition_by(),
            "as" => OperatorKind::As { name: self.plain_name() },
            "assert-schema" => OperatorKind::AssertSchema { columns: self.row_schema() },
            "consume" => OperatorKind::Consume,
            "count" => OperatorKind::Count { name: self.eat_word("as").then(|| self.plain_name()) },
            "distinct" => OperatorKind::Distinct { columns: self.comma_separated(Self::star_or_named) },
            "evaluate" => self.evaluate(),
            "extend" => OperatorKind::Extend { columns: self.comma_separated(Self::named) },
            "facet" => self.facet(),
            "filter" | "where" => OperatorKind::Where { predicate: self.named() },
            "find" => self.find(&mut parameters),
            "fork" => self.fork(),
            "getschema" => OperatorKind::GetSchema,
            "graph-mark-components" => OperatorKind::GraphMarkComponents,
            "graph-match" => self.graph_match(false),
            "graph-shortest-paths" => self.graph_match(true),
            "graph-to-table" => self.graph_to_table(),
            "graph-where-edges" => OperatorKind::GraphWhereEdges { predicate: self.unnamed() },
            "graph-where-nodes" => OperatorKind::GraphWhereNodes { predicate: self.unnamed() },
            "invoke" => self.invoke(),
            "join" => self.join(false),
            "lookup" => self.join(true),
            "limit" | "take" => OperatorKind::Take { count: self.named() },
            "macro-expand" => self.macro_expand(),
            "make-graph" => self.make_graph(&mut parameters),
            "make-series" => self.make_series(),
            "mv-apply" | "mvapply" => self.mv_apply(),
            "mv-expand" | "mvexpand" => self.mv_expand(),
            "order" | "sort" => {
                self.expect_word("by");
                OperatorKind::Sort { keys: self.comma_separated(Self::ordered) }
            }
            "parse" => self.parse_text(false),
            "parse-where" => self.parse_text(true),
            "parse-kv" => self.parse_kv(),
            "partition" => self.partition(),
            "print" => OperatorKind::Print { columns: self.comma_separated(Self::named) },
            "project" => OperatorKind::Project { columns: self.optional_list(Self::named) },
            "project-away" => OperatorKind::ProjectAway { columns: self.optional_list(Self::column_pattern) },
            "project-by-names" => OperatorKind::ProjectByNames { columns: self.optional_list(Self::unnamed) },
            "project-keep" => OperatorKind::ProjectKeep { columns: self.optional_list(Self::column_pattern) },
            "project-rename" => OperatorKind::ProjectRename { columns: self.optional_list(Self::named) },
            "project-reorder" => {
                OperatorKind::ProjectReorder { columns: self.optional_list(Self::reordered) }
            }
            "range" => self.range(),
            "reduce" => self.reduce(),
            "render" => self.render(),
            "sample" => OperatorKind::Sample { count: self.named() },
            "sample-distinct" => {
                let count = self.named();
                self.expect_word("of");
                OperatorKind::SampleDistinct { count, of: self.named() }
            }
            "scan" => self.scan(),
            "search" => self.search(),
            "serialize" => OperatorKind::Serialize { columns: self.optional_list(Self::named) },
            "summarize" => self.summarize(),
            "top" => {
                let count = self.named();
                self.expect_word("by");
                OperatorKind::Top { count, by: self.ordered() }
            }
            "top-hitters" => self.top_hitters(),
            "top-nested" => self.top_nested(),
            "union" => self.union(),
            _ => OperatorKind::Bad,
        };
        (kind, parameters)
    }

    /// A bar right behind an operator's word, and no operator behind that: the two stand the wrong way round.
    fn misplaced_bar(&mut self, word: &str) {
        if !self.is(TokenKind::Bar) || matches!(word, "consume" | "count" | "getschema" | "serialize") {
            return;
        }
        let next = match self.kind_at(1) {
            TokenKind::Identifier | TokenKind::Keyword => self.text_at(1),
            TokenKind::Bar | TokenKind::End => return,
            _ => "",
        };
        let may_stand_alone = word.starts_with("project") || word == "summarize";
        if OPERATORS.contains(&next)
            || (may_stand_alone && !self.said && nearest(next, OPERATORS.iter().copied()).is_some())
        {
            return;
        }
        let place = self.here();
        self.report(
            Diagnostic::new(Code::MissingExpression, place, format!("`{word}` has nothing behind it"))
                .with_help(format!("the bar stands before `{word}`, and what it works on behind it")),
        );
        self.bump();
        self.lost = self.too_deep;
    }

    /// Reports a word that is no operator, with the nearest that is one, and skips the stage.
    fn unknown_operator(&mut self) {
        let (place, found) = (self.here(), self.describe());
        let diagnostic = match self.kind() {
            TokenKind::Identifier | TokenKind::Keyword => {
                let hyphenated = self.hyphenated(self.start());
                let (place, advice) = match hyphenated {
                    Some((span, near)) => (span, Some(format!("did you mean `{near}`?"))),
                    None => (place, self.advice_operator(self.text())),
                };
                let word = place.text(&self.tree.source);
                let diagnostic =
                    Diagnostic::new(Code::UnknownOperator, place, format!("`{word}` is no operator"));
                match advice {
                    Some(advice) => diagnostic.with_help(advice),
                    None => diagnostic
                        .with_help("behind `|` stands an operator: where, extend, project, summarize, …"),
                }
            }
            TokenKind::Bar if self.source[..place.start as usize].ends_with('|') => {
                self.bump();
                let help = match OPERATORS.contains(&self.text()) {
                    true => "stages are parted by one `|`",
                    false => "conditions are joined with `or`, texts with strcat(…)",
                };
                Diagnostic::new(Code::UnknownOperator, place, "expected an operator, found `||`")
                    .with_help(help)
            }
            _ => {
                Diagnostic::new(Code::UnknownOperator, place, format!("expected an operator, found {found}"))
                    .with_help("behind `|` stands an operator: where, extend, project, summarize, …")
            }
        };
        self.report(diagnostic);
        self.lost = true;
        self.skip_to_sync();
    }

    /// A word with hyphens that begins at a token and is no operator, with the operator that is nearest to it.
    fn hyphenated(&self, first: u32) -> Option<(Span, &'static str)> {
        let mut tokens = self.tree.tokens.get(first as usize..)?.iter();
        let mut span = tokens.next()?.span;
        while let [hyphen, word, ..] = tokens.as_slice()
            && (hyphen.kind, word.kind) == (TokenKind::Minus, TokenKind::Identifier)
        {
            span = span.to(word.span);
            tokens.nth(1);
        }
        let word = span.text(&self.tree.source);
        let known = OPERATORS.iter().copied().filter(|known| known.contains('-'));
        let near = match word {
            "project-out" | "project-drop" | "project-remove" | "project-except" => Some("project-away"),
            _ if word.contains('-') => nearest(word, known),
            _ => None,
        };
        near.filter(|near| *near != word).map(|near| (span, near))
    }

    // What many operators share.

    /// `kind=inner hint.strategy=shuffle`
    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        while self.begins_parameter() {
            parameters.push(self.parameter());
        }
        parameters
    }

    fn begins_parameter(&self) -> bool {
        matches!(self.kind(), TokenKind::Identifier | TokenKind::Keyword)
            && self.kind_at(1) == TokenKind::Equal
            && PARAMETERS.contains(&self.text())
    }

    pub(super) fn parameter(&mut self) -> Parameter {
        let name = self.take_name(1);
        self.bump();
        Parameter { name, value: self.parameter_value() }
    }

    /// A word, a name in brackets, or a literal.
    pub(super) fn parameter_value(&mut self) -> ExpressionId {
        let first = self.start();
        match self.kind() {
            TokenKind::Identifier => {
                let name = self.take_name(1);
                let mut value = self.expression(first, ExpressionKind::Name(name));
                while self.is(TokenKind::Dot) && self.kind_at(1) == TokenKind::Identifier {
                    self.bump();
                    let start = self.start();
                    let name = self.take_name(1);
                    let member = self.expression(start, ExpressionKind::Name(name));
                    value = self.expression(first, ExpressionKind::Path { base: value, member });
                }
                value
            }
            TokenKind::OpenBracket => {
                let name = self.declaration();
                self.expression(first, ExpressionKind::Name(name))
            }
            _ => self.literal_value(),
        }
    }

    /// Items with commas between them, or none.
    pub(super) fn optional_list<T>(&mut self, item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        use TokenKind::*;
        if matches!(self.kind(), Bar | Semicolon | CloseParen | CloseBracket | CloseBrace | End) {
            return Vec::new();
        }
        self.comma_separated(item)
    }

    fn star_or_named(&mut self) -> ExpressionId {
        use TokenKind::*;
        if self.is(Star) && matches!(self.kind_at(1), Comma | Bar | Semicolon | CloseParen | CloseBrace | End)
        {
            return self.star();
        }
        self.named()
    }

    /// `key asc nulls last`
    pub(super) fn ordered(&mut self) -> Order {
        let key = self.named();
        let ascending = match self.text() {
            "asc" if self.eat_word("asc") => Some(true),
            "desc" if self.eat_word("desc") => Some(false),
            _ => None,
        };
        let mut nulls_first = None;
        if self.eat_word("nulls") {
            match self.text() {
                "first" => nulls_first = Some(true),
                "last" => nulls_first = Some(false),
                _ => self.error_expected("`first` or `last`"),
            }
            if nulls_first.is_some() {
                self.bump();
            }
        }
        Order { key, ascending, by_number: false, nulls_first }
    }

    /// A column of `project-reorder` with its order.
    fn reordered(&mut self) -> Order {
        let key = self.column_pattern();
        let by_number = matches!(self.text(), "granny-asc" | "granny-desc");
        let ascending = match self.text() {
            "asc" | "granny-asc" => Some(true),
            "desc" | "granny-desc" => Some(false),
            _ => None,
        };
        if ascending.is_some() {
            self.bump();
        }
        Order { key, ascending, by_number, nulls_first: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(OPERATORS.is_sorted());
        assert!(PARAMETERS.is_sorted());
    }
}
