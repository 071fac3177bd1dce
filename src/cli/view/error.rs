//! A run that ended before its work was done: why, and what a person can do about it.

use super::Printer;
use crate::azure::{self, ErrorKind};
use crate::cli::exit::UsageError;

/// Writes an error with its causes, and help where there is any.
pub(in crate::cli) fn error(printer: &mut Printer, error: &anyhow::Error) {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Many errors repeat their cause in their own words.
        if !causes.iter().any(|known| known.contains(&text)) {
            causes.push(text);
        }
    }
    printer.err(format_args!("error: {}", causes.join(": ")));
    let hint = error.downcast_ref::<UsageError>().and_then(UsageError::hint);
    if let Some(hint) = hint.or_else(|| error.downcast_ref::<azure::Error>().and_then(|e| remedy(e.kind()))) {
        printer.err(format_args!("help: {hint}"));
    }
}

/// What a person can do about an error of the service.
fn remedy(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Authentication => {
            Some("sign in with `az login`, or choose another way with --auth; plan --help lists them")
        }
        ErrorKind::Forbidden => Some(
            "the identity needs the role Microsoft Sentinel Contributor on the workspace's resource group; a new role may take an hour to count",
        ),
        ErrorKind::NotFound => Some("look at subscription, resource-group and workspace in bartizan.toml"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn causes_follow_one_another_each_said_once() {
        let cause = anyhow!("permission denied").context("x.yaml cannot be read: permission denied");
        assert_snapshot!(printed(|printer| error(printer, &cause.context("the folder was not read"))), @"
        stderr:
        error: the folder was not read: x.yaml cannot be read: permission denied
        ");
    }

    #[test]
    fn a_usage_error_has_its_own_help() {
        let cause = UsageError::new("no workspace is named").help("say --workspace NAME");
        let result: anyhow::Result<()> = Err(cause.into());
        assert_snapshot!(printed(|printer| error(printer, &result.context("nothing was sent").unwrap_err())), @"
        stderr:
        error: nothing was sent: no workspace is named
        help: say --workspace NAME
        ");
    }
}
