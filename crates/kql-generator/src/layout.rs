//! Blanks and comments at other places than where the generator writes them.

use kql::{TokenKind, lex};

/// The same query laid out otherwise: blanks between its tokens become others, with comments among them.
pub(crate) fn relayout(rng: &mut fastrand::Rng, query: &str) -> String {
    const GAPS: &[&str] =
        &[" ", " ", "  ", "\n", "\n    ", "\t", " // a comment, it's \"one\"\n", "\r\n", "\u{a0}"];
    let lexed = lex(query);
    let mut text = String::new();
    for token in &lexed.tokens {
        match token.kind {
            TokenKind::Whitespace => text.push_str(GAPS[rng.usize(0..GAPS.len())]),
            TokenKind::Comma | TokenKind::OpenParen if rng.u32(0..6) == 0 => {
                text.push_str(token.span.text(query));
                text.push_str(GAPS[rng.usize(0..GAPS.len())]);
            }
            _ => text.push_str(token.span.text(query)),
        }
    }
    text
}
