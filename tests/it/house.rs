//! The picture of the rooms in `src/lib.rs` is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The table: each room with the rooms that it may use. `all` stands for every room.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let table: BTreeMap<String, BTreeSet<String>> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let uses = cells[2].split(',').map(|name| name.trim().to_owned());
            (cells[0].trim_end_matches('`').to_owned(), uses.filter(|name| !name.is_empty()).collect())
        })
        .collect();
    assert!(table.len() > 8, "the table was not found: {table:?}");
    table
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The names that follow `crate::` outside comments, those of a group among them.
fn used(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').and_then(|inner| inner.split("};").next());
        for part in group.map_or_else(|| vec![rest], |inner| inner.split(',').collect()) {
            let name: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_import_follows_an_arrow_of_the_picture() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let room = name.trim_end_matches(".rs").split('/').next().unwrap().to_owned();
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let may = allowed.get(&room).unwrap_or_else(|| panic!("{name} stands in no room of the table"));
        for other in used(&text).iter().filter(|other| allowed.contains_key(*other) && **other != room) {
            if !may.contains(other) && !may.contains("all") {
                wrong.push(format!("{name} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_has_an_overview_and_no_file_hides_in_mod_rs() {
    for (name, text) in sources() {
        assert!(!name.ends_with("mod.rs"), "{name}");
        if !name.contains('/') {
            assert!(text.starts_with("//! "), "{name} begins with no overview");
        }
    }
}

#[test]
fn only_the_view_prints_and_only_source_knows_the_yaml_library() {
    for (name, text) in sources().into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        // A test may say what it skipped.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let prints = ["println!(", "print!(", "eprintln!(", "eprint!(", "anstream::"];
            assert!(
                name.starts_with("cli/view") || !prints.iter().any(|call| line.contains(call)),
                "{name} prints: {line}"
            );
            assert!(name.starts_with("source/") || !line.contains("granit_parser"), "{name}: {line}");
        }
    }
}

#[test]
fn names_are_found_alone_and_in_groups_and_not_in_comments() {
    let text = "use crate::{plan::{Plan, Change}, azure};\n// crate::cli\nlet x = crate::apply::apply();\n$crate::feed::x";
    let found = used(text);
    for name in ["plan", "azure", "apply"] {
        assert!(found.contains(name), "{name}: {found:?}");
    }
    assert!(!found.contains("cli") && !found.contains("feed"), "{found:?}");
}
