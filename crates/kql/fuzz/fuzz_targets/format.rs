//! A query that can be laid out keeps its tokens and comments, can be read without new mistakes, and is laid out the same
//! when that is done again.
#![no_main]

use kql::{TokenKind, lex};

/// What the layout must not change: every token but blanks, and of comments all but blanks at their end.
fn kept(text: &str) -> Vec<(TokenKind, String)> {
    let lexed = lex(text);
    let tokens = lexed.tokens.iter().filter(|token| token.kind != TokenKind::Whitespace);
    tokens.map(|token| (token.kind, lexed.text(*token).trim_end().to_owned())).collect()
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    // A text of several lines may hold line ends of its own.
    let text = text.replace('\r', "");
    if let Ok(laid_out) = kql::format(&text) {
        assert_eq!(kept(&text), kept(&laid_out));
        assert_eq!(kql::parse(text.as_str()).diagnostics.len(), kql::parse(laid_out.as_str()).diagnostics.len());
        assert_eq!(kql::format(&laid_out).as_ref(), Ok(&laid_out));
    }
});
