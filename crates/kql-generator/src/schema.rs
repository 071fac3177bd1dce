//! The tables that generated queries read.

use std::fmt::Write as _;
use std::sync::Arc;

use kql::{Catalog, CatalogFunction, CatalogTable, Type};

use crate::kind::Kind;

/// A table: its name and its columns.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, as it is; names that are no words stand in brackets and quotes in a query.
    pub name: &'static str,
    /// Its columns in order.
    pub columns: &'static [(&'static str, Kind)],
}

/// Tables with columns of every type. Some columns have the same name and type in several tables, as joins need it;
/// `Level` has another type in each, as unions have to cope with; some names have to stand in brackets.
pub const TABLES: &[Table] = &[
    Table {
        name: "Logons",
        columns: &[
            ("Time", Kind::DateTime),
            ("User", Kind::String),
            ("Computer", Kind::String),
            ("Count", Kind::Long),
            ("Level", Kind::Int),
            ("Score", Kind::Real),
            ("Cost", Kind::Decimal),
            ("Succeeded", Kind::Bool),
            ("Took", Kind::TimeSpan),
            ("Session", Kind::Guid),
            ("Details", Kind::Dynamic),
            ("Tags", Kind::Dynamic),
            ("Message", Kind::String),
        ],
    },
    Table {
        name: "Flows",
        columns: &[
            ("Time", Kind::DateTime),
            ("User", Kind::String),
            ("Source", Kind::String),
            ("Target", Kind::String),
            ("Port", Kind::Int),
            ("Bytes", Kind::Long),
            ("Ratio", Kind::Real),
            ("Allowed", Kind::Bool),
            ("Age", Kind::TimeSpan),
            ("Flow", Kind::Guid),
            ("Level", Kind::String),
            ("Info", Kind::Dynamic),
            ("Price", Kind::Decimal),
        ],
    },
    Table {
        name: "Hosts",
        columns: &[
            ("Computer", Kind::String),
            ("Owner", Kind::String),
            ("Since", Kind::DateTime),
            ("Until", Kind::DateTime),
            ("Cores", Kind::Int),
            ("Memory", Kind::Long),
            ("Load", Kind::Real),
            ("Enabled", Kind::Bool),
            ("Uptime", Kind::TimeSpan),
            ("HostId", Kind::Guid),
            ("Level", Kind::Long),
            ("Facts", Kind::Dynamic),
            ("Series", Kind::Dynamic),
        ],
    },
    Table {
        name: "odd table",
        columns: &[
            ("1st", Kind::String),
            ("two words", Kind::Long),
            ("by", Kind::String),
            ("where", Kind::Long),
            ("kind", Kind::String),
            ("with.point", Kind::Dynamic),
            ("with-hyphen", Kind::Real),
            ("Time", Kind::DateTime),
            ("Größe", Kind::Long),
            ("_hidden", Kind::Bool),
            ("quote'd", Kind::String),
        ],
    },
];

/// Names of columns that a query writes as they are, although they are no ordinary words.
const BARE: &[&str] = &["1st", "kind", "_hidden"];

/// A name as a query refers to it: bare, or in brackets and quotes where it has to be.
pub fn quoted(name: &str) -> String {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let is_keyword = matches!(name, "by" | "where");
    match is_word && !is_keyword {
        true => name.to_owned(),
        false if name.contains('\'') => format!("[\"{name}\"]"),
        false => format!("['{name}']"),
    }
}

/// Whether a column is declared under that name as it is.
pub(crate) fn may_be_declared(name: &str) -> bool {
    !BARE.contains(&name)
}

/// The tables as tab-separated text with a header line: table, column, type. The shape that the analyser which is compared
/// with reads.
pub fn tsv() -> String {
    let mut text = String::from("table\tcolumn\ttype\n");
    for table in TABLES {
        for (column, kind) in table.columns {
            let _ = writeln!(text, "{}\t{column}\t{}", table.name, kind.type_name());
        }
    }
    text
}

/// The tables as the query language looks them up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tables;

impl Catalog for Tables {
    fn table(&self, name: &str) -> Option<CatalogTable> {
        let table = TABLES.iter().find(|table| table.name == name)?;
        let columns = table.columns.iter().map(|(name, kind)| {
            (Arc::from(*name), Type::from_name(kind.type_name()).unwrap_or(Type::Unknown))
        });
        Some(CatalogTable { columns: columns.collect(), open: false })
    }

    fn function(&self, _: &str, _: Option<&str>) -> Option<CatalogFunction> {
        None
    }

    fn names(&self) -> Vec<&str> {
        TABLES.iter().map(|table| table.name).collect()
    }
}
