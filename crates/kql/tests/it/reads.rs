//! What a query reads: tables, functions and the texts that it gives them, by scope.

use kql::{Analysis, BodyId, Nothing, ReadKind, analyze, parse};

use super::binding::Workspace;

fn analysis(query: &str) -> Analysis {
    analyze(&parse(query), &Nothing)
}

/// The names of tables: a question mark behind those that may be absent, an exclamation mark behind those that nothing uses.
fn tables(query: &str) -> Vec<String> {
    let analysis = analysis(query);
    let tables = analysis.reads().iter().filter(|read| read.kind == ReadKind::Table);
    tables
        .map(|read| {
            let optional = if read.optional { "?" } else { "" };
            let unused = if read.used { "" } else { "!" };
            format!("{}{optional}{unused}", read.name)
        })
        .collect()
}

/// The calls of a function: the text that each gives, and where that is.
fn calls(query: &str, function: &str) -> Vec<String> {
    analysis(query)
        .calls_of(function)
        .map(|read| match &read.argument {
            None => "nothing".to_owned(),
            Some(argument) => {
                let text = argument.text.as_deref().unwrap_or("?");
                let optional = if read.optional { "?" } else { "" };
                format!("{text}{optional} at `{}`", argument.span.text(query))
            }
        })
        .collect()
}

fn watchlists(query: &str) -> Vec<String> {
    calls(query, "_GetWatchlist")
}

#[test]
fn tables_are_read_at_the_start_of_pipes_and_by_unions_joins_and_searches() {
    assert_eq!(tables("SecurityEvent | where a == b"), ["SecurityEvent"]);
    assert_eq!(tables("['My Table'] | count"), ["My Table"]);
    assert_eq!(
        tables("A | join kind=inner B on x | lookup (C) on y | union D, (E | count)"),
        ["A", "B", "C", "D", "E"]
    );
    assert_eq!(tables("search in (A, B) 'x'"), ["A", "B"]);
    assert_eq!(tables("find in (A, B) where x == 1 project y"), ["A", "B"]);
    assert_eq!(tables("A | where x in ((B | project p)) and y in (C | project q)"), ["A", "B", "C"]);
    assert_eq!(tables("union A, B*, workspace('w').C"), ["A"]);
    assert_eq!(tables("let m = materialize(B); print n = toscalar(A | count) | union m"), ["B", "A"]);
}

#[test]
fn names_in_comments_strings_and_expressions_are_not_tables() {
    assert_eq!(tables("// B\nA | where x == 'C' and D > 1 | project E, F | summarize count() by G"), ["A"]);
    assert_eq!(tables("print a | extend b = c"), [""; 0]);
    assert_eq!(tables("A | mv-apply x on (summarize count() by x | where y)"), ["A"]);
    assert_eq!(tables("A | partition by z (top 1 by w | extend u = 1)"), ["A"]);
    assert_eq!(tables("set notruncation; declare query_parameters(T:string = 'x'); A"), ["A"]);
    assert_eq!(tables("alias database d = cluster('c').database('e'); A"), ["A"]);
    assert_eq!(
        tables("_Im_Dns(starttime=ago(1d)) | where x in (list) | extend y = iff(a, b, c), z = (d)"),
        [""; 0]
    );
    assert_eq!(tables("print a; range b from 1 to 2 step 1; datatable(c:string)['d']"), [""; 0]);
    assert_eq!(tables("A | evaluate bag_unpack(d) | evaluate pivot(e)"), ["A"]);
}

#[test]
fn a_table_of_the_catalog_is_read_wherever_it_is_named() {
    let analysis = analyze(&parse("Events | where User in (Users) and Country == ''"), &Workspace);
    let names: Vec<&str> = analysis.reads().iter().map(|read| &*read.name).collect();
    assert_eq!(names, ["Events", "Users"]);
    assert!(analysis.reads().iter().all(|read| read.known));
    // Of a table that is not known `Users` is a column, however much a table is called so.
    let analysis =
        analyze(&parse("Unknown | where Users == 'x' | extend y = iff(Users > 1, 1, 2)"), &Workspace);
    assert_eq!(analysis.reads().len(), 1);
    let analysis = analyze(&parse("Evnts | join Users on User"), &Workspace);
    let known: Vec<bool> = analysis.reads().iter().map(|read| read.known).collect();
    assert_eq!(known, [false, true]);
}

