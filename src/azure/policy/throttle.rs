//! One gate for all workers of a client, and a pace for when little is left.
//!
//! Azure Resource Manager gives each identity a bucket of requests a subscription, one each for reads, writes and
//! deletes, refilled by 25, 10 and 10 a second. A request that comes before `Retry-After` has passed renews the wait, so
//! after a 429 nobody sends anything.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{
    Context, Method, Request, StatusCode,
    headers::{HeaderName, Headers},
    policies::{Policy, PolicyResult},
};
use tokio::time::{Instant, sleep_until};

use super::capped;
use crate::azure::headers::retry_after;

/// Below this many remaining requests of a class, they are sent no faster than the bucket fills.
const FEW: u32 = 20;

/// The wait after a 429 that names none.
const WAIT_UNNAMED: Duration = Duration::from_secs(10);

/// A class of requests that Azure counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Reads,
    Writes,
    Deletes,
}

impl Class {
    fn of(method: Method) -> Self {
        match method {
            Method::Get | Method::Head => Self::Reads,
            Method::Delete => Self::Deletes,
            _ => Self::Writes,
        }
    }

    /// What remains to the identity, and what remains to all identities together.
    fn headers(self) -> [HeaderName; 2] {
        let names = match self {
            Self::Reads => [
                "x-ms-ratelimit-remaining-subscription-reads",
                "x-ms-ratelimit-remaining-subscription-global-reads",
            ],
            Self::Writes => [
                "x-ms-ratelimit-remaining-subscription-writes",
                "x-ms-ratelimit-remaining-subscription-global-writes",
            ],
            Self::Deletes => [
                "x-ms-ratelimit-remaining-subscription-deletes",
                "x-ms-ratelimit-remaining-subscription-global-deletes",
            ],
        };
        names.map(HeaderName::from_static)
    }

    /// The time in which the bucket gains one request.
    fn refill(self) -> Duration {
        match self {
            Self::Reads => Duration::from_millis(40),
            Self::Writes | Self::Deletes => Duration::from_millis(100),
        }
    }
}

/// When the next request of a class may go, and how far apart they are.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    next: Option<Instant>,
    apart: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// Closed until then.
    closed_until: Option<Instant>,
    paces: [Pace; 3],
}

/// The policy; shared by the pipelines of a client.
#[derive(Debug, Default)]
pub(in crate::azure) struct Throttle {
    state: Mutex<State>,
}

impl Throttle {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request of this class may be sent.
    async fn enter(&self, class: Class) {
        loop {
            // The gate comes first: a place in the queue that was taken while it was open is kept when it closes.
            while let Some(until) = self.closed_until() {
                sleep_until(until).await;
            }
            match self.take_place(class) {
                Some(place) => sleep_until(place).await,
                None => return,
            }
            if self.closed_until().is_none() {
                return;
            }
        }
    }

    fn closed_until(&self) -> Option<Instant> {
        self.state().closed_until.filter(|until| *until > Instant::now())
    }

    /// The next place of this class, when it is not now.
    fn take_place(&self, class: Class) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let pace = &mut state.paces[class as usize];
        let place = pace.next.map_or(now, |next| next.max(now));
        pace.next = Some(place + pace.apart);
        (place > now).then_some(place)
    }

    /// Learns from an answer.
    fn learn(&self, class: Class, status: StatusCode, headers: &Headers) {
        let remaining = class
            .headers()
            .iter()
            .filter_map(|name| headers.get_optional_str(name)?.trim().parse::<u32>().ok())
            .min();
        let mut state = self.state();
        if status == StatusCode::TooManyRequests {
            let wait = capped(retry_after(headers).unwrap_or(WAIT_UNNAMED));
            tracing::warn!(target: "bartizan::azure", seconds = wait.as_secs(), "Azure throttles; all requests wait");
            let until = Instant::now() + wait;
            state.closed_until = Some(state.closed_until.map_or(until, |before| before.max(until)));
        }
        let pace = &mut state.paces[class as usize];
        pace.apart = match remaining {
            _ if status == StatusCode::TooManyRequests => class.refill(),
            // Twice as slow as the bucket fills, so that it does fill.
            Some(left) if left < FEW / 4 => class.refill() * 2,
            Some(left) if left < FEW => class.refill(),
            Some(_) => Duration::ZERO,
            // Without a count the pace after a 429 is given up step by step.
            None if pace.apart > Duration::from_millis(5) => pace.apart / 2,
            None => Duration::ZERO,
        };
    }
}

