//! The content of a watchlist as it is uploaded: CSV or TSV, LF or CRLF, a header line and rows.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::refuse;
use crate::arm::error::ArmError;
use crate::state::{Cell, Columns, Row};

/// The largest upload, in bytes.
const MOST_BYTES: usize = 3_800_000;
/// The longest line, in characters.
const LONGEST_LINE: usize = 10_240;
/// The largest row, in bytes over all its cells.
const LARGEST_ROW: usize = 10_240;

/// Reads `raw` as the watchlist's properties say.
pub(super) fn read(raw: &str, properties: &Map<String, Value>) -> Result<Vec<Row>, ArmError> {
    if raw.len() > MOST_BYTES {
        return Err(refuse(format!(
            "The size of rawContent is {} bytes, which exceeds the maximum of {MOST_BYTES} bytes.",
            raw.len()
        )));
    }
    let delimiter = match properties.get("contentType").and_then(Value::as_str) {
        None => b',',
        Some(kind) if kind.eq_ignore_ascii_case("text/csv") => b',',
        Some(kind) if kind.eq_ignore_ascii_case("text/tsv") => b'\t',
        Some(kind) => {
            return Err(refuse(format!(
                "The contentType '{kind}' is not supported. Supported types are 'text/csv' and 'text/tsv'."
            )));
        }
    };
    let skipped = properties.get("numberOfLinesToSkip").and_then(Value::as_i64).unwrap_or(0);
    let Ok(skipped) = usize::try_from(skipped) else {
        return Err(refuse("The property 'numberOfLinesToSkip' cannot be negative."));
    };
    let content = skip_lines(raw, skipped);
    if let Some(line) = raw.lines().position(|line| line.chars().count() > LONGEST_LINE) {
        return Err(refuse(format!(
            "Invalid csv content : line {} exceeds the maximum of {LONGEST_LINE} characters.",
            line + 1
        )));
    }
    let key = properties.get("itemsSearchKey").and_then(Value::as_str).unwrap_or_default();
    read_rows(raw, content, delimiter, key)
}

fn skip_lines(raw: &str, count: usize) -> &str {
    let mut rest = raw;
    for _ in 0..count {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

fn read_rows(raw: &str, content: &str, delimiter: u8, key: &str) -> Result<Vec<Row>, ArmError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(content.as_bytes());
    let invalid = |error: csv::Error| refuse(format!("Invalid csv content : {error}"));
    let header = reader.headers().map_err(invalid)?.clone();
    let columns: BTreeSet<&str> = header.iter().collect();
    if columns.len() != header.len() || columns.iter().any(|column| column.trim().is_empty()) {
        return Err(refuse("Invalid csv content : the header has empty or repeated column names."));
    }
    let mut rows = Vec::new();
    let names: Columns = header.iter().map(Box::from).collect();
    for record in reader.records() {
        rows.push(Row::of_texts(&names, record.map_err(invalid)?.iter()));
    }
    if rows.is_empty() {
        return Err(refuse(format!(
            "Invalid csv content : no watchlist items found in the provided rawContent {raw}!"
        )));
    }
    if !columns.contains(key) {
        return Err(refuse(format!(
            "The itemsSearchKey '{key}' is not a column of the provided rawContent."
        )));
    }
    for (index, row) in rows.iter().enumerate() {
        check_row(row, key).map_err(|message| refuse(format!("{message} (row {})", index + 1)))?;
    }
    Ok(rows)
}

/// Fails, with what to say, when the row is too large or has no value in the search key's column.
pub(super) fn check_row(row: &Row, key: &str) -> Result<(), String> {
    let size: usize = row.cells().iter().map(Cell::size).sum();
    if size > LARGEST_ROW {
        return Err(format!("The item has {size} bytes, which exceeds the maximum of {LARGEST_ROW} bytes."));
    }
    if row.get(key).is_none_or(Cell::is_blank) {
        return Err(format!("The search key column '{key}' cannot have blank values."));
    }
    Ok(())
}
