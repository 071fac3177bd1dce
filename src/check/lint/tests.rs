use super::super::testing::{Found, bare, files, rule};

/// A rule with this query that maps nothing.
fn query(query: &str) -> Found {
    let lines: String = query.lines().map(|line| format!("  {line}\n")).collect();
    rule(&format!("query: |\n{lines}entityMappings: []\n"))
}

/// The codes and, for each, the text under it.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let found = query(text);
    let places = found.places().into_iter().map(str::to_owned);
    found.diagnostics.iter().map(|d| d.code.id).zip(places).collect()
}

#[track_caller]
pub(super) fn clean(text: &str) {
    assert_eq!(found(text), [], "{text}");
}

#[track_caller]
pub(super) fn only(text: &str, code: &'static str, place: &str) {
    assert_eq!(found(text), [(code, place.to_owned())], "{text}");
}

#[test]
fn a_sort_on_which_nothing_depends_is_found_wherever_its_rows_go() {
    for text in [
        "SecurityEvent | sort by TimeGenerated",
        "SecurityEvent | sort by TimeGenerated | project Computer | where Computer != ''",
        "SecurityEvent | sort by TimeGenerated | summarize count() by Computer",
        "SecurityEvent | join kind=inner (Heartbeat | sort by TimeGenerated) on Computer",
        "union (SecurityEvent | sort by TimeGenerated), Heartbeat",
        "let t = SecurityEvent | sort by TimeGenerated; t | where EventID == 1",
        "SecurityEvent | where Computer in ((Heartbeat | sort by TimeGenerated | project Computer))",
    ] {
        only(text, "sort-in-rule", "sort");
    }
    only("SecurityEvent | order by TimeGenerated", "sort-in-rule", "order");
}

#[test]
fn a_sort_on_which_something_depends_is_right() {
    for text in [
        "SecurityEvent | sort by TimeGenerated | extend n = row_number()",
        "SecurityEvent | sort by TimeGenerated | where prev(Computer) == Computer",
        "SecurityEvent | sort by TimeGenerated | project Computer | summarize make_list(Computer)",
        "SecurityEvent | sort by TimeGenerated | take 5",
        "SecurityEvent | sort by TimeGenerated | serialize",
        "let t = SecurityEvent | sort by TimeGenerated; t | extend gap = TimeGenerated - next(TimeGenerated)",
        "let newest = toscalar(SecurityEvent | sort by TimeGenerated desc | project TimeGenerated); SecurityEvent | where TimeGenerated == newest",
        "SecurityEvent | top 5 by TimeGenerated",
    ] {
        clean(text);
    }
}

#[test]
fn rows_taken_by_chance_are_found_and_rows_taken_in_order_are_right() {
    only("SecurityEvent | take 10", "take-in-rule", "take");
    only("SecurityEvent | limit 10 | project Computer", "take-in-rule", "limit");
    only("SecurityEvent | sample 10", "take-in-rule", "sample");
    only("SecurityEvent | summarize count() by Computer | take 10", "take-in-rule", "take");
    clean("SecurityEvent | order by TimeGenerated | project Computer | take 10");
    clean("SecurityEvent | summarize count() | take 1");
    let parser = |query: &str| {
        let text = format!(
            "kind: Parser\nfunctionAlias: A\nfunctionParameters: 'n:int=1'\nfunctionQuery: {query}\n"
        );
        files(&[("rules/a.yaml".into(), text)]).codes()
    };
    assert_eq!(parser("Heartbeat | take 5"), ["take-in-rule"]);
    assert_eq!(parser("Heartbeat | take n"), [""; 0], "whoever calls it says how many");
}

#[test]
fn a_join_without_kind_is_found_unless_each_key_stands_once_on_the_left() {
    only("SecurityEvent | join (Heartbeat) on Computer", "join-without-kind", "join");
    only(
        "SecurityEvent | extend k = 1 | join hint.strategy=shuffle (Heartbeat | extend k = 1) on k",
        "join-without-kind",
        "join",
    );
    only(
        "SecurityEvent | summarize count() by Computer, Account | join (Heartbeat) on Computer",
        "join-without-kind",
        "join",
    );
    for text in [
        "SecurityEvent | join kind=inner (Heartbeat) on Computer",
        "SecurityEvent | join kind = innerunique (Heartbeat) on Computer",
        "SecurityEvent | distinct Computer | join (Heartbeat) on Computer",
        "SecurityEvent | summarize n = count() by Computer | where n > 5 | join (Heartbeat) on Computer",
        "SecurityEvent | summarize count() by Host = Computer | join (Heartbeat) on $left.Host == $right.Computer",
        "let t = SecurityEvent | distinct Computer; t | join (Heartbeat) on Computer",
    ] {
        clean(text);
    }
}

