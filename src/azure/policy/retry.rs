//! Which answers are asked for again, how often, and after how long.

use std::time::Duration;

use async_trait::async_trait;
use azure_core::http::{
    StatusCode,
    policies::{RetryHeaders, RetryPolicy},
};

use crate::azure::headers::{RETRY_AFTER, RETRY_AFTER_MS};

/// How often one operation is sent again.
pub const MAX_RETRIES: u32 = 5;

/// The longest wait before one retry, whatever `Retry-After` says.
pub const MAX_WAIT: Duration = Duration::from_secs(300);

/// The wait before the first retry where the service names none; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A wait with the cap.
pub(in crate::azure) fn capped(wait: Duration) -> Duration {
    wait.min(MAX_WAIT)
}

/// The retry of reads, or of writes.
#[derive(Debug)]
pub(in crate::azure) struct ArmRetry {
    statuses: &'static [StatusCode],
    headers: RetryHeaders,
}

impl ArmRetry {
    /// A read is asked again whenever the service or the way to it failed.
    pub(in crate::azure) fn reads() -> Self {
        Self::of(&[
            StatusCode::RequestTimeout,
            StatusCode::TooManyRequests,
            StatusCode::InternalServerError,
            StatusCode::BadGateway,
            StatusCode::ServiceUnavailable,
            StatusCode::GatewayTimeout,
        ])
    }

    /// A write is sent again only when it certainly had no effect: after a 429, and when no connection was made
    /// (see [`super::WriteOnce`]).
    pub(in crate::azure) fn writes() -> Self {
        Self::of(&[StatusCode::TooManyRequests])
    }

    fn of(statuses: &'static [StatusCode]) -> Self {
        Self { statuses, headers: RetryHeaders { retry_headers: vec![RETRY_AFTER_MS, RETRY_AFTER] } }
    }
}

#[async_trait]
impl RetryPolicy for ArmRetry {
    // The time since the start comes from the wall clock, which tests in virtual time do not move: tries are counted.
    fn is_expired(&self, _since_start: azure_core::time::Duration, retries: u32) -> bool {
        retries >= MAX_RETRIES
    }

    fn retry_headers(&self) -> Option<&RetryHeaders> {
        Some(&self.headers)
    }

    fn retry_status_codes(&self) -> &[StatusCode] {
        self.statuses
    }

    fn sleep_duration(&self, retry: u32) -> azure_core::time::Duration {
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1)));
        // At most 300 s, which always fits.
        azure_core::time::Duration::try_from(capped(wait)).unwrap_or(azure_core::time::Duration::ZERO)
    }

    async fn wait(&self, retry: u32, retry_after: Option<azure_core::time::Duration>) {
        let wait = retry_after.unwrap_or_else(|| self.sleep_duration(retry));
        // A negative wait comes from a header that lies.
        tokio::time::sleep(capped(Duration::try_from(wait).unwrap_or(Duration::ZERO))).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::time::Duration as Span;

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_what_the_service_asks_for_up_to_the_cap() {
        let policy = ArmRetry::reads();
        for (asked, waited) in [
            (Some(Span::seconds(17)), 17_000),
            (Some(Span::seconds(i64::MAX)), 300_000),
            (Some(Span::seconds(-5)), 0),
            (None, 500),
        ] {
            let start = tokio::time::Instant::now();
            policy.wait(1, asked).await;
            assert_eq!(start.elapsed().as_millis(), waited, "{asked:?}");
        }
    }

    #[test]
    fn waits_double_and_end() {
        let policy = ArmRetry::writes();
        let waits = (1..=4).map(|retry| policy.sleep_duration(retry).whole_milliseconds());
        assert_eq!(waits.collect::<Vec<_>>(), [500, 1_000, 2_000, 4_000]);
        assert_eq!(policy.sleep_duration(u32::MAX), Span::seconds(300));
        assert!(
            !policy.is_expired(Span::ZERO, MAX_RETRIES - 1) && policy.is_expired(Span::ZERO, MAX_RETRIES)
        );
    }
}
