//! ATT&CK techniques: their form, and whether a tactic of theirs is named.

use super::Look;
use super::attack::{self, Change};
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{listed, quoted};
use crate::diagnostic::{Diagnostic, codes};
use crate::document::{Text, loose};
use crate::resource::Tactic;

/// The newest version of ATT&CK that is known here.
const NEWEST: &str = "v19";

codes! {
    /// An entry of `relevantTechniques` (or `techniques`, `subTechniques`) is no technique's id: `T####`, or
    /// `T####.###` for a sub-technique.
    ///
    /// ## Why
    /// The service refuses the rule. Ids of tactics (`TA0004`), names and links are no ids of techniques.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// relevantTechniques: [T1059, TA0002]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// relevantTechniques: [T1059, T1059.001]
    /// ```
    pub(super) BAD_TECHNIQUE = "bad-technique", Error;

    /// `tactics` has none of the tactics to which a technique belongs.
    ///
    /// ## Why
    /// The service refuses such a rule, and coverage reports would count the detection in the wrong column.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// tactics: [Impact]
    /// relevantTechniques: [T1059]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// tactics: [Execution]
    /// relevantTechniques: [T1059]
    /// ```
    pub(super) TECHNIQUE_WITHOUT_TACTIC = "technique-without-tactic", Error;

    /// ATT&CK has given up a technique: it was revoked for another, or deprecated. Its id is sent as it is written.
    ///
    /// ## Why
    /// Coverage reports of a newer version do not count it. Which version the service follows is not published, so
    /// change the id when your reports do: ids that went with v19, such as T1562.001, are current in v18.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// tactics: [DefenseEvasion]
    /// relevantTechniques: [T1562.001]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// tactics: [DefenseEvasion]
    /// relevantTechniques: [T1685]
    /// ```
    pub(super) REVOKED_TECHNIQUE = "revoked-technique", Warning;

    /// A technique is in no version of ATT&CK Enterprise up to v19: it is of the Mobile matrix, or mistyped. Techniques
    /// of the ICS matrix (`T08##`) are not looked at.
    ///
    /// ## Why
    /// The service knows one version of ATT&CK and refuses techniques that are not in it. Which one is not published,
    /// so this is a warning.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// relevantTechniques: [T1999]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// relevantTechniques: [T1059.001]
    /// ```
    pub(super) UNKNOWN_TECHNIQUE = "unknown-technique", Warning;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let techniques = rule.relevant_techniques.items();
    for text in techniques {
        match Form::of(&upper(text)) {
            Some(_) => known(rule, text, diagnostics),
            None => diagnostics.push(bad_form(text)),
        }
    }
    for text in rule.sub_techniques.items() {
        match Form::of(&upper(text)) {
            Some(Form::SubTechnique) => known(rule, text, diagnostics),
            _ => diagnostics.push(
                Diagnostic::new(
                    &BAD_TECHNIQUE,
                    text.span,
                    format!("{} is not the id of a sub-technique", quoted(text)),
                )
                .label("expected T####.###")
                .help("list techniques in `relevantTechniques`; `subTechniques` holds `T####.###` only"),
            ),
        }
    }
}

/// The text as ids are written.
fn upper(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}

/// Looks an id of the right form up.
fn known(rule: &RuleView<'_>, text: &Text, diagnostics: &mut Vec<Diagnostic>) {
    let id = upper(text);
    if id != text.trim() {
        diagnostics.push(loose(text, &id));
    }
    if is_ics(&id) {
        return;
    }
    match attack::change(&id) {
        None | Some(Change::Since(_)) => {}
        Some(change) => diagnostics.push(gone(text, &id, change)),
    }
    match attack::tactics(&id) {
        Some(tactics) => diagnostics.extend(disagreement(rule, text, &id, tactics)),
        // Which tactics the service gives a technique that v18 does not have is not known.
        None if attack::change(&id).is_some() => {}
        None => diagnostics.push(
            Diagnostic::new(
                &UNKNOWN_TECHNIQUE,
                text.span,
                format!("`{id}` is not a technique of ATT&CK Enterprise, v19 included"),
            )
            .label("of the Mobile matrix, newer, or mistyped")
            .help(format!("look it up at https://attack.mitre.org/techniques/{}", id.replace('.', "/"))),
        ),
    }
}

