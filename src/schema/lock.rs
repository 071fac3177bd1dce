//! The lock file: TOML, sorted, so that the same workspace gives the same bytes.

use std::collections::BTreeMap;

use kql::Type;
use serde::Serialize;

use super::{BAD_SCHEMA_LOCK, Columns, Lock, LockedFunction, Returns, entries, read_columns, read_type};
use crate::diagnostic::{Diagnostic, FileId, SourceMap};
use crate::source::{self, Reader};

/// The form of the file. A Bartizan that reads another one says so.
const VERSION: i64 = 1;

const HEAD: &str = "\
# What the workspace has, for checks without it. Written by `bartizan schema pull`: commit it, and pull again when
# tables or functions change. Tables and columns of your own that are not in the workspace yet belong into bartizan.toml.
";

/// The file as it is written.
#[derive(Serialize)]
struct File<'a> {
    version: i64,
    workspace: &'a str,
    /// Tables of which the built-in catalogue knows every column, and those of which no column is known.
    tables: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    columns: BTreeMap<&'a str, BTreeMap<&'a str, &'static str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    functions: BTreeMap<&'a str, Function<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Function<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    parameters: &'a str,
    /// The type of the one value.
    #[serde(skip_serializing_if = "Option::is_none")]
    returns: Option<&'static str>,
    /// Whether there may be more columns than are told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more_columns: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<BTreeMap<&'a str, &'static str>>,
}

impl Lock {
    /// The text of the file.
    ///
    /// # Errors
    /// Those of the TOML library, for which nothing here gives a reason.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        let (named, described): (Vec<_>, Vec<_>) =
            self.tables.iter().partition(|(_, columns)| columns.is_empty());
        let file = File {
            version: VERSION,
            workspace: &self.workspace,
            tables: named.into_iter().map(|(name, _)| name.as_str()).collect(),
            columns: described.into_iter().map(|(name, columns)| (name.as_str(), written(columns))).collect(),
            functions: self
                .functions
                .iter()
                .map(|(name, function)| (name.as_str(), function.written()))
                .collect(),
        };
        Ok(format!("{HEAD}\n{}", toml::to_string_pretty(&file)?))
    }

    /// Reads the file. What is wrong is reported; `None` where nothing of it can be relied on.
    pub fn read(map: &SourceMap, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut broken = Vec::new();
        let node = source::parse_toml(map, file, &mut broken);
        // A file that a merge left in two halves is one mistake.
        if let Some(mut first) = broken.into_iter().next() {
            first.code = &BAD_SCHEMA_LOCK;
            diagnostics.push(first.help("write it anew with `bartizan schema pull`"));
            return None;
        }
        let mut r = Reader::new(super::LOCK_FILE, &node, diagnostics)?;
        let version = r.text("version");
        if version.as_ref().and_then(|text| text.parse().ok()) != Some(VERSION) {
            diagnostics.push(other_version(version.as_ref().map_or(r.span(), |text| text.span)));
            return None;
        }
        let mut lock = Self {
            workspace: r.text("workspace").map(|text| text.as_str().to_owned()).unwrap_or_default(),
            ..Self::default()
        };
        let named = r.texts("tables").into_iter().flat_map(|list| list.value);
        lock.tables = named.map(|text| (text.as_str().to_owned(), Columns::new())).collect();
        if let Some(node) = r.node("columns") {
            for entry in entries("[columns]", node, diagnostics) {
                let columns =
                    read_columns("the columns of a table", &entry.value, &BAD_SCHEMA_LOCK, diagnostics);
                lock.tables.insert(entry.key.clone(), columns);
            }
        }
        if let Some(node) = r.node("functions") {
            for entry in entries("[functions]", node, diagnostics) {
                let Some(mut r) = Reader::new("a function", &entry.value, diagnostics) else { continue };
                lock.functions.insert(entry.key.clone(), LockedFunction::read(&mut r, diagnostics));
                r.finish(diagnostics);
            }
        }
        r.finish(diagnostics);
        Some(lock)
    }
}

fn other_version(span: crate::diagnostic::Span) -> Diagnostic {
    Diagnostic::new(&BAD_SCHEMA_LOCK, span, "the lock file is of another version")
        .label(format!("this Bartizan reads and writes `version = {VERSION}`"))
        .help("use the Bartizan that wrote it, or write it anew with `bartizan schema pull`")
}

