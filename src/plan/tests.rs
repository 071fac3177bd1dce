use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::operation::{Cloud, DEFAULT_API_VERSION, Expect, Target, WorkspaceId};
use crate::resource::{
    AlertRule, Duration, Identity, Live, LiveRows, Properties, Resource, Rows, RuleKind, Severity, Snapshot,
    Watchlist,
};

fn rule(id: &str) -> Resource {
    Resource::AlertRule(AlertRule {
        id: id.to_owned(),
        kind: RuleKind::Scheduled,
        properties: Properties {
            display_name: format!("Rule {id}"),
            description: String::new(),
            severity: Severity::Low,
            enabled: true,
            query: "SecurityEvent".to_owned(),
            query_frequency: Some(Duration::from_hours(1)),
            query_period: Some(Duration::from_hours(1)),
            trigger_operator: None,
            trigger_threshold: Some(0),
            suppression_duration: Duration::from_hours(5),
            suppression_enabled: false,
            event_grouping_settings: None,
            tactics: Vec::new(),
            techniques: Vec::new(),
            sub_techniques: Vec::new(),
            entity_mappings: Vec::new(),
            sentinel_entities_mappings: Vec::new(),
            custom_details: serde_json::Map::new(),
            alert_details_override: None,
            incident_configuration: None,
            alert_rule_template_name: None,
            template_version: None,
        },
    })
}

fn watchlist(rows: &[(&str, &str)]) -> Resource {
    let mut table = Rows::new(["host", "owner"]);
    rows.iter().for_each(|(host, owner)| table.push([*host, *owner]));
    Resource::Watchlist(Watchlist {
        alias: "hosts".to_owned(),
        display_name: "Hosts".to_owned(),
        description: String::new(),
        provider: "Bartizan".to_owned(),
        items_search_key: "host".to_owned(),
        labels: Vec::new(),
        default_duration: None,
        rows: Arc::new(table),
    })
}

fn desired(resource: &Resource) -> Desired<'_> {
    Desired { resource, tables: &[], needs: Vec::new(), connector: None, source: None }
}

/// The rule as the service would answer it.
fn live(resource: &Resource) -> Live {
    live_with(resource, |_| {})
}

/// The rule as the service would answer it after somebody changed it.
fn live_with(resource: &Resource, edit: impl Fn(&mut Value)) -> Live {
    let mut body = resource.body();
    body["name"] = json!(resource.identity().name);
    body["etag"] = json!("\"1\"");
    edit(&mut body);
    Live::read(resource.kind(), body).unwrap()
}

fn snapshot(resources: Vec<Live>) -> Snapshot {
    Snapshot { resources, ..Snapshot::default() }
}

/// The watchlist as the service would answer it, with rows of id, host and owner.
fn live_watchlist(items: &[(&str, &str, &str)]) -> Live {
    let mut rows = LiveRows::new();
    for (id, host, owner) in items {
        let cells = [("host", host), ("owner", owner)].map(|(c, v)| (c.to_owned(), (*v).to_owned()));
        rows.push(id, None, &cells);
    }
    let live = live_with(&watchlist(&[]), |body| body["name"] = json!("HOSTS"));
    Live { rows: Some(rows), ..live }
}

fn target() -> Target {
    let subscription = "00000000-0000-0000-0000-00000000000a";
    Target {
        workspace: WorkspaceId::new(subscription, "rg-sentinel", "law-sentinel").unwrap(),
        cloud: Cloud::Public,
        endpoint: "https://management.azure.com/".to_owned(),
        api_version: DEFAULT_API_VERSION.to_owned(),
        emulated: false,
    }
}

