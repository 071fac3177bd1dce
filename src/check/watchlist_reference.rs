//! Watchlists that a query reads.

use kql::names::{Argument, calls};

use super::Look;
use super::view::{QueryView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, codes, nearest};

codes! {
    /// A query reads a watchlist that no file of the folder describes and no setting names.
    ///
    /// Aliases are compared by case. A watchlist that others keep in the workspace stands in `external` of
    /// bartizan.toml. An alias that the query computes is not looked at.
    ///
    /// ## Why
    /// `_GetWatchlist` of an alias that does not exist returns nothing: the rule would run and never find anything,
    /// or its exceptions would not count.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// id: shell-on-an-unexpected-host
    /// name: Shell on an unexpected host
    /// description: A shell on a host that is not on the list
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   let allowed = _GetWatchlist('allowed-host') | project host;
    ///   DeviceProcessEvents | where FileName =~ "cmd.exe" and DeviceName !in (allowed)
    /// ```
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed-hosts
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// items: [{host: a}]
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/a.yaml
    /// id: shell-on-an-unexpected-host
    /// name: Shell on an unexpected host
    /// description: A shell on a host that is not on the list
    /// severity: Low
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: |
    ///   let allowed = _GetWatchlist('allowed-hosts') | project host;
    ///   DeviceProcessEvents | where FileName =~ "cmd.exe" and DeviceName !in (allowed)
    /// ```
    /// ```yaml file=rules/hosts/watchlist.yaml
    /// alias: allowed-hosts
    /// provider: Bartizan
    /// itemsSearchKey: host
    /// items: [{host: a}]
    /// ```
    pub(super) WATCHLIST_UNKNOWN = "watchlist-unknown", Error;
}

const FUNCTION: &str = "_GetWatchlist";

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if !query.parsed.tree.source.contains(FUNCTION) {
        return;
    }
    for call in calls(&query.lexed(), FUNCTION) {
        let (place, message, help) = match call.argument {
            Argument::Dynamic { .. } => continue,
            // The language says the same of a call whose brackets are empty.
            Argument::Missing { span } if query.is_wrong_at(call.name.to(span)) => continue,
            Argument::Missing { span } => (
                call.name.to(span),
                format!("`{FUNCTION}` is called without the alias of a watchlist"),
                format!("write `{FUNCTION}('alias')`"),
            ),
            Argument::Literal { value, .. } if around.watchlists.contains(value.as_str()) => continue,
            Argument::Literal { .. } if around.has_unnamed_watchlist => continue,
            Argument::Literal { value, span } => (
                span,
                format!("no file of the folder describes a watchlist `{}`", shown(&value)),
                match nearest(&value, around.watchlists.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add a watchlist.yaml with this alias, or name it under `external` of [watchlists] in bartizan.toml".to_owned(),
                },
            ),
        };
        if let Some(place) = query.locate(around.map, place) {
            diagnostics.push(Diagnostic::new(&WATCHLIST_UNKNOWN, place, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, files, made_watchlist, rule_text, run};
    use crate::config::Config;

    fn query(text: &str, external: &[&str], made: &[&str]) -> Found {
        let compiled: Vec<_> = made.iter().map(|alias| made_watchlist(alias)).collect();
        let config = Config {
            external_watchlists: external.iter().map(|alias| (*alias).to_owned()).collect(),
            ..Config::default()
        };
        let rule = rule_text(&format!("query: |\n  {text}\nentityMappings: []\n"));
        let list = "alias: vips\nprovider: Bartizan\nitemsSearchKey: a\nitems: [{a: b}]\n".to_owned();
        run(&[("rules/a.yaml".into(), rule), ("rules/v/watchlist.yaml".into(), list)], &compiled, &config)
    }

    #[test]
    fn files_settings_and_indicators_declare_watchlists() {
        assert_eq!(query("_GetWatchlist('vips')", &[], &[]).codes(), [""; 0]);
        assert_eq!(query("_GetWatchlist('theirs')", &["theirs"], &[]).codes(), [""; 0]);
        assert_eq!(query("_GetWatchlist(\"ioc\")", &[], &["ioc"]).codes(), [""; 0]);
    }

    #[test]
    fn a_parser_reads_watchlists_too() {
        let parser = |alias: &str| {
            let text = format!(
                "kind: Parser\nfunctionAlias: Vips\nfunctionParameters: 'n:int=1'\nfunctionQuery: _GetWatchlist('{alias}') | take n\n"
            );
            let list = "alias: vips\nprovider: Bartizan\nitemsSearchKey: a\nitems: [{a: b}]\n".to_owned();
            files(&[("rules/p.yaml".into(), text), ("rules/v/watchlist.yaml".into(), list)])
        };
        assert_eq!(parser("vips").codes(), [""; 0]);
        let found = parser("vip");
        assert_eq!((found.only().code.id, found.places()), ("watchlist-unknown", vec!["'vip'"]));
    }

    #[test]
    fn another_alias_is_an_error_at_its_place_with_the_nearest() {
        let found = query(
            "Heartbeat | join kind=inner _GetWatchlist('VIPs') on $left.Computer == $right.a",
            &[],
            &[],
        );
        assert_eq!(found.only().code.id, "watchlist-unknown");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `vips`?"));
        assert_eq!(found.places(), ["'VIPs'"]);
        assert_eq!(query("_GetWatchlist()", &[], &[]).codes(), ["kql-argument-count"]);
    }

    #[test]
    fn a_computed_alias_a_comment_and_a_string_are_left_alone() {
        for text in [
            "_GetWatchlist(strcat('a', 'b'))",
            "Heartbeat // _GetWatchlist('no')",
            "print '_GetWatchlist(1)'",
        ] {
            assert_eq!(query(text, &[], &[]).codes(), [""; 0], "{text}");
        }
    }
}
