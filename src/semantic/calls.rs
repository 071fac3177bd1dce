//! Which functions call which.

use std::collections::{BTreeSet, HashSet};

/// Functions by position, and those that each of them calls.
#[derive(Debug, Default)]
pub(super) struct CallGraph {
    calls: Vec<Vec<usize>>,
}

impl CallGraph {
    /// The graph of functions, with those that each calls, each once.
    pub(super) fn new(calls: Vec<Vec<usize>>) -> Self {
        Self { calls }
    }

    /// Those that a function calls.
    pub(super) fn calls(&self, at: usize) -> &[usize] {
        &self.calls[at]
    }

    /// Every function, each after those that it calls, otherwise in their own order. Those of a circle, and what calls them,
    /// come last.
    pub(super) fn order(&self) -> Vec<usize> {
        let (mut order, rest) = self.sorted();
        order.extend(rest);
        order
    }

    /// The functions in waves: each calls those of earlier waves alone. Then those that are left over: the members of a
    /// circle of calls, and what calls them.
    pub(super) fn waves(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let (order, rest) = self.sorted();
        let mut wave_of = vec![0; self.calls.len()];
        let mut waves: Vec<Vec<usize>> = Vec::new();
        for at in order {
            let wave = self.calls[at].iter().map(|called| wave_of[*called] + 1).max().unwrap_or(0);
            wave_of[at] = wave;
            waves.resize_with(waves.len().max(wave + 1), Vec::new);
            waves[wave].push(at);
        }
        (waves, rest)
    }

    /// What can be put in order, and what cannot since it waits for itself.
    fn sorted(&self) -> (Vec<usize>, Vec<usize>) {
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); self.calls.len()];
        let mut missing: Vec<usize> = self.calls.iter().map(Vec::len).collect();
        for (caller, called) in self.calls.iter().enumerate() {
            for at in called {
                callers[*at].push(caller);
            }
        }
        let mut ready: BTreeSet<usize> = (0..self.calls.len()).filter(|at| missing[*at] == 0).collect();
        let mut order = Vec::with_capacity(self.calls.len());
        while let Some(at) = ready.pop_first() {
            order.push(at);
            for caller in &callers[at] {
                missing[*caller] -= 1;
                if missing[*caller] == 0 {
                    ready.insert(*caller);
                }
            }
        }
        let rest = (0..self.calls.len()).filter(|at| missing[*at] > 0).collect();
        (order, rest)
    }

    /// Functions that call each other in a circle: for each circle its functions in the order of the calls.
    pub(super) fn cycles(&self) -> Vec<Vec<usize>> {
        let (_, rest) = self.sorted();
        let waiting: HashSet<usize> = rest.iter().copied().collect();
        let mut seen = HashSet::new();
        let mut cycles = Vec::new();
        for start in rest {
            let mut path: Vec<usize> = Vec::new();
            let mut next = Some(start);
            // Whatever waits calls something that waits, so that every path ends in a circle.
            while let Some(at) = next.filter(|at| seen.insert(*at)) {
                path.push(at);
                next = self.calls[at].iter().copied().find(|called| waiting.contains(called));
            }
            if let Some(from) = next.and_then(|at| path.iter().position(|known| *known == at)) {
                cycles.push(path.split_off(from));
            }
        }
        cycles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(calls: &[&[usize]]) -> CallGraph {
        CallGraph::new(calls.iter().map(|called| called.to_vec()).collect())
    }

    #[test]
    fn a_function_comes_after_those_that_it_calls() {
        let graph = graph(&[&[1, 2], &[2], &[], &[]]);
        assert_eq!(graph.waves(), (vec![vec![2, 3], vec![1], vec![0]], vec![]));
        assert_eq!(graph.order(), [2, 1, 0, 3]);
        assert_eq!(graph.cycles(), [[0; 0]; 0]);
    }

    #[test]
    fn every_circle_is_found_once_and_comes_last() {
        let graph = graph(&[&[1], &[0], &[0], &[3], &[]]);
        assert_eq!(graph.cycles(), [vec![0, 1], vec![3]]);
        assert_eq!(graph.order(), [4, 0, 1, 2, 3]);
    }
}
