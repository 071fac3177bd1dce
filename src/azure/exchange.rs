//! A request and its answer: what is sent again, how often, and after how long.
//!
//! Each try goes once through azure_core's pipeline, which adds the token and hides secrets in its logs. Whether there
//! is another try is decided here, where the method and the outcome are known: a pipeline's own retry knows neither.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    Error,
    error::ErrorKind,
    http::{
        ClientOptions, Context, Pipeline, PipelineSendOptions, RawResponse, Request, RetryOptions,
        StatusCode, Transport,
        policies::{Policy, PolicyResult},
    },
};
use tokio::time::sleep;

use super::{
    headers::retry_after,
    policy::CommonHeaders,
    throttle::{Class, Throttle},
};
use crate::operation::Method;

/// How often one request is sent again.
pub const MAX_RETRIES: u32 = 5;

/// The longest wait before one retry, whatever `Retry-After` says.
pub const MAX_WAIT: Duration = Duration::from_secs(300);

/// The wait before the first retry where the service names none; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A wait of at most [`MAX_WAIT`].
pub(super) fn capped(wait: Duration) -> Duration {
    wait.min(MAX_WAIT)
}

/// How a request ended: with an answer of any status, or without one.
type Outcome = Result<RawResponse, Failure>;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no access token, so nothing was sent.
    NoToken(Error),
    /// There is no connection, so nothing was sent.
    NoConnection(Error),
    /// The request was sent, and the connection failed before the whole answer arrived.
    Interrupted(Error),
    /// The request was sent, and its answer cannot be read: it is too large, for example.
    Unreadable(Error),
}

/// Whether a try got as far as the transport. Travels in its context.
#[derive(Debug, Clone, Default)]
struct Sent(Arc<AtomicBool>);

/// The last policy before the transport: from here on the request may reach the service.
#[derive(Debug)]
struct MarkSent;

#[async_trait]
impl Policy for MarkSent {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        if let Some(Sent(sent)) = ctx.value() {
            sent.store(true, Ordering::SeqCst);
        }
        next[0].send(ctx, request, &next[1..]).await
    }
}

/// The way of the requests of one client.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pipeline: Pipeline,
    throttle: Arc<Throttle>,
    /// Whether the service runs on this machine, where a refused connection does not pass by itself as a network's
    /// trouble does.
    is_local: bool,
}

impl Exchange {
    /// Requests with the token of `bearer` over this transport. `is_local` says that the service runs on this machine.
    pub(super) fn new(
        transport: Transport,
        bearer: Arc<dyn Policy>,
        throttle: Arc<Throttle>,
        is_local: bool,
    ) -> Self {
        let options = ClientOptions {
            transport: Some(transport),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        };
        let policies = vec![bearer, Arc::new(CommonHeaders), Arc::new(MarkSent)];
        let pipeline = Pipeline::new(None, None, options, Vec::new(), policies, None);
        Self { pipeline, throttle, is_local }
    }

    /// Sends a request until there is an outcome that another try would not change, or none may follow.
    pub(super) async fn send(&self, method: Method, mut request: Request) -> Outcome {
        let class = Class::of(method);
        let mut retries = 0;
        loop {
            self.throttle.enter(class).await;
            let outcome = self.try_once(&mut request).await;
            if let Ok(answer) = &outcome {
                self.throttle.learn(class, answer.status(), answer.headers());
            }
            match self.wait_before_retry(method, &outcome, retries) {
                Some(wait) => sleep(wait).await,
                None => return outcome,
            }
            retries += 1;
        }
    }

    async fn try_once(&self, request: &mut Request) -> Outcome {
        let sent = Sent::default();
        let context = Context::new().with_value(sent.clone());
        let options = PipelineSendOptions { skip_checks: true, ..Default::default() };
        match self.pipeline.send(&context, request, Some(options)).await {
            Ok(answer) => Ok(answer),
            Err(error) if !sent.0.load(Ordering::SeqCst) => Err(Failure::NoToken(error)),
            Err(error) => Err(match error.kind() {
                ErrorKind::Connection => Failure::NoConnection(error),
                ErrorKind::Io => Failure::Interrupted(error),
                _ => Failure::Unreadable(error),
            }),
        }
    }

