mod columns;

use camino::Utf8Path;
use kql::TokenKind;
use proptest::prelude::*;
use serde_json::Value;

use super::source::{is_key, slug};
use super::targets::TARGETS;
use super::*;
use crate::document::{self, Document};
use crate::feed::page;
use crate::resource::Severity;

/// Compiles files given by path and text: YAML, or pages.
fn compiled(files: &[(&str, &str)]) -> (Vec<Compiled>, Vec<Diagnostic>) {
    let mut map = SourceMap::new();
    let mut diagnostics = Vec::new();
    let (mut documents, mut pages) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let file = map.add(*path, *text);
        if path.ends_with(".txt") {
            pages.extend(page::parse(text, file, &mut diagnostics));
        } else if let Some(Document::Indicators(file)) = document::read(&map, file, &mut diagnostics) {
            documents.push(*file);
        }
    }
    let compiled = compile(&map, &documents, &pages, &Config::default(), &mut diagnostics);
    (compiled, diagnostics)
}

fn one(yaml: &str) -> (Vec<Compiled>, Vec<Diagnostic>) {
    compiled(&[("a.yaml", &format!("kind: Indicators\nfamily: Evil RAT\n{yaml}"))])
}

fn ids(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|d| d.code.id).collect()
}

fn bodies(compiled: &[Compiled]) -> Vec<(String, Value)> {
    compiled.iter().map(|c| (c.resource.identity().to_string(), c.resource.body_with_rows())).collect()
}

fn rules(compiled: &[Compiled]) -> Vec<&AlertRule> {
    compiled
        .iter()
        .filter_map(|c| match &c.resource {
            Resource::AlertRule(rule) => Some(rule),
            Resource::Watchlist(_) | Resource::SavedSearch(_) => None,
        })
        .collect()
}

fn list(compiled: &[Compiled]) -> &Watchlist {
    match &compiled[0].resource {
        Resource::Watchlist(watchlist) => watchlist,
        other => panic!("{other:?}"),
    }
}

/// The query of the rule for a table.
fn query(compiled: &[Compiled], table: &str) -> String {
    let position = compiled.iter().position(|c| c.needs.tables == [table]).expect("a rule for the table");
    match &compiled[position].resource {
        Resource::AlertRule(rule) => rule.properties.query.clone(),
        Resource::Watchlist(_) | Resource::SavedSearch(_) => unreachable!(),
    }
}

/// The kinds of a query's tokens, without trivia.
fn shape(query: &str) -> Vec<TokenKind> {
    let lexed = kql::lex(query);
    assert!(lexed.diagnostics.is_empty(), "{:?}\n{query}", lexed.diagnostics);
    lexed.significant().map(|token| token.kind).collect()
}

const SEED: &str = include_str!("../../../rules/indicators/sectoprat.yaml");

#[test]
fn the_shipped_detection_compiles_to_these_resources() {
    let (compiled, diagnostics) = compiled(&[("sectoprat.yaml", SEED)]);
    assert_eq!(diagnostics, []);
    let mut out = String::new();
    for item in &compiled {
        let mut body = item.resource.body_with_rows();
        let query = body["properties"].as_object_mut().and_then(|p| p.shift_remove("query"));
        out += &format!("# {}\nneeds: {:?}\n", item.resource.identity(), item.needs);
        out += &serde_json::to_string_pretty(&body).unwrap();
        if let Some(query) = query.as_ref().and_then(Value::as_str) {
            out += &format!("\n\n{query}");
        }
        out += "\n\n";
    }
    insta::assert_snapshot!("seed", out.trim_end());
}

#[test]
fn each_target_has_its_query() {
    let (compiled, _) = one("");
    let all: Vec<String> = TARGETS.iter().map(|target| query(&compiled, target.table)).collect();
    insta::assert_snapshot!("queries", all.join("\n----\n"));
}

#[test]
fn without_targets_every_table_has_a_rule_whatever_the_list_holds() {
    let (empty, diagnostics) = one("");
    assert_eq!(diagnostics, []);
    let (full, _) = one(
        "indicators:\n  - {type: domain, value: evil.net, confidence: 75}\n  - {type: md5, value: 9e107d9d372bb6826bd81d3542a419d6}\n",
    );
    let tables: Vec<&str> = empty[1..].iter().map(|c| c.needs.tables[0].as_str()).collect();
    assert_eq!(tables, TARGETS.iter().map(|t| t.table).collect::<Vec<_>>());
    assert_eq!(rules(&empty), rules(&full));
    assert!(list(&empty).rows.is_empty());
    assert_eq!(list(&full).rows.len(), 2);
}

