//! Random queries, piece by piece.
//!
//! The generator writes text and keeps account of what may be referred to: the columns in scope with their types, and what
//! `let` has bound. It knows some of the columns that there are, and never one that there is not, so that what it refers
//! to exists. One query in two or so is given a slip, a mistake that people make, at a place chosen beforehand.

mod aggregate;
mod call;
mod condition;
mod expression;
mod graph;
mod literal;
mod operator;
mod plugin;
mod source;
mod statement;

use crate::kind::Kind;
use crate::schema::quoted;
use crate::scope::{Column, Scope};
use crate::slip::Slip;

pub(crate) use operator::operator_count;

/// How deep expressions nest.
const DEPTH: u8 = 3;
/// How deep tables nest within tables.
const NESTING: u8 = 2;

/// How tightly the parts of a piece of text hold together, loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Or,
    And,
    Equality,
    Relational,
    Additive,
    Multiplicative,
    Text,
    Signed,
    Operand,
}

/// A piece of a query that is an expression.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    text: String,
    level: Level,
}

impl Piece {
    fn operand(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), level: Level::Operand }
    }

    /// As an operand of what holds together as tightly as `level`: in brackets, where that is needed.
    fn within(self, level: Level) -> String {
        if self.level >= level { self.text } else { format!("({})", self.text) }
    }
}

/// A value that `let` or a parameter bound.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    name: String,
    kind: Kind,
    /// Whether it is a literal, so that it goes where a constant has to stand.
    constant: bool,
}

/// A table that `let` or a parameter bound.
#[derive(Debug, Clone)]
pub(crate) struct BoundTable {
    name: String,
    scope: Scope,
}

/// What a parameter of a function takes.
#[derive(Debug, Clone)]
pub(crate) enum Takes {
    Value(Kind),
    /// Any table.
    AnyTable,
    /// A table with these columns among others.
    Table(Vec<Column>),
}

/// A function that `let` bound.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    name: String,
    parameters: Vec<Takes>,
    /// How many arguments may be left out at the end.
    optional: usize,
    returns: Returns,
}

/// What a function gives.
#[derive(Debug, Clone)]
pub(crate) enum Returns {
    Value(Kind),
    Table(Scope),
}

/// Writes one query.
#[derive(Debug)]
pub(crate) struct Generator {
    rng: fastrand::Rng,
    scope: Scope,
    values: Vec<Binding>,
    tables: Vec<BoundTable>,
    functions: Vec<Function>,
    names: u32,
    nesting: u8,
    /// The mistake that is to be made, and how many chances for it are let pass before.
    slip: Option<(Slip, u32)>,
    /// The operator that the query is about.
    about: usize,
}

impl Generator {
    pub(crate) fn new(seed: u64, about: usize, slip: Option<Slip>) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let slip = slip.map(|slip| (slip, rng.u32(0..6)));
        Generator {
            rng,
            scope: Scope::unknown(),
            values: Vec::new(),
            tables: Vec::new(),
            functions: Vec::new(),
            names: 0,
            nesting: 0,
            slip,
            about,
        }
    }

    /// Whether the slip was made.
    pub(crate) fn slipped(&self) -> bool {
        self.slip.is_none()
    }

    /// Whether the mistake is to be made here.
    fn slips(&mut self, slip: Slip) -> bool {
        match &mut self.slip {
            Some((wanted, 0)) if *wanted == slip => {
                self.slip = None;
                true
            }
            Some((wanted, left)) if *wanted == slip => {
                *left -= 1;
                false
            }
            _ => false,
        }
    }

    // Chance.

    /// Whether something happens that does in `percent` of all cases.
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    /// One of several; the first where there is none to choose from is the caller's mistake, so lists are never empty.
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(0..from.len())]
    }

    /// A number from one to `most`.
    fn up_to(&mut self, most: usize) -> usize {
        self.rng.usize(1..=most)
    }

    /// Some of a list, at least one where there is one, each once.
    fn some<T: Clone>(&mut self, from: &[T], most: usize) -> Vec<T> {
        let mut all = from.to_vec();
        self.rng.shuffle(&mut all);
        let wanted = self.up_to(most.max(1)).min(all.len());
        all.truncate(wanted);
        all
    }

    /// `text` in half of the cases, else nothing.
    fn perhaps(&mut self, percent: u32, text: &str) -> String {
        if self.chance(percent) { text.to_owned() } else { String::new() }
    }

    // Names.

    /// A name that nothing else has.
    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// A name for a new column: nearly always one that nothing else has, at times that of a column in scope.
    fn new_column(&mut self) -> String {
        if self.chance(12) && !self.scope.columns.is_empty() {
            let at = self.rng.usize(0..self.scope.columns.len());
            return self.scope.columns[at].name.clone();
        }
        self.fresh()
    }

    /// A column's name where it is declared.
    fn declared(&self, name: &str) -> String {
        match crate::schema::may_be_declared(name) {
            true => quoted(name),
            false => format!("['{name}']"),
        }
    }

    /// A column's name where it is referred to, misspelt where that is the mistake to be made.
    fn referred(&mut self, name: &str) -> String {
        if self.slips(Slip::MisspeltColumn) {
            return quoted(&crate::slip::misspelt(&mut self.rng, name));
        }
        // Brackets stand where they need not at times.
        if self.chance(4) && !name.contains('\'') {
            return match self.chance(50) {
                true => format!("['{name}']"),
                false => format!("[\"{name}\"]"),
            };
        }
        quoted(name)
    }

    // Columns.

    fn columns_of(&self, kinds: &[Kind]) -> Vec<Column> {
        self.scope.columns.iter().filter(|column| kinds.contains(&column.kind)).cloned().collect()
    }

    /// A column of one of these kinds, as it is referred to.
    fn column_of(&mut self, kinds: &[Kind]) -> Option<(String, Kind)> {
        let fitting = self.columns_of(kinds);
        if fitting.is_empty() {
            return None;
        }
        let at = self.rng.usize(0..fitting.len());
        let column = fitting[at].clone();
        Some((self.referred(&column.name), column.kind))
    }

    /// Binds something with other columns in scope.
    fn with_scope<T>(&mut self, scope: Scope, write: impl FnOnce(&mut Self) -> T) -> (T, Scope) {
        let outer = std::mem::replace(&mut self.scope, scope);
        let value = write(self);
        (value, std::mem::replace(&mut self.scope, outer))
    }
}
