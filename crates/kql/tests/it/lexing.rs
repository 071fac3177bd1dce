//! What holds for the tokens of any text.

use kql::{Code, TokenKind, lex, literal};
use proptest::prelude::*;

/// The tokens follow one another without a gap and end with the end.
pub(crate) fn assert_covered(source: &str) {
    let lexed = lex(source);
    let mut at = 0;
    for token in &lexed.tokens {
        assert_eq!(token.span.start, at, "a gap in {source:?}");
        assert!(token.span.end > at || token.kind == TokenKind::End, "an empty token in {source:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, source.len());
    let joined: String = lexed.tokens.iter().map(|token| token.text(source)).collect();
    assert_eq!(joined, source);
    assert_eq!(lexed.tokens.iter().filter(|token| token.kind == TokenKind::End).count(), 1);
    for diagnostic in &lexed.diagnostics {
        assert!(
            source.get(diagnostic.span.range()).is_some(),
            "{diagnostic:?} splits a character of {source:?}"
        );
    }
}

/// Texts that look like queries, and texts that look like attacks on them.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{0,8}",
        prop::sample::select(vec![
            "\"",
            "'",
            "\\",
            "`",
            "```",
            "~~~",
            "@\"",
            "h'",
            "\n",
            "\r\n",
            "\u{2028}",
            "\0",
            "//",
            "| ",
            "😀",
            "é",
            "\\u",
            "\\x4",
            "datetime(",
            ")",
            "matches regex",
            "!in~",
            "1.5h",
            "1..2",
            "project-away",
            "\u{202e}",
            "${",
            "#",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn kinds(source: &str) -> Vec<TokenKind> {
    lex(source).tokens.iter().map(|token| token.kind).collect()
}

proptest! {
    #[test]
    fn any_text_is_covered_by_its_tokens(source in hostile()) {
        assert_covered(&source);
    }

    #[test]
    fn any_value_is_one_literal_that_decodes_to_it(value in hostile()) {
        let text = literal::string(&value);
        prop_assert_eq!(kinds(&text), [TokenKind::String, TokenKind::End]);
        prop_assert_eq!(lex(&text).diagnostics, []);
        prop_assert_eq!(literal::decode(&text), Some(value));
    }

    #[test]
    fn a_literal_stands_on_one_line_of_visible_characters(value in hostile()) {
        let text = literal::string(&value);
        let hides = |character: char| character.is_control() || "\u{2028}\u{2029}\u{202e}".contains(character);
        prop_assert!(!text.contains(hides), "{}", text);
    }

    #[test]
    fn a_value_never_changes_the_tokens_around_it(value in hostile(), other in hostile()) {
        let embed = |value: &str| format!("T|where a=={}and b in({0},{0})//x\n|take 1", literal::string(value));
        prop_assert_eq!(kinds(&embed(&value)), kinds(&embed(&other)));
    }

    #[test]
    fn what_decodes_is_one_string_token(text in hostile()) {
        if literal::decode(&text).is_some() {
            prop_assert_eq!(kinds(&text), [TokenKind::String, TokenKind::End]);
        }
    }

    #[test]
    fn a_closed_string_token_decodes(source in hostile()) {
        let lexed = lex(&source);
        for token in lexed.tokens.iter().filter(|token| token.kind == TokenKind::String) {
            let is_decoded = literal::decode(token.text(&source)).is_some();
            // That a string is not closed may be told at the backslash of one before it, which is the cause.
            let is_broken = lexed.diagnostics.iter().any(|diagnostic| match diagnostic.code {
                Code::UnterminatedString => !is_decoded,
                _ => diagnostic.span.start >= token.span.start && diagnostic.span.start < token.span.end,
            });
            prop_assert_eq!(is_decoded, !is_broken, "{}", token.text(&source));
        }
    }
}

/// The significant tokens of a text, each as `Kind text`.
fn tokens(source: &str) -> Vec<String> {
    lex(source)
        .significant()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| format!("{:?} {}", token.kind, token.text(source)))
        .collect()
}

#[test]
fn a_typed_literal_runs_to_its_bracket_only_when_nothing_stands_between() {
    assert_eq!(
        tokens("datetime(2020-01-01 10:00) long (1) todatetime(x) dynamic(1) float(1)").join("; "),
        "DateTime datetime(2020-01-01 10:00); Identifier long; OpenParen (; Long 1; CloseParen ); Identifier todatetime; \
         OpenParen (; Identifier x; CloseParen ); Identifier dynamic; OpenParen (; Long 1; CloseParen ); Identifier float; \
         OpenParen (; Long 1; CloseParen )"
    );
    assert_eq!(tokens("datetime(2020\n| x").join("; "), "DateTime datetime(2020; Bar |; Identifier x");
}

#[test]
fn numbers_timespans_and_names_that_start_with_digits_are_told_apart() {
    assert_eq!(
        tokens("1 1.0 1. 1e5 1E+5 1.5e-3 .5 1..2 1.5h 100tick 0x1F 0xZZ 1abc 1.5abc 5m5 1.2.3 1.d")
            .join("; "),
        "Long 1; Real 1.0; Real 1.; Real 1e5; Real 1E+5; Real 1.5e-3; Dot .; Long 5; Long 1; DotDot ..; Long 2; \
         TimeSpan 1.5h; TimeSpan 100tick; Long 0x1F; Identifier 0xZZ; Identifier 1abc; Long 1; Dot .; Identifier 5abc; \
         Identifier 5m5; Real 1.2; Dot .; Long 3; Long 1; Dot .; Identifier d"
    );
}

#[test]
fn keywords_of_several_words_are_one_token_unless_a_name_goes_on() {
    assert_eq!(
        tokens("project-away project-awayx hint.strategy hint.foo matches regex matches  regex !in~ !has !hasx in~ 3Dchart").join("; "),
        "Keyword project-away; Identifier project; Minus -; Identifier awayx; Keyword hint.strategy; Identifier hint; \
         Dot .; Identifier foo; Keyword matches regex; Identifier matches; Identifier regex; Keyword !in~; Keyword !has; \
         Bang !; Identifier hasx; Keyword in~; Keyword 3Dchart"
    );
}

#[test]
fn a_raw_guid_is_one_token() {
    assert_eq!(
        tokens("74b3bd5c-9c3a-4b3a-8c3a-123456789abc x74b3bd5c").join("; "),
        "Guid 74b3bd5c-9c3a-4b3a-8c3a-123456789abc; Identifier x74b3bd5c"
    );
}

#[test]
fn an_open_string_ends_with_its_line_and_is_said_once() {
    let lexed = lex("T | where a == \"x\n| where b == 'y'");
    let said: Vec<_> = lexed.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    assert_eq!(said, ["kql-unterminated-string"]);
    assert!(lexed.significant().any(|token| token.text(lexed.source) == "'y'"));
}

#[test]
fn a_bad_escape_is_shown_where_it_stands_and_the_string_goes_on() {
    let source = r#"print "C:\Windows\q" , 1"#;
    let lexed = lex(source);
    let said: Vec<_> = lexed.diagnostics.iter().map(|diagnostic| diagnostic.span.text(source)).collect();
    assert_eq!(said, [r"\W"], "one string, one mistake");
    assert_eq!(tokens(source), ["Identifier print", r#"String "C:\Windows\q""#, "Comma ,", "Long 1"]);
}

#[test]
fn typographic_quotes_are_named() {
    for (source, place) in [("T | where a == “x y”", "“x y”"), ("T | where a == “x | take 1", "“")]
    {
        let lexed = lex(source);
        let said: Vec<_> = lexed.diagnostics.iter().map(|found| found.span.text(source)).collect();
        assert_eq!(said, [place]);
        assert!(lexed.diagnostics[0].help.as_deref().is_some_and(|help| help.contains("typographic")));
    }
    assert_eq!(tokens("“a b”,"), ["String “a b”", "Comma ,"]);
}

#[test]
fn a_source_that_is_too_long_is_refused_whole() {
    let source = "a".repeat(kql::MAX_SOURCE + 1);
    let lexed = lex(&source);
    assert_eq!(lexed.tokens.len(), 2);
    assert_eq!(lexed.diagnostics[0].code.as_str(), "kql-query-too-long");
}
