//! A write with what it expects to find, and how it is known afterwards whether it was done.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Operation, Operations};
use crate::resource::{Kind, LiveRows, Row, RowAnswer, Rows, WithoutEtag};

/// What a write expects to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// Nothing.
    Absent,
    /// What was read with this etag. The service refuses the write when somebody wrote in between.
    Etag(String),
    /// Whatever is there, since the service gave no etag.
    Any,
}

/// How it is known whether a write was done whose answer never arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// The resource is read back; it was done when its canonical form is that of the body.
    Resource(Kind),
    /// The row of a resource of this kind is read back; it was done when it has the cells of the body.
    Row(Kind),
    /// It is sent again: that the resource is gone already is not an error.
    Gone(Kind),
    /// It is sent again: that the row of a resource of this kind is gone already is not an error.
    RowGone(Kind),
}

impl Verify {
    /// The kind of the resource, or of that which has the row.
    pub fn kind(self) -> Kind {
        match self {
            Self::Resource(kind) | Self::Row(kind) | Self::Gone(kind) | Self::RowGone(kind) => kind,
        }
    }

    /// Whether it is sent again without a look at what is there.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Gone(_) | Self::RowGone(_))
    }
}

/// A write as a value, with all that is needed to carry it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// What is sent. An etag that it expects is in the body.
    pub operation: Operation,
    /// What it expects to be there.
    pub expect: Expect,
    /// How its outcome is known where no answer arrived.
    pub verify: Verify,
}

/// What reading back shows of a write whose answer never arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was done.
    Done,
    /// It was not, and nobody else wrote either: it may be sent again.
    NotDone,
    /// Neither is certain.
    Unknown,
}

impl Operations {
    /// Creates a resource, or puts another in the place of what is expected.
    pub fn write(&self, kind: Kind, name: &str, body: Value, expect: Expect) -> Write {
        let etag = match &expect {
            Expect::Absent => None,
            Expect::Etag(etag) => Some(etag.as_str()),
            Expect::Any => (kind.definition().without_etag == WithoutEtag::Star).then_some("*"),
        };
        let operation = self.put(kind, name, with_etag(body, etag));
        Write { operation, expect, verify: Verify::Resource(kind) }
    }

    /// Adds a row to a resource, or puts it in the place of the one of this etag.
    pub fn write_row(&self, kind: Kind, name: &str, id: &str, row: Row<'_>, etag: Option<&str>) -> Write {
        let body = kind.definition().rows.as_ref().map_or(Value::Null, |rows| (rows.body)(row));
        let operation = self.put_row(kind, name, id, with_etag(body, etag));
        let expect = etag.map_or(Expect::Absent, |etag| Expect::Etag(etag.to_owned()));
        Write { operation, expect, verify: Verify::Row(kind) }
    }

    /// Removes a row of a resource.
    pub fn remove_row(&self, kind: Kind, name: &str, id: &str) -> Write {
        let operation = self.delete_row(kind, name, id);
        Write { operation, expect: Expect::Any, verify: Verify::RowGone(kind) }
    }
}

fn with_etag(mut body: Value, etag: Option<&str>) -> Value {
    if let (Some(members), Some(etag)) = (body.as_object_mut(), etag) {
        members.insert("etag".to_owned(), json!(etag));
    }
    body
}

impl Write {
    /// The body; null where there is none.
    pub fn body(&self) -> &Value {
        self.operation.body.as_ref().unwrap_or(&Value::Null)
    }

    /// The same with these rows in the body, for a kind whose rows can be sent with it.
    #[must_use]
    pub fn carrying(&self, rows: &Rows) -> Self {
        let mut write = self.clone();
        if let (Some(body), Some(definition)) =
            (&mut write.operation.body, &self.verify.kind().definition().rows)
        {
            (definition.carry)(body, rows);
        }
        write
    }

    /// The operation that reads back what it wrote.
    pub fn read_back(&self) -> Operation {
        self.operation.read_back()
    }

    /// What became of it, by what is there now: `None` when there is nothing.
    pub fn found(&self, live: Option<&Value>) -> Found {
        let Some(live) = live else {
            return match (self.verify, &self.expect) {
                (Verify::Gone(_) | Verify::RowGone(_), _) => Found::Done,
                (_, Expect::Absent) => Found::NotDone,
                _ => Found::Unknown,
            };
        };
        if let Expect::Etag(etag) = &self.expect
            && live.get("etag").and_then(Value::as_str) == Some(etag)
        {
            return Found::NotDone;
        }
        let is_done = match self.verify {
            Verify::Resource(kind) => kind.canonical(live.clone()) == kind.canonical(self.body().clone()),
            Verify::Row(_) => cells(live) == cells(self.body()),
            Verify::Gone(_) | Verify::RowGone(_) => false,
        };
        if is_done { Found::Done } else { Found::Unknown }
    }
}

