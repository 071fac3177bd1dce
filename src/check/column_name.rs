//! Names of columns in entity mappings and custom details.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Text;

codes! {
    /// A `columnName` of an entity mapping, or the value of a custom detail, is no name of a column: a letter or `_`,
    /// then letters, digits and `_`, at most 500 characters.
    ///
    /// ## Why
    /// The service takes plain names only, no expressions, and refuses the rule. What has to be computed or renamed
    /// is a column of the query.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// customDetails:
    ///   User: tolower(Account)
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: SecurityEvent | extend User = tolower(Account)
    /// customDetails:
    ///   User: User
    /// ```
    pub(super) BAD_COLUMN_NAME = "bad-column-name", Error;
}

/// Characters of a column's name.
const LONGEST: usize = 500;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let fields = rule.entity_mappings.items().iter().flat_map(|mapping| mapping.field_mappings.items());
    let fields = fields.filter_map(|field| field.column_name.given());
    let sentinels = rule.sentinel_entities_mappings.items().iter().filter_map(|mapping| mapping.given());
    let details = rule.custom_details.items().iter().map(|(_, column)| column);
    for text in fields.chain(sentinels).chain(details) {
        column(text, diagnostics);
    }
}

/// Whether the service takes a text as the name of a column.
pub(super) fn is_column_name(name: &str) -> bool {
    is_plain(name) && name.len() <= LONGEST
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A blank name is missing, which is said elsewhere.
fn column(text: &Text, diagnostics: &mut Vec<Diagnostic>) {
    let name = text.trim();
    let plain = is_plain(name);
    if name.is_empty() || is_column_name(name) {
        return;
    }
    let message = if plain {
        format!("the name of the column has {} characters", name.len())
    } else {
        format!("`{}` is no name of a column", shown(name))
    };
    diagnostics.push(
        Diagnostic::new(&BAD_COLUMN_NAME, text.span, message)
            .label(format!(
                "allowed: a letter or `_`, then letters, digits and `_`, {LONGEST} characters in all"
            ))
            .help(
                "give the value a plain name in the query, as in `| extend Name = …`, and name that column",
            ),
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    fn mapped(column: &str) -> Vec<&'static str> {
        rule(&format!(
            "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - identifier: HostName\n        columnName: {column}\n"
        ))
        .codes()
    }

    #[test]
    fn a_column_is_a_plain_name() {
        assert_eq!(mapped("_Computer1"), [""; 0]);
        for column in ["1st", "a.b", "tolower(Computer)", "'[''x'']'", "Größe"] {
            assert_eq!(mapped(column), ["bad-column-name"], "{column}");
        }
        assert_eq!(mapped(&"a".repeat(500)), [""; 0]);
        assert_eq!(mapped(&"a".repeat(501)), ["bad-column-name"]);
    }

    #[test]
    fn custom_details_and_sentinel_entities_name_columns_too() {
        assert_eq!(rule("customDetails: {A: a b}\n").codes(), ["bad-column-name"]);
        assert_eq!(rule("sentinelEntitiesMappings: [{columnName: a-b}]\n").codes(), ["bad-column-name"]);
    }
}
