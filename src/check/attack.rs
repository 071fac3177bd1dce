//! The techniques of ATT&CK, the tactics that they belong to, and what became of those that are gone.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::resource::Tactic;

const DATA: &str = include_str!("data/attack-techniques.tsv");
const CHANGES: &str = include_str!("data/attack-changes.tsv");

/// The tactics of a technique or sub-technique; `None` where the id is not known.
pub(super) fn tactics(id: &str) -> Option<&'static [Tactic]> {
    static TECHNIQUES: OnceLock<HashMap<&'static str, Vec<Tactic>>> = OnceLock::new();
    TECHNIQUES.get_or_init(|| rows().collect()).get(id).map(Vec::as_slice)
}

/// What another version than v18 says of a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is new in this version.
    Since(&'static str),
    /// It is gone since this version, and another technique has its place.
    Revoked { version: &'static str, successor: &'static str },
    /// It is gone since this version, and nothing has its place.
    Deprecated(&'static str),
}

/// What changed for a technique or sub-technique from version to version; `None` where nothing did, and where the id is not
/// known.
pub(super) fn change(id: &str) -> Option<Change> {
    static CHANGES: OnceLock<HashMap<&'static str, Change>> = OnceLock::new();
    CHANGES.get_or_init(|| changes().collect()).get(id).copied()
}

fn changes() -> impl Iterator<Item = (&'static str, Change)> {
    CHANGES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let (id, what, version) = (cells.next()?, cells.next()?, cells.next()?);
        let change = match (what, cells.next()) {
            ("since", None) => Change::Since(version),
            ("revoked", Some(successor)) => Change::Revoked { version, successor },
            ("deprecated", None) => Change::Deprecated(version),
            _ => return None,
        };
        Some((id, change))
    })
}

fn rows() -> impl Iterator<Item = (&'static str, Vec<Tactic>)> {
    DATA.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (id, tactics) = line.split_once('\t')?;
        Some((id, tactics.split(',').filter_map(|word| Some(Tactic::parse(word)?.0)).collect()))
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
    fn every_change_is_read_and_leads_to_a_technique_of_today() {
        let lines = CHANGES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(changes().count(), lines);
        for (id, found) in changes() {
            match found {
                Change::Since(_) => assert!(tactics(id).is_none(), "{id}"),
                Change::Revoked { successor, .. } => {
                    let of_successor = change(successor);
                    let is_new = matches!(of_successor, Some(Change::Since(_)));
                    assert!(
                        is_new || of_successor.is_none() && tactics(successor).is_some(),
                        "{id} {successor}"
                    );
                }
                Change::Deprecated(_) => {}
            }
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
    }
}
