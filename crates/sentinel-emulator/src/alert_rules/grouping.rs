//! How alerts are grouped into incidents.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::validation::{Violation, objects, text, texts};
use crate::contract::duration;

const SHORTEST_LOOKBACK: SignedDuration = SignedDuration::from_mins(5);
const LONGEST_LOOKBACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Checks `incidentConfiguration.groupingConfiguration`.
pub(super) fn check(properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let incident = properties.get("incidentConfiguration").and_then(Value::as_object);
    let grouping =
        incident.and_then(|incident| incident.get("groupingConfiguration")).and_then(Value::as_object);
    let Some(grouping) = grouping else { return };
    let mut refuse = |message: String| violations.push(Violation::of("incidentConfiguration", message));
    let lookback = text(grouping, "lookbackDuration").and_then(duration::read);
    if lookback.is_some_and(|lookback| lookback < SHORTEST_LOOKBACK || lookback > LONGEST_LOOKBACK) {
        refuse("The field LookbackDuration must be between 00:05:00 and 7.00:00:00.".into());
    }
    let chosen = ["groupByEntities", "groupByAlertDetails", "groupByCustomDetails"]
        .iter()
        .map(|name| texts(grouping, name).count())
        .sum::<usize>();
    if text(grouping, "matchingMethod") == Some("Selected") && chosen == 0 {
        refuse(
            "When 'matchingMethod' is 'Selected', at least one of 'groupByEntities', 'groupByAlertDetails' and \
             'groupByCustomDetails' must be specified."
                .into(),
        );
    }
    for entity in texts(grouping, "groupByEntities") {
        if !objects(properties, "entityMappings").any(|mapping| text(mapping, "entityType") == Some(entity)) {
            refuse(format!("The entity '{entity}' in 'groupByEntities' is not mapped in 'entityMappings'."));
        }
    }
    let details = properties.get("customDetails").and_then(Value::as_object);
    for key in texts(grouping, "groupByCustomDetails") {
        if !details.is_some_and(|details| details.contains_key(key)) {
            refuse(format!("The key '{key}' in 'groupByCustomDetails' is not defined in 'customDetails'."));
        }
    }
}
