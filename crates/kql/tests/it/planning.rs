//! What a query does, as its plan says it.

use kql::plan::{Callee, ScalarKind, StageKind, plan};
use kql::tree::{ExpressionId, ExpressionKind, OperatorKind};
use kql::{BodyId, analyze, parse};
use proptest::prelude::*;

use super::binding::Workspace;

mod evaluate;
mod walk;

use walk::Walk;

/// The plan of a query, after it was gone through, and whether something in it is unresolved.
fn planned(query: &str) -> (String, usize) {
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    let plan = plan(&parsed, &analysis);
    let walk = Walk::through(&parsed.tree, &analysis, &plan);
    (plan.to_string(), walk.unresolved)
}

#[track_caller]
fn assert_planned(query: &str, expected: &[&str]) {
    let (text, unresolved) = planned(query);
    assert_eq!(text.lines().collect::<Vec<_>>(), expected, "{query}");
    assert_eq!(unresolved, 0, "{query}");
}

#[test]
fn names_become_places_and_literals_values() {
    assert_planned(
        "Events | where (Count > 3 and User == \"x\") or Device has 'a' | project User, L = strlen(Device), Details.a.b",
        &[
            "Events",
            "| where (#2 > 3 and (#1 == \"x\") or (#4 has \"a\"))",
            "| project #1, strlen(#4), #3.a.b => User:string=!0, L:long=!1, Details_a_b:dynamic=!2",
        ],
    );
    assert_planned(
        "print dynamic([\"a\", {'b': -1, \"c\": null}]), 1h, datetime(2020-01-01), -(2.5), \"a\" 'b', int(null), true",
        &[
            "print [\"a\", {b: -1, c: null:dynamic}], 36000000000:ticks, 637134336000000000:datetime, -2.5, \"ab\", null:int, true \
           => print_0:dynamic=!0, print_1:timespan=!1, print_2:datetime=!2, print_3:real=!3, print_4:string=!4, \
           print_5:int=!5, print_6:bool=!6",
        ],
    );
    assert_planned(
        "Events | where User in (Users) and Count !in (1, 2) and Time between (ago(1d) .. now()) and -Count < 0",
        &[
            "Events",
            "| where ((#1 in ((Users))) and (#2 !in (1, 2)) and (#0 between ago(864000000000:ticks) .. now()) and (-#2 < 0))",
        ],
    );
}

#[test]
fn columns_of_a_stage_say_where_they_come_from() {
    assert_planned(
        "Events | extend Count = Count + 1, strlen(User) | project-away D* | project-rename Who = User \
         | project-reorder Who, Co* | project-keep Time, Who | distinct Who | distinct *",
        &[
            "Events",
            "| extend (#2 + 1), strlen(#1) => Time:datetime=#0, User:string=#1, Count:long=!0, Details:dynamic=#3, \
             Device:string=#4, strlen_User:long=!1",
            "| project-away => Time:datetime=#0, User:string=#1, Count:long=#2, strlen_User:long=#5",
            "| project-rename => Time:datetime=#0, Who:string=#1, Count:long=#2, strlen_User:long=#3",
            "| project-reorder => Who:string=#1, Count:long=#2, Time:datetime=#0, strlen_User:long=#3",
            "| project-keep => Who:string=#0, Time:datetime=#2",
            "| distinct #0 => Who:string=!0",
            "| distinct",
        ],
    );
    assert_planned(
        "Events | summarize arg_max(Time, *), count() by User, bin(Time, 1h)",
        &[
            "Events",
            "| summarize arg_max(#0, *), count() by #1, bin(#0, 36000000000:ticks) => User:string=!0, Time:datetime=!1, \
             Time1:datetime=!2, Count:long=!2.1, Details:dynamic=!2.2, Device:string=!2.3, count_:long=!3",
        ],
    );
    assert_planned(
        "Events | parse User with * \"x\" A:long \"y\" B | parse-kv Device as (K:long) with (pair_delimiter=',') \
         | mv-expand Item = Details to typeof(string) limit 3 | getschema | count",
        &[
            "Events",
            "| parse #1 * \"x\" A:long \"y\" B:string => Time:datetime=#0, User:string=#1, Count:long=#2, Details:dynamic=#3, \
             Device:string=#4, A:long=*, B:string=*",
            "| parse-kv #4 (K:long) with (pair_delimiter=\",\") => Time:datetime=#0, User:string=#1, Count:long=#2, \
             Details:dynamic=#3, Device:string=#4, A:long=#5, B:string=#6, K:long=*",
            "| mv-expand #3 to string limit 3 => Time:datetime=#0, User:string=#1, Count:long=#2, Details:dynamic=#3, \
             Device:string=#4, A:long=#5, B:string=#6, K:long=#7, Item:string=!0",
            "| getschema => ColumnName:string=*, ColumnOrdinal:long=*, DataType:string=*, ColumnType:string=*",
            "| count => Count:long=*",
        ],
    );
}

