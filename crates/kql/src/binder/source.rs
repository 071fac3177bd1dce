//! Tables where a query reads them, and union.

use super::columns::matches_pattern;
use super::projection::Projection;
use super::side::Matched;
use super::statement::{Local, Meaning};
use super::{Binder, Reference, Rows, Symbol, Value};
use crate::diagnostic::Code;
use crate::tree::{ExpressionId, ExpressionKind, Name, Parameter};
use crate::types::Type;
use crate::unify::Unified;

impl Binder<'_> {
    /// The rows of an expression where a table has to stand.
    pub(super) fn table(&mut self, id: ExpressionId) -> Rows {
        match self.table_value(id) {
            Value::Table(rows) => rows,
            _ => Rows::unknown(),
        }
    }

    /// What an expression is where a table has to stand: a name there is a table's.
    pub(super) fn table_value(&mut self, id: ExpressionId) -> Value {
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Parenthesised(inner) => self.table_value(*inner),
            ExpressionKind::DataScope { base, .. } => self.table_value(*base),
            ExpressionKind::Name(name) => {
                let value = self.table_name(id, *name);
                if let Value::Table(rows) = &value {
                    self.side.note_table(id, rows);
                }
                value
            }
            _ => self.value(id),
        }
    }

    fn table_name(&mut self, id: ExpressionId, name: Name) -> Value {
        let symbol = self.declared_name(name);
        if let Some(local) = self.local(symbol).cloned() {
            self.side.note_reference(id, Reference::Variable(local.variable));
            return match local.meaning {
                Meaning::Table(rows) => Value::Table(rows),
                Meaning::Function(function) => {
                    if function.required() > 0 {
                        let (text, span) = (self.name_of(symbol), self.tree.name_span(name));
                        self.needs_brackets(&text, span);
                    }
                    self.let_call(id, &function, &[], &[])
                }
                Meaning::Other(value) => value,
                Meaning::Scalar(scalar) => Value::Scalar(scalar),
            };
        }
        let text = self.name_of(symbol);
        if let Some(value) = self.catalog_value(id, symbol) {
            return value;
        }
        let span = self.tree.name_span(name);
        self.unknown_table(&text, span);
        Value::Table(Rows::unknown())
    }

    // Union.

    pub(super) fn union(
        &mut self,
        input: Option<Rows>,
        sources: &[ExpressionId],
        parameters: &[Parameter],
    ) -> Rows {
        let fuzzy =
            self.parameter_word(parameters, "isfuzzy").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let outer = self.fuzzy;
        self.fuzzy |= fuzzy;
        let mut tables: Vec<Rows> = input.into_iter().collect();
        for source in sources {
            let found = self.without_rows(|binder| binder.sources(*source));
            tables.extend(found);
        }
        self.fuzzy = outer;
        let source = self
            .parameter_word(parameters, "withsource")
            .or_else(|| self.parameter_word(parameters, "with_source"));
        let mut rows = self.unified(&tables);
        if let Some(name) = source {
            let symbol = self.symbol(&name);
            let mut columns = vec![self.add_column(symbol, Type::String, Vec::new())];
            columns.extend(rows.columns.iter());
            rows = Rows::new(columns, rows.open);
        }
        rows
    }

    /// The tables that a source of a union is: one, or those that a name with stars stands for.
    pub(super) fn sources(&mut self, id: ExpressionId) -> Vec<Rows> {
        let tree = self.tree;
        if !matches!(tree.expression(id).kind, ExpressionKind::Wildcard) {
            return vec![self.table(id)];
        }
        let pattern = tree.text(tree.expression(id).tokens);
        if pattern == "*" {
            let every = self.every_table();
            self.side.note_table(id, &every);
            return vec![every];
        }
        let mut matched = self.views(Some(pattern));
        let mut names: Vec<Symbol> = Vec::new();
        let catalog: Vec<String> = self
            .catalog
            .names()
            .into_iter()
            .filter(|name| matches_pattern(pattern, name))
            .map(str::to_owned)
            .collect();
        for name in catalog {
            names.push(self.symbol(&name));
        }
        for name in names {
            let variable = match self.local(name) {
                Some(Local { meaning: Meaning::Table(_), variable, .. }) => Some(*variable),
                _ => None,
            };
            let rows = self.table_rows(name);
            matched.extend(rows.map(|rows| Matched { name, variable, body: None, rows }));
        }
        let mut tables: Vec<Rows> = matched.iter().map(|table| table.rows.clone()).collect();
        self.side.note_matched(id, matched);
        if tables.is_empty() {
            let span = self.span(id);
            self.error(Code::UnknownName, span, format!("no table is called `{pattern}`"));
            tables.push(Rows::default());
        }
        tables
    }

    /// The views of the query, of those whose name a pattern stands for.
    pub(super) fn views(&mut self, pattern: Option<&str>) -> Vec<Matched> {
        let mut views = Vec::new();
        for local in &self.locals {
            if let Meaning::Function(function) = &local.meaning
                && function.view
                && function.required() == 0
                && pattern.is_none_or(|pattern| matches_pattern(pattern, &self.names[local.name.index()]))
            {
                let Value::Table(rows) = &function.result else { continue };
                views.push(Matched {
                    name: local.name,
                    variable: Some(local.variable),
                    body: Some(function.declared),
                    rows: rows.clone(),
                });
            }
        }
        views
    }

    /// All tables of the catalog as one.
    pub(super) fn every_table(&mut self) -> Rows {
        if let Some(columns) = self.catalog.all_columns() {
            let ids = columns.iter().map(|(name, kind)| self.named_column(name, *kind)).collect();
            return Rows::new(ids, false);
        }
        let tables = self.all_tables();
        self.unified(&tables)
    }

    /// All tables of the catalog one by one.
    pub(super) fn all_tables(&mut self) -> Vec<Rows> {
        let names: Vec<String> = self.catalog.tables().into_iter().map(str::to_owned).collect();
        let mut tables = Vec::new();
        for name in names {
            let symbol = self.symbol(&name);
            tables.extend(self.table_rows(symbol));
        }
        tables
    }

    /// The columns of several tables as one: a name of one type is one column, a name of several types one each.
    pub(super) fn unified(&mut self, tables: &[Rows]) -> Rows {
        let open = tables.iter().any(|rows| rows.open);
        if let [only] = tables {
            return only.clone();
        }
        let mut unified = Unified::new();
        for rows in tables {
            for id in rows.columns.iter() {
                let column = self.column(*id);
                unified.add(column.name, column.kind, *id);
            }
        }
        let mut columns = Vec::new();
        let mut taken = std::collections::HashSet::new();
        for (name, kinds) in unified.finish() {
            let several = kinds.len() > 1;
            for (kind, ids) in kinds {
                // Columns that are one already stay what they are.
                let same = ids.iter().all(|id| *id == ids[0]);
                if !several && same && taken.insert(name) {
                    columns.push(ids[0]);
                    continue;
                }
                let base = match several {
                    true => format!("{}_{kind}", self.name_of(name)),
                    false => self.name_of(name).to_string(),
                };
                let mut name = self.symbol(&base);
                let mut number = 0;
                while !taken.insert(name) {
                    number += 1;
                    name = self.symbol(&format!("{base}{number}"));
                }
                columns.push(self.add_column(name, kind, ids));
            }
        }
        Rows::new(columns, open)
    }

    /// The columns of both, those of the right side renamed where the left has the name.
    pub(super) fn joined(&mut self, left: &Rows, right: &Rows) -> Rows {
        let mut projection = Projection::new();
        for id in left.columns.iter() {
            projection.append(self, *id);
        }
        // A name that the right side has itself is not made up for another of its columns.
        let own: Vec<Symbol> = right.columns.iter().map(|id| self.column(*id).name).collect();
        for id in right.columns.iter() {
            let column = self.column(*id).clone();
            if !projection.has(column.name) {
                projection.append(self, *id);
                continue;
            }
            let base = self.name_of(column.name);
            let name = (1..)
                .map(|number| self.symbol(&format!("{base}{number}")))
                .find(|name| !projection.has(*name) && !own.contains(name));
            if let Some(name) = name {
                let renamed = self.add_column(name, column.kind, vec![*id]);
                projection.append(self, renamed);
            }
        }
        projection.finish(left.open || right.open)
    }
}
