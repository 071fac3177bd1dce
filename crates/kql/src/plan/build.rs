//! Building a plan: statements, tables and where they come from.

use std::collections::BTreeMap;

use super::{
    Argument, Block, Call, Callee, Parameter, Plan, Scalar, ScalarKind, Source, Statement, Table, Value,
};
use crate::binder::{Analysis, Body, BodyId, Reference, Rows};
use crate::builtins::builtins;
use crate::constant::Constant;
use crate::parser::Parsed;
use crate::tree::{
    Column, ExpressionId, ExpressionKind, FunctionParameter, Name, OperatorId, Property, StatementId,
    StatementKind, Tree,
};
use crate::types::Type;

/// How deep expressions and sub-queries are followed; what lies deeper is unresolved. The parser refuses what nests so deep.
const MAX_DEPTH: u32 = 300;

/// Resolves a query: what it does, with names resolved to places. `analysis` is that of `parsed`. Never panics; what is
/// wrong with the query is in it as unresolved.
pub fn plan<'a>(parsed: &'a Parsed, analysis: &'a Analysis) -> Plan<'a> {
    let mut builder = Builder {
        tree: &parsed.tree,
        analysis,
        body: analysis.body(BodyId::ROOT),
        within: BodyId::ROOT,
        scope: Rows::default(),
        right: None,
        depth: 0,
        reached: vec![BodyId::ROOT],
        seen: vec![false; analysis.body_count()],
    };
    let mut blocks = BTreeMap::new();
    while let Some(id) = builder.reached.pop() {
        if !std::mem::replace(&mut builder.seen[id.index()], true) {
            blocks.insert(id, builder.block(id));
        }
    }
    Plan { analysis, blocks }
}

pub(super) struct Builder<'a> {
    pub(super) tree: &'a Tree,
    pub(super) analysis: &'a Analysis,
    /// The side tables of the body that is being resolved.
    pub(super) body: Body<'a>,
    within: BodyId,
    /// The rows that names refer to.
    pub(super) scope: Rows,
    /// Those of the right side, in the condition of a join.
    pub(super) right: Option<Rows>,
    depth: u32,
    /// Bodies that are called and not resolved yet, some more than once.
    reached: Vec<BodyId>,
    seen: Vec<bool>,
}

