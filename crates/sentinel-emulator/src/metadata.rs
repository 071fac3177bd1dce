//! Metadata: what says where a piece of content comes from.

mod filter;

use std::cmp::Ordering;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::{Call, Reply, list, system_data};
use crate::contract::Shape::{AnyObject, Object, OneOf, Text, Texts};
use crate::contract::{self, Field, ReadError, Reading};
use crate::state::Metadata;

const FIELDS: &[Field] = &[
    Field::new("contentId", Text),
    Field::new("parentId", Text).required(),
    Field::new("version", Text),
    Field::new("kind", Text).required(),
    Field::new("source", Object(SOURCE)),
    Field::new("author", Object(PERSON)),
    Field::new("support", Object(SUPPORT)),
    Field::new("dependencies", AnyObject),
    Field::new("categories", Object(CATEGORIES)),
    Field::new("providers", Texts),
    Field::new("firstPublishDate", Text),
    Field::new("lastPublishDate", Text),
    Field::new("customVersion", Text),
    Field::new("contentSchemaVersion", Text),
    Field::new("icon", Text),
    Field::new("threatAnalysisTactics", Texts),
    Field::new("threatAnalysisTechniques", Texts),
    Field::new("previewImages", Texts),
    Field::new("previewImagesDark", Texts),
];

const SOURCE: &[Field] = &[
    Field::new("kind", OneOf(&["LocalWorkspace", "Community", "Solution", "SourceRepository"])).required(),
    Field::new("name", Text),
    Field::new("sourceId", Text),
];

const PERSON: &[Field] = &[Field::new("name", Text), Field::new("email", Text), Field::new("link", Text)];

const SUPPORT: &[Field] = &[
    Field::new("tier", OneOf(&["Microsoft", "Partner", "Community"])).required(),
    Field::new("name", Text),
    Field::new("email", Text),
    Field::new("link", Text),
];

const CATEGORIES: &[Field] = &[Field::new("domains", Texts), Field::new("verticals", Texts)];

/// No answer shows an etag of metadata, in no recording of 2022 or 2026, so that `If-Match` can name none.
const NO_ETAG: &str = "";

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let filter = call.request.parameter("$filter").map(filter::read).transpose()?;
    let mut found: Vec<(&str, Value)> = call
        .workspace
        .metadata
        .iter()
        .map(|(key, metadata)| (key.as_str(), show(call, metadata)))
        .filter(|(_, shown)| filter.as_ref().is_none_or(|filter| filter.matches(shown)))
        .collect();
    if let Some(order) = call.request.parameter("$orderby") {
        sort(&mut found, order);
    }
    let number = |name: &str| call.request.parameter(name).map(|text| parse_count(name, text)).transpose();
    let skip = number("$skip")?.unwrap_or(0);
    let top = number("$top")?.unwrap_or(usize::MAX);
    let chosen = found.into_iter().skip(skip).take(top);
    if call.request.parameter("$orderby").is_some() {
        // An order of its own does not go with tokens that are keys: all on one page.
        let value: Vec<Value> = chosen.map(|(_, shown)| shown).collect();
        return Ok(Reply::ok(json!({ "value": value })));
    }
    let start = list::start(call.request);
    let rest = chosen.filter(|(key, _)| start.is_none_or(|start| *key > start));
    Ok(list::page(call.request, call.options.page_size, rest, |shown| shown))
}

fn sort(found: &mut [(&str, Value)], order: &str) {
    let mut words = order.split_whitespace();
    let path = words.next().unwrap_or_default();
    let descending = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
    found.sort_by(|(_, left), (_, right)| {
        let (left, right) = (filter::text_at(left, path), filter::text_at(right, path));
        let ordering: Ordering = left.cmp(&right);
        if descending { ordering.reverse() } else { ordering }
    });
}

fn parse_count(name: &str, text: &str) -> Result<usize, ArmError> {
    text.parse()
        .map_err(|_| ArmError::bad_request("BadRequest", format!("Invalid value '{text}' for '{name}'.")))
}

/// Answers GET, PUT, PATCH and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, name: &str) -> Result<Reply, ArmError> {
    let key = name.to_lowercase();
    let existing = call.workspace.metadata.get(&key);
    match (&call.request.method, existing) {
        (&Method::GET, Some(metadata)) => Ok(Reply::ok(show(call, metadata))),
        (&Method::GET | &Method::PATCH, None) => {
            Err(ArmError::not_found("NotFound", format!("Resource '{name}' does not exist")))
        }
        (&Method::PUT, _) => write(call, name, Map::new()),
        (&Method::PATCH, Some(metadata)) => {
            let base = metadata.properties.clone();
            write(call, name, base)
        }
        (&Method::DELETE, Some(_)) => {
            call.check_if_match(Some(NO_ETAG))?;
            call.workspace.metadata.remove(&key);
            Ok(Reply::ok(json!({})))
        }
        (&Method::DELETE, None) => Ok(Reply::no_content()),
        _ => Err(call.request.not_allowed()),
    }
}

/// Writes what the body sets on top of `base`.
fn write(call: &mut Call<'_>, name: &str, base: Map<String, Value>) -> Result<Reply, ArmError> {
    let body = call.request.json_object()?;
    let mut given = base;
    match body.get("properties") {
        Some(Value::Object(properties)) => given.extend(properties.clone()),
        None | Some(Value::Null) => {}
        Some(_) => {
            return Err(unreadable(ReadError::Convert {
                value: "properties".into(),
                path: "properties".into(),
            }));
        }
    }
    let reading = Reading { drop_preview: false, refuse_read_only: true, normalise_durations: false };
    let mut properties = contract::read(FIELDS, &given, "properties", reading).map_err(unreadable)?;
    properties.entry("source").or_insert_with(|| {
        let workspace = &call.workspace;
        json!({ "kind": "LocalWorkspace", "name": workspace.name, "sourceId": workspace.customer_id() })
    });
    let key = name.to_lowercase();
    let existing = call.workspace.metadata.get(&key);
    call.check_if_match(existing.map(|_| NO_ETAG))?;
    let created = existing.map(|metadata| metadata.created);
    let metadata = Metadata {
        name: existing.map_or_else(|| name.to_owned(), |metadata| metadata.name.clone()),
        created: created.unwrap_or(call.now),
        modified: call.now,
        properties,
    };
    let status = if created.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let reply = Reply::json(status, show(call, &metadata));
    call.workspace.metadata.insert(key, metadata);
    Ok(reply)
}

fn unreadable(error: ReadError) -> ArmError {
    let message = match error {
        ReadError::Missing { name, path } => {
            format!("Required property '{name}' not found in JSON. Path '{path}'.")
        }
        ReadError::Convert { value, path } => format!("Error converting value \"{value}\". Path '{path}'."),
        ReadError::ReadOnly { name } => format!("Read-only property '{name}' cannot be assigned"),
    };
    ArmError::bad_request("BadRequest", message)
}

fn show(call: &Call<'_>, metadata: &Metadata) -> Value {
    json!({
        "id": call.workspace.sentinel_id(&format!("metadata/{}", metadata.name)),
        "name": metadata.name,
        "type": "Microsoft.SecurityInsights/metadata",
        "systemData": system_data(metadata.created, metadata.modified),
        "properties": metadata.properties,
    })
}
