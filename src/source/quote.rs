//! Text as a quoted scalar.

/// A text in quotes: in double ones where that takes no escape, in single ones where those can hold it, and else in double
/// ones with escapes.
pub(crate) fn in_quotes(text: &str) -> String {
    if !text.chars().all(is_printable) || !text.contains(['"', '\\']) {
        return format!("\"{}\"", within_double_quotes(text));
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// What is between double quotes for a text.
pub(crate) fn within_double_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            // All that is not printable is in the first plane.
            c => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::SourceMap;
    use crate::source::{Value, parse};

    #[test]
    fn the_quotes_are_those_that_take_no_escapes() {
        for (text, quoted) in [
            ("a: b", "\"a: b\""),
            ("it's", "\"it's\""),
            ("say \"x\"", "'say \"x\"'"),
            ("C:\\x", "'C:\\x'"),
            ("'\"", "'''\"'"),
            ("a\n\"b\"", "\"a\\n\\\"b\\\"\""),
            ("\u{7}\u{feff}", "\"\\u0007\\ufeff\""),
        ] {
            assert_eq!(in_quotes(text), quoted);
        }
    }

    proptest! {
        #[test]
        fn a_text_in_quotes_is_read_as_it_was(text in "([ -~]|[\\t\\n'\"\\\\]|\\PC|[\\u{0}-\\u{a0}\\u{2028}\\u{feff}]){0,12}") {
            let mut map = SourceMap::new();
            let file = map.add("a.yaml", format!("q: {}\n", in_quotes(&text)));
            let mut diagnostics = Vec::new();
            let node = parse(&map, file, &mut diagnostics);
            prop_assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let Value::Mapping(entries) = &node.value else { panic!("no mapping") };
            let Value::Scalar(scalar) = &entries[0].value.value else { panic!("no scalar") };
            prop_assert_eq!(&scalar.text, &text);
        }
    }
}
