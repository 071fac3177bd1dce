//! Graphs: what their nodes and edges have, and what patterns over them give.

use std::collections::HashMap;
use std::sync::Arc;

use super::projection::Projection;
use super::{Binder, ColumnId, Context, Rows, Scalar, Symbol, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::tree::{
    ExpressionId, ExpressionKind, GraphOutput, GraphPattern, GraphTable, Name, Node, OperatorKind, Parameter,
};
use crate::types::Type;

/// The name under which the rows of all nodes stand among those of a pattern; no query can write it.
const NODES: &str = "\u{0}nodes";

/// What is known of a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    nodes: Rows,
    edges: Rows,
}

impl Binder<'_> {
    /// `edges | make-graph from --> to with nodes on key`
    pub(super) fn make_graph(
        &mut self,
        edges: &Rows,
        ends: [Name; 2],
        tables: &[GraphTable],
        parameters: &[Parameter],
        partition: Option<(Name, ExpressionId)>,
    ) -> Value {
        let mut kinds = Vec::new();
        for end in ends {
            kinds.push(self.graph_key(edges, end));
        }
        let mut shapes = Vec::new();
        for table in tables {
            let rows = self.without_rows(|binder| binder.table(table.table));
            self.graph_key(&rows, table.key);
            shapes.push(rows);
        }
        if let Some(name) = self.parameter_word(parameters, "with_node_id") {
            let kind = kinds.first().copied().unwrap_or(Type::Unknown);
            let id = self.named_column(&name, kind);
            shapes.push(Rows::new(vec![id], false));
        }
        let nodes = self.one_of_each_name(&shapes);
        let graph = Value::Graph(Arc::new(Graph { nodes, edges: edges.clone() }));
        match partition {
            Some((_, body)) => match &self.tree.expression(body).kind {
                ExpressionKind::Stages(stages) => self.without_rows(|binder| binder.stages(graph, stages)),
                _ => Value::Error,
            },
            None => graph,
        }
    }

    /// The type of a column that tells nodes apart.
    fn graph_key(&mut self, rows: &Rows, name: Name) -> Type {
        let (symbol, span) = (self.declared_name(name), self.tree.name_span(name));
        let kind = match self.find(&rows.columns, symbol) {
            Some(id) => self.column(id).kind,
            None if rows.open => return Type::Unknown,
            None => {
                self.with_rows(rows, |binder| binder.unknown_name(symbol, span));
                return Type::Unknown;
            }
        };
        if kind == Type::Dynamic {
            self.report(
                Diagnostic::new(Code::DynamicHere, span, "a dynamic value does not tell nodes apart")
                    .official_as("KS240")
                    .with_help("convert it with `extend` before: tostring(…)"),
            );
        }
        kind
    }

    /// The columns of all tables, each name once: a number of the widest type, or dynamic, where its types differ.
    pub(super) fn one_of_each_name(&mut self, tables: &[Rows]) -> Rows {
        let mut places: HashMap<Symbol, usize> = HashMap::new();
        let mut found: Vec<(Symbol, Type, Vec<ColumnId>)> = Vec::new();
        for id in tables.iter().flat_map(|rows| rows.columns.iter().copied()) {
            let (name, kind) = (self.column(id).name, self.column(id).kind);
            let Some(place) = places.get(&name).copied() else {
                places.insert(name, found.len());
                found.push((name, kind, vec![id]));
                continue;
            };
            let (_, before, ids) = &mut found[place];
            ids.push(id);
            *before = match () {
                () if *before == kind => kind,
                () if before.is_number() && kind.is_number() => before.widest(kind),
                () => Type::Dynamic,
            };
        }
        let columns = found.into_iter().map(|(name, kind, ids)| match *ids {
            [only] => only,
            _ => self.add_column(name, kind, ids),
        });
        let columns = columns.collect();
        Rows::new(columns, tables.iter().any(|rows| rows.open))
    }

    /// An operator over a graph.
    pub(super) fn graph_stage(
        &mut self,
        graph: &Arc<Graph>,
        kind: &OperatorKind,
        parameters: &[Parameter],
    ) -> Value {
        match kind {
            OperatorKind::GraphMatch { patterns, predicate, project }
            | OperatorKind::GraphShortestPaths { patterns, predicate, project } => {
                self.graph_match(graph, patterns, *predicate, project.as_deref())
            }
            OperatorKind::GraphWhereEdges { predicate } | OperatorKind::GraphWhereNodes { predicate } => {
                self.with_rows(&Rows::default(), |binder| binder.condition(*predicate));
                Value::Graph(Arc::clone(graph))
            }
            OperatorKind::GraphMarkComponents => {
                let name = self.parameter_word(parameters, "with_component_id");
                let id = self.named_column(name.as_deref().unwrap_or("ComponentId"), Type::Long);
                let mut nodes = graph.nodes.columns.to_vec();
                nodes.push(id);
                let (nodes, edges) = (Rows::new(nodes, false), graph.edges.clone());
                Value::Graph(Arc::new(Graph { nodes, edges }))
            }
            OperatorKind::GraphToTable { outputs } => self.graph_to_table(graph, outputs),
            OperatorKind::As { .. } => Value::Graph(Arc::clone(graph)),
            _ => Value::Table(Rows::default()),
        }
    }

    fn graph_to_table(&mut self, graph: &Graph, outputs: &[GraphOutput]) -> Value {
        let mut tables = Vec::new();
        for output in outputs {
            let (words, shape): (&[&str], _) = match output.nodes {
                true => (&["with_node_id"], &graph.nodes),
                false => (&["with_source_id", "with_target_id"], &graph.edges),
            };
            let mut columns = Vec::new();
            for word in words {
                if let Some(name) = self.parameter_word(&output.parameters, word) {
                    columns.push(self.named_column(&name, Type::Long));
                }
            }
            columns.extend(shape.columns.iter());
            let rows = Rows::new(columns, false);
            match output.name {
                Some(name) => self.bind_table(name, rows.clone()),
                None if outputs.len() > 1 => {
                    let message = "of several tables each has a name";
                    self.report(
                        Diagnostic::new(Code::Expected, output.place, message)
                            .official_as("KS273")
                            .with_help("write `as` and a name behind it: nodes as N, edges as E"),
                    );
                }
                None => {}
            }
            tables.push(rows);
        }
        match tables.pop() {
            Some(only) if tables.is_empty() => Value::Table(only),
            _ => Value::Other,
        }
    }

    fn graph_match(
        &mut self,
        graph: &Arc<Graph>,
        patterns: &[GraphPattern],
        predicate: Option<ExpressionId>,
        project: Option<&[ExpressionId]>,
    ) -> Value {
        let mut rows = vec![(self.symbol(NODES), graph.nodes.clone())];
        let mut variable = Vec::new();
        for pattern in patterns {
            for name in pattern.nodes.iter().filter_map(|node| node.name) {
                rows.push((self.declared_name(name), graph.nodes.clone()));
            }
            for edge in &pattern.edges {
                if let Some(name) = edge.name {
                    let symbol = self.declared_name(name);
                    rows.push((symbol, graph.edges.clone()));
                    variable.extend(edge.variable.then_some(symbol));
                }
            }
        }
        self.contexts.push(Context { columns: Vec::new(), open: false, right: None, rows });
        if let Some(predicate) = predicate {
            self.condition(predicate);
        }
        let result = project.map(|items| {
            let mut projection = Projection::new();
            for item in items {
                let mut value = match self.value(*item) {
                    // A node or an edge as a whole.
                    Value::Row(_) => Value::scalar(Type::Unknown),
                    value => value,
                };
                if self.names_one_of(*item, &variable) {
                    let from = match &value {
                        Value::Scalar(scalar) => scalar.from.clone(),
                        _ => Vec::new(),
                    };
                    value = Value::Scalar(Scalar { from, ..Scalar::of(Type::Dynamic) });
                }
                projection.item(self, *item, value);
            }
            projection.finish(false)
        });
        self.contexts.pop();
        match result {
            Some(rows) => Value::Table(rows),
            None => Value::Graph(Arc::clone(graph)),
        }
    }

    /// Whether an expression names one of these.
    fn names_one_of(&mut self, id: ExpressionId, symbols: &[Symbol]) -> bool {
        let mut open = vec![Node::Expression(id)];
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node
                && let ExpressionKind::Name(name) = self.tree.expression(id).kind
            {
                let symbol = self.declared_name(name);
                if symbols.contains(&symbol) {
                    return true;
                }
            }
            open.extend(self.tree.children(node));
        }
        false
    }

    /// `all(edge, condition)`, `any(…)` and `map(…)`, whose second argument is of each edge of a path, or of each node
    /// within it; `None` where the first argument is no edge of a pattern.
    pub(super) fn graph_call(&mut self, name: &str, ids: &[ExpressionId]) -> Option<Value> {
        let [element, each] = ids else { return None };
        let context = self.contexts.last()?;
        let rows = match &self.tree.expression(*element).kind {
            ExpressionKind::Name(edge) => {
                let text = self.tree.name(*edge);
                let found = context.rows.iter().find(|(symbol, _)| *self.names[symbol.index()] == *text);
                found?.1.clone()
            }
            ExpressionKind::Call { name, arguments } if self.tree.name(*name) == "inner_nodes" => {
                let [edge] = arguments.as_slice() else { return None };
                self.value(*edge);
                let nodes = self.symbol(NODES);
                let context = self.contexts.last()?;
                context.rows.iter().find(|(symbol, _)| *symbol == nodes)?.1.clone()
            }
            _ => return None,
        };
        let outer = self.contexts.last().map(|context| context.rows.clone()).unwrap_or_default();
        let columns = rows.columns.to_vec();
        self.contexts.push(Context { columns, open: rows.open, right: None, rows: outer });
        let value = match name {
            "map" => {
                self.scalar(*each);
                Value::scalar(Type::Dynamic)
            }
            _ => {
                let kind = self.scalar(*each).kind;
                if !matches!(kind, Type::Bool | Type::Unknown) {
                    let span = self.span(*each);
                    self.error(
                        Code::ArgumentType,
                        span,
                        format!("a bool is expected here, and this is a {kind}"),
                    );
                }
                Value::scalar(Type::Bool)
            }
        };
        self.contexts.pop();
        Some(value)
    }
}
