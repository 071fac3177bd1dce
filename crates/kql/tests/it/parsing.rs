//! What holds for the tree of any text, and what is said of wrong ones.

use kql::tree::{Node, Tree};
use kql::{Code, parse};
use proptest::prelude::*;

/// The tree covers the source: children lie within their parent and behind one another, and the tokens of the whole tree,
/// each taken once, with those that no node holds, are the source.
pub(crate) fn assert_whole(source: &str) {
    let parsed = parse(source);
    let tree = &parsed.tree;
    let mut text = String::new();
    let mut at = 0;
    for statement in &tree.root {
        at = print(tree, Node::Statement(*statement), at, &mut text);
    }
    append(tree, at, tree.tokens.len() as u32, &mut text);
    assert_eq!(text, source);
    for diagnostic in &parsed.diagnostics {
        assert!(source.get(diagnostic.span.range()).is_some(), "{diagnostic:?} does not fit {source:?}");
    }
}

/// Writes the text of a node and of what stands before it since `at`; returns the token behind it. Works on a stack of
/// its own, so that a chain of any length is walked.
fn print(tree: &Tree, node: Node, at: u32, text: &mut String) -> u32 {
    let mut at = at;
    let mut open = vec![(tree.tokens_of(node), tree.children(node).into_iter())];
    while let Some((range, children)) = open.last_mut() {
        let range = *range;
        match children.next() {
            Some(child) => {
                let inner = tree.tokens_of(child);
                assert!(inner.is_empty() || inner.end <= range.end, "a child outlasts its parent");
                assert!(inner.is_empty() || inner.first >= at, "children overlap");
                if !inner.is_empty() {
                    append(tree, at, inner.first, text);
                    at = inner.first;
                    open.push((inner, tree.children(child).into_iter()));
                }
            }
            None => {
                if range.end > at {
                    append(tree, at, range.end, text);
                    at = range.end;
                }
                open.pop();
            }
        }
    }
    at
}

fn append(tree: &Tree, from: u32, to: u32, text: &mut String) {
    for token in &tree.tokens[from as usize..to as usize] {
        text.push_str(token.text(&tree.source));
    }
}

/// Texts of words that the grammar knows, in any order.
pub(crate) fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "T",
        "a",
        "b",
        "|",
        "|",
        ";",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "=",
        "==",
        "..",
        ".",
        ":",
        "*",
        "-",
        "+",
        "and",
        "or",
        "in",
        "!in",
        "has",
        "has_any",
        "between",
        "where",
        "extend",
        "project",
        "project-away",
        "summarize",
        "by",
        "join",
        "kind=inner",
        "on",
        "union",
        "isfuzzy=true",
        "let",
        "let x =",
        "view",
        "toscalar",
        "materialize",
        "datatable",
        "externaldata",
        "dynamic",
        "typeof",
        "mv-expand",
        "mv-apply",
        "to",
        "limit",
        "parse",
        "with",
        "parse-kv",
        "as",
        "make-series",
        "from",
        "step",
        "default",
        "top",
        "top-nested",
        "of",
        "others",
        "sort",
        "asc",
        "nulls",
        "first",
        "scan",
        "declare",
        "=>",
        "output",
        "graph-match",
        "make-graph",
        "-->",
        "render",
        "title",
        "evaluate",
        "invoke",
        "find",
        "search",
        "fork",
        "facet",
        "partition",
        "reduce",
        "range",
        "print",
        "set",
        "alias database",
        "restrict access to",
        "declare pattern",
        "declare query_parameters",
        "macro-expand",
        "entity_group",
        "1",
        "1h",
        "\"x\"",
        "'y",
        "datetime(2020)",
        "@'z'",
        "true",
        "null",
        "string",
        "\n",
        "// c\n",
        "wher",
        "é",
        "string:",
        "a:string",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn the_text_of_any_tree_is_its_source(source in words()) {
        assert_whole(&source);
    }

    #[test]
    fn any_text_has_a_whole_tree(source in "\\PC{0,80}") {
        assert_whole(&source);
    }
}

/// The codes and places of what is wrong with a query.
fn said(source: &str) -> Vec<String> {
    parse(source)
        .diagnostics
        .iter()
        .map(|diagnostic| {
            format!("{} `{}`: {}", diagnostic.code.as_str(), diagnostic.span.text(source), diagnostic.message)
        })
        .collect()
}

