//! What a 429 does, in virtual time.

use bartizan::resource::Kind;
use std::time::Duration;

use bartizan::azure::{Credential, ErrorKind, MAX_RETRIES, MAX_WAIT};
use bartizan::operation::WorkspaceId;
use serde_json::json;
use tokio::time::Instant;

use super::{Service, TOKEN, json, json_with, workspace};

#[tokio::test(start_paused = true)]
async fn a_429_stops_every_worker_of_the_client_until_its_wait_has_passed() {
    let service = Service::new(|seen| match seen.index {
        0 => json_with(429, &[("retry-after", "17")], &json!({})),
        _ => json(200, &json!({})),
    });
    let client = service.client();
    let start = Instant::now();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.put(Kind::AlertRule, "first", &json!({})).await }
    });
    while service.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let others = (0..8).map(|n| {
        let client = client.clone();
        tokio::spawn(async move { client.get(Kind::AlertRule, &format!("other-{n}")).await })
    });
    for other in others.collect::<Vec<_>>() {
        other.await.unwrap().unwrap();
    }
    first.await.unwrap().unwrap();
    let seen = service.seen();
    assert_eq!(seen.len(), 10);
    for request in &seen[1..] {
        assert!(
            request.at - start >= Duration::from_secs(17),
            "{} after {:?}",
            request.path,
            request.at - start
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_throttled_is_sent_again_with_the_same_body() {
    let service = Service::new(|seen| match seen.index {
        0 => json_with(429, &[("retry-after", "3")], &json!({})),
        _ => json(200, &json!({})),
    });
    service.client().put(Kind::AlertRule, "r1", &json!({"kind": "NRT"})).await.unwrap();
    let seen = service.seen();
    assert_eq!([seen[0].json(), seen[1].json()], [json!({"kind": "NRT"}), json!({"kind": "NRT"})]);
    assert_eq!((seen[1].at - seen[0].at).as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_capped_and_retries_end() {
    let service = Service::new(|_| {
        json_with(
            429,
            &[("retry-after", "86400")],
            &json!({"error": {"code": "SubscriptionRequestsThrottled", "message": "Number of 'read' requests exceeded."}}),
        )
    });
    let start = Instant::now();
    let error = service.client().resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    assert_eq!(service.calls().len(), 1 + MAX_RETRIES as usize);
    let most = MAX_WAIT * MAX_RETRIES + Duration::from_secs(1);
    assert!(start.elapsed() <= most, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn writes_slow_down_when_few_are_left() {
    let service = Service::new(|_| {
        json_with(200, &[("x-ms-ratelimit-remaining-subscription-writes", "3")], &json!({}))
    });
    let client = service.client();
    for n in 0..6 {
        client.put(Kind::AlertRule, &format!("r{n}"), &json!({})).await.unwrap();
    }
    let seen = service.seen();
    let gaps: Vec<_> = seen.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    // The first pair is sent before the client has counted on it.
    assert_eq!(gaps, [0, 200, 200, 200, 200]);
}

/// Another workspace of the same subscription, whose id is written in capitals.
fn neighbour() -> WorkspaceId {
    WorkspaceId::new("00000000-0000-0000-0000-00000000000A", "rg-other", "law-other").unwrap()
}

/// A workspace of another subscription.
fn stranger() -> WorkspaceId {
    WorkspaceId::new("00000000-0000-0000-0000-00000000000b", "rg-sentinel", "law-sentinel").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_the_clients_of_the_same_identity_in_the_same_subscription_and_no_others() {
    for (same_identity, workspace, held) in [
        (true, workspace(), true),
        (true, neighbour(), true),
        (true, stranger(), false),
        (false, workspace(), false),
    ] {
        let service = Service::new(|seen| match seen.index {
            0 => json_with(429, &[("retry-after", "17")], &json!({})),
            _ => json(200, &json!({})),
        });
        let identity = Credential::fixed(TOKEN);
        let credential = if same_identity { identity.clone() } else { Credential::fixed(TOKEN) };
        let throttled = service.client_with(&identity);
        let other = service.client_of(workspace.clone(), &credential);
        let first = tokio::spawn(async move { throttled.put(Kind::AlertRule, "first", &json!({})).await });
        while service.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        let start = Instant::now();
        other.get(Kind::AlertRule, "other").await.unwrap();
        assert_eq!(start.elapsed().as_secs(), if held { 17 } else { 0 }, "{workspace} {same_identity}");
        first.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn clients_of_the_same_identity_share_what_is_left_in_a_subscription() {
    let service = Service::new(|_| {
        json_with(200, &[("x-ms-ratelimit-remaining-subscription-writes", "3")], &json!({}))
    });
    let identity = Credential::fixed(TOKEN);
    let clients = [workspace(), neighbour(), stranger()].map(|one| service.client_of(one, &identity));
    // The third knows nothing of what the first two spend.
    for client in [&clients[0], &clients[1], &clients[0], &clients[2], &clients[1]] {
        client.put(Kind::AlertRule, "r", &json!({})).await.unwrap();
    }
    let seen = service.seen();
    let gaps: Vec<_> = seen.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    assert_eq!(gaps, [0, 200, 0, 200]);
}
