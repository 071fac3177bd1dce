//! The items of a watchlist, one by one.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{content, find, long_running, missing, read_body, refuse, upload, user};
use crate::arm::error::ArmError;
use crate::arm::{Call, Reply, body_etag, instant_with_offset, list, same_etag, system_data, tenant_id};
use crate::contract::Field;
use crate::contract::Shape::AnyObject;
use crate::state::{Item, Row, Watchlist};

const FIELDS: &[Field] =
    &[Field::new("itemsKeyValue", AnyObject).required(), Field::new("entityMapping", AnyObject)];

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>, alias: &str) -> Result<Reply, ArmError> {
    call.require_get()?;
    let watchlist = find(call, alias)?;
    let items = list::rest(call.request, &watchlist.items).filter(|(_, item)| watchlist.shows(item));
    let items = items.map(|(id, item)| (id, (id, item)));
    Ok(list::page(call.request, call.options.page_size, items, |(id, item)| show(call, watchlist, id, item)))
}

/// Answers GET, PUT and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, alias: &str, id: &str) -> Result<Reply, ArmError> {
    let key = id.to_lowercase();
    match call.request.method {
        Method::GET => {
            let watchlist = find(call, alias)?;
            let item = watchlist.items.get(&key).filter(|item| watchlist.shows(item));
            item.map(|item| Reply::ok(show(call, watchlist, &key, item))).ok_or_else(|| missing(id))
        }
        Method::PUT => put(call, alias, &key),
        Method::DELETE => {
            let Some(item) = find(call, alias)?.items.get(&key) else {
                return Ok(Reply::no_content());
            };
            call.check_if_match(Some(&item.etag))?;
            upload::count_changes(call, 1)?;
            if let Some(watchlist) = call.workspace.watchlists.get_mut(&alias.to_lowercase()) {
                watchlist.items.remove(&key);
            }
            Ok(Reply::ok(json!({})))
        }
        _ => Err(call.request.not_allowed()),
    }
}

fn show(call: &Call<'_>, watchlist: &Watchlist, id: &str, item: &Item) -> Value {
    let path = format!("Watchlists/{}/WatchlistItems/{id}", watchlist.alias);
    json!({
        "id": call.workspace.sentinel_id(&path),
        "name": id,
        "etag": item.etag,
        "type": "Microsoft.SecurityInsights/Watchlists/WatchlistItems",
        "systemData": system_data(item.created, item.updated),
        "properties": {
            "watchlistItemType": "watchlist-item",
            "watchlistItemId": id,
            "tenantId": tenant_id(),
            "isDeleted": false,
            "created": instant_with_offset(item.created),
            "updated": instant_with_offset(item.updated),
            "createdBy": user(),
            "updatedBy": user(),
            "itemsKeyValue": item.values,
            "entityMapping": item.entity_mapping,
        },
    })
}

fn put(call: &mut Call<'_>, alias: &str, id: &str) -> Result<Reply, ArmError> {
    let body = call.request.json_object()?;
    let mut properties = read_body(FIELDS, &body, call)?;
    if Uuid::parse_str(id).is_err() {
        return Err(refuse(format!("The watchlist item id '{id}' is not a GUID.")));
    }
    let mut object = |name: &str| match properties.shift_remove(name) {
        Some(Value::Object(object)) => object,
        _ => serde_json::Map::new(),
    };
    let (mut values, entity_mapping) = (Row::of_object(object("itemsKeyValue")), object("entityMapping"));
    let watchlist = find(call, alias)?;
    if let Some(other) = watchlist.items.values().next() {
        values.share(other.values.columns());
    }
    let key = watchlist.properties.get("itemsSearchKey").and_then(Value::as_str).unwrap_or_default();
    content::check_row(&values, key).map_err(refuse)?;
    let existing = watchlist.items.get(id);
    let current = existing.map(|item| item.etag.as_str());
    call.check_if_match(current)?;
    if let (Some(expected), Some(current)) = (body_etag(&body), current)
        && !same_etag(expected, current)
    {
        return Err(ArmError::conflict(format!(
            "Newer instance of watchlist item '{id}' exists (Etag does not match). Data was not saved."
        )));
    }
    if let Some(same) = existing.filter(|item| item.values == values && item.entity_mapping == entity_mapping)
    {
        return Ok(Reply::ok(show(call, watchlist, id, same)));
    }
    let created = existing.map(|item| item.created);
    upload::count_changes(call, 1)?;
    let item = Item {
        etag: call.serial.etag(call.now),
        created: created.unwrap_or(call.now),
        updated: call.now,
        values,
        entity_mapping,
    };
    if let Some(watchlist) = call.workspace.watchlists.get_mut(&alias.to_lowercase()) {
        watchlist.items.insert(id.to_owned(), item.clone());
    }
    let status = match (long_running(call), created) {
        (Some(_), None) => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    Ok(Reply::json(status, show(call, find(call, alias)?, id, &item)))
}
