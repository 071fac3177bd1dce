//! Metadata.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::service::{HOST, STABLE, Service, WORKSPACE};

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
    service.clock.advance(SignedDuration::from_secs(5));
    let updated = service.put("metadata/M", metadata("AnalyticsRule", "/other")).await.expect(200);
    assert_eq!(updated.body["systemData"]["createdAt"], created.body["systemData"]["createdAt"]);
    assert_eq!(updated.body["systemData"]["lastModifiedAt"], "2026-03-25T07:45:22.671388Z");
    let patch = json!({ "properties": { "version": "2.0.0" } });
    let patched = service.call("PATCH", "metadata/m", Some(patch.clone())).await.expect(200);
    assert_eq!(patched.body["properties"]["version"], "2.0.0");
    assert_eq!(patched.body["properties"]["parentId"], "/other");
    assert_eq!(service.get("metadata").await.expect(200).body, json!({ "value": [patched.body] }));
    assert_eq!(service.delete("metadata/m").await.expect(200).body, json!({}));
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

#[tokio::test]
async fn no_answer_has_an_etag_and_one_in_a_body_is_not_looked_at() {
    let service = Service::new();
    let mut body = metadata("AnalyticsRule", "/rule");
    body["etag"] = json!("\"61004e36-0000-0100-0000-69c3928d0000\"");
    for status in [201, 200] {
        assert_eq!(service.put("metadata/m", body.clone()).await.expect(status).body.get("etag"), None);
    }
    assert_eq!(service.get("metadata/m").await.expect(200).body.get("etag"), None);
    assert_eq!(service.get("metadata").await.expect(200).body["value"][0].get("etag"), None);
}

#[tokio::test]
async fn a_source_that_is_left_out_is_the_workspace() {
    let service = Service::new();
    let uri = format!("{HOST}{WORKSPACE}?api-version=2023-09-01");
    let workspace = service.raw("GET", &uri, &[], None).await.expect(200);
    let customer = &workspace.body["properties"]["customerId"];
    let body = json!({ "properties": { "parentId": "/not/there", "kind": "AnalyticsRule" } });
    let created = service.put("metadata/m", body).await.expect(201);
    let source = json!({ "kind": "LocalWorkspace", "name": "law", "sourceId": customer });
    assert_eq!(created.body["properties"]["source"], source);
    assert_eq!(service.get("metadata/m").await.body["properties"]["source"], source);
    service.put("metadata/m", metadata("AnalyticsRule", "/p")).await.expect(200);
    let patch = json!({ "properties": { "version": "1.0.0" } });
    let patched = service.call("PATCH", "metadata/m", Some(patch)).await.expect(200);
    assert_eq!(patched.body["properties"]["source"]["sourceId"], "s", "a patch keeps what it does not name");
}

#[tokio::test]
async fn if_match_is_not_evaluated_unless_asked() {
    let uri =
        format!("{HOST}{WORKSPACE}/providers/Microsoft.SecurityInsights/metadata/m?api-version={STABLE}");
    for (evaluate, absent, star, other) in [(false, 201, 200, 200), (true, 412, 200, 412)] {
        let service = Service::with(|options| options.evaluate_if_match = evaluate);
        let put = async |condition: &str| {
            service.raw("PUT", &uri, &[("if-match", condition)], Some(metadata("AnalyticsRule", "/p"))).await
        };
        put("*").await.expect(absent);
        service.put("metadata/m", metadata("AnalyticsRule", "/p")).await;
        put("*").await.expect(star);
        put("\"61004e36-0000-0100-0000-69c3928d0000\"").await.expect(other);
        service.raw("DELETE", &uri, &[("if-match", "\"x\"")], None).await.expect(other);
    }
}
