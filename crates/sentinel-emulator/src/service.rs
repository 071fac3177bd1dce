//! One request after the other: authentication, version, permission, throttling, and then the resource.

use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::headers::{self, Remaining};
use crate::arm::route::{self, Route, Scope, Target};
use crate::arm::{ArmRequest, Call, Reply, caller_app_id, caller_object_id, instant, version};
use crate::fault::{self, FaultAction, RecordedRequest};
use crate::options::Workspaces;
use crate::state::{Serial, State, Workspace};
use crate::{
    Content, Options, alert_rules, metadata, onboarding, saved_searches, tables, token, watchlists, workspace,
};

/// Answers a request, with the headers of the answer.
pub(crate) fn answer(options: &Options, content: &mut Content, request: &ArmRequest) -> (Reply, HeaderMap) {
    let now = options.clock.now();
    content.answered += 1;
    content.writes += u64::from(!matches!(request.method, Method::GET | Method::HEAD));
    let fault = fault::take(&mut content.faults, request.method.as_str(), &request.path);
    let mut remaining = None;
    let reply = match fault {
        None => run(options, content, request, now, &mut remaining),
        Some(fault) => answer_with_fault(options, content, request, now, &mut remaining, fault),
    };
    record(options, content, request, reply.status);
    let headers = headers::of(request, &reply, remaining, now, content.answered);
    (reply, headers)
}

fn answer_with_fault(
    options: &Options,
    content: &mut Content,
    request: &ArmRequest,
    now: Timestamp,
    remaining: &mut Option<Remaining>,
    fault: FaultAction,
) -> Reply {
    let status = |code: u16| StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match fault {
        FaultAction::Throttle { retry_after_seconds } => {
            let kind = match request.method {
                Method::GET => "read",
                Method::DELETE => "delete",
                _ => "write",
            };
            let subscription = match route::read(&request.path) {
                Route::Workspace(scope, _) => scope.subscription,
                _ => String::new(),
            };
            ArmError::throttled(kind, &subscription, &caller_object_id(), retry_after_seconds).into_reply()
        }
        FaultAction::Refuse { status: code, code: name, message } => {
            ArmError::new(status(code), name, message).into_reply()
        }
        FaultAction::DoThenFail { status: code } => {
            run(options, content, request, now, remaining);
            ArmError::new(status(code), "InternalServerError", "Internal server error").into_reply()
        }
        FaultAction::ChangeEtagFirst => {
            edit(&mut content.state, request, now, &serde_json::Map::new());
            run(options, content, request, now, remaining)
        }
        FaultAction::EditFirst { properties } => {
            edit(&mut content.state, request, now, &properties);
            run(options, content, request, now, remaining)
        }
    }
}

/// Changes the resource that the request names, as someone else would at the same time.
fn edit(
    state: &mut State,
    request: &ArmRequest,
    now: Timestamp,
    properties: &serde_json::Map<String, Value>,
) {
    let Route::Workspace(scope, target) = route::read(&request.path) else {
        return;
    };
    let etag = Serial(&mut state.serial).etag(now);
    let Some(workspace) = state.workspaces.get_mut(&key_of(&scope)) else {
        return;
    };
    let (place, current) = match &target {
        Target::WatchlistItem { alias, item } => {
            let items =
                workspace.watchlists.get_mut(&alias.to_lowercase()).map(|watchlist| &mut watchlist.items);
            if let Some(item) = items.and_then(|items| items.get_mut(&item.to_lowercase())) {
                item.etag = etag;
                item.values.set(properties);
            }
            return;
        }
        Target::AlertRule(id) => match workspace.rules.get_mut(&id.to_lowercase()) {
            Some(rule) => {
                rule.modified = now;
                (&mut rule.etag, &mut rule.properties)
            }
            None => return,
        },
        Target::Watchlist(alias) => match workspace.watchlists.get_mut(&alias.to_lowercase()) {
            Some(watchlist) => (&mut watchlist.etag, &mut watchlist.properties),
            None => return,
        },
        Target::Metadata(name) => {
            if let Some(metadata) = workspace.metadata.get_mut(&name.to_lowercase()) {
                metadata.modified = now;
                metadata.properties.extend(properties.clone());
            }
            return;
        }
        Target::SavedSearch(id) => match workspace.saved_searches.get_mut(&id.to_lowercase()) {
            Some(search) => (&mut search.etag, &mut search.properties),
            None => return,
        },
        _ => return,
    };
    *place = etag;
    current.extend(properties.clone());
}

