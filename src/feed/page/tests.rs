use camino::Utf8PathBuf;
use proptest::prelude::*;

use super::*;
use crate::diagnostic::SourceMap;

const PAGE: &str = "\
An intro in one line.
And in a second.
IOC Summary
Malware Family: Evil RAT Total IOCs: 3 IOC Types: ip:port, sha256_hash
| Type | Value | Threat Type | First Seen | Confidence |
|---|---|---|---|---|
| ip:port | 5[.]188[.]86[.]6:9000 | botnet_cc | 2026-05-22 | 100% |
| ip:port | 2[.]27[.]5[.]12:9000 | botnet_cc | 2026-05-22 | 75% |
| sha256_hash | abc | payload | 2026-05-21 | 49% |
// Hunt for something
// Source: ThreatFox - Evil RAT
let malicious_ips = dynamic([\"5.188.86.6\"]);
CommonSecurityLog
| where DestinationIP in (malicious_ips) or SourceIP in (malicious_ips)
| project TimeGenerated, SourceIP, DestinationIP
| Sentinel Table | Notes |
|---|---|
CommonSecurityLog | Ensure this data connector is enabled |
DeviceFileEvents | Ensure this data connector is enabled |
Scenario: Someone installs an update.
Description: At night.
Filter/Exclusion: Exclude update.exe.
Example Filter: process != \"update\"
Scenario: Someone tests.
Filter/Exclusion: Exclude the lab.
";

fn read(text: &str) -> (Option<Page>, Vec<String>, SourceMap) {
    let mut map = SourceMap::new();
    let file = map.add("page.txt", text);
    let mut diagnostics = Vec::new();
    let page = parse(text, file, &mut diagnostics);
    (page, diagnostics.into_iter().map(|d| d.message).collect(), map)
}

fn rows(page: &Page) -> Vec<String> {
    let text = |cell: &Option<Cell>| cell.as_ref().map_or("-", |cell| cell.text.as_str()).to_owned();
    page.rows
        .iter()
        .map(|row| {
            [&row.kind, &row.value, &row.threat_type, &row.first_seen, &row.confidence].map(text).join(" ")
        })
        .collect()
}

#[test]
fn a_page_is_read_with_all_its_parts() {
    let (page, messages, map) = read(PAGE);
    let page = page.expect("a page");
    assert_eq!(messages, Vec::<String>::new());
    assert_eq!((page.family.as_deref(), page.source.as_deref()), (Some("Evil RAT"), Some("ThreatFox")));
    assert_eq!(page.intro, "An intro in one line. And in a second.");
    assert_eq!(page.tables, ["CommonSecurityLog", "DeviceFileEvents"]);
    assert_eq!(
        rows(&page),
        [
            "ip:port 5[.]188[.]86[.]6:9000 botnet_cc 2026-05-22 100%",
            "ip:port 2[.]27[.]5[.]12:9000 botnet_cc 2026-05-22 75%",
            "sha256_hash abc payload 2026-05-21 49%",
        ]
    );
    let value = page.rows[1].value.as_ref().unwrap();
    assert_eq!((map.location(value.span).line, map.text(value.span)), (8, "2[.]27[.]5[.]12:9000"));
    assert_eq!(page.scenarios.len(), 2);
    assert_eq!(page.scenarios[0].scenario, "Someone installs an update.");
    assert_eq!(page.scenarios[0].description, "At night.");
    assert_eq!(page.scenarios[0].filter, "Exclude update.exe. process != \"update\"");
    assert_eq!(map.location(page.scenarios[1].span).line, 24);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let (plain, _, _) = read(PAGE);
    let (windows, messages, map) = read(&format!("\u{feff}{}", PAGE.replace('\n', "\r\n")));
    let (plain, windows) = (plain.unwrap(), windows.unwrap());
    assert_eq!(messages, Vec::<String>::new());
    assert_eq!(rows(&plain), rows(&windows));
    assert_eq!((plain.intro, plain.tables), (windows.intro.clone(), windows.tables.clone()));
    let value = windows.rows[0].value.as_ref().unwrap();
    assert_eq!(map.text(value.span), "5[.]188[.]86[.]6:9000");
}

#[test]
fn a_summary_that_disagrees_with_its_table_is_named() {
    let (_, messages, _) =
        read(&PAGE.replace(
            "Total IOCs: 3 IOC Types: ip:port, sha256_hash",
            "Total IOCs: 4 IOC Types: url, ip:port",
        ));
    assert_eq!(
        messages,
        [
            "the summary counts 4 indicators, the table holds 3",
            "the summary names the types ip:port, url, the table holds ip:port, sha256",
        ]
    );
}

#[test]
fn a_text_without_a_table_of_indicators_is_no_page() {
    for text in ["", "# Notes\n| Type | Notes |\n|---|---|\n| a | b |\n", "Malware Family: X Total IOCs: 2\n"]
    {
        let (page, messages, _) = read(text);
        assert_eq!((page, messages), (None, Vec::new()), "{text}");
    }
}

#[test]
fn missing_pipes_and_pipes_inside_a_value_are_read_as_meant() {
    let (page, _, _) = read(
        "Type | Value | Threat Type | First Seen | Confidence\n\
         ---|---|---|---|---\n\
         ip:port | 5[.]188[.]86[.]6:9000 | botnet_cc | 2026-05-22 | 100%\n\
         | url | hxxp://a[.]com/x|y|z | payload_delivery | 2026-05-22 | 75%\n\
         \n\
         domain | evil[.]com\n\
         envelope_from | a@b | spam | 2026-05-22 | 1% |\n\
         // Hunt\n",
    );
    assert_eq!(
        rows(&page.unwrap()),
        [
            "ip:port 5[.]188[.]86[.]6:9000 botnet_cc 2026-05-22 100%",
            "url hxxp://a[.]com/x|y|z payload_delivery 2026-05-22 75%",
            "domain evil[.]com - - -",
            "envelope_from a@b spam 2026-05-22 1%",
        ]
    );
}

#[test]
fn the_form_without_pipes_is_read() {
    let (page, messages, _) = read(
        "# ThreatFox: Evil RAT IOCs\n\
         Intro.\n\
         ## IOC Summary\n\
         - **Malware Family:** Evil RAT\n\
         - **Total IOCs:** 4\n\
         - **IOC Types:** ip:port, domain, url, sha256_hash\n\
         TypeValueThreat TypeFirst SeenConfidence\n\
         ip:port5[.]188[.]86[.]6:9000botnet_cc2026-05-22100%\n\
         domainevil2026-05-01[.]compayload_delivery2026-05-2275%\n\
         urlhxxp://a[.]com/7payload_delivery2026-05-229%\n\
         sha256_hash0a73payload2026-05-22\n\
         KQL: Domain Hunt\n\
         // Source: ThreatFox - Evil RAT\n\
         DnsEvents\n\
         Required Data Sources\n\
         Sentinel TableNotes\n\
         DnsEventsEnsure this data connector is enabled\n\
         UrlClickEvents\tEnsure this data connector is enabled\n\
         False Positive Guidance\n\
         - **Scenario:** Someone tests\n\
         all night.\n\
         - **Filter/Exclusion:** Exclude the lab.\n",
    );
    let page = page.unwrap();
    assert_eq!(messages, Vec::<String>::new());
    assert_eq!(page.family.as_deref(), Some("Evil RAT"));
    assert_eq!(page.intro, "Intro.");
    assert_eq!(page.tables, ["DnsEvents", "UrlClickEvents"]);
    assert_eq!(
        rows(&page),
        [
            "ip:port 5[.]188[.]86[.]6:9000 botnet_cc 2026-05-22 100%",
            "domain evil2026-05-01[.]com payload_delivery 2026-05-22 75%",
            "url hxxp://a[.]com/7 payload_delivery 2026-05-22 9%",
            "sha256_hash 0a73 payload 2026-05-22 -",
        ]
    );
    assert_eq!(page.scenarios[0].scenario, "Someone tests all night.");
    assert_eq!(page.scenarios[0].filter, "Exclude the lab.");
}

#[test]
fn rows_that_run_together_are_taken_apart() {
    let (page, _, map) = read(
        "Type Value Threat Type First Seen Confidence domain a[.]net botnet_cc 2026-05-22 100% url \
         hxxp://a[.]net/2026-01-01/x payload_delivery 2026-05-22 75%ip:port5[.]188[.]86[.]6:1botnet_cc2026-05-221%\n\
         domain b[.]net payload 2026-05-21\n\
         domain without a date\n",
    );
    let page = page.unwrap();
    assert_eq!(
        rows(&page),
        [
            "domain a[.]net botnet_cc 2026-05-22 100%",
            "url hxxp://a[.]net/2026-01-01/x payload_delivery 2026-05-22 75%",
            "ip:port 5[.]188[.]86[.]6:1 botnet_cc 2026-05-22 1%",
            "domain b[.]net payload 2026-05-21 -",
        ]
    );
    assert_eq!(map.text(page.rows[2].span), "ip:port5[.]188[.]86[.]6:1botnet_cc2026-05-221%");
}

/// The pages of the corpus; none, with a word on why, where it is not there.
fn corpus() -> Vec<(Utf8PathBuf, String)> {
    let root = std::env::var("BARTIZAN_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus").into());
    let mut files = Vec::new();
    for folder in ["seed", "pages"] {
        let Ok(entries) = Utf8PathBuf::from(&root).join(folder).read_dir_utf8() else { continue };
        for entry in entries.flatten() {
            files.push((entry.path().to_owned(), std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
    if files.is_empty() {
        println!("skipped: no pages in {root}");
    }
    files.sort();
    files
}

#[test]
fn every_row_of_the_corpus_is_accepted_or_refused() {
    for (path, text) in corpus() {
        let (page, messages, map) = read(&text);
        let page = page.unwrap_or_else(|| panic!("{path}: no page"));
        assert_eq!(messages, Vec::<String>::new(), "{path}");
        let (_, table) = text.split_once("|---|---|---|---|---|\n").expect("a table");
        let lines: Vec<_> =
            table.lines().take_while(|line| line.starts_with("| ") && line.ends_with('|')).collect();
        let spans: Vec<_> = page.rows.iter().map(|row| map.text(row.span)).collect();
        assert_eq!(spans, lines, "{path}");
        assert!(page.family.is_some() && page.source.is_some() && !page.intro.is_empty(), "{path}");
        assert!(page.scenarios.len() >= 5 && !page.tables.is_empty(), "{path}");
        for row in &page.rows {
            let mut diagnostics = Vec::new();
            let read = row.written().read(&mut diagnostics);
            let refused = diagnostics.iter().filter(|d| d.code.id == "indicator-refused").count();
            assert_eq!(usize::from(read.is_none()), refused, "{path}");
            assert_eq!(diagnostics.len(), refused, "{path}: {diagnostics:?}");
            if refused > 0 {
                println!("{path}: {}", diagnostics[0].message);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\PC|\n|\r|\t|\\|){0,200}") {
        let _ = read(&text);
        let _ = read(&format!("| Type | Value | Threat Type | First Seen | Confidence |\n{text}"));
    }

    #[test]
    fn no_mutation_of_a_page_panics_or_invents_rows(at in 0usize..PAGE.len(), length in 0usize..80, put in "(\\PC|\n|\\|){0,8}") {
        let start = (0..=at).rev().find(|at| PAGE.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + length).min(PAGE.len());
        let text = format!("{}{put}{}", &PAGE[..start], &PAGE[end..]);
        let (page, _, map) = read(&text);
        for row in page.iter().flat_map(|page| &page.rows) {
            prop_assert!(!map.text(row.span).is_empty());
            let _ = row.written().read(&mut Vec::new());
        }
    }
}
