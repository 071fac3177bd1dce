//! Each class of error, and what is sent again and what is not.

use bartizan::resource::Kind;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use axum::{body::Body, http::Response};
use azure_core::http::{
    AsyncRawResponse, Context, Request,
    policies::{Policy, PolicyResult},
};
use bartizan::{
    azure::{Client, ClientOptions, Credential, Endpoint, ErrorKind, MAX_RETRIES, Transport},
    operation::Cloud,
};
use serde_json::{Value, json};

use super::{Seen, Service, TOKEN, json, json_with, sentinel, workspace};

fn arm_error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

#[tokio::test(start_paused = true)]
async fn each_answer_has_its_kind_and_keeps_code_text_and_correlation_id() {
    let cases: &[(u16, &str, &str, ErrorKind)] = &[
        (400, "BadRequest", "Invalid data model. [: Invalid Properties]", ErrorKind::Rejected),
        (
            400,
            "BadRequest",
            "The rule with id '1' was recently deleted. You need to allow some time before re-using the same id.",
            ErrorKind::RecentlyDeleted,
        ),
        (401, "InvalidAuthenticationToken", "The access token is invalid.", ErrorKind::Authentication),
        (403, "AuthorizationFailed", "The client does not have authorization", ErrorKind::Forbidden),
        (404, "ResourceGroupNotFound", "Resource group 'rg' could not be found.", ErrorKind::NotFound),
        (
            409,
            "Conflict",
            "Newer instance of rule 'x' exists (Etag does not match). Data was not saved.",
            ErrorKind::Conflict,
        ),
        (412, "PreconditionFailed", "Etag", ErrorKind::PreconditionFailed),
        (422, "Unprocessable", "no", ErrorKind::Rejected),
        (429, "SubscriptionRequestsThrottled", "Number of 'write' requests exceeded.", ErrorKind::Throttled),
        (500, "InternalServerError", "oops", ErrorKind::UnknownOutcome),
    ];
    for (status, code, message, kind) in cases {
        let (status, body) = (*status, arm_error(code, message));
        let service =
            Service::new(move |_| json_with(status, &[("x-ms-correlation-request-id", "c-1")], &body));
        let error = service.client().put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
        assert_eq!(error.kind(), *kind, "{status} {code}");
        assert_eq!(
            (error.status(), error.code(), error.message(), error.correlation_id()),
            (Some(status), Some(*code), *message, Some("c-1"))
        );
        assert_eq!(error.operation(), Some(format!("PUT {}", sentinel("alertRules/r1")).as_str()));
    }
}

