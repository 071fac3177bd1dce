//! Building a plan: stages.

use super::build::Builder;
use super::origin::{Origins, joined, united};
use super::{
    Argument, Call, Callee, Columns, JoinOn, PatternPart, Scalar, ScalarKind, ScanColumn, ScanStep,
    SeriesSteps, SortKey, Source, Stage, StageKind, Table, TopLevel, UnionSource, Value,
};
use crate::binder::{Reference, Rows, Side, takes_foreign};
use crate::tree::{
    BinaryOperator, ExpressionId, ExpressionKind, FunctionParameter, JoinCondition, MvItem, Node, Operator,
    OperatorId, OperatorKind, Order, Parameter, ParsePart, SeriesRange,
};
use crate::types::Type;

/// What a stage does, and where its columns come from.
type Built = (StageKind, Columns);

impl Builder<'_> {
    /// A stage over what the one before it gives.
    pub(super) fn stage(&mut self, id: OperatorId, before: Option<Rows>) -> Stage {
        let tree = self.tree;
        let operator = tree.operator(id);
        let side = self.body.side();
        let known = side.stage_rows(id).cloned().unwrap_or_default();
        let rows = known.output;
        let has_own_scope = known.scope.is_some();
        let mut scope = known.scope.or(known.input).or_else(|| before.clone()).unwrap_or_default();
        let inferred: Vec<_> = side
            .inferred_at(id, Side::Left)
            .filter(|column| !has_own_scope || !scope.columns.contains(column))
            .collect();
        if !inferred.is_empty() {
            let columns = scope.columns.iter().copied().chain(inferred).collect();
            scope = Rows { columns, open: scope.open };
        }
        let result = rows.clone().unwrap_or_default();
        let built = self.deeper(|builder| {
            builder
                .over(scope.clone(), |builder| builder.kind(id, operator, &scope, before.as_ref(), &result))
        });
        let (kind, columns) = built.unwrap_or((StageKind::Unresolved, Columns::Each(Vec::new())));
        let parameters = operator.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        Stage { operator: id, kind, parameters, scope, rows, columns }
    }

    fn parameter(&self, parameter: &Parameter) -> (String, String) {
        let value = self.tree.expression(parameter.value);
        let text = self.tree.text(value.tokens);
        let value = match &value.kind {
            ExpressionKind::Name(name) => self.text_of(*name),
            _ => crate::literal::decode(text).unwrap_or_else(|| text.to_owned()),
        };
        (self.text_of(parameter.name), value)
    }

    /// A kind whose columns come from the items and the scope.
    fn with(&self, kind: StageKind, scope: &Rows, result: &Rows, items: &[ExpressionId]) -> Built {
        let origins = Origins::of(scope).with_items(self, items.iter().copied());
        let columns = match &kind {
            StageKind::Invoke { .. } => origins.of_call().find(self, result),
            StageKind::Partition { body: Value::Table(body), .. } => {
                origins.of_call().with_body(body.rows()).find(self, result)
            }
            _ => origins.find(self, result),
        };
        (kind, columns)
    }

    fn kind(
        &mut self,
        id: OperatorId,
        operator: &Operator,
        scope: &Rows,
        before: Option<&Rows>,
        result: &Rows,
    ) -> Built {
        let tree = self.tree;
        use OperatorKind as O;
        use StageKind as S;
        match &operator.kind {
            O::Join { right, condition } => return self.join(id, *right, condition.as_ref(), result, false),
            O::Lookup { right, condition } => return self.join(id, *right, condition.as_ref(), result, true),
            O::MvApply { items, limit, body } => {
                let limit = self.optional(*limit);
                let ids: Vec<ExpressionId> = items.iter().map(|item| item.value).collect();
                let items = self.unfolded(items);
                let body = self.body_value(*body);
                let inner = if let Value::Table(table) = &body { table.rows().cloned() } else { None };
                let columns = Origins::of(scope)
                    .of_call()
                    .with_items(self, ids.iter().copied())
                    .with_body(inner.as_ref())
                    .find(self, result);
                return (S::MvApply { items, limit, body }, columns);
            }
            O::Union { sources } => {
                let sources = self.sources(sources, before, result);
                return (
                    S::Union { sources },
                    Columns::Each(vec![super::Origin::Made; result.columns.len()]),
                );
            }
            O::Find { sources, predicate, .. } => {
                // What is piped to it does not count.
                let sources = self.sources(sources, None, scope);
                let predicate = self.scalar(*predicate);
                return self.with(S::Find { sources, predicate }, scope, result, &[]);
            }
            O::Search { sources, predicate } => {
                let sources = self.sources(sources, before, scope);
                let predicate = self.scalar(*predicate);
                return self.with(S::Search { sources, predicate }, scope, result, &[]);
            }
            _ => {}
        }
        let items = item_order(&operator.kind);
        let kind = match &operator.kind {
            O::As { name } => match self.body.side().binding(*name) {
                Some(variable) => S::As { variable },
                None => S::Unresolved,
            },
            O::AssertSchema { columns } => S::AssertSchema { columns: self.declared(columns) },
            O::Consume => S::Consume,
            O::Count { .. } => S::Count,
            O::Distinct { columns } => match columns.as_slice() {
                [only] if matches!(tree.expression(*only).kind, ExpressionKind::Star) => {
                    S::Distinct { items: Vec::new() }
                }
                _ => S::Distinct { items: self.items(columns) },
            },
            O::Evaluate { call, .. } => self.plugin(id, *call),
            O::ExecuteAndCache => S::ExecuteAndCache,
            O::Extend { columns } => S::Extend { items: self.items(columns) },
            O::Serialize { columns } => S::Serialize { items: self.items(columns) },
            O::Project { columns } => S::Project { items: self.items(columns) },
            O::Print { columns } => S::Print { items: self.items(columns) },
            O::Facet { columns, body } => {
                let places = columns.iter().filter_map(|id| self.column_place(*id)).collect();
                S::Facet { columns: places, body: body.map(|body| self.table(body)) }
            }
            O::Fork { branches } => {
                let mut built = Vec::new();
                for branch in branches {
                    built.push((self.optional_name(branch.name), self.body_value(branch.body)));
                }
                S::Fork { branches: built }
            }
            O::GetSchema => S::GetSchema,
            O::Invoke { call } => S::Invoke { calls: self.invoked(*call) },
            O::MacroExpand { group, name, statements } => S::MacroExpand {
                group: self.value(*group),
                variable: self.body.side().binding(*name),
                statements: self.over(Rows::default(), |builder| builder.statements(statements)),
            },
            O::MakeSeries { aggregations, on, range, by } => S::MakeSeries {
                by: self.items(by),
                aggregates: aggregations
                    .iter()
                    .map(|one| (self.item(one.value), self.optional(one.default)))
                    .collect(),
                on: self.item(*on),
                steps: match range {
                    SeriesRange::Steps { from, to, step } => SeriesSteps::Steps {
                        from: self.optional(*from),
                        to: self.optional(*to),
                        step: self.scalar(*step),
                    },
                    SeriesRange::In(call) => SeriesSteps::In(self.scalar(*call)),
                },
            },
            O::MvExpand { items, limit } => {
                S::MvExpand { limit: self.optional(*limit), items: self.unfolded(items) }
            }
            O::Parse { drops_others, value, pattern } => S::Parse {
                drops_others: *drops_others,
                value: self.scalar(*value),
                pattern: pattern.iter().map(|part| self.pattern_part(*part)).collect(),
            },
            O::ParseKv { value, columns, properties } => S::ParseKv {
                value: self.scalar(*value),
                columns: self.declared(columns),
                properties: self.properties(properties),
            },
            O::Partition { by, scope, body } => self.partition(*by, *scope, *body),
            O::PartitionBy { by, body } => self.partition(*by, None, *body),
            O::ProjectAway { .. } => S::ProjectAway,
            O::ProjectByNames { columns } => S::ProjectByNames { items: self.values(columns) },
            O::ProjectKeep { .. } => S::ProjectKeep,
            O::ProjectRename { .. } => S::ProjectRename,
            O::ProjectReorder { .. } => S::ProjectReorder,
            O::Range { from, to, step, .. } => {
                S::Range { from: self.scalar(*from), to: self.scalar(*to), step: self.scalar(*step) }
            }
            O::Reduce { by, with } => S::Reduce { by: self.item(*by), with: self.items(with) },
            O::Render { chart, properties } => {
                S::Render { chart: tree.text(*chart).to_owned(), properties: self.properties(properties) }
            }
            O::Sample { count } => S::Sample { count: self.scalar(*count) },
            O::SampleDistinct { count, of } => {
                S::SampleDistinct { count: self.scalar(*count), of: self.item(*of) }
            }
            O::Scan { order, partition, declared, steps } => S::Scan {
                order: order.iter().map(|key| self.sort_key(key)).collect(),
                partition: self.items(partition),
                declared: declared.iter().map(|column| self.scan_column(column)).collect(),
                steps: steps.iter().map(|step| self.scan_step(step)).collect(),
            },
            O::Sort { keys } => S::Sort { keys: keys.iter().map(|key| self.sort_key(key)).collect() },
            O::Summarize { aggregates, by, bin } => S::Summarize {
                by: self.items(by),
                aggregates: self.items(aggregates),
                bin: self.optional(*bin),
            },
            O::Take { count } => S::Take { count: self.scalar(*count) },
            O::Top { count, by } => S::Top { count: self.scalar(*count), by: self.sort_key(by) },
            O::TopHitters { count, of, by } => S::TopHitters {
                count: self.scalar(*count),
                of: self.item(*of),
                by: by.as_ref().map(|by| self.item(by.key)),
            },
            O::TopNested { levels } => {
                let mut built = Vec::new();
                for level in levels {
                    built.push(TopLevel {
                        count: self.optional(level.count),
                        of: self.item(level.of),
                        others: self.optional(level.others),
                        by: self.sort_key(&level.by),
                    });
                }
                S::TopNested { levels: built }
            }
            O::Where { predicate } => S::Where { predicate: self.scalar(*predicate) },
            O::GraphMarkComponents
            | O::GraphMatch { .. }
            | O::GraphShortestPaths { .. }
            | O::GraphToTable { .. }
            | O::GraphWhereEdges { .. }
            | O::GraphWhereNodes { .. }
            | O::MakeGraph { .. } => {
                let children = tree.children(Node::Operator(id));
                let parts = children.into_iter().filter_map(|child| match child {
                    Node::Expression(part) => Some(self.value(part)),
                    Node::Operator(_) | Node::Statement(_) => None,
                });
                S::Graph { parts: parts.collect() }
            }
            O::Bad
            | O::Join { .. }
            | O::Lookup { .. }
            | O::MvApply { .. }
            | O::Union { .. }
            | O::Find { .. }
            | O::Search { .. } => S::Unresolved,
        };
        self.with(kind, scope, result, &items)
    }

    // Parts of stages.

    /// A body over the rows of the stage.
    fn body_value(&mut self, id: ExpressionId) -> Value {
        self.over(Rows::default(), |builder| builder.value(id))
    }

    fn column_place(&self, id: ExpressionId) -> Option<usize> {
        match self.body.refers_to(id) {
            Reference::Column(column) => self.place(column),
            _ => None,
        }
    }

    fn sort_key(&mut self, order: &Order) -> SortKey {
        let ascending = order.ascending.unwrap_or(false);
        let nulls_first = order.nulls_first.unwrap_or(ascending);
        SortKey { value: self.item(order.key), ascending, nulls_first }
    }

    fn unfolded(&mut self, items: &[MvItem]) -> Vec<(Scalar, Option<Type>)> {
        let kind = |builder: &Self, item: &MvItem| {
            let kind = item.kind?;
            Some(Type::from_name(builder.tree.text(kind.tokens)).unwrap_or(Type::Unknown))
        };
        items.iter().map(|item| (self.item(item.value), kind(self, item))).collect()
    }

    fn pattern_part(&mut self, part: ParsePart) -> PatternPart {
        match part {
            ParsePart::Star(_) => PatternPart::Star,
            ParsePart::Text(text) => PatternPart::Text(self.scalar(text)),
            ParsePart::Column(column) => {
                let kind = match column.kind.tokens.is_empty() {
                    true => Type::String,
                    false => Type::from_name(self.tree.text(column.kind.tokens)).unwrap_or(Type::Unknown),
                };
                PatternPart::Column(self.text_of(column.name), kind)
            }
        }
    }

    fn partition(&mut self, by: ExpressionId, scope: Option<ExpressionId>, body: ExpressionId) -> StageKind {
        let variable = match self.tree.expression(by).kind {
            ExpressionKind::Name(name) => self.body.side().binding(name),
            _ => None,
        };
        let by = self.scalar(by);
        StageKind::Partition {
            by,
            variable,
            scope: scope.map(|scope| self.value(scope)),
            body: self.body_value(body),
        }
    }

    fn scan_column(&mut self, column: &FunctionParameter) -> ScanColumn {
        let name = self.text_of(column.name);
        ScanColumn {
            column: self.place_named(&self.scope, &name),
            default: column.default.map(|default| self.scalar(default)),
        }
    }

    fn scan_step(&mut self, step: &crate::tree::ScanStep) -> ScanStep {
        let tree = self.tree;
        let mut assignments = Vec::new();
        for assignment in &step.assignments {
            let column = match &tree.expression(*assignment).kind {
                ExpressionKind::Named { names, .. } => {
                    let name = self.optional_name(names.first().copied()).unwrap_or_default();
                    self.place_named(&self.scope, &name)
                }
                _ => None,
            };
            assignments.push((column, self.item(*assignment)));
        }
        ScanStep {
            name: self.text_of(step.name),
            optional: step.optional,
            output: step.output.map(|output| tree.text(output).to_owned()),
            condition: self.scalar(step.condition),
            assignments,
        }
    }

    fn plugin(&mut self, id: OperatorId, call: ExpressionId) -> StageKind {
        let tree = self.tree;
        let ExpressionKind::Call { name, arguments: ids } = &tree.expression(call).kind else {
            return StageKind::Unresolved;
        };
        let name = self.text_of(*name);
        let builtin = crate::builtins::builtins().plugins.get(name.as_str());
        let mut arguments: Vec<Argument> = Vec::new();
        let mut right_scope = Rows::default();
        for (at, argument) in ids.iter().enumerate() {
            let foreign = match arguments.first().map(|first| &first.value) {
                Some(Value::Table(table))
                    if builtin.is_some_and(|builtin| takes_foreign(builtin, at, ids.len())) =>
                {
                    table.rows().map(|rows| self.with_right_inferred(id, rows))
                }
                _ => None,
            };
            let mut built = match &foreign {
                Some(rows) => self.over(rows.clone(), |builder| builder.argument(*argument)),
                None => self.argument(*argument),
            };
            if let (Some(_), Value::Scalar(Scalar { value, .. })) = (&foreign, &mut built.value)
                && let ScalarKind::Column(place) = value
            {
                *value = ScalarKind::Right(*place);
            }
            right_scope = foreign.unwrap_or(right_scope);
            arguments.push(built);
        }
        let callee = match builtin {
            Some(builtin) => Callee::Plugin(builtin.id),
            None => Callee::Unresolved(name),
        };
        StageKind::Evaluate { call: Call { callee, overload: None, arguments }, right_scope }
    }

    /// The rows of the right side of a stage, and after them the columns that it is the first to name.
    fn with_right_inferred(&self, id: OperatorId, rows: &Rows) -> Rows {
        let inferred = self.body.side().inferred_at(id, Side::Right);
        Rows { columns: rows.columns.iter().copied().chain(inferred).collect(), open: rows.open }
    }

    /// The calls of `invoke`, in the order in which the rows go through them.
    fn invoked(&mut self, call: ExpressionId) -> Vec<Call> {
        let tree = self.tree;
        let mut ids = Vec::new();
        let mut open = vec![call];
        while let Some(id) = open.pop() {
            match tree.expression(id).kind {
                ExpressionKind::Path { base, member } => open.extend([member, base]),
                _ => ids.push(id),
            }
        }
        let unresolved = |id| Call {
            callee: Callee::Unresolved(tree.text(tree.expression(id).tokens).to_owned()),
            overload: None,
            arguments: Vec::<Argument>::new(),
        };
        self.over(Rows::default(), |builder| {
            ids.into_iter().map(|id| builder.call(id).unwrap_or_else(|| unresolved(id))).collect()
        })
    }

    // Several tables.

    fn sources(
        &mut self,
        sources: &[ExpressionId],
        before: Option<&Rows>,
        united_rows: &Rows,
    ) -> Vec<UnionSource> {
        let mut tables: Vec<Table> = Vec::new();
        if let Some(rows) = before {
            tables.push(Table { source: Source::Input, source_rows: Some(rows.clone()), stages: Vec::new() });
        }
        for id in sources {
            match self.body.side().matched_by(*id) {
                Some(matched) if !matched.is_empty() => {
                    tables.extend(matched.iter().map(|table| Table {
                        source: match (table.body, table.variable) {
                            (Some(body), _) => Source::Call(Call {
                                callee: Callee::Body(self.reach(body)),
                                overload: None,
                                arguments: Vec::new(),
                            }),
                            (None, Some(variable)) => Source::Variable(variable),
                            (None, None) => Source::Table(self.analysis.symbol_name(table.name).to_owned()),
                        },
                        source_rows: Some(table.rows.clone()),
                        stages: Vec::new(),
                    }));
                }
                _ => tables.push(self.over(Rows::default(), |builder| builder.table(*id))),
            }
        }
        let rows: Vec<Rows> = tables.iter().map(|table| table.rows().cloned().unwrap_or_default()).collect();
        let columns = united(self, united_rows, &rows);
        tables.into_iter().zip(columns).map(|(table, columns)| UnionSource { table, columns }).collect()
    }

    fn join(
        &mut self,
        id: OperatorId,
        right: ExpressionId,
        condition: Option<&JoinCondition>,
        result: &Rows,
        is_lookup: bool,
    ) -> Built {
        let right = self.over(Rows::default(), |builder| builder.table(right));
        let known = right.rows().cloned().unwrap_or_else(super::build::open_rows);
        let right_scope = self.with_right_inferred(id, &known);
        let on = match condition {
            Some(JoinCondition::On(keys)) => {
                let mut found = Vec::new();
                for key in keys {
                    self.join_key(*key, &right_scope, &mut found);
                }
                JoinOn::Keys(found)
            }
            Some(JoinCondition::Where(predicate)) => {
                self.right = Some(right_scope.clone());
                let predicate = self.scalar(*predicate);
                self.right = None;
                JoinOn::Predicate(Box::new(predicate))
            }
            None => JoinOn::Missing,
        };
        let left = self.scope.columns.len();
        let kind = self.tree.operator(id).parameters.iter().map(|parameter| self.parameter(parameter));
        let kind = kind.into_iter().find(|(name, _)| name == "kind").map(|(_, kind)| kind);
        let columns = match kind.as_deref() {
            Some("leftsemi" | "leftanti" | "leftantisemi" | "anti") if !is_lookup => Columns::Unchanged,
            Some("rightsemi" | "rightanti" | "rightantisemi") if !is_lookup => {
                let all: Vec<usize> = (0..right_scope.columns.len()).collect();
                joined(0, &all, result.columns.len())
            }
            _ => {
                let keys: Vec<_> = match &on {
                    JoinOn::Keys(keys) if is_lookup => {
                        keys.iter().flatten().map(|(_, right)| right_scope.columns[*right]).collect()
                    }
                    _ => Vec::new(),
                };
                let kept: Vec<usize> = (0..right_scope.columns.len())
                    .filter(|place| !keys.contains(&right_scope.columns[*place]))
                    .collect();
                joined(left, &kept, result.columns.len())
            }
        };
        let kind = match is_lookup {
            true => StageKind::Lookup { right, right_scope, on },
            false => StageKind::Join { right, right_scope, on },
        };
        (kind, columns)
    }

    fn join_key(&mut self, key: ExpressionId, right: &Rows, found: &mut Vec<Option<(usize, usize)>>) {
        let tree = self.tree;
        // Conditions that `and` joins nest to the left.
        let mut open = vec![key];
        while let Some(key) = open.pop() {
            let key = tree.unwrapped(key);
            match &tree.expression(key).kind {
                ExpressionKind::Binary { operator: BinaryOperator::And, left, right } => {
                    open.extend([*right, *left]);
                }
                ExpressionKind::Binary { operator: BinaryOperator::Equal, left, right: other } => {
                    let one = self.sided(*left).and_then(|name| self.place_named(&self.scope, &name));
                    let other = self.sided(*other).and_then(|name| self.place_named(right, &name));
                    found.push(one.zip(other));
                }
                ExpressionKind::Name(name) => {
                    let name = self.text_of(*name);
                    let one = self.place_named(&self.scope, &name);
                    found.push(one.zip(self.place_named(right, &name)));
                }
                _ => found.push(None),
            }
        }
    }

    /// The column of `$left.a` or `$right.a`.
    fn sided(&self, id: ExpressionId) -> Option<String> {
        let tree = self.tree;
        let ExpressionKind::Path { member, .. } = tree.expression(tree.unwrapped(id)).kind else {
            return None;
        };
        match tree.expression(member).kind {
            ExpressionKind::Name(name) => Some(self.text_of(name)),
            _ => None,
        }
    }
}

/// The items of a stage in the order in which they are numbered.
fn item_order(kind: &OperatorKind) -> Vec<ExpressionId> {
    use OperatorKind as O;
    match kind {
        O::Distinct { columns }
        | O::Extend { columns }
        | O::Serialize { columns }
        | O::Project { columns }
        | O::Print { columns } => columns.clone(),
        O::SampleDistinct { of, .. } => vec![*of],
        O::Summarize { aggregates, by, .. } => by.iter().chain(aggregates).copied().collect(),
        O::MakeSeries { aggregations, on, by, .. } => {
            let aggregates = aggregations.iter().map(|one| one.value);
            by.iter().copied().chain(aggregates).chain([*on]).collect()
        }
        O::MvExpand { items, .. } => items.iter().map(|item| item.value).collect(),
        O::TopHitters { of, by, .. } => {
            [Some(*of), by.as_ref().map(|by| by.key)].into_iter().flatten().collect()
        }
        O::TopNested { levels } => levels.iter().flat_map(|level| [level.of, level.by.key]).collect(),
        O::GraphMatch { project: Some(columns), .. }
        | O::GraphShortestPaths { project: Some(columns), .. } => columns.clone(),
        _ => Vec::new(),
    }
}
