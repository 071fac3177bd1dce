//! The Azure management client.
//!
//! An [`Operation`](crate::operation::Operation) is a value, built by a pure function and sent by a [`Client`]. Each try
//! passes azure_core's pipeline, which adds the token. Reads and 429s are sent again, a 429 stops all clients of the same
//! identity in the subscription, and a write whose outcome is unknown is returned as [`ErrorKind::UnknownOutcome`], for
//! the caller to read before it writes again. Waits use tokio's clock, so that tests run in virtual time.
//!
//! Tokens and secrets are in no `Debug`, message or log.

mod client;
mod credential;
mod endpoint;
mod error;
mod exchange;
mod headers;
pub mod in_memory;
mod paging;
mod policy;
mod polling;
mod redact;
mod resources;
mod snapshot;
mod throttle;
mod transport;
mod unwrap;

pub use azure_core::http::Transport;
pub use client::{Client, ClientOptions};
pub use credential::{Credential, Environment, detect, process_environment};
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind};
pub use exchange::{MAX_RETRIES, MAX_WAIT};
pub use polling::{LONGEST_OPERATION, POLL_INTERVAL};
pub use transport::network;
pub use unwrap::{Unwrapped, unwrap};
