//! Watchlists.

mod content;
pub(crate) mod items;
mod upload;

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::{
    Call, Reply, body_etag, caller_app_id, caller_object_id, instant_with_offset, list, same_etag,
    system_data, tenant_id,
};
use crate::contract::Shape::{Duration, Integer, OneOf, Text, Texts};
use crate::contract::{self, Field, ReadError, Reading};
use crate::options::WatchlistWrites;
use crate::state::{Operation, Watchlist, Workspace};
use upload::Upload;

/// From this api-version on (2025-01-01-preview is the first), writes are long-running operations and answers show
/// `provisioningState`.
const LONG_RUNNING_FROM: &str = "2025-01-01";

/// For how long the status of an operation that has ended can be read.
const OPERATION_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// What a client can set, in the order of the service's answers.
const FIELDS: &[Field] = &[
    Field::new("displayName", Text).required(),
    Field::new("provider", Text).required(),
    Field::new("source", Text),
    Field::new("sourceType", OneOf(&["Local", "AzureStorage"])),
    Field::new("itemsSearchKey", Text).required(),
    Field::new("description", Text),
    Field::new("labels", Texts),
    Field::new("defaultDuration", Duration),
    Field::new("numberOfLinesToSkip", Integer),
    Field::new("rawContent", Text),
    Field::new("contentType", Text),
    Field::new("sasUri", Text),
    Field::new("watchlistKind", Text),
];

/// Finishes what is done by now: uploads, and deletions.
pub(crate) fn settle(workspace: &mut Workspace, now: Timestamp) {
    workspace.watchlists.retain(|_, watchlist| watchlist.deleting_until.is_none_or(|until| until > now));
    for watchlist in workspace.watchlists.values_mut() {
        if watchlist.uploading_until.is_some_and(|until| until <= now) {
            watchlist.uploading_until = None;
        }
    }
}

/// How long a write takes; `None` when it is not a long-running operation.
fn long_running(call: &Call<'_>) -> Option<SignedDuration> {
    match call.options.watchlist_writes {
        WatchlistWrites::LongRunning { duration } => Some(duration),
        WatchlistWrites::AsSpecified { duration } if call.version.is_from(LONG_RUNNING_FROM) => {
            Some(duration)
        }
        WatchlistWrites::AsSpecified { .. } | WatchlistWrites::Immediate => None,
    }
}

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let watchlists = list::rest(call.request, &call.workspace.watchlists);
    let show = |watchlist| show(call, watchlist, Detail::Listed);
    Ok(list::page(call.request, call.options.page_size, watchlists, show))
}

/// Answers GET, PUT and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, alias: &str) -> Result<Reply, ArmError> {
    match call.request.method {
        Method::GET => find(call, alias).map(|watchlist| Reply::ok(show(call, watchlist, Detail::Single))),
        Method::PUT => put(call, alias),
        Method::DELETE => delete(call, alias),
        _ => Err(call.request.not_allowed()),
    }
}

/// The watchlist of this alias, or 404.
fn find<'a>(call: &'a Call<'_>, alias: &str) -> Result<&'a Watchlist, ArmError> {
    call.workspace.watchlists.get(&alias.to_lowercase()).ok_or_else(|| missing(alias))
}

fn missing(name: &str) -> ArmError {
    ArmError::not_found("404", format!("Resource '{name}' does not exist"))
}

/// An error in the words and with the code of watchlists.
fn refuse(message: impl Into<String>) -> ArmError {
    ArmError::bad_request("400", message)
}

/// Lists leave out the etag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Single,
    Listed,
}

