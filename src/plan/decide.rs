//! What is done with a resource, by what three sides say of it.

use super::{Action, Reason};
use crate::resource::Fingerprint;

/// What a side says of a resource, in short: two are the same when these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The hash of its canonical form.
    pub form: Fingerprint,
    /// The hash of its rows, for a kind that has some.
    pub rows: Option<Fingerprint>,
}

/// What the workspace says of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveState {
    /// What it has.
    pub state: State,
    /// Whether an update can make it what the folder wants.
    pub can_become: bool,
    /// Whether the service itself switched it off.
    pub is_switched_off: bool,
}

/// What the sides say of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides {
    /// What was applied last. Nothing keeps it yet, so that it is none and not looked at: whatever differs is the
    /// folder's to change.
    pub last_applied: Option<State>,
    /// What the folder wants.
    pub wanted: Option<State>,
    /// What the workspace has.
    pub live: Option<LiveState>,
}

/// What is done, and why. `None` for what the folder does not want, which is left alone.
pub fn decide(sides: Sides) -> Option<(Action, Reason)> {
    let Sides { last_applied: _, wanted, live } = sides;
    let wanted = wanted?;
    Some(match live {
        None => (Action::Create, Reason::New),
        Some(live) if !live.can_become => (Action::Conflict, Reason::KindDiffers),
        Some(live) if live.state == wanted => (Action::Unchanged, Reason::UpToDate),
        Some(live) if live.is_switched_off => (Action::Update, Reason::AutoDisabled),
        Some(_) => (Action::Update, Reason::Changed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(form: &str, rows: Option<&str>) -> State {
        let hash = |text: &str| Fingerprint::of_parts("test", [text]);
        State { form: hash(form), rows: rows.map(hash) }
    }

    /// Every combination of what the folder may want and the workspace may have.
    #[test]
    fn each_combination_of_the_sides_has_its_action_and_reason() {
        let (ours, theirs) = (state("ours", None), state("theirs", None));
        let (one, other) = (state("list", Some("one")), state("list", Some("other")));
        let live = |state| Some(LiveState { state, can_become: true, is_switched_off: false });
        let switched_off = |state| Some(LiveState { state, can_become: true, is_switched_off: true });
        let other_kind = |state| Some(LiveState { state, can_become: false, is_switched_off: false });
        let other_kind_off = |state| Some(LiveState { state, can_become: false, is_switched_off: true });
        let table = [
            (None, None, None),
            (None, live(theirs), None),
            (None, switched_off(theirs), None),
            (None, other_kind(theirs), None),
            (Some(ours), None, Some((Action::Create, Reason::New))),
            (Some(ours), live(ours), Some((Action::Unchanged, Reason::UpToDate))),
            (Some(ours), live(theirs), Some((Action::Update, Reason::Changed))),
            // The name that the service gave it may be the one that the folder wants.
            (Some(ours), switched_off(ours), Some((Action::Unchanged, Reason::UpToDate))),
            (Some(ours), switched_off(theirs), Some((Action::Update, Reason::AutoDisabled))),
            (Some(ours), other_kind(ours), Some((Action::Conflict, Reason::KindDiffers))),
            (Some(ours), other_kind(theirs), Some((Action::Conflict, Reason::KindDiffers))),
            (Some(ours), other_kind_off(theirs), Some((Action::Conflict, Reason::KindDiffers))),
            (Some(one), None, Some((Action::Create, Reason::New))),
            (Some(one), live(one), Some((Action::Unchanged, Reason::UpToDate))),
            // The same fields with other rows.
            (Some(one), live(other), Some((Action::Update, Reason::Changed))),
            // The rows were not read.
            (Some(one), live(state("list", None)), Some((Action::Update, Reason::Changed))),
        ];
        for (wanted, live, decided) in table {
            let sides = Sides { last_applied: None, wanted, live };
            assert_eq!(decide(sides), decided, "{sides:?}");
        }
    }
}
