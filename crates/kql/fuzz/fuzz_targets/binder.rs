//! Whatever the tree is, it is bound and planned, with diagnostics that lie in the text.
#![no_main]

use sentinel_schema::BuiltIn;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = kql::parse(text);
    let analysis = kql::analyze(&parsed, &BuiltIn);
    // The plan is whole for whatever was understood.
    let plan = kql::plan::plan(&parsed, &analysis);
    let _ = plan.to_string();
    for diagnostic in &analysis.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some());
    }
});