#[test]
fn what_a_let_binds_is_not_a_table_and_what_it_reads_is() {
    assert_eq!(tables("let A = B | where x; A | union A"), ["B"]);
    assert_eq!(tables("let A = (T: (*)) { T | union B }; A(C)"), ["B"]);
    assert_eq!(tables("let f = () { let T = A; T }; f | join kind=inner T on x"), ["A", "T"]);
    assert_eq!(tables("let unused = A; B"), ["A!", "B"]);
    assert_eq!(tables("let a = A; let unused = a | join B on x; C"), ["A!", "B!", "C"]);
    assert_eq!(tables("A | as B | union B"), ["A"]);
    assert_eq!(tables("let A = A; A"), ["A"]);
    let analysis = analyze(&parse("let V = view () { Events }; union V*"), &Workspace);
    assert!(analysis.reads().iter().any(|read| &*read.name == "Events" && read.used));
}

#[test]
fn a_name_that_an_inner_scope_binds_is_that_of_the_inner_scope() {
    let query = "let T = A; let f = () { let T = B; T | count }; union T, f()";
    assert_eq!(tables(query), ["A", "B"]);
    let query = "let w = 'outer'; let f = () { let w = 'inner'; _GetWatchlist(w) }; f() | where x in (_GetWatchlist(w))";
    assert_eq!(watchlists(query), ["inner at `w`", "outer at `w`"]);
    let query = "let w = 'outer'; let f = (w: string) { _GetWatchlist(w) }; f('given')";
    assert_eq!(watchlists(query), ["given at `'given'`"]);
}

#[test]
fn a_fuzzy_union_runs_without_what_it_names_also_by_way_of_lets() {
    assert_eq!(
        tables("union isfuzzy=true A, (B | join kind=inner C on x) | join kind=inner D on y"),
        ["A?", "B?", "C?", "D"]
    );
    assert_eq!(tables("let a = A | where x; let b = B; union isfuzzy=true a, b"), ["A?", "B?"]);
    assert_eq!(tables("let a = A; union isfuzzy=true a, (B) | join kind=inner a on x"), ["A", "B?"]);
    assert_eq!(tables("let f = (n: long) { A | take n }; union isfuzzy=TRUE f(1), f(2)"), ["A?"]);
    assert_eq!(
        tables("let f = (n: long) { A | take n }; union isfuzzy=true f(1), B | join f(2) on x"),
        ["A", "B?"]
    );
    assert_eq!(tables("A | union isfuzzy=false B"), ["A", "B"]);
}

#[test]
fn a_text_given_to_a_function_reaches_the_table_and_the_watchlist_in_it() {
    let query = "let f = (name: string, list: string) { table(name) | where x in (_GetWatchlist(list)) };\
                 let g = f('A', list='hosts'); union isfuzzy=true g, f('B', 'users')";
    assert_eq!(tables(query), ["A?", "B?"]);
    assert_eq!(watchlists(query), ["hosts? at `'hosts'`", "users? at `'users'`"]);
    assert_eq!(tables("let n = 'A'; table(n)"), ["A"]);
    assert_eq!(tables("table(strcat('A', 'B'))"), ["AB"]);
    assert_eq!(tables("let f = (n: string) { table(strcat(n, '_CL')) }; f('b')"), ["b_CL"]);
    assert_eq!(
        watchlists("let f = (w: string = 'default') { _GetWatchlist(w) }; union f(), f('given')"),
        ["default at `'default'`", "given at `'given'`"]
    );
}

