//! What a threat type means in ATT&CK.

use crate::resource::Tactic;

/// A threat type of ThreatFox with its tactics, the leading one first, and techniques of those tactics.
pub(super) struct Threat {
    pub(super) name: &'static str,
    pub(super) tactics: &'static [Tactic],
    pub(super) techniques: &'static [&'static str],
}

/// A name that begins with another comes before it.
pub(super) const THREATS: &[Threat] = &[
    // Application Layer Protocol.
    Threat { name: "botnet_cc", tactics: &[Tactic::CommandAndControl], techniques: &["T1071"] },
    // Drive-by Compromise, Ingress Tool Transfer.
    Threat {
        name: "payload_delivery",
        tactics: &[Tactic::InitialAccess, Tactic::CommandAndControl],
        techniques: &["T1105", "T1189"],
    },
    // User Execution.
    Threat { name: "payload", tactics: &[Tactic::Execution], techniques: &["T1204"] },
    // Input Capture.
    Threat { name: "cc_skimming", tactics: &[Tactic::Collection], techniques: &["T1056"] },
];

/// The tactics and techniques of threat types, each once and sorted; unknown types have none.
pub(super) fn coverage<'a>(names: impl IntoIterator<Item = &'a str>) -> (Vec<Tactic>, Vec<String>) {
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for name in names {
        if let Some(threat) = THREATS.iter().find(|threat| threat.name == name) {
            tactics.extend_from_slice(threat.tactics);
            techniques.extend(threat.techniques.iter().map(|technique| (*technique).to_owned()));
        }
    }
    tactics.sort_unstable();
    tactics.dedup();
    techniques.sort_unstable();
    techniques.dedup();
    (tactics, techniques)
}

/// An expression that gives the leading tactic of the threat types in a column, empty where none is known, so that
/// the rule's own tactics stay.
pub(super) fn tactic_case(column: &str) -> String {
    let choices: Vec<String> = THREATS
        .iter()
        .map(|threat| format!("{column} contains \"{}\", \"{}\"", threat.name, threat.tactics[0].as_str()))
        .collect();
    format!("case({}, \"\")", choices.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_threat_has_a_leading_tactic_and_is_not_hidden_by_a_shorter_name() {
        for (at, threat) in THREATS.iter().enumerate() {
            assert!(!threat.tactics.is_empty() && !threat.techniques.is_empty(), "{}", threat.name);
            assert!(!THREATS[..at].iter().any(|before| threat.name.contains(before.name)), "{}", threat.name);
        }
    }

    #[test]
    fn every_technique_belongs_to_a_tactic_of_its_threat_and_every_tactic_has_one() {
        let path = std::env::var("BARTIZAN_CORPUS")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into())
            + "/../facts/attack-techniques.tsv";
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no {path}");
            return;
        };
        let known: HashMap<&str, Vec<&str>> = text
            .lines()
            .filter_map(|line| {
                let mut cells = line.split('\t');
                Some((cells.next()?, cells.nth(1)?.split(',').collect()))
            })
            .collect();
        for threat in THREATS {
            for technique in threat.techniques {
                assert!(
                    threat.tactics.iter().any(|tactic| known[technique].contains(&tactic.as_str())),
                    "{technique}"
                );
            }
            for tactic in threat.tactics {
                assert!(threat.techniques.iter().any(|t| known[t].contains(&tactic.as_str())), "{tactic:?}");
            }
        }
    }
}
