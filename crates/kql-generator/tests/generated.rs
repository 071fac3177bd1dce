//! What is generated is what it is meant to be, by the library alone.

use kql::format;
use kql_generator::verdict::Verdict;
use kql_generator::{faulty_query, query};

/// Enough for every operator to have its turn several times.
const SEEDS: std::ops::Range<u64> = 0..400;

#[test]
fn a_seed_always_gives_the_same_query() {
    for seed in [0, 7, 1234] {
        assert_eq!(query(seed), query(seed));
        assert_eq!(faulty_query(seed), faulty_query(seed));
    }
    assert_ne!(query(1).text, query(2).text);
}

#[test]
fn valid_queries_are_read_and_analysed_without_errors() {
    for seed in SEEDS {
        let text = query(seed).text;
        let verdict = Verdict::of(&text);
        let errors: Vec<_> =
            verdict.syntax.iter().chain(&verdict.meaning).filter(|fault| fault.is_error).collect();
        assert!(errors.is_empty(), "seed {seed}: {errors:#?}\n{text}");
    }
}

#[test]
fn valid_queries_are_laid_out_once_and_for_all() {
    for seed in SEEDS {
        let text = query(seed).text;
        let once = format(&text).unwrap_or_else(|_| panic!("seed {seed} is not laid out:\n{text}"));
        let twice = format(&once).unwrap_or_else(|_| panic!("seed {seed} is laid out wrong:\n{once}"));
        assert_eq!(once, twice, "seed {seed}");
    }
}

#[test]
fn faulty_queries_differ_from_the_valid_and_nothing_panics_at_them() {
    let mut found = 0;
    for seed in SEEDS {
        let faulty = faulty_query(seed);
        assert!(faulty.mistake.is_some());
        let verdict = Verdict::of(&faulty.text);
        found += usize::from(!verdict.syntax.is_empty() || !verdict.meaning.is_empty());
    }
    // A mistake may leave a valid query.
    assert!(found * 100 >= 80 * SEEDS.count(), "{found}");
}

#[test]
fn every_operator_function_aggregate_and_plugin_is_used() {
    let all: Vec<String> = (0..6000).map(|seed| query(seed).text).collect();
    let text = all.join("\n");
    for operator in [
        "where ",
        "extend ",
        "project ",
        "project-away ",
        "project-keep ",
        "project-rename ",
        "project-reorder ",
        "granny-asc",
        "summarize ",
        "distinct ",
        "sort ",
        "order ",
        "top ",
        "top-nested ",
        "top-hitters ",
        "take ",
        "limit ",
        "sample ",
        "sample-distinct ",
        "count",
        "as ",
        "consume",
        "getschema",
        "serialize",
        "mv-expand ",
        "mv-apply ",
        "parse ",
        "parse-where ",
        "parse-kv ",
        "join ",
        "lookup ",
        "union ",
        "search ",
        "find ",
        "facet ",
        "fork ",
        "partition ",
        "make-series ",
        "make-graph ",
        "graph-match ",
        "graph-to-table ",
        "scan ",
        "evaluate ",
        "invoke ",
        "render ",
        "range ",
        "print ",
        "datatable",
        "externaldata",
        "reduce ",
        "materialize(",
        "toscalar(",
        "assert-schema ",
        "declare query_parameters",
    ] {
        assert!(text.contains(operator), "{operator} is nowhere");
    }
    let missing: Vec<&str> = include_str!("../../kql/data/builtins.txt")
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|name| !text.contains(&format!("{name}(")))
        .collect();
    // These stand in places of their own, or behind a service that is not there.
    let elsewhere = [
        "cluster",
        "database",
        "external_table",
        "materialized_view",
        "entity_group",
        "stored_query_result",
        "graph",
        "map",
        "inner_nodes",
        "node_id",
        "node_degree_in",
        "node_degree_out",
        "labels",
        "column_names_of",
        "__invoke",
        "__cast",
        "bin_auto",
    ];
    let unexpected: Vec<&str> = missing.into_iter().filter(|name| !elsewhere.contains(name)).collect();
    assert_eq!(unexpected, [""; 0]);
}
