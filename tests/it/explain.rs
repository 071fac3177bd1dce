//! What `bartizan explain` shows is true: the program finds the code in the wrong example and not in the right one.

use bartizan::check;
use bartizan::diagnostic::Code;

use serde_json::Value;

use crate::examples::{File, bare_queries, files, queries};
use crate::folder::Folder;

/// Codes whose wrong example cannot be printed, and so is told in words: it is no text, or too long.
const IN_WORDS: &[&str] = &[
    "not-utf8",
    "unreadable",
    "indicator-inline",
    "query-too-long",
    "too-many-workspaces",
    "watchlist-too-large",
    "watchlist-row-too-long",
];

/// Whether a code is of the query language. Its examples are bare queries; some, such as the limits of length and
/// depth, have none.
fn is_of_the_language(code: &Code) -> bool {
    code.id.starts_with("kql-")
}

/// The codes that the program finds in the example under this heading; none where it is told in words.
fn found(code: &Code, heading: &str) -> Option<Vec<String>> {
    if is_of_the_language(code) {
        let queries = queries(code, heading);
        return (!queries.is_empty()).then(|| queries.iter().flat_map(|query| in_query(query)).collect());
    }
    let queries = bare_queries(code, heading);
    if !queries.is_empty() {
        return Some(queries.iter().flat_map(|query| in_query(query)).collect());
    }
    let files = files(code, heading);
    (!files.is_empty()).then(|| in_files(&files))
}

fn in_files(files: &[File]) -> Vec<String> {
    let folder = Folder::new();
    for (path, text) in files {
        folder.write(path, text);
    }
    folder.run(&["check", "--format", "json"]).codes()
}

fn in_query(query: &str) -> Vec<String> {
    let output =
        Folder::new().command().args(["kql", "--format", "json"]).write_stdin(query).output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lists = ["syntax_errors", "semantic_errors", "findings"].map(|list| line[list].as_array().unwrap());
    lists
        .iter()
        .flat_map(|list| list.iter())
        .map(|found| found["code"].as_str().unwrap().to_owned())
        .collect()
}

/// Runs `assert` for every code, several at a time, since each starts the program.
fn for_each_code(assert: impl Fn(&'static Code) -> Option<String> + Sync) {
    let codes = check::codes();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts = codes.chunks(codes.len().div_ceil(4));
        let workers: Vec<_> = parts
            .map(|part| scope.spawn(|| part.iter().filter_map(|code| assert(code)).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_wrong_example_of_every_code_has_it() {
    for_each_code(|code| match found(code, "Wrong") {
        None => (!is_of_the_language(code) && !IN_WORDS.contains(&code.id))
            .then(|| format!("{}: no example", code.id)),
        Some(found) => {
            (!found.contains(&code.id.to_owned())).then(|| format!("{}: found {found:?}", code.id))
        }
    });
}

#[test]
fn the_right_example_of_every_code_has_it_not() {
    for_each_code(|code| {
        let found = found(code, "Right")?;
        found.contains(&code.id.to_owned()).then(|| format!("{}: found {found:?}", code.id))
    });
}

#[test]
fn the_right_example_of_every_code_has_no_error_at_all() {
    for_each_code(|code| {
        let files = files(code, "Right");
        // Settings alone are no folder of rules.
        if !files.iter().any(|(path, _)| path.starts_with("rules/")) {
            return None;
        }
        let folder = Folder::new();
        for (path, text) in &files {
            folder.write(path, text);
        }
        let run = folder.run(&["check"]);
        (run.code != 0).then(|| format!("{}:\n{}", code.id, run.stdout))
    });
}

#[test]
fn explain_prints_the_documentation_of_every_code() {
    for_each_code(|code| {
        let run = Folder::new().run(&["explain", code.id]);
        let has = |heading: &str| run.stdout.lines().any(|line| line == format!("## {heading}"));
        let wanted: &[&str] = match is_of_the_language(code) {
            true if queries(code, "Wrong").is_empty() => &[],
            true => &["Wrong", "Right"],
            false => &["Why", "Wrong", "Right"],
        };
        let complete = run.code == 0 && wanted.iter().copied().all(has);
        (!complete).then(|| format!("{}:\n{}{}", code.id, run.stdout, run.stderr))
    });
}
