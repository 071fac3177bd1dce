//! The columns of the query's result that a rule names outside its query.

use std::ops::Range;

use super::alert_details::placeholder_names;
use super::column_name::is_column_name;
use super::view::RuleView;
use crate::diagnostic::{SourceMap, Span};
use crate::document::Text;
use crate::resource::EntityType;

/// A column that a rule names, and where.
pub(super) struct Mapped<'a> {
    /// The column's name.
    pub(super) column: &'a str,
    /// What it is for.
    pub(super) role: Role<'a>,
    text: &'a Text,
    range: Range<usize>,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// An identifier of an entity.
    Identifier(Option<EntityType>, &'a str),
    /// Entities as Sentinel writes them.
    SentinelEntities,
    /// A custom detail.
    CustomDetail,
    /// A placeholder of the alert's name or description.
    Placeholder,
    /// The alert's tactics.
    Tactics,
    /// The alert's severity.
    Severity,
    /// Another property of the alert.
    Property,
}

impl Role<'_> {
    /// Whether the service leaves the alert as it is where the column is not there, instead of refusing the rule.
    pub(super) fn is_of_alert(self) -> bool {
        matches!(self, Self::Placeholder | Self::Tactics | Self::Severity | Self::Property)
    }
}

impl Mapped<'_> {
    /// Where the name stands.
    pub(super) fn place(&self, map: &SourceMap) -> Span {
        self.text.locate(map, self.range.clone())
    }
}

/// Every column that a rule names, in the order of the keys' documentation. Texts that are no names are left out: other
/// checks speak of them.
pub(super) fn mapped<'a>(rule: &RuleView<'a>) -> Vec<Mapped<'a>> {
    let rule = rule.document();
    let mut found = Vec::new();
    let mut add = |text: &'a Text, role| found.extend(whole(text, role));
    for mapping in rule.entity_mappings.items() {
        for field in mapping.field_mappings.items() {
            if let Some(column) = field.column_name.given() {
                let identifier = field.identifier.text().unwrap_or_default();
                add(column, Role::Identifier(mapping.entity_type.value(), identifier));
            }
        }
    }
    for mapping in rule.sentinel_entities_mappings.items() {
        if let Some(column) = mapping.given() {
            add(column, Role::SentinelEntities);
        }
    }
    for (_, column) in rule.custom_details.items() {
        add(column, Role::CustomDetail);
    }
    let Some(details) = rule.alert_details_override.given() else { return found };
    let columns = [
        (&details.alert_tactics_column_name, Role::Tactics),
        (&details.alert_severity_column_name, Role::Severity),
    ];
    for (column, role) in columns {
        if let Some(column) = column.given() {
            add(column, role);
        }
    }
    for property in details.alert_dynamic_properties.items() {
        if let Some(column) = property.value.value.given() {
            add(column, Role::Property);
        }
    }
    let formats = [&details.alert_display_name_format, &details.alert_description_format];
    for text in formats.into_iter().filter_map(|format| format.given()) {
        found.extend(placeholder_names(text).map(|range| Mapped {
            column: &text.as_str()[range.clone()],
            role: Role::Placeholder,
            text,
            range,
        }));
    }
    found
}

/// The name that a whole text is.
fn whole<'a>(text: &'a Text, role: Role<'a>) -> Option<Mapped<'a>> {
    let column = text.trim();
    let start = text.len() - text.trim_start().len();
    is_column_name(column).then(|| Mapped { column, role, text, range: start..start + column.len() })
}
