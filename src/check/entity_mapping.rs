//! The entities that a rule maps: types, identifiers and how many.

use super::Look;
use super::entity_identifiers::{Identifiers, identifiers};
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{listed, none_of, shown};
use crate::diagnostic::{Diagnostic, codes};
use crate::document::{EntityMapping, Spanned, Text};
use crate::resource::EntityType;

codes! {
    /// A rule has more than 10 entity mappings, `sentinelEntitiesMappings` included.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// sentinelEntitiesMappings:
    ///   - columnName: Entities1
    ///   - columnName: Entities2
    ///   - columnName: Entities3
    ///   - columnName: Entities4
    ///   - columnName: Entities5
    ///   - columnName: Entities6
    ///   - columnName: Entities7
    ///   - columnName: Entities8
    ///   - columnName: Entities9
    ///   - columnName: Entities10
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// sentinelEntitiesMappings:
    ///   - columnName: Entities
    /// ```
    pub(super) TOO_MANY_ENTITY_MAPPINGS = "too-many-entity-mappings", Error;

    /// An entity mapping has more than 3 field mappings.
    ///
    /// ## Why
    /// The service refuses the rule. Three identifiers are enough to name an entity; others belong into
    /// `customDetails`.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: Account
    ///     fieldMappings:
    ///       - {identifier: Name, columnName: Name}
    ///       - {identifier: UPNSuffix, columnName: Suffix}
    ///       - {identifier: AadUserId, columnName: UserId}
    ///       - {identifier: Sid, columnName: Sid}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: Account
    ///     fieldMappings:
    ///       - {identifier: Name, columnName: Name}
    ///       - {identifier: UPNSuffix, columnName: Suffix}
    ///       - {identifier: AadUserId, columnName: UserId}
    /// ```
    pub(super) TOO_MANY_FIELD_MAPPINGS = "too-many-field-mappings", Error;

    /// An `identifier` is none of its entity type. Case counts: it is `Sid` of an Account and `SID` of a
    /// SecurityGroup.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - {identifier: IPAddress, columnName: SourceIP}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - {identifier: Address, columnName: SourceIP}
    /// ```
    pub(super) UNKNOWN_IDENTIFIER = "unknown-identifier", Error;

    /// One entity mapping names an identifier twice.
    ///
    /// ## Why
    /// The service refuses the rule. Two entities of one type are two entity mappings.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - {identifier: Address, columnName: SourceIP}
    ///       - {identifier: Address, columnName: DestinationIP}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - {identifier: Address, columnName: SourceIP}
    ///   - entityType: IP
    ///     fieldMappings:
    ///       - {identifier: Address, columnName: DestinationIP}
    /// ```
    pub(super) REPEATED_IDENTIFIER = "repeated-identifier", Error;

    /// An entity mapping lacks the identifiers without which an entity of its type has no identity.
    ///
    /// ## Why
    /// A hash without its algorithm, or an account of which only the domain is known, identifies nothing. The
    /// service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: FileHash
    ///     fieldMappings:
    ///       - {identifier: Value, columnName: SHA256}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: FileHash
    ///     fieldMappings:
    ///       - {identifier: Algorithm, columnName: HashAlgorithm}
    ///       - {identifier: Value, columnName: SHA256}
    /// ```
    pub(super) MISSING_IDENTIFIER = "missing-identifier", Error;
}

/// Entity mappings of a rule, `sentinelEntitiesMappings` included.
const MOST_MAPPINGS: usize = 10;
/// Field mappings of an entity mapping.
const MOST_FIELDS: usize = 3;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    number(rule, diagnostics);
    for mapping in rule.entity_mappings.items() {
        let fields = mapping.field_mappings.items();
        if let Some(extra) = fields.get(MOST_FIELDS) {
            let count = fields.len();
            diagnostics.push(
                Diagnostic::new(
                    &TOO_MANY_FIELD_MAPPINGS,
                    extra.span,
                    format!("the entity mapping has {count} field mappings"),
                )
                .label(format!("at most {MOST_FIELDS}"))
                .help(
                    "keep the identifiers that name the entity best, and show the others in `customDetails`",
                ),
            );
        }
        let Some(entity) = mapping.entity_type.value() else { continue };
        if let Some(known) = identifiers(entity) {
            fields_of(mapping, entity, known, diagnostics);
        }
    }
}

fn number(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let ours = rule.entity_mappings.items().iter().map(|mapping| mapping.span);
    let sentinels = rule.sentinel_entities_mappings.items().iter().map(|mapping| mapping.span);
    let spans: Vec<_> = ours.chain(sentinels).collect();
    if let Some(extra) = spans.get(MOST_MAPPINGS) {
        diagnostics.push(
            Diagnostic::new(
                &TOO_MANY_ENTITY_MAPPINGS,
                *extra,
                format!("the rule has {} entity mappings", spans.len()),
            )
            .label(format!("at most {MOST_MAPPINGS}, `sentinelEntitiesMappings` included"))
            .help("keep those that an analyst would follow up"),
        );
    }
}

