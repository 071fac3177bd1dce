//! Which alerts become one incident.

use super::Look;
use super::view::{RuleView, Surroundings};
use crate::diagnostic::wording::{allowed, none_of, shown};
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::document::{Field, Grouping, Spanned};
use crate::resource::{Duration, EntityType, MatchingMethod};

codes! {
    /// `lookbackDuration` is below 5 minutes or above 7 days.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 30d
    ///     matchingMethod: AllEntities
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 7d
    ///     matchingMethod: AllEntities
    /// ```
    pub(super) LOOKBACK_OUT_OF_RANGE = "lookback-out-of-range", Error;

    /// Alerts are grouped by what is selected, and nothing is selected.
    ///
    /// ## Why
    /// With `matchingMethod: Selected` the service needs at least one entry of `groupByEntities`,
    /// `groupByAlertDetails` or `groupByCustomDetails`.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: [Host]
    /// ```
    pub(super) GROUPING_WITHOUT_KEY = "grouping-without-key", Error;

    /// Alerts are grouped by something that the rule does not have: a type of entity that it does not map, or a
    /// custom detail that it does not define.
    ///
    /// ## Why
    /// The service refuses the rule.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: [Account]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: [Host]
    /// ```
    pub(super) UNKNOWN_GROUPING_KEY = "unknown-grouping-key", Error;

    /// The way in which alerts are grouped has no effect: a `matchingMethod` other than Selected with a list of what
    /// is selected, grouping without incidents, or a grouping that does not say that it is `enabled`.
    ///
    /// ## Why
    /// Incidents would not be what the file says.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: AnyAlert
    ///     groupByEntities: [Host]
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// incidentConfiguration:
    ///   createIncident: true
    ///   groupingConfiguration:
    ///     enabled: true
    ///     reopenClosedIncident: false
    ///     lookbackDuration: 5h
    ///     matchingMethod: Selected
    ///     groupByEntities: [Host]
    /// ```
    pub(super) GROUPING_WITHOUT_EFFECT = "grouping-without-effect", Warning;
}

const SHORTEST: Duration = Duration::from_minutes(5);
const LONGEST: Duration = Duration::from_days(7);

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(incidents) = rule.incident_configuration.given() else { return };
    let Some(grouping) = incidents.grouping.given() else { return };
    lookback(grouping, diagnostics);
    keys_exist(rule, grouping, diagnostics);
    let Some(enabled) = grouping.enabled.given() else {
        diagnostics.push(
            Diagnostic::new(
                &GROUPING_WITHOUT_EFFECT,
                grouping.span,
                "alerts are not grouped: the grouping has no `enabled`",
            )
            .label("deployed as `enabled: false`")
            .help("add `enabled: true`, or remove `groupingConfiguration`"),
        );
        return;
    };
    if !enabled.value {
        return;
    }
    method(grouping, diagnostics);
    if let Some(create) = incidents.create_incident.given().filter(|create| !create.value) {
        diagnostics.push(
            Diagnostic::new(
                &GROUPING_WITHOUT_EFFECT,
                enabled.span,
                "alerts are grouped into incidents, and the rule creates none",
            )
            .related(create.span, "no incidents")
            .help("set `createIncident: true`, or `enabled: false` for the grouping"),
        );
    }
}

fn lookback(grouping: &Grouping, diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = grouping.lookback_duration.given() else { return };
    let duration = written.value;
    if !(SHORTEST..=LONGEST).contains(&duration) {
        let which = if duration < SHORTEST { "below 5 minutes" } else { "above 7 days" };
        diagnostics.push(
            Diagnostic::new(&LOOKBACK_OUT_OF_RANGE, written.span, format!("`lookbackDuration` is {which}"))
                .label("allowed: 5m to 7d")
                .help(format!(
                    "the nearest that is allowed is `{}`",
                    duration.clamp(SHORTEST, LONGEST).kql()
                )),
        );
    }
}

fn keys_exist(rule: &RuleView<'_>, grouping: &Grouping, diagnostics: &mut Vec<Diagnostic>) {
    let mappings = rule.entity_mappings.items();
    let mapped: Vec<EntityType> = mappings.iter().filter_map(|mapping| mapping.entity_type.value()).collect();
    // Entities that the query itself writes may be of any type, and a type that is not understood may be the one.
    let any = !rule.sentinel_entities_mappings.items().is_empty()
        || mappings.len() > mapped.len()
        || rule.entity_mappings.is_refused();
    for found in grouping.group_by_entities.items().iter().flatten() {
        let entity = found.value;
        if !any && !mapped.contains(&entity) {
            let mut names: Vec<_> = mapped.iter().map(|entity| entity.as_str()).collect();
            names.dedup();
            let label =
                if names.is_empty() { "the rule maps no entities".to_owned() } else { allowed(&names) };
            diagnostics.push(
                Diagnostic::new(
                    &UNKNOWN_GROUPING_KEY,
                    found.span,
                    format!("the rule groups by {}, and maps no such entity", entity.as_str()),
                )
                .label(label)
                .help(format!("add an entity mapping of {}, or remove it here", entity.as_str())),
            );
        }
    }
    let keys: Vec<_> = rule.custom_details.items().iter().map(|(key, _)| key.as_str()).collect();
    for text in grouping.group_by_custom_details.items() {
        if keys.contains(&text.trim()) {
            continue;
        }
        let message =
            format!("the rule groups by the custom detail `{}`, and defines none of that name", shown(text));
        diagnostics.push(if keys.is_empty() {
            Diagnostic::new(&UNKNOWN_GROUPING_KEY, text.span, message)
                .label("the rule defines no custom details")
                .help("add it to `customDetails`, or remove it here")
        } else {
            none_of(&UNKNOWN_GROUPING_KEY, text.span, message, text, &keys)
        });
    }
}