    /// How long to wait before the next try; `None` when there is none.
    ///
    /// A read is sent again whenever the service or the way to it failed, a write only when it certainly had no effect.
    fn wait_before_retry(&self, method: Method, outcome: &Outcome, retries: u32) -> Option<Duration> {
        if retries == MAX_RETRIES {
            return None;
        }
        let doubled = capped(FIRST_WAIT.saturating_mul(2_u32.saturating_pow(retries)));
        match outcome {
            // The throttle holds all requests now. This one is the last of those that wait there, so that it does not
            // use up its retries ahead of them.
            Ok(answer) if answer.status() == StatusCode::TooManyRequests => Some(Duration::ZERO),
            Ok(answer) if !method.is_write() && is_passing(answer.status()) => {
                Some(retry_after(answer.headers()).map_or(doubled, capped))
            }
            Err(Failure::NoConnection(_)) if !self.is_local => Some(doubled),
            Err(Failure::Interrupted(_)) if !method.is_write() => Some(doubled),
            _ => None,
        }
    }
}

/// Whether the next answer to a read may be another one than that of this status.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::RequestTimeout
            | StatusCode::InternalServerError
            | StatusCode::BadGateway
            | StatusCode::ServiceUnavailable
            | StatusCode::GatewayTimeout
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use azure_core::http::headers::{HeaderName, Headers};

    use crate::azure::in_memory;

    fn exchange(is_local: bool) -> Exchange {
        Exchange::new(in_memory::transport(Router::new()), Arc::new(MarkSent), Arc::default(), is_local)
    }

    fn answered(status: u16, retry_after: Option<&'static str>) -> Outcome {
        let mut headers = Headers::new();
        if let Some(value) = retry_after {
            headers.insert(HeaderName::from_static("retry-after"), value);
        }
        Ok(RawResponse::from_bytes(status.into(), headers, ""))
    }

    fn error(kind: ErrorKind) -> Error {
        Error::with_message(kind, "no")
    }

    /// The wait before the first retry of a read and of a write, in milliseconds.
    fn waits(exchange: &Exchange, outcome: &Outcome) -> [Option<u128>; 2] {
        [Method::Get, Method::Put]
            .map(|method| exchange.wait_before_retry(method, outcome, 0).map(|wait| wait.as_millis()))
    }

    #[test]
    fn a_write_is_sent_again_only_when_it_certainly_had_no_effect() {
        let exchange = exchange(false);
        for (outcome, expected) in [
            (answered(200, None), [None, None]),
            (answered(400, Some("1")), [None, None]),
            (answered(401, None), [None, None]),
            (answered(409, None), [None, None]),
            (answered(429, Some("3")), [Some(0), Some(0)]),
            (answered(501, None), [None, None]),
            (answered(500, None), [Some(500), None]),
            (answered(408, None), [Some(500), None]),
            (answered(503, Some("7")), [Some(7_000), None]),
            (answered(502, Some("86400")), [Some(300_000), None]),
            (answered(504, Some("soon")), [Some(500), None]),
            (Err(Failure::NoToken(error(ErrorKind::Credential))), [None, None]),
            (Err(Failure::NoConnection(error(ErrorKind::Connection))), [Some(500), Some(500)]),
            (Err(Failure::Interrupted(error(ErrorKind::Io))), [Some(500), None]),
            (Err(Failure::Unreadable(error(ErrorKind::DataConversion))), [None, None]),
        ] {
            assert_eq!(waits(&exchange, &outcome), expected, "{outcome:?}");
        }
    }

    #[test]
    fn a_service_on_this_machine_that_does_not_run_is_not_waited_for() {
        let refused = Err(Failure::NoConnection(error(ErrorKind::Connection)));
        assert_eq!(waits(&exchange(true), &refused), [None, None]);
    }

    #[test]
    fn waits_double_and_end() {
        let exchange = exchange(false);
        let interrupted = Err(Failure::Interrupted(error(ErrorKind::Io)));
        let waits: Vec<_> = (0..=MAX_RETRIES)
            .map(|retries| exchange.wait_before_retry(Method::Get, &interrupted, retries))
            .map(|wait| wait.map(|wait| wait.as_millis()))
            .collect();
        assert_eq!(waits, [Some(500), Some(1_000), Some(2_000), Some(4_000), Some(8_000), None]);
    }
}
