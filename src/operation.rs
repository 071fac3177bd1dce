//! Operations of the management API as values: method, path, body, what they expect to find, how their outcome is
//! verified, and the workspace and cloud that they go to.
//!
//! What is sent is built here by pure functions, from the table of the kinds; `azure` sends it.

mod operations;
mod target;
mod write;

pub use operations::Operations;
pub use target::{AuthMethod, Cloud, InvalidTarget, Target, WorkspaceId, api_version};
pub use write::{Expect, Found, Verify, Write};

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The newest stable version of the SecurityInsights API that is known to be served; a setting of the client.
pub const DEFAULT_API_VERSION: &str = "2025-09-01";

/// The version for what the stable ones do not have, such as NRT rules and `subTechniques`.
pub const PREVIEW_API_VERSION: &str = "2025-10-01-preview";

/// The version for workspaces, tables and saved searches, which belong to Log Analytics and not to Sentinel. 2025-07-01 is newer; this
/// one is in wide use and has all that is read here.
pub const LOG_ANALYTICS_API_VERSION: &str = "2023-09-01";

/// An HTTP method of the management API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// What it does, in kebab-case, for logs: `put-alert-rule`.
    pub name: Cow<'static, str>,
    /// The HTTP method.
    pub method: Method,
    /// The path, percent-encoded, from `/subscriptions`.
    pub path: String,
    /// The value of `api-version`.
    pub api_version: String,
    /// Further query parameters, not encoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(Cow<'static, str>, String)>,
    /// The JSON body of a PUT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

impl Operation {
    /// The same with a query parameter, such as `("$filter", …)`.
    #[must_use]
    pub fn with_query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// The operation that reads what this one writes.
    #[must_use]
    pub fn read_back(&self) -> Self {
        let what = self.name.split_once('-').map_or("resource", |(_, what)| what);
        Self {
            name: format!("get-{what}").into(),
            method: Method::Get,
            path: self.path.clone(),
            api_version: self.api_version.clone(),
            query: self.query.clone(),
            body: None,
        }
    }
}
