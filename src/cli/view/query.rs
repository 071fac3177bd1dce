//! What is wrong with bare queries.

use camino::Utf8Path;
use kql::{Analysis, LineIndex, QueryResult};
use serde::Serialize;

use super::{counted, diagnostics, err, out};
use crate::check::{self, BareFindings};
use crate::diagnostic::{Diagnostic, FileId, Severity, SourceMap, Span};

/// Writes the findings of a query for people.
pub(in crate::cli) fn human(map: &SourceMap, file: FileId, findings: &BareFindings<'_>) {
    let language = findings.syntax.iter().chain(&findings.meaning).map(|found| {
        let range = found.span.range();
        let mut diagnostic = check::language_diagnostic(found, Span::new(file, range.start, range.end));
        // A bare query is judged by the language alone: what a rule may leave open is an error here.
        diagnostic.severity = match found.severity() {
            kql::Severity::Error => Severity::Error,
            kql::Severity::Warning => Severity::Warning,
        };
        diagnostic
    });
    let mut found: Vec<Diagnostic> = language.chain(findings.lints.iter().cloned()).collect();
    found.sort_by_key(|diagnostic| diagnostic.span);
    let _ = diagnostics::write(&mut anstream::stdout(), map, &found);
}

/// Writes how many queries were read and what was found.
pub(in crate::cli) fn total(queries: usize, errors: usize, warnings: usize) {
    let queries = if queries == 1 { "1 query".to_owned() } else { format!("{queries} queries") };
    out(format_args!("{} in {queries}, {}", counted(errors, "error"), counted(warnings, "warning")));
}

#[derive(Serialize)]
struct QueryLine<'a> {
    file: &'a str,
    syntax_errors: Vec<Finding<'a>>,
    semantic_errors: Vec<Finding<'a>>,
    findings: Vec<Finding<'a>>,
    tables: &'a [String],
    functions: &'a [String],
    columns: Vec<String>,
}

#[derive(Serialize, Default)]
struct Finding<'a> {
    code: &'static str,
    official_code: Option<&'static str>,
    message: &'a str,
    /// In UTF-16 units, as the official language service counts.
    start: u32,
    length: u32,
    line: u32,
    column: u32,
}

/// Writes a query as one line of JSON. What the official language service says as well, under its code, stands in
/// `semantic_errors`, whatever its severity; what only we say stands in `findings`.
pub(in crate::cli) fn json(name: &str, text: &str, findings: &BareFindings<'_>, analysis: &Analysis) {
    let index = LineIndex::new(text);
    let (official, ours): (Vec<_>, Vec<_>) =
        findings.meaning.iter().copied().partition(|found| found.official.is_some());
    let ours = ours.into_iter().map(|found| finding(&index, found));
    let columns = match &analysis.result {
        QueryResult::Table(_) => analysis
            .result_columns()
            .unwrap_or_default()
            .into_iter()
            .map(|column| format!("{}:{}", column.name, column.kind))
            .collect(),
        QueryResult::Scalar(kind) => vec![format!("<scalar>:{kind}")],
        QueryResult::Other => Vec::new(),
    };
    let query = QueryLine {
        file: name,
        syntax_errors: findings.syntax.iter().map(|found| finding(&index, found)).collect(),
        semantic_errors: official.into_iter().map(|found| finding(&index, found)).collect(),
        findings: ours.chain(findings.lints.iter().map(|lint| lint_finding(&index, lint))).collect(),
        tables: &analysis.tables,
        functions: &analysis.functions,
        columns,
    };
    if let Ok(text) = serde_json::to_string(&query) {
        out(text);
    }
}

fn finding<'a>(index: &LineIndex<'_>, found: &'a kql::Diagnostic) -> Finding<'a> {
    at(
        index,
        found.span,
        Finding {
            code: found.code.as_str(),
            official_code: found.official,
            message: &found.message,
            ..Finding::default()
        },
    )
}

/// A lint, whose place in the file is its place in the query.
fn lint_finding<'a>(index: &LineIndex<'_>, lint: &'a Diagnostic) -> Finding<'a> {
    let place = kql::Span::new(lint.span.start as u32, lint.span.end as u32);
    at(index, place, Finding { code: lint.code.id, message: &lint.message, ..Finding::default() })
}

fn at<'a>(index: &LineIndex<'_>, place: kql::Span, finding: Finding<'a>) -> Finding<'a> {
    let (start, end) = (index.utf16_offset(place.start), index.utf16_offset(place.end));
    let position = index.position(place.start);
    Finding { start, length: end - start, line: position.line, column: position.column, ..finding }
}

/// What was done with a file, or would be.
pub(in crate::cli) fn laid_out(name: &str, what: &str) {
    out(format_args!("{name} {what}"));
}

/// A query that is left alone, and why; line and column from 1.
pub(in crate::cli) fn left_alone(name: &str, (line, column): (usize, usize), message: &str) {
    err(format_args!("{name}:{line}:{column}: {message}; left as it is"));
}

/// What went wrong with a file while others went on.
pub(in crate::cli) fn failed(path: &Utf8Path, what: &str) {
    err(format_args!("error: {path}: {what}"));
}

/// The files that could not be read while others went on.
pub(in crate::cli) fn unread(map: &SourceMap, found: &[Diagnostic]) {
    let _ = diagnostics::write(&mut anstream::stderr(), map, found);
}
