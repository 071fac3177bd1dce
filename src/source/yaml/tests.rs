use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::source::YAML_SYNTAX;

struct Read {
    map: SourceMap,
    node: Node,
    diagnostics: Vec<Diagnostic>,
    bytes_parsed: usize,
}

fn read_text(text: &str) -> Read {
    let mut map = SourceMap::new();
    let file = map.add("a.yaml", text);
    let mut reading = Reading::new(file, map.file(file).text());
    let node = read(&mut reading);
    let (diagnostics, bytes_parsed) = (reading.diagnostics, reading.bytes_parsed);
    Read { map, node, diagnostics, bytes_parsed }
}

impl Read {
    fn entries(&self) -> &[Entry] {
        entries(&self.node)
    }

    /// Line, what is underlined, and the message of each diagnostic.
    fn found(&self) -> Vec<(usize, &str, &str)> {
        let one = |found: &Diagnostic| self.map.location(found.span).line;
        let all = self.diagnostics.iter();
        let mut found: Vec<_> =
            all.map(|found| (one(found), self.map.text(found.span), &*found.message)).collect();
        found.sort_unstable();
        found
    }

    /// The keys, each with its value where that can be read.
    fn keys(&self) -> Vec<String> {
        self.entries().iter().map(|entry| format!("{}={}", entry.key, shown(&entry.value))).collect()
    }
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        other => panic!("no mapping: {other:?}"),
    }
}

fn scalar(node: &Node) -> &Scalar {
    match &node.value {
        Value::Scalar(scalar) => scalar,
        other => panic!("no scalar: {other:?}"),
    }
}

