//! HTTP in, HTTP out: reads a request whole, has it answered, writes the answer.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;

use crate::Emulator;
use crate::arm::{ArmRequest, Reply, error::ArmError};

/// Azure Resource Manager accepts at most 4 MB of content.
const CONTENT_LIMIT: usize = 4 * 1024 * 1024;

/// One handler for every path: axum's own routes are case-sensitive, and those of Azure Resource Manager are not.
pub(crate) fn router(emulator: Emulator) -> Router {
    Router::new().fallback(handle).with_state(emulator)
}

async fn handle(State(emulator): State<Emulator>, request: Request) -> Response {
    match read(request).await {
        Ok(request) => {
            let (reply, headers) = emulator.answer(&request);
            let Reply { status, body, headers: _ } = reply;
            let body = match body {
                Some(body) if request.method != Method::HEAD => Body::from(body),
                _ => Body::empty(),
            };
            let mut response = Response::new(body);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(error) => {
            let reply = error.into_reply();
            let headers = [(header::CONTENT_TYPE, "application/json")];
            let body = reply.body.unwrap_or_default();
            let mut response = axum::response::IntoResponse::into_response((headers, body));
            *response.status_mut() = reply.status;
            response
        }
    }
}

async fn read(request: Request) -> Result<ArmRequest, ArmError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, CONTENT_LIMIT).await.map_err(|_| {
        ArmError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestContentTooLarge",
            format!("The request content size exceeds the maximum size of {CONTENT_LIMIT} bytes."),
        )
    })?;
    let host = || parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let base = match parts.uri.authority() {
        Some(authority) => format!("{}://{authority}", parts.uri.scheme_str().unwrap_or("https")),
        None => format!("http://{}", host().unwrap_or("localhost")),
    };
    let query =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    Ok(ArmRequest {
        path: parts.uri.path().to_owned(),
        method: parts.method,
        query,
        headers: parts.headers,
        body: body.to_vec(),
        base,
    })
}
