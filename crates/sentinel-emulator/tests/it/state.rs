//! The state as a file.

use sentinel_emulator::{Emulator, Options, State};
use serde_json::json;

use crate::service::{Service, scheduled, watchlist, with};

async fn fill(service: &Service) {
    service.put("alertRules/b", scheduled()).await.expect(201);
    service.put("alertRules/a", with(scheduled(), json!({ "displayName": "Other" }))).await.expect(201);
    service.put("alertRules/gone", scheduled()).await.expect(201);
    service.delete("alertRules/gone").await.expect(200);
    let list = with(watchlist(), json!({ "rawContent": "ip,note\n1.1.1.1,a\n2.2.2.2,b\n" }));
    service.put("watchlists/list", list).await.expect(201);
    let metadata = json!({ "properties": { "parentId": "/p", "kind": "AnalyticsRule" } });
    service.put("metadata/m", metadata).await.expect(201);
}

#[tokio::test]
async fn a_state_survives_a_file() {
    let service = Service::new();
    fill(&service).await;
    let text = service.emulator.state().to_json().unwrap();
    let state = State::from_json(&text).unwrap();
    assert_eq!(state, service.emulator.state());
    let options = Options { clock: std::sync::Arc::new(service.clock.clone()), ..Options::default() };
    let again = Service { emulator: Emulator::with_state(options, state), ..Service::new() };
    for resource in ["alertRules", "watchlists/list", "watchlists/list/watchlistItems", "metadata"] {
        assert_eq!(service.get(resource).await.body, again.get(resource).await.body, "{resource}");
    }
    again.put("alertRules/gone", scheduled()).await.expect(400);
    let etag = again.put("alertRules/c", scheduled()).await.expect(201).body["etag"].clone();
    assert!(!text.contains(etag.as_str().unwrap().trim_matches('"')), "etags are not made twice");
}

#[tokio::test]
async fn the_same_requests_make_the_same_file() {
    let (one, other) = (Service::new(), Service::new());
    fill(&one).await;
    fill(&other).await;
    assert_eq!(one.emulator.state().to_json().unwrap(), other.emulator.state().to_json().unwrap());
}

#[test]
fn what_is_no_state_is_an_error() {
    for text in [
        "",
        "x",
        "[]",
        "[1, 2]",
        "{}",
        r#"{"format_version":2}"#,
        r#"{"format_version":"1"}"#,
        r#"{"format_version":1,"workspaces":[]}"#,
        r#"{"format_version":1,"workspaces":{"a":{}}}"#,
        r#"{"format_version":1,"operations":{"a":{"path":"p","started":"x","ends":"y"}}}"#,
    ] {
        let error = State::from_json(text).unwrap_err();
        assert!(error.to_string().starts_with("the emulator's state cannot be read: "), "{error}");
    }
    assert_eq!(State::from_json(r#"{"format_version":1}"#).unwrap(), State::default());
    let newer = State::from_json(r#"{"format_version":2}"#).unwrap_err();
    assert!(newer.to_string().contains("format_version is 2, this emulator reads 1"), "{newer}");
}

#[tokio::test]
async fn the_revision_is_another_one_after_each_change() {
    let service = Service::new();
    let mut before = service.emulator.revision();
    let mut changed = |service: &Service| {
        let now = service.emulator.revision();
        std::mem::replace(&mut before, now) != now
    };
    service.get("alertRules").await.expect(200);
    assert!(changed(&service), "the first request makes the workspace");
    service.get("alertRules").await.expect(200);
    assert!(!changed(&service));
    service.put("alertRules/a", scheduled()).await.expect(201);
    assert!(changed(&service));
    service.delete("alertRules/a").await.expect(200);
    assert!(changed(&service));
}