#[test]
fn contains_of_a_whole_term_is_found_and_of_a_part_is_right() {
    let find = |condition: &str, place: &str| {
        only(&format!("SecurityEvent | where {condition}"), "contains-whole-term", place);
    };
    find("CommandLine contains 'mimikatz'", "CommandLine contains 'mimikatz'");
    find("CommandLine !contains @'certutil.exe'", "CommandLine !contains @'certutil.exe'");
    find("CommandLine contains_cs \"Invoke-Thing\"", "CommandLine contains_cs \"Invoke-Thing\"");
    for condition in [
        "CommandLine contains 'enc'",
        "CommandLine contains '.exe'",
        "CommandLine contains ' -nop '",
        "CommandLine contains 'admin'",
        "CommandLine contains 'PowerShell'",
        "CommandLine has 'mimikatz'",
        "Activity contains 'mimikatz'",
        "strcat(CommandLine, Process) contains 'mimikatz'",
        "CommandLine contains Account",
    ] {
        clean(&format!("SecurityEvent | where {condition}"));
    }
    clean("SecurityEvent | extend Both = strcat(CommandLine, Process) | where Both contains 'mimikatz'");
}

#[test]
fn a_lookback_is_worked_out_through_lets_and_arithmetic() {
    for (text, place) in [
        ("SecurityEvent | where TimeGenerated > ago(2h)", "ago(2h)"),
        ("let d = 14d; SecurityEvent | where TimeGenerated >= ago(d)", "ago(d)"),
        ("let start = ago(1d); SecurityEvent | where start < TimeGenerated", "start"),
        ("SecurityEvent | where TimeGenerated between (startofday(ago(7d)) .. now())", "startofday(ago(7d))"),
        ("SecurityEvent | where TimeGenerated > now() - 3 * 1h", "now() - 3 * 1h"),
        ("SecurityEvent | where TimeGenerated > now(-2d)", "now(-2d)"),
        (
            "SecurityEvent | where TimeGenerated > datetime_add('day', -1, now())",
            "datetime_add('day', -1, now())",
        ),
        ("DeviceEvents | where Timestamp > ago(1d)", "ago(1d)"),
    ] {
        assert_eq!(lookbacks(text), [place], "{text}");
    }
    let found = query("SecurityEvent | where TimeGenerated > ago(14d)");
    assert_eq!(found.only().message, "the query looks back 14d, and the service gives it 1h");
    assert_eq!(found.map.text(found.only().related[0].span), "1h");
    let help = |days: u32| {
        let found = query(&format!("SecurityEvent | where TimeGenerated > ago({days}d)"));
        found.only().help.clone().unwrap()
    };
    assert_eq!(help(14), "set `queryPeriod` to 14d, or look back no further than 1h");
    let often = rule(
        "queryFrequency: 5m\nentityMappings: []\nquery: SecurityEvent | where TimeGenerated > ago(2d)\n",
    );
    assert_eq!(
        often.only().help.as_deref(),
        Some(
            "set `queryPeriod` to 2d, with a `queryFrequency` of 1h or more, or look back no further than 1h"
        )
    );
    assert!(help(15).starts_with("look back no further"), "the service takes no longer period");
}

/// The places of the lookbacks that reach too far.
fn lookbacks(text: &str) -> Vec<String> {
    let found = found(text).into_iter().filter(|(code, _)| *code == "lookback-beyond-period");
    found.map(|(_, place)| place).collect()
}

