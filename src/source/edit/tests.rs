use proptest::prelude::*;

use super::*;
use crate::source::Text;

/// The file with other lines in the place of the text of the key `q`.
fn replaced(file: &str, lines: &str) -> Result<Option<String>, &'static str> {
    let mut map = SourceMap::new();
    let id = map.add("a.yaml", file);
    let root = parse(&map, id, &mut Vec::new());
    let Value::Mapping(entries) = &root.value else { panic!("no mapping") };
    let entry = entries.iter().find(|entry| entry.key == "q").expect("a key q");
    let Edited { text, refused } = edit(&map, id, &[Edit::Lines { place: entry.value.span, lines }]);
    refused.first().map_or(Ok(text), |(_, reason)| Err(*reason))
}

#[test]
fn a_block_keeps_its_header_indentation_and_what_is_around_it() {
    for (old, new) in [
        ("a: 1\nq: |\n  x\n\n  y\n\n\nb: 1 # c\n", "a: 1\nq: |\n  T\n\n  | u\n\n\nb: 1 # c\n"),
        ("q: |- # why\n\n     x\nb: 1", "q: |- # why\n     T\n\n     | u\nb: 1"),
        ("q: |+\n x\n\n\n# c\nb: 1", "q: |+\n T\n\n | u\n\n\n# c\nb: 1"),
        ("q: |4-\n      x\n    y\nb: 1", "q: |4-\n    T\n\n    | u\nb: 1"),
        ("q: |2\n    x\n  # y\n # c\nb: 1", "q: |2\n  T\n\n  | u\n # c\nb: 1"),
        ("q: >+2 # c\n    x\n  y\n", "q: |+2 # c\n  T\n\n  | u\n"),
        ("\u{feff}q: |\r\n  x\r\n\r\nb: 1\r\n", "\u{feff}q: |\r\n  T\r\n\r\n  | u\r\n\r\nb: 1\r\n"),
        ("q: |\n  x", "q: |\n  T\n\n  | u"),
        ("q: |\n  x\n     \nb: 1", "q: |\n  T\n\n  | u\n\nb: 1"),
        ("\"q\" : |\n  x\n", "\"q\" : |\n  T\n\n  | u\n"),
        ("  q: |\n    x\n  b: 1\n", "  q: |\n    T\n\n    | u\n  b: 1\n"),
        ("q:\n  |\n  x\nb: 1\n", "q:\n  |\n  T\n\n  | u\nb: 1\n"),
    ] {
        assert_eq!(replaced(old, "T\n\n| u"), Ok(Some(new.to_owned())), "{old:?}");
    }
    assert_eq!(replaced("q: |\n  x  y\n", "x y"), Ok(Some("q: |\n  x y\n".to_owned())));
}

#[test]
fn a_plain_or_quoted_text_becomes_a_block_and_one_line_stays() {
    for (old, new) in [
        ("q: x | y\nb: 1\n", "q: |-\n  T\n  | u\nb: 1\n"),
        ("q: 'x' # why\n\nb: 1\n", "q: |- # why\n  T\n  | u\n\nb: 1\n"),
        ("q: \"x\\n y\\n\"\t \r\nb: 1\r\n", "q: |\r\n  T\r\n  | u\r\nb: 1\r\n"),
        ("q: x\n   y\n\n   z # c\nb: 1", "q: |- # c\n  T\n  | u\nb: 1"),
        ("q: \"x \\\n   y\"", "q: |-\n  T\n  | u"),
        ("q:\n  'x\n\n  y\n  '\nb: 1\n", "q: |-\n  T\n  | u\nb: 1\n"),
        ("  b: 1\n  q: x y", "  b: 1\n  q: |-\n    T\n    | u"),
    ] {
        assert_eq!(replaced(old, "T\n| u"), Ok(Some(new.to_owned())), "{old:?}");
        assert_eq!(replaced(old, "T"), Ok(None), "{old:?}");
    }
}

