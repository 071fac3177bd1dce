//! What is looked at in a query: which tables it reads, and `search *` and `union *`.
//!
//! Far from a parser: a scan that knows strings, comments and brackets, and where in a query a table can stand.

mod scan;

use serde_json::{Map, Value};

use super::model::Kind;
use super::validation::text;
use crate::arm::error::ArmError;
use crate::{Options, tables};

/// How many other workspaces a query may name.
const MOST_WORKSPACES: usize = 20;

/// Checks the query of a rule against the workspace.
pub(super) fn check(options: &Options, kind: &Kind, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let Some(query) = text(properties, "query") else {
        return Ok(());
    };
    let scan = scan::scan(query);
    if scan.is_empty {
        return Err(refused("Failed to run the analytics rule query. The query is empty."));
    }
    if scan.reads_everything {
        return Err(refused(
            "Invalid data model. [query: The query cannot contain 'search *' or 'union *'.]",
        ));
    }
    if kind.name == "NRT" && scan.workspaces > 0 {
        return Err(refused(
            "Invalid data model. [query: The query of an NRT rule cannot read other workspaces.]",
        ));
    }
    if scan.workspaces > MOST_WORKSPACES {
        return Err(refused(&format!(
            "Invalid data model. [query: The query reads {} workspaces. The maximum allowed is {MOST_WORKSPACES}.]",
            scan.workspaces
        )));
    }
    let enabled = properties.get("enabled") == Some(&Value::Bool(true));
    if !enabled && !options.validate_disabled_queries {
        return Ok(());
    }
    let missing = scan.sources.iter().any(|source| {
        tables::is_table_name(&source.name, &options.tables)
            && !tables::exists(&source.name, &options.tables)
            && !(source.in_fuzzy_union && options.fuzzy_unions_forgive_missing_tables)
    });
    if missing {
        return Err(refused("Failed to run the analytics rule query. One of the tables does not exist."));
    }
    Ok(())
}

fn refused(message: &str) -> ArmError {
    ArmError::bad_request("BadRequest", message)
}
