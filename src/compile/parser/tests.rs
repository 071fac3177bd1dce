use std::sync::Arc;

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