#[test]
fn sides_of_a_join_and_tables_of_a_union_are_matched_by_place() {
    assert_planned(
        "Events | project User, Count | lookup Users on User | join kind=leftouter (Users | project Name = User) \
         on $left.User == $right.Name | join kind=leftanti Events on User, Count | join kind=rightsemi Users on User",
        &[
            "Events",
            "| project #1, #2 => User:string=!0, Count:long=!1",
            "| lookup (Users) on #0 == $0 => User:string=#0, Count:long=#1, Country:string=$1, Since:datetime=$2",
            "| join kind=leftouter (Users | project #0 => Name:string=!0) on #0 == $0 => User:string=#0, Count:long=#1, \
             Country:string=#2, Since:datetime=#3, Name:string=$0",
            "| join kind=leftanti (Events) on #0 == $1, #1 == $2",
            "| join kind=rightsemi (Users) on #0 == $0 => User:string=$0, Country:string=$1, Since:datetime=$2",
        ],
    );
    assert_planned(
        "union withsource=S (Events | project User, X = Count), (Users | project X = User, Country, User)",
        &[
            "union withsource=S (Events | project #1, #2 => User:string=!0, X:long=!1)[? #0 #1 ? ?], (Users | project #0, #1, #0 \
           => X:string=!0, Country:string=!1, User:string=!2)[? #2 ? #0 #1] => S:string=*, User:string=*, X_long:long=*, \
           X_string:string=*, Country:string=*",
        ],
    );
    assert_planned(
        "Events | as A | union (A | take 1), Us* | search in (Users) \"abc\" or Country == 'y'",
        &[
            "Events",
            "| as A@0",
            "| union (input)[#0 #1 #2 #3 #4 ? ?], (A@0 | take 1)[#0 #1 #2 #3 #4 ? ?], (Users)[? #0 ? ? ? #1 #2] => Time:datetime=*, \
             User:string=*, Count:long=*, Details:dynamic=*, Device:string=*, Country:string=*, Since:datetime=*",
            "| search (input)[#0 #1 #2 #3 #4 #5 #6], (Users)[? #0 ? ? ? #1 #2] where (\"abc\" or (#5 == \"y\")) => \
             $table:string=*, Time:datetime=#0, User:string=#1, Count:long=#2, Details:dynamic=#3, Device:string=#4, \
             Country:string=#5, Since:datetime=#6",
        ],
    );
    assert_planned(
        "find in (Events, Users) where User == 'y' project User, Count",
        &[
            "find (Events)[#0 #1 #2 #3 #4 ? ?], (Users)[? #0 ? ? ? #1 #2] where (#1 == \"y\") => source_:string=*, \
           User:string=#1, Count:long=#2",
        ],
    );
}

#[test]
fn sub_queries_are_plans_within_the_plan() {
    assert_planned(
        "let Top = toscalar(Events | summarize max(Count)); let Few = materialize(Users | take 3); \
         Few | extend Top, Low = toscalar(Few | count)",
        &[
            "let Top@0 = first (Events | summarize max(#2) => max_Count:long=!0)",
            "let Few@1 = materialize (Users | take 3)",
            "Few@1",
            "| extend Top@0, first (Few@1 | count => Count:long=*) => User:string=#0, Country:string=#1, Since:datetime=#2, \
             Top:long=!0, Low:long=!1",
        ],
    );
    assert_planned(
        "Events | mv-apply X = Details on (where X == 1 | summarize n = count() by Device) \
         | partition by User (top 1 by n | project User, N = n) | scan declare (s:long = 0) with (step a: N > 1 => s = a.s + 1;)",
        &[
            "Events",
            "| mv-apply #3 on (input | where (#5 == 1) | summarize count() by #4 => Device:string=!0, n:long=!1) => \
             Time:datetime=#0, User:string=#1, Count:long=#2, Details:dynamic=#3, Device:string=$0, n:long=$1",
            "| partition by #1 as User@0 (input | top 1 by #5 desc | project #1, #5 => User:string=!0, N:long=!1) => \
             User:string=$0, N:long=$1",
            "| scan declare #2 = 0 step a: (#1 > 1) #2 = (a#2 + 1) => User:string=#0, N:long=#1, s:long=#2, match_id:long=*",
        ],
    );
    assert_planned(
        "Events | fork Few=(take 1) (count)",
        &["Events", "| fork Few(input | take 1) (input | count => Count:long=*) => nothing"],
    );
    assert_planned(
        "Events | facet by User, Count with (take 1)",
        &["Events", "| facet #1, #2(input | take 1) => nothing"],
    );
}

