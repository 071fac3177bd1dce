//! What a workspace offers a query.
//!
//! So far the names of the built-in tables. `data/tables.txt` holds names and nothing else; custom tables, whose
//! names end in `_CL`, are known by that ending alone.

use std::sync::OnceLock;

static TABLES: &str = include_str!("../data/tables.txt");

/// The names of the built-in tables, sorted by byte.
pub fn tables() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| TABLES.lines().filter(|line| !line.starts_with('#')).collect())
}

/// Whether a name is that of a table: a built-in one, spelt exactly, or a custom one by its ending.
///
/// Names of functions, such as the ASIM parsers, and of tables that Bartizan has never heard of are none.
pub fn is_table(name: &str) -> bool {
    is_custom_table(name) || tables().binary_search(&name).is_ok()
}

/// Whether a name is that of a custom table.
pub fn is_custom_table(name: &str) -> bool {
    name.len() > 3 && name.ends_with("_CL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_as_the_search_needs_them() {
        assert!(tables().is_sorted());
        assert!(tables().len() > 900);
    }

    #[test]
    fn tables_are_told_from_functions() {
        assert!(is_table("SecurityEvent") && is_table("CommonSecurityLog") && is_table("Mine_CL"));
        assert!(!is_table("_Im_Dns") && !is_table("securityevent") && !is_table("_CL"));
    }
}
