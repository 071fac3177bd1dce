//! The rows of a page's table.

use std::ops::Range;

use super::Line;
use crate::diagnostic::{FileId, Span};
use crate::indicator::{Field, IndicatorKind, Written};

/// A cell with its place; the text is as the page has it, defanged.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The text without spaces around it.
    pub text: String,
    /// Where it is.
    pub span: Span,
}

/// A row; a cell that is missing or empty is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The whole line.
    pub span: Span,
    /// The type.
    pub kind: Option<Cell>,
    /// The value.
    pub value: Option<Cell>,
    /// The threat type.
    pub threat_type: Option<Cell>,
    /// When it was first seen.
    pub first_seen: Option<Cell>,
    /// The confidence.
    pub confidence: Option<Cell>,
    /// A page that says more.
    pub reference: Option<Cell>,
}

impl Row {
    fn empty(line: Line<'_>, file: FileId) -> Self {
        Self {
            span: line.span(file, line.text.trim()),
            kind: None,
            value: None,
            threat_type: None,
            first_seen: None,
            confidence: None,
            reference: None,
        }
    }

    /// The row as an indicator that is to be read.
    pub fn written(&self) -> Written<'_> {
        fn field(cell: &Option<Cell>) -> Option<Field<'_>> {
            cell.as_ref().map(|cell| Field { text: &cell.text, span: cell.span })
        }
        Written {
            kind: field(&self.kind),
            value: field(&self.value),
            threat_type: field(&self.threat_type),
            first_seen: field(&self.first_seen),
            confidence: field(&self.confidence),
            reference: field(&self.reference),
            span: self.span,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Kind,
    Value,
    ThreatType,
    FirstSeen,
    Confidence,
    Reference,
    Other,
}

/// The columns of a table of indicators, in order.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

/// The header's words where no pipe parts them.
const RUN_TOGETHER: &str = "typevaluethreattypefirstseenconfidence";

impl Columns {
    /// The columns where a line begins with the header of a table of indicators, and what follows the header: rows,
    /// where line breaks got lost.
    pub(super) fn of_header(line: Line<'_>) -> Option<(Self, Line<'_>)> {
        // A header is short; without this a file of one endless line would be taken apart for each question about it.
        let text = line.text;
        let cells: Vec<Column> = cells(text).take(20).map(column).collect();
        let has = |column| cells.contains(&column);
        if has(Column::Kind) && has(Column::Value) && (has(Column::ThreatType) || has(Column::FirstSeen)) {
            return Some((Self(cells), line.from(text.len())));
        }
        let mut squeezed = String::with_capacity(RUN_TOGETHER.len());
        for (at, character) in text.char_indices().take(80) {
            if character.is_ascii_alphanumeric() {
                squeezed.push(character.to_ascii_lowercase());
                if squeezed.strip_prefix("ioc").unwrap_or(&squeezed) == RUN_TOGETHER {
                    use Column::{Confidence, FirstSeen, Kind, ThreatType, Value};
                    let columns = Self(vec![Kind, Value, ThreatType, FirstSeen, Confidence]);
                    return Some((columns, line.from(at + 1)));
                }
            }
        }
        None
    }

    /// The rows that a line holds: one, or several where line breaks got lost. None where the table is over.
    pub(super) fn rows(&self, line: Line<'_>, file: FileId) -> Vec<Row> {
        let parts: Vec<&str> = cells(line.text).collect();
        let starts_with_type = parts.first().is_some_and(|first| IndicatorKind::parse(first).is_some());
        if parts.len() < 3 && !(parts.len() == 2 && starts_with_type) {
            return run_together(line, file);
        }
        let mut row = Row::empty(line, file);
        for (column, part) in self.assign(line.text, &parts) {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let cell = Some(Cell { text: part.to_owned(), span: line.span(file, part) });
            match column {
                Column::Kind => row.kind = cell,
                Column::Value => row.value = cell,
                Column::ThreatType => row.threat_type = cell,
                Column::FirstSeen => row.first_seen = cell,
                Column::Confidence => row.confidence = cell,
                Column::Reference => row.reference = cell,
                Column::Other => {}
            }
        }
        vec![row]
    }

