use kql::{TokenKind, format, lex};

fn texts(source: &str, trivia: bool) -> Vec<&str> {
    let lexed = lex(source);
    let wanted =
        lexed.tokens.iter().filter(|t| t.kind != TokenKind::Whitespace && t.kind.is_trivia() == trivia);
    wanted.map(|t| lexed.text(*t).trim_end()).collect()
}

fn assert_kept(source: &str) {
    let Ok(once) = format(source) else { return };
    assert_eq!(texts(source, false), texts(&once, false), "{source}");
    assert_eq!(texts(source, true), texts(&once, true), "{source}");
    assert_eq!(format(&once).as_deref(), Ok(once.as_str()), "{source}");
}

#[test]
fn pipes_and_statements_stand_on_lines_of_their_own() {
    let source = "let f=(a:int){T|where x==a};let t=1d; // day\n\n\n\nT|join (U|take 1) on x // last";
    let expected = "let f=(a:int){\n    T\n    | where x == a\n};\nlet t=1d; // day\n\nT\n| join (\n    U\n    | take 1\n) on x // last";
    assert_eq!(format(source).unwrap(), expected);
    assert_kept(source);
}

#[test]
fn a_query_with_errors_is_not_laid_out() {
    assert!(format("T | where (").is_err());
}

#[test]
fn real_queries_keep_their_tokens_and_comments() {
    for query in super::corpus::queries().unwrap_or_default() {
        assert_kept(super::corpus::text(&query));
    }
}
