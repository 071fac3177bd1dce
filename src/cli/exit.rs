//! How a run ends.

use std::fmt;
use std::process::ExitCode;

use crate::azure;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: the files have errors, or a change failed.
    Findings,
    /// 2: the plan has changes, with `--detailed-exitcode`.
    Changes,
    /// 3: the arguments or settings are wrong.
    Usage,
    /// 4: signing in failed.
    Authentication,
    /// 5: held by a guard, with nothing written.
    Held,
}

/// What `--help` says of them.
pub(super) const HELP: &str = "Exit codes:
  0  done
  1  the files have errors, or a change failed
  2  the plan has changes (with --detailed-exitcode)
  3  the arguments or settings are wrong
  4  signing in failed
  5  held by a guard, nothing was written";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A mistake in arguments or settings.
#[derive(Debug)]
pub(super) struct UsageError {
    message: String,
    help: Option<String>,
}

impl UsageError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn hint(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UsageError {}

impl Exit {
    /// How a run ends that met this error.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        if error.is::<UsageError>() {
            return Self::Usage;
        }
        if let Some(error) = error.downcast_ref::<azure::Error>() {
            return match error.kind() {
                azure::ErrorKind::Authentication => Self::Authentication,
                azure::ErrorKind::Endpoint => Self::Usage,
                _ => Self::Findings,
            };
        }
        Self::Findings
    }
}
