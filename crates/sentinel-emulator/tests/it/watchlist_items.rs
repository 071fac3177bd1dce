//! The items of a watchlist, one by one.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::service::{Service, watchlist};
use crate::watchlists::{filled, rows};

const ITEM: &str = "watchlists/list/watchlistItems/6d37a904-0000-4000-8000-000000000000";

fn item(ip: &str) -> Value {
    json!({ "properties": { "itemsKeyValue": { "ip": ip } } })
}

#[tokio::test]
async fn an_item_lives_from_put_to_delete() {
    let service = Service::new();
    service.put(ITEM, item("1.1.1.2")).await.expect(404);
    service.put("watchlists/list", watchlist()).await.expect(201);
    let first = service.put(ITEM, item("1.1.1.2")).await.expect(201);
    assert_json_snapshot!(first.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/providers/Microsoft.SecurityInsights/Watchlists/list/WatchlistItems/6d37a904-0000-4000-8000-000000000000",
      "name": "6d37a904-0000-4000-8000-000000000000",
      "etag": "\"17156075-0000-0100-0000-69c3928d0000\"",
      "type": "Microsoft.SecurityInsights/Watchlists/WatchlistItems",
      "systemData": {
        "createdAt": "2026-03-25T07:45:17.671388Z",
        "createdBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "createdByType": "Application",
        "lastModifiedAt": "2026-03-25T07:45:17.671388Z",
        "lastModifiedBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "lastModifiedByType": "Application"
      },
      "properties": {
        "watchlistItemType": "watchlist-item",
        "watchlistItemId": "6d37a904-0000-4000-8000-000000000000",
        "tenantId": "0a4d3d45-2a70-5d5d-a0a7-00286234a6f9",
        "isDeleted": false,
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
        "itemsKeyValue": {
          "ip": "1.1.1.2"
        },
        "entityMapping": {}
      }
    }
    "#);
    service.clock.advance(SignedDuration::from_secs(5));
    let same = service.put(ITEM, item("1.1.1.2")).await.expect(200);
    assert_eq!(same.body, first.body, "an identical item changes nothing, not even its etag");
    let changed = service.put(ITEM, item("1.1.1.3")).await.expect(200);
    assert_ne!(changed.body["etag"], first.body["etag"]);
    assert_eq!(
        service
            .get(&ITEM.to_uppercase().replace("WATCHLISTS/LIST", "watchlists/LIST"))
            .await
            .expect(200)
            .body,
        changed.body
    );
    let mut stale = item("1.1.1.4");
    stale["etag"] = first.body["etag"].clone();
    service.put(ITEM, stale).await.expect(409);
    service.delete(ITEM).await.expect(200);
    service.delete(ITEM).await.expect(204);
    service.get(ITEM).await.expect(404);
}

#[tokio::test]
async fn an_item_has_a_guid_and_a_value_for_the_search_key() {
    let service = Service::new();
    service.put("watchlists/list", watchlist()).await.expect(201);
    service.put("watchlists/list/watchlistItems/one", item("1.1.1.1")).await.expect(400);
    for values in [json!({ "note": "x" }), json!({ "ip": "" }), json!({ "ip": null })] {
        let body = json!({ "properties": { "itemsKeyValue": values } });
        let refused = service.put(ITEM, body).await.expect(400);
        assert!(refused.message().contains("cannot have blank values"), "{}", refused.message());
    }
    let large = |length: usize| json!({ "properties": { "itemsKeyValue": { "ip": "1", "note": "x".repeat(length) } } });
    service.put(ITEM, large(10_239)).await.expect(201);
    service.put(ITEM, large(10_240)).await.expect(400);
    service.put(ITEM, json!({ "properties": {} })).await.expect(400);
    service.put(ITEM, json!({ "properties": { "itemsKeyValue": ["x"] } })).await.expect(400);
}

#[tokio::test]
async fn item_changes_are_counted_by_the_month() {
    let service = Service::with(|options| options.item_changes_per_month = 3);
    service.put("watchlists/list", filled("ip\n1\n2\n")).await.expect(201);
    // Rows that are there already are no changes.
    service.put("watchlists/list", filled("ip\n1\n2\n3\n")).await.expect(200);
    let refused = service.put(ITEM, item("4")).await.expect(400);
    assert!(refused.message().contains("exceeds the limit of 3"), "{}", refused.message());
    service.put("watchlists/list", filled("ip\n4\n")).await.expect(400);
    service.delete("watchlists/list").await.expect(400);
    assert_eq!(rows(&service, "list").await.len(), 3);
    service.clock.set("2026-04-01T00:00:00Z".parse().unwrap());
    service.put(ITEM, item("4")).await.expect(201);
}
