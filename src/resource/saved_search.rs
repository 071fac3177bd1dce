//! `Microsoft.OperationalInsights/workspaces/savedSearches` that serve as functions.

use serde_json::{Value, json};

/// The tag that marks a saved search as Bartizan's. Tags are the resource's own data and stay with it; a person who
/// saves the function in the portal may lose them, which the next plan shows.
const CREATED_BY: (&str, &str) = ("createdBy", "Bartizan");

/// The version of the query language; the API knows no newer one.
pub(super) const LANGUAGE_VERSION: i64 = 2;

/// A saved function: a query that other queries call by its alias.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedSearch {
    /// The resource name: the id of the file, or the alias in lower case.
    pub id: String,
    /// The name in the portal.
    pub display_name: String,
    /// The group under which the portal lists it.
    pub category: String,
    /// The name by which queries call it, compared by case.
    pub function_alias: String,
    /// `name:type=default, …`; empty where it takes none.
    pub function_parameters: String,
    /// KQL, lines ended by LF.
    pub query: String,
    /// Kept as a tag, since a saved search has no field for it.
    pub description: String,
    /// The version of the file, kept as a tag.
    pub version: String,
}

impl SavedSearch {
    /// The body of the PUT that creates it.
    pub fn body(&self) -> Value {
        let mut properties = json!({
            "category": self.category,
            "displayName": self.display_name,
            "query": self.query,
            "functionAlias": self.function_alias,
        });
        if !self.function_parameters.is_empty() {
            properties["functionParameters"] = json!(self.function_parameters);
        }
        properties["version"] = json!(LANGUAGE_VERSION);
        let described = [("description", self.description.as_str()), ("version", &self.version)];
        let tags =
            std::iter::once(CREATED_BY).chain(described.into_iter().filter(|(_, value)| !value.is_empty()));
        properties["tags"] = tags.map(|(name, value)| json!({ "name": name, "value": value })).collect();
        json!({ "properties": properties })
    }
}
