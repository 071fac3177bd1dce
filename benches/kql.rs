//! How long queries take to be parsed and analysed: a rule of usual length, a hostile one, and real ones where they are
//! at hand. `cargo bench --bench kql`.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark says what it expects by failing")]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sentinel_schema::BuiltIn;

/// A rule's query of the length and with the operators of most published ones.
const RULE: &str = r#"
let threshold = 15;
let known = materialize(_GetWatchlist('trusted') | project Address = tostring(SearchKey));
SigninLogs
| where TimeGenerated > ago(1h)
| where ResultType in ("50126", "50053", "50055") and IPAddress !in (known)
| extend Country = tostring(LocationDetails.countryOrRegion), Os = tostring(DeviceDetail.operatingSystem)
| summarize Failures = count(), Accounts = dcount(UserPrincipalName), Sample = make_set(UserPrincipalName, 10),
    First = min(TimeGenerated), Last = max(TimeGenerated) by IPAddress, Country
| where Accounts > threshold
| join kind=leftouter (
    SigninLogs
    | where ResultType == "0"
    | summarize Successes = count(), arg_max(TimeGenerated, UserPrincipalName) by IPAddress
) on IPAddress
| project-away IPAddress1
| extend Score = iff(isnotempty(Successes), 100, 50), Name = tolower(split(UserPrincipalName, "@")[0])
"#;

/// The text with its meaning: the number of diagnostics.
fn analyse(query: &str) -> usize {
    let parsed = kql::parse(query);
    let analysis = kql::analyze(&parsed, &BuiltIn);
    parsed.diagnostics.len() + analysis.diagnostics.len()
}

fn usual(c: &mut Criterion) {
    assert_eq!(analyse(RULE), 0);
    let mut group = c.benchmark_group("one rule's query");
    group.throughput(Throughput::Bytes(RULE.len() as u64));
    group.bench_function("lex", |b| b.iter(|| kql::lex(black_box(RULE))));
    group.bench_function("parse", |b| b.iter(|| kql::parse(black_box(RULE))));
    group.bench_function("parse and analyse", |b| b.iter(|| analyse(black_box(RULE))));
    group.bench_function("parse, analyse and find what it reads", |b| {
        b.iter(|| kql::analyze(&kql::parse(black_box(RULE)), &BuiltIn).reads().len())
    });
    group.finish();
}

fn hostile(c: &mut Criterion) {
    let nested = format!("print {}1{}", "(".repeat(10_000), ")".repeat(10_000)) + &" ".repeat(80_000);
    assert!(analyse(&nested) > 0, "such nesting is refused");
    c.bench_function("10,000 nested brackets in 100 kB", |b| b.iter(|| analyse(black_box(&nested))));
    let chained = format!("SecurityEvent | where {}", vec!["EventID == 1"; 5_000].join(" or "));
    assert_eq!(analyse(&chained), 0);
    c.bench_function("5,000 chained ors", |b| b.iter(|| analyse(black_box(&chained))));
}

/// The queries of the corpus, where it is at hand: `BARTIZAN_CORPUS`, by default `../shared/corpus`.
fn real(c: &mut Criterion) {
    let folder = std::env::var_os("BARTIZAN_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("queries.jsonl")) else {
        println!("skipped: no queries in {}", folder.display());
        return;
    };
    let query = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["query"].as_str().unwrap().to_owned()
    };
    let queries: Vec<String> = text.lines().map(query).collect();
    let mut group = c.benchmark_group("real queries");
    group.sample_size(10).throughput(Throughput::Elements(queries.len() as u64));
    group.bench_function("all", |b| {
        b.iter(|| queries.iter().map(|query| analyse(black_box(query))).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, usual, hostile, real);
criterion_main!(benches);
