//! The constraints on a rule whose types are right. All violations are reported together.

use serde_json::{Map, Value};

use super::model::Kind;
use super::{details, entities, grouping, techniques, timing};
use crate::Options;
use crate::arm::error::ArmError;

/// One thing that is wrong, and the member that is at fault (empty when it is the rule as a whole).
#[derive(Debug)]
pub(super) struct Violation {
    member: &'static str,
    message: String,
}

impl Violation {
    /// A violation of the rule as a whole.
    pub(super) fn of_rule(message: impl Into<String>) -> Self {
        Self::of("", message)
    }

    pub(super) fn of(member: &'static str, message: impl Into<String>) -> Self {
        Self { member, message: message.into() }
    }
}

/// Checks a rule by itself, its query's text aside.
pub(super) fn check(options: &Options, kind: &Kind, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let mut violations = Vec::new();
    check_texts(properties, &mut violations);
    check_template(kind, properties, &mut violations);
    if kind.name == "Scheduled" || kind.name == "NRT" {
        timing::check(kind, properties, &mut violations);
        details::check(properties, &mut violations);
        entities::check(properties, &mut violations);
        grouping::check(properties, &mut violations);
        techniques::check(options, properties, &mut violations);
    }
    if violations.is_empty() {
        return Ok(());
    }
    let listed: Vec<String> =
        violations.iter().map(|one| format!("{}: {}", one.member, one.message)).collect();
    Err(ArmError::bad_request("BadRequest", format!("Invalid data model. [{}]", listed.join(", "))))
}

/// The length of a text as the service counts it, in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text property that is set.
pub(super) fn text<'a>(properties: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    properties.get(name).and_then(Value::as_str)
}

/// The objects of an array property.
pub(super) fn objects<'a>(
    properties: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    properties.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// The strings of an array property.
pub(super) fn texts<'a>(properties: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    properties.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn check_texts(properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    for (name, member, minimum, maximum) in
        [("displayName", "DisplayName", 1, 256), ("description", "Description", 0, 5_000)]
    {
        let Some(text) = text(properties, name) else {
            continue;
        };
        if !(minimum..=maximum).contains(&length(text)) {
            violations.push(Violation::of(
                name,
                format!(
                    "The field {member} must be a string with a minimum length of {minimum} and a maximum length of {maximum}."
                ),
            ));
        }
    }
    let Some(query) = text(properties, "query") else {
        return;
    };
    if !(1..=10_000).contains(&length(query)) {
        violations.push(Violation::of(
            "query",
            "The field Query must be a string with a minimum length of 1 and a maximum length of 10000.",
        ));
    }
}

fn check_template(kind: &Kind, properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let Some(version) = text(properties, "templateVersion") else {
        return;
    };
    if text(properties, "alertRuleTemplateName").is_none_or(str::is_empty) {
        violations.push(Violation::of_rule(
            "Invalid Properties for alert rule: 'templateVersion' can only be used if 'alertRuleTemplateName' is not empty.",
        ));
    }
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if numbers.len() != 3 || !numbers.iter().all(is_number) || version.len() > 20 {
        violations.push(Violation::of_rule(format!(
            "Invalid Properties for {} analytics rule: 'templateVersion' should be in format X.Y.Z (all numbers).",
            kind.name
        )));
    }
}