impl LockedFunction {
    fn written(&self) -> Function<'_> {
        let (returns, more_columns, columns) = match &self.returns {
            Returns::Scalar(kind) => (Some(kind.as_str()), false, None),
            Returns::Table { columns, open } => (None, *open, Some(written(columns))),
        };
        Function { parameters: &self.parameters, returns, more_columns, columns }
    }

    fn read(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let parameters = r.text("parameters").map(|text| text.as_str().to_owned()).unwrap_or_default();
        let scalar = r.text("returns").and_then(|text| read_type(&text, &BAD_SCHEMA_LOCK, diagnostics));
        let open = r.flag("more-columns").is_some_and(|flag| flag.value);
        let columns = r
            .node("columns")
            .map(|node| read_columns("the columns of a function", node, &BAD_SCHEMA_LOCK, diagnostics));
        let returns = match scalar {
            Some(kind) => Returns::Scalar(kind),
            None => Returns::Table { columns: columns.unwrap_or_default(), open },
        };
        Self { parameters, returns }
    }
}

fn written(columns: &Columns) -> BTreeMap<&str, &'static str> {
    columns.iter().map(|(name, kind): (&String, &Type)| (name.as_str(), kind.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn read(text: &str) -> (Option<Lock>, Vec<String>) {
        let mut map = SourceMap::new();
        let file = map.add(super::super::LOCK_FILE, text);
        let mut diagnostics = Vec::new();
        let lock = Lock::read(&map, file, &mut diagnostics);
        let told = diagnostics.iter().map(|found| {
            let at = map.location(found.span);
            format!("{}:{} {}: {}", at.line, at.column, found.code.id, found.message)
        });
        (lock, told.collect())
    }

    fn lock() -> Lock {
        let columns = |columns: &[(&str, Type)]| -> Columns {
            columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
        };
        let logons = Returns::Table { columns: columns(&[("Computer", Type::String)]), open: true };
        let functions = [
            ("Limit", LockedFunction { parameters: String::new(), returns: Returns::Scalar(Type::Long) }),
            ("Logons", LockedFunction { parameters: "since:timespan=1d".to_owned(), returns: logons }),
        ];
        let tables = [
            ("Heartbeat", columns(&[])),
            ("Mine_CL", columns(&[("user_s", Type::String), ("odd name", Type::Unknown)])),
        ];
        Lock {
            workspace: "law-sentinel".to_owned(),
            tables: tables.map(|(name, columns)| (name.to_owned(), columns)).into(),
            functions: functions.map(|(name, function)| (name.to_owned(), function)).into(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = lock().to_text().unwrap();
        assert_snapshot!(text, @r#"
        # What the workspace has, for checks without it. Written by `bartizan schema pull`: commit it, and pull again when
        # tables or functions change. Tables and columns of your own that are not in the workspace yet belong into bartizan.toml.

        version = 1
        workspace = "law-sentinel"
        tables = ["Heartbeat"]

        [columns.Mine_CL]
        "odd name" = "unknown"
        user_s = "string"

        [functions.Limit]
        returns = "long"

        [functions.Logons]
        parameters = "since:timespan=1d"
        more-columns = true

        [functions.Logons.columns]
        Computer = "string"
        "#);
        assert_eq!(read(&text), (Some(lock()), Vec::new()));
    }

    #[test]
    fn what_cannot_be_relied_on_is_one_mistake_at_its_place() {
        for (text, told) in [
            ("", "1:1 bad-schema-lock: the lock file is of another version"),
            ("workspace = 'a'\nversion = 2\n", "2:11 bad-schema-lock: the lock file is of another version"),
            (
                "version = 1\ntables = [\n",
                "2:11 bad-schema-lock: the file is no TOML: unclosed array, expected `]`",
            ),
        ] {
            assert_eq!(read(text), (None, vec![told.to_owned()]), "{text}");
        }
    }

    #[test]
    fn what_was_edited_wrongly_is_told_and_the_rest_counts() {
        let (lock, told) = read(
            "version = 1\ntables = ['A']\ncolour = 1\n[columns]\nB_CL = {a = 'strng', b = 'long'}\n[functions.f]\ncolumns = 1\n",
        );
        let lock = lock.unwrap();
        assert_eq!(lock.tables["B_CL"], Columns::from([("b".to_owned(), Type::Long)]));
        assert_eq!(lock.tables.len(), 2);
        assert_eq!(
            told,
            [
                "5:13 bad-schema-lock: `strng` is no type of a column",
                "7:11 wrong-shape: the columns of a function is a mapping, not a number",
                "3:1 unknown-key: `colour` is not a key of bartizan.schema.lock"
            ]
        );
    }

    #[test]
    fn the_changes_are_told_by_name() {
        let before = lock();
        let mut now = lock();
        now.tables.remove("Heartbeat");
        now.tables.insert("Syslog".to_owned(), Columns::new());
        now.functions.get_mut("Limit").unwrap().parameters = "x:long".to_owned();
        let told: Vec<String> = now
            .changes(&before)
            .iter()
            .map(|c| format!("{} {:?} {}", c.name, c.kind, c.is_function))
            .collect();
        assert_eq!(told, ["Heartbeat Removed false", "Syslog Added false", "Limit Changed true"]);
        assert_eq!(now.changes(&now), []);
    }
}
