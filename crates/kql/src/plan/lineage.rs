//! The way of a column through a plan: where it is lost, what became of it, and whether there may be others.

use super::{
    Call, Callee, Origin, Plan, Scalar, ScalarKind, Source, Stage, StageKind, Statement, Table, Value,
};
use crate::binder::{BodyId, ColumnId, Rows, VariableId};
use crate::tree::OperatorId;

/// How many tables are looked at for one answer, those that names stand for each time that a name is used.
const MOST_TABLES: usize = 1_000;
/// How deep tables are followed one into another.
const MOST_DEPTH: usize = 100;

/// The stage after which a column is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The stage: it is given the column and does not give it on.
    pub stage: OperatorId,
    /// The column as the stage is given it.
    pub column: ColumnId,
    /// The column that it is in what the stage gives, unchanged but for its name: `project-rename New = Old`,
    /// `project New = Old`.
    pub renamed: Option<ColumnId>,
}

impl<'a> Plan<'a> {
    /// The table that the query returns; `None` where it returns something else.
    pub fn result(&self) -> Option<&Table> {
        match self.root().value()? {
            Value::Table(table) => Some(table),
            Value::Scalar(_) | Value::Unresolved(_) => None,
        }
    }

    /// Whether the query returns the columns that are known and no others.
    ///
    /// The binder follows the language service, in which a table that may have any column has them after every stage; here
    /// `project`, `summarize` and `distinct` leave only what they name.
    pub fn is_closed(&self) -> bool {
        self.result().is_some_and(|table| Way::of(self).is_closed(table))
    }

    /// Where the query loses a column of this name, so that its result does not have it: the last stage that is given one
    /// and does not give it on, on the way of the rows first, then in the tables that are joined to them. `None` where no
    /// table on the way has such a column.
    pub fn lost(&self, column: &str) -> Option<Lost> {
        Way::of(self).lost(self.result()?, column)
    }

    /// A column of the result that is made of the lost one and of nothing else.
    pub fn heir(&self, lost: &Lost) -> Option<ColumnId> {
        let rows = self.result()?.rows()?;
        rows.columns.iter().copied().find(|id| self.is_made_of(*id, lost.column))
    }

    fn is_made_of(&self, id: ColumnId, only: ColumnId) -> bool {
        let mut open = vec![id];
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            if id == only || !seen.insert(id) {
                continue;
            }
            let from = &self.analysis.column(id).from;
            if from.is_empty() {
                return false;
            }
            open.extend(from.iter());
        }
        true
    }
}

impl super::Block {
    /// What the block gives.
    pub fn value(&self) -> Option<&Value> {
        self.statements.iter().rev().find_map(|statement| match statement {
            Statement::Query(value) => Some(value),
            _ => None,
        })
    }
}

/// One way through a plan, from the result to its sources.
struct Way<'p, 'a> {
    plan: &'p Plan<'a>,
    /// What `let`s and, in the bodies of functions, calls give variables; the innermost last.
    bound: Vec<(VariableId, &'p Value)>,
    budget: usize,
    depth: usize,
}

impl<'p, 'a> Way<'p, 'a> {
    fn of(plan: &'p Plan<'a>) -> Self {
        let lets =
            plan.blocks().flat_map(|(_, block)| &block.statements).filter_map(|statement| match statement {
                Statement::Let { variable, value } => Some((*variable, value)),
                _ => None,
            });
        Way { plan, bound: lets.collect(), budget: MOST_TABLES, depth: 0 }
    }

    /// Looks at a table, unless there were too many.
    fn at<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.budget = self.budget.checked_sub(1)?;
        if self.depth >= MOST_DEPTH {
            return None;
        }
        self.depth += 1;
        let found = look(self);
        self.depth -= 1;
        Some(found)
    }

