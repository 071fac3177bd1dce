//! A client of a few lines, and the bodies that the tests start from.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use sentinel_emulator::{Emulator, ManualClock, Options};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) const HOST: &str = "https://management.azure.com";
pub(crate) const WORKSPACE: &str = "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law";
pub(crate) const STABLE: &str = "2025-09-01";
pub(crate) const PREVIEW: &str = "2025-10-01-preview";

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

/// An emulator and its clock, which stands at 2026-03-25T07:45:17Z until moved.
pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) clock: ManualClock,
    pub(crate) version: &'static str,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = ManualClock::new("2026-03-25T07:45:17.671388Z".parse().unwrap());
        let mut options = Options { clock: Arc::new(clock.clone()), ..Options::default() };
        change(&mut options);
        Self { emulator: Emulator::new(options), clock, version: STABLE }
    }

    pub(crate) fn preview() -> Self {
        Self { version: PREVIEW, ..Self::new() }
    }

    /// A request to a Sentinel resource of the workspace.
    pub(crate) async fn call(&self, method: &str, resource: &str, body: Option<Value>) -> Answer {
        let path = format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/{resource}");
        let mark = if resource.contains('?') { '&' } else { '?' };
        self.raw(method, &format!("{HOST}{path}{mark}api-version={}", self.version), &[], body).await
    }

    pub(crate) async fn get(&self, resource: &str) -> Answer {
        self.call("GET", resource, None).await
    }

    pub(crate) async fn put(&self, resource: &str, body: Value) -> Answer {
        self.call("PUT", resource, Some(body)).await
    }

    pub(crate) async fn delete(&self, resource: &str) -> Answer {
        self.call("DELETE", resource, None).await
    }

    /// Any request, with a token.
    pub(crate) async fn raw(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(uri).header("authorization", "Bearer any");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.emulator.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// A scheduled rule with nothing but what is required.
pub(crate) fn scheduled() -> Value {
    json!({
        "kind": "Scheduled",
        "properties": {
            "displayName": "A rule",
            "severity": "High",
            "enabled": true,
            "query": "Heartbeat",
            "queryFrequency": "PT1H",
            "queryPeriod": "PT1H",
            "triggerOperator": "GreaterThan",
            "triggerThreshold": 0,
            "suppressionDuration": "PT5H",
            "suppressionEnabled": false,
        },
    })
}

/// The same as an NRT rule.
pub(crate) fn nrt() -> Value {
    let mut rule = scheduled();
    rule["kind"] = "NRT".into();
    let properties = rule["properties"].as_object_mut().unwrap();
    for name in ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"] {
        properties.remove(name);
    }
    rule
}

/// A rule with these properties set.
pub(crate) fn with(mut rule: Value, properties: Value) -> Value {
    for (name, value) in properties.as_object().unwrap() {
        rule["properties"][name] = value.clone();
    }
    rule
}

/// A rule without this property.
pub(crate) fn without(mut rule: Value, name: &str) -> Value {
    rule["properties"].as_object_mut().unwrap().remove(name);
    rule
}

/// A watchlist without content.
pub(crate) fn watchlist() -> Value {
    json!({ "properties": { "displayName": "A list", "provider": "Custom", "itemsSearchKey": "ip" } })
}
