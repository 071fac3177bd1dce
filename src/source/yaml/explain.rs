//! What is wrong with YAML, in our own words, and what to write instead.
//!
//! The library says which rule of the grammar is broken; what an author has to know is which character of which line,
//! and what to type.

mod found;

pub(super) use found::*;

use std::ops::Range;

use granit_parser::ErrorKind;

use super::events::Fault;
use super::{MAX_DEPTH, lines};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::YAML_SYNTAX;
use crate::source::quote::in_quotes;

/// Texts up to this length are shown as they should be written.
const LONGEST_SHOWN: usize = 60;

/// What a fault is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Context<'a> {
    /// The key whose value it is in.
    pub(super) key: Option<&'a str>,
    /// What is after the key on its line, without a comment, or a list item's text.
    pub(super) value: Range<usize>,
    /// Whether it is within brackets, where a key may be in quotes too.
    pub(super) in_brackets: bool,
}

/// A diagnostic in parts.
struct Words {
    place: Range<usize>,
    message: String,
    label: &'static str,
    help: String,
}

impl Words {
    fn new(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, message: message.into(), label: "", help: help.into() }
    }

    fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    fn diagnostic(self, file: FileId) -> Diagnostic {
        let span = Span::new(file, self.place.start, self.place.end);
        Diagnostic::new(&YAML_SYNTAX, span, self.message).label(self.label).help(self.help)
    }
}

/// The character at a place.
fn character(text: &str, at: usize) -> Range<usize> {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    at..at + width
}

/// From a place to the end of its line, without blanks.
fn rest_of_line(text: &str, at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    at..at + rest.len()
}

/// `key: "text"`, or `"text"` alone.
fn written(key: Option<&str>, text: &str) -> String {
    let text = if text.chars().count() > LONGEST_SHOWN || text.contains('\n') {
        "\"…\"".to_owned()
    } else {
        in_quotes(text)
    };
    match key {
        Some(key) => format!("{key}: {text}"),
        None => text,
    }
}

/// To put a text in quotes.
fn quote(context: &Context<'_>, text: &str) -> String {
    let value = text.get(context.value.clone()).unwrap_or_default();
    let key = context.key.filter(|_| !context.in_brackets);
    format!("put the text in quotes: `{}`", written(key, value))
}

/// A fault that the library finds.
pub(super) fn fault(file: FileId, text: &str, fault: &Fault, context: &Context<'_>) -> Diagnostic {
    let mut at = fault.at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let words = unquoted(text, at, &fault.kind, context)
        .or_else(|| quotes(text, at, &fault.kind, context))
        .or_else(|| brackets(text, at, &fault.kind, context))
        .or_else(|| layout(text, at, &fault.kind))
        .or_else(|| properties(text, at, &fault.kind))
        .unwrap_or_else(|| {
            Words::new(
                character(text, at),
                "this is not valid YAML",
                "look at the quotes, brackets and indentation here; text with any of `: # [ ] { } , & * ! | > % @` may need quotes",
            )
        });
    words.diagnostic(file)
}

/// Whether it says no more than that the lines fit no grammar.
pub(super) fn is_general(kind: &ErrorKind) -> bool {
    use ErrorKind::*;
    matches!(
        kind,
        MappingValueNotAllowed
            | SimpleKeyExpected
            | InvalidSimpleKey
            | ExpectedDocumentStart
            | ExpectedBlockMappingKey
            | ExpectedBlockSequenceEntry
            | BlockSequenceEntryNotAllowed
            | ExpectedNodeContent
            | InvalidIndentation
    )
}

