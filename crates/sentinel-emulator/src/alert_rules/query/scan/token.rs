//! The tokens of a query, as many kinds as the scan tells apart.

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name or a keyword.
    Name(&'a str),
    /// A string with its quotes, or a number.
    Value(&'a str),
    /// A character of punctuation; `==`, `=~` and the like come as the sign `~`, so that `=` is only itself.
    Sign(char),
}

/// The tokens of a query; space and comments are left out.
pub(super) fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (text, after) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        tokens.extend(match kind {
            Kind::Nothing => None,
            Kind::Name => Some(Token::Name(text)),
            Kind::Value => Some(Token::Value(text)),
            Kind::Sign(sign) => Some(Token::Sign(sign)),
        });
        rest = after;
    }
    tokens
}

enum Kind {
    /// Space or a comment.
    Nothing,
    Name,
    Value,
    Sign(char),
}

/// The kind and length of what `rest`, which begins with `first`, begins with.
fn next(rest: &str, first: char) -> (Kind, usize) {
    match first {
        _ if first.is_whitespace() => (Kind::Nothing, first.len_utf8()),
        '/' if rest.starts_with("//") => (Kind::Nothing, rest.find('\n').unwrap_or(rest.len())),
        '`' | '~' if rest.starts_with("```") || rest.starts_with("~~~") => (Kind::Value, fenced(rest)),
        '"' | '\'' => (Kind::Value, quoted(rest, first, true)),
        '@' | 'h' | 'H' if string_prefix(rest).is_some() => {
            let prefix = string_prefix(rest).unwrap_or_default();
            let (sigils, string) = rest.split_at(prefix);
            let quote = string.chars().next().unwrap_or('"');
            (Kind::Value, prefix + quoted(string, quote, !sigils.contains('@')))
        }
        _ if first.is_alphabetic() || first == '_' || first == '$' => {
            let length = word(rest);
            // `in~` is one operator.
            (Kind::Name, if rest.starts_with("in~") && length == 2 { 3 } else { length })
        }
        _ if first.is_ascii_digit() => (Kind::Value, word(rest)),
        '=' | '!' | '<' | '>' if rest.chars().nth(1).is_some_and(|next| matches!(next, '=' | '~')) => {
            (Kind::Sign('~'), 2)
        }
        _ => (Kind::Sign(first), first.len_utf8()),
    }
}

/// The length of what stands before the quote of `@"…"`, `h"…"` or `h@"…"`.
fn string_prefix(text: &str) -> Option<usize> {
    let prefixes = ["@", "h", "H", "h@", "H@"].into_iter();
    let mut lengths = prefixes
        .filter_map(|prefix| text.strip_prefix(prefix)?.starts_with(['"', '\'']).then_some(prefix.len()));
    lengths.next()
}

fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len())
}

/// The length of a string with its quotes. With escapes, a backslash takes the next character along; without, a
/// doubled quote does not end it. A string ends at the end of its line at the latest.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((index, char)) = chars.next() {
        match char {
            '\\' if escapes => {
                chars.next();
            }
            '\n' => return index,
            _ if char == quote => {
                let doubled = !escapes && chars.peek().is_some_and(|(_, next)| *next == quote);
                if !doubled {
                    return index + quote.len_utf8();
                }
                chars.next();
            }
            _ => {}
        }
    }
    text.len()
}

/// The length of a string of several lines, between three backquotes or tildes.
fn fenced(text: &str) -> usize {
    let (fence, inside) = text.split_at(3);
    inside.find(fence).map_or(text.len(), |end| end + 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_every_form_are_one_token() {
        for text in [
            r#""a\"b""#,
            "'a\\'b'",
            "@'a\\'",
            "@'it''s'",
            "h'secret'",
            "h@\"c:\\\"",
            "```two\nlines 'with' \"quotes\"```",
            "~~~two\nlines~~~",
            "'open",
        ] {
            assert_eq!(tokens(text), [Token::Value(text)], "{text}");
        }
    }

    #[test]
    fn no_text_stops_the_scan() {
        for text in ["", "é", "'", "@", "h@", "```", "\\", "\u{0}", "in~", "==", "💥'💥"] {
            tokens(text);
        }
    }
}
