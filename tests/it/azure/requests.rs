//! The exact requests, over a real connection.

use bartizan::resource::Kind;
use bartizan::{
    azure::{Client, ClientOptions, Credential, Endpoint},
    operation::{Cloud, PREVIEW_API_VERSION},
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, body_json, header, method, path, query_param},
};

use super::{TOKEN, WORKSPACE, log, sentinel, workspace};

async fn client(server: &MockServer, api_version: Option<&str>) -> Client {
    log::install();
    let endpoint = Endpoint::parse(&server.uri(), Cloud::Public).unwrap();
    let options = ClientOptions { api_version: api_version.map(str::to_owned), transport: None };
    Client::new(workspace(), endpoint, &Credential::fixed(TOKEN), options).unwrap()
}

/// The one request that came: method, path with query, body, and the headers that are ours.
async fn only_request(server: &MockServer) -> (String, Value, Vec<(String, String)>) {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    let line =
        format!("{} {}?{}", request.method, request.url.path(), request.url.query().unwrap_or_default());
    let body =
        if request.body.is_empty() { Value::Null } else { serde_json::from_slice(&request.body).unwrap() };
    let ours = ["accept", "authorization", "content-type", "user-agent"];
    let headers = ours
        .iter()
        .filter_map(|name| {
            Some(((*name).to_owned(), request.headers.get(*name)?.to_str().unwrap().to_owned()))
        })
        .collect();
    (line, body, headers)
}

fn headers(with_body: bool) -> Vec<(String, String)> {
    [
        ("accept", "application/json"),
        ("authorization", "Bearer the-token-of-this-test"),
        ("content-type", "application/json"),
        ("user-agent", concat!("bartizan/", env!("CARGO_PKG_VERSION"))),
    ]
    .into_iter()
    .filter(|(name, _)| with_body || *name != "content-type")
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

async fn answering(status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    server
}

#[tokio::test]
async fn a_rule_is_put_as_it_is() {
    let server = answering(201, json!({"name": "r1", "etag": "\"1\""})).await;
    let rule = json!({"kind": "Scheduled", "etag": "\"0\"", "properties": {"displayName": "Ü \"quoted\"", "triggerThreshold": 0}});
    let stored = client(&server, None).await.put(Kind::AlertRule, "r1", &rule).await.unwrap();
    assert_eq!(stored, json!({"name": "r1", "etag": "\"1\""}));
    assert_eq!(
        only_request(&server).await,
        (format!("PUT {}?api-version=2025-09-01", sentinel("alertRules/r1")), rule, headers(true))
    );
}

#[tokio::test]
async fn a_preview_version_goes_with_every_sentinel_operation() {
    let server = answering(200, json!({"value": []})).await;
    let client = client(&server, Some(PREVIEW_API_VERSION)).await;
    client.resources(Kind::AlertRule).await.unwrap();
    client.put(Kind::AlertRule, "r1", &json!({})).await.unwrap();
    client.delete(Kind::AlertRule, "r1").await.unwrap();
    client.resources(Kind::Watchlist).await.unwrap();
    client.list_tables().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let versions: Vec<_> = requests.iter().map(|request| request.url.query().unwrap_or_default()).collect();
    let preview = "api-version=2025-10-01-preview";
    assert_eq!(versions, [preview, preview, preview, preview, "api-version=2023-09-01"]);
}

#[tokio::test]
async fn a_rule_is_deleted() {
    let server = answering(200, json!({})).await;
    client(&server, None).await.delete(Kind::AlertRule, "a b/c").await.unwrap();
    assert_eq!(
        only_request(&server).await,
        (
            format!("DELETE {}?api-version=2025-09-01", sentinel("alertRules/a%20b%2Fc")),
            Value::Null,
            headers(false)
        )
    );
}

#[tokio::test]
async fn a_watchlist_is_put_as_it_is() {
    let server = answering(200, json!({"name": "VIPs", "properties": {"watchlistAlias": "VIPs"}})).await;
    let watchlist = json!({"properties": {"displayName": "VIPs", "provider": "Bartizan", "source": "vips.csv",
        "sourceType": "Local", "itemsSearchKey": "Account", "rawContent": "Account,Note\r\na,\"b, c\"\r\n",
        "contentType": "text/csv", "numberOfLinesToSkip": 0}});
    client(&server, None).await.put(Kind::Watchlist, "VIPs", &watchlist).await.unwrap();
    assert_eq!(
        only_request(&server).await,
        (format!("PUT {}?api-version=2025-09-01", sentinel("watchlists/VIPs")), watchlist, headers(true))
    );
}

#[tokio::test]
async fn an_item_is_put_and_deleted() {
    let item = "6d37a904-0000-4000-8000-000000000000";
    let body = json!({"properties": {"itemsKeyValue": {"Account": "a"}}});
    let server = MockServer::start().await;
    let at = sentinel(&format!("watchlists/VIPs/watchlistItems/{item}"));
    Mock::given(method("PUT"))
        .and(path(&at))
        .and(query_param("api-version", "2025-09-01"))
        .and(header("content-type", "application/json"))
        .and(body_json(&body))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"name": item})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("DELETE"))
        .and(path(&at))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&server, None).await;
    assert_eq!(client.put_row(Kind::Watchlist, "VIPs", item, &body).await.unwrap(), json!({"name": item}));
    client.delete_row(Kind::Watchlist, "VIPs", item).await.unwrap();
}

#[tokio::test]
async fn the_workspace_is_read_from_log_analytics() {
    let server = answering(200, json!({"name": "law-sentinel"})).await;
    let found = client(&server, None).await.get_workspace().await.unwrap();
    assert_eq!(found, Some(json!({"name": "law-sentinel"})));
    let (line, ..) = only_request(&server).await;
    assert_eq!(line, format!("GET {WORKSPACE}?api-version=2023-09-01"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering(200, json!({"value": []})).await;
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(307).insert_header("location", elsewhere.uri()))
        .mount(&server)
        .await;
    let error = client(&server, None).await.resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!(error.kind(), bartizan::azure::ErrorKind::Protocol);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_of_dots_does_not_become_another_resource() {
    let server = answering(200, json!({})).await;
    let client = client(&server, None).await;
    for name in [".", ".."] {
        let error = client.delete(Kind::AlertRule, name).await.unwrap_err();
        assert_eq!(error.kind(), bartizan::azure::ErrorKind::Endpoint, "{name}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_emulator_that_does_not_run_is_named_at_once() {
    // A port that is taken and on which nobody listens.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let endpoint = Endpoint::parse(&format!("http://{address}"), Cloud::Public).unwrap();
    let client =
        Client::new(workspace(), endpoint, &Credential::fixed(TOKEN), ClientOptions::default()).unwrap();
    for error in [
        client.resources(Kind::AlertRule).await.unwrap_err(),
        client.put(Kind::AlertRule, "r1", &json!({})).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), bartizan::azure::ErrorKind::Unavailable);
        assert_eq!(
            error.message(),
            format!("nothing listens at {address}; start it with `bartizan emulator --listen {address}`")
        );
    }
}
