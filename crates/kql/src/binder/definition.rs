//! Where names are defined.

use super::side::{BodyId, Reference};
use super::{Analysis, ColumnId, Symbol, VariableId};
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, OperatorId, StatementId};

/// Where a name is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// `let name = value`
    Let(StatementId),
    /// `let name = (…) {…}`
    Function(StatementId),
    /// A parameter of the function that the statement declares, or of `declare query_parameters`.
    Parameter {
        /// The statement.
        statement: StatementId,
        /// Its place among the parameters, from 0.
        position: usize,
    },
    /// A stage that binds a name: `as name`, the tables of `graph-to-table`, the key of `partition`.
    Operator(OperatorId),
    /// `declare pattern`, `alias`
    Statement(StatementId),
    /// A column; see [`Analysis::column_origin`].
    Column(ColumnId),
    /// The catalog: a table or function of it.
    Catalog,
    /// The language: a function or an aggregate of it.
    Language,
    /// What an error left.
    Unknown,
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnOrigin<'a> {
    /// It is a column of this table of the catalog.
    Table(&'a str),
    /// The item of a stage that makes it: `Name = value`, or an expression without a name.
    Item(ExpressionId),
    /// The stage that is the first to name it: a table that is open has it because the query says so.
    Named(OperatorId),
    /// A stage makes it without an item for it, or it is put together of several, as by `union`: see
    /// [`Column::from`](crate::Column).
    Other,
}

/// What the query binds.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: Symbol,
    /// The name where it is bound.
    pub(super) place: Span,
    pub(super) definition: Definition,
}

impl Analysis {
    /// Where the name that an expression is, or the function that it calls, is defined: by scope, innermost first. `None`
    /// for an expression that is neither, and for a name that refers to nothing. In the body of a function: as it
    /// is declared.
    pub fn definition(&self, id: ExpressionId) -> Option<Definition> {
        let id = self.tree.unwrapped(id);
        Some(match self.body(BodyId::ROOT).refers_to(id) {
            Reference::Variable(variable) => self.variable_definition(variable),
            Reference::Column(column) => Definition::Column(column),
            Reference::Table | Reference::Function => Definition::Catalog,
            Reference::Builtin | Reference::Aggregate | Reference::Place => Definition::Language,
            Reference::Row | Reference::Nothing => return None,
        })
    }

    /// Where a variable is bound.
    pub fn variable_definition(&self, variable: VariableId) -> Definition {
        self.variables[variable.index()].definition
    }

    /// The name itself where it is defined, where that is in the query: after `let`, among the parameters, before the `=`
    /// of the item that makes a column.
    pub fn definition_place(&self, id: ExpressionId) -> Option<Span> {
        let id = self.tree.unwrapped(id);
        match self.body(BodyId::ROOT).refers_to(id) {
            Reference::Variable(variable) => Some(self.variables[variable.index()].place),
            Reference::Column(column) => match self.column_origin(column) {
                ColumnOrigin::Item(item) => Some(self.item_place(item)),
                ColumnOrigin::Table(_) | ColumnOrigin::Named(_) | ColumnOrigin::Other => None,
            },
            _ => None,
        }
    }

    fn item_place(&self, item: ExpressionId) -> Span {
        match &self.tree.expression(item).kind {
            ExpressionKind::Named { names, .. } => match names.as_slice() {
                [name] => self.tree.name_span(*name),
                _ => self.tree.span_of(item),
            },
            _ => self.tree.span_of(item),
        }
    }

    /// Where a column comes from.
    pub fn column_origin(&self, id: ColumnId) -> ColumnOrigin<'_> {
        if let Some(table) = self.column(id).table {
            return ColumnOrigin::Table(self.symbol_name(table));
        }
        let item = self.sides.iter().find_map(|side| side.item_of(id)).map(ColumnOrigin::Item);
        let named = || self.sides.iter().find_map(|side| side.stage_of(id)).map(ColumnOrigin::Named);
        item.or_else(named).unwrap_or(ColumnOrigin::Other)
    }

    /// The expression that a name stands for: what `let` binds it to, and so on from there, with brackets and
    /// `materialize(…)` taken off. An expression that is not such a name is itself. A chain of names longer than 100 is not
    /// followed to its end.
    pub fn resolved(&self, id: ExpressionId) -> ExpressionId {
        let mut id = self.tree.unwrapped(id);
        for _ in 0..MOST_NAMES {
            let value = match &self.tree.expression(id).kind {
                ExpressionKind::Materialize(inner) => Some(*inner),
                ExpressionKind::Name(_) => match self.definition(id) {
                    Some(Definition::Let(statement)) => self.let_value(statement),
                    _ => None,
                },
                _ => None,
            };
            match value {
                Some(value) => id = self.tree.unwrapped(value),
                None => break,
            }
        }
        id
    }

    /// The value of a `let` that binds no function.
    pub(crate) fn let_value(&self, statement: StatementId) -> Option<ExpressionId> {
        match self.tree.statement(statement).kind {
            crate::tree::StatementKind::Let { value, .. } => Some(value),
            _ => None,
        }
    }

    /// For each variable whether the query uses it anywhere.
    pub(crate) fn used_variables(&self) -> Vec<bool> {
        let mut used = vec![false; self.variables.len()];
        for variable in self.body(BodyId::ROOT).side().used_variables() {
            used[variable.index()] = true;
        }
        used
    }

    /// A variable of this name that holds a table.
    pub(crate) fn table_variable(&self, name: &str) -> Option<VariableId> {
        let holds_table = |definition| match definition {
            Definition::Let(statement) => {
                self.let_value(statement).is_some_and(|value| self.body(BodyId::ROOT).table(value).is_some())
            }
            Definition::Operator(_) => true,
            _ => false,
        };
        let found = self
            .variables
            .iter()
            .position(|variable| self.symbol_name(variable.name) == name && holds_table(variable.definition));
        found.map(|at| VariableId(at as u32))
    }
}

/// How many names are followed one into another.
const MOST_NAMES: usize = 100;
