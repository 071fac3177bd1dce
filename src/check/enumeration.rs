//! Words that the service must know.

use super::Look;
use super::attack;
use super::view::{RuleView, Surroundings};
use super::wording::{none_of, quoted, shown};
use crate::diagnostic::{Code, Diagnostic, Fix, codes};
use crate::document::Text;
use crate::resource::{
    AggregationKind, AlertDetail, AlertProperty, MatchingMethod, Severity, Spelling, Tactic, TriggerOperator,
};

codes! {
    /// `severity` is none of High, Medium, Low and Informational.
    ///
    /// ## Why
    /// The service has no other; scales of other products, such as Critical, have to be mapped to these by a person.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// severity: Critical
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// severity: High
    /// ```
    pub(super) UNKNOWN_SEVERITY = "unknown-severity", Error, fixed;

    /// An entry of `tactics` is no ATT&CK tactic that the service knows.
    ///
    /// ## Why
    /// The service refuses the rule. Tactics are written as one word, `CommandAndControl`, not by their number or an
    /// abbreviation.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// tactics: [Execution, C2]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// tactics: [Execution, CommandAndControl]
    /// ```
    pub(super) UNKNOWN_TACTIC = "unknown-tactic", Error, fixed;

    /// `triggerOperator` is none of `gt`, `lt`, `eq`, `ne` and the service's own words for them.
    ///
    /// ## Why
    /// It decides when the rule fires; there is nothing to guess.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// triggerOperator: ">="
    /// triggerThreshold: 10
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// triggerOperator: gt
    /// triggerThreshold: 9
    /// ```
    pub(super) UNKNOWN_OPERATOR = "unknown-operator", Error, fixed;

    /// A setting holds a word that the service does not know: `aggregationKind`, `matchingMethod`, an entry of
    /// `groupByAlertDetails`, or an `alertProperty`.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// eventGroupingSettings:
    ///   aggregationKind: AlertPerRow
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// eventGroupingSettings:
    ///   aggregationKind: AlertPerResult
    /// ```
    pub(super) UNKNOWN_SETTING = "unknown-setting", Error, fixed;

    /// A word can be understood only without its blanks, hyphens or underscores. Bartizan deploys the service's
    /// spelling.
    ///
    /// ## Why
    /// Other tools that read the file, and the service when it is given the file's own word, refuse it.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// tactics: [Execution, Initial Access]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// tactics: [Execution, InitialAccess]
    /// ```
    pub(super) LOOSE_SPELLING = "loose-spelling", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let events = rule.event_grouping_settings.as_ref();
    let grouping = rule.incident_configuration.as_ref().and_then(|incidents| incidents.grouping.as_ref());
    let details = grouping.and_then(|grouping| grouping.group_by_alert_details.as_ref());
    let properties = rule.alert_details_override.as_ref().and_then(|d| d.alert_dynamic_properties.as_ref());
    // A blank field counts as missing, which is said elsewhere where it matters; a blank entry of a list does not.
    let mut field = |words: &Words, text: Option<&Text>| {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            words.check(text, diagnostics);
        }
    };
    field(&SEVERITIES, rule.severity.as_ref());
    field(&OPERATORS, rule.trigger_operator.as_ref());
    field(&AGGREGATION_KINDS, events.and_then(|events| events.aggregation_kind.as_ref()));
    field(&MATCHING_METHODS, grouping.and_then(|grouping| grouping.matching_method.as_ref()));
    for property in properties.into_iter().flat_map(|list| &list.value) {
        field(&ALERT_PROPERTIES, property.alert_property.as_ref());
    }
    for text in rule.tactics.iter().flat_map(|list| &list.value) {
        TACTICS.check(text, diagnostics);
    }
    for text in details.into_iter().flat_map(|list| &list.value) {
        ALERT_DETAILS.check(text, diagnostics);
    }
}

