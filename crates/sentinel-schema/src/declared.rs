//! Tables that a workspace declares, read from a file.

use kql::{CatalogTable, Type};
use serde_json::Value;

use crate::built_in::closed;
use crate::open_table;

/// A table with its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredTable {
    /// The name.
    pub name: String,
    /// Name and type of each column, in order; none where only the name was told, so that it may have any.
    pub columns: Vec<(String, Type)>,
}

impl DeclaredTable {
    /// The table as a query finds it: with the columns that every table has besides its own.
    pub fn to_catalog(&self) -> CatalogTable {
        if self.columns.is_empty() {
            return open_table();
        }
        closed(self.columns.iter().map(|(name, kind)| (name.as_str(), *kind)))
    }
}

/// The type of a column as the management API writes it (`dateTime`, `boolean`, `guid`, …) or as the query language
/// does, without regard to case; `None` for a word that neither knows.
pub fn column_type(name: &str) -> Option<Type> {
    match name.to_ascii_lowercase().as_str() {
        "bigint" => Some(Type::Long),
        "object" => Some(Type::Dynamic),
        other => Type::from_name(other),
    }
}

/// Why a file declares no tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclaredTablesError {
    /// Neither JSON nor a line of a table, or of table, column and type.
    #[error(
        "line {line} is neither JSON nor the name of a table, or a table, a column and a type set apart by tabs"
    )]
    Format {
        /// From 1.
        line: usize,
    },
    /// JSON of another shape.
    #[error("{0}")]
    Shape(String),
    /// A column's type is none of the query language's.
    #[error("the column {column} of {table} has the unknown type `{kind}`")]
    Type {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What was written.
        kind: String,
    },
}

/// Reads tables in one of these shapes: what the management API answers to a request for a workspace's tables
/// (`{"value": [{"name", "properties": {"schema": {"columns", "standardColumns"}}}]}`), a list of `{"name", "columns"}`
/// with columns of `{"name", "type"}`, one such object, or lines of table, column and type set apart by tabs, with or
/// without a header. A line may also hold the name of a table alone.
///
/// # Errors
/// [`DeclaredTablesError`] at the first thing that fits none of these.
pub fn declared_tables(text: &str) -> Result<Vec<DeclaredTable>, DeclaredTablesError> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with(['{', '[']) {
        return from_lines(text);
    }
    let json: Value = serde_json::from_str(text)
        .map_err(|error| DeclaredTablesError::Shape(format!("it is no JSON: {error}")))?;
    let tables = match &json {
        Value::Array(tables) => tables.as_slice(),
        Value::Object(members) => match members.get("value") {
            Some(Value::Array(tables)) => tables.as_slice(),
            _ => std::slice::from_ref(&json),
        },
        _ => &[],
    };
    tables.iter().map(from_json).collect()
}

fn from_json(table: &Value) -> Result<DeclaredTable, DeclaredTablesError> {
    let schema = table.pointer("/properties/schema").unwrap_or(table);
    let name = member(schema, "name").or_else(|| member(table, "name")).and_then(Value::as_str);
    let name = name.ok_or_else(|| DeclaredTablesError::Shape("a table has no `name`".to_owned()))?.to_owned();
    let lists = ["columns", "standardColumns"].map(|key| member(schema, key).and_then(Value::as_array));
    if lists[0].is_none() {
        return Err(DeclaredTablesError::Shape(format!("the table {name} has no list of `columns`")));
    }
    let columns = lists.into_iter().flatten().flatten().map(|column| {
        let part = |key| member(column, key).and_then(Value::as_str);
        let missing = || DeclaredTablesError::Shape(format!("a column of {name} has no `name` or no `type`"));
        typed(&name, part("name").ok_or_else(missing)?, part("type").ok_or_else(missing)?)
    });
    let columns = columns.collect::<Result<_, _>>()?;
    Ok(DeclaredTable { name, columns })
}

/// A member by its name, in either case of its first letter: both are in use.
fn member<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let mut upper = key.to_owned();
    upper[..1].make_ascii_uppercase();
    value.get(key).or_else(|| value.get(&upper))
}

fn typed(table: &str, column: &str, kind: &str) -> Result<(String, Type), DeclaredTablesError> {
    let known = column_type(kind);
    let (table, kind) = (table.to_owned(), kind.to_owned());
    let unknown = DeclaredTablesError::Type { table, column: column.to_owned(), kind };
    known.map(|kind| (column.to_owned(), kind)).ok_or(unknown)
}

/// Whether a line may be the name of a table.
fn is_name(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn from_lines(text: &str) -> Result<Vec<DeclaredTable>, DeclaredTablesError> {
    let mut tables: Vec<DeclaredTable> = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end()));
    for (line, text) in lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
        let cells: Vec<&str> = text.split('\t').collect();
        let (table, column) = match cells[..] {
            ["table", "column", "type", ..] if tables.is_empty() => continue,
            [table, column, kind, ..] => (table, Some(typed(table, column, kind)?)),
            [table] if is_name(table) => (table.trim(), None),
            _ => return Err(DeclaredTablesError::Format { line }),
        };
        // Lines of one table stand together, so only the last table is looked at.
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.extend(column),
            None => tables.push(DeclaredTable { name: table.to_owned(), columns: Vec::from_iter(column) }),
        }
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> DeclaredTable {
        let mut tables = declared_tables(text).unwrap();
        assert_eq!(tables.len(), 1);
        tables.remove(0)
    }

    #[test]
    fn every_shape_is_read() {
        let expected = DeclaredTable {
            name: "Mine_CL".to_owned(),
            columns: vec![("A".to_owned(), Type::String), ("B".to_owned(), Type::Long)],
        };
        for text in [
            r#"{"value": [{"name": "Mine_CL", "properties": {"schema": {"name": "Mine_CL",
                "columns": [{"name": "A", "type": "string"}], "standardColumns": [{"name": "B", "type": "long"}]}}}]}"#,
            r#"[{"name": "Mine_CL", "columns": [{"name": "A", "type": "String"}, {"name": "B", "type": "bigint"}]}]"#,
            r#"{"Name": "Mine_CL", "Columns": [{"Name": "A", "Type": "string"}, {"Name": "B", "Type": "long"}]}"#,
            "table\tcolumn\ttype\r\nMine_CL\tA\tstring\r\nMine_CL\tB\tlong\r\n",
        ] {
            assert_eq!(only(text), expected, "{text}");
        }
    }

    #[test]
    fn what_fits_no_shape_is_told() {
        use DeclaredTablesError::{Format, Shape, Type};
        assert!(matches!(declared_tables("a b c"), Err(Format { line: 1 })));
        assert!(matches!(declared_tables("{"), Err(Shape(_))));
        assert!(matches!(declared_tables("{}"), Err(Shape(_))));
        assert!(matches!(declared_tables(r#"[{"name": "T"}]"#), Err(Shape(_))));
        assert!(matches!(declared_tables("T\tc\tnumber"), Err(Type { .. })));
    }
}
