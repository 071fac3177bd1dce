//! Analytics rules.

mod details;
mod entities;
mod grouping;
mod model;
mod query;
mod techniques;
mod timing;
mod validation;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::arm::error::ArmError;
use crate::arm::{Call, Reply, body_etag, instant, list, same_etag};
use crate::contract::{self, ReadError, Reading};
use crate::state::{Rule, Serial, Workspace};
use model::Kind;

/// The template of the one rule that every workspace starts with.
const FUSION_TEMPLATE: &str = "f71aba3d-28fb-450b-b192-4e76a83015c8";

/// The rule that a workspace has from the start.
pub(crate) fn built_in_fusion(now: Timestamp, serial: &mut Serial<'_>) -> Rule {
    let mut properties = fusion_properties();
    properties.insert("alertRuleTemplateName".into(), FUSION_TEMPLATE.into());
    properties.insert("enabled".into(), true.into());
    Rule {
        name: "BuiltInFusion".into(),
        etag: serial.etag(now),
        kind: "Fusion".into(),
        created: now,
        modified: now,
        properties,
    }
}

/// The properties of a Fusion rule that cannot be set.
fn fusion_properties() -> Map<String, Value> {
    let tactics = [
        "Collection",
        "CommandAndControl",
        "CredentialAccess",
        "DefenseEvasion",
        "Discovery",
        "Execution",
        "Exfiltration",
        "Impact",
        "InitialAccess",
        "LateralMovement",
        "Persistence",
        "PrivilegeEscalation",
    ];
    let mut properties = Map::new();
    properties.insert("displayName".into(), "Advanced Multistage Attack Detection".into());
    properties.insert("description".into(), "Correlates alerts of several products into incidents".into());
    properties.insert("tactics".into(), json!(tactics));
    properties.insert("severity".into(), "High".into());
    properties
}

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let rules = list::rest(call.request, &call.workspace.rules).filter(|(_, rule)| is_visible(call, rule));
    Ok(list::page(call.request, call.options.page_size, rules, |rule| show(call, rule)))
}

/// Answers GET, PUT and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, id: &str) -> Result<Reply, ArmError> {
    let key = id.to_lowercase();
    match call.request.method {
        Method::GET => match call.workspace.rules.get(&key).filter(|rule| is_visible(call, rule)) {
            Some(rule) => Ok(Reply::ok(show(call, rule))),
            None => {
                let workspace = call.workspace.customer_id();
                let message =
                    format!("Cannot find rule with resource name '{id}' for workspaceId '{workspace}'.");
                Err(ArmError::not_found("NotFound", message))
            }
        },
        Method::PUT => put(call, id),
        Method::DELETE => {
            let Some(rule) = call.workspace.rules.get(&key) else {
                return Ok(Reply::no_content());
            };
            call.check_if_match(Some(&rule.etag))?;
            call.workspace.rules.remove(&key);
            call.workspace.tombstones.insert(key, call.now);
            Ok(Reply::ok(json!({})))
        }
        _ => Err(call.request.not_allowed()),
    }
}

fn is_visible(call: &Call<'_>, rule: &Rule) -> bool {
    call.options.read_lag.is_none_or(|lag| call.now.duration_since(rule.created) >= lag)
}

/// Whether the version of this request does not know what only previews define.
fn drops_preview(call: &Call<'_>) -> bool {
    call.options.stable_versions_drop_preview_properties && !call.version.is_preview()
}

fn show(call: &Call<'_>, rule: &Rule) -> Value {
    let shown = match model::kind(&rule.kind) {
        Some(kind) => {
            contract::show(kind.fields, &rule.properties, drops_preview(call), call.options.explicit_nulls)
        }
        None => rule.properties.clone(),
    };
    let mut properties = Map::new();
    if call.options.fill_incident_configuration
        && matches!(rule.kind.as_str(), "Scheduled" | "NRT")
        && !shown.contains_key("incidentConfiguration")
    {
        properties.insert("incidentConfiguration".into(), default_incident_configuration());
    }
    properties.extend(shown);
    properties.insert("lastModifiedUtc".into(), instant(rule.modified).into());
    json!({
        "id": call.workspace.sentinel_id(&format!("alertRules/{}", rule.name)),
        "name": rule.name,
        "etag": rule.etag,
        "type": "Microsoft.SecurityInsights/alertRules",
        "kind": rule.kind,
        "properties": properties,
    })
}

