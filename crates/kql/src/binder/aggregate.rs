//! Aggregates, and functions that give several values at once.

use super::call::Argument;
use super::{Aggregates, Binder, ColumnId, Scalar, TupleItem, Value};
use crate::builtins::Builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind};
use crate::types::Type;

impl Binder<'_> {
    pub(super) fn aggregate_call(
        &mut self,
        builtin: &Builtin,
        id: ExpressionId,
        ids: &[ExpressionId],
        span: Span,
    ) -> Value {
        if self.aggregates != Aggregates::Required {
            self.with_aggregates(Aggregates::Inside, |binder| binder.arguments(ids));
            let name = builtin.name;
            self.report(
                Diagnostic::new(Code::AggregateHere, span, format!("the aggregate `{name}` cannot stand here"))
                    .with_help("aggregates stand in `summarize`, `make-series` and `top-nested`, and not within one another"),
            );
            return Value::Error;
        }
        let arguments = self.with_aggregates(Aggregates::Inside, |binder| binder.arguments(ids));
        let signature = self.check_arguments(builtin, &arguments, span);
        self.note_overload(id, builtin, signature);
        let from: Vec<ColumnId> = arguments.iter().flat_map(Argument::from).collect();
        match builtin.name {
            "arg_max" | "arg_min" | "argmax" | "argmin" => return self.arg_extreme(builtin.name, &arguments),
            "take_any" | "any"
                if arguments.len() > 1 || arguments.iter().any(|argument| argument.is_star) =>
            {
                return self.take_any(builtin.name, &arguments);
            }
            "take_any" => return self.take_any(builtin.name, &arguments),
            "percentile" | "percentiles" | "percentilew" | "percentilesw" => {
                return self.percentiles(builtin.name, &arguments);
            }
            "percentiles_array" | "percentilesw_array" => {
                let value = self.argument_name(arguments.first());
                let name = self.symbol(&format!("percentiles_{value}"));
                return Value::Tuple(vec![TupleItem { name, kind: Type::Dynamic, from }]);
            }
            _ => {}
        }
        let kind = match signature {
            Some(signature) => self.returned_type(signature, &arguments, span),
            None => self.vague_type(builtin),
        };
        let shape = super::signature::returned_shape(builtin.name, signature, &arguments);
        Value::Scalar(Scalar { from, shape, ..Scalar::of(kind) })
    }

    /// The name that the language makes up for an argument; empty where it makes up none.
    fn argument_name(&mut self, argument: Option<&Argument>) -> String {
        argument.and_then(|argument| self.made_up_text(argument.id)).unwrap_or_default()
    }

    /// The columns that a star stands for: all that are neither grouped by nor named before it.
    fn starred(&mut self, before: &[TupleItem]) -> Vec<TupleItem> {
        let rows = self.current_rows();
        let mut items = Vec::new();
        for id in rows.columns.iter() {
            let column = self.column(*id).clone();
            let is_known = before.iter().any(|item| item.name == column.name) || self.grouped.contains(id);
            if !is_known {
                items.push(TupleItem { name: column.name, kind: column.kind, from: vec![*id] });
            }
        }
        items
    }

    /// `arg_max(value, columns…)`: the greatest value and, of its row, the columns.
    fn arg_extreme(&mut self, function: &str, arguments: &[Argument]) -> Value {
        let prefix = if function.ends_with("max") { "max" } else { "min" };
        // The older spelling puts the value's name before all.
        let is_old = !function.contains('_');
        let value = self.argument_name(arguments.first());
        let mut items: Vec<TupleItem> = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            if argument.is_star {
                let named: Vec<TupleItem> = match (is_old, arguments.first().map(|first| &first.value)) {
                    (true, Some(Value::Scalar(Scalar { column: Some(column), .. }))) => {
                        let (name, kind) = (self.column(*column).name, self.column(*column).kind);
                        vec![TupleItem { name, kind, from: Vec::new() }]
                    }
                    (true, _) => Vec::new(),
                    (false, _) => items.clone(),
                };
                for mut item in self.starred(&named) {
                    if is_old {
                        let text = format!("{prefix}_{value}_{}", self.name_of(item.name));
                        item.name = self.symbol(&text);
                    }
                    items.push(item);
                }
                continue;
            }
            let made_up = self.made_up_text(argument.id);
            let text = match (made_up, at) {
                (Some(text), 0) if is_old => format!("{prefix}_{text}"),
                (Some(text), _) if is_old => format!("{prefix}_{value}_{text}"),
                (Some(text), _) => text,
                (None, 0) => format!("{prefix}_"),
                (None, _) => {
                    let first = self.argument_name(arguments.first());
                    format!("{prefix}_{first}_arg{at}")
                }
            };
            let name = self.symbol(&text);
            items.push(TupleItem { name, kind: argument.kind(), from: argument.from() });
        }
        Value::Tuple(items)
    }

    /// `take_any(columns…)`
    fn take_any(&mut self, function: &str, arguments: &[Argument]) -> Value {
        let prefix = if function == "any" { "any_" } else { "" };
        let mut items: Vec<TupleItem> = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            if argument.is_star {
                for mut item in self.starred(&items) {
                    let text = self.name_of(item.name);
                    item.name = self.symbol(&format!("{prefix}{text}"));
                    items.push(item);
                }
                continue;
            }
            let text = match self.made_up_text(argument.id) {
                Some(text) => format!("{prefix}{text}"),
                None if arguments.len() == 1 && function == "any" => "any_".to_owned(),
                None => format!("any_arg{at}"),
            };
            let name = self.symbol(&text);
            items.push(TupleItem { name, kind: argument.kind(), from: argument.from() });
        }
        Value::Tuple(items)
    }

    /// `percentiles(value, 50, 99.5)`: one value each.
    fn percentiles(&mut self, function: &str, arguments: &[Argument]) -> Value {
        let skipped = if function.contains('w') { 2 } else { 1 };
        let value = self.argument_name(arguments.first());
        let kind = match arguments.first().map_or(Type::Unknown, Argument::kind) {
            Type::Int => Type::Long,
            Type::Decimal => Type::Real,
            kind => kind,
        };
        let from = arguments.first().map(Argument::from).unwrap_or_default();
        let items = arguments.iter().skip(skipped).map(|argument| {
            let expression = self.tree.expression(argument.id);
            let number = match expression.kind {
                ExpressionKind::Literal(_) => self.tree.text(expression.tokens).replace('.', "_"),
                _ => String::new(),
            };
            let name = self.symbol(&format!("percentile_{value}_{number}"));
            TupleItem { name, kind, from: from.clone() }
        });
        Value::Tuple(items.collect())
    }

    /// Functions over series that give several values, each of a name and a type of its own.
    pub(super) fn series_call(
        &mut self,
        name: &str,
        arguments: &[Argument],
        from: &[ColumnId],
    ) -> Option<Value> {
        use Type::{Dynamic, Long, Real};
        let parts: &[(&str, Type)] = match name {
            "series_fit_line" => &[
                ("rsquare", Real),
                ("slope", Real),
                ("variance", Real),
                ("rvariance", Real),
                ("interception", Real),
                ("line_fit", Dynamic),
            ],
            "series_fit_2lines" => &[
                ("rsquare", Real),
                ("split_idx", Long),
                ("variance", Real),
                ("rvariance", Real),
                ("line_fit", Dynamic),
                ("right_rsquare", Real),
                ("right_slope", Real),
                ("right_interception", Real),
                ("right_variance", Real),
                ("right_rvariance", Real),
                ("left_rsquare", Real),
                ("left_slope", Real),
                ("left_interception", Real),
                ("left_variance", Real),
                ("left_rvariance", Real),
            ],
            "series_fit_poly" => &[
                ("rsquare", Real),
                ("coefficients", Dynamic),
                ("variance", Real),
                ("rvariance", Real),
                ("poly_fit", Dynamic),
            ],
            "series_stats" => &[
                ("min", Real),
                ("min_idx", Long),
                ("max", Real),
                ("max_idx", Long),
                ("avg", Real),
                ("stdev", Real),
                ("variance", Real),
            ],
            "series_decompose" | "series_decompose_forecast" => {
                &[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)]
            }
            "series_decompose_anomalies" => {
                &[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)]
            }
            "series_periods_detect" | "series_periods_validate" => {
                &[("periods", Dynamic), ("scores", Dynamic)]
            }
            "series_fft" | "series_ifft" => &[("real", Dynamic), ("imag", Dynamic)],
            "array_sort_asc" | "array_sort_desc" => return Some(self.sorted_arrays(arguments)),
            _ => return None,
        };
        let value = self.argument_name(arguments.first());
        let items = parts.iter().map(|(part, kind)| {
            let name = self.symbol(&format!("{name}_{value}_{part}"));
            TupleItem { name, kind: *kind, from: from.to_vec() }
        });
        Some(Value::Tuple(items.collect()))
    }

    /// `array_sort_asc(array, arrays…)`: each array, sorted as the first.
    fn sorted_arrays(&mut self, arguments: &[Argument]) -> Value {
        let mut items = Vec::new();
        for (at, argument) in
            arguments.iter().enumerate().filter(|(_, argument)| argument.kind() != Type::Bool)
        {
            let value = match self.argument_name(Some(argument)) {
                name if name.is_empty() => format!("array{at}"),
                name => name,
            };
            let name = self.symbol(&format!("{value}_sorted"));
            items.push(TupleItem { name, kind: Type::Dynamic, from: argument.from() });
        }
        Value::Tuple(items)
    }
}
