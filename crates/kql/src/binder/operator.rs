//! Stages: what each operator does to the rows that it is given.

use super::projection::Projection;
use super::{Aggregates, Binder, Rows, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{
    AggregationDefault, ExpressionId, ExpressionKind, OperatorId, OperatorKind, Order, Parameter,
    SeriesRange, TopNestedLevel,
};
use crate::types::Type;

impl Binder<'_> {
    /// A source and the stages behind it.
    pub(super) fn pipe(&mut self, source: ExpressionId, stages: &[OperatorId]) -> Value {
        let value = self.table_value(source);
        self.stages(value, stages)
    }

    /// Stages over what a source gives.
    pub(super) fn stages(&mut self, mut value: Value, stages: &[OperatorId]) -> Value {
        let history = std::mem::take(&mut self.history);
        for id in stages {
            if let Value::Table(rows) = &value {
                self.history.push((*id, rows.clone()));
                if matches!(
                    self.tree.operator(*id).kind,
                    OperatorKind::Print { .. } | OperatorKind::Range { .. }
                ) {
                    let span = self.first_word(*id);
                    let message = "this operator begins a query, and takes no table";
                    self.report(Diagnostic::new(Code::Expected, span, message).official_as("KS175"));
                }
            }
            value = self.stage(*id, value);
        }
        self.history = history;
        value
    }

    /// An operator that needs no rows.
    pub(super) fn leading(&mut self, id: OperatorId) -> Value {
        use OperatorKind::*;
        let operator = self.tree.operator(id);
        let makes_rows = matches!(
            operator.kind,
            Union { .. }
                | Print { .. }
                | Find { .. }
                | Search { .. }
                | Range { .. }
                | Evaluate { .. }
                | MacroExpand { .. }
                | As { .. }
                | AssertSchema { .. }
                | Bad
        );
        if !makes_rows && !self.syntax.has_operator(id) {
            let first = self.tree.tokens.get(operator.tokens.first as usize);
            let span = first.map_or(Span::default(), |token| token.span);
            let word = span.text(&self.tree.source);
            self.report(
                Diagnostic::new(Code::NoInput, span, format!("`{word}` has no table before it"))
                    .with_help("write a table and `|` before it; a `;` in front of it ends the query there"),
            );
        }
        self.stage(id, Value::Error)
    }

    /// The place of an operator's own word.
    fn first_word(&self, id: OperatorId) -> Span {
        let span = self.tree.span(self.tree.operator(id).tokens);
        let text = span.text(&self.tree.source);
        let length =
            text.find(|letter: char| !letter.is_alphanumeric() && letter != '-').unwrap_or(text.len());
        Span::new(span.start, span.start + length as u32)
    }

    fn stage(&mut self, id: OperatorId, input: Value) -> Value {
        let rows = if let Value::Table(rows) = &input { Some(rows.clone()) } else { None };
        self.side.note_input(id, rows);
        let broken = self.syntax.has_operator(id);
        let outer = std::mem::replace(&mut self.broken, broken);
        let around = self.stage.replace(id);
        let mut value = self.deeper(|binder| binder.stage_here(id, input)).unwrap_or(Value::Error);
        self.stage = around;
        self.broken = outer;
        if broken && let Value::Table(rows) = &mut value {
            // Whatever the stage was to give, more than this may have been meant.
            rows.open = true;
        }
        if let Value::Table(rows) = &value {
            self.side.note_output(id, rows);
        }
        value
    }

    fn stage_here(&mut self, id: OperatorId, input: Value) -> Value {
        let operator = self.tree.operator(id);
        let parameters = operator.parameters.as_slice();
        let has_input = matches!(input, Value::Table(_));
        let rows = match input {
            Value::Table(rows) => rows,
            Value::Graph(graph) => return self.graph_stage(&graph, &operator.kind, parameters),
            _ => Rows::unknown(),
        };
        self.check_parameters(&operator.kind, parameters, &rows);
        use OperatorKind::*;
        let rows = match &operator.kind {
            As { name } => {
                self.bind_table(*name, rows.clone());
                rows
            }
            AssertSchema { .. } | ExecuteAndCache | Render { .. } => rows,
            Consume => return Value::Other,
            Count { name } => {
                let name = match name {
                    Some(name) => self.declared_name(*name),
                    None => self.symbol("Count"),
                };
                Rows::new(vec![self.add_column(name, Type::Long, Vec::new())], false)
            }
            Distinct { columns } => self.distinct(&rows, columns),
            Evaluate { call, schema } => return self.evaluate(&rows, *call, schema.as_ref()),
            Extend { columns } | Serialize { columns } => self.extend(&rows, columns),
            Facet { columns, body } => {
                self.patterns(&rows, columns);
                self.body(&rows, *body);
                return Value::Other;
            }
            Find { sources, predicate, project, .. } => {
                self.find_operator(sources, *predicate, project.as_deref(), parameters)
            }
            Fork { branches } => {
                for branch in branches {
                    self.body(&rows, Some(branch.body));
                }
                return Value::Other;
            }
            GetSchema => self.rows_of(&[
                ("ColumnName", Type::String),
                ("ColumnOrdinal", Type::Long),
                ("DataType", Type::String),
                ("ColumnType", Type::String),
            ]),
            Invoke { call } => return self.invoke(rows, *call),
            Join { right, condition } => self.join(&rows, *right, condition.as_ref(), parameters, id),
            Lookup { right, condition } => self.lookup(&rows, *right, condition.as_ref()),
            MacroExpand { name, statements, .. } => {
                self.bind_anew(*name, super::Meaning::Other(Value::Elsewhere));
                self.statements(statements);
                Rows::unknown()
            }
            MakeGraph { from, to, tables, partition } => {
                return self.make_graph(&rows, [*from, *to], tables, parameters, *partition);
            }
            MakeSeries { aggregations, on, range, by } => {
                self.make_series(&rows, aggregations, *on, *range, by)
            }
            MvApply { items, limit, body } => self.mv_apply(&rows, items, *limit, *body, parameters),
            MvExpand { items, limit } => self.mv_expand(&rows, items, *limit, parameters),
            Parse { value, pattern, .. } => {
                if self.parameter_word(parameters, "kind").as_deref() == Some("regex") {
                    self.check_parse_regex(pattern);
                }
                self.parse_text(&rows, *value, pattern)
            }
            ParseKv { value, columns, .. } => self.parse_kv(&rows, *value, columns),
            Partition { by, body, .. } | PartitionBy { by, body } => {
                let (key, rows) = self.with_rows(&rows, |binder| binder.scalar(*by));
                // Within braces the key is a value by its own name.
                let outer = self.locals.len();
                if let ExpressionKind::Name(name) = self.tree.expression(*by).kind {
                    self.bind_anew(name, super::Meaning::Scalar(super::Scalar::of(key.kind)));
                }
                let value = self.body(&rows, Some(*body));
                self.locals.truncate(outer);
                return value;
            }
            Print { columns } => self.print(columns),
            Project { columns } => self.project(&rows, columns),
            ProjectAway { columns } => self.project_away(&rows, columns),
            ProjectByNames { columns } => self.project_by_names(&rows, columns),
            ProjectKeep { columns } => self.project_keep(&rows, columns),
            ProjectRename { columns } => self.project_rename(&rows, columns),
            ProjectReorder { columns } => self.project_reorder(&rows, columns),
            Range { name, from, to, step } => {
                let kind = self.range_type(*from, *to, *step);
                let name = self.declared_name(*name);
                Rows::new(vec![self.add_column(name, kind, Vec::new())], false)
            }
            Reduce { by, with } => {
                let keeps = self.parameter_word(parameters, "kind").as_deref() == Some("source");
                let (_, rows) = self.with_rows(&rows, |binder| binder.scalar(*by));
                for item in with {
                    self.without_rows(|binder| binder.value(*item));
                }
                let added = self.rows_of(&[
                    ("Pattern", Type::String),
                    ("Count", Type::Long),
                    ("Representative", Type::String),
                ]);
                match keeps {
                    true => Rows::new([&*rows.columns, &*added.columns].concat(), rows.open),
                    false => added,
                }
            }
            Sample { count } | Take { count } => {
                self.count(*count);
                rows
            }
            SampleDistinct { count, of } => {
                self.count(*count);
                self.columns_of(&rows, &[*of], false)
            }
            Scan { order, partition, declared, steps } => {
                let (_, rows) = self.with_rows(&rows, |binder| {
                    for key in order {
                        binder.scalar(key.key);
                    }
                    for key in partition {
                        binder.scalar(*key);
                    }
                });
                self.scan(&rows, declared, steps, parameters)
            }
            Search { sources, predicate } => {
                self.search_operator(has_input.then_some(rows), sources, *predicate)
            }
            Sort { keys } => self.sort(&rows, keys),
            Summarize { aggregates, by, .. } => self.summarize(&rows, aggregates, by),
            Top { count, by } => {
                self.count(*count);
                self.with_rows(&rows, |binder| binder.scalar(by.key)).1
            }
            TopHitters { count, of, by } => {
                self.count(*count);
                self.top_hitters(&rows, *of, by.as_ref())
            }
            TopNested { levels } => self.top_nested(&rows, levels),
            Union { sources } => self.union(has_input.then_some(rows), sources, parameters),
            Where { predicate } => self.with_rows(&rows, |binder| binder.condition(*predicate)).1,
            GraphMarkComponents
            | GraphMatch { .. }
            | GraphShortestPaths { .. }
            | GraphToTable { .. }
            | GraphWhereEdges { .. }
            | GraphWhereNodes { .. } => Rows::unknown(),
            Bad => Rows { open: true, ..rows },
        };
        Value::Table(rows)
    }

    /// The type of the values from `from` to `to`.
    fn range_type(&mut self, from: ExpressionId, to: ExpressionId, step: ExpressionId) -> Type {
        let mut kinds = [Type::Unknown; 3];
        for (kind, bound) in kinds.iter_mut().zip([from, to, step]) {
            *kind = self.scalar(bound).kind;
            if !kind.is_summable() && *kind != Type::Unknown {
                let span = self.span(bound);
                let message =
                    format!("a number, datetime or timespan is expected here, and this is a {kind}");
                self.report(Diagnostic::new(Code::ArgumentType, span, message).official_as("KS138"));
            }
        }
        let [first, last, width] = kinds;
        if kinds.iter().all(|kind| kind.is_number()) {
            return first.widest(last).widest(width);
        }
        let is_time = |kind: Type| matches!(kind, Type::DateTime | Type::TimeSpan);
        // A column of times goes in steps of time.
        if is_time(first) && first == last && width.is_number()
            || first.is_number() && last.is_number() && is_time(width)
        {
            let span = self.span(step);
            let message = format!("values of type {first} do not go in steps of a {width}");
            self.error(Code::OperandTypes, span, message);
        }
        match () {
            () if first == last => first,
            () if first.is_number() && last.is_number() => first.widest(last),
            () => Type::Unknown,
        }
    }

    /// A sub-query over the rows: `(take 1 | …)`.
    pub(super) fn body(&mut self, rows: &Rows, body: Option<ExpressionId>) -> Value {
        let Some(body) = body else {
            return Value::Table(rows.clone());
        };
        let tree = self.tree;
        match &tree.expression(body).kind {
            ExpressionKind::Stages(stages) => {
                self.without_rows(|binder| binder.stages(Value::Table(rows.clone()), stages))
            }
            _ => self.without_rows(|binder| binder.value(body)),
        }
    }

    /// The word that a parameter is set to.
    pub(super) fn parameter_word(&self, parameters: &[Parameter], name: &str) -> Option<String> {
        let parameter = parameters.iter().find(|parameter| self.tree.name(parameter.name) == name)?;
        let range = self.tree.expression(parameter.value).tokens;
        let text = self.tree.text(range);
        Some(match &self.tree.expression(parameter.value).kind {
            ExpressionKind::Name(name) => self.tree.name(*name).into_owned(),
            _ => crate::literal::decode(text).unwrap_or_else(|| text.to_owned()),
        })
    }

    // Projections.

    /// Binds a list of items over rows; gives the values and the rows with what was found to be in an open table.
    pub(super) fn bind_items(&mut self, rows: &Rows, items: &[ExpressionId]) -> (Vec<Value>, Rows) {
        self.with_rows(rows, |binder| items.iter().map(|item| binder.value(*item)).collect())
    }

    /// New columns from a list of items; with `refuse_dynamic`, none of them may be dynamic.
    fn columns_of(&mut self, rows: &Rows, items: &[ExpressionId], refuse_dynamic: bool) -> Rows {
        let (values, rows) = self.bind_items(rows, items);
        let mut projection = Projection::new();
        self.with_rows(&rows, |binder| {
            for (item, value) in items.iter().zip(values) {
                if refuse_dynamic {
                    binder.refuse_dynamic(*item, &value);
                }
                projection.item(binder, *item, value);
            }
        });
        projection.finish(rows.open)
    }

    fn refuse_dynamic(&mut self, item: ExpressionId, value: &Value) {
        if let Value::Scalar(scalar) = value
            && scalar.kind == Type::Dynamic
        {
            let span = self.span(item);
            self.report(
                Diagnostic::new(Code::DynamicHere, span, "a dynamic value cannot be grouped or ordered by")
                    .with_help("convert it: tostring(…)"),
            );
        }
    }

    fn project(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        self.columns_of(rows, items, false)
    }

    fn distinct(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        if items.iter().any(|item| matches!(self.tree.expression(*item).kind, ExpressionKind::Star)) {
            if let (false, Some(star)) = (rows.open, items.first())
                && rows.columns.iter().any(|id| self.column(*id).kind == Type::Dynamic)
            {
                let value = Value::scalar(Type::Dynamic);
                self.refuse_dynamic(*star, &value);
            }
            return rows.clone();
        }
        self.columns_of(rows, items, true)
    }

    fn extend(&mut self, rows: &Rows, items: &[ExpressionId]) -> Rows {
        let (values, rows) = self.bind_items(rows, items);
        let mut projection = Projection::over(self, &rows);
        self.with_rows(&rows, |binder| {
            for (item, value) in items.iter().zip(values) {
                projection.item(binder, *item, value);
            }
        });
        projection.finish(rows.open)
    }

    fn print(&mut self, items: &[ExpressionId]) -> Rows {
        let mut projection = Projection::new();
        for (at, item) in items.iter().enumerate() {
            let value = self.value(*item);
            if matches!(self.tree.expression(*item).kind, ExpressionKind::Named { .. })
                || matches!(value, Value::Tuple(_))
            {
                projection.item(self, *item, value);
                continue;
            }
            let scalar = self.scalar_of(value, *item);
            let name = self.symbol(&format!("print_{at}"));
            let id = self.add_column(name, scalar.kind, scalar.from);
            projection.making(*item);
            projection.add(self, id);
        }
        projection.finish(false)
    }

    // Rows.

    fn sort(&mut self, rows: &Rows, keys: &[Order]) -> Rows {
        let (_, rows) = self.with_rows(rows, |binder| {
            for key in keys {
                let value = binder.value(key.key);
                let before = binder.diagnostics.len();
                binder.refuse_dynamic(key.key, &value);
                // The service points at the order as well.
                let end = binder.end_of_order(key);
                for diagnostic in &mut binder.diagnostics[before..] {
                    diagnostic.span = Span::new(diagnostic.span.start, end);
                }
                binder.scalar_of(value, key.key);
            }
        });
        rows
    }

    /// Where a key ends with what is said of its order.
    fn end_of_order(&self, order: &Order) -> u32 {
        let range = self.tree.expression(order.key).tokens;
        let behind = self.tree.tokens[range.end as usize..].iter().filter(|token| !token.kind.is_trivia());
        let words = usize::from(order.ascending.is_some()) + 2 * usize::from(order.nulls_first.is_some());
        let end = self.tree.span_of(order.key).end;
        behind.take(words).last().map_or(end, |token| token.span.end)
    }

    fn summarize(&mut self, rows: &Rows, aggregates: &[ExpressionId], by: &[ExpressionId]) -> Rows {
        let (keys, rows) = self.bind_items(rows, by);
        let grouped = keys
            .iter()
            .filter_map(|value| match value {
                Value::Scalar(scalar) => scalar.column,
                _ => None,
            })
            .collect();
        let grouped = std::mem::replace(&mut self.grouped, grouped);
        let (values, rows) =
            self.with_aggregates(Aggregates::Required, |binder| binder.bind_items(&rows, aggregates));
        let mut projection = Projection::new();
        self.with_rows(&rows, |binder| {
            for (item, value) in by.iter().zip(keys) {
                binder.refuse_dynamic(*item, &value);
                projection.item(binder, *item, value);
            }
            binder.with_aggregates(Aggregates::Required, |binder| {
                for (item, value) in aggregates.iter().zip(values) {
                    projection.item(binder, *item, value);
                }
            });
        });
        self.grouped = grouped;
        projection.finish(rows.open)
    }

    fn make_series(
        &mut self,
        rows: &Rows,
        aggregations: &[AggregationDefault],
        on: ExpressionId,
        range: SeriesRange,
        by: &[ExpressionId],
    ) -> Rows {
        let (keys, rows) = self.bind_items(rows, by);
        let (axis, rows) = self.with_rows(&rows, |binder| binder.value(on));
        match range {
            SeriesRange::Steps { from, to, step } => {
                for bound in [from, to, Some(step)].into_iter().flatten() {
                    self.with_rows(&rows, |binder| binder.scalar(bound));
                }
            }
            SeriesRange::In(call) => {
                self.with_rows(&rows, |binder| binder.scalar(call));
            }
        }
        let items: Vec<ExpressionId> = aggregations.iter().map(|aggregation| aggregation.value).collect();
        let (values, rows) =
            self.with_aggregates(Aggregates::Required, |binder| binder.bind_items(&rows, &items));
        for default in aggregations.iter().filter_map(|aggregation| aggregation.default) {
            self.scalar(default);
        }
        let mut projection = Projection::new();
        self.with_rows(&rows, |binder| {
            for (item, value) in by.iter().zip(keys) {
                projection.item(binder, *item, value);
            }
            binder.with_aggregates(Aggregates::Required, |binder| {
                for (item, value) in items.iter().zip(values) {
                    let value = as_series(value);
                    projection.item(binder, *item, value);
                }
            });
            // The axis has its column's name, and is a list.
            let from = match &axis {
                Value::Scalar(scalar) => scalar.from.clone(),
                _ => Vec::new(),
            };
            projection.making(on);
            let name = binder.made_up_name(on);
            match name {
                Some(name) => {
                    let id = binder.add_column(name, Type::Dynamic, from);
                    projection.add(binder, id);
                }
                None => projection.add_nameless(binder, Type::Dynamic, from),
            }
        });
        projection.finish(rows.open)
    }

    fn top_hitters(&mut self, rows: &Rows, of: ExpressionId, by: Option<&Order>) -> Rows {
        let (value, rows) = self.with_rows(rows, |binder| binder.value(of));
        let mut projection = Projection::new();
        self.with_rows(&rows, |binder| {
            let (name, kind) = match by {
                Some(by) => {
                    let kind = binder.scalar(by.key).kind;
                    let name = binder.made_up_text(by.key).unwrap_or_default();
                    (format!("approximate_sum_{name}"), kind)
                }
                None => {
                    let name = binder.made_up_text(of).unwrap_or_default();
                    (format!("approximate_count_{name}"), Type::Long)
                }
            };
            projection.item(binder, of, value);
            projection.making(by.map_or(of, |by| by.key));
            let id = binder.named_column(&name, kind);
            projection.add(binder, id);
        });
        projection.finish(false)
    }

    fn top_nested(&mut self, rows: &Rows, levels: &[TopNestedLevel]) -> Rows {
        let mut projection = Projection::new();
        let mut rows = rows.clone();
        for level in levels {
            if let Some(count) = level.count {
                self.count(count);
            }
            let (value, after) = self.with_rows(&rows, |binder| binder.value(level.of));
            rows = after;
            if let Some(others) = level.others {
                self.scalar(others);
            }
            let ((), after) = self.with_rows(&rows, |binder| {
                let is_named = binder.made_up_text(level.of).is_some();
                let column = projection.level(binder, level.of, value);
                let column =
                    column.filter(|_| is_named).map(|column| binder.name_of(binder.column(column).name));
                let name = column.as_deref().unwrap_or_default();
                let scalar =
                    binder.with_aggregates(Aggregates::Required, |binder| binder.scalar(level.by.key));
                let name = match &binder.tree.expression(level.by.key).kind {
                    ExpressionKind::Named { .. } => binder.made_up_name(level.by.key),
                    _ => None,
                }
                .unwrap_or_else(|| binder.symbol(&format!("aggregated_{name}")));
                let id = binder.add_column(name, scalar.kind, scalar.from);
                projection.making(level.by.key);
                projection.add(binder, id);
            });
            rows = after;
        }
        projection.finish(rows.open)
    }
}

/// Aggregates over a series are lists.
fn as_series(value: Value) -> Value {
    match value {
        Value::Scalar(scalar) => Value::Scalar(super::Scalar { kind: Type::Dynamic, column: None, ..scalar }),
        Value::Tuple(items) => Value::Tuple(
            items.into_iter().map(|item| super::TupleItem { kind: Type::Dynamic, ..item }).collect(),
        ),
        other => other,
    }
}
