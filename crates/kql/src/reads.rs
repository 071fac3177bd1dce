//! What a query reads and which values are known before it runs: names followed by scope, through `let`s and through what
//! calls give the parameters of the query's own functions.
//!
//! The binder says what each name refers to. Here the query is walked once for each way in which its parts are reached: a
//! `let` where its name is used, the body of a function with what a call gives it. Ways that are the same are walked once,
//! so that names that stand for each other twice do not double the work, and there is a bound on all of it.

mod environment;
mod evaluate;
mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use crate::binder::{Analysis, BodyId};
use crate::constant::Constant;
use crate::token::Span;
use crate::tree::{ExpressionId, StatementId};

use environment::{Environment, Nesting};
use evaluate::Evaluator;

/// Something outside the query that the query reads.
///
/// What two `let`s or two calls reach in the same way is one read. A read in a `let` or function that is used twice is
/// [`optional`](Self::optional) only if every use is, and [`used`](Self::used) if one of them is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What it is.
    pub kind: ReadKind,
    /// Its name, brackets and quotes taken off: that of the table, also of `table('X')`, or of the function. Names compare
    /// by case.
    pub name: Arc<str>,
    /// Where the name is. Of `table('X')` the place of the text: see [`ReadArgument::span`]. Of a star from its operator to
    /// the star.
    pub span: Span,
    /// The first argument of a call; `None` for a name without brackets and a call without arguments.
    pub argument: Option<ReadArgument>,
    /// The body that the read is in: the query itself, or a function of the query as it is declared.
    pub body: BodyId,
    /// Whether the query runs without it: every way to it leads through a `union isfuzzy=true`.
    pub optional: bool,
    /// Whether the result of the query needs it; `false` for what is read only by `let`s that nothing uses.
    pub used: bool,
    /// Whether the catalog has it. What it does not have is a table where a table is expected, and otherwise a function.
    pub known: bool,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReadKind {
    /// A table, by its name or by `table('…')`.
    Table,
    /// A table that only a run can tell: `table(…)` of something that is not constant. It has no name.
    ComputedTable,
    /// A function that neither the query nor the language declares, called or named without brackets.
    Function,
    /// Another place, such as `workspace('…')`, `cluster('…')`: the name is the function's.
    Place,
    /// Every table whose name a pattern matches, in `union`, `search in` and `find in`: the name is the pattern.
    Wildcard,
    /// Every table, written as a star: `union *`, `search *`.
    EveryTable,
    /// Every table, because none is named: `search "x"`, `find where x == 1`.
    Unscoped,
}

/// The first argument of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReadArgument {
    /// The text, where it is known before the query runs: a literal, a name bound to one, a parameter that a call gives
    /// one, and what [`Analysis::constant`] puts together of them.
    pub text: Option<Arc<str>>,
    /// Where it is: the argument; where that is a parameter of a function of the query, what the outermost call gives it.
    pub span: Span,
}

/// A value that is known before the query runs.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownValue {
    /// The value.
    pub value: Constant,
    /// The argument that a call gives, where the value depends on a parameter of a function of the query.
    pub given: Option<Span>,
}

/// What is read, and what calls give the functions of the query.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    reads: Vec<Read>,
    calls: HashMap<StatementId, Vec<Arc<Environment>>>,
    nesting: Arc<Nesting>,
}

impl Analysis {
    fn uses(&self) -> &Uses {
        self.uses.get_or_init(|| walk::uses(self))
    }

    /// What the query reads, in the order of the text. Also of a query that has errors, as far as it goes.
    pub fn reads(&self) -> &[Read] {
        &self.uses().reads
    }

    /// The calls of a function that the query does not declare itself, such as `_GetWatchlist` or `workspace`, in the order
    /// of the text; a call in a function of the query once for each text that its calls give.
    pub fn calls_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Read> {
        let is_call = |kind| matches!(kind, ReadKind::Function | ReadKind::Place);
        self.reads().iter().filter(move |read| is_call(read.kind) && &*read.name == name)
    }

    /// The value of an expression where it is known before the query runs: of literals, of names by scope, of arithmetic
    /// and of functions such as `strcat`, `ago` and `datetime_add`. `now()` is not known, and what is computed from it is
    /// known relative to it: [`Constant::FromNow`].
    ///
    /// A parameter of a function of the query has the value that the calls of the function give, where all give the same;
    /// otherwise, and where nothing calls the function, it is not known. [`Analysis::values`] has them one by one. A
    /// parameter of `declare query_parameters` is not known, whatever its default.
    pub fn constant(&self, id: ExpressionId) -> Option<Constant> {
        let mut values = self.each_value(id);
        let first = values.next()??;
        let is_same = |value: Option<KnownValue>| value.is_some_and(|other| other.value == first.value);
        values.all(is_same).then_some(first.value)
    }

    /// The values of an expression in the calls of the function that it is in, as far as they are known; each once with the
    /// argument that gives it. One at most for an expression that is in no function.
    pub fn values(&self, id: ExpressionId) -> Vec<KnownValue> {
        let mut found: Vec<KnownValue> = Vec::new();
        for value in self.each_value(id).flatten() {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }

    fn each_value(&self, id: ExpressionId) -> impl Iterator<Item = Option<KnownValue>> + '_ {
        let uses = self.uses();
        let evaluator = Evaluator::new(self, Arc::clone(&uses.nesting));
        let calls: Vec<Option<Arc<Environment>>> = match uses.nesting.around(id) {
            None => vec![None],
            Some(function) => uses.calls.get(&function).into_iter().flatten().cloned().map(Some).collect(),
        };
        calls.into_iter().map(move |environment| {
            let found = evaluator.evaluate(id, environment.as_ref());
            let given = found.place.map(|place| self.tree().span_of(place));
            found.value.map(|value| KnownValue { value, given })
        })
    }
}
