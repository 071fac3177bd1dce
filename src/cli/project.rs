//! A folder of rules, read, compiled and checked.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::Global;
use super::exit::UsageError;
use crate::check;
use crate::compile::{self, Compiled, Folder};
use crate::config::{self, Config};
use crate::diagnostic::{Diagnostic, FileId, SourceMap};
use crate::resource::{Identity, Kind};
use crate::schema::{LOCK_FILE, Lock};
use crate::semantic::Models;

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
        let Settings { config, base, file: settings_file } =
            settings(global, true, &mut map, &mut diagnostics)?;
        let paths = if paths.is_empty() { config.folders_from(&base) } else { paths.to_vec() };
        let folder = Folder::read(&mut map, &paths, &mut diagnostics);
        let mut models = Models::new(Arc::new(config.schema.environment()));
        let compiled = compile::compile(&map, &folder, &config, &mut models, &mut diagnostics);
        let context = check::Context {
            map: &map,
            folder: &folder,
            models: &models,
            compiled: &compiled,
            config: &config,
        };
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
            .chain(rules.filter_map(|rule| Some(Identity::new(Kind::AlertRule, rule.id.name()?))))
            .chain(
                watchlists
                    .filter_map(|list| Some(Identity::new(Kind::Watchlist, list.document.alias.name()?))),
            )
            .chain(
                parsers.filter_map(|parser| Some(Identity::new(Kind::SavedSearch, parser.resource_name()?))),
            )
            .collect()
    }

    /// The path of a file.
    pub(super) fn path(&self, file: FileId) -> &Utf8Path {
        self.map.file(file).path()
    }
}

/// The settings alone, for a command that reads no folder of rules.
pub(super) fn settings_alone(global: &Global) -> anyhow::Result<Config> {
    let (mut map, mut diagnostics) = (SourceMap::new(), Vec::new());
    let Settings { config, .. } = settings(global, true, &mut map, &mut diagnostics)?;
    stop_for_errors(&map, &diagnostics)?;
    Ok(config)
}

/// Settings and documents for a command that goes on where rules have errors, and that does without the lock file.
pub(super) struct Unchecked {
    /// The settings.
    pub config: Config,
    /// The folder of bartizan.toml.
    pub base: Utf8PathBuf,
    /// The documents, as far as they can be read.
    pub folder: Folder,
}

impl Unchecked {
    /// Reads the folders of the settings.
    pub(super) fn read(global: &Global) -> anyhow::Result<Self> {
        let (mut map, mut diagnostics) = (SourceMap::new(), Vec::new());
        let Settings { config, base, .. } = settings(global, false, &mut map, &mut diagnostics)?;
        stop_for_errors(&map, &diagnostics)?;
        let folder = Folder::read(&mut map, &config.folders_from(&base), &mut Vec::new());
        Ok(Self { config, base, folder })
    }
}

/// Fails where settings or lock file have errors.
fn stop_for_errors(map: &SourceMap, diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
    let Some(error) = diagnostics.iter().find(|diagnostic| diagnostic.is_error()) else { return Ok(()) };
    let path = map.file(error.span.file).path();
    Err(UsageError::new(format!("{path} has errors")).help("`bartizan check` shows them").into())
}

/// The settings and where they stand.
struct Settings {
    config: Config,
    /// The folder of bartizan.toml and of the lock file.
    base: Utf8PathBuf,
    /// bartizan.toml, where there is one.
    file: Option<FileId>,
}

/// Reads the settings, and the lock file beside them unless it is to be written anew.
fn settings(
    global: &Global,
    with_lock: bool,
    map: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> anyhow::Result<Settings> {
    let path = global.config.clone().unwrap_or_else(|| Utf8PathBuf::from(config::FILE_NAME));
    let base = path.parent().map(Utf8Path::to_owned).unwrap_or_default();
    let file = read_if_there(&path, map)?;
    if file.is_none() && global.config.is_some() {
        return Err(UsageError::new(format!("{path} does not exist")).into());
    }
    let mut config = Config::default();
    if let Some(file) = file {
        let codes: Vec<&str> = check::codes().iter().map(|code| code.id).collect();
        config = Config::read(map, file, &codes, diagnostics);
    }
    if with_lock && let Some(file) = read_if_there(&base.join(LOCK_FILE), map)? {
        config.schema.lock = Lock::read(map, file, diagnostics);
    }
    Ok(Settings { config, base, file })
}

/// Reads a file into the map; `None` where there is none.
fn read_if_there(path: &Utf8Path, map: &mut SourceMap) -> anyhow::Result<Option<FileId>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(map.add(path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| UsageError::new(format!("{path} cannot be read"))),
    }
}
