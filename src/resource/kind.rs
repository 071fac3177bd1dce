//! The kinds of resources as a table: a row a kind, and what the rest of the program knows of it in the kind's own file.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::canonical::Rule;
use super::{AlertRule, Identity, Row, Rows, SavedSearch, Watchlist, alert_rule, saved_search, watchlist};

/// What the rest of the program knows of a kind.
///
/// A function that looks at a resource is given its canonical form.
#[derive(Debug)]
pub struct Definition {
    /// The kind in JSON and, in kebab-case, in the names of operations: `alertRule`.
    pub word: &'static str,
    /// The kind as people call it, also in the reason of what needs one that is absent.
    pub noun: &'static str,
    /// What a query does with one that it needs: it reads a watchlist and calls a function.
    pub used: &'static str,
    /// The segment of its path, in a URL and in the folder that `compile` writes.
    pub collection: &'static str,
    /// Whose API it belongs to.
    pub api: Api,
    /// Whether two names that differ in case alone are one. ARM compares most names so.
    pub ignores_case: bool,
    /// When it is written: after every kind of a lower number.
    pub wave: u8,
    /// Whether a plan lists those of the workspace also where the folder has none and needs none.
    pub always_listed: bool,
    /// Whether a write or delete may go on after it was answered.
    pub long_running: bool,
    /// What an update sends where the service's list gives no etag.
    pub without_etag: WithoutEtag,
    /// The name of a resource, from an answer of the service as it came. `None` where the answer lacks what identifies it.
    pub name: fn(&Value) -> Option<&str>,
    /// What an answer without a name lacks.
    pub identified_by: &'static str,
    /// A second name by which queries refer to it. Two resources of one kind with the same would be ambiguous.
    pub alias: fn(&Value) -> Option<&str>,
    /// Whether one of the workspace is of this kind and no mere neighbour in its collection, which no folder could hold.
    pub is_content: fn(&Value) -> bool,
    /// Whether the second, which the workspace has, can become the first by an update.
    pub can_become: fn(&Value, &Value) -> bool,
    /// What the workspace has of a wanted name where it cannot: `a rule of …`.
    pub unlike: &'static str,
    /// Whether the service itself switched one of the workspace off.
    pub is_switched_off: fn(&Value) -> bool,
    /// How its canonical form is made.
    pub canonical: &'static [Rule],
    /// Its rows, for a kind that has some.
    pub rows: Option<RowsDefinition>,
}

/// What the rest of the program knows of the rows of a kind.
#[derive(Debug)]
pub struct RowsDefinition {
    /// One row in JSON and, in kebab-case, in the names of operations.
    pub word: &'static str,
    /// The segment of a row's path after that of its resource.
    pub collection: &'static str,
    /// Adds all rows to the body of the resource's PUT.
    pub carry: fn(&mut Value, &Rows),
    /// The body of one row's PUT, without an etag.
    pub body: fn(Row<'_>) -> Value,
}

/// Whose API a kind belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// The provider Microsoft.SecurityInsights on a workspace.
    Sentinel,
    /// Microsoft.OperationalInsights, of which a workspace is a resource.
    LogAnalytics,
}

impl Api {
    /// How a resource of this API that does not exist looks.
    pub const fn absence(self) -> Absence {
        match self {
            Self::Sentinel => Absence::SENTINEL,
            Self::LogAnalytics => Absence::RESOURCE_MANAGER,
        }
    }
}

/// How a resource that does not exist looks: which codes of a 404 say that something above it is missing, so that nothing
/// is known about the resource itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    parent_is_missing: &'static [&'static str],
}

impl Absence {
    /// Azure Resource Manager or Log Analytics answers, with `ResourceNotFound`.
    pub const RESOURCE_MANAGER: Self = Self {
        parent_is_missing: &[
            "SubscriptionNotFound",
            "ResourceGroupNotFound",
            "ParentResourceNotFound",
            "InvalidResourceType",
            "InvalidSubscriptionId",
            // The emulator's, for a type that it lacks.
            "NotEmulated",
        ],
    };

    /// Sentinel answers, with `NotFound` or `404`. From it `ResourceNotFound` means the workspace.
    pub const SENTINEL: Self = Self {
        parent_is_missing: &[
            "SubscriptionNotFound",
            "ResourceGroupNotFound",
            "ParentResourceNotFound",
            "InvalidResourceType",
            "InvalidSubscriptionId",
            // The emulator's, for a type that it lacks.
            "NotEmulated",
            "ResourceNotFound",
        ],
    };

    /// Whether a 404 with this code says that the resource does not exist, and its parents do.
    pub fn is(self, code: &str) -> bool {
        !self.parent_is_missing.iter().any(|parent| parent.eq_ignore_ascii_case(code))
    }
}

/// What an update sends where the service's list gives no etag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutEtag {
    /// Nothing: the service then writes over whatever is there.
    Nothing,
    /// `*`, without which the service refuses to write over what is there.
    Star,
}

