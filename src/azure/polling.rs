//! Watchlists are written by long-running operations; this waits for their end.

use std::time::Duration;

use azure_core::http::headers::Headers;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use url::Url;

use super::{
    client::{Answer, Client},
    error::{Error, ErrorKind, excerpt},
    headers::{ASYNC_OPERATION, LOCATION, correlation_id, retry_after},
    resources::is_absent,
    unwrap::read_value,
};
use crate::operation::Operation;
use crate::resource::Absence;

/// The longest time between two looks at a running operation where the service names none. The first look is at once,
/// since many operations have ended when they are answered; the time between the next ones doubles from 0.25 s.
pub const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The time before the second look.
const FIRST_INTERVAL: Duration = Duration::from_millis(250);

/// The shortest time between two looks, whatever `Retry-After` says.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// The longest time between two looks, whatever `Retry-After` says.
const LONGEST_INTERVAL: Duration = Duration::from_secs(30);

/// The longest wait for a long-running operation; after it the outcome is unknown.
pub const LONGEST_OPERATION: Duration = Duration::from_secs(15 * 60);

/// How many reads of a watchlist that was just written may miss it.
const MOST_MISSES: u32 = 12;

/// What one look showed.
enum Progress {
    Running,
    Done,
    /// With the document that gives the reason.
    Failed(String, Value),
    /// The document says nothing about the operation.
    Unreadable,
}

impl Progress {
    /// From a state in the words of ARM and of `provisioningState`.
    fn of(state: &str, document: &Value) -> Self {
        match state.to_ascii_lowercase().as_str() {
            "succeeded" | "complete" | "completed" => Self::Done,
            "failed" | "canceled" | "cancelled" => Self::Failed(state.to_owned(), document.clone()),
            _ => Self::Running,
        }
    }

    /// From a resource. Where a watchlist has no `provisioningState`, as with older API versions, `uploadStatus` shows whether
    /// its items are still read; its `New` is also that of a list without items and never changes.
    fn of_resource(resource: &Value) -> Self {
        let property =
            |name| resource.get("properties").and_then(|properties| properties.get(name)?.as_str());
        match (property("provisioningState"), property("uploadStatus")) {
            (Some(state), _) => Self::of(state, resource),
            (None, Some(state)) if state.eq_ignore_ascii_case("InProgress") => Self::Running,
            (None, _) => Self::Done,
        }
    }
}

/// A wait with its end.
struct Patience {
    label: String,
    until: Instant,
    /// The next pause where the service names none.
    pause: Duration,
}

impl Patience {
    fn new(operation: &Operation) -> Self {
        Self {
            label: format!("{} {}", operation.method, operation.path),
            until: Instant::now() + LONGEST_OPERATION,
            pause: Duration::ZERO,
        }
    }

    async fn pause(&mut self, headers: &Headers) -> Result<(), Error> {
        let asked = retry_after(headers).map(|wait| wait.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL));
        let wait = asked.unwrap_or(self.pause);
        self.pause = match asked {
            // It named one before, so that it is not one that is done at once.
            Some(_) => POLL_INTERVAL,
            None => (self.pause * 2).clamp(FIRST_INTERVAL, POLL_INTERVAL),
        };
        if Instant::now() + wait > self.until {
            let minutes = LONGEST_OPERATION.as_secs() / 60;
            return Err(Error::new(
                ErrorKind::UnknownOutcome,
                format!("the operation is still running after {minutes} minutes"),
            )
            .with_operation(&self.label)
            .with_correlation_id(correlation_id(headers)));
        }
        sleep(wait).await;
        Ok(())
    }
}

impl Client {
    /// Sends a PUT of a kind whose writes are long-running, waits until the service has taken it in, and gives the
    /// resource as stored.
    ///
    /// # Errors
    /// As [`Client::send`]; [`ErrorKind::Rejected`] when the operation itself fails, and
    /// [`ErrorKind::UnknownOutcome`] when it has not ended after [`LONGEST_OPERATION`], or its end cannot be read.
    pub(super) async fn put_long_running(&self, operation: &Operation) -> Result<Value, Error> {
        let mut patience = Patience::new(operation);
        let first = self.answer(operation).await?;
        let had_status = self.await_status(&mut patience, &first).await?;
        // The answer to the PUT is older than the end of the operation.
        let mut answer = if had_status { self.look_again(operation, &mut patience).await? } else { first };
        loop {
            match Progress::of_resource(&answer.body) {
                Progress::Done | Progress::Unreadable => return Ok(answer.body),
                Progress::Failed(state, document) => {
                    return Err(self.operation_failed(&patience, &state, &document));
                }
                Progress::Running => {
                    patience.pause(&answer.headers).await?;
                    answer = self.look_again(operation, &mut patience).await?;
                }
            }
        }
    }

