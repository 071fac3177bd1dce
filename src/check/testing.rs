//! Folders for the tests of checks.

use std::sync::Arc;

use camino::Utf8Path;

use super::{Context, check, check_bare_query};
use crate::compile::{self, Compiled, Folder, Needs};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, SourceMap, Span};
use crate::resource::{Resource, Rows, Watchlist};
use crate::semantic::Models;

/// Its query reads a custom table, so that a fragment may name any column.
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
  Process_CL
  | where EventID == 4688
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

/// The codes of the lints of a query in a file of its own, in the order of the text.
pub(super) fn bare(query: &str) -> Vec<&'static str> {
    let file = SourceMap::new().add("a.kql", query);
    let parsed = kql::parse(query);
    let analysis = kql::analyze(&parsed, &sentinel_schema::BuiltIn);
    check_bare_query(file, &parsed, &analysis).lints.iter().map(|lint| lint.code.id).collect()
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
///
/// A document of which compile makes nothing must have an error, or it would be left out without a word; every
/// test holds that.
pub(super) fn run(files: &[(String, String)], made: &[Compiled], config: &Config) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    for (path, text) in files {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), text).unwrap();
    }
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let folder = Folder::read(&mut map, &[root.to_owned()], &mut diagnostics);
    let mut models = Models::new(Arc::new(config.schema.environment()));
    let mut compiled = compile::compile(&map, &folder, config, &mut models, &mut diagnostics);
    compiled.extend_from_slice(made);
    diagnostics.extend(check(Context {
        map: &map,
        folder: &folder,
        models: &models,
        compiled: &compiled,
        config,
    }));
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code.id));
    assert_none_vanishes(&map, &folder, &compiled, &diagnostics);
    Found { map, diagnostics }
}

/// A watchlist made from indicators.
pub(super) fn made_watchlist(alias: &str) -> Compiled {
    let file = SourceMap::new().add("rules/a.txt", "");
    Compiled {
        resource: Resource::Watchlist(Watchlist {
            alias: alias.to_owned(),
            display_name: alias.to_owned(),
            description: String::new(),
            provider: "Bartizan".to_owned(),
            items_search_key: "Indicator".to_owned(),
            labels: Vec::new(),
            default_duration: None,
            rows: std::sync::Arc::new(Rows::new(["Indicator"])),
        }),
        files: Vec::new(),
        span: Span::start_of(file),
        needs: Needs::default(),
    }
}

/// Fails where a rule, watchlist or parser has neither a resource nor an error.
fn assert_none_vanishes(map: &SourceMap, folder: &Folder, compiled: &[Compiled], diagnostics: &[Diagnostic]) {
    let rules = folder.rules.iter().map(|rule| vec![rule.file]);
    let watchlists = folder
        .watchlists
        .iter()
        .map(|list| std::iter::once(list.document.file).chain(list.data).collect::<Vec<_>>());
    let parsers = folder.parsers.iter().map(|parser| vec![parser.file]);
    for files in rules.chain(watchlists).chain(parsers) {
        let deployed = compiled.iter().any(|made| made.files.first() == files.first());
        let reported = diagnostics.iter().any(|d| d.is_error() && files.contains(&d.span.file));
        assert!(deployed || reported, "{} vanishes", map.file(files[0]).path());
    }
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
    /// A query in a file of its own.
    Query(String),
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
            "kql bare" => out.push(Example::Query(text)),
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
