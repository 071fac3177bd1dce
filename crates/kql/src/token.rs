//! Tokens: kinds, places, and the text they were cut from.

use crate::diagnostic::Diagnostic;

/// A place in a query: byte offsets, start inclusive, end exclusive, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The span as a range to slice the source with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text of the span in `source`; empty where the span does not fit it.
    pub fn text(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or("")
    }

    /// Whether nothing lies between start and end.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// What a token is.
///
/// Kusto's keywords are contextual: `where` may name a column. They are therefore [`Identifier`](Self::Identifier)s,
/// distinguished by their text where the grammar asks. Only words that no identifier can spell, those with a hyphen, a
/// dot, a space, `!` or `~` in them, have the kind [`Keyword`](Self::Keyword).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Spaces and line ends.
    Whitespace,
    /// `//` to the end of the line.
    Comment,
    /// `#` to the end of the line: an instruction to a client.
    Directive,
    /// A name or a plain keyword. It may start with a digit or `$`.
    Identifier,
    /// A keyword that no name can spell: `project-away`, `hint.strategy`, `matches regex`, `!has`, `in~`.
    Keyword,
    /// A string in any of its forms.
    String,
    /// `true`, `False`, `bool(…)`.
    Bool,
    /// `int(…)`, `int32(…)`.
    Int,
    /// `42`, `0x2A`, `long(…)`, `int64(…)`.
    Long,
    /// `1.5`, `1e3`, `real(…)`, `double(…)`.
    Real,
    /// `decimal(…)`.
    Decimal,
    /// `datetime(…)`, `date(…)`.
    DateTime,
    /// `1.5h`, `100tick`, `time(…)`, `timespan(…)`.
    TimeSpan,
    /// `guid(…)`, or a GUID as it is.
    Guid,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `|`
    Bar,
    /// `<|`
    LessBar,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `!`, alone
    Bang,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=`
    Equal,
    /// `==`
    EqualEqual,
    /// `!=`
    BangEqual,
    /// `<>`
    LessGreater,
    /// `=~`
    EqualTilde,
    /// `!~`
    BangTilde,
    /// `=>`
    FatArrow,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `,`
    Comma,
    /// `@`, alone
    At,
    /// `?`
    Question,
    /// A run of characters that begin no token.
    Unknown,
    /// The end of the source; empty, always the last token, exactly one.
    End,
}

impl TokenKind {
    /// Whether the grammar looks past such a token.
    pub fn is_trivia(self) -> bool {
        matches!(self, TokenKind::Whitespace | TokenKind::Comment | TokenKind::Directive)
    }

    /// Whether the token is a literal value, strings included.
    pub fn is_literal(self) -> bool {
        use TokenKind::*;
        matches!(self, String | Bool | Int | Long | Real | Decimal | DateTime | TimeSpan | Guid)
    }
}

/// One token: its kind and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

impl Token {
    /// The token's text in the source that it was cut from.
    pub fn text(self, source: &str) -> &str {
        self.span.text(source)
    }
}

/// A source cut into tokens. The tokens, trivia among them, follow one another without a gap: their texts, joined,
/// are the source. The last is [`TokenKind::End`].
#[derive(Debug, Clone)]
pub struct Lexed<'s> {
    /// The source.
    pub source: &'s str,
    /// Every token in order.
    pub tokens: Vec<Token>,
    /// What is wrong at this level: strings that do not end, characters that begin no token.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'s> Lexed<'s> {
    /// The text of a token of this source.
    pub fn text(&self, token: Token) -> &'s str {
        token.text(self.source)
    }

    /// The tokens that the grammar sees: no trivia; the last is [`TokenKind::End`].
    pub fn significant(&self) -> impl Iterator<Item = Token> + '_ {
        self.tokens.iter().copied().filter(|token| !token.kind.is_trivia())
    }
}
