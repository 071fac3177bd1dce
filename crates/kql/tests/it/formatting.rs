mod generated;

use kql::{TokenKind, lex, parse};
use proptest::prelude::*;

/// Every token and comment in order; blanks behind a comment are none of it.
fn words(source: &str) -> Vec<(TokenKind, &str)> {
    let lexed = lex(source);
    let seen = lexed.tokens.iter().filter(|token| token.kind != TokenKind::Whitespace);
    seen.map(|token| match token.kind {
        TokenKind::Comment | TokenKind::Directive => (token.kind, lexed.text(*token).trim_end()),
        kind => (kind, lexed.text(*token)),
    })
    .collect()
}

/// Each comment with whether it stands alone on its line.
fn remarks(source: &str) -> Vec<(&str, bool)> {
    let lexed = lex(source);
    let mut found = Vec::new();
    let mut alone = true;
    for token in &lexed.tokens {
        let text = lexed.text(*token);
        match token.kind {
            TokenKind::Whitespace => alone |= text.contains('\n'),
            TokenKind::Comment => found.push((text.trim_end(), alone)),
            _ => alone = false,
        }
    }
    found
}

fn codes(source: &str) -> Vec<&'static str> {
    parse(source).diagnostics.iter().map(|found| found.code.as_str()).collect()
}

fn assert_kept(source: &str) {
    let Ok(once) = kql::format(source) else { return };
    assert_eq!(words(source), words(&once), "{source}");
    assert_eq!(remarks(source), remarks(&once), "{source}\n{once}");
    assert_eq!(codes(source), codes(&once), "{source}");
    let lexed = lex(&once);
    for bar in lexed.tokens.iter().filter(|token| token.kind == TokenKind::Bar) {
        let line = once[..bar.span.range().start].rsplit('\n').next().unwrap_or_default();
        assert!(line.trim().is_empty(), "{source}");
    }
    assert_eq!(kql::format(&once).as_deref(), Ok(once.as_str()), "{source}");
    // A query that could not be laid out would come back as it is.
    assert_eq!(kql::format(&format!("\n\n{source}")).as_deref(), Ok(once.as_str()), "{source}");
}

/// The layout, which is checked to be one.
fn laid_out(source: &str) -> String {
    assert_kept(source);
    kql::format(source).unwrap()
}

