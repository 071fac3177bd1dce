//! Published rules, where the corpus is there (`BARTIZAN_CORPUS`, by default ../shared/corpus beside the workspace).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bartizan::compile::Compiled;
use camino::{Utf8Path, Utf8PathBuf};
use sentinel_emulator::{Options, Tables};

use crate::folder::{Folder, Run};
use crate::in_memory::{Checked, Workspace};

/// Where the corpus is.
pub(crate) fn corpus() -> Option<Utf8PathBuf> {
    let path = std::env::var("BARTIZAN_CORPUS").map_or_else(
        |_| Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        Utf8PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no corpus at {path}, set BARTIZAN_CORPUS");
    None
}

/// The rules of the corpus and where it is, read once for all tests.
fn rules() -> Option<&'static (Utf8PathBuf, Checked)> {
    static RULES: LazyLock<Option<(Utf8PathBuf, Checked)>> = LazyLock::new(|| {
        let corpus = corpus()?;
        let checked = Checked::read(&[corpus.join("rules"), corpus.join("rules-invalid")]);
        assert!(checked.folder.files > 600, "the corpus holds {} files only", checked.folder.files);
        Some((corpus, checked))
    });
    RULES.as_ref()
}

/// The rules that could be deployed together: without an error, each id once.
fn deployable(checked: &Checked) -> Vec<Compiled> {
    let mut seen = BTreeSet::new();
    let compiled = checked.compiled.iter().filter(|compiled| checked.errors_of(compiled).is_empty());
    compiled.filter(|compiled| seen.insert(compiled.resource.identity())).cloned().collect()
}

/// A workspace that has every table that these rules read, and room for all of them.
///
/// A name at the place of a table that check does not know is one of a custom table or of a parser: check warns of it,
/// and the workspace here has it.
fn workspace(checked: &Checked, compiled: &[Compiled]) -> Workspace {
    let read = compiled.iter().flat_map(|compiled| compiled.needs.tables.iter().cloned());
    let unknown = checked.diagnostics.iter().filter(|found| found.code.id == "kql-unknown-table");
    // The name of the message, since a query that the file cannot be followed into has one place for all of it.
    let read = read.chain(unknown.filter_map(|found| Some(found.message.split('`').nth(1)?.to_owned())));
    let tables = Tables::catalogue().map(str::to_owned).chain(read).collect();
    Workspace::new(Options {
        tables: Tables::Only(tables),
        enabled_scheduled_limit: 10_000,
        enabled_nrt_limit: 10_000,
        page_size: Some(100),
        remembered_requests: 10_000,
        ..Options::default()
    })
}

#[test]
fn every_complaint_has_a_place_in_its_file() {
    let Some((_, checked)) = rules() else { return };
    for diagnostic in &checked.diagnostics {
        for span in std::iter::once(diagnostic.span).chain(diagnostic.related.iter().map(|label| label.span))
        {
            let text = checked.map.file(span.file).text();
            assert!(text.get(span.start..span.end).is_some(), "{diagnostic:?}");
            let place = checked.map.location(span);
            assert!(place.line >= 1 && place.column >= 1 && place.end_line >= place.line, "{diagnostic:?}");
            assert!(place.end_line <= text.lines().count().max(1) + 1, "{diagnostic:?}");
        }
        let (message, help) = (&diagnostic.message, diagnostic.help.as_deref().unwrap_or("x"));
        assert!(!message.is_empty() && !message.ends_with('.'), "{diagnostic:?}");
        assert!(!help.is_empty() && !help.ends_with('.'), "{diagnostic:?}");
    }
    print(checked);
}

/// Counts a code, and with `BARTIZAN_CORPUS_CODE=code` each of its diagnostics.
fn print(checked: &Checked) {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for diagnostic in &checked.diagnostics {
        *counts.entry((diagnostic.severity.as_str(), diagnostic.code.id)).or_default() += 1;
    }
    for ((severity, code), count) in counts {
        println!("{count:>5} {severity:7} {code}");
    }
    let Ok(wanted) = std::env::var("BARTIZAN_CORPUS_CODE") else { return };
    for diagnostic in checked.diagnostics.iter().filter(|diagnostic| diagnostic.code.id == wanted) {
        let place = checked.map.location(diagnostic.span);
        let path = place.path.file_name().unwrap_or_default();
        println!("{path}:{}:{}: {} [{}]", place.line, place.column, diagnostic.message, diagnostic.label);
        if let Some(help) = &diagnostic.help {
            println!("    {help}");
        }
    }
}

