//! Watchlists that a query reads.

use std::collections::HashSet;

use kql::names::{Argument, calls};

use super::view::View;
use super::wording::shown;
use crate::diagnostic::{Diagnostic, codes, nearest};
use crate::resource::Resource;

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

pub(super) fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let declared = declared(view);
    for query in view.rules.iter().filter_map(|rule| rule.query.as_ref()) {
        if !query.text.contains(FUNCTION) {
            continue;
        }
        for call in calls(&query.lexed, FUNCTION) {
            match call.argument {
                Argument::Dynamic { .. } => {}
                // The language says the same of a call whose brackets are empty.
                Argument::Missing { span } if query.is_wrong_at(call.name.to(span)) => {}
                Argument::Missing { span } => diagnostics.push(
                    Diagnostic::new(
                        &WATCHLIST_UNKNOWN,
                        query.locate(view.map, call.name.to(span)),
                        format!("`{FUNCTION}` is called without the alias of a watchlist"),
                    )
                    .help(format!("write `{FUNCTION}('alias')`")),
                ),
                Argument::Literal { value, span } => {
                    if declared.contains(value.as_str()) {
                        continue;
                    }
                    let near = nearest(&value, declared.iter().copied());
                    diagnostics.push(
                        Diagnostic::new(
                            &WATCHLIST_UNKNOWN,
                            query.locate(view.map, span),
                            format!("no file of the folder describes a watchlist `{}`", shown(&value)),
                        )
                        .help(match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => "add a watchlist.yaml with this alias, or name it under `external` of [watchlists] in bartizan.toml".to_owned(),
                        }),
                    );
                }
            }
        }
    }
}

/// The aliases of files, of settings, and of watchlists made from indicators.
fn declared<'a>(view: &View<'a>) -> HashSet<&'a str> {
    let files = view.watchlists.iter().filter_map(|watchlist| watchlist.document.alias.as_deref());
    let settings = view.config.external_watchlists.iter().map(String::as_str);
    let made = view.generated.iter().filter_map(|made| match &made.resource {
        Resource::Watchlist(watchlist) => Some(watchlist.alias.as_str()),
        Resource::AlertRule(_) | Resource::SavedSearch(_) => None,
    });
    files.chain(settings).chain(made).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, made_watchlist, rule_text, run};
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
