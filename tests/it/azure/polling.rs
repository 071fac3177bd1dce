//! Long-running operations on watchlists, in virtual time.

use std::time::Duration;

use bartizan::azure::{ErrorKind, LONGEST_OPERATION};
use bartizan::resource::Kind;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{ORIGIN, Seen, Service, empty, json, json_with, sentinel};

const STATUS: &str = "/subscriptions/s/providers/Microsoft.SecurityInsights/watchlists/w/watchlistStatuses/1";

fn watchlist(state: &str) -> Value {
    json!({"name": "w", "properties": {"watchlistAlias": "w", "provisioningState": state}})
}

fn body() -> Value {
    json!({"properties": {"rawContent": "a\r\n1\r\n"}})
}

fn accepted(seen: &Seen, status: u16, retry_after: &str) -> axum::http::Response<axum::body::Body> {
    assert_ne!(seen.method, "GET");
    let url = format!("{ORIGIN}{STATUS}?api-version=2025-09-01");
    let headers = [("azure-asyncoperation", url.as_str()), ("retry-after", retry_after)];
    json_with(status, &headers, &watchlist("InProgress"))
}

#[tokio::test(start_paused = true)]
async fn a_put_follows_the_status_document_and_then_reads_the_watchlist() {
    let service = Service::new(|seen| match (seen.index, seen.path.as_str()) {
        (0, _) => accepted(seen, 201, "5"),
        (1, STATUS) => json_with(200, &[("retry-after", "7")], &json!({"status": "InProgress"})),
        (2, STATUS) => json(200, &json!({"status": "Succeeded"})),
        _ => json(200, &watchlist("Succeeded")),
    });
    let start = Instant::now();
    let stored = service.client().put(Kind::Watchlist, "w", &body()).await.unwrap();
    assert_eq!(stored, watchlist("Succeeded"));
    let status = format!("GET {STATUS}");
    assert_eq!(service.calls(), ["PUT watchlists/w", &status, &status, "GET watchlists/w"]);
    assert_eq!(start.elapsed().as_secs(), 12);
}

#[tokio::test(start_paused = true)]
async fn where_no_time_is_named_the_first_look_is_at_once_and_the_next_ones_are_further_apart() {
    let url = format!("{ORIGIN}{STATUS}?api-version=2025-09-01");
    let service = Service::new(move |seen| match (seen.index, seen.path.as_str()) {
        (0, _) => json_with(201, &[("azure-asyncoperation", &url)], &watchlist("InProgress")),
        (1..=6, STATUS) => json(200, &json!({"status": "InProgress"})),
        (_, STATUS) => json(200, &json!({"status": "Succeeded"})),
        _ => json(200, &watchlist("Succeeded")),
    });
    service.client().put(Kind::Watchlist, "w", &body()).await.unwrap();
    let seen = service.seen();
    let waits: Vec<_> = seen.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    assert_eq!(waits, [0, 250, 500, 1_000, 2_000, 2_000, 2_000, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_put_without_a_status_document_waits_for_the_provisioning_state() {
    let service = Service::new(|seen| match seen.index {
        0 => json(201, &watchlist("New")),
        1 => json(200, &watchlist("Uploading")),
        _ => json(200, &watchlist("Succeeded")),
    });
    assert_eq!(service.client().put(Kind::Watchlist, "w", &body()).await.unwrap(), watchlist("Succeeded"));
    assert_eq!(service.calls(), ["PUT watchlists/w", "GET watchlists/w", "GET watchlists/w"]);
}

#[tokio::test(start_paused = true)]
async fn an_older_service_that_answers_at_once_is_not_asked_again() {
    let service = Service::new(|_| json(200, &json!({"name": "w", "properties": {"uploadStatus": "New"}})));
    service.client().put(Kind::Watchlist, "w", &body()).await.unwrap();
    assert_eq!(service.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_watchlist_that_cannot_be_read_at_once_is_read_again() {
    let service = Service::new(|seen| match seen.index {
        0 => accepted(seen, 201, "1"),
        1 => json(200, &json!({"status": "Succeeded"})),
        2 => json(404, &json!({"error": {"code": "404", "message": "Resource 'w' does not exist"}})),
        _ => json(200, &watchlist("Succeeded")),
    });
    service.client().put(Kind::Watchlist, "w", &body()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_gives_its_own_error() {
    let service = Service::new(|seen| match seen.index {
        0 => accepted(seen, 201, "1"),
        _ => json(
            200,
            &json!({"status": "Failed", "error": {"code": "400", "message": "Invalid csv content : no watchlist items found"}}),
        ),
    });
    let error = service.client().put(Kind::Watchlist, "w", &body()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(
        (error.code(), error.message()),
        (Some("400"), "Invalid csv content : no watchlist items found")
    );
    assert_eq!(error.operation(), Some(format!("PUT {}", sentinel("watchlists/w")).as_str()));

    let service = Service::new(|_| json(200, &watchlist("Failed")));
    let error = service.client().put(Kind::Watchlist, "w", &body()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.message().contains("`Failed`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_never_ends_has_an_unknown_outcome() {
    let service = Service::new(|seen| match seen.index {
        0 => accepted(seen, 201, "86400"),
        _ => json(200, &json!({"status": "InProgress"})),
    });
    let start = Instant::now();
    let error = service.client().put(Kind::Watchlist, "w", &body()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    assert!(start.elapsed() <= LONGEST_OPERATION);
    // A wait that is longer than useful is cut short.
    let seen = service.seen();
    assert_eq!(seen[1].at - seen[0].at, Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_status_that_cannot_be_read_leaves_the_outcome_unknown() {
    let service = Service::new(|seen| match seen.index {
        0 => accepted(seen, 201, "1"),
        _ => json(400, &json!({"error": {"code": "X", "message": "no"}})),
    });
    let error = service.client().put(Kind::Watchlist, "w", &body()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
}

#[tokio::test(start_paused = true)]
async fn a_status_at_another_host_gets_no_token_and_the_watchlist_is_asked_instead() {
    let service = Service::new(|seen| match seen.index {
        0 => json_with(201, &[("azure-asyncoperation", "https://example.org/1")], &watchlist("InProgress")),
        _ => json(200, &watchlist("Succeeded")),
    });
    service.client().put(Kind::Watchlist, "w", &body()).await.unwrap();
    assert!(service.seen().iter().all(|seen| seen.host == "management.azure.com"));
}

#[tokio::test(start_paused = true)]
async fn a_delete_waits_until_the_operation_has_ended() {
    let service = Service::new(|seen| match seen.index {
        0 => accepted(seen, 202, "3"),
        1 => json(200, &json!({"status": "Deleting"})),
        _ => json(200, &json!({"status": "Succeeded"})),
    });
    let start = Instant::now();
    service.client().delete(Kind::Watchlist, "w").await.unwrap();
    assert_eq!(service.calls().len(), 3);
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_delete_without_a_status_document_waits_until_the_watchlist_is_gone() {
    let service = Service::new(|seen| match seen.index {
        0 => empty(202),
        1 => json(200, &watchlist("Deleting")),
        _ => json(404, &json!({"error": {"code": "404", "message": "Resource 'w' does not exist"}})),
    });
    service.client().delete(Kind::Watchlist, "w").await.unwrap();
    assert_eq!(service.calls(), ["DELETE watchlists/w", "GET watchlists/w", "GET watchlists/w"]);
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_is_done_at_once_is_done() {
    for status in [200, 204] {
        let service = Service::new(move |_| empty(status));
        service.client().delete(Kind::Watchlist, "w").await.unwrap();
        assert_eq!(service.calls().len(), 1, "{status}");
    }
}