#[test]
fn what_cannot_be_followed_is_left_alone() {
    for text in [
        "{q: 'x'}",
        "{\n  q: 'x'\n}",
        "q: &a |\n  x\n",
        "q: !!str x",
        "b: &a x\nq: *a",
        "q: # c\n  x",
        "? q\n: x",
        "q: x\n     # a comment that would be a part of the block\nb: 1",
        "b: &a\n  q: |\n    x\n<<: *a\n",
        "q: |\n",
    ] {
        assert!(replaced(text, "T\n| u").is_err(), "{text:?}: {:?}", replaced(text, "T\n| u"));
    }
    assert!(replaced("q: x", "T\u{7}\n| u").is_err());
}

proptest! {
    #[test]
    fn what_is_read_again_is_the_lines_or_nothing_changed(
        header in "[|>'\"a&!]{0,2}[-+1-4]{0,2}( #)?",
        body in "( {0,3}[a#:'\"é\t]{0,3}\r?\n){0,5}",
        lines in "[a#:|'\"é]{1,4}(\n[ a#:|'\"é\t]{0,4}){0,3}[a#]",
    ) {
        let file = format!("a: 1\nq: {header}\n{body}b: 1\n");
        let mut map = SourceMap::new();
        let id = map.add("a.yaml", &*file);
        let Node { value: Value::Mapping(entries), .. } = parse(&map, id, &mut Vec::new()) else {
            return Ok(());
        };
        let Some(text) = entries.get(1).filter(|entry| entry.key == "q").and_then(|q| Text::of(&q.value)) else {
            return Ok(());
        };
        if let Some(new) = edit(&map, id, &[Edit::Lines { place: text.span, lines: &lines }]).text {
            prop_assert!(new.starts_with("a: 1\nq:") && new.ends_with("b: 1\n"));
            let again = map.add("b.yaml", new);
            let Node { value: Value::Mapping(entries), .. } = parse(&map, again, &mut Vec::new()) else {
                panic!("no mapping");
            };
            let text = Text::of(&entries[1].value).unwrap();
            prop_assert_eq!(text.trim_end_matches('\n'), lines);
        }
    }
}

/// The file with parts changed, each from what to what, at the first place of the former; and what is refused.
fn changed(file: &str, parts: &[(&str, &str, &str)]) -> (Option<String>, Vec<usize>) {
    let mut map = SourceMap::new();
    let id = map.add("a.yaml", file);
    let edits: Vec<Edit<'_>> = parts
        .iter()
        .map(|(written, old, new)| {
            let start = file.find(written).expect(written);
            Edit::Part { place: Span::new(id, start, start + written.len()), old, new }
        })
        .collect();
    let Edited { text, refused } = edit(&map, id, &edits);
    (text, refused.into_iter().map(|(at, _)| at).collect())
}

#[test]
fn a_part_is_written_as_its_text_is() {
    for (file, written, old, new, expected) in [
        ("a: low # c\n", "low", "low", "High", "a: High # c\n"),
        ("\u{feff}a: 'low'\r\n\r\nb: é\r\n", "'low'", "low", "High", "\u{feff}a: 'High'\r\n\r\nb: é\r\n"),
        ("a: 'low'\n", "low", "low", "it's", "a: 'it''s'\n"),
        ("a: \"low\"\n", "\"low\"", "low", "say \"x\\\"", "a: \"say \\\"x\\\\\\\"\"\n"),
        ("a: \"x\\ty\" # c\n", "\"x\\ty\"", "x\ty", "z", "a: \"z\" # c\n"),
        ("a: 'it''s x'\n", "''s", "'s", "", "a: 'it x'\n"),
        ("a: low\n", "low", "low", "x: y", "a: \"x: y\"\n"),
        ("a: low\n", "low", "low", "true", "a: \"true\"\n"),
        ("a: low\n", "low", "low", "a\nb", "a: \"a\\nb\"\n"),
        ("a: x low # c\n", "low", "low", "# y", "a: \"x # y\" # c\n"),
        ("{a: low, b: 1}", "low", "low", "x, y", "{a: \"x, y\", b: 1}"),
        ("a: [x, low]\n", "low", "low", "High", "a: [x, High]\n"),
        ("a: |\n  x low\n  y\n", "low", "low", "z: #", "a: |\n  x z: #\n  y\n"),
        ("a: >-\n  x\n  low\n", "low", "low", "z", "a: >-\n  x\n  z\n"),
        ("a: x\n  low\nb: 1\n", "low", "low", "z", "a: x\n  z\nb: 1\n"),
        ("a: @x\nb: low\n", "low", "low", "z", "a: @x\nb: z\n"),
    ] {
        assert_eq!(changed(file, &[(written, old, new)]), (Some(expected.to_owned()), vec![]), "{file:?}");
    }
}

