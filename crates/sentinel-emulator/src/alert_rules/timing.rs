//! Frequency, period, threshold and suppression.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::model::Kind;
use super::validation::{Violation, text};
use crate::contract::duration;

const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
const LONGEST_QUERY: SignedDuration = SignedDuration::from_hours(14 * 24);
const LONGEST_SUPPRESSION: SignedDuration = SignedDuration::from_hours(24);
/// From this period on, a rule runs at most once an hour.
const LONG_PERIOD: SignedDuration = SignedDuration::from_hours(2 * 24);
const LONG_PERIOD_FREQUENCY: SignedDuration = SignedDuration::from_hours(1);
const HIGHEST_THRESHOLD: i64 = 10_000;

/// Checks what is there; an NRT rule has no schedule.
pub(super) fn check(kind: &Kind, properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let duration = |name| text(properties, name).and_then(duration::read);
    for (name, member, longest, shown) in [
        ("queryFrequency", "QueryFrequency", LONGEST_QUERY, "14.00:00:00"),
        ("queryPeriod", "QueryPeriod", LONGEST_QUERY, "14.00:00:00"),
        ("suppressionDuration", "SuppressionDuration", LONGEST_SUPPRESSION, "1.00:00:00"),
    ] {
        if duration(name).is_some_and(|duration| duration < SHORTEST || duration > longest) {
            let message = format!("The field {member} must be between 00:05:00 and {shown}.");
            violations.push(Violation::of(name, message));
        }
    }
    let threshold = properties.get("triggerThreshold").and_then(Value::as_i64);
    if threshold.is_some_and(|threshold| !(0..=HIGHEST_THRESHOLD).contains(&threshold)) {
        let message = format!("The field TriggerThreshold must be between 0 and {HIGHEST_THRESHOLD}.");
        violations.push(Violation::of("triggerThreshold", message));
    }
    let mut refuse = |what: &str| {
        let message = format!("Invalid Properties for {} alert rule: {what}", kind.name);
        violations.push(Violation::of_rule(message));
    };
    let (Some(frequency), Some(period)) = (duration("queryFrequency"), duration("queryPeriod")) else {
        return;
    };
    if period < frequency {
        refuse("'queryPeriod' should be greater than or equal to 'queryFrequency'");
    }
    if period >= LONG_PERIOD && frequency < LONG_PERIOD_FREQUENCY {
        refuse(
            "When 'queryPeriod' greater than or equal to 2 days, the 'queryFrequency' should be greater than or equal to 1 hour.",
        );
    }
    let suppressed = properties.get("suppressionEnabled") == Some(&Value::Bool(true));
    if suppressed && duration("suppressionDuration").is_some_and(|suppression| suppression < frequency) {
        refuse("'suppressionDuration' should be greater than or equal to 'queryFrequency'");
    }
}
