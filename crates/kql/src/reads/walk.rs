//! The walk through a query, from its result to what it reads.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::environment::{Environment, Nesting, of_function};
use super::evaluate::Evaluator;
use super::{Read, ReadArgument, ReadKind, Uses};
use crate::binder::{Analysis, BodyId, Definition, Reference, VariableId, is_graph_function};
use crate::builtins::builtins;
use crate::token::Span;
use crate::tree::{
    ExpressionId, ExpressionKind, Node, Operator, OperatorKind, StatementId, StatementKind, Tree,
};

/// How many nodes are looked at beyond four times those of the query.
const MOST_NODES: usize = 100_000;

pub(super) fn uses(analysis: &Analysis) -> Uses {
    let nesting = Arc::new(Nesting::of(analysis.tree()));
    let evaluator = Evaluator::new(analysis, Arc::clone(&nesting));
    let budget = MOST_NODES + 4 * evaluator.tree.expression_count();
    let mut walk = Walk {
        tree: evaluator.tree,
        analysis,
        used_variables: analysis.used_variables(),
        evaluator,
        open: Vec::new(),
        seen: HashSet::new(),
        budget,
        found: Vec::new(),
        places: HashMap::new(),
    };
    walk.reach(Part::Query, None, Way { optional: false, used: true });
    while let Some(visit) = walk.open.pop() {
        walk.visit(&visit);
    }
    let mut reads = walk.found;
    reads.sort_by(|one, other| {
        let key = |read: &Read| (read.span, read.argument.as_ref().map(|argument| argument.span), read.kind);
        key(one).cmp(&key(other))
    });
    Uses { reads, calls: walk.evaluator.environments(), nesting }
}

/// A part of the query that is walked by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    /// The statements of the query.
    Query,
    /// The value of a `let`.
    Value(StatementId),
    /// The statements of a function's body.
    Body(StatementId),
}

/// How a part is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Way {
    optional: bool,
    used: bool,
}

struct Visit {
    part: Part,
    environment: Option<Arc<Environment>>,
    way: Way,
}

/// Where an expression is.
#[derive(Debug, Clone, Copy)]
struct Place {
    expects: Expects,
    optional: bool,
}

/// What a name may be where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// A table, whether or not one is known by that name.
    Table,
    /// A table or a value: an argument, what `in` looks into.
    Either,
    /// A value. A name of a table there is that of a column which is not known.
    Value,
}

/// What one read is told from another by.
type Key = (Span, ReadKind, Arc<str>, Option<ReadArgument>);

struct Walk<'a> {
    tree: &'a Tree,
    analysis: &'a Analysis,
    evaluator: Evaluator<'a>,
    /// For each variable whether anything refers to it.
    used_variables: Vec<bool>,
    open: Vec<Visit>,
    /// Parts by the address of their environment: an evaluator keeps each of these for as long as it lives.
    seen: HashSet<(Part, usize, Way)>,
    /// How many more nodes are looked at.
    budget: usize,
    found: Vec<Read>,
    places: HashMap<Key, usize>,
}

impl<'a> Walk<'a> {
    fn reach(&mut self, part: Part, environment: Option<Arc<Environment>>, way: Way) {
        let address = environment.as_ref().map_or(0, |environment| Arc::as_ptr(environment).addr());
        if self.seen.insert((part, address, way)) {
            self.open.push(Visit { part, environment, way });
        }
    }

    fn visit(&mut self, visit: &Visit) {
        let tree = self.tree;
        match visit.part {
            Part::Query => self.statements(&tree.root, visit),
            Part::Value(statement) => {
                if let Some(value) = self.analysis.let_value(statement) {
                    self.walk(Node::Expression(value), Expects::Table, visit);
                }
            }
            Part::Body(statement) => {
                if let StatementKind::LetFunction { body, .. } = &tree.statement(statement).kind {
                    self.statements(&body.statements, visit);
                }
            }
        }
    }

    fn statements(&mut self, ids: &[StatementId], visit: &Visit) {
        for id in ids {
            self.statement(*id, visit);
        }
    }

