//! `check --fix` changes what it says and nothing else.

use std::collections::BTreeMap;

use bartizan::diagnostic::Applicability;
use bartizan::fix::fix;
use proptest::prelude::*;
use serde_json::json;

use crate::folder::{Folder, RULE};
use crate::in_memory::Checked;

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
fn what_is_wrong_with_the_value_of_a_fix_is_reported_before_it_and_stays() {
    let folder = Folder::new();
    let text = rule("SecurityEvent | summarize makeset(Account) by Computer\n")
        .replace("queryPeriod: 1h", "queryPeriod: 30 minutes");
    folder.write("rules/a.yaml", &text);
    let before = folder.run(&["check", "--format", "json"]).expect(1).codes();
    assert_eq!(before, ["bad-duration", "period-below-frequency", "deprecated-function"]);
    let run = folder.run(&["check", "--fix", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["period-below-frequency"]);
    let fixed = text.replace("30 minutes", "30m").replace("makeset(Account)", "make_set(Account, 128)");
    assert_eq!(folder.read("rules/a.yaml"), fixed);
}

#[test]
fn a_fix_that_somebody_has_to_look_at_is_made_only_when_asked() {
    let folder = Folder::new();
    // The query would be longer than the service takes.
    let query = "SecurityEvent | summarize makeset(Account) by Computer";
    let text = rule(&format!("{query} //{}\n", "x".repeat(10_000 - 1 - query.len() - 3)));
    folder.write("rules/a.yaml", &text);
    let json = folder.run(&["check", "--format", "json"]).expect(0).json();
    let found = &json["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["fix_applicability"]),
        (&json!("deprecated-function"), &json!("unsafe"))
    );
    assert_eq!(folder.run(&["check", "--fix"]).expect(0).stderr, "");
    assert_eq!(folder.read("rules/a.yaml"), text);
    folder.run(&["check", "--unsafe"]).expect(3);
    let run = folder.run(&["check", "--fix", "--unsafe"]).expect(1);
    assert!(run.stderr.starts_with("fixed rules/a.yaml:"), "{}", run.stderr);
    assert!(folder.read("rules/a.yaml").contains("make_set(Account, 128)"));
}

#[test]
fn a_file_with_invalid_yaml_has_its_fixes_too() {
    let folder = Folder::new();
    let text =
        rule("SecurityEvent | summarize makeset(Account) by Computer\n").replace("severity: ", "severity:");
    folder.write("rules/a.yaml", &text);
    let run = folder.run(&["check", "--fix", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["yaml-syntax"], "{}", run.stderr);
    assert_eq!(folder.read("rules/a.yaml"), text.replace("makeset(Account)", "make_set(Account, 128)"));
}

/// Mistakes in the files of [`broken_rules`](crate::broken_rules) that have fixes, and others that a fix might bring on.
const MISTAKES: &[(&str, &str)] = &[
    ("queryFrequency: 1h", "queryFrequency: 60 minutes"),
    ("queryFrequency: 1h", "queryFrequency: 2 days"),
    ("queryFrequency: PT1H", "queryFrequency: 1 Minute"),
    ("queryPeriod: 1d", "queryPeriod: 30 minutes"),
    ("queryPeriod: 1d", "queryPeriod: 20 days"),
    ("lookbackDuration: 5h", "lookbackDuration: 5 hours"),
    ("lookbackDuration: 5h", "lookbackDuration: '30 days'"),
    ("customDetails:", "suppressionEnabled: true\nsuppressionDuration: \"10 minutes\"\ncustomDetails:"),
    ("tactics: [Execution]", "tactics: [Privilege Escalation, Execution]"),
    ("tactics: [CommandAndControl]", "tactics: ['Command and Control', \"Initial\\x20Access\"]"),
    ("relevantTechniques: [T1059]", "relevantTechniques: [t1059, T1059]"),
    ("columnName: Computer", "columnName: computer"),
    ("columnName: IpAddress", "columnName: 'IPADDRESS'"),
    ("columnName: IpAddress", "columnName: users"),
    ("Under: Parent", "Under: PARENT"),
    ("on {{Computer}}", "on {{computer}}"),
    ("alertSeverityColumnName: Level", "alertSeverityColumnName: count"),
    ("entityType: IP", "entityType: ip"),
    ("make_set(LogonUser)", "makeset(pack('a', LogonUser))"),
    ("make_set(LogonUser)", "makeset(LogonUser)"),
    ("tolower(Account)", "tostring(parsejson(Account))"),
    ("TimeGenerated > ago(30m)", "Timestamp > ago(30m)"),
    ("TimeGenerated > ago(30m)", "Timestamp > ago(30d)"),
    ("project TimeGenerated, DeviceId", "project Timestamp, DeviceId"),
    ("where Count > 3", "where Cnt > 3"),
    ("description: Traffic", "description: @Traffic"),
];

/// How many diagnostics of each code each file has.
fn counts(checked: &Checked) -> BTreeMap<(String, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for found in &checked.diagnostics {
        let path = checked.map.file(found.span.file).path().to_string();
        *counts.entry((path, found.code.id)).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// What each check says of its fixes holds: all that are safe, made at once, make nothing wrong that was not.
    #[test]
    fn safe_fixes_made_at_once_bring_on_nothing_new_and_come_to_an_end(
        chosen in prop::collection::btree_set(0..MISTAKES.len(), 1..6),
    ) {
        let folder = crate::broken_rules::folder();
        for (path, _) in crate::broken_rules::FILES {
            let text = chosen.iter().fold(folder.read(path), |text, at| {
                let (from, to) = MISTAKES[*at];
                text.replacen(from, to, 1)
            });
            folder.write(path, text);
        }
        let root = [folder.path().join("rules")];
        let mut rounds = 0;
        loop {
            let checked = Checked::read(&root);
            let safe = checked.diagnostics.iter().filter(|found| {
                found.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
            });
            let files = fix(&checked.map, safe);
            if files.iter().all(|file| file.text.is_none()) {
                break;
            }
            for file in files {
                if let Some(text) = file.text {
                    std::fs::write(checked.map.file(file.file).path(), text).unwrap();
                }
            }
            let before = counts(&checked);
            for (place, count) in counts(&Checked::read(&root)) {
                let known = before.get(&place).copied().unwrap_or_default();
                prop_assert!(known >= count, "{place:?}: {known} became {count}");
            }
            rounds += 1;
            prop_assert!(rounds < 5, "fixes without end");
        }
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
