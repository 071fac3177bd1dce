//! What every resource shares as Azure Resource Manager has it: requests, answers, errors, etags, lists.

pub(crate) mod error;
pub(crate) mod headers;
pub(crate) mod lacking;
pub(crate) mod list;
pub(crate) mod route;
pub(crate) mod throttle;
pub(crate) mod version;

use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::Options;
use crate::state::{Operation, Serial, Workspace, guid_of};
use error::ArmError;
use version::ApiVersion;

/// A request, read as far as HTTP goes.
#[derive(Debug)]
pub(crate) struct ArmRequest {
    pub(crate) method: Method,
    /// The path as it was sent.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Scheme and authority, for absolute links.
    pub(crate) base: String,
}

impl ArmRequest {
    /// The value of a query parameter, whose name is compared without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The error for a method that the resource does not have.
    pub(crate) fn not_allowed(&self) -> ArmError {
        let message = format!("The requested resource does not support http method '{}'.", self.method);
        ArmError::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    /// The body as a JSON object.
    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, ArmError> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(ArmError::bad_request(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: a JSON object is expected.",
            )),
            Err(error) => Err(ArmError::bad_request(
                "InvalidRequestContent",
                format!("The request content was invalid and could not be deserialized: '{error}'."),
            )),
        }
    }
}

/// An answer: status, body and the headers that are this answer's own.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// JSON.
    pub(crate) body: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, body: Some(body.to_string()), headers: Vec::new() }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, headers: Vec::new() }
    }
}

/// What a resource's verbs work with: the request, one workspace, and the time.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a ArmRequest,
    pub(crate) options: &'a Options,
    pub(crate) version: &'a ApiVersion,
    pub(crate) now: Timestamp,
    pub(crate) workspace: &'a mut Workspace,
    pub(crate) serial: Serial<'a>,
    pub(crate) operations: &'a mut std::collections::BTreeMap<String, Operation>,
}

impl Call<'_> {
    /// Fails with 405 for any other method than GET.
    pub(crate) fn require_get(&self) -> Result<(), ArmError> {
        if self.request.method == Method::GET { Ok(()) } else { Err(self.request.not_allowed()) }
    }

    /// Fails with 412 when `If-Match` (where the emulator evaluates it) does not hold for this etag.
    pub(crate) fn check_if_match(&self, current: Option<&str>) -> Result<(), ArmError> {
        if !self.options.evaluate_if_match {
            return Ok(());
        }
        let holds = match (self.request.header("if-match"), current) {
            (None, _) => true,
            (Some("*"), current) => current.is_some(),
            (Some(expected), Some(current)) => bare(expected) == bare(current),
            (Some(_), None) => false,
        };
        if holds {
            Ok(())
        } else {
            Err(ArmError::new(
                StatusCode::PRECONDITION_FAILED,
                "PreconditionFailed",
                "The condition specified using the If-Match header is not met.",
            ))
        }
    }
}

/// The etag that a body carries; null, empty and `*` set no condition.
pub(crate) fn body_etag(body: &Map<String, Value>) -> Option<&str> {
    body.get("etag").and_then(Value::as_str).filter(|etag| !etag.is_empty() && *etag != "*")
}

/// Whether two etags are the same, with or without their quotes.
pub(crate) fn same_etag(left: &str, right: &str) -> bool {
    bare(left) == bare(right)
}

fn bare(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}

/// The application id of every caller.
pub(crate) fn caller_app_id() -> String {
    guid_of("caller application")
}

/// The object id of every caller.
pub(crate) fn caller_object_id() -> String {
    guid_of("caller object")
}

/// The tenant of every subscription.
pub(crate) fn tenant_id() -> String {
    guid_of("tenant")
}

/// An instant as the service writes it (`2026-03-25T07:45:17.671388Z`).
pub(crate) fn instant(at: Timestamp) -> String {
    at.round(jiff::Unit::Microsecond).unwrap_or(at).to_string()
}

/// An instant with an offset in place of Z, as watchlists write theirs.
pub(crate) fn instant_with_offset(at: Timestamp) -> String {
    instant(at).replace('Z', "+00:00")
}

/// The `systemData` of a resource.
pub(crate) fn system_data(created: Timestamp, modified: Timestamp) -> Value {
    json!({
        "createdAt": instant(created),
        "createdBy": caller_app_id(),
        "createdByType": "Application",
        "lastModifiedAt": instant(modified),
        "lastModifiedBy": caller_app_id(),
        "lastModifiedByType": "Application",
    })
}
