//! What the service's engine, RE2, refuses of a regular expression.
//!
//! The parser asked here is that of a near relative. What the relative refuses and RE2 may take passes; what it takes and
//! RE2 does not is looked for in its tree.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    Ast, Error, ErrorKind, Flag, Flags, FlagsItemKind, HexLiteralKind, LiteralKind, RepetitionKind,
    RepetitionRange, Span, Visitor, visit,
};

/// The most often that RE2 repeats something by a count.
const MOST_REPEATED: u32 = 1000;

/// What is wrong with an expression: the bytes that it concerns, and the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: String,
}

/// What makes the service refuse `pattern`.
pub(super) fn fault(pattern: &str) -> Option<Fault> {
    let error = match Parser::new().parse(pattern) {
        Ok(tree) => return visit(&tree, Strictness { pattern }).err(),
        Err(error) => error,
    };
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

/// Looks for what the relative takes and RE2 does not.
struct Strictness<'p> {
    pattern: &'p str,
}

impl Strictness<'_> {
    fn refuse(&self, span: &Span, message: impl FnOnce(&str) -> String) -> Result<(), Fault> {
        let (start, end) = (span.start.offset, span.end.offset);
        let place = self.pattern.get(start..end).unwrap_or_default();
        Err(Fault { start, end, message: message(place) })
    }

    fn flags(&self, flags: &Flags) -> Result<(), Fault> {
        for item in &flags.items {
            if let FlagsItemKind::Flag(Flag::IgnoreWhitespace | Flag::Unicode | Flag::CRLF) = item.kind {
                return self.refuse(&item.span, |flag| {
                    format!("there is no flag `{flag}`; the flags are i, m, s and U")
                });
            }
        }
        Ok(())
    }
}

impl Visitor for Strictness<'_> {
    type Output = ();
    type Err = Fault;

    fn finish(self) -> Result<(), Fault> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Fault> {
        match ast {
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), |flags| self.flags(flags)),
            Ast::Repetition(repetition) => {
                if let Ast::Repetition(inner) = &*repetition.ast {
                    let both = Span::new(inner.op.span.start, repetition.op.span.end);
                    return self.refuse(&both, |marks| {
                        format!("`{marks}` repeats a repetition; put brackets between the two")
                    });
                }
                let most = match &repetition.op.kind {
                    RepetitionKind::Range(
                        RepetitionRange::Exactly(count) | RepetitionRange::AtLeast(count),
                    ) => *count,
                    RepetitionKind::Range(RepetitionRange::Bounded(_, count)) => *count,
                    _ => 0,
                };
                if most > MOST_REPEATED {
                    return self.refuse(&repetition.op.span, |count| {
                        format!("`{count}` repeats more than {MOST_REPEATED} times")
                    });
                }
                Ok(())
            }
            Ast::Literal(literal) => match literal.kind {
                LiteralKind::HexFixed(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong)
                | LiteralKind::HexBrace(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => self
                    .refuse(&literal.span, |escape| {
                        format!("there is no escape `{escape}`; a character by its number is \\x{{…}}")
                    }),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
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
            ("a++b", "++"),
            ("(ab)*{2}", "*{2}"),
            ("a{1001}", "{1001}"),
            ("(?x)a b", "x"),
            ("(?i-u:a)", "u"),
            (r"\u0041", r"\u0041"),
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
            "a{1000}b*?c{2,3}?",
            "(a*)+",
            "(?isU)a(?-s:.)",
            r"\x{41}\x41",
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