/// A node on one line; what cannot be read is `?`, with what was meant.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Unreadable(None) => "?".to_owned(),
        Value::Unreadable(Some(meant)) => format!("?{}", meant.text),
        Value::Sequence(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let one = |entry: &Entry| format!("{}: {}", entry.key, shown(&entry.value));
            format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn a_number_keeps_the_digits_that_were_written() {
    let read = read_text("version: 1.10\nother: 007\n");
    assert_eq!(read.keys(), ["version=1.10", "other=007"]);
}

#[test]
fn places_are_right_after_a_byte_order_mark_and_with_crlf() {
    let read = read_text("\u{feff}a: x\r\nb: é\r\n");
    assert!(read.diagnostics.is_empty());
    let location = read.map.location(read.entries()[1].value.span);
    assert_eq!((location.line, location.column, location.end_column), (2, 4, 5));
    assert_eq!(read.map.text(read.entries()[0].key_span), "a");
}

#[test]
fn keys_that_are_there_twice_are_reported_all_at_once() {
    let read = read_text("a: 1\na: 2\nb: {c: 1, c: 2}\n");
    assert_eq!(read.found().iter().map(|found| (found.0, found.1)).collect::<Vec<_>>(), [(2, "a"), (3, "c")]);
    // In a file that is read in pieces as well, and in a large mapping.
    let read = read_text("a: 1\nb: @x\na: 2\n");
    assert_eq!(read.found().iter().map(|found| (found.0, found.1)).collect::<Vec<_>>(), [(2, "@"), (3, "a")]);
    let many: String = (0..40).map(|i| format!("k{i}: {i}\n")).collect();
    assert_eq!(read_text(&format!("{many}k3: x\nk39: y\n")).found().len(), 2);
}

#[test]
fn aliases_and_merged_keys_have_the_place_of_the_alias_and_own_keys_count_first() {
    let read = read_text("a: &a {b: [1], c: d}\ne: *a\nf:\n  <<: *a\n  c: own\n");
    assert!(read.diagnostics.is_empty());
    assert_eq!(read.keys()[1..], ["e={b: [1], c: d}", "f={c: own, b: [1]}"]);
    let copied = &entries(&read.entries()[1].value)[1];
    assert_eq!((read.map.text(copied.value.span), read.map.text(copied.key_span)), ("*a", "*a"));
    let place = scalar(&copied.value).locate(&read.map, 0..1);
    assert_eq!(read.map.text(place), "d", "its text is where the anchor is");
}

#[test]
fn the_kind_of_a_scalar_follows_its_tag() {
    let read = read_text("a: !!str 1\nb: !!int '3'\nc: ! 4\nd: !other yes\ne: !!int x\nf: !!null ''\n");
    let kinds: Vec<_> = read.entries()[..4].iter().map(|entry| scalar(&entry.value).kind).collect();
    assert_eq!(kinds, [ScalarKind::Text, ScalarKind::Int(3), ScalarKind::Text, ScalarKind::Bool(true)]);
    assert_eq!(read.found(), [(5, "x", "this is not a whole number, as its tag `!!int` says")]);
    assert!(read.entries()[5].value.is_null());
}

/// Each text with the line, the place and the message of its one mistake, a part of the help, and what is read of it.
const MISTAKES: &[(&str, usize, &str, &str, &str, &str)] = &[
    // Text that needs quotes.
    ("a: x: y\nb: 1\n", 1, ":", "a colon and a space", "`a: \"x: y\"`", "{a: ?x: y, b: 1}"),
    ("a: say \"x\": y\n", 1, ":", "a colon and a space", "`a: 'say \"x\": y'`", "{a: ?say \"x\": y}"),
    ("a: @x\nb: 1\n", 1, "@", "cannot begin with `@`", "`a: \"@x\"`", "{a: ?@x, b: 1}"),
    ("a: `x`\nb: 1\n", 1, "`", "cannot begin with a backtick", "`a: \"`x`\"`", "{a: ?`x`, b: 1}"),
    ("a: %x\nb: 1\n", 1, "%", "cannot begin with `%`", "`a: \"%x\"`", "{a: ?%x, b: 1}"),
    ("a: & x\nb: 1\n", 1, "&", "cannot begin with `&`", "`a: \"& x\"`", "{a: ?, b: 1}"),
    ("a: , x\nb: 1\n", 1, ",", "cannot begin with `,`", "`a: \", x\"`", "{a: ?, b: 1}"),
    ("a: {{T}}\nb: 1\n", 1, "{{", "begins with `{`", "`\"{{T}}\"`", "{a: ?, b: 1}"),
    ("a: {{T}} x\nb: 1\n", 1, "{{T}} x", "begins with `{`", "`a: \"{{T}} x\"`", "{a: ?, b: 1}"),
    ("a: [x] y\nb: 1\n", 1, "y", "follows the bracket", "`a: \"[x] y\"`", "{a: ?, b: 1}"),
    ("a: *x\nb: 1\n", 1, "*x", "nothing before it is marked `&x`", "`\"*x\"`", "{a: ?, b: 1}"),
    ("a: !x!y z\nb: 1\n", 1, "!", "is a tag", "quotes", "{a: ?, b: 1}"),
    ("a: b # c\n  d\ne: 1\n", 1, "# c", "a comment is in the middle", "above the key", "{a: ?, e: 1}"),
    ("a: x\u{7}y\nb: 1\n", 1, "\u{7}", "U+0007", "`\\u0007`", "{a: ?, b: 1}"),
    // Quotes.
    ("a: \"x\nb: 1\n", 1, "\"", "never closed", "`\"x\"`", "{a: ?x, b: 1}"),
    ("a: 'x\nb: 'y'\n", 1, "'", "never closed", "`'x'`", "{a: ?x, b: y}"),
    ("a: 'it's'\nb: 1\n", 1, "s'", "follows the quote", "twice", "{a: ?it's, b: 1}"),
    ("a: \"x\" y\nb: 1\n", 1, "y", "follows the quote", "`\\\"`", "{a: ?x\" y, b: 1}"),
    ("a: \"x\\d\"\nb: 1\n", 1, "\\d", "is not an escape", "twice", "{a: ?, b: 1}"),
    ("a: \"\\\\ \\u12\"\n", 1, "\\u12", "is not an escape", "twice", "{a: ?}"),
    // Keys and colons.
    ("x: 1\na:b\nc: 1\n", 2, ":", "needs a space after it", "`a: b`", "{x: 1, a: ?b, c: 1}"),
    ("x: 1\na b\nc: 1\n", 2, "a b", "has no key", "`a: b`", "{x: 1, a: ?, c: 1}"),
    ("x: 1\n| a\n| b\nc: 1\n", 2, "| a", "has no key", "indent", "{x: 1, : ?, c: 1}"),
    ("x: 1\n: y\n", 2, "", "a key is missing", "name: value", "{x: 1, : ?}"),
    ("x: 1\n[a]: y\n", 2, "[", "cannot be a key", "quotes", "{x: 1, : ?}"),
    ("<<: x\na: 1\n", 1, "x", "`<<` takes the keys", "alias", "{: ?, a: 1}"),
    ("x: 1\n<<<<<<< HEAD\na: 1\n", 2, "<<<<<<< HEAD", "merge conflict", "keep one", "{x: 1, : ?, a: 1}"),
    // Indentation.
    ("a: 1\n\tb: 2\nc: 3\n", 2, "\t", "not with a tab", "spaces", "{a: 1, b: 2, c: 3}"),
    ("a:\n\t- x\n\t- y\nc: 3\n", 2, "\t", "not with a tab", "these 2 lines", "{a: [x, y], c: 3}"),
    ("a: |\n\tx\nc: 3\n", 2, "\t", "not with a tab", "spaces", "{a: x\n, c: 3}"),
    (
        "a: 1\n  b: 2\nc: 3\n",
        2,
        "b: 2",
        "below `a`, which has a value",
        "as far as `a`",
        "{a: 1, b: 2, c: 3}",
    ),
    ("a:\n  b: 1\n c: 2\nd: 3\n", 3, "c: 2", "begins with 1 space", "2 spaces", "{a: {b: 1, c: 2}, d: 3}"),
    (
        "a:\n  - b: 1\n   c: 2\nd: 3\n",
        3,
        "c: 2",
        "begins with 3 spaces",
        "4 spaces",
        "{a: [{b: 1, c: 2}], d: 3}",
    ),
    (
        "a:\n  - b: 1\n  c: 2\nd: 3\n",
        3,
        "c: 2",
        "begins with 2 spaces",
        "4 spaces",
        "{a: [{b: 1, c: 2}], d: 3}",
    ),
    ("a:\n    - x\n  - y\nd: 3\n", 3, "- y", "begins with 2 spaces", "4 spaces", "{a: [x, y], d: 3}"),
    ("a:\n  - x\n b:\n  - y\nc: 1\n", 3, "b:", "begins with 1 space", "no space", "{a: [x], b: [y], c: 1}"),
    ("  a: 1\nb: 2\nc: 3\n", 1, "a: 1", "begins with 2 spaces", "no space", "{a: 1, b: 2, c: 3}"),
    // Lists.
    ("a: x\n- y\nb: 1\n", 2, "- y", "below `a`, which has a value", "first item", "{a: x, b: 1}"),
    ("x: 1\n@a: b\nc: 1\n", 2, "@", "cannot begin with `@`", "remove it", "{x: 1, a: ?b, c: 1}"),
    ("[a: b\nc: 1\nd: 2\n", 1, "[", "cannot begin with `[`", "remove it", "{a: ?b, c: 1, d: 2}"),
    ("- a: x\nb: 1\nc: 2\n", 1, "- a: x", "where a key should be", "remove the dash", "{a: x, b: 1, c: 2}"),
    ("a: - x\nb: 1\n", 1, "-", "cannot begin on the line", "`a: [A, B]`", "{a: ?, b: 1}"),
    ("a:\n  - x\n  -y\nb: 1\n", 3, "-", "needs a space", "`- y`", "{a: [x, ?], b: 1}"),
    ("a:\n  - x\n  y\nb: 1\n", 3, "y", "not an item", "dash", "{a: [x, ?], b: 1}"),
    (
        "a:\n  - x: @y\n    z: 1\n  - w\nb: 1\n",
        2,
        "@",
        "cannot begin",
        "`x: \"@y\"`",
        "{a: [{x: ?@y, z: 1}, w], b: 1}",
    ),
    // Blocks.
    ("a: |\nx\n| y\nb: 1\n", 2, "x", "the text is not indented", "two spaces", "{a: ?, b: 1}"),
    ("a: |\n\n    x\n  y\nb: 1\n", 4, "y", "less indented than the first", "at least as far", "{a: ?, b: 1}"),
    ("a: | x\nb: 1\n", 1, "| x", "begins on the line of its `|`", "next line", "{a: ?, b: 1}"),
    ("a: |\n      \n  x\nb: 1\n", 3, "x", "an empty line above", "remove the spaces", "{a: ?, b: 1}"),
    // Brackets.
    ("a: [x, y\nb: 1\n", 1, "[", "`[` is never closed", "`]`", "{a: ?, b: 1}"),
    ("a: {x: y\nb: 1\n", 1, "{", "`{` is never closed", "`}`", "{a: {x: y}, b: 1}"),
    ("a: [x}\nb: 1\n", 1, "}", "`[` is closed by `}`", "`]`", "{a: ?x, b: 1}"),
    ("a: [{x: y], z]\nb: 1\n", 1, "{", "`{` is never closed", "`}`", "{a: ?, b: 1}"),
    ("a: ]\nb: 1\n", 1, "]", "`]` closes nothing", "remove it", "{a: ?, b: 1}"),
    ("a: [x, @y, z]\nb: 1\n", 1, "@", "cannot begin", "`\"@y\"`", "{a: [x, ?@y, z], b: 1}"),
    ("a: {x: 1, y: %z}\n", 1, "%", "cannot begin", "`\"%z\"`", "{a: {x: 1, : ?, y: ?%z}}"),
    ("a: {x: p y: q}\n", 1, "y", "a comma", "commas", "{a: {: ?, x: ?}}"),
    ("{\"a\": 1 \"b\": 2}", 1, "\"", "a comma is missing", "commas", "{a: 1, b: 2}"),
    (
        "{\n  \"a\": [\n    {\"b\": 1}\n    {\"b\": 2}\n  ]\n}\n",
        4,
        "{",
        "a comma is missing",
        "commas",
        "{a: [{b: 1}, {b: 2}]}",
    ),
    ("{\"a\": \"x,\n \"b\": 2}", 1, "\"", "never closed", "`\"x\"`", "{: ?, a: ?x, b: 2}"),
    ("{\"a\": 1, \"b\": [2\n}\n", 1, "[", "never closed", "`]`", "{a: 1, b: ?2}"),
    // The whole file.
    ("a: 1\n---\nb: 2\n", 3, "b: 2", "a second document", "file of its own", "{a: 1, : ?}"),
    ("a: @x\n---\nb: 2\n", 1, "@", "cannot begin", "quotes", "{a: ?@x, : ?}"),
    (
        "Some text, with: colons\n- and\n",
        1,
        "Some text, with: colons",
        "not keys with values",
        "mapping",
        "?",
    ),
    ("a: 1\n%TAG x\n", 2, "%TAG x", "has no key", "indent", "{a: 1, : ?}"),
];

#[test]
fn each_mistake_is_one_diagnostic_at_its_place_with_help_and_the_rest_is_read() {
    for (text, line, place, message, help, tree) in MISTAKES {
        let read = read_text(text);
        let found = read.found();
        let is_second_document = text.contains("\n---\n") && text.starts_with("a: @");
        assert_eq!(found.len(), 1 + usize::from(is_second_document), "{text:?}: {found:#?}");
        assert_eq!((found[0].0, found[0].1), (*line, *place), "{text:?}: {found:#?}");
        assert!(found[0].2.contains(message), "{text:?}: {found:#?}");
        let told = read.diagnostics[0].help.as_deref().unwrap_or_default();
        assert!(told.contains(help), "{text:?}: {told}");
        assert_eq!(shown(&read.node), *tree, "{text:?}");
    }
}

#[test]
fn a_mistake_is_the_same_with_crlf_and_after_a_byte_order_mark() {
    for (text, line, place, ..) in MISTAKES.iter().filter(|case| !case.0.contains("\u{7}")) {
        for text in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("---\n{text}")] {
            let line = line + usize::from(text.starts_with("---"));
            let found = read_text(&text);
            let found = found.found();
            assert_eq!(
                found.first().map(|found| (found.0, found.1)),
                Some((line, *place)),
                "{text:?}: {found:#?}"
            );
        }
    }
}

