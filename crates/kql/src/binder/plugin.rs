//! Plugins: what `evaluate` gives.

use super::call::Argument;
use super::projection::Projection;
use super::{Aggregates, Binder, ColumnId, Rows, Value};
use crate::builtins::{Takes, builtins};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::tree::{EvaluateSchema, ExpressionId, ExpressionKind};
use crate::types::Type;

impl Binder<'_> {
    pub(super) fn evaluate(
        &mut self,
        rows: &Rows,
        call: ExpressionId,
        schema: Option<&EvaluateSchema>,
    ) -> Value {
        let tree = self.tree;
        let ExpressionKind::Call { name, arguments: ids } = &tree.expression(call).kind else {
            return Value::Table(Rows::unknown());
        };
        let span = tree.name_span(*name);
        let text = tree.name(*name);
        let Some(builtin) = builtins().plugins.get(&*text) else {
            let mut known: Vec<&str> = builtins().plugins.keys().copied().collect();
            known.sort_unstable();
            let near = nearest(&text, known).map(str::to_owned);
            let diagnostic =
                Diagnostic::new(Code::UnknownPlugin, span, format!("there is no plugin `{text}`"));
            self.report(match near {
                Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
            return Value::Error;
        };
        let takes_aggregate = |at: usize| {
            builtin
                .signatures
                .iter()
                .any(|signature| signature.parameters.get(at).is_some_and(|parameter| parameter.is_aggregate))
        };
        let takes_foreign = |at: usize, count: usize| {
            let parameter = builtin.signatures.first().and_then(|signature| signature.parameter(at, count));
            let listed = &builtin.signatures.first()?.parameters;
            // Where no layout says, the one that repeats takes what follows it.
            let repeated = listed.iter().take(at + 1).find(|parameter| parameter.most > 1);
            let parameter = parameter.or(repeated).or_else(|| listed.get(at))?;
            Some(parameter.is_foreign_column)
        };
        let (arguments, rows) = self.with_rows(rows, |binder| {
            let mut arguments = Vec::new();
            for (at, id) in ids.iter().enumerate() {
                let mode = if takes_aggregate(at) { Aggregates::Required } else { Aggregates::Refused };
                let table = match arguments.first().map(|first: &Argument| &first.value) {
                    Some(Value::Table(table)) if takes_foreign(at, ids.len()) == Some(true) => {
                        Some(table.clone())
                    }
                    _ => None,
                };
                let argument = match table {
                    Some(table) => binder.with_rows(&table, |binder| binder.arguments(&[*id])).0,
                    None => binder.with_aggregates(mode, |binder| binder.arguments(&[*id])),
                };
                arguments.extend(argument);
            }
            arguments
        });
        let least = builtin.signatures.iter().map(|signature| signature.arity().0).min().unwrap_or(0);
        let most = builtin.signatures.iter().map(|signature| signature.arity().1).max().unwrap_or(0);
        if arguments.len() < least || arguments.len() > most {
            let (wanted, given) = (super::signature::count_text(least, most), arguments.len());
            self.error(
                Code::ArgumentCount,
                span,
                format!("`{text}` takes {wanted}, and this call has {given}"),
            );
        }
        for (at, argument) in arguments.iter().enumerate() {
            let wants_column =
                builtin.signatures.first().and_then(|signature| signature.parameter(at, arguments.len()));
            match wants_column {
                Some(parameter) if parameter.is_column => self.check_column(argument),
                Some(parameter) if matches!(parameter.takes, Takes::Types(_)) => {
                    self.check_type(&parameter.takes, argument);
                }
                _ => {}
            }
        }
        if let Some(schema) = schema {
            let declared = self.declared_rows(&schema.columns, false);
            if !schema.keeps_source {
                return Value::Table(declared);
            }
            let kept = self.without_arguments(&rows, &arguments, 1);
            return Value::Table(self.joined(&Rows { open: false, ..kept }, &declared));
        }
        Value::Table(self.plugin_rows(&text, &rows, ids, &arguments))
    }

    fn check_column(&mut self, argument: &Argument) {
        if let Value::Scalar(scalar) = &argument.value
            && scalar.column.is_none()
            && scalar.kind != Type::Unknown
        {
            let span = self.span(argument.id);
            self.report(
                Diagnostic::new(Code::NotColumn, span, "a column is expected here")
                    .with_help("compute it with `extend` before"),
            );
        }
    }

    /// The columns that the first `count` arguments are not.
    fn without_arguments(&self, rows: &Rows, arguments: &[Argument], count: usize) -> Rows {
        let taken: Vec<ColumnId> = arguments
            .iter()
            .take(count)
            .filter_map(|argument| match &argument.value {
                Value::Scalar(scalar) => scalar.column,
                _ => None,
            })
            .collect();
        let kept = rows.columns.iter().copied().filter(|id| !taken.contains(id)).collect();
        Rows::new(kept, rows.open)
    }

    fn plugin_rows(&mut self, name: &str, rows: &Rows, ids: &[ExpressionId], arguments: &[Argument]) -> Rows {
        use Type::{Dynamic, Long, Real, String};
        match name {
            "bag_unpack" => Rows { open: true, ..self.without_arguments(rows, arguments, 1) },
            "pivot" => self.pivot(rows, ids, arguments),
            "autocluster" | "basket" => {
                let head = self.rows_of(&[("SegmentId", Long), ("Count", Long), ("Percent", Real)]);
                self.joined(&head, rows)
            }
            "diffpatterns" | "diffpatterns_text" => {
                let head = self.rows_of(&[
                    ("SegmentId", Long),
                    ("CountA", Long),
                    ("CountB", Long),
                    ("PercentA", Real),
                    ("PercentB", Real),
                    ("PercentDiffAB", Real),
                ]);
                self.joined(&head, rows)
            }
            "narrow" => self.rows_of(&[("Row", Long), ("Column", String), ("Value", String)]),
            "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup" => {
                match arguments.first().map(|argument| argument.value.clone()) {
                    Some(Value::Table(table)) => {
                        // Further keys are columns of both tables, and stand in the result once.
                        let further =
                            self.without_arguments(&table, arguments.get(3..).unwrap_or(&[]), usize::MAX);
                        self.joined(rows, &further)
                    }
                    _ => Rows { open: true, ..rows.clone() },
                }
            }
            "preview" | "rows_near" | "identity" => rows.clone(),
            "rolling_percentile" => {
                let extra = self.rows_of(&[("rolling_percentile", Dynamic)]);
                let all = self.joined(rows, &extra);
                Rows { open: true, ..all }
            }
            // What others give depends on what they are given.
            _ => Rows::unknown(),
        }
    }

    /// `pivot(column, aggregate, by…)`: the columns to group by, and one for each value of the column.
    fn pivot(&mut self, rows: &Rows, ids: &[ExpressionId], arguments: &[Argument]) -> Rows {
        let Some(by) = ids.get(2..).filter(|by| !by.is_empty()) else {
            let mut taken = arguments.to_vec();
            // The columns that the aggregate reads go as well.
            if let Some(aggregate) = arguments.get(1) {
                for column in aggregate.from() {
                    let kind = self.column(column).kind;
                    let scalar =
                        super::Scalar { column: Some(column), from: vec![column], ..super::Scalar::of(kind) };
                    taken.push(Argument { value: Value::Scalar(scalar), ..aggregate.clone() });
                }
            }
            let count = taken.len();
            return Rows { open: true, ..self.without_arguments(rows, &taken, count) };
        };
        let mut projection = Projection::new();
        let values: Vec<Value> = arguments[2..].iter().map(|argument| argument.value.clone()).collect();
        self.with_rows(rows, |binder| {
            for (id, value) in by.iter().zip(values) {
                projection.item(binder, *id, value);
            }
        });
        projection.finish(true)
    }
}
