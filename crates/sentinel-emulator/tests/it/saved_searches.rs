//! Saved searches.

use insta::assert_json_snapshot;
use sentinel_emulator::{Emulator, Fault, FaultAction, Options, State};
use serde_json::{Value, json};

use crate::service::{Answer, HOST, Service, WORKSPACE};

async fn call(service: &Service, method: &str, rest: &str, body: Option<Value>) -> Answer {
    let uri = format!("{HOST}{WORKSPACE}/savedSearches{rest}?api-version=2023-09-01");
    service.raw(method, &uri, &[], body).await
}

fn function() -> Value {
    json!({ "properties": {
        "category": "Function",
        "displayName": "Hosts",
        "query": "Heartbeat | distinct Computer | take n",
        "functionAlias": "Hosts",
        "functionParameters": "n:int=10",
        "tags": [{ "name": "Group", "value": "Computer" }],
    }})
}

#[tokio::test]
async fn a_saved_search_lives_from_put_to_delete() {
    let service = Service::new();
    let absent = call(&service, "GET", "/hosts", None).await.expect(404);
    assert_eq!(absent.code(), "ResourceNotFound");
    let created = call(&service, "PUT", "/hosts", Some(function())).await.expect(200);
    assert_json_snapshot!(created.body, @r#"
    {
      "id": "subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law/savedSearches/hosts",
      "etag": "\"3c6ef362-0000-0100-0000-69c3928d0000\"",
      "name": "hosts",
      "type": "Microsoft.OperationalInsights/savedSearches",
      "properties": {
        "category": "Function",
        "displayName": "Hosts",
        "query": "Heartbeat | distinct Computer | take n",
        "functionAlias": "Hosts",
        "functionParameters": "n:int=10",
        "tags": [
          {
            "name": "Group",
            "value": "Computer"
          }
        ],
        "version": 2
      }
    }
    "#);
    assert_eq!(call(&service, "GET", "/HOSTS", None).await.expect(200).body, created.body);
    call(&service, "DELETE", "/hosts", None).await.expect(200);
    call(&service, "DELETE", "/hosts", None).await.expect(404);
    call(&service, "PATCH", "/hosts", Some(function())).await.expect(405);
}

#[tokio::test]
async fn one_that_exists_is_written_over_with_its_etag_or_a_star_and_not_without() {
    let service = Service::new();
    let mut body = function();
    let first = call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(200);
    let refused = call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(409);
    assert_eq!(refused.message(), "Newer data exists in the Customer Configuration Store.");
    body["etag"] = first.body["etag"].clone();
    let second = call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(200);
    assert_ne!(second.body["etag"], first.body["etag"]);
    call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(409);
    body["etag"] = json!("*");
    call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(200);
    call(&service, "PUT", "/another", Some(body)).await.expect(200);

    let lenient = Service::with(|options| options.overwrite_saved_searches_without_etag = true);
    for _ in 0..2 {
        call(&lenient, "PUT", "/hosts", Some(function())).await.expect(200);
    }
}

#[tokio::test]
async fn a_change_in_between_makes_the_etag_stale() {
    let service = Service::new();
    let mut body = function();
    body["etag"] = call(&service, "PUT", "/hosts", Some(function())).await.body["etag"].clone();
    let edit = FaultAction::EditFirst { properties: json!({ "category": "x" }).as_object().unwrap().clone() };
    service.emulator.fault(Fault::next(edit).method("PUT"));
    call(&service, "PUT", "/hosts", Some(body)).await.expect(409);
    assert_eq!(call(&service, "GET", "/hosts", None).await.body["properties"]["category"], "x");
}

#[tokio::test]
async fn what_is_required_must_be_there_and_of_its_type() {
    let service = Service::new();
    for name in ["category", "displayName", "query"] {
        let mut body = function();
        body["properties"].as_object_mut().unwrap().remove(name);
        call(&service, "PUT", "/a", Some(body)).await.expect(400);
    }
    for (name, value) in [("query", json!(1)), ("version", json!("two")), ("tags", json!([{ "name": "x" }]))]
    {
        let mut body = function();
        body["properties"][name] = value;
        call(&service, "PUT", "/a", Some(body)).await.expect(400);
    }
    call(&service, "PUT", "/a", Some(json!({}))).await.expect(400);
    call(&service, "GET", "/a", None).await.expect(404);
}

#[tokio::test]
async fn a_new_workspace_lists_one_that_is_no_function() {
    let service = Service::with(|options| options.onboarded = false);
    call(&service, "PUT", "/hosts", Some(function())).await.expect(200);
    let list = call(&service, "GET", "", None).await.expect(200).body;
    let found: Vec<_> = list["value"].as_array().unwrap().iter().collect();
    let names: Vec<_> = found.iter().map(|search| search["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["hosts", "LogManagement(law)_General|AlphabeticallySortedComputers"]);
    assert_eq!(found[1]["properties"].get("functionAlias"), None);
    let encoded = "/LogManagement(law)_General%7CAlphabeticallySortedComputers";
    assert_eq!(call(&service, "GET", encoded, None).await.expect(200).body, *found[1]);
}

#[tokio::test]
async fn a_permission_of_its_own_is_needed() {
    let denied = "Microsoft.OperationalInsights/workspaces/savedSearches/write";
    let service = Service::with(|options| options.denied_actions = vec![denied.to_owned()]);
    call(&service, "GET", "", None).await.expect(200);
    assert_eq!(call(&service, "PUT", "/a", Some(function())).await.expect(403).code(), "AuthorizationFailed");
}

#[tokio::test]
async fn saved_searches_stay_in_the_state() {
    let service = Service::new();
    let stored = call(&service, "PUT", "/hosts", Some(function())).await.body;
    let state = State::from_json(&service.emulator.state().to_json().unwrap()).unwrap();
    let emulator = Emulator::with_state(Options::default(), state);
    let again = Service { emulator, ..Service::new() };
    assert_eq!(call(&again, "GET", "/hosts", None).await.expect(200).body, stored);
}

#[tokio::test]
async fn if_match_is_not_evaluated_unless_asked() {
    let uri = format!("{HOST}{WORKSPACE}/savedSearches/hosts?api-version=2023-09-01");
    let mut body = function();
    body["etag"] = json!("*");
    for (evaluate, absent, stale) in [(false, 200, 200), (true, 412, 412)] {
        let service = Service::with(|options| options.evaluate_if_match = evaluate);
        let put = async |condition: &str| {
            service.raw("PUT", &uri, &[("if-match", condition)], Some(body.clone())).await
        };
        put("*").await.expect(absent);
        let first = call(&service, "PUT", "/hosts", Some(body.clone())).await.expect(200);
        let second = put(first.body["etag"].as_str().unwrap()).await.expect(200);
        put(first.body["etag"].as_str().unwrap()).await.expect(stale);
        if evaluate {
            service.raw("DELETE", &uri, &[("if-match", "\"x\"")], None).await.expect(412);
            let current = second.body["etag"].as_str().unwrap();
            service.raw("DELETE", &uri, &[("if-match", current)], None).await.expect(200);
        }
    }
}

#[tokio::test]
async fn hunting_queries_and_functions_of_others_share_the_list() {
    let service = Service::new();
    let hunting = json!({ "properties": {
        "category": "Hunting Queries",
        "displayName": "Rare processes",
        "query": "SecurityEvent | where EventID == 4688",
        "tags": [{ "name": "tactics", "value": "Execution" }, { "name": "description", "value": "d" }],
        "ignored": true,
    }});
    let stored = call(&service, "PUT", "/hunt", Some(hunting.clone())).await.expect(200).body;
    assert_eq!(stored["properties"]["tags"], hunting["properties"]["tags"]);
    assert_eq!(stored["properties"].get("ignored"), None);
    call(&service, "PUT", "/hosts", Some(function())).await.expect(200);
    let list = call(&service, "GET", "", None).await.expect(200).body;
    let categories: Vec<_> =
        list["value"].as_array().unwrap().iter().map(|one| &one["properties"]["category"]).collect();
    assert_eq!(categories, ["Function", "Hunting Queries", "General Exploration"]);
    assert_eq!(list.get("nextLink"), None);
}
