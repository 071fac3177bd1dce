//! A ThreatFox page, saved as text.
//!
//! Pages are made for people and come in two forms. The first has a table with pipes; in the second, copied from a
//! browser, headings separate the parts and the cells of a row may run together. Reading goes line by line,
//! each line once, and takes what it can recognise.

mod row;
mod scenario;
mod summary;

pub use row::{Cell, Row};
pub use scenario::Scenario;
pub use summary::Summary;

use row::Columns;
use scenario::Scenarios;
use summary::Heading;

use super::PAGE_SUMMARY;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::indicator::IndicatorKind;

/// What a page says.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The file.
    pub file: FileId,
    /// Where the page begins to speak of its family; a message about the whole page points there.
    pub span: Span,
    /// The malware family, as `SectopRAT`; none where the page names none.
    pub family: Option<String>,
    /// Who published the indicators, as `ThreatFox`.
    pub source: Option<String>,
    /// The text before the summary.
    pub intro: String,
    /// What the page counts of itself.
    pub summary: Summary,
    /// The rows of the table.
    pub rows: Vec<Row>,
    /// The tables that the page wants to be connected.
    pub tables: Vec<String>,
    /// Harmless activity that the page expects to match.
    pub scenarios: Vec<Scenario>,
}

/// A line of the file without its end, and where it starts.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    /// The place of a part of the line.
    fn span(self, file: FileId, part: &str) -> Span {
        let offset = part.as_ptr() as usize - self.text.as_ptr() as usize;
        Span::new(file, self.start + offset, self.start + offset + part.len())
    }

    /// The rest of the line from an offset on.
    fn from(self, offset: usize) -> Self {
        Self { text: &self.text[offset..], start: self.start + offset }
    }

    /// The text without the marks that Markdown puts around and before it.
    fn plain(self) -> &'a str {
        let mark = |c: char| c.is_whitespace() || matches!(c, '*' | '#' | '>' | '-' | '•' | '_' | '`');
        self.text.trim_start_matches(mark).trim_end_matches(|c: char| c.is_whitespace() || c == '*')
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut start = text.len() - body.len();
    body.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        Line { text: line.trim_end_matches(['\n', '\r']), start: at }
    })
}

/// What the lines at hand belong to.
enum Part {
    Intro,
    Summary,
    Indicators(Columns),
    Queries,
    Tables,
    Scenarios,
}

/// Reads a page. `None`, and no diagnostic, where the text holds no table of indicators.
pub fn parse(text: &str, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Page> {
    let mut part = Part::Intro;
    let mut heading = Heading::default();
    let mut intro: Vec<&str> = Vec::new();
    let (mut rows, mut tables, mut source) = (Vec::new(), Vec::new(), None);
    let mut scenarios = Scenarios::default();
    let mut found = false;

    for line in lines(text) {
        let plain = line.plain();
        if let Some((columns, rest)) = Columns::of_header(line) {
            rows.extend(columns.rows(rest, file));
            part = Part::Indicators(columns);
            found = true;
            continue;
        }
        if let Part::Indicators(columns) = &part {
            if plain.is_empty() || row::is_ruler(line.text) {
                continue;
            }
            let held = columns.rows(line, file);
            if !held.is_empty() {
                rows.extend(held);
                continue;
            }
            part = Part::Queries;
        }
        if is_tables_heading(plain) {
            part = Part::Tables;
        } else if scenario::is_heading(plain) || Scenarios::begins(plain) {
            part = Part::Scenarios;
        } else if plain.starts_with("//") || plain.to_ascii_lowercase().starts_with("kql:") {
            if let Some(named) = source_comment(plain) {
                source.get_or_insert(named);
            }
            if !matches!(part, Part::Intro | Part::Summary) {
                part = Part::Queries;
            }
        }
        match part {
            Part::Intro | Part::Summary if !found => {
                if heading.read(line, file) || is_summary_heading(plain) {
                    part = Part::Summary;
                } else if matches!(part, Part::Intro)
                    && !line.text.trim_start().starts_with('#')
                    && !plain.is_empty()
                {
                    intro.push(plain);
                }
            }
            Part::Tables => tables.extend(table_name(line.text)),
            Part::Scenarios => scenarios.read(line, file),
            _ => {}
        }
    }
    if !found {
        return None;
    }
    let (named_source, named_family) = source.unzip();
    let page = Page {
        file,
        span: heading.span().unwrap_or(Span::start_of(file)),
        family: heading.family.or(named_family).filter(|family| !family.is_empty()),
        source: named_source.filter(|source| !source.is_empty()),
        intro: intro.join(" "),
        summary: heading.summary,
        rows,
        tables,
        scenarios: scenarios.finish(),
    };
    compare(&page, diagnostics);
    Some(page)
}

fn is_summary_heading(plain: &str) -> bool {
    plain.eq_ignore_ascii_case("IOC Summary")
}

fn is_tables_heading(plain: &str) -> bool {
    let squeezed: String = plain.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    squeezed.eq_ignore_ascii_case("RequiredDataSources")
        || squeezed.eq_ignore_ascii_case("SentinelTableNotes")
}

/// Source and family of a query's comment, as in `// Source: ThreatFox - SectopRAT`.
fn source_comment(plain: &str) -> Option<(String, String)> {
    let rest = plain.strip_prefix("//")?.trim_start().strip_prefix("Source:")?.trim();
    let (source, family) = rest.split_once(" - ").unwrap_or((rest, ""));
    Some((source.trim().to_owned(), family.trim().to_owned()))
}

/// The table that a line of the list names: its first cell, or the name that its note runs on from.
fn table_name(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches(['|', '*', '-', '•']).trim_start();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(line.len());
    let word = &line[..end];
    // Without a pipe between them the note `Ensure this ...` runs on from the name.
    let name = word.strip_suffix("Ensure").unwrap_or(word);
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.len() >= 4
        && !matches!(name, "Sentinel" | "Required" | "SentinelTable" | "Notes" | "Table");
    let rest = line[end..].trim_start();
    let is_list = name.len() < word.len()
        || rest.is_empty()
        || rest.starts_with(['|', ':', '`'])
        || rest.starts_with("Ensure");
    (is_name && is_list).then(|| name.to_owned())
}

/// Warns where the summary and the table disagree.
fn compare(page: &Page, diagnostics: &mut Vec<Diagnostic>) {
    let help = "the table counts; look whether the page is whole";
    if let Some((total, span)) = page.summary.total
        && total != page.rows.len()
    {
        let message = format!("the summary counts {total} indicators, the table holds {}", page.rows.len());
        diagnostics.push(Diagnostic::new(&PAGE_SUMMARY, span, message).help(help));
    }
    if let Some((types, span)) = &page.summary.types {
        let normal = |text: &str| {
            IndicatorKind::parse(text).map_or_else(|| text.to_ascii_lowercase(), |kind| kind.to_string())
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names.dedup();
            names
        };
        let said = sorted(types.iter().map(|name| normal(name)).collect());
        let held = sorted(
            page.rows.iter().filter_map(|row| row.kind.as_ref()).map(|cell| normal(&cell.text)).collect(),
        );
        if said != held {
            let held = if held.is_empty() { "none".to_owned() } else { held.join(", ") };
            let message = format!("the summary names the types {}, the table holds {held}", said.join(", "));
            diagnostics.push(Diagnostic::new(&PAGE_SUMMARY, *span, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests;
