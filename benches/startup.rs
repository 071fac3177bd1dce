//! How long the program takes from its start to its end, as a whole process. `cargo bench --bench startup`.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark says what it expects by failing")]

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

/// Runs the program in a folder and waits for it.
fn run(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    let status = command.current_dir(folder).args(arguments).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{arguments:?}: {status}");
}

fn startup(criterion: &mut Criterion) {
    let empty = tempfile::tempdir().unwrap();
    criterion.bench_function("--version", |bencher| bencher.iter(|| run(empty.path(), &["--version"])));

    // What `init` makes: one rule, one watchlist.
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["init"]);
    criterion.bench_function("check one rule", |bencher| bencher.iter(|| run(folder.path(), &["check"])));

    run(folder.path(), &["schema", "pull", "--emulator"]);
    criterion.bench_function("check one rule with a lock file of 1,023 tables", |bencher| {
        bencher.iter(|| run(folder.path(), &["check"]));
    });

    run(folder.path(), &["apply", "--emulator"]);
    criterion.bench_function("plan one rule with the emulator", |bencher| {
        bencher.iter(|| run(folder.path(), &["plan", "--emulator"]));
    });
}

criterion_group!(benches, startup);
criterion_main!(benches);
