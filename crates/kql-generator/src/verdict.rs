//! What an analyser says of a query, in one shape for this library and for the other.

use kql::{Diagnostic, LineIndex, QueryResult, Severity, analyze, parse};
use serde_json::Value;

use crate::schema::Tables;

/// One thing that is said of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code of the official service; of what only this library sees, its own.
    pub code: String,
    /// What is said.
    pub message: String,
    /// Whether the query does not run, and not only does something else than was meant.
    pub is_error: bool,
    /// Where it begins, in UTF-16 units.
    pub start: u64,
    /// How long the place is, in UTF-16 units.
    pub length: u64,
    /// Whether the official service may say it too.
    pub shared: bool,
}

/// All that is said of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong as syntax.
    pub syntax: Vec<Fault>,
    /// What is wrong with the meaning.
    pub meaning: Vec<Fault>,
    /// The columns of the result, `name:type` each; `None` where it is no table and no value.
    pub columns: Option<Vec<String>>,
}

impl Verdict {
    /// What this library says.
    pub fn of(query: &str) -> Verdict {
        let parsed = parse(query);
        let analysis = analyze(&parsed, &Tables);
        let index = LineIndex::new(query);
        let fault = |diagnostic: &Diagnostic| {
            let start = index.utf16_offset(diagnostic.span.start);
            Fault {
                code: diagnostic.official.unwrap_or(diagnostic.code.as_str()).to_owned(),
                message: diagnostic.message.clone(),
                is_error: diagnostic.severity() == Severity::Error,
                start: start.into(),
                length: (index.utf16_offset(diagnostic.span.end) - start).into(),
                shared: diagnostic.official.is_some(),
            }
        };
        let columns = match &analysis.result {
            QueryResult::Scalar(kind) => Some(vec![format!("<scalar>:{kind}")]),
            _ => analysis.result_columns().map(|columns| {
                columns.iter().map(|column| format!("{}:{}", column.name, column.kind)).collect()
            }),
        };
        Verdict {
            syntax: parsed.diagnostics.iter().map(fault).collect(),
            meaning: analysis.diagnostics.iter().map(fault).collect(),
            columns,
        }
    }

    /// What the other analyser says, from a line of its output; with the name of the file that the query is in. `None`
    /// where the line is something else, or says that the analyser broke down.
    pub fn from_line(line: &str) -> Option<(String, Verdict)> {
        let value: Value = serde_json::from_str(line).ok()?;
        let file = value["file"].as_str()?.to_owned();
        let faults =
            |key: &str| -> Option<Vec<Fault>> { value[key].as_array()?.iter().map(fault_of).collect() };
        let columns = value["columns"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        let columns: Vec<String> = columns.collect();
        // What is no table and no value has no columns, or a made-up one.
        let is_nothing = columns.is_empty();
        Some((
            file,
            Verdict {
                syntax: faults("syntaxErrors")?,
                meaning: faults("semanticErrors")?,
                columns: (!is_nothing).then_some(columns),
            },
        ))
    }

    /// Whether nothing is said that keeps the query from running.
    pub fn is_clean(&self) -> bool {
        self.syntax.is_empty() && !self.meaning.iter().any(|fault| fault.is_error)
    }
}

fn fault_of(value: &Value) -> Option<Fault> {
    Some(Fault {
        code: value["code"].as_str()?.to_owned(),
        message: value["message"].as_str()?.to_owned(),
        is_error: value["severity"].as_str()? == "Error",
        start: value["start"].as_u64()?,
        length: value["length"].as_u64()?,
        shared: true,
    })
}
