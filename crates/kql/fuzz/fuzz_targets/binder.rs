//! Whatever the tree is, it is bound and planned, with diagnostics and reads that are in the text.
#![no_main]

use sentinel_schema::BuiltIn;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = kql::parse(text);
    let analysis = kql::analyze(&parsed, &BuiltIn);
    // The plan is whole for whatever was understood.
    let plan = kql::plan::plan(&parsed, &analysis);
    let _ = plan.to_string();
    plan.is_closed();
    plan.lost("TimeGenerated");
    for read in analysis.reads() {
        assert!(text.get(read.span.range()).is_some());
    }
    for diagnostic in &analysis.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some());
    }
});