#[test]
fn pipes_and_statements_stand_on_lines_of_their_own() {
    insta::assert_snapshot!(laid_out(
        "let f=(a:int){T|where x==a};let t=1d; // day\n\n\n\nT|join (U|take 1) on x // last"
    ), @"
    let f = (a:int) {
        T
        | where x == a
    };
    let t = 1d; // day

    T
    | join (
        U
        | take 1
    ) on x // last
    ");
}

#[test]
fn a_query_with_errors_is_not_laid_out() {
    assert!(kql::format("T | where (").is_err());
}

#[test]
fn an_operator_has_a_blank_on_both_sides_and_a_parameter_none() {
    insta::assert_snapshot!(laid_out(
        "declare query_parameters(a:int = 1);\nT|where a+b*2-c/d%3<=-1 and -a< -b or x=~'a' and y!~'b' and z in('c') and w between(1d..2d) and not (u==1)\n|extend d=ago(-1d),e=1-1d\n|join kind = inner hint.strategy = broadcast(U) on a\n| summarize count (), max ( x ) by bin(t,1h)\n|project-away a*,*b\n|extend z=dynamic ({'a' : [1,2]})\n| make-series n = count() default = 0 on t step 1h\n|render timechart with (title = 'x')"
    ), @"
    declare query_parameters(a:int=1);
    T
    | where a + b * 2 - c / d % 3 <= -1 and -a < -b or x =~ 'a' and y !~ 'b' and z in ('c') and w between (1d .. 2d) and not(u == 1)
    | extend d = ago(-1d), e = 1 - 1d
    | join kind=inner hint.strategy=broadcast (U) on a
    | summarize count(), max(x) by bin(t, 1h)
    | project-away a*, *b
    | extend z = dynamic({'a' : [1, 2]})
    | make-series n = count() default=0 on t step 1h
    | render timechart with (title='x')
    ");
}

#[test]
fn the_rows_of_a_let_begin_on_its_line() {
    insta::assert_snapshot!(laid_out(
        "let a =\n  T\n  | where x == 1\n;\nlet b = // which\n  T\n  | take 1;\nlet c =\n    materialize (\n  union A, B\n  | take 1);\nlet d =\n  union A, B\n  | take 1;\nlet e =\n  dynamic(['a']);\nc"
    ), @"
    let a = T
    | where x == 1;
    let b = // which
        T
    | take 1;
    let c =
        materialize(
            union A, B
            | take 1
        );
    let d = union A, B
    | take 1;
    let e =
        dynamic(['a']);
    c
    ");
}

#[test]
fn tables_in_brackets_and_steps_stand_on_lines_of_their_own() {
    insta::assert_snapshot!(laid_out(
        "union isfuzzy=true (T|take 1),(U),// which\nV|join kind=inner\n(\nW\n)\non x|lookup(X) on x"
    ), @"
    union isfuzzy=true
        (
            T
            | take 1
        ),
        (U), // which
        V
    | join kind=inner (
        W
    ) on x
    | lookup (X) on x
    ");
    insta::assert_snapshot!(laid_out(
        "let d = union (T|take 1), U; d|scan declare(a:int = 0) with (step s1 output = all: true=>a=1; step s2: x>1=>a=s1.a+1, b=2;)"
    ), @"
    let d = union
        (
            T
            | take 1
        ),
        U;
    d
    | scan declare(a:int=0) with (
        step s1 output=all: true => a = 1;
        step s2: x > 1 => a = s1.a + 1, b = 2;
    )
    ");
}

#[test]
fn a_flag_right_before_a_bracket_is_one() {
    insta::assert_snapshot!(laid_out("union isfuzzy=true(T|take 1),(U|take 1)"), @"
    union isfuzzy=true
        (
            T
            | take 1
        ),
        (
            U
            | take 1
        )
    ");
}

#[test]
fn a_comment_stands_as_far_in_as_the_code_that_follows() {
    insta::assert_snapshot!(laid_out(
        "// all\nT\n    // rows\n| where a == 1\n// more\n  and b == 2\n| summarize\n// one\n a = count(),\n    // two\n b = max(x)\n// the key\n by c\n| join (\n// right\nU\n| take 1\n// end\n) on c\n// last"
    ), @"
    // all
    T
    // rows
    | where a == 1
        // more
        and b == 2
    | summarize
        // one
        a = count(),
        // two
        b = max(x)
        // the key
        by c
    | join (
        // right
        U
        | take 1
        // end
    ) on c
    // last
    ");
}

/// `T` with a stage in front of a list that does not fit.
fn long(stage: &str, count: usize, end: &str) -> String {
    let names: Vec<String> = (1..=count).map(|i| format!("AccountUserPrincipalName{i}")).collect();
    format!("T | {stage} {}{end}", names.join(", "))
}

#[test]
fn a_list_that_passes_the_width_has_one_element_a_line() {
    insta::assert_snapshot!(laid_out(&long("project", 5, "")), @"
    T
    | project
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    ");
    insta::assert_snapshot!(laid_out(&long("where Account in (", 5, ") and EventID == 1")), @"
    T
    | where Account in (
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    ) and EventID == 1
    ");
    let values = long("", 5, "").replace(", ", "', '").replace("T |  ", "");
    insta::assert_snapshot!(laid_out(&format!("T | where Account has_any (dynamic (['{values}']))")), @"
    T
    | where Account has_any (dynamic([
        'AccountUserPrincipalName1',
        'AccountUserPrincipalName2',
        'AccountUserPrincipalName3',
        'AccountUserPrincipalName4',
        'AccountUserPrincipalName5'
    ]))
    ");
    insta::assert_snapshot!(laid_out(&long("extend Key = strcat(tostring(EventID), ", 5, ")")), @"
    T
    | extend Key = strcat(
        tostring(EventID),
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    )
    ");
    insta::assert_snapshot!(laid_out(&long("summarize arg_max(TimeGenerated, *) by", 4, "")), @"
    T
    | summarize arg_max(TimeGenerated, *)
        by AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4
    ");
    insta::assert_snapshot!(laid_out(&long("summarize Count = count(), Names = make_set(Name) by", 5, "")), @"
    T
    | summarize Count = count(), Names = make_set(Name)
        by AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    ");
    insta::assert_snapshot!(laid_out(&long("summarize", 5, " by a, b")), @"
    T
    | summarize
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
        by a, b
    ");
    insta::assert_snapshot!(laid_out(&long("join kind=inner (U | where a == 1) on", 5, "")), @"
    T
    | join kind=inner (
        U
        | where a == 1
    ) on AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    ");
    insta::assert_snapshot!(laid_out(&long("sort by", 5, " desc")), @"
    T
    | sort by
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5 desc
    ");
}

#[test]
fn of_lists_within_lists_the_outer_is_broken_and_the_inner_only_where_it_does_not_fit() {
    insta::assert_snapshot!(laid_out(&long("extend Name = iff(isempty(Account), strcat(Domain, '/', User), 'the account that is none'), Other = coalesce(", 5, ")")), @"
    T
    | extend
        Name = iff(isempty(Account), strcat(Domain, '/', User), 'the account that is none'),
        Other = coalesce(
            AccountUserPrincipalName1,
            AccountUserPrincipalName2,
            AccountUserPrincipalName3,
            AccountUserPrincipalName4,
            AccountUserPrincipalName5
        )
    ");
    insta::assert_snapshot!(laid_out(&long("where tostring(Account, 1) has 'x' and User in (", 5, ")")), @"
    T
    | where tostring(Account, 1) has 'x' and User in (
        AccountUserPrincipalName1,
        AccountUserPrincipalName2,
        AccountUserPrincipalName3,
        AccountUserPrincipalName4,
        AccountUserPrincipalName5
    )
    ");
}

#[test]
fn a_row_of_values_stays_on_one_line() {
    insta::assert_snapshot!(laid_out(
        "let rows = datatable (Account:string, Number:int, When:datetime) [ 'a long name of an account', 1, datetime(2024-01-01), 'b', 2, datetime(2024-01-02)];\nrows"
    ), @"
    let rows = datatable (Account:string, Number:int, When:datetime) [
        'a long name of an account', 1, datetime(2024-01-01),
        'b', 2, datetime(2024-01-02)
    ];
    rows
    ");
}

#[test]
fn a_line_with_a_comment_or_a_text_of_several_lines_is_not_broken() {
    let with_comment = long("project", 5, " // who");
    assert_eq!(laid_out(&with_comment), with_comment.replace(" | ", "\n| "));
    let with_text = long("project", 5, ", x = ```a\n    b```");
    assert_eq!(laid_out(&with_text), with_text.replace(" | ", "\n| "));
}

#[test]
fn lines_that_the_author_broke_stay_broken() {
    insta::assert_snapshot!(laid_out(
        "T\n| where a in (1,\n2,\n     3, 4\n)\n     and (b == 1\nor c == 2)\n| project a,\n b\n, c"
    ), @"
    T
    | where a in (1,
        2,
        3, 4
    )
        and (b == 1
            or c == 2)
    | project a,
        b
        , c
    ");
}

#[test]
fn a_line_that_goes_on_with_an_element_is_indented_from_it() {
    insta::assert_snapshot!(laid_out(
        "T\n| extend\n  a = b +\n c,\n// the second\n d = iff(\n e == 1\n // or\nor e == 2, f,\ng),\n h = i\n+ j\n| extend k = l\n + m, n = o\n + p\n| summarize\nq = r\n / s, t = u\nby v\n| where (\nw == 1\nand x)"
    ), @"
    T
    | extend
        a = b +
            c,
        // the second
        d = iff(
            e == 1
                // or
                or e == 2, f,
            g),
        h = i
            + j
    | extend k = l
        + m, n = o
        + p
    | summarize
        q = r
            / s, t = u
        by v
    | where (
        w == 1
        and x)
    ");
}

#[test]
fn the_lines_end_as_those_of_the_source() {
    assert_eq!(laid_out("T|take 1 // a  \r\n|take 2\r\n"), "T\r\n| take 1 // a\r\n| take 2");
}

#[test]
fn real_queries_keep_their_tokens_and_comments() {
    for query in super::corpus::queries().unwrap_or_default() {
        assert_kept(super::corpus::text(&query));
    }
}

proptest! {
    #[test]
    fn any_query_keeps_its_tokens_and_is_laid_out_once(query in generated::query()) {
        prop_assert!(kql::format(&query).is_ok(), "{:?}\n{query}", kql::format(&query));
        assert_kept(&query);
    }
}

/// A layout that looks twice at what stands behind a bracket would not come to an end.
#[test]
fn very_long_and_deep_queries_are_laid_out() {
    let many = |part: &str| part.repeat(20_000);
    let deep = |count: usize| format!("T | where {}a, b{}", "f(a, ".repeat(count), ")".repeat(count));
    for query in [
        format!("T | where a in ({}1)", many("1, ")),
        format!("T | where {}a", many("f(a, b) + ")),
        format!("T | project {}a", many("f(a, b), ")),
        format!("T {}", many("| where f(a, b) in (1, 2) ")),
        format!("{}T", many("let a = 1; ")),
        format!("T {}", many("// bartizan\n")),
        format!("T | extend {}a", many("x = ")),
        deep(90),
    ] {
        let Ok(once) = kql::format(&query) else { continue };
        assert!(kql::format(&once).as_deref() == Ok(&once));
    }
}
