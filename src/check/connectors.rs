//! The tables of the query beside those that the rule says it needs.

use kql::{Catalog as _, Read, ReadKind};

use super::Look;
use super::view::{QueryView, RuleView, Surroundings};
use crate::diagnostic::wording::{listed, shown};
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::document::Text;

codes! {
    /// The query reads a table that no entry of `requiredDataConnectors` lists in its `dataTypes`.
    ///
    /// Nothing is said where the rule lists no tables at all, of tables that a `union isfuzzy=true` can do without, of
    /// tables that Sentinel fills itself (`SecurityIncident`, `Usage`, …), and of those that a function reads.
    ///
    /// ## Why
    /// Who looks at the list to see whether the rule can work sees the wrong answer: without the table the service
    /// refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// requiredDataConnectors:
    ///   - connectorId: AzureActiveDirectory
    ///     dataTypes: [SigninLogs]
    /// query: SigninLogs | join kind=inner (AuditLogs) on CorrelationId
    /// entityMappings: []
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// requiredDataConnectors:
    ///   - connectorId: AzureActiveDirectory
    ///     dataTypes: [SigninLogs, AuditLogs]
    /// query: SigninLogs | join kind=inner (AuditLogs) on CorrelationId
    /// entityMappings: []
    /// ```
    pub(super) UNLISTED_TABLE = "unlisted-table", Warning;

    /// An entry of `dataTypes` is no table that the query reads. What stands in brackets behind it, as in
    /// `CommonSecurityLog (PaloAlto)`, does not count.
    ///
    /// Nothing is said where the query calls a function of the workspace, such as an ASIM parser, which may read any table.
    ///
    /// ## Why
    /// The name is misspelt, or the list is of another query. Tools that ask whether a rule's tables are there look for
    /// this one in vain.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// requiredDataConnectors:
    ///   - connectorId: SecurityEvents
    ///     dataTypes: [SecurityEvents]
    /// query: SecurityEvent | where EventID == 4688
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// requiredDataConnectors:
    ///   - connectorId: SecurityEvents
    ///     dataTypes: [SecurityEvent]
    /// query: SecurityEvent | where EventID == 4688
    /// ```
    pub(super) UNREAD_DATA_TYPE = "unread-data-type", Warning;
}

/// Tables that no connector fills: Sentinel and the workspace do.
const OF_THE_WORKSPACE: &[&str] = &[
    "Anomalies",
    "Heartbeat",
    "LAQueryLogs",
    "Operation",
    "SecurityIncident",
    "SentinelAudit",
    "SentinelHealth",
    "Usage",
    "Watchlist",
];

/// Tables that come together, so that one stands for all: those of user and entity behaviour analytics.
const BEHAVIOUR: &[&str] = &["BehaviorAnalytics", "IdentityInfo", "UserAccessAnalytics", "UserPeerAnalytics"];

/// Data types that connectors name otherwise than the table is named.
const OTHER_NAMES: &[(&str, &str)] = &[("KeyVaultData", "AzureDiagnostics")];

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(query) = rule.query.as_ref().filter(|query| query.parsed.diagnostics.is_empty()) {
        compare(around, rule, query, diagnostics);
    }
}

