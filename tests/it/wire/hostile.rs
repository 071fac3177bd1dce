//! Answers of a service that means harm.

use insta::assert_snapshot;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

use super::{RULE_ID, Service, Workspace, error, is, shown};
use crate::folder::{Folder, Run, WATCHLIST};

/// What clears a terminal, titles its window, moves its cursor; in the 8-bit form too; and what turns text around.
const SEQUENCES: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}dlrow\r\n+ create forged\u{8}\u{7f}";

/// As on a terminal, where sequences are not taken out on the way.
const ON_A_TERMINAL: &[(&str, &str)] = &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")];

/// Fails where something other than lines of plain text was printed.
fn assert_plain(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let bad = text.chars().find(|c| {
            (c.is_control() && *c != '\n') || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(bad, None, "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("+ create forged")), "{text}");
    }
}

fn rule(id: &str, name: &str) -> Value {
    json!({ "name": id, "kind": "Scheduled", "etag": "\"e\"", "properties": { "displayName": name } })
}

#[tokio::test]
async fn sequences_in_names_and_values_do_not_reach_the_terminal() {
    let mut ours = rule(RULE_ID, SEQUENCES);
    ours["properties"]["description"] = json!(SEQUENCES);
    ours["properties"]["query"] = json!(format!("{SEQUENCES}\n| take 1"));
    ours["properties"][SEQUENCES] = json!({ SEQUENCES: SEQUENCES });
    let list = json!({ "name": "allowed-hosts", "etag": "\"l\"", "properties": {
        "watchlistAlias": "allowed-hosts", "displayName": SEQUENCES } });
    let other = json!({ "name": SEQUENCES, "properties": { "displayName": SEQUENCES } });
    let item = json!({ "name": "00000000-0000-4000-8000-000000000001",
        "properties": { "itemsKeyValue": { "host": SEQUENCES, SEQUENCES: SEQUENCES } } });
    let workspace = Workspace {
        rules: vec![rule(&format!("r{SEQUENCES}"), SEQUENCES), ours],
        watchlists: vec![list, other],
        items: vec![item],
    };
    let service = Service::new(workspace, |_| None).await;
    service.folder.write("rules/hosts/watchlist.yaml", WATCHLIST);
    for arguments in [&["plan"][..], &["plan", "--format", "json"], &["apply", "--yes"]] {
        let run = service.run_with(arguments, ON_A_TERMINAL);
        assert!(run.stdout.contains("owned"), "{}", run.stdout);
        assert_plain(&run);
    }
    // The machine format says the same all the same.
    let json = service.run_with(&["plan", "--format", "json"], ON_A_TERMINAL).json();
    assert_eq!(json["not_ours"][1]["name"], SEQUENCES);
}

#[tokio::test]
async fn sequences_in_messages_do_not_reach_the_terminal() {
    let rule = format!("alertRules/{RULE_ID}");
    let service = Service::new(Workspace::default(), move |request| {
        is(request, "PUT", &rule).then(|| error(400, SEQUENCES, SEQUENCES))
    })
    .await;
    let run = service.run_with(&["apply", "--yes"], ON_A_TERMINAL).expect(1);
    assert!(run.stderr.contains("status 400"), "{}", run.stderr);
    assert_plain(&run);
    let service = Service::new(Workspace::default(), |_| Some(error(403, SEQUENCES, SEQUENCES))).await;
    let run = service.run_with(&["apply", "--yes", "-vv"], ON_A_TERMINAL).expect(1);
    assert!(run.stderr.contains("status 403"), "{}", run.stderr);
    // The log colours its own words.
    assert!(!run.stderr.contains("\u{1b}]0") && !run.stderr.contains('\u{9b}'), "{:?}", run.stderr);
}

#[tokio::test]
async fn sequences_in_rule_files_do_not_reach_the_terminal() {
    let service = Service::new(Workspace::default(), |_| None).await;
    let name: String = SEQUENCES.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    service.folder.write(
        "rules/process.yaml",
        service
            .folder
            .read("rules/process.yaml")
            .replace("name: Process creation", &format!("name: \"{name}\"")),
    );
    let run = service.run_with(&["apply", "--yes"], ON_A_TERMINAL).expect(0);
    assert!(run.stdout.contains("owned"), "{}", run.stdout);
    assert_plain(&run);
}

#[test]
fn sequences_in_diagnostics_do_not_reach_the_terminal() {
    let escapes: String = SEQUENCES.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let folder = Folder::with(&[
        ("rules/a.yaml", &format!("\"{escapes}\": x\nseverity: \"{escapes}\"\nkind: Scheduled\n")),
        ("rules/b.yaml", &format!("kind: \"{escapes}\"\n")),
        ("rules/c.yaml", &format!("name: {SEQUENCES}")),
        ("rules/d/watchlist.yaml", &format!("alias: \"{escapes}\"\nitems: [{{\"{escapes}\": \"=1\"}}]\n")),
    ]);
    // The program's own colours are ESC [ numbers m.
    let colours = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for format in ["human", "json"] {
        let mut command = folder.command();
        command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").args(["check", "--format", format]);
        let output = command.output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("owned"), "{stdout}");
        let stdout = colours.replace_all(&stdout, "").into_owned();
        assert_plain(&Run { code: 0, stdout, stderr: String::from_utf8(output.stderr).unwrap() });
    }
}

#[tokio::test]
async fn a_link_to_another_host_gets_no_token() {
    let elsewhere = MockServer::start().await;
    let link = format!("{}/x", elsewhere.uri());
    let service = Service::new(Workspace::default(), move |request| {
        let page = json!({ "value": [], "nextLink": link });
        is(request, "GET", "alertRules").then(|| ResponseTemplate::new(200).set_body_json(page))
    })
    .await;
    assert_snapshot!(shown(&service.run(&["apply", "--yes"])), @r"
    exit 1
    --- stdout
    --- stderr
    error: GET /subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/Microsoft.OperationalInsights/workspaces/law-sentinel/providers/Microsoft.SecurityInsights/alertRules: `nextLink` points to another server (127.0.0.1) and is not followed
    ");
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
    assert_eq!(service.writes().await, [""; 0]);
}

#[tokio::test]
async fn a_million_brackets_are_an_error_and_no_crash() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"value\":[{}1{}]}}", open.repeat(1_000_000), close.repeat(1_000_000));
        let service = Service::new(Workspace::default(), move |request| {
            let body = deep.clone();
            is(request, "GET", "alertRules")
                .then(|| ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        })
        .await;
        let run = service.run(&["apply", "--yes"]).expect(1);
        assert!(run.stderr.contains("is not JSON: recursion limit exceeded"), "{}", run.stderr);
        assert_eq!(service.writes().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_resource_without_a_name_stops_the_run_since_it_could_be_ours() {
    for (nameless, what) in [
        (json!({ "kind": "Scheduled", "properties": { "displayName": "x" } }), "alertRules"),
        (json!({ "name": RULE_ID, "properties": { "displayName": "x" } }), "alertRules"),
        (json!({ "name": 5, "kind": "Scheduled" }), "alertRules"),
        (json!("x"), "alertRules"),
        (json!({ "properties": { "displayName": "x" } }), "watchlists"),
        (Value::Null, "watchlists"),
    ] {
        let page = json!({ "value": [nameless] });
        let service = Service::new(Workspace::default(), move |request| {
            is(request, "GET", what).then(|| ResponseTemplate::new(200).set_body_json(&page))
        })
        .await;
        let run = service.run(&["apply", "--yes"]).expect(1);
        assert!(run.stderr.contains("has no"), "{nameless}: {}", run.stderr);
        assert_eq!(service.writes().await, [""; 0], "{nameless}");
    }
}

#[tokio::test]
async fn members_of_other_types_are_differences_and_no_crash() {
    let strange = json!({ "name": RULE_ID, "kind": "Scheduled", "etag": 5, "properties": {
        "displayName": ["x"], "query": { "a": 1 }, "tactics": "Execution", "entityMappings": [[], 1, null],
        "incidentConfiguration": "no", "triggerThreshold": 1e300, "enabled": null } });
    let bare = json!({ "name": RULE_ID, "kind": "Scheduled", "properties": null });
    for live in [strange, bare] {
        let service = Service::new(Workspace { rules: vec![live], ..Workspace::default() }, |_| None).await;
        let run = service.run(&["plan", "--detailed-exitcode"]).expect(2);
        assert!(run.stdout.contains("1 to update"), "{}", run.stdout);
    }
}
