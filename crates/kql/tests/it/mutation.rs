//! Valid queries with one token typed wrong: what is wrong is said once.
//!
//! Every query of a file is changed at every token in every way that follows. A change may leave a valid query, of which
//! nothing is said; of the others, nearly all get exactly one diagnostic.

use std::collections::BTreeMap;

use kql::{TokenKind, analyze, lex, parse};
use proptest::prelude::*;

use crate::binding::Workspace;
use crate::parsing::assert_whole;

/// Queries with a blank line between them.
const QUERIES: &str = include_str!("mutation/queries.txt");

/// One change of one token.
pub(crate) struct Mutation {
    /// The kind of the change.
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

pub(crate) fn queries() -> Vec<&'static str> {
    QUERIES.split("\n\n").map(str::trim).filter(|query| !query.is_empty()).collect()
}

/// A query with every token changed in turn, in every way.
pub(crate) fn mutations(query: &str) -> Vec<Mutation> {
    let lexed = lex(query);
    let tokens: Vec<(TokenKind, std::ops::Range<usize>)> = lexed
        .significant()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| (token.kind, token.span.range()))
        .collect();
    let mut all = Vec::new();
    let mut change = |class, range: &std::ops::Range<usize>, with: &str| {
        let text = format!("{}{with}{}", &query[..range.start], &query[range.end..]);
        all.push(Mutation { class, text });
    };
    for (at, (kind, range)) in tokens.iter().enumerate() {
        let text = &query[range.clone()];
        change("deleted", range, "");
        change("doubled", range, &format!("{text} {text}"));
        if let Some((_, next)) = tokens.get(at + 1) {
            let between = &query[range.end..next.start];
            change("swapped", &(range.start..next.end), &format!("{}{between}{text}", &query[next.clone()]));
        }
        match kind {
            TokenKind::OpenParen => change("replaced", range, "["),
            TokenKind::CloseParen => change("replaced", range, "]"),
            TokenKind::OpenBracket => change("replaced", range, "("),
            TokenKind::CloseBracket => change("replaced", range, ")"),
            TokenKind::OpenBrace => change("replaced", range, "("),
            TokenKind::CloseBrace => change("replaced", range, ")"),
            TokenKind::Comma => {
                change("replaced", range, ";");
                change("replaced", range, ".");
            }
            TokenKind::Bar => {
                change("replaced", range, "||");
                change("replaced", range, ";");
                change("replaced", range, ",");
            }
            TokenKind::Semicolon => {
                change("replaced", range, ",");
                change("replaced", range, ":");
            }
            TokenKind::Equal => change("replaced", range, "=="),
            TokenKind::EqualEqual => {
                change("replaced", range, "=");
                change("replaced", range, "===");
            }
            TokenKind::String if text.len() > 1 && text.starts_with('"') && text.ends_with('"') => {
                change("unquoted", &(range.start..range.start + 1), "");
                change("unquoted", &(range.end - 1..range.end), "");
                change("unquoted", range, &format!("\u{201c}{}\u{201d}", &text[1..text.len() - 1]));
            }
            TokenKind::Identifier | TokenKind::Keyword if text.len() > 3 => {
                let middle = text.len() / 2;
                let letter = &text[middle..middle + 1];
                if letter != " " {
                    change("misspelt", &(range.start + middle..range.start + middle + 1), "");
                    change("misspelt", &(range.start + middle..range.start + middle), letter);
                    let next = &text[middle + 1..middle + 2];
                    change(
                        "misspelt",
                        &(range.start + middle..range.start + middle + 2),
                        &format!("{next}{letter}"),
                    );
                }
            }
            _ => {}
        }
    }
    all.retain(|mutation| mutation.text != query);
    all
}

/// How many things are said of a query.
fn said(query: &str) -> usize {
    let parsed = parse(query);
    parsed.diagnostics.len() + analyze(&parsed, &Workspace).diagnostics.len()
}

#[test]
fn the_queries_are_valid_before_they_are_changed() {
    for query in queries() {
        let parsed = parse(query);
        assert_eq!(parsed.diagnostics, [], "{query}");
        assert_eq!(analyze(&parsed, &Workspace).diagnostics, [], "{query}");
    }
    assert!(queries().len() >= 100);
}

#[test]
fn one_token_typed_wrong_is_said_once() {
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for query in queries() {
        for mutation in mutations(query) {
            let said = said(&mutation.text);
            let (once, wrong) = classes.entry(mutation.class).or_default();
            *wrong += usize::from(said > 0);
            *once += usize::from(said == 1);
        }
    }
    eprintln!("class: said once, of those of which anything is said: {classes:?}");
    for (class, (once, wrong)) in &classes {
        assert!(once * 100 >= wrong * 97, "{class}: {once} of {wrong}");
    }
}

/// Silence is for what comes of an error, not for another error elsewhere.
#[test]
fn mistakes_in_different_stages_and_statements_are_all_said() {
    for (query, expected) in [
        ("Events | wher Count == 1 | tak 5", 2),
        ("Events | where Count == = 1 | extend x = tolower(User User) | sort User", 3),
        ("let a = f(1 2);\nlet b = 1 +;\nEvents | where Usr == 'a'", 3),
        ("let f = (x:long) { x + };\nEvents | where Count == (1 | take 1;\nUsers | tak 1", 3),
        // Which columns there are behind a broken stage is not known.
        ("Events | where Usr == 'a' | where Count == = 1 | where Devce == 'b'", 2),
        ("Events | where Usr == 'a' | project User | where Country == 'b'", 2),
        ("let n = 1;\nEvents | join (Users | where Cuntry == 'a' | tak 1) on User | srt by Time", 3),
    ] {
        let parsed = parse(query);
        let analysis = analyze(&parsed, &Workspace);
        let all: Vec<_> = parsed.diagnostics.iter().chain(&analysis.diagnostics).collect();
        assert_eq!(all.len(), expected, "{query}: {all:#?}");
    }
}

/// A valid query with several changes, one upon the other.
fn mangled() -> impl Strategy<Value = String> {
    let queries = queries();
    let changes = prop::collection::vec(any::<prop::sample::Index>(), 1..6);
    (prop::sample::select(queries), changes).prop_map(|(query, changes)| {
        changes.iter().fold(query.to_owned(), |text, change| {
            let all = mutations(&text);
            if all.is_empty() { text } else { change.get(&all).text.clone() }
        })
    })
}

proptest! {
    #[test]
    fn what_is_mistyped_many_times_has_a_whole_tree_and_a_meaning(source in mangled()) {
        assert_whole(&source);
        let parsed = parse(source.as_str());
        let analysis = analyze(&parsed, &Workspace);
        for found in &analysis.diagnostics {
            prop_assert!(source.get(found.span.range()).is_some());
        }
    }

    #[test]
    fn a_query_cut_anywhere_has_a_whole_tree(query in prop::sample::select(queries()), at in any::<prop::sample::Index>()) {
        let ends: Vec<usize> = query.char_indices().map(|(at, _)| at).collect();
        assert_whole(&query[..*at.get(&ends)]);
        assert_whole(&query[*at.get(&ends)..]);
    }
}