#[test]
fn no_message_is_the_librarys_own() {
    let words =
        ["simple key", "flow", "scalar", "token", "block mapping", "did not find", "while", "EOF", "context"];
    for (text, ..) in MISTAKES {
        for found in read_text(text).diagnostics {
            let told = format!("{} {} {}", found.message, found.label, found.help.unwrap_or_default());
            assert!(!words.iter().any(|word| told.contains(word)), "{text:?}: {told}");
            assert!(!told.trim().ends_with('.'), "{told}");
        }
    }
}

#[test]
fn neither_deep_nesting_nor_an_alias_bomb_gets_through() {
    for text in ["[".repeat(10_000), "{a: ".repeat(10_000), "- ".repeat(10_000)] {
        let read = read_text(&text);
        assert_eq!(read.diagnostics.len(), 1, "{}", &text[..8]);
    }
    let staircase: String = (0..300).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    assert_eq!(read_text(&staircase).diagnostics.len(), 1);
    let mut bomb = String::from("a0: &a0 [x]\n");
    for i in 1..60 {
        bomb += &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}, *a{0}]\n", i - 1);
    }
    let read = read_text(&format!("{bomb}z: 1\n"));
    assert_eq!(read.diagnostics.len(), 1);
    assert_eq!(read.keys().last().map(String::as_str), Some("z=1"));
    let chain: String = (1..500).map(|i| format!("a{i}: &a{i} [*a{}]\n", i - 1)).collect();
    assert_eq!(read_text(&format!("a0: &a0 x\n{chain}")).diagnostics.len(), 1);
}

