//! The operations on a workspace, built by pure functions.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{LOG_ANALYTICS_API_VERSION, Method, Operation, WorkspaceId};
use crate::resource::{Api, Kind};

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The operations on one workspace with one version of the SecurityInsights API.
///
/// Names are taken as they are and encoded; whether a name is allowed is for `check` to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations {
    workspace: WorkspaceId,
    api_version: String,
}

impl Operations {
    /// Operations of this workspace.
    pub fn new(workspace: WorkspaceId, api_version: impl Into<String>) -> Self {
        Self { workspace, api_version: api_version.into() }
    }

    /// The workspace.
    pub fn workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// The version of the SecurityInsights API.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// `GET` the collection of a kind, a list, without rows.
    pub fn list(&self, kind: Kind) -> Operation {
        let definition = kind.definition();
        self.of_kind(format!("list-{}", kebab(definition.collection)), Method::Get, kind, &[], None)
    }

    /// `GET` one resource, without its rows.
    pub fn get(&self, kind: Kind, name: &str) -> Operation {
        self.of_kind(named("get", kind), Method::Get, kind, &[name], None)
    }

    /// `PUT` one resource; an etag that the write depends on is in the body. A kind that is
    /// [long-running](crate::resource::Definition::long_running) may go on after the answer. `rawContent` of a watchlist
    /// adds rows and never removes one. Over a saved search that exists the body needs its etag, or `*` for whichever it
    /// has.
    pub fn put(&self, kind: Kind, name: &str, body: Value) -> Operation {
        self.of_kind(named("put", kind), Method::Put, kind, &[name], Some(body))
    }

    /// `DELETE` one resource with its rows; may go on after the answer as a `PUT` does.
    pub fn delete(&self, kind: Kind, name: &str) -> Operation {
        self.of_kind(named("delete", kind), Method::Delete, kind, &[name], None)
    }

    /// `GET` the rows of a resource, a list.
    pub fn list_rows(&self, kind: Kind, name: &str) -> Operation {
        let (_, collection) = rows(kind);
        let operation = format!("list-{}", kebab(collection));
        self.of_kind(operation, Method::Get, kind, &[name, collection], None)
    }

    /// `GET` one row; its id is a GUID.
    pub fn get_row(&self, kind: Kind, name: &str, id: &str) -> Operation {
        self.row("get", Method::Get, kind, name, id, None)
    }

    /// `PUT` one row; its id is a GUID.
    pub fn put_row(&self, kind: Kind, name: &str, id: &str, body: Value) -> Operation {
        self.row("put", Method::Put, kind, name, id, Some(body))
    }

    /// `DELETE` one row.
    pub fn delete_row(&self, kind: Kind, name: &str, id: &str) -> Operation {
        self.row("delete", Method::Delete, kind, name, id, None)
    }

    /// `GET metadata`, a list.
    pub fn list_metadata(&self) -> Operation {
        self.sentinel("list-metadata", Method::Get, &["metadata"], None)
    }

    /// `PUT metadata/{name}`.
    pub fn put_metadata(&self, name: &str, body: Value) -> Operation {
        self.sentinel("put-metadata", Method::Put, &["metadata", name], Some(body))
    }

    /// `DELETE metadata/{name}`.
    pub fn delete_metadata(&self, name: &str) -> Operation {
        self.sentinel("delete-metadata", Method::Delete, &["metadata", name], None)
    }

    /// `GET onboardingStates/default`, which exists when the workspace has Sentinel.
    pub fn get_onboarding_state(&self) -> Operation {
        self.sentinel("get-onboarding-state", Method::Get, &["onboardingStates", "default"], None)
    }

    /// `GET` the workspace itself (Log Analytics).
    pub fn get_workspace(&self) -> Operation {
        self.log_analytics("get-workspace", Method::Get, &[], None)
    }

