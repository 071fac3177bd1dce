//! The only code that prints: one file a renderer, over data that it is given and a printer that is passed in. Results go to
//! standard output; what accompanies them goes to standard error.
//!
//! Everything is understood without colour.

pub(super) mod codes;
pub(super) mod confirm;
pub(super) mod diagnostics;
pub(super) mod emulator;
mod error;
pub(super) mod files;
pub(super) mod fixes;
pub(super) mod json;
pub(super) mod layout;
pub(super) mod log;
mod plan;
mod printer;
mod progress;
pub(super) mod query;
pub(super) mod schema;
mod text;
mod usage;

pub(super) use error::error;
pub(super) use plan::{applied, plan};
pub(super) use printer::{Printer, Stream};
pub(super) use progress::Progress;
pub(super) use usage::usage;

#[cfg(test)]
use printer::printed;