/// The cells of a row's body or answer that are not empty, by column.
fn cells(row: &Value) -> Vec<(String, String)> {
    let mut rows = LiveRows::new();
    if let Ok(answer) = serde_json::from_value::<RowAnswer>(row.clone()) {
        answer.named("row").add_to(&mut rows);
    }
    let cells = rows.row(0).cells.filled();
    cells.map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{DEFAULT_API_VERSION, WorkspaceId};

    fn operations() -> Operations {
        let workspace =
            WorkspaceId::new("00000000-0000-0000-0000-00000000000a", "rg-sentinel", "law-sentinel").unwrap();
        Operations::new(workspace, DEFAULT_API_VERSION)
    }

    fn etag() -> Expect {
        Expect::Etag("\"1\"".to_owned())
    }

    #[test]
    fn the_body_has_the_etag_that_is_expected() {
        let sent = |kind, expect| {
            let write = operations().write(kind, "x", json!({ "properties": {} }), expect);
            write.body().get("etag").cloned()
        };
        for kind in Kind::ALL {
            assert_eq!(sent(*kind, Expect::Absent), None, "{kind}");
            assert_eq!(sent(*kind, etag()), Some(json!("\"1\"")), "{kind}");
        }
        assert_eq!(sent(Kind::AlertRule, Expect::Any), None);
        // Without one the service refuses to write over what is there.
        assert_eq!(sent(Kind::SavedSearch, Expect::Any), Some(json!("*")));
    }

    #[test]
    fn reading_back_shows_whether_a_write_was_done() {
        let ours = json!({ "kind": "Scheduled", "properties": { "displayName": "A", "queryPeriod": "P1D" } });
        let live = |name: &str, etag: &str| {
            json!({ "id": "/x", "etag": etag, "kind": "Scheduled", "properties": {
                "displayName": name, "queryPeriod": "PT24H", "lastModifiedUtc": "2026-01-01" } })
        };
        for (expect, live, found) in [
            (Expect::Absent, None, Found::NotDone),
            (Expect::Absent, Some(live("A", "\"2\"")), Found::Done),
            (Expect::Absent, Some(live("B", "\"2\"")), Found::Unknown),
            (etag(), None, Found::Unknown),
            (etag(), Some(live("B", "\"1\"")), Found::NotDone),
            (etag(), Some(live("A", "\"2\"")), Found::Done),
            (etag(), Some(live("B", "\"2\"")), Found::Unknown),
            // A list whose rows alone change has the same fields before and after.
            (etag(), Some(live("A", "\"1\"")), Found::NotDone),
            (Expect::Any, None, Found::Unknown),
            (Expect::Any, Some(live("A", "\"2\"")), Found::Done),
            (Expect::Any, Some(live("B", "\"2\"")), Found::Unknown),
        ] {
            let write = operations().write(Kind::AlertRule, "r", ours.clone(), expect.clone());
            assert_eq!(write.found(live.as_ref()), found, "{expect:?} {live:?}");
        }
    }

    #[test]
    fn a_row_was_written_when_it_has_its_cells() {
        let mut rows = Rows::new(["host", "owner"]);
        rows.push(["a", ""]);
        let write = |etag| operations().write_row(Kind::Watchlist, "w", "1", rows.row(0), etag);
        let live = |cells: Value| json!({ "name": "1", "etag": "\"1\"", "properties": { "itemsKeyValue": cells, "isDeleted": false } });
        for (etag, live, found) in [
            (None, None, Found::NotDone),
            (None, Some(live(json!({ "host": "a" }))), Found::Done),
            (None, Some(live(json!({ "owner": null, "host": "a" }))), Found::Done),
            (None, Some(live(json!({ "host": "b" }))), Found::Unknown),
            (Some("\"1\""), Some(live(json!({ "host": "b" }))), Found::NotDone),
            (Some("\"0\""), Some(live(json!({ "host": "b" }))), Found::Unknown),
            (Some("\"0\""), None, Found::Unknown),
        ] {
            assert_eq!(write(etag).found(live.as_ref()), found, "{etag:?} {live:?}");
        }
        assert_eq!(
            write(None).body(),
            &json!({ "properties": { "itemsKeyValue": { "host": "a", "owner": "" } } })
        );
        let remove = operations().remove_row(Kind::Watchlist, "w", "1");
        assert_eq!(remove.found(None), Found::Done);
        assert_eq!(remove.found(Some(&live(json!({})))), Found::Unknown);
    }

    #[test]
    fn what_was_written_is_read_back_from_where_it_went() {
        let ops = operations();
        let write = ops.write(Kind::Watchlist, "w", json!({ "properties": {} }), Expect::Absent);
        assert_eq!(write.read_back(), ops.get(Kind::Watchlist, "w"));
        let mut rows = Rows::new(["host"]);
        rows.push(["a"]);
        let row = ops.write_row(Kind::Watchlist, "w", "1", rows.row(0), None);
        assert_eq!(row.read_back(), ops.get_row(Kind::Watchlist, "w", "1"));
        let carrying = write.carrying(&rows);
        assert_eq!(carrying.body()["properties"]["rawContent"], "host\r\na\r\n");
        assert_eq!(carrying.read_back(), write.read_back());
    }

    #[test]
    fn a_write_reads_back_from_json() {
        let ops = operations();
        for write in [
            ops.write(Kind::AlertRule, "r", json!({ "kind": "NRT" }), etag()),
            ops.write(Kind::SavedSearch, "s", json!({}), Expect::Any),
            ops.remove_row(Kind::Watchlist, "w", "1"),
        ] {
            let text = serde_json::to_string(&write).unwrap();
            assert_eq!(serde_json::from_str::<Write>(&text).unwrap(), write, "{text}");
        }
    }
}
