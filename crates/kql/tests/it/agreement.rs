//! Where a fault stands and which columns there are, as the official service sees it.

use kql::{analyze, parse};

use crate::binding::Workspace;

/// The result's columns, and the official code and the text at the place of each fault.
fn seen(query: &str) -> (String, Vec<String>) {
    let parsed = parse(query);
    assert_eq!(parsed.diagnostics, [], "{query}");
    let analysis = analyze(&parsed, &Workspace);
    let faults = analysis
        .diagnostics
        .iter()
        .filter_map(|diagnostic| Some(format!("{} {}", diagnostic.official?, diagnostic.span.text(query))));
    let columns = analysis.result_columns().unwrap_or_default();
    let columns: Vec<String> =
        columns.iter().map(|column| format!("{}:{}", column.name, column.kind)).collect();
    (columns.join(", "), faults.collect())
}

#[track_caller]
fn columns(query: &str, expected: &str) {
    assert_eq!(seen(query), (expected.to_owned(), Vec::new()), "{query}");
}

#[track_caller]
fn faults(query: &str, expected: &[&str]) {
    assert_eq!(seen(query).1, expected, "{query}");
}

#[test]
fn what_is_known_by_a_name_goes_before_a_column_of_an_open_table() {
    faults("List('a') | where Users == 'x'", &["KS108 Users"]);
    faults("List('a') | where Users has 'x'", &["KS106 has"]);
    faults("List('a') | where hash == 1", &["KS117 hash"]);
    faults("List('a') | project-away Users, Other", &["KS109 Users"]);
    faults("List('a') | join (Events) on Users", &["KS109 Users"]);
    faults("Events | extend X = Users", &["KS108 X = Users"]);
    faults("Events | where User == Users", &["KS106 =="]);
    faults("Events | where tolower(Users) == 'a' and not(Users)", &["KS108 Users", "KS107 Users"]);
    columns("List('a') | where Other has 1 and Any > Users | project Other", "Other:unknown");
}

#[test]
fn the_languages_functions_go_before_the_querys() {
    columns("let strlen = (a:string) { 1.5 }; print x = strlen('y')", "x:long");
    columns("let extract = 1; print x = extract('a', 1, 'b')", "x:string");
    faults("let T = Events; T()", &["KS211 T"]);
    faults("let f = (a:int) { a }; print f", &["KS117 f"]);
    faults("let f = (a:int) { a }; print f(b=1)", &["KS197 f", "KS196 b"]);
}

#[test]
fn a_function_that_a_fuzzy_union_lacks_is_warned_of_as_a_whole() {
    faults("union isfuzzy=true (Events | where nott(User == '')), Users", &["KS205 nott(User == '')"]);
    faults("union (Events | where nott(User == '')), Users", &["KS211 nott"]);
}

#[test]
fn a_search_or_find_of_everything_has_the_columns_of_all_tables() {
    columns(
        "search 'x'",
        "$table:string, Time:datetime, User:string, Count:long, Details:dynamic, Device:string, \
         Country:string, Since:datetime",
    );
    columns("union withsource=T * | project T, Country", "T:string, Country:string");
    faults("search Nowhere == 1", &["KS142 Nowhere"]);
    columns("find where Country == 'x'", "source_:string, User:string, Country:string, Since:datetime");
    columns("find where User == 'x' project User, Since:string", "source_:string, User:string, Since:string");
    columns("let V = view () { print Mine=1 }; search Mine == 1 | project Mine", "Mine:long");
    faults("union Nothing*", &["KS142 Nothing*"]);
    columns(
        "union (print x=1), (print x='a'), (print x_long=2)",
        "x_long:long, x_string:string, x_long1:long",
    );
}

#[test]
fn plugins_have_the_columns_that_their_arguments_name() {
    columns(
        "Events | evaluate activity_counts_metrics(User, Time, ago(7d), now(), 1d, Device)",
        "Time:datetime, Device:string, count:long, dcount:long, new_dcount:long, aggregated_dcount:long",
    );
    columns(
        "Events | evaluate new_activity_metrics(User, Time, ago(7d), now(), 1d)",
        "from_Time:datetime, to_Time:datetime, dcount_new_values:long, dcount_retained_values:long, \
         dcount_churn_values:long, retention_rate:real, churn_rate:real",
    );
    columns(
        "Events | evaluate rolling_percentile(Count, 95, Time, 1d, 3, User)",
        "Time:datetime, User:string, rolling_3_percentile_Count_95:long",
    );
    columns(
        "Events | evaluate sequence_detect(Time, 1h, 1d, a = User == 'x', b = User == 'y', Device)",
        "Device:string, a_Time:datetime, b_Time:datetime, Duration:timespan",
    );
    columns(
        "Users | evaluate ipv4_lookup(datatable(User:string, net:string)[], User, net)",
        "User:string, Country:string, Since:datetime, User1:string, net:string",
    );
}

