//! The settings of a folder: bartizan.toml.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::diagnostic::Severity as DiagnosticSeverity;

/// What bartizan.toml says, defaults filled in.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where rule files are, relative to bartizan.toml; `rules` unless it says otherwise.
    pub folders: Vec<Utf8PathBuf>,
    /// The API version of `Microsoft.SecurityInsights` that it asks for.
    pub api_version: Option<String>,
    /// Aliases of watchlists that exist in the workspace without standing in the folder.
    pub external_watchlists: Vec<String>,
    /// Codes whose severity it changes; none means that the code is off.
    pub severities: BTreeMap<String, Option<DiagnosticSeverity>>,
    /// How indicators are hunted unless their file says otherwise.
    pub indicators: IndicatorSettings,
}

/// How indicators are hunted unless their file says otherwise. Texts are checked where they are used, and a bad one
/// is reported at the file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorSettings {
    /// How often the rules run; PT1H.
    pub query_frequency: crate::resource::Duration,
    /// How far back they look, so that late events are seen; PT6H.
    pub query_period: crate::resource::Duration,
}

impl Default for IndicatorSettings {
    fn default() -> Self {
        Self {
            query_frequency: crate::resource::Duration::from_hours(1),
            query_period: crate::resource::Duration::from_hours(6),
        }
    }
}
