//! `check --fix` changes what it says and nothing else.

use crate::folder::{Folder, RULE};

/// A rule over a table that Defender's portal has too, in every form of text.
fn rule(query: &str) -> String {
    crate::examples::with_query(query)
}

#[test]
fn a_fix_changes_its_words_alone_in_every_form_of_text() {
    let head = RULE.split_once("query:").unwrap().0;
    let tail = "entityMappings: [] # none\n\n# the end\n";
    for (form, fixed) in [
        ("query: |\n  DeviceEvents // Timestamp\n  | where Timestamp > ago(30m)\n", "TimeGenerated"),
        ("query: |-\n    DeviceEvents\n\n    | where Timestamp > ago(30m)\n", "TimeGenerated"),
        ("query: >\n  DeviceEvents\n  | where Timestamp > ago(30m)\n", "TimeGenerated"),
        ("query: DeviceEvents | where Timestamp > ago(30m)\n", "TimeGenerated"),
        ("query: 'DeviceEvents | where ''a'' == ''a'' and Timestamp > ago(30m)'\n", "TimeGenerated"),
        ("query: \"DeviceEvents\\n| where 'é' == 'é' and Timestamp > ago(30m)\"\n", "TimeGenerated"),
    ] {
        let plain = format!("{head}{form}{tail}");
        for text in [plain.clone(), format!("\u{feff}{}", plain.replace('\n', "\r\n"))] {
            let folder = Folder::with(&[("rules/a.yaml", &text)]);
            let run = folder.run(&["check", "--fix"]).expect(0);
            assert!(
                run.stderr.contains("[defender-column] Timestamp -> TimeGenerated\n"),
                "{form}{}",
                run.stderr
            );
            // The comment keeps its word.
            let at = text.rfind("Timestamp").unwrap();
            let expected = format!("{}{fixed}{}", &text[..at], &text[at + "Timestamp".len()..]);
            assert_eq!(folder.read("rules/a.yaml"), expected);
            assert_eq!(folder.run(&["check", "--fix"]).expect(0).stderr, "");
        }
    }
}

#[test]
fn a_fix_within_another_is_made_after_it() {
    let folder = Folder::new();
    let query = "DeviceEvents\n| summarize Names = makeset(pack('a', DeviceName)) by DeviceId\n";
    let text = rule(query);
    folder.write("rules/a.yaml", &text);
    let run = folder.run(&["check", "--fix"]);
    let expected = text.replace("makeset(pack('a', DeviceName))", "make_set(bag_pack('a', DeviceName), 128)");
    assert_eq!(folder.read("rules/a.yaml"), expected, "{}", run.stderr);
}

#[test]
fn every_kind_of_fix_is_made_and_what_is_left_is_told() {
    let folder = Folder::new();
    let query = "DeviceEvents\n| summarize Names = makeset(DeviceName) by Host = DeviceId, replace('a', 'b', DeviceId)\n";
    let text = rule(query)
        .replace("  - Execution\n", "  - Execution\n  - Privilege Escalation # loosely\n")
        .replace("queryPeriod: 1h", "queryPeriod: 60 minutes # the hour")
        .replace(
            "entityMappings:\n",
            "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {identifier: HostName, columnName: host}\n",
        );
    folder.write("rules/a.yaml", &text);
    let run = folder.run(&["check", "--fix"]);
    let fixed = folder.read("rules/a.yaml");
    assert_eq!(
        fixed,
        text.replace("Privilege Escalation", "PrivilegeEscalation")
            .replace("60 minutes", "60m")
            .replace("makeset(DeviceName)", "make_set(DeviceName, 128)")
            .replace("columnName: host", "columnName: Host"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains("`replace` is an old name") && !run.stdout.contains("makeset"),
        "{}",
        run.stdout
    );
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("fixed rules/a.yaml:")), "{lines:?}");
}

#[test]
fn a_dry_run_tells_the_same_and_changes_nothing() {
    let folder = Folder::new();
    let text = rule("SecurityEvent | summarize makeset(Account) by Computer\n");
    folder.write("rules/a.yaml", &text);
    let run = folder.run(&["check", "--fix", "--dry-run"]).expect(0);
    assert!(run.stderr.starts_with("would fix rules/a.yaml:"), "{}", run.stderr);
    assert!(run.stdout.contains("makeset"), "{}", run.stdout);
    assert_eq!(folder.read("rules/a.yaml"), text);
    folder.run(&["check", "--dry-run"]).expect(3);
}

