//! The tables of a workspace.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::Tables;
use crate::arm::{Call, Reply, error::ArmError, list};
use crate::state::Workspace;

/// The names of the Log Analytics tables, sorted.
pub(crate) fn catalogue() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let lines = include_str!("../data/tables.txt").lines();
        let mut names: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        names.sort_unstable();
        names
    });
    &NAMES
}

/// Whether workspaces have this table. Queries name tables with their case.
pub(crate) fn exists(name: &str, tables: &Tables) -> bool {
    match tables {
        Tables::Everything => catalogue().binary_search(&name).is_ok(),
        Tables::Only(names) => names.iter().any(|table| table == name),
    }
}

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let mut names: Vec<&str> = match &call.options.tables {
        Tables::Everything => catalogue().to_vec(),
        Tables::Only(names) => names.iter().map(String::as_str).collect(),
    };
    names.sort_unstable();
    names.dedup();
    let tables = names.into_iter().map(|name| (name, name));
    Ok(list::page(call.request, call.options.page_size, tables, |name| resource(call.workspace, name)))
}

/// Answers one table.
pub(crate) fn answer(call: &Call<'_>, name: &str) -> Result<Reply, ArmError> {
    call.require_get()?;
    let same = |table: &&str| table.eq_ignore_ascii_case(name);
    let table = match &call.options.tables {
        Tables::Everything => catalogue().iter().copied().find(same),
        Tables::Only(names) => names.iter().map(String::as_str).find(same),
    };
    match table {
        Some(table) => Ok(Reply::ok(resource(call.workspace, table))),
        None => {
            let resource_type =
                format!("Microsoft.OperationalInsights/workspaces/{}/tables", call.workspace.name);
            Err(ArmError::missing_resource(&resource_type, name, &call.workspace.resource_group))
        }
    }
}

/// A table with the one column that every table has.
fn resource(workspace: &Workspace, name: &str) -> Value {
    let custom = name.ends_with("_CL");
    json!({
        "properties": {
            "totalRetentionInDays": 90,
            "archiveRetentionInDays": 0,
            "plan": "Analytics",
            "retentionInDays": 90,
            "retentionInDaysAsDefault": true,
            "totalRetentionInDaysAsDefault": true,
            "schema": {
                "tableSubType": if custom { "DataCollectionRuleBased" } else { "Any" },
                "name": name,
                "tableType": if custom { "CustomLog" } else { "Microsoft" },
                "columns": [],
                "standardColumns": [{ "name": "TimeGenerated", "type": "dateTime", "isDefaultDisplay": true, "isHidden": false }],
                "solutions": ["LogManagement"],
                "isTroubleshootingAllowed": true,
            },
            "provisioningState": "Succeeded",
        },
        "id": format!("{}/tables/{name}", workspace.id()),
        "name": name,
        "type": "Microsoft.OperationalInsights/workspaces/tables",
    })
}