fn run(
    options: &Options,
    content: &mut Content,
    request: &ArmRequest,
    now: Timestamp,
    remaining: &mut Option<Remaining>,
) -> Reply {
    dispatch(options, content, request, now, remaining).unwrap_or_else(ArmError::into_reply)
}

fn dispatch(
    options: &Options,
    content: &mut Content,
    request: &ArmRequest,
    now: Timestamp,
    remaining: &mut Option<Remaining>,
) -> Result<Reply, ArmError> {
    let route = route::read(&request.path);
    if route == Route::Token {
        return Ok(token::answer(request));
    }
    authenticate(request)?;
    let (scope, target) = match route {
        Route::Workspace(scope, target) => (scope, target),
        Route::WatchlistStatus { subscription, operation } => {
            version::read(request.parameter("api-version"), WATCHLIST_TYPE, &options.sentinel_versions)?;
            let throttling = options.throttling.as_ref();
            *remaining = Some(content.buckets.take(throttling, &request.method, &subscription, now)?);
            return operation_status(&content.state, request, &operation, now);
        }
        Route::Lacking { namespace, name } => return Err(lacking(namespace, &name)),
        Route::UnknownType { namespace, name } => return Err(unknown_type(request, namespace, &name)),
        Route::Token | Route::Unknown => {
            let message =
                format!("No HTTP resource was found that matches the request URI '{}'.", request.path);
            return Err(ArmError::not_found("NotFound", message));
        }
    };
    let version =
        version::read(request.parameter("api-version"), target.resource_type(), &options.sentinel_versions)?;
    let throttling = options.throttling.as_ref();
    *remaining = Some(content.buckets.take(throttling, &request.method, &scope.subscription, now)?);
    authorize(options, request, &target)?;
    check_exists(options, &scope)?;

    let State { serial, workspaces, operations, .. } = &mut content.state;
    let mut serial = Serial(serial);
    let workspace =
        workspaces.entry(key_of(&scope)).or_insert_with(|| new_workspace(options, scope, now, &mut serial));
    watchlists::settle(workspace, now);
    if target.needs_onboarding() && !workspace.onboarded {
        return Err(ArmError::bad_request(
            "BadRequest",
            format!("Workspace '{}' is not onboarded to Microsoft Sentinel.", workspace.name),
        ));
    }
    let mut call = Call { request, options, version: &version, now, workspace, serial, operations };
    match target {
        Target::Workspace => workspace::answer(&call),
        Target::Tables => tables::answer_list(&call),
        Target::Table(name) => tables::answer(&call, &name),
        Target::SavedSearches => saved_searches::answer_list(&call),
        Target::SavedSearch(id) => saved_searches::answer(&mut call, &id),
        Target::AlertRules => alert_rules::answer_list(&call),
        Target::AlertRule(id) => alert_rules::answer(&mut call, &id),
        Target::Watchlists => watchlists::answer_list(&call),
        Target::Watchlist(alias) => watchlists::answer(&mut call, &alias),
        Target::WatchlistItems(alias) => watchlists::items::answer_list(&call, &alias),
        Target::WatchlistItem { alias, item } => watchlists::items::answer(&mut call, &alias, &item),
        Target::MetadataList => metadata::answer_list(&call),
        Target::Metadata(name) => metadata::answer(&mut call, &name),
        Target::OnboardingStates => onboarding::answer_list(&call),
        Target::OnboardingState(name) => onboarding::answer(&mut call, &name),
    }
}

const WATCHLIST_TYPE: &str = "Microsoft.SecurityInsights/Watchlists";

fn key_of(scope: &Scope) -> String {
    format!("{}/{}/{}", scope.subscription, scope.resource_group, scope.workspace).to_lowercase()
}

