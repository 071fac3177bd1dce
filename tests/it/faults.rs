//! Apply against a service that fails, in virtual time.

mod outcomes;
mod throttling;
mod watchlists;

use std::sync::Arc;

use bartizan::apply::Outcome;
use bartizan::compile::Compiled;
use jiff::Timestamp;
use sentinel_emulator::{Clock, Options, Tables};
use tokio::time::Instant;

use crate::folder::{Folder, RULE, WATCHLIST};
use crate::in_memory::Checked;

/// The emulator's time follows tokio's, which a paused test moves by waiting.
#[derive(Debug)]
struct TokioClock {
    start: Instant,
    at_start: Timestamp,
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.at_start + self.start.elapsed()
    }
}

/// An emulator in tokio's time, with the one table that the rules read.
fn options() -> Options {
    let at_start = "2026-03-25T07:45:17Z".parse().unwrap();
    Options {
        clock: Arc::new(TokioClock { start: Instant::now(), at_start }),
        tables: Tables::Only(vec!["SecurityEvent".to_owned()]),
        ..Options::default()
    }
}

/// The id of the rule of this number.
fn id(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// A rule of this number and severity.
fn rule(number: usize, severity: &str) -> String {
    RULE.replace("5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01", &id(number))
        .replace("Process creation", &format!("Rule {number}"))
        .replace("Medium", severity)
}

/// A rule that reads the watchlist of [`list`].
fn reading_rule(number: usize) -> String {
    let query = "  | where Computer in (_GetWatchlist('allowed-hosts'))\n";
    rule(number, "Low").replace("  | where EventID == 4688\n", query)
}

/// A watchlist with this description and these rows of a host and its owner.
fn list(description: &str, rows: impl IntoIterator<Item = (usize, &'static str)>) -> String {
    let rows: String =
        rows.into_iter().map(|(host, owner)| format!("  - {{host: h{host}, owner: {owner}}}\n")).collect();
    let head = WATCHLIST.split("items:").next().unwrap();
    format!("{head}description: {description}\nitems:\n{rows}")
}

/// What is compiled of these files, which are right.
fn compiled(files: &[String]) -> Vec<Compiled> {
    let folder = Folder::new();
    for (at, text) in files.iter().enumerate() {
        let is_list = text.starts_with("alias:");
        folder.write(&format!("rules/{at:04}/{}.yaml", if is_list { "watchlist" } else { "rule" }), text);
    }
    let checked = Checked::read(&[folder.path().join("rules")]);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    checked.compiled
}

fn rules(numbers: std::ops::Range<usize>, severity: &str) -> Vec<String> {
    numbers.map(|number| rule(number, severity)).collect()
}

/// Holds that everything was written and kept.
#[track_caller]
fn assert_written(outcomes: &[(String, Outcome)]) {
    for (what, outcome) in outcomes {
        let written = matches!(outcome, Outcome::Written(not_kept) if not_kept.is_empty());
        assert!(written || matches!(outcome, Outcome::NotWritten), "{what}: {outcome:?}");
    }
}

/// What became of the change of this name.
#[track_caller]
fn of<'a>(outcomes: &'a [(String, Outcome)], name: &str) -> &'a Outcome {
    let found = outcomes.iter().find(|(what, _)| what.ends_with(name));
    &found.unwrap_or_else(|| panic!("{name} is not among {outcomes:?}")).1
}