fn fields_of(
    mapping: &Spanned<EntityMapping>,
    entity: EntityType,
    known: &Identifiers,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let fields = mapping.field_mappings.items();
    let mut seen: Vec<&Text> = Vec::with_capacity(MOST_FIELDS);
    // A field without an identifier is another check's, and may be the one that is wanted.
    let mut all_known = fields.iter().all(|field| field.identifier.given().is_some());
    for identifier in fields.iter().filter_map(|field| field.identifier.given()) {
        let word = identifier.trim();
        if !known.all.contains(&word) {
            all_known = false;
            let message = format!("`{}` is no identifier of {}", shown(word), entity.as_str());
            diagnostics.push(none_of(&UNKNOWN_IDENTIFIER, identifier.span, message, word, &known.all));
        } else if let Some(first) = seen.iter().find(|first| first.trim() == word) {
            diagnostics.push(
                Diagnostic::new(&REPEATED_IDENTIFIER, identifier.span, format!("`{word}` is mapped twice"))
                    .related(first.span, "mapped here first")
                    .help("map a second entity of the same type in an entity mapping of its own"),
            );
        } else {
            seen.push(identifier);
        }
    }
    let complete = |set: &Vec<&str>| set.iter().all(|name| seen.iter().any(|text| text.trim() == *name));
    if all_known && !fields.is_empty() && !known.required.iter().any(complete) {
        let sets: Vec<_> = known.required.iter().map(|set| listed(set)).collect();
        let place = mapping.entity_type.given().map_or(mapping.span, |found| found.span);
        diagnostics.push(
            Diagnostic::new(
                &MISSING_IDENTIFIER,
                place,
                format!("the entity mapping of {} does not identify one", entity.as_str()),
            )
            .label(format!("needs {}", sets.join(", or ")))
            .help("map one of these, or remove the entity mapping"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    fn host(identifiers: &[&str]) -> String {
        let fields: String = identifiers
            .iter()
            .map(|name| format!("      - {{identifier: {name}, columnName: Computer}}\n"))
            .collect();
        format!("  - entityType: Host\n    fieldMappings:\n{fields}")
    }

    #[test]
    fn ten_mappings_are_allowed_and_eleven_are_not() {
        let mappings = |number| format!("entityMappings:\n{}", host(&["HostName"]).repeat(number));
        assert_eq!(rule(&mappings(10)).codes(), [""; 0]);
        assert_eq!(rule(&mappings(11)).only().code.id, "too-many-entity-mappings");
        let both = mappings(10) + "sentinelEntitiesMappings:\n  - columnName: Entities\n";
        assert_eq!(rule(&both).codes(), ["too-many-entity-mappings"]);
    }

    #[test]
    fn an_identifier_is_one_of_its_type_in_its_case() {
        let found = rule(&format!("entityMappings:\n{}", host(&["Hostname"])));
        assert_eq!(found.only().code.id, "unknown-identifier");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `HostName`?"));
        assert_eq!(found.places(), ["Hostname"]);
    }

    #[test]
    fn an_entity_has_an_identity() {
        assert_eq!(
            rule(&format!("entityMappings:\n{}", host(&["DnsDomain"]))).codes(),
            ["missing-identifier"]
        );
        assert_eq!(rule(&format!("entityMappings:\n{}", host(&["AzureID", "DnsDomain"]))).codes(), [""; 0]);
        let four = host(&["HostName", "DnsDomain", "OSFamily", "OSVersion"]);
        assert_eq!(rule(&format!("entityMappings:\n{four}")).codes(), ["too-many-field-mappings"]);
        let twice = host(&["HostName", "HostName"]);
        assert_eq!(rule(&format!("entityMappings:\n{twice}")).codes(), ["repeated-identifier"]);
    }

    #[test]
    fn a_type_may_be_spelt_in_another_case_and_loosely_with_a_warning() {
        let text = |entity: &str, fields: &str| {
            format!("entityMappings:\n  - entityType: {entity}\n    fieldMappings: [{fields}]\n")
        };
        let hash = "{identifier: Algorithm, columnName: A}, {identifier: Value, columnName: B}";
        assert_eq!(rule(&text("Url", "{identifier: Url, columnName: A}")).codes(), [""; 0]);
        assert_eq!(rule(&text("File hash", hash)).codes(), ["loose-spelling"]);
        assert_eq!(rule(&text("Hsot", hash)).only().help.as_deref(), Some("did you mean `Host`?"));
    }
}