#[test]
fn rarer_operators_keep_all_that_they_say() {
    assert_planned(
        "Events | make-series n = count() default = 0 on Time from ago(1d) to now() step 1h by User | consume",
        &[
            "Events",
            "| make-series count() default 0 on #0 from ago(864000000000:ticks) to now() step 36000000000:ticks by #1 => \
             User:string=!0, n:dynamic=!1, Time:dynamic=!2",
            "| consume => nothing",
        ],
    );
    assert_planned(
        "Events | top-nested 3 of User by count(), top-nested 2 of Device with others = \"o\" by x = max(Count) desc \
         | top-hitters 2 of User by x | sample-distinct 2 of User",
        &[
            "Events",
            "| top-nested 3 of #1 by count() desc, 2 of #4 others \"o\" by max(#2) desc => User:string=!0, \
             aggregated_User:long=!1, Device:string=!2, x:long=!3",
            "| top-hitters 2 of #0 by #3 => User:string=!0, approximate_sum_x:long=!1",
            "| sample-distinct 2 of #0 => User:string=!0",
        ],
    );
    assert_planned(
        "range N from 1 to 10 step 2 | sort by N asc, N % 2 | top 3 by N nulls first | serialize R = row_number() | sample 2 \
         | project-by-names \"R\" | assert-schema (R:long) | render table with (title='t')",
        &[
            "range from 1 to 10 step 2 => N:long=*",
            "| sort by #0 asc nulls first, (#0 % 2) desc",
            "| top 3 by #0 desc nulls first",
            "| serialize row_number() => N:long=#0, R:long=!0",
            "| sample 2",
            "| project-by-names \"R\" => R:long=#1",
            "| assert-schema (R:long)",
            "| render table with (title=\"t\")",
        ],
    );
    assert_planned(
        "Events | evaluate narrow() | reduce by Value with threshold=0.5",
        &[
            "Events",
            "| evaluate narrow() => Row:long=*, Column:string=*, Value:string=*",
            "| reduce by #2 with 0.5 => Pattern:string=*, Count:long=*, Representative:string=*",
        ],
    );
    assert_planned(
        "Events | make-graph User --> Device with Users on User | graph-match (a)-[e]->(b) project a.User",
        &["Events", "| graph (Users) => nothing", "| graph a.User => a_User:string=!0"],
    );
    assert_planned(
        "externaldata (A:string) [\"https://x/y\"] with (format='csv') | extend column_ifexists('A', 'b'), column_ifexists('B', 'b')",
        &[
            "externaldata [\"https://x/y\"] with (format=\"csv\")",
            "| extend #0, \"b\" => A:string=!0, Column1:string=!1",
        ],
    );
}

#[test]
fn a_column_found_in_an_open_table_has_a_place_behind_those_that_are_known() {
    assert_planned(
        "List('a') | where Foo == 1 | project Foo, Bar, Key | join (List('b')) on Baz",
        &[
            "catalog List(\"a\")",
            "| where (#1 == 1) => ...",
            "| project #1, #2, #0 => Foo:unknown=!0, Bar:unknown=!1, Key:string=!2 ...",
            "| join (catalog List(\"b\")) on #3 == $1 => Foo:unknown=#0, Bar:unknown=#1, Key:string=#2, Baz:unknown=#3, \
             Key1:string=$0, Baz1:unknown=$1 ...",
        ],
    );
    assert_planned(
        "List('a') | project-rename New = Old | project-reorder Other, Key",
        &[
            "catalog List(\"a\")",
            "| project-rename => Key:string=#0, New:unknown=#1 ...",
            "| project-reorder => Other:unknown=#2, Key:string=#0, New:unknown=#1 ...",
        ],
    );
}