/// A file of indicators.
fn indicators(count: usize) -> String {
    let one = |i| format!("  - type: domain\n    value: host-{i}.example.org\n    threatType: botnet_cc\n");
    format!("kind: Indicators\nkey: many\nindicators:\n{}", (0..count).map(one).collect::<String>())
}

#[test]
fn limits_grow_with_the_file() {
    let read = read_text(&indicators(60_000));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let Value::Sequence(items) = &read.entries()[2].value.value else { panic!("no list") };
    assert_eq!(items.len(), 60_000);
}

#[test]
fn the_work_grows_as_the_file_does_whatever_is_wrong_with_it() {
    let work = |text: &str| read_text(text).bytes_parsed;
    let damages: [fn(&str) -> String; 6] = [
        |text| text.replacen("value: host-7.", "value: @host-7.", 1),
        |text| text.replace("value: ", "value: @"),
        |text| text.replace("value: ", "value: \""),
        |text| text.replace("    value", "   value"),
        |text| text.replace("    value", "\tvalue"),
        |text| text.replace("key: many", "key: [many"),
    ];
    for damage in damages {
        let (small, large) = (damage(&indicators(200)), damage(&indicators(400)));
        assert!(!read_text(&small).diagnostics.is_empty());
        let (a, b) = (work(&small), work(&large));
        assert!(b * 10 <= a * 21, "{a} bytes became {b} when the file doubled");
        assert!(b <= large.len() * 8, "{b} bytes are read of {}", large.len());
    }
    let json = |count: usize| format!("{{\"items\": [{}]}}", "{\"a\": 1 \"b\": @x},\n".repeat(count));
    assert!(work(&json(400)) * 10 <= work(&json(200)) * 21);
}

