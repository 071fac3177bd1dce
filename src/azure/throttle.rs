//! One gate for all requests of an identity to a subscription, and a pace for when few are left.
//!
//! Azure Resource Manager gives each identity a bucket of requests for each subscription, one each for reads, writes and
//! deletes, refilled by 25, 10 and 10 a second. A request that comes before `Retry-After` has passed renews the wait, so
//! after a 429 nothing is sent until then, by whichever client.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use azure_core::http::{
    StatusCode,
    headers::{HeaderName, Headers},
};
use tokio::time::{Instant, sleep_until};

use super::{exchange::capped, headers::retry_after};
use crate::operation::Method;

/// Below this many remaining requests of a class, they are sent no faster than the bucket fills.
const FEW: u32 = 20;

/// The wait after a 429 that names none.
const WAIT_UNNAMED: Duration = Duration::from_secs(10);

/// The longest time that 429s set requests apart by.
const FARTHEST_APART: Duration = Duration::from_secs(5);

/// Below this, what 429s taught is forgotten.
const CLOSEST_APART: Duration = Duration::from_millis(5);

/// A class of requests that Azure counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Reads,
    Writes,
    Deletes,
}

impl Class {
    pub(super) fn of(method: Method) -> Self {
        match method {
            Method::Get => Self::Reads,
            Method::Put => Self::Writes,
            Method::Delete => Self::Deletes,
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

/// When the next request of a class may go, and how far apart requests are.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    next: Option<Instant>,
    /// What the count of remaining requests asks for.
    counted: Duration,
    /// What 429s taught: the bucket may fill more slowly than is documented.
    learned: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// Closed until then.
    closed_until: Option<Instant>,
    paces: [Pace; 3],
}

/// The throttles of one identity, one for each subscription that it was used in.
#[derive(Debug, Clone, Default)]
pub(super) struct Throttles {
    /// By subscription, in lower case.
    known: Arc<Mutex<BTreeMap<String, Arc<Throttle>>>>,
}

impl Throttles {
    /// The throttle of this subscription, the same one every time; ids are compared without case.
    pub(super) fn of(&self, subscription: &str) -> Arc<Throttle> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(subscription.to_lowercase()).or_default().clone()
    }
}

/// What one identity may send to one subscription; shared by all its clients there.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    state: Mutex<State>,
    /// Held by the one of each class that goes next. Unlike the lock above, it is given out in the order of asking.
    turns: [tokio::sync::Mutex<()>; 3],
}

impl Throttle {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request of this class may be sent. Those that wait go in the order in which they came.
    pub(super) async fn enter(&self, class: Class) {
        let _turn = self.turns[class as usize].lock().await;
        // A 429 may close the gate while this waits.
        while let Err(until) = self.try_enter(class) {
            sleep_until(until).await;
        }
    }

    /// Lets a request of this class through, or says when to ask again.
    fn try_enter(&self, class: Class) -> Result<(), Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let closed_until = state.closed_until;
        let pace = &mut state.paces[class as usize];
        match closed_until.max(pace.next).filter(|until| *until > now) {
            Some(until) => Err(until),
            None => {
                pace.next = Some(now + pace.counted.max(pace.learned));
                Ok(())
            }
        }
    }

    /// Learns from an answer.
    pub(super) fn learn(&self, class: Class, status: StatusCode, headers: &Headers) {
        let remaining = class
            .headers()
            .iter()
            .filter_map(|name| headers.get_optional_str(name)?.trim().parse::<u32>().ok())
            .min();
        let now = Instant::now();
        let mut state = self.state();
        let closed_until = state.closed_until;
        let pace = &mut state.paces[class as usize];
        if status == StatusCode::TooManyRequests {
            // Of the requests that were under way when the gate closed, only the first one says something new.
            if closed_until.is_none_or(|until| until <= now) {
                pace.learned = (pace.learned * 2).clamp(class.refill(), FARTHEST_APART);
            }
            let wait = capped(retry_after(headers).unwrap_or(WAIT_UNNAMED));
            tracing::warn!(target: "bartizan::azure", seconds = wait.as_secs(), "throttled by Azure; all requests wait");
            state.closed_until = closed_until.max(Some(now + wait));
            return;
        }
        let shrunk = pace.learned * 7 / 8;
        pace.learned = if shrunk < CLOSEST_APART { Duration::ZERO } else { shrunk };
        pace.counted = match remaining {
            // Twice as slow as the bucket fills, so that it does fill.
            Some(left) if left < FEW / 4 => class.refill() * 2,
            Some(left) if left < FEW => class.refill(),
            _ => Duration::ZERO,
        };
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
    async fn those_that_wait_go_in_the_order_in_which_they_came() {
        let throttle = Arc::new(Throttle::default());
        throttle.learn(Class::Writes, StatusCode::TooManyRequests, &headers(&[("retry-after", "1")]));
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = (0..6)
            .map(|number| {
                let (throttle, order) = (throttle.clone(), order.clone());
                tokio::spawn(async move {
                    throttle.enter(Class::Writes).await;
                    order.lock().unwrap().push(number);
                    if number == 0 {
                        // Closed again while the others wait for their turn.
                        let again = headers(&[("retry-after", "1")]);
                        throttle.learn(Class::Writes, StatusCode::TooManyRequests, &again);
                        throttle.enter(Class::Writes).await;
                        order.lock().unwrap().push(number);
                    }
                })
            })
            .collect();
        for one in waiting {
            one.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4, 5, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn each_429_after_a_wait_doubles_the_pace_and_answers_shrink_it() {
        let throttle = Throttle::default();
        let refused = headers(&[("retry-after", "1")]);
        let mut gaps = Vec::new();
        for _ in 0..3 {
            // Two that were under way at the same time teach no more than one.
            throttle.learn(Class::Writes, StatusCode::TooManyRequests, &refused);
            throttle.learn(Class::Writes, StatusCode::TooManyRequests, &refused);
            throttle.enter(Class::Writes).await;
            gaps.push(waits(&throttle, Class::Writes).await);
        }
        assert_eq!(gaps, [100, 200, 400]);
        for _ in 0..40 {
            throttle.learn(Class::Writes, StatusCode::Ok, &headers(&[]));
        }
        throttle.enter(Class::Writes).await;
        assert_eq!(waits(&throttle, Class::Writes).await, 0);
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