impl<'a> Builder<'a> {
    /// Goes one level deeper; `None` where that is too deep.
    pub(super) fn deeper<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let built = build(self);
        self.depth -= 1;
        Some(built)
    }

    /// Resolves something whose names refer to other rows.
    pub(super) fn over<T>(&mut self, scope: Rows, build: impl FnOnce(&mut Self) -> T) -> T {
        let scope = std::mem::replace(&mut self.scope, scope);
        let right = self.right.take();
        let built = build(self);
        self.scope = scope;
        self.right = right;
        built
    }

    pub(super) fn text_of(&self, name: Name) -> String {
        self.tree.name(name).into_owned()
    }

    pub(super) fn optional_name(&self, name: Option<Name>) -> Option<String> {
        name.map(|name| self.text_of(name))
    }

    /// Names and types of columns as they are declared.
    pub(super) fn declared(&self, columns: &[Column]) -> Vec<(String, Type)> {
        let named = |text: &str| Type::from_name(text).unwrap_or(Type::Unknown);
        columns
            .iter()
            .map(|column| (self.text_of(column.name), named(self.tree.text(column.kind.tokens))))
            .collect()
    }

    pub(super) fn properties(&mut self, properties: &[Property]) -> Vec<(String, Value)> {
        let tree = self.tree;
        let value = |builder: &mut Self, id: ExpressionId| match tree.expression(id).kind {
            // A word that names nothing stands for itself: `kind=stacked`.
            ExpressionKind::Name(word) if builder.body.refers_to(id) == Reference::Nothing => {
                let value = ScalarKind::Constant(Constant::String(builder.text_of(word).into()));
                Value::Scalar(Scalar { value, kind: Type::String, at: id })
            }
            _ => builder.value(id),
        };
        properties.iter().map(|property| (self.text_of(property.name), value(self, property.value))).collect()
    }

    // Statements.

    fn block(&mut self, id: BodyId) -> Block {
        self.body = self.analysis.body(id);
        self.within = id;
        let Some(function) = self.body.function() else {
            let statements = self.statements(&self.tree.root);
            return Block { parameters: Vec::new(), statements };
        };
        let StatementKind::LetFunction { parameters, body, .. } = &self.tree.statement(function).kind else {
            return Block::default();
        };
        let variables = self.body.parameters();
        let parameters = parameters.iter().zip(variables).map(|(parameter, variable)| Parameter {
            variable: *variable,
            default: parameter.default.map(|default| self.scalar(default)),
        });
        let parameters = parameters.collect();
        Block { parameters, statements: self.statements(&body.statements) }
    }

    pub(super) fn statements(&mut self, statements: &[StatementId]) -> Vec<Statement> {
        statements.iter().map(|id| self.statement(*id)).collect()
    }

    fn statement(&mut self, id: StatementId) -> Statement {
        let tree = self.tree;
        let built = match &tree.statement(id).kind {
            StatementKind::Query(value) => Some(Statement::Query(self.value(*value))),
            StatementKind::Let { name, value } => {
                let value = self.value(*value);
                self.body.side().binding(*name).map(|variable| Statement::Let { variable, value })
            }
            StatementKind::LetFunction { name, .. } => {
                let side = self.body.side();
                side.binding(*name)
                    .zip(side.declared(id))
                    .map(|(variable, body)| Statement::Function { variable, body: self.reach(body) })
            }
            StatementKind::DeclareParameters(parameters) => {
                Some(Statement::Parameters(self.parameters(parameters)))
            }
            StatementKind::Set { .. }
            | StatementKind::DeclarePattern { .. }
            | StatementKind::Alias { .. }
            | StatementKind::Restrict(_)
            | StatementKind::Bad => None,
        };
        built.unwrap_or(Statement::Other(id))
    }

    fn parameters(&mut self, parameters: &[FunctionParameter]) -> Vec<Parameter> {
        let mut found = Vec::new();
        for parameter in parameters {
            let default = parameter.default.map(|default| self.scalar(default));
            if let Some(variable) = self.body.side().binding(parameter.name) {
                found.push(Parameter { variable, default });
            }
        }
        found
    }

    /// Has a body resolved, too.
    pub(super) fn reach(&mut self, body: BodyId) -> BodyId {
        if !self.seen[body.index()] {
            self.reached.push(body);
        }
        body
    }

    // Values.

    /// A table or a value, as the binder found it to be.
    pub(super) fn value(&mut self, id: ExpressionId) -> Value {
        let tree = self.tree;
        let id = tree.unwrapped(id);
        let is_table = match &tree.expression(id).kind {
            ExpressionKind::Missing => return Value::Unresolved(id),
            ExpressionKind::Pipe { .. }
            | ExpressionKind::Operator(_)
            | ExpressionKind::Stages(_)
            | ExpressionKind::EntityGroup(_)
            | ExpressionKind::ViewCombine { .. } => true,
            ExpressionKind::Named { value, .. } => return self.value(*value),
            _ => self.body.table(id).is_some(),
        };
        if is_table { Value::Table(self.table(id)) } else { Value::Scalar(self.scalar(id)) }
    }

    pub(super) fn values(&mut self, ids: &[ExpressionId]) -> Vec<Value> {
        ids.iter().map(|id| self.value(*id)).collect()
    }

    /// An expression where a table is expected.
    pub(super) fn table(&mut self, id: ExpressionId) -> Table {
        let unresolved =
            Table { source: Source::Unresolved(id), source_rows: Some(open_rows()), stages: Vec::new() };
        self.deeper(|builder| builder.table_here(id)).unwrap_or(unresolved)
    }

    fn table_here(&mut self, id: ExpressionId) -> Table {
        let tree = self.tree;
        // A pipe may be within the source of another: its stages come first.
        let mut later: Vec<&[OperatorId]> = Vec::new();
        let mut id = tree.unwrapped(id);
        loop {
            match &tree.expression(id).kind {
                ExpressionKind::Pipe { source, stages } => {
                    later.push(stages);
                    id = tree.unwrapped(*source);
                }
                ExpressionKind::DataScope { base, .. } => id = tree.unwrapped(*base),
                _ => break,
            }
        }
        let known = self.body.table(id).cloned();
        let (source, source_rows) = match &tree.expression(id).kind {
            ExpressionKind::Operator(operator) => {
                later.push(std::slice::from_ref(operator));
                (Source::Nothing, None)
            }
            ExpressionKind::Stages(stages) => {
                let rows = stages.first().and_then(|first| self.body.rows_before(*first)).cloned();
                later.push(stages);
                (Source::Input, rows)
            }
            _ => {
                let source = self.over(Rows::default(), |builder| builder.source(id));
                let rows = match &source {
                    // The binder goes on with any columns after what it does not know.
                    Source::Unresolved(_) => known.or_else(|| Some(open_rows())),
                    _ => known,
                };
                (source, rows)
            }
        };
        let mut table = Table { source, source_rows, stages: Vec::new() };
        for stages in later.into_iter().rev() {
            for stage in stages {
                let before = table.rows().cloned();
                let built = self.stage(*stage, before);
                table.stages.push(built);
            }
        }
        table
    }

    fn source(&mut self, id: ExpressionId) -> Source {
        let tree = self.tree;
        match (&tree.expression(id).kind, self.body.refers_to(id)) {
            (_, Reference::Variable(variable)) => match self.analysis.call(id, self.within) {
                Some(body) => {
                    let callee = Callee::Body(self.reach(body));
                    Source::Call(Call { callee, overload: None, arguments: self.arguments_of(id) })
                }
                // A function that was not followed, or called wrongly, has no rows that are known.
                None if self.is_call(id) => Source::Unresolved(id),
                None => Source::Variable(variable),
            },
            (ExpressionKind::Name(name), Reference::Table) => Source::Table(self.text_of(*name)),
            (
                ExpressionKind::Name(_) | ExpressionKind::Call { .. },
                Reference::Function | Reference::Builtin | Reference::Place,
            ) => match self.call(id) {
                Some(call) => Source::Call(call),
                None => Source::Unresolved(id),
            },
            (ExpressionKind::DataTable { values, .. }, _) => {
                Source::DataTable(values.iter().map(|value| self.scalar(*value)).collect())
            }
            (ExpressionKind::ExternalData { sources, properties, .. }, _) => Source::ExternalData {
                sources: sources.iter().map(|source| self.scalar(*source)).collect(),
                properties: self.properties(properties),
            },
            (ExpressionKind::ToTable(inner) | ExpressionKind::Materialize(inner), _) => {
                Source::Materialize(Box::new(self.value(*inner)))
            }
            (ExpressionKind::Path { .. } | ExpressionKind::Element { .. }, _)
                if self.body.table(id).is_some() =>
            {
                Source::Elsewhere(tree.text(tree.expression(id).tokens).to_owned())
            }
            (ExpressionKind::Wildcard, _) if self.body.table(id).is_some() => Source::EveryTable,
            (ExpressionKind::ContextualDataTable { .. }, _) => {
                Source::Other { expression: id, parts: Vec::new() }
            }
            (ExpressionKind::EntityGroup(parts), _) => {
                Source::Other { expression: id, parts: self.values(parts) }
            }
            (ExpressionKind::ViewCombine { base, delta, aggregations }, _) => {
                Source::Other { expression: id, parts: self.values(&[*base, *delta, *aggregations]) }
            }
            _ => Source::Unresolved(id),
        }
    }

    fn is_call(&self, id: ExpressionId) -> bool {
        matches!(self.tree.expression(id).kind, ExpressionKind::Call { ref arguments, .. } if !arguments.is_empty())
    }

    // Calls.

    /// The call that an expression is, or the bare name of a function.
    pub(super) fn call(&mut self, id: ExpressionId) -> Option<Call> {
        let tree = self.tree;
        let name = match &tree.expression(id).kind {
            ExpressionKind::Call { name, .. } | ExpressionKind::Name(name) => self.text_of(*name),
            _ => return None,
        };
        let callee = match self.body.refers_to(id) {
            Reference::Variable(_) => Callee::Body(self.reached_call(id)?),
            Reference::Function => Callee::Catalog(name),
            Reference::Aggregate => match builtins().aggregates.get(name.as_str()) {
                Some(builtin) => Callee::Aggregate(builtin.id),
                None => Callee::Unresolved(name),
            },
            Reference::Place => Callee::Place(name),
            // A conversion that changes nothing refers to the column that it is given.
            Reference::Builtin | Reference::Column(_) => match builtins().functions.get(name.as_str()) {
                Some(builtin) => Callee::Builtin(builtin.id),
                None => Callee::Unresolved(name),
            },
            _ => Callee::Unresolved(name),
        };
        let overload = self.body.side().overload(id);
        Some(Call { callee, overload, arguments: self.arguments_of(id) })
    }

    pub(super) fn reached_call(&mut self, id: ExpressionId) -> Option<BodyId> {
        let body = self.analysis.call(id, self.within)?;
        Some(self.reach(body))
    }

    /// The arguments of a call; a bare name has none.
    pub(super) fn arguments_of(&mut self, id: ExpressionId) -> Vec<Argument> {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Call { arguments, .. } => {
                arguments.iter().map(|argument| self.argument(*argument)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn argument(&mut self, id: ExpressionId) -> Argument {
        let tree = self.tree;
        let (name, value) = match &tree.expression(id).kind {
            ExpressionKind::Named { names, value } => (names.first().copied(), *value),
            _ => (None, id),
        };
        Argument { name: self.optional_name(name), value: self.value(value) }
    }

    /// The item of a list of columns, or another expression that may be named.
    pub(super) fn item(&mut self, id: ExpressionId) -> Scalar {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Named { value, .. } => self.scalar(*value),
            _ => self.scalar(id),
        }
    }

    pub(super) fn items(&mut self, ids: &[ExpressionId]) -> Vec<Scalar> {
        ids.iter().map(|id| self.item(*id)).collect()
    }

    pub(super) fn optional(&mut self, id: Option<ExpressionId>) -> Option<Scalar> {
        id.map(|id| self.item(id))
    }
}

/// A table of which nothing is known.
pub(super) fn open_rows() -> Rows {
    Rows { columns: std::sync::Arc::from([]), open: true }
}
