use std::sync::Arc;

use kql::{CatalogResult, Type};

use super::*;
use crate::compile::{Compiled, Folder, compile as compile_folder};
use crate::config::Config;
use crate::diagnostic::SourceMap;
use crate::document::{self, Document};
use crate::semantic::Models;

fn folder(files: &[&str]) -> Folder {
    let mut map = SourceMap::new();
    let mut folder = Folder::default();
    for (at, text) in files.iter().enumerate() {
        let file = map.add(format!("rules/{at}.yaml"), *text);
        match document::read(&map, file, &mut Vec::new()) {
            Some(Document::Parser(parser)) => folder.parsers.push(*parser),
            Some(Document::Rule(rule)) => folder.rules.push(*rule),
            other => panic!("{other:?}"),
        }
    }
    folder
}

fn parser(alias: &str, query: &str) -> String {
    format!("kind: Parser\nfunctionAlias: {alias}\nfunctionQuery: |\n  {query}\n")
}

fn rule(query: &str) -> String {
    format!(
        "id: r\nname: R\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: |\n  {query}\n"
    )
}

fn compiled(files: &[String]) -> Vec<Compiled> {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let mut models = Models::new(Arc::new(Config::default().schema.environment()));
    compile_folder(&SourceMap::new(), &folder(&files), &Config::default(), &mut models, &mut Vec::new())
}

fn functions(files: &[String]) -> Vec<(String, CatalogFunction)> {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    catalog_functions(&folder(&files).parsers, &BuiltIn)
}

fn returned(function: &CatalogFunction) -> &CatalogTable {
    function.returns.table().unwrap()
}

fn columns(function: &CatalogFunction) -> Vec<String> {
    returned(function).columns.iter().map(|(name, kind)| format!("{name}:{kind}")).collect()
}

#[test]
fn parsers_come_in_call_order_and_before_rules() {
    let made = compiled(&[
        rule("Outer | where Computer == 'a'"),
        parser("Outer", "union Inner, (Heartbeat | take 1)"),
        parser("Inner", "SecurityEvent | where Computer in (_GetWatchlist('hosts'))"),
    ]);
    let names: Vec<_> = made.iter().map(|made| made.resource.identity().to_string()).collect();
    assert_eq!(names, ["function inner", "function outer", "analytics rule r"]);
    assert_eq!(made[1].needs.functions, ["inner"]);
    // The service keeps a function whose tables are absent, but not a rule that calls it.
    assert_eq!(made[1].needs.tables, [""; 0]);
    assert_eq!(made[1].needs.watchlists, ["hosts"]);
    assert_eq!(made[2].needs.functions, ["outer"]);
    assert_eq!(made[2].needs.watchlists, ["hosts"]);
    let mut tables = made[2].needs.tables.clone();
    tables.sort_unstable();
    assert_eq!(tables, ["Heartbeat", "SecurityEvent"]);
}

#[test]
fn a_function_hides_a_table_of_its_name() {
    let made = compiled(&[rule("Mine_CL | take 1"), parser("Mine_CL", "Heartbeat")]);
    assert_eq!(made[1].needs.tables, ["Heartbeat"]);
    assert_eq!(made[1].needs.functions, ["mine_cl"]);
}

#[test]
fn the_body_holds_the_parameters_as_the_api_takes_them_and_the_mark() {
    let text = parser("A", "Heartbeat | where Computer has s | take n")
        + "description: Finds\nversion: 1.2.0\nparameters:\n  - {name: T, type: 'table:(*)'}\n  - {name: s, type: string, default: \"it's\"}\n  - {name: n, type: int, default: 1}\n";
    let made = compiled(&[text]);
    insta::assert_json_snapshot!(made[0].resource.body(), @r#"
    {
      "properties": {
        "category": "Function",
        "displayName": "A",
        "query": "Heartbeat | where Computer has s | take n",
        "functionAlias": "A",
        "functionParameters": "T:(*), s:string=\"it's\", n:int=1",
        "version": 2,
        "tags": [
          {
            "name": "createdBy",
            "value": "Bartizan"
          },
          {
            "name": "description",
            "value": "Finds"
          },
          {
            "name": "version",
            "value": "1.2.0"
          }
        ]
      }
    }
    "#);
}

#[test]
fn a_function_returns_the_columns_of_its_query_with_the_parameters_bound() {
    let inner = parser("Inner", "Heartbeat | where TimeGenerated > since | project Computer, Count = n")
        + "functionParameters: 'n:long, since:datetime=datetime(null)'\n";
    let made = functions(&[parser("Outer", "Inner(1) | extend Double = Count * 2"), inner]);
    let names: Vec<_> = made.iter().map(|(alias, _)| alias.as_str()).collect();
    // The order of the files; what one calls is worked out with it.
    assert_eq!(names, ["Outer", "Inner"]);
    let (outer, inner) = (&made[0].1, &made[1].1);
    assert_eq!(columns(inner), ["Computer:string", "Count:long"]);
    assert_eq!((inner.required, returned(inner).open), (1, false));
    assert_eq!(inner.parameters, [(Arc::from("n"), Type::Long), (Arc::from("since"), Type::DateTime)]);
    assert_eq!(columns(outer), ["Computer:string", "Count:long", "Double:long"]);
}

#[test]
fn what_cannot_be_known_is_open() {
    let table = parser("Takes", "T | extend x = 1") + "functionParameters: 'T:(a:string)'\n";
    let made = functions(&[
        table,
        parser("Unknown", "NoSuchTable_CL | extend x = 1"),
        parser("Broken", "Heartbeat | where ("),
        parser("Round", "Trip"),
        parser("Trip", "Round"),
    ]);
    assert_eq!(made.len(), 5);
    assert!(made.iter().all(|(_, function)| returned(function).open), "{made:#?}");
}

#[test]
fn every_circle_is_found_once() {
    let files = [
        parser("A", "B"),
        parser("B", "A"),
        parser("C", "A"),
        parser("D", "union D, Heartbeat"),
        parser("E", "Heartbeat"),
    ];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let folder = folder(&files);
    let graph = CallGraph::new(&folder.parsers);
    assert_eq!(graph.cycles(), [vec![0, 1], vec![3]]);
    assert_eq!(graph.order()[0], 4);
    assert_eq!(graph.order().len(), 5);
}

#[test]
fn a_function_that_gives_one_value_is_a_value_where_it_is_called() {
    let made = functions(&[
        parser("Doubled", "n * 2") + "parameters:\n  - {name: n, type: long}\n",
        parser("Hosts", "Heartbeat | extend Twice = Doubled(1), Computer | project Twice"),
        parser("Broken", "1 +"),
    ]);
    let of = |alias: &str| &made.iter().find(|(name, _)| name == alias).unwrap().1;
    assert!(matches!(of("Doubled").returns, CatalogResult::Scalar(Type::Long)), "{made:#?}");
    assert_eq!(columns(of("Hosts")), ["Twice:long"]);
    // What cannot be read may give anything.
    assert!(returned(of("Broken")).open);
}