#[test]
fn a_lookback_is_that_of_the_name_in_its_scope_and_of_each_call() {
    for (text, places) in [
        // A name that is bound again, in two functions, or by a parameter.
        (
            "let d = 30m; let f = () { let d = 14d; SecurityEvent | where TimeGenerated > ago(d) }; f()",
            vec!["ago(d)"],
        ),
        (
            "let d = 14d; let f = () { let d = 30m; SecurityEvent | where TimeGenerated > ago(d) }; f()",
            vec![],
        ),
        (
            "let f = () { let d = 30m; SecurityEvent | where TimeGenerated > ago(d) };\n\
             let g = () { let d = 14d; SecurityEvent | where TimeGenerated >= ago(d) };\nunion f(), g()",
            vec!["ago(d)"],
        ),
        ("let f = (d: timespan) { SecurityEvent | where TimeGenerated > ago(d) }; f(14d)", vec!["14d"]),
        (
            "let f = (d: timespan) { SecurityEvent | where TimeGenerated > ago(d) }; union f(30m), f(d=3d), f(2 * 1d)",
            vec!["3d", "2 * 1d"],
        ),
        (
            "let f = (d: timespan = 14d) { SecurityEvent | where TimeGenerated > ago(d) }; union f(), f(30m)",
            vec!["14d"],
        ),
        (
            "let d = 14d; let f = (d: timespan) { SecurityEvent | where TimeGenerated > ago(d) }; f(30m) | where EventID > strlen(tostring(d))",
            vec![],
        ),
        (
            "let f = (start: datetime) { SecurityEvent | where TimeGenerated between (start .. now()) }; f(ago(3d))",
            vec!["ago(3d)"],
        ),
        (
            "let f = (d: timespan) { SecurityEvent | where TimeGenerated > ago(d) }; let g = (n: int) { f(n * 1d) }; g(5)",
            vec!["5"],
        ),
        (
            "let f = (T: (*), d: timespan) { T | where TimeGenerated > ago(d) }; f(SecurityEvent, 2d)",
            vec!["2d"],
        ),
        (
            "let f = (T: (TimeGenerated: datetime), d: timespan) { T | where TimeGenerated > ago(d) }; SecurityEvent | invoke f(2d)",
            vec!["2d"],
        ),
    ] {
        assert_eq!(lookbacks(text), places, "{text}");
    }
}

#[test]
fn a_lookback_that_is_right_or_not_of_the_rows_is_nothing() {
    for text in [
        "SecurityEvent | where TimeGenerated > ago(1h)",
        "SecurityEvent | where TimeGenerated > ago(30m)",
        "SecurityEvent | where TimeGenerated < ago(30m)",
        "SecurityEvent | where TimeGenerated > startofday(ago(1h))",
        "SecurityEvent | where todatetime(PasswordLastSet) > ago(90d)",
        "SigninLogs | where CreatedDateTime > ago(90d)",
        "let f = (d: timespan) { SecurityEvent | where TimeGenerated > ago(d) }; f(1h)",
        "datatable (TimeGenerated: datetime) [] | where TimeGenerated > ago(90d)",
        "let d = d; SecurityEvent | where EventID > 1",
    ] {
        let found = found(text);
        assert!(!found.iter().any(|(code, _)| *code == "lookback-beyond-period"), "{text}: {found:?}");
    }
    let nrt = rule("kind: NRT\nquery: SecurityEvent | where TimeGenerated > ago(14d)\nentityMappings: []\n");
    assert!(!nrt.codes().contains(&"lookback-beyond-period"));
}

#[test]
fn a_hash_or_host_compared_by_case_with_what_someone_wrote_is_found() {
    for (condition, place) in [
        ("Computer == 'DC01'", "Computer"),
        ("Computer !in ('DC01', 'DC02')", "Computer"),
        ("FileHash in (hashes)", "FileHash"),
        ("FileHash in ((_GetWatchlist('hashes') | project SearchKey))", "FileHash"),
        ("Computer startswith_cs 'srv'", "Computer"),
    ] {
        // What changes the case elsewhere is another column.
        let text = format!(
            "let hashes = dynamic(['aa11', 'BB22']); let f = () {{ Heartbeat | extend Computer = tolower(Computer) }}; SecurityEvent | where {condition}"
        );
        let found = found(&text).into_iter().filter(|(code, _)| *code == "case-sensitive-compare");
        assert_eq!(found.map(|(_, place)| place).collect::<Vec<_>>(), [place], "{text}");
    }
    let found = query("SecurityEvent | where Computer != 'DC01'");
    assert_eq!(found.only().help.as_deref(), Some("write `Computer !~ …`"));
    let twice = "SecurityEvent | extend a = iff(Computer == 'DC01', 1, 0) | where Computer == 'DC01'";
    assert_eq!(found_codes(twice), ["case-sensitive-compare"]);
}

