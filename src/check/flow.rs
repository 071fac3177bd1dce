//! The way of a column through a query.

use kql::tree::{
    ExpressionId, ExpressionKind, FunctionBody, OperatorId, OperatorKind, StatementId, StatementKind,
};
use kql::{Column, ColumnId, QueryResult, Rows, TokenKind, Type};
use sentinel_schema::Environment;

use super::growing;
use super::view::QueryView;
use crate::diagnostic::{SourceMap, Span};
use crate::schema::Schema;

/// Calls and `let`s that are followed one into another.
const DEEPEST: usize = 20;

/// The stage behind which a column is no longer there.
pub(super) struct Lost<'q> {
    /// Where its operator stands in the query.
    pub(super) place: kql::Span,
    /// The operator.
    pub(super) word: &'q str,
    /// The column as it went in, where it is not a table's own.
    column: Option<ColumnId>,
}

/// A query with what it reads.
#[derive(Clone, Copy)]
pub(super) struct Flow<'q> {
    query: &'q QueryView<'q>,
    workspace: &'q Environment,
}

impl<'q> Flow<'q> {
    pub(super) fn new(query: &'q QueryView<'q>, workspace: &'q Environment) -> Self {
        Self { query, workspace }
    }

    /// The place in the file of a place in the query.
    pub(super) fn locate(self, map: &SourceMap, place: kql::Span) -> Option<Span> {
        self.query.locate(map, place)
    }

    /// The columns that the query returns, where there are no others.
    ///
    /// The binder follows the language service, in which a table that may have any column has them behind every stage;
    /// here it is known that `project` and `summarize` leave only what they name.
    pub(super) fn columns(self) -> Option<Vec<(&'q str, Type)>> {
        let analysis = &self.query.analysis;
        let QueryResult::Table(rows) = &analysis.result else { return None };
        let is_closed = !rows.open || self.result().is_some_and(|id| self.is_closed(id, 0));
        is_closed.then(|| {
            rows.columns.iter().map(|id| (analysis.column_name(*id), analysis.column(*id).kind)).collect()
        })
    }

    /// The columns that the query is known to return; where it reads what is not known, there may be others.
    pub(super) fn known_columns(self) -> Vec<(&'q str, &'q Column)> {
        let analysis = &self.query.analysis;
        let QueryResult::Table(rows) = &analysis.result else { return Vec::new() };
        rows.columns.iter().map(|id| (analysis.column_name(*id), analysis.column(*id))).collect()
    }

    /// Whether an expression gives the columns that are known of it and no others.
    fn is_closed(self, id: ExpressionId, depth: usize) -> bool {
        let tree = &self.query.parsed.tree;
        let id = tree.unwrapped(id);
        let ExpressionKind::Pipe { source, stages } = &tree.expression(id).kind else {
            return self.meaning(id, depth).is_some_and(|inner| self.is_closed(inner, depth + 1));
        };
        for stage in stages.iter().rev() {
            if self.query.analysis.rows_after(*stage).is_some_and(|rows| !rows.open) {
                return true;
            }
            match &tree.operator(*stage).kind {
                OperatorKind::Project { .. } => return true,
                OperatorKind::Summarize { aggregates, .. }
                    if !aggregates.iter().any(|id| self.has_star(*id)) =>
                {
                    return true;
                }
                OperatorKind::Distinct { columns } if !columns.iter().any(|id| self.has_star(*id)) => {
                    return true;
                }
                OperatorKind::Join { right, .. } | OperatorKind::Lookup { right, .. }
                    if self.is_closed(*right, depth + 1) => {}
                OperatorKind::As { .. }
                | OperatorKind::Extend { .. }
                | OperatorKind::MvExpand { .. }
                | OperatorKind::Parse { .. }
                | OperatorKind::ProjectAway { .. }
                | OperatorKind::ProjectRename { .. }
                | OperatorKind::ProjectReorder { .. }
                | OperatorKind::Serialize { .. }
                | OperatorKind::Sort { .. }
                | OperatorKind::Summarize { .. }
                | OperatorKind::Take { .. }
                | OperatorKind::Top { .. }
                | OperatorKind::Where { .. } => {}
                _ => return false,
            }
        }
        depth < DEEPEST && self.is_closed(*source, depth + 1)
    }

    /// Whether the result may have a column of a table that gets its columns with its data: no stage of the outermost
    /// pipeline names the columns that it leaves.
    pub(super) fn may_pass(self, schema: &Schema, column: &str) -> bool {
        let (tree, analysis) = (&self.query.parsed.tree, &self.query.analysis);
        let Some(result) = self.result() else { return false };
        let is_named = match &tree.expression(tree.unwrapped(result)).kind {
            ExpressionKind::Pipe { stages, .. } => {
                stages.iter().any(|stage| growing::names_its_columns(tree, *stage))
            }
            _ => false,
        };
        !is_named && growing::may_be_there(schema, &self.query.parsed, analysis, tree.span_of(result), column)
    }

    fn has_star(self, id: ExpressionId) -> bool {
        let tree = &self.query.parsed.tree;
        let tokens = tree.expression(id).tokens;
        let tokens = tree.tokens.get(tokens.first as usize..tokens.end as usize).unwrap_or_default();
        tokens.iter().any(|token| token.kind == TokenKind::Star)
    }

