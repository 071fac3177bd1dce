//! How `apply` shows that a query was refused.

use crate::examples::overlay;
use crate::folder::{Folder, RULE};

/// Applies a rule with this query, which check lets through, and gives what is said of it.
fn refused(query: &str) -> (Folder, String) {
    let fragment = format!("query: |\n  SecurityEvent\n{query}");
    let folder = Folder::with(&[("rules/a.yaml", &overlay(RULE, &fragment))]);
    let said = folder.run(&["apply", "--emulator"]).expect(1).stderr;
    (folder, said)
}

#[test]
fn the_name_that_the_service_complains_of_is_pointed_at_in_the_query() {
    let (folder, said) = refused("  | where Zzqv(Computer) == 'a'\n");
    let text = folder.read("rules/a.yaml");
    let (line, column) =
        text.lines().enumerate().find_map(|(at, line)| Some((at + 1, line.find("Zzqv")? + 1))).unwrap();
    assert!(said.contains("SEM0260: Unknown function: 'Zzqv'"), "{said}");
    assert!(said.contains(&format!("a.yaml:{line}:{column}\n")), "{said}");
    assert!(!said.contains("innererror"), "{said}");
}

#[test]
fn a_missing_table_is_said_of_the_rule_since_the_service_does_not_name_it() {
    let (_, said) = refused("  | join kind=inner (Zzqv_Nothing) on Computer\n");
    assert!(said.contains("One of the tables does not exist"), "{said}");
}
