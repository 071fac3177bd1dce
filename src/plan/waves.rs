//! In which order changes are carried out.

use std::collections::HashMap;

use super::Desired;
use crate::resource::{Identity, Kind};

/// The wave of each desired resource: the kinds in their order, and within a kind each after those that it needs.
///
/// Those of one kind that need each other in a circle, which a check reports, are not held back for each other.
pub(super) fn of(desired: &[Desired<'_>]) -> Vec<usize> {
    let places: HashMap<Identity, usize> =
        desired.iter().enumerate().map(|(at, wanted)| (wanted.resource.identity(), at)).collect();
    let mut waves: Vec<Option<usize>> = vec![None; desired.len()];
    let mut next = 0;
    for kind in Kind::in_order() {
        let mut waiting: Vec<usize> =
            (0..desired.len()).filter(|at| desired[*at].resource.kind() == kind).collect();
        while !waiting.is_empty() {
            let is_ready = |at: &usize| {
                let of_kind = desired[*at].needs.iter().filter(|needed| needed.kind == kind);
                of_kind.filter_map(|needed| places.get(needed)).all(|other| waves[*other].is_some())
            };
            let (mut now, mut later): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(is_ready);
            if now.is_empty() {
                std::mem::swap(&mut now, &mut later);
            }
            for at in now {
                waves[at] = Some(next);
            }
            next += 1;
            waiting = later;
        }
    }
    waves.into_iter().flatten().collect()
}