    fn in_value<T>(&mut self, value: &'p Value, look: impl FnOnce(&mut Self, &'p Table) -> T) -> Option<T> {
        match value {
            Value::Table(table) => self.at(|way| look(way, table)),
            Value::Scalar(_) | Value::Unresolved(_) => None,
        }
    }

    /// Looks at the table that a source stands for, where the query says it elsewhere.
    fn in_source<T>(
        &mut self,
        source: &'p Source,
        look: impl FnOnce(&mut Self, &'p Table) -> T,
    ) -> Option<T> {
        match source {
            Source::Variable(variable) => {
                let (_, value) = *self.bound.iter().rev().find(|(bound, _)| bound == variable)?;
                self.in_value(value, look)
            }
            Source::Materialize(value) => self.in_value(value, look),
            Source::Call(Call { callee: Callee::Body(body), arguments, .. }) => {
                let outer = self.bound.len();
                self.give(*body, arguments);
                let plan = self.plan;
                let found = plan.block(*body).value().and_then(|value| self.in_value(value, look));
                self.bound.truncate(outer);
                found
            }
            _ => None,
        }
    }

    /// Gives the parameters of a body what a call gives them.
    fn give(&mut self, body: BodyId, arguments: &'p [super::Argument]) {
        let plan = self.plan;
        for (at, argument) in arguments.iter().enumerate() {
            let parameters = &plan.block(body).parameters;
            let parameter = match &argument.name {
                Some(name) => parameters.iter().find(|known| plan.variable_name(known.variable) == name),
                None => parameters.get(at),
            };
            self.bound.extend(parameter.map(|parameter| (parameter.variable, &argument.value)));
        }
    }

    // Whether there may be other columns.

    fn is_closed(&mut self, table: &'p Table) -> bool {
        for stage in table.stages.iter().rev() {
            if stage.rows.as_ref().is_some_and(|rows| !rows.open) {
                return true;
            }
            match self.leaves(&stage.kind) {
                Leaves::Named => return true,
                Leaves::Given => {}
                Leaves::Anything => return false,
            }
        }
        if table.source_rows.as_ref().is_some_and(|rows| !rows.open) {
            return true;
        }
        // A union has no source but those that it names.
        let is_union = matches!(table.stages.first().map(|stage| &stage.kind), Some(StageKind::Union { .. }));
        if matches!(table.source, Source::Nothing) && is_union {
            return true;
        }
        self.in_source(&table.source, |way, inner| way.is_closed(inner)).unwrap_or(false)
    }

    /// What a stage leaves of rows that may have any column.
    fn leaves(&mut self, kind: &'p StageKind) -> Leaves {
        use StageKind::*;
        match kind {
            Project { .. } => Leaves::Named,
            Summarize { aggregates, .. } if !aggregates.iter().any(has_star) => Leaves::Named,
            Distinct { items } if !items.is_empty() && !items.iter().any(has_star) => Leaves::Named,
            Join { right, .. } | Lookup { right, .. } => self.closed_all([right]),
            Union { sources } => {
                let tables = sources.iter().map(|source| &source.table);
                self.closed_all(tables.filter(|table| !matches!(table.source, Source::Input)))
            }
            As { .. }
            | Distinct { .. }
            | Extend { .. }
            | MvExpand { .. }
            | Parse { .. }
            | ParseKv { .. }
            | ProjectAway
            | ProjectKeep
            | ProjectRename
            | ProjectReorder
            | Render { .. }
            | Sample { .. }
            | Serialize { .. }
            | Sort { .. }
            | Summarize { .. }
            | Take { .. }
            | Top { .. }
            | Where { .. } => Leaves::Given,
            _ => Leaves::Anything,
        }
    }

    fn closed_all(&mut self, tables: impl IntoIterator<Item = &'p Table>) -> Leaves {
        let all = tables.into_iter().all(|table| self.at(|way| way.is_closed(table)).unwrap_or(false));
        if all { Leaves::Given } else { Leaves::Anything }
    }

    // Where a column is lost.

    fn lost(&mut self, table: &'p Table, column: &str) -> Option<Lost> {
        let has = |rows: &Rows| {
            let known = rows.columns.iter().copied();
            known.into_iter().find(|id| self.plan.analysis.column_name(*id) == column)
        };
        for (at, stage) in table.stages.iter().enumerate().rev() {
            let before = match at.checked_sub(1) {
                Some(before) => table.stages[before].rows.as_ref(),
                None => table.source_rows.as_ref(),
            };
            if let Some(found) = before.and_then(has).or_else(|| has(&stage.scope)) {
                return Some(Lost { stage: stage.operator, column: found, renamed: renamed(stage, found) });
            }
        }
        if let Some(found) = self.in_source(&table.source, |way, inner| way.lost(inner, column)).flatten() {
            return Some(found);
        }
        table.stages.iter().rev().find_map(|stage| match &stage.kind {
            StageKind::Join { right, .. } | StageKind::Lookup { right, .. } => {
                self.lost_beside(right, column)
            }
            StageKind::Union { sources } => {
                sources.iter().find_map(|source| self.lost_beside(&source.table, column))
            }
            _ => None,
        })
    }

    fn lost_beside(&mut self, table: &'p Table, column: &str) -> Option<Lost> {
        self.at(|way| way.lost(table, column)).flatten()
    }
}

/// What a stage leaves of rows that may have any column.
enum Leaves {
    /// The columns that it names.
    Named,
    /// Those that it is given, more or less.
    Given,
    /// What is not known.
    Anything,
}

/// Whether an item stands for columns that it does not name, as `arg_max(a, *)` does.
fn has_star(item: &Scalar) -> bool {
    match &item.value {
        ScalarKind::Star(_) => true,
        ScalarKind::Call(call) => call.arguments.iter().any(|argument| match &argument.value {
            Value::Scalar(scalar) => has_star(scalar),
            Value::Table(_) | Value::Unresolved(_) => false,
        }),
        _ => false,
    }
}

/// The column of a stage's result that is this one of its scope under another name.
fn renamed(stage: &Stage, column: ColumnId) -> Option<ColumnId> {
    let place = stage.scope.columns.iter().position(|known| *known == column)?;
    let items = items(&stage.kind);
    let is_it = |at: usize| match stage.origin(at) {
        Origin::Scope(from) => from == place,
        Origin::Item { item, .. } => items
            .get(item)
            .is_some_and(|item| matches!(item.value, ScalarKind::Column(from) if from == place)),
        Origin::Right(_) | Origin::Made => false,
    };
    let rows = stage.rows.as_ref()?;
    rows.columns.iter().copied().enumerate().find(|(at, _)| is_it(*at)).map(|(_, id)| id)
}

/// The items of the stages that may give a column another name, numbered as in [`Origin::Item`].
fn items(kind: &StageKind) -> Vec<&Scalar> {
    match kind {
        StageKind::Project { items } | StageKind::Distinct { items } => items.iter().collect(),
        StageKind::Summarize { by, aggregates, .. } => by.iter().chain(aggregates).collect(),
        _ => Vec::new(),
    }
}
