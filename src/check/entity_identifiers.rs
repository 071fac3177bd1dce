//! What identifies an entity of each type.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::resource::EntityType;

const DATA: &str = include_str!("data/entity-identifiers.tsv");

/// The identifiers of a type.
#[derive(Debug, PartialEq)]
pub(super) struct Identifiers {
    /// Every identifier, in the service's spelling; case counts.
    pub(super) all: Vec<&'static str>,
    /// The sets of which one must be mapped completely.
    pub(super) required: Vec<Vec<&'static str>>,
}

/// The identifiers of a type; `None` only for a type that the data lacks, which a test rules out.
pub(super) fn identifiers(entity: EntityType) -> Option<&'static Identifiers> {
    static TYPES: OnceLock<HashMap<EntityType, Identifiers>> = OnceLock::new();
    TYPES.get_or_init(|| DATA.lines().filter_map(row).collect()).get(&entity)
}

fn row(line: &'static str) -> Option<(EntityType, Identifiers)> {
    let mut fields = line.split('\t');
    let (entity, all, required) = (fields.next()?, fields.next()?, fields.next()?);
    let (entity, _) = EntityType::parse(entity)?;
    let required = required.split('|').map(|set| set.split('+').collect()).collect();
    Some((entity, Identifiers { all: all.split(',').collect(), required }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_identifiers_and_its_required_sets_are_among_them() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(lines, EntityType::ALL.len());
        for entity in EntityType::ALL {
            let found = identifiers(*entity).unwrap_or_else(|| panic!("{} has none", entity.as_str()));
            assert!(!found.required.is_empty());
            for name in found.required.iter().flatten() {
                assert!(found.all.contains(name), "{} {name}", entity.as_str());
            }
        }
    }

    #[test]
    fn a_hash_needs_both_of_its_identifiers() {
        let found = identifiers(EntityType::FileHash).unwrap();
        assert_eq!(found.required, [["Algorithm", "Value"]]);
    }
}
