//! How the service words that it refuses a query.
//!
//! Known are the text for a missing table, the nest of errors that Log Analytics' own answer makes inside the message,
//! and the prefix of a name that is not resolved. Guesses are the prefixes of the other errors, the codes other than
//! SEM0100, and the text for a missing column, of which only the start is known.

use kql::{Diagnostic, LineIndex};
use serde_json::{Value, json};

use crate::arm::error::ArmError;

/// An error that holds no other.
pub(super) fn plain(message: &str) -> ArmError {
    ArmError::bad_request("BadRequest", message)
}

/// A table is not in the workspace. The service does not say which.
pub(super) fn missing_table() -> ArmError {
    plain("Failed to run the analytics rule query. One of the tables does not exist.")
}

/// A column that the rule names is not in the query's result.
pub(super) fn missing_column(name: &str) -> ArmError {
    plain(&format!("The given column {name} does not exist."))
}

/// A name in an expression is neither a column nor anything else.
pub(super) fn unresolved_name(name: &str) -> ArmError {
    let inner = json!({
        "code": "SEM0100",
        "message": format!("Failed to resolve scalar expression named '{name}'"),
    });
    nested("FailedToResolveScalarExpression", &semantic_error(&inner))
}

/// A function is neither built in nor saved in the workspace.
pub(super) fn unknown_function(name: &str) -> ArmError {
    let inner = json!({ "code": "SEM0260", "message": format!("Unknown function: '{name}'.") });
    nested("SemanticError", &semantic_error(&inner))
}

/// Another error of meaning, whose own code is not known.
pub(super) fn semantic(message: &str) -> ArmError {
    let inner = json!({ "code": "SemanticError", "message": message });
    nested("SemanticError", &semantic_error(&inner))
}

/// The text cannot be read as a query. Line and position count from one and from nought.
pub(super) fn syntax(query: &str, found: &Diagnostic) -> ArmError {
    let place = LineIndex::new(query).position(found.span.start);
    let token = found.span.text(query);
    nested(
        "SyntaxError",
        &json!({
            "code": "SyntaxError",
            "message": "A syntax error occurred.",
            "innererror": {
                "code": "SYN0002",
                "message": format!("Query could not be parsed at '{token}' on line [{},{}]", place.line, place.column - 1),
                "line": place.line,
                "pos": place.column - 1,
                "token": token,
            },
        }),
    )
}

fn semantic_error(inner: &Value) -> Value {
    json!({ "code": "SemanticError", "message": "A semantic error occurred.", "innererror": inner })
}

/// The answer of Log Analytics as JSON in the message.
fn nested(prefix: &str, inner: &Value) -> ArmError {
    let answer = json!({ "error": {
        "message": "The request had some invalid properties",
        "code": "BadArgumentError",
        "innererror": inner,
    }});
    plain(&format!("{prefix}; Message: {answer}"))
}
