//! Defanged values: written so that they are not followed by accident.

use std::borrow::Cow;

/// What publishers write instead of a character, in lower case.
const MARKS: &[(&str, &str)] = &[
    ("[://]", "://"),
    ("[:]//", "://"),
    ("[:]", ":"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[/]", "/"),
    ("[@]", "@"),
    ("[at]", "@"),
    ("\\.", "."),
];

/// The value as it was before someone defanged it, without spaces, quotes or back-ticks around it.
pub(super) fn refang(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '`' | '"' | '\'' | '<' | '>' | '\u{200b}' | '\u{feff}')
    });
    let defanged_scheme = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("hxxp"));
    if !defanged_scheme && !text.contains(['[', '(', '{', '\\']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    if defanged_scheme {
        out.push_str("http");
        rest = &rest[4..];
    }
    'next: while let Some(character) = rest.chars().next() {
        if matches!(character, '[' | '(' | '{' | '\\') {
            for (mark, plain) in MARKS {
                if rest.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)) {
                    out.push_str(plain);
                    rest = &rest[mark.len()..];
                    continue 'next;
                }
            }
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_defanging_is_undone() {
        for (defanged, plain) in [
            ("2[.]27[.]5[.]12:9000", "2.27.5.12:9000"),
            ("2[.]27[.]5[.]12[:]9000", "2.27.5.12:9000"),
            ("hxxps://evil(.)com/a", "https://evil.com/a"),
            ("hXXp[://]evil[dot]com", "http://evil.com"),
            ("hxxp[:]//evil[DOT]com", "http://evil.com"),
            ("evil{.}com", "evil.com"),
            ("evil\\.com", "evil.com"),
            (" `evil[.]com` ", "evil.com"),
            ("[2a02::1]:80", "[2a02::1]:80"),
            ("http://a.com/x[1]", "http://a.com/x[1]"),
        ] {
            assert_eq!(refang(defanged), plain, "{defanged}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = refang(&text);
        }

        #[test]
        fn a_plain_value_stays_as_it_is(text in "[a-z0-9.:/?=&-]{0,40}") {
            prop_assume!(!text.starts_with("hxxp"));
            prop_assert_eq!(refang(&text), text.as_str());
        }
    }
}