#[test]
fn a_text_is_found_at_the_outermost_call_that_gives_it() {
    let query = "let inner = (w: string) { _GetWatchlist(w) }; let outer = (list: string) { inner(list) }; outer('a')";
    assert_eq!(watchlists(query), ["a at `'a'`"]);
    let query =
        "let f = (w: string) { let g = () { _GetWatchlist(strcat(w, '-list')) }; g() }; union f('a'), f('b')";
    assert_eq!(watchlists(query), ["a-list at `'a'`", "b-list at `'b'`"]);
    // Two calls that give the same are two mistakes where it is wrong.
    assert_eq!(
        analysis("let f = (w: string) { _GetWatchlist(w) }; union f('a'), f( 'a')")
            .calls_of("_GetWatchlist")
            .count(),
        2
    );
}

#[test]
fn the_table_that_invoke_gives_is_the_first_argument() {
    let query = "let f = (T: (*), w: string) { T | where x in (_GetWatchlist(w)) }; A | invoke f('hosts')";
    assert_eq!(watchlists(query), ["hosts at `'hosts'`"]);
    assert_eq!(tables(query), ["A"]);
}

#[test]
fn what_only_a_run_can_tell_has_no_text() {
    assert_eq!(watchlists("_GetWatchlist(toscalar(A | project b))"), ["? at `toscalar(A | project b)`"]);
    assert_eq!(watchlists("let f = (w: string) { _GetWatchlist(w) }; A"), ["? at `w`"]);
    assert_eq!(watchlists("_GetWatchlist()"), ["nothing"]);
    let computed = analysis("table(toscalar(A | project b))");
    assert_eq!(computed.reads().iter().filter(|read| read.kind == ReadKind::ComputedTable).count(), 1);
}

#[test]
fn a_function_that_the_query_declares_itself_is_not_read() {
    assert_eq!(
        watchlists("_GetWatchlist('a') // _GetWatchlist('b')\n| where x == \"_GetWatchlist('c')\""),
        ["a at `'a'`"]
    );
    assert_eq!(watchlists("let w = 'a'; T | where x in ((_GetWatchlist(w) | project y))"), ["a at `w`"]);
    assert_eq!(
        watchlists("let ['w l'] = 'v' 'ip'; _GetWatchlist ( // which\n ['w l'])"),
        ["vip at `['w l']`"]
    );
    assert_eq!(watchlists("_GetWatchlist(@'c', x)"), ["c at `@'c'`"]);
    assert_eq!(watchlists("let _GetWatchlist = (a: string) { T }; _GetWatchlist('a')"), [""; 0]);
    // It is bound only behind its statement, and only within the body.
    let query = "let f = () { let _GetWatchlist = (a: string) { T }; _GetWatchlist('a') }; union f(), _GetWatchlist('b')";
    assert_eq!(watchlists(query), ["b at `'b'`"]);
    assert_eq!(watchlists("T | extend y = x._GetWatchlist('c')"), [""; 0]);
    let analysis = analysis("let f = () { T }; f() | union _Im_Dns(starttime=ago(1d))");
    let functions: Vec<&str> = analysis
        .reads()
        .iter()
        .filter(|read| read.kind == ReadKind::Function)
        .map(|read| &*read.name)
        .collect();
    assert_eq!(functions, ["_Im_Dns"]);
}

#[test]
fn a_function_of_the_catalog_is_read_with_and_without_brackets() {
    for query in ["List('a') | where x", "List | where x", "Events | where Score('a') > 1"] {
        let analysis = analyze(&parse(query), &Workspace);
        let functions: Vec<_> =
            analysis.reads().iter().filter(|read| read.kind == ReadKind::Function).collect();
        assert_eq!(functions.len(), 1, "{query}");
        assert!(functions[0].known, "{query}");
    }
}

#[test]
fn other_places_are_read_with_their_names() {
    let query = "let w = 'b'; union workspace('a').T, workspace(w).T, cluster('c').database('d').T";
    assert_eq!(calls(query, "workspace"), ["a at `'a'`", "b at `w`"]);
    assert_eq!(calls(query, "cluster"), ["c at `'c'`"]);
    assert_eq!(tables(query), [""; 0]);
}

