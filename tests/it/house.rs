//! The picture of the rooms in `src/lib.rs` is true, and so are its tables.

mod code;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use code::Code;

/// The one file that writes to standard output and standard error.
const PRINTER: &str = "src/cli/view/printer.rs";

/// Macros that print.
const MACROS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// Words by which code reaches the two streams.
const STREAMS: &[&str] = &["stdout", "stderr", "Stdout", "Stderr", "StdoutLock", "StderrLock", "anstream"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of a table of `src/lib.rs` whose first column is headed so: the names in backquotes, and the last cell's words.
fn table(heading: &str) -> Vec<(Vec<String>, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let start = format!("//! | {heading} |");
    let rows = text.lines().skip_while(|line| !line.starts_with(&start)).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("//! | ")).map(|row| {
        let cells: Vec<&str> = row.trim_end().trim_end_matches('|').split('|').map(str::trim).collect();
        let words = |cell: &str| -> Vec<String> {
            let words = cell.split(',').map(|word| word.trim().trim_matches('`').to_owned());
            words.filter(|word| !word.is_empty()).collect()
        };
        (words(cells[0]), words(cells.last().unwrap()).into_iter().collect())
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 8, "src/lib.rs has no table of {heading}s: {rows:?}");
    rows
}

/// Each room with the rooms that it may use. `all` stands for every room.
fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    table("room").into_iter().map(|(mut room, uses)| (room.remove(0), uses)).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A file of code.
struct Source {
    /// From the root, as `src/check/allow.rs`.
    path: String,
    text: String,
    whole: Code,
    /// Empty for a file of tests.
    without_tests: Code,
}

/// The Rust files of a folder.
fn read(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    files(&root().join(folder), &mut found);
    found.sort();
    let mut sources: Vec<Source> = found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            let [whole, without_tests] = Code::read(&text);
            Source { path, text, whole, without_tests }
        })
        .collect();
    let mut tests = Vec::new();
    for source in &sources {
        let stem = source.path.trim_end_matches(".rs");
        let below = stem.strip_suffix("/lib").or_else(|| stem.strip_suffix("/main")).unwrap_or(stem);
        tests.extend(source.whole.test_modules.iter().map(|name| format!("{below}/{name}")));
    }
    for source in &mut sources {
        let stem = source.path.trim_end_matches(".rs");
        let is_below = |module: &String| {
            stem.strip_prefix(module.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if tests.iter().any(is_below) {
            source.without_tests = Code::default();
        }
    }
    sources
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| read("src"));

impl Source {
    /// The path of its module within the crate.
    fn module(&self) -> Vec<&str> {
        self.path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect()
    }

    /// Its room; `None` for the roots of library and program.
    fn room(&self) -> Option<&str> {
        let room = self.module()[0];
        (!matches!(room, "lib" | "main")).then_some(room)
    }

    /// The names at the root of the crate that it uses.
    fn uses(&self) -> BTreeSet<&str> {
        let absolute =
            self.whole.paths.iter().filter(|path| path[0] == "crate").filter_map(|path| path.get(1));
        let depth = self.module().len();
        // Tests are a module deeper than their file.
        let relative = self.without_tests.paths.iter().filter_map(|path| {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            (up == depth).then(|| path.get(up)).flatten()
        });
        absolute.chain(relative).map(String::as_str).collect()
    }
}

#[test]
fn every_import_follows_an_arrow_of_the_picture() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for source in SOURCES.iter() {
        let Some(room) = source.room() else { continue };
        let may = rooms.get(room).unwrap_or_else(|| panic!("{} is in no room of the table", source.path));
        for other in source.uses().into_iter().filter(|other| rooms.contains_key(*other) && *other != room) {
            if !may.contains(other) && !may.contains("all") {
                wrong.push(format!("{} uses {other}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_has_an_overview_and_no_file_hides_in_mod_rs() {
    for source in SOURCES.iter() {
        assert!(!source.path.ends_with("mod.rs"), "{}", source.path);
        if source.module().len() == 1 {
            assert!(source.text.starts_with("//! "), "{} begins with no overview", source.path);
        }
    }
}

#[test]
fn only_the_printer_prints() {
    let crates = ["crates/kql/src", "crates/sentinel-schema/src", "crates/sentinel-emulator/src"];
    let of_crates: Vec<Source> = crates.into_iter().flat_map(read).collect();
    let mut wrong = Vec::new();
    for source in SOURCES.iter().chain(&of_crates).filter(|source| source.path != PRINTER) {
        let (code, words) = (&source.without_tests, source.without_tests.words());
        let macros = MACROS.iter().filter(|name| code.macros.contains(**name));
        let streams = STREAMS.iter().filter(|word| words.contains(**word));
        // One that is made so draws on standard error.
        let is_bar = code.paths.contains(&vec!["ProgressBar".to_owned(), "new".to_owned()]);
        let found: Vec<_> = macros.chain(streams).chain(is_bar.then_some(&"ProgressBar::new")).collect();
        if !found.is_empty() {
            wrong.push(format!("{}: {found:?}", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let printer = SOURCES.iter().find(|source| source.path == PRINTER).unwrap();
    assert!(printer.without_tests.words().contains("stdout"));
}

/// The names of a table of dependencies, as code writes them.
fn dependencies(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let table = manifest.get(kind).and_then(toml::Value::as_table);
    table.into_iter().flatten().map(|(name, _)| name.replace('-', "_")).collect()
}

fn manifest(folder: &str) -> toml::Table {
    fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap().parse().unwrap()
}

#[test]
fn a_crate_is_used_only_in_its_rooms() {
    let table = table("crate");
    let mut rooms_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (names, rooms) in table {
        for name in names {
            let known = rooms_of.insert(name.replace('-', "_"), rooms.clone());
            assert!(known.is_none(), "{name} has two rows");
        }
    }
    let listed: BTreeSet<String> = rooms_of.keys().cloned().collect();
    assert_eq!(listed, dependencies(&manifest(""), "dependencies"), "the table and Cargo.toml differ");
    let mut wrong = Vec::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for source in SOURCES.iter() {
        let Some(room) = source.room() else { continue };
        let module = source.path.trim_start_matches("src/").trim_end_matches(".rs");
        for head in source.without_tests.heads() {
            let Some((name, rooms)) = rooms_of.get_key_value(head) else { continue };
            let place = rooms.iter().find(|place| {
                *place == "all"
                    || module
                        .strip_prefix(place.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            match place {
                Some(place) => drop(seen.insert((name, place))),
                None => wrong.push(format!("{name} in {}, of {room}", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let rows = rooms_of
        .iter()
        .flat_map(|(name, rooms)| rooms.iter().map(move |room| (name.as_str(), room.as_str())));
    let unused: Vec<_> = rows.filter(|row| !seen.contains(row)).collect();
    assert!(unused.is_empty(), "the table has what is not used: {unused:?}");
}

#[test]
fn every_dependency_is_used() {
    let mut unused = Vec::new();
    for folder in ["", "crates/kql", "crates/sentinel-schema", "crates/sentinel-emulator"] {
        let manifest = manifest(folder);
        let below = |name: &str| read(Path::new(folder).join(name).to_str().unwrap());
        let (own, tests) =
            (if folder.is_empty() { Vec::new() } else { below("src") }, [below("tests"), below("benches")]);
        let code = if folder.is_empty() { &*SOURCES } else { &own };
        let in_code: BTreeSet<&str> = code.iter().flat_map(|source| source.without_tests.heads()).collect();
        let with_tests = code.iter().chain(tests.iter().flatten());
        let in_tests: BTreeSet<&str> = with_tests.flat_map(|source| source.whole.heads()).collect();
        for (kind, used) in [("dependencies", &in_code), ("dev-dependencies", &in_tests)] {
            let names = dependencies(&manifest, kind);
            let names = names.into_iter().filter(|name| !used.contains(name.as_str()));
            unused.extend(names.map(|name| format!("{folder}/Cargo.toml: {name}")));
        }
    }
    assert!(unused.is_empty(), "{unused:#?}");
}
