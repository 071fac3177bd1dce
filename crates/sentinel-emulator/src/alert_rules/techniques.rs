//! Techniques, and whether they belong to the tactics of the rule.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::validation::{Violation, texts};
use crate::Options;

/// In the table, in the place of tactics that are not known.
const ANY: &str = "*";

/// Checks `techniques` and `subTechniques`.
pub(super) fn check(options: &Options, properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let tactics: Vec<&str> = texts(properties, "tactics").collect();
    for technique in texts(properties, "techniques") {
        if !is_technique(technique) {
            violations.push(Violation::of(
                "techniques",
                format!(
                    "The technique '{technique}' is invalid. The expected format is 'T####', where '#' represents a digit."
                ),
            ));
        } else if options.check_technique_tactics && !agrees(options, technique, &tactics) {
            violations.push(Violation::of(
                "techniques",
                format!(
                    "No valid tactic corresponding to the technique {technique} was provided in the tactics field."
                ),
            ));
        }
    }
    for technique in texts(properties, "subTechniques") {
        let well_formed = technique.split_once('.').is_some_and(|(parent, sub)| {
            is_technique(parent) && sub.len() == 3 && sub.bytes().all(|byte| byte.is_ascii_digit())
        });
        if !well_formed {
            violations.push(Violation::of(
                "subTechniques",
                format!(
                    "The sub-technique '{technique}' is invalid. The expected format is 'T####.###', where '#' represents a digit."
                ),
            ));
        }
    }
}

fn is_technique(text: &str) -> bool {
    text.strip_prefix('T')
        .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether one of the rule's tactics is one of the technique's.
fn agrees(options: &Options, technique: &str, tactics: &[&str]) -> bool {
    // Techniques for industrial control systems are not in the table, nor are the tactics that they share.
    if technique.starts_with("T0") {
        return !tactics.is_empty();
    }
    match tactics_of().get(technique) {
        Some(known) => tactics.iter().any(|tactic| known.contains(tactic) || known.contains(&ANY)),
        None => !options.refuse_unknown_techniques,
    }
}

fn tactics_of() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static TABLE: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let lines = include_str!("../../data/techniques.tsv").lines().filter(|line| !line.starts_with('#'));
        let rows = lines.filter_map(|line| line.split_once('\t'));
        rows.map(|(id, tactics)| (id, tactics.split(',').map(str::trim).collect())).collect()
    });
    &TABLE
}
