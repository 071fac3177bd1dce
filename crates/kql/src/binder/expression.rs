//! Expressions.

use std::sync::Arc;

use super::arithmetic::{operand_advice, operator_result};
use super::{Binder, Scalar, Shape, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{BinaryOperator, ExpressionId, ExpressionKind, Level, LiteralKind, UnaryOperator};
use crate::types::Type;

impl Binder<'_> {
    /// What an expression is.
    pub(super) fn value(&mut self, id: ExpressionId) -> Value {
        let value = self.deeper(|binder| binder.value_here(id)).unwrap_or(Value::Error);
        self.note_type(id, &value);
        if let Value::Table(rows) = &value {
            self.side.note_table(id, rows);
        }
        value
    }

    /// The scalar that an expression is; what is none is reported and is of unknown type.
    pub(super) fn scalar(&mut self, id: ExpressionId) -> Scalar {
        let value = self.value(id);
        self.scalar_of(value, id)
    }

    pub(super) fn scalar_of(&mut self, value: Value, id: ExpressionId) -> Scalar {
        match value {
            Value::Scalar(scalar) => scalar,
            Value::Tuple(items) => match items.first() {
                Some(item) => Scalar { from: item.from.clone(), ..Scalar::of(item.kind) },
                None => Scalar::of(Type::Unknown),
            },
            Value::Table(_) | Value::Row(_) | Value::Graph(_) | Value::Other => {
                let span = self.span(id);
                self.report(
                    Diagnostic::new(
                        Code::NotScalar,
                        span,
                        "a single value is expected here, and this is a table",
                    )
                    .with_help("toscalar(…) takes the first value of a table"),
                );
                Scalar::of(Type::Unknown)
            }
            Value::Elsewhere | Value::Error => Scalar::of(Type::Unknown),
        }
    }

    fn value_here(&mut self, id: ExpressionId) -> Value {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Missing | ExpressionKind::Wildcard | ExpressionKind::Star => Value::Error,
            ExpressionKind::Literal(kind) => self.literal(id, *kind),
            ExpressionKind::Name(name) => self.name(id, *name),
            ExpressionKind::Parenthesised(inner) => self.value(*inner),
            ExpressionKind::Path { base, member } => self.path(*base, *member),
            ExpressionKind::Element { base, index } => self.element(id, *base, *index),
            ExpressionKind::Call { name, arguments } => self.call(id, *name, arguments),
            ExpressionKind::Unary { operator, operand } => self.unary(id, *operator, *operand),
            ExpressionKind::Binary { .. } => self.binary(id),
            ExpressionKind::In { operator, left, list } => self.is_in(*operator, *left, list),
            ExpressionKind::Between { negated, value, low, high } => {
                self.between(*negated, *value, *low, *high)
            }
            ExpressionKind::Named { value, .. } => self.value(*value),
            ExpressionKind::Operator(stage) => self.without_rows(|binder| binder.leading(*stage)),
            ExpressionKind::Pipe { source, stages } => {
                self.without_rows(|binder| binder.pipe(*source, stages))
            }
            ExpressionKind::Stages(stages) => {
                let rows = self.current_rows();
                self.without_rows(|binder| binder.stages(Value::Table(rows), stages))
            }
            ExpressionKind::ToScalar(inner) => {
                let value = self.without_rows(|binder| binder.table_value(*inner));
                match value {
                    Value::Table(rows) => match rows.columns.first() {
                        Some(column) => {
                            let (kind, shape) = (self.column(*column).kind, self.column(*column).shape);
                            Value::Scalar(Scalar { from: vec![*column], shape, ..Scalar::of(kind) })
                        }
                        None => Value::scalar(Type::Unknown),
                    },
                    Value::Scalar(scalar) => Value::Scalar(scalar),
                    _ => Value::scalar(Type::Unknown),
                }
            }
            ExpressionKind::ToTable(inner) | ExpressionKind::Materialize(inner) => {
                self.without_rows(|binder| binder.table_value(*inner))
            }
            ExpressionKind::DataTable { columns, values } => {
                for value in values {
                    self.value(*value);
                }
                if let (Some(first), Some(last)) = (values.first(), values.last())
                    && !columns.is_empty()
                    && values.len() % columns.len() != 0
                {
                    let span = self.span(*first).to(self.span(*last));
                    let (given, wide) = (values.len(), columns.len());
                    self.report(
                        Diagnostic::new(
                            Code::DataValues,
                            span,
                            format!("{given} values do not fill rows of {wide}"),
                        )
                        .with_help(
                            "each row has a value for every column; texts without a `,` between them are one",
                        ),
                    );
                }
                Value::Table(self.declared_rows(columns, self.broken))
            }
            ExpressionKind::ExternalData { columns, sources, .. } => {
                for source in sources {
                    self.scalar(*source);
                }
                Value::Table(self.declared_rows(columns, self.broken || columns.is_empty()))
            }
            ExpressionKind::ContextualDataTable { columns } => {
                Value::Table(self.declared_rows(columns, false))
            }
            ExpressionKind::Dynamic(inner) => {
                self.value(*inner);
                let shape = match tree.expression(*inner).kind {
                    ExpressionKind::JsonArray(ref items) => {
                        let is_single = |item: &ExpressionId| {
                            matches!(
                                tree.expression(*item).kind,
                                ExpressionKind::Literal(_) | ExpressionKind::Unary { .. }
                            )
                        };
                        Shape::Array { known: items.iter().all(is_single) }
                    }
                    ExpressionKind::JsonObject(_) => Shape::Bag,
                    ExpressionKind::Literal(_) | ExpressionKind::Unary { .. } => Shape::Value,
                    _ => Shape::Any,
                };
                Value::Scalar(Scalar { shape, ..Scalar::of(Type::Dynamic) })
            }
            ExpressionKind::JsonObject(pairs) => {
                for pair in pairs {
                    self.value(pair.value);
                }
                Value::scalar(Type::Dynamic)
            }
            ExpressionKind::JsonArray(items) => {
                for item in items {
                    self.value(*item);
                }
                Value::scalar(Type::Dynamic)
            }
            ExpressionKind::JsonNull => Value::scalar(Type::Dynamic),
            ExpressionKind::TypeOf(columns) => {
                for column in columns {
                    self.check_type_word(column.kind);
                }
                Value::scalar(Type::Unknown)
            }
            ExpressionKind::EntityGroup(_) => Value::Other,
            ExpressionKind::ViewCombine { base, delta, .. } => {
                self.value(*delta);
                self.value(*base)
            }
            ExpressionKind::DataScope { base, .. } => self.value(*base),
        }
    }

    fn literal(&mut self, id: ExpressionId, kind: LiteralKind) -> Value {
        let kind = match kind {
            LiteralKind::Bool => Type::Bool,
            LiteralKind::Int => Type::Int,
            LiteralKind::Long => Type::Long,
            LiteralKind::Real => Type::Real,
            LiteralKind::Decimal => Type::Decimal,
            LiteralKind::DateTime => {
                self.check_datetime(id);
                Type::DateTime
            }
            LiteralKind::TimeSpan => Type::TimeSpan,
            LiteralKind::Guid => Type::Guid,
            LiteralKind::String => {
                let text: Arc<str> = Arc::from(self.tree.string(id).unwrap_or_default());
                let written = Some(Arc::from([id]));
                return Value::Scalar(Scalar { text: Some(text), written, ..Scalar::of(Type::String) });
            }
        };
        Value::scalar(kind)
    }

    /// A date that no calendar has, which the official library takes for a datetime.
    fn check_datetime(&mut self, id: ExpressionId) {
        let span = self.span(id);
        let text = span.text(&self.tree.source);
        let inner = text.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        if let Some(wrong) = crate::date::impossible(inner) {
            self.report(
                Diagnostic::new(Code::ImpossibleDate, span, format!("there is no such date: {wrong}"))
                    .with_help("a date is written year-month-day: datetime(2024-12-31 23:59:59)"),
            );
        }
    }

    fn unary(&mut self, id: ExpressionId, operator: UnaryOperator, operand: ExpressionId) -> Value {
        let scalar = self.scalar(operand);
        let kind = scalar.kind;
        if kind.is_summable() || matches!(kind, Type::Dynamic | Type::Unknown) {
            return Value::Scalar(Scalar { from: scalar.from, ..Scalar::of(kind) });
        }
        let sign = if operator == UnaryOperator::Minus { '-' } else { '+' };
        let start = self.span(id).start;
        self.error(
            Code::OperandTypes,
            Span::new(start, start + 1),
            format!("`{sign}` is not defined for {kind:#}"),
        );
        Value::Error
    }

    /// The place of the operator behind a left operand.
    fn operator_span(&self, left: ExpressionId) -> Span {
        let end = self.tree.expression(left).tokens.end as usize;
        let operator =
            self.tree.tokens[end.min(self.tree.tokens.len())..].iter().find(|token| !token.kind.is_trivia());
        operator.map_or(Span::default(), |token| token.span)
    }

    /// A chain of operators, which nests to the left, is walked in a loop.
    fn binary(&mut self, id: ExpressionId) -> Value {
        let tree = self.tree;
        let mut spine = Vec::new();
        let mut first = id;
        while let ExpressionKind::Binary { operator, left, right } = tree.expression(first).kind {
            spine.push((first, operator, left, right));
            first = left;
        }
        let mut value = match tree.expression(first).kind {
            ExpressionKind::Star => Value::scalar(Type::Unknown),
            _ => self.value(first),
        };
        for (whole, operator, left, right) in spine.into_iter().rev() {
            self.beside_text = matches!(&value, Value::Scalar(scalar) if scalar.kind == Type::String)
                && matches!(operator.level(), Level::Equality | Level::Text)
                && matches!(tree.expression(right).kind, ExpressionKind::Name(_));
            let right_value = self.value(right);
            self.beside_text = false;
            let is_table = |value: &Value| matches!(value, Value::Table(_) | Value::Row(_));
            let is_vague = |value: &Value| match value {
                Value::Scalar(scalar) => scalar.kind == Type::Unknown,
                value => matches!(value, Value::Error),
            };
            let (left_scalar, right_scalar, kind);
            if (is_table(&value) && is_vague(&right_value)) || (is_vague(&value) && is_table(&right_value)) {
                // What is not known may be anything.
                (left_scalar, right_scalar) = (Scalar::of(Type::Unknown), Scalar::of(Type::Unknown));
                kind = operator_result(operator, Type::Unknown, Type::Unknown).unwrap_or(Type::Unknown);
            } else if is_table(&right_value) || (operator.level() != Level::Equality && is_table(&value)) {
                let place = self.operator_span(left);
                let text = operator.as_str();
                self.report(
                    Diagnostic::new(
                        Code::OperandTypes,
                        place,
                        format!("`{text}` is not defined for a table"),
                    )
                    .with_help("toscalar(…) takes the first value of a table"),
                );
                (left_scalar, right_scalar) = (Scalar::of(Type::Unknown), Scalar::of(Type::Unknown));
                kind = operator_result(operator, Type::Unknown, Type::Unknown).unwrap_or(Type::Unknown);
            } else {
                left_scalar = self.scalar_of(value, left);
                right_scalar = self.scalar_of(right_value, right);
                kind = self.operator_type(operator, left, &left_scalar, right, &right_scalar);
            }
            let mut from = left_scalar.from;
            from.extend(right_scalar.from);
            value = Value::Scalar(Scalar { from, ..Scalar::of(kind) });
            self.note_type(whole, &value);
        }
        value
    }

    fn operator_type(
        &mut self,
        operator: BinaryOperator,
        left: ExpressionId,
        left_scalar: &Scalar,
        right: ExpressionId,
        right_scalar: &Scalar,
    ) -> Type {
        if operator == BinaryOperator::MatchesRegex {
            self.check_regex(right, right_scalar.written.clone());
        }
        let (one, other) = (left_scalar.kind, right_scalar.kind);
        let result = operator_result(operator, one, other);
        if self.searching
            && matches!(operator, BinaryOperator::And | BinaryOperator::Or)
            && self.is_searched(left, left_scalar)
            && self.is_searched(right, right_scalar)
        {
            return Type::Bool;
        }
        if let Err(kind) = result {
            let place = self.operator_span(left);
            let text = operator.as_str();
            let diagnostic = Diagnostic::new(
                Code::OperandTypes,
                place,
                format!("`{text}` is not defined for {one:#} and {other:#}"),
            );
            self.report(match operand_advice(operator, one, other) {
                Some(advice) => diagnostic.with_help(advice),
                None => diagnostic,
            });
            return kind;
        }
        if matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::LessGreater)
        {
            self.check_compared((left, left_scalar), (right, right_scalar));
        }
        result.unwrap_or(Type::Unknown)
    }

    /// Whether nothing is known of what an expression is; what is wrong with it is not said.
    fn is_vague(&mut self, id: ExpressionId) -> bool {
        self.quiet += 1;
        let value = self.value(id);
        self.quiet -= 1;
        match value {
            Value::Scalar(scalar) => scalar.kind == Type::Unknown,
            value => matches!(value, Value::Error),
        }
    }

    fn is_in(&mut self, operator: BinaryOperator, left: ExpressionId, list: &[ExpressionId]) -> Value {
        let exact = matches!(operator, BinaryOperator::In | BinaryOperator::NotIn);
        let scalar = match self.value(left) {
            Value::Table(_) if !exact && list.iter().any(|item| self.is_vague(*item)) => {
                Scalar::of(Type::Unknown)
            }
            Value::Table(_) if !exact => {
                let (span, text) = (self.span(left), operator.as_str());
                let message = format!("`{text}` looks into a string or dynamic, and this is a table");
                self.error(Code::ArgumentType, span, message);
                Scalar::of(Type::Unknown)
            }
            value => self.scalar_of(value, left),
        };
        let kind = scalar.kind;
        if !exact && !matches!(kind, Type::String | Type::Dynamic | Type::Unknown) {
            let span = self.span(left);
            let text = operator.as_str();
            self.error(
                Code::ArgumentType,
                span,
                format!("`{text}` looks into a string or dynamic, and this is {kind:#}"),
            );
        }
        let mut from = scalar.from.clone();
        let mut listed = Vec::new();
        for item in list {
            match self.value(*item) {
                Value::Table(_) if list.len() == 1 => {}
                value => {
                    let item_scalar = self.scalar_of(value, *item);
                    from.extend(item_scalar.from.iter().copied());
                    listed.push((*item, item_scalar));
                }
            }
        }
        if matches!(operator, BinaryOperator::In | BinaryOperator::NotIn) {
            self.check_listed(&scalar, &listed);
        }
        Value::Scalar(Scalar { from, ..Scalar::of(Type::Bool) })
    }

    fn between(
        &mut self,
        negated: bool,
        value: ExpressionId,
        low: ExpressionId,
        high: ExpressionId,
    ) -> Value {
        let kind = match self.value(value) {
            Value::Table(_) => {
                let place = self.operator_span(value);
                self.error(Code::OperandTypes, place, "a table lies between no two values");
                Scalar::of(Type::Unknown)
            }
            bound => self.scalar_of(bound, value),
        };
        let low_kind = self.scalar(low).kind;
        let high_kind = self.scalar(high).kind;
        let fits = |bound: Type| match kind.kind {
            Type::Unknown | Type::Dynamic => true,
            _ if matches!(bound, Type::Unknown) => true,
            one if one.is_number() => bound.is_number(),
            one => one == bound && one.is_summable(),
        };
        let relative = kind.kind == Type::DateTime && high_kind == Type::TimeSpan;
        if !kind.kind.is_summable() && !matches!(kind.kind, Type::Unknown | Type::Dynamic) {
            let text = if negated { "!between" } else { "between" };
            let place = self.operator_span(value);
            let one = kind.kind;
            self.error(
                Code::OperandTypes,
                place,
                format!("`{text}` is not defined for {one:#}, {low_kind:#} and {high_kind:#}"),
            );
        } else {
            for (bound, bound_kind, allowed) in [(low, low_kind, false), (high, high_kind, relative)] {
                if !fits(bound_kind) && !allowed {
                    let span = self.span(bound);
                    let one = kind.kind;
                    self.error(
                        Code::ArgumentType,
                        span,
                        format!("this is {bound_kind:#}, and the value is {one:#}"),
                    );
                }
            }
        }
        Value::Scalar(Scalar { from: kind.from, ..Scalar::of(Type::Bool) })
    }

    /// A condition: a scalar that has to be a bool.
    pub(super) fn condition(&mut self, id: ExpressionId) -> Scalar {
        let scalar = self.scalar(id);
        if !matches!(scalar.kind, Type::Bool | Type::Unknown) {
            let span = self.span(id);
            let kind = scalar.kind;
            let diagnostic = Diagnostic::new(
                Code::WrongType,
                span,
                format!("a condition is a bool, and this is {kind:#}"),
            );
            self.report(match (&self.tree.expression(id).kind, kind) {
                (ExpressionKind::Named { .. }, _) => diagnostic.with_help("values are compared with `==`"),
                (_, Type::Dynamic) => {
                    diagnostic.with_help("convert it: tobool(…), or compare it with a value")
                }
                _ => diagnostic,
            });
        }
        scalar
    }

    /// Whether `search` and `find` take a value for a condition: besides a bool, one text by itself.
    fn is_searched(&self, id: ExpressionId, scalar: &Scalar) -> bool {
        let id = self.tree.unwrapped(id);
        let range = self.tree.expression(id).tokens;
        match self.tree.expression(id).kind {
            ExpressionKind::Star => true,
            ExpressionKind::Literal(LiteralKind::String) => range.end == range.first + 1,
            ExpressionKind::Name(_) if scalar.text.is_some() => true,
            _ => matches!(scalar.kind, Type::Bool | Type::Dynamic | Type::Unknown),
        }
    }

    /// The condition of `search` and `find`.
    pub(super) fn searched(&mut self, id: ExpressionId) {
        let value = self.value(id);
        let scalar = self.scalar_of(value, id);
        if !self.is_searched(id, &scalar) {
            let (span, kind) = (self.span(id), scalar.kind);
            let help = match kind {
                Type::String => "one text by itself is looked for; several are joined with `and` or `or`",
                _ => "values are compared with `==`",
            };
            let message = format!("a condition is a bool, and this is {kind:#}");
            self.report(Diagnostic::new(Code::WrongType, span, message).with_help(help));
        }
    }

    /// A count: a scalar that has to be an integer.
    pub(super) fn count(&mut self, id: ExpressionId) {
        let kind = self.scalar(id).kind;
        if !kind.is_integer() && kind != Type::Unknown {
            let span = self.span(id);
            self.error(Code::NotInteger, span, format!("a count is an integer, and this is {kind:#}"));
        }
    }
}
