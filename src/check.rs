//! Diagnostics over documents and resources; one file a check.
//!
//! A check is a function over the whole [`Context`] with the codes that it reports, in a file of its own. To add
//! one, write the file and name it in `CHECKS`; its codes, their documentation and the tests of their examples
//! follow from there.

use crate::compile::{Compiled, Folder};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, SourceMap};

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The files.
    pub map: &'a SourceMap,
    /// The documents.
    pub folder: &'a Folder,
    /// The resources made from those documents that could be converted.
    pub compiled: &'a [Compiled],
    /// The settings.
    pub config: &'a Config,
}

/// One check.
struct Check {
    codes: &'static [&'static Code],
    run: fn(Context<'_>, &mut Vec<Diagnostic>),
}

/// Every check, in the order in which `docs/checks.md` lists them.
const CHECKS: &[Check] = &[];

/// Runs every check.
pub fn check(context: Context<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for check in CHECKS {
        (check.run)(context, &mut diagnostics);
    }
    diagnostics
}

/// Every code of the program, by room.
pub fn codes() -> Vec<&'static Code> {
    let rooms = [
        crate::source::codes(),
        crate::document::codes(),
        crate::feed::codes(),
        crate::compile::indicators::codes(),
    ];
    rooms
        .into_iter()
        .flatten()
        .copied()
        .chain(CHECKS.iter().flat_map(|check| check.codes.iter().copied()))
        .collect()
}
