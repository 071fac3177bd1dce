//! Regular expressions in literals.
//!
//! The service's engine knows neither looking around nor references back, and refuses a whole query for one bad
//! expression. The parser asked here is that of a near relative: what the two may see differently, such as a brace that
//! counts nothing, is let pass.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Error, ErrorKind};

use super::Binder;
use super::call::Argument;
use crate::diagnostic::{Code, Diagnostic};
use crate::literal;
use crate::token::Span;
use crate::tree::{ExpressionId, ExpressionKind, LiteralKind};

/// What is wrong with an expression: the bytes that it concerns, and the message.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    start: usize,
    end: usize,
    message: String,
}

/// Which argument of a function is a regular expression.
fn regex_argument(function: &str, arguments: &[Argument]) -> Option<usize> {
    match function {
        "extract" | "extract_all" | "extractall" | "replace" | "trim" | "trim_start" | "trim_end" => Some(0),
        "replace_regex" | "indexof_regex" => Some(1),
        "countof" => {
            let kind = arguments.get(2).and_then(Argument::text);
            (kind.as_deref() == Some("regex")).then_some(1)
        }
        _ => None,
    }
}

impl Binder<'_> {
    /// Looks at the expression among a function's arguments, where there is one.
    pub(super) fn check_regex_argument(&mut self, function: &str, arguments: &[Argument]) {
        if let Some(argument) = regex_argument(function, arguments).and_then(|at| arguments.get(at)) {
            self.check_regex(argument.id);
        }
    }

    /// Looks at an expression that stands there as a literal; what is computed is known to the service alone.
    pub(super) fn check_regex(&mut self, id: ExpressionId) {
        if !matches!(self.tree.expression(id).kind, ExpressionKind::Literal(LiteralKind::String)) {
            return;
        }
        let Some(text) = self.string_text(id) else { return };
        let Some(fault) = fault(&text) else { return };
        let whole = self.span(id);
        let place = inner_span(whole, whole.text(self.tree.source), &text, &fault);
        self.report(
            Diagnostic::new(
                Code::InvalidRegex,
                place,
                format!("this is no regular expression: {}", fault.message),
            )
            .with_help("the syntax is that of RE2, without lookaround and backreferences"),
        );
    }
}

/// The fault's place within the literal, where no escape before it shifts the text; else the literal.
fn inner_span(whole: Span, written: &str, text: &str, fault: &Fault) -> Span {
    debug_assert!(literal::decode(written).is_none_or(|decoded| decoded == text));
    let prefix = written.len() - written.trim_start_matches(['h', 'H', '@']).len();
    let body = prefix + if written[prefix..].starts_with(['`', '~']) { 3 } else { 1 };
    let shown = written.get(body..body + fault.end).zip(text.get(..fault.end));
    match shown {
        Some((written, decoded)) if written == decoded => {
            let start = whole.start + (body + fault.start) as u32;
            Span::new(start, start + (fault.end - fault.start) as u32)
        }
        _ => whole,
    }
}

/// What makes the service refuse `pattern`.
fn fault(pattern: &str) -> Option<Fault> {
    let error = Parser::new().parse(pattern).err()?;
    let message = refusal(pattern, &error)?;
    let (start, end) = (error.span().start.offset, error.span().end.offset);
    // What is missing has no length: the character behind it is shown.
    let next = pattern.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Some(Fault { start, end: if start == end { end + next } else { end }, message })
}

/// The message for an error that the service's engine sees as well.
fn refusal(pattern: &str, error: &Error) -> Option<String> {
    let span = error.span();
    let place = pattern.get(span.start.offset..span.end.offset)?;
    let behind = pattern.get(span.end.offset..)?;
    let message = match error.kind() {
        ErrorKind::UnsupportedLookAround => format!("`{place}` looks around, which RE2 does not"),
        ErrorKind::UnsupportedBackreference => {
            // Two digits may be a character in octal.
            let is_octal = place.contains('0') || behind.starts_with(|next: char| next.is_digit(8));
            if is_octal {
                return None;
            }
            format!("`{place}` refers back to a group, which RE2 does not")
        }
        ErrorKind::GroupUnclosed => "this `(` is not closed".to_owned(),
        ErrorKind::GroupUnopened => "this `)` closes nothing".to_owned(),
        // A bracket within brackets opens a set of its own for one engine, and is a letter for the other.
        ErrorKind::ClassUnclosed => {
            if pattern.matches('[').count() > 1 {
                return None;
            }
            "this `[` is not closed".to_owned()
        }
        ErrorKind::ClassRangeInvalid => format!("the range `{place}` runs backwards"),
        // A brace that repeats nothing is a letter for one engine.
        ErrorKind::RepetitionMissing => {
            let mark = place.chars().chain(behind.chars()).next().filter(|mark| *mark != '{')?;
            format!("`{mark}` has nothing to repeat")
        }
        ErrorKind::RepetitionCountInvalid => format!("`{place}` counts backwards"),
        ErrorKind::EscapeUnexpectedEof => "it ends in a backslash".to_owned(),
        // One engine quotes by \Q…\E and takes a byte by \C.
        ErrorKind::EscapeUnrecognized if !place.ends_with(['Q', 'E', 'C']) => {
            format!("there is no escape `{place}`")
        }
        ErrorKind::FlagUnrecognized => format!("there is no flag `{place}`"),
        ErrorKind::GroupNameDuplicate { .. } => format!("a group is named `{place}` already"),
        _ => return None,
    };
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_refuses_is_seen_at_its_place() {
        for (pattern, place) in [
            (r"(?=a)b", "(?="),
            (r"(?<!a)b", "(?<!"),
            (r"(a)\1", r"\1"),
            ("a(b", "("),
            ("ab)", ")"),
            ("a[bc", "["),
            ("[z-a]", "z-a"),
            ("*a", "*"),
            ("a{3,1}", "{3,1}"),
            (r"a\y", r"\y"),
            ("(?>a)", ">"),
        ] {
            let found = fault(pattern).unwrap_or_else(|| panic!("{pattern} is refused"));
            assert_eq!(&pattern[found.start..found.end], place, "{pattern}: {}", found.message);
        }
        assert!(fault(r"a\").is_some());
    }

    #[test]
    fn what_one_of_the_engines_may_take_passes() {
        for pattern in [
            "",
            r"(?i)^cmd\.exe\s+/c",
            "(?P<user>[^@]+)@(?<domain>.*)",
            "a{,3}",
            "{a}",
            "a{",
            r"\Qa.b\E",
            r"\012",
            "[[]",
            r"\pN\p{Greek}",
            "[[:alpha:]]",
            r"\/\-\_",
            "[]a]",
        ] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
    }
}
