//! Real queries, judged as the official language service judges them.
//!
//! The queries are others' work and no part of the repository: `BARTIZAN_CORPUS` names the folder, by default
//! `../shared/corpus` beside the workspace. The figures are printed and held.

use std::path::PathBuf;

use kql::{Diagnostic, LineIndex, QueryResult, Severity};
use sentinel_schema::BuiltIn;
use serde_json::Value;

fn queries() -> Option<Vec<Value>> {
    let folder = std::env::var_os("BARTIZAN_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus")));
    let file = folder.join("queries.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not here", file.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect())
}

fn list<'a>(query: &'a Value, key: &str) -> &'a [Value] {
    query[key].as_array().map_or(&[], Vec::as_slice)
}

/// The columns as the verdicts write them; `None` where the query returns no table.
fn columns(analysis: &kql::Analysis) -> Option<Vec<String>> {
    match &analysis.result {
        QueryResult::Scalar(kind) => Some(vec![format!("<scalar>:{kind}")]),
        _ => {
            let columns = analysis.result_columns()?;
            Some(columns.iter().map(|column| format!("{}:{}", column.name, column.kind)).collect())
        }
    }
}

/// Start and length in UTF-16 units, as the service counts.
fn place(index: &LineIndex<'_>, diagnostic: &Diagnostic) -> (u64, u64) {
    let start = index.utf16_offset(diagnostic.span.start);
    (start.into(), (index.utf16_offset(diagnostic.span.end) - start).into())
}

#[test]
fn real_queries_are_judged_as_the_service_judges_them() {
    let Some(queries) = queries() else { return };
    let (mut syntax, mut clean, mut faulty, mut found, mut same) = (0, 0, 0, 0, 0);
    let (mut false_errors, mut other_columns, mut missed) = (Vec::new(), Vec::new(), Vec::new());
    for query in &queries {
        let (name, text) = (&query["name"], query["query"].as_str().expect("a query has a text"));
        let parsed = kql::parse(text);
        let refused = !list(query, "syntaxErrors").is_empty();
        syntax += usize::from(refused != parsed.diagnostics.is_empty());
        if refused {
            continue;
        }
        let analysis = kql::analyze(&parsed, &BuiltIn);
        let ours: Vec<&Diagnostic> =
            analysis.diagnostics.iter().filter(|diagnostic| diagnostic.official.is_some()).collect();
        let theirs = list(query, "semanticErrors");
        if theirs.is_empty() {
            clean += 1;
            if let Some(error) = ours.iter().find(|error| error.severity() == Severity::Error) {
                false_errors.push(format!("{name}: {}", error.message));
            }
            let expected: Vec<&str> = list(query, "columns").iter().filter_map(Value::as_str).collect();
            // A query that returns no table has no columns to compare.
            let fits = match columns(&analysis) {
                Some(columns) => columns == expected,
                None => expected.first().is_none_or(|first| first.starts_with("<scalar>:")),
            };
            if fits {
                same += 1
            } else {
                other_columns.push(name.to_string())
            }
            continue;
        }
        faulty += 1;
        let index = LineIndex::new(text);
        let places: Vec<(u64, u64)> = ours.iter().map(|diagnostic| place(&index, diagnostic)).collect();
        let agrees = theirs.iter().any(|error| {
            let at = (error["start"].as_u64(), error["length"].as_u64());
            places.iter().any(|(start, length)| at == (Some(*start), Some(*length)))
        });
        if agrees { found += 1 } else { missed.push(name.to_string()) }
    }
    let all = queries.len();
    eprintln!("syntax judged alike:       {syntax} of {all}");
    eprintln!("false errors:              {} of {clean} clean queries {false_errors:#?}", false_errors.len());
    eprintln!("result columns identical:  {same} of {clean} {other_columns:#?}");
    eprintln!("faults found in place:     {found} of {faulty} {missed:#?}");
    assert!(syntax * 1000 >= all * 995, "syntax is judged otherwise than by the service");
    assert!(false_errors.len() * 1000 <= clean * 2, "{false_errors:#?}");
    assert!(same * 100 >= clean * 99, "{other_columns:#?}");
    assert!(found * 100 >= faulty * 95, "{missed:#?}");
}