fn compare(
    around: &Surroundings<'_>,
    rule: &RuleView<'_>,
    query: &QueryView<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let connectors = rule.document().required_data_connectors.items();
    let entries = connectors.iter().flat_map(|connector| connector.data_types.items());
    let data_types: Vec<(&Text, &str)> = entries.map(|text| (text, table_of(text))).collect();
    if data_types.is_empty() {
        return;
    }
    let reads = query.reads();
    let is_known = |read: &&Read| around.environment.table(&read.name).is_some();
    let tables: Vec<&Read> =
        reads.iter().filter(|read| read.kind == ReadKind::Table).filter(is_known).collect();
    let names: Vec<&str> = distinct(tables.iter().map(|read| &*read.name));

    // A function, a name that is not known and so may be one, and what names no table may read any.
    let is_hidden = reads.iter().any(|read| match read.kind {
        ReadKind::Table => !is_known(&read),
        ReadKind::Function => !read.name.starts_with("_GetWatchlist"),
        ReadKind::Place => false,
        ReadKind::ComputedTable | ReadKind::Wildcard | ReadKind::EveryTable | ReadKind::Unscoped => true,
    });
    let mut meant: Vec<&str> = Vec::new();
    for (text, name) in &data_types {
        if names.contains(name)
            || (BEHAVIOUR.contains(name) && names.iter().any(|name| BEHAVIOUR.contains(name)))
        {
            continue;
        }
        let missing =
            names.iter().copied().filter(|table| data_types.iter().all(|(_, other)| other != table));
        // The name of another table is not misspelt.
        let near = nearest(name, missing).filter(|_| sentinel_schema::table(name).is_none());
        meant.extend(near);
        if is_hidden && near.is_none() || names.is_empty() || is_mentioned(query, name) {
            continue;
        }
        let message = format!("the query does not read `{}`", shown(name));
        let diagnostic = Diagnostic::new(&UNREAD_DATA_TYPE, text.span, message)
            .label(format!("it reads {}", listed(&names)));
        diagnostics.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("take it out, or name a table that the query reads"),
        });
    }

    let is_listed = |table: &str| {
        data_types.iter().any(|(_, name)| *name == table)
            || meant.contains(&table)
            || OF_THE_WORKSPACE.contains(&table)
            || (BEHAVIOUR.contains(&table) && data_types.iter().any(|(_, name)| BEHAVIOUR.contains(name)))
    };
    for table in names.iter().filter(|table| !is_listed(table)) {
        // Read somewhere where it must be there.
        let Some(read) = tables.iter().find(|read| &*read.name == *table && !read.optional) else { continue };
        let Some(place) = query.locate(around.map, read.span) else { continue };
        let message = format!("`requiredDataConnectors` does not list `{}`", shown(table));
        diagnostics.push(
            Diagnostic::new(&UNLISTED_TABLE, place, message)
                .label("the query reads it")
                .related(first_entry(&data_types), "tables are listed here")
                .help("add it to the `dataTypes` of the connector that fills it"),
        );
    }
}

fn first_entry(data_types: &[(&Text, &str)]) -> crate::diagnostic::Span {
    data_types[0].0.span
}

/// Each once, in order.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The table that a data type is: `SecurityAlert (MDATP)` is SecurityAlert.
fn table_of(text: &str) -> &str {
    let name = text.split('(').next().unwrap_or_default().trim();
    OTHER_NAMES.iter().find(|(other, _)| *other == name).map_or(name, |(_, table)| table)
}