#[test]
fn files_and_pages_of_a_key_make_the_same_resources_in_any_order_and_at_any_path() {
    let a = "kind: Indicators\nfamily: Evil RAT\nseverity: High\ndescription: One.\nindicators:\n  - {type: 'ip:port', value: '5.188.86.6:1', firstSeen: 2026-01-02, confidence: 50, threatType: payload}\n";
    let b = "kind: Indicators\nkey: evil-rat\nfamily: EVIL RAT\nexpiresAfter: 30d\nfalsePositives: [A test]\nindicators:\n  - {type: 'ip:port', value: '5.188.86.6:1', firstSeen: 2026-01-09, confidence: 90}\n";
    let c = "Intro.\nMalware Family: Evil RAT Total IOCs: 1 IOC Types: domain\n| Type | Value | Threat Type | First Seen | Confidence |\n| domain | evil[.]net | botnet_cc | 2026-01-01 | 75% |\n// Source: ThreatFox - Evil RAT\nScenario: A test\nFilter/Exclusion: None.\n";
    let (first, diagnostics) = compiled(&[("a.yaml", a), ("b.yaml", b), ("c.txt", c)]);
    assert_eq!(diagnostics, []);
    for order in [[("x.txt", c), ("y.yaml", b), ("z.yaml", a)], [("1.yaml", b), ("2.txt", c), ("3.yaml", a)]]
    {
        assert_eq!(bodies(&compiled(&order).0), bodies(&first));
    }
    assert_eq!(first.len(), 1 + TARGETS.len());
    let watchlist = list(&first);
    insta::assert_snapshot!(watchlist.rows.csv().replace('\r', ""), @r#"
    Indicator,IndicatorType,Address,Port,Domain,Url,Hash,Family,ThreatType,Confidence,FirstSeen,ExpiresOn,Reference,PublishedBy
    5.188.86.6:1,ip:port,5.188.86.6,1,,,,"EVIL RAT, Evil RAT",payload,90,2026-01-02,2026-02-08,,
    evil.net,domain,,,evil.net,,,Evil RAT,botnet_cc,75,2026-01-01,2026-01-31,,ThreatFox
    "#);
}

#[test]
fn an_indicator_expires_so_long_after_it_was_first_seen_and_without_a_day_never() {
    let (compiled, diagnostics) = one(
        "expiresAfter: 36h\nindicators:\n  - {type: domain, value: a.net, firstSeen: 2026-01-01}\n  - {type: domain, value: b.net}\n  - {type: domain, value: c.net, firstSeen: 2026-01-01}\n  - {type: domain, value: C.net.}\n",
    );
    assert_eq!(diagnostics, []);
    let rows: Vec<_> = list(&compiled)
        .rows
        .iter()
        .map(|row| [row.cell(0), row.get("FirstSeen"), row.get("ExpiresOn")])
        .collect();
    assert_eq!(
        rows,
        [["a.net", "2026-01-01", "2026-01-02T12:00:00Z"], ["b.net", "", ""], ["c.net", "2026-01-01", ""]]
    );
}

#[test]
fn the_key_is_written_or_made_of_the_family_and_never_of_the_path() {
    for (yaml, key) in [
        ("family: SectopRAT", Some("sectoprat")),
        ("family: Loki Password Stealer (PWS)", Some("loki-password-stealer-pws")),
        ("family: X\nkey: my-key", Some("my-key")),
        ("family: X\nkey: My Key", None),
        ("family: X\nkey: -a", None),
        ("family: Ёж", None),
        ("source: ThreatFox", None),
    ] {
        let (compiled, diagnostics) =
            compiled(&[("some/where.yaml", &format!("kind: Indicators\n{yaml}\n"))]);
        match key {
            Some(key) => {
                assert_eq!(diagnostics, [], "{yaml}");
                assert_eq!(list(&compiled).alias, format!("bartizan-{key}"));
            }
            None => assert_eq!((ids(&diagnostics), compiled.len()), (vec!["indicator-key"], 0), "{yaml}"),
        }
    }
    let long = slug(&"Evil ".repeat(40)).unwrap();
    assert!(is_key(&long), "{long}");
    assert_ne!(Some(long), slug(&"Evil ".repeat(41)));
}

#[test]
fn a_rules_id_follows_from_key_and_table_alone() {
    assert_eq!(rule_id("sectoprat", "CommonSecurityLog").to_string(), "0b341006-9026-502d-a782-33d431d8bada");
    let mut seen = BTreeSet::new();
    for target in TARGETS {
        for key in ["a", "b", "a-b"] {
            assert!(seen.insert(rule_id(key, target.table)));
        }
    }
}

#[test]
fn files_of_a_key_that_disagree_yield_nothing_and_say_so() {
    for (a, b, conflict) in [
        ("severity: High", "severity: Low", true),
        ("severity: High", "severity: high", false),
        ("severity: High", "", false),
        ("targets: [DnsEvents, UrlClickEvents]", "targets: [urlclickevents, DnsEvents]", false),
        ("targets: [DnsEvents]", "targets: [UrlClickEvents]", true),
        ("expiresAfter: 30d", "expiresAfter: P30D", false),
        ("enabled: true", "enabled: false", true),
        ("exclusions: {hosts: [a]}", "exclusions: {hosts: [b]}", false),
    ] {
        let text = |rest: &str| format!("kind: Indicators\nfamily: Evil RAT\n{rest}\n");
        let (compiled, diagnostics) = compiled(&[("a.yaml", &text(a)), ("b.yaml", &text(b))]);
        let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code.id).collect();
        assert_eq!(errors, if conflict { vec!["indicator-conflict"] } else { vec![] }, "{a} / {b}");
        assert_eq!(compiled.is_empty(), conflict);
    }
}