/// What the service uses for a rule that says nothing about incidents.
fn default_incident_configuration() -> Value {
    json!({
        "createIncident": true,
        "groupingConfiguration": {
            "enabled": false,
            "reopenClosedIncident": false,
            "lookbackDuration": "PT5H",
            "matchingMethod": "AllEntities",
            "groupByEntities": [],
            "groupByAlertDetails": [],
            "groupByCustomDetails": [],
        },
    })
}

fn put(call: &mut Call<'_>, id: &str) -> Result<Reply, ArmError> {
    let body = call.request.json_object()?;
    let key = id.to_lowercase();
    let kind = kind_of(call, &body)?;
    let properties = read_properties(call, kind, &body)?;
    check_tombstone(call, &key, id)?;
    check_precondition(call, &body, &key, id)?;
    let existing = call.workspace.rules.get(&key);
    if let Some(existing) = existing.filter(|existing| existing.kind != kind.name) {
        return Err(ArmError::bad_request(
            "BadRequest",
            format!(
                "The kind of an existing alert rule cannot be changed: rule '{id}' is of kind '{}', not '{}'.",
                existing.kind, kind.name
            ),
        ));
    }
    validation::check(call.options, kind, &properties)?;
    check_workspace(call, kind, &key, &properties)?;
    query::check(call, kind, &properties)?;

    let etag = call.serial.etag(call.now);
    let created = call.workspace.rules.get(&key).map(|rule| rule.created);
    let name = call.workspace.rules.get(&key).map_or_else(|| id.to_owned(), |rule| rule.name.clone());
    let rule = Rule {
        name,
        etag,
        kind: kind.name.to_owned(),
        created: created.unwrap_or(call.now),
        modified: call.now,
        properties,
    };
    let status = if created.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let reply = Reply::json(status, show(call, &rule));
    call.workspace.rules.insert(key, rule);
    Ok(reply)
}

