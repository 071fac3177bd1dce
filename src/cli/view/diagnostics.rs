//! Diagnostics for people: the line, a caret, what is wrong, what to do.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity, SourceMap, Span};

/// How many lines stand around the one that a diagnostic points at.
const AROUND: usize = 1;

/// A line longer than this, as in a minified file or a feed, is not shown.
const LONGEST_LINE: usize = 2_000;

/// Writes every diagnostic.
pub(super) fn write(to: &mut impl Write, map: &SourceMap, diagnostics: &[Diagnostic]) -> io::Result<()> {
    let renderer = Renderer::styled();
    for diagnostic in diagnostics {
        let rendered = renderer.render(&[group(map, diagnostic)]);
        // The renderer shows what steers a terminal as a mark, but for the controls beyond ASCII; ESC is of its colours.
        let rendered = rendered.replace(|c| super::steers(c) && !matches!(c, '\n' | '\u{1b}'), "\u{fffd}");
        writeln!(to, "{rendered}\n")?;
    }
    Ok(())
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
