//! The machine formats. `format_version` rises when a member changes its meaning or goes away.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Printer;
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
    if let Ok(text) = serde_json::to_string(value) {
        printer.out(escaped(text));
    }
}

/// Writes an object on lines.
pub(super) fn write(printer: &mut Printer, value: &impl Serialize) {
    // Nothing in these objects can fail to serialise: every key is text.
    if let Ok(text) = serde_json::to_string_pretty(value) {
        printer.out(escaped(text));
    }
}

/// The same JSON with an escape for what steers a terminal. JSON itself wants one only below U+0020, and a new line
/// that stands as such is between members.
fn escaped(text: String) -> String {
    let steers = |c: char| super::text::steers(c) && c != '\n';
    if !text.chars().any(steers) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) {
            // All of them are in the basic plane.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