/// One mistake gives one diagnostic, at its place.
#[test]
fn one_mistake_is_said_once() {
    let mistakes = [
        ("T | wher a == 1 | take 1", "kql-unknown-operator `wher`: `wher` is no operator"),
        ("T | where a == | take 1", "kql-missing-expression `|`: expected an expression, found `|`"),
        ("T | where (a == 1 | take 1", "kql-expected `(`: this `(` is not closed"),
        ("T | where f(a | take 1) | take 1", "kql-expected `|`: expected `)` before `|`"),
        ("T | where a == 1) | take 1", "kql-unexpected `)`: `)` closes nothing"),
        ("T\n| take 1\nwhere a == 1\n| take 2", "kql-expected `where`: expected `|` before `where`"),
        ("let a = 1\nlet b = 2;\nT", "kql-expected `let`: expected `;` before `let`"),
        ("T | project a, b,, c | take 1", "kql-missing-expression `,`: expected an expression, found `,`"),
        ("T | sort a desc | take 1", "kql-expected `a`: expected `by`, found `a`"),
        ("T | where a in 'x' | take 1", "kql-expected `'x'`: expected `(` behind `in`, found `'x'`"),
        (
            "T | where a between 1 .. 2 | take 1",
            "kql-expected `1`: expected `(` and bounds: (low .. high), found `1`",
        ),
        ("T | where not a | take 1", "kql-unexpected `a`: `a` is not expected here"),
        ("T | where a == 1 && b == 2", "kql-unexpected-character `&&`: `&&` means nothing here"),
        (
            "T | where a == 'x | take 1",
            "kql-unterminated-string `'x | take 1`: this string is not closed with ' before the end of its line",
        ),
        ("T | extend a == b == c", "kql-unexpected `==`: `==` cannot follow a comparison of its kind"),
        ("T | | take 1", "kql-unknown-operator `|`: expected an operator, found `|`"),
        ("| where a", "kql-unexpected `|`: `|` has nothing before it"),
        ("T | join U on a,", "kql-missing-expression ``: expected an expression, found the end of the query"),
        ("datatable(a:text)['x'] | take 1", "kql-unknown-type `text`: expected a type, found `text`"),
        ("print dynamic({a:1}) | take 1", "kql-expected `a`: expected a key in quotes, found `a`"),
        (
            "T | where a == 74b3bd5c-9c3a-4b3a-8c3a-123456789abc",
            "kql-raw-guid `74b3bd5c-9c3a-4b3a-8c3a-123456789abc`: a GUID does not stand alone here",
        ),
        (
            "T | extend title == 1",
            "kql-missing-expression `title`: expected an expression, found the keyword `title`",
        ),
        ("T | mv-apply a on (where b | take 1", "kql-expected `(`: this `(` is not closed"),
        ("union (A | where x, B | take 1", "kql-unexpected `,`: `,` is not expected here"),
    ];
    let differ: Vec<String> = mistakes
        .iter()
        .filter(|(query, expected)| said(query) != [*expected])
        .map(|(query, expected)| format!("{query}\n  expected {expected}\n  said     {:#?}", said(query)))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn a_misspelt_operator_is_told_its_name() {
    let parsed = parse("T | sumarize count() by a");
    assert_eq!(parsed.diagnostics[0].help.as_deref(), Some("did you mean `summarize`?"));
}

#[test]
fn nesting_is_bounded_with_one_diagnostic() {
    for (open, close) in [("(", ")"), ("f(", ")"), ("a[", "]"), ("-(", ")")] {
        let query = format!("print {}1{}", open.repeat(10_000), close.repeat(10_000));
        let parsed = parse(query.as_str());
        assert_eq!(
            parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(),
            [Code::NestingTooDeep]
        );
    }
    let query = format!("print dynamic({}{})", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(parse(query.as_str()).diagnostics[0].code, Code::NestingTooDeep);
    let query = format!("{}T", "T | join (".repeat(5_000));
    assert_eq!(parse(query.as_str()).diagnostics[0].code, Code::NestingTooDeep);
    let query = "let f = () { ".repeat(5_000);
    assert_eq!(parse(query.as_str()).diagnostics[0].code, Code::NestingTooDeep);
}

#[test]
fn nesting_up_to_the_bound_is_read() {
    let depth = kql::MAX_NESTING as usize / 2 - 2;
    let query = format!("print {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(said(&query), [""; 0]);
}

#[test]
fn chains_of_any_length_are_not_nesting() {
    let conditions = vec!["a == 1"; 5_000].join(" or ");
    assert_whole(&format!("T | where {conditions}"));
    assert_eq!(said(&format!("T | where {conditions}")), [""; 0]);
    let stages = vec!["where a == 1"; 2_000].join(" | ");
    assert_whole(&format!("T | {stages}"));
    assert_eq!(said(&format!("T | {stages}")), [""; 0]);
    let sum = vec!["a"; 5_000].join(" + ");
    assert_eq!(said(&format!("print {sum}")), [""; 0]);
}