/// Text that needs quotes.
fn unquoted(text: &str, at: usize, kind: &ErrorKind, context: &Context<'_>) -> Option<Words> {
    use ErrorKind::*;
    let begins = |c: char| {
        let shown = if c == '`' { "a backtick".to_owned() } else { format!("`{c}`") };
        Words::new(
            character(text, at),
            format!("text without quotes cannot begin with {shown}"),
            quote(context, text),
        )
    };
    let first = text[at..].chars().next();
    Some(match kind {
        MappingValueNotAllowed | InvalidColonPlacement | SimpleKeyExpected | InvalidSimpleKey
            if context.value.contains(&at) && first == Some(':') =>
        {
            Words::new(
                character(text, at),
                "text with a colon and a space in it needs quotes",
                quote(context, text),
            )
            .label("it ends a key here")
        }
        UnexpectedCharacter { character: c @ ('@' | '`' | '%') } => begins(*c),
        UnexpectedCharacter { character: c } => Words::new(
            // It is somewhere in the text that begins here.
            character(text, at + text[at..].find(*c).unwrap_or_default()),
            format!("the character U+{:04X} is not allowed in YAML", u32::from(*c)),
            format!("remove it, or write it as `\\u{:04x}` in double quotes", u32::from(*c)),
        ),
        MissingAnchorOrAliasName | MappingKeyNotAllowed | UnexpectedEndOfPlainScalar
            if context.value.contains(&at) =>
        {
            begins(first?)
        }
        UnexpectedEofBlockMapping | UnexpectedEof if first == Some(',') => begins(','),
        BlockSequenceEntryNotAllowed | PlainScalarStartsWithDashFlowIndicator => {
            let help = match context.key {
                Some(key) => {
                    format!("put each item on a line of its own after `{key}:`, or write `{key}: [A, B]`")
                }
                None => "put each item on a line of its own".to_owned(),
            };
            Words::new(character(text, at), "a list cannot begin on the line of its key", help)
        }
        CommentInterceptedScalar => Words::new(
            rest_of_line(text, at),
            "a comment is in the middle of text that goes on below",
            "move the comment above the key, or put the text in quotes",
        ),
        TabInPlainScalar
        | TabNotAllowed
        | TabInIndentation
        | TabInBlockIndentation
        | TabAtBlockScalarStart => {
            let tab = text[at..].find('\t').map_or(at, |tab| at + tab);
            tab_words(tab..tab + usize::from(tab < text.len()), 1)
        }
        _ => return None,
    })
}

fn tab_words(place: Range<usize>, lines: usize) -> Words {
    let help = match lines {
        0 | 1 => "replace the tab by spaces, as many as the lines around it have".to_owned(),
        _ => format!("replace the tabs at the beginning of these {lines} lines by spaces"),
    };
    Words::new(place, "a line of YAML is indented with spaces, not with a tab", help)
}

/// Quotes, and what is in them.
fn quotes(text: &str, at: usize, kind: &ErrorKind, context: &Context<'_>) -> Option<Words> {
    use ErrorKind::*;
    let quote = text[at..].chars().next().unwrap_or('"');
    Some(match kind {
        UnclosedQuotedScalar | DocumentIndicatorInQuotedScalar => unclosed(text, at, quote, context),
        InvalidTrailingSingleQuotedScalar => Words::new(
            rest_of_line(text, at),
            "something follows the quote that ends the text",
            "write a quote within single quotes twice (`'it''s'`), or put the text in double quotes",
        )
        .label("the text has ended before this"),
        InvalidTrailingDoubleQuotedScalar => Words::new(
            rest_of_line(text, at),
            "something follows the quote that ends the text",
            "write a quote within double quotes as `\\\"`, or put the text in single quotes",
        )
        .label("the text has ended before this"),
        UnknownQuotedScalarEscape
        | InvalidQuotedScalarHexEscape
        | InvalidLowSurrogateHexEscape
        | InvalidLowSurrogate
        | MissingLowSurrogate
        | UnpairedLowSurrogate
        | InvalidUnicodeEscape => {
            let place = bad_escape(text, at);
            let shown = text[place.clone()].to_owned();
            Words::new(
                place,
                format!("`{shown}` is not an escape that YAML knows"),
                "write a backslash in double quotes twice (`\\\\`), or put the text in single quotes",
            )
        }
        InvalidQuotedScalarIndent => Words::new(
            character(text, at),
            "text in quotes goes on at the left edge",
            "indent each of its lines further than its key",
        ),
        _ => return None,
    })
}

