//! A plan and its outcome for people.

use std::fmt::Write as _;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::Printer;
use super::text::{counted, one_line};
use crate::apply::Outcome;
use crate::azure;
use crate::plan::{Action, Difference, Plan, Reason, RowChanges, Summary, Verdict};
use crate::resource::Row;

/// How many rows of a watchlist are shown of each sort; the JSON format has all.
const SHOWN_ROWS: usize = 10;

/// Lines of a query that are shown around a changed one.
const CONTEXT: usize = 2;

/// Writes a plan.
pub(in crate::cli) fn plan(printer: &mut Printer, plan: &Plan) {
    printer.out(format_args!("Plan for {}\n", plan.target));
    let changed: Vec<_> =
        plan.verdicts.iter().filter(|verdict| verdict.action != Action::Unchanged).collect();
    for verdict in &changed {
        printer.out(describe(verdict));
    }
    if !plan.not_ours.is_empty() {
        let names = plan.not_ours.iter().map(|other| {
            format!("{} {} ({})", other.kind.noun(), one_line(&other.id), one_line(&other.name))
        });
        let blank = if changed.is_empty() { "" } else { "\n" };
        printer.out(format_args!("{blank}Not ours, left alone:"));
        for name in names {
            printer.out(format_args!("  {name}"));
        }
    }
    printer.out(format_args!("\n{}", planned(plan.summary())));
}

/// Writes what became of a plan.
pub(in crate::cli) fn applied(printer: &mut Printer, plan: &Plan, outcomes: &[Outcome], summary: Summary) {
    for (verdict, outcome) in plan.verdicts.iter().zip(outcomes) {
        if let Some(text) = complaint(verdict, outcome) {
            let operation = match outcome {
                Outcome::Failed(error) | Outcome::Conflict(error) => error.operation(),
                _ => None,
            };
            let operation = operation.map(|operation| format!("\n  {operation}")).unwrap_or_default();
            let place = query_place(verdict, outcome).unwrap_or_else(|| origin(verdict));
            printer.err(format_args!("{text}\n  at {place}{operation}"));
        }
    }
    printer.out(done(summary));
}

fn planned(summary: Summary) -> String {
    if !summary.has_writes() && summary.failed == 0 && summary.conflict == 0 {
        let skipped =
            if summary.skipped > 0 { format!(", {} skipped", summary.skipped) } else { String::new() };
        return format!("No changes: {} unchanged{skipped}", summary.unchanged);
    }
    let to_do = [
        (summary.create, "to create"),
        (summary.update, "to update"),
        (summary.delete, "to delete"),
        (summary.unchanged, "unchanged"),
    ];
    format!("Plan: {}", listed(&to_do, summary))
}

fn done(summary: Summary) -> String {
    let done = [
        (summary.create, "created"),
        (summary.update, "updated"),
        (summary.delete, "deleted"),
        (summary.unchanged, "unchanged"),
    ];
    format!("Applied: {}", listed(&done, summary))
}

/// The counts that always stand, and of the others those that are not zero.
fn listed(always: &[(usize, &str)], summary: Summary) -> String {
    let sometimes =
        [(summary.skipped, "skipped"), (summary.conflict, "in conflict"), (summary.failed, "failed")];
    let sometimes = sometimes.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> =
        always.iter().chain(sometimes).map(|(count, what)| format!("{count} {what}")).collect();
    parts.join(", ")
}

fn origin(verdict: &Verdict) -> String {
    match &verdict.source {
        Some(source) => format!("{}:{}", one_line(&source.path), source.line),
        None => "the workspace".to_owned(),
    }
}

/// Where the query of a refused rule has the name that the service complains of.
fn query_place(verdict: &Verdict, outcome: &Outcome) -> Option<String> {
    let Outcome::Failed(error) = outcome else { return None };
    let name = error.named_in_query()?;
    let source = verdict.source.as_ref()?;
    let query = verdict.after.as_ref()?.pointer("/properties/query")?.as_str()?;
    let token = kql::lex(query).significant().find(|token| token.text(query) == name)?;
    let (line, column) = source.in_query(query, token.span.range().start)?;
    Some(format!("{}:{line}:{column}", one_line(&source.path)))
}

fn describe(verdict: &Verdict) -> String {
    let (sign, word) = match verdict.action {
        Action::Create => ('+', "create"),
        Action::Update => ('~', "update"),
        Action::Delete => ('-', "delete"),
        Action::Unchanged => ('=', "unchanged"),
        Action::Skipped => ('.', "skip"),
        Action::Conflict => ('!', "conflict"),
    };
    let mut text = format!(
        "{sign} {word} {} {}\n    {} ({})",
        verdict.identity.kind.noun(),
        verdict.identity.name,
        one_line(&verdict.display_name),
        origin(verdict),
    );
    if let Some(why) = why(verdict) {
        let _ = write!(text, "\n    {why}");
    }
    for difference in &verdict.differences {
        text.push_str(&field(difference));
    }
    if verdict.action == Action::Create && !verdict.rows.is_empty() {
        let _ = write!(text, "\n    {}", counted(verdict.rows.len(), "row"));
    } else {
        text.push_str(&rows(&verdict.rows));
    }
    text
}

