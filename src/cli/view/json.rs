//! The machine formats. `format_version` rises when a member changes its meaning or goes away.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Value, json};

use super::Printer;
use super::text::steers;
use crate::apply::Outcome;
use crate::azure;
use crate::plan::{Action, Difference, NotOurs, Plan, Reason, RowChanges, Summary, Verdict};
use crate::resource::{Kind, Row};

pub(super) const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct ChangeLine<'a> {
    kind: Kind,
    id: &'a str,
    name: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    action: Action,
    reason: Reason,
    before: &'a Option<Value>,
    after: &'a Option<Value>,
    differences: &'a [Difference],
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<RowLines<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    absent: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Value>,
}

#[derive(Serialize)]
struct PlanObject<'a> {
    format_version: u32,
    summary: Summary,
    changes: Vec<ChangeLine<'a>>,
    not_ours: &'a [NotOurs],
}

/// Writes a plan, with the outcomes where it was carried out.
pub(in crate::cli) fn plan(
    printer: &mut Printer,
    plan: &Plan,
    outcomes: Option<&[Outcome]>,
    summary: Summary,
) {
    let changes = plan.verdicts.iter().enumerate().map(|(at, verdict)| {
        let outcome = outcomes.and_then(|outcomes| outcomes.get(at));
        change_line(verdict, outcome)
    });
    let object = PlanObject {
        format_version: FORMAT_VERSION,
        summary,
        changes: changes.collect(),
        not_ours: &plan.not_ours,
    };
    write(printer, &object);
}

fn change_line<'a>(verdict: &'a Verdict, outcome: Option<&Outcome>) -> ChangeLine<'a> {
    let source = verdict.source.as_ref();
    ChangeLine {
        kind: verdict.identity.kind,
        id: &verdict.identity.name,
        name: &verdict.display_name,
        file: source.map(|source| source.path.as_str()),
        line: source.map(|source| source.line),
        action: verdict.action,
        reason: verdict.reason,
        before: &verdict.before,
        after: &verdict.after,
        differences: &verdict.differences,
        rows: (!verdict.rows.is_empty()).then_some(RowLines(&verdict.rows)),
        absent: verdict.absent.iter().map(String::as_str).collect(),
        taken_by: verdict.taken_by.as_deref(),
        connector: verdict.connector.as_deref(),
        outcome: outcome.map(self::outcome),
    }
}

/// The rows of a watchlist that differ; written row by row, since there may be many.
struct RowLines<'a>(&'a RowChanges);

impl Serialize for RowLines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RowLines(rows) = self;
        let mut lines = serializer.serialize_struct("RowLines", 3)?;
        lines.serialize_field("add", &Each(|| rows.added().map(Row::members)))?;
        let updated = || {
            rows.updated().map(|(live, wanted)| {
                json!({ "before": live.cells.filled().collect::<BTreeMap<_, _>>(), "after": wanted.members() })
            })
        };
        lines.serialize_field("update", &Each(updated))?;
        let removed = || rows.removed().map(|row| row.cells.filled().collect::<BTreeMap<_, _>>());
        lines.serialize_field("remove", &Each(removed))?;
        lines.end()
    }
}

/// A list whose elements are made while it is written.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::NotWritten => json!({ "status": "not-written" }),
        Outcome::Written(differences) if differences.is_empty() => json!({ "status": "written" }),
        Outcome::Written(differences) => json!({ "status": "written", "not_kept": differences }),
        Outcome::Conflict(error) => json!({ "status": "conflict", "error": self::error(error) }),
        Outcome::Failed(error) => json!({ "status": "failed", "error": self::error(error) }),
        Outcome::Blocked(needed) => json!({ "status": "blocked", needed.kind.noun(): needed.name }),
    }
}

fn error(error: &azure::Error) -> Value {
    json!({
        "code": error.code(),
        "message": error.message(),
        "status": error.status(),
        "operation": error.operation(),
        "correlation_id": error.correlation_id(),
    })
}

/// Writes an object on one line.
pub(super) fn write_line(printer: &mut Printer, value: &impl Serialize) {
    put(printer, value, CompactFormatter);
}

/// Writes an object on lines.
pub(super) fn write(printer: &mut Printer, value: &impl Serialize) {
    put(printer, value, PrettyFormatter::new());
}

/// Writes an object as it is serialised, since a plan may have the rows of a large watchlist.
fn put(printer: &mut Printer, value: &impl Serialize, formatter: impl Formatter) {
    let mut results = printer.results();
    let mut serializer = serde_json::Serializer::with_formatter(&mut results, Escaped(formatter));
    // Nothing in these objects can fail to serialise, since every key is text, and the printer keeps an error of its own.
    if value.serialize(&mut serializer).is_ok() {
        let _ = results.write_all(b"\n").and_then(|()| results.flush());
    }
}

/// JSON with an escape for what steers a terminal; JSON itself wants one only below U+0020.
struct Escaped<F>(F);

/// Hands these on, which indent.
macro_rules! hand_on {
    ($($method:ident($($first:ident)?);)+) => { $(
        fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$method(writer $(, $first)?)
        }
    )+ };
}

impl<F: Formatter> Formatter for Escaped<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain_from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| steers(*c)) {
            writer.write_all(&fragment.as_bytes()[plain_from..at])?;
            // All of them are in the basic plane.
            write!(writer, "\\u{:04x}", u32::from(c))?;
            plain_from = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain_from..])
    }

    hand_on! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn json_is_the_same_with_escapes_for_what_steers_a_terminal() {
        let value = json!({ "a\u{9b}": ["\t\n\u{1b}\"\\", "é\u{202e}x\u{7f}", {}, [], 1.5, null], "b": { "c": true } });
        let (line, lines) =
            (printed(|printer| write_line(printer, &value)), printed(|printer| write(printer, &value)));
        for text in [&line, &lines] {
            assert_eq!(serde_json::from_str::<Value>(text).ok().as_ref(), Some(&value));
        }
        assert_snapshot!(line, @r#"{"a\u009b":["\t\n\u001b\"\\","é\u202ex\u007f",{},[],1.5,null],"b":{"c":true}}"#);
        assert_snapshot!(lines, @r#"
        {
          "a\u009b": [
            "\t\n\u001b\"\\",
            "é\u202ex\u007f",
            {},
            [],
            1.5,
            null
          ],
          "b": {
            "c": true
          }
        }
        "#);
    }
}
