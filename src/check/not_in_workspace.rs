//! Tables and functions that queries read and that the workspace did not have when `bartizan schema pull` asked it.

use std::collections::{BTreeMap, HashSet};

use kql::{Catalog as _, Read, ReadKind};
use sentinel_schema::{Layer, Origin, is_custom_table};

use super::Look;
use super::view::{Owner, QueryView, Surroundings, View};
use crate::diagnostic::wording::{listed, shown};
use crate::diagnostic::{Code, Diagnostic, Span, codes, nearest};
use crate::resource::Resource;
use crate::schema::LOCK_FILE;

codes! {
    /// A query reads a table that bartizan.schema.lock does not list: the workspace did not have it when
    /// `bartizan schema pull` asked. Without a lock file nothing is said, nor of tables that a `union isfuzzy=true` can do
    /// without, nor of those that stand under `[tables]` in bartizan.toml.
    ///
    /// ## Why
    /// The service refuses a rule over a table that is not there. Many tables come into being with the first event of
    /// their connector.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: SigninLogs | where ResultType == '50126'
    /// entityMappings: []
    /// ```
    /// ```toml file=bartizan.schema.lock
    /// version = 1
    /// tables = ["SecurityEvent"]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: SigninLogs | where ResultType == '50126'
    /// entityMappings: []
    /// ```
    /// ```toml file=bartizan.schema.lock
    /// version = 1
    /// tables = ["SecurityEvent", "SigninLogs"]
    /// ```
    pub(super) TABLE_NOT_IN_WORKSPACE = "table-not-in-workspace", Warning;

    /// A query calls a function of a solution of the content hub, or an ASIM parser that has to be deployed, and
    /// bartizan.schema.lock does not list it. Nothing is said without a lock file, and of functions of the folder.
    ///
    /// ## Why
    /// The service refuses a rule that calls a function which is not there.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: imDns | where DnsQuery has 'example'
    /// entityMappings: []
    /// ```
    /// ```toml file=bartizan.schema.lock
    /// version = 1
    /// tables = ["SecurityEvent"]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: _Im_Dns | where DnsQuery has 'example'
    /// entityMappings: []
    /// ```
    /// ```toml file=bartizan.schema.lock
    /// version = 1
    /// tables = ["SecurityEvent"]
    /// ```
    pub(super) FUNCTION_NOT_IN_WORKSPACE = "function-not-in-workspace", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Query(query), Look::Folder(indicators)];

/// Reports each table and function that is missing where a query reads it first.
fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // Of all rules made from the same indicators it is said once.
    let is_made = matches!(query.owner, Owner::Indicators(_));
    if around.environment.layer(Origin::Workspace).is_none()
        || is_made
        || !query.parsed.diagnostics.is_empty()
    {
        return;
    }
    let mut told: HashSet<(ReadKind, &str)> = HashSet::new();
    for read in query.reads().iter().filter(|read| !read.optional) {
        let Some((code, message)) = missing(around, read) else { continue };
        if told.insert((read.kind, &read.name))
            && let Some(span) = query.locate(around.map, read.span)
        {
            diagnostics.push(complaint(around, code, span, message, &read.name));
        }
    }
}

/// What is said of something that a query reads, where the workspace does not have it.
fn missing(around: &Surroundings<'_>, read: &Read) -> Option<(&'static Code, String)> {
    let name = &*read.name;
    let environment = around.environment;
    match read.kind {
        ReadKind::Function => {
            let has_to_be_saved = !name.starts_with('_') && sentinel_schema::function(name).is_some();
            let is_missing = has_to_be_saved && environment.workspace_has_function(name) == Some(false);
            let message = || format!("{} has no function `{}`", workspace(around), shown(name));
            is_missing.then(|| (&FUNCTION_NOT_IN_WORKSPACE, message()))
        }
        ReadKind::Table => {
            // A name that nobody knows is another mistake.
            let is_known = environment.table(name).is_some();
            let is_missing = is_known && environment.workspace_has_table(name) == Some(false);
            let message = || format!("{} has no table `{}`", workspace(around), shown(name));
            is_missing.then(|| (&TABLE_NOT_IN_WORKSPACE, message()))
        }
        _ => None,
    }
}

fn workspace(around: &Surroundings<'_>) -> String {
    match around.config.schema.lock.as_ref().map(|lock| lock.workspace.as_str()) {
        None | Some("") => "the workspace".to_owned(),
        Some(name) => format!("the workspace `{}`", shown(name)),
    }
}

fn complaint(
    around: &Surroundings<'_>,
    code: &'static Code,
    span: Span,
    message: String,
    name: &str,
) -> Diagnostic {
    let is_table = std::ptr::eq(code, &TABLE_NOT_IN_WORKSPACE);
    // A table that the service itself has is not misspelt.
    let names = around.environment.layer(Origin::Workspace).into_iter().flat_map(Layer::tables);
    let near = nearest(name, names).filter(|_| is_table && is_custom_table(name));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if is_table => "`bartizan schema pull` lists it once its connector has sent something; until then the service refuses the query".to_owned(),
        None => "install the solution that brings it, then run `bartizan schema pull`".to_owned(),
    };
    Diagnostic::new(code, span, message).label(format!("{LOCK_FILE} does not list it")).help(help)
}