/// Whether the name stands in the query as a word or a text, so that something computed may be this table.
fn is_mentioned(query: &QueryView<'_>, name: &str) -> bool {
    let text = &query.parsed.tree.source;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + name.len()..].chars().next().is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, files, rule, rule_text};

    fn listing(data_types: &str, query: &str) -> Found {
        rule(&format!(
            "requiredDataConnectors:\n  - connectorId: C\n    dataTypes: [{data_types}]\nquery: \"{query}\"\nentityMappings: []\n"
        ))
    }

    #[test]
    fn a_misspelt_table_is_one_mistake_with_the_right_name() {
        for (listed, query) in [
            ("SecurityEvents", "SecurityEvent | where EventID == 1"),
            ("SignInLogs", "SigninLogs | where ResultType == '1'"),
            ("SignInLogs, AuditLogs", "union SigninLogs, AuditLogs"),
        ] {
            let found = listing(listed, query);
            assert_eq!(found.only().code.id, "unread-data-type", "{listed}");
            assert!(found.only().help.as_deref().unwrap().starts_with("did you mean `S"), "{listed}");
        }
    }

    #[test]
    fn a_table_that_nobody_lists_is_found_where_the_query_reads_it() {
        let found = listing("SigninLogs", "SigninLogs | join kind=inner (AuditLogs) on CorrelationId");
        assert_eq!((found.only().code.id, found.places()), ("unlisted-table", vec!["AuditLogs"]));
        assert_eq!(found.map.text(found.only().related[0].span), "SigninLogs");
        let found =
            listing("SecurityAlert", "let t = DeviceInfo | where DeviceId != ''; t | union SecurityAlert");
        assert_eq!(found.places(), ["DeviceInfo"]);
        assert_eq!(listing("SecurityEvent", "Mine_CL").codes(), ["unlisted-table", "unread-data-type"]);
    }

    #[test]
    fn what_stands_in_brackets_does_not_count() {
        assert_eq!(listing("CommonSecurityLog (PaloAlto)", "CommonSecurityLog").codes(), [""; 0]);
        assert_eq!(listing("KeyVaultData", "AzureDiagnostics").codes(), [""; 0]);
    }

    #[test]
    fn tables_that_may_be_absent_or_that_sentinel_fills_need_not_be_listed() {
        for query in [
            "union isfuzzy=true SecurityEvent, WindowsEvent",
            "let w = WindowsEvent; union isfuzzy=true SecurityEvent, w",
            "SecurityEvent | join kind=inner (SecurityIncident) on TenantId",
        ] {
            assert_eq!(listing("SecurityEvent", query).codes(), [""; 0], "{query}");
        }
        assert_eq!(listing("BehaviorAnalytics", "IdentityInfo").codes(), [""; 0]);
    }

    #[test]
    fn a_function_may_read_any_table() {
        for query in [
            "_Im_Dns(starttime=ago(1h))",
            "_Im_Dns | where DnsQuery != ''",
            "OurOwnLogons | where a == 1",
            "let f = (name: string) { table(name) }; f('Syslog')",
        ] {
            let found = listing("Syslog, DnsEvents", query);
            let ours = found.codes().into_iter().filter(|code| !code.starts_with("kql-"));
            // `Syslog` is given to a function of the query, `DnsEvents` to nobody.
            let hidden = !query.contains("Syslog");
            assert_eq!(
                ours.collect::<Vec<_>>(),
                if hidden { vec![] } else { vec!["unread-data-type"] },
                "{query}"
            );
        }
        let parser =
            "kind: Parser\nfunctionAlias: Logons\ndisplayName: Logons\nfunctionQuery: SecurityEvent\n";
        let rule = rule_text(
            "requiredDataConnectors: [{connectorId: C, dataTypes: [SecurityEvent]}]\nquery: Logons | where EventID == 1\nentityMappings: []\n",
        );
        let found = files(&[("rules/a.yaml".into(), rule), ("rules/p.yaml".into(), parser.into())]);
        assert_eq!(found.codes(), [""; 0]);
    }

    #[test]
    fn another_table_is_not_taken_for_a_misspelt_one() {
        assert_eq!(
            listing("SecurityEvent, SecurityAlert", "SecurityAlert | union (_Im_Dns(starttime=ago(1h)))")
                .codes(),
            [""; 0]
        );
        let found = listing("SecurityEvent", "SecurityAlert");
        assert_eq!(found.codes(), ["unlisted-table", "unread-data-type"]);
        assert!(found.diagnostics.iter().all(|d| !d.help.as_deref().unwrap().starts_with("did you")));
    }

    #[test]
    fn a_rule_that_lists_nothing_is_not_asked() {
        for list in ["[]", "[{connectorId: C}]", "[{connectorId: C, dataTypes: []}]"] {
            let found =
                rule(&format!("requiredDataConnectors: {list}\nquery: SecurityEvent | where EventID == 1\n"));
            assert_eq!(found.codes(), [""; 0], "{list}");
        }
    }
}
