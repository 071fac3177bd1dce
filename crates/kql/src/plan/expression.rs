//! The values in a plan: how each is computed.

use super::{Table, Value};
use crate::binder::{BodyId, VariableId};
use crate::builtins::BuiltinId;
use crate::constant::Constant;
use crate::tree::{BinaryOperator, ExpressionId, UnaryOperator};
use crate::types::Type;

/// One value.
#[derive(Debug)]
pub struct Scalar {
    /// How it is computed.
    pub value: ScalarKind,
    /// Its type.
    pub kind: Type,
    /// The expression in the tree.
    pub at: ExpressionId,
}

/// How a value is computed.
#[derive(Debug)]
pub enum ScalarKind {
    /// The column at this place of the scope.
    Column(usize),
    /// The column at this place of the right side of a join.
    Right(usize),
    /// The column at this place of the row that a step of `scan` remembers.
    Step {
        /// The step.
        step: String,
        /// The place in the scope.
        column: usize,
    },
    /// A column of a node or an edge that a pattern of a graph names.
    Member {
        /// The name in the pattern.
        row: String,
        /// The column.
        column: String,
    },
    /// A literal.
    Constant(Constant),
    /// What `let` or a parameter binds.
    Variable(VariableId),
    /// A call.
    Call(Call),
    /// A sign.
    Unary(UnaryOperator, Box<Scalar>),
    /// A chain of operators, worked from left to right: `((first op a) op b) op c`.
    Chain {
        /// The first operand.
        first: Box<Scalar>,
        /// Each operator with its right operand; at least one.
        rest: Vec<(BinaryOperator, Scalar)>,
    },
    /// `in`, `has_any` and their like: in values, or in the first column of the one table.
    In {
        /// Which of them.
        operator: BinaryOperator,
        /// What is looked for.
        value: Box<Scalar>,
        /// Where.
        list: Vec<Value>,
    },
    /// `between`
    Between {
        /// Whether it is `!between`.
        negated: bool,
        /// The value, the lower and the upper bound.
        operands: Box<[Scalar; 3]>,
    },
    /// A property of a bag, by name.
    Property(Box<Scalar>, String),
    /// An element of an array or bag, by a value.
    Element(Box<Scalar>, Box<Scalar>),
    /// The first value of a table: `toscalar(…)`. Of a value it is that value.
    First(Box<Value>),
    /// `[…]` in `dynamic(…)`
    Array(Vec<Scalar>),
    /// `{…}` in `dynamic(…)`
    Object(Vec<(String, Scalar)>),
    /// `typeof(…)`: names and types, the name of a single type being empty.
    TypeOf(Vec<(String, Type)>),
    /// `*` or a name with stars, as it is written.
    Star(String),
    /// A table where a value is expected.
    Table(Box<Table>),
    /// What an error or an unknown name left.
    Unresolved,
}

/// A call of a function.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Which of the signatures of a function of the language is meant, counted from 0 as the language lists them; `None`
    /// where it has one only, and where what is not known leaves it open.
    pub overload: Option<u16>,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// A function of the language.
    Builtin(BuiltinId),
    /// An aggregate of the language.
    Aggregate(BuiltinId),
    /// A plugin of the language.
    Plugin(BuiltinId),
    /// Another place, such as another workspace: the function that names it.
    Place(String),
    /// A function of the query, bound with what this call gives.
    Body(BodyId),
    /// A function of the catalog.
    Catalog(String),
    /// A function that there is not.
    Unresolved(String),
}

/// An argument.
#[derive(Debug)]
pub struct Argument {
    /// The parameter that it names.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
}
