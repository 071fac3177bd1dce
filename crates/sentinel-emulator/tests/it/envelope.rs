//! What surrounds every resource: authentication, versions, headers, pages, throttling, permission, faults.

use axum::body::Body;
use axum::http::Request;
use insta::assert_json_snapshot;
use jiff::SignedDuration;
use sentinel_emulator::{Bucket, Fault, FaultAction, Throttling};
use serde_json::{Value, json};

use crate::service::{HOST, STABLE, Service, WORKSPACE, scheduled, watchlist, with};

fn rules_uri(query: &str) -> String {
    format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules{query}")
}

#[tokio::test]
async fn a_request_needs_a_bearer_token() {
    let service = Service::new();
    let uri = rules_uri("?api-version=2025-09-01");
    let missing = service.send(Request::get(&uri).body(Body::empty()).unwrap()).await.expect(401);
    assert_json_snapshot!(missing.body, @r#"
    {
      "error": {
        "code": "AuthenticationFailed",
        "message": "Authentication failed. The 'Authorization' header is missing."
      }
    }
    "#);
    for value in ["Bearer ", "Bearer", "Basic abc", ""] {
        let request = Request::get(&uri).header("authorization", value).body(Body::empty()).unwrap();
        let refused = service.send(request).await.expect(401);
        assert_eq!(refused.code(), "InvalidAuthenticationToken");
    }
}

#[tokio::test]
async fn the_token_endpoint_gives_any_client_a_token() {
    let service = Service::new();
    let ask = async |form: &str| {
        let request = Request::post("https://login.microsoftonline.com/tenant/oauth2/v2.0/token");
        service.send(request.body(Body::from(form.to_owned())).unwrap()).await
    };
    let common =
        "grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    for proof in ["client_secret=s", "client_assertion=a&client_assertion_type=t"] {
        let token = ask(&format!("{common}&{proof}")).await.expect(200);
        assert_eq!(token.body["token_type"], "Bearer");
        assert!(token.body["access_token"].is_string() && token.body["expires_in"].is_number());
    }
    for bad in [common, "client_id=c&scope=s", "grant_type=password&client_id=c&scope=s&client_secret=s", ""]
    {
        let refused = ask(bad).await.expect(400);
        assert!(refused.body["error_description"].as_str().unwrap().starts_with("AADSTS"), "{bad}");
    }
}

#[tokio::test]
async fn the_api_version_is_required_well_formed_and_served() {
    let service = Service::new();
    for (query, status, code) in [
        ("", 400, "MissingApiVersionParameter"),
        ("?api-version=", 400, "MissingApiVersionParameter"),
        ("?api-version=latest", 400, "InvalidApiVersionParameter"),
        ("?api-version=2025-9-1", 400, "InvalidApiVersionParameter"),
        ("?api-version=2019-01-01", 400, "NoRegisteredProviderFound"),
        ("?api-version=2023-09-01", 400, "NoRegisteredProviderFound"),
        ("?api-version=2025-12-01", 200, ""),
        ("?API-Version=2025-07-01-Preview", 200, ""),
    ] {
        let answer = service.raw("GET", &rules_uri(query), &[], None).await.expect(status);
        assert_eq!(answer.code(), code, "{query}");
    }
    let missing = service.raw("GET", &rules_uri(""), &[], None).await;
    assert_eq!(
        missing.message(),
        "The api-version query parameter (?api-version=) is required for all requests."
    );
    let service = Service::with(|options| {
        options.sentinel_versions.remove("2025-12-01");
    });
    service.raw("GET", &rules_uri("?api-version=2025-12-01"), &[], None).await.expect(400);
}

#[tokio::test]
async fn paths_have_no_case() {
    let service = Service::new();
    service.put("alertRules/Rule", scheduled()).await.expect(201);
    let uri = rules_uri("/rule").to_uppercase().replace("HTTPS://MANAGEMENT.AZURE.COM", HOST);
    let read = service.raw("GET", &format!("{uri}?api-version={STABLE}"), &[], None).await.expect(200);
    assert_eq!(read.body["name"], "Rule");
}

