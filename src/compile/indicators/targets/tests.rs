//! The data of the targets, and the hits and near misses that docs/indicators.md lists.
//!
//! No engine of KQL is at hand, so the queries themselves are not run. What is run are the regular expressions and
//! constants of the queries, taken out of their text, inside a model of the few functions around them.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv6Addr;

use kql::TokenKind;
use regex::Regex;

use super::super::query;
use super::*;
use crate::diagnostic::{SourceMap, Span};
use crate::indicator::{Field, Indicator, Written};

/// The fragments of an entry that read the table's own columns.
fn fragments(target: &Target) -> Vec<&'static str> {
    let mut out: Vec<&str> = target.columns.iter().map(|(_, expression)| *expression).collect();
    out.extend(target.filter);
    out.extend(target.blocked);
    out.extend(target.sides.iter().flat_map(|side| [side.address, side.port]));
    out
}

/// The names in a fragment that are neither functions nor words of the language.
fn names(fragment: &str) -> BTreeSet<String> {
    let lexed = kql::lex(fragment);
    assert!(lexed.diagnostics.is_empty(), "{fragment}: {:?}", lexed.diagnostics);
    let tokens: Vec<_> = lexed.significant().collect();
    tokens
        .windows(2)
        .filter(|pair| pair[0].kind == TokenKind::Identifier && pair[1].kind != TokenKind::OpenParen)
        .map(|pair| lexed.text(pair[0]).to_owned())
        .filter(|name| !["and", "or", "not", "startswith", "in", "has"].contains(&name.as_str()))
        .collect()
}

#[test]
fn every_column_that_a_target_reads_is_one_of_its_table() {
    let path = std::env::var("BARTIZAN_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into())
        + "/../facts/table-schemas.tsv";
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {path}");
        return;
    };
    let mut known: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for line in text.lines() {
        let mut cells = line.split('\t');
        if let (Some(table), Some(column)) = (cells.next(), cells.next()) {
            known.entry(table).or_default().insert(column);
        }
    }
    for target in TARGETS {
        let columns = known.get(target.table).unwrap_or_else(|| panic!("no table {}", target.table));
        assert!(columns.contains("TimeGenerated"));
        for fragment in fragments(target) {
            for name in names(fragment) {
                assert!(columns.contains(name.as_str()), "{}: {name} in {fragment}", target.table);
            }
        }
    }
}

#[test]
fn no_target_shows_the_sensor_as_the_asset() {
    for target in TARGETS {
        let read: BTreeSet<String> = fragments(target).into_iter().flat_map(names).collect();
        let sensors: &[&str] = if target.connector == "MicrosoftThreatProtection" {
            &["Computer"]
        } else {
            &[
                "Computer",
                "DeviceName",
                "Dvc",
                "DvcHostname",
                "DvcIpAddr",
                "DeviceAddress",
                "CollectorHostName",
            ]
        };
        for sensor in sensors {
            assert!(!read.contains(*sensor), "{}: {sensor}", target.table);
        }
        assert!(!read.contains("Timestamp"));
    }
}

#[test]
fn what_may_be_excluded_by_is_a_column_of_the_query() {
    for target in TARGETS {
        let mut made: BTreeSet<String> = target.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        for list in [target.excludable.addresses, target.excludable.hosts, target.excludable.processes] {
            for fragment in list {
                assert!(names(fragment).is_subset(&made), "{}: {fragment}", target.table);
            }
        }
        made.extend(target.expand.iter().flat_map(|step| assigned(step)));
        for fragment in target.excludable.domains {
            assert!(names(fragment).is_subset(&made), "{}: {fragment}", target.table);
        }
    }
}

/// The names that a step assigns.
fn assigned(step: &str) -> Vec<String> {
    let lexed = kql::lex(step);
    let tokens: Vec<_> = lexed.significant().collect();
    tokens
        .windows(2)
        .filter(|pair| pair[0].kind == TokenKind::Identifier && pair[1].kind == TokenKind::Equal)
        .map(|pair| lexed.text(pair[0]).to_owned())
        .collect()
}

#[test]
fn the_default_targets_of_each_type_are_these() {
    let tables = |kind| -> Vec<&str> {
        TARGETS.iter().filter(|t| t.holds.contains(&Matter::of(kind))).map(|t| t.table).collect()
    };
    assert_eq!(tables(IndicatorKind::IpPort), ["CommonSecurityLog", "DeviceNetworkEvents"]);
    assert_eq!(tables(IndicatorKind::Domain), ["DeviceNetworkEvents", "DnsEvents", "ASimDnsActivityLogs"]);
    assert_eq!(tables(IndicatorKind::Url), ["CommonSecurityLog", "DeviceNetworkEvents", "UrlClickEvents"]);
    for kind in [IndicatorKind::Md5, IndicatorKind::Sha1, IndicatorKind::Sha256] {
        assert_eq!(tables(kind), ["DeviceFileEvents", "DeviceProcessEvents"]);
    }
}

