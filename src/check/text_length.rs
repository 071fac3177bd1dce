//! How long a name and a description may be.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{grouped, past_units};
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A rule's `name` has more than 256 characters, or its `description` more than 5,000.
    ///
    /// They are counted in UTF-16 units, as the service counts them: most emoji count as two.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// name: >-
    ///   A name that says all that the description should say, from the reason for which the rule was written over
    ///   the tables that it reads and the products that fill these tables to the steps that an analyst is expected to
    ///   take when the alert comes in at night, which nobody will ever read in a list of incidents
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// name: Office program starts a shell
    /// ```
    pub(super) TOO_LONG = "too-long", Error;
}

/// Characters of a display name.
const NAME: usize = 256;
/// Characters of a description.
const DESCRIPTION: usize = 5000;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (key, text, most) in [("name", &rule.name, NAME), ("description", &rule.description, DESCRIPTION)] {
        let Some(text) = text.given() else { continue };
        let Some((at, length)) = past_units(text.trim_end(), most) else { continue };
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        let message = format!("the {key} has {} characters", grouped(length));
        diagnostics.push(
            Diagnostic::new(&TOO_LONG, text.locate(around.map, at..end), message)
                .label(format!("{} are allowed, and end before this one", grouped(most)))
                .help(format!("shorten it by {}", grouped(length - most))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        assert_eq!(rule(&format!("name: {}\n", "a".repeat(256))).codes(), [""; 0]);
        assert_eq!(rule(&format!("name: {}\n", "a".repeat(257))).codes(), ["too-long"]);
        assert_eq!(rule(&format!("description: {}\n", "é".repeat(5000))).codes(), [""; 0]);
        let found = rule(&format!("description: {}\n", "é".repeat(5001)));
        assert_eq!(found.only().message, "the description has 5,001 characters");
    }

    #[test]
    fn a_character_outside_the_first_plane_counts_twice() {
        assert_eq!(rule(&format!("name: {}\n", "𝄞".repeat(128))).codes(), [""; 0]);
        assert_eq!(rule(&format!("name: {}a\n", "𝄞".repeat(128))).codes(), ["too-long"]);
    }
}
