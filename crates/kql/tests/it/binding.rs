//! What names, types and columns a query has, and what is said of wrong ones.

use std::sync::Arc;

use kql::tree::Node;
use kql::{Catalog, CatalogFunction, CatalogResult, CatalogTable, Code, QueryResult, Type, analyze, parse};
use proptest::prelude::*;

/// A workspace of two tables and a function.
pub(crate) struct Workspace;

impl Catalog for Workspace {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        let columns: &[(&str, Type)] = match name {
            "Events" => &[
                ("Time", Type::DateTime),
                ("User", Type::String),
                ("Count", Type::Long),
                ("Details", Type::Dynamic),
                ("Device", Type::String),
            ],
            "Users" => &[("User", Type::String), ("Country", Type::String), ("Since", Type::DateTime)],
            _ => return None,
        };
        let columns = columns.iter().map(|(name, kind)| (Arc::from(*name), *kind)).collect();
        Some(CatalogTable { columns, open: false })
    }

    fn function(&self, name: &str, _: Option<&str>) -> Option<CatalogFunction> {
        let columns: Arc<[_]> = Arc::from([(Arc::from("Key"), Type::String)]);
        let (parameter, returns) = match name {
            "List" => ("alias", CatalogResult::Table(CatalogTable { columns, open: true })),
            "Score" => ("user", CatalogResult::Scalar(Type::Real)),
            _ => return None,
        };
        let parameters = vec![(Arc::from(parameter), Type::String)];
        Some(CatalogFunction { parameters, required: 1, returns, ..CatalogFunction::default() })
    }

    fn names(&self) -> Vec<&str> {
        vec!["Events", "Users", "List", "Score"]
    }
}

fn columns(query: &str) -> String {
    let parsed = parse(query);
    assert_eq!(parsed.diagnostics, [], "{query}");
    let analysis = analyze(&parsed, &Workspace);
    assert_eq!(analysis.diagnostics, [], "{query}");
    let columns = analysis.result_columns().unwrap_or_default();
    columns.iter().map(|column| format!("{}:{}", column.name, column.kind)).collect::<Vec<_>>().join(", ")
}

/// What is said of a query: code, place and message of each, with the help behind it.
fn said(query: &str) -> Vec<String> {
    let parsed = parse(query);
    assert_eq!(parsed.diagnostics, [], "{query}");
    analyze(&parsed, &Workspace)
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let help = diagnostic.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
            format!(
                "{} `{}`: {}{help}",
                diagnostic.code.as_str(),
                diagnostic.span.text(query),
                diagnostic.message
            )
        })
        .collect()
}

