//! The settings of a folder: bartizan.toml.

mod file;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Code, Severity, codes};
use crate::operation::{AuthMethod, Cloud, WorkspaceId};
use crate::resource::Duration;
use crate::schema::Schema;
use crate::source::Spanned;

/// The name of the file of settings.
pub const FILE_NAME: &str = "bartizan.toml";

/// What bartizan.toml says, defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where rule files are, relative to bartizan.toml; `rules` unless it says otherwise.
    pub folders: Vec<Utf8PathBuf>,
    /// The API version of `Microsoft.SecurityInsights` that it asks for.
    pub api_version: Option<String>,
    /// The workspaces by the name that `--workspace` takes.
    pub workspaces: BTreeMap<String, Workspace>,
    /// Codes whose severity it changes; none means that the code is off.
    pub severities: BTreeMap<String, Spanned<Option<Severity>>>,
    /// How indicators are hunted unless their file says otherwise.
    pub indicators: IndicatorSettings,
    /// The tables and watchlists that it declares, and the lock file that stands beside it.
    pub schema: Schema,
    /// The tables that the emulated workspace of `--emulator` has besides the built-in ones.
    pub emulator_tables: Vec<String>,
}

/// A workspace and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its address.
    pub id: WorkspaceId,
    /// The cloud it is in; public unless it says otherwise.
    pub cloud: Cloud,
    /// How to sign in; detected where it says nothing.
    pub auth: Option<AuthMethod>,
}

/// How indicators are hunted unless their file says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorSettings {
    /// How often the rules run; PT1H.
    pub query_frequency: Duration,
    /// How far back they look, so that late events are seen; PT6H.
    pub query_period: Duration,
}

impl Default for IndicatorSettings {
    fn default() -> Self {
        Self { query_frequency: Duration::from_hours(1), query_period: Duration::from_hours(6) }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folders: vec![Utf8PathBuf::from("rules")],
            api_version: None,
            workspaces: BTreeMap::new(),
            severities: BTreeMap::new(),
            indicators: IndicatorSettings::default(),
            schema: Schema::default(),
            emulator_tables: Vec::new(),
        }
    }
}

impl Config {
    /// The folders as paths from where the command runs, given the folder in which bartizan.toml stands.
    pub fn folders_from(&self, base: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.folders
            .iter()
            .map(|folder| if base.as_str().is_empty() { folder.clone() } else { base.join(folder) })
            .collect()
    }
}

codes! {
    /// A setting of bartizan.toml has a value that it cannot have.
    ///
    /// ## Why
    /// A run would use another workspace, another folder or another severity than was meant.
    ///
    /// ## Wrong
    /// ```toml file=bartizan.toml
    /// [workspaces.production]
    /// subscription = "my subscription"
    /// resource-group = "rg-sentinel"
    /// workspace = "law-sentinel"
    /// ```
    ///
    /// ## Right
    /// ```toml file=bartizan.toml
    /// [workspaces.production]
    /// subscription = "00000000-0000-0000-0000-00000000000a"
    /// resource-group = "rg-sentinel"
    /// workspace = "law-sentinel"
    /// ```
    pub BAD_SETTING = "bad-setting", Error;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}
