//! Reading bartizan.toml.

use std::str::FromStr;

use camino::Utf8PathBuf;

use super::{BAD_SETTING, Config, IndicatorSettings, Workspace};
use crate::diagnostic::{Diagnostic, FileId, Severity, SourceMap, nearest};
use crate::operation::{self, AuthMethod, Cloud, WorkspaceId};
use crate::resource::Duration;
use crate::schema;
use crate::source::{self, Reader, Spanned, Text, Value};

impl Config {
    /// Reads a file of settings; what is wrong is reported and left at its default. `known_codes` are the names that
    /// `[checks]` may hold.
    pub fn read(
        map: &SourceMap,
        file: FileId,
        known_codes: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut config = Self::default();
        let node = source::parse_toml(map, file, diagnostics);
        let Some(mut r) = Reader::new(super::FILE_NAME, &node, diagnostics) else { return config };
        if let Some(folders) = r.texts("folders") {
            config.folders = folders.iter().map(|text| Utf8PathBuf::from(text.as_str())).collect();
        }
        config.api_version = r.text("api-version").and_then(|text| api_version(&text, diagnostics));
        workspaces(&mut r, &mut config, diagnostics);
        r.mapping("watchlists", "[watchlists]", diagnostics, |r, _| {
            let external = r.texts("external");
            config.schema.watchlists = external
                .into_iter()
                .flat_map(|list| list.value)
                .map(|text| text.as_str().to_owned())
                .collect();
        });
        r.mapping("emulator", "[emulator]", diagnostics, |r, _| {
            let tables = r.texts("tables").into_iter().flat_map(|list| list.value);
            config.emulator_tables = tables.map(|text| text.as_str().to_owned()).collect();
        });
        tables(&mut r, &mut config, diagnostics);
        checks(&mut r, &mut config, known_codes, diagnostics);
        r.mapping("indicators", "[indicators]", diagnostics, |r, diagnostics| {
            config.indicators = indicators(r, diagnostics);
        });
        r.finish(diagnostics);
        config
    }
}

fn bad(text: &Text, message: String, allowed: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&BAD_SETTING, text.span, message).label(allowed)
}

/// Reads the version of the management API.
fn api_version(text: &Text, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    match operation::api_version(text) {
        Ok(version) => Some(version),
        Err(error) => {
            diagnostics.push(
                bad(text, format!("`{}` is not an API version", text.as_str()), error.allowed)
                    .help("leave it out to use the version that Bartizan was tested with"),
            );
            None
        }
    }
}

fn workspaces(r: &mut Reader<'_>, config: &mut Config, diagnostics: &mut Vec<Diagnostic>) {
    let Some(node) = r.node("workspaces") else { return };
    if Reader::new("[workspaces]", node, diagnostics).is_none() {
        return;
    }
    let Value::Mapping(entries) = &node.value else { return };
    for entry in entries {
        let Some(mut r) = Reader::new("a workspace", &entry.value, diagnostics) else { continue };
        let parts = [r.text("subscription"), r.text("resource-group"), r.text("workspace")];
        let cloud = r.text("cloud").and_then(|text| named(&text, "cloud", Cloud::ALL, diagnostics));
        let auth =
            r.text("auth").and_then(|text| named(&text, "way to sign in", AuthMethod::ALL, diagnostics));
        r.finish(diagnostics);
        let [Some(subscription), Some(group), Some(workspace)] = parts else {
            diagnostics.push(
                Diagnostic::new(
                    &BAD_SETTING,
                    entry.key_span,
                    format!("the workspace `{}` is not complete", entry.key),
                )
                .label("expected subscription, resource-group and workspace"),
            );
            continue;
        };
        match WorkspaceId::new(subscription.as_str(), group.as_str(), workspace.as_str()) {
            Ok(id) => {
                let cloud = cloud.unwrap_or(Cloud::Public);
                config.workspaces.insert(entry.key.clone(), Workspace { id, cloud, auth });
            }
            Err(error) => {
                let text =
                    [&subscription, &group, &workspace].into_iter().find(|text| text.as_str() == error.value);
                let text = text.unwrap_or(&subscription);
                diagnostics.push(bad(
                    text,
                    format!("`{}` is not a valid {}", error.value, error.what),
                    error.allowed,
                ));
            }
        }
    }
}

/// Reads one of a closed set of names.
fn named<T: FromStr + ToString>(
    text: &Text,
    what: &str,
    all: &[T],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        let mut diagnostic = bad(
            text,
            format!("`{}` is not a valid {what}", text.as_str()),
            format!("allowed: {}", names.join(", ")),
        );
        if let Some(near) = nearest(text, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        diagnostics.push(diagnostic);
    }
    value
}

