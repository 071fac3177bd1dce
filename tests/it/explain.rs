//! What `bartizan explain` shows is true: the program finds the code in the wrong example and not in the right one.

use bartizan::check;
use bartizan::diagnostic::Code;

use crate::examples::{File, files};
use crate::folder::Folder;

/// Codes whose wrong example cannot be printed, and so is told in words: it is no text, or too long.
const IN_WORDS: &[&str] = &[
    "not-utf8",
    "unreadable",
    "indicator-inline",
    "query-too-long",
    "watchlist-too-large",
    "watchlist-row-too-long",
];

/// Whether a code has examples. The language's own limits (length, depth) have none.
fn has_examples(code: &Code) -> bool {
    !code.id.starts_with("kql-") || !files(code, "Wrong").is_empty()
}

/// The codes that `check` finds in these files.
fn found(files: &[File]) -> Vec<String> {
    let folder = Folder::new();
    for (path, text) in files {
        folder.write(path, text);
    }
    folder.run(&["check", "--format", "json"]).codes()
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
    for_each_code(|code| {
        let files = files(code, "Wrong");
        if files.is_empty() {
            return (has_examples(code) && !IN_WORDS.contains(&code.id))
                .then(|| format!("{}: no example", code.id));
        }
        let found = found(&files);
        (!found.contains(&code.id.to_owned())).then(|| format!("{}: found {found:?}", code.id))
    });
}

#[test]
fn the_right_example_of_every_code_has_it_not() {
    for_each_code(|code| {
        let files = files(code, "Right");
        if files.is_empty() {
            return None;
        }
        let found = found(&files);
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
        let headings: &[&str] = if has_examples(code) { &["Why", "Wrong", "Right"] } else { &["Why"] };
        let complete = run.code == 0 && headings.iter().copied().all(has);
        (!complete).then(|| format!("{}:\n{}{}", code.id, run.stdout, run.stderr))
    });
}