/// The place of the first entry of a list that selects anything.
fn selection<T>(list: &Field<Spanned<Vec<T>>>, place: impl Fn(&T) -> Option<Span>) -> Option<Span> {
    let list = list.given()?;
    list.first().map(|first| place(first).unwrap_or(list.span))
}

fn method(grouping: &Grouping, diagnostics: &mut Vec<Diagnostic>) {
    let Some(written) = grouping.matching_method.given() else { return };
    let method = written.value;
    let selected = [
        selection(&grouping.group_by_entities, |word| word.as_ref().ok().map(|word| word.span)),
        selection(&grouping.group_by_alert_details, |word| word.as_ref().ok().map(|word| word.span)),
        selection(&grouping.group_by_custom_details, |text| Some(text.span)),
    ];
    let selected = selected.into_iter().flatten().next();
    match (method, selected) {
        (MatchingMethod::Selected, None) => diagnostics.push(
            Diagnostic::new(
                &GROUPING_WITHOUT_KEY,
                written.span,
                "alerts are grouped by what is selected, and nothing is",
            )
            .label("needs `groupByEntities`, `groupByAlertDetails` or `groupByCustomDetails`")
            .help("select at least one, or use `AllEntities` or `AnyAlert`"),
        ),
        (MatchingMethod::AllEntities | MatchingMethod::AnyAlert, Some(place)) => diagnostics.push(
            Diagnostic::new(
                &GROUPING_WITHOUT_EFFECT,
                place,
                format!("what is selected here has no effect with `matchingMethod: {}`", method.as_str()),
            )
            .related(written.span, "the method")
            .help("use `matchingMethod: Selected`, or remove the list"),
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule};

    fn grouped(create: bool, keys: &str) -> Found {
        rule(&format!(
            "customDetails: {{Who: Account}}\nincidentConfiguration:\n  createIncident: {create}\n  \
             groupingConfiguration: {{enabled: true, reopenClosedIncident: false, {keys}}}\n"
        ))
    }

    #[test]
    fn a_lookback_is_five_minutes_to_seven_days() {
        let codes = |duration: &str| {
            grouped(true, &format!("lookbackDuration: {duration}, matchingMethod: AnyAlert")).codes()
        };
        assert_eq!(codes("5m"), [""; 0]);
        assert_eq!(codes("P7D"), [""; 0]);
        assert_eq!(codes("4m"), ["lookback-out-of-range"]);
        assert_eq!(codes("8d"), ["lookback-out-of-range"]);
    }

    #[test]
    fn what_is_selected_exists_in_the_rule() {
        let selected =
            |keys: &str| grouped(true, &format!("lookbackDuration: 5h, matchingMethod: Selected{keys}"));
        assert_eq!(selected(", groupByEntities: [Host], groupByCustomDetails: [Who]").codes(), [""; 0]);
        assert_eq!(selected("").codes(), ["grouping-without-key"]);
        assert_eq!(selected(", groupByEntities: []").codes(), ["grouping-without-key"]);
        let found = selected(", groupByEntities: [IP], groupByCustomDetails: [who]");
        assert_eq!(found.codes(), ["unknown-grouping-key"]);
        assert_eq!(found.diagnostics[0].label, "allowed: Host");
        assert_eq!(found.diagnostics[1].help.as_deref(), Some("did you mean `Who`?"));
    }

    #[test]
    fn a_type_that_is_not_understood_may_be_the_one() {
        let found = rule(
            "entityMappings: [{entityType: Hots, fieldMappings: [{identifier: HostName, columnName: Computer}]}]\n\
             incidentConfiguration: {createIncident: true, groupingConfiguration: {enabled: true, \
             lookbackDuration: 5h, matchingMethod: Selected, groupByEntities: [Host]}}\n",
        );
        assert_eq!(found.codes(), ["unknown-entity-type"]);
    }

    #[test]
    fn a_selection_needs_the_method_and_grouping_needs_incidents() {
        let keys = "lookbackDuration: 5h, matchingMethod: AllEntities, groupByEntities: [Host]";
        assert_eq!(grouped(true, keys).codes(), ["grouping-without-effect"]);
        let none = "lookbackDuration: 5h, matchingMethod: AllEntities, groupByEntities: []";
        assert_eq!(grouped(true, none).codes(), [""; 0]);
        assert_eq!(grouped(false, none).codes(), ["grouping-without-effect"]);
        let silent = "incidentConfiguration: {createIncident: true, groupingConfiguration: {matchingMethod: AnyAlert}}\n";
        assert_eq!(rule(silent).codes(), ["grouping-without-effect"]);
    }
}
