//! Watchlists and their items.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use sentinel_emulator::{WatchlistPut, WatchlistWrites};
use serde_json::{Value, json};

use crate::service::{Service, watchlist, with};

pub(crate) fn filled(content: &str) -> Value {
    with(watchlist(), json!({ "rawContent": content, "contentType": "text/csv" }))
}

/// The rows of a watchlist, sorted.
pub(crate) async fn rows(service: &Service, alias: &str) -> Vec<String> {
    let list = service.get(&format!("watchlists/{alias}/watchlistItems")).await.expect(200);
    let items = list.body["value"].as_array().unwrap();
    let mut rows: Vec<String> =
        items.iter().map(|item| item["properties"]["itemsKeyValue"].to_string()).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_watchlist_comes_back_in_the_shape_of_the_transcript() {
    let mut service = Service::new();
    service.version = "2022-08-01";
    let created = service.put("watchlists/Watchlists-2138", watchlist()).await.expect(200);
    assert_json_snapshot!(created.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/providers/Microsoft.SecurityInsights/Watchlists/Watchlists-2138",
      "name": "Watchlists-2138",
      "etag": "\"3c6ef362-0000-0100-0000-69c3928d0000\"",
      "type": "Microsoft.SecurityInsights/Watchlists",
      "systemData": {
        "createdAt": "2026-03-25T07:45:17.671388Z",
        "createdBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "createdByType": "Application",
        "lastModifiedAt": "2026-03-25T07:45:17.671388Z",
        "lastModifiedBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "lastModifiedByType": "Application"
      },
      "properties": {
        "watchlistId": "d0d6e014-ac00-51dd-8c80-0d5e07f6842d",
        "displayName": "A list",
        "provider": "Custom",
        "itemsSearchKey": "ip",
        "created": "2026-03-25T07:45:17.671388+00:00",
        "updated": "2026-03-25T07:45:17.671388+00:00",
        "createdBy": {
          "objectId": "6c6ff088-93f4-5163-871b-8fd800ebc024",
          "name": "6487184b-6a22-53ce-9721-ed12c67a9ee6"
        },
        "updatedBy": {
          "objectId": "6c6ff088-93f4-5163-871b-8fd800ebc024",
          "name": "6487184b-6a22-53ce-9721-ed12c67a9ee6"
        },
        "watchlistType": "watchlist",
        "watchlistAlias": "Watchlists-2138",
        "isDeleted": false,
        "labels": [],
        "tenantId": "0a4d3d45-2a70-5d5d-a0a7-00286234a6f9",
        "numberOfLinesToSkip": 0,
        "uploadStatus": "New"
      }
    }
    "#);
    assert_eq!(service.get("watchlists/watchlists-2138").await.expect(200).body, created.body);
    service.version = "2025-12-01";
    let read = service.get("watchlists/watchlists-2138").await.expect(200);
    assert_eq!(read.body["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn the_list_leaves_out_etags_and_nothing_shows_the_content() {
    let service = Service::new();
    let created = service.put("watchlists/list", filled("ip,note\n1.1.1.1,a\n")).await.expect(201);
    assert_eq!(created.body["properties"]["uploadStatus"], "Complete");
    let listed = service.get("watchlists").await.expect(200);
    let read = service.get("watchlists/list").await.expect(200);
    assert_eq!(listed.body["value"][0].get("etag"), None);
    assert!(read.body["etag"].is_string());
    for shown in [&created.body, &listed.body["value"][0], &read.body] {
        assert_eq!(shown["properties"].get("rawContent"), None);
    }
}

#[tokio::test]
async fn content_is_added_and_rows_that_are_there_are_not() {
    let service = Service::new();
    service.put("watchlists/list", filled("ip,note\n1.1.1.1,a\n2.2.2.2,b\n")).await.expect(201);
    service.put("watchlists/list", filled("note,ip\r\nb,2.2.2.2\r\nc,2.2.2.2\r\n")).await.expect(200);
    assert_eq!(
        rows(&service, "list").await,
        [
            r#"{"ip":"1.1.1.1","note":"a"}"#,
            r#"{"ip":"2.2.2.2","note":"b"}"#,
            r#"{"note":"c","ip":"2.2.2.2"}"#,
        ]
    );
}

#[tokio::test]
async fn content_replaces_what_is_there_by_a_switch() {
    let service = Service::with(|options| options.watchlist_put = WatchlistPut::Replace);
    service.put("watchlists/list", filled("ip\n1.1.1.1\n2.2.2.2\n")).await.expect(201);
    service.put("watchlists/list", filled("ip\n2.2.2.2\n3.3.3.3\n")).await.expect(200);
    assert_eq!(rows(&service, "list").await, [r#"{"ip":"2.2.2.2"}"#, r#"{"ip":"3.3.3.3"}"#]);
}

#[tokio::test]
async fn a_write_without_content_changes_only_the_rest() {
    let service = Service::new();
    let first = service.put("watchlists/list", filled("ip\n1.1.1.1\n")).await.expect(201);
    service.clock.advance(SignedDuration::from_secs(5));
    let second = service
        .put(
            "watchlists/list",
            with(watchlist(), json!({ "displayName": "Renamed", "defaultDuration": "PT24H" })),
        )
        .await
        .expect(200);
    assert_ne!(first.body["etag"], second.body["etag"]);
    assert_eq!(first.body["properties"]["watchlistId"], second.body["properties"]["watchlistId"]);
    assert_eq!(first.body["properties"]["created"], second.body["properties"]["created"]);
    assert_ne!(first.body["properties"]["updated"], second.body["properties"]["updated"]);
    assert_eq!(second.body["properties"]["displayName"], "Renamed");
    assert_eq!(second.body["properties"]["defaultDuration"], "P1D");
    assert_eq!(rows(&service, "list").await.len(), 1);

    service.put("watchlists/empty", watchlist()).await.expect(201);
    let again = service.put("watchlists/empty", watchlist()).await.expect(200);
    assert_eq!(again.body["properties"].get("uploadStatus"), None);
    assert!(rows(&service, "empty").await.is_empty());
}

#[tokio::test]
async fn every_form_of_content_is_read() {
    for (content, skip, kind) in [
        ("ip,note\n1.1.1.1,\"a,\"\"b\"\"\nc\"\n", 0, "text/csv"),
        ("ip,note\r\n1.1.1.1,\"a,\"\"b\"\"\nc\"", 0, "Text/Csv"),
        ("skipped \"line\nip,note\n1.1.1.1,\"a,\"\"b\"\"\nc\"\n", 1, "text/csv"),
        ("\u{feff}ip,note\n1.1.1.1,\"a,\"\"b\"\"\nc\"\n", 0, "text/csv"),
        ("ip\tnote\n1.1.1.1\t\"a,\"\"b\"\"\nc\"\n", 0, "text/tsv"),
    ] {
        let service = Service::new();
        let list = with(filled(content), json!({ "numberOfLinesToSkip": skip, "contentType": kind }));
        let saved = service.put("watchlists/list", list).await.expect(201);
        assert_eq!(saved.body["properties"]["numberOfLinesToSkip"], skip);
        assert_eq!(rows(&service, "list").await, [r#"{"ip":"1.1.1.1","note":"a,\"b\"\nc"}"#], "{content}");
    }
}

#[tokio::test]
async fn content_that_cannot_be_items_is_refused() {
    let line = |length: usize| format!("ip\n{}\n", "1".repeat(length));
    let many_cells = format!("ip,note\n1.1.1.1,\"{}\"\n", "é\n".repeat(3_500));
    let none = "Invalid csv content : no watchlist items found in the provided rawContent ip,note\n!";
    for (content, text) in [
        ("ip,note\n", none),
        ("address,note\na,b\n", "The itemsSearchKey 'ip' is not a column"),
        ("ip,note\n1.1.1.1,a\n ,b\n", "The search key column 'ip' cannot have blank values. (row 2)"),
        ("ip,note\n1.1.1.1\n", "Invalid csv content : "),
        ("ip,ip\na,b\n", "empty or repeated column names"),
        ("ip,\na,b\n", "empty or repeated column names"),
        (&line(10_241), "line 2 exceeds the maximum of 10240 characters"),
        (&many_cells, "exceeds the maximum of 10240 bytes. (row 1)"),
        (&line(3_800_000), "exceeds the maximum of 3800000 bytes"),
    ] {
        let service = Service::new();
        let refused = service.put("watchlists/list", filled(content)).await.expect(400);
        assert_eq!(refused.code(), "400");
        assert!(refused.message().contains(text), "{text}");
        service.get("watchlists/list").await.expect(404);
    }
    let service = Service::new();
    service.put("watchlists/list", filled(&line(10_240))).await.expect(201);
    let skipped = with(filled("ip\n1\n"), json!({ "numberOfLinesToSkip": 5 }));
    service.put("watchlists/list", skipped).await.expect(400);
    let negative = with(filled("ip\n1\n"), json!({ "numberOfLinesToSkip": -1 }));
    service.put("watchlists/list", negative).await.expect(400);
    service
        .put("watchlists/list", with(filled("ip\n1\n"), json!({ "contentType": "json" })))
        .await
        .expect(400);
}

#[tokio::test]
async fn a_watchlist_has_a_name_an_alias_a_provider_and_a_search_key() {
    for alias in ["abc", "A-b_c 9", &"a".repeat(64)] {
        Service::new()
            .put(&format!("watchlists/{}", alias.replace(' ', "%20")), watchlist())
            .await
            .expect(201);
    }
    for alias in ["ab", "-abc", "abc_", "a.b.c", "abé1", &"a".repeat(65)] {
        let alias = alias.replace('é', "%C3%A9");
        let refused = Service::new().put(&format!("watchlists/{alias}"), watchlist()).await.expect(400);
        assert!(refused.message().starts_with("The watchlistAlias '"), "{}", refused.message());
    }
    for name in ["displayName", "provider", "itemsSearchKey"] {
        for value in [json!(""), Value::Null, json!(" ")] {
            Service::new()
                .put("watchlists/list", with(watchlist(), json!({ name: value })))
                .await
                .expect(400);
        }
    }
    let refused = Service::new().put("watchlists/list", with(watchlist(), json!({ "provider": null }))).await;
    assert_eq!(
        refused.message(),
        "There is an issue with deserializing : Required property 'provider' not found in JSON. Path 'properties'."
    );
}

#[tokio::test]
async fn a_source_type_of_the_old_kind_cannot_be_read() {
    let service = Service::new();
    let refused =
        service.put("watchlists/list", with(watchlist(), json!({ "sourceType": "Local file" }))).await;
    assert_json_snapshot!(refused.expect(400).body, @r#"
    {
      "error": {
        "code": "400",
        "message": "There is an issue with deserializing : Error converting 'Local file' for path 'properties.sourceType'."
      }
    }
    "#);
    for (kind, status) in [("Local", 201), ("AzureStorage", 200)] {
        let saved = service
            .put("watchlists/list", with(watchlist(), json!({ "sourceType": kind })))
            .await
            .expect(status);
        assert_eq!(saved.body["properties"]["sourceType"], kind);
    }
}

#[tokio::test]
async fn a_missing_watchlist_is_404_with_a_code_of_digits() {
    let service = Service::new();
    let missing = service.get("watchlists/Watchlists-21381").await.expect(404);
    assert_json_snapshot!(missing.body, @r#"
    {
      "error": {
        "code": "404",
        "message": "Resource 'Watchlists-21381' does not exist"
      }
    }
    "#);
    service.get("watchlists/Watchlists-21381/watchlistItems").await.expect(404);
    service.delete("watchlists/Watchlists-21381").await.expect(204);
}

#[tokio::test]
async fn a_deleted_watchlist_is_gone_and_its_alias_is_free() {
    let service = Service::new();
    let first = service.put("watchlists/list", filled("ip\n1.1.1.1\n")).await.expect(201);
    service.delete("watchlists/LIST").await.expect(202);
    service.get("watchlists/list").await.expect(404);
    let second = service.put("watchlists/list", watchlist()).await.expect(201);
    assert_ne!(first.body["properties"]["watchlistId"], second.body["properties"]["watchlistId"]);
    assert!(rows(&service, "list").await.is_empty());
}

#[tokio::test]
async fn a_stale_etag_conflicts() {
    let service = Service::new();
    let first = service.put("watchlists/list", watchlist()).await.expect(201);
    service.put("watchlists/list", watchlist()).await.expect(200);
    let mut stale = watchlist();
    stale["etag"] = first.body["etag"].clone();
    service.put("watchlists/list", stale).await.expect(409);
}

#[tokio::test]
async fn writes_answer_as_the_specification_of_their_version() {
    for (version, long_running) in [
        ("2022-08-01", false),
        ("2024-09-01", false),
        ("2025-01-01-preview", true),
        ("2025-06-01", true),
        ("2025-09-01", true),
        ("2025-10-01-preview", true),
        ("2025-12-01", true),
    ] {
        let service = Service { version, ..Service::new() };
        let created = service.put("watchlists/list", filled("ip\n1.1.1.1\n")).await;
        let item = "watchlists/list/watchlistItems/6d37a904-0000-4000-8000-000000000000";
        let body = json!({ "properties": { "itemsKeyValue": { "ip": "2.2.2.2" } } });
        let added = service.put(item, body.clone()).await.expect(if long_running { 201 } else { 200 });
        assert_eq!(added.header("azure-asyncoperation"), "", "{version}");
        service.put(item, body).await.expect(200);
        let updated = service.put("watchlists/list", watchlist()).await.expect(200);
        service.delete("watchlists/absent").await.expect(204);
        let deleted = service.delete("watchlists/list").await;
        let links = [&created, &updated, &deleted].map(|answer| answer.header("azure-asyncoperation"));
        if long_running {
            assert_eq!((created.status.as_u16(), deleted.status.as_u16()), (201, 202), "{version}");
            assert_eq!(deleted.body, Value::Null, "{version}");
            assert_eq!(deleted.header("location"), links[2], "{version}");
            for link in links {
                let status = service.raw("GET", link, &[], None).await.expect(200);
                assert_eq!(status.body["status"], "Succeeded", "{version}");
            }
        } else {
            assert_eq!((created.status.as_u16(), deleted.status.as_u16()), (200, 200), "{version}");
            assert_eq!((&deleted.body, links), (&json!({}), [""; 3]), "{version}");
        }
        service.get("watchlists/list").await.expect(404);
    }
}

#[tokio::test]
async fn the_status_of_an_operation_is_forgotten_an_hour_after_its_end() {
    let service = Service::new();
    let put =
        async || service.put("watchlists/list", watchlist()).await.header("azure-asyncoperation").to_owned();
    let first = put().await;
    service.clock.advance(SignedDuration::from_mins(59));
    put().await;
    service.raw("GET", &first, &[], None).await.expect(200);
    service.clock.advance(SignedDuration::from_mins(1));
    put().await;
    service.raw("GET", &first, &[], None).await.expect(404);
}

#[tokio::test]
async fn long_uploads_and_deletions_end_with_the_clock() {
    let service = Service::with(|options| {
        options.watchlist_writes = WatchlistWrites::LongRunning { duration: SignedDuration::from_secs(60) };
    });
    let created = service.put("watchlists/my%20list", filled("ip\n1.1.1.1\n")).await.expect(201);
    let link = created.header("azure-asyncoperation").to_owned();
    assert!(
        link.starts_with(
            "https://management.azure.com/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/\
             Microsoft.SecurityInsights/watchlists/my%20list/watchlistStatuses/"
        ),
        "{link}"
    );
    assert_eq!(created.body["properties"]["provisioningState"], "Uploading");
    assert_eq!(created.body["properties"]["uploadStatus"], "InProgress");
    assert_eq!(service.raw("GET", &link, &[], None).await.expect(200).body["status"], "InProgress");
    assert!(rows(&service, "my%20list").await.is_empty());
    service.delete("watchlists/my%20list").await.expect(409);
    service.clock.advance(SignedDuration::from_secs(60));
    let status = service.raw("GET", &link, &[], None).await.expect(200);
    assert_json_snapshot!(status.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.SecurityInsights/watchlists/my%20list/watchlistStatuses/b8ef2be5-4a7c-5adc-b688-e2d2e6d4ba3e",
      "name": "b8ef2be5-4a7c-5adc-b688-e2d2e6d4ba3e",
      "status": "Succeeded",
      "startTime": "2026-03-25T07:45:17.671388Z",
      "endTime": "2026-03-25T07:46:17.671388Z"
    }
    "#);
    assert_eq!(service.get("watchlists/my%20list").await.body["properties"]["uploadStatus"], "Complete");
    assert_eq!(rows(&service, "my%20list").await.len(), 1);

    let deleted = service.delete("watchlists/my%20list").await.expect(202);
    assert_eq!(deleted.header("location"), deleted.header("azure-asyncoperation"));
    assert_eq!(service.get("watchlists/my%20list").await.body["properties"]["provisioningState"], "Deleting");
    service.clock.advance(SignedDuration::from_secs(60));
    service.get("watchlists/my%20list").await.expect(404);
}
