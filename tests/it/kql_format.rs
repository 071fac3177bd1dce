//! `bartizan kql fmt` through the program.

use std::collections::{BTreeMap, BTreeSet};

use crate::folder::{Folder, RULE, Run};

#[test]
fn a_file_keeps_its_mark_and_line_ends_and_changes_once() {
    let folder = Folder::with(&[("a.kql", "\u{feff}T|where a==1 // x\r\n\r\n|take 5\r\n")]);
    let check = folder.run(&["kql", "fmt", "--check", "a.kql"]).expect(1);
    assert_eq!(check.stdout, "a.kql would change\n");
    assert_eq!(folder.run(&["kql", "fmt", "a.kql"]).expect(0).stdout, "a.kql changed\n");
    assert_eq!(folder.read("a.kql"), "\u{feff}T\r\n| where a == 1 // x\r\n| take 5\r\n");
    assert_eq!(folder.run(&["kql", "fmt", "a.kql"]).expect(0).stdout, "");
    folder.run(&["kql", "fmt", "--check", "a.kql"]).expect(0);
}

#[test]
fn a_query_with_errors_is_left_alone_and_reported() {
    let folder = Folder::with(&[("a.kql", "T|where (")]);
    let run = folder.run(&["kql", "fmt", "a.kql"]).expect(1);
    assert!(run.stderr.starts_with("a.kql:1:"), "{}", run.stderr);
    assert_eq!(folder.read("a.kql"), "T|where (");
}

#[test]
fn a_query_whose_comment_would_no_longer_allow_its_warning_is_left_alone() {
    let text = "SecurityEvent|count // bartizan: allow(no-time-bound)\n";
    let folder = Folder::with(&[("a.kql", text)]);
    let run = folder.run(&["kql", "fmt", "a.kql"]).expect(0);
    assert!(run.stderr.starts_with("a.kql:1:1: laid out, a comment"), "{}", run.stderr);
    assert_eq!((&*run.stdout, &*folder.read("a.kql")), ("", text));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let output =
        Folder::new().command().args(["kql", "fmt", "-"]).write_stdin("T|take 1\n").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "T\n| take 1\n");
}

#[test]
fn folders_are_searched_for_queries_and_a_file_that_cannot_be_read_stops_no_other() {
    let folder = Folder::with(&[
        ("q/a.kql", "T|take 1"),
        ("q/deep/b.CSL", "T|take 1"),
        ("q/c.txt", "T|take 1"),
        ("d.txt", "T|take 1"),
    ]);
    folder.write("q/bad.kusto", [0xff, 0xfe, 0x41]);
    let run = folder.run(&["kql", "fmt", "q", "missing.kql", "d.txt"]).expect(1);
    assert_eq!(run.stdout, "q/a.kql changed\nq/deep/b.CSL changed\nd.txt changed\n");
    assert!(run.stderr.contains("q/bad.kusto is not UTF-8"), "{}", run.stderr);
    assert!(run.stderr.contains("missing.kql cannot be read"), "{}", run.stderr);
    assert_eq!(
        (folder.read("q/deep/b.CSL"), folder.read("q/c.txt")),
        ("T\n| take 1".into(), "T|take 1".into())
    );
}

#[test]
fn a_sole_path_that_does_not_exist_is_an_error_of_usage() {
    let folder = Folder::new();
    for arguments in [
        &["kql", "fmt", "missing"][..],
        &["kql", "fmt", "--rules", "missing"],
        &["kql", "fmt", "--rules", "-"],
    ] {
        folder.run(arguments).expect(3);
    }
    folder.run(&["kql", "fmt", "missing", "gone"]).expect(1);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_stops_no_other() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::with(&[("b.kql", "T|take 1"), ("rules/b.yaml", &rule("query: T|take 1\n"))]);
    for (name, text) in [("a.kql", "T|take 1".to_owned()), ("rules/a.yaml", rule("query: T|take 1\n"))] {
        let path = folder.write(name, &text);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o444)).unwrap();
    }
    let run = folder.run(&["kql", "fmt", "a.kql", "b.kql"]).expect(1);
    assert_eq!(run.stdout, "b.kql changed\n");
    assert!(run.stderr.contains("a.kql") && run.stderr.contains("read-only"), "{}", run.stderr);
    let run = folder.run(&["kql", "fmt", "--rules"]).expect(1);
    assert_eq!(run.stdout, "rules/b.yaml changed\n");
    assert!(run.stderr.contains("rules/a.yaml") && run.stderr.contains("read-only"), "{}", run.stderr);
}

