//! `bartizan kql fmt` through the program.

use crate::folder::Folder;

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
fn standard_input_goes_to_standard_output() {
    let output =
        Folder::new().command().args(["kql", "fmt", "-"]).write_stdin("T|take 1\n").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "T\n| take 1\n");
}
