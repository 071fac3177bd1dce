//! Statements: what a query is made of.

use std::ops::Range;

use super::{Column, ColumnType, ExpressionId, Name, StatementId, TokenRange};

/// A statement and its tokens; the semicolon behind it is not its own.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Its tokens.
    pub tokens: TokenRange,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// An expression: what the query returns.
    Query(ExpressionId),
    /// `let name = value`
    Let {
        /// The name that is bound.
        name: Name,
        /// A value or a table.
        value: ExpressionId,
    },
    /// `let name = (parameters) { body }`, `let name = view () { body }`
    LetFunction {
        /// The name that is bound.
        name: Name,
        /// Whether `view` stands before the parameters.
        view: bool,
        /// What a call gives.
        parameters: Vec<FunctionParameter>,
        /// What a call returns.
        body: FunctionBody,
    },
    /// `set name = value`
    Set {
        /// The option.
        name: Name,
        /// Its value.
        value: Option<ExpressionId>,
    },
    /// `declare query_parameters (…)`
    DeclareParameters(Vec<FunctionParameter>),
    /// `declare pattern name = (…)[…] { … }`
    DeclarePattern {
        /// The pattern's name.
        name: Name,
        /// What a use gives.
        parameters: Vec<FunctionParameter>,
        /// The parameter in square brackets.
        path: Option<FunctionParameter>,
        /// The rules.
        rules: Vec<PatternRule>,
    },
    /// `alias database name = …`
    Alias {
        /// The name that is bound.
        name: Name,
        /// The database.
        value: ExpressionId,
    },
    /// `restrict access to (…)`
    Restrict(Vec<ExpressionId>),
    /// Tokens that begin no statement.
    Bad,
}

/// The body of a function: statements and, at the end, what it returns.
#[derive(Debug, Clone, Default)]
pub struct FunctionBody {
    /// Every statement; the value is the last of them where that is an expression.
    pub statements: Vec<StatementId>,
    /// The places of its expressions in their arena, which are one run.
    pub expressions: Range<u32>,
    /// The places of its operators in their arena.
    pub operators: Range<u32>,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct FunctionParameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: ParameterType,
    /// What it is when a call does not say.
    pub default: Option<ExpressionId>,
}

/// The type of a parameter.
#[derive(Debug, Clone)]
pub enum ParameterType {
    /// A scalar.
    Scalar(ColumnType),
    /// A table that has these columns, and may have more.
    Table(Vec<Column>),
    /// A table of any columns: `(*)`.
    AnyTable,
}

/// `("a").["b"] = { … }`
#[derive(Debug, Clone)]
pub struct PatternRule {
    /// The values for which the rule holds.
    pub arguments: Vec<ExpressionId>,
    /// The value in square brackets.
    pub path: Option<ExpressionId>,
    /// What it stands for.
    pub body: FunctionBody,
}
