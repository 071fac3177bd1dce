//! Whatever a folder holds, the command ends with a message and not with a panic.

use crate::folder::{Folder, RULE, WATCHLIST};

#[test]
fn every_mistake_of_every_file_is_told_at_once_with_its_place() {
    let folder = Folder::with(&[
        ("rules/a.yaml", &RULE.replace("Medium", "Hihg").replace("queryPeriod: 1h", "queryPeriod: 5m")),
        ("rules/b.yaml", "id: x\n  name: y\n"),
        ("rules/c.yaml", "- a\n- b\n"),
    ]);
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    let json = run.json();
    assert_eq!(json["format_version"], 1);
    let files: Vec<_> =
        json["diagnostics"].as_array().unwrap().iter().map(|d| d["file"].as_str().unwrap()).collect();
    for file in ["rules/a.yaml", "rules/b.yaml", "rules/c.yaml"] {
        assert!(files.contains(&file), "{}", run.stdout);
    }
    assert!(files.iter().filter(|file| **file == "rules/a.yaml").count() >= 2, "{}", run.stdout);
    for diagnostic in json["diagnostics"].as_array().unwrap() {
        for member in
            ["code", "severity", "message", "file", "line", "column", "end_line", "end_column", "help"]
        {
            assert!(diagnostic.get(member).is_some(), "{diagnostic}");
        }
        assert!(diagnostic["line"].as_u64().unwrap() >= 1);
    }
}

#[test]
fn files_that_are_no_rules_end_in_a_message() {
    let deep = "[".repeat(100_000);
    let long = format!("name: {}\n", "x".repeat(1_000_000));
    let bomb = (1..40).fold(String::from("a0: &a0 [x]\n"), |text, i| {
        format!("{text}a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1)
    });
    let cases: &[(&str, &[u8])] = &[
        ("empty.yaml", b""),
        ("blank.yaml", b"\n\n   \n"),
        ("comment.yaml", b"# nothing\n"),
        ("nul.yaml", b"id: \0\n"),
        ("latin1.yaml", b"name: caf\xe9\n"),
        ("utf16.yaml", b"\xff\xfei\0d\0:\0 \0x\0\n\0"),
        ("binary.yaml", b"\x7fELF\x02\x01\x01\0\0\0"),
        ("deep.yaml", deep.as_bytes()),
        ("long.yaml", long.as_bytes()),
        ("bomb.yaml", bomb.as_bytes()),
        ("tabs.yaml", b"id: x\nquery: |\n\tT\n"),
        ("control.yaml", b"name: \"\\e]0;owned\\a\"\nseverity: \"\\e[2J\"\n"),
        ("list.yaml", b"entityMappings: [1, [2], {a: b}]\ntactics: {a: b}\nquery: [x]\n"),
        ("number.yaml", b"triggerThreshold: 99999999999999999999999999\n"),
        ("anchors.yaml", b"id: &x x\nname: *x\nquery: *y\n"),
        ("documents.yaml", b"---\nid: a\n---\nid: b\n"),
    ];
    for (name, bytes) in cases {
        let folder = Folder::new();
        folder.write(&format!("rules/{name}"), bytes);
        for format in ["human", "json"] {
            let run = folder.run(&["check", "--format", format]);
            assert_eq!(run.code, 1, "{name} as {format}:\n{}\n{}", run.stdout, run.stderr);
            assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
            assert!(!run.stdout.contains('\u{1b}'), "{name}: an escape reached the terminal");
        }
    }
}

#[test]
fn a_watchlist_whose_csv_is_broken_loses_nothing() {
    let head = "alias: hosts\ndisplayName: Hosts\nprovider: x\nitemsSearchKey: host\n";
    for csv in ["", "host,owner\na\n", "host,owner\n\"a,b\n", "host,host\na,b\n"] {
        let folder = Folder::with(&[("rules/h/watchlist.yaml", head), ("rules/h/data.csv", csv)]);
        assert!(
            folder.run(&["check", "--format", "json"]).expect(1).codes().contains(&"csv-shape".to_owned())
        );
    }
    let folder = Folder::with(&[("rules/h/watchlist.yaml", &format!("{head}source: ../secret.csv\n"))]);
    folder.write("rules/secret.csv", "host\nx\n");
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["watchlist-without-rows"]);
}

#[test]
fn a_missing_folder_and_missing_settings_are_told() {
    let folder = Folder::new();
    let run = folder.run(&["check"]).expect(1);
    assert!(run.stdout.contains("unreadable"), "{}", run.stdout);
    let run = folder.run(&["check", "--config", "missing.toml"]).expect(3);
    assert!(run.stderr.contains("missing.toml"), "{}", run.stderr);
    folder.write("bartizan.toml", "folders = 3\nfolder = []\n[checks]\nnonsense = \"error\"\n");
    let run = folder.run(&["check", "--format", "json"]).expect(3);
    assert!(run.codes().contains(&"bad-setting".to_owned()), "{}", run.stdout);
}

#[test]
fn a_warning_fails_only_a_strict_check() {
    let folder = Folder::with(&[("rules/a.yaml", &format!("{RULE}supressionEnabled: true\n"))]);
    let run = folder.run(&["check", "--format", "json"]).expect(0);
    assert_eq!(run.codes(), ["unknown-key"]);
    assert!(run.stdout.contains("did you mean `suppressionEnabled`?"), "{}", run.stdout);
    folder.run(&["check", "--strict"]).expect(1);
    folder.write("bartizan.toml", "[checks]\nunknown-key = \"error\"\n");
    folder.run(&["check"]).expect(1);
    folder.write("bartizan.toml", "[checks]\nunknown-key = \"off\"\n");
    assert_eq!(folder.run(&["check", "--strict"]).expect(0).stdout, "0 errors in 1 file, 0 warnings\n");
}

