//! Writing an analytics rule.

use serde_json::Value;

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Change, Difference, differences};
use crate::resource::{AlertRule, canonical_alert_rule};

/// How often a write is sent whose outcome was unknown and which proved not to have happened.
const ATTEMPTS: usize = 3;

/// Writes a rule and tells in which fields the service's answer differs from it.
pub(super) async fn write(
    client: &Client,
    change: &Change,
    rule: &AlertRule,
) -> Result<Vec<Difference>, Error> {
    let body = change.body(rule.body());
    let after = canonical_alert_rule(&body);
    let mut attempt = 1;
    loop {
        let error = match client.put_alert_rule(&rule.id, &body).await {
            Ok(answer) => return Ok(kept(&answer, &after)),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        // Where it cannot be read back, what is told is that nobody knows, and not that it cannot be read.
        let Ok(live) = client.get_alert_rule(&rule.id).await else { return Err(error) };
        match live {
            Some(live) if canonical_alert_rule(&live) == after => return Ok(Vec::new()),
            // Nobody wrote since the plan was made, so the same write is still the right one.
            Some(live)
                if change.etag.is_some()
                    && live.get("etag").and_then(Value::as_str) == change.etag.as_deref() => {}
            None if change.etag.is_none() => {}
            _ => return Err(error),
        }
    }
}

/// The fields in which an answer differs from what was sent; an answer without a body says nothing.
fn kept(answer: &Value, after: &Value) -> Vec<Difference> {
    if answer.get("properties").is_none() {
        return Vec::new();
    }
    differences(after, &canonical_alert_rule(answer))
}