fn tables(r: &mut Reader<'_>, config: &mut Config, diagnostics: &mut Vec<Diagnostic>) {
    let Some(node) = r.node("tables") else { return };
    for entry in schema::entries("[tables]", node, diagnostics) {
        // A name that no query can say is a mistake of the file, such as a point in a name without quotes.
        let is_name = entry.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || entry.key.is_empty() {
            let message = format!("`{}` is not the name of a table", entry.key);
            let diagnostic = Diagnostic::new(&BAD_SETTING, entry.key_span, message);
            diagnostics.push(diagnostic.label("allowed: letters, digits and `_`"));
            continue;
        }
        let Some(mut r) = Reader::new("a table", &entry.value, diagnostics) else { continue };
        let columns = r
            .node("columns")
            .map(|node| schema::read_columns("the columns of a table", node, &BAD_SETTING, diagnostics));
        r.finish(diagnostics);
        config.schema.tables.insert(entry.key.clone(), columns.unwrap_or_default());
    }
}

fn checks(r: &mut Reader<'_>, config: &mut Config, known_codes: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    let Some(node) = r.node("checks") else { return };
    if Reader::new("[checks]", node, diagnostics).is_none() {
        return;
    }
    let Value::Mapping(entries) = &node.value else { return };
    for entry in entries {
        if !known_codes.contains(&entry.key.as_str()) {
            let mut diagnostic = Diagnostic::new(
                &BAD_SETTING,
                entry.key_span,
                format!("`{}` is no code of a diagnostic", entry.key),
            );
            if let Some(near) = nearest(&entry.key, known_codes.iter().copied()) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            diagnostics.push(diagnostic);
        }
        let Some(text) = Text::of(&entry.value) else { continue };
        let severity = match text.as_str() {
            "error" => Some(Severity::Error),
            "warning" => Some(Severity::Warning),
            "off" => None,
            other => {
                diagnostics.push(bad(
                    &text,
                    format!("`{other}` is no severity"),
                    "allowed: error, warning, off",
                ));
                continue;
            }
        };
        config.severities.insert(entry.key.clone(), Spanned::new(severity, entry.key_span));
    }
}

fn indicators(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> IndicatorSettings {
    let mut settings = IndicatorSettings::default();
    let mut duration = |text: Option<Text>, value: &mut Duration| {
        let Some(text) = text else { return };
        match Duration::parse(&text) {
            Ok(duration) => *value = duration,
            Err(error) => diagnostics.push(bad(
                &text,
                format!("`{}` is no duration: {error}", text.as_str()),
                "expected a duration such as 1h or PT1H",
            )),
        }
    };
    duration(r.text("query-frequency"), &mut settings.query_frequency);
    duration(r.text("query-period"), &mut settings.query_period);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Vec<(usize, String)>) {
        let mut map = SourceMap::new();
        let file = map.add("bartizan.toml", text);
        let mut diagnostics = Vec::new();
        let config = Config::read(&map, file, &["unknown-key"], &mut diagnostics);
        let told = diagnostics.iter().map(|d| (map.location(d.span).line, d.message.clone())).collect();
        (config, told)
    }

    #[test]
    fn an_empty_file_is_all_defaults() {
        let (config, told) = read("");
        assert!(told.is_empty());
        assert_eq!(config.folders, ["rules"]);
        assert_eq!(config.indicators.query_period.to_string(), "PT6H");
    }

    #[test]
    fn every_setting_is_read() {
        let (config, told) = read(
            r#"folders = ["rules", "more"]
api-version = "2025-07-01-preview"
[workspaces.production]
subscription = "00000000-0000-0000-0000-00000000000a"
resource-group = "rg-sentinel"
workspace = "law-sentinel"
cloud = "us-government"
auth = "azure-cli"
[watchlists]
external = ["HighValueAssets"]
[checks]
unknown-key = "error"
[indicators]
query-frequency = "30m"
[emulator]
tables = ["Mine_CL"]
"#,
        );
        assert_eq!(told, []);
        let workspace = &config.workspaces["production"];
        assert_eq!((workspace.cloud, workspace.auth), (Cloud::UsGovernment, Some(AuthMethod::AzureCli)));
        assert_eq!(config.severities["unknown-key"].value, Some(Severity::Error));
        assert_eq!(config.schema.watchlists, ["HighValueAssets"]);
        assert_eq!(config.emulator_tables, ["Mine_CL"]);
        assert_eq!(config.indicators.query_frequency, Duration::from_minutes(30));
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let (_, told) = read(
            r#"api-version = "latest"
folder = ["rules"]
[workspaces.a]
subscription = "no guid"
resource-group = "rg"
workspace = "law-sentinel"
auth = "azure-cly"
[workspaces.b]
workspace = "law-sentinel"
[checks]
unknown-keys = "fatal"
[indicators]
query-period = "soon"
"#,
        );
        let lines: Vec<_> = told.iter().map(|(line, _)| *line).collect();
        for line in [1, 2, 4, 7, 8, 11, 13] {
            assert!(lines.contains(&line), "nothing at line {line}: {told:?}");
        }
    }
}