    /// Each column with its cell. A pipe inside the value makes more cells than columns: the value takes them all.
    fn assign<'a>(&self, line: &'a str, parts: &[&'a str]) -> Vec<(Column, &'a str)> {
        let value_at = self.0.iter().position(|column| *column == Column::Value);
        let surplus = parts.len().saturating_sub(self.0.len());
        let mut out = Vec::with_capacity(self.0.len());
        let mut next = 0;
        for (at, column) in self.0.iter().enumerate() {
            let Some(part) = parts.get(next) else { break };
            next += 1;
            let mut part = *part;
            if surplus > 0 && Some(at) == value_at {
                let last = parts[next - 1 + surplus];
                let start = part.as_ptr() as usize - line.as_ptr() as usize;
                let end = last.as_ptr() as usize - line.as_ptr() as usize + last.len();
                part = &line[start..end];
                next += surplus;
            }
            out.push((*column, part));
        }
        out
    }
}

fn column(cell: &str) -> Column {
    let name: String =
        cell.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match name.as_str() {
        "type" | "ioctype" | "indicatortype" => Column::Kind,
        "value" | "ioc" | "iocvalue" | "indicator" => Column::Value,
        "threattype" | "threat" => Column::ThreatType,
        "firstseen" | "firstseenutc" => Column::FirstSeen,
        "confidence" | "confidencelevel" => Column::Confidence,
        "reference" => Column::Reference,
        _ => Column::Other,
    }
}

/// The cells of a line: what is between pipes, or between tabs where there are none.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let separator = if line.contains('|') { '|' } else { '\t' };
    let trimmed = line.trim();
    let trimmed = trimmed.strip_prefix(separator).unwrap_or(trimmed);
    trimmed.strip_suffix(separator).unwrap_or(trimmed).split(separator)
}

/// Whether a line only rules off a table's header, as `|---|---|`.
pub(super) fn is_ruler(line: &str) -> bool {
    line.contains('-') && line.chars().all(|c| c.is_whitespace() || matches!(c, '|' | '-' | ':' | '+' | '='))
}

/// Threat types that may run on from a value.
const THREAT_TYPES: &[&str] = &["payload_delivery", "botnet_cc", "cc_skimming", "payload"];

/// The types that a row may begin with, a longer name before one that it begins with.
const KINDS: &[&str] = &[
    "sha256_hash",
    "sha3_384_hash",
    "sha1_hash",
    "md5_hash",
    "ip:port",
    "domain",
    "url",
    "sha256",
    "sha1",
    "md5",
];

/// Rows whose cells nothing parts, as `ip:port5[.]188[.]86[.]6:9000botnet_cc2026-05-22100%`: each begins with a type,
/// and ends with a date and a percentage, or with a date at the line's end.
fn run_together(line: Line<'_>, file: FileId) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut start = 0;
    while let Some(kind) = KINDS.iter().find(|name| starts_with_word(line.text[start..].trim_start(), name)) {
        let Some((date_at, end)) = date_and_percentage(line.text, start) else { break };
        rows.extend(run_together_row(line, start..end, date_at, kind.len(), file));
        start = end;
    }
    rows
}

fn run_together_row(
    line: Line<'_>,
    range: Range<usize>,
    date_at: usize,
    kind_length: usize,
    file: FileId,
) -> Option<Row> {
    let text = &line.text[range.start..range.end];
    let cell = |part: &str| {
        let part = part.trim();
        (!part.is_empty()).then(|| Cell { text: part.to_owned(), span: line.span(file, part) })
    };
    let kind_start = range.start + (text.len() - text.trim_start().len());
    let value = line.text.get(kind_start + kind_length..date_at)?.trim_end();
    let threat = THREAT_TYPES.iter().find(|threat| value.len() > threat.len() && value.ends_with(**threat));
    let (value, threat) = value.split_at(value.len() - threat.map_or(0, |threat| threat.len()));
    let mut row = Row::empty(line, file);
    row.span = line.span(file, text.trim());
    row.kind = cell(&line.text[kind_start..kind_start + kind_length]);
    row.value = cell(value);
    row.threat_type = cell(threat);
    row.first_seen = cell(&line.text[date_at..date_at + 10]);
    row.confidence = cell(&line.text[date_at + 10..range.end]);
    Some(row)
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// From `from` on, where the first date begins that a percentage or the end of the line follows, and where that ends.
fn date_and_percentage(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    (from..bytes.len().saturating_sub(9)).find_map(|at| {
        let shaped = bytes[at..at + 10].iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
        if !shaped {
            return None;
        }
        let rest = &text[at + 10..];
        let digits = rest.trim_start();
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if (1..=3).contains(&count) && digits[count..].starts_with('%') {
            return Some((at, text.len() - digits.len() + count + 1));
        }
        rest.trim().is_empty().then_some((at, text.len()))
    })
}
