//! What a rule made from indicators maps is what its query returns.

use std::collections::BTreeSet;

use kql::{Analysis, QueryResult, Type};
use sentinel_schema::{Environment, Layer, Origin};

use super::*;
use crate::resource::Properties;

/// Every kind of indicator, in every way of writing a rule.
const KINDS: &str = "\
indicators:
  - {type: domain, value: evil.net, firstSeen: 2026-01-02, confidence: 75, threatType: botnet_cc}
  - {type: 'ip:port', value: '5.188.86.6:9000', threatType: botnet_cc}
  - {type: url, value: 'https://evil.net/a', threatType: payload_delivery}
  - {type: md5_hash, value: 9e107d9d372bb6826bd81d3542a419d6, threatType: payload}
  - {type: sha1_hash, value: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12, threatType: payload}
  - {type: sha256_hash, value: d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592, threatType: payload}
";

const EXCLUSIONS: &str = "\
exclusions:
  addresses: [10.0.0.0/8]
  domains: [good.net]
  devices: [scanner-1]
  accounts: [svc-scan]
";

/// The columns that a rule names, those of placeholders among them.
fn named(properties: &Properties) -> BTreeSet<String> {
    let fields = properties.entity_mappings.iter().flat_map(|mapping| &mapping.field_mappings);
    let mut names: BTreeSet<String> = fields.map(|field| field.column_name.clone()).collect();
    names.extend(properties.sentinel_entities_mappings.iter().map(|mapping| mapping.column_name.clone()));
    names.extend(properties.custom_details.values().filter_map(Value::as_str).map(str::to_owned));
    let Some(details) = &properties.alert_details_override else { return names };
    let formats = [&details.alert_display_name_format, &details.alert_description_format];
    for format in formats.into_iter().flatten() {
        let parts = format.split("{{").skip(1).filter_map(|part| part.split_once("}}"));
        names.extend(parts.map(|(name, _)| name.trim().to_owned()));
    }
    names.extend(details.alert_tactics_column_name.clone());
    names.extend(details.alert_severity_column_name.clone());
    names.extend(details.alert_dynamic_properties.iter().map(|property| property.value.clone()));
    names
}

/// The name and type of each column of the result.
fn returned(analysis: &Analysis) -> Vec<(&str, Type)> {
    let QueryResult::Table(rows) = &analysis.result else { panic!("no table: {:?}", analysis.result) };
    assert!(!rows.open, "not every column is known");
    let columns = analysis.result_columns().unwrap_or_default();
    rows.columns.iter().zip(&columns).map(|(id, column)| (analysis.column_name(*id), column.kind)).collect()
}

#[test]
fn every_column_that_a_made_rule_maps_is_a_text_of_its_result() {
    let mut seen = BTreeSet::new();
    for settings in ["", "inline: true\n", "match: address\n", "inbound: all\n", EXCLUSIONS] {
        let (compiled, diagnostics) = one(&format!("{settings}{KINDS}"));
        assert!(diagnostics.iter().all(|found| !found.is_error()), "{settings}: {diagnostics:?}");
        let mut layer = Layer::new(Origin::Folder);
        for made in &compiled {
            if let Resource::Watchlist(list) = &made.resource {
                layer.add_watchlist(
                    &list.alias,
                    list.rows.columns().iter().map(|column| (column, Type::String)),
                );
            }
        }
        let environment = Environment::new(layer);
        for rule in rules(&compiled) {
            let properties = &rule.properties;
            let parsed = kql::parse(properties.query.as_str());
            let analysis = kql::analyze(&parsed, &environment);
            assert_eq!(
                (&parsed.diagnostics, &analysis.diagnostics),
                (&vec![], &vec![]),
                "{}",
                properties.query
            );
            let columns = returned(&analysis);
            let names = named(properties);
            assert!(names.len() > 3, "{names:?}");
            for name in &names {
                let found = columns.iter().find(|(known, _)| known == name);
                let (_, kind) = found.unwrap_or_else(|| panic!("no column {name}:\n{}", properties.query));
                let is_mapped = properties
                    .entity_mappings
                    .iter()
                    .any(|mapping| mapping.field_mappings.iter().any(|field| field.column_name == *name));
                assert!(!is_mapped || *kind == Type::String, "{name} is {kind:?}:\n{}", properties.query);
            }
            seen.insert(properties.display_name.clone());
        }
    }
    assert_eq!(seen.len(), TARGETS.len(), "{seen:?}");
}
