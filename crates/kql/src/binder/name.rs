//! Names and paths: what a word in an expression refers to.

use std::rc::Rc;

use super::statement::Meaning;
use super::{Aggregates, Binder, ColumnId, Context, Reference, Rows, Scalar, Shape, Symbol, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, Name};
use crate::types::Type;

impl Binder<'_> {
    fn column_value(&mut self, id: ColumnId) -> Value {
        let (kind, shape) = (self.column(id).kind, self.column(id).shape);
        Value::Scalar(Scalar { column: Some(id), from: vec![id], shape, ..Scalar::of(kind) })
    }

    /// What a name in an expression refers to: a column, what the query binds, a table or function of the catalog.
    pub(super) fn name(&mut self, id: ExpressionId, name: Name) -> Value {
        let symbol = self.declared_name(name);
        let span = self.tree.name_span(name);
        if let Some(context) = self.contexts.last() {
            if let Some((_, rows)) = context.rows.iter().rev().find(|(known, _)| *known == symbol) {
                let rows = rows.clone();
                self.side.note_reference(id, Reference::Row);
                return Value::Row(rows);
            }
            let found = self.find(&context.columns, symbol);
            let is_side = context.right.is_some();
            if let Some(column) = found {
                if self.aggregates == Aggregates::Required {
                    let text = self.name_of(symbol);
                    self.report(
                        Diagnostic::new(
                            Code::NotAggregated,
                            span,
                            format!("`{text}` has many values in a group, and an aggregate has one"),
                        )
                        .with_help("group by it, or aggregate it: take_any(…), make_set(…), max(…)"),
                    );
                    return Value::scalar(Type::Unknown);
                }
                return self.column_value(column);
            }
            if is_side {
                let text = self.name_of(symbol);
                if matches!(&*text, "$left" | "$right") {
                    self.side.note_reference(id, Reference::Row);
                }
                match &*text {
                    "$left" => return Value::Row(self.current_rows()),
                    "$right" => {
                        let right = self.contexts.last().and_then(|context| context.right.clone());
                        return Value::Row(right.unwrap_or_default());
                    }
                    _ => {}
                }
            }
        }
        if let Some(local) = self.local(symbol).cloned() {
            self.side.note_reference(id, Reference::Variable(local.variable));
            return self.meaning_value(id, &local.meaning, span);
        }
        // What is known by the name goes before a column that an open table may have.
        let text = self.name_of(symbol);
        if let Some(value) = self.catalog_value(id, symbol) {
            return value;
        }
        if let Some(builtin) = crate::builtins::builtins().functions.get(&*text) {
            self.needs_brackets(&text, span);
            return match self.vague_type(builtin) {
                Type::Unknown => Value::Error,
                kind => Value::scalar(kind),
            };
        }
        if self.contexts.last().is_some_and(|context| context.open) {
            let id = self.inferred_column(symbol);
            return self.column_value(id);
        }
        self.unknown_name(symbol, span);
        if !self.contexts.is_empty() {
            // Once reported it is taken for a column, so that it is not reported at every stage.
            self.inferred_column(symbol);
        }
        Value::Error
    }

    fn meaning_value(&mut self, id: ExpressionId, meaning: &Meaning, span: Span) -> Value {
        match meaning {
            Meaning::Scalar(scalar) => Value::Scalar(scalar.clone()),
            Meaning::Table(rows) => Value::Table(rows.clone()),
            Meaning::Other(value) => value.clone(),
            Meaning::Function(function) => {
                if function.required() > 0 {
                    let text = self.name_of(function.name);
                    self.needs_brackets(&text, span);
                }
                self.let_call(id, &Rc::clone(function), &[], &[])
            }
        }
    }

    /// A function that is named where it has to be called.
    pub(super) fn needs_brackets(&mut self, name: &str, span: Span) {
        self.report(
            Diagnostic::new(
                Code::ArgumentCount,
                span,
                format!("`{name}` is a function, and its arguments are missing"),
            )
            .official_as("KS117")
            .with_help(format!("call it, `{name}(…)`, or write a column of that name `['{name}']`")),
        );
    }

    /// Whether a name that is no column refers to something else.
    pub(super) fn is_known_elsewhere(&mut self, symbol: Symbol) -> bool {
        if self.local(symbol).is_some() {
            return true;
        }
        let text = self.name_of(symbol);
        self.catalog_function(&text, None).is_some()
            || self.catalog_table(symbol).is_some()
            || crate::builtins::builtins().functions.contains_key(&*text)
    }

    /// A name of something else where a column has to stand.
    pub(super) fn not_a_column(&mut self, symbol: Symbol, span: Span) {
        let text = self.name_of(symbol);
        self.error(Code::NotColumn, span, format!("a column is expected here, and `{text}` is none"));
    }

    /// A column that an open table has, because the query says so.
    pub(super) fn inferred_column(&mut self, name: Symbol) -> ColumnId {
        let id = self.add_column(name, Type::Unknown, Vec::new());
        if let Some(context) = self.contexts.last_mut() {
            context.columns.push(id);
        }
        self.note_inferred(self.inferring, id);
        id
    }

    /// `base.member`
    pub(super) fn path(&mut self, base: ExpressionId, member: ExpressionId) -> Value {
        let value = self.value(base);
        let tree = self.tree;
        match value {
            Value::Row(rows) => {
                let ExpressionKind::Name(name) = tree.expression(member).kind else {
                    return Value::Error;
                };
                let symbol = self.declared_name(name);
                match self.find(&rows.columns, symbol) {
                    Some(id) => {
                        let value = self.column_value(id);
                        self.note_type(member, &value);
                        value
                    }
                    None if rows.open => Value::scalar(Type::Unknown),
                    None => {
                        let span = self.tree.name_span(name);
                        self.unknown_member(symbol, &rows, span);
                        Value::Error
                    }
                }
            }
            Value::Scalar(scalar) if matches!(scalar.kind, Type::Dynamic | Type::Unknown) => {
                if let ExpressionKind::Call { name, arguments } = &tree.expression(member).kind {
                    for argument in arguments {
                        self.value(*argument);
                    }
                    let span = tree.name_span(*name);
                    let text = tree.name(*name);
                    self.error(Code::UnknownFunction, span, format!("a value has no function `{text}`"));
                    return Value::Error;
                }
                Value::Scalar(Scalar { from: scalar.from, shape: Shape::Element, ..Scalar::of(scalar.kind) })
            }
            Value::Scalar(scalar) if scalar.shape == Shape::Undecided => Value::scalar(Type::Unknown),
            Value::Scalar(scalar) => {
                if let ExpressionKind::Name(name) = tree.expression(member).kind {
                    let span = tree.name_span(name);
                    let text = tree.name(name);
                    let kind = scalar.kind;
                    self.report(
                        Diagnostic::new(
                            Code::UnknownName,
                            span,
                            format!("{kind:#} has no property `{text}`"),
                        )
                        .with_help("a text that holds JSON is read with parse_json(…) first"),
                    );
                }
                Value::Error
            }
            Value::Table(rows) => {
                // `T.x`: a table has no columns outside its own query.
                let _ = rows;
                Value::Error
            }
            Value::Elsewhere => match &tree.expression(member).kind {
                ExpressionKind::Call { name, arguments } => {
                    for argument in arguments {
                        self.value(*argument);
                    }
                    match &*tree.name(*name) {
                        "database" | "cluster" => Value::Elsewhere,
                        _ => Value::Table(Rows::unknown()),
                    }
                }
                _ => Value::Table(Rows::unknown()),
            },
            Value::Tuple(_) | Value::Graph(_) | Value::Other | Value::Error => Value::Error,
        }
    }

    fn unknown_member(&mut self, symbol: Symbol, rows: &Rows, span: Span) {
        let context = Context { columns: rows.columns.to_vec(), open: false, right: None, rows: Vec::new() };
        self.contexts.push(context);
        self.unknown_name(symbol, span);
        self.contexts.pop();
    }

    /// Where the bracket behind an expression begins.
    fn opening_of(&self, base: ExpressionId) -> u32 {
        let end = self.tree.expression(base).tokens.end as usize;
        let behind = self.tree.tokens.get(end..).unwrap_or(&[]).iter().find(|token| !token.kind.is_trivia());
        behind.map_or(self.span(base).end, |token| token.span.start)
    }

    /// `base[index]`
    pub(super) fn element(&mut self, id: ExpressionId, base: ExpressionId, index: ExpressionId) -> Value {
        let value = self.value(base);
        let key = self.scalar(index).kind;
        match value {
            Value::Scalar(scalar) if matches!(scalar.kind, Type::Dynamic | Type::Unknown) => {
                let is_vague = scalar.kind != Type::Dynamic || matches!(key, Type::Dynamic | Type::Unknown);
                let (is_key, advice) = match scalar.shape {
                    Shape::Array { .. } => {
                        (key.is_integer(), "an array has its elements by number, the first is [0]")
                    }
                    Shape::Bag => (key == Type::String, "a property bag has its elements by name: ['name']"),
                    _ => (true, ""),
                };
                let span = self.span(index);
                if !is_vague && !key.is_integer() && key != Type::String {
                    let message = format!("an element is named by a number or a text, and this is a {key}");
                    self.error(Code::WrongType, span, message);
                } else if !is_vague && !is_key {
                    let message = format!("there is no element by {key:#} here");
                    self.report(
                        Diagnostic::new(Code::WrongShape, span, message)
                            .official_as("KS141")
                            .with_help(advice),
                    );
                }
                let shape = scalar.shape.element();
                Value::Scalar(Scalar { from: scalar.from, shape, ..Scalar::of(scalar.kind) })
            }
            Value::Scalar(scalar) if scalar.shape == Shape::Undecided => Value::scalar(Type::Unknown),
            Value::Scalar(scalar) => {
                let span = Span::new(self.opening_of(base), self.span(id).end);
                let kind = scalar.kind;
                self.report(
                    Diagnostic::new(Code::NoElements, span, format!("{kind:#} has no elements"))
                        .with_help("a text that holds JSON is read with parse_json(…) first"),
                );
                Value::Error
            }
            // The first of several values, such as of arrays that are sorted together.
            Value::Tuple(items) => match items.into_iter().next() {
                Some(item) => Value::Scalar(Scalar { from: item.from, ..Scalar::of(item.kind) }),
                None => Value::Error,
            },
            Value::Elsewhere => Value::Table(Rows::unknown()),
            Value::Table(_) => {
                let span = Span::new(self.opening_of(base), self.span(id).end);
                self.error(Code::NoElements, span, "a table has no elements");
                Value::Error
            }
            _ => Value::Error,
        }
    }
}
