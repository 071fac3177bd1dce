//! The response headers that the client acts on.

use std::time::Duration;

use azure_core::{
    http::headers::{HeaderName, Headers},
    time::{OffsetDateTime, parse_rfc7231},
};

use super::error::excerpt;

pub(super) const RETRY_AFTER: HeaderName = HeaderName::from_static("retry-after");
pub(super) const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("x-ms-retry-after-ms");
pub(super) const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");
pub(super) const LOCATION: HeaderName = HeaderName::from_static("location");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// How long the service asks to wait: `x-ms-retry-after-ms` in milliseconds, else `Retry-After` in seconds or as a date.
/// `None` when neither can be read. Not capped.
pub(super) fn retry_after(headers: &Headers) -> Option<Duration> {
    let milliseconds = headers.get_optional_str(&RETRY_AFTER_MS).and_then(|text| text.trim().parse().ok());
    if let Some(milliseconds) = milliseconds {
        return Some(Duration::from_millis(milliseconds));
    }
    let text = headers.get_optional_str(&RETRY_AFTER)?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = parse_rfc7231(text).ok()? - OffsetDateTime::now_utc();
    Some(Duration::try_from(until).unwrap_or(Duration::ZERO))
}

/// The id under which Azure's support finds the request.
pub(super) fn correlation_id(headers: &Headers) -> Option<String> {
    headers
        .get_optional_str(&CORRELATION_ID)
        .or_else(|| headers.get_optional_str(&REQUEST_ID))
        .map(|id| excerpt(id, 100))
        .filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(name: HeaderName, value: &'static str) -> Option<Duration> {
        let mut headers = Headers::new();
        headers.insert(name, value);
        retry_after(&headers)
    }

    #[test]
    fn the_wait_is_seconds_milliseconds_or_a_date() {
        assert_eq!(waits(RETRY_AFTER, "17"), Some(Duration::from_secs(17)));
        assert_eq!(waits(RETRY_AFTER_MS, "250"), Some(Duration::from_millis(250)));
        assert_eq!(waits(RETRY_AFTER, "Fri, 01 Jan 2021 00:00:00 GMT"), Some(Duration::ZERO));
        assert!(waits(RETRY_AFTER, "Fri, 01 Jan 2100 00:00:00 GMT") > Some(Duration::from_secs(86_400)));
    }

    #[test]
    fn nonsense_is_no_wait() {
        for value in ["", "soon", "-5", "1e9"] {
            assert_eq!(waits(RETRY_AFTER, value), None, "{value}");
        }
    }
}
