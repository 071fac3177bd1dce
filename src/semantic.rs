//! One model of each query: its tree, what it means, what it reads, and where it is in its file.
//!
//! Every query of a folder has one [`QueryModel`], whether a rule, a parser or indicators gave it. [`Models`] makes them all:
//! parsers in the order of their calls, since a caller needs the columns of what it calls, and everything else in
//! parallel. What compiles, checks, fixes or lays out queries takes its answers from here and reads no query itself.

mod calls;
mod draft;
mod functions;
mod models;
mod parallel;
pub mod parser;
mod pull;
mod query;

pub use draft::Draft;
pub use models::Models;
pub use pull::pull;
pub use query::{QueryId, QueryModel, WatchlistRead};