fn kind_of(call: &Call<'_>, body: &Map<String, Value>) -> Result<&'static Kind, ArmError> {
    let Some(name) = body.get("kind").filter(|kind| !kind.is_null()) else {
        return Err(read_error(ReadError::Missing { name: "kind", path: String::new() }));
    };
    let unknown = || {
        let value = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        read_error(ReadError::Convert { value, path: "kind".into() })
    };
    let kind = name.as_str().and_then(model::kind).ok_or_else(unknown)?;
    if kind.preview && call.options.stable_versions_refuse_preview_kinds && !call.version.is_preview() {
        return Err(unknown());
    }
    Ok(kind)
}

fn read_properties(
    call: &Call<'_>,
    kind: &Kind,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, ArmError> {
    let given = match body.get("properties") {
        Some(Value::Object(given)) => given,
        None | Some(Value::Null) => {
            return Err(read_error(ReadError::Missing { name: "properties", path: String::new() }));
        }
        Some(other) => {
            return Err(read_error(ReadError::Convert {
                value: other.to_string(),
                path: "properties".into(),
            }));
        }
    };
    if kind.name == "NRT"
        && let Some(name) =
            model::SCHEDULE.iter().find(|name| given.get(**name).is_some_and(|v| !v.is_null()))
    {
        let message = format!(
            "Could not find member '{name}' on object of type 'NrtAlertRule'. Path 'properties.{name}'."
        );
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let templated = !matches!(kind.name, "Scheduled" | "NRT" | "MicrosoftSecurityIncidentCreation");
    let reading = Reading {
        drop_preview: drops_preview(call),
        refuse_read_only: call.options.refuse_read_only_properties || templated,
        normalise_durations: call.options.normalise_durations,
    };
    let mut properties = contract::read(kind.fields, given, "properties", reading).map_err(read_error)?;
    if kind.name == "Fusion" {
        properties.extend(fusion_properties());
    }
    Ok(properties)
}

fn read_error(error: ReadError) -> ArmError {
    let message = match error {
        ReadError::Missing { name, path } => {
            format!("Required property '{name}' not found in JSON. Path '{path}'.")
        }
        ReadError::Convert { value, path } => {
            format!("Invalid data model. [{path}: Error converting value \"{value}\". Path '{path}'.]")
        }
        ReadError::ReadOnly { name } => format!("Read-only property '{name}' cannot be assigned"),
    };
    ArmError::bad_request("BadRequest", message)
}

fn check_tombstone(call: &mut Call<'_>, key: &str, id: &str) -> Result<(), ArmError> {
    let lifetime = call.options.tombstone_lifetime;
    let now = call.now;
    call.workspace.tombstones.retain(|_, deleted| now.duration_since(*deleted) < lifetime);
    if !call.workspace.tombstones.contains_key(key) {
        return Ok(());
    }
    let message = format!(
        "The rule with id '{id}' was recently deleted. You need to allow some time before re-using the same id. \
         Please try again later."
    );
    Err(match call.options.tombstone_status {
        409 => ArmError::conflict(message),
        _ => ArmError::bad_request("BadRequest", message),
    })
}

fn check_precondition(
    call: &Call<'_>,
    body: &Map<String, Value>,
    key: &str,
    id: &str,
) -> Result<(), ArmError> {
    let current = call.workspace.rules.get(key).map(|rule| rule.etag.as_str());
    call.check_if_match(current)?;
    match (body_etag(body), current) {
        (Some(expected), Some(current)) if !same_etag(expected, current) => Err(ArmError::conflict(format!(
            "Newer instance of rule '{id}' exists for workspace '{}' (Etag does not match). Data was not saved.",
            call.workspace.customer_id()
        ))),
        _ => Ok(()),
    }
}

/// What depends on the other rules of the workspace.
fn check_workspace(
    call: &Call<'_>,
    kind: &Kind,
    key: &str,
    properties: &Map<String, Value>,
) -> Result<(), ArmError> {
    let others = || call.workspace.rules.iter().filter(|(other, _)| *other != key).map(|(_, rule)| rule);
    let enabled = |properties: &Map<String, Value>| properties.get("enabled") == Some(&Value::Bool(true));
    let reached = |what: &str, limit: usize| {
        let message = format!(
            "The maximum number of {what}{} alert rules for the workspace, {limit}, has been reached.",
            kind.name
        );
        Err(ArmError::bad_request("BadRequest", message))
    };
    let limits = match kind.name {
        "Scheduled" => Some((call.options.enabled_scheduled_limit, call.options.scheduled_limit)),
        "NRT" => Some((call.options.enabled_nrt_limit, call.options.nrt_limit)),
        _ => None,
    };
    if let Some((most_enabled, most)) = limits {
        let alike = || others().filter(|rule| rule.kind == kind.name);
        if enabled(properties) && alike().filter(|rule| enabled(&rule.properties)).count() >= most_enabled {
            return reached("enabled ", most_enabled);
        }
        // One that is there may be changed however many there are.
        if !call.workspace.rules.contains_key(key) && alike().count() >= most {
            return reached("", most);
        }
    }
    if call.options.unique_display_names
        && let Some(name) = properties.get("displayName")
        && others().any(|rule| rule.properties.get("displayName") == Some(name))
    {
        let message = format!("An alert rule with the display name {name} already exists in the workspace.");
        return Err(ArmError::conflict(message));
    }
    if kind.name == "Fusion" {
        check_installed_once(call.workspace, others(), properties)?;
    }
    Ok(())
}

fn check_installed_once<'a>(
    workspace: &Workspace,
    mut others: impl Iterator<Item = &'a Rule>,
    properties: &Map<String, Value>,
) -> Result<(), ArmError> {
    let template = properties.get("alertRuleTemplateName");
    if !others.any(|rule| rule.properties.get("alertRuleTemplateName") == template) {
        return Ok(());
    }
    let template = template.and_then(Value::as_str).unwrap_or_default();
    Err(ArmError::bad_request(
        "BadRequest",
        format!(
            "Analytics rule template '{template}' is already installed for workspace '{}', and cannot be installed twice.",
            workspace.name
        ),
    ))
}
