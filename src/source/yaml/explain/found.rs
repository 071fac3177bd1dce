//! What we find ourselves, in lines and values that the library does not read or does not object to.

use std::ops::Range;

use granit_parser::Tag;

use super::super::lines;
use super::{
    Context, LONGEST_SHOWN, Words, character, closing, quote, rest_of_line, tab_words,
    unclosed_bracket_words, written,
};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::YAML_SYNTAX;

/// A file in which no line begins with a key.
pub(in super::super) fn no_keys(file: FileId, place: Range<usize>) -> Diagnostic {
    Words::new(
        place,
        "the file is text, and not keys with values",
        "a rule file is a mapping of keys such as `id`, `name` and `query`; move other files elsewhere or list them in .gitignore",
    )
    .diagnostic(file)
}

/// Lines that begin with tabs.
pub(in super::super) fn tabs(file: FileId, place: Range<usize>, lines: usize) -> Diagnostic {
    tab_words(place, lines).diagnostic(file)
}

/// A bracket without its second.
pub(in super::super) fn unclosed_bracket(file: FileId, text: &str, at: usize) -> Diagnostic {
    unclosed_bracket_words(text, at).diagnostic(file)
}

/// A bracket that another kind closes.
pub(in super::super) fn wrong_bracket(file: FileId, text: &str, open: usize, close: usize) -> Diagnostic {
    let (first, last) = (&text[character(text, open)], &text[character(text, close)]);
    let bracket = closing(first.chars().next().unwrap_or('['));
    let words = Words::new(
        character(text, close),
        format!("`{first}` is closed by `{last}`"),
        format!("close it with `{bracket}`"),
    );
    words.diagnostic(file).related(Span::new(file, open, open + 1), "it begins here")
}

/// A comma that is missing before a place.
pub(in super::super) fn missing_comma(file: FileId, text: &str, at: usize) -> Diagnostic {
    Words::new(character(text, at), "a comma is missing before this", "separate the values by commas")
        .diagnostic(file)
}

/// Something after the bracket that ends a value.
pub(in super::super) fn after_bracket(
    file: FileId,
    text: &str,
    place: Range<usize>,
    context: &Context<'_>,
) -> Diagnostic {
    let help = match context.value.is_empty() {
        true => "remove it".to_owned(),
        false => format!("remove it, or {}", quote(context, text)),
    };
    Words::new(place, "something follows the bracket that ends the value", help)
        .label("the value has ended before this")
        .diagnostic(file)
}

/// A line that is neither a key nor a part of what is above.
pub(in super::super) fn stray(file: FileId, text: &str, place: Range<usize>, in_list: bool) -> Diagnostic {
    let line = &text[place.clone()];
    let first = line.split([' ', ':', '\t']).next().unwrap_or_default();
    let words = if in_list {
        match line.strip_prefix('-') {
            Some(item) => Words::new(
                place.start..place.start + 1,
                "the dash of a list item needs a space after it",
                format!("write `- {}`", shortened(item)),
            ),
            None => Words::new(
                place,
                "this line is not an item of the list",
                "begin each item with a dash and a space: `- item`",
            ),
        }
    } else if let Some((key, value)) = lines::key_without_space(line) {
        Words::new(
            place.start + key.len()..place.start + key.len() + 1,
            format!("the colon after `{key}` needs a space after it"),
            format!("write `{key}: {}`", shortened(value)),
        )
    } else if before_key(line) > 0
        && lines::is_name(line[before_key(line)..].split(':').next().unwrap_or_default())
    {
        let end = place.start + before_key(line);
        Words::new(
            place.start..end,
            format!("a key cannot begin with `{}`", &line[..before_key(line)]),
            "remove it, or put the key in quotes",
        )
    } else if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker)) {
        Words::new(
            place,
            "this line marks a merge conflict that is not resolved",
            "keep one of the two versions, and remove the lines that mark them",
        )
    } else if line.starts_with('-') {
        Words::new(
            place,
            "a list item is where a key should be",
            "remove the dash, or indent the list below its key and give the key no other value",
        )
    } else if lines::is_name(first) && !first.is_empty() {
        let rest = shortened(line[first.len()..].trim_start());
        Words::new(
            place,
            "this line has no key, and is not a part of the text above",
            format!(
                "write `{first}: {rest}` if `{first}` is a key; if the line belongs to the text above, indent it further than its key"
            ),
        )
    } else {
        Words::new(
            place,
            "this line has no key, and is not a part of the text above",
            "indent the line further than the key that it belongs to, or make it a comment with `#`",
        )
    };
    words.diagnostic(file)
}

