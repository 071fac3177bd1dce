//! Lists: pages, and the absolute link to the next one.

use std::collections::BTreeMap;
use std::ops::Bound;

use axum::http::StatusCode;
use serde::Serialize;

use super::{ArmRequest, Reply};

/// Where the page that a request asks for begins: after this key, or at the first one.
pub(crate) fn start(request: &ArmRequest) -> Option<&str> {
    request.parameter("$skipToken").filter(|token| !token.is_empty())
}

/// The resources of a map from the start of the page on, found without a walk over those before it.
pub(crate) fn rest<'a, T>(
    request: &ArmRequest,
    resources: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let start = start(request).map_or(Bound::Unbounded, Bound::Excluded);
    resources.range::<str, _>((start, Bound::Unbounded)).map(|(key, resource)| (key.as_str(), resource))
}

/// Answers one page: the first of `rest`, which are the resources from the [`start`] of the page on in the order of
/// their keys. Only those of the page are shown, so that a whole list is read in a time that grows with its length.
///
/// The link's token is the last key of the page, so that a resource that goes away between two pages shifts
/// nothing.
pub(crate) fn page<'a, T, S: Serialize>(
    request: &ArmRequest,
    page_size: Option<usize>,
    rest: impl Iterator<Item = (&'a str, T)>,
    show: impl Fn(T) -> S,
) -> Reply {
    let mut rest = rest.peekable();
    let mut value = Vec::new();
    let mut last = "";
    let size = page_size.map_or(usize::MAX, |size| size.max(1));
    while value.len() < size
        && let Some((key, resource)) = rest.next()
    {
        value.push(show(resource));
        last = key;
    }
    let next_link = rest.peek().is_some().then(|| next_link(request, last));
    // Nothing that is shown has keys that JSON cannot hold.
    let body = serde_json::to_string(&Page { value, next_link }).ok();
    Reply { status: StatusCode::OK, body, headers: Vec::new() }
}

#[derive(Serialize)]
struct Page<S> {
    value: Vec<S>,
    #[serde(rename = "nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
}

fn next_link(request: &ArmRequest, token: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in &request.query {
        if !key.eq_ignore_ascii_case("$skipToken") {
            query.append_pair(key, value);
        }
    }
    query.append_pair("$skipToken", token);
    format!("{}{}?{}", request.base, request.path, query.finish())
}
