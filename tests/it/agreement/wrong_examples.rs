//! The wrong example of every code, compiled as far as it can be and sent to the emulator.

use std::collections::BTreeSet;

use bartizan::check;
use bartizan::diagnostic::Severity;
use insta::assert_snapshot;

use super::verdict;
use crate::examples::files;
use crate::folder::Folder;
use crate::in_memory::{Checked, Workspace};

/// Errors of ours over something that the emulator takes, and why they are errors.
const STRICTER: &[(&str, &str)] = &[
    (
        "bad-id",
        "the API takes any path segment; a name outside the pattern is easily another resource in a URL",
    ),
    (
        "bad-watchlist-column",
        "the documentation's rule for columns; whether the API enforces it is not known",
    ),
    ("duplicate-alias", "the second watchlist would be written over the first"),
    ("bad-function-alias", "the service keeps a function as it is"),
    ("bad-function-parameters", "the service keeps a function as it is"),
    ("duplicate-id", "the second rule would be written over the first"),
    ("duplicate-key", "one of the two values is lost before anything is sent"),
    ("parser-cycle", "the service keeps a function as it is, and refuses what calls it"),
    ("never-fires", "the service takes the rule, which then detects nothing"),
    ("repeated-alert-property", "which of the two columns counts is not known"),
];

/// Warnings of ours over something that the emulator refuses, and why they are no errors.
const MILDER: &[(&str, &str)] =
    &[("unknown-technique", "the service's table of techniques may be newer than ours, and is not known")];

#[tokio::test(start_paused = true)]
async fn what_check_calls_an_error_the_service_refuses_or_it_is_known_why_not() {
    let mut table = String::new();
    let (mut stricter, mut milder) = (Vec::new(), Vec::new());
    // The examples of the language's codes are queries without a rule around them.
    for code in check::codes().into_iter().filter(|code| !code.id.starts_with("kql-")) {
        let files = files(code, "Wrong");
        let severity = code.severity.as_str();
        let judged = if files.is_empty() {
            "told in words".to_owned()
        } else {
            let folder = Folder::new();
            for (path, text) in &files {
                folder.write(path, text);
            }
            let checked = Checked::read(&[folder.path().join("rules")]);
            let workspace = Workspace::new(sentinel_emulator::Options::default());
            let mut answers = Vec::new();
            for compiled in &checked.compiled {
                answers.push(workspace.put(&compiled.resource).await);
            }
            if code.severity == Severity::Error && !answers.is_empty() && answers.iter().all(Result::is_ok) {
                stricter.push(code.id);
            }
            if code.severity == Severity::Warning && answers.iter().any(Result::is_err) {
                milder.push(code.id);
            }
            match answers.iter().find(|answer| answer.is_err()).or(answers.first()) {
                Some(answer) => verdict(answer),
                None => "nothing to send".to_owned(),
            }
        };
        table.push_str(&format!("{:28} {severity:8} {judged}\n", code.id));
    }
    assert_snapshot!("what_the_emulator_says_of_each_wrong_example", table);
    let known = |list: &[(&'static str, &str)]| list.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>();
    assert_eq!(stricter.into_iter().collect::<BTreeSet<_>>(), known(STRICTER));
    assert_eq!(milder.into_iter().collect::<BTreeSet<_>>(), known(MILDER));
}