/// A rule with other lines in the place of its query.
fn rule(query: &str) -> String {
    let (head, rest) = RULE.split_once("query: |\n").unwrap();
    let tail = rest.split_once("entityMappings").unwrap().1;
    format!("{head}{query}entityMappings{tail}")
}

#[test]
fn a_query_in_a_rule_is_laid_out_in_every_form_of_text_and_all_else_stays() {
    let laid_out = "SecurityEvent\n| where Computer == \"a: b # c\" // why:\n| project Computer\n";
    let block = |header: &str, indent: usize, lines: &str, behind: &str| {
        let lines: String = lines.lines().map(|line| format!("{:indent$}{line}\n", "")).collect();
        format!("# before: |\n{header}\n{lines}{behind}")
    };
    let written = "SecurityEvent   \n|where\tComputer==\"a: b # c\" // why: \n   |project Computer\n";
    let plain = "SecurityEvent|where Computer=='x'|project Computer";
    let plain_laid_out = "SecurityEvent\n| where Computer == 'x'\n| project Computer\n";
    for (before, after) in [
        (block("query: |", 2, written, ""), block("query: |", 2, laid_out, "")),
        (block("query: |- # a", 4, written, "\n\n# b\n"), block("query: |- # a", 4, laid_out, "\n\n# b\n")),
        (block("query: |+", 1, written, "\n"), block("query: |+", 1, laid_out, "\n")),
        (
            "query: |2\n     SecurityEvent\n  |project Computer\n".to_owned(),
            "query: |2\n  SecurityEvent\n  | project Computer\n".to_owned(),
        ),
        (
            "query: >-\n  SecurityEvent\n  |where Computer=='x'\n\n\n  |project Computer\n".to_owned(),
            block("query: |-", 2, plain_laid_out, "").replace("# before: |\n", ""),
        ),
        (
            format!("query:   {plain}   # c\n\nstatus: Available\n"),
            block("query:   |-   # c", 2, plain_laid_out, "\nstatus: Available\n")
                .replace("# before: |\n", ""),
        ),
        (
            format!("query: \"{plain}\\n\"\n"),
            block("query: |", 2, plain_laid_out, "").replace("# before: |\n", ""),
        ),
        (
            "query: 'SecurityEvent|where Computer==''x''\n\n  |project Computer'\n".to_owned(),
            block("query: |-", 2, plain_laid_out, "").replace("# before: |\n", ""),
        ),
        // A text over several lines is a part of the query, its blanks included.
        (
            "query: |\n  SecurityEvent|where Computer==```a\n\t b  \n    c```|project Computer\n".to_owned(),
            "query: |\n  SecurityEvent\n  | where Computer == ```a\n\t b  \n    c```\n  | project Computer\n"
                .replace("\n\t", "\n  \t"),
        ),
    ] {
        let before = before.replace("```a\n\t", "```a\n  \t");
        for mark in ["", "\u{feff}"] {
            for line_end in ["\n", "\r\n"] {
                let whole = |query: &str| format!("{mark}{}", rule(query).replace('\n', line_end));
                let folder = Folder::with(&[("rules/a.yaml", &whole(&before))]);
                let check = folder.run(&["kql", "fmt", "--rules", "--check"]).expect(1);
                assert_eq!((&*check.stdout, &*check.stderr), ("rules/a.yaml would change\n", ""));
                assert_eq!(folder.read("rules/a.yaml"), whole(&before));
                let run = folder.run(&["kql", "fmt", "--rules", "rules"]).expect(0);
                assert_eq!((&*run.stdout, &*run.stderr), ("rules/a.yaml changed\n", ""));
                assert_eq!(folder.read("rules/a.yaml"), whole(&after));
                let run = folder.run(&["kql", "fmt", "--rules", "--check", "rules/a.yaml"]).expect(0);
                assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
            }
        }
    }
}