fn unclosed(text: &str, at: usize, quote: char, context: &Context<'_>) -> Words {
    let end = if context.value.contains(&at) { context.value.end } else { text.len() };
    let line = rest_of_line(text, at);
    Words::new(
        character(text, at),
        "the quote that begins here is never closed",
        match text.get(line.start..line.end.min(end)) {
            Some(line) if line.chars().count() <= LONGEST_SHOWN && line.len() > 1 => {
                format!("close it at the end of the text: `{line}{quote}`")
            }
            _ => format!("put a `{quote}` at the end of the text"),
        },
    )
}

/// The first escape of a text in double quotes that is none.
fn bad_escape(text: &str, quote: usize) -> Range<usize> {
    let mut at = quote + 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(found) = rest.find(['\\', '"']).filter(|found| !rest[*found..].starts_with('"')) else {
            return character(text, quote);
        };
        let start = at + found;
        let Some(letter) = rest[found + 1..].chars().next() else { return start..text.len() };
        let end = start + 1 + letter.len_utf8();
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            letter if "0abt\tnvfre \"/\\N_LP\n\r".contains(letter) => 0,
            _ => return start..end,
        };
        let hex = text[end..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
        let value = u32::from_str_radix(&text[end..end + hex], 16).unwrap_or_default();
        if hex < digits || char::from_u32(value).is_none() {
            return start..end + hex;
        }
        at = end + hex;
    }
}

/// Lists and mappings in brackets.
fn brackets(text: &str, at: usize, kind: &ErrorKind, context: &Context<'_>) -> Option<Words> {
    use ErrorKind::*;
    let here = text[at..].chars().next();
    Some(match kind {
        UnclosedFlowCollection { .. }
        | UnexpectedEofFlowSequence
        | UnexpectedEofFlowMapping
        | UnexpectedEofImplicitFlowMapping
            if matches!(here, Some('[' | '{')) =>
        {
            unclosed_bracket_words(text, at)
        }
        MisplacedFlowCollectionEnd => Words::new(
            character(text, at),
            format!("`{}` closes nothing", here.unwrap_or(']')),
            "remove it, or put the text in quotes",
        ),
        MismatchedFlowCollectionEnd { open, close } => Words::new(
            character(text, at),
            format!("`{open}` is closed by `{close}`"),
            format!("close it with `{}`", closing(*open)),
        ),
        UnexpectedEofImplicitFlowMapping | ExpectedNodeContent if here == Some(',') => Words::new(
            character(text, at),
            "nothing is before this comma",
            "remove the comma, or write the value that is missing",
        ),
        ExpectedFlowMappingSeparator
        | ExpectedFlowSequenceSeparator
        | FlowMappingValueAdjacentCollection
        | InvalidColonPlacement => {
            let value = text.get(context.value.start..at).unwrap_or_default();
            let word = value.rsplit([' ', '\t', '\n', '"', '\'']).next().unwrap_or_default();
            if here == Some(':') && context.key.is_some() && word == value {
                return Some(Words::new(
                    character(text, at),
                    "text with a colon and a space in it needs quotes",
                    quote(context, text),
                ));
            }
            let place = if word.is_empty() { character(text, at) } else { at - word.len()..at };
            Words::new(
                place,
                "a comma or a closing bracket is missing before this",
                "separate the values by commas, and put text with a colon or a bracket in quotes",
            )
        }
        ExpectedBlockMappingKey if context.value.contains(&at) => {
            Words::new(rest_of_line(text, at), "something follows the value", quote(context, text))
                .label("the value has ended before this")
        }
        BlockEntryInFlowCollection => Words::new(
            character(text, at),
            "an item of a list in brackets has no dash",
            "separate the items by commas: `[A, B]`",
        ),
        RecursionLimitExceeded => Words::new(
            character(text, at),
            format!("lists and mappings are more than {MAX_DEPTH} deep within each other"),
            "rule files are six deep; look for brackets that are not closed",
        ),
        InvalidFlowScalarIndent => Words::new(
            character(text, at),
            "what is in brackets goes on at the left edge",
            "indent each of its lines further than its key",
        ),
        _ => return None,
    })
}