#[test]
fn graphs_have_columns() {
    let graph = "let E = datatable(s:string, d:string, w:long)[]; let N = datatable(n:string, age:int)[]; \
                 E | make-graph s --> d with N on n";
    columns(
        &format!("{graph} | graph-match (a)-[e]->(b) where e.w > 1 project a.n, b.age, e.w"),
        "a_n:string, b_age:int, e_w:long",
    );
    columns(
        &format!(
            "{graph} | graph-match (a)-[e*1..3]->(b) where all(e, w > 1) project e.w, x = map(inner_nodes(e), age)"
        ),
        "e_w:dynamic, x:dynamic",
    );
    columns(
        &format!("{graph} | graph-mark-components | graph-to-table nodes with_node_id=I"),
        "I:long, n:string, age:int, ComponentId:long",
    );
    columns(
        &format!("{graph} | graph-to-table edges with_source_id=S with_target_id=T"),
        "S:long, T:long, s:string, d:string, w:long",
    );
    faults(&format!("{graph} | graph-match (a)-[e]->(b) project a.height"), &["KS142 height"]);
    faults("Events | make-graph User --> Details", &["KS240 Details"]);
}

#[test]
fn parameters_are_set_to_what_they_take() {
    faults("Events | render piecart", &["KS005 piecart"]);
    faults("Events | render timechart with (xcolumn=When, kind=piled)", &["KS142 When", "KS005 piled"]);
    faults("Events | parse kind=regx User with 'a' x", &["KS005 regx"]);
    faults("union isfuzzy=yes Events, Users", &["KS223 yes"]);
    faults("Events | summarize hint.strategy=fast count()", &["KS005 fast"]);
    faults("Events | join isfuzzy=true (Users) on User", &["KS179 isfuzzy"]);
    faults("Events | lookup kind=rightouter (Users) on User", &["KS005 rightouter"]);
    faults("Events | mv-expand Details to typeof(text)", &["KS160 text"]);
}

#[test]
fn faults_stand_where_the_service_sees_them() {
    faults("Events | sort by Details desc nulls first", &["KS116 Details desc nulls first"]);
    faults("Events | distinct *", &["KS116 *"]);
    faults("Events | join (Users) on $left.Details == $right.User", &["KS241 $left.Details"]);
    faults("Events | extend x = extract(User, 1, Device)", &["KS129 User"]);
    faults("print datetime_diff('days', now(), now())", &["KS140 'days'"]);
    faults("Events | parse User with 'a' x y", &["KS101 y"]);
    faults("Events | parse User with x * 'b'", &["KS103 *"]);
    faults("Events | project-reorder User, User", &["KS171 User"]);
    faults("print dynamic([1])[1d]", &["KS141 1d"]);
    faults("range x from 1 to true step 1", &["KS138 true"]);
    faults("where true", &["KS174 where"]);
    faults("Events | print x = 1", &["KS175 print"]);
    faults("cluster('far').database('d').T", &["KS207 'far'"]);
    faults("print case(true, 1, false, 2)", &["KS121 case"]);
}

#[test]
fn names_are_made_up_from_texts_and_whole_numbers_alone() {
    columns(
        "Events | project Details[-1], Details[0], Details['a b'].c",
        "Details_:dynamic, Details_0:dynamic, Details_a b_c:dynamic",
    );
    columns("Events | project ['a' 'b'] = Count", "ab:long");
    columns("Users | project-by-names 'C*', dynamic(['User'])", "Country:string, User:string");
}

#[test]
fn aggregates_are_named_as_the_service_names_them() {
    columns(
        "Users | summarize argmax(Since, *) by User",
        "User:string, max_Since:datetime, max_Since_Country:string",
    );
    columns("Users | summarize A=argmin(Since, Country)", "A:datetime, min_Since_Country:string");
    columns(
        "print i=int(1) | summarize percentile(i, 50), percentiles(i, 5, toint(9))",
        "percentile_i_50:long, percentile_i_5:long, percentile_i_:long",
    );
    faults("let f = 'yyyy'; print format_datetime(now(), f)", &["KS131 f"]);
    faults("print bag_pack('a', 1, 'b')", &["KS121 bag_pack"]);
}

