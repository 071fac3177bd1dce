//! What the lexer of KQL finds wrong with a query.
//!
//! The codes are those of the `kql` crate; here they get the form that the rest of the program uses, and their
//! places in the query become places in the file.

use std::sync::OnceLock;

use super::view::View;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// None of its own: see [`language_codes`].
pub(super) static CODES: &[&Code] = &[];

/// The codes of the `kql` crate, in its order.
pub(super) fn language_codes() -> impl Iterator<Item = &'static Code> {
    static CODES: OnceLock<Vec<Code>> = OnceLock::new();
    CODES
        .get_or_init(|| {
            let severity = |code: &kql::Code| match code.severity() {
                kql::Severity::Error => Severity::Error,
                kql::Severity::Warning => Severity::Warning,
            };
            kql::Code::ALL
                .iter()
                .map(|code| Code { id: code.as_str(), severity: severity(code), doc: code.documentation() })
                .collect()
        })
        .iter()
}

/// A code of the `kql` crate in the form that the rest of the program uses.
pub fn language_code(code: kql::Code) -> &'static Code {
    static UNKNOWN: Code = Code { id: "kql", severity: Severity::Error, doc: "" };
    // Every code is in the list, which is made of `kql::Code::ALL`.
    language_codes().find(|known| known.id == code.as_str()).unwrap_or(&UNKNOWN)
}

pub(super) fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for query in view.rules.iter().filter_map(|rule| rule.query.as_ref()) {
        for found in &query.lexed.diagnostics {
            let code = language_code(found.code);
            let mut diagnostic =
                Diagnostic::new(code, query.locate(view.map, found.span), found.message.clone());
            diagnostic.help.clone_from(&found.help);
            diagnostics.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn an_open_string_is_found_where_it_stands_in_the_block() {
        let found = rule("query: |\n  SecurityEvent\n  | where Account == \"admin\n  | take 1\n");
        assert_eq!(found.only().code.id, "kql-unterminated-string");
        assert_eq!(found.places(), ["\"admin"]);
        let place = found.map.location(found.only().span);
        assert_eq!((place.line, place.column), (20, 22));
    }

    #[test]
    fn every_code_of_the_language_says_why() {
        for code in super::language_codes() {
            assert!(code.id.starts_with("kql-"), "{}", code.id);
            assert!(code.markdown().contains("## Why"), "{}", code.id);
        }
    }
}
