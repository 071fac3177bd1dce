//! The tokens to be written, each with what stands before it: a line end, a blank, or nothing.

use super::roles::{List, Role};
use super::{closes, is_remark, opens, text};
use crate::token::TokenKind;
use crate::tree::Tree;

/// A token that is written.
#[derive(Debug)]
pub(super) struct Piece<'s> {
    pub(super) text: &'s str,
    /// Characters; of a text over several lines it says nothing.
    pub(super) width: usize,
    pub(super) kind: PieceKind,
    /// Line ends before it: none, one, or two where a blank line stands there.
    pub(super) breaks: usize,
    /// Whether a blank stands before it where no line ends.
    pub(super) gap: bool,
    /// Whether a statement or stage has begun before it and goes on.
    pub(super) goes_on: bool,
    /// A comma within a row, behind which no line ends.
    pub(super) is_in_row: bool,
    /// The first token of a list of a stage.
    pub(super) list: Option<List>,
    /// The `by` of `summarize`.
    pub(super) is_by: bool,
}

/// What a piece is to the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Open { block: bool, list: bool },
    Close,
    Bar,
    Semicolon,
    Comma,
    Remark,
    Other,
}

/// The tokens of a query without errors of syntax, blanks left out.
pub(super) fn pieces<'s>(tree: &'s Tree, roles: &[Role]) -> Vec<Piece<'s>> {
    let mut pieces: Vec<Piece<'s>> = Vec::with_capacity(tree.tokens.len());
    let mut open: Vec<bool> = Vec::new();
    let (mut breaks, mut gap) = (0, false);
    let mut before: Option<(TokenKind, Role)> = None;
    let (mut must_break, mut goes_on) = (false, false);
    for (token, role) in tree.tokens.iter().zip(roles) {
        let kind = token.kind;
        if kind == TokenKind::Whitespace {
            gap = true;
            breaks += token.text(&tree.source).matches('\n').count();
            continue;
        }
        if kind == TokenKind::End {
            break;
        }
        let text = text(*token, &tree.source);
        let closes_block = closes(kind) && open.pop() == Some(true);
        let remark = is_remark(kind);
        let after_remark = before.is_some_and(|(kind, _)| is_remark(kind));
        if !after_remark && stays_behind(text, kind, role, before, goes_on) {
            (breaks, gap) = (0, true);
            must_break = false;
        }
        // A comment behind code stays on the line of that code.
        let wants = (must_break && !(remark && breaks == 0))
            || kind == TokenKind::Bar
            || closes_block
            || role.begins_line;
        pieces.push(Piece {
            text,
            width: text.chars().count(),
            kind: match kind {
                _ if opens(kind) => PieceKind::Open { block: role.opens_block, list: role.opens_list },
                _ if closes(kind) => PieceKind::Close,
                _ if remark => PieceKind::Remark,
                TokenKind::Bar => PieceKind::Bar,
                TokenKind::Semicolon => PieceKind::Semicolon,
                TokenKind::Comma => PieceKind::Comma,
                _ => PieceKind::Other,
            },
            breaks: match before {
                None => 0,
                Some(_) if breaks > 1 && kind != TokenKind::Bar && !closes(kind) => 2,
                Some(_) => usize::from(breaks > 0 || wants),
            },
            gap: before.is_some_and(|before| has_blank(before, (kind, *role), gap)),
            goes_on,
            is_in_row: role.is_in_row,
            list: role.list,
            is_by: role.is_by,
        });
        if opens(kind) {
            open.push(role.opens_block);
        }
        must_break = remark || role.opens_block || kind == TokenKind::Semicolon;
        if !remark {
            goes_on = kind != TokenKind::Semicolon && !role.opens_block;
        }
        before = Some((kind, *role));
        (breaks, gap) = (0, false);
    }
    pieces
}

/// Whether a token stands on the line of the one before it wherever the author put it.
fn stays_behind(
    text: &str,
    kind: TokenKind,
    role: &Role,
    before: Option<(TokenKind, Role)>,
    goes_on: bool,
) -> bool {
    let Some((previous, _)) = before else { return false };
    // `join kind=inner (` and `) on Key` stand on one line each.
    let opens_pipeline = kind == TokenKind::OpenParen && (role.opens_block || role.is_right_side) && goes_on;
    let condition = previous == TokenKind::CloseParen && text == "on";
    opens_pipeline && !role.begins_line
        || condition
        || role.is_call
        || role.is_let_table
        || (kind == TokenKind::Semicolon && goes_on)
}

/// Whether a blank stands between two tokens on one line; `gap` says whether one does in the source.
fn has_blank(before: (TokenKind, Role), this: (TokenKind, Role), gap: bool) -> bool {
    use TokenKind::*;
    let ((previous, left), (kind, right)) = (before, this);
    if is_remark(kind) {
        return true;
    }
    if matches!(kind, Comma | Semicolon | CloseParen | CloseBracket)
        || matches!(previous, OpenParen | OpenBracket)
        || left.is_tight
        || right.is_tight
        || right.is_call
    {
        return false;
    }
    let is_body = kind == OpenBrace && right.opens_block;
    gap || left.is_operator
        || right.is_operator
        || right.is_apart
        || right.is_right_side
        || is_body
        || matches!(previous, Comma | Bar)
}
