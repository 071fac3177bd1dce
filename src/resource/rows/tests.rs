use proptest::prelude::*;
use serde_json::json;

use super::*;

fn table(columns: &[&str], rows: &[&[&str]]) -> Rows {
    let mut table = Rows::new(columns.iter().copied());
    rows.iter().for_each(|row| table.push(row.iter().copied()));
    table
}

#[test]
fn cells_are_found_by_row_and_column() {
    let mut rows =
        table(&["host", "owner"], &[&["a", "ä, \"b\""], &["", ""], &["c"], &["d", "e", "past the last"]]);
    assert_eq!(rows.len(), 4);
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.cells().collect()).collect();
    assert_eq!(cells, [["a", "ä, \"b\""], ["", ""], ["c", ""], ["d", "e"]]);
    assert_eq!(
        (rows.row(0).get("owner"), rows.row(0).get("nobody"), rows.row(9).cell(0)),
        ("ä, \"b\"", "", "")
    );
    assert_eq!(rows.column_or_new("host"), 0);
    assert_eq!(rows.column_or_new("new"), 2);
    assert_eq!(rows.row(0).get("new"), "", "a column that comes later is empty in what was there");
    assert_eq!(rows.csv(), "host,owner,new\r\na,\"ä, \"\"b\"\"\",\r\n,,\r\nc,,\r\nd,e,\r\n");
}

#[test]
fn rows_mean_the_same_whatever_the_order_of_columns_and_however_nothing_is_written() {
    let one = table(&["host", "owner"], &[&["a", "b"], &["a", ""], &["a", "c"]]);
    let other = table(&["owner", "host", "extra"], &[&["b", "a", ""], &["", "a"], &["c", "a", "x"]]);
    let hashes = |rows: &Rows| (0..3).map(|at| RowHasher::new(rows).hash(at)).collect::<Vec<_>>();
    assert_eq!(hashes(&one)[..2], hashes(&other)[..2]);
    assert_ne!(hashes(&one)[2], hashes(&other)[2], "a cell that only one has counts");
    assert!(one.row(0).filled().eq(other.row(0).filled()));
    // Which of two neighbouring cells has a text counts.
    let moved = table(&["host", "owner"], &[&["ab", ""], &["", "ab"], &["a", "b"]]);
    assert_eq!(hashes(&moved).iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn the_hash_of_rows_is_that_of_what_they_mean() {
    let one = table(&["host", "owner"], &[&["a", "b"], &["c", ""]]);
    let same = table(&["owner", "host", "note"], &[&["", "c", ""], &["b", "a"]]);
    assert_eq!(one.fingerprint(), same.fingerprint());
    for other in [
        table(&["host", "owner"], &[&["a", "b"]]),
        table(&["host", "owner"], &[&["a", "b"], &["c", ""], &["c", ""]]),
        table(&["host", "owner"], &[&["a", "b"], &["", "c"]]),
        table(&["host", "other"], &[&["a", "b"], &["c", ""]]),
    ] {
        assert_ne!(one.fingerprint(), other.fingerprint(), "{other:?}");
    }
    // Marks hold it: whatever changes it needs a new version of the form.
    insta::assert_snapshot!(one.fingerprint(), @"0dc453de628bb63f6120e7568499b3957751942cb5ece579ad5dff18e6812ed6");
    assert_eq!(Rows::default().fingerprint(), Rows::new(["a"]).fingerprint());
}

#[test]
fn what_the_service_answers_becomes_text() {
    let mut rows = LiveRows::new();
    for (name, cells) in [
        ("1", json!({ "host": "a", "port": 5, "up": true, "gone": null, "list": ["x", 1] })),
        ("2", json!({ "up": "false", "host": "b" })),
        ("3", json!(null)),
        ("4", json!("text")),
        ("5", json!([{ "host": "c" }])),
        ("6", json!({ "port": 1.5 })),
    ] {
        let answer = json!({ "name": name, "etag": "\"e\"", "properties": {
            "itemsKeyValue": cells, "entityMapping": {}, "tenantId": "t" } });
        assert!(serde_json::from_value::<RowAnswer>(answer).unwrap().add_to(&mut rows), "{name}");
    }
    let filled: Vec<Vec<_>> = rows.iter().map(|row| row.cells.filled().collect()).collect();
    assert_eq!(filled[0], [("host", "a"), ("list", "[\"x\",1]"), ("port", "5"), ("up", "true")]);
    assert_eq!(filled[1], [("host", "b"), ("up", "false")]);
    assert_eq!(filled[2..5], [vec![], vec![], vec![]]);
    assert_eq!(filled[5], [("port", "1.5")]);
    assert_eq!((rows.row(1).id, rows.row(1).etag), ("2", Some("\"e\"")));
}

#[test]
fn an_answer_without_a_name_is_not_taken() {
    for answer in [json!({}), json!({ "name": 7 }), json!({ "name": "" }), json!({ "name": null, "etag": 1 })]
    {
        let answer: RowAnswer = serde_json::from_value(answer).unwrap();
        assert!(!answer.add_to(&mut LiveRows::new()), "{answer:?}");
    }
    let deleted: RowAnswer =
        serde_json::from_value(json!({ "name": "1", "properties": { "isDeleted": true } })).unwrap();
    assert!(deleted.is_deleted());
}

#[test]
fn a_table_that_is_none_is_refused() {
    for text in [
        "{}",
        r#"{"rows": []}"#,
        r#"{"columns": ["a"], "rows": [["1", "2"]]}"#,
        r#"{"columns": ["a"], "rows": [[1]]}"#,
        r#"{"columns": ["a"], "columns": ["b"]}"#,
        r#"{"columns": ["a"], "more": 1}"#,
    ] {
        assert!(serde_json::from_str::<Rows>(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn rows_read_back_from_json(width in 0usize..4, cells in prop::collection::vec(".{0,4}", 0..20)) {
        let mut rows = Rows::new((0..width).map(|at| format!("c{at}")));
        for row in cells.chunks(width.max(1)).filter(|row| row.len() == width) {
            rows.push(row.iter().map(String::as_str));
        }
        let text = serde_json::to_string(&rows).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rows>(&text).unwrap(), rows, "{}", text);
    }
}
