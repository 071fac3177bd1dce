//! The techniques of ATT&CK and the tactics that they belong to.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::resource::Tactic;

const DATA: &str = include_str!("data/attack-techniques.tsv");

/// The tactics of a technique or sub-technique; `None` where the id is not known.
pub(super) fn tactics(id: &str) -> Option<&'static [Tactic]> {
    static TECHNIQUES: OnceLock<HashMap<&'static str, Vec<Tactic>>> = OnceLock::new();
    TECHNIQUES.get_or_init(|| rows().collect()).get(id).map(Vec::as_slice)
}

fn rows() -> impl Iterator<Item = (&'static str, Vec<Tactic>)> {
    DATA.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (id, tactics) = line.split_once('\t')?;
        Some((id, tactics.split(',').filter_map(|word| Some(Tactic::parse(word)?.0)).collect()))
    })
}

/// The tactic of an id such as `TA0002`.
pub(super) fn tactic(id: &str) -> Option<Tactic> {
    Some(match id {
        "TA0001" => Tactic::InitialAccess,
        "TA0002" => Tactic::Execution,
        "TA0003" => Tactic::Persistence,
        "TA0004" => Tactic::PrivilegeEscalation,
        "TA0005" => Tactic::DefenseEvasion,
        "TA0006" => Tactic::CredentialAccess,
        "TA0007" => Tactic::Discovery,
        "TA0008" => Tactic::LateralMovement,
        "TA0009" => Tactic::Collection,
        "TA0010" => Tactic::Exfiltration,
        "TA0011" => Tactic::CommandAndControl,
        "TA0040" => Tactic::Impact,
        "TA0042" => Tactic::ResourceDevelopment,
        "TA0043" => Tactic::Reconnaissance,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_data_is_read_whole() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows().count(), lines);
        for (line, (id, tactics)) in DATA.lines().filter(|line| !line.starts_with('#')).zip(rows()) {
            let written: Vec<_> = tactics.iter().map(|tactic| tactic.as_str()).collect();
            assert_eq!(line, format!("{id}\t{}", written.join(",")));
        }
    }

    #[test]
    fn a_sub_technique_has_the_tactics_of_its_technique() {
        // Compile names the technique of each sub-technique as well, so what is enough for one must be for the other.
        for (id, mut tactics) in rows().filter(|(id, _)| id.contains('.')) {
            let mut parent = super::tactics(&id[..5]).unwrap_or_default().to_vec();
            parent.sort();
            tactics.sort();
            assert_eq!(tactics, parent, "{id}");
        }
    }

    #[test]
    fn well_known_techniques_have_their_tactics() {
        assert_eq!(tactics("T1059.001"), Some(&[Tactic::Execution][..]));
        assert_eq!(tactics("T1071"), Some(&[Tactic::CommandAndControl][..]));
        assert_eq!(tactics("T9999"), None);
        assert_eq!(tactic("TA0040"), Some(Tactic::Impact));
        assert_eq!(tactic("T1059"), None);
    }
}
