//! From text to tokens, in one pass and without looking back.
//!
//! The lexer never fails: whatever it is given it cuts into tokens that cover it wholly, and says what is wrong beside
//! them.

mod words;

pub(crate) use self::words::TIMESPAN_UNITS;
use self::words::{COMPOUND_KEYWORDS, NEGATED_OPERATORS};
use crate::diagnostic::{Code, Diagnostic};
use crate::literal::escape_length;
use crate::token::{Lexed, Span, Token, TokenKind};

/// The longest source that is read, in bytes.
pub const MAX_SOURCE: usize = 16 << 20;

/// Cuts a query into tokens. Never panics; what is wrong stands in [`Lexed::diagnostics`].
pub fn lex(source: &str) -> Lexed<'_> {
    let mut lexer =
        Lexer { source, bytes: source.as_bytes(), at: 0, tokens: Vec::new(), diagnostics: Vec::new() };
    if source.len() > MAX_SOURCE {
        lexer.refuse();
    } else {
        lexer.tokens.reserve(source.len() / 4 + 1);
        lexer.run();
    }
    Lexed { source, tokens: lexer.tokens, diagnostics: lexer.diagnostics }
}

/// Whether a byte may stand inside an identifier.
pub(crate) fn continues_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a character is a blank to the language.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\t' | ' ' | '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// Whether a character is a quote as word processors set it.
pub(crate) fn is_typographic(character: char) -> bool {
    matches!(character, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2032}' | '\u{2033}')
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl Lexer<'_> {
    /// One unknown token for a source that is too long to read.
    fn refuse(&mut self) {
        let end = u32::try_from(self.source.len()).unwrap_or(u32::MAX);
        self.tokens.push(Token { kind: TokenKind::Unknown, span: Span::new(0, end) });
        self.tokens.push(Token { kind: TokenKind::End, span: Span::new(end, end) });
        self.diagnostics.push(Diagnostic::new(
            Code::QueryTooLong,
            Span::new(0, 0),
            format!("the query has {} bytes; at most {MAX_SOURCE} are read", self.source.len()),
        ));
    }

    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let start = self.at;
            let kind = self.next();
            debug_assert!(self.at > start, "a token is never empty");
            self.tokens.push(Token { kind, span: self.span_from(start) });
        }
        let end = self.at as u32;
        self.tokens.push(Token { kind: TokenKind::End, span: Span::new(end, end) });
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    /// Moves past `length` bytes and gives `kind` back.
    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    /// Reads one token, at least one byte long.
    fn next(&mut self) -> TokenKind {
        match self.bytes[self.at] {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.blanks(),
            b'/' if self.peek(1) == b'/' => self.rest_of_line(TokenKind::Comment),
            b'#' => self.rest_of_line(TokenKind::Directive),
            b'"' | b'\'' => self.string(0),
            b'@' if matches!(self.peek(1), b'"' | b'\'') => self.verbatim_string(1),
            b'`' | b'~' if self.opens_multi_line(0) => self.multi_line_string(0),
            b'h' | b'H' if matches!(self.peek(1), b'"' | b'\'') => self.string(1),
            b'h' | b'H' if self.peek(1) == b'@' && matches!(self.peek(2), b'"' | b'\'') => {
                self.verbatim_string(2)
            }
            b'h' | b'H' if self.opens_multi_line(1) => self.multi_line_string(1),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'$' if continues_identifier(self.peek(1)) => {
                self.at += 1;
                self.word_tail();
                TokenKind::Identifier
            }
            _ => self.punctuation(),
        }
    }

    fn blanks(&mut self) -> TokenKind {
        let length = self.rest().find(|character| !is_blank(character)).unwrap_or(self.rest().len());
        self.take(length.max(1), TokenKind::Whitespace)
    }

    fn rest_of_line(&mut self, kind: TokenKind) -> TokenKind {
        let length = self.rest().find(['\r', '\n', '\u{2028}', '\u{2029}']).unwrap_or(self.rest().len());
        self.take(length, kind)
    }

    /// A string with escapes, whose quote stands `prefix` bytes ahead. It ends at its quote or at the line's end.
    fn string(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        let quote = self.peek(prefix);
        let mut is_said = false;
        self.at += prefix + 1;
        loop {
            match self.bytes.get(self.at) {
                Some(byte) if *byte == quote => {
                    self.at += 1;
                    return TokenKind::String;
                }
                None | Some(b'\r' | b'\n') => {
                    if is_said {
                        // The string is not what was meant, so that its bad escapes are none either.
                        self.diagnostics.pop();
                    }
                    self.unterminated(start, quote);
                    return TokenKind::String;
                }
                Some(b'\\') => match escape_length(self.rest()) {
                    Some(length) => self.at += length,
                    None => is_said |= self.bad_escape(is_said),
                },
                Some(_) => self.at += 1,
            }
        }
    }

    /// Reports the escape at the backslash here, unless one of the same string `is_said`, and moves past the backslash
    /// alone, so that the string goes on. Tells whether it reported.
    fn bad_escape(&mut self, is_said: bool) -> bool {
        let start = self.at;
        self.at += 1;
        let next = self.rest().chars().next().filter(|next| !matches!(next, '\r' | '\n') && !is_said);
        let Some(next) = next else { return false };
        let span = Span::new(start as u32, (self.at + next.len_utf8()) as u32);
        self.diagnostics.push(
            Diagnostic::new(Code::BadEscape, span, format!("`\\{next}` is not an escape"))
                .with_help("double each backslash, or write the string verbatim: @\"…\""),
        );
        true
    }

    fn unterminated(&mut self, start: usize, quote: u8) {
        let quote = quote as char;
        if let Some(escaped) = self.escaped_quote(start, quote) {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::UnterminatedString,
                    escaped,
                    format!("the backslash makes {quote} a part of the string, so that a string on this line is not closed"),
                )
                .with_help(format!("double the backslash before the closing quote, or write the string verbatim: @{quote}…{quote}")),
            );
            return;
        }
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnterminatedString,
                self.span_from(start),
                format!("this string is not closed with {quote} before the end of its line"),
            )
            .with_help(format!(
                "close it with {quote}; within a text it is written \\{quote}; a text of several lines stands between ``` and ```"
            )),
        );
    }

    /// The first quote behind a backslash on the line up to here: where a string was most likely to end. `start` is where
    /// the string begins that does not.
    fn escaped_quote(&self, start: usize, quote: char) -> Option<Span> {
        let line = self.source[..start].rfind('\n').map_or(0, |before| before + 1);
        let escaped = format!("\\{quote}");
        let strings = self.tokens.iter().rev().take_while(|token| token.span.start as usize >= line);
        strings
            .filter(|token| token.kind == TokenKind::String)
            .map(|token| token.span)
            .chain([self.span_from(start)])
            .filter(|span| !span.text(self.source).trim_start_matches(['h', 'H']).starts_with('@'))
            .filter_map(|span| {
                // A backslash that is doubled escapes no quote.
                let text = span.text(self.source);
                let at = text.match_indices(&escaped).map(|(at, _)| at).find(|at| {
                    let slashes = text[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count();
                    slashes % 2 == 0
                })?;
                let from = span.start + at as u32;
                Some(Span::new(from, from + escaped.len() as u32))
            })
            .min()
    }

    /// A string without escapes, whose quote stands `prefix` bytes ahead; a doubled quote stands for one.
    fn verbatim_string(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        let quote = self.peek(prefix);
        self.at += prefix + 1;
        loop {
            match self.bytes.get(self.at) {
                Some(byte) if *byte == quote => {
                    let doubled = self.peek(1) == quote;
                    self.at += if doubled { 2 } else { 1 };
                    if !doubled {
                        return TokenKind::String;
                    }
                }
                None | Some(b'\r' | b'\n') => {
                    self.unterminated(start, quote);
                    return TokenKind::String;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn opens_multi_line(&self, prefix: usize) -> bool {
        let mark = self.peek(prefix);
        matches!(mark, b'`' | b'~') && self.peek(prefix + 1) == mark && self.peek(prefix + 2) == mark
    }

    fn multi_line_string(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        let mark = &self.source[self.at + prefix..self.at + prefix + 3];
        self.at += prefix + 3;
        match self.rest().find(mark) {
            Some(length) => self.at += length + 3,
            None => {
                self.at = self.bytes.len();
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::UnterminatedMultiLineString,
                        Span::new(start as u32, (start + prefix + 3) as u32),
                        format!("this text is not closed with {mark} before the end of the query"),
                    )
                    .with_help(format!("close it with {mark}")),
                );
            }
        }
        TokenKind::String
    }

    fn word_tail(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| continues_identifier(*byte)) {
            self.at += 1;
        }
    }

    /// An identifier, a compound keyword, or a literal that a word opens: `true`, `datetime(…)`.
    fn word(&mut self) -> TokenKind {
        if let Some(length) = self.guid_length() {
            return self.take(length, TokenKind::Guid);
        }
        if let Some(length) = self.compound_keyword_length() {
            return self.take(length, TokenKind::Keyword);
        }
        let start = self.at;
        self.word_tail();
        let text = &self.source[start..self.at];
        if self.peek(0) == b'(' {
            let kind = match text {
                "long" | "int64" => TokenKind::Long,
                "int" | "int32" => TokenKind::Int,
                "real" | "double" => TokenKind::Real,
                "decimal" => TokenKind::Decimal,
                "bool" => TokenKind::Bool,
                "datetime" | "date" => TokenKind::DateTime,
                "time" | "timespan" => TokenKind::TimeSpan,
                "guid" => TokenKind::Guid,
                // `isfuzzy=true(T)` holds a value, too.
                "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return TokenKind::Bool,
                _ => return TokenKind::Identifier,
            };
            return self.parenthesised(start, kind);
        }
        match text {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => TokenKind::Bool,
            "in" if self.peek(0) == b'~' => self.take(1, TokenKind::Keyword),
            _ => TokenKind::Identifier,
        }
    }

    /// The body of `datetime(…)` and its like: to the closing bracket, or to the line's end where there is none.
    fn parenthesised(&mut self, start: usize, kind: TokenKind) -> TokenKind {
        let length = self.rest().find([')', '\r', '\n']).unwrap_or(self.rest().len());
        if self.peek(length) == b')' {
            return self.take(length + 1, kind);
        }
        let word = &self.source[start..self.at];
        self.at += length;
        self.diagnostics.push(
            Diagnostic::new(
                Code::UnterminatedLiteral,
                self.span_from(start),
                "this literal is not closed with `)` on its line",
            )
            .with_help(format!(
                "what stands in the brackets is written out; what is computed is converted: to{word}(…)"
            )),
        );
        kind
    }

    /// The length of the compound keyword that begins here; the longest one that no identifier continues.
    fn compound_keyword_length(&self) -> Option<usize> {
        let first = self.peek(0);
        COMPOUND_KEYWORDS
            .iter()
            .filter(|keyword| keyword.as_bytes()[0] == first && self.rest().starts_with(**keyword))
            .map(|keyword| keyword.len())
            .filter(|length| !continues_identifier(self.peek(*length)))
            .max()
    }

    /// The length of the raw GUID that begins here: 8-4-4-4-12 hexadecimal digits.
    fn guid_length(&self) -> Option<usize> {
        const LENGTH: usize = 36;
        let bytes = self.bytes.get(self.at..self.at + LENGTH)?;
        let fits = bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        (fits && !continues_identifier(self.peek(LENGTH))).then_some(LENGTH)
    }

    /// A number, a timespan, or a name that starts with digits.
    fn number(&mut self) -> TokenKind {
        if let Some(length) = self.guid_length() {
            return self.take(length, TokenKind::Guid);
        }
        if let Some(length) = self.compound_keyword_length() {
            return self.take(length, TokenKind::Keyword);
        }
        let digits = self.run_length(0, |byte| byte.is_ascii_digit());
        if let Some(length) = self.fraction_length(digits) {
            return self.take(length, TokenKind::Real);
        }
        if self.peek(digits) == b'.' && self.peek(digits + 1).is_ascii_digit() {
            let number = digits + 1 + self.run_length(digits + 1, |byte| byte.is_ascii_digit());
            if let Some(length) = self.unit_length(number) {
                return self.take(number + length, TokenKind::TimeSpan);
            }
        }
        if let Some(length) = self.unit_length(digits) {
            return self.take(digits + length, TokenKind::TimeSpan);
        }
        let word = self.run_length(0, continues_identifier);
        let text = &self.bytes[self.at..self.at + word];
        let is_hexadecimal = text.len() > 2
            && matches!(text[1], b'x' | b'X')
            && text[0] == b'0'
            && text[2..].iter().all(u8::is_ascii_hexdigit);
        if word == digits || is_hexadecimal {
            return self.take(word, TokenKind::Long);
        }
        // `1e+5`: the exponent's sign stands outside what a word holds.
        if let Some(exponent) = self.exponent_length(digits)
            && !continues_identifier(self.peek(digits + exponent))
        {
            return self.take(digits + exponent, TokenKind::Real);
        }
        self.take(word, TokenKind::Identifier)
    }

    fn run_length(&self, from: usize, holds: impl Fn(u8) -> bool) -> usize {
        self.bytes[self.at + from..].iter().take_while(|byte| holds(**byte)).count()
    }

    /// The length of `12.`, `12.5`, `12.5e3`, where `digits` digits stand in front of the point.
    fn fraction_length(&self, digits: usize) -> Option<usize> {
        if self.peek(digits) != b'.' || self.peek(digits + 1) == b'.' {
            return None;
        }
        let mut length = digits + 1 + self.run_length(digits + 1, |byte| byte.is_ascii_digit());
        length += self.exponent_length(length).unwrap_or(0);
        (!continues_identifier(self.peek(length))).then_some(length)
    }

    fn exponent_length(&self, from: usize) -> Option<usize> {
        if !matches!(self.peek(from), b'e' | b'E') {
            return None;
        }
        let sign = usize::from(matches!(self.peek(from + 1), b'+' | b'-'));
        let digits = self.run_length(from + 1 + sign, |byte| byte.is_ascii_digit());
        (digits > 0).then_some(1 + sign + digits)
    }

    /// The length of the timespan unit that stands `from` bytes ahead, if the word there is one.
    fn unit_length(&self, from: usize) -> Option<usize> {
        let length = self.run_length(from, continues_identifier);
        let word = &self.source[self.at + from..self.at + from + length];
        TIMESPAN_UNITS.contains(&word).then_some(length)
    }

    fn punctuation(&mut self) -> TokenKind {
        use TokenKind::*;
        let (first, second) = (self.peek(0), self.peek(1));
        match (first, second) {
            (b'!', b'=') => self.take(2, BangEqual),
            (b'!', b'~') => self.take(2, BangTilde),
            (b'!', _) => self.negated_operator(),
            (b'<', b'|') => self.take(2, LessBar),
            (b'<', b'=') => self.take(2, LessEqual),
            (b'<', b'>') => self.take(2, LessGreater),
            (b'<', _) => self.take(1, Less),
            (b'>', b'=') => self.take(2, GreaterEqual),
            (b'>', _) => self.take(1, Greater),
            (b'=', b'=') => self.take(2, EqualEqual),
            (b'=', b'~') => self.take(2, EqualTilde),
            (b'=', b'>') => self.take(2, FatArrow),
            (b'=', _) => self.take(1, Equal),
            (b'.', b'.') => self.take(2, DotDot),
            (b'.', _) => self.take(1, Dot),
            (b'(', _) => self.take(1, OpenParen),
            (b')', _) => self.take(1, CloseParen),
            (b'[', _) => self.take(1, OpenBracket),
            (b']', _) => self.take(1, CloseBracket),
            (b'{', _) => self.take(1, OpenBrace),
            (b'}', _) => self.take(1, CloseBrace),
            (b'|', _) => self.take(1, Bar),
            (b'+', _) => self.take(1, Plus),
            (b'-', _) => self.take(1, Minus),
            (b'*', _) => self.take(1, Star),
            (b'/', _) => self.take(1, Slash),
            (b'%', _) => self.take(1, Percent),
            (b':', _) => self.take(1, Colon),
            (b';', _) => self.take(1, Semicolon),
            (b',', _) => self.take(1, Comma),
            (b'@', _) => self.take(1, At),
            (b'?', _) => self.take(1, Question),
            _ if self.rest().starts_with(is_blank) => self.blanks(),
            _ => self.unknown(),
        }
    }

    /// `!has`, `!in~` and their like, or a lone exclamation mark.
    fn negated_operator(&mut self) -> TokenKind {
        let length = self.run_length(1, continues_identifier);
        let word = &self.source[self.at + 1..self.at + 1 + length];
        if !NEGATED_OPERATORS.contains(&word) {
            return self.take(1, TokenKind::Bang);
        }
        let tilde = usize::from(word == "in" && self.peek(1 + length) == b'~');
        self.take(1 + length + tilde, TokenKind::Keyword)
    }

    /// The length of a text between typographic quotes on one line, with no other quotes in it.
    fn typographic_length(&self) -> Option<usize> {
        let first = self.rest().chars().next().filter(|first| is_typographic(*first))?;
        let inner = &self.rest()[first.len_utf8()..];
        let length = inner
            .find(|character| is_typographic(character) || matches!(character, '"' | '\'' | '\r' | '\n'))?;
        let last = inner[length..].chars().next().filter(|last| is_typographic(*last))?;
        Some(first.len_utf8() + length + last.len_utf8())
    }

    /// A run of characters that begin no token, with one diagnostic.
    fn unknown(&mut self) -> TokenKind {
        let start = self.at;
        if let Some(length) = self.typographic_length() {
            self.at += length;
            let inner = self.source[start..self.at].trim_matches(is_typographic);
            let written = crate::literal::string(inner);
            self.diagnostics.push(
                Diagnostic::new(
                    Code::UnexpectedCharacter,
                    self.span_from(start),
                    format!("`{}` is no string", self.source[start..self.at].escape_debug()),
                )
                .with_help(format!("typographic quotes are no quotes: write {written}")),
            );
            return TokenKind::String;
        }
        let length = self
            .rest()
            .find(|character: char| {
                character.is_ascii_graphic() && !matches!(character, '\\' | '^' | '&' | '$' | '`' | '~')
                    || is_blank(character)
            })
            .unwrap_or(self.rest().len());
        // The first character is none that begins a token, whatever the class above says of it.
        let first = self.rest().chars().next().map_or(1, char::len_utf8);
        self.at += length.max(first);
        let text = &self.source[start..self.at];
        let diagnostic = Diagnostic::new(
            Code::UnexpectedCharacter,
            self.span_from(start),
            format!("`{}` means nothing here", text.escape_debug()),
        );
        self.diagnostics.push(if text.contains(is_typographic) {
            diagnostic.with_help("typographic quotes are no quotes: write \" or '")
        } else if text.contains('&') {
            diagnostic.with_help("conditions are joined with `and`")
        } else if text == "~" {
            diagnostic.with_help("texts are compared without regard to case with `=~`")
        } else if text == "$" {
            diagnostic.with_help("texts are put together with strcat(…)")
        } else if text == "^" {
            diagnostic.with_help("a power is pow(…, …), and bits are joined with binary_xor(…, …)")
        } else if text.contains(char::is_alphabetic) {
            diagnostic.with_help("a name with such letters stands in brackets and quotes: ['…']")
        } else {
            diagnostic
        });
        TokenKind::Unknown
    }
}