/// The complaint about a technique that ATT&CK has given up.
fn gone(text: &Text, id: &str, change: Change) -> Diagnostic {
    let (what, version, help) = match change {
        Change::Revoked { version, successor } => {
            let help = if version == NEWEST {
                format!(
                    "`{successor}` has its place; keep `{id}` as long as your reports follow an older version"
                )
            } else {
                format!("write `{successor}`, which has its place")
            };
            ("was revoked", version, help)
        }
        Change::Deprecated(version) | Change::Since(version) => {
            ("was deprecated", version, "remove it, or name what the rule detects today".to_owned())
        }
    };
    Diagnostic::new(
        &REVOKED_TECHNIQUE,
        text.span,
        format!("the technique `{id}` {what} with version {} of ATT&CK", version.trim_start_matches('v')),
    )
    .help(help)
}

/// The complaint about a technique none of whose tactics the rule names. There is none while a tactic of the rule is
/// not understood: it may be the one.
fn disagreement(rule: &RuleView<'_>, text: &Text, id: &str, tactics: &[Tactic]) -> Option<Diagnostic> {
    if rule.tactics.is_refused() {
        return None;
    }
    for written in rule.tactics.items() {
        let agrees = match written.as_ref().map(|written| written.value) {
            // It may be the one.
            Err(_) => true,
            Ok(tactic) => tactics.contains(&tactic),
        };
        if agrees {
            return None;
        }
    }
    let names: Vec<_> = tactics.iter().map(|tactic| tactic.as_str()).collect();
    let diagnostic = Diagnostic::new(
        &TECHNIQUE_WITHOUT_TACTIC,
        text.span,
        format!("`tactics` has no tactic of the technique `{id}`"),
    )
    .label(format!("belongs to {}", names.join(", ")))
    .help(match names.as_slice() {
        [one] => format!("add `{one}` to `tactics`, or remove the technique"),
        several => format!("add one of {} to `tactics`, or remove the technique", listed(several)),
    });
    Some(match rule.tactics.items().iter().flatten().next() {
        Some(first) => diagnostic.related(first.span, "the rule's tactics"),
        None => diagnostic,
    })
}

/// Whether an id is of the ICS matrix. Published rules for OT name such techniques with the tactics of either
/// matrix, and the service takes them; the list at hand is of Enterprise, so nothing can be said of them.
fn is_ics(id: &str) -> bool {
    id.starts_with("T08") && Form::of(id) == Some(Form::Technique)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `T####`
    Technique,
    /// `T####.###`
    SubTechnique,
}

impl Form {
    fn of(id: &str) -> Option<Self> {
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        let rest = id.strip_prefix('T')?;
        match rest.split_once('.') {
            None => digits(rest, 4).then_some(Self::Technique),
            Some((parent, sub)) => (digits(parent, 4) && digits(sub, 3)).then_some(Self::SubTechnique),
        }
    }
}