/// The text at a JSON pointer.
pub(super) fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// What each kind's own type answers for one resource that the folder wants.
pub(super) trait Content {
    /// The resource name.
    fn name(&self) -> &str;
    /// The name that people see in the portal.
    fn display_name(&self) -> &str;
    /// The body of the PUT that creates it, without an etag and rows.
    fn body(&self) -> Value;
    /// Its rows, and the column by which they are told apart.
    fn rows(&self) -> Option<(&Arc<Rows>, &str)> {
        None
    }
    /// Whether the stable API versions do not know a property or the variant of it.
    fn needs_preview(&self) -> bool {
        false
    }
}

/// Makes the table: for each kind its variant, its type and its file.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($content:ty) in $file:ident),+ $(,)?) => {
        /// The kinds of resources that Bartizan deploys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind),+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// What is known of it.
            pub fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$kind => &$file::DEFINITION),+
                }
            }
        }

        /// A compiled ARM object.
        #[expect(clippy::large_enum_variant, reason = "nearly all are rules, so a box would cost more than it saves")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum Resource {
            $($(#[$doc])* $kind($content)),+
        }

        impl Resource {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind),+
                }
            }

            fn content(&self) -> &dyn Content {
                match self {
                    $(Self::$kind(content) => content),+
                }
            }
        }
    };
}

kinds! {
    /// `Microsoft.SecurityInsights/alertRules`.
    AlertRule(AlertRule) in alert_rule,
    /// `Microsoft.SecurityInsights/watchlists`, with their rows.
    Watchlist(Watchlist) in watchlist,
    /// `Microsoft.OperationalInsights/workspaces/savedSearches` that serve as functions.
    SavedSearch(SavedSearch) in saved_search,
}

impl Kind {
    /// As people call it.
    pub fn noun(self) -> &'static str {
        self.definition().noun
    }

    /// The segment of a path, in a URL and in the folder that `compile` writes.
    pub fn collection(self) -> &'static str {
        self.definition().collection
    }

    /// Every kind in the order in which they are written.
    pub fn in_order() -> Vec<Self> {
        let mut kinds = Self::ALL.to_vec();
        kinds.sort_by_key(|kind| kind.definition().wave);
        kinds
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.definition().word)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let found = Self::ALL.iter().copied().find(|kind| kind.definition().word == word);
        found.ok_or_else(|| serde::de::Error::custom(format!("`{word}` is not a kind of resource")))
    }
}

impl Resource {
    /// What names it in a workspace.
    pub fn identity(&self) -> Identity {
        Identity::new(self.kind(), self.content().name())
    }

    /// The name that people see in the portal.
    pub fn display_name(&self) -> &str {
        self.content().display_name()
    }

    /// The body of the PUT that creates it or replaces its fields, without an etag and rows.
    pub fn body(&self) -> Value {
        self.content().body()
    }

    /// The body of the PUT that creates it with its rows, without an etag.
    pub fn body_with_rows(&self) -> Value {
        let mut body = self.body();
        if let (Some((rows, _)), Some(definition)) = (self.rows(), &self.kind().definition().rows) {
            (definition.carry)(&mut body, rows);
        }
        body
    }

    /// Its rows, and the column by which they are told apart; `None` of a kind that has none.
    pub fn rows(&self) -> Option<(&Arc<Rows>, &str)> {
        self.content().rows()
    }

    /// Whether the stable API versions do not know a property or the variant of it.
    pub fn needs_preview(&self) -> bool {
        self.content().needs_preview()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_word_a_noun_or_a_path() {
        for facts in [
            |definition: &Definition| definition.word,
            |definition: &Definition| definition.noun,
            |definition: &Definition| definition.collection,
        ] {
            let all: BTreeSet<&str> = Kind::ALL.iter().map(|kind| facts(kind.definition())).collect();
            assert_eq!(all.len(), Kind::ALL.len(), "{all:?}");
        }
    }

    #[test]
    fn watchlists_are_written_before_functions_and_functions_before_rules() {
        assert_eq!(Kind::in_order(), [Kind::Watchlist, Kind::SavedSearch, Kind::AlertRule]);
    }

    #[test]
    fn a_kind_is_its_word_in_json() {
        for kind in Kind::ALL {
            let text = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&text).unwrap(), *kind, "{text}");
        }
        assert_eq!(serde_json::to_string(&Kind::AlertRule).unwrap(), "\"alertRule\"");
        assert!(serde_json::from_str::<Kind>("\"hunt\"").is_err());
    }

    #[test]
    fn a_missing_parent_says_nothing_about_the_resource() {
        for code in ["NotFound", "404", ""] {
            assert!(Absence::SENTINEL.is(code) && Absence::RESOURCE_MANAGER.is(code), "{code}");
        }
        for code in ["ResourceGroupNotFound", "subscriptionnotfound", "InvalidResourceType", "NotEmulated"] {
            assert!(!Absence::SENTINEL.is(code) && !Absence::RESOURCE_MANAGER.is(code), "{code}");
        }
        // Sentinel is a child of the workspace; Log Analytics says it of the resource itself.
        assert!(
            !Absence::SENTINEL.is("ResourceNotFound") && Absence::RESOURCE_MANAGER.is("ResourceNotFound")
        );
    }
}
