//! What a query reads is one answer: `check` and `plan` of a folder do not disagree about it.

use bartizan::plan::Reason;
use bartizan::resource::Kind;
use sentinel_emulator::Options;

use crate::examples::with_query;
use crate::folder::{Folder, WATCHLIST};
use crate::in_memory::{Checked, Workspace};

const RULE: &str = "rules/rule.yaml";

fn parser(alias: &str, query: &str) -> String {
    format!("kind: Parser\nfunctionAlias: {alias}\ndisplayName: {alias}\nfunctionQuery: |\n  {query}\n")
}

/// A folder of these files and the watchlist `allowed-hosts`, held to what `check` says of it and to what a plan of the
/// same resources cannot deploy.
async fn assert_read(files: &[(&str, String)], codes: &[&str], absent: &[&str]) {
    let folder = Folder::with(&[("rules/hosts/watchlist.yaml", WATCHLIST)]);
    for (path, text) in files {
        folder.write(path, text);
    }
    let shown = format!("{files:#?}");
    let checked = folder.run(&["check", "--format", "json"]);
    assert_eq!(checked.codes(), codes, "{shown}");
    let is_right = checked.code == 0;
    if is_right {
        let run = folder.run(&["plan", "--emulator"]);
        assert_eq!(run.code, 0, "{shown}\n{}\n{}", run.stdout, run.stderr);
    }
    let checked = Checked::read(&[folder.path().join("rules")]);
    let plan = Workspace::new(Options::default()).plan(&checked.compiled).await;
    let mut missing: Vec<&str> = plan
        .verdicts
        .iter()
        .filter(|change| matches!(change.reason, Reason::Absent(Kind::Watchlist) | Reason::TableAbsent))
        .flat_map(|change| change.absent.iter().map(String::as_str))
        .collect();
    missing.dedup();
    assert_eq!(missing, absent, "{shown}");
}

async fn assert_rule(query: &str, codes: &[&str], absent: &[&str]) {
    assert_read(&[(RULE, with_query(query))], codes, absent).await;
}

#[tokio::test(start_paused = true)]
async fn a_watchlist_that_nobody_has_is_found_by_whichever_way_a_rule_reads_it() {
    for query in [
        "_GetWatchlist('none')",
        "let list = 'none'; _GetWatchlist(list)",
        "let f = (list: string) { _GetWatchlist(list) }; f('none')",
        "let f = (list: string) { _GetWatchlist(list) }; f(list='none')",
        "let f = (list: string) { _GetWatchlist(strcat('no', list)) }; f('ne')",
        "let f = (list: string = 'none') { _GetWatchlist(list) }; f()",
        "let f = (list: string) { _GetWatchlist(list) }; let g = (name: string) { f(name) }; g('none')",
        "let list = 'allowed-hosts'; let f = () { let list = 'none'; _GetWatchlist(list) }; f()",
        "let f = () { let list = 'none'; _GetWatchlist(list) }; let g = () { let list = 'allowed-hosts'; _GetWatchlist(list) }; union (f()), (g())",
        "SecurityEvent | where Computer in~ ((_GetWatchlist('none') | project SearchKey))",
        "union isfuzzy=true SecurityEvent, (_GetWatchlist('none'))",
    ] {
        assert_rule(query, &["watchlist-unknown"], &["none"]).await;
    }
    assert_rule("_GetWatchlist('Allowed-Hosts')", &["watchlist-unknown"], &[]).await;
}

#[tokio::test(start_paused = true)]
async fn a_watchlist_that_only_seems_to_be_read_is_not_missed() {
    for query in [
        "let _GetWatchlist = (alias: string) { SecurityEvent | where Computer =~ alias }; _GetWatchlist('none')",
        "let f = (list: string) { _GetWatchlist(list) }; f('allowed-hosts')",
        "let list = 'none'; let f = () { let list = 'allowed-hosts'; _GetWatchlist(list) }; f() | where SearchKey != list",
        "SecurityEvent // _GetWatchlist('none')\n  | where Computer !~ \"_GetWatchlist('none')\"",
        "_GetWatchlist(toscalar(SecurityEvent | project Computer)) | project SearchKey",
    ] {
        assert_rule(query, &[], &[]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_parser_is_read_as_a_rule_is() {
    let missing = [
        "_GetWatchlist('none')",
        "let f = (list: string) { _GetWatchlist(list) }; f('none')",
        "let f = () { let list = 'none'; _GetWatchlist(list) }; f()",
    ];
    for query in missing {
        assert_read(&[("rules/p.yaml", parser("Hosts", query))], &["watchlist-unknown"], &["none"]).await;
        let through = [
            ("rules/p.yaml", parser("Hosts", query)),
            ("rules/q.yaml", parser("Outer", "Hosts | where SearchKey != ''")),
            (RULE, with_query("Outer | where SearchKey == 'a'")),
        ];
        assert_read(&through, &["watchlist-unknown"], &["none"]).await;
    }
    let shadowed = "let _GetWatchlist = (alias: string) { SecurityEvent }; _GetWatchlist('none')";
    assert_read(&[("rules/p.yaml", parser("Hosts", shadowed))], &[], &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_tables_of_a_parser_that_a_rule_can_do_without_may_be_absent() {
    let parser = ("rules/p.yaml", parser("Theirs", "Absent_CL | project Computer, TimeGenerated"));
    let fuzzy = with_query("union isfuzzy=true SecurityEvent, Theirs");
    assert_read(&[parser.clone(), (RULE, fuzzy)], &[], &[]).await;
    let needed = [
        parser,
        (RULE, with_query("union isfuzzy=true SecurityEvent, Theirs | join kind=inner Theirs on Computer")),
    ];
    let folder = Folder::with(&[]);
    for (path, text) in &needed {
        folder.write(path, text);
    }
    let checked = Checked::read(&[folder.path().join("rules")]);
    let plan = Workspace::new(Options::default()).plan(&checked.compiled).await;
    let absent: Vec<_> =
        plan.verdicts.iter().filter(|verdict| verdict.reason == Reason::TableAbsent).collect();
    assert_eq!(absent.len(), 1, "{:#?}", plan.verdicts);
}

/// The lists of indicators are declared by what compile makes of them; a rule may read them as well.
#[tokio::test(start_paused = true)]
async fn a_watchlist_made_from_indicators_is_one_that_somebody_has() {
    let indicators = "kind: Indicators\nfamily: SectopRAT\nsource: Example\ntargets: [CommonSecurityLog]\n\
                      indicators:\n  - {type: 'ip:port', value: '45.141.84.7:443'}\n";
    let rule = with_query("_GetWatchlist('bartizan-sectoprat') | project Indicator");
    assert_read(&[("rules/ioc.yaml", indicators.to_owned()), (RULE, rule)], &[], &[]).await;
    let wrong = with_query("_GetWatchlist('bartizan-sectoprat') | project Indicators");
    let codes = &["kql-unknown-name"];
    assert_read(&[("rules/ioc.yaml", indicators.to_owned()), (RULE, wrong)], codes, &[]).await;
}

#[test]
fn a_watchlist_that_the_settings_name_is_one_that_somebody_has() {
    let rule = with_query("let f = (list: string) { _GetWatchlist(list) }; f('theirs') | project Anything");
    let folder = Folder::with(&[
        ("bartizan.toml", "[watchlists]\nexternal = ['theirs']\n"),
        (RULE, &rule),
        ("rules/p.yaml", &parser("Theirs", "_GetWatchlist('theirs')")),
    ]);
    assert_eq!(folder.run(&["check", "--format", "json"]).expect(0).codes(), [""; 0]);
}
