//! How columns set parts of an alert: `alertDetailsOverride`.

use std::ops::Range;

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{count, grouped, past_units, shown};
use crate::diagnostic::{Diagnostic, SourceMap, Span, codes};
use crate::document::{DynamicProperty, Field, Spanned, Text};
use crate::resource::AlertProperty;

codes! {
    /// `alertDisplayNameFormat` or `alertDescriptionFormat` has more than 3 placeholders.
    ///
    /// ## Why
    /// The service refuses the rule. A column of the query can put several values together.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "{{Account}} on {{Computer}} ran {{Process}} from {{Directory}}"
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "{{Account}} on {{Computer}} ran {{Path}}"
    /// ```
    pub(super) TOO_MANY_PLACEHOLDERS = "too-many-placeholders", Error;

    /// Double braces in an alert's name or description that are no placeholder: not closed, empty, or with braces
    /// inside.
    ///
    /// ## Why
    /// The service replaces `{{Column}}` by the column's value and leaves anything else as it is, so that every
    /// alert shows the braces.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "Shell on {{Computer}"
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "Shell on {{Computer}}"
    /// ```
    pub(super) BAD_PLACEHOLDER = "bad-placeholder", Warning;

    /// `alertDisplayNameFormat` has more than 256 characters, or `alertDescriptionFormat` more than 5,000, in UTF-16
    /// units.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: >-
    ///     {{Account}} ran a shell on {{Computer}}, which is a machine on which nobody should run one; look at what the
    ///     parent process was and whether the account belongs to an administrator, then ask that administrator whether
    ///     it was meant, and if nobody can say so, take the machine off the network and call the team that is on duty
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "{{Account}} ran a shell on {{Computer}}"
    /// ```
    pub(super) FORMAT_TOO_LONG = "format-too-long", Error;

    /// `alertDisplayNameFormat` or `alertDescriptionFormat` is empty.
    ///
    /// ## Why
    /// The service refuses an empty format, so none is sent: alerts show the rule's own name or description.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: ""
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "Shell on {{Computer}}"
    /// ```
    pub(super) EMPTY_FORMAT = "empty-format", Warning;

    /// `alertDynamicProperties` sets one property of the alert twice.
    ///
    /// ## Why
    /// Only one of the two values can stand in the alert.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDynamicProperties:
    ///     - {alertProperty: ProductName, value: Product}
    ///     - {alertProperty: ProductName, value: Vendor}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// alertDetailsOverride:
    ///   alertDynamicProperties:
    ///     - {alertProperty: ProductName, value: Product}
    ///     - {alertProperty: ProviderName, value: Vendor}
    /// ```
    pub(super) REPEATED_ALERT_PROPERTY = "repeated-alert-property", Error;
}

/// Placeholders of a format.
const MOST_PLACEHOLDERS: usize = 3;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(details) = rule.alert_details_override.given() else { return };
    let formats = [
        ("alertDisplayNameFormat", &details.alert_display_name_format, 256),
        ("alertDescriptionFormat", &details.alert_description_format, 5000),
    ];
    for (key, text, longest) in formats {
        let text = match text {
            Field::Given(text) => text,
            Field::Empty(span) => {
                diagnostics.push(empty(key, *span));
                continue;
            }
            Field::Absent | Field::Refused(_) | Field::Guessed(..) => continue,
        };
        length(around.map, key, text, longest, diagnostics);
        placeholders(around.map, key, text, diagnostics);
    }
    properties_once(details.alert_dynamic_properties.items(), diagnostics);
}

fn empty(key: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&EMPTY_FORMAT, place, format!("`{key}` is empty"))
        .label("not deployed")
        .help("remove it, or write what alerts should show")
}

fn length(map: &SourceMap, key: &str, text: &Text, longest: usize, diagnostics: &mut Vec<Diagnostic>) {
    if let Some((at, length)) = past_units(text.trim_end(), longest) {
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        diagnostics.push(
            Diagnostic::new(
                &FORMAT_TOO_LONG,
                text.locate(map, at..end),
                format!("`{key}` has {} characters", grouped(length)),
            )
            .label(format!("{} are allowed, and end before this one", grouped(longest)))
            .help(format!("shorten it by {}", grouped(length - longest))),
        );
    }
}