/// The verbatim strings of a fragment: its regular expressions, in order.
fn patterns(fragment: &str) -> Vec<Regex> {
    let lexed = kql::lex(fragment);
    lexed
        .significant()
        .filter(|token| token.kind == TokenKind::String)
        .map(|token| lexed.text(token))
        .filter(|text| text.starts_with('@') && !text.contains(r"\1//"))
        .map(|text| Regex::new(&kql::literal::decode(text).unwrap()).unwrap())
        .collect()
}

/// `let address` of the queries.
fn address(value: &str) -> String {
    let mapped = value.to_ascii_lowercase().starts_with("::ffff:") && value.contains('.');
    let plain = if mapped { &value[7..] } else { value };
    if !plain.contains(':') {
        return plain.to_owned();
    }
    let Ok(v6) = plain.parse::<Ipv6Addr>() else { return String::new() };
    v6.segments().map(|segment| format!("{segment:04x}")).join(":")
}

/// `let host` of the queries, by its own expression.
fn host(value: &str) -> String {
    let [trimmed, part] = patterns(query::HOST).try_into().expect("two expressions");
    assert_eq!(trimmed.as_str(), r"\.");
    let found = part.captures(value).and_then(|found| found.get(1)).map_or("", |found| found.as_str());
    found.to_lowercase().trim_end_matches('.').to_owned()
}

/// `let url` of the queries, by its own expressions.
fn url(value: &str) -> String {
    let [scheme, authority, path, http, https] = patterns(query::URL).try_into().expect("five expressions");
    if value.is_empty() {
        return String::new();
    }
    let whole = if scheme.is_match(value) { value.to_owned() } else { format!("//{value}") };
    let authority = authority.find(&whole).map_or("", |found| found.as_str());
    let path = path.find(&whole[authority.len()..]).map_or("", |found| found.as_str());
    let bare = http.replace(&authority.to_lowercase(), "$1//$2").into_owned();
    let bare = https.replace(&bare, "$1//$2").into_owned();
    format!("{bare}{}{path}", if path.starts_with('/') { "" } else { "/" })
}

fn parents(host: &str) -> Vec<String> {
    let labels: Vec<&str> = host.split('.').collect();
    (0..labels.len().saturating_sub(1)).map(|depth| labels[depth..].join(".")).collect()
}

#[test]
fn the_list_and_the_query_agree_on_the_form_of_a_url() {
    for written in [
        "HTTP://Evil.COM",
        "http://evil.com:80/d?x=1#y",
        "https://user:pw@evil.com:443?q",
        "https://evil.com:8443/D/",
        "http://[2a02:cf40:1::5]:8080/a",
        "http://evil.com./a//b",
    ] {
        let listed = read("url", written).value;
        assert_eq!(url(&listed), listed, "the query leaves the list's form as it is");
        assert_eq!(url(written), listed, "and makes it of what was written");
    }
}

fn read(kind: &str, value: &str) -> Indicator {
    let span = Span::start_of(SourceMap::new().add("a", ""));
    let field = |text| Some(Field { text, span });
    let written = Written {
        kind: field(kind),
        value: field(value),
        threat_type: None,
        first_seen: None,
        confidence: None,
        reference: None,
        span,
    };
    written.read(&mut Vec::new()).unwrap_or_else(|| panic!("{value} is refused"))
}

/// What the list offers for an indicator.
fn offered(indicator: &Indicator, endpoint: bool) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    match (Matter::of(indicator.kind), indicator.address, indicator.port) {
        (Matter::Address, Some(ip), Some(port)) if endpoint => {
            out.insert(format!("{} {port}", address(&ip.to_string())));
        }
        (Matter::Address, Some(ip), _) => drop(out.insert(address(&ip.to_string()))),
        (Matter::Url, ..) => {
            out.insert(url(&indicator.value));
            let (_, rest) = indicator.value.split_once("//").expect("a URL");
            out.insert(url(rest));
        }
        _ => drop(out.insert(indicator.value.clone())),
    }
    out
}

