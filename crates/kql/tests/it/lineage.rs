//! Where a query loses a column, what becomes of it, and whether its result may have others.

use kql::plan::plan;
use kql::{analyze, parse};

use super::binding::Workspace;

/// The stage that loses the column, the name that it gives it instead, and the column of the result that is made of it.
fn lost(query: &str, column: &str) -> Option<(String, Option<String>, Option<String>)> {
    let parsed = parse(query);
    assert_eq!(parsed.diagnostics, [], "{query}");
    let analysis = analyze(&parsed, &Workspace);
    let plan = plan(&parsed, &analysis);
    let lost = plan.lost(column)?;
    let stage = parsed.tree.text(parsed.tree.operator(lost.stage).tokens).to_owned();
    let name = |id| analysis.column_name(id).to_owned();
    Some((stage, lost.renamed.map(name), plan.heir(&lost).map(name)))
}

fn stage(query: &str, column: &str) -> Option<String> {
    lost(query, column).map(|(stage, ..)| stage)
}

fn made(renamed: Option<&str>, heir: Option<&str>) -> (Option<String>, Option<String>) {
    (renamed.map(str::to_owned), heir.map(str::to_owned))
}

#[test]
fn the_last_stage_that_is_given_a_column_loses_it() {
    assert_eq!(
        stage("Events | project User, Device | project User", "Device").as_deref(),
        Some("project User")
    );
    assert_eq!(
        stage("Events | project User, Device | project User | count", "Device").as_deref(),
        Some("project User")
    );
    assert_eq!(
        stage("Events | summarize count() by User", "Device").as_deref(),
        Some("summarize count() by User")
    );
    assert_eq!(stage("Events | project-away D*", "Device").as_deref(), Some("project-away D*"));
    // The open table has it, because the query says so.
    assert_eq!(stage("List('x') | where Other == 1 | project Key", "Other").as_deref(), Some("project Key"));
    assert_eq!(
        stage("List('x') | project Key = tolower(Other)", "Other").as_deref(),
        Some("project Key = tolower(Other)")
    );
    assert_eq!(stage("Events | project User", "Nothing"), None);
    assert_eq!(stage("print 1", "Nothing"), None);
}

#[test]
fn a_column_is_followed_into_lets_functions_and_joined_tables() {
    for query in [
        "let t = Events | project User; t | where User != ''",
        "let t = materialize(Events | project User); t",
        "let f = () { Events | project User }; f() | take 1",
        "let f = () { Events | project User }; f",
        "let f = (T: (*)) { T | where User != '' }; f((Events | project User))",
        "let f = (n: long, T: (*)) { T | take n }; f(1, T=(Events | project User))",
        "Users | project Country | join kind=inner (Events | project User) on $left.Country == $right.User",
        "union (Users | project Since), (Events | project User)",
    ] {
        assert_eq!(stage(query, "Device").as_deref(), Some("project User"), "{query}");
    }
    // The name is that of its scope.
    assert_eq!(
        stage(
            "let t = Events | project User; let f = () { let t = Users; t | project Country }; f()",
            "User"
        )
        .as_deref(),
        Some("project Country")
    );
    assert_eq!(
        stage(
            "let f = () { let t = Users | project Since; t }; let t = Users | project Country; f()",
            "User"
        )
        .as_deref(),
        Some("project Since")
    );
}

#[test]
fn what_becomes_of_a_column_is_known() {
    for (query, expected) in [
        ("Events | project-rename Host = Device", made(Some("Host"), Some("Host"))),
        ("Events | project Host = Device, User", made(Some("Host"), Some("Host"))),
        ("Events | project Host = tolower(Device)", made(None, Some("Host"))),
        (
            "Events | project Host = Device | extend Short = tolower(Host) | project Short",
            made(Some("Host"), Some("Short")),
        ),
        ("Events | summarize by Host = Device", made(Some("Host"), Some("Host"))),
        ("Events | project Both = strcat(Device, User)", made(None, None)),
        ("Events | project Twice = strcat(Device, Device)", made(None, Some("Twice"))),
        ("Events | summarize n = count() by User", made(None, None)),
    ] {
        let (_, renamed, heir) = lost(query, "Device").unwrap();
        assert_eq!((renamed, heir), expected, "{query}");
    }
}

#[test]
fn a_result_is_closed_where_a_stage_names_what_it_leaves() {
    let is_closed = |query: &str| {
        let parsed = parse(query);
        let analysis = analyze(&parsed, &Workspace);
        plan(&parsed, &analysis).is_closed()
    };
    for query in [
        "Events",
        "List('x') | project Key",
        "List('x') | summarize n = count() * 2 by Key",
        "List('x') | distinct Key",
        "List('x') | project Key | extend a = 1 | where a == 1 | top 1 by a | sort by a",
        "let t = List('x') | project Key; t | where Key != ''",
        "let f = () { List('x') | project Key }; f() | take 1",
        "List('x') | project Key | join kind=inner (List('y') | project Key) on Key",
        "union (List('x') | project Key), Events",
        "List('x') | project Key | summarize arg_max(Key, *) by Key",
    ] {
        assert!(is_closed(query), "{query}");
    }
    for query in [
        "List('x')",
        "List('x') | extend a = 1",
        "List('x') | summarize arg_max(Key, *)",
        "List('x') | project Key | join kind=inner List('y') on Key",
        "union (List('x') | project Key), List('y')",
        "let t = List('x'); t | where Key != ''",
        "let f = () { let t = List('x'); t }; let t = Events; f()",
        "print toscalar(1) | count | invoke nothing()",
    ] {
        assert!(!is_closed(query), "{query}");
    }
}

#[test]
fn tables_that_stand_for_each_other_twice_do_not_double_the_work() {
    let mut query = "let a0 = List('x');".to_owned();
    for at in 1..200 {
        query += &format!("let a{at} = union a{}, a{};", at - 1, at - 1);
    }
    query += "a199 | where Key != ''";
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    let plan = plan(&parsed, &analysis);
    assert!(!plan.is_closed());
    assert_eq!(plan.lost("Nothing"), None);
}
