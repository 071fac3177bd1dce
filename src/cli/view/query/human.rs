//! What is wrong with bare queries, for people.

use crate::check::{self, BareFindings};
use crate::cli::view::text::{counted, counted_queries};
use crate::cli::view::{Printer, Stream, diagnostics};
use crate::diagnostic::{Diagnostic, FileId, Severity, SourceMap, Span};

/// Writes the findings of a query for people.
pub(in crate::cli) fn human(
    printer: &mut Printer,
    map: &SourceMap,
    file: FileId,
    findings: &BareFindings<'_>,
) {
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
    diagnostics::list(printer, Stream::Out, map, &found);
}

/// Writes how many queries were read and what was found.
pub(in crate::cli) fn total(printer: &mut Printer, queries: usize, errors: usize, warnings: usize) {
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    printer.out(format_args!("{errors} in {}, {warnings}", counted_queries(queries)));
}