/// What an event of a table is looked up by, and whether that begins at the listed side; `None` where the event does
/// not count at all.
fn candidates(target: &Target, event: &HashMap<&str, &str>, endpoint: bool) -> Option<Vec<(String, bool)>> {
    let cell = |name: &str| event.get(name).copied().unwrap_or_default();
    let mut out = Vec::new();
    for side in target.sides {
        let port = if endpoint { format!(" {}", cell(side.port)) } else { String::new() };
        out.push((address(cell(side.address)) + &port, side.name.starts_with("Source")));
    }
    let whole = |text: String| (text, false);
    match target.table {
        "CommonSecurityLog" => out.push(whole(url(cell("RequestURL")))),
        "DeviceNetworkEvents" => {
            out.push(whole(url(cell("RemoteUrl"))));
            out.extend(parents(&host(cell("RemoteUrl"))).into_iter().map(whole));
        }
        "DnsEvents" | "ASimDnsActivityLogs" => {
            if target.filter.is_some() && cell("SubType") != "LookupQuery" {
                return None;
            }
            let name = cell("Name").to_owned() + cell("DnsQuery");
            out.extend(parents(name.to_lowercase().trim_end_matches('.')).into_iter().map(whole));
        }
        "UrlClickEvents" => {
            out.push(whole(url(cell("Url"))));
            let chain: Vec<String> = serde_json::from_str(cell("UrlChain")).unwrap_or_default();
            out.extend(chain.iter().map(|value| whole(url(value))));
        }
        _ => {
            for name in ["MD5", "SHA1", "SHA256"] {
                out.push(whole(cell(name).to_lowercase()));
                out.push(whole(cell(&format!("InitiatingProcess{name}")).to_lowercase()));
            }
        }
    }
    Some(out)
}

fn blocked(target: &Target, event: &HashMap<&str, &str>) -> bool {
    let cell = |name: &str| event.get(name).copied().unwrap_or_default();
    match target.table {
        "UrlClickEvents" => {
            cell("ActionType").starts_with("ClickBlocked") && cell("IsClickedThrough") != "true"
        }
        _ => target.blocked.is_some_and(|fragment| {
            let [stopped] = patterns(fragment).try_into().expect("one expression");
            stopped.is_match(cell("DeviceAction"))
                || stopped.is_match(cell("DvcAction"))
                || cell("SimplifiedDeviceAction").eq_ignore_ascii_case("Deny")
        }),
    }
}

/// The outcome in the words of the documentation.
fn outcome(target: &Target, listed: &str, event: &str) -> &'static str {
    let endpoint = listed.contains("match: endpoint");
    let mut words = listed.split_whitespace();
    let (kind, value) = (words.next().unwrap(), words.next().unwrap());
    let offered = offered(&read(kind, value), endpoint);
    let event: HashMap<&str, &str> = event.split("; ").filter_map(|cell| cell.split_once('=')).collect();
    let blocked = blocked(target, &event);
    let found = candidates(target, &event, endpoint)
        .unwrap_or_default()
        .into_iter()
        .find(|(candidate, _)| !candidate.is_empty() && offered.contains(candidate));
    match found {
        None => "miss",
        Some((_, true)) if blocked && target.inbound.is_some() => "left out",
        Some(_) if blocked => "hit, Low",
        Some(_) => "hit",
    }
}

#[test]
fn the_documented_hits_and_near_misses_come_out_as_documented() {
    let docs = include_str!("../../../../docs/indicators.md");
    let (_, section) = docs.split_once("## Hits and near misses").expect("the section");
    let section = section.split("\n## ").next().unwrap();
    for target in TARGETS {
        let (_, part) = section.split_once(&format!("\n### {}\n", target.table)).expect(target.table);
        let part = part.split("\n### ").next().unwrap();
        let rows: Vec<Vec<String>> = part
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| {
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect()
            })
            .collect();
        let mut outcomes = BTreeSet::new();
        for row in &rows {
            let [listed, event, result] = row.as_slice() else { panic!("{row:?}") };
            assert_eq!(outcome(target, listed, event), result, "{}: {listed} | {event}", target.table);
            outcomes.insert(result.as_str());
        }
        assert!(outcomes.contains("hit") && outcomes.contains("miss"), "{}", target.table);
        for matter in target.holds {
            let held = |row: &&Vec<String>| {
                IndicatorKind::parse(row[0].split(' ').next().unwrap()).map(Matter::of) == Some(*matter)
            };
            assert!(rows.iter().any(|row| held(&row) && row[2] == "hit"), "{}: {matter:?}", target.table);
        }
    }
}
