//! The values of expressions that are known before the query runs.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use super::environment::{Environment, Given, Nesting, arguments, of_function};
use crate::binder::{Analysis, Body, BodyId, Definition, Reference, VariableId};
use crate::constant::{self, Constant};
use crate::tree::{
    ExpressionId, ExpressionKind, LiteralKind, StatementId, StatementKind, Tree, UnaryOperator,
};

/// How deep names and expressions are followed.
const MOST_DEPTH: u32 = 100;
/// How many different calls are told apart; more are followed without what they give.
const MOST_ENVIRONMENTS: usize = 2_000;
/// How many expressions are looked at for one value.
const MOST_STEPS: u32 = 10_000;

/// A value, where it is known, and the argument that gives it, where it depends on one.
#[derive(Debug, Clone, Default)]
pub(super) struct Evaluated {
    pub(super) value: Option<Constant>,
    pub(super) place: Option<ExpressionId>,
}

impl Evaluated {
    fn of(value: Option<Constant>) -> Self {
        Evaluated { value, place: None }
    }
}

pub(super) struct Evaluator<'a> {
    pub(super) tree: &'a Tree,
    pub(super) analysis: &'a Analysis,
    pub(super) body: Body<'a>,
    pub(super) nesting: Arc<Nesting>,
    /// The environments that were made, each once, by function. They are kept, so that an address is one environment's.
    environments: RefCell<HashMap<StatementId, Vec<Arc<Environment>>>>,
    /// How many they are.
    made: Cell<usize>,
    /// The values of `let`s, by the environment around them.
    lets: RefCell<HashMap<(StatementId, usize), Evaluated>>,
    steps: Cell<u32>,
    /// Whether something was not followed, because it is too deep or took too long.
    gave_up: Cell<bool>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(analysis: &'a Analysis, nesting: Arc<Nesting>) -> Self {
        let tree = analysis.tree();
        Evaluator {
            tree,
            analysis,
            body: analysis.body(BodyId::ROOT),
            nesting,
            environments: RefCell::default(),
            made: Cell::new(0),
            lets: RefCell::default(),
            steps: Cell::new(0),
            gave_up: Cell::new(false),
        }
    }

    /// The value of an expression with what the calls around give.
    pub(super) fn evaluate(&self, id: ExpressionId, environment: Option<&Arc<Environment>>) -> Evaluated {
        self.steps.set(MOST_STEPS);
        self.value(id, environment, 0)
    }

    /// What a call gives a function of the query, within `environment`.
    pub(super) fn environment(
        &self,
        function: StatementId,
        given: &[ExpressionId],
        shift: usize,
        environment: Option<&Arc<Environment>>,
    ) -> Arc<Environment> {
        self.steps.set(MOST_STEPS);
        self.environment_at(function, given, shift, environment, 0)
    }

    /// The environments that were made, by function.
    pub(super) fn environments(self) -> HashMap<StatementId, Vec<Arc<Environment>>> {
        self.environments.into_inner()
    }

    /// The environment of a function of which no call is known.
    pub(super) fn without_call(
        &self,
        function: StatementId,
        environment: Option<&Arc<Environment>>,
    ) -> Arc<Environment> {
        let given = match &self.tree.statement(function).kind {
            StatementKind::LetFunction { parameters, .. } => vec![Given::default(); parameters.len()],
            _ => Vec::new(),
        };
        self.interned(function, given, environment)
    }

    fn environment_at(
        &self,
        function: StatementId,
        given: &[ExpressionId],
        shift: usize,
        environment: Option<&Arc<Environment>>,
        depth: u32,
    ) -> Arc<Environment> {
        let given = arguments(self.tree, function, given, shift).into_iter().map(|argument| {
            let Some(argument) = argument else { return Given::default() };
            let found = self.value(argument, environment, depth + 1);
            // Where a value that is not known stands does not matter, so that calls with such values are one.
            let place = found.value.as_ref().map(|_| found.place.unwrap_or(argument));
            Given { value: found.value, place }
        });
        self.interned(function, given.collect(), environment)
    }

    fn interned(
        &self,
        function: StatementId,
        given: Vec<Given>,
        environment: Option<&Arc<Environment>>,
    ) -> Arc<Environment> {
        let outer = of_function(environment, self.nesting.around_function(function)).cloned();
        let mut environments = self.environments.borrow_mut();
        let known = environments.entry(function).or_default();
        let is_outer = |other: &Option<Arc<Environment>>| match (other, &outer) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        if let Some(found) = known.iter().find(|found| found.given == given && is_outer(&found.outer)) {
            return Arc::clone(found);
        }
        if self.made.get() >= MOST_ENVIRONMENTS && given.iter().any(|given| given.value.is_some()) {
            drop(environments);
            return self.without_call(function, environment);
        }
        self.made.set(self.made.get() + 1);
        let made = Arc::new(Environment { function, given, outer });
        known.push(Arc::clone(&made));
        made
    }

    fn value(&self, id: ExpressionId, environment: Option<&Arc<Environment>>, depth: u32) -> Evaluated {
        let Some(steps) = self.steps.get().checked_sub(1).filter(|_| depth < MOST_DEPTH) else {
            self.gave_up.set(true);
            return Evaluated::default();
        };
        self.steps.set(steps);
        let value = |id: ExpressionId| self.value(id, environment, depth + 1);
        match &self.tree.expression(id).kind {
            ExpressionKind::Literal(LiteralKind::String) => {
                Evaluated::of(self.tree.string(id).map(|text| Constant::String(text.into())))
            }
            ExpressionKind::Literal(kind) => {
                let text = self.tree.text(self.tree.expression(id).tokens);
                let found = Constant::of_literal(*kind, text);
                Evaluated::of(Some(found).filter(|found| !matches!(found, Constant::Written(_))))
            }
            ExpressionKind::JsonNull => Evaluated::of(Some(Constant::Null)),
            ExpressionKind::Parenthesised(inner)
            | ExpressionKind::Dynamic(inner)
            | ExpressionKind::ToScalar(inner)
            | ExpressionKind::Named { value: inner, .. } => value(*inner),
            ExpressionKind::JsonArray(items) => {
                let items: Option<Vec<Constant>> = items.iter().map(|item| value(*item).value).collect();
                Evaluated::of(items.map(|items| Constant::Array(items.into())))
            }
            ExpressionKind::Name(_) => match self.body.refers_to(id) {
                Reference::Variable(variable) => self.variable(variable, &[], environment, depth),
                _ => Evaluated::default(),
            },
            ExpressionKind::Call { name, arguments } => match self.body.refers_to(id) {
                Reference::Variable(variable) => self.variable(variable, arguments, environment, depth),
                Reference::Builtin => {
                    let given: Vec<Evaluated> = arguments.iter().map(|argument| value(*argument)).collect();
                    let place = given.iter().find_map(|given| given.place);
                    let values: Option<Vec<Constant>> = given.into_iter().map(|given| given.value).collect();
                    let found = values.and_then(|values| constant::call(&self.tree.name(*name), &values));
                    Evaluated { value: found, place }
                }
                _ => Evaluated::default(),
            },
            ExpressionKind::Unary { operator, operand } => {
                let found = value(*operand);
                let negated = match operator {
                    UnaryOperator::Minus => found.value.as_ref().and_then(constant::negated),
                    UnaryOperator::Plus => found.value,
                };
                Evaluated { value: negated, place: found.place }
            }
            ExpressionKind::Binary { .. } => self.chain(id, environment, depth),
            ExpressionKind::Element { base, index } => {
                let (base, index) = (value(*base), value(*index));
                let item = match (base.value, index.value) {
                    (Some(Constant::Array(items)), Some(Constant::Integer(at))) => {
                        usize::try_from(at).ok().and_then(|at| items.get(at).cloned())
                    }
                    _ => None,
                };
                Evaluated { value: item, place: base.place.or(index.place) }
            }
            _ => Evaluated::default(),
        }
    }

    /// A chain of operators, which nests to the left, is walked in a loop.
    fn chain(&self, id: ExpressionId, environment: Option<&Arc<Environment>>, depth: u32) -> Evaluated {
        let mut rest = Vec::new();
        let mut first = id;
        while let ExpressionKind::Binary { operator, left, right } = self.tree.expression(first).kind {
            rest.push((operator, right));
            first = left;
        }
        let mut found = self.value(first, environment, depth + 1);
        for (operator, right) in rest.into_iter().rev() {
            let right = self.value(right, environment, depth + 1);
            let value = match (&found.value, &right.value) {
                (Some(left), Some(right)) => constant::binary(operator, left, right),
                _ => None,
            };
            found = Evaluated { value, place: found.place.or(right.place) };
        }
        found
    }

    /// The value of what the query binds; of a function what a call gives.
    fn variable(
        &self,
        variable: VariableId,
        given: &[ExpressionId],
        environment: Option<&Arc<Environment>>,
        depth: u32,
    ) -> Evaluated {
        match self.analysis.variable_definition(variable) {
            Definition::Let(statement) => self.let_value(statement, environment, depth),
            Definition::Parameter { statement, position } => {
                let environment = of_function(environment, Some(statement));
                match environment.and_then(|environment| environment.given.get(position)) {
                    Some(Given { value, place }) => Evaluated { value: value.clone(), place: *place },
                    None => Evaluated::default(),
                }
            }
            Definition::Function(statement) => {
                let StatementKind::LetFunction { body, .. } = &self.tree.statement(statement).kind else {
                    return Evaluated::default();
                };
                let returned =
                    body.statements.iter().rev().find_map(|id| match self.tree.statement(*id).kind {
                        StatementKind::Query(value) => Some(value),
                        _ => None,
                    });
                let Some(returned) = returned else { return Evaluated::default() };
                let inner = self.environment_at(statement, given, 0, environment, depth);
                self.value(returned, Some(&inner), depth + 1)
            }
            _ => Evaluated::default(),
        }
    }

    fn let_value(
        &self,
        statement: StatementId,
        environment: Option<&Arc<Environment>>,
        depth: u32,
    ) -> Evaluated {
        let Some(value) = self.analysis.let_value(statement) else { return Evaluated::default() };
        let environment = of_function(environment, self.nesting.around(value));
        let key = (statement, environment.map_or(0, |environment| Arc::as_ptr(environment).addr()));
        if let Some(known) = self.lets.borrow().get(&key) {
            return known.clone();
        }
        let gave_up = self.gave_up.replace(false);
        let found = self.value(value, environment, depth + 1);
        // What was given up may be found on another way.
        if !self.gave_up.get() {
            self.lets.borrow_mut().insert(key, found.clone());
        }
        self.gave_up.set(gave_up || self.gave_up.get());
        found
    }
}
