//! A folder of rules, read, compiled and checked.

use std::collections::{BTreeMap, HashSet};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::Global;
use super::exit::UsageError;
use crate::check;
use crate::compile::{self, Compiled, Folder};
use crate::config::{self, Config};
use crate::diagnostic::{Diagnostic, FileId, SourceMap};
use crate::plan::Desired;
use crate::resource::{Identity, Kind};

/// Everything that is known of a folder without a workspace.
pub(super) struct Project {
    /// The files that were read.
    pub map: SourceMap,
    /// The settings.
    pub config: Config,
    /// The documents.
    pub folder: Folder,
    /// The resources.
    pub compiled: Vec<Compiled>,
    /// What is wrong, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the file of settings itself has errors.
    pub settings_in_error: bool,
}

/// How many diagnostics of each code a file has.
pub(super) type Counts = BTreeMap<&'static str, usize>;

impl Project {
    /// Reads the paths, or the folders of the settings where there are none.
    pub(super) fn read(global: &Global, paths: &[Utf8PathBuf]) -> anyhow::Result<Self> {
        Self::read_with(global, paths, &BTreeMap::new())
    }

    /// The same with texts in the place of those that files hold.
    pub(super) fn read_with(
        global: &Global,
        paths: &[Utf8PathBuf],
        texts: &BTreeMap<Utf8PathBuf, String>,
    ) -> anyhow::Result<Self> {
        let mut map = SourceMap::with_texts(texts.clone());
        let mut diagnostics = Vec::new();
        let (config, base, settings_file) = settings(global, &mut map, &mut diagnostics)?;
        let paths = if paths.is_empty() { config.folders_from(&base) } else { paths.to_vec() };
        let folder = Folder::read(&mut map, &paths, &mut diagnostics);
        let compiled = compile::compile(&map, &folder, &config, &mut diagnostics);
        let context = check::Context { map: &map, folder: &folder, compiled: &compiled, config: &config };
        diagnostics.extend(check::check(context));
        let mut diagnostics = check::apply_severities(&config, diagnostics);
        diagnostics.sort_by(|a, b| {
            let place = |d: &Diagnostic| (map.file(d.span.file).path(), d.span.start, d.span.end);
            place(a).cmp(&place(b)).then_with(|| a.code.id.cmp(b.code.id))
        });
        diagnostics.dedup();
        let settings_in_error = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.is_error() && Some(diagnostic.span.file) == settings_file);
        Ok(Self { map, config, folder, compiled, diagnostics, settings_in_error })
    }

    /// The files that have errors.
    pub(super) fn files_in_error(&self) -> HashSet<FileId> {
        self.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span.file).collect()
    }

    /// How many errors and warnings there are.
    pub(super) fn count(&self) -> (usize, usize) {
        let errors = self.diagnostics.iter().filter(|d| d.is_error()).count();
        (errors, self.diagnostics.len() - errors)
    }

    /// How many diagnostics of each code each file has, of those that have any.
    pub(super) fn counts(&self) -> BTreeMap<&Utf8Path, Counts> {
        let mut counts: BTreeMap<&Utf8Path, Counts> = BTreeMap::new();
        for diagnostic in &self.diagnostics {
            let of_file = counts.entry(self.path(diagnostic.span.file)).or_default();
            *of_file.entry(diagnostic.code.id).or_default() += 1;
        }
        counts
    }

    /// The resources of files without errors.
    pub(super) fn deployable(&self) -> Vec<&Compiled> {
        let bad = self.files_in_error();
        self.compiled
            .iter()
            .filter(|compiled| compiled.files.iter().all(|file| !bad.contains(file)))
            .collect()
    }

    /// What stands in files with errors, as far as it has a name.
    pub(super) fn held(&self) -> Vec<Identity> {
        let bad = self.files_in_error();
        let is_bad = |file: &FileId| bad.contains(file);
        let compiled = self.compiled.iter().filter(|compiled| compiled.files.iter().any(is_bad));
        let rules = self.folder.rules.iter().filter(|rule| is_bad(&rule.file));
        let watchlists = self.folder.watchlists.iter().filter(|list| is_bad(&list.document.file));
        let parsers = self.folder.parsers.iter().filter(|parser| is_bad(&parser.file));
        compiled
            .map(|compiled| compiled.resource.identity())
            .chain(rules.filter_map(|rule| Some(Identity::new(Kind::AlertRule, rule.id.as_ref()?.trim()))))
            .chain(watchlists.filter_map(|list| {
                Some(Identity::new(Kind::Watchlist, list.document.alias.as_ref()?.trim()))
            }))
            .chain(
                parsers.filter_map(|parser| {
                    Some(Identity::new(Kind::SavedSearch, compile::parser::id(parser)?))
                }),
            )
            .collect()
    }

    /// The path of a file.
    pub(super) fn path(&self, file: FileId) -> &Utf8Path {
        self.map.file(file).path()
    }
}

/// A resource as a plan wants it.
pub(super) fn desired(compiled: &Compiled) -> Desired<'_> {
    Desired {
        resource: &compiled.resource,
        tables: &compiled.needs.tables,
        watchlists: &compiled.needs.watchlists,
        functions: &compiled.needs.functions,
        connector: compiled.needs.connector.as_deref(),
    }
}

/// The settings alone, for a command that reads no folder of rules.
pub(super) fn settings_alone(global: &Global) -> anyhow::Result<Config> {
    let (mut map, mut diagnostics) = (SourceMap::new(), Vec::new());
    let (config, _, file) = settings(global, &mut map, &mut diagnostics)?;
    let (Some(file), true) = (file, diagnostics.iter().any(Diagnostic::is_error)) else { return Ok(config) };
    let path = map.file(file).path();
    Err(UsageError::new(format!("{path} has errors")).help("`bartizan check` shows them").into())
}

/// The settings, the folder that they stand in, and their file where there is one.
fn settings(
    global: &Global,
    map: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> anyhow::Result<(Config, Utf8PathBuf, Option<FileId>)> {
    let path = global.config.clone().unwrap_or_else(|| Utf8PathBuf::from(config::FILE_NAME));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && global.config.is_none() => {
            return Ok((Config::default(), Utf8PathBuf::new(), None));
        }
        Err(error) => {
            return Err(error).with_context(|| UsageError::new(format!("{path} cannot be read")));
        }
    };
    let base = path.parent().map(Utf8Path::to_owned).unwrap_or_default();
    let file = map.add(path, text);
    let codes: Vec<&str> = check::codes().iter().map(|code| code.id).collect();
    Ok((Config::read(map, file, &codes, diagnostics), base, Some(file)))
}
