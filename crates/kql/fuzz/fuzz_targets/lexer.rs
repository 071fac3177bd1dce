//! Any text is cut into tokens that cover it without a gap, and a literal of it reads back.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let lexed = kql::lex(text);
    let mut end = 0;
    for token in &lexed.tokens {
        assert_eq!(token.span.start, end, "a gap or an overlap");
        end = token.span.end;
    }
    assert_eq!(end as usize, text.len());
    for diagnostic in &lexed.diagnostics {
        assert!(text.get(diagnostic.span.range()).is_some());
    }
    let literal = kql::literal::string(text);
    assert_eq!(kql::literal::decode(&literal).as_deref(), Some(text));
});
