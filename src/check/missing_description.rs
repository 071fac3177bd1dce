//! A rule without a description.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::{Diagnostic, codes};
use crate::document::Field;

codes! {
    /// A rule has no description.
    ///
    /// ## Why
    /// The description is what an analyst reads first on an alert. The service does not require it, so nobody else
    /// asks for it.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// description:
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// description: A shell was started by an Office program, as a document with a macro does
    /// ```
    pub(super) MISSING_DESCRIPTION = "missing-description", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let place = match rule.description {
        Field::Given(_) | Field::Refused(_) | Field::Guessed(..) => return,
        Field::Empty(span) => span,
        // A hunting query is not a rule, and nothing else is reported of it.
        Field::Absent if rule.is_hunting_query() => return,
        Field::Absent => rule.head,
    };
    diagnostics.push(
        Diagnostic::new(&MISSING_DESCRIPTION, place, "the rule has no description")
            .help("say in `description` what the rule finds and what an analyst should do about it"),
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn it_is_said_at_the_empty_text_or_at_the_first_line() {
        assert_eq!(rule("description: ' '\n").places(), ["' '"]);
        assert_eq!(rule("description:\n").places(), ["id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01"]);
        assert_eq!(rule("description: []\n").codes(), ["wrong-shape"]);
    }
}