#[test]
fn one_line_stays_as_it_is_written() {
    for query in [
        "query:  Heartbeat   # all\n",
        "query: 'Heartbeat'\n",
        "query: \"Heartbeat \\\n  // x\"\n",
        "query: >\n  Heartbeat\n",
        "query: \"SecurityEvent\\n| project Computer\"\n",
    ] {
        let folder = Folder::with(&[("rules/a.yaml", &rule(query))]);
        let run = folder.run(&["kql", "fmt", "--rules", "--check"]).expect(0);
        assert_eq!((&*run.stdout, &*run.stderr), ("", ""), "{query}");
    }
}

#[test]
fn a_query_that_cannot_be_followed_in_its_file_is_left_alone_with_a_word() {
    for (text, reason) in [
        (rule("query: &q SecurityEvent|project Computer\n"), "an anchor, an alias or a tag"),
        (rule("query: !!str SecurityEvent|project Computer\n"), "an anchor, an alias or a tag"),
        (rule("description: &q SecurityEvent|project Computer\nquery: *q\n"), "an anchor, an alias or a tag"),
        ("{\"id\": \"x\", \"query\": \"SecurityEvent|project Computer\"}\n".to_owned(), "in braces"),
        (rule("query: SecurityEvent|project Computer\n      # far in\n"), "in another way"),
        (
            rule("query: \"SecurityEvent|where Computer == ```a\\r\\nb``` | project Computer\"\n"),
            "a carriage return",
        ),
        (
            rule(
                "query: |\n  SecurityEvent | sort by Computer | project Computer // bartizan: allow(sort-in-rule)\n",
            ),
            "`check` would judge it otherwise: sort-in-rule, unused-allow",
        ),
    ] {
        let folder = Folder::with(&[("rules/a.yaml", &text)]);
        let run = folder.run(&["kql", "fmt", "--rules"]).expect(0);
        assert_eq!(run.stdout, "", "{text}");
        assert!(
            run.stderr.starts_with("rules/a.yaml:") && run.stderr.contains(reason),
            "{text}\n{}",
            run.stderr
        );
        assert_eq!(folder.read("rules/a.yaml"), text);
    }
}

#[test]
fn parsers_and_hunting_queries_are_laid_out_and_other_files_are_none() {
    let folder = Folder::with(&[
        ("rules/own.yaml", "kind: Parser\nfunctionAlias: A\nfunctionQuery: |\n  T|take 1\n"),
        ("rules/asim.yaml", "ParserName: B\nParserQuery: |-\n    T|take 1\n# end"),
        ("rules/solution.yml", "FunctionName: C\nFunctionQuery: T|take 1"),
        (
            "rules/hunt.yaml",
            "id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a09\nname: Hunt\nquery: T|take 1\ntactics: []\n",
        ),
        ("rules/other.yaml", "- query: T|take 1\n"),
        ("rules/notes.md", "query: T|take 1\n"),
    ]);
    let run = folder.run(&["kql", "fmt", "--rules"]).expect(0);
    assert_eq!(
        run.stdout,
        "rules/asim.yaml changed\nrules/hunt.yaml changed\nrules/own.yaml changed\nrules/solution.yml changed\n"
    );
    assert!(folder.read("rules/own.yaml").ends_with("functionQuery: |\n  T\n  | take 1\n"));
    assert!(folder.read("rules/asim.yaml").ends_with("ParserQuery: |-\n    T\n    | take 1\n# end"));
    assert!(folder.read("rules/solution.yml").ends_with("FunctionQuery: |-\n  T\n  | take 1"));
    assert!(folder.read("rules/hunt.yaml").contains("query: |-\n  T\n  | take 1\ntactics"));
}