#[test]
fn stages_give_the_columns_that_the_language_names() {
    let cases = [
        (
            "Events | extend User = tolower(User), Two = Count * 2",
            "Time:datetime, User:string, Count:long, Details:dynamic, Device:string, Two:long",
        ),
        (
            "Events | project User, Details.x, strlen(Device), tolower(User), Count + 1",
            "User:string, Details_x:dynamic, strlen_Device:long, Column1:string, Column2:long",
        ),
        (
            "Events | summarize count(), make_set(Device), sum(Count), max(Count + 1) by User, bin(Time, 1h)",
            "User:string, Time:datetime, count_:long, set_Device:dynamic, sum_Count:long, max_:long",
        ),
        (
            "Events | summarize arg_max(Time, *) by User",
            "User:string, Time:datetime, Count:long, Details:dynamic, Device:string",
        ),
        ("Events | summarize count(), count() by User | count", "Count:long"),
        (
            "Events | project User, Count | join kind=leftouter Users on User",
            "User:string, Count:long, User1:string, Country:string, Since:datetime",
        ),
        ("Events | project User | lookup Users on User", "User:string, Country:string, Since:datetime"),
        ("Events | project User | join kind=leftanti Users on User", "User:string"),
        (
            "union withsource=Source (Events | project User), (Users | project User, Country)",
            "Source:string, User:string, Country:string",
        ),
        ("union (Events | project A = Count), (Users | project A = User)", "A_long:long, A_string:string"),
        (
            "Events | project Details | mv-expand Details to typeof(string), Part = split(\"a,b\", \",\")",
            "Details:string, Part:dynamic",
        ),
        (
            "Events | project User, Details | mv-apply Item = Details on (summarize Items = count())",
            "User:string, Details:dynamic, Items:long",
        ),
        (
            "Events | project User | parse User with Domain \"\\\\\" Name:long",
            "User:string, Domain:string, Name:long",
        ),
        (
            "Events | make-series Sum = sum(Count) on Time from ago(1d) to now() step 1h by User",
            "User:string, Sum:dynamic, Time:dynamic",
        ),
        ("Events | project-away D*, Count | project-rename Who = User", "Time:datetime, Who:string"),
        (
            "Users | project User, Score(Country), Twice = Score(User) * 2",
            "User:string, Column1:real, Twice:real",
        ),
        ("print 1, Name = \"x\", now() - 1d", "print_0:long, Name:string, print_2:datetime"),
        (
            "let f = (T:(User:string), n:long = 5) { T | extend Length = strlen(User) | take n }; Users | invoke f()",
            "User:string, Country:string, Since:datetime, Length:long",
        ),
        ("let f = (name:string) { table(name) | project User }; f(\"Users\")", "User:string"),
        ("List(\"x\") | where Other == 1 | project Key, Other", "Key:string, Other:unknown"),
    ];
    let differ: Vec<String> = cases
        .iter()
        .filter(|(query, expected)| columns(query) != *expected)
        .map(|(query, expected)| format!("{query}\n  expected {expected}\n  given    {}", columns(query)))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn what_is_wrong_is_said_with_the_nearest_name_or_the_stage_that_lost_it() {
    let cases = [
        (
            "Events | where Usr == \"x\"",
            "kql-unknown-name `Usr`: there is no column `Usr` here; did you mean `User`?",
        ),
        (
            "Events\n| project User\n| where Device == \"x\"",
            "kql-unknown-name `Device`: the column `Device` is no longer here; `project` on line 2 of the query drops it",
        ),
        ("Event | take 1", "kql-unknown-table `Event`: there is no table `Event`; did you mean `Events`?"),
        (
            "union isfuzzy=true Events, Missing",
            "kql-unknown-fuzzy-table `Missing`: there is no table `Missing`",
        ),
        (
            "Events | extend x = toLower(User)",
            "kql-unknown-function `toLower`: there is no function `toLower`; did you mean `tolower`?",
        ),
        (
            "Events | where Time > ago(\"1d\")",
            "kql-argument-type `\"1d\"`: a timespan is expected here, and this is a string; convert it: totimespan(…)",
        ),
        (
            "Events | where Count == \"5\"",
            "kql-compared-types `Count == \"5\"`: a long is compared with a string; write the value as a long, without quotes, or convert: tostring(…)",
        ),
        (
            "Events | where User in (1, 2)",
            "kql-compared-types `1`: a string is compared with a long; write each value of the list as a string",
        ),
        (
            "Events | where count() > 1",
            "kql-aggregate-here `count`: the aggregate `count` cannot stand here; aggregates stand in `summarize`, `make-series` and `top-nested`, and not within one another",
        ),
        (
            "Events | where User[\"x\"] == 1",
            "kql-no-elements `[\"x\"]`: a string has no elements; a text that holds JSON is read with parse_json(…) first",
        ),
        (
            "Events | join Users on Device",
            "kql-join-sides `Device`: the right side of the join has no column `Device`; columns of different names are matched so: $left.A == $right.B",
        ),
        (
            "Events | summarize count() by Details",
            "kql-dynamic-here `Details`: a dynamic value cannot be grouped or ordered by; convert it: tostring(…)",
        ),
        ("let a = 1; let a = 2; print a", "kql-duplicate-variable `a`: `a` is declared already"),
        (
            "datatable (a:string, b:long) [\"x\", 1, \"y\"]",
            "kql-data-values `\"x\", 1, \"y\"`: 3 values do not fill rows of 2; each row has a value for every column; texts without a `,` between them are one",
        ),
        (
            "print datetime(2020-13-45)",
            "kql-impossible-date `datetime(2020-13-45)`: there is no such date: a year has no month 13; a date is written year-month-day: datetime(2024-12-31 23:59:59)",
        ),
    ];
    let differ: Vec<String> = cases
        .iter()
        .filter(|(query, expected)| said(query).first().is_none_or(|first| first != expected))
        .map(|(query, expected)| format!("{query}\n  expected {expected}\n  said     {:#?}", said(query)))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// What an error leaves behind is unknown, and the unknown goes with everything.
#[test]
fn one_fault_does_not_bring_on_others() {
    for query in [
        "Missing | where a == 1 | extend b = strlen(c) | summarize count() by d | project d, count_",
        "Events | extend x = Wrong | where x > 5 and x has \"y\" | summarize max(x) by tostring(x)",
        "Events | extend x = nothing(User) | mv-expand x | where x.y == 1 | sort by x",
    ] {
        assert_eq!(said(query).len(), 1, "{query}: {:#?}", said(query));
    }
}

#[test]
fn a_column_knows_the_columns_of_tables_that_feed_it() {
    let parsed = parse(
        "Events | extend Who = tolower(User) | join (Users | project User, Country) on User | summarize n = dcount(strcat(Who, Country)) by Device",
    );
    let analysis = analyze(&parsed, &Workspace);
    let columns = analysis.result_columns().expect("a table");
    let sources: Vec<String> =
        columns[1].sources.iter().map(|(table, column)| format!("{table}.{column}")).collect();
    assert_eq!(sources, ["Events.User", "Users.Country"]);
    assert_eq!(analysis.tables, ["Events", "Users"]);
}

#[test]
fn arithmetic_with_timespans_gives_what_the_language_gives() {
    assert_eq!(
        columns("print a = 1d / 1h, b = 1d / 2, c = 2 * 1d, d = 1d + 1h, e = 7d % 2d, f = now() - now()"),
        "a:real, b:timespan, c:timespan, d:timespan, e:timespan, f:timespan"
    );
}

/// What comes of `mv-apply` may have other columns if its input or the result of its body may.
#[test]
fn the_rows_of_mv_apply_are_open_where_either_side_is() {
    let is_open = |query: &str| {
        let analysis = analyze(&parse(query), &Workspace);
        assert_eq!(analysis.diagnostics, [], "{query}");
        analysis.result_is_open()
    };
    assert!(!is_open("Events | mv-apply Item = Details on (count)"));
    assert!(is_open("List('x') | mv-apply Item = split(Key, ',') on (count)"));
    assert!(is_open("Events | mv-apply Item = Details on (union (List('x')))"));
    assert!(is_open("List('x') | mv-apply Item = split(Key, ',') on (union (List('y')))"));
}

#[test]
fn the_key_of_a_partition_is_a_value_of_its_type_within_its_braces_and_not_after_them() {
    assert_eq!(
        columns("Events | partition by Count { Users | project User, Key = Count, Next = Count + 1 }"),
        "User:string, Key:long, Next:long"
    );
    assert_eq!(
        columns("Events | partition by Device { Users | where User == Device | project Device }"),
        "Device:string"
    );
    let after = "Events | partition by Device { Users | where User == Device } | project Device";
    assert_eq!(said(after).len(), 1, "{:#?}", said(after));
}

#[test]
fn a_name_is_that_of_the_innermost_scope() {
    assert_eq!(columns("let n = 1; let f = () { let n = 'x'; print a = n }; f()"), "a:string");
    assert_eq!(columns("let n = 1; let f = (n: string) { print a = n }; f('x')"), "a:string");
    let query =
        "let T = Events; let f = () { let T = Users | project Country; T }; union (f()), (T | project User)";
    assert_eq!(columns(query), "Country:string, User:string");
}

#[test]
fn functions_that_call_one_another_do_not_multiply() {
    let mut query = String::from("let f0 = (T:(*)) { T | take 1 };\n");
    for level in 1..40 {
        let before = level - 1;
        query.push_str(&format!("let f{level} = (T:(*)) {{ union (f{before}(T)), (f{before}(T)) }};\n"));
    }
    query.push_str("f39(Events)");
    let analysis = analyze(&parse(query.as_str()), &Workspace);
    assert!(matches!(analysis.result, QueryResult::Table(_)));
}

#[test]
fn chains_and_nesting_up_to_the_bound_are_bound() {
    let conditions = vec!["Count == 1"; 5_000].join(" or ");
    assert_eq!(said(&format!("Events | where {conditions}")), [""; 0]);
    let stages = vec!["where Count == 1"; 2_000].join(" | ");
    assert_eq!(said(&format!("Events | {stages}")), [""; 0]);
    let depth = kql::MAX_NESTING as usize / 2 - 2;
    let nested = format!("Events | extend x = {}Count{}", "abs(".repeat(depth), ")".repeat(depth));
    analyze(&parse(nested.as_str()), &Workspace);
}

/// Fails to compile where a type borrows from something or cannot cross threads.
const fn lives_alone<T: Send + Sync + 'static>() {}
const _: () = {
    lives_alone::<kql::Parsed>();
    lives_alone::<kql::tree::Tree>();
    lives_alone::<kql::Analysis>();
};

#[test]
fn a_query_outlives_its_text_and_crosses_threads() {
    let text = String::from("Events | project User");
    let parsed = parse(text.as_str());
    drop(text);
    let (parsed, analysis) = std::thread::spawn(move || {
        let analysis = analyze(&parsed, &Workspace);
        (parsed, analysis)
    })
    .join()
    .unwrap();
    assert_eq!(&*parsed.tree.source, "Events | project User");
    assert_eq!(analysis.result_columns().unwrap()[0].name, "User");
}

#[test]
fn a_text_that_is_shared_is_not_copied() {
    let text: Arc<str> = Arc::from("Events");
    let parsed = parse(Arc::clone(&text));
    assert!(Arc::ptr_eq(&text, &parsed.tree.source));
}

#[test]
fn every_official_code_is_written_as_the_service_writes_them() {
    for code in Code::ALL {
        assert!(code.official().is_none_or(|official| official.starts_with("KS") && official.len() == 5));
    }
}

proptest! {
    #[test]
    fn no_query_makes_the_binder_panic(source in super::parsing::words()) {
        let parsed = parse(source.as_str());
        let analysis = analyze(&parsed, &Workspace);
        for diagnostic in &analysis.diagnostics {
            prop_assert!(source.get(diagnostic.span.range()).is_some());
        }
        analysis.result_columns();
        for read in analysis.reads() {
            prop_assert!(source.get(read.span.range()).is_some());
        }
        let tree = &parsed.tree;
        let mut open: Vec<Node> = tree.root.iter().map(|id| Node::Statement(*id)).collect();
        while let Some(node) = open.pop() {
            if let Node::Expression(id) = node {
                analysis.constant(id);
                analysis.resolved(id);
                let place = analysis.definition_place(id);
                prop_assert!(place.is_none_or(|place| source.get(place.range()).is_some()));
            }
            open.extend(tree.children(node));
        }
        let plan = kql::plan::plan(&parsed, &analysis);
        plan.is_closed();
        plan.lost("User");
    }
}

#[test]
fn a_scalar_function_of_the_catalog_is_made_of_what_it_is_given() {
    let parsed = parse("Users | project Risk = Score(User)");
    let analysis = analyze(&parsed, &Workspace);
    let columns = analysis.result_columns().unwrap();
    assert_eq!(columns[0].sources, [("Users".to_owned(), "User".to_owned())]);
    assert_eq!(analysis.functions, ["Score"]);
    assert_eq!(
        said("Users | where Score() > 1"),
        ["kql-argument-count `Score`: `Score` takes one argument, and this call has 0"]
    );
}
