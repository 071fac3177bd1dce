//! Functions that are saved in a workspace: parameters as a text, and a query.

use std::ops::Range;
use std::sync::Arc;

use kql::tree::{ParameterType, StatementKind};
use kql::{Analysis, CatalogColumn, CatalogFunction, CatalogResult, CatalogTable, Parsed, QueryResult, Type};

/// The parameters of a saved function, as the query language declares them.
#[derive(Debug, Default)]
pub struct SavedFunction {
    declaration: String,
    parameters: Vec<CatalogColumn>,
    required: usize,
    takes_tables: bool,
    fault: Option<ParameterFault>,
}

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFault {
    /// What is wrong, as the language says it.
    pub message: String,
    /// Where in the text of the parameters, in bytes.
    pub range: Range<usize>,
    /// What was meant, where a type is misspelt.
    pub help: Option<String>,
}

/// The statement that declares parameters, around their text.
const DECLARATION: (&str, &str) = ("declare query_parameters(", ");\n");

impl SavedFunction {
    /// Reads the text that the service keeps: `since:timespan, host:string='*'`. What cannot be read of it is left out, and
    /// calls may then give what they like: what is wrong is the text.
    pub fn new(parameters: &str) -> Self {
        if parameters.trim().is_empty() {
            return Self::default();
        }
        let (before, after) = DECLARATION;
        let declaration = format!("{before}{parameters}{after}");
        let parsed = kql::parse(declaration.as_str());
        let inside = |at: usize| at.saturating_sub(before.len()).min(parameters.len());
        let fault = parsed.diagnostics.first().map(|found| ParameterFault {
            message: found.message.to_string(),
            range: inside(found.span.range().start)..inside(found.span.range().end),
            help: found
                .help
                .as_ref()
                .filter(|_| found.code == kql::Code::UnknownType)
                .map(ToString::to_string),
        });
        let mut function = Self { fault, ..Self::default() };
        let first = parsed.tree.root.first().map(|id| &parsed.tree.statement(*id).kind);
        if let Some(StatementKind::DeclareParameters(parameters)) = first {
            for parameter in parameters {
                let kind = match &parameter.kind {
                    ParameterType::Scalar(kind) => {
                        Type::from_name(parsed.tree.text(kind.tokens)).unwrap_or(Type::Unknown)
                    }
                    ParameterType::Table(_) | ParameterType::AnyTable => {
                        function.takes_tables = true;
                        Type::Unknown
                    }
                };
                function.required += usize::from(parameter.default.is_none());
                function.parameters.push((Arc::from(&*parsed.tree.name(parameter.name)), kind));
            }
        }
        Self { declaration, ..function }
    }

    /// The statement that declares the parameters, so that their names mean something in the query after it; empty
    /// without any.
    pub fn declaration(&self) -> &str {
        &self.declaration
    }

    /// What is wrong with the text of the parameters first.
    pub fn fault(&self) -> Option<&ParameterFault> {
        self.fault.as_ref()
    }

    /// The function as far as its parameters tell.
    pub fn unresolved(&self) -> CatalogFunction {
        CatalogFunction {
            parameters: self.parameters.clone(),
            required: self.required,
            takes_more: self.fault.is_some(),
            returns: CatalogResult::unknown(),
        }
    }

    /// The function with the columns or the one value that its query returns, which was analysed after the
    /// [declaration](Self::declaration) of the parameters.
    ///
    /// A function with a table for a parameter, or with a query that has syntax errors, may return more columns than are
    /// known; so may one whose query reads a table that is not known.
    pub fn returning(&self, parsed: &Parsed, analysis: &Analysis) -> CatalogFunction {
        let is_sound = parsed.diagnostics.is_empty();
        let returns = match &analysis.result {
            QueryResult::Table(_) => {
                let columns = analysis.result_columns().unwrap_or_default();
                CatalogResult::Table(CatalogTable {
                    columns: columns
                        .iter()
                        .map(|column| (Arc::from(column.name.as_str()), column.kind))
                        .collect(),
                    open: analysis.result_is_open() || self.takes_tables || !is_sound,
                })
            }
            QueryResult::Scalar(kind) if is_sound => CatalogResult::Scalar(*kind),
            QueryResult::Scalar(_) | QueryResult::Other => CatalogResult::unknown(),
        };
        CatalogFunction { returns, ..self.unresolved() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BuiltIn;

    fn resolved(parameters: &str, query: &str) -> CatalogFunction {
        let saved = SavedFunction::new(parameters);
        let parsed = kql::parse(format!("{}{query}", saved.declaration()));
        let analysis = kql::analyze(&parsed, &BuiltIn);
        saved.returning(&parsed, &analysis)
    }

    #[test]
    fn a_function_has_the_columns_of_its_query_or_one_value() {
        let function = resolved(
            "since:timespan, n:long=1",
            "Heartbeat | where TimeGenerated > ago(since) | project Computer, n",
        );
        let table = function.returns.table().unwrap();
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| &**name).collect();
        assert_eq!((names, table.open, function.required), (vec!["Computer", "n"], false, 1));
        assert!(matches!(resolved("n:long", "n + 1").returns, CatalogResult::Scalar(Type::Long)));
    }

    #[test]
    fn what_cannot_be_known_is_open() {
        for (parameters, query) in
            [("T:(*)", "T | project Computer"), ("", "Heartbeat | where | project Computer"), ("", "Mine_CL")]
        {
            assert!(resolved(parameters, query).returns.table().unwrap().open, "{query}");
        }
        assert_eq!(SavedFunction::new(" ").declaration(), "");
        resolved("a b c ((", "Heartbeat");
    }
}
