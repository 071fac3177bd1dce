//! The Azure management client.
//!
//! An [`Operation`](crate::operation::Operation) is a value, built by a pure function and sent by a [`Client`]. On its way it passes
//! azure_core's pipeline with our policies: reads and 429s are retried, a 429 stops all workers of the client, and a
//! write whose outcome is unknown comes back as [`ErrorKind::UnknownOutcome`], for the caller to read before it writes
//! again. Waits use tokio's clock, so that tests run in virtual time.
//!
//! Tokens and secrets are in no `Debug`, message or log.

mod client;
mod credential;
mod endpoint;
mod error;
mod headers;
pub mod in_memory;
mod paging;
mod policy;
mod polling;
mod redact;
mod resources;
mod snapshot;
mod transport;
mod unwrap;

pub use azure_core::http::Transport;
pub use client::{Client, ClientOptions};
pub use credential::{Credential, Environment, detect, process_environment};
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind};
pub use policy::{MAX_RETRIES, MAX_WAIT};
pub use polling::{LONGEST_OPERATION, POLL_INTERVAL};
pub use snapshot::Look;
pub use transport::network;
pub use unwrap::{Unwrapped, unwrap};
