//! The syntax tree: three arenas (statements, operators, expressions) over one token vector.
//!
//! A node knows its tokens as a range of that vector; children lie within their parent and one behind the other, so that
//! the text of the tree is the source. What the source lacks stands as [`ExpressionKind::Missing`], an empty range; what
//! the parser could not read is skipped inside the node that was being read. A tree is therefore always whole, also of a
//! broken query.

mod expression;
mod name;
mod operator;
mod statement;
mod walk;

use std::sync::Arc;

use crate::token::{Span, Token};

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
    /// The first token; where the range is empty, the one that stands there instead.
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

    /// How many expressions there are; their indices lie below it.
    pub fn expression_count(&self) -> usize {
        self.expressions.len()
    }

    /// How many operators there are; their indices lie below it.
    pub fn operator_count(&self) -> usize {
        self.operators.len()
    }

    /// Where a run of tokens stands, trivia before and behind it left out. An empty run stands behind the token before it.
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

    /// Where an expression stands.
    pub fn span_of(&self, id: ExpressionId) -> Span {
        self.span(self.expression(id).tokens)
    }

    /// The text of a run of tokens.
    pub fn text(&self, range: TokenRange) -> &str {
        self.span(range).text(&self.source)
    }

    /// An expression with the brackets around it taken off.
    pub fn unwrapped(&self, mut id: ExpressionId) -> ExpressionId {
        while let ExpressionKind::Parenthesised(inner) = self.expression(id).kind {
            id = inner;
        }
        id
    }
}