#[test]
fn a_setting_that_cannot_be_read_is_named_and_nothing_is_deployed() {
    for (yaml, code) in [
        ("severity: Critical", "indicator-setting"),
        ("match: port", "indicator-setting"),
        ("inbound: none", "indicator-setting"),
        ("queryFrequency: 1m", "indicator-setting"),
        ("queryPeriod: 30d", "indicator-setting"),
        ("queryPeriod: 30m", "indicator-setting"),
        ("{queryPeriod: 2d, queryFrequency: 30m}", "indicator-setting"),
        ("expiresAfter: 1M", "indicator-setting"),
        ("threatType: \"a'b\"", "indicator-setting"),
        ("exclusions: {addresses: [10.0.0]}", "indicator-setting"),
        ("exclusions: {addresses: ['::/0']}", "indicator-setting"),
        ("exclusions: {domains: ['a b.com']}", "indicator-setting"),
        ("exclusions: {processes: ['C:\\a.exe']}", "indicator-setting"),
        ("targets: [SecurityEvent]", "indicator-target"),
        ("targets: []", "indicator-target"),
    ] {
        let yaml = yaml.trim_matches(['{', '}'].as_slice()).replace(", query", "\nquery");
        let yaml = if yaml.starts_with("exclusions") { format!("{yaml}}}").replace("}}", "}") } else { yaml };
        let (compiled, diagnostics) = one(&yaml);
        assert_eq!((ids(&diagnostics), compiled.len()), (vec![code], 0), "{yaml}");
    }
}

#[test]
fn a_refused_indicator_is_named_at_its_line_and_the_others_deploy() {
    let (compiled, diagnostics) = one(
        "indicators:\n  - {type: domain, value: frBvNnnFYR6XR622pBE0NQ==}\n  - {type: sha256, value: deadbeef}\n  - {type: 'ip:port', value: '5.188.86.6:9000'}\n",
    );
    assert_eq!(ids(&diagnostics), ["indicator-refused", "indicator-refused"]);
    assert!(diagnostics.iter().all(|d| !d.is_error()));
    assert_eq!(list(&compiled).rows.len(), 1);
}

#[test]
fn an_exclusion_for_which_a_target_has_no_column_is_named() {
    let (compiled, diagnostics) = one(
        "targets: [DnsEvents, UrlClickEvents, DeviceNetworkEvents]\nexclusions: {processes: [Backup.exe], hosts: [pc1]}",
    );
    let messages: Vec<_> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`hosts` excludes nothing in DnsEvents and UrlClickEvents: no column holds the name of the affected host",
            "`processes` excludes nothing in DnsEvents and UrlClickEvents: no column holds a process",
        ]
    );
    assert!(query(&compiled, "DeviceNetworkEvents").contains("| where Process !in~ (\"backup.exe\")\n"));
    assert!(!query(&compiled, "DnsEvents").contains("backup.exe"));
}

