//! Errors as Azure Resource Manager writes them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Reply;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ArmError {
    status: StatusCode,
    code: String,
    message: String,
    retry_after_seconds: Option<u64>,
}

impl ArmError {
    pub(crate) fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), retry_after_seconds: None }
    }

    pub(crate) fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", message)
    }

    pub(crate) fn missing_resource(resource_type: &str, name: &str, resource_group: &str) -> Self {
        Self::not_found(
            "ResourceNotFound",
            format!(
                "The Resource '{resource_type}/{name}' under resource group '{resource_group}' was not found."
            ),
        )
    }

    /// 429 of the subscription's bucket for this kind of request.
    pub(crate) fn throttled(kind: &str, subscription: &str, actor: &str, seconds: u64) -> Self {
        let message = format!(
            "Number of '{kind}' requests for subscription '{subscription}' actor '{actor}' exceeded. \
             Please try again after '{seconds}' seconds."
        );
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "SubscriptionRequestsThrottled", message);
        error.retry_after_seconds = Some(seconds);
        error
    }

    pub(crate) fn into_reply(self) -> Reply {
        let body = error_body(&self.code, &self.message);
        let mut reply = Reply::json(self.status, body);
        if let Some(seconds) = self.retry_after_seconds {
            reply.headers.push(("retry-after", seconds.to_string()));
        }
        reply
    }
}

fn error_body(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