    /// `GET tables` of the workspace (Log Analytics), a list.
    pub fn list_tables(&self) -> Operation {
        self.log_analytics("list-tables", Method::Get, &["tables"], None)
    }

    /// `GET tables/{name}` of the workspace (Log Analytics).
    pub fn get_table(&self, name: &str) -> Operation {
        self.log_analytics("get-table", Method::Get, &["tables", name], None)
    }

    fn row(
        &self,
        verb: &str,
        method: Method,
        kind: Kind,
        name: &str,
        id: &str,
        body: Option<Value>,
    ) -> Operation {
        let (word, collection) = rows(kind);
        self.of_kind(format!("{verb}-{}", kebab(word)), method, kind, &[name, collection, id], body)
    }

    /// An operation below the collection of a kind.
    fn of_kind(
        &self,
        operation: String,
        method: Method,
        kind: Kind,
        below: &[&str],
        body: Option<Value>,
    ) -> Operation {
        let definition = kind.definition();
        let segments: Vec<&str> = std::iter::once(&definition.collection).chain(below).copied().collect();
        match definition.api {
            Api::Sentinel => self.sentinel(operation, method, &segments, body),
            Api::LogAnalytics => self.log_analytics(operation, method, &segments, body),
        }
    }

    fn sentinel(
        &self,
        name: impl Into<Cow<'static, str>>,
        method: Method,
        segments: &[&str],
        body: Option<Value>,
    ) -> Operation {
        let mut path = self.workspace_path();
        path.push_str("/providers/Microsoft.SecurityInsights");
        Operation {
            name: name.into(),
            method,
            path: with_segments(path, segments),
            api_version: self.api_version.clone(),
            query: Vec::new(),
            body,
        }
    }

    fn log_analytics(
        &self,
        name: impl Into<Cow<'static, str>>,
        method: Method,
        segments: &[&str],
        body: Option<Value>,
    ) -> Operation {
        Operation {
            name: name.into(),
            method,
            path: with_segments(self.workspace_path(), segments),
            api_version: LOG_ANALYTICS_API_VERSION.to_owned(),
            query: Vec::new(),
            body,
        }
    }

    fn workspace_path(&self) -> String {
        with_segments(
            String::new(),
            &[
                "subscriptions",
                self.workspace.subscription(),
                "resourceGroups",
                self.workspace.resource_group(),
                "providers",
                "Microsoft.OperationalInsights",
                "workspaces",
                self.workspace.workspace(),
            ],
        )
    }
}

fn with_segments(mut path: String, segments: &[&str]) -> String {
    for segment in segments {
        path.push('/');
        path.extend(utf8_percent_encode(segment, SEGMENT));
    }
    path
}

/// `put-alert-rule`.
fn named(verb: &str, kind: Kind) -> String {
    format!("{verb}-{}", kebab(kind.definition().word))
}

/// The word of one row and the collection of rows. A kind without rows has no operations on them, and its callers ask
/// the table first.
fn rows(kind: Kind) -> (&'static str, &'static str) {
    kind.definition().rows.as_ref().map_or(("row", "rows"), |rows| (rows.word, rows.collection))
}

