//! Mistakes as they are typed: each is said once, where it is.

use kql::{analyze, parse};

use crate::binding::Workspace;

/// The code and the place of all that is said of a query.
fn said(query: &str) -> Vec<(&'static str, &str)> {
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    let all = parsed.diagnostics.iter().chain(&analysis.diagnostics);
    all.map(|found| (found.code.as_str(), found.span.text(query))).collect()
}

#[test]
fn one_mistake_is_one_diagnostic_at_its_place() {
    let cases = [
        ("Events | wher Count == 1", "kql-unknown-operator", "wher"),
        ("Events where Count == 1", "kql-expected", "where"),
        ("Events | where (User == 'a' or User == 'b'", "kql-expected", "("),
        ("Events | where Count == 1) | take 10", "kql-unexpected", ")"),
        ("Events | where Usr == 'a'", "kql-unknown-name", "Usr"),
        ("Events | project User | where Device == 'a'", "kql-unknown-name", "Device"),
        ("Events | extend x = toLower(User)", "kql-unknown-function", "toLower"),
        ("Events | extend x = strlen(User, 3)", "kql-argument-count", "strlen"),
        ("Events | where Count = 1", "kql-wrong-type", "Count = 1"),
        ("Events | where Count == 1 && User == 'a'", "kql-unexpected-character", "&&"),
        ("Events | where Count == 1 || User == 'a'", "kql-unknown-operator", "|"),
        ("Events | where Count == 1 AND User == 'a'", "kql-unexpected", "AND"),
        ("Events | where User == admin", "kql-unknown-name", "admin"),
        ("Events | summarize count by User", "kql-unknown-name", "count"),
        ("Events | take 10 |", "kql-unknown-operator", ""),
        ("Events | | take 10", "kql-unknown-operator", "|"),
        ("let x = 1d\nEvents | where Time > ago(x)", "kql-expected", "Events"),
        ("let x == 5; Events", "kql-expected", "=="),
        ("Events | join (Users)", "kql-join-condition", "join (Users)"),
        ("Events | where Time > '2024-01-01'", "kql-operand-types", ">"),
        ("Events | where Count == '1'", "kql-compared-types", "Count == '1'"),
        ("Events | where Time > datetime(2020-13-45)", "kql-impossible-date", "datetime(2020-13-45)"),
        ("Event | take 1", "kql-unknown-table", "Event"),
        ("Events | where User == \"a", "kql-unterminated-string", "\"a"),
        ("Events | sort Time desc", "kql-expected", "Time"),
        ("Events | project User Device", "kql-unexpected", "Device"),
        ("Events | where User matches regex @'a(?=b)'", "kql-invalid-regex", "(?="),
        ("Events | extend x = extract('a(', 1, User)", "kql-invalid-regex", "("),
        ("Events | extend x = replace_regex(User, '\\\\d[a', '')", "kql-invalid-regex", "'\\\\d[a'"),
        ("Events | extend x = countof(User, '*', 'regex')", "kql-invalid-regex", "*"),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(query, code, place)| said(query) != [(*code, *place)])
        .map(|(query, code, place)| format!("{query}\n  expected {code} `{place}`, said {:?}", said(query)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Queries as they are typed by people who know other languages better, or type fast. Each stands on a line (`⏎` ends a
/// line of its text), and what is said of it on the next: code, place, message and help.
const CASES: &str = include_str!("mistakes/cases.txt");

/// All that is said of a query, as a reader sees it.
fn shown(query: &str) -> String {
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    let all = parsed.diagnostics.iter().chain(&analysis.diagnostics);
    let lines: Vec<String> = all
        .map(|found| {
            let (code, place) = (found.code.as_str(), found.span.text(query));
            let help = found.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{code} `{place}`: {}{help}", found.message)
        })
        .collect();
    lines.join(" AND ")
}

#[test]
fn a_mistake_is_explained_once_with_what_to_write_instead() {
    let lines: Vec<&str> = CASES.lines().filter(|line| !line.is_empty()).collect();
    let cases: Vec<(String, &str)> =
        lines.chunks(2).map(|case| (case[0].replace('⏎', "\n"), case[1].trim())).collect();
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(query, expected)| shown(query) != *expected)
        .map(|(query, expected)| format!("{query}\n  expected {expected}\n  said     {}", shown(query)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 100);
    let unhelpful = cases.iter().filter(|(_, said)| !said.contains("; ")).count();
    assert!(unhelpful * 10 <= cases.len(), "{unhelpful} of {} say nothing of what to do", cases.len());
}

#[test]
fn what_is_no_regular_expression_is_not_read_as_one() {
    assert_eq!(said("Events | extend x = countof(User, '*'), y = replace_string(User, '(', '')"), []);
}