pub(super) fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

fn unclosed_bracket_words(text: &str, at: usize) -> Words {
    let open = text[at..].chars().next().unwrap_or('[');
    Words::new(
        character(text, at),
        format!("`{open}` is never closed"),
        format!("put a `{}` after the last value, or put the text in quotes", closing(open)),
    )
}

/// Lines and their indentation.
fn layout(text: &str, at: usize, kind: &ErrorKind) -> Option<Words> {
    use ErrorKind::*;
    Some(match kind {
        InvalidBlockScalarHeader | ZeroBlockScalarIndent => Words::new(
            rest_of_line(text, at),
            format!("the text begins on the line of its `{}`", &text[character(text, at)]),
            "begin the text on the next line, further in than its key; text that itself begins with `|` or `>` needs quotes",
        ),
        InvalidBlockScalarIndent => Words::new(
            lines::of(text, at),
            "an empty line above has more spaces than the first line of the text",
            "remove the spaces of the empty lines before the text",
        ),
        BomInsideDocument => Words::new(
            character(text, at),
            "a byte order mark is in the middle of the file",
            "remove the invisible character before this",
        ),
        MissingDocumentEndBeforeDirective | ExpectedDocumentStart => Words::new(
            lines::of(text, at),
            "a line that begins with `%` is a directive for the YAML reader",
            "put text that begins with `%` in quotes, or indent it as a part of the text above",
        ),
        InvalidDocumentEnd => Words::new(
            rest_of_line(text, at),
            "something follows the `...` that ends the document",
            "remove it, or the three dots",
        ),
        ExpectedWhitespace | InvalidBlockEntryWhitespace | InvalidMappingValueWhitespace => Words::new(
            character(text, at),
            "a space is missing before this",
            "write a space after a colon and after the dash of a list item",
        ),
        CommentNotSeparated => Words::new(
            rest_of_line(text, at),
            "a comment needs a space before its `#`",
            "write a space before the `#`, or put the text in quotes",
        ),
        _ => return None,
    })
}

/// Tags, anchors and directives.
fn properties(text: &str, at: usize, kind: &ErrorKind) -> Option<Words> {
    use ErrorKind::*;
    Some(match kind {
        UndeclaredTagHandle
        | ExpectedTagBang
        | InvalidGlobalTagCharacter
        | InvalidTagTerminator
        | MissingTagUri
        | UnclosedVerbatimTag
        | InvalidTagEscape
        | InvalidTagUtf8LeadingByte
        | InvalidTagUtf8TrailingByte
        | InvalidTagUtf8 => Words::new(
            character(text, at),
            "what begins with `!` is a tag, and this one is not valid",
            "put text that begins with `!` in quotes",
        ),
        DuplicateVersionDirective
        | UnsupportedYamlMajorVersion
        | DuplicateTagDirective
        | ExpectedTagDirectiveBang
        | InvalidDirectiveTerminator
        | DirectiveDisallowed
        | MissingYamlVersionSeparator
        | MissingDirectiveName
        | InvalidDirectiveName
        | DirectiveByteLimitExceeded { .. }
        | TooManyReservedDirectiveParams { .. }
        | YamlVersionTooLong
        | MissingYamlVersion
        | InvalidTagDirectiveTerminator => Words::new(
            lines::of(text, at),
            "a line that begins with `%` is a directive for the YAML reader, and this one is not valid",
            "remove the line, or put text that begins with `%` in quotes",
        ),
        _ => return None,
    })
}
