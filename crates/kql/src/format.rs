//! The layout of a query: reads tokens alone and changes nothing but blanks and line ends.

use crate::token::{Token, TokenKind};
use crate::{Diagnostic, lex, parse};

const INDENT: usize = 4;

/// Lays a query out: each pipe and each statement on a line of its own, pipelines in brackets and function bodies
/// indented by 4. Tokens and comments stay as they are and in their order; line breaks within a stage stay where the
/// author put them, blank lines become at most one. The lines end with CRLF where
/// the source has one, and otherwise with `\n`; there is no final line end.
/// The time is linear in the length of the query.
///
/// # Errors
///
/// What is wrong with the query, where it has errors of syntax; such a query is not laid out.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let diagnostics = parse(source).diagnostics;
    if diagnostics.iter().any(|d| d.severity() == crate::Severity::Error) {
        return Err(diagnostics);
    }
    let line_end = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let tokens = lex(source).tokens;
    let blocks = blocks(&tokens);
    let mut out = String::with_capacity(source.len() + source.len() / 8);
    let mut open: Vec<bool> = Vec::new();
    let (mut breaks, mut gap, mut started) = (0, false, false);
    let mut before: Option<TokenKind> = None;
    let mut must_break = false;
    for (at, token) in tokens.iter().enumerate() {
        let kind = token.kind;
        if kind == TokenKind::Whitespace {
            gap = true;
            breaks += token.text(source).matches('\n').count();
            continue;
        }
        if kind == TokenKind::End {
            break;
        }
        let closes = matches!(kind, TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket);
        let closes_block = closes && open.pop() == Some(true);
        let remark = matches!(kind, TokenKind::Comment | TokenKind::Directive);
        // A comment behind code stays on the line of that code.
        let wants = (must_break && !(remark && breaks == 0)) || kind == TokenKind::Bar || closes_block;
        // `join kind=inner (` and `) on Key` stand on one line each.
        let opens_block = kind == TokenKind::OpenParen && blocks[at] && started;
        let condition = before == Some(TokenKind::CloseParen) && token.text(source) == "on";
        let after_remark = matches!(before, Some(TokenKind::Comment | TokenKind::Directive));
        if (opens_block || condition) && !must_break && !after_remark && breaks > 0 {
            (breaks, gap) = (0, true);
        }
        if let Some(previous) = before {
            if breaks > 0 || wants {
                out.push_str(line_end);
                if breaks > 1 && kind != TokenKind::Bar && !closes {
                    out.push_str(line_end);
                }
                let mut depth = open.len();
                let inside_statement = started && !closes && kind != TokenKind::Bar && !remark;
                depth += usize::from(inside_statement && open.last().is_none_or(|block| *block));
                out.extend(std::iter::repeat_n(' ', depth * INDENT));
            } else if kind != TokenKind::Comma
                && kind != TokenKind::Semicolon
                && (gap
                    || previous == TokenKind::Comma
                    || compares(previous)
                    || previous == TokenKind::Bar
                    || compares(kind)
                    || remark)
            {
                out.push(' ');
            }
        }
        out.push_str(token.text(source).trim_end_matches('\r'));
        must_break = remark || blocks[at];
        if matches!(kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket) {
            open.push(blocks[at]);
        }
        if kind == TokenKind::Semicolon {
            must_break = true;
        }
        if !remark {
            started = kind != TokenKind::Semicolon && !blocks[at];
        }
        before = Some(kind);
        (breaks, gap) = (0, false);
    }
    Ok(out)
}

/// For each token whether it opens a bracket that holds a pipeline or the body of a function.
fn blocks(tokens: &[Token]) -> Vec<bool> {
    let mut blocks = vec![false; tokens.len()];
    let mut open = Vec::new();
    let mut before = TokenKind::End;
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.kind.is_trivia()) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket => {
                blocks[at] = token.kind == TokenKind::OpenBrace && before == TokenKind::CloseParen;
                open.push(at);
            }
            TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket => {
                open.pop();
            }
            TokenKind::Bar => {
                if let Some(at) = open.last() {
                    blocks[*at] = true;
                }
            }
            _ => {}
        }
        before = token.kind;
    }
    blocks
}

fn compares(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(kind, LessEqual | GreaterEqual | EqualEqual | BangEqual | LessGreater | EqualTilde | BangTilde)
}
