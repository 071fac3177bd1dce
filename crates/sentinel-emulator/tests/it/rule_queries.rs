//! What of a rule's query is refused: what the workspace does not have, and what the query does not return.

use insta::assert_snapshot;
use jiff::SignedDuration;
use kql::Type;
use sentinel_emulator::{DeclaredTable, Tables, WatchlistWrites};
use serde_json::{Value, json};

use crate::service::{Answer, HOST, Service, WORKSPACE, nrt, scheduled, with};

async fn put(service: &Service, properties: Value) -> Answer {
    service.put("alertRules/r", with(scheduled(), properties)).await
}

async fn query(service: &Service, query: &str) -> Answer {
    put(service, json!({ "query": query })).await
}

async fn save_function(service: &Service, id: &str, query: &str, parameters: &str) {
    let body = json!({ "properties": { "category": "Function", "displayName": id, "query": query,
        "functionAlias": id, "functionParameters": parameters, "version": 2 } });
    let uri = format!("{HOST}{WORKSPACE}/savedSearches/{id}?api-version=2023-09-01");
    service.raw("PUT", &uri, &[], Some(body)).await.expect(200);
}

async fn save_watchlist(service: &Service, content: &str) {
    let body = json!({ "properties": { "displayName": "Hosts", "provider": "P", "source": "hosts.csv",
        "sourceType": "Local", "itemsSearchKey": "host", "contentType": "text/csv", "rawContent": content } });
    let saved = service.put("watchlists/hosts", body).await;
    assert!(saved.status.is_success(), "{}", saved.body);
}

#[tokio::test]
async fn a_name_that_is_not_resolved_comes_as_the_error_of_log_analytics_in_the_message() {
    let service = Service::new();
    let mut messages = Vec::new();
    for rule in [scheduled(), nrt()] {
        let rule = with(rule, json!({ "query": "Heartbeat | where Machine == 'a'" }));
        let refused = service.put("alertRules/r", rule).await.expect(400);
        assert_eq!(refused.code(), "BadRequest");
        messages.push(refused.message().to_owned());
    }
    assert_eq!(messages[0], messages[1]);
    assert_snapshot!(messages[0], @r#"FailedToResolveScalarExpression; Message: {"error":{"message":"The request had some invalid properties","code":"BadArgumentError","innererror":{"code":"SemanticError","message":"A semantic error occurred.","innererror":{"code":"SEM0100","message":"Failed to resolve scalar expression named 'Machine'"}}}}"#);
    service.get("alertRules/r").await.expect(404);
}

#[tokio::test]
async fn what_cannot_be_read_comes_with_its_place() {
    let refused = query(&Service::new(), "Heartbeat\n| where (Computer == 'a'").await.expect(400);
    let (prefix, inner) = refused.message().split_once("; Message: ").unwrap();
    let inner: Value = serde_json::from_str(inner).unwrap();
    let error = &inner["error"]["innererror"];
    assert_eq!((prefix, &error["code"]), ("SyntaxError", &json!("SyntaxError")));
    assert_eq!(error["innererror"]["line"], 2);
}

#[tokio::test]
async fn tables_are_those_of_the_workspace() {
    let missing = "Failed to run the analytics rule query. One of the tables does not exist.";
    let only = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Service::with(|options| options.tables = Tables::Only(names))
    };
    let service = Service::new();
    for text in [
        "Heartbeatt",
        "Mine_CL | take 1",
        "let x = Mine_CL; x | take 1",
        "Heartbeat | join Mine_CL on Computer",
    ] {
        assert_eq!(query(&service, text).await.expect(400).message(), missing, "{text}");
    }
    let service = only(&["Mine_CL", "Heartbeat"]);
    query(&service, "Mine_CL | where anything_s == 'a'").await.expect(201);
    query(&service, "Heartbeat | where Computer == 'a'").await.expect(200);
    assert_eq!(query(&service, "SecurityEvent").await.expect(400).message(), missing);
    // What is known of a table holds also where the table is named.
    assert!(
        query(&service, "Heartbeat | where Nothing == 1").await.expect(400).message().contains("'Nothing'")
    );
}

#[tokio::test]
async fn a_table_has_the_columns_that_were_declared() {
    let missing = "Failed to run the analytics rule query. One of the tables does not exist.";
    // Known to the catalogue, but a workspace has it only once a connector made it.
    assert_eq!(query(&Service::new(), "Okta_CL | take 1").await.expect(400).message(), missing);
    let columns = vec![("user_s".to_owned(), Type::String)];
    let declared = DeclaredTable { name: "Mine_CL".into(), columns };
    let service = Service::with(|options| options.declared = vec![declared]);
    query(&service, "Mine_CL | where user_s == 'a' and TimeGenerated > ago(1h)").await.expect(201);
    let refused = query(&service, "Mine_CL | where usr_s == 'a'").await.expect(400);
    assert!(refused.message().contains("'usr_s'"), "{}", refused.message());
    query(&service, "Heartbeat | where Computer == 'a'").await.expect(200);
}

#[tokio::test]
async fn a_watchlist_has_the_columns_of_its_items_once_it_is_there() {
    let service = Service::new();
    let text = "_GetWatchlist('hosts') | where owner == 'a' | project SearchKey, host";
    let refused = query(&service, text).await.expect(400);
    assert!(refused.message().contains("expression named 'owner'"), "{}", refused.message());
    save_watchlist(&service, "host,owner\nh,o\n").await;
    query(&service, text).await.expect(201);
    let refused = query(&service, "_GetWatchlist('hosts') | project owners").await.expect(400);
    assert!(refused.message().contains("expression named 'owners'"), "{}", refused.message());
    save_watchlist(&service, "host,owners\ni,o\n").await;
    query(&service, "_GetWatchlist('hosts') | project owner, owners").await.expect(200);
}

