//! How long a rule is silent after an alert.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::{Diagnostic, codes};
use crate::resource::Duration;

codes! {
    /// `suppressionDuration` is below 5 minutes or above 24 hours.
    ///
    /// ## Why
    /// The service refuses the rule, even where suppression is off.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// suppressionEnabled: true
    /// suppressionDuration: 2d
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// suppressionEnabled: true
    /// suppressionDuration: 24h
    /// ```
    pub(super) SUPPRESSION_OUT_OF_RANGE = "suppression-out-of-range", Error;

    /// Suppression is on for a shorter time than lies between two runs of the rule.
    ///
    /// ## Why
    /// It would be over before the next run and suppress nothing. The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// suppressionEnabled: true
    /// suppressionDuration: 30m
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// suppressionEnabled: true
    /// suppressionDuration: 6h
    /// ```
    pub(super) SUPPRESSION_BELOW_FREQUENCY = "suppression-below-frequency", Error;

    /// Suppression is on, but for how long is not said.
    ///
    /// ## Why
    /// The service requires a duration. Bartizan sends 5 hours, the portal's default, or the time between two runs if
    /// that is longer, which for this rule may be too long or too short.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// suppressionEnabled: true
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// suppressionEnabled: true
    /// suppressionDuration: 6h
    /// ```
    pub(super) SUPPRESSION_WITHOUT_DURATION = "suppression-without-duration", Warning;
}

const SHORTEST: Duration = Duration::from_minutes(5);
const LONGEST: Duration = Duration::from_hours(24);

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let enabled = rule.suppression_enabled.given().filter(|enabled| enabled.value);
    let Some(written) = rule.suppression_duration.given() else {
        let is_absent = !rule.suppression_duration.is_refused();
        if let Some(enabled) = enabled.filter(|_| is_absent) {
            if rule.frequency().is_some_and(|frequency| frequency > LONGEST) {
                let message =
                    "suppression is on, and no suppression lasts from one run of this rule to the next";
                diagnostics.push(
                    Diagnostic::new(&SUPPRESSION_OUT_OF_RANGE, enabled.span, message)
                        .help("set `suppressionEnabled: false`"),
                );
                return;
            }
            diagnostics.push(
                Diagnostic::new(
                    &SUPPRESSION_WITHOUT_DURATION,
                    enabled.span,
                    "suppression is on without a `suppressionDuration`",
                )
                .help("add `suppressionDuration`, at least as long as `queryFrequency` and at most `24h`"),
            );
        }
        return;
    };
    let duration = written.value;
    if !(SHORTEST..=LONGEST).contains(&duration) {
        let which = if duration < SHORTEST { "below 5 minutes" } else { "above 24 hours" };
        diagnostics.push(
            Diagnostic::new(
                &SUPPRESSION_OUT_OF_RANGE,
                written.span,
                format!("`suppressionDuration` is {which}"),
            )
            .label("allowed: 5m to 24h")
            .help(match enabled {
                Some(_) => "choose a duration in that range",
                None => "suppression is off, so the key can go",
            }),
        );
    }
    let Some(frequency) = rule.frequency().filter(|frequency| enabled.is_some() && duration < *frequency)
    else {
        return;
    };
    let mut diagnostic = Diagnostic::new(
        &SUPPRESSION_BELOW_FREQUENCY,
        written.span,
        format!("the rule runs every {} and is silent for only {}", frequency.kql(), duration.kql()),
    );
    if let Some(frequency) = rule.query_frequency.given() {
        diagnostic = diagnostic.related(frequency.span, "how often it runs");
    }
    diagnostics.push(diagnostic.help(if frequency <= LONGEST {
        format!("set `suppressionDuration` to at least `{}`, or `suppressionEnabled: false`", frequency.kql())
    } else {
        "set `suppressionEnabled: false`: no suppression lasts from one run of this rule to the next"
            .to_owned()
    }));
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    fn codes(enabled: bool, duration: &str) -> Vec<&'static str> {
        rule(&format!("suppressionEnabled: {enabled}\nsuppressionDuration: {duration}\n")).codes()
    }

    #[test]
    fn the_range_holds_whether_suppression_is_on_or_off() {
        assert_eq!(codes(true, "24h"), [""; 0]);
        assert_eq!(codes(false, "5m"), [""; 0]);
        assert_eq!(codes(true, "25h"), ["suppression-out-of-range"]);
        assert_eq!(codes(false, "4m"), ["suppression-out-of-range"]);
    }

    #[test]
    fn suppression_that_is_on_lasts_to_the_next_run() {
        assert_eq!(codes(true, "30m"), ["suppression-below-frequency"]);
        assert_eq!(codes(false, "30m"), [""; 0]);
        assert_eq!(codes(true, "1h"), [""; 0]);
        assert_eq!(rule("suppressionEnabled: true\n").codes(), ["suppression-without-duration"]);
        let rare = "suppressionEnabled: true\nqueryFrequency: 2d\nqueryPeriod: 2d\n";
        assert_eq!(rule(rare).codes(), ["suppression-out-of-range"]);
    }
}