#[test]
fn no_file_vanishes() {
    let Some((corpus, checked)) = rules() else { return };
    let path = |file| checked.map.file(file).path().to_owned();
    let compiled = checked.compiled.iter().flat_map(|compiled| compiled.files.iter().copied());
    let in_error = checked.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.span.file);
    let known: BTreeSet<_> = compiled.chain(in_error).map(path).collect();
    let mut files = 0;
    for folder in ["rules", "rules-invalid"] {
        for entry in corpus.join(folder).read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            if matches!(path.extension(), Some("yaml" | "yml")) {
                files += 1;
                assert!(known.contains(&path), "{path} is neither compiled nor in error");
            }
        }
    }
    assert_eq!(files, checked.folder.files);
}

#[tokio::test(start_paused = true)]
async fn the_emulator_takes_every_rule_in_which_check_finds_no_error() {
    let Some((_, checked)) = rules() else { return };
    let workspace = workspace(checked, &checked.compiled);
    let (mut refused, mut stricter) = (Vec::new(), BTreeMap::<_, usize>::new());
    for compiled in &checked.compiled {
        let errors = checked.errors_of(compiled);
        match workspace.put(&compiled.resource).await {
            Err(error) if errors.is_empty() => {
                refused.push(format!("{}: {}", checked.map.file(compiled.files[0]).path(), error.message()));
            }
            Ok(()) if !errors.is_empty() => *stricter.entry(errors.join(", ")).or_default() += 1,
            _ => {}
        }
    }
    println!("errors of check over what the emulator takes: {stricter:#?}");
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_plan_over_all_of_them_is_empty() {
    let Some((_, checked)) = rules() else { return };
    let compiled = deployable(checked);
    println!("{} rules", compiled.len());
    assert!(compiled.len() > 300);
    let workspace = workspace(checked, &compiled);
    for (what, outcome) in workspace.apply(&compiled).await {
        assert!(
            matches!(&outcome, bartizan::apply::Outcome::Written(differences) if differences.is_empty()),
            "{what}: {outcome:?}"
        );
    }
    assert_eq!(workspace.writes().len(), compiled.len());
    Workspace::assert_settled(&workspace.plan(&compiled).await);
}

#[tokio::test(start_paused = true)]
async fn every_page_of_indicators_deploys_and_a_second_plan_is_empty() {
    let Some(corpus) = corpus() else { return };
    let mut pages: Vec<Utf8PathBuf> =
        corpus.join("pages").read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).collect();
    pages.push(corpus.join("seed/threatfox-sectoprat.txt"));
    pages.sort_unstable();
    let mut resources = 0;
    for page in pages {
        let checked = Checked::read(std::slice::from_ref(&page));
        let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{page}: {errors:#?}");
        for diagnostic in &checked.diagnostics {
            let text = checked.map.file(diagnostic.span.file).text();
            assert!(text.get(diagnostic.span.start..diagnostic.span.end).is_some(), "{diagnostic:?}");
        }
        assert!(!checked.compiled.is_empty(), "{page} makes nothing");
        resources += checked.compiled.len();
        let workspace = workspace(&checked, &checked.compiled);
        for (what, outcome) in workspace.apply(&checked.compiled).await {
            assert!(
                matches!(&outcome, bartizan::apply::Outcome::Written(not_kept) if not_kept.is_empty()),
                "{page}: {what}: {outcome:?}"
            );
        }
        Workspace::assert_settled(&workspace.plan(&checked.compiled).await);
    }
    println!("{resources} resources");
}

/// What the official language service says of the query of a rule: whether it finds it clean, and the columns of its
/// result.
struct Verdict {
    clean: bool,
    columns: BTreeSet<String>,
}

/// The verdicts by the stem of the rule's file.
fn verdicts(corpus: &Utf8Path) -> BTreeMap<String, Verdict> {
    let text = std::fs::read_to_string(corpus.join("queries.jsonl")).unwrap();
    let verdict = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
        let stem = value["name"].as_str()?.strip_prefix("rule__")?.to_owned();
        // The name of a column is all up to the last colon, its type the rest.
        let name = |column: &serde_json::Value| Some(column.as_str()?.rsplit_once(':')?.0.to_owned());
        Some((
            stem,
            Verdict {
                clean: list("syntaxErrors").is_empty() && list("semanticErrors").is_empty(),
                columns: list("columns").iter().filter_map(name).collect(),
            },
        ))
    };
    text.lines().filter_map(verdict).collect()
}

