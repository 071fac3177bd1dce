//! `check --fix`: the fixes of a folder all at once, and then those that come of them.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::project::Project;
use crate::cli::view::Printer;
use crate::cli::view::fixes::{self, Fixed};
use crate::cli::{Global, file};
use crate::diagnostic::{Applicability, Diagnostic, SourceMap};
use crate::fix::{FixedFile, fix};

/// Fixes of fixes that are followed; two are enough in practice, one for a fix within another.
const MOST_ROUNDS: usize = 10;

/// What `--fix` does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fixing {
    /// Whether to make fixes that somebody has to look at, too.
    pub(super) with_unsafe: bool,
    /// Whether to write nothing.
    pub(super) is_dry_run: bool,
}

/// A file with its fixes, not written yet.
#[derive(Debug, Default)]
struct Change {
    before: String,
    text: String,
    fixed: Vec<Fixed>,
}

/// Fixes files and reports what is fixed.
pub(super) fn fix_files(
    global: &Global,
    paths: &[Utf8PathBuf],
    fixing: Fixing,
    printer: &mut Printer,
) -> anyhow::Result<()> {
    let mut changes: BTreeMap<Utf8PathBuf, Change> = BTreeMap::new();
    for _ in 0..MOST_ROUNDS {
        let texts = changes.iter().map(|(path, change)| (path.clone(), change.text.clone())).collect();
        let project = Project::read_with(global, paths, &texts)?;
        let files = fix(&project.map, project.diagnostics.iter().filter(|found| fixing.makes(found)));
        if files.iter().all(|file| file.text.is_none()) {
            files.iter().for_each(|file| not_fixed(printer, &project.map, file));
            break;
        }
        for FixedFile { file, text, fixed: found, .. } in files {
            let (Some(text), source) = (text, project.map.file(file)) else { continue };
            let change = changes
                .entry(source.path().to_owned())
                .or_insert_with(|| Change { before: source.text().to_owned(), ..Change::default() });
            change.fixed.extend(found.into_iter().filter_map(|found| fixed(&project.map, found)));
            change.text = text;
        }
    }
    for (path, change) in &changes {
        write(printer, path, change, fixing.is_dry_run);
    }
    Ok(())
}

impl Fixing {
    fn makes(self, found: &Diagnostic) -> bool {
        found.fix.as_ref().is_some_and(|fix| self.with_unsafe || fix.applicability == Applicability::Safe)
    }
}

fn write(printer: &mut Printer, path: &Utf8Path, change: &Change, is_dry_run: bool) {
    match if is_dry_run { Ok(()) } else { file::replace_unchanged(path, &change.before, &change.text) } {
        Ok(()) => fixes::fixed(printer, path, &change.fixed, is_dry_run),
        Err(error) => {
            for code in change.fixed.iter().map(|fixed| fixed.code).collect::<BTreeSet<_>>() {
                fixes::not_fixed(printer, path, None, code, &format!("{error:#}"));
            }
        }
    }
}

fn not_fixed(printer: &mut Printer, map: &SourceMap, file: &FixedFile<'_>) {
    for (found, reason) in &file.refused {
        let place = map.location(found.span);
        fixes::not_fixed(printer, place.path, Some((place.line, place.column)), found.code.id, reason);
    }
}

fn fixed(map: &SourceMap, found: &Diagnostic) -> Option<Fixed> {
    let fix = found.fix.as_ref()?;
    let place = map.location(found.span);
    let (old, new) = (fix.old.clone(), fix.new.clone());
    Some(Fixed { line: place.line, column: place.column, code: found.code.id, old, new })
}
