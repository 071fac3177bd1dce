//! Each class of error as a person meets it: exit code, standard output, standard error.

use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::{RULE_ID, Service, Workspace, error, is, shown};
use crate::folder::RULE;

/// A service that answers the PUT of the rule so, and `apply` run against it.
async fn put_answers(answer: impl Fn() -> ResponseTemplate + Send + Sync + 'static) -> (Service, String) {
    let rule = format!("alertRules/{RULE_ID}");
    let service =
        Service::new(Workspace::default(), move |request| is(request, "PUT", &rule).then(&answer)).await;
    let run = shown(&service.run(&["apply", "--yes"]));
    (service, run)
}

/// The same for every read of the rules.
async fn list_answers(answer: impl Fn() -> ResponseTemplate + Send + Sync + 'static) -> (Service, String) {
    let service =
        Service::new(Workspace::default(), move |request| is(request, "GET", "alertRules").then(&answer))
            .await;
    let run = shown(&service.run(&["apply", "--yes"]));
    (service, run)
}

#[tokio::test]
async fn a_query_that_the_service_refuses_is_unwrapped_and_named_at_its_file() {
    let inner = json!({ "error": {
        "message": "The request had some invalid properties", "code": "BadArgumentError",
        "innererror": { "code": "SemanticError", "message": "A semantic error occurred.", "innererror": {
            "code": "SEM0100",
            "message": "'where' operator: Failed to resolve scalar expression named 'EventIDD'" } } } });
    let message = format!("FailedToResolveScalarExpression; Message: {inner}");
    let (service, run) = put_answers(move || error(400, "BadRequest", &message)).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: FailedToResolveScalarExpression: SEM0100: 'where' operator: Failed to resolve scalar expression named 'EventIDD' (status 400, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 1);
}

#[tokio::test]
async fn one_refused_rule_does_not_stop_the_others() {
    let rule = format!("alertRules/{RULE_ID}");
    let service = Service::new(Workspace::default(), move |request| {
        is(request, "PUT", &rule).then(|| {
            error(
                400,
                "BadRequest",
                "Failed to run the analytics rule query. One of the tables does not exist.",
            )
        })
    })
    .await;
    service.folder.write("rules/z.yaml", RULE.replace("5f0d5a5c", "7f0d5a5c").replace("Process c", "C"));
    service
        .folder
        .write("rules/a.yaml", RULE.replace("5f0d5a5c", "6f0d5a5c").replace("Process c", "Later c"));
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 6f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Later creation (rules/a.yaml:2)
    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)
    + create analytics rule 7f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Creation (rules/z.yaml:2)

    Plan: 3 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 2 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: BadRequest: Failed to run the analytics rule query. One of the tables does not exist. (status 400, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 3);
}

