//! Real queries with the verdict of the official language service. They are others' work and no part of the repository:
//! `BARTIZAN_CORPUS` names the folder, by default `../shared/corpus` beside the workspace.

use std::collections::HashSet;
use std::path::PathBuf;

use serde_json::Value;

/// A file of the folder beside which the corpus lies; `None`, with a word on standard error, where it is not at hand.
pub(crate) fn read(path: &str) -> Option<String> {
    let folder = std::env::var_os("BARTIZAN_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus")));
    let file = folder.join(path);
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not here", file.display());
    }
    text
}

/// The queries of the corpus.
pub(crate) fn queries() -> Option<Vec<Value>> {
    let text = read("queries.jsonl")?;
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
}

/// The text of a query.
pub(crate) fn text(query: &Value) -> &str {
    query["query"].as_str().expect("a query has a text")
}

#[test]
fn real_queries_are_covered_by_their_tokens() {
    for query in queries().unwrap_or_default() {
        super::lexing::assert_covered(text(&query));
    }
}

#[test]
fn queries_that_the_service_parses_have_no_lexical_error() {
    for query in queries().unwrap_or_default() {
        if query["syntaxErrors"].as_array().is_some_and(Vec::is_empty) {
            let lexed = kql::lex(text(&query));
            assert_eq!(lexed.diagnostics, [], "{}", query["name"]);
        }
    }
}

/// Every table that the service found in a clean query without functions of its own is found by name, or hides where
/// tokens alone do not tell.
#[test]
fn the_tables_of_real_queries_are_found() {
    let Some(queries) = queries() else { return };
    let Some(functions) = read("../facts/workspace-functions.json") else {
        return;
    };
    let functions: Value = serde_json::from_str(&functions).expect("the file is JSON");
    let functions: HashSet<&str> = functions["functions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|function| function["name"].as_str())
        .collect();
    let (mut found, mut missed, mut invented) = (0, Vec::new(), Vec::new());
    for query in &queries {
        let clean = ["syntaxErrors", "semanticErrors"]
            .iter()
            .all(|key| query[*key].as_array().is_some_and(Vec::is_empty));
        if !clean {
            continue;
        }
        let tables: Vec<&str> =
            query["tables"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let analysis = kql::analyze(&kql::parse(text(query)), &kql::Nothing);
        let names: Vec<_> =
            analysis.reads().iter().filter(|read| read.kind == kql::ReadKind::Table).collect();
        for table in &tables {
            if names.iter().any(|read| *read.name == **table) {
                found += 1;
            } else {
                missed.push(format!("{}: {table}", query["name"]));
            }
        }
        // The service does not follow a text into `table(…)` of a function.
        for read in names.iter().filter(|read| read.argument.is_none()) {
            // Functions of the workspace are called without brackets and are not tables to the service.
            let is_function = functions.contains(&*read.name);
            if !tables.contains(&&*read.name) && !is_function {
                invented.push(format!("{}: {}", query["name"], read.name));
            }
        }
    }
    assert!(missed.len() * 200 < found, "{found} found, {} missed: {missed:#?}", missed.len());
    assert!(invented.len() * 100 < found, "{found} found, {} invented: {invented:#?}", invented.len());
}

#[test]
fn the_trees_of_real_queries_are_whole() {
    for query in queries().unwrap_or_default() {
        super::parsing::assert_whole(text(&query));
    }
}

/// The service and this parser agree on which queries are right as syntax.
#[test]
fn syntax_is_judged_as_the_service_judges_it() {
    let Some(queries) = queries() else { return };
    let differ: Vec<String> = queries
        .iter()
        .filter(|query| {
            let refused = query["syntaxErrors"].as_array().is_some_and(|errors| !errors.is_empty());
            refused == kql::parse(text(query)).diagnostics.is_empty()
        })
        .map(|query| query["name"].to_string())
        .collect();
    eprintln!("syntax: {} of {} queries judged alike", queries.len() - differ.len(), queries.len());
    assert!(differ.len() * 200 <= queries.len(), "{differ:#?}");
}