#[test]
fn a_column_keeps_its_name_in_the_result_and_what_would_change_the_result_is_left() {
    let folder = Folder::new();
    let query =
        "DeviceEvents\n| project Timestamp, TimeGenerated, DeviceName\n| where Timestamp > ago(30m)\n";
    let text =
        rule(query).replace("entityMappings:\n", "customDetails: {Seen: Timestamp}\nentityMappings:\n");
    folder.write("rules/a.yaml", &text);
    folder.run(&["check", "--fix"]).expect(0);
    // The second time is that of the table, too; the mapping finds its column.
    let fixed = text
        .replace("project Timestamp", "project Timestamp = TimeGenerated")
        .replace("where Timestamp", "where TimeGenerated");
    assert_eq!(folder.read("rules/a.yaml"), fixed);

    let text = rule("DeviceEvents\n| extend TimeGenerated = ago(1h)\n| where Timestamp > ago(30m)\n");
    folder.write("rules/a.yaml", &text);
    let run = folder.run(&["check", "--fix"]).expect(0);
    assert_eq!((folder.read("rules/a.yaml"), run.stderr.as_str()), (text, ""));
    assert!(run.stdout.contains("[defender-column]"), "{}", run.stdout);
}

#[test]
fn a_fix_with_which_something_else_is_wrong_is_not_made_and_a_dry_run_knows() {
    let folder = Folder::new();
    let text = rule("SecurityEvent | summarize makeset(Account) by Computer\n")
        .replace("queryPeriod: 1h", "queryPeriod: 30 minutes");
    folder.write("rules/a.yaml", &text);
    let not_fixed =
        "not fixed rules/a.yaml:8:14 [bad-duration]: with the fix something else would be wrong\n";
    let run = folder.run(&["check", "--fix", "--dry-run"]).expect(1);
    assert!(run.stderr.starts_with(not_fixed) && run.stderr.contains("would fix"), "{}", run.stderr);
    assert_eq!(folder.read("rules/a.yaml"), text);
    folder.run(&["check", "--fix"]).expect(1);
    assert_eq!(folder.read("rules/a.yaml"), text.replace("makeset(Account)", "make_set(Account, 128)"));
}

#[test]
fn a_fix_that_is_not_made_holds_back_no_other() {
    let folder = Folder::new();
    let text = rule("SecurityEvent | take 1\n")
        .replace("queryPeriod: 1h", "suppressionDuration: 2 hours\nqueryPeriod: 30 minutes")
        .replace("version:", "incidentConfiguration:\n  createIncident: true\n  groupingConfiguration: {enabled: true, lookbackDuration: 5 hours, matchingMethod: AllEntities}\nversion:");
    for name in ["rules/a.yaml", "rules/b.yaml"] {
        folder.write(name, &text);
    }
    let run = folder.run(&["check", "--fix"]).expect(1);
    for name in ["rules/a.yaml", "rules/b.yaml"] {
        let fixed = folder.read(name);
        assert!(
            fixed.contains("suppressionDuration: 2h") && fixed.contains("lookbackDuration: 5h"),
            "{fixed}"
        );
        assert!(fixed.contains("queryPeriod: 30 minutes"), "{fixed}");
        let refusals = run.stderr.lines().filter(|line| line.starts_with(&format!("not fixed {name}")));
        assert_eq!(refusals.count(), 1, "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_link_beside_the_file_leads_nowhere() {
    let folder = Folder::new();
    let file = folder.write("rules/a.yaml", rule("SecurityEvent | summarize makeset(Account) by Computer\n"));
    let victim = folder.write("victim", "kept");
    for name in [".a.yaml.fixed", "a.yaml.new"] {
        std::os::unix::fs::symlink(&victim, file.with_file_name(name)).unwrap();
    }
    folder.run(&["check", "--fix"]).expect(0);
    assert!(folder.read("rules/a.yaml").contains("make_set"));
    assert_eq!(folder.read("victim"), "kept");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_stays_and_the_others_are_fixed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let text = rule("SecurityEvent | summarize makeset(Account) by Computer\n");
    let other = text.replace("id: ", "id: 0").replacen("id: 0", "id: ", 1);
    let locked = folder.write("rules/a.yaml", &text);
    folder.write("rules/b.yaml", other);
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o444)).unwrap();
    let run = folder.run(&["check", "--fix"]);
    assert_eq!(folder.read("rules/a.yaml"), text);
    assert!(folder.read("rules/b.yaml").contains("make_set"));
    assert!(
        run.stderr.contains("not fixed rules/a.yaml [deprecated-function]: it is read-only"),
        "{}",
        run.stderr
    );
    assert_eq!(
        std::fs::read_dir(locked.parent().unwrap()).unwrap().count(),
        2,
        "nothing is left beside them"
    );
}
