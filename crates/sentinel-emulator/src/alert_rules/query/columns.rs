//! The columns of the query's result that a rule names.

use serde_json::{Map, Value};

/// The columns of entity mappings and custom details, and where asked for those of the alert's details.
pub(super) fn named(properties: &Map<String, Value>, with_alert_details: bool) -> Vec<&str> {
    let list = |name: &str| properties.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<&str> = Vec::new();
    for mapping in list("entityMappings") {
        let fields = mapping.get("fieldMappings").and_then(Value::as_array);
        found.extend(fields.into_iter().flatten().filter_map(|field| text(field, "columnName")));
    }
    found.extend(list("sentinelEntitiesMappings").filter_map(|mapping| text(mapping, "columnName")));
    if let Some(details) = properties.get("customDetails").and_then(Value::as_object) {
        found.extend(details.values().filter_map(Value::as_str));
    }
    if let Some(details) = properties.get("alertDetailsOverride").filter(|_| with_alert_details) {
        for format in ["alertDisplayNameFormat", "alertDescriptionFormat"] {
            found.extend(text(details, format).into_iter().flat_map(placeholders));
        }
        found.extend(text(details, "alertTacticsColumnName"));
        found.extend(text(details, "alertSeverityColumnName"));
        let properties = details.get("alertDynamicProperties").and_then(Value::as_array);
        found.extend(properties.into_iter().flatten().filter_map(|property| text(property, "value")));
    }
    found
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The names in `{{…}}`.
fn placeholders(format: &str) -> impl Iterator<Item = &str> {
    format.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim())
}