fn found_codes(text: &str) -> Vec<&'static str> {
    found(text).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn a_comparison_without_case_or_with_what_logs_say_is_right() {
    for text in [
        "SecurityEvent | where Computer =~ 'DC01' or Computer in~ ('DC01')",
        "SecurityEvent | where tolower(Computer) == 'dc01'",
        "SecurityEvent | extend Computer = tolower(Computer) | where Computer == 'dc01'",
        "SecurityEvent | where Computer == '' or Computer != '-'",
        "SecurityEvent | where Computer in ((Heartbeat | distinct Computer))",
        "SecurityEvent | where Account == 'CONTOSO'",
        "SecurityEvent | where Computer == WorkstationName",
        "SecurityEvent | extend FileHash = iff(FileHash == '', 'No Match', 'SHA256') | where FileHash == 'SHA256'",
        "let t = SecurityEvent | extend Computer = tolower(Computer); t | summarize count() by Computer | where Computer == 'dc01'",
        "let Computer = 'DC01'; print Computer == 'DC01'",
    ] {
        clean(text);
    }
}

#[test]
fn a_search_without_tables_is_found() {
    only("search 'evil'", "unscoped-search", "search");
    only("find where Computer has 'evil'", "unscoped-search", "find");
    clean("search in (SecurityEvent) 'evil'");
    clean("SecurityEvent | search 'evil'");
    assert_eq!(found_codes("search *"), ["searches-all-tables"]);
    assert_eq!(bare("union * | where TimeGenerated > ago(1h)"), ["unscoped-search"]);
}

#[test]
fn a_bare_query_names_a_time_in_any_way() {
    assert_eq!(bare("SecurityEvent | where EventID == 1"), ["no-time-bound"]);
    assert_eq!(
        bare("let t = SecurityEvent; t | summarize max(TimeGenerated) by Computer"),
        ["no-time-bound"]
    );
    for text in [
        "SecurityEvent | where TimeGenerated > ago(1d)",
        "SecurityEvent | where TimeGenerated between (ago(2d) .. ago(1d))",
        "SecurityEvent | where now() - TimeGenerated < 1h",
        "let start = ago(1d); SecurityEvent | where TimeGenerated > start",
        "SecurityEvent | take 10",
        "SecurityEvent | getschema",
        "print now()",
        "_GetWatchlist('a') | where SearchKey == 'b'",
    ] {
        assert_eq!(bare(text), [""; 0], "{text}");
    }
}

#[test]
fn what_a_rule_may_not_do_a_bare_query_may() {
    assert_eq!(
        bare("SecurityEvent | where TimeGenerated > ago(90d) | sort by TimeGenerated | project Computer"),
        [""; 0]
    );
    assert_eq!(bare("SecurityEvent | sample 10"), [""; 0]);
}

#[test]
fn nothing_is_said_of_a_query_that_cannot_be_read() {
    assert_eq!(found_codes("SecurityEvent | sort by TimeGenerated | where"), ["kql-missing-expression"]);
    assert_eq!(bare("SecurityEvent | where"), [""; 0]);
}

#[test]
fn a_parser_is_looked_at_at_its_own_places() {
    let parser = "kind: Parser\nfunctionAlias: Logons\ndisplayName: Logons\nfunctionParameters: 'host:string'\n\
                  functionQuery: |\n  SecurityEvent\n  | where Computer =~ host\n  | join (Heartbeat) on Computer\n  | take 5\n";
    let found = files(&[("rules/logons.yaml".into(), parser.to_owned())]);
    assert_eq!(found.codes(), ["join-without-kind", "take-in-rule"], "{:?}", found.diagnostics);
    assert_eq!(found.places(), ["join", "take"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Whatever stands in a query, in a rule and alone.
    #[test]
    fn no_query_makes_the_lints_panic(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "SecurityEvent", "Heartbeat", "Mine_CL", "|", "|", "(", ")", ";", ",", "=", "==", "in", "and", "let", "x", "f",
            "where", "sort by", "take 5", "join", "on", "union", "search", "find", "*", "summarize", "count()", "by",
            "Computer", "TimeGenerated", "CommandLine", ">", "ago(1d)", "ago(x)", "contains", "'mimikatz'", "5m", "x * 2",
            "extend", "tolower(Computer)", "between (ago(2d) .. now())", "table(x)", "_GetWatchlist('a')", "{", "}",
            "// bartizan: allow(sort-in-rule)\n", "// bartizan: é\n", "toscalar(", "materialize(", "dynamic(['a'])",
        ]), 0..40),
    ) {
        let text = words.join(" ");
        bare(&text);
        query(&text);
    }
}
