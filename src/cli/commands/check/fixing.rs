//! `check --fix`: one kind of fix after the other, and none that brings on something new.

use std::collections::{BTreeMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::project::{Counts, Project};
use crate::cli::view::Printer;
use crate::cli::view::fixes::{self, Fixed};
use crate::cli::{Global, file};
use crate::diagnostic::{Applicability, Diagnostic, SourceMap};
use crate::fix::fix;

/// Fixes of fixes that are followed; one is enough in practice.
const MOST_ROUNDS: usize = 20;

/// Why a fix is not made.
const WORSE: &str = "with the fix something else would be wrong";

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
/// then more of any code than before is tried again with one of them after the other, and goes without those with which
/// it is so: what looked safe for its place was not for the rule.
pub(super) fn fix_files(
    global: &Global,
    paths: &[Utf8PathBuf],
    dry_run: bool,
    printer: &mut Printer,
) -> anyhow::Result<()> {
    let mut fixing = Fixing {
        global,
        paths,
        project: Project::read(global, paths)?,
        texts: BTreeMap::new(),
        changes: BTreeMap::new(),
    };
    let mut tried: HashSet<(Utf8PathBuf, &'static str)> = HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let open = fixing.fixable(|path, code| !tried.contains(&(path.to_owned(), code)));
        let Some(code) = open.first().map(|first| fixing.project.diagnostics[*first].code.id) else { break };
        let of_code: Vec<usize> =
            open.into_iter().filter(|at| fixing.project.diagnostics[*at].code.id == code).collect();
        let mut fixes: BTreeMap<Utf8PathBuf, usize> = BTreeMap::new();
        for at in &of_code {
            *fixes.entry(fixing.path(*at).to_owned()).or_default() += 1;
        }
        tried.extend(fixes.keys().map(|path| (path.clone(), code)));
        let Attempt { made, refused } = fixing.attempt(&of_code)?;
        // One within another waits for it.
        for path in made {
            let left = fixing.fixable(|of, found| found == code && of == path).len();
            if left > 0 && fixes.get(&path).is_some_and(|before| left < *before) {
                tried.remove(&(path, code));
            }
        }
        let mut several = BTreeMap::new();
        for (path, place) in refused {
            match fixes.get(&path) {
                Some(count) if *count > 1 => drop(several.insert(path, *count)),
                _ => fixes::not_fixed(printer, &path, Some(place), code, WORSE),
            }
        }
        fixing.one_by_one(code, several, printer)?;
    }
    let Fixing { changes, texts, .. } = fixing;
    for (path, change) in changes {
        match if dry_run { Ok(()) } else { file::replace_unchanged(&path, &change.before, &texts[&path]) } {
            Ok(()) => fixes::fixed(printer, &path, &change.fixed, dry_run),
            Err(error) => {
                for code in change.fixed.iter().map(|fixed| fixed.code).collect::<HashSet<_>>() {
                    fixes::not_fixed(printer, &path, None, code, &format!("{error:#}"));
                }
            }
        }
    }
    Ok(())
}

/// A folder whose files are fixed in memory.
struct Fixing<'a> {
    global: &'a Global,
    paths: &'a [Utf8PathBuf],
    /// The folder with the fixes that were made.
    project: Project,
    texts: BTreeMap<Utf8PathBuf, String>,
    changes: BTreeMap<Utf8PathBuf, Change>,
}

/// What became of fixes that were tried. A file is in neither where a fix does not find its text.
struct Attempt {
    made: HashSet<Utf8PathBuf>,
    /// The files that would be worse, each with the line and column of its first fix.
    refused: BTreeMap<Utf8PathBuf, (usize, usize)>,
}

impl Fixing<'_> {
    fn path(&self, at: usize) -> &Utf8Path {
        path(&self.project.map, &self.project.diagnostics[at])
    }

    /// The diagnostics that have a fix and whose file and code are wanted, in the order of the files and texts.
    fn fixable(&self, is_wanted: impl Fn(&Utf8Path, &'static str) -> bool) -> Vec<usize> {
        let all = self.project.diagnostics.iter().enumerate();
        all.filter(|(_, found)| is_safe(found) && is_wanted(path(&self.project.map, found), found.code.id))
            .map(|(at, _)| at)
            .collect()
    }

    /// Puts fixes into the texts of the files that are no worse for them.
    fn attempt(&mut self, fixes: &[usize]) -> anyhow::Result<Attempt> {
        let (mut made, mut refused) = (HashSet::new(), BTreeMap::new());
        let files = fix(&self.project.map, fixes.iter().map(|at| &self.project.diagnostics[*at]));
        let mut trial = self.texts.clone();
        for file in &files {
            trial.insert(self.project.map.file(file.file).path().to_owned(), file.text.clone());
        }
        let after = Project::read_with(self.global, self.paths, &trial)?;
        let (before, now) = (self.project.counts(), after.counts());
        for file in files {
            let source = self.project.map.file(file.file);
            let mut fixed = file.fixed.iter().filter_map(|found| fixed(&self.project.map, found)).peekable();
            if is_worse(before.get(source.path()), now.get(source.path())) {
                let place = fixed.peek().map_or((1, 1), |first| (first.line, first.column));
                refused.insert(source.path().to_owned(), place);
                continue;
            }
            let change = self
                .changes
                .entry(source.path().to_owned())
                .or_insert_with(|| Change { before: source.text().to_owned(), fixed: Vec::new() });
            change.fixed.extend(fixed);
            self.texts.insert(source.path().to_owned(), file.text);
            made.insert(source.path().to_owned());
        }
        drop((before, now));
        self.project = match refused.is_empty() {
            true => after,
            false => Project::read_with(self.global, self.paths, &self.texts)?,
        };
        Ok(Attempt { made, refused })
    }

    /// Makes those fixes of a code that can be made, in files in which they cannot be made all at once; `counts` has the
    /// number of each file's fixes. One fix of each file is tried at a time.
    fn one_by_one(
        &mut self,
        code: &'static str,
        mut counts: BTreeMap<Utf8PathBuf, usize>,
        printer: &mut Printer,
    ) -> anyhow::Result<()> {
        // Of a file, how many fixes were left where they are; the next to be tried stands behind them.
        let mut left: BTreeMap<Utf8PathBuf, usize> = BTreeMap::new();
        while !counts.is_empty() {
            let of_code = self.fixable(|path, found| found == code && counts.contains_key(path));
            let mut chosen: BTreeMap<Utf8PathBuf, usize> = BTreeMap::new();
            let mut seen: BTreeMap<&Utf8Path, usize> = BTreeMap::new();
            for at in of_code {
                let path = self.path(at);
                let before = seen.entry(path).or_default();
                if *before == left.get(path).copied().unwrap_or(0) {
                    chosen.insert(path.to_owned(), at);
                }
                *before += 1;
            }
            let fixes: Vec<usize> = chosen.values().copied().collect();
            let Attempt { made, refused } = self.attempt(&fixes)?;
            for path in chosen.keys().filter(|path| !made.contains(*path)) {
                *left.entry(path.clone()).or_default() += 1;
            }
            for (path, place) in refused {
                fixes::not_fixed(printer, &path, Some(place), code, WORSE);
            }
            counts.retain(|path, count| {
                *count -= 1;
                *count > 0 && chosen.contains_key(path)
            });
        }
        Ok(())
    }
}

fn is_safe(found: &Diagnostic) -> bool {
    found.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
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