/// The complaint about a text that is no id, with the help that fits what it is.
fn bad_form(text: &Text) -> Diagnostic {
    let upper = upper(text);
    let joined: String = upper.chars().filter(|c| !c.is_whitespace()).collect();
    let first = upper
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .map(|word| word.trim_end_matches('.'))
        .find(|word| Form::of(word).is_some());
    let help = if let Some(tactic) = Tactic::of_id(&upper) {
        format!("`{upper}` is a tactic: write `{}` in `tactics`", tactic.as_str())
    } else if Form::of(&joined).is_some() {
        format!("did you mean `{joined}`?")
    } else if let Some(first) = first {
        format!("did you mean `{first}`?")
    } else {
        "https://attack.mitre.org/techniques lists the ids".to_owned()
    };
    Diagnostic::new(&BAD_TECHNIQUE, text.span, format!("{} is not the id of a technique", quoted(text)))
        .label("expected T#### or T####.###")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::super::testing::rule;

    #[test]
    fn techniques_and_sub_techniques_stand_in_one_list() {
        assert_eq!(rule("relevantTechniques: [T1059, T1059.001]\n").codes(), [""; 0]);
        assert_eq!(rule("relevantTechniques: []\nsubTechniques: [T1059.001]\n").codes(), [""; 0]);
        assert_eq!(rule("subTechniques: [T1059]\n").codes(), ["bad-technique"]);
    }

    #[test]
    fn another_form_gets_the_help_that_fits() {
        let help = |text: &str| {
            let found = rule(&format!("relevantTechniques: ['{text}']\n"));
            assert_eq!(found.codes(), ["bad-technique"], "{text}");
            found.only().help.clone().unwrap()
        };
        assert_eq!(help("TA0004"), "`TA0004` is a tactic: write `PrivilegeEscalation` in `tactics`");
        assert_eq!(help("T1204. 002"), "did you mean `T1204.002`?");
        assert_eq!(help("T1059 - Scripting"), "did you mean `T1059`?");
        assert_eq!(help("T999"), "https://attack.mitre.org/techniques lists the ids");
        assert_eq!(help("T1059.1"), "https://attack.mitre.org/techniques lists the ids");
    }

    #[test]
    fn one_tactic_of_a_technique_is_enough() {
        // T1053 belongs to Execution, Persistence and PrivilegeEscalation.
        let codes =
            |tactics: &str| rule(&format!("tactics: {tactics}\nrelevantTechniques: [T1053]\n")).codes();
        assert_eq!(codes("[Persistence]"), [""; 0]);
        assert_eq!(codes("[Impact]"), ["technique-without-tactic"]);
        assert_eq!(codes("[]"), ["technique-without-tactic"]);
        assert_eq!(codes(""), ["technique-without-tactic"]);
    }

    #[test]
    fn a_tactic_that_is_not_understood_may_be_the_one() {
        let codes =
            |tactics: &str| rule(&format!("tactics: {tactics}\nrelevantTechniques: [T1071]\n")).codes();
        assert_eq!(codes("[C2]"), ["unknown-tactic"]);
        assert_eq!(codes("{a: b}"), ["wrong-shape"]);
    }

    #[test]
    fn the_message_names_the_tactics_that_it_belongs_to() {
        let found = rule("tactics: [Impact]\nrelevantTechniques: [T1595]\n");
        assert_eq!(found.only().label, "belongs to Reconnaissance");
        // PreAttack is older than Reconnaissance and ResourceDevelopment, and has no techniques.
        for id in ["T1595", "T1587.001"] {
            let found = rule(&format!("tactics: [PreAttack]\nrelevantTechniques: [{id}]\n"));
            assert_eq!(found.codes(), ["technique-without-tactic"], "{id}");
        }
    }

    #[test]
    fn a_small_letter_is_a_loose_spelling() {
        assert_eq!(rule("relevantTechniques: [t1059.001]\n").codes(), ["loose-spelling"]);
    }

    #[test]
    fn techniques_of_industrial_control_systems_are_left_alone() {
        assert_eq!(rule("relevantTechniques: [T0886]\n").codes(), [""; 0]);
    }

    #[test]
    fn a_technique_that_is_gone_is_a_warning_with_what_has_its_place() {
        let help = |id: &str| {
            let found = rule(&format!("tactics: [DefenseEvasion]\nrelevantTechniques: [{id}]\n"));
            assert_eq!(found.codes(), ["revoked-technique"], "{id}");
            assert!(!found.only().is_error());
            (found.only().message.clone(), found.only().help.clone().unwrap())
        };
        let (message, advice) = help("T1562.001");
        assert_eq!(message, "the technique `T1562.001` was revoked with version 19 of ATT&CK");
        assert!(advice.starts_with("`T1685` has its place"), "{advice}");
        assert_eq!(help("T1086").1, "write `T1059.001`, which has its place");
        assert!(help("T1064").0.contains("was deprecated"));
        // Its tactic is still that of v18.
        let found = rule("tactics: [Impact]\nrelevantTechniques: [T1562.001]\n");
        assert_eq!(found.codes(), ["revoked-technique", "technique-without-tactic"]);
    }

    #[test]
    fn a_technique_that_is_new_in_v19_is_known() {
        assert_eq!(rule("relevantTechniques: [T1685, T1685.001]\n").codes(), [""; 0]);
    }

    #[test]
    fn a_technique_that_is_not_known_is_a_warning() {
        let found = rule("relevantTechniques: [T9999]\n");
        assert_eq!(found.only().code.id, "unknown-technique");
        assert!(!found.only().is_error());
    }
}
