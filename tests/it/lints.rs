//! What queries cost and may miss, as `check` and `kql` say it, and how it is allowed.

use insta::assert_snapshot;
use serde_json::Value;

use crate::folder::{Folder, RULE, Run};

/// A rule with this query that maps nothing and names no connectors.
fn rule(query: &str) -> String {
    crate::examples::with_query(query)
}

fn kql(folder: &Folder, query: &str, arguments: &[&str]) -> Run {
    folder.write("query.kql", query);
    folder.run(&[&["kql", "query.kql"], arguments].concat())
}

#[test]
fn a_lint_stands_at_its_place_in_the_rule_file_with_what_to_do() {
    let folder = Folder::new();
    folder
        .write("rules/a.yaml", rule("SecurityEvent\n| where TimeGenerated > ago(14d)\n| sort by Computer\n"));
    let run = folder.run(&["check"]).expect(0);
    assert_snapshot!(run.stdout, @r"
    warning[lookback-beyond-period]: the query looks back 14d, and the service gives it 1h
      --> rules/a.yaml:18:27
       |
    18 |   | where TimeGenerated > ago(14d)
       |                           ^^^^^^^^ rows older than 1h are not there
       |
      ::: rules/a.yaml:8:14
       |
     8 | queryPeriod: 1h
       |              -- the service reads no further back
       |
       = help: set `queryPeriod` to 14d, or look back no further than 1h

    warning[sort-in-rule]: `sort` costs time for nothing
      --> rules/a.yaml:19:5
       |
    19 |   | sort by Computer
       |     ^^^^ nothing after it depends on the order
       |
       = help: take it out

    0 errors in 1 file, 2 warnings
    ");
    folder.run(&["check", "--strict"]).expect(1);
}

#[test]
fn a_comment_in_a_rule_allows_a_warning_and_one_that_allows_none_is_told() {
    let folder = Folder::new();
    let query = "SecurityEvent\n| sort by Computer // bartizan: allow(sort-in-rule) for the reader\n";
    folder.write("rules/a.yaml", rule(query));
    assert_eq!(folder.run(&["check", "--strict", "--format", "json"]).expect(0).codes(), [""; 0]);
    folder.write("rules/a.yaml", rule(&query.replace("| sort by Computer", "| where EventID == 1")));
    assert_eq!(folder.run(&["check", "--format", "json"]).codes(), ["unused-allow"]);
    folder.write("rules/a.yaml", rule(&query.replace("sort-in-rule", "sort-in-rle")));
    assert_eq!(folder.run(&["check", "--format", "json"]).codes(), ["sort-in-rule", "bad-allow"]);
}

#[test]
fn no_comment_allows_an_error() {
    let folder = Folder::new();
    folder.write(
        "rules/a.yaml",
        rule("SecurityEvent | where Nothing == 1 // bartizan: allow(kql-unknown-name)\n"),
    );
    let run = folder.run(&["check", "--format", "json"]).expect(1);
    assert_eq!(run.codes(), ["kql-unknown-name", "unused-allow"]);
}

#[test]
fn settings_turn_a_lint_off_or_make_it_an_error_in_rules_and_bare_queries() {
    let folder = Folder::new();
    folder.write("rules/a.yaml", rule("SecurityEvent | sort by Computer\n"));
    folder.write("bartizan.toml", "[checks]\nsort-in-rule = \"off\"\nno-time-bound = \"off\"\n");
    assert_eq!(folder.run(&["check", "--format", "json"]).codes(), [""; 0]);
    assert_eq!(kql(&folder, "SecurityEvent", &["--strict"]).code, 0);
    folder.write("bartizan.toml", "[checks]\nsort-in-rule = \"error\"\nno-time-bound = \"error\"\n");
    folder.run(&["check"]).expect(1);
    assert!(kql(&folder, "SecurityEvent", &[]).expect(1).stdout.starts_with("error[no-time-bound]"));
    folder.write("bartizan.toml", "[checks]\nno-such-code = \"off\"\n");
    assert!(kql(&folder, "SecurityEvent", &[]).expect(3).stderr.contains("bartizan.toml has errors"));
}

#[test]
fn the_lints_of_a_bare_query_stand_in_its_json_with_utf16_offsets() {
    let query = "// größe 𝄞\nSecurityEvent\n| join (Heartbeat) on Computer\n";
    let run = kql(&Folder::new(), query, &["--format", "json"]).expect(0);
    let line: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings: Vec<_> = line["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["code"].as_str().unwrap(),
                found["start"].as_u64().unwrap(),
                found["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(findings, [("no-time-bound", 12, 2), ("join-without-kind", 28, 3)]);
    assert_eq!(line["semantic_errors"].as_array().unwrap().len(), 0);
}

#[test]
fn a_comment_in_a_bare_query_allows_warnings_of_any_kind() {
    let folder = Folder::new();
    let query = "// bartizan: allow(no-time-bound)\nSecurityEvent\n| where EventID == '4624'\n";
    let before = kql(&folder, query, &[]);
    assert!(before.stdout.contains("[kql-compared-types]") && !before.stdout.contains("no-time-bound"));
    let allowed = query.replace("'4624'", "'4624' // bartizan: allow(kql-compared-types)");
    assert_eq!(kql(&folder, &allowed, &["--strict"]).expect(0).stdout, "0 errors in 1 query, 0 warnings\n");
}

#[test]
fn the_query_of_every_rule_made_from_indicators_is_clean() {
    let folder = Folder::new();
    folder.write(
        "rules/rat.yaml",
        "kind: Indicators\nkey: example-rat\nfamily: ExampleRAT\nsource: ThreatFox\nindicators:\n  \
         - {type: domain, value: bad-host-7.top, threatType: botnet_cc, firstSeen: 2026-01-02, confidence: 100}\n  \
         - {type: 'ip:port', value: '5[.]188[.]86[.]6:9000', threatType: botnet_cc}\n  \
         - {type: url, value: 'https://bad-host-7.top/a', threatType: botnet_cc}\n  \
         - {type: sha256_hash, value: 3f1d6a2c0b9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f, threatType: payload}\n",
    );
    folder.run(&["compile", "--out", "out"]).expect(0);
    let bodies = std::fs::read_dir(folder.path().join("out")).unwrap().flat_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect()
        } else {
            vec![path]
        }
    });
    let checked = Folder::new();
    let mut rules = 0;
    for body in bodies {
        let Ok(body) = serde_json::from_str::<Value>(&std::fs::read_to_string(&body).unwrap()) else {
            continue;
        };
        let Some(query) = body.pointer("/properties/query").and_then(Value::as_str) else { continue };
        rules += 1;
        let id = format!("id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a{rules:02}\nname: Rule {rules}\n");
        let file = crate::examples::overlay(&rule(query), &id);
        checked.write(&format!("rules/{rules}.yaml"), crate::examples::overlay(&file, "queryPeriod: 6h\n"));
    }
    assert!(rules > 5, "only {rules} rules were made");
    checked.write(
        "bartizan.toml",
        "[watchlists]\nexternal = [\"bartizan-example-rat\", \"ioc-example-rat\", \"example-rat\"]\n",
    );
    let run = checked.run(&["check", "--format", "json"]);
    assert_eq!(run.codes(), [""; 0], "{}", checked.run(&["check"]).stdout);
}

#[test]
fn tables_and_types_of_a_rule_are_told_at_their_places() {
    let folder = Folder::new();
    let list = "requiredDataConnectors:\n  - connectorId: SecurityEvents\n    dataTypes: [SecurityEvents]\n";
    let query = "query: |\n  SecurityEvent\n  | summarize Computer = make_set(Computer) by Account\n";
    let text = crate::examples::overlay(&crate::examples::overlay(RULE, list), query);
    folder.write("rules/a.yaml", text);
    let run = folder.run(&["check", "--format", "json"]).expect(0);
    let found = run.json();
    let found: Vec<_> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["code"].as_str().unwrap().to_owned(), d["help"].as_str().unwrap().to_owned()))
        .collect();
    let codes: Vec<&str> = found.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["unmappable-type", "unread-data-type"]);
    assert!(found[0].1.contains("`tostring(Computer)`"), "{found:?}");
    assert_eq!(found[1].1, "did you mean `SecurityEvent`?");
}
