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
        ("Events | extend x = replace_regex(User, '\\\\d[a', '')", "kql-invalid-regex", "["),
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

/// A regular expression is read wherever it is written, and the fault is shown there.
#[test]
fn a_regular_expression_is_checked_where_it_is_written() {
    let cases = [
        ("let p = @'a(b'; Events | where User matches regex p", "("),
        ("let p = 'a\\\\y(?=b)'; Events | extend x = extract(p, 1, User)", "\\\\y"),
        ("let a = 'x'; let p = strcat(a, '[z-a]'); Events | where User matches regex p", "z-a"),
        ("Events | where User matches regex strcat('a', '*', '*')", "*"),
        ("Events | where User matches regex 'a' '(b'", "("),
        ("Events | where User matches regex @'it''s (?!x)'", "(?!"),
        ("Events | where User matches regex ```a\n(```", "("),
        ("Events | where User matches regex 'a\\u0028b'", "\\u0028"),
        ("let f = (x:string) { let p = 'a)'; x matches regex p }; Events | where f(User)", ")"),
        ("Events | parse kind=regex User with 'a(' Name:string 'b'", "("),
        ("Events | parse kind=regex flags=Ui User with * @'\\d+(?<x>' Name", "("),
        ("Events | parse-where kind=regex User with 'a' Name '*+'", "*+"),
        ("Events | where User matches regex 'a{2000}'", "{2000}"),
        ("let p = 'a('; Events | where User matches regex p | extend x = extract(p, 0, User)", "("),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(query, place)| {
            let analysis = analyze(&parse(*query), &Workspace);
            let found: Vec<_> =
                analysis.diagnostics.iter().map(|found| (found.code, found.span.text(query))).collect();
            found != [(kql::Code::InvalidRegex, *place)]
        })
        .map(|(query, place)| format!("{query}\n  expected {place}\n  said     {}", shown(query)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for query in [
        "let p = 'a('; Events | where User has p",
        "Events | parse User with 'a(' Name",
        "Events | parse kind=regex User with '(a' Name 'b)'",
        "Events | parse kind=regex User with '[a' Name ']'",
        "Events | where User matches regex strcat('(', User, ')')",
    ] {
        assert_eq!(shown(query), "", "{query}");
    }
    let doubled: String =
        (1..40).map(|step| format!("let p{step} = strcat(p{0}, p{0});\n", step - 1)).collect();
    assert_eq!(shown(&format!("let p0 = 'a(';\n{doubled}Events | where User matches regex p39")), "");
}

/// Of a constant that is written in another type is warned; what can never be equal is an error.
#[test]
fn values_of_different_types_are_warned_of_or_refused() {
    let cases = [
        ("Events | where Count == '4625'", Some("kql-compared-types")),
        ("Events | where User == 0", Some("kql-compared-types")),
        ("let wanted = 5; Events | where User != wanted", Some("kql-compared-types")),
        ("let f = (n:long) { Events | where User == n }; f(1)", Some("kql-compared-types")),
        ("Events | where (Count > 1) == 'False'", Some("kql-compared-types")),
        ("Events | where Time == '2024-01-01'", Some("kql-compared-types")),
        ("Events | where Count in ('1', '2')", Some("kql-compared-types")),
        ("Events | where User in (1, 2)", Some("kql-compared-types")),
        ("Events | where Count == 'text'", Some("kql-incomparable-types")),
        ("Events | where Time == 'text'", Some("kql-incomparable-types")),
        ("Events | where Count == User", Some("kql-incomparable-types")),
        ("Events | where Time <> User", Some("kql-incomparable-types")),
        ("Events | where Count in ('1', 'two', 'three')", Some("kql-incomparable-types")),
        ("Events | where Count == 1.5 or (Count > 1) == 1", None),
        ("Events | where Details.a == 'x' or Details.b == 1 or Details.c == Time", None),
        ("Events | where guid(74be27de-1e4e-49d9-b579-fe0b331d3642) == User", None),
    ];
    for (query, expected) in cases {
        let found: Vec<_> = said(query).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{query}");
    }
}

#[test]
fn what_an_error_made_up_is_never_suggested() {
    let helps = |query: &str| {
        let parsed = parse(query);
        let analysis = analyze(&parsed, &Workspace);
        analysis.diagnostics.into_iter().map(|found| found.help.unwrap_or_default()).collect::<Vec<_>>()
    };
    let device = "did you mean `Device`?";
    for query in [
        "Events | where Devic == 'a' | where Devicc == 'b'",
        "Events | project Devic, User | where Devicc == 'b'",
        "Events | summarize count() by Devic | project-away Devicc",
        "Events | project Devic | join kind=inner (Events) on Devicc",
    ] {
        assert_eq!(helps(query), [device, device], "{query}");
    }
    // One that an earlier stage dropped does not come back.
    assert_eq!(
        helps("Events | project User | where Device == 'a' | where Devicc == 'a'"),
        ["`project` on line 1 of the query drops it", ""]
    );
    // The side of a join that has a name of an error alone has it not.
    assert_eq!(helps("Events | project Devic | join kind=inner (Events) on Devic"), [device]);
    assert_eq!(
        helps("Events | project User | join kind=inner (Events | project Usr = User) on User"),
        ["did you mean `$left.User == $right.Usr`?"]
    );
}

#[test]
fn what_an_open_table_may_have_is_no_mistake() {
    for query in [
        "List('a') | evaluate ipv4_lookup(Users, IP, Country) | project IP, Other",
        "Users | evaluate ipv4_lookup(List('a'), Country, Net) | where Other == 1",
        "List('a') | extend D = column_ifexists('Details', '') | project D.city",
        "List('a') | extend D = column_ifexists('Details', '') | project iff(isempty(D), parse_json(D), D).city",
        "Events | extend D = column_ifexists('Details', '') | project D.city",
    ] {
        assert_eq!(said(query), [], "{query}");
    }
    assert_eq!(said("Events | extend D = column_ifexists('Detail', '') | project D.city").len(), 1);
}
