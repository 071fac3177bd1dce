//! What names a resource in a workspace.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;

/// A kind and a resource name, equal and ordered by the case rule of the kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// The kind.
    pub kind: Kind,
    /// The resource name, as it was written: the rule's id, the watchlist's alias, the saved search's id.
    pub name: String,
}

impl Identity {
    /// The identity of this kind and name.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    fn key(&self) -> (Kind, Cow<'_, str>) {
        let name = Cow::Borrowed(self.name.as_str());
        let ignores_case = self.kind.definition().ignores_case;
        (self.kind, if ignores_case { Cow::Owned(name.to_ascii_lowercase()) } else { name })
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && if self.kind.definition().ignores_case {
                self.name.eq_ignore_ascii_case(&other.name)
            } else {
                self.name == other.name
            }
    }
}

impl Eq for Identity {}

impl std::hash::Hash for Identity {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialOrd for Identity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.noun(), self.name)
    }
}