const RULE: &str = "id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
name: 'Shells on hosts'
description: |
  Shells, that were started.

  Second paragraph: with a colon
severity: Medium
tactics: [Execution, \"Persistence\"]
relevantTechniques:
  - T1059
  - T1547
query: |
  SecurityEvent // it's
  | where EventID == 4688
entityMappings:
  - entityType: Host
    fieldMappings:
      - {identifier: HostName, columnName: Computer}
  - entityType: Account
    fieldMappings:
      - identifier: Name
        columnName: Account
version: 1.0.0
";

/// A line of the file damaged.
fn damaged(text: &str, line: usize, kind: u8, at: &Index) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let one = &mut lines[line];
    let place = at.index(one.chars().count().max(1));
    let byte = one.char_indices().nth(place).map_or(0, |(byte, _)| byte);
    match kind {
        0 if !one.is_empty() => drop(one.remove(byte)),
        1 => one.insert(0, '\t'),
        2 => one.insert(byte, '\t'),
        3 => *one = one.replacen(['\"', '\''], "", 1),
        4 => one.insert(byte, '"'),
        5 => one.insert(byte, '\''),
        6 => one.insert_str(byte, ": "),
        7 => one.insert(0, ' '),
        8 => *one = one.trim_start().to_owned(),
        9 => one.insert(byte, '['),
        10 => one.insert(byte, '}'),
        11 => one.insert(byte, '@'),
        12 => *one = one.replacen(": ", ":", 1),
        13 => one.truncate(byte),
        14 => one.insert_str(byte, "- "),
        _ => one.insert(byte, '\n'),
    }
    lines.join("\n") + "\n"
}