#[tokio::test]
async fn a_function_is_known_once_it_is_saved() {
    let service = Service::new();
    let text = "Outer(3) | where Name == 'a'";
    let refused = query(&service, text).await.expect(400);
    assert!(refused.message().contains("SEM0260"), "{}", refused.message());
    assert!(refused.message().contains("Unknown function: 'Outer'"), "{}", refused.message());
    save_function(&service, "Outer", "Inner | take n", "n:long").await;
    // The function that it calls is not there, so that what it returns is not known.
    query(&service, text).await.expect(201);
    save_function(&service, "Inner", "Heartbeat | project Name = Computer", "").await;
    query(&service, text).await.expect(200);
    let refused = query(&service, "Outer(3) | where Computer == 'a'").await.expect(400);
    assert!(refused.message().contains("expression named 'Computer'"), "{}", refused.message());
}

#[tokio::test]
async fn functions_that_call_each_other_end() {
    let service = Service::new();
    save_function(&service, "A", "B | take 1", "").await;
    save_function(&service, "B", "A | take 1", "").await;
    for n in 0..40 {
        save_function(&service, &format!("F{n}"), &format!("F{} | take 1", n + 1), "").await;
    }
    query(&service, "A | where Anything == 1").await.expect(201);
    query(&service, "F0 | where Anything == 1").await.expect(200);
    save_function(&service, "Broken", "| | (", ")(").await;
    query(&service, "Broken | where Anything == 1").await.expect(200);
}

#[tokio::test]
async fn mapped_columns_are_in_the_result() {
    let mapped = |column: &str| json!([{ "entityType": "Host", "fieldMappings": [{ "identifier": "HostName", "columnName": column }] }]);
    let text = "Heartbeat | project Host = Computer";
    let service = Service::preview();
    for properties in [
        json!({ "query": text, "entityMappings": mapped("Computer") }),
        json!({ "query": text, "customDetails": { "Machine": "Computer" } }),
        json!({ "query": text, "sentinelEntitiesMappings": [{ "columnName": "Computer" }] }),
    ] {
        let refused = put(&service, properties).await.expect(400);
        assert_eq!(
            (refused.code(), refused.message()),
            ("BadRequest", "The given column Computer does not exist.")
        );
    }
    put(&service, json!({ "query": text, "entityMappings": mapped("Host") })).await.expect(201);
    put(&service, json!({ "query": text, "entityMappings": mapped("host") })).await.expect(200);
}

#[tokio::test]
async fn columns_of_the_alerts_details_count_by_a_switch() {
    for (checked, status) in [(false, 201), (true, 400)] {
        let service = Service::with(|options| options.check_alert_details_columns = checked);
        for details in [
            json!({ "alertDisplayNameFormat": "on {{ Machine }}" }),
            json!({ "alertSeverityColumnName": "Machine" }),
            json!({ "alertDynamicProperties": [{ "alertProperty": "ProductName", "value": "Machine" }] }),
        ] {
            put(&service, json!({ "alertDetailsOverride": details })).await.expect(status);
            service.delete("alertRules/r").await;
            service.clock.advance(jiff::SignedDuration::from_hours(25));
        }
    }
}

#[tokio::test]
async fn values_of_different_types_are_not_compared_by_a_switch() {
    for (refused, status) in [(true, 400), (false, 201)] {
        let service = Service::with(|options| options.refuse_compared_types = refused);
        query(&service, "SecurityEvent | where EventID == '4624'").await.expect(status);
    }
}

#[tokio::test]
async fn the_columns_of_a_new_watchlist_are_unknown_until_its_rows_can_be_queried() {
    let service = Service::with(|options| options.watchlist_query_lag = SignedDuration::from_secs(300));
    save_watchlist(&service, "host,owner\na,b\n").await;
    let columns = "_GetWatchlist('hosts') | project owner";
    let refused = query(&service, columns).await.expect(400);
    assert!(
        refused.message().contains("Failed to resolve scalar expression named 'owner'"),
        "{}",
        refused.message()
    );
    // What every list has is known, and so is a column that is asked for with care.
    query(&service, "_GetWatchlist('hosts') | project SearchKey").await.expect(201);
    query(&service, "_GetWatchlist('hosts') | project column_ifexists('owner', '')").await.expect(200);
    service.clock.advance(SignedDuration::from_secs(299));
    query(&service, columns).await.expect(400);
    service.clock.advance(SignedDuration::from_secs(1));
    query(&service, columns).await.expect(200);
    // A column that a later upload brings is new in the same way; the others stay.
    save_watchlist(&service, "host,owner,site\nc,d,e\n").await;
    query(&service, columns).await.expect(200);
    query(&service, "_GetWatchlist('hosts') | project site").await.expect(400);
    service.clock.advance(SignedDuration::from_secs(300));
    query(&service, "_GetWatchlist('hosts') | project site").await.expect(200);
}

#[tokio::test]
async fn the_columns_of_an_upload_that_is_under_way_are_unknown() {
    let service = Service::with(|options| {
        options.watchlist_writes = WatchlistWrites::LongRunning { duration: SignedDuration::from_secs(60) };
    });
    save_watchlist(&service, "host,owner\na,b\n").await;
    query(&service, "_GetWatchlist('hosts') | project owner").await.expect(400);
    service.clock.advance(SignedDuration::from_secs(60));
    query(&service, "_GetWatchlist('hosts') | project owner").await.expect(201);
}
