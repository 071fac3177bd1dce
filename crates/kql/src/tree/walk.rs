//! Walking a tree: the children of any node, in the order of the text.

use super::{
    AggregationDefault, ExpressionId, ExpressionKind, FindColumn, FunctionBody, FunctionParameter,
    JoinCondition, MvItem, OperatorId, OperatorKind, Order, Parameter, ParsePart, Property, SeriesRange,
    StatementId, StatementKind, TokenRange, Tree,
};

/// A node of any arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A statement.
    Statement(StatementId),
    /// A query operator.
    Operator(OperatorId),
    /// An expression.
    Expression(ExpressionId),
}

impl Tree {
    /// The tokens of a node.
    pub fn tokens_of(&self, node: Node) -> TokenRange {
        match node {
            Node::Statement(id) => self.statement(id).tokens,
            Node::Operator(id) => self.operator(id).tokens,
            Node::Expression(id) => self.expression(id).tokens,
        }
    }

    /// The nodes directly below a node, in the order of the text.
    pub fn children(&self, node: Node) -> Vec<Node> {
        let mut children = Children::default();
        match node {
            Node::Statement(id) => children.of_statement(&self.statement(id).kind),
            Node::Operator(id) => {
                let operator = self.operator(id);
                children.parameters(&operator.parameters);
                children.of_operator(&operator.kind);
            }
            Node::Expression(id) => children.of_expression(&self.expression(id).kind),
        }
        let mut found = children.found;
        found.sort_by_key(|child| self.tokens_of(*child).first);
        found
    }
}

#[derive(Default)]
struct Children {
    found: Vec<Node>,
}

impl Children {
    fn expression(&mut self, id: ExpressionId) {
        self.found.push(Node::Expression(id));
    }

