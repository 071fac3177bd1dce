//! Names as they stand in a query.

use std::borrow::Cow;

use super::{TokenRange, Tree};
use crate::literal;
use crate::token::{Span, TokenKind};

/// A name: a word, or a string in brackets (`['a b']`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Its tokens; empty where a name is missing.
    pub tokens: TokenRange,
}

impl Tree {
    /// What a name names, brackets and quotes taken off; empty where the name is missing or broken.
    pub fn name(&self, name: Name) -> Cow<'_, str> {
        let range = name.tokens.first as usize..name.tokens.end as usize;
        let tokens = self.tokens.get(range).unwrap_or(&[]);
        match tokens {
            [] => Cow::Borrowed(""),
            [token] if token.kind == TokenKind::String => {
                Cow::Owned(literal::decode(token.text(&self.source)).unwrap_or_default())
            }
            [token] => Cow::Borrowed(token.text(&self.source)),
            _ => Cow::Owned(
                tokens
                    .iter()
                    .filter(|token| token.kind == TokenKind::String)
                    .filter_map(|token| literal::decode(token.text(&self.source)))
                    .collect(),
            ),
        }
    }

    /// Where a name stands, brackets and quotes included.
    pub fn name_span(&self, name: Name) -> Span {
        self.span(name.tokens)
    }
}
