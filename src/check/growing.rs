//! Tables that get their columns with the data that is sent to them: custom tables, and `AzureDiagnostics`. The catalogue has
//! the columns that published content names, and a workspace may have others. A team can add columns to other tables, too.

use kql::tree::{ExpressionKind, Node, OperatorId, OperatorKind, StatementKind, Tree};
use kql::{Analysis, Parsed, TokenKind};
use sentinel_schema::{Environment, has_growing_columns, is_custom_table};

/// Where to look when such a table seems to lack a column.
pub(super) const HELP: &str = "the table can get columns that nobody knows beforehand, and the workspace may have this one: \
                               `bartizan schema pull` reads them, [tables] in bartizan.toml declares them";

/// What the service puts behind a column's name for its type, in tables of this kind.
const TYPE_ENDINGS: &[&str] = &["_s", "_d", "_b", "_t", "_g"];

/// How the name of a column ends that a team adds to a table of the service.
const ADDED: &str = "_CF";

/// Whether the table may have a column that is not known. What settings or a lock file describe has no other columns.
fn may_have(environment: &Environment, table: &str, column: &str) -> bool {
    let has_ending = || TYPE_ENDINGS.iter().any(|ending| column.ends_with(ending));
    let is_possible =
        column.ends_with(ADDED) || (has_growing_columns(table) && (is_custom_table(table) || has_ending()));
    is_possible && !environment.describes_table(table)
}

/// Whether a column at this place of a query may be one of such a table: the innermost pipeline around the place reads it.
pub(super) fn may_be_there(
    environment: &Environment,
    parsed: &Parsed,
    analysis: &Analysis,
    place: kql::Span,
    column: &str,
) -> bool {
    if !analysis.tables.iter().any(|table| may_have(environment, table, column)) {
        return false;
    }
    let tree = &parsed.tree;
    let bound: Vec<_> = tree
        .root
        .iter()
        .filter_map(|id| match &tree.statement(*id).kind {
            StatementKind::Let { name, .. } | StatementKind::LetFunction { name, .. } => {
                Some(tree.name(*name))
            }
            _ => None,
        })
        .collect();
    let around = rows_around(parsed, place);
    let inside = tree.tokens.iter().filter(|token| {
        token.kind == TokenKind::Identifier
            && around.start <= token.span.start
            && token.span.end <= around.end
    });
    // What a name stands for that the query binds is not followed.
    inside
        .map(|token| token.span.text(&tree.source))
        .any(|name| may_have(environment, name, column) || bound.iter().any(|bound| bound == name))
}

/// Whether behind a stage there are only the columns that it names.
pub(super) fn names_its_columns(tree: &Tree, stage: OperatorId) -> bool {
    matches!(
        tree.operator(stage).kind,
        OperatorKind::Project { .. } | OperatorKind::Summarize { .. } | OperatorKind::Distinct { .. }
    )
}

/// The part of the innermost pipeline around a place from which columns reach it: from behind the last stage before it that
/// names its columns to the end of its own stage.
fn rows_around(parsed: &Parsed, place: kql::Span) -> kql::Span {
    let tree = &parsed.tree;
    let pipeline = innermost_pipeline(parsed, place);
    let mut around = tree.span(tree.tokens_of(pipeline));
    let Node::Expression(id) = pipeline else { return around };
    let ExpressionKind::Pipe { stages, .. } = &tree.expression(id).kind else { return around };
    for stage in stages {
        let span = tree.span(tree.operator(*stage).tokens);
        if span.start <= place.start && place.end <= span.end {
            around.end = span.end;
            break;
        }
        if names_its_columns(tree, *stage) {
            around.start = span.end;
        }
    }
    around
}

/// The smallest pipeline around a place, or the statement where there is none.
fn innermost_pipeline(parsed: &Parsed, place: kql::Span) -> Node {
    let tree = &parsed.tree;
    let holds = |node: &Node| {
        let span = tree.span(tree.tokens_of(*node));
        span.start <= place.start && place.end <= span.end
    };
    let mut found = None;
    let mut next = tree.root.iter().map(|id| Node::Statement(*id)).find(holds);
    while let Some(node) = next {
        let is_pipeline = matches!(node, Node::Expression(id) if matches!(tree.expression(id).kind, ExpressionKind::Pipe { .. }));
        if is_pipeline || found.is_none() {
            found = Some(node);
        }
        next = tree.children(node).into_iter().find(holds);
    }
    found.unwrap_or(Node::Statement(tree.root[0]))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule_text, run};
    use crate::config::Config;
    use crate::diagnostic::Severity;
    use crate::schema::Columns;

    fn query(text: &str, column: &str, config: &Config) -> Found {
        let mapping = format!(
            "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {{identifier: HostName, columnName: {column}}}\n"
        );
        let rule = rule_text(&format!("query: |\n  {text}\n{mapping}"));
        run(&[("rules/a.yaml".into(), rule)], &[], config)
    }

    fn severity(text: &str, column: &str) -> (&'static str, Severity) {
        let found = query(text, column, &Config::default());
        (found.only().code.id, found.only().severity)
    }

    #[test]
    fn a_column_that_the_workspace_may_have_is_a_warning() {
        for text in [
            "Okta_CL | where nobody_knows_s == 'a' | extend Computer = 'x'",
            "AzureDiagnostics | where requestUri_x_s == 'a' | extend Computer = 'x'",
            "SecurityEvent | where Site_CF == 'a'",
            "let t = Okta_CL | where TimeGenerated > ago(1h); t | where nobody_knows_s == 'a' | extend Computer = 'x'",
            "SecurityEvent | join kind=inner (Okta_CL | where nobody_knows_s == 'a') on TenantId",
        ] {
            assert_eq!(severity(text, "Computer"), ("kql-unknown-name", Severity::Warning), "{text}");
        }
        assert_eq!(severity("Okta_CL", "host_of_ours"), ("column-not-in-result", Severity::Warning));
    }

    #[test]
    fn a_column_that_it_cannot_have_is_an_error() {
        for text in [
            "AzureDiagnostics | where Categry == 'a' | extend Computer = 'x'",
            "let t = Okta_CL | where TimeGenerated > ago(1h); SecurityEvent | where nobody_knows_s == 'a'",
            "Okta_CL | project TenantId, Computer = 'x' | where host_s == 'a'",
        ] {
            let found = query(text, "Computer", &Config::default());
            assert_eq!(
                (found.only().code.id, found.only().severity),
                ("kql-unknown-name", Severity::Error),
                "{text}"
            );
        }
        assert_eq!(
            severity("Okta_CL | project TenantId", "host_of_ours"),
            ("column-not-in-result", Severity::Error)
        );
        assert_eq!(severity("SecurityEvent", "host_of_ours"), ("column-not-in-result", Severity::Error));
    }

    #[test]
    fn a_table_that_was_described_has_no_other_columns() {
        let mut config = Config::default();
        config.schema.tables.insert("Okta_CL".to_owned(), Columns::new());
        let found =
            query("Okta_CL | where nobody_knows_s == 'a' | extend Computer = 'x'", "Computer", &config);
        assert_eq!(found.only().severity, Severity::Error);
    }
}
