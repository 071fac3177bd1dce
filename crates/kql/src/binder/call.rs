//! Calls of functions: the query's own, the language's, the catalog's.

use std::rc::Rc;
use std::sync::Arc;

use super::signature::{common_type, count_text, describe, fits, returned_shape, takes_argument};
use super::statement::{FormalType, LetFunction, Local, Meaning};
use super::{Aggregates, Binder, Column, ColumnId, Reference, Rows, Scalar, Shape, Symbol, Value};
use crate::builtins::{Builtin, Naming, Returns, Signature, Takes, builtins};
use crate::catalog::CatalogResult;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind, Name};
use crate::types::Type;

/// An argument of a call, bound.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) id: ExpressionId,
    pub(super) value: Value,
    /// The parameter that it names.
    pub(super) name: Option<Symbol>,
    pub(super) is_star: bool,
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

    /// Whether it is a dynamic value that is surely no text.
    pub(super) fn is_shaped(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.kind == Type::Dynamic && scalar.shape != Shape::Any)
    }

    pub(super) fn from(&self) -> Vec<ColumnId> {
        match &self.value {
            Value::Scalar(scalar) => scalar.from.clone(),
            Value::Tuple(items) => items.iter().flat_map(|item| item.from.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// The literals that it is made of.
    pub(super) fn written(&self) -> Option<Rc<[ExpressionId]>> {
        match &self.value {
            Value::Scalar(scalar) => scalar.written.clone(),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<Rc<str>> {
        match &self.value {
            Value::Scalar(scalar) => scalar.text.clone(),
            _ => None,
        }
    }
}

/// Functions whose result is the column that they convert, where that has the type already.
const CONVERSIONS: &[&str] = &[
    "tobool",
    "toboolean",
    "todatetime",
    "todecimal",
    "todouble",
    "todynamic",
    "toguid",
    "toint",
    "tolong",
    "toreal",
    "tostring",
    "totimespan",
];

/// Functions over the nodes and edges of a pattern, which there are nowhere else.
const GRAPH_FUNCTIONS: &[&str] =
    &["all", "inner_nodes", "labels", "map", "node_degree_in", "node_degree_out", "node_id"];
/// Of how many literals a constant may be put together to be followed.
const MOST_PARTS: usize = 256;

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
                Argument { id: *id, value: self.value(*id), name, is_star }
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
            return self.aggregate_call(builtin, ids, span);
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
            return self.builtin_call(builtin, &arguments, span);
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
        if self.quiet > 0 || self.lost_names {
            return;
        }
        let all = builtins();
        let functions: Vec<Rc<str>> = self
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
                        let known: Vec<Rc<str>> =
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
            Value::Scalar(scalar) => Value::Scalar(Scalar { from, ..Scalar::of(scalar.kind) }),
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
                    let first = Argument { id: call, value: Value::Table(rows), name: None, is_star: false };
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
        if given < required || given > known {
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
            if !function.parameters.iter().any(|(known, _)| **known == *text) {
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

    // The language's functions.

    /// Functions that no signature describes.
    fn special_call(
        &mut self,
        id: ExpressionId,
        name: &str,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Value> {
        self.side.note_reference(id, Reference::Builtin);
        match name {
            "table" => {
                let Some(text) = arguments.first().and_then(Argument::text) else {
                    return Some(Value::Table(Rows::unknown()));
                };
                let symbol = self.symbol(&text);
                if let Some(Local { meaning: Meaning::Table(rows), variable, .. }) =
                    self.local(symbol).cloned()
                {
                    self.side.note_reference(id, Reference::Variable(variable));
                    return Some(Value::Table(rows));
                }
                if let Some(rows) = self.catalog_table(symbol) {
                    return Some(Value::Table(rows));
                }
                let place = arguments.first().map_or(span, |argument| self.span(argument.id));
                self.unknown_table(&text, place);
                Some(Value::Table(Rows::unknown()))
            }
            "cluster" => {
                self.unknown_place(arguments, "cluster", "KS207");
                Some(Value::Elsewhere)
            }
            "database" => {
                self.unknown_place(arguments, "database", "KS208");
                Some(Value::Elsewhere)
            }
            _ if self.catalog.is_place(name) => Some(Value::Elsewhere),
            "external_table" | "materialized_view" | "stored_query_result" => {
                let (what, official) = match name {
                    "external_table" => ("external table", "KS209"),
                    "materialized_view" => ("materialized view", "KS210"),
                    _ => ("stored query result", "KS248"),
                };
                self.unknown_place(arguments, what, official);
                Some(Value::Table(Rows::unknown()))
            }
            "graph" => {
                // No catalog knows graphs.
                let message = "there is no graph of that name";
                self.report(Diagnostic::new(Code::UnknownTable, span, message).official_as("KS260"));
                Some(Value::Graph(Rc::default()))
            }
            "entity_group" => Some(Value::Other),
            "column_ifexists" | "columnifexists" => self.column_if_exists(arguments),
            _ => None,
        }
    }

    /// `column_ifexists("a", 1)`: the column where it is, the default where it is not.
    fn column_if_exists(&mut self, arguments: &[Argument]) -> Option<Value> {
        let [name, default] = arguments else { return None };
        let text = name.text()?;
        let symbol = self.symbol(&text);
        let context = self.contexts.last()?;
        // Whichever it is, the type is that of the default.
        let from = match self.find(&context.columns, symbol) {
            Some(id) => vec![id],
            None => default.from(),
        };
        Some(Value::Scalar(Scalar { from, ..Scalar::of(default.kind()) }))
    }

    fn builtin_call(&mut self, builtin: &Builtin, arguments: &[Argument], span: Span) -> Value {
        let signature = self.check_arguments(builtin, arguments, span);
        self.check_constants(builtin, arguments);
        self.check_regex_argument(builtin.name, arguments);
        let from: Vec<ColumnId> = arguments.iter().flat_map(Argument::from).collect();
        if let Some(value) = self.series_call(builtin.name, arguments, &from) {
            return value;
        }
        let Some(signature) = signature else {
            let kind = self.vague_type(builtin);
            return Value::Scalar(Scalar { from, ..Scalar::of(kind) });
        };
        let kind = self.returned_type(signature, arguments, span);
        if signature.returns == Returns::Tabular {
            return Value::Table(Rows::unknown());
        }
        let mut scalar = Scalar { from, shape: returned_shape(builtin.name, arguments), ..Scalar::of(kind) };
        if builtin.name == "strcat" {
            let parts: Option<Vec<_>> = arguments.iter().map(Argument::written).collect();
            // Constants that are put together of one another would double at each step.
            scalar.written = parts
                .filter(|parts| parts.iter().map(|part| part.len()).sum::<usize>() <= MOST_PARTS)
                .map(|parts| parts.iter().flat_map(|part| part.iter().copied()).collect());
        }
        if let [argument] = arguments
            && CONVERSIONS.contains(&builtin.name)
            && let Value::Scalar(Scalar { column: Some(column), .. }) = argument.value
            && self.column(column).kind == kind
            && matches!(self.tree.expression(argument.id).kind, ExpressionKind::Name(_))
        {
            scalar.column = Some(column);
        }
        Value::Scalar(scalar)
    }

    /// The signature that fits the arguments; where none does, what is wrong is reported.
    pub(super) fn check_arguments<'b>(
        &mut self,
        builtin: &'b Builtin,
        arguments: &[Argument],
        span: Span,
    ) -> Option<&'b Signature> {
        let given = arguments.len();
        for (at, argument) in arguments.iter().enumerate() {
            let is_table = matches!(argument.value, Value::Table(_));
            let parameter = builtin.signatures.first().and_then(|signature| signature.parameter(at, given));
            match parameter.filter(|_| is_table).map(|parameter| &parameter.takes) {
                None | Some(Takes::Table | Takes::Anything) => {}
                Some(Takes::Types(_)) => {
                    let span = self.span(argument.id);
                    self.error(
                        Code::ArgumentType,
                        span,
                        "a single value is expected here, and this is a table",
                    );
                }
                Some(_) => {
                    self.scalar_of(argument.value.clone(), argument.id);
                }
            }
        }
        let counted: Vec<&Signature> = builtin
            .signatures
            .iter()
            .filter(|signature| {
                let (least, most) = signature.arity();
                (least..=most).contains(&given)
            })
            .collect();
        if builtin.name == "case" && given > 3 && given.is_multiple_of(2) {
            let message = "`case` takes pairs of a condition and a value, and one value behind them";
            self.report(Diagnostic::new(Code::ArgumentCount, span, message).official_as("KS121"));
        }
        if matches!(builtin.name, "bag_pack" | "pack") && given > 1 && !given.is_multiple_of(2) {
            let message = format!("`{}` takes pairs of a name and a value", builtin.name);
            self.report(Diagnostic::new(Code::ArgumentCount, span, message).official_as("KS121"));
            return builtin.signatures.first();
        }
        if counted.is_empty() {
            if builtin.signatures.len() > 1 {
                // Which of the signatures is meant, the arguments say, where they are known.
                if arguments.iter().any(|argument| argument.kind() == Type::Unknown) {
                    return None;
                }
                let best =
                    builtin.signatures.iter().min_by_key(|signature| self.misfits(signature, arguments))?;
                if self.misfits(best, arguments) > 0 {
                    self.no_signature(builtin, arguments, span);
                    return None;
                }
            }
            let least = builtin.signatures.iter().map(|signature| signature.arity().0).min().unwrap_or(0);
            let most = builtin.signatures.iter().map(|signature| signature.arity().1).max().unwrap_or(0);
            let wanted = count_text(least, most);
            let name = builtin.name;
            self.error(
                Code::ArgumentCount,
                span,
                format!("`{name}` takes {wanted}, and this call has {given}"),
            );
            return None;
        }
        let mut fitting = counted.iter().copied().filter(|signature| self.misfits(signature, arguments) == 0);
        if let Some(signature) = fitting.next() {
            // What is not known fits everything, and then what comes of it is not known either.
            let is_vague =
                arguments.iter().any(|argument| argument.kind() == Type::Unknown && !argument.is_star);
            if is_vague && fitting.any(|other| other.returns != signature.returns) {
                return None;
            }
            return Some(signature);
        }
        let best = counted.iter().copied().min_by_key(|signature| self.misfits(signature, arguments))?;
        let fewest = self.misfits(best, arguments);
        let tied = counted.iter().filter(|signature| self.misfits(signature, arguments) == fewest).count();
        if tied > 1 && counted.len() > 1 {
            if arguments.iter().any(|argument| argument.kind() == Type::Unknown && !argument.is_star) {
                return None;
            }
            self.no_signature(builtin, arguments, span);
            return Some(best);
        }
        for (at, argument) in arguments.iter().enumerate() {
            if let Some(parameter) = best.parameter(at, given) {
                self.check_type(&parameter.takes, argument);
            }
        }
        Some(best)
    }

    /// The type of a call whose arguments say too little: what all signatures return, if they agree.
    pub(super) fn vague_type(&self, builtin: &Builtin) -> Type {
        let mut returns = builtin.signatures.iter().map(|signature| signature.returns);
        match returns.next() {
            Some(Returns::Declared(kind)) if returns.all(|other| other == Returns::Declared(kind)) => kind,
            _ => Type::Unknown,
        }
    }

    fn misfits(&self, signature: &Signature, arguments: &[Argument]) -> usize {
        let given = arguments.len();
        arguments
            .iter()
            .enumerate()
            .filter(|(at, argument)| {
                signature.parameter(*at, given).is_some_and(|parameter| !fits(parameter, argument))
            })
            .count()
    }

    /// Reports an argument that is not what its parameter takes.
    pub(super) fn check_type(&mut self, takes: &Takes, argument: &Argument) {
        if !matches!(takes, Takes::Table | Takes::Anything) {
            self.scalar_of(argument.value.clone(), argument.id);
        }
        let kind = argument.kind();
        if argument.is_star || takes_argument(takes, argument) {
            return;
        }
        let span = self.span(argument.id);
        let (wanted, official) = describe(takes);
        let diagnostic = Diagnostic::new(
            Code::ArgumentType,
            span,
            format!("{wanted} is expected here, and this is {kind:#}"),
        )
        .official_as(official);
        let advice = match (takes, kind) {
            (Takes::Types(types), Type::String | Type::Dynamic) => {
                types.first().map(|wanted| format!("convert it: to{wanted}(…)"))
            }
            (Takes::Array | Takes::Bag, Type::String) => {
                Some("a text that holds JSON is read with parse_json(…)".to_owned())
            }
            (Takes::StringOrDynamic | Takes::StringOrArray, _) => Some("convert it: tostring(…)".to_owned()),
            _ => None,
        };
        self.report(match advice {
            Some(advice) => diagnostic.with_help(advice),
            None => diagnostic,
        });
    }

    /// The type that a call returns.
    pub(super) fn returned_type(
        &mut self,
        signature: &Signature,
        arguments: &[Argument],
        span: Span,
    ) -> Type {
        let kind = |at: usize| arguments.get(at).map_or(Type::Unknown, Argument::kind);
        match signature.returns {
            Returns::Declared(kind) => kind,
            Returns::Argument(at) => kind(at),
            Returns::Promoted => match kind(0) {
                Type::Int => Type::Long,
                other => other,
            },
            Returns::Array => Type::Dynamic,
            Returns::Literal(at) => {
                let argument = match at {
                    Some(at) => arguments.get(at),
                    None => arguments.last(),
                };
                argument.map_or(Type::Unknown, |argument| self.literal_type(argument.id))
            }
            Returns::Widest => arguments
                .iter()
                .map(Argument::kind)
                .reduce(|one, other| match (one, other) {
                    (Type::Unknown, _) | (_, Type::Unknown) => Type::Unknown,
                    (Type::Int, Type::Int) => Type::Long,
                    _ if one.is_number() && other.is_number() => one.widest(other),
                    _ => one,
                })
                .map_or(Type::Unknown, |kind| if kind == Type::Int { Type::Long } else { kind }),
            Returns::Common | Returns::CommonNotDynamic => {
                let given = arguments.len();
                let kinds: Vec<Type> = arguments
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| {
                        signature.parameter(*at, given).is_some_and(|parameter| {
                            matches!(
                                parameter.takes,
                                Takes::CommonScalar | Takes::CommonScalarOrDynamic | Takes::CommonOrderable
                            )
                        })
                    })
                    .map(|(_, argument)| argument.kind())
                    .collect();
                let or_dynamic = signature.returns == Returns::CommonNotDynamic;
                match common_type(&kinds, or_dynamic) {
                    Some(kind) => kind,
                    None if or_dynamic => Type::Dynamic,
                    None => {
                        self.error(Code::NoCommonType, span, "the arguments have no type in common");
                        Type::Unknown
                    }
                }
            }
            // `bin_auto` rounds what it is given; the others build dynamic values.
            Returns::Custom => match signature.parameters.as_slice() {
                [only] if only.takes == Takes::Summable => kind(0),
                _ => Type::Dynamic,
            },
            Returns::Tabular => Type::Unknown,
        }
    }

    /// The type that `typeof(…)` names.
    fn literal_type(&self, id: ExpressionId) -> Type {
        match &self.tree.expression(id).kind {
            ExpressionKind::TypeOf(columns) => match columns.as_slice() {
                [column] => self.type_named(column.kind),
                _ => Type::Unknown,
            },
            ExpressionKind::Literal(LiteralKind::String) => {
                self.string_text(id).and_then(|text| Type::from_name(&text)).unwrap_or(Type::Unknown)
            }
            _ => Type::Unknown,
        }
    }

    /// Interned columns of a table that a plugin returns.
    pub(super) fn rows_of(&mut self, columns: &[(&str, Type)]) -> Rows {
        let ids: Vec<ColumnId> = columns.iter().map(|(name, kind)| self.named_column(name, *kind)).collect();
        Rows { columns: Arc::from(ids), open: false }
    }
}
