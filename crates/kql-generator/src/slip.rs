//! Mistakes that people make: in what is written, and in tokens of what was.

use kql::{TokenKind, lex};

/// A mistake in what a query means, made where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    MisspeltColumn,
    MisspeltFunction,
    MisspeltOperator,
    MisspeltTable,
    ArgumentCount,
    ArgumentType,
    /// A value of a type that the place does not take.
    OtherType,
}

impl Slip {
    pub(crate) const ALL: &'static [Slip] = &[
        Slip::MisspeltColumn,
        Slip::MisspeltFunction,
        Slip::MisspeltOperator,
        Slip::MisspeltTable,
        Slip::ArgumentCount,
        Slip::ArgumentType,
        Slip::OtherType,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Slip::MisspeltColumn => "misspelt-column",
            Slip::MisspeltFunction => "misspelt-function",
            Slip::MisspeltOperator => "misspelt-operator",
            Slip::MisspeltTable => "misspelt-table",
            Slip::ArgumentCount => "argument-count",
            Slip::ArgumentType => "argument-type",
            Slip::OtherType => "other-type",
        }
    }
}

/// A word with a letter left out, doubled or swapped.
pub(crate) fn misspelt(rng: &mut fastrand::Rng, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 2 {
        return format!("{word}x");
    }
    let at = rng.usize(0..letters.len() - 1);
    match rng.u32(0..3) {
        0 if letters.len() > 2 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ if letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        _ => letters.push('x'),
    }
    letters.into_iter().collect()
}

/// A query with one token mistyped, and what was done to it; `None` where the query has no token for it.
pub(crate) fn mistype(rng: &mut fastrand::Rng, query: &str) -> Option<(&'static str, String)> {
    let lexed = lex(query);
    let tokens: Vec<(TokenKind, std::ops::Range<usize>)> = lexed
        .significant()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| (token.kind, token.span.range()))
        .collect();
    if tokens.len() < 2 {
        return None;
    }
    let replaced = |range: &std::ops::Range<usize>, with: &str| {
        format!("{}{with}{}", &query[..range.start], &query[range.end..])
    };
    let at = rng.usize(0..tokens.len() - 1);
    let (kind, range) = &tokens[at];
    let text = &query[range.clone()];
    let (class, text) = match rng.u32(0..8) {
        0 => ("deleted", replaced(range, "")),
        1 => ("doubled", replaced(range, &format!("{text} {text}"))),
        2 => {
            let next = &tokens[at + 1].1;
            let between = &query[range.end..next.start];
            (
                "swapped",
                replaced(&(range.start..next.end), &format!("{}{between}{text}", &query[next.clone()])),
            )
        }
        3 => {
            let with = match kind {
                TokenKind::OpenParen => "[",
                TokenKind::CloseParen => "]",
                TokenKind::OpenBracket => "(",
                TokenKind::CloseBracket => ")",
                TokenKind::Comma => ";",
                TokenKind::Bar => "||",
                TokenKind::Equal => "==",
                TokenKind::EqualEqual => "=",
                TokenKind::Semicolon => ",",
                _ => "+",
            };
            ("replaced", replaced(range, with))
        }
        4 => {
            let found = tokens.iter().find(|(kind, range)| *kind == TokenKind::String && range.len() > 2);
            let (_, range) = found?;
            ("unquoted", replaced(&(range.end - 1..range.end), ""))
        }
        5 => {
            let brackets =
                [TokenKind::CloseParen, TokenKind::CloseBracket, TokenKind::OpenParen, TokenKind::CloseBrace];
            let found: Vec<_> = tokens.iter().filter(|(kind, _)| brackets.contains(kind)).collect();
            let (_, range) = found.get(rng.usize(0..found.len().max(1)))?;
            ("unbracketed", replaced(range, ""))
        }
        _ => match kind {
            TokenKind::Identifier | TokenKind::Keyword if text.is_ascii() => {
                ("misspelt", replaced(range, &misspelt(rng, text)))
            }
            _ => ("deleted", replaced(range, "")),
        },
    };
    (text != query).then_some((class, text))
}
