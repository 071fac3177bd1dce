//! The rows of a page's table.

use super::Line;
use crate::diagnostic::{FileId, Span};
use crate::feed::indicator::{Field, IndicatorKind, Written};

/// A cell with its place; the text is as it stands, defanged.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The text without blanks around it.
    pub text: String,
    /// Where it stands.
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
    /// A page that tells more.
    pub reference: Option<Cell>,
}

impl Row {
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
    /// The columns where a line is the header of a table of indicators.
    pub(super) fn of_header(line: &str) -> Option<Self> {
        // A header is short; without this a file of one endless line would be squeezed for each question about it.
        if line.len() > 400 {
            return None;
        }
        let cells: Vec<Column> = cells(line).map(column).collect();
        let has = |column| cells.contains(&column);
        if has(Column::Kind) && has(Column::Value) && (has(Column::ThreatType) || has(Column::FirstSeen)) {
            return Some(Self(cells));
        }
        let squeezed: String =
            line.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        (squeezed.strip_prefix("ioc").unwrap_or(&squeezed) == RUN_TOGETHER).then(|| {
            Self(vec![Column::Kind, Column::Value, Column::ThreatType, Column::FirstSeen, Column::Confidence])
        })
    }

    /// The row that a line is; `None` where it is none and the table is over.
    pub(super) fn row(&self, line: Line<'_>, file: FileId) -> Option<Row> {
        let parts: Vec<&str> = cells(line.text).collect();
        let mut row = Row {
            span: line.span(file, line.text.trim()),
            kind: None,
            value: None,
            threat_type: None,
            first_seen: None,
            confidence: None,
            reference: None,
        };
        let starts_with_type = parts.first().is_some_and(|first| IndicatorKind::parse(first).is_some());
        if parts.len() < 3 && !(parts.len() == 2 && starts_with_type) {
            return run_together(line, file, row);
        }
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
        Some(row)
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

/// The cells of a line: what stands between pipes, or between tabs where there are none.
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

/// A row whose cells nothing parts, as `ip:port5[.]188[.]86[.]6:9000botnet_cc2026-05-22100%`: it begins with a type,
/// and ends with a date and a percentage.
fn run_together(line: Line<'_>, file: FileId, mut row: Row) -> Option<Row> {
    let text = line.text.trim().trim_matches('|').trim();
    let cell = |part: &str| Some(Cell { text: part.to_owned(), span: line.span(file, part) });
    let kinds = [
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
    let length = kinds.into_iter().find(|name| starts_with_word(text, name)).map(str::len)?;
    let (kind, rest) = text.split_at(length);

    let date_at = last_date(rest)?;
    let (value, tail) = rest.split_at(date_at);
    let (date, percent) = tail.split_at(10);
    let value = value.trim_end();
    let threat = THREAT_TYPES.iter().find(|threat| value.len() > threat.len() && value.ends_with(**threat));
    let (value, threat) = value.split_at(value.len() - threat.map_or(0, |threat| threat.len()));
    row.kind = cell(kind);
    row.value = cell(value.trim());
    row.threat_type = cell(threat).filter(|_| !threat.is_empty());
    row.first_seen = cell(date);
    row.confidence = cell(percent.trim()).filter(|percent| !percent.text.is_empty());
    Some(row)
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Where the last date of a text begins, if nothing but a percentage follows it.
fn last_date(text: &str) -> Option<usize> {
    let before_percent = text.trim_end_matches('%');
    let bytes = before_percent.as_bytes();
    // At most `100` and a blank stand behind the date.
    (0..=4).filter_map(|behind| bytes.len().checked_sub(10 + behind)).find(|at| {
        let date = &bytes[*at..*at + 10];
        let shaped = date.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
        shaped && bytes[at + 10..].iter().all(|b| b.is_ascii_digit() || *b == b' ')
    })
}
