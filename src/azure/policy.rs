//! What every request passes on its way, in this order: the retry of azure_core with our rules, then for each try the
//! throttle, the token, and the headers.

mod bearer;
mod headers;
mod retry;
mod throttle;
mod write_once;

pub(super) use bearer::{LoopbackBearer, NothingListens};
pub(super) use headers::CommonHeaders;
pub(super) use retry::{ArmRetry, capped};
pub use retry::{MAX_RETRIES, MAX_WAIT};
pub(super) use throttle::Throttle;
pub(super) use write_once::{Interrupted, WriteOnce};
