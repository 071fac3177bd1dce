//! Fields that a resource cannot be without.

use super::Look;
use super::view::{RuleView, Surroundings, first_line};
use super::wording::listed;
use crate::compile::WatchlistSource;
use crate::diagnostic::{Diagnostic, Span, codes};
use crate::document::Text;
use crate::resource::RuleKind;

codes! {
    /// A field that the service requires is missing or empty.
    ///
    /// A rule needs `id`, `name`, `severity` and `query`; unless its `kind` is NRT, also `queryFrequency`,
    /// `queryPeriod`, `triggerOperator` and `triggerThreshold`. An entity mapping needs `entityType` and
    /// `fieldMappings`, each of these `identifier` and `columnName`. A watchlist needs `alias` and
    /// `itemsSearchKey`, a parser an alias and a query.
    ///
    /// ## Why
    /// The service refuses the resource, and no value that Bartizan made up would be the one that was meant.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// severity:
    /// queryFrequency: ""
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// severity: Medium
    /// queryFrequency: 1h
    /// ```
    pub(super) MISSING_FIELD = "missing-field", Error, fixed;

    /// A rule has no description.
    ///
    /// ## Why
    /// The description is what an analyst reads first on an alert. The service does not require it, so nobody else
    /// asks for it.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// description:
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// description: A shell was started by an Office program, as a document with a macro does
    /// ```
    pub(super) MISSING_DESCRIPTION = "missing-description", Warning;

    /// The file holds a query, but neither a severity nor a schedule: it is a hunting query, which is run by hand and
    /// is no analytics rule.
    ///
    /// ## Why
    /// Repositories often keep hunting queries beside rules in the same format. Bartizan deploys rules, watchlists
    /// and indicators, and leaves nothing out without a word.
    ///
    /// ## Wrong
    /// ```yaml file=rules/hunt.yaml
    /// id: 7d2f1a0e-55f4-4a9c-8c3e-3f2f5a1f0b11
    /// name: Rare parents of a shell
    /// description: A place to start from
    /// query: DeviceProcessEvents | summarize count() by InitiatingProcessFileName
    /// ```
    ///
    /// ## Right
    /// ```yaml file=rules/detect.yaml
    /// id: 7d2f1a0e-55f4-4a9c-8c3e-3f2f5a1f0b11
    /// name: Office program starts a shell
    /// description: A document with a macro starts a shell
    /// severity: Medium
    /// queryFrequency: 1h
    /// queryPeriod: 1h
    /// triggerOperator: gt
    /// triggerThreshold: 0
    /// query: DeviceProcessEvents | where InitiatingProcessFileName =~ "winword.exe" and FileName =~ "cmd.exe"
    /// ```
    pub(super) HUNTING_QUERY = "hunting-query", Error, fixed;
}

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule), Look::Watchlist(watchlist)];

fn rule(_: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if is_hunting_query(rule) {
        diagnostics.push(
                Diagnostic::new(
                    &HUNTING_QUERY,
                    rule.head,
                    "the file holds a query without a severity and a schedule: a hunting query, not an analytics rule",
                )
                .help("add `severity`, `queryFrequency`, `queryPeriod`, `triggerOperator` and `triggerThreshold`, or move the file out of the folder"),
            );
        return;
    }
    rule_fields(rule, diagnostics);
    mapping_fields(rule, diagnostics);
}

/// The schedule's four keys, with whether the rule holds them.
fn schedule(rule: &RuleView<'_>) -> [(&'static str, bool); 4] {
    [
        ("queryFrequency", rule.query_frequency.is_some()),
        ("queryPeriod", rule.query_period.is_some()),
        ("triggerOperator", rule.trigger_operator.is_some()),
        ("triggerThreshold", rule.trigger_threshold.is_some()),
    ]
}

