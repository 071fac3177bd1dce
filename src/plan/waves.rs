//! In which order changes are carried out.

use std::collections::HashMap;

use super::Desired;
use crate::resource::{Identity, Kind, Resource};

/// The wave of each desired resource: watchlists first, then functions, each behind those that it calls, then rules.
///
/// Functions that call each other in a circle, which a check reports, are not held back for each other.
pub(super) fn of(desired: &[Desired<'_>]) -> Vec<usize> {
    let mut waves: Vec<Option<usize>> =
        desired.iter().map(|wanted| matches!(wanted.resource, Resource::Watchlist(_)).then_some(0)).collect();
    let mut waiting: Vec<usize> =
        (0..desired.len()).filter(|at| matches!(desired[*at].resource, Resource::SavedSearch(_))).collect();
    let places: HashMap<Identity, usize> =
        waiting.iter().map(|at| (desired[*at].resource.identity(), *at)).collect();
    let called = |at: usize| {
        let ids = desired[at].functions.iter();
        ids.filter_map(|id| places.get(&Identity::new(Kind::SavedSearch, id.as_str())))
    };
    let mut last = 0;
    while !waiting.is_empty() {
        let is_ready = |at: &usize| called(*at).all(|other| waves[*other].is_some());
        let (mut now, mut later): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(is_ready);
        if now.is_empty() {
            std::mem::swap(&mut now, &mut later);
        }
        last += 1;
        for at in now {
            waves[at] = Some(last);
        }
        waiting = later;
    }
    waves.into_iter().map(|wave| wave.unwrap_or(last + 1)).collect()
}
