//! Token buckets: for each subscription and kind of request, as many requests as the bucket holds, and then
//! as many a second as it regains.

use std::collections::BTreeMap;

use axum::http::Method;
use jiff::Timestamp;

use super::caller_object_id;
use super::error::ArmError;
use super::headers::Remaining;
use crate::options::{Bucket, Throttling};

/// What the counters show when nothing is throttled.
const UNTHROTTLED: u32 = 799;

/// How full the buckets are.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    levels: BTreeMap<(String, &'static str), Level>,
}

#[derive(Debug)]
struct Level {
    /// In thousandths of a request, so that a refill of a part of a second counts.
    milli: u64,
    at: Timestamp,
}

impl Buckets {
    /// Takes one request out of the bucket, or says when to come back.
    pub(crate) fn take(
        &mut self,
        throttling: Option<&Throttling>,
        method: &Method,
        subscription: &str,
        now: Timestamp,
    ) -> Result<Remaining, ArmError> {
        let kind = kind_of(method);
        let Some(throttling) = throttling else {
            return Ok(Remaining { kind, requests: UNTHROTTLED });
        };
        let Bucket { size, refill_per_second } = match kind {
            "reads" => throttling.reads,
            "deletes" => throttling.deletes,
            _ => throttling.writes,
        };
        let full = u64::from(size) * 1_000;
        let level = self
            .levels
            .entry((subscription.to_ascii_lowercase(), kind))
            .or_insert(Level { milli: full, at: now });
        let elapsed = u64::try_from(now.duration_since(level.at).as_millis()).unwrap_or(0);
        level.milli = level.milli.saturating_add(elapsed.saturating_mul(refill_per_second.into())).min(full);
        level.at = now;
        if level.milli < 1_000 {
            let lacking = 1_000 - level.milli;
            let seconds = lacking.div_ceil(u64::from(refill_per_second.max(1)) * 1_000).max(1);
            let singular = kind.trim_end_matches('s');
            return Err(ArmError::throttled(singular, subscription, &caller_object_id(), seconds));
        }
        level.milli -= 1_000;
        let requests = u32::try_from(level.milli / 1_000).unwrap_or(u32::MAX);
        Ok(Remaining { kind, requests })
    }
}

fn kind_of(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "reads",
        Method::DELETE => "deletes",
        _ => "writes",
    }
}