fn is_hunting_query(rule: &RuleView<'_>) -> bool {
    rule.query.is_some()
        && rule.kind == RuleKind::Scheduled
        && rule.severity.is_none()
        && rule.misread.is_empty()
        && schedule(rule).iter().all(|(_, present)| !present)
}

fn rule_fields(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut fields = Fields::new(rule.head, &rule.misread);
    fields.text("id", rule.id.as_ref());
    fields.text("name", rule.name.as_ref());
    fields.text("severity", rule.severity.as_ref());
    fields.text("query", rule.document().query.as_ref());
    if rule.kind == RuleKind::Scheduled {
        fields.text("queryFrequency", rule.query_frequency.as_ref());
        fields.text("queryPeriod", rule.query_period.as_ref());
        fields.text("triggerOperator", rule.trigger_operator.as_ref());
        fields.present("triggerThreshold", rule.trigger_threshold.is_some());
    }
    fields.report("the rule", diagnostics);
    match &rule.description {
        Some(text) if !text.trim().is_empty() => {}
        _ if rule.misread.contains(&"description") => {}
        description => diagnostics.push(
            Diagnostic::new(
                &MISSING_DESCRIPTION,
                description.as_ref().map_or(rule.head, |text| text.span),
                "the rule has no description",
            )
            .help("say in `description` what the rule finds and what an analyst should do about it"),
        ),
    }
}

fn mapping_fields(rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for mapping in rule.entity_mappings.iter().flat_map(|mappings| &mappings.value) {
        let mut fields = Fields::new(mapping.span, &mapping.misread);
        fields.text("entityType", mapping.entity_type.as_ref());
        fields.present("fieldMappings", mapping.field_mappings.as_ref().is_some_and(|list| !list.is_empty()));
        fields.report("the entity mapping", diagnostics);
        for field in mapping.field_mappings.iter().flat_map(|list| &list.value) {
            let mut fields = Fields::new(field.span, &field.misread);
            fields.text("identifier", field.identifier.as_ref());
            fields.text("columnName", field.column_name.as_ref());
            fields.report("the field mapping", diagnostics);
        }
    }
    for mapping in rule.sentinel_entities_mappings.iter().flat_map(|mappings| &mappings.value) {
        let mut fields = Fields::new(mapping.span, &[]);
        fields.text("columnName", mapping.value.as_ref());
        fields.report("the Sentinel entity mapping", diagnostics);
    }
    let properties = rule
        .alert_details_override
        .iter()
        .filter_map(|details| details.alert_dynamic_properties.as_ref())
        .flat_map(|list| &list.value);
    for property in properties {
        let mut fields = Fields::new(property.span, &property.misread);
        fields.text("alertProperty", property.alert_property.as_ref());
        fields.text("value", property.value.value.as_ref());
        fields.report("the dynamic property", diagnostics);
    }
}

fn watchlist(around: &Surroundings<'_>, watchlist: &WatchlistSource, diagnostics: &mut Vec<Diagnostic>) {
    let document = &watchlist.document;
    let mut fields = Fields::new(first_line(around.map, document.span), &document.misread);
    fields.text("alias", document.alias.as_ref());
    fields.text("itemsSearchKey", document.items_search_key.as_ref());
    fields.report("the watchlist", diagnostics);
}

/// Collects the fields that one mapping lacks, so that they make one diagnostic; each empty one has a place of its
/// own and makes another.
struct Fields<'a> {
    head: Span,
    misread: &'a [&'static str],
    missing: Vec<&'static str>,
    empty: Vec<(&'static str, Span)>,
}