    /// The last stage that is given a column of this name and does not give it on; none where no stage has it.
    pub(super) fn lost(self, column: &str) -> Option<Lost<'q>> {
        self.lost_in(self.result()?, column, 0)
    }

    /// A column of the result that is made of a lost one and of nothing else.
    pub(super) fn heir(self, lost: &Lost<'_>, column: &str) -> Option<&'q str> {
        let QueryResult::Table(rows) = &self.query.analysis.result else { return None };
        let analysis = &self.query.analysis;
        let is_heir = |id: &&ColumnId| match lost.column {
            Some(lost) => self.comes_from(**id, lost),
            None => matches!(analysis.sources(**id).as_slice(), [(_, source)] if source == column),
        };
        rows.columns.iter().find(is_heir).map(|id| analysis.column_name(*id))
    }

    fn comes_from(self, mut id: ColumnId, lost: ColumnId) -> bool {
        for _ in 0..DEEPEST {
            match *self.query.analysis.column(id).from {
                [from] if from == lost => return true,
                [from] => id = from,
                _ => return false,
            }
        }
        false
    }

    /// The expression that the query returns.
    fn result(self) -> Option<ExpressionId> {
        value_of(self.query, &self.query.parsed.tree.root)
    }

    fn lost_in(self, id: ExpressionId, column: &str, depth: usize) -> Option<Lost<'q>> {
        let tree = &self.query.parsed.tree;
        match &tree.expression(tree.unwrapped(id)).kind {
            ExpressionKind::Pipe { source, stages } => {
                for (at, stage) in stages.iter().enumerate().rev() {
                    let found = match at.checked_sub(1) {
                        Some(before) => self.after(stages[before], column).map(Some),
                        None => self.given(*source, column, depth),
                    };
                    if let Some(found) = found {
                        return Some(self.lost_at(*stage, found));
                    }
                }
                self.lost_in(*source, column, depth)
            }
            _ => self.lost_in(self.meaning(id, depth)?, column, depth + 1),
        }
    }

    fn lost_at(self, stage: OperatorId, column: Option<ColumnId>) -> Lost<'q> {
        let tree = &self.query.parsed.tree;
        let first = tree.operator(stage).tokens.first as usize;
        let place = tree.tokens.get(first).map_or(kql::Span::default(), |token| token.span);
        Lost { place, word: place.text(&tree.source), column }
    }

    /// Whether an expression gives a column; the inner value is none for one of a table itself.
    #[expect(clippy::option_option, reason = "not given and given without an id are different here")]
    fn given(self, id: ExpressionId, column: &str, depth: usize) -> Option<Option<ColumnId>> {
        let tree = &self.query.parsed.tree;
        let id = tree.unwrapped(id);
        match &tree.expression(id).kind {
            ExpressionKind::Pipe { stages, .. } => self.after(*stages.last()?, column).map(Some),
            ExpressionKind::Operator(operator) => self.after(*operator, column).map(Some),
            ExpressionKind::DataTable { columns, .. } | ExpressionKind::ExternalData { columns, .. } => {
                columns.iter().any(|declared| tree.name(declared.name) == column).then_some(None)
            }
            kind => match (self.meaning(id, depth), kind) {
                (Some(inner), _) => self.given(inner, column, depth + 1),
                (None, ExpressionKind::Name(name)) => {
                    self.workspace.has_column(&tree.name(*name), column).then_some(None)
                }
                (None, _) => None,
            },
        }
    }

    /// The column of this name that a stage gives.
    fn after(self, stage: OperatorId, column: &str) -> Option<ColumnId> {
        let analysis = &self.query.analysis;
        let has = |rows: &Rows| rows.columns.iter().copied().find(|id| analysis.column_name(*id) == column);
        analysis.rows_after(stage).and_then(has)
    }

    /// What a name or a call stands for, where a `let` of the query says it.
    fn meaning(self, id: ExpressionId, depth: usize) -> Option<ExpressionId> {
        let tree = &self.query.parsed.tree;
        if depth >= DEEPEST {
            return None;
        }
        let name = match &tree.expression(tree.unwrapped(id)).kind {
            ExpressionKind::Name(name) | ExpressionKind::Call { name, .. } => tree.name(*name),
            ExpressionKind::Materialize(inner) => return Some(*inner),
            _ => return None,
        };
        tree.root.iter().rev().find_map(|statement| match &tree.statement(*statement).kind {
            StatementKind::Let { name: bound, value } if tree.name(*bound) == name => Some(*value),
            StatementKind::LetFunction { name: bound, body: FunctionBody { statements, .. }, .. }
                if tree.name(*bound) == name =>
            {
                value_of(self.query, statements)
            }
            _ => None,
        })
    }
}

/// What the last of several statements returns.
fn value_of(query: &QueryView<'_>, statements: &[StatementId]) -> Option<ExpressionId> {
    statements.iter().rev().find_map(|id| match query.parsed.tree.statement(*id).kind {
        StatementKind::Query(value) => Some(value),
        _ => None,
    })
}
