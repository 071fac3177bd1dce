//! Columns whose values the service cannot map.

use kql::Type;

use super::Look;
use super::flow::Flow;
use super::mapped::{Role, mapped};
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// An identifier of an entity, or the alert's severity, is a column that holds no text: an array or a bag (`dynamic`),
    /// as `make_set`, `parse_json` and `mv-expand` give it; or a severity that is a number, a date or a bool.
    ///
    /// Custom details and texts of the alert show arrays, and are not looked at. A value that was taken out of JSON by its
    /// name or its place is dynamic too, and most often a text: nothing is said of it. `tostring()` makes sure.
    ///
    /// ## Why
    /// An entity is one account, host or address, and an array or a bag is none of them: the alert names no entity, or one
    /// that nobody finds again.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Hosts = make_set(Computer) by Account
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - {identifier: HostName, columnName: Hosts}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Hosts = make_set(Computer) by Account
    ///   | mv-expand Host = Hosts to typeof(string)
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - {identifier: HostName, columnName: Host}
    /// ```
    pub(super) UNMAPPABLE_TYPE = "unmappable-type", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(query) = rule.query.as_ref().filter(|query| query.is_sound()) else { return };
    let mapped = mapped(rule);
    if mapped.is_empty() {
        return;
    }
    let types = Flow::new(query).known_columns();
    for mapped in mapped {
        // A name in another case is put right by `check --fix`; what is wrong with its column is the same.
        let is_named = |name: &str| name.eq_ignore_ascii_case(mapped.column);
        let exact = types.iter().find(|(name, _)| *name == mapped.column);
        let other = || types.iter().find(|(name, _)| is_named(name));
        let Some((_, found)) = exact.or_else(other) else { continue };
        let (column, kind) = (shown(mapped.column), found.kind);
        let (message, help) = match (mapped.role, kind) {
            (Role::Identifier(..), Type::Dynamic) if found.is_element() => continue,
            (Role::Identifier(..), Type::Dynamic) => (
                format!("`{column}` is dynamic, and an identifier is one text"),
                format!(
                    "give it one value a row with `mv-expand {column} to typeof(string)`, or write it as text with `tostring({column})`"
                ),
            ),
            (Role::Severity, Type::String | Type::Unknown) => continue,
            (Role::Severity, kind) => (
                format!("`{column}` is {kind}, and a severity is a text"),
                "give it High, Medium, Low or Informational with `case(…)`".to_owned(),
            ),
            _ => continue,
        };
        diagnostics.push(
            Diagnostic::new(&UNMAPPABLE_TYPE, mapped.place(around.map), message)
                .label(format!("a column of type {kind}"))
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule};

    fn host(query: &str, column: &str) -> Found {
        rule(&format!(
            "query: |\n  {query}\nentityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {{identifier: HostName, columnName: {column}}}\n"
        ))
    }

    #[test]
    fn an_array_or_a_bag_is_no_identifier() {
        for query in [
            "SecurityEvent | summarize Hosts = make_set(Computer) by Account",
            "SecurityEvent | extend Hosts = parse_json(Computer)",
            "Mine_CL | summarize Hosts = make_list(host_s) by user_s",
            "Mine_CL | extend Hosts = parse_json(host_s)",
        ] {
            let found = host(query, "Hosts");
            assert_eq!((found.only().code.id, found.places()), ("unmappable-type", vec!["Hosts"]), "{query}");
            assert!(found.only().help.as_deref().unwrap().contains("tostring(Hosts)"));
        }
    }

    #[test]
    fn texts_numbers_and_what_is_not_known_are_identifiers() {
        for query in [
            "SecurityEvent | extend Hosts = tostring(parse_json(Computer))",
            "SecurityEvent | summarize Hosts = make_set(Computer) by Account | mv-expand Hosts to typeof(string)",
            "SecurityEvent | extend d = parse_json(Computer) | extend Hosts = d.host",
            "SecurityEvent | extend Hosts = parse_json(Computer)[0] | project Hosts = iff(EventID == 1, Hosts, Hosts)",
            "SecurityEvent | summarize Hosts = make_set(Computer) by Account | mv-expand Hosts",
            "AuditLogs | extend Hosts = TargetResources[0].displayName | summarize Hosts = take_any(Hosts) by Id",
            "SecurityEvent | extend Hosts = EventID",
            "Mine_CL | extend Hosts = host_s",
            "Mine_CL",
        ] {
            assert_eq!(host(query, "Hosts").codes(), [""; 0], "{query}");
        }
    }

    #[test]
    fn details_show_arrays_and_a_severity_is_a_text() {
        let query = "query: SecurityEvent | summarize Hosts = make_set(Computer) by Account | extend Level = 3, Word = 'High'\n";
        let details = "entityMappings: []\ncustomDetails: {Hosts: Hosts}\n";
        assert_eq!(rule(&format!("{query}{details}")).codes(), [""; 0]);
        let severity = |column: &str| {
            rule(&format!("{query}{details}alertDetailsOverride: {{alertSeverityColumnName: {column}}}\n"))
                .codes()
        };
        assert_eq!(severity("Level"), ["unmappable-type"]);
        assert_eq!(severity("Hosts"), ["unmappable-type"]);
        assert_eq!(severity("Word"), [""; 0]);
    }
}
