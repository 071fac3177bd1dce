//! Words that the service must know.

use super::{Spanned, Text};
use crate::diagnostic::wording::{none_of, quoted, shown};
use crate::diagnostic::{Code, Diagnostic, Fix, Reported, codes};
use crate::resource::{
    AggregationKind, AlertDetail, AlertProperty, EntityType, MatchingMethod, Severity, Spelling, Tactic,
    TriggerOperator,
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
    pub(crate) UNKNOWN_SEVERITY = "unknown-severity", Error, fixed;

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
    pub(crate) UNKNOWN_TACTIC = "unknown-tactic", Error, fixed;

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
    pub(crate) UNKNOWN_OPERATOR = "unknown-operator", Error, fixed;

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
    pub(crate) UNKNOWN_SETTING = "unknown-setting", Error, fixed;

    /// An `entityType`, or an entry of `groupByEntities`, is no type of entity that the service knows.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: User
    ///     fieldMappings:
    ///       - {identifier: Name, columnName: Account}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// entityMappings:
    ///   - entityType: Account
    ///     fieldMappings:
    ///       - {identifier: Name, columnName: Account}
    /// ```
    pub(crate) UNKNOWN_ENTITY_TYPE = "unknown-entity-type", Error, fixed;

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
    pub(crate) LOOSE_SPELLING = "loose-spelling", Warning;
}

/// A word of which the service knows a few.
pub trait Word: Copy + 'static {
    /// What one of them is, as "a severity".
    const WHAT: &'static str;

    /// What is said of another word; always an error.
    fn code() -> &'static Code;

    /// What a word means, and how near its spelling came.
    fn parse(word: &str) -> Option<(Self, Spelling)>;

    /// The service's spelling.
    fn as_str(self) -> &'static str;

    /// The words that are suggested.
    fn words() -> Vec<&'static str>;
}

macro_rules! word {
    ($type:ident, $what:literal, $code:ident, $parse:ident, $more:expr) => {
        impl Word for $type {
            const WHAT: &'static str = $what;

            fn code() -> &'static Code {
                &$code
            }

            fn parse(word: &str) -> Option<(Self, Spelling)> {
                Self::$parse(word)
            }

            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn words() -> Vec<&'static str> {
                let more: &[&str] = &$more;
                more.iter().copied().chain(Self::ALL.iter().map(|value| value.as_str())).collect()
            }
        }
    };
}

word!(Severity, "a severity", UNKNOWN_SEVERITY, parse, []);
word!(Tactic, "a tactic", UNKNOWN_TACTIC, parse, []);
word!(TriggerOperator, "a trigger operator", UNKNOWN_OPERATOR, parse_shorthand, ["gt", "lt", "eq", "ne"]);
word!(AggregationKind, "an aggregation kind", UNKNOWN_SETTING, parse, []);
word!(MatchingMethod, "a matching method", UNKNOWN_SETTING, parse, []);
word!(AlertDetail, "an alert detail", UNKNOWN_SETTING, parse, []);
word!(AlertProperty, "an alert property", UNKNOWN_SETTING, parse, []);
word!(EntityType, "a type of entity", UNKNOWN_ENTITY_TYPE, parse, []);

/// What a word means.
///
/// # Errors
/// When it is not known, which is reported.
pub(super) fn read_word<T: Word>(
    text: &Text,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Spanned<T>, Reported> {
    if let Some((value, spelling)) = T::parse(text) {
        if spelling == Spelling::Loose {
            diagnostics.push(loose(text, value.as_str()));
        }
        return Ok(Spanned::new(value, text.span));
    }
    let message = format!("{} is not {}", quoted(text), T::WHAT);
    let mut diagnostic = none_of(T::code(), text.span, message, text, &T::words());
    if let Some(known) = known_word(text).filter(|known| T::parse(known).is_some()) {
        diagnostic.help = Some(format!("write `{known}`"));
    }
    Err(diagnostic.report(diagnostics))
}

/// A word with blanks, hyphens or underscores that the service does not write.
pub(crate) fn loose(text: &Text, value: &str) -> Diagnostic {
    let message = format!("`{}` is spelt `{value}` by the service", shown(text));
    Diagnostic::new(&LOOSE_SPELLING, text.span, message)
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
        "user" => "Account",
        ">" => "gt",
        "<" => "lt",
        "=" | "==" => "eq",
        "!=" | "<>" => "ne",
        other => return Tactic::of_id(&other.to_ascii_uppercase()).map(Tactic::as_str),
    })
}