fn made(desired: &[Desired<'_>], snapshot: &Snapshot, held: &[Identity]) -> Plan {
    plan(target(), desired, snapshot, held)
}

fn only(plan: &Plan) -> &Verdict {
    assert_eq!(plan.verdicts.len(), 1);
    &plan.verdicts[0]
}

#[test]
fn what_is_missing_is_created_and_what_is_the_same_is_left() {
    let (a, b) = (rule("a"), rule("b"));
    let workspace = snapshot(vec![live(&b)]);
    let plan = made(&[desired(&a), desired(&b)], &workspace, &[]);
    let actions: Vec<_> = plan.verdicts.iter().map(|verdict| (verdict.action, verdict.reason)).collect();
    assert_eq!(actions, [(Action::Create, Reason::New), (Action::Unchanged, Reason::UpToDate)]);
}

#[test]
fn ids_that_differ_in_case_are_one_resource() {
    let workspace = snapshot(vec![live(&rule("ABC"))]);
    let mine = rule("abc");
    let plan = made(&[desired(&mine)], &workspace, &[]);
    // The display name differs, so it is an update and not a second rule.
    assert_eq!(only(&plan).action, Action::Update);
    assert!(plan.not_ours.is_empty());
}

#[test]
fn a_field_that_differs_is_an_update_with_the_etag_that_was_read() {
    let mine = rule("a");
    let theirs = live_with(&mine, |body| body["properties"]["severity"] = json!("High"));
    let workspace = snapshot(vec![theirs]);
    let plan = made(&[desired(&mine)], &workspace, &[]);
    let verdict = only(&plan);
    assert_eq!(verdict.differences.len(), 1);
    assert_eq!(verdict.differences[0].path, "properties.severity");
    assert_eq!(verdict.differences[0].after, Some(json!("Low")));
    let [Step::Send(write)] = verdict.steps.as_slice() else { panic!("{:?}", verdict.steps) };
    assert_eq!(write.expect, Expect::Etag("\"1\"".to_owned()));
    assert_eq!(write.body()["etag"], json!("\"1\""));
}

#[test]
fn a_rule_of_another_kind_is_a_conflict() {
    let mine = rule("a");
    let theirs = live_with(&mine, |body| body["kind"] = json!("Fusion"));
    let workspace = snapshot(vec![theirs]);
    assert_eq!(only(&made(&[desired(&mine)], &workspace, &[])).reason, Reason::KindDiffers);
}

#[test]
fn a_rule_that_the_service_switched_off_says_so() {
    let mine = rule("a");
    let theirs = live_with(&mine, |body| body["properties"]["displayName"] = json!("AUTO DISABLED Rule a"));
    let workspace = snapshot(vec![theirs]);
    assert_eq!(only(&made(&[desired(&mine)], &workspace, &[])).reason, Reason::AutoDisabled);
}

#[test]
fn an_absent_table_skips_a_rule_of_indicators_and_fails_any_other() {
    let mine = rule("a");
    let tables = ["DnsEvents".to_owned()];
    let workspace = Snapshot { tables: vec!["SecurityEvent".to_owned()], ..Snapshot::default() };
    let wanted = Desired { tables: &tables, ..desired(&mine) };
    let strict = made(std::slice::from_ref(&wanted), &workspace, &[]);
    assert_eq!((only(&strict).reason, strict.summary().failed), (Reason::TableAbsent, 1));
    let lenient = made(&[Desired { connector: Some("DNS"), ..wanted }], &workspace, &[]);
    assert_eq!(only(&lenient).reason, Reason::ConnectorAbsent);
    assert_eq!((lenient.summary().skipped, lenient.summary().failed), (1, 0));
    assert_eq!(only(&lenient).absent, ["DnsEvents"]);
}

#[test]
fn a_watchlist_may_come_from_the_folder_or_the_workspace() {
    let (mine, list) = (rule("a"), watchlist(&[]));
    let needs = vec![Identity::new(Kind::Watchlist, "Hosts")];
    let wanted = Desired { needs, ..desired(&mine) };
    assert_eq!(
        only(&made(std::slice::from_ref(&wanted), &Snapshot::default(), &[])).reason,
        Reason::Absent(Kind::Watchlist)
    );
    let both = made(&[wanted.clone(), desired(&list)], &Snapshot::default(), &[]);
    assert!(both.verdicts.iter().all(|verdict| verdict.action == Action::Create));
    assert_eq!(both.verdicts[0].identity.kind, Kind::Watchlist);
    let workspace = snapshot(vec![live_watchlist(&[])]);
    assert_eq!(only(&made(&[wanted], &workspace, &[])).action, Action::Create);
}

#[test]
fn rows_are_added_changed_and_removed_by_their_search_key() {
    let mine = watchlist(&[("same", "x"), ("changed", "new"), ("new", "y")]);
    let workspace = snapshot(vec![live_watchlist(&[
        ("1", "same", "x"),
        ("2", "changed", "old"),
        ("3", "gone", "z"),
        ("4", "same", "x"),
    ])]);
    let plan = made(&[desired(&mine)], &workspace, &[]);
    let rows = &only(&plan).rows;
    assert_eq!(rows.added().map(|row| row.get("host")).collect::<Vec<_>>(), ["new"]);
    assert_eq!(rows.updated().map(|(live, _)| live.id).collect::<Vec<_>>(), ["2"]);
    assert_eq!(rows.removed().map(|row| row.id).collect::<Vec<_>>(), ["4", "3"]);
}

#[test]
fn what_is_not_ours_is_listed_unless_it_stands_in_a_file_with_errors() {
    let workspace = snapshot(vec![live(&rule("a")), live(&rule("b"))]);
    let plan = made(&[], &workspace, &[Identity::new(Kind::AlertRule, "B")]);
    assert_eq!(plan.not_ours.iter().map(|other| other.id.as_str()).collect::<Vec<_>>(), ["a"]);
}
