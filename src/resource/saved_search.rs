//! `Microsoft.OperationalInsights/workspaces/savedSearches` that serve as functions.

use serde_json::{Value, json};

use super::canonical::{Constant, Rule};
use super::kind::{Api, Content, Definition, WithoutEtag, text_at};

pub(super) const DEFINITION: Definition = Definition {
    word: "savedSearch",
    noun: "function",
    used: "calls",
    collection: "savedSearches",
    api: Api::LogAnalytics,
    ignores_case: true,
    wave: 1,
    // Most workspaces come with some that are no functions.
    always_listed: false,
    long_running: false,
    without_etag: WithoutEtag::Star,
    // Published examples have an id and no name.
    name: |body| {
        let last = || text_at(body, "/id").map(|id| id.rsplit('/').next().unwrap_or_default());
        text_at(body, "/name").or_else(last).filter(|name| !name.is_empty())
    },
    identified_by: "name",
    alias: |search| text_at(search, "/properties/functionAlias"),
    // Hunting queries share the collection.
    is_content: |live| text_at(live, "/properties/functionAlias").is_some(),
    can_become: |_, live| text_at(live, "/properties/functionAlias").is_some(),
    unlike: "a saved search of this id that is no function",
    is_switched_off: |_| false,
    canonical: &[
        // Published examples of this API do not agree on it.
        Rule::FirstLetterIgnoresCase,
        Rule::Text("properties.query"),
        Rule::Text("properties.functionParameters"),
        Rule::Default("properties.version", Constant::Number(LANGUAGE_VERSION)),
        Rule::Set("properties.tags"),
    ],
    rows: None,
};

/// The tag that marks a saved search as Bartizan's. Tags are the resource's own data and stay with it; a person who
/// saves the function in the portal may lose them, which the next plan shows.
const CREATED_BY: (&str, &str) = ("createdBy", "Bartizan");

/// The version of the query language; the API knows no newer one.
const LANGUAGE_VERSION: i64 = 2;

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

impl Content for SavedSearch {
    fn name(&self) -> &str {
        &self.id
    }

    fn display_name(&self) -> &str {
        &self.display_name
    }

    fn body(&self) -> Value {
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