    fn expressions<'a>(&mut self, ids: impl IntoIterator<Item = &'a ExpressionId>) {
        self.found.extend(ids.into_iter().copied().map(Node::Expression));
    }

    fn statements(&mut self, ids: &[StatementId]) {
        self.found.extend(ids.iter().copied().map(Node::Statement));
    }

    fn operators(&mut self, ids: &[OperatorId]) {
        self.found.extend(ids.iter().copied().map(Node::Operator));
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        self.expressions(parameters.iter().map(|parameter| &parameter.value));
    }

    fn properties(&mut self, properties: &[Property]) {
        self.expressions(properties.iter().map(|property| &property.value));
    }

    fn orders(&mut self, orders: &[Order]) {
        self.expressions(orders.iter().map(|order| &order.key));
    }

    fn items(&mut self, items: &[MvItem]) {
        self.expressions(items.iter().map(|item| &item.value));
    }

    fn function(&mut self, parameters: &[FunctionParameter], body: &FunctionBody) {
        self.expressions(parameters.iter().filter_map(|parameter| parameter.default.as_ref()));
        self.statements(&body.statements);
    }

    fn of_statement(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Query(value)
            | StatementKind::Let { value, .. }
            | StatementKind::Alias { value, .. } => {
                self.expression(*value);
            }
            StatementKind::LetFunction { parameters, body, .. } => self.function(parameters, body),
            StatementKind::Set { value, .. } => self.expressions(value),
            StatementKind::DeclareParameters(parameters) => {
                self.function(parameters, &FunctionBody::default())
            }
            StatementKind::DeclarePattern { rules, .. } => {
                for rule in rules {
                    self.expressions(&rule.arguments);
                    self.expressions(&rule.path);
                    self.statements(&rule.body.statements);
                }
            }
            StatementKind::Restrict(entities) => self.expressions(entities),
            StatementKind::Bad => {}
        }
    }

    fn of_expression(&mut self, kind: &ExpressionKind) {
        use ExpressionKind::*;
        match kind {
            Missing
            | Literal(_)
            | Name(_)
            | Star
            | Wildcard
            | JsonNull
            | TypeOf(_)
            | ContextualDataTable { .. } => {}
            Parenthesised(inner) | ToScalar(inner) | ToTable(inner) | Materialize(inner) | Dynamic(inner) => {
                self.expression(*inner);
            }
            Path { base, member } => self.expressions([base, member]),
            Element { base, index } => self.expressions([base, index]),
            Call { arguments, .. } => self.expressions(arguments),
            Unary { operand, .. } => self.expression(*operand),
            Binary { left, right, .. } => self.expressions([left, right]),
            In { left, list, .. } => {
                self.expression(*left);
                self.expressions(list);
            }
            Between { value, low, high, .. } => self.expressions([value, low, high]),
            Named { value, .. } => self.expression(*value),
            Operator(id) => self.operators(&[*id]),
            Pipe { source, stages } => {
                self.expression(*source);
                self.operators(stages);
            }
            Stages(stages) => self.operators(stages),
            DataTable { values, .. } => self.expressions(values),
            ExternalData { sources, properties, .. } => {
                self.expressions(sources);
                self.properties(properties);
            }
            JsonObject(pairs) => self.expressions(pairs.iter().map(|pair| &pair.value)),
            JsonArray(items) | EntityGroup(items) => self.expressions(items),
            ViewCombine { base, delta, aggregations } => self.expressions([base, delta, aggregations]),
            DataScope { base, scope } => self.expressions([base, &scope.value]),
        }
    }

    fn of_operator(&mut self, kind: &OperatorKind) {
        use OperatorKind::*;
        match kind {
            As { .. }
            | AssertSchema { .. }
            | Consume
            | Count { .. }
            | ExecuteAndCache
            | GetSchema
            | GraphMarkComponents
            | Bad => {}
            Distinct { columns }
            | Extend { columns }
            | Print { columns }
            | Project { columns }
            | ProjectAway { columns }
            | ProjectByNames { columns }
            | ProjectKeep { columns }
            | ProjectRename { columns }
            | Serialize { columns }
            | Union { sources: columns } => self.expressions(columns),
            ProjectReorder { columns } | Sort { keys: columns } => self.orders(columns),
            Evaluate { call, .. } | Invoke { call } => self.expression(*call),
            Facet { columns, body } => {
                self.expressions(columns);
                self.expressions(body);
            }
            Find { sources, predicate, project, project_away } => {
                self.expressions(sources);
                self.expression(*predicate);
                for column in project.iter().flatten().chain(project_away) {
                    if let FindColumn::Pack(pack) = column {
                        self.expression(*pack);
                    }
                }
            }
            Fork { branches } => self.expressions(branches.iter().map(|branch| &branch.body)),
            GraphMatch { predicate, project, .. } | GraphShortestPaths { predicate, project, .. } => {
                self.expressions(predicate);
                self.expressions(project.iter().flatten());
            }
            GraphToTable { outputs } => {
                for output in outputs {
                    self.parameters(&output.parameters);
                }
            }
            GraphWhereEdges { predicate } | GraphWhereNodes { predicate } | Where { predicate } => {
                self.expression(*predicate);
            }
            Join { right, condition } | Lookup { right, condition } => {
                self.expression(*right);
                match condition {
                    Some(JoinCondition::On(keys)) => self.expressions(keys),
                    Some(JoinCondition::Where(predicate)) => self.expression(*predicate),
                    None => {}
                }
            }
            MacroExpand { group, statements, .. } => {
                self.expression(*group);
                self.statements(statements);
            }
            MakeGraph { tables, partition, .. } => {
                self.expressions(tables.iter().map(|table| &table.table));
                self.expressions(partition.iter().map(|(_, body)| body));
            }
            MakeSeries { aggregations, on, range, by } => {
                for AggregationDefault { value, default } in aggregations {
                    self.expression(*value);
                    self.expressions(default);
                }
                self.expression(*on);
                match range {
                    SeriesRange::Steps { from, to, step } => {
                        self.expressions(from);
                        self.expressions(to);
                        self.expression(*step);
                    }
                    SeriesRange::In(call) => self.expression(*call),
                }
                self.expressions(by);
            }
            MvApply { items, limit, body } => {
                self.items(items);
                self.expressions(limit);
                self.expression(*body);
            }
            MvExpand { items, limit } => {
                self.items(items);
                self.expressions(limit);
            }
            Parse { value, pattern, .. } => {
                self.expression(*value);
                for part in pattern {
                    if let ParsePart::Text(text) = part {
                        self.expression(*text);
                    }
                }
            }
            ParseKv { value, properties, .. } => {
                self.expression(*value);
                self.properties(properties);
            }
            Partition { by, scope, body } => {
                self.expression(*by);
                self.expressions(scope);
                self.expression(*body);
            }
            PartitionBy { by, body } => self.expressions([by, body]),
            Range { from, to, step, .. } => self.expressions([from, to, step]),
            Reduce { by, with } => {
                self.expression(*by);
                self.expressions(with);
            }
            Render { properties, .. } => self.properties(properties),
            Sample { count } | Take { count } => self.expression(*count),
            SampleDistinct { count, of } => self.expressions([count, of]),
            Scan { order, partition, declared, steps } => {
                self.orders(order);
                self.expressions(partition);
                self.function(declared, &FunctionBody::default());
                for step in steps {
                    self.expression(step.condition);
                    self.expressions(&step.assignments);
                }
            }
            Search { sources, predicate } => {
                self.expressions(sources);
                self.expression(*predicate);
            }
            Summarize { aggregates, by, bin } => {
                self.expressions(aggregates);
                self.expressions(by);
                self.expressions(bin);
            }
            Top { count, by } => self.expressions([count, &by.key]),
            TopHitters { count, of, by } => {
                self.expressions([count, of]);
                self.expressions(by.iter().map(|by| &by.key));
            }
            TopNested { levels } => {
                for level in levels {
                    self.expressions(&level.count);
                    self.expression(level.of);
                    self.expressions(&level.others);
                    self.expression(level.by.key);
                }
            }
        }
    }
}
