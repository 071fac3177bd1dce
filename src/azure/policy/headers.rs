//! The headers that every request has.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::{ACCEPT, USER_AGENT},
    policies::{Policy, PolicyResult},
};

/// Sets `User-Agent` and `Accept`. It runs after azure_core's own policy, which names the SDK instead of the program.
#[derive(Debug)]
pub(in crate::azure) struct CommonHeaders;

#[async_trait]
impl Policy for CommonHeaders {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        request.insert_header(USER_AGENT, concat!("bartizan/", env!("CARGO_PKG_VERSION")));
        request.insert_header(ACCEPT, "application/json");
        next[0].send(ctx, request, &next[1..]).await
    }
}
