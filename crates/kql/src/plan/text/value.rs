//! Values, as the text of a plan has them.

use std::fmt;

use super::Text;
use crate::constant::Constant;
use crate::plan::{Call, Callee, Scalar, ScalarKind};
use crate::types::Type;

impl Text<'_, '_> {
    pub(super) fn scalars(&mut self, scalars: &[Scalar]) -> fmt::Result {
        self.list(", ", scalars, Text::scalar)
    }

    pub(super) fn call(&mut self, call: &Call) -> fmt::Result {
        match &call.callee {
            Callee::Builtin(id) | Callee::Aggregate(id) | Callee::Plugin(id) => self.word(id.name())?,
            Callee::Place(name) => self.word(name)?,
            Callee::Body(body) => write!(self.out, "body {}", body.index())?,
            Callee::Catalog(name) => write!(self.out, "catalog {name}")?,
            Callee::Unresolved(name) => write!(self.out, "?{name}")?,
        }
        self.word("(")?;
        self.list(", ", &call.arguments, |text, argument| {
            if let Some(name) = &argument.name {
                write!(text.out, "{name}=")?;
            }
            text.inner(&argument.value)
        })?;
        self.word(")")
    }

    pub(super) fn scalar(&mut self, scalar: &Scalar) -> fmt::Result {
        match &scalar.value {
            ScalarKind::Column(place) => write!(self.out, "#{place}"),
            ScalarKind::Right(place) => write!(self.out, "${place}"),
            ScalarKind::Step { step, column } => write!(self.out, "{step}#{column}"),
            ScalarKind::Member { row, column } => write!(self.out, "{row}.{column}"),
            ScalarKind::Constant(constant) => self.constant(constant, scalar.kind),
            ScalarKind::Variable(variable) => self.variable(*variable),
            ScalarKind::Call(call) => self.call(call),
            ScalarKind::Unary(operator, operand) => {
                self.word(match operator {
                    crate::tree::UnaryOperator::Minus => "-",
                    crate::tree::UnaryOperator::Plus => "+",
                })?;
                self.scalar(operand)
            }
            ScalarKind::Chain { first, rest } => {
                self.word("(")?;
                self.scalar(first)?;
                for (operator, operand) in rest {
                    write!(self.out, " {} ", operator.as_str())?;
                    self.scalar(operand)?;
                }
                self.word(")")
            }
            ScalarKind::In { operator, value, list } => {
                self.word("(")?;
                self.scalar(value)?;
                write!(self.out, " {} (", operator.as_str())?;
                self.list(", ", list, Text::inner)?;
                self.word("))")
            }
            ScalarKind::Between { negated, operands } => {
                let [value, low, high] = operands.as_ref();
                self.word("(")?;
                self.scalar(value)?;
                self.word(if *negated { " !between " } else { " between " })?;
                self.scalar(low)?;
                self.word(" .. ")?;
                self.scalar(high)?;
                self.word(")")
            }
            ScalarKind::Property(base, name) => {
                self.scalar(base)?;
                write!(self.out, ".{name}")
            }
            ScalarKind::Element(base, index) => {
                self.scalar(base)?;
                self.word("[")?;
                self.scalar(index)?;
                self.word("]")
            }
            ScalarKind::First(value) => {
                self.word("first ")?;
                self.inner(value)
            }
            ScalarKind::Array(items) => {
                self.word("[")?;
                self.scalars(items)?;
                self.word("]")
            }
            ScalarKind::Object(pairs) => {
                self.word("{")?;
                self.list(", ", pairs, |text, (key, value)| {
                    write!(text.out, "{key}: ")?;
                    text.scalar(value)
                })?;
                self.word("}")
            }
            ScalarKind::TypeOf(columns) => {
                self.word("typeof")?;
                self.declared(columns)
            }
            ScalarKind::Star(text) => self.word(text),
            ScalarKind::Table(table) => self.bracketed(table),
            ScalarKind::Unresolved => self.word("?"),
        }
    }

    pub(super) fn constant(&mut self, constant: &Constant, kind: Type) -> fmt::Result {
        match constant {
            Constant::Null => write!(self.out, "null:{kind}"),
            Constant::Bool(value) => self.word(value),
            Constant::Integer(value) => self.word(value),
            Constant::Real(value) => write!(self.out, "{value:?}"),
            Constant::String(text) => self.word(crate::literal::string(text)),
            Constant::TimeSpan(ticks) => write!(self.out, "{ticks}:ticks"),
            Constant::DateTime(ticks) => write!(self.out, "{ticks}:datetime"),
            Constant::Guid(value) => write!(self.out, "{value:032x}:guid"),
            // No literal has such a value.
            Constant::FromNow { .. } | Constant::Array(_) => write!(self.out, "{constant:?}"),
            Constant::Written(text) => write!(self.out, "{text}:{kind}"),
        }
    }
}
