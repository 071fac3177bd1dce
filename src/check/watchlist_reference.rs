//! Watchlists that a query reads.

use super::Look;
use super::view::{QueryView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, codes, nearest};

codes! {
    /// A query reads a watchlist that no file of the folder describes and no setting names.
    ///
    /// Aliases are compared by case. A watchlist that others keep in the workspace stands in `external` of
    /// bartizan.toml. An alias that only a run can tell is not looked at.
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

pub(super) const LOOKS: &[Look] = &[Look::Query(query)];

fn query(around: &Surroundings<'_>, query: &QueryView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for read in query.watchlists() {
        if around.environment.has_watchlist(&read.alias) {
            continue;
        }
        let Some(place) = query.locate(around.map, read.span) else { continue };
        let message = format!("no file of the folder describes a watchlist `{}`", shown(&read.alias));
        let help = match nearest(&read.alias, around.environment.watchlists()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add a watchlist.yaml with this alias, or name it under `external` of [watchlists] in bartizan.toml".to_owned(),
        };
        diagnostics.push(Diagnostic::new(&WATCHLIST_UNKNOWN, place, message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, files, rule_text, run};
    use crate::config::Config;

    const INDICATORS: &str = "kind: Indicators\nfamily: SectopRAT\nsource: Example\nindicators: [{type: 'ip:port', value: '45.141.84.7:443'}]\n";

    fn query(text: &str) -> Found {
        let mut config = Config::default();
        config.schema.watchlists.push("theirs".to_owned());
        let rule = rule_text(&format!("query: |\n  {text}\nentityMappings: []\n"));
        let list = "alias: vips\nprovider: Bartizan\nitemsSearchKey: a\nitems: [{a: b}]\n".to_owned();
        let files = [
            ("rules/a.yaml".into(), rule),
            ("rules/i.yaml".into(), INDICATORS.to_owned()),
            ("rules/v/watchlist.yaml".into(), list),
        ];
        run(&files, &[], &config)
    }

    #[test]
    fn files_settings_and_indicators_declare_watchlists() {
        assert_eq!(query("_GetWatchlist('vips')").codes(), [""; 0]);
        assert_eq!(query("_GetWatchlist('theirs')").codes(), [""; 0]);
        assert_eq!(query("_GetWatchlist(\"bartizan-sectoprat\")").codes(), [""; 0]);
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
        let found = query("Heartbeat | join kind=inner _GetWatchlist('VIPs') on $left.Computer == $right.a");
        assert_eq!(found.only().code.id, "watchlist-unknown");
        assert_eq!(found.only().help.as_deref(), Some("did you mean `vips`?"));
        assert_eq!(found.places(), ["'VIPs'"]);
        assert_eq!(query("_GetWatchlist()").codes(), ["kql-argument-count"]);
    }

    #[test]
    fn a_computed_alias_a_comment_and_a_string_are_left_alone() {
        for text in [
            "_GetWatchlist(toscalar(Heartbeat | project Computer))",
            "Heartbeat // _GetWatchlist('no')",
            "print '_GetWatchlist(1)'",
        ] {
            assert_eq!(query(text).codes(), [""; 0], "{text}");
        }
    }
}
