//! Whatever the tree is, it is bound, with diagnostics that lie in the text.
#![no_main]

use std::sync::OnceLock;

use sentinel_schema::WorkspaceCatalog;

libfuzzer_sys::fuzz_target!(|text: &str| {
    static CATALOG: OnceLock<WorkspaceCatalog> = OnceLock::new();
    let parsed = kql::parse(text);
    let analysis = kql::analyze(&parsed, CATALOG.get_or_init(WorkspaceCatalog::new));
    for diagnostic in &analysis.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some());
    }
});