    fn statement(&mut self, id: StatementId, visit: &Visit) {
        match &self.tree.statement(id).kind {
            StatementKind::Query(value) => self.walk(Node::Expression(*value), Expects::Table, visit),
            StatementKind::Let { name, .. } | StatementKind::LetFunction { name, .. } => {
                // What is used is walked where it is used. What nobody uses is read all the same, as far as is known.
                let variable = self.analysis.body(BodyId::ROOT).side().binding(*name);
                if variable.is_none_or(|variable| !self.used_variables[variable.index()]) {
                    let way = Way { used: false, ..visit.way };
                    self.reach_statement(id, None, visit.environment.as_ref(), way);
                }
            }
            StatementKind::DeclareParameters(_) | StatementKind::Alias { .. } => {}
            StatementKind::DeclarePattern { .. }
            | StatementKind::Set { .. }
            | StatementKind::Restrict(_)
            | StatementKind::Bad => {
                for child in self.tree.children(Node::Statement(id)) {
                    self.walk(child, Expects::Value, visit);
                }
            }
        }
    }

    /// Reaches what a `let` binds, by a call with these arguments where there is one.
    fn reach_statement(
        &mut self,
        id: StatementId,
        call: Option<(&[ExpressionId], usize)>,
        environment: Option<&Arc<Environment>>,
        way: Way,
    ) {
        match &self.tree.statement(id).kind {
            StatementKind::Let { value, .. } => {
                let environment = of_function(environment, self.evaluator.nesting.around(*value)).cloned();
                self.reach(Part::Value(id), environment, way);
            }
            StatementKind::LetFunction { .. } => {
                let environment = match call {
                    Some((arguments, shift)) => self.evaluator.environment(id, arguments, shift, environment),
                    None => self.evaluator.without_call(id, environment),
                };
                self.reach(Part::Body(id), Some(environment), way);
            }
            _ => {}
        }
    }

    /// Goes through a node without calling itself for each of those below it: chains of operators nest deeply.
    fn walk(&mut self, node: Node, expects: Expects, visit: &Visit) {
        let mut open = vec![(node, Place { expects, optional: visit.way.optional })];
        while let Some((node, place)) = open.pop() {
            let Some(budget) = self.budget.checked_sub(1) else { return };
            self.budget = budget;
            let before = open.len();
            match node {
                Node::Expression(id) => self.expression(id, place, visit, &mut open),
                Node::Operator(id) => self.operator(self.tree.operator(id), node, place, visit, &mut open),
                Node::Statement(id) => {
                    let way = Way { optional: place.optional, ..visit.way };
                    let inner = Visit { part: visit.part, environment: visit.environment.clone(), way };
                    self.statement(id, &inner);
                }
            }
            open[before..].reverse();
        }
    }

    fn operator(
        &mut self,
        operator: &Operator,
        node: Node,
        place: Place,
        visit: &Visit,
        open: &mut Vec<(Node, Place)>,
    ) {
        use OperatorKind::*;
        let tree = self.tree;
        let mut place = Place { expects: Expects::Value, ..place };
        let word =
            tree.tokens.get(operator.tokens.first as usize).map_or(Span::default(), |token| token.span);
        let tables: Vec<ExpressionId> = match &operator.kind {
            Union { sources } => {
                place.optional |= self.is_fuzzy(operator);
                for source in sources {
                    self.pattern(*source, word, place, visit);
                }
                sources.clone()
            }
            Search { sources, predicate } => {
                if matches!(tree.expression(tree.unwrapped(*predicate)).kind, ExpressionKind::Star) {
                    let span = word.to(tree.span_of(*predicate));
                    self.add(Read::of(ReadKind::EveryTable, "*", span), place, visit);
                }
                for source in sources {
                    self.pattern(*source, word, place, visit);
                }
                sources.clone()
            }
            Find { sources, .. } => {
                for source in sources {
                    self.pattern(*source, word, place, visit);
                }
                sources.clone()
            }
            Join { right, .. } | Lookup { right, .. } => vec![*right],
            MakeGraph { tables, .. } => tables.iter().map(|table| table.table).collect(),
            // The table is the first argument.
            Invoke { call } => {
                if let ExpressionKind::Call { arguments, .. } = &tree.expression(*call).kind {
                    self.call(*call, arguments, 1, place, visit);
                    let either = Place { expects: Expects::Either, ..place };
                    open.extend(arguments.iter().map(|argument| (Node::Expression(*argument), either)));
                    return;
                }
                Vec::new()
            }
            // A plugin is of the language.
            Evaluate { call, .. } => {
                let either = Place { expects: Expects::Either, ..place };
                open.extend(tree.children(Node::Expression(*call)).into_iter().map(|child| (child, either)));
                return;
            }
            _ => Vec::new(),
        };
        for child in tree.children(node) {
            let expects = match child {
                Node::Expression(id) if tables.contains(&id) => Expects::Table,
                _ => Expects::Value,
            };
            open.push((child, Place { expects, ..place }));
        }
    }

