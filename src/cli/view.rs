//! The only code that prints. Results go to standard output; what accompanies them goes to standard error.
//!
//! Everything is understood without colour. A closed pipe ends the output and nothing else.

mod diagnostics;
pub(super) mod json;
mod plan;
mod progress;
pub(super) mod query;

pub(super) use plan::{applied, plan};
pub(super) use progress::Progress;

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;

use camino::{Utf8Path, Utf8PathBuf};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::exit::UsageError;
use super::project::Project;
use crate::azure::{self, ErrorKind};
use crate::diagnostic::Code;
use crate::plan::Summary;
use crate::schema::{Change, ChangeKind, Lock};

/// Writes lines to standard output.
fn out(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stdout(), "{}", plain(&text.to_string()));
}

/// Writes lines to standard error.
fn err(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{}", plain(&text.to_string()));
}

/// What a terminal obeys instead of showing it: control characters, and the marks that turn the direction of a text
/// around, with which a workspace or a file could rewrite what stands on the screen.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with a mark in the place of whatever steers a terminal; its lines stay.
fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| steers(c) && c != '\n') {
        Cow::Owned(text.split('\n').map(one_line).collect::<Vec<_>>().join("\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same on one line, for a name or a cell that stands inside a line of ours and must not begin one of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// A fix that was made, or would be.
#[derive(Debug)]
pub(super) struct Fixed {
    pub line: usize,
    pub column: usize,
    pub code: &'static str,
    pub old: String,
    pub new: String,
}

/// Tells what was fixed in a file, or would be: place, code, and the words. On standard error, so that JSON stays JSON.
pub(super) fn fixed(path: &Utf8Path, fixes: &[Fixed], would: bool) {
    let word = if would { "would fix" } else { "fixed" };
    for Fixed { line, column, code, old, new } in fixes {
        let (old, new) = (one_line(old), one_line(new));
        err(format_args!("{word} {path}:{line}:{column} [{code}] {old} -> {new}"));
    }
}

/// Tells that fixes were not made in a file, or at one place of it, and why.
pub(super) fn not_fixed(path: &Utf8Path, place: Option<(usize, usize)>, code: &str, reason: &str) {
    let place = place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    err(format_args!("not fixed {path}{place} [{code}]: {reason}"));
}

/// Sends the log to standard error: operations on Azure with `-v`, more with `-vv`.
pub(super) fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    // Only our own targets: what other crates log was not written with our secrets in mind.
    let ours = Targets::new().with_target("bartizan", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .without_time();
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}

/// A run that ended before its work was done.
pub(super) fn error(error: &anyhow::Error) {
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Many errors repeat their cause in their own words.
        if !causes.iter().any(|told| told.contains(&text)) {
            causes.push(text);
        }
    }
    err(format_args!("error: {}", causes.join(": ")));
    let hint = error.downcast_ref::<UsageError>().and_then(UsageError::hint);
    if let Some(hint) = hint.or_else(|| error.downcast_ref::<azure::Error>().and_then(|e| remedy(e.kind()))) {
        err(format_args!("help: {hint}"));
    }
}

/// What a person can do about an error of the service.
fn remedy(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Authentication => {
            Some("sign in with `az login`, or choose another way with --auth; plan --help lists them")
        }
        ErrorKind::Forbidden => Some(
            "the identity needs the role Microsoft Sentinel Contributor on the workspace's resource group; a new role may take an hour to count",
        ),
        ErrorKind::NotFound => Some("look at subscription, resource-group and workspace in bartizan.toml"),
        _ => None,
    }
}

/// The diagnostics of `check` and a last line that counts them.
pub(super) fn checked(project: &Project) {
    let _ = diagnostics::write(&mut anstream::stdout(), &project.map, &project.diagnostics);
    let (errors, warnings) = project.count();
    out(format_args!(
        "{} in {}, {}",
        counted(errors, "error"),
        counted(project.folder.files, "file"),
        counted(warnings, "warning"),
    ));
}

/// The diagnostics of a command that goes on after them.
pub(super) fn diagnostics(project: &Project) {
    let _ = diagnostics::write(&mut anstream::stderr(), &project.map, &project.diagnostics);
}

/// Why a run stopped at the diagnostics.
pub(super) fn stopped(errors: usize, keep_going: bool) {
    err(format_args!("error: {} in the files, nothing was sent", counted(errors, "error")));
    if !keep_going {
        err("help: mend them, or leave out the files in error with --keep-going");
    }
}

/// What `compile` wrote.
pub(super) fn compiled(count: usize, folder: &Utf8Path) {
    out(format_args!("{} written to {folder}", counted(count, "resource")));
}

/// What `schema pull` found, and how it differs from what was known.
pub(super) fn pulled(path: &Utf8Path, lock: &Lock, changes: &[Change<'_>], differs: bool, only_checks: bool) {
    for change in changes {
        let sign = match change.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        let what = if change.is_function { "function" } else { "table" };
        out(format_args!("{sign} {what} {}", one_line(change.name)));
    }
    let word = match (differs, only_checks) {
        (false, _) => "is up to date",
        (true, false) => "written",
        (true, true) => "would change",
    };
    out(format_args!(
        "{path} {word}: {} and {} of {}",
        counted(lock.tables.len(), "table"),
        counted(lock.functions.len(), "function"),
        one_line(&lock.workspace),
    ));
}

/// Every code with its severity.
pub(super) fn codes(codes: &[&'static Code]) {
    let width = codes.iter().map(|code| code.id.len()).max().unwrap_or(0);
    for code in codes {
        let text = code.markdown();
        let first = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let sentence = first.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned();
        out(format_args!("{:width$}  {:7}  {sentence}", code.id, code.severity.as_str()));
    }
}

/// The documentation of a code.
pub(super) fn explanation(code: &Code) {
    let severity = if code.fixed { "always an error" } else { code.severity.as_str() };
    out(format_args!("{} ({severity})\n\n{}", code.id, code.markdown().trim_end()));
}

/// What `init` made and what it left.
pub(super) fn initialised(files: &[(Utf8PathBuf, bool)]) {
    for (path, made) in files {
        out(format_args!("{} {path}", if *made { "made  " } else { "exists" }));
    }
    out("Try it: bartizan apply --emulator");
}

/// That the emulator is ready.
pub(super) fn listening(address: SocketAddr) {
    out(format_args!("Emulating the Sentinel management API at http://{address}, Ctrl-C to stop"));
}

/// Asks whether a plan is to be carried out.
pub(super) fn confirm(planned: &Summary) -> std::io::Result<bool> {
    let total = planned.create + planned.update + planned.delete;
    {
        let mut stderr = anstream::stderr();
        write!(stderr, "Write {}? [yes/no] ", counted(total, "change"))?;
        stderr.flush()?;
    }
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "yes" | "y"))
}

/// That nothing was written, since the answer was no.
pub(super) fn not_confirmed() {
    err("nothing was written");
}

/// `1 error`, `2 errors`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
