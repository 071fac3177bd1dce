//! Rules that are refused, changed by others, or written without an answer.

use bartizan::apply::Outcome;
use bartizan::azure::ErrorKind;
use bartizan::operation::DEFAULT_API_VERSION;
use bartizan::resource::Kind;
use jiff::SignedDuration;
use sentinel_emulator::{Fault, FaultAction, Options};
use serde_json::{Map, json};

use super::{assert_written, compiled, id, list, of, options, reading_rule, rule, rules};
use crate::in_memory::Workspace;

fn refuse(status: u16) -> FaultAction {
    FaultAction::Refuse { status, code: "BadRequest".to_owned(), message: "No.".to_owned() }
}

fn on_rule(number: usize, action: FaultAction) -> Fault {
    Fault::next(action).method("PUT").path(&format!("alertRules/{}", id(number)))
}

#[tokio::test(start_paused = true)]
async fn failed_rules_never_stop_the_others() {
    let workspace = Workspace::new(options());
    let compiled = compiled(&rules(0..30, "Low"));
    for number in [0, 7, 29] {
        workspace.emulator.fault(on_rule(number, refuse(400)));
    }
    let outcomes = workspace.apply(&compiled).await;
    let failed: Vec<_> =
        outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_))).collect();
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert!(matches!(of(&outcomes, &id(7)), Outcome::Failed(error) if error.kind() == ErrorKind::Rejected));
    // The next run sends these three and nothing else.
    workspace.emulator.forget_requests();
    assert_written(&workspace.apply(&compiled).await);
    assert_eq!(workspace.writes().len(), 3);
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn what_someone_else_changed_after_the_plan_is_a_conflict_and_stays() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&rules(0..3, "Low"))).await);
    let changed = compiled(&rules(0..3, "High"));
    let properties = Map::from_iter([("displayName".to_owned(), json!("Theirs"))]);
    workspace.emulator.fault(on_rule(1, FaultAction::EditFirst { properties }));
    let outcomes = workspace.apply(&changed).await;
    assert!(matches!(of(&outcomes, &id(1)), Outcome::Conflict(_)), "{outcomes:?}");
    for other in [0, 2] {
        assert!(matches!(of(&outcomes, &id(other)), Outcome::Written(_)), "{outcomes:?}");
    }
    let live = workspace.client.get(Kind::AlertRule, &id(1)).await.unwrap().unwrap();
    assert_eq!(live["properties"]["displayName"], "Theirs");
    assert_eq!(live["properties"]["severity"], "Low");
    // A new plan sees their change, and then it is written on purpose.
    assert_written(&workspace.apply(&changed).await);
    Workspace::assert_settled(&workspace.plan(&changed).await);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_was_written_without_an_answer_is_written_once() {
    let workspace = Workspace::new(options());
    for (severity, what) in [("Low", "create"), ("High", "update")] {
        for status in [500, 502, 504] {
            let number = usize::from(status);
            workspace.emulator.fault(on_rule(number, FaultAction::DoThenFail { status }));
            workspace.emulator.forget_requests();
            let compiled = compiled(&[rule(number, severity)]);
            assert_written(&workspace.apply(&compiled).await);
            assert_eq!(workspace.writes(), [format!("PUT alertRules/{} {status}", id(number))], "{what}");
            Workspace::assert_settled(&workspace.plan(&compiled).await);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_was_not_written_is_sent_again_and_given_up_in_the_end() {
    let workspace = Workspace::new(options());
    workspace.emulator.fault(on_rule(0, refuse(500)).times(2));
    workspace.emulator.fault(on_rule(1, refuse(500)).times(50));
    let compiled = compiled(&rules(0..2, "Low"));
    let outcomes = workspace.apply(&compiled).await;
    assert!(matches!(of(&outcomes, &id(0)), Outcome::Written(_)), "{outcomes:?}");
    assert!(
        matches!(of(&outcomes, &id(1)), Outcome::Failed(error) if error.kind() == ErrorKind::UnknownOutcome),
        "{outcomes:?}"
    );
    assert_eq!(workspace.writes().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_others_changed_while_its_outcome_was_unknown_is_not_overwritten() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&[rule(0, "Low")])).await);
    workspace.emulator.fault(on_rule(0, refuse(500)));
    let properties = Map::from_iter([("displayName".to_owned(), json!("Theirs"))]);
    workspace
        .emulator
        .fault(Fault::next(FaultAction::EditFirst { properties }).method("GET").path(&format!("/{}", id(0))));
    workspace.emulator.forget_requests();
    let outcomes = workspace.apply(&compiled(&[rule(0, "High")])).await;
    assert!(matches!(of(&outcomes, &id(0)), Outcome::Failed(_)), "{outcomes:?}");
    assert_eq!(workspace.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_reads_do_not_find_yet_ends_as_one_rule() {
    let lag = SignedDuration::from_secs(60);
    let workspace = Workspace::new(Options { read_lag: Some(lag), ..options() });
    workspace.emulator.fault(on_rule(0, FaultAction::DoThenFail { status: 500 }));
    let compiled = compiled(&rules(0..3, "Low"));
    assert_written(&workspace.apply(&compiled).await);
    // A run inside the lag writes the same again.
    assert_written(&workspace.apply(&compiled).await);
    tokio::time::advance(lag.unsigned_abs()).await;
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn rules_wait_for_the_watchlist_that_they_read_and_others_do_not() {
    let workspace = Workspace::new(options());
    let refused = Fault::next(refuse(400)).method("PUT").path("/watchlists/");
    workspace.emulator.fault(refused);
    let compiled = compiled(&[list("Hosts", [(1, "a")]), rule(0, "Low"), reading_rule(1)]);
    let outcomes = workspace.apply(&compiled).await;
    assert!(matches!(of(&outcomes, "allowed-hosts"), Outcome::Failed(_)), "{outcomes:?}");
    assert!(matches!(of(&outcomes, &id(0)), Outcome::Written(_)), "{outcomes:?}");
    assert!(matches!(of(&outcomes, &id(1)), Outcome::Blocked(needed) if needed.name == "allowed-hosts"));
    assert_eq!(workspace.writes().len(), 2);
    assert_written(&workspace.apply(&compiled).await);
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn a_rule_reads_an_old_watchlist_whose_update_fails() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&[list("Hosts", [(1, "a")])])).await);
    workspace.emulator.fault(Fault::next(refuse(400)).method("PUT").path("/watchlists/"));
    let outcomes = workspace.apply(&compiled(&[list("Our hosts", [(1, "a")]), reading_rule(1)])).await;
    assert!(matches!(of(&outcomes, "allowed-hosts"), Outcome::Failed(_)), "{outcomes:?}");
    assert!(matches!(of(&outcomes, &id(1)), Outcome::Written(_)), "{outcomes:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_stable_version_does_not_keep_is_told() {
    let workspace = Workspace::with_version(options(), DEFAULT_API_VERSION);
    let with_sub = rule(0, "Low").replace("  - T1059\n", "  - T1059.001\n");
    let compiled = compiled(&[with_sub, rule(1, "Low")]);
    let outcomes = workspace.apply(&compiled).await;
    let Outcome::Written(not_kept) = of(&outcomes, &id(0)) else { panic!("{outcomes:?}") };
    let paths: Vec<_> = not_kept.iter().map(|difference| difference.path.as_str()).collect();
    assert_eq!(paths, ["properties.subTechniques"]);
    assert!(matches!(of(&outcomes, &id(1)), Outcome::Written(not_kept) if not_kept.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn an_id_that_was_deleted_a_short_time_ago_fails_alone() {
    let workspace = Workspace::new(options());
    let compiled = compiled(&rules(0..2, "Low"));
    assert_written(&workspace.apply(&compiled).await);
    workspace.client.delete(Kind::AlertRule, &id(0)).await.unwrap();
    workspace.client.delete(Kind::AlertRule, &id(1)).await.unwrap();
    tokio::time::advance(SignedDuration::from_hours(23).unsigned_abs()).await;
    let outcomes = workspace.apply(&compiled).await;
    for number in [0, 1] {
        let outcome = of(&outcomes, &id(number));
        assert!(
            matches!(outcome, Outcome::Failed(error) if error.kind() == ErrorKind::RecentlyDeleted),
            "{outcome:?}"
        );
    }
    tokio::time::advance(SignedDuration::from_hours(2).unsigned_abs()).await;
    assert_written(&workspace.apply(&compiled).await);
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}
