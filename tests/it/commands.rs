//! Every command from end to end, against the embedded emulator.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;
use serde_json::json;

use crate::folder::{Folder, RULE, Run, WATCHLIST};

fn rule_and_watchlist() -> Folder {
    Folder::with(&[("rules/process.yaml", RULE), ("rules/hosts/watchlist.yaml", WATCHLIST)])
}

/// A rule that reads the watchlist.
fn reading_rule() -> String {
    RULE.replace("  | where EventID == 4688\n", "  | where Computer in (_GetWatchlist('allowed-hosts'))\n")
}

#[test]
fn a_second_plan_after_an_apply_is_empty() {
    let folder = rule_and_watchlist();
    assert_snapshot!(folder.run(&["apply", "--emulator"]).expect(0).stdout, @r"
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a), emulated

    + create watchlist allowed-hosts
        Allowed hosts (rules/hosts/watchlist.yaml:1)
        1 row
    + create analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)

    Not ours, left alone:
      analytics rule BuiltInFusion (Advanced Multistage Attack Detection)

    Plan: 2 to create, 0 to update, 0 to delete, 0 unchanged
    Applied: 2 created, 0 updated, 0 deleted, 0 unchanged
    ");
    let second = folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(0);
    assert!(second.stdout.ends_with("No changes: 2 unchanged\n"), "{}", second.stdout);
}

#[test]
fn a_plan_writes_nothing() {
    let folder = rule_and_watchlist();
    folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(2);
    folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(2);
    assert!(!folder.path().join(".bartizan").exists());
}

