//! Diagnostics for programs.

use serde::Serialize;

use crate::cli::view::Printer;
use crate::cli::view::json::{FORMAT_VERSION, write};
use crate::diagnostic::{Applicability, Diagnostic, Label, Severity, SourceMap};

#[derive(Serialize)]
struct Diagnostics<'a> {
    format_version: u32,
    diagnostics: Vec<DiagnosticLine<'a>>,
}

#[derive(Serialize)]
struct DiagnosticLine<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: Option<&'a str>,
    /// Other places that belong to it, such as the stage that drops a column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedLine<'a>>,
    /// What `check --fix` would write.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a str>,
    /// Whether `check --fix` writes it unseen.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix_applicability: Option<Applicability>,
}

#[derive(Serialize)]
struct RelatedLine<'a> {
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

/// Writes diagnostics as one object.
pub(in crate::cli) fn json(printer: &mut Printer, map: &SourceMap, diagnostics: &[Diagnostic]) {
    let diagnostics: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let place = map.location(diagnostic.span);
            DiagnosticLine {
                code: diagnostic.code.id,
                severity: diagnostic.severity,
                message: &diagnostic.message,
                file: place.path.as_str(),
                line: place.line,
                column: place.column,
                end_line: place.end_line,
                end_column: place.end_column,
                help: diagnostic.help.as_deref(),
                related: diagnostic.related.iter().map(|label| related(map, label)).collect(),
                fix: diagnostic.fix.as_ref().map(|fix| fix.new.as_str()),
                fix_applicability: diagnostic.fix.as_ref().map(|fix| fix.applicability),
            }
        })
        .collect();
    write(printer, &Diagnostics { format_version: FORMAT_VERSION, diagnostics });
}

fn related<'a>(map: &'a SourceMap, label: &'a Label) -> RelatedLine<'a> {
    let place = map.location(label.span);
    RelatedLine { message: &label.message, file: place.path.as_str(), line: place.line, column: place.column }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tests::example;
    use super::*;
    use crate::cli::view::printed;

    #[test]
    fn a_diagnostic_has_its_places_help_and_fix() {
        let (map, diagnostics) = example();
        assert_snapshot!(printed(|printer| json(printer, &map, &diagnostics)), @r#"
        {
          "format_version": 1,
          "diagnostics": [
            {
              "code": "example",
              "severity": "error",
              "message": "`Hihg` is not a severity",
              "file": "rules/a.yaml",
              "line": 3,
              "column": 11,
              "end_line": 3,
              "end_column": 15,
              "help": "did you mean `High`?",
              "related": [
                {
                  "message": "read here",
                  "file": "rules/list.csv",
                  "line": 1,
                  "column": 1
                }
              ],
              "fix": "High",
              "fix_applicability": "safe"
            },
            {
              "code": "doubt",
              "severity": "warning",
              "message": "the list has no rows",
              "file": "rules/list.csv",
              "line": 1,
              "column": 1,
              "end_line": 1,
              "end_column": 1,
              "help": null
            }
          ]
        }
        "#);
    }
}