fn new_workspace(options: &Options, scope: Scope, now: Timestamp, serial: &mut Serial<'_>) -> Workspace {
    let Scope { subscription, resource_group, workspace: name } = scope;
    let fusion = alert_rules::built_in_fusion(now, serial);
    let built_in = saved_searches::built_in(&name, now);
    Workspace {
        subscription,
        resource_group,
        name,
        onboarded: options.onboarded,
        created: now,
        rules: [(fusion.name.to_lowercase(), fusion)].into(),
        tombstones: Default::default(),
        watchlists: Default::default(),
        metadata: Default::default(),
        saved_searches: [(built_in.name.to_lowercase(), built_in)].into(),
        item_changes: Default::default(),
    }
}

fn authenticate(request: &ArmRequest) -> Result<(), ArmError> {
    let unauthorized = |code, message| Err(ArmError::new(StatusCode::UNAUTHORIZED, code, message));
    let Some(header) = request.header("authorization") else {
        return unauthorized(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        );
    };
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    };
    if token.is_empty() {
        return unauthorized("InvalidAuthenticationToken", "The access token is invalid.");
    }
    Ok(())
}

fn authorize(options: &Options, request: &ArmRequest, target: &Target) -> Result<(), ArmError> {
    let verb = match request.method {
        Method::GET | Method::HEAD => "read",
        Method::DELETE => "delete",
        _ => "write",
    };
    let action = format!("{}/{verb}", target.resource_type());
    let lower = action.to_ascii_lowercase();
    let denied = options.denied_actions.iter().any(|denied| {
        let denied = denied.to_ascii_lowercase();
        match denied.strip_suffix('*') {
            Some(prefix) => lower.starts_with(prefix),
            None => lower == denied,
        }
    });
    if !denied {
        return Ok(());
    }
    let message = format!(
        "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope '{}' \
         or the scope is invalid. If access was recently granted, please refresh your credentials.",
        caller_app_id(),
        caller_object_id(),
        request.path
    );
    Err(ArmError::new(StatusCode::FORBIDDEN, "AuthorizationFailed", message))
}

fn check_exists(options: &Options, scope: &Scope) -> Result<(), ArmError> {
    match &options.workspaces {
        Workspaces::Only(names) if !names.iter().any(|name| name.eq_ignore_ascii_case(&scope.workspace)) => {
            let resource_type = Target::Workspace.resource_type();
            Err(ArmError::missing_resource(resource_type, &scope.workspace, &scope.resource_group))
        }
        _ => Ok(()),
    }
}

fn lacking(namespace: &str, name: &str) -> ArmError {
    ArmError::not_found(
        "NotEmulated",
        format!(
            "The emulator does not have '{namespace}/{name}', which the service has. Its documentation lists what it has."
        ),
    )
}

fn unknown_type(request: &ArmRequest, namespace: &str, name: &str) -> ArmError {
    let version = request.parameter("api-version").unwrap_or_default();
    ArmError::not_found(
        "InvalidResourceType",
        format!(
            "The resource type '{name}' could not be found in the namespace '{namespace}' for api version '{version}'."
        ),
    )
}

/// The document that an `Azure-AsyncOperation` link leads to.
fn operation_status(
    state: &State,
    request: &ArmRequest,
    id: &str,
    now: Timestamp,
) -> Result<Reply, ArmError> {
    if request.method != Method::GET {
        return Err(request.not_allowed());
    }
    let Some(operation) = state.operations.get(id) else {
        return Err(ArmError::not_found("404", format!("Resource '{id}' does not exist")));
    };
    let done = operation.ends <= now;
    let mut body = json!({
        "id": operation.path,
        "name": id,
        "status": if done { "Succeeded" } else { "InProgress" },
        "startTime": instant(operation.started),
    });
    if done {
        body["endTime"] = instant(operation.ends).into();
    }
    Ok(Reply::ok(body))
}

fn record(options: &Options, content: &mut Content, request: &ArmRequest, status: StatusCode) {
    if options.remembered_requests == 0 {
        return;
    }
    let headers = request.headers.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "authorization" => "present".to_owned(),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        (name.as_str().to_owned(), value)
    });
    content.requests.push_back(RecordedRequest {
        method: request.method.to_string(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers: headers.collect(),
        body: serde_json::from_slice(&request.body).ok(),
        status: status.as_u16(),
    });
    while content.requests.len() > options.remembered_requests {
        content.requests.pop_front();
    }
}
