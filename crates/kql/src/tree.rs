//! The syntax tree: three arenas (statements, operators, expressions) over one token vector.
//!
//! A node knows its tokens as a range of that vector; children are within their parent and one after the other, so that
//! the text of the tree is the source. What the source lacks is [`ExpressionKind::Missing`], an empty range; what
//! the parser could not read is skipped inside the node that was being read. A tree is therefore always whole, also of a
//! broken query.

mod expression;
mod name;
mod operator;
mod statement;
mod walk;

use std::sync::Arc;

use crate::token::{Span, Token, TokenKind};

pub(crate) use expression::Level;
pub use expression::{BinaryOperator, Expression, ExpressionKind, JsonPair, LiteralKind, UnaryOperator};
pub use name::Name;
pub use operator::{
    AggregationDefault, Column, ColumnType, EvaluateSchema, FindColumn, ForkBranch, GraphEdge, GraphNode,
    GraphOutput, GraphPattern, GraphTable, JoinCondition, MvItem, Operator, OperatorKind, Order, Parameter,
    ParsePart, Property, ScanStep, SeriesRange, TopNestedLevel,
};
pub use statement::{FunctionBody, FunctionParameter, ParameterType, PatternRule, Statement, StatementKind};
pub use walk::Node;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)+) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The node's place in its arena, to keep facts about nodes in a vector of one's own.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        })+
    };
}

ids! {
    /// An expression of a [`Tree`].
    ExpressionId
    /// A query operator of a [`Tree`].
    OperatorId
    /// A statement of a [`Tree`].
    StatementId
}

/// A run of tokens of a tree, trivia between them included: indices into [`Tree::tokens`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenRange {
    /// The first token; where the range is empty, the one that is there instead.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
}

impl TokenRange {
    /// Whether nothing was there to be read.
    pub fn is_empty(self) -> bool {
        self.first >= self.end
    }
}

/// A query as syntax. It owns its text, so that it lives beside its file and crosses threads; a clone shares the text.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The query's text.
    pub source: Arc<str>,
    /// Every token, trivia among them, as [`lex`](crate::lex) cut them.
    pub tokens: Vec<Token>,
    /// The statements of the query in order.
    pub root: Vec<StatementId>,
    pub(crate) expressions: Vec<Expression>,
    pub(crate) operators: Vec<Operator>,
    pub(crate) statements: Vec<Statement>,
}

impl Tree {
    /// An expression by its id.
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.index()]
    }

    /// An operator by its id.
    pub fn operator(&self, id: OperatorId) -> &Operator {
        &self.operators[id.index()]
    }

    /// A statement by its id.
    pub fn statement(&self, id: StatementId) -> &Statement {
        &self.statements[id.index()]
    }

    /// Every statement, those in the bodies of functions among them, in the order in which they were read to their end.
    pub fn statements(&self) -> impl Iterator<Item = StatementId> + use<> {
        (0..self.statements.len() as u32).map(StatementId)
    }

    /// Whether there is nothing to read: only spaces and comments.
    pub fn is_empty(&self) -> bool {
        self.tokens.iter().all(|token| token.kind.is_trivia() || token.kind == TokenKind::End)
    }

    /// How many expressions there are; their indices lie below it.
    pub fn expression_count(&self) -> usize {
        self.expressions.len()
    }

    /// How many operators there are; their indices lie below it.
    pub fn operator_count(&self) -> usize {
        self.operators.len()
    }

    /// Where a run of tokens is, without the trivia before and after it. An empty run is after the token before it.
    pub fn span(&self, range: TokenRange) -> Span {
        if range.is_empty() {
            let before = self.tokens[..(range.first as usize).min(self.tokens.len())]
                .iter()
                .rev()
                .find(|token| !token.kind.is_trivia());
            let at = before.map_or(0, |token| token.span.end);
            return Span::new(at, at);
        }
        match (self.tokens.get(range.first as usize), self.tokens.get(range.end as usize - 1)) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }

    /// Where an expression is.
    pub fn span_of(&self, id: ExpressionId) -> Span {
        self.span(self.expression(id).tokens)
    }

    /// The word that an operator begins with.
    pub fn word(&self, id: OperatorId) -> Span {
        let first = self.operator(id).tokens.first as usize;
        self.tokens.get(first).map_or(Span::default(), |token| token.span)
    }

    /// The expression that the query returns: that of its last statement that is one.
    pub fn result(&self) -> Option<ExpressionId> {
        self.root.iter().rev().find_map(|id| match self.statement(*id).kind {
            StatementKind::Query(value) => Some(value),
            _ => None,
        })
    }

    /// The text of a run of tokens.
    pub fn text(&self, range: TokenRange) -> &str {
        self.span(range).text(&self.source)
    }

    /// The tokens of a run, trivia among them.
    pub fn tokens_in(&self, range: TokenRange) -> &[Token] {
        self.tokens.get(range.first as usize..range.end as usize).unwrap_or_default()
    }

    /// The text that a string literal stands for; strings side by side are one. `None` for what is not a well-formed
    /// string literal.
    pub fn string(&self, id: ExpressionId) -> Option<String> {
        let expression = self.expression(id);
        if !matches!(expression.kind, ExpressionKind::Literal(LiteralKind::String)) {
            return None;
        }
        let strings =
            self.tokens_in(expression.tokens).iter().filter(|token| token.kind == TokenKind::String);
        strings.map(|token| crate::literal::decode(token.text(&self.source))).collect()
    }

    /// The statement that declares the function in whose body an expression is, the innermost of several; `None` for one
    /// of the query itself. The defaults of a function's parameters are not in its body.
    pub fn function_of(&self, id: ExpressionId) -> Option<StatementId> {
        let holds = |body: &FunctionBody| body.expressions.contains(&id.0);
        let mut innermost: Option<(u32, StatementId)> = None;
        for (at, statement) in self.statements.iter().enumerate() {
            if let StatementKind::LetFunction { body, .. } = &statement.kind
                && holds(body)
            {
                let length = body.expressions.end - body.expressions.start;
                if innermost.is_none_or(|(least, _)| length <= least) {
                    innermost = Some((length, StatementId(at as u32)));
                }
            }
        }
        innermost.map(|(_, id)| id)
    }

    /// An expression with the brackets around it taken off.
    pub fn unwrapped(&self, mut id: ExpressionId) -> ExpressionId {
        while let ExpressionKind::Parenthesised(inner) = self.expression(id).kind {
            id = inner;
        }
        id
    }
}
