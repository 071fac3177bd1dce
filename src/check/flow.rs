//! The way of a column through a query, as its plan has it.

use std::cell::OnceCell;

use kql::plan::{Plan, StageKind, plan};
use kql::{Column, ColumnId, QueryResult, Type};
use sentinel_schema::Environment;

use super::growing;
use super::view::QueryView;
use crate::diagnostic::{SourceMap, Span};

/// The stage after which a column is no longer there.
pub(super) struct Lost<'q> {
    /// Where its operator is in the query.
    pub(super) place: kql::Span,
    /// The operator.
    pub(super) word: &'q str,
    /// The name under which the stage gives the column on.
    pub(super) renamed: Option<&'q str>,
    /// A column of the result that is made of it and of nothing else.
    pub(super) heir: Option<&'q str>,
}

/// A query with its plan, which is made when it is first needed.
pub(super) struct Flow<'q> {
    query: &'q QueryView<'q>,
    plan: OnceCell<Plan<'q>>,
}

impl<'q> Flow<'q> {
    pub(super) fn new(query: &'q QueryView<'q>) -> Self {
        Self { query, plan: OnceCell::new() }
    }

    fn plan(&self) -> &Plan<'q> {
        self.plan.get_or_init(|| plan(self.query.parsed, self.query.analysis))
    }

    /// The place in the file of a place in the query.
    pub(super) fn locate(&self, map: &SourceMap, place: kql::Span) -> Option<Span> {
        self.query.locate(map, place)
    }

    /// The columns that the query returns, where there are no others.
    pub(super) fn columns(&self) -> Option<Vec<(&'q str, Type)>> {
        let QueryResult::Table(rows) = &self.query.analysis.result else { return None };
        (!rows.open || self.plan().is_closed())
            .then(|| self.known_columns().into_iter().map(|(name, column)| (name, column.kind)).collect())
    }

    /// The columns that the query is known to return; where it reads what is not known, there may be others.
    pub(super) fn known_columns(&self) -> Vec<(&'q str, &'q Column)> {
        let query = self.query;
        let QueryResult::Table(rows) = &query.analysis.result else { return Vec::new() };
        rows.columns.iter().map(|id| (self.name(*id), query.analysis.column(*id))).collect()
    }

    fn name(&self, id: ColumnId) -> &'q str {
        let query = self.query;
        query.analysis.column_name(id)
    }

    /// Whether the result may have a column of a table that gets its columns with its data: no stage of the outermost
    /// pipeline names the columns that it leaves.
    pub(super) fn may_pass(&self, environment: &Environment, column: &str) -> bool {
        let Some(table) = self.plan().result() else { return false };
        let names_its_columns = |kind: &StageKind| {
            use StageKind::{Distinct, Project, Summarize};
            matches!(kind, Project { .. } | Summarize { .. } | Distinct { .. })
        };
        let tree = &self.query.parsed.tree;
        let Some(result) = tree.result() else { return false };
        !table.stages.iter().any(|stage| names_its_columns(&stage.kind))
            && growing::may_be_there(
                environment,
                self.query.parsed,
                self.query.analysis,
                tree.span_of(result),
                column,
            )
    }

    /// Where a column of this name is lost; `None` where no stage has it.
    pub(super) fn lost(&self, column: &str) -> Option<Lost<'q>> {
        let lost = self.plan().lost(column)?;
        let query = self.query;
        let place = query.parsed.tree.word(lost.stage);
        Some(Lost {
            place,
            word: place.text(&query.parsed.tree.source),
            renamed: lost.renamed.map(|id| self.name(id)),
            heir: self.plan().heir(&lost).map(|id| self.name(id)),
        })
    }
}
