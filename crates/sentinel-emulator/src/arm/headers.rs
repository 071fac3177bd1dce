//! The headers of every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::{ArmRequest, Reply};
use crate::state::guid_of;

/// What the counters of the subscription say is left, for the kind of request that was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remaining {
    /// `reads`, `writes` or `deletes`.
    pub(crate) kind: &'static str,
    pub(crate) requests: u32,
}

/// The headers of this answer. `number` counts the requests and makes their ids.
pub(crate) fn of(
    request: &ArmRequest,
    reply: &Reply,
    remaining: Option<Remaining>,
    now: Timestamp,
    number: u64,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    let id = guid_of(&format!("request {number}"));
    let at = now.strftime("%Y%m%dT%H%M%SZ");
    set("cache-control", "no-cache");
    set("pragma", "no-cache");
    set("expires", "-1");
    set("strict-transport-security", "max-age=31536000; includeSubDomains");
    set("x-content-type-options", "nosniff");
    set("x-ms-request-id", &id);
    set("x-ms-correlation-request-id", request.header("x-ms-correlation-request-id").unwrap_or(&id));
    set("x-ms-routing-request-id", &format!("WESTEUROPE:{at}:{id}"));
    if reply.body.is_some() {
        set("content-type", "application/json; charset=utf-8");
    }
    let echo = request.header("x-ms-return-client-request-id");
    if echo.is_some_and(|echo| echo.eq_ignore_ascii_case("true"))
        && let Some(client_id) = request.header("x-ms-client-request-id")
    {
        set("x-ms-client-request-id", client_id);
    }
    if let Some(Remaining { kind, requests }) = remaining {
        let (own, global) = match kind {
            "reads" => (
                "x-ms-ratelimit-remaining-subscription-reads",
                "x-ms-ratelimit-remaining-subscription-global-reads",
            ),
            "deletes" => (
                "x-ms-ratelimit-remaining-subscription-deletes",
                "x-ms-ratelimit-remaining-subscription-global-deletes",
            ),
            _ => (
                "x-ms-ratelimit-remaining-subscription-writes",
                "x-ms-ratelimit-remaining-subscription-global-writes",
            ),
        };
        set(own, &requests.to_string());
        set(global, &requests.saturating_mul(GLOBAL_FACTOR).to_string());
    }
    for (name, value) in &reply.headers {
        set(name, value);
    }
    headers
}

/// The limit over all principals of a subscription is this many times that of one.
const GLOBAL_FACTOR: u32 = 15;
