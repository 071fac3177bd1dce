//! Building a plan: values.

use super::build::Builder;
use super::{Scalar, ScalarKind, Value};
use crate::binder::{ColumnId, Reference, Rows};
use crate::constant::{Constant, negated};
use crate::tree::{BinaryOperator, ExpressionId, ExpressionKind, LiteralKind, Name, UnaryOperator};
use crate::types::Type;

impl Builder<'_> {
    /// An expression where a value is expected.
    pub(super) fn scalar(&mut self, id: ExpressionId) -> Scalar {
        let id = self.tree.unwrapped(id);
        let value = self.deeper(|builder| builder.scalar_here(id)).unwrap_or(ScalarKind::Unresolved);
        Scalar { value, kind: self.type_of(id), at: id }
    }

    fn boxed(&mut self, id: ExpressionId) -> Box<Scalar> {
        Box::new(self.scalar(id))
    }

    fn type_of(&self, id: ExpressionId) -> Type {
        match self.body.type_of(id) {
            // The binder does not look at what a parameter is by default.
            Type::Unknown => match self.tree.expression(id).kind {
                ExpressionKind::Literal(kind) => literal_type(kind),
                _ => Type::Unknown,
            },
            known => known,
        }
    }

    fn scalar_here(&mut self, id: ExpressionId) -> ScalarKind {
        let tree = self.tree;
        let expression = tree.expression(id);
        match &expression.kind {
            ExpressionKind::Missing => ScalarKind::Unresolved,
            ExpressionKind::Literal(LiteralKind::String) => tree
                .string(id)
                .map_or(ScalarKind::Unresolved, |text| ScalarKind::Constant(Constant::String(text.into()))),
            ExpressionKind::Literal(kind) => {
                ScalarKind::Constant(Constant::of_literal(*kind, tree.text(expression.tokens)))
            }
            ExpressionKind::Name(_) => self.name(id),
            ExpressionKind::Star | ExpressionKind::Wildcard => {
                ScalarKind::Star(tree.text(expression.tokens).to_owned())
            }
            ExpressionKind::Parenthesised(inner) | ExpressionKind::Dynamic(inner) => {
                self.scalar(*inner).value
            }
            ExpressionKind::Path { base, member } => self.path(id, *base, *member),
            ExpressionKind::Element { base, index } => {
                if self.body.table(id).is_some() {
                    return ScalarKind::Table(Box::new(self.table(id)));
                }
                ScalarKind::Element(self.boxed(*base), self.boxed(*index))
            }
            ExpressionKind::Call { .. } => self.scalar_call(id),
            ExpressionKind::Unary { operator, operand } => {
                let operand = self.boxed(*operand);
                let constant = match (operator, &operand.value) {
                    (UnaryOperator::Minus, ScalarKind::Constant(value)) => negated(value),
                    _ => None,
                };
                constant.map_or_else(|| ScalarKind::Unary(*operator, operand), ScalarKind::Constant)
            }
            ExpressionKind::Binary { .. } => self.chain(id),
            ExpressionKind::In { operator, left, list } => {
                let value = self.boxed(*left);
                ScalarKind::In { operator: *operator, value, list: self.values(list) }
            }
            ExpressionKind::Between { negated, value, low, high } => {
                let operands = [self.scalar(*value), self.scalar(*low), self.scalar(*high)];
                ScalarKind::Between { negated: *negated, operands: Box::new(operands) }
            }
            ExpressionKind::Named { value, .. } => self.scalar(*value).value,
            ExpressionKind::ToScalar(inner) => {
                ScalarKind::First(Box::new(self.over(Rows::default(), |builder| builder.value(*inner))))
            }
            ExpressionKind::JsonObject(pairs) => {
                let mut object = Vec::new();
                for pair in pairs {
                    let key = tree.text(pair.key);
                    let key = crate::literal::decode(key).unwrap_or_else(|| key.to_owned());
                    object.push((key, self.scalar(pair.value)));
                }
                ScalarKind::Object(object)
            }
            ExpressionKind::JsonArray(items) => {
                ScalarKind::Array(items.iter().map(|item| self.scalar(*item)).collect())
            }
            ExpressionKind::JsonNull => ScalarKind::Constant(Constant::Null),
            ExpressionKind::TypeOf(columns) => ScalarKind::TypeOf(self.declared(columns)),
            ExpressionKind::Operator(_)
            | ExpressionKind::Pipe { .. }
            | ExpressionKind::Stages(_)
            | ExpressionKind::ToTable(_)
            | ExpressionKind::Materialize(_)
            | ExpressionKind::DataTable { .. }
            | ExpressionKind::ExternalData { .. }
            | ExpressionKind::ContextualDataTable { .. }
            | ExpressionKind::EntityGroup(_)
            | ExpressionKind::ViewCombine { .. }
            | ExpressionKind::DataScope { .. } => ScalarKind::Table(Box::new(self.table(id))),
        }
    }

    // Names.

    /// The place of a column among what names refer to.
    pub(super) fn place(&self, column: ColumnId) -> Option<usize> {
        self.scope.columns.iter().position(|known| *known == column)
    }

    /// The place of the column of a name.
    pub(super) fn place_named(&self, rows: &Rows, name: &str) -> Option<usize> {
        rows.columns.iter().position(|known| self.analysis.column_name(*known) == name)
    }

    fn name(&mut self, id: ExpressionId) -> ScalarKind {
        match self.body.refers_to(id) {
            Reference::Column(column) => match self.place(column) {
                Some(place) => ScalarKind::Column(place),
                None => ScalarKind::Unresolved,
            },
            Reference::Variable(_) | Reference::Table | Reference::Function | Reference::Builtin
                if self.body.table(id).is_some() =>
            {
                ScalarKind::Table(Box::new(self.table(id)))
            }
            Reference::Variable(variable) => match self.reached_call(id) {
                Some(_) => self.call(id).map_or(ScalarKind::Unresolved, ScalarKind::Call),
                None => ScalarKind::Variable(variable),
            },
            Reference::Function | Reference::Builtin => {
                self.call(id).map_or(ScalarKind::Unresolved, ScalarKind::Call)
            }
            Reference::Row
            | Reference::Table
            | Reference::Place
            | Reference::Aggregate
            | Reference::Nothing => ScalarKind::Unresolved,
        }
    }

    /// `base.member`
    fn path(&mut self, id: ExpressionId, base: ExpressionId, member: ExpressionId) -> ScalarKind {
        let tree = self.tree;
        if self.body.table(id).is_some() {
            return ScalarKind::Table(Box::new(self.table(id)));
        }
        match (&tree.expression(base).kind, &tree.expression(member).kind) {
            (ExpressionKind::Name(row), ExpressionKind::Name(name))
                if self.body.refers_to(base) == Reference::Row =>
            {
                self.row_column(id, *row, *name)
            }
            (_, ExpressionKind::Name(name)) => {
                let name = self.text_of(*name);
                ScalarKind::Property(self.boxed(base), name)
            }
            (_, ExpressionKind::Call { .. } | ExpressionKind::Missing | ExpressionKind::Wildcard) => {
                ScalarKind::Unresolved
            }
            _ => ScalarKind::Element(self.boxed(base), self.boxed(member)),
        }
    }

    /// A column of a row that has a name: a side of a join, a step of `scan`, a node or an edge of a pattern.
    fn row_column(&mut self, id: ExpressionId, row: Name, name: Name) -> ScalarKind {
        let (row, name) = (self.text_of(row), self.text_of(name));
        let rows = match (&self.right, row.as_str()) {
            (Some(right), "$right") => right,
            _ => &self.scope,
        };
        match (self.place_named(rows, &name), row.as_str(), self.right.is_some()) {
            (Some(place), "$right", true) => ScalarKind::Right(place),
            (Some(place), "$left", true) => ScalarKind::Column(place),
            (Some(column), _, _) => ScalarKind::Step { step: row, column },
            (None, _, _) if self.body.type_of(id) != Type::Unknown => {
                ScalarKind::Member { row, column: name }
            }
            (None, _, _) => ScalarKind::Unresolved,
        }
    }

    // Calls and operators.

    fn scalar_call(&mut self, id: ExpressionId) -> ScalarKind {
        if self.body.table(id).is_some() {
            return ScalarKind::Table(Box::new(self.table(id)));
        }
        if let Reference::Variable(variable) = self.body.refers_to(id)
            && self.reached_call(id).is_none()
        {
            // A variable may be called, too, without arguments.
            let is_bare = matches!(&self.tree.expression(id).kind, ExpressionKind::Call { arguments, .. } if arguments.is_empty());
            return if is_bare { ScalarKind::Variable(variable) } else { ScalarKind::Unresolved };
        }
        match self.call(id) {
            Some(call) => self.column_if_exists(call),
            None => ScalarKind::Unresolved,
        }
    }

    /// `column_ifexists("a", 1)` is decided here, where all columns are known.
    fn column_if_exists(&mut self, mut call: super::Call) -> ScalarKind {
        let is_it = matches!(&call.callee, super::Callee::Builtin(id) if matches!(id.name(), "column_ifexists" | "columnifexists"));
        let known = match call.arguments.as_slice() {
            [super::Argument { value: Value::Scalar(name), .. }, _] if is_it => match &name.value {
                ScalarKind::Constant(Constant::String(name)) => Some(self.place_named(&self.scope, name)),
                _ => None,
            },
            _ => None,
        };
        match known {
            Some(Some(place)) => ScalarKind::Column(place),
            Some(None) if !self.scope.open => match call.arguments.pop() {
                Some(super::Argument { value: Value::Scalar(default), .. }) => default.value,
                _ => ScalarKind::Unresolved,
            },
            _ => ScalarKind::Call(call),
        }
    }

    /// A chain of operators, which nests to the left, is walked in a loop and kept flat.
    fn chain(&mut self, id: ExpressionId) -> ScalarKind {
        let tree = self.tree;
        let mut spine: Vec<(BinaryOperator, ExpressionId)> = Vec::new();
        let mut first = id;
        while let ExpressionKind::Binary { operator, left, right } = tree.expression(first).kind {
            spine.push((operator, right));
            // Brackets around the left operand change nothing in the order of the work.
            first = tree.unwrapped(left);
        }
        let first = self.boxed(first);
        let rest = spine.into_iter().rev().map(|(operator, right)| (operator, self.scalar(right))).collect();
        ScalarKind::Chain { first, rest }
    }
}

fn literal_type(kind: LiteralKind) -> Type {
    match kind {
        LiteralKind::Bool => Type::Bool,
        LiteralKind::Int => Type::Int,
        LiteralKind::Long => Type::Long,
        LiteralKind::Real => Type::Real,
        LiteralKind::Decimal => Type::Decimal,
        LiteralKind::String => Type::String,
        LiteralKind::DateTime => Type::DateTime,
        LiteralKind::TimeSpan => Type::TimeSpan,
        LiteralKind::Guid => Type::Guid,
    }
}
