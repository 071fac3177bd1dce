//! What a call gives the parameters of a function of the query.

use std::sync::Arc;

use crate::constant::Constant;
use crate::tree::{ExpressionId, ExpressionKind, StatementId, StatementKind, Tree};

/// A function of the query with what a call gives it.
#[derive(Debug, PartialEq)]
pub(crate) struct Environment {
    pub(super) function: StatementId,
    /// What each parameter is given, in order.
    pub(super) given: Vec<Given>,
    /// That of the function in whose body the function is declared.
    pub(super) outer: Option<Arc<Environment>>,
}

/// What a parameter is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Given {
    pub(super) value: Option<Constant>,
    /// The argument of the outermost call that gives the value.
    pub(super) place: Option<ExpressionId>,
}

/// The environment of a function among an environment and those around it.
pub(super) fn of_function(
    mut environment: Option<&Arc<Environment>>,
    function: Option<StatementId>,
) -> Option<&Arc<Environment>> {
    let function = function?;
    while let Some(here) = environment {
        if here.function == function {
            return Some(here);
        }
        environment = here.outer.as_ref();
    }
    None
}

/// The functions around each expression and each function.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// For each expression the innermost function whose body it is in; empty where there are no functions.
    expressions: Vec<Option<StatementId>>,
    /// For each function the one in whose body it is declared.
    functions: Vec<(StatementId, Option<StatementId>)>,
}

impl Nesting {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut bodies: Vec<(std::ops::Range<usize>, StatementId)> = Vec::new();
        for id in tree.statements() {
            if let StatementKind::LetFunction { body, .. } = &tree.statement(id).kind {
                bodies.push((body.expressions.start as usize..body.expressions.end as usize, id));
            }
        }
        if bodies.is_empty() {
            return Nesting::default();
        }
        // A body that holds another is longer, or it was finished later.
        bodies.sort_by_key(|(range, id)| (std::cmp::Reverse(range.len()), std::cmp::Reverse(*id)));
        let mut nesting = Nesting { expressions: vec![None; tree.expression_count()], functions: Vec::new() };
        for (range, id) in bodies {
            let outer = nesting.expressions.get(range.start).copied().flatten();
            nesting.functions.push((id, outer));
            if let Some(places) = nesting.expressions.get_mut(range) {
                places.fill(Some(id));
            }
        }
        nesting.functions.sort_by_key(|(id, _)| *id);
        nesting
    }

    /// The innermost function in whose body an expression is.
    pub(super) fn around(&self, id: ExpressionId) -> Option<StatementId> {
        self.expressions.get(id.index()).copied().flatten()
    }

    /// The function in whose body a function is declared.
    pub(super) fn around_function(&self, function: StatementId) -> Option<StatementId> {
        let at = self.functions.binary_search_by_key(&function, |(id, _)| *id).ok()?;
        self.functions[at].1
    }
}

/// The argument that a call gives each parameter of a function: by its name, or by its place. `shift` is how many
/// parameters are given in another way, as the first is by `invoke`.
pub(super) fn arguments(
    tree: &Tree,
    function: StatementId,
    arguments: &[ExpressionId],
    shift: usize,
) -> Vec<Option<ExpressionId>> {
    let StatementKind::LetFunction { parameters, .. } = &tree.statement(function).kind else {
        return Vec::new();
    };
    let mut given = vec![None; parameters.len()];
    for (at, argument) in arguments.iter().enumerate() {
        let (place, value) = match &tree.expression(*argument).kind {
            ExpressionKind::Named { names, value } => {
                let name = names.first().map(|name| tree.name(*name));
                let is_it =
                    |parameter: &crate::tree::FunctionParameter| Some(tree.name(parameter.name)) == name;
                (parameters.iter().position(is_it), *value)
            }
            _ => (Some(at + shift), *argument),
        };
        if let Some(slot) = place.and_then(|place| given.get_mut(place)) {
            *slot = Some(value);
        }
    }
    for (slot, parameter) in given.iter_mut().zip(parameters).skip(shift) {
        *slot = slot.or(parameter.default);
    }
    given
}
