//! Policies that azure_core's pipeline lacks: the token on a loopback address, and our headers.

mod bearer;
mod headers;

pub(super) use bearer::LoopbackBearer;
pub(super) use headers::CommonHeaders;
