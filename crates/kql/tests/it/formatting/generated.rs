//! Queries of every kind of layout.

use proptest::prelude::*;

/// The tokens of an expression, texts and names among them that are long enough for a line to be too long.
fn expression() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop_oneof![
        "[a-z]{1,3}".prop_map(|name| vec![format!("c_{name}")]),
        "[A-Z][a-z]{20,40}".prop_map(|name| vec![name]),
        "[0-9]{1,3}".prop_map(|number| vec![number]),
        Just(vec!["-".to_owned(), "1d".to_owned()]),
        "'[a-z |,;(]{0,30}'".prop_map(|text| vec![text]),
        Just(vec!["```a\n  b```".to_owned()]),
        Just(vec!["datetime(2024-01-01)".to_owned()]),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..7).prop_map(|items| listed(items, ","));
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "=~", "!~", "and", "or", "has",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| {
                wrapped("(", [left, vec![operator.to_owned()], right].concat(), ")")
            }),
            list.clone().prop_map(|list| [vec!["strcat".to_owned()], wrapped("(", list, ")")].concat()),
            (inner.clone(), list).prop_map(|(left, list)| {
                wrapped("(", [left, vec!["in".to_owned()], wrapped("(", list, ")")].concat(), ")")
            }),
            prop::collection::vec("'[a-z]{1,20}'", 1..7).prop_map(|texts| {
                let texts = texts.into_iter().map(|text| vec![text]).collect();
                [
                    vec!["dynamic".to_owned(), "(".to_owned()],
                    wrapped("[", listed(texts, ","), "]"),
                    vec![")".to_owned()],
                ]
                .concat()
            }),
        ]
    })
}

fn listed(items: Vec<Vec<String>>, between: &str) -> Vec<String> {
    items.join(&between.to_owned())
}

fn wrapped(open: &str, inner: Vec<String>, close: &str) -> Vec<String> {
    [vec![open.to_owned()], inner, vec![close.to_owned()]].concat()
}

fn words_of(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn columns() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec((prop::option::of("N[a-z]{1,12}"), expression()), 1..6).prop_map(|columns| {
        let named = columns.into_iter().map(|(name, value)| match name {
            Some(name) => [vec![name, "=".to_owned()], value].concat(),
            None => value,
        });
        listed(named.collect(), ",")
    })
}

fn pipeline() -> impl Strategy<Value = Vec<String>> {
    let flat = stages(Just(words_of("( U )")).boxed());
    let stage = stages(wrapped_pipeline(flat.boxed()));
    (
        prop::sample::select(vec![
            "T",
            "union A , B",
            "union isfuzzy = true A , B , C",
            "union isfuzzy = true ( A | take 1 ) , B",
        ]),
        prop::collection::vec(stage, 0..5),
    )
        .prop_map(|(source, stages)| pipe(source, stages))
}

fn wrapped_pipeline(stage: BoxedStrategy<Vec<String>>) -> BoxedStrategy<Vec<String>> {
    prop::collection::vec(stage, 0..3).prop_map(|stages| wrapped("(", pipe("U", stages), ")")).boxed()
}

fn pipe(source: &str, stages: Vec<Vec<String>>) -> Vec<String> {
    stages.into_iter().fold(words_of(source), |pipe, stage| [pipe, vec!["|".to_owned()], stage].concat())
}

fn stages(table: BoxedStrategy<Vec<String>>) -> impl Strategy<Value = Vec<String>> {
    let with = |word: &'static str, rest: Vec<String>| [words_of(word), rest].concat();
    prop_oneof![
        columns().prop_map(move |columns| with("extend", columns)),
        columns().prop_map(move |columns| with("project", columns)),
        columns().prop_map(move |columns| with("sort by", columns)),
        expression().prop_map(move |predicate| with("where", predicate)),
        (columns(), columns()).prop_map(move |(what, by)| [with("summarize", what), with("by", by)].concat()),
        columns().prop_map(move |columns| with("summarize hint.strategy = shuffle", columns)),
        (table.clone(), prop::collection::vec("Key[a-z]{1,30}", 1..5)).prop_map(move |(table, keys)| {
            [with("join kind = inner", table), words_of("on"), words_of(&keys.join(" , "))].concat()
        }),
        table.prop_map(move |table| with("where c in", table)),
    ]
}

/// A query with blanks, line ends and comments at any place.
pub(super) fn query() -> impl Strategy<Value = String> {
    let statement = prop_oneof![
        pipeline(),
        ("v_[a-z]", expression())
            .prop_map(|(name, value)| [words_of(&format!("let {name} =")), value].concat()),
        ("t_[a-z]", pipeline()).prop_map(|(name, rows)| [words_of(&format!("let {name} =")), rows].concat()),
        ("f_[a-z]", pipeline()).prop_map(|(name, rows)| {
            let head = words_of(&format!("let {name} = ( a : int = 1 , b : string )"));
            [head, wrapped("{", rows, "}")].concat()
        }),
    ];
    let gap = prop::sample::select(vec![
        "",
        "",
        "",
        " ",
        " ",
        " ",
        " ",
        "\n",
        "  ",
        "\n\n\n",
        " // one, (\n",
        "\n// two | x\n",
        "\t",
        "\n  ",
    ]);
    (prop::collection::vec(statement, 1..4), prop::collection::vec(gap, 400)).prop_map(
        |(statements, gaps)| {
            let tokens = listed(statements, ";");
            let mut query = String::new();
            for (token, gap) in tokens.iter().zip(gaps.iter().cycle()) {
                let meets = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_.'`/".contains(c));
                query.push_str(
                    if gap.is_empty() && meets(query.chars().last()) && meets(token.chars().next()) {
                        " "
                    } else {
                        gap
                    },
                );
                query.push_str(token);
            }
            query
        },
    )
}