#[test]
fn several_edits_are_made_at_once_and_the_second_of_two_that_overlap_is_not() {
    let file = "a: one two three\nb: 'four'\nc: |\n  five six\n";
    let all = [("three", "three", "3"), ("'four'", "four", "4"), ("one", "one", "1"), ("six", "six", "6")];
    assert_eq!(changed(file, &all), (Some("a: 1 two 3\nb: '4'\nc: |\n  five 6\n".to_owned()), vec![]));
    // Quotes are around all of it.
    let quoted = [("one", "one", "- x"), ("three", "three", "y: z")];
    assert_eq!(changed("a: one two three\n", &quoted), (Some("a: \"- x two y: z\"\n".to_owned()), vec![]));
    let overlapping = [("one two", "one two", "x"), ("two three", "two three", "y")];
    assert_eq!(changed("a: one two three\n", &overlapping), (Some("a: x three\n".to_owned()), vec![1]));
}

#[test]
fn what_is_not_as_expected_is_refused() {
    for (file, written, old, new) in [
        ("a: low\n", "low", "high", "x"),
        ("a: low # low\n", "# low", "low", "x"),
        ("low: a\n", "low", "low", "x"),
        ("a: |\n  low\n", "low", "low", "x\ny"),
        ("a: \"x\\ty\"\n", "\\t", "t", "x"),
        ("a: &a low\n*a : 1\n", "low", "low", "x"),
    ] {
        assert_eq!(changed(file, &[(written, old, new)]), (None, vec![0]), "{file:?}");
    }
    // What an alias stands for changes with it.
    let (text, _) = changed("a: &a low\nb: *a\n", &[("low", "low", "x")]);
    assert_eq!(text.as_deref(), Some("a: &a x\nb: *a\n"));
}

proptest! {
    #[test]
    fn a_part_that_is_changed_reads_as_it_should_and_nothing_else_does(
        form in proptest::sample::select(vec!["# low", "'# low'", "\"# low\"", "|\n  # low", ">-\n  # low", "[x, # low]", "{x: # low}"]),
        before in "[a-z]{1,3}( |'|\\.)?",
        new in "([a-z:#,'\"\\[\\]{}&*!|>%@` é\\\\-]|true|null|1){0,6}",
    ) {
        let before = if form.starts_with('\'') { before.replace('\'', "''") } else { before };
        let file = format!("k: 1\nq: {} # c\nz: 2\n", form.replace('#', &before)).replace("low # c", "low");
        let mut map = SourceMap::new();
        let id = map.add("a.yaml", &*file);
        let start = file.find("low").expect("low");
        let place = Span::new(id, start, start + 3);
        let mut old_codes = Vec::new();
        let old = parse(&map, id, &mut old_codes);
        let Edited { text, refused } = edit(&map, id, &[Edit::Part { place, old: "low", new: &new }]);
        prop_assert!(text.is_some() != refused.is_empty() || text.is_some());
        if let Some(text) = text {
            prop_assert!(text.starts_with("k: 1\nq: ") && text.ends_with("\nz: 2\n"), "{text}");
            let again = map.add("b.yaml", text);
            let found = parse(&map, again, &mut Vec::new());
            let texts = |root: &Node, file| scalars(root, file).iter().map(|one| one.text.clone()).collect::<Vec<_>>();
            let expected: Vec<String> =
                texts(&old, id).iter().map(|text| text.replace("low", &new)).collect();
            prop_assert_eq!(texts(&found, again), expected);
        } else {
            prop_assert!(form.starts_with(['|', '>']), "{file} with {new:?}");
        }
    }
}