#[tokio::test]
async fn a_token_that_is_not_taken_ends_with_4() {
    let (service, run) =
        list_answers(|| error(401, "InvalidAuthenticationToken", "The access token is invalid.")).await;
    assert_snapshot!(run, @r"
    exit 4
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: InvalidAuthenticationToken: The access token is invalid. (status 401, correlation id c0ffee00-0000-4000-8000-000000000001)
    help: sign in with `az login`, or choose another way with --auth; plan --help lists them
    ");
    assert_eq!(service.writes().await, [""; 0]);
}

#[tokio::test]
async fn a_token_that_is_not_taken_for_a_write_is_told_with_the_rule() {
    let (_, run) = put_answers(|| {
        error(
            401,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time '1' is earlier than current UTC time '2'.",
        )
    })
    .await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: ExpiredAuthenticationToken: The access token expiry UTC time '1' is earlier than current UTC time '2'. (status 401, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
}

#[tokio::test]
async fn a_missing_permission_is_told_in_the_words_of_the_service() {
    let (_, run) = put_answers(|| {
        error(403, "AuthorizationFailed", "The client 'a' with object id 'b' does not have authorization to perform \
            action 'Microsoft.SecurityInsights/alertRules/write' over scope '/subscriptions/x' or the scope is invalid. \
            If access was recently granted, please refresh your credentials.")
    })
    .await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: AuthorizationFailed: The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.SecurityInsights/alertRules/write' over scope '/subscriptions/x' or the scope is invalid. If access was recently granted, please refresh your credentials. (status 403, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
}

#[tokio::test]
async fn a_workspace_that_does_not_exist_is_no_empty_workspace() {
    let service = Service::new(Workspace::default(), |request| {
        (request.method.as_str() == "GET").then(|| {
            error(
                404,
                "ResourceNotFound",
                "The Resource 'Microsoft.OperationalInsights/workspaces/law-sentinel' under \
                resource group 'rg-sentinel' was not found.",
            )
        })
    })
    .await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: ResourceNotFound: The Resource 'Microsoft.OperationalInsights/workspaces/law-sentinel' under resource group 'rg-sentinel' was not found. (status 404, correlation id c0ffee00-0000-4000-8000-000000000001)
    help: look at subscription, resource-group and workspace in bartizan.toml
    ");
    assert_eq!(service.writes().await, [""; 0]);
}

#[tokio::test]
async fn a_newer_rule_is_a_conflict_and_not_overwritten() {
    let (service, run) = put_answers(|| {
        error(
            409,
            "Conflict",
            "Newer instance of rule 'x' exists for workspace 'w' (Etag does not match). Data was not saved.",
        )
    })
    .await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 in conflict
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) was changed by someone else after the plan was made; plan again to see how: Conflict: Newer instance of rule 'x' exists for workspace 'w' (Etag does not match). Data was not saved. (status 409, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 1);
    let (service, run) = put_answers(|| error(412, "PreconditionFailed", "The etag does not match.")).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 in conflict
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) was changed by someone else after the plan was made; plan again to see how: PreconditionFailed: The etag does not match. (status 412, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 1);
}

#[tokio::test]
async fn a_throttled_write_is_sent_again_after_its_wait() {
    let tries = AtomicUsize::new(0);
    let rule = format!("alertRules/{RULE_ID}");
    let service = Service::new(Workspace::default(), move |request| {
        (is(request, "PUT", &rule) && tries.fetch_add(1, Ordering::SeqCst) < 2).then(|| throttled("write"))
    })
    .await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 0
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 1 created, 0 updated, 0 deleted, 0 unchanged
    --- stderr
    ");
    assert_eq!(service.writes().await.len(), 3);
}

fn throttled(class: &str) -> ResponseTemplate {
    let message = format!(
        "Number of '{class}' requests for subscription 's' actor 'a' exceeded. Please try again after '0' seconds."
    );
    error(429, "SubscriptionRequestsThrottled", &message).insert_header("retry-after", "0")
}

#[tokio::test]
async fn a_service_that_never_stops_throttling_is_given_up() {
    let (service, run) = put_answers(|| throttled("write")).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: SubscriptionRequestsThrottled: Number of 'write' requests for subscription 's' actor 'a' exceeded. Please try again after '0' seconds. (status 429, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 6);
    let (service, run) = list_answers(|| throttled("read")).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: SubscriptionRequestsThrottled: Number of 'read' requests for subscription 's' actor 'a' exceeded. Please try again after '0' seconds. (status 429, correlation id c0ffee00-0000-4000-8000-000000000001)
    ");
    assert_eq!(service.writes().await, [""; 0]);
}

#[tokio::test]
async fn a_read_that_fails_once_is_read_again() {
    let tries = AtomicUsize::new(0);
    let service = Service::new(Workspace::default(), move |request| {
        (is(request, "GET", "alertRules") && tries.fetch_add(1, Ordering::SeqCst) == 0)
            .then(|| error(500, "InternalServerError", "Internal server error"))
    })
    .await;
    service.run(&["apply", "--yes"]).expect(0);
    assert_eq!(service.writes().await.len(), 1);
}

#[tokio::test]
async fn a_workspace_that_cannot_be_read_is_not_written() {
    let (service, run) =
        list_answers(|| error(503, "ServerBusy", "The server is busy.").insert_header("retry-after", "0"))
            .await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: ServerBusy: The server is busy. (status 503, correlation id c0ffee00-0000-4000-8000-000000000001)
    ");
    assert_eq!(service.writes().await, [""; 0]);
}

