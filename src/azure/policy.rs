//! What azure_core's pipeline does to every request of ours besides its own: the token on loopback, and the headers.

mod bearer;
mod headers;

pub(super) use bearer::LoopbackBearer;
pub(super) use headers::CommonHeaders;