#[test]
fn what_is_wrong_stands_in_the_plan_as_unresolved() {
    let cases = [
        ("Nowhere | take 1", "?\n| take 1 => ...\n"),
        ("Users | where Nope == 1", "Users\n| where (? == 1)\n"),
        ("Users | wher x == 1", "Users\n| ? => ...\n"),
        (
            "Users | extend x = foo(User)",
            "Users\n| extend ?foo(#0) => User:string=#0, Country:string=#1, Since:datetime=#2, x:unknown=!0\n",
        ),
        ("Users | join Events", "Users\n| join (Events) on ?"),
        ("set x = 1; alias database d = cluster('c').database('e'); print 1", "(other)\n(other)\nprint 1"),
        ("let a = ; print a", "let a@0 = ?\nprint a@0"),
    ];
    for (query, expected) in cases {
        let (text, _) = planned(query);
        assert!(text.starts_with(expected), "{query}\n{text}");
    }
}

const TWICE: &str = "let f = (T:(*), n:long = 2) { T | extend X = User | project X, Y = Count | take n }; \
                     let g = (T:(*)) { f(T) | count }; \
                     union (f(Events)), (f(datatable(User:long, Count:string)[1, 'x'], 3)), (f(Events)), (g(Events))";

/// The expressions that are calls of the query's function of that name.
fn calls(parsed: &kql::Parsed, name: &str) -> Vec<ExpressionId> {
    let mut found = Vec::new();
    let mut open: Vec<_> = parsed.tree.root.iter().map(|id| kql::tree::Node::Statement(*id)).collect();
    while let Some(node) = open.pop() {
        if let kql::tree::Node::Expression(id) = node
            && let ExpressionKind::Call { name: called, .. } = parsed.tree.expression(id).kind
            && parsed.tree.name(called) == name
        {
            found.push(id);
        }
        open.extend(parsed.tree.children(node));
    }
    found.sort();
    found
}

#[test]
fn each_call_of_a_function_knows_the_body_with_what_it_is_given() {
    let parsed = parse(TWICE);
    // A body may name no column of `(*)`, which is said of it; what a call gives is known to its body all the same.
    let analysis = analyze(&parsed, &Workspace);
    let [within_g, first, second, third] = calls(&parsed, "f")[..] else { panic!("four calls") };
    let body = |call| analysis.call(call, BodyId::ROOT).unwrap();
    assert_ne!(body(first), body(second));
    assert_eq!(body(first), body(third), "the same columns share a body");

    let (extend, user) = extend_of_f(&parsed);
    let columns = |body: BodyId| {
        let rows = analysis.body(body).rows_after(extend).unwrap();
        let named =
            |id: &kql::ColumnId| format!("{}:{}", analysis.column_name(*id), analysis.column(*id).kind);
        rows.columns.iter().map(named).collect::<Vec<_>>()
    };
    assert_eq!(
        columns(body(first)),
        ["Time:datetime", "User:string", "Count:long", "Details:dynamic", "Device:string", "X:string"]
    );
    assert_eq!(columns(body(second)), ["User:long", "Count:string", "X:long"]);
    // As declared, the table has no column but the one that was complained of.
    assert_eq!(columns(BodyId::ROOT), ["User:unknown", "X:unknown"]);
    let kinds = [body(first), body(second)].map(|body| analysis.body(body).type_of(user).to_string());
    assert_eq!(kinds, ["string", "long"]);
    let column = analysis.body(body(first)).reference(user).unwrap();
    assert_eq!(analysis.sources(column), [("Events".to_owned(), "User".to_owned())]);

    // A call within a body belongs to that body.
    let g = analysis.call(calls(&parsed, "g")[0], BodyId::ROOT).unwrap();
    assert_eq!(analysis.call(within_g, g), Some(body(first)));
    assert_ne!(analysis.call(within_g, BodyId::ROOT), Some(body(first)));
    assert_eq!(analysis.body(g).parameters().len(), 1);
    assert_eq!(analysis.variable_name(analysis.body(g).parameters()[0]), "T");
}

/// The `extend` of the function in [`TWICE`], and the name in it.
fn extend_of_f(parsed: &kql::Parsed) -> (kql::tree::OperatorId, ExpressionId) {
    let mut open: Vec<_> = parsed.tree.root.iter().map(|id| kql::tree::Node::Statement(*id)).collect();
    while let Some(node) = open.pop() {
        if let kql::tree::Node::Operator(id) = node
            && let OperatorKind::Extend { columns } = &parsed.tree.operator(id).kind
            && let ExpressionKind::Named { value, .. } = parsed.tree.expression(columns[0]).kind
        {
            return (id, value);
        }
        open.extend(parsed.tree.children(node));
    }
    panic!("the function has an extend");
}

