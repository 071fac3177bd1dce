//! What a rule's id may be.

use super::view::View;
use super::wording::{count, shown};
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A rule's id is the name of its resource, and holds a character that such a name cannot hold, or nothing but
    /// marks, or is longer than 250 characters.
    ///
    /// A GUID is customary. Letters, digits, `.`, `_` and `-` are allowed, at least one letter or digit among them.
    /// The length is Bartizan's own limit: `compile` writes each rule into a file of this name.
    ///
    /// ## Why
    /// The id stands in the address of every request for the rule, where `/` or `?` would lead to another resource.
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
    pub(super) BAD_ID = "bad-id", Error;
}

/// The longest id; with `.json` it is the longest name of a file on the usual file systems.
const LONGEST: usize = 250;

pub(super) fn check(view: &View<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &view.rules {
        let Some(text) = rule.id.as_ref().filter(|id| !id.trim().is_empty()) else { continue };
        let id = text.trim();
        let blanks = text.len() - text.trim_start().len();
        let bad =
            id.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        if let Some((at, c)) = bad {
            let span = text.locate(view.map, blanks + at..blanks + at + c.len_utf8());
            diagnostics.push(
                Diagnostic::new(&BAD_ID, span, format!("`{}` is no id: it holds {}", shown(id), name(c)))
                    .label("allowed: letters, digits, `.`, `_`, `-`")
                    .help("use a GUID; one that the rule already has in a workspace must stay the same"),
            );
        } else if id.len() > LONGEST {
            let message = format!("the id has {}, {LONGEST} are allowed", count(id.len(), "character"));
            diagnostics.push(Diagnostic::new(&BAD_ID, text.span, message).help("use a GUID"));
        } else if !id.bytes().any(|b| b.is_ascii_alphanumeric()) {
            let message = format!("`{id}` is no id: it holds no letter or digit");
            diagnostics.push(Diagnostic::new(&BAD_ID, text.span, message).help("use a GUID"));
        }
    }
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