    /// What `operation` reads once no write to it is running, or `None` when there is none. For a write whose answer, and with it the
    /// link to the operation, never arrived.
    ///
    /// # Errors
    /// As [`Client::put`].
    pub(super) async fn settled(
        &self,
        operation: &Operation,
        absence: Absence,
    ) -> Result<Option<Value>, Error> {
        let mut patience = Patience::new(operation);
        loop {
            let answer = match self.answer(operation).await {
                Ok(answer) => answer,
                Err(error) if is_absent(absence, &error) => return Ok(None),
                Err(error) => return Err(error),
            };
            match Progress::of_resource(&answer.body) {
                Progress::Done | Progress::Unreadable => return Ok(Some(answer.body)),
                Progress::Failed(state, document) => {
                    return Err(self.operation_failed(&patience, &state, &document));
                }
                Progress::Running => patience.pause(&answer.headers).await?,
            }
        }
    }

    /// Sends a DELETE of a kind whose writes are long-running and waits until the resource is gone; a
    /// missing one is not an error.
    ///
    /// # Errors
    /// As [`Client::put_long_running`].
    pub(super) async fn delete_long_running(
        &self,
        operation: &Operation,
        absence: Absence,
    ) -> Result<(), Error> {
        let mut patience = Patience::new(operation);
        let mut answer = match self.answer(operation).await {
            Ok(answer) => answer,
            Err(error) if is_absent(absence, &error) => return Ok(()),
            Err(error) => return Err(error),
        };
        if answer.status != 202 || self.await_status(&mut patience, &answer).await? {
            return Ok(());
        }
        loop {
            patience.pause(&answer.headers).await?;
            match self.answer(&operation.read_back()).await {
                Ok(resource) => answer = resource,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(as_unknown(error, &patience)),
            }
        }
    }

    /// Follows the status document that an answer names, to its end. `false` when it names none that can be used; the
    /// resource itself then shows how far it is.
    async fn await_status(&self, patience: &mut Patience, first: &Answer) -> Result<bool, Error> {
        let Some(url) = self.status_url(&first.headers) else {
            return Ok(false);
        };
        let mut headers = first.headers.clone();
        loop {
            patience.pause(&headers).await?;
            let answer: Answer = match self.follow("get-operation-status", url.clone()).await {
                Ok(answer) => answer,
                // Documents of ended operations do not live long.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(as_unknown(error, patience)),
            };
            let progress = match answer.body.get("status").and_then(Value::as_str) {
                Some(status) => Progress::of(status, &answer.body),
                None if answer.status == 202 => Progress::Running,
                None => Progress::Unreadable,
            };
            match progress {
                Progress::Running => headers = answer.headers,
                Progress::Done => return Ok(true),
                Progress::Failed(state, document) => {
                    return Err(self.operation_failed(patience, &state, &document));
                }
                Progress::Unreadable => return Ok(false),
            }
        }
    }

    /// The status document of an answer, at this endpoint only: the token must not go elsewhere.
    fn status_url(&self, headers: &Headers) -> Option<Url> {
        let text =
            headers.get_optional_str(&ASYNC_OPERATION).or_else(|| headers.get_optional_str(&LOCATION))?;
        let url = Url::parse(text).ok().filter(|url| self.endpoint().is_same_origin(url));
        if url.is_none() {
            tracing::warn!(
                target: "bartizan::azure",
                "the status of the operation is on another host, so it is not followed: {}",
                excerpt(&self.redactor().redact(text.split('?').next().unwrap_or_default()), 200),
            );
        }
        url
    }

    /// Reads the resource; one that was just written may not be there yet for the first reads.
    async fn look_again(&self, written: &Operation, patience: &mut Patience) -> Result<Answer, Error> {
        let operation = written.read_back();
        let mut misses = 0;
        loop {
            match self.answer(&operation).await {
                Err(error) if error.kind() == ErrorKind::NotFound && misses < MOST_MISSES => {
                    misses += 1;
                    patience.pause(&Headers::new()).await?;
                }
                result => return result.map_err(|error| as_unknown(error, patience)),
            }
        }
    }

    fn operation_failed(&self, patience: &Patience, state: &str, document: &Value) -> Error {
        let unwrapped = match document.get("error") {
            Some(error) if !error.is_null() => read_value(error),
            _ => read_value(&Value::String(format!(
                "the service accepted the request and then reported `{}` without a reason",
                excerpt(state, 40)
            ))),
        };
        Error::from_unwrapped(ErrorKind::Rejected, unwrapped, self.redactor()).with_operation(&patience.label)
    }
}

/// The write was taken; that its end could not be read does not undo it.
fn as_unknown(error: Error, patience: &Patience) -> Error {
    match error.kind() {
        ErrorKind::Authentication | ErrorKind::Forbidden => error,
        _ => Error::new(
            ErrorKind::UnknownOutcome,
            "the service accepted the request, but its result could not be read",
        )
        .with_operation(&patience.label)
        .with_correlation_id(error.correlation_id().map(str::to_owned))
        .caused_by(&error, &super::redact::Redactor::default()),
    }
}
