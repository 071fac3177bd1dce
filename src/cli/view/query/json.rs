//! What is wrong with bare queries, and what they read and give, for programs.

use kql::{Analysis, LineIndex, QueryResult};
use serde::Serialize;

use crate::check::BareFindings;
use crate::cli::view::Printer;
use crate::cli::view::json::write_line;
use crate::diagnostic::Diagnostic;

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
pub(in crate::cli) fn json(
    printer: &mut Printer,
    name: &str,
    text: &str,
    findings: &BareFindings<'_>,
    analysis: &Analysis,
) {
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
    write_line(printer, &query);
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
