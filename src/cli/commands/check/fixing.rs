//! `check --fix`: one kind of fix after the other, and none that brings on something new.

use std::collections::{BTreeMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::project::{Counts, Project};
use crate::cli::{Global, file, view};
use crate::diagnostic::{Diagnostic, SourceMap};
use crate::fix::fix;

/// Fixes of fixes that are followed; one is enough in practice.
const MOST_ROUNDS: usize = 20;

/// A fix that was made.
#[derive(Debug)]
pub(in crate::cli) struct Fixed {
    pub(in crate::cli) line: usize,
    pub(in crate::cli) column: usize,
    pub(in crate::cli) code: &'static str,
    pub(in crate::cli) old: String,
    pub(in crate::cli) new: String,
}

/// A file with its fixes, not written yet.
#[derive(Debug, Default)]
struct Change {
    /// What was read.
    before: String,
    fixed: Vec<Fixed>,
}

/// Fixes files and tells what was fixed; with `dry_run` tells what would be.
///
/// The fixes of one code are put into the texts in memory, and the folder is checked with them. A file in which there is
/// then more of any code than before goes without these fixes: what looked safe for its place was not for the rule.
pub(super) fn fix_files(global: &Global, paths: &[Utf8PathBuf], dry_run: bool) -> anyhow::Result<()> {
    let mut texts: BTreeMap<Utf8PathBuf, String> = BTreeMap::new();
    let mut changes: BTreeMap<Utf8PathBuf, Change> = BTreeMap::new();
    let mut tried: HashSet<(Utf8PathBuf, &'static str)> = HashSet::new();
    let mut project = Project::read(global, paths)?;
    for _ in 0..MOST_ROUNDS {
        let is_open = |diagnostic: &&Diagnostic| {
            let key = (path(&project.map, diagnostic).to_owned(), diagnostic.code.id);
            diagnostic.fix.is_some() && !tried.contains(&key)
        };
        let open: Vec<&Diagnostic> = project.diagnostics.iter().filter(is_open).collect();
        let Some(code) = open.first().map(|first| first.code.id) else { break };
        let of_code: Vec<&Diagnostic> = open.into_iter().filter(|found| found.code.id == code).collect();
        tried.extend(of_code.iter().map(|found| (path(&project.map, found).to_owned(), code)));
        let files = fix(&project.map, of_code);
        let mut trial = texts.clone();
        for file in &files {
            trial.insert(project.map.file(file.file).path().to_owned(), file.text.clone());
        }
        let after = Project::read_with(global, paths, &trial)?;
        let (before, now) = (project.counts(), after.counts());
        for file in files {
            let source = project.map.file(file.file);
            if is_worse(before.get(source.path()), now.get(source.path())) {
                view::not_fixed(source.path(), code, "with the fix something else would be wrong");
                continue;
            }
            let change = changes
                .entry(source.path().to_owned())
                .or_insert_with(|| Change { before: source.text().to_owned(), fixed: Vec::new() });
            change.fixed.extend(file.fixed.iter().filter_map(|found| fixed(&project.map, found)));
            texts.insert(source.path().to_owned(), file.text);
        }
        project = Project::read_with(global, paths, &texts)?;
    }
    for (path, change) in changes {
        match if dry_run { Ok(()) } else { file::replace_unchanged(&path, &change.before, &texts[&path]) } {
            Ok(()) => view::fixed(&path, &change.fixed, dry_run),
            Err(error) => {
                for code in change.fixed.iter().map(|fixed| fixed.code).collect::<HashSet<_>>() {
                    view::not_fixed(&path, code, &format!("{error:#}"));
                }
            }
        }
    }
    Ok(())
}

fn path<'a>(map: &'a SourceMap, diagnostic: &Diagnostic) -> &'a Utf8Path {
    map.file(diagnostic.span.file).path()
}

fn fixed(map: &SourceMap, diagnostic: &Diagnostic) -> Option<Fixed> {
    let fix = diagnostic.fix.as_ref()?;
    let (line, column) = map.file(diagnostic.span.file).line_column(diagnostic.span.start);
    Some(Fixed { line, column, code: diagnostic.code.id, old: fix.old.clone(), new: fix.new.clone() })
}

fn is_worse(before: Option<&Counts>, now: Option<&Counts>) -> bool {
    let count = |code| before.and_then(|counts| counts.get(code)).copied().unwrap_or(0);
    now.is_some_and(|now| now.iter().any(|(code, found)| *found > count(code)))
}