#[test]
fn an_external_table_and_a_command_are_read() {
    columns(
        "inline_external_table(a:string, day:datetime) kind=storage partition by (d:datetime = bin(day, 1d)) \
         dataformat=csv (h'https://example.org') | project a",
        "a:string",
    );
    columns(".set Mine <| Users | project User", "User:string");
    columns(".show tables", "");
}

#[test]
fn every_list_of_columns_takes_names_for_them() {
    columns("Events | distinct U = tolower(User), C = Count + 1, Device", "U:string, C:long, Device:string");
    columns("Events | summarize by U = tolower(User)", "U:string");
    faults("Events | distinct D = Details", &["KS116 D = Details"]);
}

#[test]
fn the_operators_of_a_subquery_may_begin_with_a_bracket() {
    for body in [
        "where (Count) == 1",
        "filter (Count) > 1 | take (5)",
        "top (3) by Count",
        "extend (a, b) = series_fit_line(Details)",
    ] {
        for around in [
            "fork (BODY) (count)",
            "facet by User with (BODY)",
            "partition by User (BODY)",
            "mv-apply x = Details on (BODY)",
        ] {
            faults(&format!("Events | {}", around.replace("BODY", body)), &[]);
        }
    }
    columns("Events | partition by User (summarize (count()) by Device)", "Device:string, count_:long");
}

#[test]
fn a_column_that_tables_of_a_find_have_in_several_types_is_one() {
    let tables = "let A = view () { print K = 'a', L = 1, M = 1, N = 1 }; let B = view () { print K = 'b', L = 1.5, M = now(), N = 2 };";
    columns(
        &format!("{tables} find in (A, B) where K == 'a'"),
        "source_:string, K:string, L:real, M:dynamic, N:long",
    );
    columns(
        &format!("{tables} find in (A, B) where L > 1 project L, M:string"),
        "source_:string, L:real, M:string",
    );
    faults(&format!("{tables} find in (A, B) where L_long == 1"), &["KS142 L_long"]);
    assert!(!parse("find withsource=S User == 'x'").diagnostics.is_empty(), "`where` is missing");
    assert!(parse("find User == 'x'").diagnostics.is_empty());
}

#[test]
fn a_column_stands_where_project_reorder_names_it_first() {
    columns("Users | project-reorder *, User", "User:string, Country:string, Since:datetime");
    columns("Users | project-reorder Since, *, User", "Since:datetime, User:string, Country:string");
    columns("print A10=1, a9=2, B1=3 | project-reorder * asc", "A10:long, a9:long, B1:long");
    columns("print A10=1, a9=2, B1=3 | project-reorder * granny-asc", "a9:long, A10:long, B1:long");
    columns("print A10=1, a9=2, B1=3 | project-reorder * granny-desc", "B1:long, A10:long, a9:long");
}

#[test]
fn results_have_the_types_and_names_that_the_service_gives_them() {
    columns("print u='a', i=int(1) | top-hitters 3 of u by i", "u:string, approximate_sum_i:int");
    columns("print u='a', r=1.5 | top-hitters 3 of u by r", "u:string, approximate_sum_r:real");
    columns("print d=decimal(1) | summarize percentile(d, 50)", "percentile_d_50:real");
    columns(
        "print Count=1, u='a' | reduce kind=source by u",
        "Count:long, u:string, Pattern:string, Count:long, Representative:string",
    );
    columns("print a='x', b=1 | evaluate pivot(a, count(), b, b)", "b:long, b:long");
}

#[test]
fn an_array_for_a_bag_is_warned_of_since_the_result_is_null() {
    let shaped = |query: &str| {
        let analysis = analyze(&parse(query), &Workspace);
        assert!(
            analysis.diagnostics.iter().all(|found| found.severity() == kql::Severity::Warning),
            "{query}"
        );
        seen(query).1
    };
    for (value, not_array, not_bag) in [
        ("dynamic([1])", false, true),
        ("dynamic({})", true, false),
        ("dynamic(5)", true, true),
        ("pack_array('a')", false, true),
        ("bag_pack('a', 1)", true, false),
        ("split('a', 'b')", false, true),
        ("split('a', 'b')[0]", true, true),
        ("parse_url('a')", true, false),
        ("array_slice(split('a', 'b'), 0, 1)", false, true),
        ("iff(true, dynamic([]), dynamic([1]))", false, true),
        ("iff(true, dynamic([]), dynamic({}))", false, false),
        ("parse_json('a')", false, false),
        ("coalesce(dynamic([]), parse_json('a'))", false, false),
    ] {
        let query = format!("print v = {value} | extend l = array_length(v), k = bag_keys(v)");
        let expected: Vec<&str> =
            not_array.then_some("KS234 v").into_iter().chain(not_bag.then_some("KS235 v")).collect();
        assert_eq!(shaped(&query), expected, "{query}");
    }
    assert_eq!(shaped("print v = bag_pack('a', 1) | extend x = v[0], y = v['a']"), ["KS141 0"]);
    assert_eq!(shaped("print v = pack_array(1) | extend x = v[0], y = v['a']"), ["KS141 'a'"]);
}