#[tokio::test]
async fn what_does_not_exist_says_so() {
    let service = Service::new();
    for (method, uri, status, code) in [
        (
            "GET",
            format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/nothings?api-version={STABLE}"),
            404,
            "InvalidResourceType",
        ),
        ("GET", format!("{HOST}{WORKSPACE}/nothings?api-version=2023-09-01"), 404, "InvalidResourceType"),
        ("GET", format!("{HOST}/nothing"), 404, "NotFound"),
        ("GET", format!("{HOST}/"), 404, "NotFound"),
        ("POST", rules_uri("?api-version=2025-09-01"), 405, "MethodNotAllowed"),
        ("PATCH", rules_uri("/r?api-version=2025-09-01"), 405, "MethodNotAllowed"),
    ] {
        assert_eq!(service.raw(method, &uri, &[], None).await.expect(status).code(), code, "{uri}");
    }
}

#[tokio::test]
async fn what_the_service_has_and_the_emulator_lacks_says_so() {
    let service = Service::new();
    for (method, path, name) in [
        ("GET", "alertRuleTemplates", "alertRuleTemplates"),
        ("GET", "ALERTRULETEMPLATES/x", "alertRuleTemplates"),
        ("PUT", "automationRules/x", "automationRules"),
        ("GET", "alertRules/r/actions", "alertRules/actions"),
        ("PUT", "alertRules/r/actions/a", "alertRules/actions"),
        ("POST", "alertRules/r/triggerRuleRun", "alertRules/triggerRuleRun"),
        ("GET", "threatIntelligence/main/indicators", "threatIntelligence"),
        ("GET", "incidents", "incidents"),
        ("GET", "dataConnectors", "dataConnectors"),
        ("GET", "contentPackages", "contentPackages"),
        ("DELETE", "sourcecontrols/x", "sourcecontrols"),
    ] {
        let answer = service.call(method, path, None).await.expect(404);
        assert_eq!(answer.code(), "NotEmulated", "{path}");
        let says =
            format!("The emulator does not have 'Microsoft.SecurityInsights/{name}', which the service has.");
        assert!(answer.message().starts_with(&says), "{}", answer.message());
    }
    for path in ["summaryLogs/x", "linkedServices", "api/query"] {
        let uri = format!("{HOST}{WORKSPACE}/{path}?api-version=2025-07-01");
        let answer = service.raw("GET", &uri, &[], None).await.expect(404);
        assert_eq!(answer.code(), "NotEmulated", "{path}");
        assert!(
            answer.message().contains("'Microsoft.OperationalInsights/workspaces/"),
            "{}",
            answer.message()
        );
    }
    // Somebody without a token learns nothing.
    let uri =
        format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/incidents?api-version={STABLE}");
    service.send(Request::get(&uri).body(Body::empty()).unwrap()).await.expect(401);
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_service() {
    let service = Service::new();
    let headers = [("x-ms-client-request-id", "mine"), ("x-ms-return-client-request-id", "true")];
    let answer =
        service.raw("PUT", &rules_uri("/r?api-version=2025-09-01"), &headers, Some(scheduled())).await;
    for (name, value) in [
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("content-type", "application/json; charset=utf-8"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-ms-client-request-id", "mine"),
        ("x-ms-ratelimit-remaining-subscription-writes", "799"),
        ("x-ms-ratelimit-remaining-subscription-global-writes", "11985"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let id = answer.header("x-ms-request-id");
    assert_eq!(id.len(), 36);
    assert_eq!(answer.header("x-ms-correlation-request-id"), id);
    assert_eq!(answer.header("x-ms-routing-request-id"), format!("WESTEUROPE:20260325T074517Z:{id}"));
    let next = service.get("alertRules").await;
    assert_ne!(next.header("x-ms-request-id"), id);
    assert_eq!(next.header("x-ms-client-request-id"), "");
    assert_eq!(next.header("x-ms-ratelimit-remaining-subscription-reads"), "799");
}

/// Follows a list to its end: the names, and how many pages there were.
async fn follow(service: &Service, uri: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut next) = (Vec::new(), 0, Some(uri.to_owned()));
    while let Some(uri) = next {
        let page = service.raw("GET", &uri, &[], None).await.expect(200);
        let value = page.body["value"].as_array().unwrap();
        names.extend(value.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        pages += 1;
        next = page.body["nextLink"].as_str().map(str::to_owned);
    }
    (names, pages)
}

#[tokio::test]
async fn every_list_comes_in_pages_that_link_on() {
    let service = Service::with(|options| options.page_size = Some(2));
    for n in 1..=4 {
        service.put(&format!("alertRules/r {n}").replace(' ', "%20"), scheduled()).await.expect(201);
        service.put(&format!("watchlists/list{n}"), watchlist()).await.expect(201);
        let metadata = json!({ "properties": { "parentId": "/p", "kind": "AnalyticsRule" } });
        service.put(&format!("metadata/m{n}"), metadata).await.expect(201);
    }
    service
        .put("watchlists/list1", with(watchlist(), json!({ "rawContent": "ip\n1\n2\n3\n" })))
        .await
        .expect(200);
    let uri = |list: &str| {
        format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/{list}api-version={STABLE}")
    };
    for (list, count, pages) in [
        ("alertRules?", 5, 3),
        ("watchlists?", 4, 2),
        ("watchlists/list1/watchlistItems?", 3, 2),
        ("metadata?", 4, 2),
        ("metadata?$filter=properties/kind%20eq%20'AnalyticsRule'&$top=3&", 3, 2),
    ] {
        let (mut names, seen) = follow(&service, &uri(list)).await;
        names.sort();
        names.dedup();
        assert_eq!((names.len(), seen), (count, pages), "{list}");
    }
    let tables = format!("{HOST}{WORKSPACE}/tables?api-version=2023-09-01");
    let (names, pages) = follow(&service, &tables).await;
    assert_eq!((names.len(), pages), (sentinel_emulator::Tables::catalogue().count(), 1));
}

#[tokio::test]
async fn a_long_list_comes_in_pages_of_500_unless_asked_otherwise() {
    let rows: String = (0..1_001).map(|n| format!("{n}\n")).collect();
    let list = with(watchlist(), json!({ "rawContent": format!("ip\n{rows}") }));
    for (page_size, pages) in [(Some(Some(1_000)), 2), (Some(None), 1), (None, 3)] {
        let service = Service::with(|options| options.page_size = page_size.unwrap_or(options.page_size));
        service.put("watchlists/list", list.clone()).await.expect(201);
        let uri = format!(
            "{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/watchlists/list/watchlistItems?api-version={STABLE}"
        );
        let (mut names, seen) = follow(&service, &uri).await;
        names.sort();
        names.dedup();
        assert_eq!((names.len(), seen), (1_001, pages), "{page_size:?}");
    }
}

#[tokio::test]
async fn a_resource_that_goes_away_between_pages_shifts_nothing() {
    let service = Service::with(|options| options.page_size = Some(2));
    for n in 1..=4 {
        service.put(&format!("watchlists/list{n}"), watchlist()).await.expect(201);
    }
    let first = service.get("watchlists").await;
    service.delete("watchlists/list1").await.expect(202);
    let rest = service.raw("GET", first.body["nextLink"].as_str().unwrap(), &[], None).await;
    let names: Vec<&Value> = rest.body["value"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["list3", "list4"]);
}

#[tokio::test]
async fn links_begin_with_the_host_of_the_request() {
    let service = Service::with(|options| options.page_size = Some(1));
    service.put("alertRules/r", scheduled()).await.expect(201);
    let list = service.get("alertRules").await;
    assert!(
        list.body["nextLink"].as_str().unwrap().starts_with("https://management.azure.com/subscriptions/")
    );
    let path = rules_uri("?api-version=2025-09-01").replace(HOST, "");
    let list = service.raw("GET", &path, &[("host", "127.0.0.1:8080")], None).await.expect(200);
    assert!(list.body["nextLink"].as_str().unwrap().starts_with("http://127.0.0.1:8080/subscriptions/"));
}

#[tokio::test]
async fn buckets_empty_and_fill_with_the_clock() {
    let bucket = Bucket { size: 2, refill_per_second: 1 };
    let service = Service::with(|options| {
        options.throttling = Some(Throttling { writes: bucket, ..Throttling::default() });
    });
    let first = service.put("alertRules/1", scheduled()).await.expect(201);
    assert_eq!(first.header("x-ms-ratelimit-remaining-subscription-writes"), "1");
    service.put("alertRules/2", scheduled()).await.expect(201);
    let refused = service.put("alertRules/3", scheduled()).await.expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.code(), "SubscriptionRequestsThrottled");
    assert!(refused.message().starts_with(
        "Number of 'write' requests for subscription '00000000-0000-0000-0000-00000000000a' actor '"
    ));
    service.get("alertRules").await.expect(200);
    service.clock.advance(SignedDuration::from_secs(1));
    service.put("alertRules/3", scheduled()).await.expect(201);
    service.put("alertRules/4", scheduled()).await.expect(429);
}

#[tokio::test]
async fn an_action_that_is_denied_is_403() {
    let service = Service::with(|options| {
        options.denied_actions = vec![
            "microsoft.securityinsights/alertrules/write".into(),
            "Microsoft.SecurityInsights/watchlists/*".into(),
        ];
    });
    let refused = service.put("alertRules/r", scheduled()).await.expect(403);
    assert_eq!(refused.code(), "AuthorizationFailed");
    let action = "does not have authorization to perform action 'Microsoft.SecurityInsights/alertRules/write' over scope '";
    assert!(refused.message().contains(action), "{}", refused.message());
    service.get("alertRules").await.expect(200);
    service.get("watchlists").await.expect(403);
    service.get("watchlists/list/watchlistItems").await.expect(403);
}

#[tokio::test]
async fn faults_catch_the_requests_that_match_as_often_as_they_say() {
    let service = Service::new();
    let throttle = FaultAction::Throttle { retry_after_seconds: 7 };
    service.emulator.fault(Fault::next(throttle).method("PUT").path("/ALERTRULES/").times(2));
    service.get("alertRules").await.expect(200);
    for _ in 0..2 {
        let refused = service.put("alertRules/r", scheduled()).await.expect(429);
        assert_eq!(refused.header("retry-after"), "7");
    }
    service.get("alertRules/r").await.expect(404);
    service.put("alertRules/r", scheduled()).await.expect(201);
    let refuse = FaultAction::Refuse { status: 503, code: "ServiceUnavailable".into(), message: "m".into() };
    service.emulator.fault(Fault::next(refuse));
    assert_eq!(service.get("alertRules").await.expect(503).code(), "ServiceUnavailable");
}

#[tokio::test]
async fn a_write_can_be_done_and_fail_nevertheless() {
    let service = Service::new();
    service.emulator.fault(Fault::next(FaultAction::DoThenFail { status: 500 }).method("PUT"));
    service.put("alertRules/r", scheduled()).await.expect(500);
    service.get("alertRules/r").await.expect(200);
}

#[tokio::test]
async fn someone_else_can_save_first() {
    let service = Service::new();
    for resource in ["alertRules/r", "watchlists/list"] {
        let body = if resource.starts_with('a') { scheduled() } else { watchlist() };
        let mut body = body;
        body["etag"] = service.put(resource, body.clone()).await.body["etag"].clone();
        service.emulator.fault(Fault::next(FaultAction::ChangeEtagFirst).method("PUT").path(resource));
        service.put(resource, body).await.expect(409);
    }
    let properties = json!({ "displayName": "AUTO DISABLED A rule", "enabled": false });
    let properties = properties.as_object().unwrap().clone();
    service.emulator.fault(Fault::next(FaultAction::EditFirst { properties }).path("alertRules/r"));
    let read = service.get("alertRules/r").await.expect(200);
    assert_eq!(read.body["properties"]["displayName"], "AUTO DISABLED A rule");
    assert_eq!(read.body["properties"]["enabled"], false);
}

#[tokio::test]
async fn requests_are_remembered_without_their_token() {
    let service = Service::with(|options| options.remembered_requests = 2);
    service.get("alertRules").await;
    service.get("alertRules/x").await;
    service.put("alertRules/r", scheduled()).await;
    let requests = service.emulator.requests();
    assert_eq!(requests.len(), 2);
    let put = &requests[1];
    assert_eq!((put.method.as_str(), put.status), ("PUT", 201));
    assert_eq!(put.query, [("api-version".to_owned(), STABLE.to_owned())]);
    assert_eq!(put.body, Some(scheduled()));
    assert!(put.path.ends_with("/alertRules/r"));
    assert!(!format!("{requests:?}").contains("Bearer"));
    service.emulator.forget_requests();
    assert!(service.emulator.requests().is_empty());
}

#[tokio::test]
async fn content_beyond_the_limit_is_refused() {
    let service = Service::new();
    let body = json!({ "kind": "Scheduled", "padding": "x".repeat(5 * 1024 * 1024) });
    let refused = service.put("alertRules/r", body).await.expect(413);
    assert_eq!(refused.code(), "RequestContentTooLarge");
}

#[tokio::test]
async fn the_emulator_is_served_until_it_is_told_to_stop() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let service = Service::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(sentinel_emulator::serve(listener, service.emulator.clone(), async {
        let _ = stopped.await;
    }));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let path = rules_uri("?api-version=2025-09-01").replace(HOST, "");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("BuiltInFusion"), "{answer}");
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
