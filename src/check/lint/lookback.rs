//! How far back a query asks for rows.

use kql::tree::{BinaryOperator, ExpressionId, ExpressionKind, LiteralKind, UnaryOperator};

use super::code::LOOKBACK_BEYOND_PERIOD;
use super::{Lints, Setting};
use crate::check::schedule::{HOUR, LONG};
use crate::resource::Duration;

/// The longest `queryPeriod` that the service takes.
const LONGEST_PERIOD: Duration = Duration::from_days(14);
/// How deep arithmetic is followed, names among it. Each level has two sides, so that a deeper one would take long.
const DEEPEST: usize = 10;
const DAY: f64 = 86_400.0;

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
        let Some(seconds) = self.seconds_back(low, 0).filter(|back| *back > period.seconds() as f64) else {
            return;
        };
        let back = Duration::from_seconds(seconds as u64);
        let (most, period) = (LONGEST_PERIOD.kql(), period.kql());
        let help = if back > LONGEST_PERIOD {
            format!(
                "look back no further; a rule reads at most {most}, and what is older can stand in a watchlist"
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
            tree.span_of(low),
            format!("the query looks back {back}, and the service gives it {period}"),
            format!("rows older than {period} are not there"),
            help,
        );
    }

    /// Whether an expression is the time of a row, by which the service cuts it off. Other dates may well be older.
    fn is_time_of_row(&self, id: ExpressionId) -> bool {
        let id = self.tree.unwrapped(id);
        let Some(column) = self.analysis.reference(id) else { return false };
        let is_time = |name: &str| matches!(name, "TimeGenerated" | "Timestamp");
        let sources = self.analysis.sources(column);
        let made_of = &self.analysis.column(column).from;
        is_time(self.analysis.column_name(column))
            && sources.iter().all(|(_, name)| is_time(name))
            && (!sources.is_empty() || made_of.is_empty() && !self.analysis.functions.is_empty())
    }

    /// How many seconds before now a constant time lies. A function that rounds counts as what it rounds.
    fn seconds_back(&self, id: ExpressionId, depth: usize) -> Option<f64> {
        let id = self.bindings.value(id);
        if depth > DEEPEST {
            return None;
        }
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Call { name, arguments } => match (&*tree.name(*name), arguments.as_slice()) {
                ("ago", [span]) => self.seconds(*span, depth + 1),
                ("now", []) => Some(0.0),
                ("now", [span]) => Some(-self.seconds(*span, depth + 1)?),
                ("datetime_add", [unit, number, time]) => {
                    let unit = seconds_of_unit(&self.text(*unit)?)?;
                    Some(self.seconds_back(*time, depth + 1)? - unit * self.number(*number, depth + 1)?)
                }
                (
                    "startofday" | "endofday" | "startofweek" | "endofweek" | "startofmonth" | "endofmonth"
                    | "bin" | "floor" | "bin_at" | "todatetime",
                    [time, ..],
                ) => self.seconds_back(*time, depth + 1),
                _ => None,
            },
            ExpressionKind::Binary { operator: BinaryOperator::Subtract, left, right } => {
                Some(self.seconds_back(*left, depth + 1)? + self.seconds(*right, depth + 1)?)
            }
            ExpressionKind::Binary { operator: BinaryOperator::Add, left, right } => {
                Some(self.seconds_back(*left, depth + 1)? - self.seconds(*right, depth + 1)?)
            }
            _ => None,
        }
    }

    /// The seconds of a constant timespan.
    fn seconds(&self, id: ExpressionId, depth: usize) -> Option<f64> {
        let id = self.bindings.value(id);
        if depth > DEEPEST {
            return None;
        }
        let tree = self.tree;
        match &tree.expression(id).kind {
            ExpressionKind::Literal(LiteralKind::TimeSpan) => timespan(tree.span_of(id).text(&tree.source)),
            ExpressionKind::Unary { operator: UnaryOperator::Minus, operand } => {
                Some(-self.seconds(*operand, depth + 1)?)
            }
            ExpressionKind::Call { name, arguments } => match (&*tree.name(*name), arguments.as_slice()) {
                ("totimespan" | "timespan" | "time", [text]) => self
                    .text(*text)
                    .and_then(|text| timespan(&text))
                    .or_else(|| self.seconds(*text, depth + 1)),
                _ => None,
            },
            ExpressionKind::Binary { operator, left, right } => {
                let of = |id: &ExpressionId| self.seconds(*id, depth + 1);
                let number = |id: &ExpressionId| self.number(*id, depth + 1);
                match operator {
                    BinaryOperator::Add => Some(of(left)? + of(right)?),
                    BinaryOperator::Subtract => Some(of(left)? - of(right)?),
                    BinaryOperator::Multiply => match (of(left), of(right)) {
                        (Some(span), None) => Some(span * number(right)?),
                        (None, Some(span)) => Some(span * number(left)?),
                        _ => None,
                    },
                    BinaryOperator::Divide => {
                        Some(of(left)? / number(right).filter(|number| *number != 0.0)?)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn number(&self, id: ExpressionId, depth: usize) -> Option<f64> {
        let id = self.bindings.value(id);
        if depth > DEEPEST {
            return None;
        }
        match &self.tree.expression(id).kind {
            ExpressionKind::Literal(LiteralKind::Long | LiteralKind::Int | LiteralKind::Real) => {
                self.tree.span_of(id).text(&self.tree.source).parse().ok()
            }
            ExpressionKind::Unary { operator: UnaryOperator::Minus, operand } => {
                Some(-self.number(*operand, depth + 1)?)
            }
            _ => None,
        }
    }
}

/// The seconds of a timespan as KQL writes it: `14d`, `1.5h`, `timespan(1d)`, `time("1.12:00:00")`.
fn timespan(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some((_, inner)) = text.split_once('(') {
        return timespan(inner.strip_suffix(')')?);
    }
    let text = text.trim_matches(['"', '\'']);
    if text.contains(':') {
        return clock(text);
    }
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let number: f64 = text[..unit].trim().parse().ok()?;
    // A number without a unit is days.
    let unit = if unit == text.len() { DAY } else { seconds_of_unit(&text[unit..])? };
    Some(number * unit)
}

/// The seconds of `[-][d.]hh:mm[:ss]`.
fn clock(text: &str) -> Option<f64> {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |text| (-1.0, text));
    let mut parts = text.split(':');
    let hours = parts.next()?;
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let number = |part: &str| part.parse::<f64>().ok();
    let (days, hours, minutes) = (number(days)?, number(hours)?, number(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0.0), number)?;
    Some(sign * (days * DAY + hours * 3_600.0 + minutes * 60.0 + seconds))
}

fn seconds_of_unit(unit: &str) -> Option<f64> {
    Some(match unit.trim().to_ascii_lowercase().as_str() {
        "w" | "week" | "weeks" => 7.0 * DAY,
        "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "s" | "sec" | "second" | "seconds" => 1.0,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1e-3,
        "micro" | "micros" | "microsecond" | "microseconds" => 1e-6,
        "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1e-9,
        "tick" | "ticks" => 1e-7,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans_are_read_as_kql_writes_them() {
        for (text, seconds) in [
            ("14d", 14.0 * DAY),
            ("1.5h", 5_400.0),
            ("90m", 5_400.0),
            ("timespan(1d)", DAY),
            ("time('1.12:00:00')", 1.5 * DAY),
            ("02:30", 9_000.0),
            ("timespan(3)", 3.0 * DAY),
            ("2 days", 2.0 * DAY),
        ] {
            assert_eq!(timespan(text), Some(seconds), "{text}");
        }
        for text in ["", "d", "1x", "timespan(", "a:b"] {
            assert_eq!(timespan(text), None, "{text}");
        }
    }
}
