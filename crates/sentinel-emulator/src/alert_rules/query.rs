//! What is looked at in a query before a rule is saved: what it reads, whether it compiles against the workspace, and
//! whether its result has the columns that the rule names.

mod catalog;
mod columns;
mod functions;
mod refusal;

use std::collections::BTreeSet;

use kql::tree::{ExpressionKind, StatementKind};
use kql::{Analysis, Code, Diagnostic, Parsed, QueryResult, Read, ReadKind};
use serde_json::{Map, Value};

use super::model::Kind;
use super::validation::text;
use crate::Options;
use crate::arm::{Call, error::ArmError};
use catalog::State;

/// How many other workspaces a query may name.
const MOST_WORKSPACES: usize = 20;

/// Checks the query of a rule against the workspace.
pub(super) fn check(call: &Call<'_>, kind: &Kind, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let options = call.options;
    let Some(query) = text(properties, "query") else {
        return Ok(());
    };
    let parsed = kql::parse(query);
    if parsed.tree.is_empty() {
        return Err(refusal::plain("Failed to run the analytics rule query. The query is empty."));
    }
    let analysis = kql::analyze(&parsed, &State::new(call));
    if analysis.reads().iter().any(|read| read.kind == ReadKind::EveryTable) {
        return Err(refusal::plain(
            "Invalid data model. [query: The query cannot contain 'search *' or 'union *'.]",
        ));
    }
    let workspaces = workspaces(&analysis);
    if kind.name == "NRT" && workspaces > 0 {
        return Err(refusal::plain(
            "Invalid data model. [query: The query of an NRT rule cannot read other workspaces.]",
        ));
    }
    if workspaces > MOST_WORKSPACES {
        return Err(refusal::plain(&format!(
            "Invalid data model. [query: The query reads {workspaces} workspaces. The maximum allowed is {MOST_WORKSPACES}.]"
        )));
    }
    let enabled = properties.get("enabled") == Some(&Value::Bool(true));
    if !enabled && !options.validate_disabled_queries {
        return Ok(());
    }
    // Syntax that only this program cannot read, such as one nested too deeply, says nothing about the service.
    if let Some(first) = parsed.diagnostics.first() {
        return if first.official.is_some() { Err(refusal::syntax(query, first)) } else { Ok(()) };
    }
    if let Some(refused) = analysis.diagnostics.iter().find_map(|found| refused(options, &parsed, found)) {
        return Err(refused);
    }
    let Some(returned) = returned(&analysis) else { return Ok(()) };
    match columns::named(properties, options.check_alert_details_columns)
        .into_iter()
        .find(|name| !returned.iter().any(|column| column.eq_ignore_ascii_case(name)))
    {
        Some(missing) => Err(refusal::missing_column(missing)),
        None => Ok(()),
    }
}

/// How many workspaces the text names with `workspace('…')`, each once. One whose name only a run can compute counts by itself.
fn workspaces(analysis: &Analysis) -> usize {
    let name = |call: &Read| match call.argument.as_ref().and_then(|argument| argument.text.as_ref()) {
        Some(text) => text.to_lowercase(),
        None => format!("\0{}", call.span.start),
    };
    analysis.calls_of("workspace").map(name).collect::<BTreeSet<String>>().len()
}

/// The columns of the result, where all are known.
fn returned(analysis: &Analysis) -> Option<Vec<&str>> {
    match &analysis.result {
        QueryResult::Table(rows) if !rows.open => {
            Some(rows.columns.iter().map(|id| analysis.column_name(*id)).collect())
        }
        _ => None,
    }
}

/// What the service answers to this finding; `None` where it accepts the query all the same, or is not known to refuse it.
fn refused(options: &Options, parsed: &Parsed, found: &Diagnostic) -> Option<ArmError> {
    let name = found.span.text(&parsed.tree.source);
    match found.code {
        Code::UnknownTable => Some(refusal::missing_table()),
        Code::UnknownFuzzyTable => {
            (!options.fuzzy_unions_forgive_missing_tables).then(refusal::missing_table)
        }
        Code::UnknownName if is_statement(parsed, found) => Some(refusal::missing_table()),
        Code::UnknownName => Some(refusal::unresolved_name(name)),
        Code::UnknownFunction => Some(refusal::unknown_function(name)),
        Code::ComparedTypes => options.refuse_compared_types.then(|| refusal::semantic(&found.message)),
        code => {
            let service_knows = found.official.is_some() && code.severity() == kql::Severity::Error;
            service_knows.then(|| refusal::semantic(&found.message))
        }
    }
}

/// Whether the finding is a name that is the whole of a statement, and so most likely a table's.
fn is_statement(parsed: &Parsed, found: &Diagnostic) -> bool {
    let tree = &parsed.tree;
    tree.root.iter().any(|id| match tree.statement(*id).kind {
        StatementKind::Query(value) | StatementKind::Let { value, .. } => {
            let value = tree.unwrapped(value);
            matches!(tree.expression(value).kind, ExpressionKind::Name(_))
                && tree.span_of(value) == found.span
        }
        _ => false,
    })
}
