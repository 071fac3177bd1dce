//! What may be wrong with files of indicators.

use crate::diagnostic::codes;

codes! {
    /// The indicators have no key, or one that cannot name a watchlist. The key is `key:`, or else the family's name in
    /// lower case with hyphens; it names the watchlist and gives the rules their ids.
    ///
    /// ## Why
    /// A key that changes makes new rules and leaves the old ones without a watchlist.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// key: Sectop RAT!
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// key: sectop-rat
    /// ```
    pub INDICATOR_KEY = "indicator-key", Error;

    /// A setting of a file of indicators has a value that it cannot have: a severity, `match`, `inbound`, a duration, or
    /// something to exclude.
    ///
    /// ## Why
    /// The rules would hunt in another way than was meant.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// severity: Critical
    /// match: port
    /// exclusions:
    ///   addresses: [0.0.0.0/0]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// severity: High
    /// match: endpoint
    /// targets: [CommonSecurityLog]
    /// exclusions:
    ///   addresses: [10.20.0.0/16]
    /// ```
    pub INDICATOR_SETTING = "indicator-setting", Error;

    /// A table of `targets` is none that indicators are hunted in. docs/indicators.md lists the tables.
    ///
    /// ## Why
    /// Nothing would be hunted for in the table that was meant.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [CommonSecurityLogs]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [CommonSecurityLog]
    /// ```
    pub INDICATOR_TARGET = "indicator-target", Error;

    /// Two files of one key give a setting different values. They share one watchlist and its rules, so one value must
    /// hold for all. Exclusions, false positives and descriptions are put together and never in conflict.
    ///
    /// ## Why
    /// Which of the values counted would depend on the names of the files.
    ///
    /// ## Wrong
    /// ```yaml file=rules/a.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: High
    /// ```
    /// ```yaml file=rules/b.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: Low
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/a.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// severity: High
    /// ```
    /// ```yaml file=rules/b.yaml
    /// kind: Indicators
    /// family: SectopRAT
    /// ```
    pub INDICATOR_CONFLICT = "indicator-conflict", Error;

    /// Something to exclude has no effect in a target, which has no column for it. It applies to the other targets.
    ///
    /// ## Why
    /// Whoever wrote the exclusion would wonder at the alerts that still come.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [DnsEvents]
    /// exclusions:
    ///   processes: [backup.exe]
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [DeviceNetworkEvents]
    /// exclusions:
    ///   processes: [backup.exe]
    /// ```
    pub INDICATOR_EXCLUSION = "indicator-exclusion", Warning;

    /// The indicators of a file with `inline: true` do not fit into a query of 10,000 characters. They stay in a
    /// watchlist.
    ///
    /// ## Why
    /// The service refuses a longer query.
    ///
    /// ## Wrong
    /// A file with `inline: true` and some hundred indicators.
    ///
    /// ## Right
    /// ```yaml indicators
    /// inline: true
    /// ```
    pub INDICATOR_INLINE = "indicator-inline", Warning;

    /// The chosen targets cannot hold some of the indicators: a table of DNS queries holds no addresses.
    ///
    /// ## Why
    /// Those indicators are hunted nowhere, and nothing would show it.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// targets: [DnsEvents]
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000" }
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// targets: [CommonSecurityLog]
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000" }
    /// ```
    pub INDICATOR_UNHUNTED = "indicator-unhunted", Warning;
}
