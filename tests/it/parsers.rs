//! Parsers and the rules that call them, from the file to the workspace.

use bartizan::apply::Outcome;
use bartizan::compile::Compiled;
use bartizan::plan::{Action, Reason};
use bartizan::resource::Kind;
use insta::assert_snapshot;
use sentinel_emulator::{Fault, FaultAction, Options};
use serde_json::json;

use crate::folder::{Folder, RULE, WATCHLIST};
use crate::in_memory::{Checked, Workspace};

const OUTER: &str = "\
kind: Parser
functionAlias: Creations
functionParameters: since:datetime=datetime(null)
functionQuery: |
  AllowedEvents
  | where EventID == 4688 and TimeGenerated > since
";

const INNER: &str = "\
FunctionName: AllowedEvents
FunctionQuery: |
  SecurityEvent
  | where Computer in (_GetWatchlist('allowed-hosts') | project host)
";

const RULE_ID: &str = "5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01";

fn calling_rule() -> String {
    RULE.replace("  SecurityEvent\n  | where EventID == 4688\n", "  Creations()\n")
}

fn folder() -> Folder {
    Folder::with(&[
        ("rules/a-rule.yaml", &calling_rule()),
        ("rules/b-outer.yaml", OUTER),
        ("rules/c-inner.yaml", INNER),
        ("rules/d-hosts/watchlist.yaml", WATCHLIST),
    ])
}

fn compiled(folder: &Folder) -> Vec<Compiled> {
    let checked = Checked::read(&[folder.path().join("rules")]);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    checked.compiled
}

#[tokio::test(start_paused = true)]
async fn functions_are_written_behind_what_they_need_and_before_what_calls_them() {
    let workspace = Workspace::new(Options::default());
    let compiled = compiled(&folder());
    let outcomes = workspace.apply(&compiled).await;
    assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Written(kept) if kept.is_empty())));
    assert_eq!(
        workspace.writes(),
        [
            "PUT watchlists/allowed-hosts 201",
            "PUT savedSearches/allowedevents 200",
            "PUT savedSearches/creations 200",
            &format!("PUT alertRules/{RULE_ID} 201"),
        ]
    );
    let puts: Vec<_> = workspace.emulator.requests().into_iter().filter(|r| r.method == "PUT").collect();
    assert!(
        puts.iter().all(|put| put.body.as_ref().unwrap().get("etag").is_none()),
        "a create sends no etag"
    );
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_the_etag_that_was_read_and_a_change_in_between_is_a_conflict() {
    let workspace = Workspace::new(Options::default());
    let folder = folder();
    workspace.apply(&compiled(&folder)).await;
    folder.write("rules/b-outer.yaml", OUTER.replace("4688", "4689"));
    let changed = compiled(&folder);
    let plan = workspace.plan(&changed).await;
    let update = plan.verdicts.iter().find(|change| change.action == Action::Update).unwrap();
    assert_eq!(update.differences[0].path, "properties.query");
    let edit = FaultAction::EditFirst { properties: json!({ "category": "x" }).as_object().unwrap().clone() };
    workspace.emulator.fault(Fault::next(edit).method("PUT").path("/savedSearches/"));
    let outcomes = workspace.carry_out(&plan).await;
    assert!(matches!(outcomes[2], Outcome::Conflict(_)), "{outcomes:?}");

    let outcomes = workspace.apply(&changed).await;
    assert!(matches!(&outcomes[2], (_, Outcome::Written(kept)) if kept.is_empty()), "{outcomes:?}");
    let last = workspace.emulator.requests().into_iter().rfind(|r| r.method == "PUT").unwrap();
    assert!(last.body.unwrap()["etag"].is_string());
    Workspace::assert_settled(&workspace.plan(&changed).await);
}

