//! Writing a resource that is sent as a whole.

use serde_json::Value;

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Change, Difference, differences};
use crate::resource::{AlertRule, SavedSearch, canonical_alert_rule, canonical_saved_search};

/// How often a write is sent whose outcome was unknown and which proved not to have happened.
const ATTEMPTS: usize = 3;

/// Writes a rule and tells in which fields the service's answer differs from it.
pub(super) async fn write_rule(
    client: &Client,
    change: &Change,
    rule: &AlertRule,
) -> Result<Vec<Difference>, Error> {
    let body = change.body(rule.body());
    let put = || client.put_alert_rule(&rule.id, &body);
    let get = || client.get_alert_rule(&rule.id);
    write(change, &body, canonical_alert_rule, put, get).await
}

/// Writes a saved search and tells in which fields the service's answer differs from it.
pub(super) async fn write_saved_search(
    client: &Client,
    change: &Change,
    search: &SavedSearch,
) -> Result<Vec<Difference>, Error> {
    let body = change.body(search.body());
    let put = || client.put_saved_search(&search.id, &body);
    let get = || client.get_saved_search(&search.id);
    write(change, &body, canonical_saved_search, put, get).await
}

/// Sends `put` until it is known what became of it; `get` tells where an answer got lost.
async fn write<P, G>(
    change: &Change,
    body: &Value,
    canonical: fn(&Value) -> Value,
    put: impl Fn() -> P,
    get: impl Fn() -> G,
) -> Result<Vec<Difference>, Error>
where
    P: Future<Output = Result<Value, Error>>,
    G: Future<Output = Result<Option<Value>, Error>>,
{
    let after = canonical(body);
    let mut attempt = 1;
    loop {
        let error = match put().await {
            // An answer without a body says nothing.
            Ok(answer) if answer.get("properties").is_none() => return Ok(Vec::new()),
            Ok(answer) => return Ok(differences(&after, &canonical(&answer))),
            Err(error) if error.kind() == ErrorKind::UnknownOutcome && attempt < ATTEMPTS => error,
            Err(error) => return Err(error),
        };
        attempt += 1;
        // Where it cannot be read back, what is told is that nobody knows, and not that it cannot be read.
        let Ok(live) = get().await else { return Err(error) };
        match live {
            Some(live) if canonical(&live) == after => return Ok(Vec::new()),
            // Nobody wrote since the plan was made, so the same write is still the right one.
            Some(live)
                if change.etag.is_some()
                    && live.get("etag").and_then(Value::as_str) == change.etag.as_deref() => {}
            None if change.etag.is_none() => {}
            _ => return Err(error),
        }
    }
}