#[test]
fn the_plan_of_a_function_is_that_of_each_call() {
    let f = "let f = (T:(*)) { T | extend X = 1 | project X, U = User }; ";
    assert_planned(
        "let f = (T:(User:string), n:long = 5) { T | extend L = strlen(User) | take n }; \
         Users | project User | invoke f(3) | join kind=leftsemi (f(Users)) on User",
        &[
            "let f@2 = body 1",
            "Users",
            "| project #0 => User:string=!0",
            "| invoke body 2(3) => User:string=#0, L:long=*",
            "| join kind=leftsemi (body 3((Users))) on #0 == $0",
            "body 1(T@0, n@1 = 5):",
            "T@0",
            "| extend strlen(#0) => User:string=#0, L:long=!0",
            "| take n@1",
            "body 2(T@3, n@4 = 5):",
            "T@3",
            "| extend strlen(#0) => User:string=#0, L:long=!0",
            "| take n@4",
            "body 3(T@5, n@6 = 5):",
            "T@5",
            "| extend strlen(#0) => User:string=#0, Country:string=#1, Since:datetime=#2, L:long=!0",
            "| take n@6",
        ],
    );
    // As declared, `User` is not known to be a column.
    let (text, _) = planned(&format!("{f}union f(Users), f(Events)"));
    assert!(text.contains("| project #3, #0 => X:long=!0, U:string=!1"), "{text}");
    assert!(text.contains("| project #5, #1 => X:long=!0, U:string=!1"), "{text}");
    assert_planned(
        "let half = (n:long) { n / 2 }; let v = view () { Users | take 1 }; v | extend H = half(strlen(User)), half(n = 4)",
        &[
            "let half@1 = body 1",
            "let v@2 = body 2",
            "body 2()",
            "| extend body 1(strlen(#0)), body 1(n=4) => User:string=#0, Country:string=#1, Since:datetime=#2, H:long=!0, Column1:long=!1",
            "body 1(n@0):",
            "(n@0 / 2)",
            "body 2():",
            "Users",
            "| take 1",
        ],
    );
}

/// Doubling calls are bound once each, and the plan has them once.
#[test]
fn calls_of_calls_do_not_multiply() {
    let mut query = "let f0 = (T:(*)) { T | extend X = User };".to_owned();
    for level in 1..60 {
        query += &format!("let f{level} = (T:(*)) {{ union f{0}(T), f{0}(T) }};", level - 1);
    }
    query += "f59(Events) | project X";
    let parsed = parse(query.as_str());
    let analysis = analyze(&parsed, &Workspace);
    assert_eq!(analysis.result_columns().unwrap()[0].kind.to_string(), "string");
    assert!(analysis.body_count() < 60 * 5, "{}", analysis.body_count());
    assert!(plan(&parsed, &analysis).blocks().count() < 60 * 5);
}