/// The tables that rules made from indicators read: those that are missing, once for all rules of a file.
fn indicators(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let environment = view.around.environment;
    if environment.layer(Origin::Workspace).is_none() {
        return;
    }
    let mut missing: BTreeMap<Span, Vec<&str>> = BTreeMap::new();
    for made in view.generated.iter().filter(|made| matches!(made.resource, Resource::AlertRule(_))) {
        let tables = missing.entry(made.span).or_default();
        for table in &made.needs.tables {
            if environment.workspace_has_table(table) == Some(false) && !tables.contains(&table.as_str()) {
                tables.push(table);
            }
        }
    }
    for (span, tables) in missing.into_iter().filter(|(_, tables)| !tables.is_empty()) {
        let what = if tables.len() == 1 { "table" } else { "tables" };
        let message = format!("{} has no {what} {}", workspace(&view.around), listed(&tables));
        diagnostics.push(
            Diagnostic::new(&TABLE_NOT_IN_WORKSPACE, span, message)
                .label("indicators are looked for there")
                .help("name the tables to look in under `targets`, or connect what is missing"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule_text, run};
    use crate::config::Config;
    use crate::schema::{Columns, Lock, Schema};

    fn locked(tables: &[&str]) -> Config {
        let tables = tables.iter().map(|name| ((*name).to_owned(), Columns::new())).collect();
        let lock = Lock { workspace: "law".to_owned(), tables, ..Lock::default() };
        Config { schema: Schema { lock: Some(lock), ..Schema::default() }, ..Config::default() }
    }

    fn query(text: &str, tables: &[&str]) -> Found {
        let rule = rule_text(&format!("query: |\n  {text}\nentityMappings: []\n"));
        run(&[("rules/a.yaml".into(), rule)], &[], &locked(tables))
    }

    #[test]
    fn a_table_is_missing_once_where_it_is_read_first() {
        let found = query(
            "SigninLogs | join kind=inner (SigninLogs | where UserId == 'a') on UserId",
            &["SecurityEvent"],
        );
        assert_eq!(found.only().code.id, "table-not-in-workspace");
        assert_eq!(found.only().message, "the workspace `law` has no table `SigninLogs`");
        assert_eq!(found.map.location(found.only().span).column, 3);
        assert_eq!(query("SigninLogs | where UserId == 'a'", &["SigninLogs"]).codes(), [""; 0]);
    }

    #[test]
    fn a_table_that_a_call_names_is_missing_where_the_call_names_it() {
        let text = "let f = (name: string) { table(name) | where CorrelationId == 'a' }; union f('SigninLogs'), f('AuditLogs')";
        let found = query(text, &["AuditLogs"]);
        assert_eq!((found.only().code.id, found.places()), ("table-not-in-workspace", vec!["'SigninLogs'"]));
    }

    #[test]
    fn a_custom_table_that_is_not_there_is_missing_too_and_may_have_another_name() {
        let found = query("Proces_CL | where a_s == 'b'", &["Process_CL"]);
        assert_eq!(found.only().code.id, "table-not-in-workspace");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `Process_CL`?"));
    }

    #[test]
    fn what_the_query_can_do_without_may_be_missing() {
        assert_eq!(
            query("union isfuzzy=true SigninLogs, SecurityEvent", &["SecurityEvent"]).codes(),
            [""; 0]
        );
        assert_eq!(query("let t = 1; print t", &[]).codes(), [""; 0]);
        assert_eq!(query("SigninLog | where UserId == 'a'", &[]).codes(), ["kql-unknown-table"]);
    }

    #[test]
    fn a_function_of_a_solution_has_to_be_saved_and_a_built_in_one_has_not() {
        assert_eq!(query("imDns | where DnsQuery has 'a'", &[]).codes(), ["function-not-in-workspace"]);
        assert_eq!(query("imDns() | where DnsQuery has 'a'", &[]).codes(), ["function-not-in-workspace"]);
        assert_eq!(query("_Im_Dns(starttime=ago(1h)) | where DnsQuery has 'a'", &[]).codes(), [""; 0]);
    }

    #[test]
    fn a_parser_reads_tables_too() {
        let parser =
            "kind: Parser\nfunctionAlias: imDns\nfunctionQuery: DnsEvents | project DnsQuery = Name\n";
        let rule = rule_text("query: imDns | where DnsQuery has 'a'\nentityMappings: []\n");
        let files = [("rules/a.yaml".into(), rule), ("rules/p.yaml".into(), parser.to_owned())];
        let found = run(&files, &[], &locked(&["SecurityEvent"]));
        assert_eq!(found.only().code.id, "table-not-in-workspace");
        assert_eq!(found.places(), ["DnsEvents"]);
    }
}