/// What is broken in one line of a rule, from what to what.
const MISTAKES: [(&str, &str); 5] = [
    ("name: Process creation", "name: Process: creation"),
    ("severity: Medium", "severity:Medium"),
    ("  - T1059", "\t- T1059"),
    ("identifier: HostName", "identifier: @HostName"),
    ("columnName: Computer", "columnName: \"Computer"),
];

#[test]
fn five_mistakes_in_the_yaml_of_a_file_are_five_diagnostics_with_those_of_its_values() {
    let broken = MISTAKES.iter().fold(RULE.to_owned(), |text, (from, to)| text.replace(from, to));
    let folder =
        Folder::with(&[("rules/a.yaml", &broken.replace("triggerOperator: gt", "triggerOperator: more"))]);
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    let json = run.json();
    let found: Vec<(u64, &str)> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["line"].as_u64().unwrap(), found["code"].as_str().unwrap()))
        .collect();
    let syntax = "yaml-syntax";
    let expected =
        [(2, syntax), (4, syntax), (9, "unknown-operator"), (14, syntax), (22, syntax), (23, syntax)];
    assert_eq!(found, expected, "{}", run.stdout);
}

#[test]
fn each_mistake_in_yaml_is_one_diagnostic_and_brings_on_no_other() {
    for (from, to) in MISTAKES {
        let folder = Folder::with(&[("rules/a.yaml", &RULE.replace(from, to))]);
        let run = folder.run(&["check", "--format", "json"]).expect(1);
        assert_eq!(run.codes(), ["yaml-syntax"], "{to}: {}", run.stdout);
    }
}

#[test]
fn a_file_with_invalid_yaml_declares_its_names_all_the_same() {
    let reading = RULE.replace(
        "  SecurityEvent\n",
        "  SecurityEvent\n  | where Computer in~ ((_GetWatchlist('allowed-hosts') | project host))\n",
    );
    for (from, to) in [
        ("provider: Bartizan", "provider: @Bartizan"),
        ("provider: Bartizan", "\tprovider: Bartizan"),
        ("provider: Bartizan", "provider: \"Bartizan"),
        ("alias: allowed-hosts", "alias: \"allowed-hosts"),
        ("alias: allowed-hosts", "alias:allowed-hosts"),
        ("alias: allowed-hosts", "alias: [allowed-hosts"),
        ("alias: allowed-hosts", "alias allowed-hosts"),
        ("- {host: a, owner: b}", "- {host: a, owner: b"),
        ("- {host: a, owner: b}", "- {host: a owner: b}"),
    ] {
        let folder = Folder::with(&[
            ("rules/a.yaml", &reading),
            ("rules/hosts/watchlist.yaml", &WATCHLIST.replace(from, to)),
        ]);
        let run = folder.run(&["check", "--format", "json"]).expect(1);
        assert_eq!(run.codes(), ["yaml-syntax"], "{to}: {}", run.stdout);
    }
    // A second rule with the id of one that is broken is found.
    let broken = RULE.replace("severity: Medium", "severity: %Medium");
    let folder = Folder::with(&[
        ("rules/a.yaml", &broken),
        ("rules/b.yaml", &RULE.replace("name: P", "name: Other p")),
    ]);
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["yaml-syntax", "duplicate-id"], "{}", run.stdout);
}

#[test]
fn a_parser_with_invalid_yaml_makes_no_error_of_the_rules_that_call_it() {
    let calling = RULE.replace("  SecurityEvent\n", "  Logons(1h)\n");
    let parser = "kind: Parser\nfunctionAlias: Logons\nfunctionParameters: since:timespan\nfunctionQuery: |\n  SecurityEvent\n  | where TimeGenerated > ago(since)\n";
    for (from, to) in [
        ("  | where", "| where"),
        ("functionParameters: ", "functionParameters: @"),
        ("functionAlias: Logons", "functionAlias: [Logons"),
        ("kind: Parser", "kind: `Parser"),
    ] {
        let folder = Folder::with(&[("rules/a.yaml", &calling), ("rules/p.yaml", &parser.replace(from, to))]);
        let run = folder.run(&["check", "--format", "json"]).expect(1);
        assert_eq!(run.codes(), ["yaml-syntax"], "{to}: {}", run.stdout);
    }
}

#[test]
fn a_long_list_of_indicators_is_read_and_one_that_is_broken_takes_no_other_with_it() {
    let indicator = |i: usize| format!("  - {{type: domain, value: host-{i}.example-malware.com}}\n");
    let head = "kind: Indicators\nfamily: SectopRAT\nsource: Example\nindicators:\n";
    let text = format!("{head}{}", (0..20_000).map(indicator).collect::<String>());
    let folder = Folder::with(&[("rules/many.yaml", &text)]);
    assert_eq!(folder.run(&["check", "--format", "json"]).expect(0).codes(), [""; 0]);
    folder.write("rules/many.yaml", text.replace("value: host-7.", "value: @host-7."));
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["yaml-syntax"]);
}
