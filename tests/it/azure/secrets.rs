//! Nothing secret is printed, whatever the service says.

use bartizan::resource::Kind;
use bartizan::{
    azure::{Credential, Endpoint},
    operation::{AuthMethod, Cloud},
};
use serde_json::json;

use super::{Service, json, json_with, log};

const SECRET: &str = "s3cret-of-the-application";
const ISSUED: &str = "issued-token-of-this-test";

/// A service that repeats every secret that it is sent.
fn echoing() -> Service {
    Service::new(|seen| {
        if seen.path.ends_with("/oauth2/v2.0/token") {
            return json(200, &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": ISSUED}));
        }
        let authorization = seen.header("authorization").unwrap();
        let text = format!(
            "{authorization} {} {SECRET} https://x.blob.core.windows.net/?sig=abcdefgh12345678",
            authorization.trim_start_matches("Bearer ")
        );
        json_with(
            400,
            &[("x-ms-correlation-request-id", "c-1")],
            &json!({"error": {"code": text, "message": format!("{text} {}", json!({"error": {"code": text, "message": text}}))}}),
        )
    })
}

fn assert_clean(text: &str) {
    for secret in [SECRET, ISSUED, "abcdefgh12345678"] {
        // Nor the beginning of one that was cut.
        assert!(!text.contains(&secret[..5]), "{secret} is in:\n{text}");
    }
}

#[tokio::test]
async fn no_secret_is_in_an_error_a_debug_form_or_a_log_of_any_level() {
    log::start();
    let service = echoing();
    let environment = |name: &str| match name {
        "AZURE_TENANT_ID" | "AZURE_CLIENT_ID" => Some("an-id".to_owned()),
        "AZURE_CLIENT_SECRET" => Some(SECRET.to_owned()),
        _ => None,
    };
    let credential = Credential::choose(
        Some(AuthMethod::ClientSecret),
        &Endpoint::of(Cloud::Public),
        None,
        &environment,
        &service.transport(),
    )
    .unwrap();
    let client = service.client_with(&credential);
    let body = json!({"properties": {"sasUri": "https://x.blob.core.windows.net/?sig=abcdefgh12345678"}});
    let error = client.put(Kind::AlertRule, "r1", &body).await.unwrap_err();
    assert!(service.seen()[0].body.contains(SECRET), "the service was to be sent the secret");
    assert_clean(&format!("{credential:?} {client:?} {error} {error:?}"));
    assert_clean(&format!("{:#}", anyhow::Error::from(error)));
    let text = log::take();
    assert!(text.contains("==> Request") || text.contains("TRACE"), "the libraries were to log too:\n{text}");
    assert_clean(&text);
}

#[tokio::test]
async fn each_operation_is_logged_with_status_duration_and_correlation_id() {
    let service = Service::new(|seen| match seen.method.as_str() {
        "GET" => json_with(200, &[("x-ms-correlation-request-id", "c-7")], &json!({"value": []})),
        _ => json_with(
            403,
            &[("x-ms-correlation-request-id", "c-8")],
            &json!({"error": {"code": "AuthorizationFailed", "message": "no"}}),
        ),
    });
    let client = service.client();
    log::start();
    client.resources(Kind::AlertRule).await.unwrap();
    client.put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err();
    let text = log::take();
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("INFO bartizan::azure:")).collect();
    assert_eq!(ours.len(), 2, "{text}");
    for (line, parts) in ours.iter().zip([
        ["GET /subscriptions/", "list-alert-rules", "status=200", "milliseconds=", "\"c-7\""],
        ["PUT /subscriptions/", "put-alert-rule", "status=403", "code=\"AuthorizationFailed\"", "\"c-8\""],
    ]) {
        for part in parts {
            assert!(line.contains(part), "{part} is not in: {line}");
        }
    }
}

#[tokio::test]
async fn a_secret_at_the_end_of_a_long_message_is_not_cut_but_taken_out() {
    for length in 1_960..2_001 {
        let service = Service::new(move |seen| {
            let message = format!("{} {}", "x".repeat(length), seen.header("authorization").unwrap());
            json(400, &json!({"error": {"code": "BadRequest", "message": message}}))
        });
        let error =
            service.client_with(&Credential::fixed(ISSUED)).resources(Kind::AlertRule).await.unwrap_err();
        assert_clean(error.message());
    }
}
