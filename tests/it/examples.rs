//! The examples in the documentation of the codes, as files of a folder.

use bartizan::diagnostic::{Code, sections};

use crate::folder::{RULE, WATCHLIST};

/// A file of indicators that is right.
const INDICATORS: &str = "\
kind: Indicators
key: example-rat
family: ExampleRAT
source: ThreatFox
indicators:
  - {type: domain, value: bad-host-7.top, threatType: botnet_cc, firstSeen: 2026-01-02, confidence: 100}
";

/// A path below the folder, and a text.
pub(crate) type File = (String, String);

/// The files of the example under `Wrong` or `Right`; none where it is told in words.
pub(crate) fn files(code: &Code, heading: &str) -> Vec<File> {
    let text = code.markdown();
    let section = sections(&text).into_iter().find(|section| section.heading == heading);
    section.map(|section| fenced(section.text)).unwrap_or_default()
}

/// The queries in files of their own of the example under `Wrong` or `Right` of a code that is not of the language.
pub(crate) fn bare_queries(code: &Code, heading: &str) -> Vec<String> {
    in_fences(code, heading, "kql bare")
}

/// The bare queries of the example under `Wrong` or `Right`.
pub(crate) fn queries(code: &Code, heading: &str) -> Vec<String> {
    in_fences(code, heading, "kql")
}

fn in_fences(code: &Code, heading: &str, wanted: &str) -> Vec<String> {
    let text = code.markdown();
    let section = sections(&text).into_iter().find(|section| section.heading == heading);
    let fences = section.map(|section| fences(section.text)).unwrap_or_default();
    fences.into_iter().filter(|(info, _)| info == wanted).map(|(_, text)| text).collect()
}

fn fenced(section: &str) -> Vec<File> {
    fences(section).into_iter().map(|(info, text)| file(&info, text)).collect()
}

/// The info string and the text of each fence.
fn fences(section: &str) -> Vec<(String, String)> {
    let mut fences = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        // A fence is closed by one of its own length: a text that holds three back-ticks stands in four.
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let text: String =
            lines.by_ref().take_while(|line| *line != fence).flat_map(|line| [line, "\n"]).collect();
        fences.push((line.trim_start_matches('`').to_owned(), text));
    }
    fences
}

/// What the info string of a fence says that its text is.
fn file(info: &str, text: String) -> File {
    match info {
        "yaml rule" => ("rules/a.yaml".to_owned(), overlay(&rule_over_anything(), &text)),
        "yaml watchlist" => ("rules/a/watchlist.yaml".to_owned(), overlay(WATCHLIST, &text)),
        "yaml indicators" => ("rules/a.yaml".to_owned(), overlay(INDICATORS, &text)),
        "text page" => ("rules/page.txt".to_owned(), text),
        "kql" | "kql bare" => ("rules/a.yaml".to_owned(), with_query(&text)),
        _ => {
            let (_, path) = info.split_once("file=").unwrap_or_else(|| panic!("an example is `{info}`"));
            (path.trim().to_owned(), text)
        }
    }
}

/// [`RULE`] over tables that may have any column, since examples name columns without a query of their own.
fn rule_over_anything() -> String {
    overlay(RULE, "query: union isfuzzy=true SecurityEvent, Process_CL\n")
}

/// [`RULE`] with this query and without what depends on its own.
pub(crate) fn with_query(query: &str) -> String {
    let block: String = query.lines().flat_map(|line| ["  ", line, "\n"]).collect();
    overlay(RULE, &format!("entityMappings:\nquery: |\n{block}"))
}

/// `base` without the top-level keys of `fragment`, and then the fragment.
pub(crate) fn overlay(base: &str, fragment: &str) -> String {
    let key = |line: &str| {
        let first = line.chars().next()?;
        let is_key = !first.is_whitespace() && !matches!(first, '#' | '-' | '}' | ']');
        is_key.then(|| line.split(':').next().unwrap_or_default().to_owned())
    };
    let replaced: Vec<String> = fragment.lines().filter_map(key).collect();
    let mut kept = true;
    let mut text = String::new();
    for line in base.lines() {
        if let Some(key) = key(line) {
            kept = !replaced.contains(&key);
        }
        if kept {
            text.push_str(line);
            text.push('\n');
        }
    }
    text + fragment
}
