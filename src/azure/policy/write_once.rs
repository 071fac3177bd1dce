//! A write that may have arrived is not sent again.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind,
    http::{
        Context, Request,
        policies::{Policy, PolicyResult},
    },
};

/// A write was sent, and the connection ended before the whole answer was here.
#[derive(Debug, thiserror::Error)]
#[error("the connection ended before the answer was here")]
pub(in crate::azure) struct Interrupted(#[source] azure_core::Error);

/// Marks what went wrong after a write was sent as [`Interrupted`].
///
/// azure_core's retry repeats every transport error, whatever the method; an error of another kind passes it. A
/// connection that could not be made is left as it is, since nothing was sent.
#[derive(Debug)]
pub(in crate::azure) struct WriteOnce;

#[async_trait]
impl Policy for WriteOnce {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        next[0].send(ctx, request, &next[1..]).await.map_err(|error| match error.kind() {
            ErrorKind::Connection => error,
            _ => azure_core::Error::new(ErrorKind::Other, Interrupted(error)),
        })
    }
}