#[test]
fn exclusions_are_compiled_into_the_query() {
    let (compiled, diagnostics) = one(
        "targets: [CommonSecurityLog]\nexclusions:\n  addresses: [10.1.0.0/16, 192.0.2.9, '2a02::/32']\n  hosts: [PC1.corp.net]\n  domains: [Bücher.de, corp.net]\n  processes: [scan.exe]\n",
    );
    assert_eq!(diagnostics, []);
    let query = query(&compiled, "CommonSecurityLog");
    let lines: Vec<&str> = query
        .lines()
        .filter(|l| l.contains("xcluded") || l.contains("Visited") || l.contains("!in~"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    let excludedV4 = dynamic(["10.1.0.0/16", "192.0.2.9/32"]);
    let excludedV6 = dynamic(["2a02::/32"]);
    | where not(coalesce(ipv4_is_in_any_range(Source, excludedV4), false))
    | where not(coalesce(ipv4_is_in_any_range(Destination, excludedV4), false))
    | where not(coalesce(ipv6_is_in_any_range(Source, excludedV6), false))
    | where not(coalesce(ipv6_is_in_any_range(Destination, excludedV6), false))
    | where SourceHostName !in~ ("pc1.corp.net") and tostring(split(SourceHostName, ".")[0]) !in~ ("pc1.corp.net")
    | where DestinationHostName !in~ ("pc1.corp.net") and tostring(split(DestinationHostName, ".")[0]) !in~ ("pc1.corp.net")
    | where SourceProcessName !in~ ("scan.exe")
    | extend Visited = iff(Side == "url", host(RequestURL), "")
    | where not(Visited in ("corp.net", "xn--bcher-kva.de") or Visited endswith ".corp.net" or Visited endswith ".xn--bcher-kva.de")
    "#);
}

#[test]
fn match_endpoint_compares_the_port_of_the_matched_side() {
    let (by_address, _) = one("targets: [CommonSecurityLog]");
    let (by_endpoint, _) = one("targets: [CommonSecurityLog]\nmatch: endpoint");
    let (by_address, by_endpoint) =
        (query(&by_address, "CommonSecurityLog"), query(&by_endpoint, "CommonSecurityLog"));
    assert!(by_address.contains("SourceMatch = address(SourceIP),\n"));
    assert!(by_endpoint.contains("SourceMatch = strcat(address(SourceIP), \" \", SourcePort),\n"));
    assert!(
        by_endpoint.contains("DestinationMatch = strcat(address(DestinationIP), \" \", DestinationPort),\n")
    );
    assert!(by_endpoint.contains("strcat(address(Address), \" \", Port)"));
}

#[test]
fn blocked_inbound_connections_count_only_where_asked_for() {
    let step = "| where not(Side == \"source\" and Blocked)\n";
    assert!(query(&one("").0, "CommonSecurityLog").contains(step));
    assert!(query(&one("inbound: allowed").0, "CommonSecurityLog").contains(step));
    assert!(!query(&one("inbound: all").0, "CommonSecurityLog").contains(step));
}

#[test]
fn what_was_blocked_is_low_and_never_above_the_rules_severity() {
    for (severity, blocked) in
        [(Severity::High, "Low"), (Severity::Low, "Low"), (Severity::Informational, "Informational")]
    {
        let (compiled, _) = one(&format!("severity: {}", severity.as_str()));
        let expected =
            format!("Severity = iff(BlockedEvents == Events, \"{blocked}\", \"{}\")", severity.as_str());
        for rule in rules(&compiled) {
            let details = rule.properties.alert_details_override.as_ref().unwrap();
            let dynamic = details.alert_severity_column_name.is_some();
            assert_eq!(
                rule.properties.query.contains(&expected),
                dynamic,
                "{}",
                rule.properties.display_name
            );
        }
    }
}

#[test]
fn tactics_follow_from_the_threat_type_or_else_from_the_table() {
    let (named, _) = one("threatType: botnet_cc\ntargets: [CommonSecurityLog]");
    assert_eq!(rules(&named)[0].properties.techniques, ["T1071"]);
    let (unnamed, _) = one("targets: [CommonSecurityLog, DeviceFileEvents]");
    let found: Vec<_> = rules(&unnamed).iter().map(|rule| rule.properties.techniques.join(" ")).collect();
    assert_eq!(found, ["T1071 T1105 T1189", "T1204"]);
}

#[test]
fn inline_indicators_stand_in_the_query_while_they_fit() {
    let row = |at: usize| format!("  - {{type: domain, value: evil{at}.net, firstSeen: 2026-01-01}}\n");
    let (compiled, diagnostics) = one(&format!("inline: true\nindicators:\n{}{}", row(1), row(2)));
    assert_eq!(diagnostics, []);
    assert_eq!(rules(&compiled).len(), compiled.len(), "no watchlist");
    let query = query(&compiled, "DnsEvents");
    assert!(query.contains("\"evil2.net\"") && !query.contains("_GetWatchlist"), "{query}");
    assert!(compiled[0].needs.watchlists.is_empty());

    let many: String = (0..200).map(row).collect();
    let (compiled, diagnostics) = one(&format!("inline: true\nindicators:\n{many}"));
    assert_eq!(ids(&diagnostics), ["indicator-inline"]);
    assert_eq!(list(&compiled).rows.len(), 200);
    assert_eq!(compiled[1].needs.watchlists, ["bartizan-evil-rat"]);
}

#[test]
fn indicators_that_no_target_can_hold_are_named() {
    let (_, diagnostics) =
        one("targets: [DnsEvents]\nindicators:\n  - {type: 'ip:port', value: '5.188.86.6:9000'}\n");
    assert_eq!(ids(&diagnostics), ["indicator-unhunted"]);
}

#[test]
fn false_positives_stand_in_the_description_within_its_limit_and_in_no_query() {
    let many: String = (0..300).map(|at| format!("  - scenario: Somebody runs tool{at}.exe for a good reason\n    filter: exclude powershell.exe\n")).collect();
    let (compiled, _) = one(&format!("description: {}\nfalsePositives:\n{many}", "Long. ".repeat(300)));
    for rule in rules(&compiled) {
        let description = &rule.properties.description;
        assert!(description.chars().count() <= rule::MAX_DESCRIPTION);
        assert!(
            description.contains("- Somebody runs tool0.exe for a good reason (exclude powershell.exe)\n")
        );
        assert!(description.ends_with("\n- more in the rule files"), "{description}");
        assert!(!rule.properties.query.contains("powershell"));
    }
}

/// Holds every rule against the limits that the service documents.
fn within_limits(compiled: &[Compiled]) {
    for item in compiled {
        match &item.resource {
            Resource::Watchlist(list) => {
                for name in [&list.alias, &list.display_name] {
                    assert!((3..=64).contains(&name.len()), "{name}");
                    assert!(
                        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_')),
                        "{name}"
                    );
                }
                let keys: BTreeSet<&str> = list.rows.iter().map(|row| row.cell(0)).collect();
                assert_eq!(keys.len(), list.rows.len(), "the search key is unique");
                assert!(!keys.contains(""));
            }
            Resource::AlertRule(rule) => {
                let p = &rule.properties;
                let length = p.query.chars().count();
                assert!((1..=query::MAX_QUERY).contains(&length), "{}: {length}", p.display_name);
                assert!(p.display_name.chars().count() <= 256);
                assert!(p.description.chars().count() <= 5_000);
                assert!((1..=10).contains(&p.entity_mappings.len()));
                assert!(p.entity_mappings.iter().all(|m| (1..=3).contains(&m.field_mappings.len())));
                assert!(p.custom_details.len() <= 20);
                assert!(
                    p.custom_details
                        .keys()
                        .all(|key| key.len() <= 20 && key.chars().all(char::is_alphanumeric))
                );
                let name =
                    p.alert_details_override.as_ref().unwrap().alert_display_name_format.as_ref().unwrap();
                assert!(name.len() <= 256 && name.matches("{{").count() <= 3);
                assert!(p.query_period >= p.query_frequency);
                assert!(!p.tactics.is_empty() || p.techniques.is_empty());
                let analysis = kql::analyze(&kql::parse(p.query.as_str()), &kql::Nothing);
                assert!(analysis.reads().iter().all(|read| read.kind != kql::ReadKind::EveryTable));
            }
            Resource::SavedSearch(_) => unreachable!("indicators make no functions"),
        }
    }
}

#[test]
fn every_target_keeps_the_services_limits_with_every_setting() {
    for yaml in [
        "",
        "match: endpoint\ninbound: all\nseverity: Informational",
        "exclusions: {addresses: [10.0.0.0/8, 'fd00::/8'], hosts: [a, b.c], domains: [a.com, b.com], processes: [x.exe]}",
    ] {
        within_limits(&one(yaml).0);
    }
    let long = "x".repeat(400);
    within_limits(&compiled(&[("a.yaml", &format!("kind: Indicators\nfamily: {long}\nsource: {long}\n"))]).0);
}

#[test]
fn every_column_that_a_rule_names_is_one_that_its_query_makes() {
    for (target, rule) in TARGETS.iter().zip(rules(&one("").0)) {
        let lexed = kql::lex(&rule.properties.query);
        let tokens: Vec<_> = lexed.significant().collect();
        let lookup = tokens.iter().position(|t| lexed.text(*t) == "lookup").expect("a lookup");
        // After the lookup: names that are assigned, and those after the last `by`.
        let last = &tokens[lookup..];
        let mut made: BTreeSet<&str> = last
            .windows(2)
            .filter(|pair| pair[0].kind == TokenKind::Identifier && pair[1].kind == TokenKind::Equal)
            .map(|pair| lexed.text(pair[0]))
            .collect();
        made.extend(target.asset.iter().map(|(name, _)| *name));
        made.insert("Indicator");
        let p = &rule.properties;
        let details = p.alert_details_override.as_ref().unwrap();
        let mut named: Vec<&str> = p.custom_details.values().filter_map(Value::as_str).collect();
        named
            .extend(p.entity_mappings.iter().flat_map(|m| &m.field_mappings).map(|f| f.column_name.as_str()));
        named.extend(details.alert_severity_column_name.as_deref());
        named.extend(details.alert_tactics_column_name.as_deref());
        let format = details.alert_display_name_format.as_deref().unwrap();
        named.extend(format.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()));
        for name in named {
            assert!(made.contains(name), "{}: {name}", target.table);
        }
    }
}

#[test]
fn every_page_of_the_corpus_compiles() {
    let root = std::env::var("BARTIZAN_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into());
    let mut texts = Vec::new();
    for folder in ["seed", "pages"] {
        let Ok(entries) = Utf8Path::new(&root).join(folder).read_dir_utf8() else { continue };
        texts.extend(entries.flatten().map(|entry| std::fs::read_to_string(entry.path()).unwrap()));
    }
    if texts.is_empty() {
        println!("skipped: no pages in {root}");
        return;
    }
    let paths: Vec<String> = (0..texts.len()).map(|at| format!("{at}.txt")).collect();
    let files: Vec<(&str, &str)> =
        paths.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let (compiled, diagnostics) = compiled(&files);
    assert!(diagnostics.iter().all(|d| d.code.id == "indicator-refused"), "{diagnostics:?}");
    within_limits(&compiled);
    let rows: usize = compiled
        .iter()
        .filter_map(|c| match &c.resource {
            Resource::Watchlist(list) => Some(list.rows.len()),
            Resource::AlertRule(_) | Resource::SavedSearch(_) => None,
        })
        .sum();
    println!(
        "{} pages, {} resources, {rows} indicators, {} refused",
        files.len(),
        compiled.len(),
        diagnostics.len()
    );
}

/// Text that would like to be more than text.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("\\".to_owned()),
        Just("\") | union * //".to_owned()),
        Just("```".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("{{Indicator}}".to_owned()),
        Just("host(".to_owned()),
        Just("evil.com".to_owned()),
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_value_however_hostile_changes_the_shape_of_a_query(text in hostile(), path in hostile()) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let yaml = |word: &str, path: &str| {
            format!(
                "kind: Indicators\nkey: k\ninline: true\nfamily: {0}\nsource: {0}\ndescription: {0}\nfalsePositives: [{0}]\n\
                 exclusions: {{hosts: [{1}], processes: [{2}]}}\n\
                 indicators:\n  - {{type: url, value: {3}, threatType: {0}, reference: {3}, firstSeen: {0}, confidence: {0}}}\n\
                 \x20 - {{type: domain, value: evil.net, threatType: {0}}}\n",
                quoted(word),
                quoted(&format!("h{}", word.chars().take(200).collect::<String>())),
                quoted(&format!("p{}.exe", word.replace(['/', '\\'], ""))),
                quoted(&format!("http://evil.net/a{path}")),
            )
        };
        let (plain, _) = compiled(&[("a.yaml", &yaml("plain", "path"))]);
        let (odd, _) = compiled(&[("a.yaml", &yaml(&text, &path))]);
        prop_assert_eq!(plain.len(), odd.len());
        for (plain, odd) in rules(&plain).iter().zip(rules(&odd)) {
            prop_assert_eq!(shape(&plain.properties.query), shape(&odd.properties.query));
        }
    }
}