#[test]
fn what_is_long_or_deep_is_planned_in_bounds() {
    let long = format!("Events | where {}", vec!["Count == 1"; 5_000].join(" or "));
    assert!(planned(&long).0.len() > 5_000 * 8);
    let mixed = format!("print {}", vec!["1 + 2 - 3"; 3_000].join(" * "));
    assert!(planned(&mixed).0.len() > 3_000);
    let piped = format!("Events{}", " | extend X = Count".repeat(2_000));
    assert_eq!(planned(&piped).0.lines().count(), 2_001);
    for nested in [
        format!("print {}1{}", "(".repeat(190), ")".repeat(190)),
        format!("print {}1{}", "strlen(tostring(".repeat(90), "))".repeat(90)),
        format!("{}Events{}", "(".repeat(150), " | take 1)".repeat(150)),
        format!("print toscalar({}1{})", "print toscalar(".repeat(90), ")".repeat(90)),
        format!("Events | where {}Count == 1{}", "(1 == 2 or not(".repeat(60), "))".repeat(60)),
        format!("print x{}", ".a".repeat(5_000)),
        format!("print {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("print {}1", "-".repeat(5_000)),
    ] {
        planned(&nested);
    }
}

#[test]
fn the_plans_of_real_queries_are_whole() {
    for query in super::corpus::queries().unwrap_or_default() {
        planned(super::corpus::text(&query));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_text_it_is_planned(text in "[ -~\\n]{0,80}") {
        planned(&text);
    }

    #[test]
    fn whatever_the_stages_they_are_planned(
        stages in proptest::collection::vec(proptest::sample::select(vec![
            "where Count > 1", "extend X = Count, User = strlen(User)", "project User, Count", "summarize n = count() by User",
            "join kind=inner (Events) on User", "lookup (List('x')) on User", "union Users", "take 1", "project-away Count",
            "project-rename Who = User", "mv-expand Details", "mv-apply Details on (take 1)", "as A", "distinct *", "f()", "invoke f()",
            "extend y = toscalar(f(Users) | count)", "parse User with a 'x' a", "make-series count() on Time step 1h", "where",
            "project-reorder *, User", "search 'x'", "partition by User (take 1)", "evaluate pivot(User)", "top 1 by Nope", "wher x",
        ]), 0..7)
    ) {
        let function = "let f = (T:(*)) { T | extend F = 1, User | project-away Nope, F };";
        planned(&format!("{function} Events | {}", stages.join(" | ")));
        planned(&format!("{function} List('a') | {}", stages.join(" | ")));
    }
}

#[test]
fn words_views_and_columns_of_another_table_are_not_lost() {
    assert_planned(
        "Users | count | render columnchart with (kind=stacked, title='t', ycolumns=Count)",
        &[
            "Users",
            "| count => Count:long=*",
            "| render columnchart with (kind=\"stacked\", title=\"t\", ycolumns=\"Count\")",
        ],
    );
    assert_planned(
        "let Nets = datatable(Net:string, Label:string)['10.0.0.0/8', 'a']; \
         Users | evaluate ipv4_lookup(Nets, Country, Net) | project Label",
        &[
            "let Nets@0 = datatable [\"10.0.0.0/8\", \"a\"]",
            "Users",
            "| evaluate ipv4_lookup((Nets@0), #1, $0) => User:string=#0, Country:string=#1, Since:datetime=#2, Net:string=*, Label:string=*",
            "| project #4 => Label:string=!0",
        ],
    );
    // A column of an open table that the plugin is told of is one of that table.
    let (text, unresolved) = planned("Users | evaluate ipv4_lookup(List('a'), Country, Net)");
    assert!(text.contains("ipv4_lookup((catalog List(\"a\")), #1, $1)"), "{text}");
    assert_eq!(unresolved, 0);
    assert_planned(
        "let UserView = view () { Users | project User }; union User*",
        &[
            "let UserView@0 = body 1",
            "union (body 1())[#0 ? ?], (Users)[#0 #1 #2] => User:string=*, Country:string=*, Since:datetime=*",
            "body 1():",
            "Users",
            "| project #0 => User:string=!0",
        ],
    );
    let (text, unresolved) = planned("union withsource=T * | where Count > 1");
    assert!(text.starts_with("union withsource=T (every table)["), "{text}");
    assert_eq!(unresolved, 0);
}

/// The calls of `bin` among the items of an `extend`: the number of the function and that of the overload.
fn bins(query: &str) -> Vec<(&'static str, Option<u16>)> {
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    let plan = plan(&parsed, &analysis);
    let stages = &plan.result().unwrap().stages;
    let StageKind::Extend { items } = &stages[0].kind else { panic!("{:?}", stages[0].kind) };
    let calls = items.iter().map(|item| match &item.value {
        ScalarKind::Call(call) => match call.callee {
            Callee::Builtin(id) => (id.name(), call.overload),
            _ => panic!("{:?}", call.callee),
        },
        other => panic!("{other:?}"),
    });
    calls.collect()
}

#[test]
fn a_call_names_its_function_by_number_and_the_signature_that_is_meant() {
    assert_eq!(
        bins("Events | extend bin(Count, 10), bin(1d, 1h), bin(Time, 1h), strlen(User)"),
        [("bin", Some(0)), ("bin", Some(1)), ("bin", Some(3)), ("strlen", None)]
    );
}

#[test]
fn every_function_of_the_language_has_a_number_of_its_own() {
    let parsed = parse("Events | summarize count(), max(Count) by bin(Time, 1h)");
    let analysis = analyze(&parsed, &Workspace);
    let plan = plan(&parsed, &analysis);
    let StageKind::Summarize { aggregates, by, .. } = &plan.result().unwrap().stages[0].kind else {
        panic!("it is a summarize")
    };
    let ids: std::collections::BTreeSet<usize> = aggregates
        .iter()
        .chain(by)
        .map(|item| match &item.value {
            ScalarKind::Call(call) => match call.callee {
                Callee::Builtin(id) | Callee::Aggregate(id) => id.index(),
                _ => panic!("{:?}", call.callee),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id < kql::BuiltinId::count()));
}