fn stars(query: &str) -> Vec<&str> {
    let analysis = analysis(query);
    let stars = analysis.reads().iter().filter(|read| read.kind == ReadKind::EveryTable);
    stars.map(|read| read.span.text(query)).collect()
}

#[test]
fn a_search_or_union_of_everything_is_found() {
    assert_eq!(stars("search * | where x"), ["search *"]);
    assert_eq!(stars("union   * | take 1"), ["union   *"]);
    assert_eq!(
        stars("let a = search kind=case_sensitive *; T | union withsource=S isfuzzy=true *"),
        ["search kind=case_sensitive *", "union withsource=S isfuzzy=true *"]
    );
    assert_eq!(stars("union A, (B | take 1), *"), ["union A, (B | take 1), *"]);
    assert_eq!(
        stars("union Sec*, *Log, A | extend union = 2 * 3, search = count_ * 2 | distinct *"),
        [""; 0]
    );
    assert_eq!(stars("T | where x == 'search *' // union *\n | project search, union"), [""; 0]);
    assert_eq!(stars("search 'x' | extend y = 2 * 3"), [""; 0]);
    let unscoped =
        |query: &str| analysis(query).reads().iter().filter(|read| read.kind == ReadKind::Unscoped).count();
    assert_eq!(
        [unscoped("search 'x'"), unscoped("find where x == 1"), unscoped("T | search 'x'")],
        [1, 1, 0]
    );
}

#[test]
fn a_read_knows_the_function_that_it_is_in() {
    let query = "let f = () { A }; let t = B; union f(), t";
    let analysis = analysis(query);
    let bodies: Vec<bool> = analysis.reads().iter().map(|read| read.body == BodyId::ROOT).collect();
    assert_eq!(bodies, [false, true]);
    assert!(analysis.body(analysis.reads()[0].body).function().is_some());
}

#[test]
fn names_that_stand_for_each_other_twice_do_not_double_the_work() {
    let mut query = "let a0 = T;".to_owned();
    for at in 1..200 {
        query += &format!("let a{at} = union a{}, a{};", at - 1, at - 1);
    }
    assert_eq!(tables(&(query + "a199")), ["T"]);
    let mut query = "let f0 = (w: string) { _GetWatchlist(w) };".to_owned();
    for at in 1..200 {
        let inner = at - 1;
        query += &format!(
            "let f{at} = (w: string) {{ union f{inner}(strcat(w, 'a')), f{inner}(strcat(w, 'b')) }};"
        );
    }
    assert!(!watchlists(&(query + "f199('x')")).is_empty());
    let mut query = "let a0 = 'x';".to_owned();
    for at in 1..200 {
        query += &format!("let a{at} = strcat(a{}, a{});", at - 1, at - 1);
    }
    assert_eq!(watchlists(&(query + "_GetWatchlist(a199)")), ["? at `a199`"]);
}

#[test]
fn a_long_chain_of_names_is_followed_without_end_of_stack() {
    let mut query = "let a0 = T;".to_owned();
    for at in 1..3_000 {
        query += &format!("let a{at} = a{};", at - 1);
    }
    assert_eq!(tables(&(query + "a2999")), ["T"]);
}

#[test]
fn broken_queries_are_read_as_far_as_they_go() {
    assert_eq!(tables("A | where ( | join B on x"), ["A", "B"]);
    assert_eq!(watchlists("A | where x in (_GetWatchlist('a')) | where"), ["a at `'a'`"]);
    for query in [
        "",
        "let",
        "let x =",
        "union",
        "T | join (",
        ")))",
        "_GetWatchlist(",
        "table(",
        "let f = (a) {",
        ") ; )",
        "set x; A",
        "let f = () { )",
        "let f = (a:string) { f(a) }; f('x')",
        "invoke f(",
        "T | invoke",
        "search in (",
        "find in (*) where",
        "declare pattern p = (a:string)[b:string] { ('x').['y'] = { T }; }; p('x')['y']",
    ] {
        analysis(query).reads();
    }
}
