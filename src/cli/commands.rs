//! The commands, one file each: its arguments, whose comments are its help, and its function.

pub(super) mod apply;
pub(super) mod check;
pub(super) mod compile;
pub(super) mod emulator;
pub(super) mod explain;
pub(super) mod init;
pub(super) mod kql;
pub(super) mod plan;
pub(super) mod schema;
