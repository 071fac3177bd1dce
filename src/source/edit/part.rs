//! A part of a text, or all of it, replaced where it is.

use std::ops::Range;

use super::Change;
use crate::diagnostic::Span;
use crate::source::quote::{in_quotes, within_double_quotes};
use crate::source::{Scalar, ScalarStyle};

/// A part of a text that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it is in the file.
    pub(super) bytes: Range<usize>,
    /// Where it is in the text.
    range: Range<usize>,
    new: String,
}

/// Finds what is in a place.
///
/// # Errors
///
/// Why it cannot be replaced.
pub(super) fn find(
    source: &str,
    scalar: &Scalar,
    place: Span,
    old: &str,
    new: &str,
) -> Result<Part, &'static str> {
    const ELSEWHERE: &str = "its place does not hold what the change is about";
    let is_block = matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded);
    if is_block && new.contains('\n') {
        return Err("its text is a block, and the change has several lines");
    }
    let written = trimmed(source, scalar);
    let is_whole = place.start == scalar.source.start && place.end >= written.end;
    let (range, bytes) = if is_whole && !is_block {
        (0..scalar.text.len(), inner(scalar, written))
    } else {
        let offsets = scalar.offsets(source).ok_or("the places in its text are not known")?;
        let start = offsets.partition_point(|offset| *offset < place.start);
        let end = offsets.partition_point(|offset| *offset < place.end);
        if offsets.get(start) != Some(&place.start) {
            return Err(ELSEWHERE);
        }
        (start..end, place.start..place.end)
    };
    match scalar.text.get(range.clone()) {
        Some(found) if found == old => Ok(Part { bytes, range, new: new.to_owned() }),
        _ => Err(ELSEWHERE),
    }
}

/// Where a scalar is in the file, without blanks after it.
fn trimmed(source: &str, scalar: &Scalar) -> Range<usize> {
    let Span { start, end, .. } = scalar.source;
    start..start + source.get(start..end).unwrap_or_default().trim_end().len()
}

/// Without quotes.
fn inner(scalar: &Scalar, written: Range<usize>) -> Range<usize> {
    match scalar.style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            written.start + 1..written.end.max(written.start + 2) - 1
        }
        _ => written,
    }
}

/// The text with its new parts.
pub(super) fn text(scalar: &Scalar, parts: &[Part]) -> String {
    let mut parts: Vec<&Part> = parts.iter().collect();
    parts.sort_by_key(|part| (part.range.start, part.range.end));
    let (mut text, mut end) = (String::new(), 0);
    for part in parts {
        text.push_str(&scalar.text[end..part.range.start]);
        text.push_str(&part.new);
        end = part.range.end;
    }
    text.push_str(&scalar.text[end..]);
    text
}

/// The bytes that change; with `is_quoted`, an unquoted text is put in quotes as a whole.
pub(super) fn changes(source: &str, scalar: &Scalar, parts: &[Part], is_quoted: bool) -> Vec<Change> {
    if scalar.style == ScalarStyle::Plain && (is_quoted || parts.iter().any(|part| part.new.contains('\n'))) {
        return vec![Change { range: trimmed(source, scalar), new: in_quotes(&text(scalar, parts)) }];
    }
    let new = |part: &Part| match scalar.style {
        ScalarStyle::SingleQuoted => part.new.replace('\'', "''"),
        ScalarStyle::DoubleQuoted => within_double_quotes(&part.new),
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => part.new.clone(),
    };
    parts.iter().map(|part| Change { range: part.bytes.clone(), new: new(part) }).collect()
}
