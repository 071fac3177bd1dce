//! Operators that look into many tables: search and find.

use super::{Binder, ColumnId, Reference, Rows, Symbol};
use crate::tree::{ExpressionId, ExpressionKind, FindColumn, LiteralKind, Node, Parameter};
use crate::types::Type;

impl Binder<'_> {
    pub(super) fn search_operator(
        &mut self,
        input: Option<Rows>,
        sources: &[ExpressionId],
        predicate: ExpressionId,
    ) -> Rows {
        let mut tables: Vec<Rows> = input.into_iter().collect();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        let rows = if tables.is_empty() { self.every_table_and_view() } else { self.unified(&tables) };
        let rows = self.search_predicate(&rows, predicate);
        let mut columns = vec![self.named_column("$table", Type::String)];
        columns.extend(rows.columns.iter());
        Rows::new(columns, rows.open)
    }

    fn every_table_and_view(&mut self) -> Rows {
        let views = self.views(None);
        let every = self.every_table();
        if views.is_empty() {
            return every;
        }
        let mut tables = vec![every];
        tables.extend(views.into_iter().map(|view| view.rows));
        self.unified(&tables)
    }

    fn search_predicate(&mut self, rows: &Rows, predicate: ExpressionId) -> Rows {
        let before = std::mem::replace(&mut self.searching, true);
        self.note_scope(rows);
        let ((), rows) = self.with_rows(rows, |binder| binder.searched(predicate));
        self.searching = before;
        rows
    }

    /// `find` looks into the tables that it names, or into all; what is piped to it does not count.
    pub(super) fn find_operator(
        &mut self,
        sources: &[ExpressionId],
        predicate: ExpressionId,
        project: Option<&[FindColumn]>,
        parameters: &[Parameter],
    ) -> Rows {
        let mut tables: Vec<Rows> = Vec::new();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        if tables.is_empty() {
            tables = self.all_tables();
        }
        let rows = self.one_of_each_name(&tables);
        let rows = self.search_predicate(&rows, predicate);
        let source = self.parameter_word(parameters, "withsource").unwrap_or_else(|| "source_".to_owned());
        let mut columns = vec![self.named_column(&source, Type::String)];
        if let Some(items) = project {
            for item in items {
                let column = match item {
                    FindColumn::Pack(_) => Some(self.named_column("pack_", Type::Dynamic)),
                    FindColumn::Column(column) => {
                        let (name, span) =
                            (self.declared_name(column.name), self.tree.name_span(column.name));
                        let found = self.find(&rows.columns, name);
                        let is_typed = !column.kind.tokens.is_empty();
                        match found {
                            Some(id) if is_typed => {
                                Some(self.add_column(name, self.type_named(column.kind), vec![id]))
                            }
                            Some(id) => Some(id),
                            None if rows.open => {
                                let kind =
                                    if is_typed { self.type_named(column.kind) } else { Type::Unknown };
                                Some(self.add_column(name, kind, Vec::new()))
                            }
                            None => {
                                self.with_rows(&rows, |binder| binder.unknown_name(name, span));
                                None
                            }
                        }
                    }
                };
                columns.extend(column);
            }
            return Rows::new(columns, false);
        }
        let mut referred = Vec::new();
        self.referred(predicate, &mut referred);
        if tables.len() > 1 && !self.reads_every_column(predicate) {
            // Only tables that have one of the columns.
            let names: Vec<Symbol> = referred.iter().map(|id| self.column(*id).name).collect();
            tables.retain(|rows| {
                rows.open || names.iter().any(|name| self.find(&rows.columns, *name).is_some())
            });
        }
        // Of these alone the types count.
        let read = self.one_of_each_name(&tables);
        let mut shown: Vec<ColumnId> = self.common_columns(&tables, &read);
        for id in referred {
            let name = self.column(id).name;
            if !shown.contains(&id) && self.find(&shown, name).is_none() {
                shown.push(id);
            }
        }
        let names: Vec<Symbol> = shown.iter().map(|id| self.column(*id).name).collect();
        let is_packed = tables
            .iter()
            .any(|rows| !rows.open && rows.columns.iter().any(|id| !names.contains(&self.column(*id).name)));
        columns.extend(shown);
        if is_packed {
            columns.push(self.named_column("pack_", Type::Dynamic));
        }
        Rows::new(columns, rows.open)
    }

    /// The columns of `all` of whose names every table has one, in the order of the first table.
    fn common_columns(&self, tables: &[Rows], all: &Rows) -> Vec<ColumnId> {
        let Some((first, others)) = tables.split_first() else {
            return Vec::new();
        };
        let common = first.columns.iter().filter_map(|id| {
            let name = self.column(*id).name;
            let is_common = others.iter().all(|rows| self.find(&rows.columns, name).is_some());
            is_common.then(|| self.find(&all.columns, name)).flatten()
        });
        common.collect()
    }

    /// Whether a predicate looks into all columns: by a star, or by a text alone.
    fn reads_every_column(&self, predicate: ExpressionId) -> bool {
        let mut open = vec![predicate];
        while let Some(id) = open.pop() {
            match &self.tree.expression(id).kind {
                ExpressionKind::Star | ExpressionKind::Literal(LiteralKind::String) => return true,
                ExpressionKind::Parenthesised(inner) => open.push(*inner),
                ExpressionKind::Binary { operator, left, right } => {
                    open.push(*left);
                    if matches!(operator, crate::tree::BinaryOperator::And | crate::tree::BinaryOperator::Or)
                    {
                        open.push(*right);
                    }
                }
                ExpressionKind::Call { arguments, .. } if arguments.len() == 1 => open.push(arguments[0]),
                _ => {}
            }
        }
        false
    }

    /// The columns that an expression refers to, in order.
    fn referred(&self, id: ExpressionId, found: &mut Vec<ColumnId>) {
        let mut open = vec![Node::Expression(id)];
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node
                && let Reference::Column(column) = self.side.refers_to(id)
                && matches!(self.tree.expression(id).kind, ExpressionKind::Name(_))
            {
                found.push(column);
            }
            let mut children = self.tree.children(node);
            children.reverse();
            open.extend(children);
        }
    }
}
