//! Queries that read too much or nothing: every table, many other workspaces, nothing but comments.

use std::collections::BTreeSet;

use kql::{Read, ReadArgument, ReadKind};

use super::Look;
use super::view::{Owner, QueryView, Surroundings};
use crate::diagnostic::{Diagnostic, codes};
use crate::resource::RuleKind;

codes! {
    /// A query reads every table of the workspace: `search *` or `union *`.
    ///
    /// ## Why
    /// The service does not take it in an analytics rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: search * | where TimeGenerated > ago(1h)
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: union SecurityEvent, WindowsEvent | where TimeGenerated > ago(1h)
    /// ```
    pub(super) SEARCHES_ALL_TABLES = "searches-all-tables", Error;

    /// A query is made of comments alone.
    ///
    /// ## Why
    /// There is nothing to run, and the service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   // SecurityEvent | where EventID == 4625
    /// entityMappings:
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   // Failed logons
    ///   SecurityEvent | where EventID == 4625
    /// ```
    pub(super) ONLY_COMMENTS = "query-of-comments", Error;

    /// A query reads more than 20 other workspaces. Each counts once; one whose name only a run can tell counts by itself.
    ///
    /// ## Why
    /// The service takes at most 20 workspaces in the query of a rule.
    ///
    /// ## Wrong
    /// A `union` of `workspace('…').SecurityEvent` for 21 workspaces.
    ///
    /// ## Right
    /// Two rules, each over a part of the workspaces.
    pub(super) TOO_MANY_WORKSPACES = "too-many-workspaces", Error;

    /// An NRT (near real time) rule reads another workspace.
    ///
    /// ## Why
    /// NRT rules cannot read across workspaces; the service refuses them.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// kind: NRT
    /// queryFrequency:
    /// queryPeriod:
    /// triggerOperator:
    /// triggerThreshold:
    /// query: workspace('emea').SecurityEvent | where EventID == 4625
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: workspace('emea').SecurityEvent | where EventID == 4625
    /// ```
    pub(super) NRT_OTHER_WORKSPACE = "nrt-other-workspace", Error;
}

/// Workspaces that a query may read besides its own.
const MOST_WORKSPACES: usize = 20;

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    empty(around, query, diagnostics);
    // What follows is refused in rules. A lint speaks of a parser that reads every table.
    let Owner::Rule(rule) = query.owner else { return };
    workspaces(around, query, rule.kind == RuleKind::Nrt, diagnostics);
    for read in query.reads().iter().filter(|read| read.kind == ReadKind::EveryTable) {
        let Some(place) = query.locate(around.map, read.span) else { continue };
        diagnostics.push(
            Diagnostic::new(&SEARCHES_ALL_TABLES, place, "the query reads every table of the workspace")
                .label("not allowed in an analytics rule")
                .help("name the tables, as in `union SigninLogs, AuditLogs`"),
        );
    }
}

fn empty(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = query.written() else { return };
    let is_code = |token: &kql::Token| !token.kind.is_trivia() && !token.span.is_empty();
    if written.tokens.iter().any(is_code) {
        return;
    }
    let text = &written.source[written.start..];
    let start = written.start + text.len() - text.trim_start().len();
    let end = start + written.source[start..].lines().next().map_or(0, |line| line.trim_end().len());
    let help = match query.owner {
        Owner::Parser => "write a query, or remove the parser",
        Owner::Rule(_) | Owner::Indicators(_) => "write a query, or remove the rule",
    };
    let Some(place) = query.locate(around.map, kql::Span::new(start as u32, end as u32)) else { return };
    let message = "the query is made of comments alone";
    diagnostics.push(Diagnostic::new(&ONLY_COMMENTS, place, message).help(help));
}

fn workspaces(
    around: &Surroundings<'_>,
    query: &QueryView<'_>,
    is_nrt: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let calls: Vec<&Read> = query.analysis.calls_of("workspace").collect();
    if let Some(first) = calls.first().filter(|_| is_nrt)
        && let Some(place) = query.locate(around.map, first.span)
    {
        diagnostics.push(
            Diagnostic::new(&NRT_OTHER_WORKSPACE, place, "an NRT rule cannot read another workspace")
                .help("make the rule `kind: Scheduled`, or read this workspace alone"),
        );
    }
    let mut seen = BTreeSet::new();
    let beyond: Vec<&&Read> =
        calls.iter().filter(|call| seen.insert(key(call)) && seen.len() > MOST_WORKSPACES).collect();
    if let Some(first) = beyond.first()
        && let Some(place) = query.locate(around.map, first.span)
    {
        diagnostics.push(
            Diagnostic::new(
                &TOO_MANY_WORKSPACES,
                place,
                format!("the query reads {} workspaces", seen.len()),
            )
            .label(format!("the first beyond {MOST_WORKSPACES}"))
            .help("split the rule, each part over some of the workspaces"),
        );
    }
}

/// What tells one workspace from another.
fn key(call: &Read) -> String {
    match &call.argument {
        Some(ReadArgument { text: Some(text), .. }) => text.to_lowercase(),
        _ => format!("\0{}", call.span.start),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{files, rule};

    #[test]
    fn a_query_of_comments_is_one_mistake() {
        let found = rule("query: |\n  // SecurityEvent\n  // | take 1\nentityMappings:\n");
        assert!(found.codes().contains(&"query-of-comments"));
        assert!(found.places().contains(&"// SecurityEvent"));
    }

    #[test]
    fn a_parser_is_more_than_comments_too() {
        for parameters in ["", "functionParameters: 'n:int'\n"] {
            let parser = format!(
                "kind: Parser\nfunctionAlias: Logons\n{parameters}functionQuery: |\n  // SecurityEvent\n  // | take 1\n"
            );
            let found = files(&[("rules/p.yaml".into(), parser)]);
            assert!(found.codes().contains(&"query-of-comments"), "{:?}", found.codes());
            assert!(found.places().contains(&"// SecurityEvent"));
        }
    }

    #[test]
    fn workspaces_are_counted_once_each() {
        let union = |count: usize| {
            let names: Vec<_> = (0..count).map(|n| format!("workspace('w{n}').SecurityEvent")).collect();
            rule(&format!("query: union {}, workspace('W0').SecurityEvent\n", names.join(", ")))
        };
        assert_eq!(union(20).codes(), [""; 0]);
        assert_eq!(union(22).codes(), ["too-many-workspaces"]);
        assert_eq!(union(22).only().message, "the query reads 22 workspaces");
    }

    #[test]
    fn an_nrt_rule_stays_in_its_workspace() {
        let schedule = "queryFrequency:\nqueryPeriod:\ntriggerOperator:\ntriggerThreshold:\n";
        let found = rule(&format!("kind: NRT\n{schedule}query: workspace('w').SecurityEvent\n"));
        assert_eq!((found.codes(), found.places()), (vec!["nrt-other-workspace"], vec!["workspace"]));
        assert_eq!(rule("query: workspace('w').SecurityEvent\n").codes(), [""; 0]);
    }

    #[test]
    fn a_star_is_found_where_it_stands_in_the_block() {
        let found = rule("query: |\n  // search *\n  union isfuzzy=true *\n  | where Account == 'union *'\n");
        assert_eq!(found.only().code.id, "searches-all-tables");
        assert_eq!(found.places(), ["union isfuzzy=true *"]);
        assert_eq!(found.map.location(found.only().span).line, 20);
    }

    #[test]
    fn a_union_of_names_and_a_wildcard_is_none() {
        assert_eq!(rule("query: union Syslog, Security* | where EventID * 2 > 1\n").codes(), [""; 0]);
    }
}
