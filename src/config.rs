//! The settings of a folder: bartizan.toml.

pub mod target;

pub use target::{AuthMethod, Cloud, InvalidTarget, WorkspaceId};