/// How much of a line is before its first letter, where that is one character.
pub(in super::super) fn before_key(line: &str) -> usize {
    let first = line.chars().next().filter(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '|' | '/'));
    first.filter(|c| line[c.len_utf8()..].starts_with(char::is_alphabetic)).map_or(0, char::len_utf8)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_SHOWN { text.trim_end().to_owned() } else { "…".to_owned() }
}

/// Lines of a block that are not further in than their key.
pub(in super::super) fn outside_block(
    file: FileId,
    place: Range<usize>,
    key: &str,
    is_first: bool,
) -> Diagnostic {
    let (message, help) = if is_first {
        ("the text is not indented", format!("put two spaces before each line of the text of `{key}`"))
    } else {
        (
            "this line is less indented than the first line of the text, and ends it",
            format!("indent every line of the text of `{key}` at least as far as its first"),
        )
    };
    Words::new(place, message, help).diagnostic(file)
}

/// A key at an indentation where none can be.
pub(in super::super) fn wrong_indentation(
    file: FileId,
    place: Range<usize>,
    found: usize,
    expected: usize,
) -> Diagnostic {
    let spaces = |count: usize| match count {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        _ => format!("{count} spaces"),
    };
    Words::new(
        place,
        format!(
            "this line begins with {}, and the lines it belongs to with {}",
            spaces(found),
            spaces(expected)
        ),
        format!("begin it with {}", spaces(expected)),
    )
    .diagnostic(file)
}

/// Lines below a key that has a value on its own line.
pub(in super::super) fn below_value(
    file: FileId,
    place: Range<usize>,
    key: &str,
    is_list: bool,
) -> Diagnostic {
    let (message, help) = if is_list {
        (
            format!("a list item is below `{key}`, which has a value already"),
            format!("move the value into the list, as its first item: `- …`, or write `{key}: [A, B]`"),
        )
    } else {
        (
            format!("this key is indented below `{key}`, which has a value already"),
            format!("indent it as far as `{key}`, or remove the value of `{key}`"),
        )
    };
    Words::new(place, message, help).diagnostic(file)
}

/// A second document in a file.
pub(in super::super) fn second_document(file: FileId, text: &str, at: usize) -> Diagnostic {
    Words::new(
        lines::of(text, at),
        "a second document begins above this line, after `---`",
        "move it into a file of its own, or remove the `---`",
    )
    .diagnostic(file)
}

/// A value whose tag says that it is something else.
pub(in super::super) fn wrong_tag(span: Span, expected: &str, tag: Option<&Tag>) -> Diagnostic {
    let tag = tag.map(Tag::original).unwrap_or_default();
    Diagnostic::new(&YAML_SYNTAX, span, format!("this is not {expected}, as its tag `{tag}` says"))
        .help(format!("remove the `{tag}`"))
}

/// An alias of an anchor that is not there.
pub(in super::super) fn unknown_alias(span: Span, written: &str) -> Diagnostic {
    let name = written.trim_start_matches('*');
    Diagnostic::new(
        &YAML_SYNTAX,
        span,
        format!("`{written}` stands for a value, and nothing before it is marked `&{name}`"),
    )
    .help(format!("put text that begins with `*` in quotes: `\"{written}\"`"))
}

/// Aliases that copy more than a file of this size may hold.
pub(in super::super) fn too_many_copies(span: Span, written: &str) -> Diagnostic {
    Diagnostic::new(&YAML_SYNTAX, span, format!("`{written}` and the aliases before it copy too much"))
        .help("write the values out, or use fewer aliases of aliases")
}

/// A value without a key.
pub(in super::super) fn no_key(span: Span) -> Diagnostic {
    Diagnostic::new(&YAML_SYNTAX, span, "a key is missing before this colon")
        .help("write the key, as in `name: value`")
}

/// `{{Column}}` without quotes.
pub(in super::super) fn placeholder(text: &str, span: Span, key: Option<&str>) -> Diagnostic {
    let rest = &text[rest_of_line(text, span.start)];
    let value = match text.get(span.start..span.end).filter(|value| value.contains("}}")) {
        Some(value) => value,
        None => rest.find("}}").map_or(rest, |end| &rest[..end + 2]),
    };
    Diagnostic::new(&YAML_SYNTAX, span, "text that begins with `{` needs quotes")
        .help(format!("put the text in quotes: `{}`", written(key, value)))
}

/// A list or a mapping as a key.
pub(in super::super) fn key_of_several_values(span: Span) -> Diagnostic {
    Diagnostic::new(&YAML_SYNTAX, span, "a list or a mapping cannot be a key")
        .help("put a key that begins with a bracket in quotes")
}

/// A merge key whose value is one text.
pub(in super::super) fn nothing_to_merge(span: Span) -> Diagnostic {
    Diagnostic::new(&YAML_SYNTAX, span, "`<<` takes the keys of a mapping, and this is none")
        .help("give it an alias of a mapping, as in `<<: *defaults`")
}
