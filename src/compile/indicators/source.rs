//! A file of a key, be it YAML or a page.

use uuid::Uuid;

use super::INDICATOR_KEY;
use super::rule::RULE_NAMESPACE;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::document::IndicatorFile;
use crate::feed::page::Page;

/// The longest key: with `bartizan-` before it, an alias has at most 64 characters.
const MAX_KEY: usize = 55;

/// A file of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    File(&'a IndicatorFile),
    Page(&'a Page),
}

impl<'a> Source<'a> {
    pub(super) fn file(self) -> FileId {
        match self {
            Self::File(file) => file.file,
            Self::Page(page) => page.file,
        }
    }

    pub(super) fn span(self) -> Span {
        match self {
            Self::File(file) => file.span,
            Self::Page(page) => page.span,
        }
    }

    pub(super) fn family(self) -> Option<&'a str> {
        let family = match self {
            Self::File(file) => file.family.as_deref(),
            Self::Page(page) => page.family.as_deref(),
        };
        family.map(str::trim).filter(|family| !family.is_empty())
    }

    pub(super) fn publisher(self) -> Option<&'a str> {
        let publisher = match self {
            Self::File(file) => file.source.as_deref(),
            Self::Page(page) => page.source.as_deref(),
        };
        publisher.map(str::trim).filter(|publisher| !publisher.is_empty())
    }

    /// The key; `None` with a diagnostic where there is none.
    pub(super) fn key(self, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        if let Self::File(IndicatorFile { key: Some(key), .. }) = self {
            let text = key.as_str().trim();
            if is_key(text) {
                return Some(text.to_owned());
            }
            if key.is_guess() {
                return slug(text);
            }
            diagnostics.push(bad_key(text, key.span));
            return None;
        }
        let made = self.family().and_then(slug);
        if made.is_none() && !matches!(self, Self::File(file) if file.is_unnamed) {
            let (message, help) = match self {
                Self::File(_) => (
                    "the file names neither a `key` nor a family to make one of",
                    "add `key:` with lower-case letters, digits and hyphens",
                ),
                Self::Page(_) => (
                    "the page names no malware family to make a key of",
                    "write the line `Malware Family: ...`, or the indicators as a YAML file with a `key`",
                ),
            };
            diagnostics.push(Diagnostic::new(&INDICATOR_KEY, self.span(), message).help(help));
        }
        made
    }
}

/// Whether a text may be a key: 1 to 55 lower-case letters, digits and hyphens, a letter or digit at both ends.
pub(super) fn is_key(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=MAX_KEY).contains(&text.len())
        && text.bytes().all(|b| word(b) || b == b'-')
        && text.bytes().next().is_some_and(word)
        && text.bytes().last().is_some_and(word)
}

/// The key that a family's name makes: its letters and digits in lower case, hyphens between them. A long one ends in
/// a piece of its hash, so that two of them stay two. `None` without any letter or digit of ASCII.
pub(super) fn slug(family: &str) -> Option<String> {
    let words: Vec<String> = family
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug = words.join("-");
    if slug.len() > MAX_KEY {
        let hash = Uuid::new_v5(&RULE_NAMESPACE, slug.as_bytes()).simple().to_string();
        return Some(format!("{}-{}", slug[..MAX_KEY - 9].trim_end_matches('-'), &hash[..8]));
    }
    (!slug.is_empty()).then_some(slug)
}

fn bad_key(text: &str, span: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(&INDICATOR_KEY, span, format!("`{}` is not a key", text.escape_debug())).label(format!(
            "allowed: 1 to {MAX_KEY} lower-case letters, digits and hyphens, with a letter or digit at both ends"
        ));
    match slug(text) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
