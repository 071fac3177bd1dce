//! How long a folder of a thousand rules takes: reading, compiling and checking it, and planning it against a
//! workspace that has all of it. `cargo bench --bench check`.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark says what it expects by failing")]

use std::hint::black_box;
use std::sync::Arc;

use bartizan::check::{self, Context};
use bartizan::compile::{self, Compiled, Folder};
use bartizan::config::Config;
use bartizan::diagnostic::{Diagnostic, SourceMap};
use bartizan::operation::{Cloud, DEFAULT_API_VERSION, Target, WorkspaceId};
use bartizan::plan::{Action, Desired, plan};
use bartizan::resource::{Kind, Live, Snapshot};
use bartizan::semantic::Models;
use bartizan::source;
use camino::{Utf8Path, Utf8PathBuf};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use tempfile::TempDir;

const RULES: usize = 1_000;

/// A rule of the length and with the fields of most published ones.
fn rule(number: usize) -> String {
    format!(
        "\
id: {number:08x}-0000-4000-8000-000000000000
name: Many failed sign-ins from address {number}
description: |
  'Finds an address from which many accounts failed to sign in within an hour, and at least one then succeeded.
  The threshold is {number}.'
severity: Medium
status: Available
requiredDataConnectors:
  - connectorId: AzureActiveDirectory
    dataTypes:
      - SigninLogs
queryFrequency: 1h
queryPeriod: 1d
triggerOperator: gt
triggerThreshold: 0
tactics:
  - CredentialAccess
  - InitialAccess
relevantTechniques:
  - T1110
  - T1078.004
query: |
  let threshold = {number};
  let failed = SigninLogs
    | where TimeGenerated > ago(1d)
    | where ResultType in (\"50126\", \"50053\", \"50055\")
    // Addresses of our own are not counted.
    | where not(ipv4_is_private(IPAddress))
    | summarize Failures = count(), Accounts = dcount(UserPrincipalName) by IPAddress, bin(TimeGenerated, 1h)
    | where Failures > threshold and Accounts > 5;
  SigninLogs
  | where ResultType == \"0\"
  | join kind=inner failed on IPAddress
  | extend Name = tostring(split(UserPrincipalName, '@', 0)[0]), Suffix = tostring(split(UserPrincipalName, '@', 1)[0])
  | project TimeGenerated, IPAddress, UserPrincipalName, Name, Suffix, Failures, Accounts
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: Name
        columnName: Name
      - identifier: UPNSuffix
        columnName: Suffix
  - entityType: IP
    fieldMappings:
      - identifier: Address
        columnName: IPAddress
customDetails:
  Failures: Failures
alertDetailsOverride:
  alertDisplayNameFormat: Sign-ins from {{{{IPAddress}}}}
version: 1.0.{number}
kind: Scheduled
"
    )
}

/// A folder with all of them.
fn folder() -> (TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..RULES {
        std::fs::write(dir.path().join(format!("{number:04}.yaml")), rule(number)).unwrap();
    }
    let path = Utf8Path::from_path(dir.path()).unwrap().to_owned();
    (dir, path)
}

/// Everything that `bartizan check` does but printing.
fn checked(path: &Utf8Path) -> (Vec<Compiled>, Vec<Diagnostic>) {
    let (mut map, mut diagnostics, config) = (SourceMap::new(), Vec::new(), Config::default());
    let folder = Folder::read(&mut map, &[path.to_owned()], &mut diagnostics);
    let mut models = Models::new(Arc::new(config.schema.environment()));
    let compiled = compile::compile(&map, &folder, &config, &mut models, &mut diagnostics);
    diagnostics.extend(check::check(Context {
        map: &map,
        folder: &folder,
        models: &models,
        compiled: &compiled,
        config: &config,
    }));
    (compiled, diagnostics)
}

/// A rule as the service shows it.
fn live(compiled: &Compiled) -> Value {
    let mut body = compiled.resource.body();
    body["name"] = json!(compiled.resource.identity().name);
    body["etag"] = json!("\"61004e36-0000-0100-0000-69c3928d0000\"");
    body["properties"]["lastModifiedUtc"] = json!("2026-03-25T07:45:17.671388Z");
    body["properties"]["alertRuleTemplateName"] = Value::Null;
    body
}

fn desired(compiled: &[Compiled]) -> Vec<Desired<'_>> {
    compiled
        .iter()
        .map(|compiled| Desired {
            resource: &compiled.resource,
            tables: &compiled.needs.tables,
            needs: compiled.needs.resources(),
            connector: compiled.needs.connector.as_deref(),
            source: None,
        })
        .collect()
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

fn files(c: &mut Criterion) {
    let (_dir, path) = folder();
    let (compiled, diagnostics) = checked(&path);
    assert_eq!((compiled.len(), diagnostics.len()), (RULES, 0), "{:?}", diagnostics.first());

    let mut group = c.benchmark_group("folder of 1,000 rules");
    group.throughput(Throughput::Elements(RULES as u64)).sample_size(20);
    group.bench_function("read, compile and check", |b| b.iter(|| checked(black_box(&path))));
    group.finish();

    let text = rule(1);
    let mut group = c.benchmark_group("one rule");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse YAML", |b| {
        b.iter_batched(
            || {
                let mut map = SourceMap::new();
                let file = map.add("rule.yaml", text.as_str());
                (map, file)
            },
            |(map, file)| source::parse(&map, file, &mut Vec::new()),
            BatchSize::SmallInput,
        );
    });
    let body = live(&compiled[0]);
    group.bench_function("canonical form", |b| {
        b.iter_batched(|| body.clone(), |body| Kind::AlertRule.canonical(body), BatchSize::SmallInput)
    });
    group.finish();
}

fn plans(c: &mut Criterion) {
    let (_dir, path) = folder();
    let (compiled, _) = checked(&path);
    let resources =
        compiled.iter().map(|compiled| Live::read(Kind::AlertRule, live(compiled)).unwrap()).collect();
    let snapshot = Snapshot { resources, tables: vec!["SigninLogs".to_owned()] };
    let empty = Snapshot { tables: snapshot.tables.clone(), ..Snapshot::default() };
    let wanted = desired(&compiled);
    let target = target();
    let unchanged = plan(target.clone(), &wanted, &snapshot, &[]);
    assert!(unchanged.verdicts.iter().all(|verdict| verdict.action == Action::Unchanged));

    let mut group = c.benchmark_group("plan of 1,000 rules");
    group.throughput(Throughput::Elements(RULES as u64)).sample_size(20);
    group.bench_function("all unchanged", |b| {
        b.iter(|| plan(target.clone(), black_box(&wanted), &snapshot, &[]))
    });
    group.bench_function("all new", |b| b.iter(|| plan(target.clone(), black_box(&wanted), &empty, &[])));
    group.finish();
}

criterion_group!(benches, files, plans);
criterion_main!(benches);