    fn is_fuzzy(&self, operator: &Operator) -> bool {
        operator.parameters.iter().any(|parameter| {
            self.tree.name(parameter.name) == "isfuzzy"
                && self.tree.span_of(parameter.value).text(&self.tree.source).eq_ignore_ascii_case("true")
        })
    }

    /// A source that is a name with stars in it, and the tables of the query that it stands for.
    fn pattern(&mut self, source: ExpressionId, word: Span, place: Place, visit: &Visit) {
        let tree = self.tree;
        if !matches!(tree.expression(source).kind, ExpressionKind::Wildcard | ExpressionKind::Star) {
            return;
        }
        let (text, span) = (tree.text(tree.expression(source).tokens), tree.span_of(source));
        if text == "*" {
            return self.add(Read::of(ReadKind::EveryTable, "*", word.to(span)), place, visit);
        }
        let matched = self.analysis.body(BodyId::ROOT).side().matched_by(source).unwrap_or_default();
        let known = matched.iter().any(|table| table.variable.is_none());
        for variable in matched.iter().filter_map(|table| table.variable) {
            self.uses(variable, &[], 0, place, visit);
        }
        self.add(Read { known, ..Read::of(ReadKind::Wildcard, text, span) }, place, visit);
    }

    fn expression(&mut self, id: ExpressionId, place: Place, visit: &Visit, open: &mut Vec<(Node, Place)>) {
        use ExpressionKind::*;
        let tree = self.tree;
        let value = Place { expects: Expects::Value, ..place };
        let table = Place { expects: Expects::Table, ..place };
        let either = Place { expects: Expects::Either, ..place };
        let all = |ids: &[ExpressionId], place: Place| -> Vec<(Node, Place)> {
            ids.iter().map(|id| (Node::Expression(*id), place)).collect()
        };
        match &tree.expression(id).kind {
            Name(_) => self.call(id, &[], 0, place, visit),
            Parenthesised(inner) => open.push((Node::Expression(*inner), place)),
            ToScalar(inner) | ToTable(inner) | Materialize(inner) => {
                open.push((Node::Expression(*inner), table));
            }
            DataScope { base, .. } => open.push((Node::Expression(*base), place)),
            Pipe { source, stages } => {
                open.push((Node::Expression(*source), table));
                open.extend(stages.iter().map(|stage| (Node::Operator(*stage), value)));
            }
            Operator(stage) => {
                self.unscoped(*stage, place, visit);
                open.push((Node::Operator(*stage), value));
            }
            // What is behind a point belongs to what is before it: a property, or a table elsewhere.
            Path { base, member } => {
                open.push((Node::Expression(*base), value));
                if let Call { arguments, .. } = &tree.expression(*member).kind {
                    open.extend(all(arguments, either));
                }
            }
            Call { arguments, .. } => {
                self.call(id, arguments, 0, place, visit);
                open.extend(all(arguments, either));
            }
            In { left, list, .. } => {
                open.push((Node::Expression(*left), value));
                open.extend(all(list, either));
            }
            Named { value, .. } => open.push((Node::Expression(*value), place)),
            _ => open.extend(tree.children(Node::Expression(id)).into_iter().map(|child| (child, value))),
        }
    }

    /// `search` and `find` that name no tables.
    fn unscoped(&mut self, id: crate::tree::OperatorId, place: Place, visit: &Visit) {
        let operator = self.tree.operator(id);
        let is_it = match &operator.kind {
            OperatorKind::Search { sources, predicate } => {
                let predicate = self.tree.unwrapped(*predicate);
                sources.is_empty() && !matches!(self.tree.expression(predicate).kind, ExpressionKind::Star)
            }
            OperatorKind::Find { sources, .. } => sources.is_empty(),
            _ => false,
        };
        if is_it && let Some(word) = self.tree.tokens.get(operator.tokens.first as usize) {
            self.add(Read::of(ReadKind::Unscoped, "*", word.span), place, visit);
        }
    }