proptest! {
    #[test]
    fn damage_to_a_line_is_reported_and_leaves_the_other_keys_alone(
        line in 0..RULE.lines().count(),
        kind in 0..16u8,
        at: Index,
    ) {
        let text = damaged(RULE, line, kind, &at);
        let read = read_text(&text);
        let is_broken = granit_parser::Parser::new_from_str(&text).any(|event| event.is_err());
        let is_reported = read.diagnostics.iter().any(|found| found.code == &YAML_SYNTAX);
        prop_assert!(!is_broken || is_reported, "{text}");
        for found in &read.diagnostics {
            prop_assert!(text.get(found.span.start..found.span.end).is_some(), "{found:?}");
        }
        // A key that the damage is not in is read as before, the one above it included, which the line may join.
        let expected = read_text(RULE);
        let Value::Mapping(found) = &read.node.value else {
            prop_assert!(false, "no mapping: {:?}\n{text}", read.node);
            return Ok(());
        };
        let start_of = |entry: &Entry| expected.map.location(entry.key_span).line - 1;
        let whole = expected.entries();
        for (at, entry) in whole.iter().enumerate() {
            let end = whole.get(at + 1).map_or(RULE.lines().count(), start_of);
            if is_broken && !(start_of(entry)..=end).contains(&line) {
                let value = found.iter().find(|other| other.key == entry.key).map(|other| shown(&other.value));
                prop_assert_eq!(value, Some(shown(&entry.value)), "{} of {}", &entry.key, &text);
            }
        }
    }

    #[test]
    fn nothing_panics_and_every_place_is_in_the_file(
        parts in proptest::collection::vec(select(vec![
            "a", "b: ", ":", "- ", "\n", "\n  ", "\n    ", " ", "\"", "'", "{", "}", "[", "]", ", ", "|", "|\n", ">", "&x ",
            "*x", "<<: ", "# c", "!!int ", "1", "~", "\t", "é", "\u{a0}", "? ", "---\n", "...\n", "|-\n", "\r\n", "%", "@",
            "\\", "\u{feff}", "\0", "{{", "\u{2028}",
        ]), 0..25),
    ) {
        let text = parts.concat();
        let read = read_text(&text);
        let is_broken = granit_parser::Parser::new_from_str(&text).any(|event| event.is_err());
        prop_assert!(!is_broken || !read.diagnostics.is_empty(), "{text:?}");
        let mut open = vec![&read.node];
        while let Some(node) = open.pop() {
            prop_assert!(text.get(node.span.start..node.span.end).is_some(), "{text:?}: {node:?}");
            match &node.value {
                Value::Mapping(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
                Value::Sequence(items) => open.extend(items),
                Value::Scalar(scalar) => drop(scalar.locate(&read.map, 0..scalar.text.len())),
                Value::Unreadable(_) => {}
            }
        }
        for found in &read.diagnostics {
            prop_assert!(text.get(found.span.start..found.span.end).is_some(), "{text:?}: {found:?}");
        }
    }
}
