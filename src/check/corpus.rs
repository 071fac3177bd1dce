//! The checks over published rules, where the corpus is there.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::testing::assert_none_vanishes;
use super::{Context, check};
use crate::compile::{self, Folder};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, SourceMap};

fn corpus() -> Option<Utf8PathBuf> {
    let path = std::env::var("BARTIZAN_CORPUS").map_or_else(
        |_| Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        Utf8PathBuf::from,
    );
    path.is_dir().then_some(path)
}

#[test]
fn published_rules_are_checked_without_a_panic_and_every_complaint_has_a_place() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus (set BARTIZAN_CORPUS)");
        return;
    };
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let folder =
        Folder::read(&mut map, &[corpus.join("rules"), corpus.join("rules-invalid")], &mut diagnostics);
    assert!(folder.files > 600, "the corpus holds {} rules only", folder.files);
    assert!(folder.watchlists.is_empty());
    let config = Config::default();
    let compiled = compile::compile(&map, &folder, &config, &mut diagnostics);
    diagnostics.extend(check(Context { map: &map, folder: &folder, compiled: &compiled, config: &config }));
    assert_none_vanishes(&map, &folder, &compiled, &diagnostics);
    for diagnostic in &diagnostics {
        let text = map.file(diagnostic.span.file).text();
        assert!(text.get(diagnostic.span.start..diagnostic.span.end).is_some(), "{diagnostic:?}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), "{diagnostic:?}");
    }
    // Rules that run in somebody's workspace are mostly right: a check that says otherwise is wrong itself.
    let in_error: BTreeSet<_> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span.file).collect();
    assert!(in_error.len() * 20 < folder.files, "{} of {} files have errors", in_error.len(), folder.files);
    print(&map, &diagnostics);
}

/// Counts a code, and with `BARTIZAN_CORPUS_CODE=code` each of its diagnostics.
fn print(map: &SourceMap, diagnostics: &[Diagnostic]) {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        *counts.entry((diagnostic.severity.as_str(), diagnostic.code.id)).or_default() += 1;
    }
    for ((severity, code), count) in counts {
        println!("{count:>5} {severity:7} {code}");
    }
    let Ok(wanted) = std::env::var("BARTIZAN_CORPUS_CODE") else { return };
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.code.id == wanted) {
        let place = map.location(diagnostic.span);
        let path = place.path.file_name().unwrap_or_default();
        println!("{path}:{}:{}: {} [{}]", place.line, place.column, diagnostic.message, diagnostic.label);
        if let Some(help) = &diagnostic.help {
            println!("    {help}");
        }
    }
}
