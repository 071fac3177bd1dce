//! What a query may refer to at a place.

use crate::kind::Kind;

/// A column of which name and type are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// The columns that are known at a place: some or all of those that there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) columns: Vec<Column>,
    /// Whether there may be columns besides, whose names the language made up.
    pub(crate) partial: bool,
}

impl Scope {
    pub(crate) fn of(columns: &[(&str, Kind)]) -> Scope {
        let columns =
            columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
        Scope { columns, partial: false }
    }

    /// No column that is known, and perhaps others.
    pub(crate) fn unknown() -> Scope {
        Scope { columns: Vec::new(), partial: true }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Adds a column, in the place of one of the same name. One whose type is not known is no longer referred to.
    pub(crate) fn set(&mut self, name: &str, kind: Option<Kind>) {
        match (self.columns.iter_mut().find(|column| column.name == name), kind) {
            (Some(column), Some(kind)) => column.kind = kind,
            (None, Some(kind)) => self.columns.push(Column { name: name.to_owned(), kind }),
            (_, None) => {
                self.columns.retain(|column| column.name != name);
                self.partial = true;
            }
        }
    }

    /// What is left behind an expression without a name: the language names its column, perhaps as one that is mentioned
    /// in it.
    pub(crate) fn forget_mentioned(&mut self, text: &str) {
        self.columns.retain(|column| !text.contains(&column.name));
        self.partial = true;
    }

    /// The columns that stay where names may collide with others that are not known: those whose names only this generator
    /// gives.
    pub(crate) fn unmistakable(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| is_fresh(&column.name))
    }
}

/// Whether a name is one that the generator made up for one place only.
pub(crate) fn is_fresh(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_whose_type_is_not_known_is_forgotten() {
        let mut scope = Scope::of(&[("A", Kind::Long), ("B", Kind::String)]);
        scope.set("A", None);
        assert_eq!(scope.find("A"), None);
        assert!(scope.partial);
        scope.forget_mentioned("tolower(B)");
        assert_eq!(scope.columns, []);
    }
}
