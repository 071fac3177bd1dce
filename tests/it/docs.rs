//! What the documentation says is what the program does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bartizan::check;
use bartizan::diagnostic::{Code, Severity, sections};
use bartizan::document::{self, Holds, Keys, Needed, Place};

use crate::folder::Folder;

/// Set to 1, a test that compares a generated file writes it instead.
const BLESS: &str = "BARTIZAN_BLESS";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn listed(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| extensions.iter().any(|known| e == *known)))
        .collect();
    found.sort();
    found
}

/// Each page with its name from the repository's root.
fn pages() -> Vec<(String, String)> {
    texts([listed("", &["md"]), listed("docs", &["md"])].concat())
}

/// The workflows that users copy and `init` writes.
fn workflows() -> Vec<(String, String)> {
    texts(listed(".github/workflow-templates", &["yml"]))
}

fn texts(paths: Vec<PathBuf>) -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

/// The page of all codes, as `docs/checks.md` holds it.
/// Of how many published rules each code is said.
pub(crate) const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/published-rules.txt");

/// The number behind a word of [`PUBLISHED`].
fn published(word: &str) -> usize {
    let text = fs::read_to_string(PUBLISHED).unwrap();
    let mut pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.find(|(known, _)| *known == word).map_or(0, |(_, count)| count.parse().unwrap())
}

fn checks_page() -> String {
    let codes = check::codes();
    let mut page = String::from(
        "# Checks\n\n\
         <!-- Made from the codes' own documentation; see CONTRIBUTING.md on how to make it again. -->\n\n\
         Every diagnostic has a code, which `bartizan check` shows in brackets and `bartizan explain CODE` explains in\n\
         these words. An error keeps the file from being deployed, a warning does not. `[checks]` in\n\
         [bartizan.toml](settings.md) changes the severity of a code, except where the table says that it is always an\n\
         error: such a file has nothing that could be deployed.\n\n\
         Codes that begin with `kql-` are about the query itself. An example marked `yaml rule` or `yaml watchlist` shows\n\
         only the keys that matter; one marked `kql bare` is a query in a file of its own. A comment in a query\n\
         [allows a warning](rule-files.md#allowing-a-warning-in-a-query) in place.\n\n\
",
    );
    let _ = writeln!(
        page,
        "The last column says in how many of {} published rules, collected from public repositories, a code is found.\n\
         Up to twenty of them a code, each in a file of its own, were read beside their rules before the count was last\n\
         taken; what a later change finds more or less shows as a changed number.\n\n\
         | code | severity | what is wrong | rules |\n|---|---|---|---|",
        published("rules")
    );
    for code in &codes {
        let severity = match (code.severity, code.fixed) {
            (_, true) => "always an error",
            (severity, false) => severity.as_str(),
        };
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {severity} | {1} | {2} |",
            code.id,
            summary(code).replace('|', "\\|"),
            published(code.id)
        );
    }
    for code in &codes {
        let _ = write!(page, "\n## {}\n\n{}\n", code.id, below(code));
    }
    page
}

