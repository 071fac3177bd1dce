//! Folders for the tests of checks.

use super::{Context, check};
use crate::compile::{Compiled, Folder, Table, TableRow, WatchlistSource};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, SourceMap, Span};
use crate::document::{self, Document, Watchlist};

const RULE: &str = "\
id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
name: A rule
kind: Scheduled
description: Finds what it is asked for
severity: Medium
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: [Execution]
relevantTechniques: [T1059]
query: |
  SecurityEvent
  | where EventID == 4688
  | project TimeGenerated, Computer, Account
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: HostName
        columnName: Computer
version: 1.0.0
";

const WATCHLIST: &str = "\
alias: allowed-hosts
displayName: Allowed hosts
provider: Bartizan
itemsSearchKey: host
items:
  - {host: a, owner: b}
";

/// What the checks said.
pub(super) struct Found {
    pub(super) map: SourceMap,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Found {
    /// The codes, each once, sorted.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<_> = self.diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The text of the file under each diagnostic.
    pub(super) fn places(&self) -> Vec<&str> {
        self.diagnostics.iter().map(|diagnostic| self.map.text(diagnostic.span)).collect()
    }

    /// The only diagnostic.
    #[track_caller]
    pub(super) fn only(&self) -> &Diagnostic {
        assert_eq!(self.diagnostics.len(), 1, "{:#?}", self.diagnostics);
        &self.diagnostics[0]
    }
}

/// The checks over the base rule with these top-level keys in place of its own.
pub(super) fn rule(fragment: &str) -> Found {
    files(&[("rules/a.yaml".to_owned(), overlay(RULE, fragment))])
}

/// The checks over the base watchlist with these top-level keys in place of its own.
pub(super) fn watchlist(fragment: &str) -> Found {
    files(&[("rules/a/watchlist.yaml".to_owned(), overlay(WATCHLIST, fragment))])
}

/// The base rule with these top-level keys in place of its own.
pub(super) fn rule_text(fragment: &str) -> String {
    overlay(RULE, fragment)
}

/// The checks over whole files.
pub(super) fn files(files: &[(String, String)]) -> Found {
    run(files, &[], &Config::default())
}

/// The checks over whole files, resources made from indicators and settings. What reading says is kept as well.
pub(super) fn run(files: &[(String, String)], compiled: &[Compiled], config: &Config) -> Found {
    let mut map = SourceMap::new();
    let mut folder = Folder::default();
    let mut diagnostics = Vec::new();
    for (path, text) in files {
        let file = map.add(path.as_str(), text.as_str());
        if path.ends_with(".csv") || path.ends_with(".toml") {
            continue;
        }
        match document::read(&map, file, &mut diagnostics) {
            Some(Document::Rule(rule)) => folder.rules.push(*rule),
            Some(Document::Watchlist(watchlist)) => {
                let table = table(&watchlist);
                folder.watchlists.push(WatchlistSource { document: *watchlist, table });
            }
            Some(Document::Indicators(indicators)) => folder.indicators.push(*indicators),
            None => {}
        }
    }
    diagnostics.extend(check(Context { map: &map, folder: &folder, compiled, config }));
    Found { map, diagnostics }
}

/// The rows that stand in the file itself.
fn table(watchlist: &Watchlist) -> Option<Table> {
    let items = watchlist.items.as_ref()?;
    let columns: Vec<String> = items
        .first()
        .map(|row| row.cells.iter().map(|(key, _)| key.value.clone()).collect())
        .unwrap_or_default();
    let rows = items
        .iter()
        .map(|row| TableRow {
            span: row.span,
            cells: row.cells.iter().map(|(_, cell)| cell.as_str().to_owned()).collect(),
        })
        .collect();
    let columns_span = items.first().map_or(items.span, |row| row.span);
    Some(Table { columns_span: Span { ..columns_span }, columns, rows })
}

/// `base` without the top-level keys of `fragment`, and then the fragment.
fn overlay(base: &str, fragment: &str) -> String {
    let key = |line: &str| {
        let first = line.chars().next()?;
        (!first.is_whitespace() && first != '#')
            .then(|| line.split(':').next().unwrap_or_default().to_owned())
    };
    let replaced: Vec<String> = fragment.lines().filter_map(key).collect();
    let mut out = String::new();
    let mut kept = true;
    for line in base.lines() {
        if let Some(key) = key(line) {
            kept = !replaced.contains(&key);
        }
        if kept {
            out.push_str(line);
            out.push('\n');
        }
    }
    out + fragment
}

/// A fenced example that can be run.
#[derive(Debug)]
pub(super) enum Example {
    /// Top-level keys laid over the base rule.
    Rule(String),
    /// Top-level keys laid over the base watchlist.
    Watchlist(String),
    /// A whole file.
    File(String, String),
}

/// The fenced examples of a section of a code's documentation.
pub(super) fn examples(section: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: String = lines
            .by_ref()
            .take_while(|line| !line.starts_with("```"))
            .flat_map(|line| [line, "\n"])
            .collect();
        match info {
            "yaml rule" => out.push(Example::Rule(text)),
            "yaml watchlist" => out.push(Example::Watchlist(text)),
            _ => {
                if let Some((_, path)) = info.split_once("file=") {
                    out.push(Example::File(path.trim().to_owned(), text));
                }
            }
        }
    }
    out
}

#[test]
fn a_fragment_takes_the_place_of_its_keys() {
    let text = overlay("a: 1\nb:\n  - x\nc: 3\n", "b: 2\n");
    assert_eq!(text, "a: 1\nc: 3\nb: 2\n");
}
