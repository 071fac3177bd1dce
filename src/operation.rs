//! Operations of the management API as values: method, path, body, and the workspace and cloud that they go to.
//!
//! What is sent is built here by pure functions; `azure` sends it.

mod target;

pub use target::{AuthMethod, Cloud, InvalidTarget, WorkspaceId};

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The newest stable version of the SecurityInsights API that is known to be served; a setting of the client.
pub const DEFAULT_API_VERSION: &str = "2025-09-01";

/// The version for what the stable ones do not have, such as NRT rules and `subTechniques`.
pub const PREVIEW_API_VERSION: &str = "2025-10-01-preview";

/// The version for workspaces, tables and saved searches, which belong to Log Analytics and not to Sentinel. 2025-07-01 is newer; this
/// one is in wide use and has all that is read here.
pub const LOG_ANALYTICS_API_VERSION: &str = "2023-09-01";

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An HTTP method of the management API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or replaces.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    /// The method in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes something, so that it may not be sent twice without a look at what the first one did.
    pub fn is_write(self) -> bool {
        self != Self::Get
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One request to the management API.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it does, in kebab-case, for logs: `put-alert-rule`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, percent-encoded, from `/subscriptions`.
    pub path: String,
    /// The value of `api-version`.
    pub api_version: String,
    /// Further query parameters, not encoded.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body of a PUT.
    pub body: Option<Value>,
}

impl Operation {
    /// The same with a query parameter, such as `("$filter", …)`.
    #[must_use]
    pub fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

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

    /// `GET alertRules`, a list.
    pub fn list_alert_rules(&self) -> Operation {
        self.sentinel("list-alert-rules", Method::Get, &["alertRules"], None)
    }

    /// `GET alertRules/{id}`.
    pub fn get_alert_rule(&self, id: &str) -> Operation {
        self.sentinel("get-alert-rule", Method::Get, &["alertRules", id], None)
    }

    /// `PUT alertRules/{id}`. An etag that the write depends on stands in the body.
    pub fn put_alert_rule(&self, id: &str, body: Value) -> Operation {
        self.sentinel("put-alert-rule", Method::Put, &["alertRules", id], Some(body))
    }

    /// `DELETE alertRules/{id}`.
    pub fn delete_alert_rule(&self, id: &str) -> Operation {
        self.sentinel("delete-alert-rule", Method::Delete, &["alertRules", id], None)
    }

    /// `GET watchlists`, a list, without items.
    pub fn list_watchlists(&self) -> Operation {
        self.sentinel("list-watchlists", Method::Get, &["watchlists"], None)
    }

    /// `GET watchlists/{alias}`, without items.
    pub fn get_watchlist(&self, alias: &str) -> Operation {
        self.sentinel("get-watchlist", Method::Get, &["watchlists", alias], None)
    }

    /// `PUT watchlists/{alias}`; may start a long-running operation. `rawContent` adds items and never removes one.
    pub fn put_watchlist(&self, alias: &str, body: Value) -> Operation {
        self.sentinel("put-watchlist", Method::Put, &["watchlists", alias], Some(body))
    }

    /// `DELETE watchlists/{alias}`; may start a long-running operation.
    pub fn delete_watchlist(&self, alias: &str) -> Operation {
        self.sentinel("delete-watchlist", Method::Delete, &["watchlists", alias], None)
    }

    /// `GET watchlists/{alias}/watchlistItems`, a list.
    pub fn list_watchlist_items(&self, alias: &str) -> Operation {
        self.sentinel("list-watchlist-items", Method::Get, &["watchlists", alias, "watchlistItems"], None)
    }

    /// `GET watchlists/{alias}/watchlistItems/{id}`.
    pub fn get_watchlist_item(&self, alias: &str, id: &str) -> Operation {
        let path = ["watchlists", alias, "watchlistItems", id];
        self.sentinel("get-watchlist-item", Method::Get, &path, None)
    }

