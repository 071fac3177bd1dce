//! A server as the pipeline's transport: no socket, real URLs, and tokio's clock.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use axum::{Router, http};
use azure_core::{
    Error,
    error::ErrorKind,
    http::{
        AsyncRawResponse, Body, HttpClient, Request, Transport,
        headers::{HeaderName, HeaderValue, Headers},
    },
};
use futures::TryStreamExt as _;
use tower::ServiceExt as _;

/// A transport that answers every request, whatever its host, from this router.
pub fn transport(router: Router) -> Transport {
    Transport::new(Arc::new(InMemory(router)))
}

struct InMemory(Router);

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemory")
    }
}

#[async_trait]
impl HttpClient for InMemory {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let request = server_request(request)?;
        let response = match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (head, body) = response.into_parts();
        let mut headers = Headers::new();
        for (name, value) in &head.headers {
            // A value that is not text is dropped, as the network transport does.
            if let Ok(value) = value.to_str() {
                headers
                    .insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
            }
        }
        let body = body.into_data_stream().map_err(|error| Error::new(ErrorKind::Io, error));
        Ok(AsyncRawResponse::new(head.status.as_u16().into(), headers, Box::pin(body)))
    }
}

/// The same request in the words of a server: the whole URL as its target, the host in its header too.
fn server_request(request: &Request) -> azure_core::Result<http::Request<axum::body::Body>> {
    let Body::Bytes(body) = request.body().clone() else {
        return Err(Error::with_message(ErrorKind::Other, "a streamed body is not supported in memory"));
    };
    let mut built = http::Request::builder().method(request.method().as_str()).uri(request.url().as_str());
    for (name, value) in request.headers().iter() {
        built = built.header(name.as_str(), value.as_str());
    }
    let host = &request.url()[url::Position::BeforeHost..url::Position::AfterPort];
    built
        .header(http::header::HOST, host)
        .body(axum::body::Body::from(body))
        .map_err(|error| Error::new(ErrorKind::Other, error))
}