fn show(call: &Call<'_>, watchlist: &Watchlist, detail: Detail) -> Value {
    let set = &watchlist.properties;
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("watchlistId", watchlist.id.clone().into());
    for name in ["displayName", "provider", "source", "sourceType", "itemsSearchKey"] {
        if let Some(value) = set.get(name) {
            put(name, value.clone());
        }
    }
    put("created", instant_with_offset(watchlist.created).into());
    put("updated", instant_with_offset(watchlist.updated).into());
    put("createdBy", user());
    put("updatedBy", user());
    if let Some(description) = set.get("description") {
        put("description", description.clone());
    }
    put("watchlistType", "watchlist".into());
    put("watchlistAlias", watchlist.alias.clone().into());
    put("isDeleted", false.into());
    put("labels", set.get("labels").cloned().unwrap_or_else(|| json!([])));
    for name in ["defaultDuration", "contentType", "sasUri", "watchlistKind"] {
        if let Some(value) = set.get(name) {
            put(name, value.clone());
        }
    }
    put("tenantId", tenant_id().into());
    put("numberOfLinesToSkip", set.get("numberOfLinesToSkip").cloned().unwrap_or_else(|| 0.into()));
    let uploading = watchlist.uploading_until.is_some();
    if uploading {
        put("uploadStatus", "InProgress".into());
    } else if !watchlist.items.is_empty() {
        put("uploadStatus", "Complete".into());
    } else if !watchlist.rewritten {
        put("uploadStatus", "New".into());
    }
    if call.version.is_from(LONG_RUNNING_FROM) {
        let state = match (watchlist.deleting_until.is_some(), uploading) {
            (true, _) => "Deleting",
            (false, true) => "Uploading",
            (false, false) => "Succeeded",
        };
        put("provisioningState", state.into());
    }
    let mut shown = Map::new();
    shown.insert("id".into(), call.workspace.sentinel_id(&format!("Watchlists/{}", watchlist.alias)).into());
    shown.insert("name".into(), watchlist.alias.clone().into());
    if detail == Detail::Single {
        shown.insert("etag".into(), watchlist.etag.clone().into());
    }
    shown.insert("type".into(), "Microsoft.SecurityInsights/Watchlists".into());
    shown.insert("systemData".into(), system_data(watchlist.created, watchlist.updated));
    shown.insert("properties".into(), properties.into());
    Value::Object(shown)
}

/// Who created or changed a resource.
fn user() -> Value {
    json!({ "objectId": caller_object_id(), "name": caller_app_id() })
}

/// Reads a body in the words of watchlists.
fn read_body(
    fields: &[Field],
    body: &Map<String, Value>,
    call: &Call<'_>,
) -> Result<Map<String, Value>, ArmError> {
    let reading = Reading {
        drop_preview: false,
        refuse_read_only: false,
        normalise_durations: call.options.normalise_durations,
    };
    let read = match body.get("properties") {
        Some(Value::Object(properties)) => contract::read(fields, properties, "properties", reading),
        None | Some(Value::Null) => Err(ReadError::Missing { name: "properties", path: String::new() }),
        Some(other) => Err(ReadError::Convert { value: other.to_string(), path: "properties".into() }),
    };
    read.map_err(|error| match error {
        ReadError::Missing { name, path } => refuse(format!(
            "There is an issue with deserializing : Required property '{name}' not found in JSON. Path '{path}'."
        )),
        ReadError::Convert { value, path } => {
            refuse(format!("There is an issue with deserializing : Error converting '{value}' for path '{path}'."))
        }
        ReadError::ReadOnly { name } => refuse(format!("Read-only property '{name}' cannot be assigned")),
    })
}