/// A service that fails on the first writes of the rule, and shows this rule from then on.
async fn put_fails(times: usize, then: Option<Value>) -> Service {
    let tries = AtomicUsize::new(0);
    let rule = format!("alertRules/{RULE_ID}");
    Service::new(Workspace::default(), move |request: &Request| {
        if is(request, "PUT", &rule) && tries.fetch_add(1, Ordering::SeqCst) < times {
            return Some(error(500, "InternalServerError", "Internal server error"));
        }
        let read = is(request, "GET", &rule);
        then.as_ref().filter(|_| read).map(|then| ResponseTemplate::new(200).set_body_json(then))
    })
    .await
}

#[tokio::test]
async fn a_write_without_an_answer_is_read_back_and_not_repeated_when_it_took_effect() {
    let probe = Service::new(Workspace::default(), |_| None).await;
    probe.run(&["apply", "--yes"]).expect(0);
    let sent = probe.requests().await.into_iter().find(|request| request.method.as_str() == "PUT").unwrap();
    let mut stored: Value = sent.body_json().unwrap();
    stored["name"] = json!(RULE_ID);
    stored["etag"] = json!("\"new\"");

    let service = put_fails(usize::MAX, Some(stored.clone())).await;
    let run = service.run(&["apply", "--yes"]).expect(0);
    assert!(run.stdout.contains("1 created"), "{}", run.stdout);
    assert_eq!(service.writes().await.len(), 1);

    // Someone else made another rule of this id in the same moment.
    stored["properties"]["severity"] = json!("High");
    let service = put_fails(usize::MAX, Some(stored)).await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: it is unknown whether this took effect: InternalServerError: Internal server error (status 500, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 1);
}

#[tokio::test]
async fn a_write_that_took_no_effect_is_sent_again_a_few_times() {
    let service = put_fails(2, None).await;
    service.run(&["apply", "--yes"]).expect(0);
    assert_eq!(service.writes().await.len(), 3);
    let service = put_fails(usize::MAX, None).await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: it is unknown whether this took effect: InternalServerError: Internal server error (status 500, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
    assert_eq!(service.writes().await.len(), 3);
}

#[tokio::test]
async fn a_write_that_can_not_be_read_back_stays_a_write_of_unknown_outcome() {
    let rule = format!("alertRules/{RULE_ID}");
    let service = Service::new(Workspace::default(), move |request: &Request| {
        if is(request, "PUT", &rule) {
            return Some(error(500, "InternalServerError", "Internal server error"));
        }
        is(request, "GET", &rule).then(|| error(403, "AuthorizationFailed", "The client may not read."))
    })
    .await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a)

    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Plan: 1 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 0 created, 0 updated, 0 deleted, 0 unchanged, 1 failed
    --- stderr
    error: analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01 (Process creation) failed: it is unknown whether this took effect: InternalServerError: Internal server error (status 500, correlation id c0ffee00-0000-4000-8000-000000000001)
      at rules/process.yaml:2
      PUT /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
    ");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_answer() {
    let page = || ResponseTemplate::new(200).set_body_raw("<html>Sign in</html>", "text/html");
    let (service, run) = list_answers(page).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: the response (status 200) is not JSON: expected value at line 1 column 1
    ");
    assert_eq!(service.writes().await, [""; 0]);
    let (_, run) =
        list_answers(|| ResponseTemplate::new(407).set_body_raw("<html>Sign in</html>", "text/html")).await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: the response is a web page, not JSON (20 bytes) (status 407)
    ");
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_no_answer() {
    let (service, run) =
        list_answers(|| ResponseTemplate::new(200).set_body_raw("{\"value\":[{\"na", "application/json"))
            .await;
    assert_snapshot!(run, @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: the response (status 200) is not JSON: EOF while parsing a string at line 1 column 14
    ");
    assert_eq!(service.writes().await, [""; 0]);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named() {
    let service = Service::new(Workspace::default(), |_| None).await;
    // A port that is taken and on which nobody listens.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let run = service.folder.run(&["apply", "--yes", "--endpoint", &format!("http://{address}")]);
    assert_snapshot!(shown(&run).replace(&address.port().to_string(), "PORT"), @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: nothing listens at 127.0.0.1:PORT; start it with `bartizan emulator --listen 127.0.0.1:PORT`
    ");
}