/// The first paragraph on one line.
fn summary(code: &Code) -> String {
    let text = code.markdown();
    text.trim().split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

/// The documentation with its headings one level lower.
fn below(code: &Code) -> String {
    let text = code.markdown();
    let parts = sections(&text).into_iter().map(|section| match section.heading {
        "" => section.text.to_owned(),
        heading => format!("### {heading}\n\n{}", section.text),
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Compares a generated page with its file, or writes it where [`BLESS`] asks for that.
pub(crate) fn compare_or_bless(path: &Path, page: &str) {
    if std::env::var(BLESS).is_ok_and(|value| value == "1") {
        fs::write(path, page).unwrap();
        return;
    }
    let written = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    let same = written.lines().zip(page.lines()).take_while(|(a, b)| a == b).count();
    assert!(
        written == page,
        "{} differs in line {} from what the program says; make it again with {BLESS}=1 cargo test --test it docs",
        path.display(),
        same + 1,
    );
}

#[test]
fn the_page_of_checks_is_what_explain_says() {
    compare_or_bless(&root().join("docs/checks.md"), &checks_page());
}

/// The tables of keys on the pages: the page, the line before the table, the kind of file, and of a rule the key whose keys
/// are listed.
const KEY_TABLES: &[(&str, &str, &str, Option<&str>)] = &[
    ("docs/rule-files.md", "<!-- The keys of a rule. -->", "rule", None),
    (
        "docs/rule-files.md",
        "<!-- The keys of alertDetailsOverride. -->",
        "rule",
        Some("alertDetailsOverride"),
    ),
    (
        "docs/rule-files.md",
        "<!-- The keys of incidentConfiguration. -->",
        "rule",
        Some("incidentConfiguration"),
    ),
    ("docs/watchlists.md", "<!-- The keys of a watchlist. -->", "watchlist", None),
    ("docs/parsers.md", "<!-- The keys of a parser. -->", "parser", None),
    ("docs/indicators.md", "<!-- The keys of a list of indicators. -->", "indicators", None),
];

/// The rows of keys. Of keys next to each other of which the same is said one row tells.
fn rows(keys: &Keys, before: &str, is_nested: bool) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for key in keys.keys {
        let needed = match key.needed {
            Needed::No => "",
            Needed::Always => "required",
            Needed::Scheduled => "Scheduled",
        };
        let place = match key.place {
            Place::Name => "the resource's name".to_owned(),
            Place::Body(name) | Place::Property(name) => format!("`{name}`"),
            Place::Tag(name) => format!("the tag `{name}`"),
            Place::Nowhere => String::new(),
        };
        let sent = match key.place {
            Place::Nowhere if key.note.is_empty() => "not deployed".to_owned(),
            Place::Nowhere => key.note.trim_start_matches("; ").to_owned(),
            _ => format!("{place}{}", key.note),
        };
        let names: Vec<String> = key.names().map(|name| format!("`{name}`")).collect();
        let names = format!("{before}{}", names.join(", or "));
        let told = format!("| {needed} | {} | {sent} |\n", key.about).replace("|  |", "| |");
        match rows.last_mut().filter(|(_, last)| *last == told && key.place == Place::Nowhere) {
            Some((last, _)) => *last += &format!(", {names}"),
            None => rows.push((names, told)),
        }
        if let (Holds::Mapping(inner), true) = (key.holds, is_nested) {
            rows.push((String::new(), self::rows(inner, "… ", true)));
        }
    }
    let rows = rows.into_iter();
    rows.map(|(names, told)| if names.is_empty() { told } else { format!("| {names} {told}") }).collect()
}

/// A table of keys as its page shows it.
fn key_table(kind: &str, below: Option<&str>) -> String {
    let (_, table) = document::tables().into_iter().find(|(known, _)| *known == kind).unwrap();
    let last = match kind {
        "indicators" => "if it is left out",
        _ => "in the resource, and what is sent if it is left out",
    };
    let rows = match below {
        None => rows(table, "", false),
        Some(name) => {
            let key = table.keys.iter().find(|key| key.name == name).unwrap();
            rows(key.inner().unwrap(), "", true)
        }
    };
    format!("| key | | what it holds | {last} |\n|---|---|---|---|\n{rows}")
}

#[test]
fn the_keys_on_the_pages_are_those_of_the_tables() {
    for (path, mark, kind, below) in KEY_TABLES {
        let path = root().join(path);
        let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let start =
            page.find(mark).unwrap_or_else(|| panic!("{} has no line {mark}", path.display())) + mark.len();
        let table = start + page[start..].find('|').unwrap();
        let end = table + page[table..].find("\n\n").map_or(page.len() - table, |end| end + 1);
        let page = format!("{}{}{}", &page[..table], key_table(kind, *below), &page[end..]);
        compare_or_bless(&path, &page);
    }
}

#[test]
fn every_code_has_its_place_on_the_page() {
    let page = checks_page();
    for code in check::codes() {
        assert_eq!(page.matches(&format!("\n## {}\n", code.id)).count(), 1, "{}", code.id);
        assert!(matches!(code.severity, Severity::Error | Severity::Warning));
    }
}

/// The targets of `[text](target)` outside fenced blocks.
fn links(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let rest = &line[at + 2..];
            found.extend(rest.split(')').next().map(str::to_owned));
        }
    }
    found
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in pages() {
        for link in
            links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        {
            let (path, place) = link.split_once('#').unwrap_or((&link, ""));
            let page = root().join(&name);
            let target = if path.is_empty() { page } else { page.parent().unwrap().join(path) };
            let leads = target.exists()
                && (place.is_empty()
                    || anchors(&fs::read_to_string(&target).unwrap_or_default()).contains(place));
            if !leads {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Each command that the help lists, with the long flags that its own help lists.
fn flags() -> BTreeMap<String, BTreeSet<String>> {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).expect(0).stdout;
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let flags_of = |command: &str| {
        let mut text = folder.run(&[command, "--help"]).expect(0).stdout;
        for (_, below) in [("kql", "fmt"), ("schema", "pull")].iter().filter(|(above, _)| *above == command) {
            text += &folder.run(&[command, below, "--help"]).expect(0).stdout;
        }
        let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let words = lines.flat_map(|line| line.split([' ', ',']).filter(|word| word.starts_with("--")));
        (command.to_owned(), words.map(flag_name).collect())
    };
    commands.filter(|name| !name.is_empty() && *name != "help").map(flags_of).collect()
}

/// `--auth` of `--auth=x`, `--auth`, `--verbose...`.
fn flag_name(word: &str) -> String {
    let end = word.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(word.len());
    word[..end].to_owned()
}

/// Each use of a command in a text with its long flags: `bartizan plan --workspace x` and `cargo run -- plan --emulator`.
fn uses<'a>(text: &str, commands: &[&'a str]) -> Vec<(&'a str, String)> {
    let mut found = Vec::new();
    // A line that ends in a backslash goes on.
    for line in text.replace("\\\n", " ").lines() {
        let starts = ["bartizan ", "cargo run --release -- ", "cargo run -- ", "cargo run --quiet -- "];
        for (at, start) in starts.iter().flat_map(|start| line.match_indices(start)) {
            let rest = line[at + start.len()..]
                .split(['`', '|', '>', '#', ';', ')', '&'])
                .next()
                .unwrap_or_default();
            let mut words = rest.split_whitespace();
            let command = words.next().and_then(|word| commands.iter().find(|command| **command == word));
            let Some(command) = command else { continue };
            found.extend(words.filter(|word| word.starts_with("--")).map(|word| (*command, flag_name(word))));
        }
    }
    found
}

#[test]
fn every_flag_that_the_pages_and_workflows_use_exists() {
    let flags = flags();
    let commands: Vec<&str> = flags.keys().map(String::as_str).collect();
    assert!(commands.contains(&"apply"), "{commands:?}");
    let mut wrong = Vec::new();
    for (name, text) in pages().into_iter().chain(workflows()) {
        for (command, flag) in uses(&text, &commands) {
            if !flags[command].contains(&flag) {
                wrong.push(format!("{name}: bartizan {command} has no {flag}"));
            }
        }
        // A flag named alone, as in `--yes`, is one of ours.
        for (at, _) in text.match_indices("`--") {
            let flag = flag_name(&text[at + 1..]);
            if !flags.values().any(|known| known.contains(&flag)) {
                wrong.push(format!("{name}: no command has {flag}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn workflows_pin_what_they_run_and_grant_no_more_than_they_need() {
    let tag = format!("--tag v{} ", env!("CARGO_PKG_VERSION"));
    let own = texts(listed(".github/workflows", &["yml"]));
    for (name, text) in workflows().into_iter().chain(own) {
        for line in text.lines().filter(|line| line.trim_start_matches([' ', '-']).starts_with("uses:")) {
            let pinned = line.split_once('@').is_some_and(|(_, rest)| {
                let (hash, version) = rest.split_once(" # v").unwrap_or_default();
                hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && !version.is_empty()
            });
            assert!(pinned, "{name} pins no commit: {line}");
        }
        for line in text.lines().filter(|line| line.contains("cargo install") && line.contains("--git")) {
            assert!(line.contains(&tag), "{name} installs another version: {line}");
        }
        assert_eq!(
            text.matches("actions/checkout@").count(),
            text.matches("persist-credentials: false").count(),
            "{name} keeps credentials"
        );
    }
    let applies: Vec<_> =
        workflows().into_iter().filter(|(_, text)| text.contains("bartizan apply --")).collect();
    let [(_, apply)] = applies.as_slice() else { panic!("one workflow applies: {applies:?}") };
    for wanted in ["environment: production", "cancel-in-progress: false", "if: env.AZURE_CLIENT_ID != ''"] {
        assert!(apply.contains(wanted), "{wanted}");
    }
    for (name, text) in workflows() {
        let guard = "github.event.pull_request.head.repo.full_name == github.repository";
        assert_eq!(text.contains("pull_request:"), text.contains(guard), "{name} has no guard for forks");
    }
}

#[test]
fn every_flag_of_every_command_is_on_the_page_of_commands() {
    let page = fs::read_to_string(root().join("docs/commands.md")).unwrap();
    for (command, flags) in flags() {
        let heading = format!("\n## {command}\n");
        let start =
            page.find(&heading).unwrap_or_else(|| panic!("docs/commands.md has no heading for {command}"));
        let section = page[start + heading.len()..].split("\n## ").next().unwrap();
        for flag in flags.iter().filter(|flag| !matches!(flag.as_str(), "--help" | "--config" | "--verbose"))
        {
            assert!(section.contains(flag.as_str()), "docs/commands.md says nothing of {flag} of {command}");
        }
    }
}

/// The text of each fenced block with this info string.
fn fenced<'a>(text: &'a str, info: &str) -> Vec<&'a str> {
    let open = format!("```{info}\n");
    text.match_indices(&open)
        .map(|(at, _)| text[at + open.len()..].split("```").next().unwrap_or_default())
        .collect()
}

#[test]
fn rules_watchlists_and_settings_on_the_pages_are_right() {
    for (name, text) in pages().into_iter().filter(|(name, _)| name != "docs/checks.md") {
        for block in fenced(&text, "yaml rule") {
            let folder = Folder::with(&[("rules/a.yaml", block)]);
            folder.write("bartizan.toml", "[watchlists]\nexternal = [\"break-glass-accounts\"]\n");
            let run = folder.run(&["check", "--strict"]);
            assert_eq!(run.code, 0, "{name}:\n{}", run.stdout);
        }
        for block in fenced(&text, "yaml watchlist") {
            let folder = Folder::with(&[("rules/a/watchlist.yaml", block)]);
            folder.write("rules/a/data.csv", "Address,Reason\na,b\n");
            let run = folder.run(&["check", "--strict"]);
            assert_eq!(run.code, 0, "{name}:\n{}", run.stdout);
        }
        for block in fenced(&text, "toml") {
            let folder = Folder::with(&[("bartizan.toml", block), ("rules/.keep", "")]);
            let run = folder.run(&["check", "rules", "--strict"]);
            assert_eq!(run.code, 0, "{name}:\n{}", run.stdout);
        }
    }
}

/// The page with what the program prints today in its blocks `text COMMAND` and `json COMMAND`, which run over the
/// blocks `yaml file=PATH` and `kql file=PATH` above them.
fn with_output(page: &str) -> String {
    let folder = Folder::new();
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let block: String =
            lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let printed = match info.split_once(' ') {
            Some(("yaml" | "kql", file)) if file.starts_with("file=") => {
                folder.write(file.trim_start_matches("file="), &block);
                block
            }
            Some(("text", "check")) => folder.run(&["check"]).stdout,
            Some(("json", "check")) => folder.run(&["check", "--format", "json"]).stdout,
            Some(("json", "plan")) => folder.run(&["plan", "--emulator", "--format", "json"]).stdout,
            Some(("text", "kql")) => folder.run(&["kql", "spray.kql"]).stdout,
            Some(("json", "kql")) => {
                let run = folder.run(&["kql", "spray.kql", "--format", "json"]);
                serde_json::to_string_pretty(&run.json()).unwrap()
            }
            _ => block,
        };
        let _ = writeln!(out, "{}\n```", printed.trim_end_matches('\n'));
    }
    out
}

#[test]
fn the_output_on_the_page_of_commands_is_what_the_program_prints() {
    let path = root().join("docs/commands.md");
    let written = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let page = with_output(&written);
    assert!(page.contains("\"not_ours\"") && page.contains("error[unknown-severity]"), "{page}");
    compare_or_bless(&path, &page);
}

#[test]
fn anchors_and_flags_are_read_as_written() {
    assert_eq!(anchor(" Exit codes"), "exit-codes");
    assert_eq!(anchor("`bartizan.toml`: settings"), "bartizantoml-settings");
    let text = "`bartizan plan --workspace x --auth=azure-cli` and bartizan as a word\n    bartizan apply \\\n  --yes # --no\n";
    let found: Vec<_> = uses(text, &["apply", "plan"])
        .into_iter()
        .map(|(command, flag)| format!("{command} {flag}"))
        .collect();
    assert_eq!(found, ["plan --workspace", "plan --auth", "apply --yes"]);
    assert_eq!(links("[a](b.md) `x`\n```\n[c](d)\n```\n[e](f#g)"), ["b.md", "f#g"]);
}
