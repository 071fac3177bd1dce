//! What is known of a query when it is bound.

use std::sync::{Arc, OnceLock};

use super::definition::Variable;
use super::side::{BodyId, Reference, SideTables, VariableId};
use super::{Column, ColumnId, Rows, Symbol};
use crate::diagnostic::Diagnostic;
use crate::reads::Uses;
use crate::tree::{ExpressionId, OperatorId, StatementId, Tree};
use crate::types::Type;

/// What a query means, and what is wrong with it.
#[derive(Debug)]
pub struct Analysis {
    /// What is wrong with the meaning, in the order of the text. What is wrong as syntax is in
    /// [`Parsed::diagnostics`](crate::Parsed::diagnostics).
    pub diagnostics: Vec<Diagnostic>,
    /// What the query returns.
    pub result: QueryResult,
    /// The tables of the catalog that it reads, each once, in the order of the text.
    pub tables: Vec<String>,
    /// The functions of the catalog that it calls, each once, in the order of the text.
    pub functions: Vec<String>,
    pub(super) columns: Vec<Column>,
    pub(super) names: Vec<Arc<str>>,
    pub(super) sides: Vec<SideTables>,
    pub(super) bodies: Vec<Bound>,
    pub(super) variables: Vec<Variable>,
    pub(super) tree: Arc<Tree>,
    pub(crate) uses: OnceLock<Uses>,
}

/// What a query returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryResult {
    /// Rows.
    Table(Rows),
    /// One value.
    Scalar(Type),
    /// Several tables, a graph, nothing at all, or what an error left of it.
    Other,
}

/// A column of the result, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// The columns of tables that feed it: table and column.
    pub sources: Vec<(String, String)>,
}

impl Analysis {
    /// A column by its id.
    pub fn column(&self, id: ColumnId) -> &Column {
        &self.columns[id.index()]
    }

    /// A column's name.
    pub fn column_name(&self, id: ColumnId) -> &str {
        &self.names[self.column(id).name.index()]
    }

    /// The type of an expression; unknown for one that was not reached and for one that is no scalar. In the body of a
    /// function of the query: as it is declared.
    pub fn type_of(&self, id: ExpressionId) -> Type {
        self.body(BodyId::ROOT).type_of(id)
    }

    /// The column that a name refers to; in the body of a function as it is declared.
    pub fn reference(&self, id: ExpressionId) -> Option<ColumnId> {
        self.body(BodyId::ROOT).reference(id)
    }

    /// The rows that a stage gives; in the body of a function as it is declared.
    pub fn rows_after(&self, id: OperatorId) -> Option<&Rows> {
        self.body(BodyId::ROOT).rows_after(id)
    }

    /// What was found out about the nodes of a body.
    ///
    /// # Panics
    ///
    /// When `id` is of another analysis and there is no such body here.
    pub fn body(&self, id: BodyId) -> Body<'_> {
        let bound = &self.bodies[id.index()];
        Body { bound, side: &self.sides[bound.side] }
    }

    /// The body that a call (`f(x)`, the call of `invoke`, the bare name of a function) within a body stands for, bound
    /// with what the call gives; `None` where it calls no function of the query, or one too many to be followed. Calls
    /// that give the same columns and texts share a body, and so do all calls of a function to which they do not matter.
    pub fn call(&self, id: ExpressionId, within: BodyId) -> Option<BodyId> {
        self.body(within).side.call(id)
    }

    /// How many bodies there are: the query, its functions as declared, and each with what calls give.
    pub fn body_count(&self) -> usize {
        self.bodies.len()
    }

    /// The name of what a statement, a parameter or `as` binds.
    pub fn variable_name(&self, id: VariableId) -> &str {
        self.symbol_name(self.variables[id.index()].name)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn symbol_name(&self, symbol: Symbol) -> &str {
        &self.names[symbol.index()]
    }

    /// The result's columns with where they come from; `None` where the query returns no table.
    pub fn result_columns(&self) -> Option<Vec<ResultColumn>> {
        let QueryResult::Table(rows) = &self.result else {
            return None;
        };
        let columns = rows.columns.iter().map(|id| ResultColumn {
            name: self.column_name(*id).to_owned(),
            kind: self.column(*id).kind,
            sources: self.sources(*id),
        });
        Some(columns.collect())
    }

    /// Whether the result may have columns that are not known here.
    pub fn result_is_open(&self) -> bool {
        matches!(&self.result, QueryResult::Table(rows) if rows.open)
    }

    /// The columns of tables that feed a column: table and column, each once.
    pub fn sources(&self, id: ColumnId) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let column = self.column(id);
            if let Some(table) = column.table {
                let pair =
                    (self.names[table.index()].to_string(), self.names[column.name.index()].to_string());
                if !found.contains(&pair) {
                    found.push(pair);
                }
            }
            open.extend(column.from.iter().rev());
        }
        found
    }
}

/// A body and where its side tables are.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) side: usize,
    /// The statement that declares the function; the query itself has none.
    pub(super) function: Option<StatementId>,
    /// What its parameters are bound to.
    pub(super) parameters: Vec<VariableId>,
}

/// What was found out about the nodes of a body.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    bound: &'a Bound,
    side: &'a SideTables,
}

impl<'a> Body<'a> {
    /// The type of an expression; unknown for one that was not reached, that is no scalar, or that is not of this body.
    pub fn type_of(self, id: ExpressionId) -> Type {
        self.side.type_of(id)
    }

    /// What a name or a call refers to.
    pub fn refers_to(self, id: ExpressionId) -> Reference {
        self.side.refers_to(id)
    }

    /// The column that a name refers to.
    pub fn reference(self, id: ExpressionId) -> Option<ColumnId> {
        match self.side.refers_to(id) {
            Reference::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The rows of an expression that is a table.
    pub fn table(self, id: ExpressionId) -> Option<&'a Rows> {
        self.side.table(id)
    }

    /// The rows that a stage is given.
    pub fn rows_before(self, id: OperatorId) -> Option<&'a Rows> {
        self.side.stage_rows(id)?.input.as_ref()
    }

    /// The rows that a stage gives.
    pub fn rows_after(self, id: OperatorId) -> Option<&'a Rows> {
        self.side.stage_rows(id)?.output.as_ref()
    }

    /// The statement that declares the function; `None` for the query itself.
    pub fn function(self) -> Option<StatementId> {
        self.bound.function
    }

    /// What the function's parameters are bound to, in order.
    pub fn parameters(self) -> &'a [VariableId] {
        &self.bound.parameters
    }

    pub(crate) fn side(self) -> &'a SideTables {
        self.side
    }
}
