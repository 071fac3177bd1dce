//! The plans of real queries, with the tables of a workspace: every place lies in its rows and means what was written, and of
//! a query that is right nothing is left unresolved.
//!
//! The queries are others' work and no part of the repository: `BARTIZAN_CORPUS` names the folder, by default
//! `../shared/corpus` beside the workspace.

use std::path::PathBuf;

use sentinel_schema::BuiltIn;
use serde_json::Value;

#[path = "../../kql/tests/it/planning/walk.rs"]
mod walk;

use walk::Walk;

#[test]
fn the_plans_of_real_queries_mean_what_was_written() {
    let folder = std::env::var_os("BARTIZAN_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus")));
    let file = folder.join("queries.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not here", file.display());
        return;
    };
    let (mut queries, mut stages, mut places) = (0, 0, 0);
    let mut unresolved = Vec::new();
    for line in text.lines() {
        let query: Value = serde_json::from_str(line).expect("a line is JSON");
        let parsed = kql::parse(query["query"].as_str().expect("a query has a text"));
        let analysis = kql::analyze(&parsed, &BuiltIn);
        let plan = kql::plan::plan(&parsed, &analysis);
        let walk = Walk::through(&parsed.tree, &analysis, &plan);
        (queries, stages, places) = (queries + 1, stages + walk.stages, places + walk.places);
        let is_right = parsed.diagnostics.is_empty() && analysis.diagnostics.is_empty();
        if is_right && walk.unresolved > 0 {
            unresolved.push(format!("{}: {}", query["name"], walk.unresolved));
        }
    }
    eprintln!("{queries} queries planned: {stages} stages, {places} columns by place");
    assert!(unresolved.is_empty(), "{unresolved:#?}");
}
