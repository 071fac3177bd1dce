//! Lists over several pages.

use bartizan::azure::ErrorKind;
use bartizan::resource::Kind;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ORIGIN, Service, json, sentinel};

/// A service whose first page has this `nextLink`, and any other page none.
fn linking_to(link: Value) -> Service {
    Service::new(move |seen| match seen.index {
        0 => json(200, &json!({"value": [{"name": "a"}], "nextLink": link})),
        _ => json(200, &json!({"value": [{"name": "b"}]})),
    })
}

#[tokio::test]
async fn pages_are_followed_until_there_is_no_link() {
    let service = Service::new(|seen| match seen.query.as_str() {
        "api-version=2025-09-01" => {
            // Azure writes the port of https too.
            let link = format!("{ORIGIN}:443{}?api-version=2025-09-01&$skipToken=2", sentinel("alertRules"));
            json(200, &json!({"value": [{"name": "a"}, {"name": "b"}], "nextLink": link}))
        }
        "api-version=2025-09-01&$skipToken=2" => {
            let link = format!("{ORIGIN}{}?api-version=2025-09-01&$skipToken=3", sentinel("alertRules"));
            json(200, &json!({"value": [], "nextLink": link}))
        }
        _ => json(200, &json!({"value": [{"name": "c"}], "nextLink": null})),
    });
    let rules = service.client().resources(Kind::AlertRule).await.unwrap();
    assert_eq!(rules, [json!({"name": "a"}), json!({"name": "b"}), json!({"name": "c"})]);
    assert!(service.seen().iter().all(|seen| seen.header("authorization").is_some()));
}

#[tokio::test]
async fn an_empty_link_ends_the_list() {
    assert_eq!(linking_to(json!("")).client().resources(Kind::Watchlist).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_to_another_host_is_refused_and_gets_no_token() {
    for link in [
        "https://management.azure.com.example.org/x",
        "https://example.org/x",
        "http://management.azure.com/x",
        "https://management.azure.com:8443/x",
        "//example.org/x",
        "/subscriptions/x",
        "javascript:alert(1)",
    ] {
        let service = linking_to(json!(link));
        let error = service.client().resources(Kind::AlertRule).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{link}");
        assert!(error.to_string().contains("nextLink"), "{link}: {error}");
        assert_eq!(service.seen().len(), 1, "{link}");
    }
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_an_error() {
    let service = Service::new(|seen| {
        let next = if seen.query.ends_with("=1") { 2 } else { 1 };
        json(200, &json!({"value": [{}], "nextLink": format!("{ORIGIN}{}?p={next}", sentinel("alertRules"))}))
    });
    let error = service.client().resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(service.seen().len(), 3);
}

#[tokio::test]
async fn a_page_that_is_no_list_is_an_error() {
    for page in
        [json!({}), json!([]), json!({"value": {}}), json!("value"), json!({"value": [], "nextLink": 7})]
    {
        let shown = page.to_string();
        let error =
            Service::new(move |_| json(200, &page)).client().resources(Kind::AlertRule).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{shown}");
    }
}

/// What a caller wants of an item.
#[derive(Debug, PartialEq, Deserialize)]
struct Named {
    name: String,
}

/// A service of three pages with two items each.
fn three_pages() -> Service {
    Service::new(|seen| {
        let page = seen.index;
        let link = format!("{ORIGIN}{}?page={}", sentinel("alertRules"), page + 1);
        let items = [json!({"name": format!("{page}a"), "more": 1}), json!({"name": format!("{page}b")})];
        json(200, &json!({"value": items, "nextLink": if page < 2 { json!(link) } else { Value::Null }}))
    })
}

#[tokio::test]
async fn each_page_is_handed_over_before_the_next_one_is_read() {
    let service = three_pages();
    let client = service.client();
    let mut pages = Vec::new();
    let take = |page: Vec<Named>| {
        pages.push((service.seen().len(), page.into_iter().map(|item| item.name).collect::<Vec<_>>()));
        Ok(())
    };
    client.for_each_page(&client.operations().list(Kind::AlertRule), take).await.unwrap();
    let expected = [["0a", "0b"], ["1a", "1b"], ["2a", "2b"]].map(|page| page.map(str::to_owned).to_vec());
    assert_eq!(pages, (1..).zip(expected).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_error_of_the_caller_ends_the_reading() {
    let service = three_pages();
    let client = service.client();
    // Any error will do: this one is of a name that cannot be in a path.
    let mut error = Some(client.get(Kind::AlertRule, "..").await.unwrap_err());
    let take = |page: Vec<Named>| match page[0].name.as_str() {
        "1a" => Err(error.take().unwrap()),
        _ => Ok(()),
    };
    let ended = client.for_each_page(&client.operations().list(Kind::AlertRule), take).await.unwrap_err();
    assert_eq!(ended.kind(), ErrorKind::Endpoint);
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn an_item_of_another_shape_is_an_error() {
    let service = Service::new(|_| json(200, &json!({"value": [{"name": "a"}, {"name": 7}]})));
    let client = service.client();
    let list = client.list::<Named>(&client.operations().list(Kind::AlertRule)).await.unwrap_err();
    assert_eq!(list.kind(), ErrorKind::Protocol);
}
