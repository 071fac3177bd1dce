//! The token endpoint: any client that says who it is gets a token.

use axum::http::StatusCode;
use serde_json::json;

use crate::arm::{ArmRequest, Reply};

/// How long a token is said to live, in seconds.
const LIFETIME_SECONDS: u32 = 3599;

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn answer(request: &ArmRequest) -> Reply {
    let form: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    let given = |name: &str| form.iter().any(|(key, value)| key == name && !value.is_empty());
    for required in ["grant_type", "client_id", "scope"] {
        if !given(required) {
            let text =
                format!("AADSTS900144: The request body must contain the following parameter: '{required}'.");
            return refuse("invalid_request", &text);
        }
    }
    if !form.iter().any(|(key, value)| key == "grant_type" && value == "client_credentials") {
        return refuse("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.");
    }
    if !given("client_secret") && !given("client_assertion") {
        let text = "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' \
             grant type.";
        return refuse("invalid_client", text);
    }
    Reply::ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "ext_expires_in": LIFETIME_SECONDS,
        "access_token": "emulated-access-token",
    }))
}

fn refuse(error: &str, description: &str) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, json!({ "error": error, "error_description": description }))
}