/// `alert-rules` of `alertRules`.
fn kebab(word: &str) -> String {
    let mut kebab = String::with_capacity(word.len() + 2);
    for c in word.chars() {
        if c.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::DEFAULT_API_VERSION;

    fn operations() -> Operations {
        let workspace =
            WorkspaceId::new("00000000-0000-0000-0000-00000000000a", "rg-sentinel", "law-sentinel").unwrap();
        Operations::new(workspace, DEFAULT_API_VERSION)
    }

    const WORKSPACE: &str = "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/\
                             Microsoft.OperationalInsights/workspaces/law-sentinel";

    #[test]
    fn each_operation_has_its_path() {
        let ops = operations();
        let table = [
            (ops.list(Kind::AlertRule), "GET", "alertRules"),
            (ops.get(Kind::AlertRule, "r1"), "GET", "alertRules/r1"),
            (ops.put(Kind::AlertRule, "r1", Value::Null), "PUT", "alertRules/r1"),
            (ops.delete(Kind::AlertRule, "r1"), "DELETE", "alertRules/r1"),
            (ops.list(Kind::Watchlist), "GET", "watchlists"),
            (ops.get(Kind::Watchlist, "w"), "GET", "watchlists/w"),
            (ops.put(Kind::Watchlist, "w", Value::Null), "PUT", "watchlists/w"),
            (ops.delete(Kind::Watchlist, "w"), "DELETE", "watchlists/w"),
            (ops.list_rows(Kind::Watchlist, "w"), "GET", "watchlists/w/watchlistItems"),
            (ops.put_row(Kind::Watchlist, "w", "i", Value::Null), "PUT", "watchlists/w/watchlistItems/i"),
            (ops.delete_row(Kind::Watchlist, "w", "i"), "DELETE", "watchlists/w/watchlistItems/i"),
            (ops.list_metadata(), "GET", "metadata"),
            (ops.put_metadata("m", Value::Null), "PUT", "metadata/m"),
            (ops.delete_metadata("m"), "DELETE", "metadata/m"),
            (ops.get_onboarding_state(), "GET", "onboardingStates/default"),
        ];
        for (operation, method, path) in table {
            assert_eq!(operation.path, format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/{path}"));
            assert_eq!(operation.method.as_str(), method, "{path}");
            assert_eq!(operation.api_version, DEFAULT_API_VERSION, "{path}");
            assert_eq!(operation.body.is_some(), method == "PUT", "{path}");
        }
    }

    #[test]
    fn workspace_tables_and_saved_searches_are_log_analytics() {
        let ops = operations();
        for (operation, path) in [
            (ops.get_workspace(), ""),
            (ops.list_tables(), "/tables"),
            (ops.get_table("T_CL"), "/tables/T_CL"),
            (ops.list(Kind::SavedSearch), "/savedSearches"),
            (ops.get(Kind::SavedSearch, "a"), "/savedSearches/a"),
            (ops.put(Kind::SavedSearch, "a", Value::Null), "/savedSearches/a"),
            (ops.delete(Kind::SavedSearch, "L(w)_G|A"), "/savedSearches/L%28w%29_G%7CA"),
        ] {
            assert_eq!(operation.path, format!("{WORKSPACE}{path}"));
            assert_eq!(operation.api_version, LOG_ANALYTICS_API_VERSION);
        }
    }

    #[test]
    fn operations_are_named_after_their_kind() {
        let ops = operations();
        let names = [
            ops.list(Kind::AlertRule),
            ops.put(Kind::AlertRule, "r", Value::Null),
            ops.list(Kind::SavedSearch),
            ops.get(Kind::SavedSearch, "s"),
            ops.list_rows(Kind::Watchlist, "w"),
            ops.delete_row(Kind::Watchlist, "w", "i"),
        ]
        .map(|operation| operation.name);
        let expected = [
            "list-alert-rules",
            "put-alert-rule",
            "list-saved-searches",
            "get-saved-search",
            "list-watchlist-items",
            "delete-watchlist-item",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn an_operation_reads_back_from_json() {
        let ops = operations();
        for operation in [
            ops.put(Kind::AlertRule, "r", serde_json::json!({ "kind": "Scheduled" })),
            ops.delete_row(Kind::Watchlist, "w", "i"),
            ops.list_metadata().with_query("$filter", "x"),
        ] {
            let text = serde_json::to_string(&operation).unwrap();
            assert_eq!(serde_json::from_str::<Operation>(&text).unwrap(), operation, "{text}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let path = operations().get(Kind::Watchlist, "High Value/../x?y#z%41ü").path;
        assert!(path.ends_with("/watchlists/High%20Value%2F..%2Fx%3Fy%23z%2541%C3%BC"), "{path}");
    }
}
