//! Calls of functions: the query's own, the language's, the catalog's.

use std::rc::Rc;
use std::sync::Arc;

use super::signature::count_text;
use super::statement::{FormalType, LetFunction, Local, Meaning};
use super::{Aggregates, Binder, Column, ColumnId, Reference, Rows, Scalar, Shape, Symbol, Value};
use crate::builtins::{Naming, builtins};
use crate::catalog::CatalogResult;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, Name};
use crate::types::Type;

/// An argument of a call, bound.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) id: ExpressionId,
    pub(super) value: Value,
    /// The parameter that it names.
    pub(super) name: Option<Symbol>,
    pub(super) is_star: bool,
    /// Whether it is `typeof(…)`.
    pub(super) is_type: bool,
}

impl Argument {
    /// Its type; unknown where it is no scalar.
    pub(super) fn kind(&self) -> Type {
        match &self.value {
            Value::Scalar(scalar) => scalar.kind,
            Value::Tuple(items) => items.first().map_or(Type::Unknown, |item| item.kind),
            _ => Type::Unknown,
        }
    }

    /// Whether nothing is known of its type.
    pub(super) fn is_vague(&self) -> bool {
        self.kind() == Type::Unknown && !self.is_star && !self.is_type
    }

    /// Whether it is a dynamic value that is surely no text.
    pub(super) fn is_shaped(&self) -> bool {
        let is_known = |shape| !matches!(shape, Shape::Any | Shape::Element | Shape::Undecided);
        matches!(&self.value, Value::Scalar(scalar) if scalar.kind == Type::Dynamic && is_known(scalar.shape))
    }

