//! When a scheduled rule runs, how far it looks back, and when it fires.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::grouped;
use crate::diagnostic::{Diagnostic, codes};
use crate::resource::{Duration, RuleKind, TriggerOperator};

codes! {
    /// `queryFrequency` or `queryPeriod` is below 5 minutes or above 14 days.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// queryFrequency: 1m
    /// queryPeriod: 1h
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// queryFrequency: 5m
    /// queryPeriod: 1h
    /// ```
    pub(super) SCHEDULE_OUT_OF_RANGE = "schedule-out-of-range", Error;

    /// The rule looks back a shorter time (`queryPeriod`) than lies between two runs (`queryFrequency`).
    ///
    /// ## Why
    /// What happens between the end of one period and the start of the next would never be looked at. The service
    /// refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// queryFrequency: 1d
    /// queryPeriod: 1h
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// queryFrequency: 1d
    /// queryPeriod: 1d
    /// ```
    pub(super) PERIOD_BELOW_FREQUENCY = "period-below-frequency", Error;

    /// A rule that looks back 2 days or more runs more often than once an hour.
    ///
    /// ## Why
    /// The service refuses the rule, as it would read the same days many times an hour.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// queryFrequency: 30m
    /// queryPeriod: 2d
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// queryFrequency: 1h
    /// queryPeriod: 2d
    /// ```
    pub(super) LONG_PERIOD_RUNS_TOO_OFTEN = "long-period-runs-too-often", Error;

    /// `triggerThreshold` is below 0 or above 10,000.
    ///
    /// ## Why
    /// The service refuses the rule. A rule that has to count further does so in its query.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// triggerThreshold: 20000
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: SecurityEvent | summarize Events = count() by Computer | where Events > 20000
    /// triggerThreshold: 0
    /// ```
    pub(super) THRESHOLD_OUT_OF_RANGE = "threshold-out-of-range", Error;

    /// The rule fires when its query has fewer than 0 results, which never happens.
    ///
    /// ## Why
    /// The service takes the rule, and the detection is silent for ever.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// triggerOperator: lt
    /// triggerThreshold: 0
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// triggerOperator: lt
    /// triggerThreshold: 1
    /// ```
    pub(super) NEVER_FIRES = "never-fires", Error;
}

const SHORTEST: Duration = Duration::from_minutes(5);
const LONGEST: Duration = Duration::from_days(14);
/// From this period on, a rule may run once an hour at most.
pub(super) const LONG: Duration = Duration::from_days(2);
pub(super) const HOUR: Duration = Duration::from_hours(1);
const HIGHEST_THRESHOLD: i64 = 10_000;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if rule.kind == RuleKind::Scheduled {
        ranges(rule, diagnostics);
        frequency_and_period(rule, diagnostics);
        trigger(rule, diagnostics);
    }
}

fn ranges(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let fields = [
        ("queryFrequency", &rule.query_frequency, rule.frequency()),
        ("queryPeriod", &rule.query_period, rule.period()),
    ];
    for (key, text, value) in fields {
        let (Some(text), Some(value)) = (text.given(), value) else { continue };
        if (SHORTEST..=LONGEST).contains(&value) {
            continue;
        }
        let nearest = value.clamp(SHORTEST, LONGEST).kql();
        let which = if value < SHORTEST { "below 5 minutes" } else { "above 14 days" };
        diagnostics.push(
            Diagnostic::new(&SCHEDULE_OUT_OF_RANGE, text.span, format!("`{key}` is {which}"))
                .label("allowed: 5m to 14d")
                .help(format!("the nearest that is allowed is `{nearest}`")),
        );
    }
}

fn frequency_and_period(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let (Some(frequency), Some(period)) = (rule.frequency(), rule.period()) else { return };
    let (Some(frequency_text), Some(period_text)) = (rule.query_frequency.given(), rule.query_period.given())
    else {
        return;
    };
    if period < frequency {
        diagnostics.push(
            Diagnostic::new(
                &PERIOD_BELOW_FREQUENCY,
                period_text.span,
                format!("the rule runs every {} and looks back only {}", frequency.kql(), period.kql()),
            )
            .related(frequency_text.span, "how often it runs")
            .help(format!("set `queryPeriod` to at least `{}`", frequency.kql())),
        );
    }
    if period >= LONG && frequency < HOUR {
        diagnostics.push(
            Diagnostic::new(
                &LONG_PERIOD_RUNS_TOO_OFTEN,
                frequency_text.span,
                format!("a rule that looks back {} cannot run every {}", period.kql(), frequency.kql()),
            )
            .label("at least 1h where `queryPeriod` is 2d or more")
            .related(period_text.span, "how far it looks back")
            .help("set `queryFrequency` to `1h` or more, or `queryPeriod` below `2d`"),
        );
    }
}

fn trigger(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(threshold) = rule.trigger_threshold.given() else { return };
    if !(0..=HIGHEST_THRESHOLD).contains(&threshold.value) {
        let label = format!("allowed: 0 to {}", grouped(10_000));
        diagnostics.push(
            Diagnostic::new(
                &THRESHOLD_OUT_OF_RANGE,
                threshold.span,
                format!("the threshold is {}", threshold.value),
            )
            .label(label)
            .help("count in the query, and fire on more than 0 results"),
        );
    } else if threshold.value == 0
        && let Some(operator) = rule.trigger_operator.given()
        && operator.value == TriggerOperator::LessThan
    {
        diagnostics.push(
            Diagnostic::new(
                &NEVER_FIRES,
                threshold.span,
                "the rule fires on fewer than 0 results, which is never",
            )
            .related(operator.span, "fewer than")
            .help("use `lt` with 1 to fire when nothing is found, or `gt` with 0 to fire when something is"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    fn codes(frequency: &str, period: &str) -> Vec<&'static str> {
        rule(&format!("queryFrequency: {frequency}\nqueryPeriod: {period}\n")).codes()
    }

    #[test]
    fn the_ends_of_the_range_are_allowed() {
        assert_eq!(codes("5m", "5m"), [""; 0]);
        assert_eq!(codes("14d", "P14D"), [""; 0]);
        assert_eq!(codes("4m", "5m"), ["schedule-out-of-range"]);
        assert_eq!(codes("1h", "15d"), ["schedule-out-of-range"]);
        assert_eq!(codes("PT4M59S", "PT1H"), ["schedule-out-of-range"]);
    }

    #[test]
    fn a_period_is_at_least_the_frequency() {
        assert_eq!(codes("1h", "PT60M"), [""; 0]);
        assert_eq!(codes("2h", "1h"), ["period-below-frequency"]);
    }

    #[test]
    fn two_days_need_an_hour() {
        assert_eq!(codes("30m", "47h"), [""; 0]);
        assert_eq!(codes("30m", "48h"), ["long-period-runs-too-often"]);
        assert_eq!(codes("1h", "48h"), [""; 0]);
    }

    #[test]
    fn a_threshold_is_0_to_10000_and_can_be_met() {
        let codes = |operator: &str, threshold: &str| {
            rule(&format!("triggerOperator: {operator}\ntriggerThreshold: {threshold}\n")).codes()
        };
        assert_eq!(codes("gt", "10000"), [""; 0]);
        assert_eq!(codes("gt", "10001"), ["threshold-out-of-range"]);
        assert_eq!(codes("gt", "-1"), ["threshold-out-of-range"]);
        assert_eq!(codes("LessThan", "0"), ["never-fires"]);
        assert_eq!(codes("eq", "0"), [""; 0]);
    }
}
