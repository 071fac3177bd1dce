//! What the id of a rule or parser may be.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{count, shown};
use crate::diagnostic::{Diagnostic, SourceMap, codes};
use crate::document::Text;

codes! {
    /// The id of a rule or parser is the name of its resource, and holds a character that such a name cannot hold, or nothing but
    /// marks, or is longer than 250 characters.
    ///
    /// A GUID is customary. Letters, digits, `.`, `_` and `-` are allowed, at least one letter or digit among them.
    /// The length is Bartizan's own limit: `compile` writes each resource into a file of this name.
    ///
    /// ## Why
    /// The id stands in the address of every request for it, where `/` or `?` would lead to another resource.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// id: office/starts shell
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// id: office-starts-shell
    /// ```
    pub(super) BAD_ID = "bad-id", Error, fixed;
}

/// The longest id; with `.json` it is the longest name of a file on the usual file systems.
const LONGEST: usize = 250;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(text) = rule.id.given() {
        diagnostics.extend(problem(around.map, text));
    }
}

/// What keeps a text from being the name of a resource.
pub(super) fn problem(map: &SourceMap, text: &Text) -> Option<Diagnostic> {
    if text.is_guess() {
        return None;
    }
    let id = text.trim();
    let blanks = text.len() - text.trim_start().len();
    let bad = id.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    if let Some((at, c)) = bad {
        let span = text.locate(map, blanks + at..blanks + at + c.len_utf8());
        let message = format!("`{}` is no id: it holds {}", shown(id), name(c));
        return Some(
            Diagnostic::new(&BAD_ID, span, message)
                .label("allowed: letters, digits, `.`, `_`, `-`")
                .help("use a GUID; one that it already has in a workspace must stay the same"),
        );
    }
    let message = if id.len() > LONGEST {
        format!("the id has {}, {LONGEST} are allowed", count(id.len(), "character"))
    } else if !id.bytes().any(|b| b.is_ascii_alphanumeric()) {
        format!("`{id}` is no id: it holds no letter or digit")
    } else {
        return None;
    };
    Some(Diagnostic::new(&BAD_ID, text.span, message).help("use a GUID"))
}

fn name(c: char) -> String {
    match c {
        ' ' => "a blank".to_owned(),
        '\t' => "a tab".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn an_id_need_not_be_a_guid() {
        for id in ["acctest-Sentinel_1.2", "F539B2A7-D9E7-4438-AA20-893BC61DF130", "7"] {
            assert_eq!(rule(&format!("id: {id}\n")).codes(), [""; 0], "{id}");
        }
    }

    #[test]
    fn a_character_that_would_change_the_address_is_pointed_at() {
        let found = rule("id: 'a/../b'\n");
        assert_eq!(found.only().message, "`a/../b` is no id: it holds `/`");
        assert_eq!(found.places(), ["/"]);
        assert_eq!(rule("id: 'a b'\n").codes(), ["bad-id"]);
        assert_eq!(rule("id: ..\n").codes(), ["bad-id"]);
        assert_eq!(rule(&format!("id: {}\n", "a".repeat(251))).codes(), ["bad-id"]);
    }
}