    pub(super) fn from(&self) -> Vec<ColumnId> {
        match &self.value {
            Value::Scalar(scalar) => scalar.from.clone(),
            Value::Tuple(items) => items.iter().flat_map(|item| item.from.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// The literals that it is made of.
    pub(super) fn written(&self) -> Option<Arc<[ExpressionId]>> {
        match &self.value {
            Value::Scalar(scalar) => scalar.written.clone(),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<Arc<str>> {
        match &self.value {
            Value::Scalar(scalar) => scalar.text.clone(),
            _ => None,
        }
    }
}

/// Functions over the nodes and edges of a pattern, which there are nowhere else.
const GRAPH_FUNCTIONS: &[&str] =
    &["all", "inner_nodes", "labels", "map", "node_degree_in", "node_degree_out", "node_id"];

/// Whether a function is one of those over the nodes and edges of a pattern.
pub(crate) fn is_graph_function(name: &str) -> bool {
    GRAPH_FUNCTIONS.contains(&name)
}

impl Binder<'_> {
    pub(super) fn arguments(&mut self, ids: &[ExpressionId]) -> Vec<Argument> {
        ids.iter()
            .map(|id| {
                let (name, is_star) = match &self.tree.expression(*id).kind {
                    ExpressionKind::Named { names, .. } => (names.first().copied(), false),
                    ExpressionKind::Star => (None, true),
                    _ => (None, false),
                };
                let name = name.map(|name| self.declared_name(name));
                let is_type = matches!(self.tree.expression(*id).kind, ExpressionKind::TypeOf(_));
                Argument { id: *id, value: self.value(*id), name, is_star, is_type }
            })
            .collect()
    }

    /// How a result of the function is called.
    pub(super) fn naming(&self, function: &str) -> Option<Naming> {
        let all = builtins();
        let found = match self.aggregates {
            Aggregates::Refused => all.functions.get(function).or_else(|| all.aggregates.get(function)),
            _ => all.aggregates.get(function).or_else(|| all.functions.get(function)),
        };
        found.map(|builtin| builtin.naming)
    }

    pub(super) fn call(&mut self, id: ExpressionId, name: Name, ids: &[ExpressionId]) -> Value {
        let symbol = self.declared_name(name);
        let text = self.name_of(symbol);
        let span = self.tree.name_span(name);
        if matches!(&*text, "all" | "any" | "map")
            && let Some(value) = self.graph_call(&text, ids)
        {
            return value;
        }
        let all = builtins();
        let in_graph = self.contexts.iter().any(|context| !context.rows.is_empty());
        if GRAPH_FUNCTIONS.contains(&&*text) && !in_graph && self.local(symbol).is_none() {
            self.arguments(ids);
            let call = self.span(id);
            self.unknown_function(&text, span, call);
            return Value::Error;
        }
        // The language's own functions go before the query's.
        if let Some(local) = self.local(symbol).cloned()
            && !all.functions.contains_key(&*text)
            && !all.aggregates.contains_key(&*text)
        {
            let arguments = self.arguments(ids);
            self.side.note_reference(id, Reference::Variable(local.variable));
            return match local.meaning {
                Meaning::Function(function) => self.call_local(id, &function, &arguments, span),
                // A pattern.
                Meaning::Other(Value::Elsewhere) => Value::Elsewhere,
                Meaning::Other(Value::Error) => Value::Error,
                _ => {
                    let call = self.span(id);
                    self.unknown_function(&text, span, call);
                    Value::Error
                }
            };
        }
        if let Some(builtin) = all.aggregates.get(&*text)
            && (self.aggregates == Aggregates::Required || !all.functions.contains_key(&*text))
        {
            self.side.note_reference(id, Reference::Aggregate);
            return self.aggregate_call(builtin, id, ids, span);
        }
        // Where the function is not known, it may be an aggregate, whose arguments are columns.
        let aggregates = match self.aggregates {
            Aggregates::Required if !all.functions.contains_key(&*text) => Aggregates::Inside,
            other => other,
        };
        let arguments = self.with_aggregates(aggregates, |binder| binder.arguments(ids));
        if let Some(value) = self.special_call(id, &text, &arguments, span) {
            return value;
        }
        if let Some(builtin) = all.functions.get(&*text) {
            self.side.note_reference(id, Reference::Builtin);
            return self.builtin_call(builtin, id, &arguments, span);
        }
        let first = arguments.first().and_then(Argument::text);
        if let Some(value) = self.catalog_call(&text, &arguments, first.as_deref(), span) {
            self.side.note_reference(id, Reference::Function);
            return value;
        }
        self.side.note_reference(id, Reference::Nothing);
        let call = self.span(id);
        self.unknown_function(&text, span, call);
        Value::Error
    }

    /// A function that there is not: its name, and the whole call.
    fn unknown_function(&mut self, text: &str, span: Span, call: Span) {
        // The service has functions of its own by such names, which no list tells of.
        if self.quiet > 0 || self.lost_names || text.starts_with("__") {
            return;
        }
        let all = builtins();
        let functions: Vec<Arc<str>> = self
            .locals
            .iter()
            .filter(|local| matches!(local.meaning, Meaning::Function(_)))
            .map(|local| self.name_of(local.name))
            .collect();
        let mut known: Vec<&str> = functions.iter().map(|name| &**name).collect();
        let mut builtin: Vec<&str> = all.functions.keys().chain(all.aggregates.keys()).copied().collect();
        builtin.sort_unstable();
        known.extend(builtin);
        known.extend(self.catalog.names());
        let found = nearest(text, known).map(str::to_owned);
        // In a fuzzy union it is only warned of, as a table is.
        let (code, place) =
            if self.fuzzy { (Code::UnknownFuzzyTable, call) } else { (Code::UnknownFunction, span) };
        let diagnostic = Diagnostic::new(code, place, format!("there is no function `{text}`"));
        match crate::habits::function(text) {
            Some(known) if !self.catalog.names().contains(&text) => {
                self.report(diagnostic.with_help(format!("it is called {known} here")));
            }
            _ => self.report_near(diagnostic, found),
        }
    }

    // The query's own functions.

    fn call_local(
        &mut self,
        id: ExpressionId,
        function: &Rc<LetFunction>,
        arguments: &[Argument],
        span: Span,
    ) -> Value {
        let known = function.parameters.len();
        let given = arguments.len();
        if given > known
            || (given < function.required() && arguments.iter().all(|argument| argument.name.is_none()))
        {
            let text = self.name_of(function.name);
            let wanted = count_text(function.required(), known);
            self.error(
                Code::ArgumentCount,
                span,
                format!("`{text}` takes {wanted}, and this call has {given}"),
            );
        }
        let named: Vec<Symbol> = arguments.iter().filter_map(|argument| argument.name).collect();
        let missing = function.parameters.iter().enumerate().find(|(at, formal)| {
            let by_place = arguments.get(*at).is_some_and(|argument| argument.name.is_none());
            !formal.has_default && !by_place && !named.contains(&formal.name) && given <= known
        });
        if let Some((_, formal)) = missing.filter(|_| !named.is_empty()) {
            let (text, wanted) = (self.name_of(function.name), self.name_of(formal.name));
            let message = format!("`{text}` is not given its parameter `{wanted}`");
            self.report(Diagnostic::new(Code::ArgumentCount, span, message).official_as("KS197"));
        }
        let mut tables = Vec::new();
        let mut texts = Vec::new();
        let mut from = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            let place = match argument.name {
                Some(name) => match function.parameters.iter().position(|formal| formal.name == name) {
                    Some(place) => place,
                    None => {
                        let (text, wanted) = (self.name_of(function.name), self.name_of(name));
                        let known: Vec<Arc<str>> =
                            function.parameters.iter().map(|formal| self.name_of(formal.name)).collect();
                        let known: Vec<&str> = known.iter().map(|name| &**name).collect();
                        self.no_parameter(&text, &wanted, &known, argument.id);
                        continue;
                    }
                },
                None => at,
            };
            from.extend(argument.from());
            texts.extend(argument.text().map(|text| (place, text)));
            match (function.parameters.get(place).map(|formal| &formal.takes), &argument.value) {
                (Some(FormalType::Table(wanted)), Value::Table(rows)) => {
                    self.check_table_argument(wanted, rows, argument.id);
                    tables.push((place, rows.clone()));
                }
                (Some(FormalType::Scalar(_)), Value::Table(_)) => {
                    self.scalar_of(argument.value.clone(), argument.id);
                }
                _ => {}
            }
        }
        match self.let_call(id, function, &tables, &texts) {
            Value::Scalar(scalar) => {
                // More than that is known of the body's value, and nothing of the value of another call.
                let shape = if scalar.shape == Shape::Element { scalar.shape } else { Shape::Any };
                Value::Scalar(Scalar { from, shape, ..Scalar::of(scalar.kind) })
            }
            other => other,
        }
    }

    fn check_table_argument(&mut self, wanted: &Rows, given: &Rows, id: ExpressionId) {
        if given.open {
            return;
        }
        let missing = wanted
            .columns
            .iter()
            .map(|column| self.column(*column).name)
            .find(|name| self.find(&given.columns, *name).is_none());
        if let Some(name) = missing {
            let text = self.name_of(name);
            let span = self.span(id);
            self.error(
                Code::MissingColumns,
                span,
                format!("the table has no column `{text}`, which the function needs"),
            );
        }
    }

    /// `T | invoke f(x)`: the table is the first argument.
    pub(super) fn invoke(&mut self, rows: Rows, call: ExpressionId) -> Value {
        let tree = self.tree;
        match &tree.expression(call).kind {
            ExpressionKind::Path { base, member } => {
                let value = self.invoke(rows, *base);
                match value {
                    Value::Table(rows) => self.invoke(rows, *member),
                    other => other,
                }
            }
            ExpressionKind::Call { name, arguments } => {
                let symbol = self.declared_name(*name);
                let text = self.name_of(symbol);
                let span = tree.name_span(*name);
                let bound = self.without_rows(|binder| binder.arguments(arguments));
                if let Some(Local { meaning: Meaning::Other(Value::Error), .. }) = self.local(symbol) {
                    return Value::Table(Rows::unknown());
                }
                if let Some(Local { meaning: Meaning::Function(function), variable, .. }) =
                    self.local(symbol).cloned()
                {
                    self.side.note_reference(call, Reference::Variable(variable));
                    let first = Argument {
                        id: call,
                        value: Value::Table(rows),
                        name: None,
                        is_star: false,
                        is_type: false,
                    };
                    let mut all = vec![first];
                    all.extend(bound);
                    return self.call_local(call, &function, &all, span);
                }
                if let Some(function) = self.catalog.function(&text, None) {
                    self.side.note_reference(call, Reference::Function);
                    self.note_function(&text);
                    return match function.returns {
                        CatalogResult::Table(_) => Value::Table(Rows::unknown()),
                        CatalogResult::Scalar(kind) => Value::scalar(kind),
                    };
                }
                let whole = self.span(call);
                self.unknown_function(&text, span, whole);
                Value::Error
            }
            _ => Value::Error,
        }
    }

    // The catalog.

    /// What the catalog has under a name. A function hides a table of the same name.
    pub(super) fn catalog_value(&mut self, id: ExpressionId, name: Symbol) -> Option<Value> {
        let text = self.name_of(name);
        if let Some(value) = self.catalog_function(&text, None) {
            self.side.note_reference(id, Reference::Function);
            return Some(value);
        }
        let rows = self.catalog_table(name)?;
        self.side.note_reference(id, Reference::Table);
        Some(Value::Table(rows))
    }

    /// A table of the catalog.
    pub(super) fn catalog_table(&mut self, name: Symbol) -> Option<Rows> {
        let known = self.table_rows(name);
        if known.is_some() {
            let text = self.name_of(name);
            self.note_table(&text);
        }
        known
    }

    /// A table of the catalog that the query does not name itself.
    pub(super) fn table_rows(&mut self, name: Symbol) -> Option<Rows> {
        match self.tables.get(&name) {
            Some(known) => known.clone(),
            None => {
                let text = self.name_of(name);
                let rows = self.catalog.table(&text).map(|table| {
                    let columns = table.columns.iter().map(|(column, kind)| {
                        let symbol = self.symbol(column);
                        let id = ColumnId::new(self.columns.len());
                        self.columns.push(Column {
                            name: symbol,
                            kind: *kind,
                            table: Some(name),
                            from: Box::default(),
                            shape: Shape::Any,
                        });
                        id
                    });
                    Rows::new(columns.collect(), table.open)
                });
                self.tables.insert(name, rows.clone());
                rows
            }
        }
    }

    /// What a function of the catalog returns.
    pub(super) fn catalog_function(&mut self, name: &str, first: Option<&str>) -> Option<Value> {
        let function = self.catalog.function(name, first)?;
        self.note_function(name);
        Some(match &function.returns {
            CatalogResult::Table(table) => {
                let columns =
                    table.columns.iter().map(|(column, kind)| self.named_column(column, *kind)).collect();
                Value::Table(Rows::new(columns, table.open))
            }
            CatalogResult::Scalar(kind) => Value::scalar(*kind),
        })
    }

    fn catalog_call(
        &mut self,
        name: &str,
        arguments: &[Argument],
        first: Option<&str>,
        span: Span,
    ) -> Option<Value> {
        let function = self.catalog.function(name, first)?;
        let (known, required, given) = (function.parameters.len(), function.required, arguments.len());
        if !function.takes_more && (given < required || given > known) {
            let wanted = count_text(required, known);
            self.error(
                Code::ArgumentCount,
                span,
                format!("`{name}` takes {wanted}, and this call has {given}"),
            );
        }
        for (at, argument) in arguments.iter().enumerate() {
            let Some(symbol) = argument.name else {
                // The official library does not compare the types.
                if let Some((_, wanted)) = function.parameters.get(at) {
                    self.check_catalog_type(*wanted, argument);
                }
                continue;
            };
            let text = self.name_of(symbol);
            if !function.takes_more && !function.parameters.iter().any(|(known, _)| **known == *text) {
                let known: Vec<&str> = function.parameters.iter().map(|(known, _)| &**known).collect();
                self.no_parameter(name, &text, &known, argument.id);
            }
        }
        let value = self.catalog_function(name, first)?;
        Some(match value {
            // One value is made of what the call gives.
            Value::Scalar(scalar) => {
                Value::Scalar(Scalar { from: arguments.iter().flat_map(Argument::from).collect(), ..scalar })
            }
            other => other,
        })
    }

    /// Interned columns of a table that a plugin returns.
    pub(super) fn rows_of(&mut self, columns: &[(&str, Type)]) -> Rows {
        let ids: Vec<ColumnId> = columns.iter().map(|(name, kind)| self.named_column(name, *kind)).collect();
        Rows { columns: Arc::from(ids), open: false }
    }
}