#[tokio::test(start_paused = true)]
async fn what_calls_a_function_that_could_not_be_created_waits() {
    let workspace = Workspace::new(Options::default());
    let refuse = FaultAction::Refuse { status: 400, code: "BadRequest".into(), message: "no".into() };
    workspace.emulator.fault(Fault::next(refuse).method("PUT").path("/savedSearches/allowedevents"));
    let compiled = compiled(&folder());
    let outcomes = workspace.apply(&compiled).await;
    assert!(matches!(&outcomes[1].1, Outcome::Failed(_)), "{outcomes:?}");
    assert!(
        matches!(&outcomes[2].1, Outcome::Blocked(needed) if needed.name == "allowedevents"),
        "{outcomes:?}"
    );
    assert!(matches!(&outcomes[3].1, Outcome::Blocked(needed) if needed.name == "creations"), "{outcomes:?}");
    assert_eq!(workspace.writes().len(), 2);
    workspace.apply(&compiled).await;
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_read_back_and_not_repeated() {
    let workspace = Workspace::new(Options::default());
    let lost = FaultAction::DoThenFail { status: 500 };
    workspace.emulator.fault(Fault::next(lost).method("PUT").path("/savedSearches/allowedevents"));
    let compiled = compiled(&folder());
    let outcomes = workspace.apply(&compiled).await;
    assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Written(_))), "{outcomes:?}");
    assert_eq!(workspace.writes().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_another_function_has_is_a_conflict_and_its_id_takes_it_over() {
    let workspace = Workspace::new(Options::default());
    let theirs = json!({ "properties": {
        "category": "Mine", "displayName": "Theirs", "query": "Heartbeat", "functionAlias": "Creations" }});
    workspace.client.put(Kind::SavedSearch, "portal-1", &theirs).await.unwrap();
    let folder = folder();
    let plan = workspace.plan(&compiled(&folder)).await;
    let change = plan.verdicts.iter().find(|change| change.identity.name == "creations").unwrap();
    assert_eq!((change.action, change.reason), (Action::Conflict, Reason::AliasTaken));
    assert_eq!(change.taken_by.as_deref(), Some("portal-1"));
    let not_ours: Vec<_> = plan.not_ours.iter().map(|other| other.id.as_str()).collect();
    assert_eq!(
        not_ours,
        ["portal-1", "BuiltInFusion"],
        "saved searches that are no functions are not listed"
    );

    folder.write("rules/b-outer.yaml", format!("id: portal-1\n{OUTER}"));
    let compiled = compiled(&folder);
    workspace.apply(&compiled).await;
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn a_rule_needs_the_tables_of_the_functions_that_it_calls() {
    let tables = sentinel_emulator::Tables::Only(vec!["Heartbeat".to_owned()]);
    let workspace = Workspace::new(Options { tables, ..Options::default() });
    let plan = workspace.plan(&compiled(&folder())).await;
    let reasons: Vec<_> = plan.verdicts.iter().map(|change| (change.action, change.reason)).collect();
    assert_eq!(reasons[..3], [(Action::Create, Reason::New); 3]);
    assert_eq!(reasons[3], (Action::Skipped, Reason::TableAbsent));
}

#[test]
fn the_commands_call_them_functions() {
    let folder = folder();
    assert_snapshot!(folder.run(&["plan", "--emulator"]).expect(0).stdout, @r"
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a), emulated

    + create watchlist allowed-hosts
        Allowed hosts (rules/d-hosts/watchlist.yaml:1)
        1 row
    + create function allowedevents
        AllowedEvents (rules/c-inner.yaml:1)
    + create function creations
        Creations (rules/b-outer.yaml:2)
    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/a-rule.yaml:2)

    Not ours, left alone:
      analytics rule BuiltInFusion (Advanced Multistage Attack Detection)

    Plan: 4 to create, 0 to update, 0 to delete, 0 unchanged
    ");
    folder.run(&["apply", "--emulator"]).expect(0);
    let second = folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(0);
    assert!(second.stdout.ends_with("No changes: 4 unchanged\n"), "{}", second.stdout);
    let json = folder.run(&["plan", "--emulator", "--format", "json"]).expect(0).json();
    assert_eq!(json["changes"][1]["kind"], "savedSearch");
    folder.run(&["compile"]).expect(0);
    assert!(
        folder.read("compiled/savedSearches/creations.json").contains("\"functionAlias\": \"Creations\"")
    );
}

#[test]
fn a_function_of_a_file_with_errors_is_held_and_what_calls_it_is_not_sent() {
    let folder = folder();
    folder.write("rules/b-outer.yaml", format!("{OUTER}  | where (\n"));
    let run = folder.run(&["apply", "--emulator", "--keep-going"]).expect(1);
    assert!(
        run.stderr
            .contains("neither the folder nor the workspace has the function creations that the query calls"),
        "{}",
        run.stderr
    );
    folder.write("rules/b-outer.yaml", OUTER);
    folder.run(&["apply", "--emulator"]).expect(0);
}
