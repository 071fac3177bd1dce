//! Whether a workspace is onboarded to Sentinel: the resource `onboardingStates/default`.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::arm::{Call, Reply, error::ArmError, system_data};
use crate::state::Workspace;

/// The only name there is.
const NAME: &str = "default";

/// Answers the list.
pub(crate) fn answer_list(call: &Call<'_>) -> Result<Reply, ArmError> {
    call.require_get()?;
    let states: Vec<Value> = call.workspace.onboarded.then(|| resource(call.workspace)).into_iter().collect();
    Ok(Reply::ok(json!({ "value": states })))
}

/// Answers GET, PUT and DELETE.
pub(crate) fn answer(call: &mut Call<'_>, name: &str) -> Result<Reply, ArmError> {
    if !name.eq_ignore_ascii_case(NAME) {
        return Err(match call.request.method {
            Method::GET => missing(name),
            _ => {
                ArmError::bad_request("BadRequest", format!("The onboarding state's name must be '{NAME}'."))
            }
        });
    }
    let onboarded = call.workspace.onboarded;
    match call.request.method {
        Method::GET if onboarded => Ok(Reply::ok(resource(call.workspace))),
        Method::GET => Err(missing(name)),
        Method::PUT => {
            call.request.json_object()?;
            call.workspace.onboarded = true;
            let status = if onboarded { StatusCode::OK } else { StatusCode::CREATED };
            Ok(Reply::json(status, resource(call.workspace)))
        }
        Method::DELETE if onboarded => {
            call.workspace.onboarded = false;
            Ok(Reply::ok(json!({})))
        }
        Method::DELETE => Ok(Reply::no_content()),
        _ => Err(call.request.not_allowed()),
    }
}

fn missing(name: &str) -> ArmError {
    ArmError::not_found("NotFound", format!("Resource '{name}' does not exist"))
}

fn resource(workspace: &Workspace) -> Value {
    json!({
        "properties": {},
        "id": workspace.sentinel_id(&format!("onboardingStates/{NAME}")),
        "name": NAME,
        "type": "Microsoft.SecurityInsights/onboardingStates",
        "systemData": system_data(workspace.created, workspace.created),
    })
}