#[test]
fn a_changed_query_is_shown_as_lines_and_other_fields_as_before_and_after() {
    let folder = rule_and_watchlist();
    folder.run(&["apply", "--emulator"]).expect(0);
    folder.write("rules/process.yaml", RULE.replace("4688", "4689").replace("Medium", "High"));
    folder
        .write("rules/hosts/watchlist.yaml", WATCHLIST.replace("{host: a, owner: b}", "{host: c, owner: d}"));
    assert_snapshot!(folder.run(&["plan", "--emulator"]).expect(0).stdout, @r#"
    Plan for law-sentinel (resource group rg-sentinel, subscription 00000000-0000-0000-0000-00000000000a), emulated

    ~ update watchlist allowed-hosts
        Allowed hosts (rules/hosts/watchlist.yaml:1)
          + host=c, owner=d
          - host=a, owner=b
    ~ update analytics rule 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
        Process creation (rules/process.yaml:2)
        query:
            SecurityEvent
          - | where EventID == 4688
          + | where EventID == 4689
            | project TimeGenerated, Computer, Account
        severity: "Medium" -> "High"

    Not ours, left alone:
      analytics rule BuiltInFusion (Advanced Multistage Attack Detection)

    Plan: 0 to create, 2 to update, 0 to delete, 0 unchanged
    "#);
    folder.run(&["apply", "--emulator"]).expect(0);
    // The removed row is gone from the workspace, which a PUT of the list alone would not do.
    let plan = folder.run(&["plan", "--emulator", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["unchanged"], 2);
}

#[test]
fn many_new_rows_and_removed_ones_converge_in_one_apply() {
    let rows = |from: usize, to: usize| {
        let rows: Vec<_> = (from..to).map(|i| format!("h{i},o\r\n")).collect();
        format!("host,owner\r\n{}", rows.concat())
    };
    let head = WATCHLIST.split("items:").next().unwrap();
    let folder =
        Folder::with(&[("rules/hosts/watchlist.yaml", head), ("rules/hosts/data.csv", &rows(0, 300))]);
    folder.run(&["apply", "--emulator"]).expect(0);
    folder.write("rules/hosts/data.csv", rows(10, 500));
    let applied = folder.run(&["apply", "--emulator", "--format", "json"]).expect(0).json();
    assert_eq!(applied["changes"][0]["rows"]["add"].as_array().unwrap().len(), 200);
    assert_eq!(applied["changes"][0]["rows"]["remove"].as_array().unwrap().len(), 10);
    let plan = folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(0);
    assert!(plan.stdout.contains("No changes: 1 unchanged"), "{}", plan.stdout);
}

#[test]
fn the_json_of_a_plan_has_its_promised_members() {
    let folder = rule_and_watchlist();
    let plan = folder.run(&["plan", "--emulator", "--format", "json"]).expect(0).json();
    assert_eq!(plan["format_version"], 1);
    assert_eq!(
        plan["summary"],
        json!({ "create": 2, "update": 0, "delete": 0, "unchanged": 0, "skipped": 0, "conflict": 0, "failed": 0 })
    );
    let change = &plan["changes"][1];
    assert_eq!(change["kind"], "alertRule");
    assert_eq!(change["id"], "5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01");
    assert_eq!(change["name"], "Process creation");
    assert_eq!(change["file"], "rules/process.yaml");
    assert_eq!((&change["action"], &change["reason"]), (&json!("create"), &json!("new")));
    assert_eq!(change["before"], json!(null));
    assert_eq!(change["after"]["properties"]["queryFrequency"], "PT1H");
    assert_eq!(plan["not_ours"][0]["id"], "BuiltInFusion");
    let applied = folder.run(&["apply", "--emulator", "--format", "json"]).expect(0).json();
    assert_eq!(applied["changes"][1]["outcome"], json!({ "status": "written" }));
}

#[test]
fn errors_stop_before_anything_is_sent_unless_it_is_to_keep_going() {
    let folder = rule_and_watchlist();
    folder.run(&["apply", "--emulator"]).expect(0);
    folder.write("rules/process.yaml", RULE.replace("Medium", "Critical"));
    folder.write("rules/other.yaml", RULE.replace("5f0d5a5c", "6f0d5a5c").replace("Process c", "Other c"));
    for command in ["plan", "apply"] {
        let run = folder.run(&[command, "--emulator"]).expect(1);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("error: 1 error in the files, nothing was sent"), "{}", run.stderr);
    }
    let run = folder.run(&["apply", "--emulator", "--keep-going", "--format", "json"]).expect(0);
    let json = run.json();
    assert_eq!((&json["summary"]["create"], &json["summary"]["update"]), (&json!(1), &json!(0)));
    // What is in the file in error is ours all the same, and where its YAML is invalid too.
    assert_eq!(json["not_ours"].as_array().unwrap().len(), 1);
    for broken in [RULE.replace("severity: Medium", "severity:Medium"), RULE.replace("id: 5f", "id: \"5f")] {
        folder.write("rules/process.yaml", broken);
        let run = folder.run(&["plan", "--emulator", "--keep-going", "--format", "json"]).expect(0);
        assert_eq!(run.json()["not_ours"].as_array().unwrap().len(), 1, "{}", run.stdout);
    }
}

#[test]
fn a_rule_is_not_created_without_the_watchlist_that_it_reads() {
    let folder = Folder::with(&[
        ("rules/a.yaml", &reading_rule()),
        ("rules/hosts/watchlist.yaml", &WATCHLIST.replace("alias: allowed-hosts", "alias: other-hosts")),
        ("bartizan.toml", "[watchlists]\nexternal = [\"allowed-hosts\"]\n"),
    ]);
    let run = folder.run(&["apply", "--emulator", "--keep-going", "--format", "json"]).expect(1);
    let json = run.json();
    assert_eq!(json["changes"][1]["reason"], "watchlist-absent");
    assert_eq!((&json["summary"]["failed"], &json["summary"]["create"]), (&json!(1), &json!(1)));
}

#[test]
fn a_run_needs_to_be_told_where_to_go() {
    let folder = rule_and_watchlist();
    let run = folder.run(&["plan"]).expect(3);
    assert_snapshot!(run.stderr, @r"
    error: no workspace is named
    help: try it with --emulator, or add a table [workspaces.NAME] to bartizan.toml and say --workspace NAME
    ");
    let run = folder.run(&["plan", "--workspace", "production"]).expect(3);
    assert!(run.stderr.contains("bartizan.toml has no workspace `production`"), "{}", run.stderr);
    let run = folder.run(&["plan", "--endpoint", "http://example.com"]).expect(3);
    assert!(run.stderr.contains("loopback"), "{}", run.stderr);
    folder.run(&["plan", "--emulator", "--endpoint", "http://127.0.0.1:1"]).expect(3);
    folder.run(&["plan", "--no-such-flag"]).expect(3);
    folder.run(&["plan", "--emulator", "--auth", "password"]).expect(3);
}

#[test]
fn nobody_is_asked_in_a_pipeline() {
    let folder = rule_and_watchlist();
    let run = folder.run(&["apply", "--endpoint", "http://127.0.0.1:1"]).expect(3);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
}

#[test]
fn a_workspace_that_does_not_answer_is_an_error_and_no_empty_plan() {
    let folder = rule_and_watchlist();
    let run = folder.run(&["plan", "--endpoint", "https://127.0.0.1:1", "--auth", "static-token"]).expect(4);
    assert!(run.stderr.contains("BARTIZAN_TOKEN"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

/// The emulator as a server, ended with the test.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("bartizan"))
            .args(["emulator", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let url = url.trim_end_matches(',').to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run_with_token(folder: &Folder, arguments: &[&str]) -> Run {
    let output =
        folder.command().args(arguments).env("BARTIZAN_TOKEN", "a-very-secret-token").output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_server_is_deployed_to_with_a_token_that_is_never_printed() {
    let folder = rule_and_watchlist();
    let server = Server::start(&folder, &["--page-size", "1", "--state", "state.json"]);
    let target = ["--endpoint", server.url.as_str(), "--auth", "static-token", "-vv"];
    let apply: Vec<&str> = ["apply", "--yes"].into_iter().chain(target).collect();
    let run = run_with_token(&folder, &apply).expect(0);
    assert!(run.stderr.contains("put-alert-rule"), "the operations are shown with -v: {}", run.stderr);
    assert!(!run.stdout.contains("a-very-secret") && !run.stderr.contains("a-very-secret"));
    let plan: Vec<&str> = ["plan", "--detailed-exitcode"].into_iter().chain(target).collect();
    assert!(run_with_token(&folder, &plan).expect(0).stdout.contains("No changes: 2 unchanged"));
    // Another workspace of the same server has a state of its own.
    folder.write(
        "bartizan.toml",
        "[workspaces.other]\nsubscription = \"00000000-0000-0000-0000-00000000000b\"\n\
         resource-group = \"rg\"\nworkspace = \"law-other\"\n",
    );
    let other: Vec<&str> = plan.iter().copied().chain(["--workspace", "other"]).collect();
    run_with_token(&folder, &other).expect(2);
}

#[test]
fn a_rule_over_an_absent_table_is_named_and_not_sent() {
    let folder = rule_and_watchlist();
    folder.write("tables.txt", "# what this workspace has\nHeartbeat\n");
    let server = Server::start(&folder, &["--tables", "tables.txt"]);
    let run = run_with_token(&folder, &["apply", "--yes", "--endpoint", &server.url]).expect(1);
    assert!(run.stdout.contains("the workspace has no table SecurityEvent"), "{}", run.stdout);
    assert!(
        run.stdout.ends_with("Applied: 1 created, 0 updated, 0 deleted, 0 unchanged, 1 failed\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_emulator_listens_on_loopback_alone() {
    let run = Folder::new().run(&["emulator", "--listen", "0.0.0.0:0"]).expect(3);
    assert!(run.stderr.contains("loopback"), "{}", run.stderr);
}

#[test]
fn a_file_that_is_not_a_state_is_reported_and_never_changed_nor_said_to_be_deletable() {
    let folder = rule_and_watchlist();
    for text in ["not json", "{}", "[1, 2]", "", "{\"format_version\": 99}"] {
        folder.write(".bartizan/emulator.json", text);
        folder.write("mine.json", text);
        for (arguments, path) in [
            (&["apply", "--emulator"][..], ".bartizan/emulator.json"),
            (&["emulator", "--listen", "127.0.0.1:0", "--state", "mine.json"], "mine.json"),
        ] {
            let run = folder.run(arguments).expect(3);
            let says = format!("{path} is not a state file of the emulator");
            assert!(run.stderr.contains(&says), "{}", run.stderr);
            assert!(!run.stderr.contains("delete") && !run.stderr.contains("remove"), "{}", run.stderr);
            assert_eq!(folder.read(path), text);
        }
    }
}

#[test]
fn compile_writes_the_bodies_and_removes_only_its_own_old_files() {
    let folder = rule_and_watchlist();
    folder.write("out/alertRules/old.json", "{}");
    folder.write("out/alertRules/note.txt", "mine");
    folder.write("out/mine.json", "{}");
    folder.run(&["compile", "--out", "out"]).expect(0);
    let body: serde_json::Value =
        serde_json::from_str(&folder.read("out/alertRules/5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01.json"))
            .unwrap();
    assert_eq!(body["kind"], "Scheduled");
    let list: serde_json::Value =
        serde_json::from_str(&folder.read("out/watchlists/allowed-hosts.json")).unwrap();
    assert_eq!(list["properties"]["rawContent"], "host,owner\r\na,b\r\n");
    assert!(!folder.path().join("out/alertRules/old.json").exists());
    assert_eq!(folder.read("out/alertRules/note.txt"), "mine");
    assert_eq!(folder.read("out/mine.json"), "{}");
}

#[test]
fn an_api_version_that_is_not_a_date_is_a_usage_error() {
    let run = Folder::new().run(&["plan", "--emulator", "--api-version", "foo"]).expect(3);
    assert!(run.stderr.contains("expected YYYY-MM-DD or YYYY-MM-DD-preview"), "{}", run.stderr);
}

#[test]
fn init_makes_a_folder_that_deploys_and_keeps_what_is_there() {
    let folder = Folder::with(&[("bartizan.toml", "# mine\n")]);
    let run = folder.run(&["init"]).expect(0);
    assert!(run.stdout.contains("exists ./bartizan.toml"), "{}", run.stdout);
    assert_eq!(folder.read("bartizan.toml"), "# mine\n");
    for name in ["bartizan-plan.yml", "bartizan-apply.yml", "bartizan-drift.yml"] {
        let template =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflow-templates").join(name);
        assert_eq!(
            folder.read(&format!(".github/workflows/{name}")),
            std::fs::read_to_string(template).unwrap()
        );
    }
    assert_eq!(folder.run(&["check", "--strict"]).expect(0).stdout, "0 errors in 3 files, 0 warnings\n");
    folder.run(&["apply", "--emulator"]).expect(0);
    folder.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(0);
    let again = folder.run(&["init"]).expect(0);
    assert!(!again.stdout.contains("made"), "{}", again.stdout);
    // Two folders do not share the id of their rule.
    let other = Folder::new();
    other.run(&["init"]).expect(0);
    assert_ne!(other.read("rules/password-spray.yaml"), folder.read("rules/password-spray.yaml"));
    other.run(&["check", "--strict"]).expect(0);
}

#[test]
fn explain_knows_every_code_and_the_nearest_one() {
    let folder = Folder::new();
    assert!(folder.run(&["explain", "unknown-key"]).expect(0).stdout.contains("## Wrong"));
    let run = folder.run(&["explain", "unknown-keys"]).expect(3);
    assert!(run.stderr.contains("did you mean `unknown-key`?"), "{}", run.stderr);
    assert!(folder.run(&["explain"]).expect(0).stdout.lines().count() > 20);
}