#[async_trait]
impl Policy for Throttle {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let class = Class::of(request.method());
        self.enter(class).await;
        let response = next[0].send(ctx, request, &next[1..]).await?;
        self.learn(class, response.status(), response.headers());
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), *value);
        }
        headers
    }

    async fn waits(throttle: &Throttle, class: Class) -> u128 {
        let start = Instant::now();
        throttle.enter(class).await;
        start.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_closes_the_gate_for_every_class_until_the_wait_has_passed() {
        let throttle = Throttle::default();
        throttle.learn(Class::Reads, StatusCode::TooManyRequests, &headers(&[("retry-after", "17")]));
        assert_eq!(waits(&throttle, Class::Writes).await, 17_000);
        assert_eq!(waits(&throttle, Class::Reads).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_never_closed_longer_than_the_cap_and_a_shorter_wait_does_not_open_it() {
        let throttle = Throttle::default();
        throttle.learn(Class::Reads, StatusCode::TooManyRequests, &headers(&[("retry-after", "86400")]));
        throttle.learn(Class::Reads, StatusCode::TooManyRequests, &headers(&[("retry-after", "1")]));
        assert_eq!(waits(&throttle, Class::Reads).await, 300_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_while_one_waits_in_the_queue_holds_it_too() {
        let throttle = Arc::new(Throttle::default());
        throttle.learn(
            Class::Writes,
            StatusCode::Ok,
            &headers(&[("x-ms-ratelimit-remaining-subscription-writes", "10")]),
        );
        throttle.enter(Class::Writes).await;
        let queued = tokio::spawn({
            let throttle = throttle.clone();
            async move { waits(&throttle, Class::Writes).await }
        });
        tokio::task::yield_now().await;
        throttle.learn(Class::Writes, StatusCode::TooManyRequests, &headers(&[("retry-after", "2")]));
        assert!(queued.await.unwrap() >= 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn few_remaining_requests_are_spaced_and_many_are_not() {
        let throttle = Throttle::default();
        let left = |count| headers(&[("x-ms-ratelimit-remaining-subscription-writes", count)]);
        throttle.learn(Class::Writes, StatusCode::Ok, &left("199"));
        assert_eq!([waits(&throttle, Class::Writes).await, waits(&throttle, Class::Writes).await], [0, 0]);
        throttle.learn(Class::Writes, StatusCode::Ok, &left("19"));
        assert_eq!([waits(&throttle, Class::Writes).await, waits(&throttle, Class::Writes).await], [0, 100]);
        assert_eq!([waits(&throttle, Class::Reads).await, waits(&throttle, Class::Reads).await], [0, 0]);
        throttle.learn(Class::Writes, StatusCode::Ok, &left("2"));
        assert_eq!(
            [waits(&throttle, Class::Writes).await, waits(&throttle, Class::Writes).await],
            [100, 200]
        );
        throttle.learn(Class::Writes, StatusCode::Ok, &left("nonsense"));
        assert_eq!(waits(&throttle, Class::Writes).await, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn the_smaller_of_own_and_global_counts() {
        let throttle = Throttle::default();
        throttle.learn(
            Class::Writes,
            StatusCode::Ok,
            &headers(&[
                ("x-ms-ratelimit-remaining-subscription-writes", "199"),
                ("x-ms-ratelimit-remaining-subscription-global-writes", "7"),
            ]),
        );
        assert_eq!([waits(&throttle, Class::Writes).await, waits(&throttle, Class::Writes).await], [0, 100]);
    }
}