    /// A name, or a call of a function.
    fn call(
        &mut self,
        id: ExpressionId,
        arguments: &[ExpressionId],
        shift: usize,
        place: Place,
        visit: &Visit,
    ) {
        let tree = self.tree;
        let (name, is_call) = match &tree.expression(id).kind {
            ExpressionKind::Name(name) => (*name, false),
            ExpressionKind::Call { name, .. } => (*name, true),
            _ => return,
        };
        let (text, span) = (tree.name(name), tree.name_span(name));
        let argument = || self.argument(arguments, visit);
        let read = |kind, argument, known| Read { argument, known, ..Read::of(kind, &text, span) };
        let read = match self.analysis.body(BodyId::ROOT).refers_to(id) {
            Reference::Variable(variable) => return self.uses(variable, arguments, shift, place, visit),
            Reference::Table if place.expects == Expects::Value => return,
            Reference::Table => read(ReadKind::Table, None, true),
            Reference::Function => read(ReadKind::Function, argument(), true),
            Reference::Place => read(ReadKind::Place, argument(), true),
            Reference::Builtin if is_call && text == "table" => match argument() {
                Some(argument) => return self.table_call(argument, place, visit),
                None => return,
            },
            Reference::Builtin | Reference::Aggregate | Reference::Column(_) | Reference::Row => return,
            Reference::Nothing if text.is_empty() || is_of_language(&text) => return,
            Reference::Nothing if is_call => read(ReadKind::Function, argument(), false),
            Reference::Nothing if place.expects == Expects::Table => read(ReadKind::Table, None, false),
            Reference::Nothing => return,
        };
        self.add(read, place, visit);
    }

    /// `table('…')`: a table of the query, or one outside.
    fn table_call(&mut self, argument: ReadArgument, place: Place, visit: &Visit) {
        let (kind, name) = match &argument.text {
            Some(text) => (ReadKind::Table, Arc::clone(text)),
            None => (ReadKind::ComputedTable, Arc::default()),
        };
        if let Some(variable) = self.analysis.table_variable(&name) {
            return self.uses(variable, &[], 0, place, visit);
        }
        let known = self.analysis.tables.iter().any(|table| **table == *name);
        let read = Read::of(kind, &name, argument.span);
        self.add(Read { argument: Some(argument), known, ..read }, place, visit);
    }

    fn argument(&self, arguments: &[ExpressionId], visit: &Visit) -> Option<ReadArgument> {
        let first = *arguments.first()?;
        let value = match &self.tree.expression(first).kind {
            ExpressionKind::Named { value, .. } => *value,
            _ => first,
        };
        let found = self.evaluator.evaluate(value, visit.environment.as_ref());
        let text = match found.value {
            Some(crate::constant::Constant::String(text)) => Some(text),
            _ => None,
        };
        let place = found.place.filter(|_| text.is_some()).unwrap_or(value);
        Some(ReadArgument { text, span: self.tree.span_of(place) })
    }

    /// Reaches what a name that the query binds stands for.
    fn uses(
        &mut self,
        variable: VariableId,
        arguments: &[ExpressionId],
        shift: usize,
        place: Place,
        visit: &Visit,
    ) {
        if let Definition::Let(id) | Definition::Function(id) = self.analysis.variable_definition(variable) {
            let way = Way { optional: place.optional, used: visit.way.used };
            self.reach_statement(id, Some((arguments, shift)), visit.environment.as_ref(), way);
        }
    }

    fn add(&mut self, read: Read, place: Place, visit: &Visit) {
        let key = (read.span, read.kind, Arc::clone(&read.name), read.argument.clone());
        if let Some(at) = self.places.get(&key) {
            let known = &mut self.found[*at];
            known.optional &= place.optional;
            known.used |= visit.way.used;
            return;
        }
        self.places.insert(key, self.found.len());
        let function = visit.environment.as_ref().map(|environment| environment.function);
        let body = function.and_then(|function| self.analysis.body(BodyId::ROOT).side().declared(function));
        self.found.push(Read {
            body: body.unwrap_or(BodyId::ROOT),
            optional: place.optional,
            used: visit.way.used,
            ..read
        });
    }
}

impl Read {
    /// A read that the catalog has, without an argument, of the query itself.
    fn of(kind: ReadKind, name: &str, span: Span) -> Self {
        let body = BodyId::ROOT;
        Read {
            kind,
            name: Arc::from(name),
            span,
            argument: None,
            body,
            optional: false,
            used: true,
            known: true,
        }
    }
}

/// Whether the language has a function, an aggregate or a plugin of this name.
fn is_of_language(name: &str) -> bool {
    let all = builtins();
    all.functions.contains_key(name)
        || all.aggregates.contains_key(name)
        || all.plugins.contains_key(name)
        || is_graph_function(name)
}
