//! The tables of a workspace.

use kql::{Catalog as _, CatalogTable, Type};
use sentinel_schema::{BuiltIn, DeclaredTable, has_growing_columns, is_custom_table, open_table};
use serde::Serialize;
use serde_json::json;

use crate::arm::{Call, Reply, error::ArmError, list};
use crate::state::Workspace;
use crate::{Options, Tables};

/// The names of the Log Analytics tables that Microsoft defines, sorted by byte.
pub(crate) fn catalogue() -> impl Iterator<Item = &'static str> {
    sentinel_schema::tables().filter(|name| !is_custom_table(name))
}

/// The columns of a table as queries find them; `None` where workspaces do not have it. Queries name tables with their case.
pub(crate) fn columns(options: &Options, name: &str) -> Option<CatalogTable> {
    let declared = declared(options, name);
    if let Some(described) = declared.filter(|table| !table.columns.is_empty()) {
        return Some(described.to_catalog());
    }
    let is_there = match &options.tables {
        _ if declared.is_some() => true,
        Tables::Everything => !is_custom_table(name) && sentinel_schema::table(name).is_some(),
        Tables::Only(names) => names.iter().any(|table| table == name),
    };
    let known = || BuiltIn.table(name).unwrap_or_else(open_table);
    // Of such a table the catalogue has the columns that published content names, and a workspace may have others.
    is_there.then(known).map(|table| CatalogTable { open: table.open || has_growing_columns(name), ..table })
}

/// The table with its columns, where these were declared.
fn declared<'a>(options: &'a Options, name: &str) -> Option<&'a DeclaredTable> {
    options.declared.iter().find(|table| table.name == name)
}

/// The names of the tables, sorted, each once.
fn names(options: &Options) -> Vec<&str> {
    let declared = options.declared.iter().map(|table| table.name.as_str());
    let mut names: Vec<&str> = match &options.tables {
        Tables::Everything => catalogue().map(|name| -> &str { name }).chain(declared).collect(),
        Tables::Only(names) => names.iter().map(String::as_str).chain(declared).collect(),
    };
    names.sort_unstable();
    names.dedup();
    names
}

/// Answers the list, which the specification does not page.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let tables = names(call.options).into_iter().map(|name| (name, name));
    Ok(list::page(call.request, None, tables, |name| resource(call.options, call.workspace, name)))
}

/// Answers one table.
pub(crate) fn answer(call: &Call<'_>, name: &str) -> Result<Reply, ArmError> {
    call.require_get()?;
    match names(call.options).into_iter().find(|table| table.eq_ignore_ascii_case(name)) {
        Some(table) => Ok(Reply::ok(json!(resource(call.options, call.workspace, table)))),
        None => {
            let resource_type =
                format!("Microsoft.OperationalInsights/workspaces/{}/tables", call.workspace.name);
            Err(ArmError::missing_resource(&resource_type, name, &call.workspace.resource_group))
        }
    }
}

/// A table as the API shows it. Written straight from the catalogue: the list has some thirty thousand columns.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    properties: Properties<'a>,
    id: String,
    name: &'a str,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    total_retention_in_days: u32,
    archive_retention_in_days: u32,
    plan: &'static str,
    retention_in_days: u32,
    retention_in_days_as_default: bool,
    total_retention_in_days_as_default: bool,
    schema: Schema<'a>,
    provisioning_state: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema<'a> {
    table_sub_type: &'static str,
    name: &'a str,
    table_type: &'static str,
    /// What the workspace added.
    columns: Vec<Column<'a>>,
    /// What the service defines.
    standard_columns: Vec<Column<'a>>,
    solutions: [&'static str; 1],
    is_troubleshooting_allowed: bool,
}

#[derive(Debug, Serialize)]
struct Column<'a> {
    name: &'a str,
    r#type: &'static str,
}

impl<'a> Column<'a> {
    fn new(name: &'a str, kind: Type) -> Self {
        let kind = match kind {
            Type::Bool => "boolean",
            Type::Int => "int",
            Type::Long => "long",
            Type::Real | Type::Decimal => "real",
            Type::DateTime => "dateTime",
            Type::Guid => "guid",
            Type::Dynamic => "dynamic",
            // The API has no time spans.
            Type::String | Type::TimeSpan | Type::Unknown => "string",
        };
        Self { name, r#type: kind }
    }
}

fn resource<'a>(options: &'a Options, workspace: &Workspace, name: &'a str) -> Resource<'a> {
    let custom = is_custom_table(name);
    let standard_columns: Vec<Column<'a>> = match sentinel_schema::table(name).filter(|_| !custom) {
        Some(columns) => {
            let known = |kind: &str| Type::from_name(kind).unwrap_or(Type::Unknown);
            columns.into_iter().map(|column| Column::new(column.name, known(column.type_name()))).collect()
        }
        None => vec![Column::new("TimeGenerated", Type::DateTime)],
    };
    let known = declared(options, name).map_or(&[][..], |table| &table.columns);
    let is_own = |name: &str| !standard_columns.iter().any(|known| known.name == name);
    let own = known.iter().filter(|(name, _)| is_own(name));
    let columns = own.map(|(name, kind)| Column::new(name, *kind)).collect();
    Resource {
        properties: Properties {
            total_retention_in_days: 90,
            archive_retention_in_days: 0,
            plan: "Analytics",
            retention_in_days: 90,
            retention_in_days_as_default: true,
            total_retention_in_days_as_default: true,
            schema: Schema {
                table_sub_type: if custom { "DataCollectionRuleBased" } else { "Any" },
                name,
                table_type: if custom { "CustomLog" } else { "Microsoft" },
                columns,
                standard_columns,
                solutions: ["LogManagement"],
                is_troubleshooting_allowed: true,
            },
            provisioning_state: "Succeeded",
        },
        id: format!("{}/tables/{name}", workspace.id()),
        name,
        r#type: "Microsoft.OperationalInsights/workspaces/tables",
    }
}
