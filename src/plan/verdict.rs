//! What is done with one resource, and why.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Difference, RowChanges, Step};
use crate::resource::{Identity, Kind};

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The workspace does not have it. Before is nothing, after is the folder's.
    Create,
    /// The workspace has another. Before is the workspace's, after the folder's.
    Update,
    /// The workspace has it and the folder no longer does. Before is the workspace's, after is nothing.
    Delete,
    /// Both are the same. Neither before nor after is given.
    Unchanged,
    /// It is not sent, since it could not work. Before and after as they are.
    Skipped,
    /// It is not sent, since sending it would destroy what someone else made. Before and after as they are.
    Conflict,
}

/// Why a resource has its [`Action`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Create: the workspace has nothing of this name.
    New,
    /// Update: a field or a row differs.
    Changed,
    /// Update: the service switched the rule off after repeated failures and says so in its name.
    AutoDisabled,
    /// Unchanged.
    UpToDate,
    /// Skipped: the rule was made from indicators for a table that the workspace does not have.
    ConnectorAbsent,
    /// Skipped: the query reads a table that the workspace does not have, so the service would refuse the rule.
    TableAbsent,
    /// Skipped: the query needs something of this kind, such as a watchlist, that neither the folder nor the workspace
    /// has.
    Absent(Kind),
    /// Conflict: the workspace has a rule of this id and of another kind, which no update can change, or a saved
    /// search of this id that is no function.
    KindDiffers,
    /// Conflict: the workspace has a function of this alias under another id, and a second one would make calls
    /// ambiguous.
    AliasTaken,
}

impl Reason {
    const WITHOUT_KIND: [Self; 8] = [
        Self::New,
        Self::Changed,
        Self::AutoDisabled,
        Self::UpToDate,
        Self::ConnectorAbsent,
        Self::TableAbsent,
        Self::KindDiffers,
        Self::AliasTaken,
    ];

    /// Whether the verdict leaves something undone that the folder asks for.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::TableAbsent | Self::Absent(_))
    }

    /// The reason in JSON: `watchlist-absent`.
    pub fn word(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::AutoDisabled => "auto-disabled",
            Self::UpToDate => "up-to-date",
            Self::ConnectorAbsent => "connector-absent",
            Self::TableAbsent => "table-absent",
            Self::Absent(kind) => return Cow::Owned(format!("{}-absent", kind.noun().replace(' ', "-"))),
            Self::KindDiffers => "kind-differs",
            Self::AliasTaken => "alias-taken",
        })
    }

    fn parse(word: &str) -> Option<Self> {
        let of_kinds = Kind::ALL.iter().map(|kind| Self::Absent(*kind));
        Self::WITHOUT_KIND.into_iter().chain(of_kinds).find(|reason| reason.word() == word)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.word())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("`{word}` is not a reason")))
    }
}

/// Where a resource is in the files of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// The path, as it was given or found.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// Where the parts of its query are, in their order; none where the query is nowhere in the file as it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<QueryPlace>,
}

/// From where to where a query is in its file as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryPlace {
    /// The first byte of the part, which goes as far as the next one or the end of the line.
    pub start: usize,
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its column there in characters, from 1.
    pub column: usize,
}

impl Source {
    /// Line and column in the file of a byte of the query, which is `query` as it is sent.
    pub fn in_query(&self, query: &str, at: usize) -> Option<(usize, usize)> {
        let part = self.query.iter().rfind(|part| part.start <= at)?;
        let before = query.get(part.start..at)?;
        Some((part.line, part.column + before.chars().count()))
    }
}

/// What is done with one resource, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it is.
    pub identity: Identity,
    /// The name that people see.
    pub display_name: String,
    /// Where it is in the folder; none for what the folder does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// When it is carried out: after everything of a lower number, and together with what has the same. Nothing
    /// depends on something of its own wave.
    pub wave: usize,
    /// What it needs in the workspace: it is not sent where one of these could not be created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Identity>,
    /// For [`Action::Skipped`], the names of the tables, watchlists or functions that are absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// For [`Reason::AliasTaken`], the id of the function that has the alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// For [`Reason::ConnectorAbsent`], the connector that would fill them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// The canonical form that the workspace has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The canonical form that the folder wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The fields that differ; empty unless it is an update.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The rows that are added, changed and removed.
    #[serde(default, skip_serializing_if = "RowChanges::is_without_rows")]
    pub rows: RowChanges,
    /// What is sent, in order; nothing unless it is created or updated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_back_from_its_word() {
        for reason in Reason::WITHOUT_KIND.into_iter().chain([Reason::Absent(Kind::Watchlist)]) {
            let text = serde_json::to_string(&reason).unwrap();
            assert_eq!(serde_json::from_str::<Reason>(&text).unwrap(), reason, "{text}");
        }
        assert_eq!(Reason::Absent(Kind::SavedSearch).word(), "function-absent");
        assert_eq!(Reason::Absent(Kind::AlertRule).word(), "analytics-rule-absent");
        assert!(serde_json::from_str::<Reason>("\"bored\"").is_err());
    }

    #[test]
    fn a_place_in_a_query_is_found_by_the_part_that_it_is_in() {
        let query = "T\n| where ä == 1";
        let part = |start, line, column| QueryPlace { start, line, column };
        let source = Source { query: vec![part(0, 7, 3), part(2, 8, 3)], ..Source::default() };
        let at = |text: &str| source.in_query(query, query.find(text).unwrap());
        assert_eq!((at("T"), at("where"), at("== 1")), (Some((7, 3)), Some((8, 5)), Some((8, 13))));
        assert_eq!(source.in_query(query, 99), None);
        assert_eq!(Source::default().in_query(query, 0), None);
    }
}
