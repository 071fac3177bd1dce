//! What the lints say.

use crate::diagnostic::codes;

codes! {
    /// A query names no time: nothing in it compares a date. Only bare queries (`bartizan kql`) are looked at, and not
    /// those that only want some rows (`take`) or the columns (`getschema`).
    ///
    /// ## Why
    /// The query reads all that the workspace keeps, often months. A rule needs no bound of its own, since the service
    /// gives it `queryPeriod`.
    ///
    /// ## Wrong
    /// ```kql bare
    /// SecurityEvent
    /// | where EventID == 4625
    /// | summarize count() by Computer
    /// ```
    ///
    /// ## Right
    /// ```kql bare
    /// SecurityEvent
    /// | where TimeGenerated > ago(1d)
    /// | where EventID == 4625
    /// | summarize count() by Computer
    /// ```
    pub(in crate::check) NO_TIME_BOUND = "no-time-bound", Warning;

    /// `contains` looks for a text that consists of whole terms: a word of at least five letters and digits, or several
    /// words, a file name, a domain, a GUID. Columns whose values join words (`OperationName`, `ActionType`) are left
    /// alone.
    ///
    /// ## Why
    /// `contains` reads the text of every row. `has` finds whole terms in the index, which is many times faster, and does
    /// not find `notexample.org` for `example.org`. A term is a run of letters and digits, so that `has` finds `certutil`
    /// in `C:\certutil.exe -f`, but not in `mycertutil`. Where the text may be a part of a longer word, keep `contains`
    /// and allow it.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where CommandLine contains "certutil.exe"
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where CommandLine has "certutil.exe"
    /// ```
    pub(in crate::check) CONTAINS_WHOLE_TERM = "contains-whole-term", Warning;

    /// A condition that no row meets: two values of one column at once, bounds that are the wrong way round, a text in
    /// capitals compared with what `tolower` returns. Only conditions that are certain are reported: constants compared
    /// with one column, in `where` stages that follow each other.
    ///
    /// ## Why
    /// The rule runs and never finds anything, or one of its alternatives never does. Nothing shows it.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4624 and EventID == 4625
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID in (4624, 4625)
    /// ```
    pub(in crate::check) NEVER_TRUE = "never-true", Warning;

    /// A condition that every row meets: one value excluded `or` another.
    ///
    /// ## Why
    /// It looks as if it excluded something, and the rule alerts on all that it was meant to leave out.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID != 4624 or EventID != 4625
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID !in (4624, 4625)
    /// ```
    pub(in crate::check) ALWAYS_TRUE = "always-true", Warning;

    /// `search` or `find` without the tables to look in, or, in a bare query or a parser, `union *`.
    ///
    /// ## Why
    /// The query reads every table of the workspace. In a rule the service refuses `search *` and `union *`, which is the
    /// error `searches-all-tables`.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: search "evil-host-7" | project TimeGenerated, Computer
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: search in (SecurityEvent, Syslog) "evil-host-7" | project TimeGenerated, Computer
    /// ```
    pub(in crate::check) UNSCOPED_SEARCH = "unscoped-search", Warning;

    /// A rule or parser sorts rows, and nothing after it depends on their order. `serialize`, `scan`, `take`,
    /// `row_number()`, `prev()`, `next()`, `make_list()` and their like do.
    ///
    /// ## Why
    /// Sorting is costly: all rows go to one node. An alert does not show the order. Where a rule finds more than the service
    /// makes alerts of, the order may say which; allow it there.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4625
    ///   | sort by TimeGenerated desc
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4625
    /// ```
    pub(in crate::check) SORT_IN_RULE = "sort-in-rule", Warning;

    /// `join` does not say its kind. Nothing is said where each key stands once on the left by what comes before.
    ///
    /// ## Why
    /// Without a kind the join is `innerunique`: of several rows on the left with one key it takes any one, and drops the
    /// others. Events that a detection needs are lost without a word.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | join (Heartbeat | distinct Computer, OSType) on Computer
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | join kind=inner (Heartbeat | distinct Computer, OSType) on Computer
    /// ```
    pub(in crate::check) JOIN_WITHOUT_KIND = "join-without-kind", Warning;

    /// A rule or parser takes some rows and drops the others: `take`, `limit`, `sample`, `sample-distinct`. Behind `sort`
    /// the rows are known, and nothing is said.
    ///
    /// ## Why
    /// Which rows are left is chance, and with them which attacks are seen.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4625
    ///   | take 100
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where EventID == 4625
    ///   | top 100 by TimeGenerated
    /// ```
    pub(in crate::check) TAKE_IN_RULE = "take-in-rule", Warning;

    /// The query of a scheduled rule asks for rows from before `queryPeriod`. Constants are followed through `let` and
    /// through what calls give the query's own functions.
    ///
    /// ## Why
    /// The service gives the query the rows of `queryPeriod` and no others, whatever the query says. What it would compare
    /// with is not there: everything looks new.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// queryPeriod: 1h
    /// query: |
    ///   let lookback = 14d;
    ///   SecurityEvent
    ///   | where TimeGenerated > ago(lookback)
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// queryPeriod: 14d
    /// query: |
    ///   let lookback = 14d;
    ///   SecurityEvent
    ///   | where TimeGenerated > ago(lookback)
    /// ```
    pub(in crate::check) LOOKBACK_BEYOND_PERIOD = "lookback-beyond-period", Warning;

    /// A hash or the name of a host is compared, by case, with a text of the query or the column of a watchlist.
    ///
    /// ## Why
    /// Sources write hashes and host names in upper case and in lower case. Where the case differs, the rule sees nothing.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where Computer in ("DC01.corp.example", "DC02.corp.example")
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | where Computer in~ ("DC01.corp.example", "DC02.corp.example")
    /// ```
    pub(in crate::check) CASE_SENSITIVE_COMPARE = "case-sensitive-compare", Warning;

    /// A column that only Defender's portal has, such as `Timestamp`, in a query over a table of the workspace.
    ///
    /// ## Why
    /// Queries written for advanced hunting in Defender's portal name the time of a row `Timestamp`. In a workspace it is
    /// `TimeGenerated`, by which the service also bounds what a rule reads; the table's reference does not list the other,
    /// and where it is absent the service refuses the rule. `bartizan check --fix` writes `TimeGenerated`.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   DeviceProcessEvents
    ///   | where Timestamp > ago(30m) and FileName =~ "certutil.exe"
    /// entityMappings: []
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   DeviceProcessEvents
    ///   | where TimeGenerated > ago(30m) and FileName =~ "certutil.exe"
    /// entityMappings: []
    /// ```
    pub(in crate::check) DEFENDER_COLUMN = "defender-column", Warning;

    /// A function under a name that the language keeps for old queries alone, such as `makeset` or `parsejson`.
    ///
    /// ## Why
    /// The documentation has it no longer, and readers have to know both names. `bartizan check --fix` writes the name of
    /// today where it is sure to give the same, columns named after it included; `makeset` and `makelist` keep 128 values
    /// where a call does not say how many, and those of today all.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Accounts = makeset(Account) by Computer
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Accounts = make_set(Account, 128) by Computer
    /// ```
    pub(in crate::check) DEPRECATED_FUNCTION = "deprecated-function", Warning;
}
