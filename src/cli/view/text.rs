//! Words and lines that renderers share.

use std::borrow::Cow;

/// Characters that a terminal obeys instead of showing: control characters, and the marks that turn the direction of a
/// text around, with which a workspace or a file could rewrite what is on the screen.
pub(super) fn steers(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with a mark in the place of whatever steers a terminal; its lines stay.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| steers(c) && c != '\n') {
        Cow::Owned(text.split('\n').map(one_line).collect::<Vec<_>>().join("\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same on one line, for a name or a cell inside a line of ours, which must not begin a line of its own.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `1 query`, `2 queries`.
pub(super) fn counted_queries(count: usize) -> String {
    if count == 1 { "1 query".to_owned() } else { format!("{count} queries") }
}
