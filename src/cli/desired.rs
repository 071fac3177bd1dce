//! What a folder wants in a workspace, and where in its files that is.

use std::collections::HashMap;

use super::project::Project;
use crate::compile::Compiled;
use crate::diagnostic::{FileId, SourceMap};
use crate::document::{AnalyticsRule, Text};
use crate::plan::{Desired, Plan, QueryPlace, Source};
use crate::resource::Identity;

/// Resources as a plan wants them.
pub(super) fn desired<'a>(project: &Project, compiled: &[&'a Compiled]) -> Vec<Desired<'a>> {
    compiled
        .iter()
        .map(|compiled| {
            let place = project.map.location(compiled.span);
            let source = Source { path: place.path.to_string(), line: place.line, query: Vec::new() };
            Desired {
                resource: &compiled.resource,
                tables: &compiled.needs.tables,
                needs: compiled.needs.resources(),
                connector: compiled.needs.connector.as_deref(),
                source: Some(source),
            }
        })
        .collect()
}

/// Adds the places of the queries that are sent, so that a refusal by the service can be shown where it is about. Those
/// that stay as they are need none.
pub(super) fn add_query_places(plan: &mut Plan, project: &Project, compiled: &[&Compiled]) {
    let files: HashMap<Identity, FileId> = compiled
        .iter()
        .filter_map(|compiled| Some((compiled.resource.identity(), *compiled.files.first()?)))
        .collect();
    let rules: HashMap<FileId, &AnalyticsRule> =
        project.folder.rules.iter().map(|rule| (rule.file, rule)).collect();
    for verdict in plan.verdicts.iter_mut().filter(|verdict| !verdict.steps.is_empty()) {
        let sent = verdict.after.as_ref().and_then(|after| after.pointer("/properties/query")?.as_str());
        let file = files.get(&verdict.identity);
        let written = file.and_then(|file| rules.get(file)?.query.given());
        if let (Some(source), Some(sent), Some(written)) = (&mut verdict.source, sent, written) {
            source.query = query_places(&project.map, written, sent);
        }
    }
}

/// Where in the file each part of a query is that follows there without a break.
fn query_places(map: &SourceMap, written: &Text, sent: &str) -> Vec<QueryPlace> {
    let mut places = Vec::new();
    let text = written.as_str();
    let mut rest = text.char_indices();
    // The byte in the file at which the part goes on, unless a new one begins.
    let mut goes_on = None;
    for (start, c) in sent.char_indices() {
        // What is sent is what was written but for white space around it and the CR of line ends.
        let Some((at, _)) = rest.find(|(_, written)| *written == c) else { break };
        let span = written.locate(map, at..at + c.len_utf8());
        if goes_on != Some(span.start) {
            let place = map.location(span);
            places.push(QueryPlace { start, line: place.line, column: place.column });
        }
        goes_on = (c != '\n').then_some(span.start + c.len_utf8());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, Document};
    use crate::plan::Source;

    /// The character in the file at the place of each word of the query, as it is sent.
    #[track_caller]
    fn assert_found(file: &str, words: &[&str]) {
        let mut map = SourceMap::new();
        let id = map.add("rules/a.yaml", format!("id: a\n{file}"));
        let Some(Document::Rule(rule)) = document::read(&map, id, &mut Vec::new()) else { panic!("{file}") };
        let written = rule.query.given().unwrap();
        let sent = written.trim().replace('\r', "");
        let source = Source { query: query_places(&map, written, &sent), ..Source::default() };
        for word in words {
            let (line, column) = source.in_query(&sent, sent.find(word).unwrap()).unwrap();
            let text = map.file(id).text().lines().nth(line - 1).unwrap();
            let found: String = text.chars().skip(column - 1).collect();
            assert!(found.starts_with(word), "{word} is not at {line}:{column} of {file:?} but {found}");
        }
    }

    #[test]
    fn a_place_in_a_query_is_found_however_the_query_is_written() {
        assert_found("query: |\n\n  T\n  | where ä == 1 and B\n", &["T", "where", "B"]);
        assert_found("query: >-\n  T\n  | where A\n", &["T", "where", "A"]);
        assert_found("query: \"T \\n| where A == \\\"x\\\" and B\"\n", &["T", "where", "A", "B"]);
        assert_found("query: '  T | where A == ''x'' and B'\n", &["T", "where", "A", "B"]);
        assert_found("query: T | where A\n", &["T", "where", "A"]);
    }
}
