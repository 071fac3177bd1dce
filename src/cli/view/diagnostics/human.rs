//! Diagnostics for people: the line, a caret, what is wrong, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::count;
use crate::cli::view::text::{counted, steers};
use crate::cli::view::{Printer, Stream};
use crate::diagnostic::{Diagnostic, Severity, SourceMap, Span};

/// How many lines are shown before and after the one that a diagnostic points at.
const AROUND: usize = 1;

/// A line longer than this, as in a minified file or a feed, is not shown.
const LONGEST_LINE: usize = 2_000;

/// Writes diagnostics, each followed by an empty line.
pub(in crate::cli) fn list(
    printer: &mut Printer,
    stream: Stream,
    map: &SourceMap,
    diagnostics: &[Diagnostic],
) {
    let renderer = Renderer::styled();
    for diagnostic in diagnostics {
        let rendered = renderer.render(&[group(map, diagnostic)]);
        // The renderer shows what steers a terminal as a mark, but not controls beyond ASCII; ESC begins its colours.
        let rendered = rendered.replace(|c| steers(c) && !matches!(c, '\n' | '\u{1b}'), "\u{fffd}");
        printer.styled(stream, format_args!("{rendered}\n\n"));
    }
}

/// Writes the result of `check`: the diagnostics, and a last line that counts them and the files that were read.
pub(in crate::cli) fn report(
    printer: &mut Printer,
    map: &SourceMap,
    diagnostics: &[Diagnostic],
    files: usize,
) {
    list(printer, Stream::Out, map, diagnostics);
    let (errors, warnings) = count(diagnostics);
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    printer.out(format_args!("{errors} in {}, {warnings}", counted(files, "file")));
}

fn group<'a>(map: &'a SourceMap, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let mut group = title.element(snippet(map, diagnostic.span, &diagnostic.label, AnnotationKind::Primary));
    for label in &diagnostic.related {
        group = group.element(snippet(map, label.span, &label.message, AnnotationKind::Context));
    }
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// The lines around a span. Only these are handed to the renderer, which would otherwise walk the whole file.
fn snippet<'a>(
    map: &'a SourceMap,
    span: Span,
    label: &'a str,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let file = map.file(span.file);
    let text = file.text();
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (line, _) = file.line_column(span.start);
    let first = line.saturating_sub(AROUND).max(1);
    let start = line_start(text, span.start, line - first).max(mark);
    // A span over many lines, as of a whole mapping, is shown by its first line.
    let first_line_end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let end_of_span = span.end.min(first_line_end).max(span.start);
    let end = line_end(text, first_line_end, AROUND);
    let window = text.get(start..end).unwrap_or_default();
    if window.lines().any(|line| line.len() > LONGEST_LINE) {
        return Snippet::source("").line_start(line).path(file.path().as_str());
    }
    let range = span.start.max(start) - start..end_of_span.max(start) - start;
    let annotation = kind.span(range);
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    Snippet::source(window).line_start(first).path(file.path().as_str()).annotation(annotation)
}

/// The start of the line `back` lines before the one of `offset`.
fn line_start(text: &str, offset: usize, back: usize) -> usize {
    let mut start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    for _ in 0..back {
        start = text[..start.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    }
    start
}

/// The end of the line `on` lines after the one that ends at `offset`.
fn line_end(text: &str, offset: usize, on: usize) -> usize {
    let mut end = offset;
    for _ in 0..on {
        if end >= text.len() {
            break;
        }
        end = text[end + 1..].find('\n').map_or(text.len(), |at| end + 1 + at);
    }
    end
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tests::{CODES, example};
    use super::*;
    use crate::cli::view::printed;

    #[test]
    fn a_report_shows_each_place_in_its_line_and_counts() {
        let (map, diagnostics) = example();
        assert_snapshot!(printed(|printer| report(printer, &map, &diagnostics, 2)), @"
        error[example]: `Hihg` is not a severity
         --> rules/a.yaml:3:11
          |
        3 | severity: Hihg
          |           ^^^^ High, Medium, Low or Informational
          |
         ::: rules/list.csv:1:1
          |
        1 | host
          | ---- read here
          |
          = help: did you mean `High`?

        warning[doubt]: the list has no rows
         --> rules/list.csv:1:1
          |
        1 | host
          | ^

        1 error in 2 files, 1 warning
        ");
    }

    #[test]
    fn a_line_that_is_too_long_is_not_shown() {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", "x".repeat(LONGEST_LINE + 1));
        let diagnostic = Diagnostic::new(CODES[0], Span::new(file, 7, 9), "wrong");
        assert_snapshot!(printed(|printer| list(printer, Stream::Err, &map, &[diagnostic])), @"
        stderr:
        error[example]: wrong
         --> a.yaml
          |
        ");
    }

    #[test]
    fn a_text_that_steers_a_terminal_is_shown_and_does_not() {
        let mut map = SourceMap::new();
        let file = map.add("a.yaml", "a: \u{1b}[31m\u{9b}2J\u{202e}b\n");
        let diagnostic = Diagnostic::new(CODES[0], Span::new(file, 3, 16), "not \u{1b}[2J");
        assert_snapshot!(printed(|printer| list(printer, Stream::Out, &map, &[diagnostic])), @"
        error[example]: not ␛[2J
         --> a.yaml:1:4
          |
        1 | a: ␛[31m�2J�b
          |    ^^^^^^^^^^
        ");
    }
}
