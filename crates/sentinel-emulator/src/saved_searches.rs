//! Saved searches of Log Analytics: functions, hunting queries and others.
//!
//! The specification has one status for every write, 200, and no pages. Queries are stored as they are: there is no
//! evidence that they are validated, or that two functions cannot have the same alias.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::{Call, Reply, body_etag, instant, same_etag};
use crate::contract::Shape::{Integer, Objects, Text};
use crate::contract::{self, Field, ReadError, Reading};
use crate::state::SavedSearch;

const FIELDS: &[Field] = &[
    Field::new("category", Text).required(),
    Field::new("displayName", Text).required(),
    Field::new("query", Text).required(),
    Field::new("functionAlias", Text),
    Field::new("functionParameters", Text),
    Field::new("version", Integer),
    Field::new("tags", Objects(TAG)),
];

const TAG: &[Field] = &[Field::new("name", Text).required(), Field::new("value", Text).required()];

/// One of those that every new workspace has. It is not a function, and its name must be encoded in a URL.
pub(crate) fn built_in(workspace: &str, now: Timestamp) -> SavedSearch {
    let properties = [
        ("category", json!("General Exploration")),
        ("displayName", json!("All Computers with their most recent data")),
        ("query", json!("Heartbeat | summarize max(TimeGenerated) by Computer")),
        ("version", json!(2)),
    ];
    SavedSearch {
        name: format!("LogManagement({workspace})_General|AlphabeticallySortedComputers"),
        etag: format!("W/\"datetime'{}'\"", instant(now)),
        properties: properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// Answers the list, which the specification does not page.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let searches = call.workspace.saved_searches.values();
    let value: Vec<Value> = searches.map(|search| show(call, search)).collect();
    Ok(Reply::ok(json!({ "value": value })))
}

/// Answers GET, PUT and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, id: &str) -> Result<Reply, ArmError> {
    let key = id.to_lowercase();
    let existing = call.workspace.saved_searches.get(&key);
    match (&call.request.method, existing) {
        (&Method::GET, Some(search)) => Ok(Reply::ok(show(call, search))),
        (&Method::PUT, _) => write(call, id),
        (&Method::DELETE, Some(search)) => {
            call.check_if_match(Some(&search.etag))?;
            call.workspace.saved_searches.remove(&key);
            Ok(Reply::ok(json!({})))
        }
        (&Method::GET | &Method::DELETE, None) => {
            let resource_type =
                format!("Microsoft.OperationalInsights/workspaces/{}/savedSearches", call.workspace.name);
            Err(ArmError::missing_resource(&resource_type, id, &call.workspace.resource_group))
        }
        _ => Err(call.request.not_allowed()),
    }
}

fn write(call: &mut Call<'_>, id: &str) -> Result<Reply, ArmError> {
    let body = call.request.json_object()?;
    let given = match body.get("properties") {
        Some(Value::Object(properties)) => properties,
        _ => return Err(unreadable(&ReadError::Missing { name: "properties", path: String::new() })),
    };
    let reading = Reading { drop_preview: false, refuse_read_only: true, normalise_durations: false };
    let mut properties =
        contract::read(FIELDS, given, "properties", reading).map_err(|error| unreadable(&error))?;
    properties.entry("version").or_insert_with(|| json!(2));
    let key = id.to_lowercase();
    let existing = call.workspace.saved_searches.get(&key);
    call.check_if_match(existing.map(|search| search.etag.as_str()))?;
    if let Some(existing) = existing
        && !may_overwrite(call, &body, &existing.etag)
    {
        return Err(ArmError::conflict("Newer data exists in the Customer Configuration Store."));
    }
    let search = SavedSearch {
        name: existing.map_or_else(|| id.to_owned(), |existing| existing.name.clone()),
        properties,
        etag: call.serial.etag(call.now),
    };
    let reply = Reply::ok(show(call, &search));
    call.workspace.saved_searches.insert(key, search);
    Ok(reply)
}

/// Whether a body may replace a saved search of this etag: it names the etag, or `*`.
fn may_overwrite(call: &Call<'_>, body: &Map<String, Value>, current: &str) -> bool {
    match body_etag(body) {
        Some(expected) => same_etag(expected, current),
        None if body.get("etag").and_then(Value::as_str) == Some("*") => true,
        None => call.options.overwrite_saved_searches_without_etag,
    }
}

fn unreadable(error: &ReadError) -> ArmError {
    let message = match error {
        ReadError::Missing { name, .. } => format!("Required property '{name}' is missing."),
        ReadError::Convert { value, path } => format!("Error converting value \"{value}\". Path '{path}'."),
        ReadError::ReadOnly { name } => format!("Read-only property '{name}' cannot be assigned"),
    };
    ArmError::bad_request("InvalidParameter", message)
}

/// The resource id has no slash in front, as in the specification's examples.
fn show(call: &Call<'_>, search: &SavedSearch) -> Value {
    let workspace = call.workspace.id();
    json!({
        "id": format!("{}/savedSearches/{}", workspace.trim_start_matches('/'), search.name),
        "etag": search.etag,
        "name": search.name,
        "type": "Microsoft.OperationalInsights/savedSearches",
        "properties": search.properties,
    })
}
