//! `bartizan schema pull`, the lock file that it writes, and tables that the settings declare.

use insta::assert_snapshot;

use crate::examples::{overlay, with_query};
use crate::folder::{Folder, RULE, Run};

const LOCK: &str = "bartizan.schema.lock";

const SETTINGS: &str = "\
[tables.Contoso_CL]
columns = { TimeGenerated = \"datetime\", user_s = \"string\", count_d = \"real\" }

[tables.SecurityEvent]
columns = { Site_CF = \"string\" }
";

/// A rule over the custom table of [`SETTINGS`].
fn over_custom_table(column: &str) -> String {
    overlay(
        RULE,
        &format!(
            "query: |\n  Contoso_CL\n  | where {column} == 'admin'\nentityMappings:\n  - entityType: Account\n    fieldMappings:\n      - {{identifier: Name, columnName: {column}}}\n"
        ),
    )
}

fn pull(folder: &Folder) -> Run {
    folder.run(&["schema", "pull", "--emulator"])
}

/// The lock without its list of the tables that are built in, which is long.
fn without_built_in(lock: &str) -> String {
    let (head, rest) = lock.split_once("tables = [").unwrap();
    let (_, tail) = rest.split_once("]\n").unwrap();
    format!("{head}tables = […]\n{tail}")
}

#[test]
fn the_lock_holds_what_the_catalogue_does_not_have_and_is_the_same_again() {
    let folder = Folder::with(&[("bartizan.toml", SETTINGS), ("rules/a.yaml", &over_custom_table("user_s"))]);
    let first = pull(&folder).expect(0);
    let lock = folder.read(LOCK);
    assert_snapshot!(without_built_in(&lock), @r#"
    # What the workspace has, for checks without it. Written by `bartizan schema pull`: commit it, and pull again when
    # tables or functions change. Tables and columns of your own that are not in the workspace yet belong into bartizan.toml.

    version = 1
    workspace = "law-sentinel"
    tables = […]

    [columns.Contoso_CL]
    count_d = "real"
    user_s = "string"

    [columns.SecurityEvent]
    Site_CF = "string"
    "#);
    assert!(lock.contains("    \"SigninLogs\",\n") && !lock.contains("    \"Contoso_CL\",\n"));
    assert!(!lock.contains("00000000-0000"), "the subscription is nobody's business");
    assert!(first.stdout.starts_with("bartizan.schema.lock written: "), "{}", first.stdout);
    let again = pull(&folder).expect(0);
    assert!(again.stdout.starts_with("bartizan.schema.lock is up to date: "), "{}", again.stdout);
    assert_eq!(folder.read(LOCK), lock);
    folder.run(&["schema", "pull", "--emulator", "--check"]).expect(0);
    folder.run(&["check", "--strict"]).expect(0);
    // As a checkout on Windows has it.
    folder.write(LOCK, lock.replace('\n', "\r\n"));
    folder.run(&["schema", "pull", "--emulator", "--check"]).expect(0);
    folder.run(&["check", "--strict"]).expect(0);
    folder.write(LOCK, b"version = 1\nworkspace = '\xff'\n");
    folder.run(&["check"]).expect(3);
    pull(&folder).expect(0);
    assert_eq!(folder.read(LOCK), lock);
}

#[test]
fn a_change_of_the_workspace_is_told_and_written_only_when_asked() {
    let folder = Folder::with(&[("bartizan.toml", SETTINGS)]);
    folder.run(&["schema", "pull", "--emulator", "--check"]).expect(1);
    assert!(!folder.path().join(LOCK).exists());
    pull(&folder).expect(0);
    let before = folder.read(LOCK);
    let settings = SETTINGS.replace("Contoso_CL", "Fabrikam_CL").replace("Site_CF", "Floor_CF");
    folder.write("bartizan.toml", settings);
    let checked = folder.run(&["schema", "pull", "--emulator", "--check"]).expect(1);
    let (changes, total) = checked.stdout.rsplit_once("bartizan.schema.lock ").unwrap();
    assert_eq!(changes, "- table Contoso_CL\n+ table Fabrikam_CL\n~ table SecurityEvent\n");
    assert!(total.starts_with("would change: "), "{total}");
    assert_eq!(folder.read(LOCK), before);
    assert!(pull(&folder).expect(0).stdout.contains("+ table Fabrikam_CL\n"));
    assert!(folder.read(LOCK).contains("[columns.Fabrikam_CL]"));
}

#[test]
fn a_declared_table_has_its_columns_in_checks_and_in_the_emulated_workspace() {
    let folder = Folder::with(&[("bartizan.toml", SETTINGS), ("rules/a.yaml", &over_custom_table("user_s"))]);
    folder.run(&["check", "--strict"]).expect(0);
    folder.run(&["apply", "--emulator"]).expect(0);

    folder.write("rules/a.yaml", over_custom_table("usr_s"));
    let json = folder.run(&["check", "--format", "json"]).expect(1).json();
    let found = &json["diagnostics"][0];
    assert_eq!((&found["code"], &found["line"]), (&"kql-unknown-name".into(), &17.into()));
    assert_eq!(found["help"], "did you mean `user_s`?");

    let settings = "[emulator]\ntables = ['Contoso_CL']\n";
    folder.write("bartizan.toml", settings);
    // A table that is only named may have any column.
    folder.run(&["apply", "--emulator"]).expect(0);
}

#[test]
fn a_column_that_a_team_added_to_a_table_of_the_service_is_known() {
    let rule = with_query("SecurityEvent\n| where Site_CF == 'Berlin' and EventID == 4688\n");
    let folder = Folder::with(&[("rules/a.yaml", &rule)]);
    // Nobody knows whether the workspace has it, until somebody says so.
    assert_eq!(folder.run(&["check", "--format", "json"]).expect(0).codes(), ["kql-unknown-name"]);
    folder.run(&["apply", "--emulator"]).expect(1);
    folder.write("bartizan.toml", SETTINGS);
    folder.run(&["check", "--strict"]).expect(0);
    folder.run(&["apply", "--emulator"]).expect(0);
}

#[test]
fn settings_that_declare_no_table_are_told_at_their_place() {
    let folder = Folder::with(&[
        (
            "bartizan.toml",
            "[tables.A_CL]\ncolumns = { a = \"strng\" }\n[tables.\"B CL\"]\n[tables.C_CL]\ncolums = {}\n",
        ),
        ("rules/a.yaml", RULE),
    ]);
    let run = folder.run(&["check"]).expect(3);
    assert_snapshot!(run.stdout, @r#"
    error[bad-setting]: `strng` is no type of a column
     --> bartizan.toml:2:17
      |
    2 | columns = { a = "strng" }
      |                 ^^^^^^^ allowed: bool, int, long, real, decimal, string, datetime, timespan, guid, dynamic

    error[bad-setting]: `B CL` is not the name of a table
     --> bartizan.toml:3:9
      |
    3 | [tables."B CL"]
      |         ^^^^^^ allowed: letters, digits and `_`

    warning[unknown-key]: `colums` is not a key of a table
     --> bartizan.toml:5:1
      |
    5 | colums = {}
      | ^^^^^^ it has no effect
      |
      = help: did you mean `columns`?

    2 errors in 1 file, 1 warning
    "#);
}

/// A folder whose workspace has the function that was once described in it.
fn with_saved_function() -> Folder {
    let parser = "kind: Parser\nfunctionAlias: ContosoLogons\nfunctionParameters: since:timespan=1d\nfunctionQuery: |\n  SecurityEvent\n  | where TimeGenerated > ago(since) and EventID == 4624\n  | project TimeGenerated, Computer, Who = Account\n";
    let folder = Folder::with(&[("rules/parser.yaml", parser)]);
    folder.run(&["apply", "--emulator"]).expect(0);
    folder.remove("rules/parser.yaml");
    let rule = overlay(RULE, "query: ContosoLogons(2h) | where isnotempty(Who)\n");
    folder.write("rules/a.yaml", rule);
    folder
}

#[test]
fn a_saved_function_has_the_columns_that_were_pulled() {
    let folder = with_saved_function();
    assert_eq!(folder.run(&["check", "--format", "json"]).codes(), ["kql-unknown-function"]);
    pull(&folder).expect(0);
    let lock = folder.read(LOCK);
    assert_snapshot!(lock.split_once("]\n").unwrap().1, @r#"

    [functions.ContosoLogons]
    parameters = "since:timespan=1d"

    [functions.ContosoLogons.columns]
    Computer = "string"
    TimeGenerated = "datetime"
    Who = "string"
    "#);
    folder.run(&["check", "--strict"]).expect(0);

    for (query, code) in [
        ("ContosoLogons(2h) | where Whom == 'a'", "kql-unknown-name"),
        ("ContosoLogons(2h) | project Who", "column-not-in-result"),
        ("ContosoLogons('2h')", "kql-argument-type"),
        ("ContosoLogon(2h)", "kql-unknown-function"),
    ] {
        folder.write("rules/a.yaml", overlay(RULE, &format!("query: {query}\n")));
        assert_eq!(folder.run(&["check", "--format", "json"]).codes(), [code], "{query}");
    }
}

#[test]
fn a_function_that_a_file_describes_is_left_out_and_goes_before_one_that_was_pulled() {
    let folder = with_saved_function();
    pull(&folder).expect(0);
    folder.write(
        "rules/parser.yaml",
        "kind: Parser\nfunctionAlias: ContosoLogons\nfunctionQuery: Heartbeat | project Computer\n",
    );
    folder.write("rules/a.yaml", overlay(RULE, "query: ContosoLogons | where isnotempty(Who)\n"));
    assert_eq!(folder.run(&["check", "--format", "json"]).codes(), ["kql-unknown-name"]);
    assert!(pull(&folder).expect(0).stdout.starts_with("- function ContosoLogons\n"));
    assert!(!folder.read(LOCK).contains("ContosoLogons"));
}

#[test]
fn a_table_that_the_lock_does_not_list_is_a_warning_of_a_severity_of_its_own() {
    let folder = Folder::with(&[
        ("rules/a.yaml", RULE),
        (LOCK, "version = 1\nworkspace = \"law-prod\"\ntables = [\"Heartbeat\", \"SecurityEvents_CL\"]\n"),
    ]);
    let run = folder.run(&["check"]).expect(0);
    assert_snapshot!(run.stdout, @"
    warning[table-not-in-workspace]: the workspace `law-prod` has no table `SecurityEvent`
      --> rules/a.yaml:16:3
       |
    16 |   SecurityEvent
       |   ^^^^^^^^^^^^^ bartizan.schema.lock does not list it
       |
       = help: `bartizan schema pull` lists it once its connector has sent something; until then the service refuses the query

    0 errors in 1 file, 1 warning
    ");
    folder.write("bartizan.toml", "[checks]\ntable-not-in-workspace = \"error\"\n");
    folder.run(&["check"]).expect(1);
    folder.write("bartizan.toml", "[tables.SecurityEvent]\n");
    folder.run(&["check", "--strict"]).expect(0);
}

#[test]
fn a_lock_that_cannot_be_read_is_one_error_and_is_written_anew() {
    for text in ["version = 7\n", "<<<<<<< HEAD\nversion = 1\n=======\nversion = 1\n>>>>>>> other\n"] {
        let folder = Folder::with(&[("rules/a.yaml", RULE), (LOCK, text)]);
        assert_eq!(folder.run(&["check", "--format", "json"]).expect(1).codes(), ["bad-schema-lock"]);
        let refused = folder.run(&["kql", "rules"]).expect(3);
        assert!(refused.stderr.contains("bartizan.schema.lock has errors"), "{}", refused.stderr);
        folder.run(&["plan", "--emulator"]).expect(1);
        pull(&folder).expect(0);
        folder.run(&["check", "--strict"]).expect(0);
    }
}

#[test]
fn a_query_of_its_own_is_held_against_the_lock_too() {
    let folder = Folder::with(&[
        ("q.kql", "Contoso_CL | where TimeGenerated > ago(1d) and usr_s == 'a'\n"),
        (LOCK, "version = 1\ntables = []\n[columns.Contoso_CL]\nuser_s = \"string\"\n"),
    ]);
    let run = folder.run(&["kql", "q.kql"]).expect(1);
    assert!(run.stdout.contains("did you mean `user_s`?"), "{}", run.stdout);
}

#[test]
fn rules_with_errors_do_not_stand_in_the_way_and_wrong_settings_do() {
    let folder = Folder::with(&[("rules/a.yaml", "id: 1\nquery: |\n  ||\n"), ("bartizan.toml", "")]);
    pull(&folder).expect(0);
    folder.write("bartizan.toml", "tables = 1\n");
    let refused = pull(&folder).expect(3);
    assert!(refused.stderr.contains("bartizan.toml has errors"), "{}", refused.stderr);
    let refused = folder.run(&["schema", "pull"]).expect(3);
    assert!(refused.stderr.contains("error: "), "{}", refused.stderr);
}

#[test]
fn the_tables_that_indicators_miss_are_told_once() {
    let indicators =
        "kind: Indicators\nfamily: ExampleRAT\nindicators:\n  - {type: domain, value: bad-host-7.top}\n";
    let lock = "version = 1\nworkspace = \"law-prod\"\ntables = [\"CommonSecurityLog\", \"DnsEvents\", \"DeviceNetworkEvents\", \"ASimDnsActivityLogs\"]\n";
    let folder = Folder::with(&[("rules/rat.yaml", indicators), (LOCK, lock)]);
    let json = folder.run(&["check", "--format", "json"]).expect(0).json();
    let found = json["diagnostics"].as_array().unwrap();
    let told: Vec<&str> = found.iter().map(|found| found["message"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "the workspace `law-prod` has no tables `UrlClickEvents`, `DeviceFileEvents` and `DeviceProcessEvents`"
        ]
    );
    folder.write("rules/rat.yaml", indicators.replace("indicators:", "targets: [DnsEvents]\nindicators:"));
    folder.run(&["check", "--strict"]).expect(0);
}
