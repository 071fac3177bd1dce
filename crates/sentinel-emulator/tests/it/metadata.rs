//! Metadata.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::service::Service;

fn metadata(kind: &str, parent: &str) -> Value {
    json!({ "properties": {
        "parentId": parent,
        "kind": kind,
        "contentId": "c",
        "source": { "kind": "SourceRepository", "name": "bartizan", "sourceId": "s" },
    }})
}

#[tokio::test]
async fn metadata_lives_from_put_to_delete() {
    let service = Service::new();
    service.get("metadata/m").await.expect(404);
    let created = service.put("metadata/m", metadata("AnalyticsRule", "/rule")).await.expect(201);
    assert_json_snapshot!(created.body, @r#"
    {
      "id": "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/providers/Microsoft.SecurityInsights/metadata/m",
      "name": "m",
      "type": "Microsoft.SecurityInsights/metadata",
      "etag": "\"3c6ef362-0000-0100-0000-69c3928d0000\"",
      "systemData": {
        "createdAt": "2026-03-25T07:45:17.671388Z",
        "createdBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "createdByType": "Application",
        "lastModifiedAt": "2026-03-25T07:45:17.671388Z",
        "lastModifiedBy": "6487184b-6a22-53ce-9721-ed12c67a9ee6",
        "lastModifiedByType": "Application"
      },
      "properties": {
        "contentId": "c",
        "parentId": "/rule",
        "kind": "AnalyticsRule",
        "source": {
          "kind": "SourceRepository",
          "name": "bartizan",
          "sourceId": "s"
        }
      }
    }
    "#);
    let updated = service.put("metadata/M", metadata("AnalyticsRule", "/other")).await.expect(200);
    assert_ne!(created.body["etag"], updated.body["etag"]);
    let patch = json!({ "properties": { "version": "2.0.0" } });
    let patched = service.call("PATCH", "metadata/m", Some(patch.clone())).await.expect(200);
    assert_eq!(patched.body["properties"]["version"], "2.0.0");
    assert_eq!(patched.body["properties"]["parentId"], "/other");
    let mut stale = patch.clone();
    stale["etag"] = created.body["etag"].clone();
    service.call("PATCH", "metadata/m", Some(stale)).await.expect(409);
    service.delete("metadata/m").await.expect(200);
    service.delete("metadata/m").await.expect(204);
    service.call("PATCH", "metadata/m", Some(patch)).await.expect(404);
}

#[tokio::test]
async fn metadata_needs_a_parent_a_kind_and_a_source_that_exists() {
    let service = Service::new();
    for body in [
        json!({ "properties": { "kind": "AnalyticsRule" } }),
        json!({ "properties": { "parentId": "/p" } }),
        json!({}),
        json!({ "properties": { "parentId": "/p", "kind": "AnalyticsRule", "source": { "kind": "Repository" } } }),
        json!({ "properties": { "parentId": "/p", "kind": "AnalyticsRule", "source": { "name": "x" } } }),
        json!({ "properties": "x" }),
    ] {
        service.put("metadata/m", body).await.expect(400);
    }
}

async fn names(service: &Service, query: &str) -> Vec<String> {
    let list = service.get(&format!("metadata?{query}")).await.expect(200);
    let value = list.body["value"].as_array().unwrap().clone();
    value.iter().map(|metadata| metadata["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_filtered_ordered_and_cut() {
    let service = Service::new();
    for (name, kind, parent) in
        [("a", "AnalyticsRule", "/3"), ("b", "Watchlist", "/2"), ("c", "AnalyticsRule", "/it's")]
    {
        service.put(&format!("metadata/{name}"), metadata(kind, parent)).await.expect(201);
    }
    for (query, found) in [
        ("$filter=properties/kind%20eq%20'AnalyticsRule'", &["a", "c"][..]),
        ("$filter=properties/kind%20ne%20'AnalyticsRule'", &["b"]),
        (
            "$filter=properties/kind%20eq%20'AnalyticsRule'%20and%20properties/parentId%20eq%20'/it''s'",
            &["c"],
        ),
        ("$filter=source/kind%20eq%20'SourceRepository'", &["a", "b", "c"]),
        ("$orderby=properties/parentId", &["b", "a", "c"]),
        ("$orderby=properties/parentId%20desc", &["c", "a", "b"]),
        ("$top=2", &["a", "b"]),
        ("$skip=1&$top=1", &["b"]),
    ] {
        assert_eq!(names(&service, query).await, found, "{query}");
    }
    for query in [
        "$filter=kind",
        "$filter=kind%20eq%20x",
        "$filter=kind%20lt%20'x'",
        "$filter=kind%20eq%20'x'%20or%20a%20eq%20'b'",
        "$filter=",
        "$top=x",
    ] {
        service.get(&format!("metadata?{query}")).await.expect(400);
    }
}