fn placeholders(map: &SourceMap, key: &str, text: &Text, diagnostics: &mut Vec<Diagnostic>) {
    let found: Vec<_> = braces(text).collect();
    let good: Vec<_> = found.iter().filter(|(_, good)| *good).map(|(range, _)| range.clone()).collect();
    for (range, _) in found.iter().filter(|(_, good)| !good) {
        diagnostics.push(
            Diagnostic::new(
                &BAD_PLACEHOLDER,
                text.locate(map, range.clone()),
                format!("`{}` is no placeholder", shown(&text[range.clone()])),
            )
            .label("every alert will show it as it stands")
            .help("write `{{Column}}` with the name of a column of the query's result"),
        );
    }
    if let Some(extra) = good.get(MOST_PLACEHOLDERS) {
        diagnostics.push(
            Diagnostic::new(
                &TOO_MANY_PLACEHOLDERS,
                text.locate(map, extra.clone()),
                format!("`{key}` has {}", count(good.len(), "placeholder")),
            )
            .label(format!("at most {MOST_PLACEHOLDERS}"))
            .help("put values together in a column of the query, as in `| extend Summary = strcat(A, B)`"),
        );
    }
}

/// The places with double braces, and whether each is a placeholder. What opens ends with the next `}}`, or before
/// the next `{{`, or with the line.
pub(super) fn braces(text: &str) -> impl Iterator<Item = (Range<usize>, bool)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find("{{")?;
        let inside = start + 2;
        let stop = text[inside..].find(['{', '}', '\n']).map_or(text.len(), |found| inside + found);
        let good = text[stop..].starts_with("}}") && !text[inside..stop].trim().is_empty();
        let end = match text[stop..].bytes().take_while(|b| *b == b'}').count() {
            0 => stop,
            closing => stop + closing.min(2),
        };
        at = end;
        Some((start..end, good))
    })
}

/// Where the names of columns stand in a text's placeholders.
pub(super) fn placeholder_names(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    braces(text).filter(|(_, good)| *good).map(|(range, _)| {
        let inner = &text[range.start + 2..range.end - 2];
        let start = range.start + 2 + inner.len() - inner.trim_start().len();
        start..start + inner.trim().len()
    })
}

fn properties_once(properties: &[Spanned<DynamicProperty>], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: Vec<&Spanned<AlertProperty>> = Vec::new();
    for property in properties.iter().filter_map(|property| property.alert_property.given()) {
        match seen.iter().find(|other| other.value == property.value) {
            Some(first) => diagnostics.push(
                Diagnostic::new(
                    &REPEATED_ALERT_PROPERTY,
                    property.span,
                    format!("the alert property `{}` is set twice", property.as_str()),
                )
                .related(first.span, "set here first")
                .help("keep one of the two"),
            ),
            None => seen.push(property),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule};
    use super::braces;

    fn name(format: &str) -> Found {
        rule(&format!("alertDetailsOverride:\n  alertDisplayNameFormat: '{format}'\n"))
    }

    #[test]
    fn three_placeholders_are_allowed_and_the_fourth_is_pointed_at() {
        assert_eq!(name("{{A}}{{B}} {{ C }}").codes(), [""; 0]);
        let found = name("{{A}}{{B}} {{C}} {{D}}");
        assert_eq!(found.only().code.id, "too-many-placeholders");
        assert_eq!(found.places(), ["{{D}}"]);
    }

    #[test]
    fn braces_that_are_no_placeholder_are_found() {
        let of =
            |text: &str| braces(text).map(|(range, good)| (text[range].to_owned(), good)).collect::<Vec<_>>();
        assert_eq!(of("{{A}} {{B}"), [("{{A}}".to_owned(), true), ("{{B}".to_owned(), false)]);
        assert_eq!(of("{{ {{A}}"), [("{{ ".to_owned(), false), ("{{A}}".to_owned(), true)]);
        assert_eq!(of("{{}} {A} }}"), [("{{}}".to_owned(), false)]);
        assert_eq!(of("{{"), [("{{".to_owned(), false)]);
        assert_eq!(name("Shell on {{Computer}").places(), ["{{Computer}"]);
    }

    #[test]
    fn a_format_is_neither_empty_nor_too_long() {
        assert_eq!(name("").codes(), ["empty-format"]);
        assert_eq!(name(&"a".repeat(256)).codes(), [""; 0]);
        assert_eq!(name(&"a".repeat(257)).codes(), ["format-too-long"]);
        let description = "alertDetailsOverride:\n  alertDescriptionFormat: ' '\n";
        assert_eq!(rule(description).codes(), ["empty-format"]);
    }

    #[test]
    fn a_property_is_set_once() {
        let text = "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: ProductName, value: A}, \
                    {alertProperty: productname, value: B}]}\n";
        assert_eq!(rule(text).codes(), ["repeated-alert-property"]);
    }
}
