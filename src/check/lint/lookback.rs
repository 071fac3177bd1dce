//! How far back a query asks for rows.

use kql::literal::TICKS_PER_SECOND;
use kql::tree::{BinaryOperator, ExpressionId, ExpressionKind, ParameterType, StatementKind};
use kql::{ColumnId, Constant, KnownValue};

use super::code::LOOKBACK_BEYOND_PERIOD;
use super::{Lints, Setting};
use crate::check::schedule::{HOUR, LONG};
use crate::resource::Duration;

/// The longest `queryPeriod` that the service takes.
const LONGEST_PERIOD: Duration = Duration::from_days(14);

impl Lints<'_> {
    pub(super) fn lookback(&mut self, id: ExpressionId) {
        let Setting::Rule { period: Some(period), frequency } = self.setting else { return };
        use BinaryOperator::*;
        let tree = self.tree;
        let (time, low) = match &tree.expression(id).kind {
            ExpressionKind::Binary { operator: Greater | GreaterEqual, left, right } => (*left, *right),
            ExpressionKind::Binary { operator: Less | LessEqual, left, right } => (*right, *left),
            ExpressionKind::Between { negated: false, value, low, .. } => (*value, *low),
            _ => return,
        };
        if !self.is_time_of_row(time) {
            return;
        }
        // In a function of the query it is the call that says how far back.
        let values = self.analysis.values(low).into_iter();
        let beyond: Vec<(Duration, kql::Span)> = values
            .filter_map(|KnownValue { value, given }| {
                Some((time_back(&value)?, given.unwrap_or_else(|| tree.span_of(low))))
            })
            .filter(|(back, _)| *back > period)
            .collect();
        for (back, place) in beyond {
            self.report_lookback(back, place, period, frequency);
        }
    }

    fn report_lookback(
        &mut self,
        back: Duration,
        place: kql::Span,
        period: Duration,
        frequency: Option<Duration>,
    ) {
        let (most, period) = (LONGEST_PERIOD.kql(), period.kql());
        let help = if back > LONGEST_PERIOD {
            format!(
                "look back no further; a rule reads at most {most}, and a watchlist can hold what is older"
            )
        } else {
            // With such a period the service lets a rule run once an hour at most.
            let is_often = frequency.is_some_and(|frequency| frequency < HOUR);
            let hourly =
                if back >= LONG && is_often { ", with a `queryFrequency` of 1h or more" } else { "" };
            format!("set `queryPeriod` to {}{hourly}, or look back no further than {period}", back.kql())
        };
        let back = back.kql();
        self.report(
            &LOOKBACK_BEYOND_PERIOD,
            place,
            format!("the query looks back {back}, and the service gives it {period}"),
            format!("rows older than {period} are not there"),
            help,
        );
    }

    /// Whether an expression is the time of a row, by which the service cuts it off. Other dates may well be older.
    fn is_time_of_row(&self, id: ExpressionId) -> bool {
        let is_time = |name: &str| matches!(name, "TimeGenerated" | "Timestamp");
        let id = self.tree.unwrapped(id);
        let Some(column) = self.analysis.reference(id) else {
            // Where a function takes any table, none of its columns is known in its declaration.
            let name = self.tree.text(self.tree.expression(id).tokens);
            return is_time(name) && self.is_given_tables(id) && self.analysis.definition(id).is_none();
        };
        let sources = self.analysis.sources(column);
        is_time(self.analysis.column_name(column))
            && sources.iter().all(|(_, name)| is_time(name))
            && (!sources.is_empty() || self.is_from_outside(id, column))
    }

    /// Whether a column that is not one of a table is not made in the query either: it is one of a function of the workspace,
    /// or of a table that the query's own function is given. The rows of a `datatable` are made in the query.
    fn is_from_outside(&self, id: ExpressionId, column: ColumnId) -> bool {
        self.analysis.column(column).from.is_empty()
            && (!self.analysis.functions.is_empty() || self.is_given_tables(id))
    }

    /// Whether an expression is in a function of the query that calls give tables.
    fn is_given_tables(&self, id: ExpressionId) -> bool {
        let Some(function) = self.tree.function_of(id) else { return false };
        let StatementKind::LetFunction { parameters, .. } = &self.tree.statement(function).kind else {
            return false;
        };
        let is_table =
            |kind: &ParameterType| matches!(kind, ParameterType::Table(_) | ParameterType::AnyTable);
        parameters.iter().any(|parameter| is_table(&parameter.kind))
    }
}

/// How long before now a time is; a time that is rounded counts as what it rounds. `None` for what is not such a time, and
/// for one that is to come.
fn time_back(value: &Constant) -> Option<Duration> {
    let Constant::FromNow { latest, .. } = value else { return None };
    let seconds = latest.checked_neg()? / TICKS_PER_SECOND;
    u64::try_from(seconds).ok().map(Duration::from_seconds)
}
