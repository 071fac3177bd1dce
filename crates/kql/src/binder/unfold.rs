//! Taking values apart: mv-expand, mv-apply, parse, parse-kv, scan.

use super::projection::Projection;
use super::{Binder, ColumnId, Rows, Shape, Symbol, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{Column, ExpressionId, ExpressionKind, MvItem, Parameter, ParsePart};
use crate::types::Type;

impl Binder<'_> {
    /// The rows with what `mv-expand` and `mv-apply` unfold, and the columns among them that are unfolded as they are.
    pub(super) fn unfolded(
        &mut self,
        rows: &Rows,
        items: &[MvItem],
        parameters: &[Parameter],
    ) -> (Rows, Vec<Symbol>) {
        let ids: Vec<ExpressionId> = items.iter().map(|item| item.value).collect();
        let (values, rows) = self.bind_items(rows, &ids);
        let mut projection = Projection::over(self, &rows);
        let mut names = Vec::new();
        self.with_rows(&rows, |binder| {
            for (item, value) in items.iter().zip(values) {
                let scalar = binder.scalar_of(value, item.value);
                if !matches!(scalar.kind, Type::Dynamic | Type::Unknown) {
                    let span = match &binder.tree.expression(item.value).kind {
                        ExpressionKind::Named { value, .. } => binder.span(*value),
                        _ => binder.span(item.value),
                    };
                    let kind = scalar.kind;
                    binder.report(
                        Diagnostic::new(
                            Code::WrongType,
                            span,
                            format!("only a dynamic is unfolded, and this is {kind:#}"),
                        )
                        .with_help("a text that holds JSON is read with parse_json(…), a list with split(…)"),
                    );
                }
                let kind = item.kind.map_or(scalar.kind, |kind| binder.check_type_word(kind));
                let shape = match item.kind {
                    // It says itself that nothing more is known.
                    Some(_) => Shape::Element,
                    None => scalar.shape.element(),
                };
                let from = scalar.column.map_or(scalar.from, |column| vec![column]);
                projection.making(item.value);
                match binder.made_up_name(item.value) {
                    Some(name) => {
                        if matches!(binder.tree.expression(item.value).kind, ExpressionKind::Name(_)) {
                            names.push(name);
                        }
                        let id = binder.add_column(name, kind, from);
                        binder.columns[id.index()].shape = shape;
                        projection.add(binder, id);
                    }
                    None => projection.add_nameless(binder, kind, from),
                }
            }
            projection.made();
            if let Some(name) = binder.parameter_word(parameters, "with_itemindex") {
                let id = binder.named_column(&name, Type::Long);
                projection.add(binder, id);
            }
        });
        (projection.finish(rows.open), names)
    }

    pub(super) fn mv_expand(
        &mut self,
        rows: &Rows,
        items: &[MvItem],
        limit: Option<ExpressionId>,
        parameters: &[Parameter],
    ) -> Rows {
        if let Some(limit) = limit {
            self.count(limit);
        }
        self.unfolded(rows, items, parameters).0
    }

    pub(super) fn mv_apply(
        &mut self,
        rows: &Rows,
        items: &[MvItem],
        limit: Option<ExpressionId>,
        body: ExpressionId,
        parameters: &[Parameter],
    ) -> Rows {
        if let Some(limit) = limit {
            self.count(limit);
        }
        let (inner, unfolded) = self.unfolded(rows, items, parameters);
        let result = match self.body(&inner, Some(body)) {
            Value::Table(result) => result,
            _ => Rows::unknown(),
        };
        // The columns of the row stay, but for those that are unfolded as they are; the body's come behind them.
        let mut columns: Vec<ColumnId> =
            rows.columns.iter().copied().filter(|id| !unfolded.contains(&self.column(*id).name)).collect();
        for id in result.columns.iter() {
            let name = self.column(*id).name;
            let before = columns.iter().position(|known| self.column(*known).name == name);
            match before {
                Some(place) => columns[place] = *id,
                None => columns.push(*id),
            }
        }
        Rows::new(columns, rows.open || result.open)
    }

    pub(super) fn parse_text(&mut self, rows: &Rows, value: ExpressionId, pattern: &[ParsePart]) -> Rows {
        let (_, rows) = self.with_rows(rows, |binder| binder.scalar(value));
        self.check_parse_pattern(pattern);
        let mut columns = rows.columns.to_vec();
        let mut added: Vec<ColumnId> = Vec::new();
        for part in pattern {
            let ParsePart::Column(column) = part else { continue };
            let name = self.declared_name(column.name);
            let kind =
                if column.kind.tokens.is_empty() { Type::String } else { self.type_named(column.kind) };
            if self.find(&added, name).is_some() {
                let span = self.tree.name_span(column.name);
                let text = self.name_of(name);
                self.error(Code::DuplicateColumn, span, format!("there is a column `{text}` already"));
                continue;
            }
            added.push(self.add_column(name, kind, Vec::new()));
        }
        columns.extend(added);
        Rows::new(columns, rows.open)
    }

    /// What may stand beside what: a column of text ends at a text, and a star is ended by one.
    fn check_parse_pattern(&mut self, pattern: &[ParsePart]) {
        let is_text =
            |column: &Column| column.kind.tokens.is_empty() || self.type_named(column.kind) == Type::String;
        let mut found: Vec<(Span, &str, &'static str)> = Vec::new();
        for pair in pattern.windows(2) {
            match pair {
                [ParsePart::Column(before), ParsePart::Column(column)] => {
                    let _ = before;
                    let name = self.tree.name_span(column.name);
                    let place = match column.kind.tokens.is_empty() {
                        true => name,
                        false => name.to(self.tree.span(column.kind.tokens)),
                    };
                    found.push((place, "a column stands behind another, and no text parts them", "KS101"));
                }
                [ParsePart::Column(before), ParsePart::Star(star)] if is_text(before) => {
                    found.push((*star, "a text ends nowhere where a star stands behind it", "KS103"));
                }
                [ParsePart::Star(star), ParsePart::Column(column)] => {
                    found.push((*star, "a star ends at a text, and none follows it", "KS102"));
                    let name = self.tree.name_span(column.name);
                    found.push((name, "a column stands behind a star, and no text parts them", "KS101"));
                }
                _ => {}
            }
        }
        for (span, message, official) in found {
            self.report(
                Diagnostic::new(Code::Expected, span, message)
                    .official_as(official)
                    .with_help("parse Value with * \"text\" Column \"text\" Other"),
            );
        }
    }

    pub(super) fn parse_kv(&mut self, rows: &Rows, value: ExpressionId, columns: &[Column]) -> Rows {
        let (_, rows) = self.with_rows(rows, |binder| binder.scalar(value));
        let added = self.declared_rows(columns, false);
        let mut all = rows.columns.to_vec();
        all.extend(added.columns.iter());
        Rows::new(all, rows.open)
    }

    pub(super) fn scan(
        &mut self,
        rows: &Rows,
        declared: &[crate::tree::FunctionParameter],
        steps: &[crate::tree::ScanStep],
        parameters: &[Parameter],
    ) -> Rows {
        let mut projection = Projection::over(self, rows);
        for column in declared {
            let name = self.declared_name(column.name);
            let kind = match &column.kind {
                crate::tree::ParameterType::Scalar(kind) => self.type_named(*kind),
                _ => Type::Unknown,
            };
            let id = self.add_column(name, kind, Vec::new());
            projection.add(self, id);
        }
        let rows = projection.finish(rows.open);
        self.note_scope(&rows);
        self.with_rows(&rows, |binder| {
            let names: Vec<Symbol> = steps.iter().map(|step| binder.declared_name(step.name)).collect();
            if let Some(context) = binder.contexts.last_mut() {
                context.rows = names.into_iter().map(|name| (name, rows.clone())).collect();
            }
            for step in steps {
                binder.condition(step.condition);
                for assignment in &step.assignments {
                    binder.scalar(*assignment);
                }
            }
        });
        let name = self.parameter_word(parameters, "with_match_id").unwrap_or_else(|| "match_id".to_owned());
        let mut columns = rows.columns.to_vec();
        columns.push(self.named_column(&name, Type::Long));
        Rows::new(columns, rows.open)
    }
}
