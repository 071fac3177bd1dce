//! Any text gives a tree and diagnostics that lie in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = kql::parse(text);
    for diagnostic in &parsed.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some());
    }
});
