//! What a workspace offers a query: tables with their columns, the columns that every table has, functions.
//!
//! The data are names and types, written by `data/regenerate.py`. A distinct column is kept once and named by its
//! number elsewhere; a table is found by a binary search in the text and decoded when it is asked for, so that nothing
//! is done at start-up. Custom tables that are not in the catalogue are known by the ending `_CL` of their name alone.

mod built_in;
mod declared;
mod environment;
mod saved;
mod text;

pub use built_in::BuiltIn;
pub use declared::{DeclaredTable, DeclaredTablesError, column_type, declared_tables};
pub use environment::{Environment, Layer, Origin};
pub use saved::{ParameterFault, SavedFunction};

use std::sync::OnceLock;

use text::Lines;

static COLUMNS: &str = include_str!("../data/columns.txt");
static TABLES: Lines = Lines::new(include_str!("../data/tables.txt"));
static DEFENDER: Lines = Lines::new(include_str!("../data/defender.txt"));
static FUNCTIONS: Lines = Lines::new(include_str!("../data/functions.txt"));

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// The type's first letter as the data write it; see [`Column::type_name`].
    letter: u8,
    /// Whether the reference names it; other columns were only seen in use, or are Defender's own.
    pub documented: bool,
}

impl Column {
    /// The type as the query language names it.
    pub fn type_name(self) -> &'static str {
        type_name(self.letter)
    }
}

fn type_name(letter: u8) -> &'static str {
    match letter {
        b'b' => "bool",
        b'i' => "int",
        b'l' => "long",
        b'r' => "real",
        b'm' => "decimal",
        b'd' => "datetime",
        b't' => "timespan",
        b'g' => "guid",
        b'y' => "dynamic",
        _ => "string",
    }
}

/// A function that content of the field calls and that a workspace may have. Its result may hold more columns than
/// are known, and none of its parameters has to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The columns that are known: of an ASIM parser those of its schema, of a solution's parser TimeGenerated alone.
    pub columns: Vec<Column>,
    /// Name and type of each parameter, in order.
    pub parameters: Vec<(&'static str, &'static str)>,
}

/// The columns that every table of a workspace has, declared or not.
pub const COMMON_COLUMNS: &[(&str, &str)] = &[
    ("TenantId", "string"),
    ("TimeGenerated", "datetime"),
    ("Type", "string"),
    ("_ResourceId", "string"),
    ("_SubscriptionId", "string"),
    ("_ItemId", "string"),
    ("_IsBillable", "string"),
    ("_BilledSize", "real"),
    ("_TimeReceived", "datetime"),
    ("SourceSystem", "string"),
    ("_Internal_WorkspaceResourceId", "string"),
];

/// The columns of a table of Log Analytics, as it declares them; none where the catalogue does not have it.
pub fn table(name: &str) -> Option<Vec<Column>> {
    TABLES.find(name).map(columns)
}

/// The columns of a table of Defender's advanced hunting.
pub fn defender_table(name: &str) -> Option<Vec<Column>> {
    DEFENDER.find(name).map(columns)
}

/// A function that a workspace may have: an ASIM parser, or one that a solution of the content hub brings.
pub fn function(name: &str) -> Option<Function> {
    let mut words = FUNCTIONS.find(name).filter(|_| !name.starts_with('='))?.split(' ').skip(1);
    let (schema, parameters) = (words.next()?, words.next()?);
    let columns = match FUNCTIONS.find(&format!("={schema}")) {
        Some(numbers) => columns(numbers),
        None => vec![Column { name: "TimeGenerated", letter: b'd', documented: true }],
    };
    let parameter = |text: &'static str| {
        let (name, letter) = text.split_once(':')?;
        Some((name, type_name(*letter.as_bytes().first()?)))
    };
    Some(Function { columns, parameters: parameters.split(',').filter_map(parameter).collect() })
}

/// The names of these functions, sorted by byte.
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.names().filter(|name| !name.starts_with('='))
}

/// The names of the tables, sorted by byte.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.names()
}

/// The names of the tables of Defender's advanced hunting, sorted by byte.
pub fn defender_tables() -> impl Iterator<Item = &'static str> {
    DEFENDER.names()
}

/// Whether a name is that of a table: one of the catalogue, spelt exactly, or a custom one by its ending.
///
/// Names of functions, such as the ASIM parsers, and of tables that the catalogue does not have are none.
pub fn is_table(name: &str) -> bool {
    is_custom_table(name) || TABLES.find(name).is_some()
}

/// A table of which only the columns that every table has are known.
pub fn open_table() -> kql::CatalogTable {
    kql::CatalogTable { columns: built_in::with_common(Vec::new()).into(), open: true }
}

/// Whether a name is that of a custom table.
pub fn is_custom_table(name: &str) -> bool {
    name.len() > 3 && name.ends_with("_CL")
}

/// Whether a table gets its columns with the data that is sent to it, so that a workspace may have others than the catalogue:
/// custom tables, and the one into which the diagnostics of many Azure services go.
pub fn has_growing_columns(name: &str) -> bool {
    is_custom_table(name) || name == "AzureDiagnostics"
}

/// Decodes a list of column numbers.
fn columns(numbers: &'static str) -> Vec<Column> {
    let lines = column_lines();
    let column = |number: &str| {
        let (number, documented) = match number.strip_prefix('~') {
            Some(number) => (number, false),
            None => (number, true),
        };
        let start = *lines.get(number.parse::<usize>().ok()?)?;
        let line = COLUMNS[start..].split('\n').next()?;
        let (name, letter) = line.rsplit_once(' ')?;
        Some(Column { name, letter: *letter.as_bytes().first()?, documented })
    };
    numbers.split(' ').filter_map(column).collect()
}

/// Where each line of the columns starts.
fn column_lines() -> &'static [usize] {
    static LINES: OnceLock<Vec<usize>> = OnceLock::new();
    LINES.get_or_init(|| {
        let ends = COLUMNS.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        std::iter::once(0).chain(ends).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_found_with_columns_that_are_all_known() {
        let names: Vec<_> = tables().collect();
        assert!(names.is_sorted() && names.len() > 2_000);
        for name in names {
            let written = TABLES.find(name).unwrap().split(' ').count();
            assert_eq!(table(name).unwrap().len(), written, "{name}");
        }
    }

    #[test]
    fn columns_have_their_types_and_keep_their_order() {
        let columns = table("SecurityEvent").unwrap();
        let of =
            |name: &str| columns.iter().find(|column| column.name == name).map(|column| column.type_name());
        assert_eq!(
            (of("EventID"), of("TimeGenerated"), of("Nothing")),
            (Some("int"), Some("datetime"), None)
        );
        let timestamp =
            table("DeviceNetworkEvents").unwrap().into_iter().find(|c| c.name == "Timestamp").unwrap();
        assert!(!timestamp.documented, "Defender's own column is told apart");
        assert!(
            defender_table("DeviceNetworkEvents").unwrap().iter().any(|column| column.name == "Timestamp")
        );
    }

    #[test]
    fn tables_are_told_from_functions() {
        assert!(is_table("SecurityEvent") && is_table("CommonSecurityLog") && is_table("Mine_CL"));
        assert!(!is_table("_Im_Dns") && !is_table("securityevent") && !is_table("_CL") && !is_table(""));
    }
}
