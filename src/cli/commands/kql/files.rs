//! The files in which bare queries stand.

use std::io::{self, Read as _};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::exit::UsageError;
use crate::source;

/// Standard input among paths.
pub(super) const STDIN: &str = "-";

/// Paths with the files of queries that folders hold in the place of the folders, and what could not be searched.
pub(super) fn find(paths: &[Utf8PathBuf]) -> (Vec<Utf8PathBuf>, Vec<(Utf8PathBuf, io::Error)>) {
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        if path == STDIN || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let found = source::discover([path]);
        let is_query = |file: &Utf8PathBuf| {
            let extension = file.extension().map(str::to_ascii_lowercase);
            matches!(extension.as_deref(), Some("kql" | "csl" | "kusto"))
        };
        files.extend(found.files.into_iter().filter(is_query));
        failures.extend(found.failures);
    }
    (files, failures)
}

/// The text of a file or of standard input, byte order mark included.
///
/// # Errors
///
/// One of usage, where it cannot be read or is not UTF-8.
pub(super) fn read(path: &Utf8Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if path == STDIN {
        io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    } else {
        bytes = std::fs::read(path).with_context(|| UsageError::new(format!("{path} cannot be read")))?;
    }
    String::from_utf8(bytes)
        .map_err(|_| UsageError::new(format!("{} is not UTF-8", name(path))).help("save it as UTF-8").into())
}

/// What messages call a file.
pub(super) fn name(path: &Utf8Path) -> &str {
    if path == STDIN { "standard input" } else { path.as_str() }
}
