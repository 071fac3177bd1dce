//! Writing a resource that is sent as a whole.

use serde_json::Value;

use crate::azure::{Client, Error, ErrorKind};
use crate::plan::{Change, Difference, differences};
use crate::resource::{Identity, Resource};

/// How often a write is sent whose outcome was unknown and which proved not to have happened.
const ATTEMPTS: usize = 3;

/// Writes a resource and gives the fields in which the service's answer differs from it.
pub(super) async fn write(
    client: &Client,
    change: &Change,
    resource: &Resource,
) -> Result<Vec<Difference>, Error> {
    let Identity { kind, name } = resource.identity();
    let body = change.body(resource.body());
    let canonical = |body: &Value| kind.canonical(body.clone());
    let put = || client.put(kind, &name, &body);
    let get = || client.get(kind, &name);
    let after = canonical(&body);
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
