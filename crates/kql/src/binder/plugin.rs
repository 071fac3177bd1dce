//! Plugins: what `evaluate` gives.

use super::call::Argument;
use super::projection::Projection;
use super::{Aggregates, Binder, ColumnId, Rows, Side, Value};
use crate::builtins::{Builtin, Takes, builtins};
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
        // A column that an open table has because the plugin is given it stands not in what the plugin gives.
        let declared = rows;
        let (arguments, rows) = self.with_rows(rows, |binder| {
            let mut arguments = Vec::new();
            for (at, id) in ids.iter().enumerate() {
                let mode = if takes_aggregate(at) { Aggregates::Required } else { Aggregates::Refused };
                let table = match arguments.first().map(|first: &Argument| &first.value) {
                    Some(Value::Table(table)) if takes_foreign(builtin, at, ids.len()) => Some(table.clone()),
                    _ => None,
                };
                let argument = match table {
                    Some(table) => {
                        let side = std::mem::replace(&mut binder.inferring, Side::Right);
                        let argument = binder.with_rows(&table, |binder| binder.arguments(&[*id])).0;
                        binder.inferring = side;
                        argument
                    }
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
            let added = self.declared_rows(&schema.columns, false);
            if !schema.keeps_source {
                return Value::Table(added);
            }
            let kept = match self.plugin_rows(&text, declared, ids, &arguments) {
                Value::Table(kept) => kept,
                _ => self.without_arguments(&rows, &arguments, 1),
            };
            return Value::Table(self.joined(&Rows { open: false, ..kept }, &added));
        }
        self.plugin_rows(&text, declared, ids, &arguments)
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

    fn plugin_rows(
        &mut self,
        name: &str,
        rows: &Rows,
        ids: &[ExpressionId],
        arguments: &[Argument],
    ) -> Value {
        use Type::{Dynamic, Long, Real, String, TimeSpan};
        let given = arguments.len();
        let rows = match name {
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
            "ipv4_lookup" | "ipv6_lookup" => match arguments.first().map(|argument| &argument.value) {
                Some(Value::Table(table)) => {
                    let table = table.clone();
                    // Further keys are columns of both tables, and stand in the result once.
                    let further = match name {
                        "ipv4_lookup" => {
                            self.without_arguments(&table, arguments.get(3..).unwrap_or(&[]), usize::MAX)
                        }
                        _ => table,
                    };
                    self.joined(rows, &further)
                }
                _ => rows.clone(),
            },
            "geo_polygon_lookup" | "geo_line_lookup" => {
                match arguments.first().map(|argument| &argument.value) {
                    Some(Value::Table(table)) => {
                        let table = table.clone();
                        let further = match self.returns_lookup_key(ids) {
                            true => table,
                            false => self.without_arguments(&table, arguments.get(1..2).unwrap_or(&[]), 1),
                        };
                        self.joined(rows, &further)
                    }
                    _ => rows.clone(),
                }
            }
            "rows_near" | "identity" | "identity_v3" => rows.clone(),
            "preview" => return Value::Other,
            "dcount_intersect" => {
                let mut columns = rows.columns.to_vec();
                for at in 0..given {
                    columns.push(self.named_column(&format!("s{at}"), Long));
                }
                Rows::new(columns, rows.open)
            }
            "estimate_rows_count" => self.rows_of(&[("EstimatedRowsCount", Long)]),
            "http_request" | "http_request_post" => {
                self.rows_of(&[("ResponseHeaders", Dynamic), ("ResponseBody", Dynamic)])
            }
            "infer_storage_schema" => self.rows_of(&[("CslSchema", String)]),
            "infer_storage_schema_with_suggestions" => self.rows_of(&[("SuggestedTableSchema", String)]),
            "ai_embed_text" => self.with_answer(rows, ids, "embedding", Dynamic),
            "ai_embeddings" => self.with_answer(rows, ids, "embeddings", Dynamic),
            "ai_chat_completion" | "ai_chat_completion_prompt" => {
                self.with_answer(rows, ids, "completion", String)
            }
            "python" | "r" | "csharp" => self.scripted(rows, ids),
            // Over a timeline: its column, the columns that tell groups apart, and counts.
            "active_users_count" => self.over_time(arguments, 1, 8, &[("dcount", Long)]),
            "activity_counts_metrics" => {
                let counts = ["count", "dcount", "new_dcount", "aggregated_dcount"].map(|name| (name, Long));
                self.over_time(arguments, 1, 5, &counts)
            }
            "activity_engagement" => {
                let results = [
                    ("dcount_activities_inner", Long),
                    ("dcount_activities_outer", Long),
                    ("activity_ratio", Real),
                ];
                self.over_time(arguments, 1, 6, &results)
            }
            "activity_metrics" => {
                let results = [
                    ("dcount_values", Long),
                    ("dcount_newvalues", Long),
                    ("retention_rate", Real),
                    ("churn_rate", Real),
                ];
                self.over_time(arguments, 1, 5, &results)
            }
            "new_activity_metrics" => self.new_activity(arguments),
            "session_count" => self.over_time(arguments, 1, 6, &[("count_sessions", Long)]),
            "sliding_window_counts" => self.over_time(arguments, 1, 6, &[("Count", Long), ("Dcount", Long)]),
            "funnel_sequence" => {
                let state = arguments.get(6).map_or(Type::Unknown, Argument::kind);
                let results = [("prev", state), ("next", state), ("dcount", Long), ("samples", Dynamic)];
                self.over_time(arguments, 1, usize::MAX, &results)
            }
            "funnel_sequence_completion" => {
                let state = arguments.get(5).and_then(|argument| self.made_up_text(argument.id));
                let state = state.unwrap_or_default();
                let results = [(state.as_str(), String), ("Period", TimeSpan), ("dcount", Long)];
                self.over_time(arguments, 1, usize::MAX, &results)
            }
            "rolling_percentile" => self.rolling_percentile(arguments),
            "sequence_detect" => self.sequence_detect(arguments),
            // What others give depends on what they are given.
            _ => Rows::unknown(),
        };
        Value::Table(rows)
    }

    /// The columns that arguments are, each under its own name.
    fn columns_given(&self, arguments: &[Argument]) -> Vec<ColumnId> {
        let column = |argument: &Argument| match &argument.value {
            Value::Scalar(scalar) => scalar.column,
            _ => None,
        };
        arguments.iter().filter_map(column).collect()
    }

    /// The column at `timeline`, the columns from `dimensions` on, and the results.
    fn over_time(
        &mut self,
        arguments: &[Argument],
        timeline: usize,
        dimensions: usize,
        results: &[(&str, Type)],
    ) -> Rows {
        let mut columns = self.columns_given(arguments.get(timeline..=timeline).unwrap_or(&[]));
        columns.extend(self.columns_given(arguments.get(dimensions..).unwrap_or(&[])));
        columns.extend(self.rows_of(results).columns.iter());
        Rows::new(columns, false)
    }

    fn new_activity(&mut self, arguments: &[Argument]) -> Rows {
        let mut columns = Vec::new();
        if let Some(timeline) = arguments.get(1) {
            let (name, kind) = (self.made_up_text(timeline.id).unwrap_or_default(), timeline.kind());
            for prefix in ["from", "to"] {
                columns.push(self.named_column(&format!("{prefix}_{name}"), kind));
            }
        }
        // A cohort, which is no column, may stand before the columns; a table for comparison ends them.
        let rest: Vec<Argument> = arguments
            .iter()
            .skip(5)
            .take_while(|argument| !matches!(argument.value, Value::Table(_)))
            .cloned()
            .collect();
        columns.extend(self.columns_given(&rest));
        let counts = self.rows_of(&[
            ("dcount_new_values", Type::Long),
            ("dcount_retained_values", Type::Long),
            ("dcount_churn_values", Type::Long),
            ("retention_rate", Type::Real),
            ("churn_rate", Type::Real),
        ]);
        columns.extend(counts.columns.iter());
        Rows::new(columns, false)
    }

    /// `rolling_percentile(value, percentile, index, bin, bins, dimensions…)`
    fn rolling_percentile(&mut self, arguments: &[Argument]) -> Rows {
        let written = |at: usize| match arguments.get(at) {
            Some(argument)
                if matches!(self.tree.expression(argument.id).kind, ExpressionKind::Literal(_)) =>
            {
                self.tree.text(self.tree.expression(argument.id).tokens).to_owned()
            }
            _ => "0".to_owned(),
        };
        let (percentile, bins) = (written(1), written(4));
        let value = self.columns_given(arguments.get(..1).unwrap_or(&[])).first().copied();
        let (name, kind) = match value {
            Some(column) => (self.name_of(self.column(column).name), self.column(column).kind),
            None => ("value".into(), Type::Long),
        };
        let name = format!("rolling_{bins}_percentile_{name}_{percentile}");
        self.over_time(arguments, 2, 5, &[(name.as_str(), kind)])
    }

    /// `sequence_detect(timeline, step, span, conditions…, dimensions…)`
    fn sequence_detect(&mut self, arguments: &[Argument]) -> Rows {
        let rest = arguments.get(4..).unwrap_or(&[]);
        let conditions = rest.iter().take_while(|argument| argument.kind() == Type::Bool).count();
        let mut columns = self.columns_given(&rest[conditions..]);
        if let Some(timeline) = arguments.first() {
            let (name, kind) = (self.made_up_text(timeline.id).unwrap_or_default(), timeline.kind());
            for condition in arguments.iter().skip(3).take(1 + conditions) {
                let text = match self.made_up_text(condition.id) {
                    Some(text) => format!("{text}_{name}"),
                    None => name.clone(),
                };
                columns.push(self.named_column(&text, kind));
            }
        }
        columns.push(self.named_column("Duration", Type::TimeSpan));
        Rows::new(columns, false)
    }

    /// The rows with what a model answers to the first argument, and its errors where they are asked for.
    fn with_answer(&mut self, rows: &Rows, ids: &[ExpressionId], suffix: &str, kind: Type) -> Rows {
        let text = ids.first().and_then(|id| self.made_up_text(*id)).unwrap_or_default();
        let name = format!("{text}_{suffix}");
        let mut columns = rows.columns.to_vec();
        columns.push(self.named_column(&name, kind));
        if ids.get(3).is_some_and(|id| self.is_true(*id)) {
            columns.push(self.named_column(&format!("{name}_error"), Type::String));
        }
        Rows::new(columns, false)
    }

    fn is_true(&self, id: ExpressionId) -> bool {
        let id = match &self.tree.expression(id).kind {
            ExpressionKind::Named { value, .. } => *value,
            _ => id,
        };
        self.tree.text(self.tree.expression(id).tokens).eq_ignore_ascii_case("true")
    }

    /// Whether a lookup of shapes gives the key as well.
    fn returns_lookup_key(&self, ids: &[ExpressionId]) -> bool {
        ids.iter().enumerate().any(|(at, id)| match &self.tree.expression(*id).kind {
            ExpressionKind::Named { names, .. } => {
                names.first().is_some_and(|name| self.tree.name(*name) == "return_lookup_key")
                    && self.is_true(*id)
            }
            _ => at == 7 && self.is_true(*id),
        })
    }

    /// What a script gives: the columns of `typeof(…)`, among which a star is those of the source.
    fn scripted(&mut self, rows: &Rows, ids: &[ExpressionId]) -> Rows {
        let Some(id) = ids.first() else { return Rows::unknown() };
        let tree = self.tree;
        let ExpressionKind::TypeOf(columns) = &tree.expression(*id).kind else {
            return Rows::unknown();
        };
        let mut all = Vec::new();
        let mut open = false;
        for column in columns {
            // A star stands for the columns of the table.
            if column.name.tokens.is_empty() && column.kind.tokens.is_empty() {
                all.extend(rows.columns.iter());
                open |= rows.open;
                continue;
            }
            all.extend(self.declared_rows(std::slice::from_ref(column), false).columns.iter());
        }
        Rows::new(all, open)
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
        self.with_rows(rows, |binder| {
            for (id, argument) in by.iter().zip(&arguments[2..]) {
                match &argument.value {
                    // A column may be named a second time.
                    Value::Scalar(super::Scalar { column: Some(column), .. }) => {
                        projection.append(binder, *column)
                    }
                    value => projection.item(binder, *id, value.clone()),
                }
            }
        });
        projection.finish(true)
    }
}

/// Whether a plugin takes, as one of `count` arguments, a column of the table that its first argument is.
pub(crate) fn takes_foreign(builtin: &Builtin, at: usize, count: usize) -> bool {
    let Some(signature) = builtin.signatures.first() else { return false };
    let listed = &signature.parameters;
    // Where no layout says, the one that repeats takes what follows it.
    let repeated = listed.iter().take(at + 1).find(|parameter| parameter.most > 1);
    let parameter = signature.parameter(at, count).or(repeated).or_else(|| listed.get(at));
    parameter.is_some_and(|parameter| parameter.is_foreign_column)
}
