//! What an NRT rule does not have.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::{Diagnostic, codes};
use crate::resource::RuleKind;

codes! {
    /// An NRT (near real time) rule names `queryFrequency`, `queryPeriod`, `triggerOperator` or `triggerThreshold`.
    ///
    /// ## Why
    /// An NRT rule runs every minute over what came in since, and fires on every result. The service refuses the
    /// four properties on this kind, so Bartizan does not send them: what they say does not happen.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// kind: NRT
    /// queryFrequency: 1h
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// kind: NRT
    /// queryFrequency:
    /// queryPeriod:
    /// triggerOperator:
    /// triggerThreshold:
    /// ```
    pub(super) NRT_SCHEDULE = "nrt-schedule", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if rule.kind != RuleKind::Nrt {
        return;
    }
    let places = [
        ("queryFrequency", rule.query_frequency.given().map(|text| text.span)),
        ("queryPeriod", rule.query_period.given().map(|text| text.span)),
        ("triggerOperator", rule.trigger_operator.given().map(|text| text.span)),
        ("triggerThreshold", rule.trigger_threshold.given().map(|number| number.span)),
    ];
    for (key, span) in places {
        let Some(span) = span else { continue };
        diagnostics.push(
            Diagnostic::new(&NRT_SCHEDULE, span, format!("`{key}` has no effect on an NRT rule"))
                .label("not deployed")
                .help("remove it, or make the rule `kind: Scheduled`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn each_of_the_four_is_named() {
        let found = rule("kind: nrt\n");
        assert_eq!(found.codes(), ["nrt-schedule"]);
        assert_eq!(found.places(), ["1h", "1h", "gt", "0"]);
        assert!(found.diagnostics.iter().all(|diagnostic| !diagnostic.is_error()));
    }

    #[test]
    fn a_scheduled_rule_has_them() {
        assert_eq!(rule("kind: Scheduled\n").codes(), [""; 0]);
    }
}