fn why(verdict: &Verdict) -> Option<String> {
    let absent = one_line(&verdict.absent.join(", "));
    let nouns = |noun: &str| if verdict.absent.len() == 1 { noun.to_owned() } else { format!("{noun}s") };
    match verdict.reason {
        Reason::ConnectorAbsent => Some(format!(
            "the workspace has no {} {absent}, which the data connector {} fills",
            nouns("table"),
            verdict.connector.as_deref().unwrap_or_default(),
        )),
        Reason::TableAbsent => Some(format!(
            "the workspace has no {} {absent}, so the service would refuse the rule: connect the data first",
            nouns("table"),
        )),
        Reason::Absent(kind) => Some(format!(
            "neither the folder nor the workspace has the {} {absent} that the query {}",
            nouns(kind.noun()),
            kind.definition().used,
        )),
        Reason::AliasTaken => Some(format!(
            "the workspace has a function of this alias under the id {0}: write `id: {0}` into the file to take it over, or delete it there",
            one_line(verdict.taken_by.as_deref().unwrap_or_default()),
        )),
        Reason::KindDiffers => Some(format!(
            "the workspace has {}: give yours another id",
            verdict.identity.kind.definition().unlike,
        )),
        Reason::AutoDisabled => Some(
            "the service switched the rule off after repeated failures; its description there says why"
                .to_owned(),
        ),
        Reason::New | Reason::Changed | Reason::UpToDate => None,
    }
}

/// A field as authors know it; its names may be the workspace's own.
fn field_name(difference: &Difference) -> String {
    one_line(difference.path.strip_prefix("properties.").unwrap_or(&difference.path))
}

/// One field: a text of several lines as a diff, anything else before and after.
fn field(difference: &Difference) -> String {
    let name = field_name(difference);
    let lines = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    if let (Some(before), Some(after)) = (lines(&difference.before), lines(&difference.after))
        && (before.contains('\n') || after.contains('\n'))
    {
        return format!("\n    {name}:{}", diff(&before, &after));
    }
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), Value::to_string);
    format!("\n    {name}: {} -> {}", side(&difference.before), side(&difference.after))
}

fn diff(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            text.push_str("\n        ...");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line = change.value().trim_end_matches(['\r', '\n']);
            let _ = write!(text, "\n      {sign} {}", one_line(line));
        }
    }
    text
}

fn rows(changes: &RowChanges) -> String {
    let row = |row: Row<'_>| {
        let cells: Vec<_> =
            row.filled().map(|(column, cell)| format!("{}={}", one_line(column), one_line(cell))).collect();
        cells.join(", ")
    };
    let mut lines: Vec<(char, String)> = Vec::new();
    lines.extend(changes.added().take(SHOWN_ROWS).map(|added| ('+', row(added))));
    let updated = changes.updated().take(SHOWN_ROWS);
    lines.extend(updated.map(|(live, wanted)| ('~', format!("{} -> {}", row(live.cells), row(wanted)))));
    lines.extend(changes.removed().take(SHOWN_ROWS).map(|removed| ('-', row(removed.cells))));
    let more = changes.len() - lines.len();
    let mut text = String::new();
    for (sign, line) in lines {
        let _ = write!(text, "\n      {sign} {line}");
    }
    if more > 0 {
        let _ = write!(text, "\n        and {}", counted(more, "more row"));
    }
    text
}

/// What went wrong and what caused it; the operation stands below, since its path is longer than all of it.
fn reason(error: &azure::Error) -> String {
    let mut text = error.reason();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}

/// What a person must hear of a verdict, if anything.
fn complaint(verdict: &Verdict, outcome: &Outcome) -> Option<String> {
    let what = format!("{} ({})", verdict.identity, one_line(&verdict.display_name));
    match outcome {
        Outcome::Failed(error) => Some(format!("error: {what} failed: {}", reason(error))),
        Outcome::Conflict(error) => Some(format!(
            "error: {what} was changed by someone else after the plan was made; plan again to see how: {}",
            reason(error),
        )),
        Outcome::Blocked(needed) => Some(format!(
            "error: {what} was not sent, since the {} that it {} could not be created",
            one_line(&needed.to_string()),
            needed.kind.definition().used,
        )),
        Outcome::Written(differences) if !differences.is_empty() => {
            let fields: Vec<_> = differences.iter().map(field_name).collect();
            Some(format!("warning: {what} was written, but the service did not keep {}", fields.join(", ")))
        }
        Outcome::NotWritten if verdict.reason.is_failure() || verdict.action == Action::Conflict => {
            Some(format!("error: {what} was not sent: {}", why(verdict).unwrap_or_default()))
        }
        Outcome::Written(_) | Outcome::NotWritten => None,
    }
}