fn put(call: &mut Call<'_>, alias: &str) -> Result<Reply, ArmError> {
    let body = call.request.json_object()?;
    let mut properties = read_body(FIELDS, &body, call)?;
    check_name("watchlistAlias", alias)?;
    check_texts(&properties)?;
    let key = alias.to_lowercase();
    let existing = call.workspace.watchlists.get(&key);
    let current = existing.map(|watchlist| watchlist.etag.as_str());
    call.check_if_match(current)?;
    if let (Some(expected), Some(current)) = (body_etag(&body), current)
        && !same_etag(expected, current)
    {
        return Err(ArmError::conflict(format!(
            "Newer instance of watchlist '{alias}' exists (Etag does not match). Data was not saved."
        )));
    }
    if existing.is_some_and(|watchlist| watchlist.uploading_until.or(watchlist.deleting_until).is_some()) {
        return Err(ArmError::conflict(format!("An operation on the watchlist '{alias}' is in progress.")));
    }
    let raw = match properties.shift_remove("rawContent") {
        Some(Value::String(raw)) if !raw.is_empty() => Some(raw),
        _ => None,
    };
    let rows = raw.map(|raw| content::read(&raw, &properties)).transpose()?.unwrap_or_default();

    let uploads = !rows.is_empty();
    let none = BTreeMap::new();
    let items = existing.map_or(&none, |watchlist| &watchlist.items);
    let upload = Upload::new(call.options.watchlist_put, items, rows);
    upload::count_changes(call, upload.changes())?;

    let existing = call.workspace.watchlists.remove(&key);
    let created = existing.is_none();
    let etag = call.serial.etag(call.now);
    let mut watchlist = match existing {
        Some(existing) => Watchlist { etag, updated: call.now, rewritten: true, properties, ..existing },
        None => Watchlist {
            alias: alias.to_owned(),
            id: call.serial.guid(),
            etag,
            created: call.now,
            updated: call.now,
            properties,
            rewritten: false,
            uploading_until: None,
            deleting_until: None,
            items: Default::default(),
        },
    };
    upload.store(call, &mut watchlist.items);
    let mut headers = Vec::new();
    let mut status = StatusCode::OK;
    if let Some(duration) = long_running(call) {
        let until = call.now.checked_add(duration).unwrap_or(call.now);
        if uploads {
            watchlist.uploading_until = Some(until).filter(|until| *until > call.now);
        }
        if created {
            status = StatusCode::CREATED;
        }
        headers.push((
            "azure-asyncoperation",
            begin_operation(call, alias, if uploads { until } else { call.now }),
        ));
    }
    let mut reply = Reply::json(status, show(call, &watchlist, Detail::Single));
    reply.headers = headers;
    call.workspace.watchlists.insert(key, watchlist);
    Ok(reply)
}

fn delete(call: &mut Call<'_>, alias: &str) -> Result<Reply, ArmError> {
    let key = alias.to_lowercase();
    let Some(watchlist) = call.workspace.watchlists.get(&key) else {
        return Ok(Reply::no_content());
    };
    call.check_if_match(Some(&watchlist.etag))?;
    if watchlist.uploading_until.is_some() {
        return Err(ArmError::conflict(format!(
            "The watchlist '{alias}' cannot be deleted while its uploadStatus is InProgress."
        )));
    }
    let items = watchlist.items.len();
    upload::count_changes(call, items)?;
    let Some(duration) = long_running(call) else {
        call.workspace.watchlists.remove(&key);
        return Ok(Reply::ok(json!({})));
    };
    let until = call.now.checked_add(duration).unwrap_or(call.now);
    if let Some(watchlist) = call.workspace.watchlists.get_mut(&key) {
        watchlist.deleting_until = Some(until);
    }
    let link = begin_operation(call, alias, until);
    Ok(Reply {
        status: StatusCode::ACCEPTED,
        body: None,
        headers: vec![("azure-asyncoperation", link.clone()), ("location", link)],
    })
}

/// Remembers an operation that ends at `ends`, and gives the link to its status.
fn begin_operation(call: &mut Call<'_>, alias: &str, ends: Timestamp) -> String {
    let now = call.now;
    call.operations.retain(|_, operation| now.duration_since(operation.ends) < OPERATION_LIFETIME);
    let id = call.serial.guid();
    let alias = percent_encoding::utf8_percent_encode(alias, percent_encoding::NON_ALPHANUMERIC);
    let path = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.SecurityInsights/watchlists/{alias}/watchlistStatuses/{id}",
        call.workspace.subscription, call.workspace.resource_group
    );
    let link = format!("{}{path}?api-version={}", call.request.base, call.version.as_str());
    call.operations.insert(id, Operation { path, started: call.now, ends });
    link
}

/// A name of 3 to 64 characters; letters and digits, between them also spaces, hyphens and underscores.
fn check_name(what: &str, name: &str) -> Result<(), ArmError> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let valid = (3..=64).contains(&name.len())
        && name.chars().all(inside)
        && ends_well(name.chars().next())
        && ends_well(name.chars().next_back());
    if valid {
        return Ok(());
    }
    Err(refuse(format!(
        "The {what} '{name}' is invalid. It must have 3 to 64 characters, start and end with a letter or a digit, and \
         contain only letters, digits, spaces, hyphens and underscores."
    )))
}

fn check_texts(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let text = |name: &str| properties.get(name).and_then(Value::as_str).unwrap_or_default();
    check_name("displayName", text("displayName"))?;
    for name in ["provider", "itemsSearchKey"] {
        if text(name).trim().is_empty() {
            return Err(refuse(format!("The property '{name}' cannot be empty.")));
        }
    }
    Ok(())
}
