//! The layout of a query: changes nothing but blanks and line ends.
//!
//! [`roles`] reads from the tree what a token is to the layout; [`pieces`] decides where a line ends whatever its length;
//! [`writer`] indents the lines and breaks the lists of those that are too long.

mod pieces;
mod roles;

mod writer;

use crate::token::{Token, TokenKind};
use crate::tree::Tree;
use crate::{Diagnostic, lex, parse};

/// How far a line is indented from the one that it belongs to, in blanks.
const INDENT: usize = 4;

/// The columns of a line beyond which its lists are broken.
const WIDTH: usize = 110;

/// Lays a query out: each pipe and each statement on a line of its own, pipelines in brackets and function bodies
/// indented by 4, one blank around operators, and lists broken, one element a line, where their line would pass 110
/// columns. Tokens and comments stay as they are and in their order; line breaks within a stage stay where the
/// author put them, blank lines become at most one. The lines end with CRLF where
/// the source has one, and otherwise with `\n`; there is no final line end.
/// The time is linear in the length of the query.
///
/// # Errors
///
/// What is wrong with the query, where it has errors of syntax; such a query is not laid out.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(source);
    if parsed.diagnostics.iter().any(|d| d.severity() == crate::Severity::Error) {
        return Err(parsed.diagnostics);
    }
    let out = lay_out(&parsed.tree);
    // Whatever goes wrong in the layout, the query stays what it was.
    let is_kept = words(&parsed.tree.tokens, source).eq(words(&lex(&out).tokens, &out));
    Ok(if is_kept { out } else { source.trim_end().to_owned() })
}

fn lay_out(tree: &Tree) -> String {
    let pieces = pieces::pieces(tree, &roles::roles(tree));
    writer::write(&pieces, if tree.source.contains("\r\n") { "\r\n" } else { "\n" })
}

/// All that a layout may not change: the tokens and comments, blanks behind these left out.
fn words<'a>(tokens: &'a [Token], source: &'a str) -> impl Iterator<Item = (TokenKind, &'a str)> {
    let seen = tokens.iter().filter(|token| token.kind != TokenKind::Whitespace);
    seen.map(|token| (token.kind, text(*token, source)))
}

/// The text of a token, without the blanks at the end of a comment.
fn text(token: Token, source: &str) -> &str {
    let text = token.text(source);
    if is_remark(token.kind) { text.trim_end() } else { text }
}

/// Whether nothing else can stand on a line behind such a token.
fn is_remark(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::Directive)
}

fn opens(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket)
}

fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
}