#[test]
fn a_search_takes_conditions_and_single_texts() {
    for fits in ["'a'", "'a' and 'b'", "('a') or not(User == 'b')", "*", "* has 'a' and 'b'"] {
        faults(&format!("Events | search {fits}"), &[]);
    }
    faults("let s = 'a'; Events | search s and 'b'", &[]);
    faults("Events | search Count", &["KS141 Count"]);
    faults("Events | search 'a' 'b'", &["KS141 'a' 'b'"]);
    faults("Events | search Count and 'a'", &["KS106 and"]);
    faults("Events | search tolower('a') or 'b'", &["KS106 or"]);
}

#[test]
fn what_has_to_be_constant_is_made_of_no_column() {
    for fits in ["'a'", "tolower('a')", "strcat('a', 'b')", "toscalar(Users | project User | take 1)"] {
        faults(&format!("Events | extend x = extract({fits}, 1, User)"), &[]);
    }
    faults("let f = (r:string) { Events | extend x = extract(r, 1, User) }; f('a')", &[]);
    faults("Events | extend x = extract(tolower(Device), 1, User)", &["KS129 tolower(Device)"]);
    faults("Events | extend x = round(1.5, Count + 1)", &["KS129 Count + 1"]);
}

#[test]
fn what_has_to_be_a_column_is_one() {
    faults("Events | extend x = next(User), y = prev(Count, 2), z = estimate_data_size(*)", &[]);
    faults("Events | extend x = next(tolower(User))", &["KS109 tolower(User)"]);
    faults("Events | extend x = bag_pack_columns(User, 1)", &["KS109 1"]);
}

#[test]
fn a_type_stands_where_a_type_is_taken_and_nowhere_else() {
    faults("print extract('a', 1, 'b', typeof(long))", &[]);
    faults("print extract('a', 1, 'b', typeof(long), 1)", &["KS119 extract"]);
    faults("print extract_json('$.a', 'b', 'c')", &["KS107 'c'"]);
    faults("print extract_json('$.a' 'b', typeof(long))", &["KS107 typeof(long)"]);
    faults("let f = (T:()) { T }; print 1", &["KS220 ()"]);
    faults("table()", &["KS119 table"]);
}

#[test]
fn columns_without_a_name_are_counted_where_they_are_made() {
    columns("let f = () { Events | project Count + 1 }; Users | project 1 + 1", "Column1:long");
    columns("let f = () { Events | project Count + 1 }; f | project 1 + 1", "Column2:long");
    columns("let f = (T:(*)) { T | project tolower('a') }; Users | project 1 + 1", "Column1:long");
    columns(
        "print parse_json('a')['b c'], parse_json('a').d | project parse_json('a')['b c'], parse_json('a')[0]",
        "b c:dynamic, 0:dynamic",
    );
    columns("Events | summarize take_any(1), any(1)", "any_arg0:long, any_:long");
    columns(
        "Events | project Details | extend array_sort_asc(dynamic([1]), Details)",
        "Details:dynamic, array0_sorted:dynamic, Details_sorted:dynamic",
    );
    columns(
        "Events | top-nested 3 of User by count(), top-nested of User by max(Count)",
        "User:string, aggregated_User:long, User1:string, aggregated_User1:long",
    );
    columns(
        "Users | project User | parse User with 'a' User | project-rename U = User",
        "U:string, User1:string",
    );
    columns(
        "Users | project User | evaluate python(typeof(a:long, *, b:real), 'x')",
        "a:long, User:string, b:real",
    );
    columns("Users | evaluate python(typeof(a:real), 'x') : (*, b:long)", "a:real, b:long");
    columns(
        "Users | project User | evaluate ai_embeddings(tolower(User), 'x')",
        "User:string, _embeddings:dynamic",
    );
}

#[test]
fn words_that_a_clause_takes_are_checked() {
    assert!(!parse("Events | scan with (step a output=some: true;)").diagnostics.is_empty());
    faults("Events | make-graph User --> Device | graph-to-table nodes, edges as E", &["KS273 nodes"]);
    faults("Events | where User ['a'] == 1", &["KS147 ['a']"]);
    faults("print max_of(guid(null), 1h)", &["KS206 guid(null)"]);
    faults("print __hidden_function_of_the_service()", &[]);
}
