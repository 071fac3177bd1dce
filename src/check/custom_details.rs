//! The keys of a rule's custom details.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// A rule has more than 20 custom details.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// customDetails: {a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H, i: I, j: J, k: K, l: L, m: M, n: N, o: O, p: P, q: Q, r: R, s: S, t: T, u: U}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// customDetails: {CommandLine: CommandLine, Parent: ParentProcessName}
    /// ```
    pub(super) TOO_MANY_CUSTOM_DETAILS = "too-many-custom-details", Error;

    /// A key of `customDetails` has more than 20 characters, or is no letter followed by letters, digits and `_`.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// customDetails:
    ///   Command line: CommandLine
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// customDetails:
    ///   CommandLine: CommandLine
    /// ```
    pub(super) BAD_CUSTOM_DETAIL = "bad-custom-detail", Error;
}

/// Custom details of a rule.
const MOST: usize = 20;
/// Characters of a key.
const LONGEST: usize = 20;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(details) = rule.custom_details.given() else { return };
    if let Some((extra, _)) = details.get(MOST) {
        diagnostics.push(
            Diagnostic::new(
                &TOO_MANY_CUSTOM_DETAILS,
                extra.span,
                format!("the rule has {} custom details", details.len()),
            )
            .label(format!("at most {MOST}"))
            .help("keep those that an analyst reads on the alert; the events hold the others"),
        );
    }
    for (key, _) in &details.value {
        let problem = if !is_key(key) {
            format!("`{}` is not a key of a custom detail", shown(key))
        } else if key.len() > LONGEST {
            format!("the key `{}` has {} characters", shown(key), key.len())
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::new(&BAD_CUSTOM_DETAIL, key.span, problem)
                .label(format!(
                    "allowed: a letter, then letters, digits and `_`, {LONGEST} characters in all"
                ))
                .help(match suggestion(key) {
                    Some(near) => format!("write `{near}`"),
                    None => "choose a name of that form; it stands on the alert".to_owned(),
                }),
        );
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The key without the blanks and marks that stand between its words, if that makes it one.
fn suggestion(key: &str) -> Option<String> {
    let near: String = key.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    (is_key(&near) && near.len() <= LONGEST).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    fn codes(key: &str) -> Vec<&'static str> {
        rule(&format!("customDetails:\n  {key}: Computer\n")).codes()
    }

    #[test]
    fn a_key_is_a_short_word() {
        assert_eq!(codes("OperatingSystemName_"), [""; 0]);
        assert_eq!(codes("OperatingSystemNames1"), ["bad-custom-detail"]);
        assert_eq!(codes("_Name"), ["bad-custom-detail"]);
        assert_eq!(codes("1st"), ["bad-custom-detail"]);
        assert_eq!(codes("Größe"), ["bad-custom-detail"]);
        assert_eq!(
            rule("customDetails: {Command line: C}\n").only().help.as_deref(),
            Some("write `Commandline`")
        );
    }

    #[test]
    fn twenty_are_allowed() {
        let details = |number: usize| -> String {
            (0..number).fold("customDetails:\n".to_owned(), |text, at| text + &format!("  k{at}: C\n"))
        };
        assert_eq!(rule(&details(20)).codes(), [""; 0]);
        assert_eq!(rule(&details(21)).only().code.id, "too-many-custom-details");
    }
}