#[test]
fn a_rule_file_that_cannot_be_read_or_a_query_with_errors_stops_no_other() {
    let folder = Folder::with(&[
        ("rules/a.yaml", "id: [\n"),
        ("rules/b.yaml", &rule("query: |\n  T\n  | where (\n")),
        ("rules/d.yaml", &rule("query: T|take 1\n")),
    ]);
    folder.write("rules/c.yaml", [0xff, 0xfe, 0x41]);
    let run = folder.run(&["kql", "fmt", "--rules", "rules", "missing"]).expect(1);
    assert_eq!(run.stdout, "rules/d.yaml changed\n");
    for said in ["[yaml-syntax]", "[not-utf8]", "[unreadable]", "rules/b.yaml:17:12: "] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    folder.run(&["kql", "fmt", "--rules"]).expect(1);
}

#[test]
fn the_folders_of_the_settings_are_taken_and_settings_with_errors_are_an_error_of_usage() {
    let folder = Folder::with(&[
        ("bartizan.toml", "folders = [\"mine\"]\n"),
        ("mine/a.yaml", &rule("query: T|take 1\n")),
        ("rules/b.yaml", &rule("query: T|take 1\n")),
    ]);
    assert_eq!(folder.run(&["kql", "fmt", "--rules"]).expect(0).stdout, "mine/a.yaml changed\n");
    folder.write("bartizan.toml", "folders =\n");
    folder.run(&["kql", "fmt", "--rules"]).expect(3);
}

#[test]
fn the_query_on_the_page_and_the_rules_that_ship_are_laid_out() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/docs/kql.md")).unwrap();
    let query = page.split_once("## Layout").unwrap().1.split("```kql\n").nth(1).unwrap();
    let query = query.split("```").next().unwrap();
    assert_eq!(kql::format(query).unwrap(), query.trim_end());
    let (rules, init) = (format!("{root}/rules"), format!("{root}/src/cli/commands/init"));
    let run = Folder::new().run(&["kql", "fmt", "--rules", "--check", &rules, &init]);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

/// Over every published rule: lines outside the query stay, a second run changes nothing, and `check` says the same.
#[test]
fn published_rules_keep_all_but_the_layout_of_their_queries() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    let folder = Folder::new();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for entry in corpus.join("rules").read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let name = format!("rules/{}", entry.file_name());
        folder.write(&name, &text);
        files.insert(name, text);
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
    let run = folder.run(&["kql", "fmt", "--rules"]);
    let changed: BTreeSet<&str> =
        run.stdout.lines().filter_map(|line| line.strip_suffix(" changed")).collect();
    assert!(changed.len() > 400, "{} of {} changed: {}", changed.len(), files.len(), run.stderr);
    assert!(run.stderr.lines().count() < 10, "{}", run.stderr);
    for (name, old) in &files {
        let new = folder.read(name);
        assert_eq!(changed.contains(&**name), *old != new, "{name}");
        assert_eq!(around(old), around(&new), "{name}");
    }
    assert_eq!(folder.run(&["kql", "fmt", "--rules"]).stdout, "");
    assert_eq!(counts(&folder.run(&["check", "--format", "json"])), before);
}

/// The lines of a file that are none of its query: those before its key, and those from the next key or comment of the
/// outermost mapping on.
fn around(text: &str) -> (&str, &str) {
    let lines = |from: usize| {
        text[from..].split_inclusive('\n').scan(from, |at, line| {
            *at += line.len();
            Some((*at - line.len(), line))
        })
    };
    let is_key = |line: &str| {
        let behind = line.trim_start_matches('\u{feff}').strip_prefix("query");
        behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
    };
    let Some((key, line)) = lines(0).find(|(_, line)| is_key(line)) else { return (text, "") };
    let behind = lines(key + line.len()).find(|(_, line)| !line.starts_with([' ', '\t', '\r', '\n']));
    (&text[..key], behind.map_or("", |(at, _)| &text[at..]))
}