#[tokio::test]
async fn an_error_reads_as_one_line_with_all_that_support_asks_for() {
    let inner = json!({"error": {"code": "BadArgumentError", "message": "The request had some invalid properties",
        "innererror": {"code": "SEM0100", "message": "'where' operator: Failed to resolve scalar expression named 'Foo'"}}});
    let body = arm_error("BadRequest", &format!("FailedToResolveScalarExpression; Message: {inner}"));
    let service = Service::new(move |_| json_with(400, &[("x-ms-request-id", "c-2")], &body));
    let error = service.client().put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "PUT {}: FailedToResolveScalarExpression: SEM0100: 'where' operator: Failed to resolve scalar expression \
             named 'Foo' (status 400, correlation id c-2)",
            sentinel("alertRules/r1")
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_that_the_service_failed_on_is_not_sent_again() {
    for status in [408, 500, 502, 503, 504] {
        let service = Service::new(move |_| json_with(status, &[("retry-after", "1")], &json!({})));
        let client = service.client();
        let put = client.put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
        let delete = client.delete(Kind::AlertRule, "r1").await.unwrap_err();
        assert_eq!([put.kind(), delete.kind()], [ErrorKind::UnknownOutcome; 2], "{status}");
        assert_eq!(service.calls(), ["PUT alertRules/r1", "DELETE alertRules/r1"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_the_service_failed_on_is_sent_again() {
    for status in [408, 429, 500, 502, 503, 504] {
        let service = Service::new(move |seen| match seen.index {
            0 | 1 => json(status, &json!({})),
            _ => json(200, &json!({"name": "r1"})),
        });
        let found = service.client().get(Kind::AlertRule, "r1").await.unwrap();
        assert_eq!(found, Some(json!({"name": "r1"})), "{status}");
        assert_eq!(service.calls().len(), 3, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_gives_up_after_some_retries() {
    let service =
        Service::new(|_| json(503, &json!({"error": {"code": "ServiceUnavailable", "message": "later"}})));
    let error = service.client().resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Unavailable, "later"));
    assert_eq!(service.calls().len(), 1 + MAX_RETRIES as usize);
}

#[tokio::test]
async fn what_is_refused_is_not_sent_again() {
    for status in [400, 401, 403, 404, 409, 412] {
        let service = Service::new(move |_| json(status, &arm_error("X", "no")));
        service.client().resources(Kind::AlertRule).await.unwrap_err();
        assert_eq!(service.calls().len(), 1, "{status}");
    }
}

/// An answer whose body ends with a broken connection.
fn broken_off() -> Response<Body> {
    let chunks = [Ok("{\"name\""), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    Response::new(Body::from_stream(futures::stream::iter(chunks)))
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_off_makes_the_outcome_of_a_write_unknown() {
    let service = Service::new(|_| broken_off());
    let error = service.client().put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    assert!(error.to_string().contains("it is unknown whether this took effect"), "{error}");
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_whose_connection_breaks_off_is_sent_again() {
    let service =
        Service::new(|seen| if seen.index == 0 { broken_off() } else { json(200, &json!({"name": "r1"})) });
    assert!(service.client().get(Kind::AlertRule, "r1").await.unwrap().is_some());
    assert_eq!(service.calls().len(), 2);
}

/// A transport without a way to the service for some tries.
#[derive(Debug)]
struct Unreachable {
    tries: AtomicUsize,
    until: usize,
}

#[async_trait]
impl Policy for Unreachable {
    async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        if self.tries.fetch_add(1, Ordering::SeqCst) < self.until {
            return Err(azure_core::Error::with_error(
                azure_core::error::ErrorKind::Connection,
                std::io::Error::from(std::io::ErrorKind::ConnectionRefused),
                "failed to execute `reqwest` request",
            ));
        }
        let headers = azure_core::http::headers::Headers::new();
        Ok(AsyncRawResponse::from_bytes(azure_core::http::StatusCode::Ok, headers, "{}"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_left_is_sent_again_and_its_failure_says_why() {
    for (until, succeeds) in [(2, true), (usize::MAX, false)] {
        let transport = Arc::new(Unreachable { tries: AtomicUsize::new(0), until });
        let options = ClientOptions {
            transport: Some(Transport::with_policy(transport.clone())),
            ..ClientOptions::default()
        };
        let client =
            Client::new(workspace(), Endpoint::of(Cloud::Public), &Credential::fixed(TOKEN), options)
                .unwrap();
        let result = client.put(Kind::AlertRule, "r1", &json!({})).await;
        if succeeds {
            result.unwrap();
            assert_eq!(transport.tries.load(Ordering::SeqCst), 3);
        } else {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            let chain = format!("{:#}", anyhow::Error::from(error));
            assert!(chain.contains("could not connect") && chain.contains("connection refused"), "{chain}");
        }
    }
}

#[tokio::test]
async fn what_is_absent_is_none_but_a_missing_workspace_is_an_error() {
    let absent: &[(&str, &str)] = &[
        ("NotFound", "Cannot find rule with resource name 'r1' for workspaceId 'w'."),
        ("404", "Resource 'w' does not exist"),
    ];
    for (code, message) in absent {
        let body = arm_error(code, message);
        let service = Service::new(move |_| json(404, &body));
        assert_eq!(service.client().get(Kind::AlertRule, "r1").await.unwrap(), None, "{code}");
        assert_eq!(service.client().get(Kind::Watchlist, "w").await.unwrap(), None, "{code}");
        service.client().delete(Kind::AlertRule, "r1").await.unwrap();
        service.client().delete(Kind::Watchlist, "w").await.unwrap();
    }
    for code in ["ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound", "InvalidResourceType"] {
        let service = Service::new(move |_| json(404, &arm_error(code, "not found")));
        for error in [
            service.client().get(Kind::AlertRule, "r1").await.unwrap_err(),
            service.client().get(Kind::Watchlist, "w").await.unwrap_err(),
            service.client().delete(Kind::AlertRule, "r1").await.unwrap_err(),
            service.client().delete(Kind::Watchlist, "w").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{code}");
        }
    }
    let service = Service::new(|_| json(404, &arm_error("ResourceNotFound", "The Resource was not found.")));
    assert_eq!(service.client().get_workspace().await.unwrap(), None);
    assert_eq!(service.client().get_table("T_CL").await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_named_and_not_shown() {
    let page = |_: &Seen| Response::new(Body::from("<html><body>sign in to the proxy</body></html>"));
    let read = Service::new(page).client().resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!(read.kind(), ErrorKind::Protocol);
    let write = Service::new(page).client().put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
    assert_eq!(write.kind(), ErrorKind::UnknownOutcome);
    assert!(!format!("{read:?} {write:?}").contains("proxy"));
}
