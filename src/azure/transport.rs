//! The way to the network, and how much of an answer is read.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind as CoreKind,
    http::{
        AsyncRawResponse, Context, Request, Transport,
        policies::{Policy, PolicyResult},
    },
};
use futures::{StreamExt as _, TryStreamExt as _};

use super::{
    endpoint::Endpoint,
    error::{Error, ErrorKind},
    redact::Redactor,
};

/// Until the connection is open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Between two parts of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// For a whole request, such as the upload of the largest watchlist.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(300);

/// The most of one answer that is read, in bytes after decompression. A page of watchlist items is far below.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The transport to this endpoint over the network: rustls, the machine's proxy settings (not on loopback), no redirects,
/// since the token would go along.
///
/// # Errors
/// [`ErrorKind::Unavailable`] when TLS cannot be set up, as without any trusted certificate.
pub fn network(endpoint: &Endpoint) -> Result<Transport, Error> {
    // reqwest brings none of its own, since that would be a second library for cryptography, in C. An error says that
    // an earlier client has set it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none());
    if endpoint.is_loopback_http() {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| {
        Error::new(ErrorKind::Unavailable, "could not set up the HTTP client")
            .caused_by(&error, &Redactor::default())
    })?;
    Ok(Transport::new(Arc::new(client)))
}

/// A transport whose answers end with an error when they are larger than [`LARGEST_ANSWER`].
pub(super) fn bounded(transport: Transport) -> Transport {
    Transport::with_policy(Arc::new(Bounded { transport, largest: LARGEST_ANSWER }))
}

#[derive(Debug)]
struct Bounded {
    transport: Transport,
    largest: usize,
}

#[async_trait]
impl Policy for Bounded {
    async fn send(&self, ctx: &Context, request: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        let (status, headers, body) = self.transport.send(ctx, request).await?.deconstruct();
        let largest = self.largest;
        let mut seen = 0_usize;
        let body = body.into_stream().map(move |chunk| {
            let chunk = chunk?;
            seen = seen.saturating_add(chunk.len());
            if seen > largest {
                return Err(azure_core::Error::with_message(
                    CoreKind::DataConversion,
                    format!("the response is larger than {largest} bytes"),
                ));
            }
            Ok(chunk)
        });
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::http::{Method, Pipeline, headers::Headers};

    #[derive(Debug)]
    struct Answers(&'static [u8]);

    #[async_trait]
    impl Policy for Answers {
        async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
            Ok(AsyncRawResponse::from_bytes(azure_core::http::StatusCode::Ok, Headers::new(), self.0))
        }
    }

    async fn read(body: &'static [u8], largest: usize) -> azure_core::Result<usize> {
        let transport = Transport::with_policy(Arc::new(Answers(body)));
        let options = azure_core::http::ClientOptions {
            transport: Some(Transport::with_policy(Arc::new(Bounded { transport, largest }))),
            ..Default::default()
        };
        let pipeline = Pipeline::new(None, None, options, vec![], vec![], None);
        let mut request = Request::new("https://management.azure.com/".parse()?, Method::Get);
        Ok(pipeline.send(&Context::new(), &mut request, None).await?.body().as_ref().len())
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_the_limit() {
        assert_eq!(read(b"12345", 5).await.unwrap(), 5);
        let error = read(b"123456", 5).await.unwrap_err();
        assert!(format!("{error:?}").contains("larger than 5 bytes"), "{error:?}");
    }
}
