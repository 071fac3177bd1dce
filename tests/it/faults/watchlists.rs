//! Watchlists and their rows, which take many requests.

use bartizan::apply::Outcome;
use bartizan::azure::ErrorKind;
use bartizan::resource::Kind;
use jiff::SignedDuration;
use sentinel_emulator::{Fault, FaultAction, Options, WatchlistPut, WatchlistWrites};
use serde_json::{Map, json};

use super::{assert_written, compiled, id, list, of, options, reading_rule};
use crate::in_memory::Workspace;

const ALIAS: &str = "allowed-hosts";

fn long_running() -> WatchlistWrites {
    WatchlistWrites::LongRunning { duration: SignedDuration::from_secs(45) }
}

/// States of a list, each of which the one before becomes.
fn states() -> Vec<String> {
    vec![
        list("Hosts", [(1, "a"), (2, "b")]),
        list("Our hosts", [(1, "a"), (2, "c"), (3, "d")]),
        list("Our hosts", (0..110).map(|host| (host, "e"))),
        list("Hosts", (50..170).map(|host| (host, "f"))),
        list("Hosts", [(169, "f")]),
        list("Hosts", [(169, "f")]),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_way_in_which_the_service_may_write_lists_converges() {
    for watchlist_put in [WatchlistPut::Append, WatchlistPut::Replace] {
        for watchlist_writes in [WatchlistWrites::Immediate, long_running()] {
            for page_size in [None, Some(1)] {
                let workspace =
                    Workspace::new(Options { watchlist_put, watchlist_writes, page_size, ..options() });
                // Pages of one row would be hundreds where the list is long.
                let states = states().into_iter().filter(|state| page_size.is_none() || state.len() < 1_000);
                for state in states {
                    let compiled = compiled(&[state, reading_rule(0)]);
                    assert_written(&workspace.apply(&compiled).await);
                    Workspace::assert_settled(&workspace.plan(&compiled).await);
                }
            }
        }
    }
}

/// The first write of each kind is done and answered with 500, or not done and answered so.
#[tokio::test(start_paused = true)]
async fn writes_without_an_answer_converge_in_one_apply() {
    let refuse = FaultAction::Refuse { status: 500, code: "E".to_owned(), message: "No.".to_owned() };
    let (before, after) = (list("Hosts", (0..20).map(|host| (host, "a"))), states());
    for watchlist_writes in [WatchlistWrites::Immediate, long_running()] {
        for action in [FaultAction::DoThenFail { status: 500 }, refuse.clone()] {
            for (state, faulty) in [
                (&before, [("PUT", "/watchlists/"), ("PUT", "/watchlistItems/")].as_slice()),
                (&after[1], &[("PUT", "/watchlistItems/"), ("PUT", "/watchlists/"), ("DELETE", "Items/")]),
                (&after[2], &[("PUT", "/watchlists/"), ("DELETE", "Items/")]),
            ] {
                let workspace = Workspace::new(Options { watchlist_writes, ..options() });
                if *state != before {
                    assert_written(&workspace.apply(&compiled(std::slice::from_ref(&before))).await);
                }
                for (method, path) in faulty {
                    workspace.emulator.fault(Fault::next(action.clone()).method(method).path(path));
                }
                let compiled = compiled(std::slice::from_ref(state));
                assert_written(&workspace.apply(&compiled).await);
                Workspace::assert_settled(&workspace.plan(&compiled).await);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_someone_else_changed_is_a_conflict_and_stays() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&[list("Hosts", [(1, "a"), (2, "b")])])).await);
    let changed = compiled(&[list("Hosts", [(1, "z"), (2, "b")])]);
    let properties = Map::from_iter([("owner".to_owned(), json!("theirs"))]);
    workspace
        .emulator
        .fault(Fault::next(FaultAction::EditFirst { properties }).method("PUT").path("/watchlistItems/"));
    let outcomes = workspace.apply(&changed).await;
    assert!(matches!(of(&outcomes, ALIAS), Outcome::Conflict(_)), "{outcomes:?}");
    let rows = workspace.client.rows(Kind::Watchlist, ALIAS).await.unwrap();
    assert!(rows.iter().any(|row| row.cells.get("owner") == "theirs"), "{rows:?}");
    assert_written(&workspace.apply(&changed).await);
    Workspace::assert_settled(&workspace.plan(&changed).await);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_someone_else_changed_is_a_conflict_and_stays() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&[list("Hosts", [(1, "a")])])).await);
    let changed = compiled(&[list("Our hosts", [(1, "a")])]);
    let properties = Map::from_iter([("description".to_owned(), json!("Theirs"))]);
    workspace
        .emulator
        .fault(Fault::next(FaultAction::EditFirst { properties }).method("PUT").path("/watchlists/"));
    let outcomes = workspace.apply(&changed).await;
    assert!(matches!(of(&outcomes, ALIAS), Outcome::Conflict(_)), "{outcomes:?}");
    let live = workspace.client.get(Kind::Watchlist, ALIAS).await.unwrap().unwrap();
    assert_eq!(live["properties"]["description"], "Theirs");
    assert_written(&workspace.apply(&changed).await);
    Workspace::assert_settled(&workspace.plan(&changed).await);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_refused_leaves_the_rows_that_are_to_go() {
    let workspace = Workspace::new(options());
    assert_written(&workspace.apply(&compiled(&[list("Hosts", [(1, "a"), (2, "b")])])).await);
    let refuse = FaultAction::Refuse { status: 400, code: "E".to_owned(), message: "No.".to_owned() };
    workspace.emulator.fault(Fault::next(refuse).method("PUT").path("/watchlistItems/"));
    let changed = compiled(&[list("Hosts", [(3, "c")]), reading_rule(0)]);
    let outcomes = workspace.apply(&changed).await;
    assert!(
        matches!(of(&outcomes, ALIAS), Outcome::Failed(error) if error.kind() == ErrorKind::Rejected),
        "{outcomes:?}"
    );
    assert!(matches!(of(&outcomes, &id(0)), Outcome::Written(_)), "{outcomes:?}");
    assert_eq!(workspace.client.rows(Kind::Watchlist, ALIAS).await.unwrap().len(), 2);
    assert_written(&workspace.apply(&changed).await);
    Workspace::assert_settled(&workspace.plan(&changed).await);
}