impl<'a> Fields<'a> {
    fn new(head: Span, misread: &'a [&'static str]) -> Self {
        Self { head, misread, missing: Vec::new(), empty: Vec::new() }
    }

    fn text(&mut self, key: &'static str, text: Option<&Text>) {
        match text {
            Some(text) if text.trim().is_empty() => self.empty.push((key, text.span)),
            text => self.present(key, text.is_some()),
        }
    }

    fn present(&mut self, key: &'static str, present: bool) {
        if !present && !self.misread.contains(&key) {
            self.missing.push(key);
        }
    }

    fn report(self, what: &str, diagnostics: &mut Vec<Diagnostic>) {
        if !self.missing.is_empty() {
            let verb = if self.missing.len() == 1 { "is" } else { "are" };
            diagnostics.push(
                Diagnostic::new(
                    &MISSING_FIELD,
                    self.head,
                    format!("{} {verb} missing", listed(&self.missing)),
                )
                .label(format!("{what} needs {}", if self.missing.len() == 1 { "it" } else { "them" }))
                .help(format!(
                    "add {}",
                    self.missing.iter().map(|key| example(key)).collect::<Vec<_>>().join(", ")
                )),
            );
        }
        for (key, span) in self.empty {
            diagnostics.push(
                Diagnostic::new(&MISSING_FIELD, span, format!("`{key}` is empty"))
                    .label(format!("{what} needs it"))
                    .help(format!("write {}", example(key))),
            );
        }
    }
}

/// A field as it might be written.
fn example(key: &str) -> String {
    let value = match key {
        "id" => "a new GUID, which then never changes",
        "severity" => "High, Medium, Low or Informational",
        "queryFrequency" | "queryPeriod" => "a duration such as 1h",
        "triggerOperator" => "gt, lt, eq or ne",
        "triggerThreshold" => "a number such as 0",
        "itemsSearchKey" => "the column that queries look rows up by",
        _ => return format!("`{key}`"),
    };
    format!("`{key}` ({value})")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{files, rule, watchlist};

    #[test]
    fn all_that_is_missing_makes_one_diagnostic_at_the_first_line_and_what_is_empty_one_of_its_own() {
        let found = rule("severity:\ntriggerThreshold: ~\nqueryPeriod: ' '\n");
        let messages: Vec<_> = found.diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["`severity` and `triggerThreshold` are missing", "`queryPeriod` is empty"]);
        assert_eq!(found.places(), ["id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01", "' '"]);
    }

    #[test]
    fn what_has_the_wrong_shape_is_not_called_missing() {
        assert_eq!(rule("triggerThreshold: many\n").codes(), ["wrong-shape"]);
        for text in [
            "entityMappings:\n  - entityType: []\n    fieldMappings:\n      - {identifier: HostName, columnName: Computer}\n",
            "entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {identifier: [], columnName: []}\n",
            "entityMappings:\n  - {entityType: Host, fieldMappings: Computer}\n",
            "alertDetailsOverride: {alertDynamicProperties: [{alertProperty: ProductName, value: []}]}\n",
        ] {
            assert_eq!(rule(text).codes(), ["wrong-shape"], "{text}");
        }
    }

    #[test]
    fn an_nrt_rule_needs_no_schedule() {
        let text = "kind: NRT\nqueryFrequency:\nqueryPeriod:\ntriggerOperator:\ntriggerThreshold:\n";
        assert_eq!(rule(text).codes(), [""; 0]);
    }

    #[test]
    fn a_hunting_query_gets_one_diagnostic_and_a_rule_without_severity_another() {
        let hunt = "id: a\nname: Hunt\nquery: Heartbeat\n".to_owned();
        assert_eq!(files(&[("rules/hunt.yaml".into(), hunt)]).only().code.id, "hunting-query");
        assert_eq!(rule("severity:\n").codes(), ["missing-field"]);
    }

    #[test]
    fn mappings_and_watchlists_have_fields_that_they_need() {
        let found =
            rule("entityMappings:\n  - fieldMappings:\n      - identifier: HostName\n  - entityType: IP\n");
        assert_eq!(found.codes(), ["missing-field"]);
        assert_eq!(found.diagnostics.len(), 3);
        let found = watchlist("alias: ''\nitemsSearchKey:\n");
        assert_eq!(found.codes(), ["missing-field"]);
        assert_eq!(found.diagnostics.len(), 2);
    }
}
