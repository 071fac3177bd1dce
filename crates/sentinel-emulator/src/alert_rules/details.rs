//! Custom details, and the alert's own name, description and properties.

use serde_json::{Map, Value};

use super::validation::{Violation, length, text};

const MOST_CUSTOM_DETAILS: usize = 20;
const LONGEST_KEY: usize = 20;
/// The longest name of a column.
pub(super) const LONGEST_COLUMN: usize = 500;
const MOST_PLACEHOLDERS: usize = 3;

/// Checks `customDetails` and `alertDetailsOverride`.
pub(super) fn check(properties: &Map<String, Value>, violations: &mut Vec<Violation>) {
    if let Some(details) = properties.get("customDetails").and_then(Value::as_object) {
        check_custom_details(details, violations);
    }
    if let Some(details) = properties.get("alertDetailsOverride").and_then(Value::as_object) {
        check_format(details, "alertDisplayNameFormat", "AlertDisplayNameFormat", 256, violations);
        check_format(details, "alertDescriptionFormat", "AlertDescriptionFormat", 5_000, violations);
    }
}

fn check_custom_details(details: &Map<String, Value>, violations: &mut Vec<Violation>) {
    let mut refuse = |message| violations.push(Violation::of("customDetails", message));
    let count = details.len();
    if count > MOST_CUSTOM_DETAILS {
        refuse(format!(
            "Invalid length of '{count}' for 'CustomDetails'. 'CustomDetails' length should be between '0' and '{MOST_CUSTOM_DETAILS}'"
        ));
    }
    for (key, value) in details {
        let value = value.as_str().unwrap_or_default();
        if length(key) > LONGEST_KEY {
            refuse(format!(
                "Maximum length of key '{key}' in CustomDetails exceeded. Max key length should be less than or equal to {LONGEST_KEY}"
            ));
        }
        if !is_name(key, |first| first.is_ascii_alphabetic()) {
            refuse(format!(
                "The key '{key}' in CustomDetails is invalid. The key must start with a letter and contain only alphanumeric English characters"
            ));
        }
        if length(value) > LONGEST_COLUMN {
            refuse(format!(
                "Maximum length of value '{value}' in CustomDetails exceeded. Max value length should be less than or equal to {LONGEST_COLUMN}"
            ));
        }
        if !is_column_name(value) {
            refuse(format!(
                "The value '{value}' in CustomDetails is invalid. The value must start with a letter or underscore, and contain only alphanumeric English characters"
            ));
        }
    }
}

/// Whether this can be the name of a column: a letter or underscore, then letters, digits and underscores.
pub(super) fn is_column_name(name: &str) -> bool {
    is_name(name, |first| first.is_ascii_alphabetic() || first == '_')
}

fn is_name(name: &str, starts: impl Fn(char) -> bool) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts) && chars.all(|rest| rest.is_ascii_alphanumeric() || rest == '_')
}

fn check_format(
    details: &Map<String, Value>,
    name: &'static str,
    member: &str,
    maximum: usize,
    violations: &mut Vec<Violation>,
) {
    let Some(format) = text(details, name) else { return };
    if !(1..=maximum).contains(&length(format)) {
        violations.push(Violation::of(
            "alertDetailsOverride",
            format!("Invalid length of '{}' for '{member}'. '{member}' length should be between '1' and '{maximum}'", length(format)),
        ));
    }
    let count = count_placeholders(format);
    if count > MOST_PLACEHOLDERS {
        violations.push(Violation::of(
            "alertDetailsOverride",
            format!("You have defined {count} parameters in '{member}'. The maximum allowed is {MOST_PLACEHOLDERS}."),
        ));
    }
}

/// Counts `{{…}}` with no brace inside.
fn count_placeholders(format: &str) -> usize {
    let mut count = 0;
    let mut rest = format;
    while let Some(start) = rest.find("{{") {
        let inside = rest.get(start + 2..).unwrap_or_default();
        let end = inside.find(['{', '}']).unwrap_or(inside.len());
        let tail = inside.get(end..).unwrap_or_default();
        rest = match tail.strip_prefix("}}") {
            Some(after) => {
                count += 1;
                after
            }
            // `{{{x}}` holds the placeholder one brace later.
            None => rest.get(start + 1..).unwrap_or_default(),
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::count_placeholders;

    #[test]
    fn placeholders_are_pairs_of_braces_with_no_brace_inside() {
        for (format, count) in [
            ("", 0),
            ("{{a}}", 1),
            ("{a}", 0),
            ("{{a}} and {{b}}{{c}}", 3),
            ("{{{a}}}", 1),
            ("{{a", 0),
            ("{{a}b}}", 0),
            ("{{}}", 1),
            ("é{{a}}é", 1),
        ] {
            assert_eq!(count_placeholders(format), count, "{format}");
        }
    }
}
