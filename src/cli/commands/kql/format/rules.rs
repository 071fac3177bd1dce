//! `kql fmt --rules`: the queries within rule files.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use kql::TokenKind;

use super::Arguments;
use crate::cli::exit::UsageError;
use crate::cli::project::{Counts, Project};
use crate::cli::view::{self, Printer, Stream, layout};
use crate::cli::{Exit, Global, file};
use crate::diagnostic::{Diagnostic, SourceMap, Span};
use crate::document::Text;
use crate::source::{self, Edit, NOT_UTF8, UNREADABLE, YAML_SYNTAX};

/// A file whose query would be laid out.
struct Change {
    /// The query.
    place: Span,
    /// What the file would hold.
    text: String,
}

pub(super) fn run(global: &Global, arguments: &Arguments, printer: &mut Printer) -> anyhow::Result<Exit> {
    if arguments.paths.iter().any(|path| path == super::files::STDIN) {
        return Err(UsageError::new("--rules reads files, not standard input").into());
    }
    let project = Project::read(global, &arguments.paths)?;
    if project.settings_in_error {
        return Err(UsageError::new("the settings have errors").help("`bartizan check` shows them").into());
    }
    let unread: Vec<Diagnostic> =
        project.diagnostics.iter().filter(|d| is_unread(&project, d)).cloned().collect();
    view::diagnostics::list(printer, Stream::Err, &project.map, &unread);
    let mut is_done = unread.is_empty();
    let mut changes: BTreeMap<Utf8PathBuf, Change> = BTreeMap::new();
    let rules = project.folder.rules.iter().filter_map(|rule| rule.query.given());
    let parsers = project.folder.parsers.iter().filter_map(|parser| parser.query.given());
    let is_read = |query: &&Text| unread.iter().all(|found| found.span.file != query.span.file);
    for query in rules.chain(parsers).filter(is_read) {
        match lay_out(printer, &project.map, query) {
            Ok(Some(text)) => {
                changes.insert(project.path(query.span.file).to_owned(), Change { place: query.span, text });
            }
            Ok(None) => {}
            Err(is_fault) => is_done &= !is_fault,
        }
    }
    take_out_what_changes_a_check(global, arguments, &project, &mut changes, printer)?;
    for (path, change) in &changes {
        is_done &= write(printer, path, project.map.file(change.place.file).text(), change, arguments.check);
    }
    Ok(if is_done { Exit::Done } else { Exit::Findings })
}

/// Whether a file could not be read that may be a rule file.
fn is_unread(project: &Project, diagnostic: &Diagnostic) -> bool {
    let extension = project.path(diagnostic.span.file).extension().map(str::to_ascii_lowercase);
    [&YAML_SYNTAX, &NOT_UTF8, &UNREADABLE].contains(&diagnostic.code)
        && !matches!(extension.as_deref(), Some("csv" | "txt" | "md" | "json"))
}

/// The file with its query laid out; `None` where that changes nothing. `Err`, with a word on standard error, where the
/// query is left alone; it says whether that is the query's own fault.
fn lay_out(printer: &mut Printer, map: &SourceMap, query: &Text) -> Result<Option<String>, bool> {
    // The blocks of a file hold line ends alone; a quoted text may hold carriage returns as well.
    let text = query.replace("\r\n", "\n");
    let lines = match kql::format(&text) {
        Ok(lines) => lines,
        Err(faults) => {
            // Places are those of the text as it stands in the file.
            for fault in kql::format(query).err().unwrap_or(faults) {
                left_alone(printer, map, query.locate(map, fault.span.range()), &fault.message);
            }
            return Err(true);
        }
    };
    if query.strip_prefix(&*lines).is_some_and(|behind| behind.bytes().all(|byte| byte == b'\n')) {
        return Ok(None);
    }
    if has_carriage_return(query) {
        left_alone(printer, map, query.span, "a text in the query holds a carriage return");
        return Err(false);
    }
    let edited = source::edit(map, query.span.file, &[Edit::Lines { place: query.span, lines: &lines }]);
    match edited.refused.first() {
        None => Ok(edited.text),
        Some((_, reason)) => {
            left_alone(printer, map, query.span, &format!("the query cannot be laid out: {reason}"));
            Err(false)
        }
    }
}

/// Whether a token of a query would be another without carriage returns.
fn has_carriage_return(query: &str) -> bool {
    let lexed = kql::lex(query);
    let mut seen = lexed.tokens.iter().filter(|token| token.kind != TokenKind::Whitespace);
    seen.any(|token| lexed.text(*token).contains('\r'))
}

/// Takes out the changes with which `check` would say something else: a comment that allows a warning on its line, say,
/// would no longer stand on the line of the warning.
fn take_out_what_changes_a_check(
    global: &Global,
    arguments: &Arguments,
    project: &Project,
    changes: &mut BTreeMap<Utf8PathBuf, Change>,
    printer: &mut Printer,
) -> anyhow::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let texts = changes.iter().map(|(path, change)| (path.clone(), change.text.clone())).collect();
    let after = Project::read_with(global, &arguments.paths, &texts)?;
    let (before, after) = (project.counts(), after.counts());
    changes.retain(|path, change| {
        let codes: Vec<&str> = differing(before.get(&**path), after.get(&**path)).into_iter().collect();
        if !codes.is_empty() {
            let reason = format!("laid out, `check` would judge it otherwise: {}", codes.join(", "));
            left_alone(printer, &project.map, change.place, &reason);
        }
        codes.is_empty()
    });
    Ok(())
}

/// The codes that a file has more or less often than before.
fn differing(before: Option<&Counts>, after: Option<&Counts>) -> BTreeSet<&'static str> {
    let count = |counts: Option<&Counts>, code: &str| counts.and_then(|counts| counts.get(code)).copied();
    let known = before.into_iter().chain(after).flat_map(Counts::keys).copied();
    known.filter(|code| count(before, code) != count(after, code)).collect()
}

/// Writes a file, or tells that it would be; whether there is nothing to say against it.
fn write(printer: &mut Printer, path: &Utf8Path, before: &str, change: &Change, check: bool) -> bool {
    if check {
        layout::laid_out(printer, path.as_str(), "would change");
        return false;
    }
    match file::replace_unchanged(path, before, &change.text) {
        Ok(()) => layout::laid_out(printer, path.as_str(), "changed"),
        Err(error) => {
            layout::failed(printer, path, &format!("it cannot be written: {error:#}"));
            return false;
        }
    }
    true
}

fn left_alone(printer: &mut Printer, map: &SourceMap, place: Span, reason: &str) {
    let at = map.location(place);
    layout::left_alone(printer, at.path.as_str(), (at.line, at.column), reason);
}