#[test]
fn no_error_stands_in_a_query_that_the_official_service_finds_clean() {
    let Some((corpus, checked)) = rules() else { return };
    let verdicts = verdicts(corpus);
    let (mut judged, mut wrong) = (BTreeSet::new(), Vec::new());
    for rule in &checked.folder.rules {
        let path = checked.map.file(rule.file).path();
        let Some(verdict) = verdicts.get(path.file_stem().unwrap_or_default()).filter(|v| v.clean) else {
            continue;
        };
        judged.insert(path);
        for diagnostic in checked.diagnostics.iter().filter(|d| d.span.file == rule.file && d.is_error()) {
            let of_query = diagnostic.code.id.starts_with("kql-");
            // A column that the service has in the result is there.
            let of_column = diagnostic.code.id == "column-not-in-result"
                && verdict.columns.contains(checked.map.text(diagnostic.span));
            if of_query || of_column {
                wrong.push(format!("{path}: {} {}", diagnostic.code.id, diagnostic.message));
            }
        }
    }
    println!("{} rules with a query that is clean", judged.len());
    assert!(judged.len() > 400, "only {} rules have a verdict", judged.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// How many of the published rules have each code, as docs/checks.md shows it: a change of these figures is looked at, rule
/// by rule (`BARTIZAN_CORPUS_CODE=code` prints each), before it is written with `BARTIZAN_BLESS=1`.
#[test]
fn as_many_published_rules_have_each_code_as_the_page_of_checks_says() {
    let Some((corpus, checked)) = rules() else { return };
    let folder = corpus.join("rules");
    let mut files: BTreeMap<&str, BTreeSet<&Utf8Path>> = BTreeMap::new();
    for diagnostic in &checked.diagnostics {
        let path = checked.map.file(diagnostic.span.file).path();
        if path.starts_with(&folder) {
            files.entry(diagnostic.code.id).or_default().insert(path);
        }
    }
    let read = folder.read_dir_utf8().unwrap().count();
    let lines: String = files.iter().map(|(code, files)| format!("{code} {}\n", files.len())).collect();
    crate::docs::compare_or_bless(
        std::path::Path::new(crate::docs::PUBLISHED),
        &format!(
            "# Made by tests/it/corpus.rs: of how many published rules each code is said.\nrules {read}\n{lines}"
        ),
    );
}

/// Fixes over everything: lines change in place, what could be fixed is gone, and nothing new is wrong.
#[test]
fn fixes_change_their_lines_alone_and_bring_on_nothing() {
    let Some(corpus) = corpus() else { return };
    let rules = corpus.join("rules").read_dir_utf8().unwrap().map(Result::unwrap);
    let files: Vec<(String, String)> = rules
        .filter_map(|entry| Some((entry.file_name().to_owned(), std::fs::read_to_string(entry.path()).ok()?)))
        .collect();
    let folder = Folder::new();
    for (name, text) in &files {
        folder.write(&format!("rules/{name}"), text);
    }
    let counts = |run: &Run| {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for one in run.json()["diagnostics"].as_array().unwrap() {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            *counts.entry((text("file"), text("code"))).or_default() += 1;
        }
        counts
    };
    let before = counts(&folder.run(&["check", "--format", "json"]));
    let run = folder.run(&["check", "--fix", "--format", "json"]);
    for (place, count) in counts(&run) {
        assert!(before.get(&place).is_some_and(|known| *known >= count), "{place:?}");
    }
    let mut told: Vec<&str> = run.stderr.lines().collect();
    assert!(told.len() > 50, "{}", run.stderr);
    for (name, text) in &files {
        let fixed = folder.read(&format!("rules/{name}"));
        let at = format!("rules/{name}:");
        let lines: BTreeSet<usize> = told
            .iter()
            .filter_map(|line| {
                line.strip_prefix("fixed ")?.strip_prefix(&*at)?.split(':').next()?.parse().ok()
            })
            .collect();
        let changed: BTreeSet<usize> = text
            .split_inclusive('\n')
            .zip(fixed.split_inclusive('\n'))
            .enumerate()
            .filter(|(_, (old, new))| old != new)
            .map(|(number, _)| number + 1)
            .collect();
        assert_eq!(changed, lines, "{name}");
        assert_eq!(text.matches('\n').count(), fixed.matches('\n').count(), "{name}");
    }
    told.retain(|line| line.starts_with("not fixed"));
    assert_eq!(told, [""; 0], "every fix over these rules is safe");
}
