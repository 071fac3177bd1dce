//! The version of a rule file and of the template behind it.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::quoted;
use crate::diagnostic::{Diagnostic, codes};

codes! {
    /// The rule file's `version` is not three numbers, `X.Y.Z`.
    ///
    /// ## Why
    /// The version is not deployed, but content catalogues and reviewers compare it, and expect three numbers.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// version: 1.0
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// version: 1.0.0
    /// ```
    pub(super) BAD_VERSION = "bad-version", Warning;

    /// `templateVersion` stands without `alertRuleTemplateName`, or is not three numbers, `X.Y.Z`, of at most 20
    /// characters.
    ///
    /// ## Why
    /// The service refuses the rule in both cases.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// templateVersion: 1.0.2
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertRuleTemplateName: 0f0d2a4a-5a52-4b8e-9d5c-7a7a0f6f1b02
    /// templateVersion: 1.0.2
    /// ```
    pub(super) BAD_TEMPLATE_VERSION = "bad-template-version", Error;
}

/// Characters of a template's version.
const LONGEST: usize = 20;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some((version, place)) = rule.version.written().filter(|(version, _)| !is_version(version.trim()))
    {
        diagnostics.push(
            Diagnostic::new(&BAD_VERSION, place, format!("{} is not a version", quoted(version)))
                .label("expected three numbers, as in 1.0.0"),
        );
    }
    let Some((version, place)) = rule.template_version.written() else { return };
    if rule.alert_rule_template_name.given().is_none() {
        diagnostics.push(
            Diagnostic::new(&BAD_TEMPLATE_VERSION, place, "`templateVersion` is there without `alertRuleTemplateName`")
                .help("remove it, or name the template that the rule was made from; the file's own version is `version`"),
        );
    } else if !is_version(version) || version.len() > LONGEST {
        let message = format!("{} is not a version of a template", quoted(version));
        diagnostics.push(
            Diagnostic::new(&BAD_TEMPLATE_VERSION, place, message)
                .label(format!("expected three numbers, as in 1.0.0, of at most {LONGEST} characters")),
        );
    }
}

fn is_version(text: &str) -> bool {
    let mut numbers = 0;
    text.split('.').all(|number| {
        numbers += 1;
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    }) && numbers == 3
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn a_version_is_three_numbers() {
        for text in ["1.0", "1.0.0.0", "v1.0.0", "1..0", "''"] {
            assert_eq!(rule(&format!("version: {text}\n")).codes(), ["bad-version"], "{text}");
        }
        assert_eq!(rule("version: 1.10.203\n").codes(), [""; 0]);
    }

    #[test]
    fn a_template_version_needs_a_template() {
        assert_eq!(rule("templateVersion: 1.0.0\n").codes(), ["bad-template-version"]);
        let text = |version: &str| format!("alertRuleTemplateName: a\ntemplateVersion: {version}\n");
        assert_eq!(rule(&text("1.0")).codes(), ["bad-template-version"]);
        assert_eq!(rule(&text("1.0.12345678901234567")).codes(), ["bad-template-version"]);
        assert_eq!(rule(&text("1.0.0")).codes(), [""; 0]);
    }
}