/// A closed list of words.
struct Words {
    code: &'static Code,
    /// What one of them is, with its article.
    what: &'static str,
    parse: fn(&str) -> Option<(&'static str, Spelling)>,
    all: fn() -> Vec<&'static str>,
}

macro_rules! words {
    ($code:ident, $what:literal, $values:ident) => {
        Words {
            code: &$code,
            what: $what,
            parse: |word| $values::parse(word).map(|(value, spelling)| (value.as_str(), spelling)),
            all: || $values::ALL.iter().map(|value| value.as_str()).collect(),
        }
    };
}

const SEVERITIES: Words = words!(UNKNOWN_SEVERITY, "a severity", Severity);
const TACTICS: Words = words!(UNKNOWN_TACTIC, "a tactic", Tactic);
const AGGREGATION_KINDS: Words = words!(UNKNOWN_SETTING, "an aggregation kind", AggregationKind);
const MATCHING_METHODS: Words = words!(UNKNOWN_SETTING, "a matching method", MatchingMethod);
const ALERT_DETAILS: Words = words!(UNKNOWN_SETTING, "an alert detail", AlertDetail);
const ALERT_PROPERTIES: Words = words!(UNKNOWN_SETTING, "an alert property", AlertProperty);
const OPERATORS: Words = Words {
    code: &UNKNOWN_OPERATOR,
    what: "a trigger operator",
    parse: |word| TriggerOperator::parse_shorthand(word).map(|(value, spelling)| (value.as_str(), spelling)),
    all: || {
        let words = TriggerOperator::ALL.iter().map(|operator| operator.as_str());
        ["gt", "lt", "eq", "ne"].into_iter().chain(words).collect()
    },
};

impl Words {
    /// Reports a text that is none of the words, or one only by a loose spelling.
    fn check(&self, text: &Text, diagnostics: &mut Vec<Diagnostic>) {
        match (self.parse)(text) {
            Some((_, Spelling::Exact)) => {}
            Some((value, Spelling::Loose)) => diagnostics.push(loose(text, value)),
            None => {
                let message = format!("{} is not {}", quoted(text), self.what);
                let mut diagnostic = none_of(self.code, text.span, message, text, &(self.all)());
                if let Some(known) = known_word(text) {
                    diagnostic.help = Some(format!("write `{known}`"));
                }
                diagnostics.push(diagnostic);
            }
        }
    }
}

/// A warning that `value` is the service's spelling.
pub(super) fn loose(text: &Text, value: &str) -> Diagnostic {
    Diagnostic::new(
        &LOOSE_SPELLING,
        text.span,
        format!("`{}` is spelt `{value}` by the service", shown(text)),
    )
    .label(format!("deployed as `{value}`"))
    .help(format!("write `{value}`"))
    .fix(Fix::safe(text.span, text.as_str(), value))
}

/// Words of other tools, of which a similar spelling would not lead to the right one.
fn known_word(word: &str) -> Option<&'static str> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "severe" => "High",
        "info" | "information" => "Informational",
        "c2" | "c&c" | "cnc" => "CommandAndControl",
        "defenceevasion" | "defence evasion" => "DefenseEvasion",
        ">" => "gt",
        "<" => "lt",
        "=" | "==" => "eq",
        "!=" | "<>" => "ne",
        other => return attack::tactic(&other.to_ascii_uppercase()).map(Tactic::as_str),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn case_does_not_matter() {
        let text = "severity: high\ntactics: [execution]\ntriggerOperator: GreaterThan\n";
        assert_eq!(rule(text).codes(), [""; 0]);
    }

    #[test]
    fn a_typing_error_gets_the_allowed_values_and_the_nearest() {
        let found = rule("severity: Hihg\n");
        let diagnostic = found.only();
        assert_eq!(diagnostic.message, "`Hihg` is not a severity");
        assert_eq!(diagnostic.label, "allowed: High, Medium, Low, Informational");
        assert_eq!(diagnostic.help.as_deref(), Some("did you mean `High`?"));
        assert_eq!(found.places(), ["Hihg"]);
    }

    #[test]
    fn an_empty_entry_of_a_list_is_none() {
        assert_eq!(rule("tactics: [Execution, '']\n").only().message, "an empty text is not a tactic");
    }

    #[test]
    fn words_of_other_tools_lead_to_the_services_own() {
        assert_eq!(rule("severity: Critical\n").only().help.as_deref(), Some("write `High`"));
        assert_eq!(
            rule("tactics: [Execution, TA0011]\n").only().help.as_deref(),
            Some("write `CommandAndControl`")
        );
        assert_eq!(rule("triggerOperator: '>'\n").only().help.as_deref(), Some("write `gt`"));
    }

    #[test]
    fn a_loose_spelling_is_a_warning_with_the_services_own() {
        let found = rule("tactics: [Execution, Initial Access]\n");
        assert_eq!(found.only().code.id, "loose-spelling");
        assert_eq!(found.only().help.as_deref(), Some("write `InitialAccess`"));
    }

    #[test]
    fn every_setting_with_a_closed_list_is_held_against_it() {
        let found = rule(
            "eventGroupingSettings: {aggregationKind: x}\n\
             incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, \
             reopenClosedIncident: false, lookbackDuration: 5h, matchingMethod: y, groupByAlertDetails: [z]}}\n\
             alertDetailsOverride: {alertDynamicProperties: [{alertProperty: w, value: Computer}]}\n",
        );
        assert_eq!(found.codes(), ["unknown-setting"]);
        assert_eq!(found.places(), ["x", "y", "z", "w"]);
    }
}