    /// `PUT watchlists/{alias}/watchlistItems/{id}`; the id is a GUID.
    pub fn put_watchlist_item(&self, alias: &str, id: &str, body: Value) -> Operation {
        self.sentinel(
            "put-watchlist-item",
            Method::Put,
            &["watchlists", alias, "watchlistItems", id],
            Some(body),
        )
    }

    /// `DELETE watchlists/{alias}/watchlistItems/{id}`.
    pub fn delete_watchlist_item(&self, alias: &str, id: &str) -> Operation {
        self.sentinel(
            "delete-watchlist-item",
            Method::Delete,
            &["watchlists", alias, "watchlistItems", id],
            None,
        )
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

    /// `GET savedSearches` of the workspace (Log Analytics), a list: functions, hunting queries and others.
    pub fn list_saved_searches(&self) -> Operation {
        self.log_analytics("list-saved-searches", Method::Get, &["savedSearches"], None)
    }

    /// `GET savedSearches/{id}`.
    pub fn get_saved_search(&self, id: &str) -> Operation {
        self.log_analytics("get-saved-search", Method::Get, &["savedSearches", id], None)
    }

    /// `PUT savedSearches/{id}`. Over one that exists the body needs its etag, or `*` for whichever it has.
    pub fn put_saved_search(&self, id: &str, body: Value) -> Operation {
        self.log_analytics("put-saved-search", Method::Put, &["savedSearches", id], Some(body))
    }

    /// `DELETE savedSearches/{id}`.
    pub fn delete_saved_search(&self, id: &str) -> Operation {
        self.log_analytics("delete-saved-search", Method::Delete, &["savedSearches", id], None)
    }

    fn sentinel(
        &self,
        name: &'static str,
        method: Method,
        segments: &[&str],
        body: Option<Value>,
    ) -> Operation {
        let mut path = self.workspace_path();
        path.push_str("/providers/Microsoft.SecurityInsights");
        Operation {
            name,
            method,
            path: with_segments(path, segments),
            api_version: self.api_version.clone(),
            query: Vec::new(),
            body,
        }
    }

    fn log_analytics(
        &self,
        name: &'static str,
        method: Method,
        segments: &[&str],
        body: Option<Value>,
    ) -> Operation {
        Operation {
            name,
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

#[cfg(test)]
mod tests {
    use super::*;

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
            (ops.list_alert_rules(), "GET", "alertRules"),
            (ops.get_alert_rule("r1"), "GET", "alertRules/r1"),
            (ops.put_alert_rule("r1", Value::Null), "PUT", "alertRules/r1"),
            (ops.delete_alert_rule("r1"), "DELETE", "alertRules/r1"),
            (ops.list_watchlists(), "GET", "watchlists"),
            (ops.get_watchlist("w"), "GET", "watchlists/w"),
            (ops.put_watchlist("w", Value::Null), "PUT", "watchlists/w"),
            (ops.delete_watchlist("w"), "DELETE", "watchlists/w"),
            (ops.list_watchlist_items("w"), "GET", "watchlists/w/watchlistItems"),
            (ops.put_watchlist_item("w", "i", Value::Null), "PUT", "watchlists/w/watchlistItems/i"),
            (ops.delete_watchlist_item("w", "i"), "DELETE", "watchlists/w/watchlistItems/i"),
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
            (ops.list_saved_searches(), "/savedSearches"),
            (ops.get_saved_search("a"), "/savedSearches/a"),
            (ops.put_saved_search("a", Value::Null), "/savedSearches/a"),
            (ops.delete_saved_search("L(w)_G|A"), "/savedSearches/L%28w%29_G%7CA"),
        ] {
            assert_eq!(operation.path, format!("{WORKSPACE}{path}"));
            assert_eq!(operation.api_version, LOG_ANALYTICS_API_VERSION);
        }
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let path = operations().get_watchlist("High Value/../x?y#z%41ü").path;
        assert!(path.ends_with("/watchlists/High%20Value%2F..%2Fx%3Fy%23z%2541%C3%BC"), "{path}");
    }
}
