//! `check --fix`: one kind of fix after the other, and none that brings on something new.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::project::Project;
use crate::cli::{Global, view};
use crate::diagnostic::{Diagnostic, FileId, SourceMap};
use crate::fix::{FixedFile, fix};

/// Fixes of fixes that are followed; one is enough in practice.
const MOST_ROUNDS: usize = 20;

/// Fixes files and tells what was fixed.
///
/// The fixes of one code are written into the files, and the folder is read again. A file in which there is then more of
/// any code than before gets its old text back: what looked safe for its place was not for the rule.
pub(super) fn fix_files(global: &Global, paths: &[Utf8PathBuf]) -> anyhow::Result<()> {
    let mut tried: HashSet<(Utf8PathBuf, &'static str)> = HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let project = Project::read(global, paths)?;
        let path_of = |diagnostic: &Diagnostic| project.map.file(diagnostic.span.file).path().to_owned();
        let open = |diagnostic: &&Diagnostic| {
            diagnostic.fix.is_some() && !tried.contains(&(path_of(diagnostic), diagnostic.code.id))
        };
        let Some(code) = project.diagnostics.iter().find(open).map(|found| found.code.id) else { break };
        let of_code = project.diagnostics.iter().filter(open).filter(|found| found.code.id == code);
        // A file that cannot be written stays as it is, and the others are fixed all the same.
        let mut files = fix(&project.map, of_code);
        files.retain(|file| match write(&project.map, file) {
            Ok(()) => true,
            Err(error) => {
                view::not_fixed(path(&project.map, file.file), code, &format!("{error:#}"));
                false
            }
        });
        let after = Project::read(global, paths)?;
        let before = counts(&project);
        let now = counts(&after);
        // A fix that is not in a file's text would be looked for for ever.
        let asked = project.diagnostics.iter().filter(open).filter(|found| found.code.id == code);
        let asked: Vec<_> = asked.map(|found| (path_of(found), code)).collect();
        tried.extend(asked);
        for file in files {
            let path = project.map.file(file.file).path();
            if worse(before.get(path), now.get(path)) {
                restore(&project.map, &file)?;
                view::not_fixed(path, code, "with the fix something else would be wrong");
            } else {
                view::fixed(&project.map, &file.fixed, false);
            }
        }
    }
    Ok(())
}

/// Tells what would be fixed.
pub(super) fn show_fixes(project: &Project) {
    for file in fix(&project.map, &project.diagnostics) {
        view::fixed(&project.map, &file.fixed, true);
    }
}

/// How many diagnostics of each code each file has.
fn counts(project: &Project) -> BTreeMap<&Utf8Path, BTreeMap<&'static str, usize>> {
    let mut counts: BTreeMap<&Utf8Path, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for diagnostic in &project.diagnostics {
        let path = project.map.file(diagnostic.span.file).path();
        *counts.entry(path).or_default().entry(diagnostic.code.id).or_default() += 1;
    }
    counts
}

type Counts = BTreeMap<&'static str, usize>;

fn worse(before: Option<&Counts>, now: Option<&Counts>) -> bool {
    let count = |code| before.and_then(|counts| counts.get(code)).copied().unwrap_or(0);
    now.is_some_and(|now| now.iter().any(|(code, found)| *found > count(code)))
}

/// Writes a file with its fixes, unless it is no longer what was read.
fn write(map: &SourceMap, fixed: &FixedFile<'_>) -> anyhow::Result<()> {
    replace(path(map, fixed.file), map.file(fixed.file).text(), &fixed.text)
}

fn restore(map: &SourceMap, fixed: &FixedFile<'_>) -> anyhow::Result<()> {
    replace(path(map, fixed.file), &fixed.text, map.file(fixed.file).text())
}

fn path(map: &SourceMap, file: FileId) -> &Utf8Path {
    map.file(file).path()
}

/// Writes beside the file and then in its place, so that a crash leaves the old text; a link leads to the same file as
/// before.
fn replace(path: &Utf8Path, old: &str, new: &str) -> anyhow::Result<()> {
    let replace = || -> anyhow::Result<()> {
        let target = path.canonicalize_utf8()?;
        if std::fs::read(&target)? != old.as_bytes() {
            anyhow::bail!("somebody else changed it meanwhile");
        }
        let permissions = std::fs::metadata(&target)?.permissions();
        if permissions.readonly() {
            anyhow::bail!("it is read-only");
        }
        // A new file under a name that nobody can prepare: what stands there already is never written to.
        let name = format!(".{}.{}", target.file_name().unwrap_or("file"), uuid::Uuid::new_v4());
        let beside = target.with_file_name(name);
        std::fs::File::create_new(&beside)?.write_all(new.as_bytes())?;
        std::fs::set_permissions(&beside, permissions)?;
        std::fs::rename(&beside, &target)?;
        Ok(())
    };
    replace()
}
