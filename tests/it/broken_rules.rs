//! Right rules broken in one place: each gives one diagnostic, at that place.
//!
//! A case is an edit of one file of a folder that is right: a rule, the watchlist and the parser that it reads, and
//! indicators. What is found stands in a snapshot: the code, the place, what stands there, and where the help is about names
//! the name that it proposes. To add a case, add a line and look at what the snapshot becomes.

use std::fmt::Write as _;

use serde_json::Value;

use crate::folder::Folder;

const RULE: &str = "rules/rule.yaml";
const PARSER: &str = "rules/parser.yaml";
const LIST: &str = "rules/hosts/watchlist.yaml";
const ROWS: &str = "rules/hosts/data.csv";
const HUNT: &str = "rules/hunt.yaml";
const PORTAL: &str = "rules/portal.yaml";

/// The folder that is right.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        RULE,
        r#"id: 6b1f1c1e-7a54-4c39-9d2f-8a40b6f5e301
name: Shells on hosts
description: Shells that were started on hosts that are not allowed.
severity: Medium
version: 1.0.0
kind: Scheduled
queryFrequency: 1h
queryPeriod: 1d
triggerOperator: gt
triggerThreshold: 0
tactics: [Execution]
relevantTechniques: [T1059]
query: |
  let hosts = _GetWatchlist('known-hosts') | where owner != 'nobody';
  SecurityEvent
  | where TimeGenerated > ago(1h) and EventID == 4688 // Prozeß
  | where Computer !in~ ((hosts | project SearchKey))
  | extend Name = tolower(Account), Parent = ParentProcessName
  | join kind=leftouter (Logons(1h) | project Computer, LogonUser, Logged) on Computer
  | summarize Count = count(), Last = max(TimeGenerated), Users = make_set(LogonUser) by Computer, Name, Parent, IpAddress
  | where Count > 3
  | project Last, Computer, Name, Parent, IpAddress, Count, Users, Tactic = 'Execution', Level = 'High'
entityMappings:
  - entityType: Host
    fieldMappings:
      - {identifier: HostName, columnName: Computer}
  - entityType: IP
    fieldMappings:
      - identifier: Address
        columnName: IpAddress
customDetails:
  Under: Parent
  Shells: Count
alertDetailsOverride:
  alertDisplayNameFormat: "Shells of {{Name}} on {{Computer}}"
  alertDescriptionFormat: '{{Count}} shells, the last at {{Last}}'
  alertTacticsColumnName: Tactic
  alertSeverityColumnName: Level
  alertDynamicProperties:
    - {alertProperty: AlertLink, value: Parent}
incidentConfiguration:
  createIncident: true
  groupingConfiguration:
    enabled: true
    reopenClosedIncident: false
    lookbackDuration: 5h
    matchingMethod: Selected
    groupByEntities: [Host]
    groupByCustomDetails: [Under]
"#,
    ),
    (
        PARSER,
        "kind: Parser\nfunctionAlias: Logons\nfunctionParameters: since:timespan, account:string='*'\nfunctionQuery: |\n  \
         SecurityEvent\n  | where TimeGenerated > ago(since) and EventID == 4624 and (account == '*' or Account == account)\n  \
         | project TimeGenerated, Computer, LogonUser = Account, Logged = LogonTypeName\n",
    ),
    (LIST, "alias: known-hosts\ndisplayName: Known hosts\nprovider: Bartizan\nitemsSearchKey: host\n"),
    (ROWS, "host,owner\na,b\n"),
    (
        HUNT,
        "id: 2d0c54d4-30a4-4df0-93a5-9b7d8f6f2b11\nname: Known addresses\ndescription: Traffic to known addresses.\n\
         severity: Low\nversion: 1.0.0\nkind: Scheduled\nqueryFrequency: PT1H\nqueryPeriod: PT1H\ntriggerOperator: gt\n\
         triggerThreshold: 0\ntactics: [CommandAndControl]\nrelevantTechniques: [T1071]\nquery: \"CommonSecurityLog\\n\
         | where DeviceVendor has 'Fortinet' and isnotempty(DestinationIP)\\n\
         | project TimeGenerated, SourceIP, DestinationIP, DestinationPort\"\nentityMappings:\n  - entityType: IP\n    \
         fieldMappings:\n      - {identifier: Address, columnName: DestinationIP}\n",
    ),
    (
        PORTAL,
        "id: 8a4c5b8e-6c0d-4d0a-9f66-0a5a2c7c9d21\nname: Tools\ndescription: A tool was run.\nseverity: Low\nversion: 1.0.0\n\
         kind: Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n\
         tactics: [Execution]\nrelevantTechniques: [T1059]\nquery: >-\n  DeviceProcessEvents\n  \
         | where TimeGenerated > ago(30m) and FileName =~ 'certutil.exe'\n  \
         | project TimeGenerated, DeviceId, FileName, SHA256\nsentinelEntitiesMappings:\n  - columnName: Found\n",
    ),
];

/// File, what stands there (once), what stands there instead.
type Case = (&'static str, &'static str, &'static str);

/// Columns that are not there.
const COLUMNS: &[Case] = &[
    (RULE, "and EventID ==", "and EventId =="),
    (RULE, "tolower(Account)", "tolower(Acount)"),
    (RULE, "where Computer !in~", "where Computr !in~"),
    (RULE, "Parent = ParentProcessName", "Parent = ParentProces"),
    (RULE, "max(TimeGenerated)", "max(TimeGenrated)"),
    (RULE, "make_set(LogonUser)", "make_set(LogonUsr)"),
    (RULE, "by Computer, Name,", "by Computer, Nam,"),
    (RULE, "where Count > 3", "where Cnt > 3"),
    (RULE, "project Last,", "project Latest = Lst,"),
    (RULE, "Logged) on Computer", "Logged) on Comptuer"),
    (RULE, "Logged) on Computer", "Logged) on $left.Computer == $right.Compter"),
    (RULE, "| where Count > 3", "| project-away Count | where Count > 3"),
    (RULE, "| extend Name =", "| project-away Account | extend Name ="),
    (HUNT, "isnotempty(DestinationIP)", "isnotempty(DestinationIp)"),
    (HUNT, "DeviceVendor has", "Devicevendor has"),
    (PORTAL, "and FileName =~", "and FilName =~"),
    (PORTAL, "SHA256, Found", "SHA265, Found"),
];

/// Columns that a mapping names and the query has lost, never had, or spells otherwise.
const MAPPINGS: &[Case] = &[
    (RULE, "columnName: Computer}", "columnName: Computre}"),
    (RULE, "columnName: IpAddress", "columnName: IPAdress"),
    (RULE, "columnName: IpAddress", "columnName: ipaddress"),
    (RULE, "Under: Parent", "Under: Parnt"),
    (RULE, "Shells: Count", "Shells: count_"),
    (RULE, "of {{Name}} on", "of {{Nam}} on"),
    (RULE, "the last at {{Last}}", "the last at {{Latest}}"),
    (RULE, "alertTacticsColumnName: Tactic", "alertTacticsColumnName: Tactics"),
    (RULE, "alertSeverityColumnName: Level", "alertSeverityColumnName: Severity"),
    (RULE, "AlertLink, value: Parent}", "AlertLink, value: Link}"),
    (RULE, "groupByEntities: [Host]", "groupByEntities: [Account]"),
    (RULE, "groupByCustomDetails: [Under]", "groupByCustomDetails: [Over]"),
    (RULE, "IpAddress, Count, Users,", "Count, Users,"),
    (RULE, "Level = 'High'\n", "Level = 'High'\n  | project-away IpAddress\n"),
    (RULE, "Level = 'High'\n", "Level = 'High'\n  | project-rename Address = IpAddress\n"),
    (
        RULE,
        "Level = 'High'\n",
        "Level = 'High'\n  | project-keep Last, Computer, Name, Parent, Count, Tactic, Level\n",
    ),
    (HUNT, "DestinationIP, DestinationPort\"", "DestinationPort\""),
    (HUNT, "DestinationPort\"", "DestinationPort\\n| summarize count() by SourceIP\""),
    (HUNT, "DestinationPort\"", "DestinationPort\\n| distinct SourceIP, DestinationPort\""),
    (HUNT, "columnName: DestinationIP}", "columnName: DestinationHostName}"),
    (PORTAL, "columnName: Found", "columnName: Entities"),
];

/// The watchlist, the parser, and who reads them.
const NEIGHBOURS: &[Case] = &[
    (RULE, "where owner !=", "where ower !="),
    (RULE, "project SearchKey))", "project SearchKy))"),
    (RULE, "_GetWatchlist('known-hosts')", "_GetWatchlist('known-host')"),
    (ROWS, "host,owner\n", "host,person\n"),
    (RULE, "Logons(1h)", "Logon(1h)"),
    (RULE, "Logons(1h)", "Logons()"),
    (RULE, "Logons(1h)", "Logons('1h')"),
    (RULE, "Logons(1h)", "Logons(1h, 'a', 'b')"),
    (RULE, "project Computer, LogonUser", "project Computer, LogonUsr"),
    (PARSER, ", account:string='*'", ""),
    (PARSER, "account:string='*'\n", "acount:string='*'\n"),
    (PARSER, "Logged = LogonTypeName", "Logged = LogonTypName"),
    (PARSER, ", Logged = LogonTypeName", ""),
    (PARSER, "LogonUser = Account", "User = Account"),
    (PARSER, "EventID == 4624 and", "EventID == 4624 andd"),
    (LIST, "itemsSearchKey: host", "itemsSearchKey: hosts"),
];

/// Types, functions and their arguments.
const VALUES: &[Case] = &[
    (RULE, "ago(1h) and", "ago('1h') and"),
    (RULE, "TimeGenerated > ago(1h)", "TimeGenerated > '2024-01-01'"),
    (RULE, "tolower(Account)", "Account + 1"),
    (RULE, "EventID == 4688", "EventID has '4688'"),
    (RULE, "tolower(Account)", "toLower(Account)"),
    (RULE, "tolower(Account)", "tolower()"),
    (RULE, "tolower(Account)", "tolower(Account, 'x')"),
    (RULE, "tolower(Account)", "strcat(Account, count())"),
    (RULE, "max(TimeGenerated)", "max(TimeGenerated, 1)"),
    (RULE, "max(TimeGenerated)", "TimeGenerated"),
    (RULE, "kind=leftouter", "kind=leftouterr"),
    (RULE, "where Count > 3", "where Count"),
    (RULE, "where Count > 3", "where Name matches regex '('"),
    (RULE, "where Count > 3", "where Last > datetime(2024-13-01)"),
    (HUNT, "isnotempty(DestinationIP)", "ipv4_is_private()"),
    (PORTAL, "ago(30m)", "ago(30)"),
];

/// What is typed wrong.
const SYNTAX: &[Case] = &[
    (RULE, "| where Count > 3", "| wher Count > 3"),
    (RULE, "| where Count > 3", "where Count > 3"),
    (RULE, "where Count > 3", "where Count >"),
    (RULE, "where Count > 3", "where (Count > 3"),
    (RULE, "where Count > 3", "where Count > 3)"),
    (RULE, "where Count > 3", "where Count > 3 and"),
    (RULE, "'nobody';", "'nobody;"),
    (RULE, "'nobody';", "'nobody'"),
    (RULE, "let hosts", "lett hosts"),
    (RULE, "project Last, Computer", "project Last Computer"),
    (RULE, "tolower(Account), Parent", "tolower(Account) Parent"),
    (RULE, "by Computer, Name", "by Computer, , Name"),
    (RULE, "Logged) on Computer", "Logged) Computer"),
    (RULE, "((hosts | project SearchKey))", "((hosts | project SearchKey)"),
    (RULE, "== 4688", "= = 4688"),
    (RULE, "== 4688", "=== 4688"),
    (HUNT, "has 'Fortinet'", "has ‘Fortinet’"),
    (HUNT, "has 'Fortinet'", "LIKE 'Fortinet'"),
    (PORTAL, "=~ 'certutil.exe'", "=~ 'certutil.exe"),
    (PORTAL, "| project", "|| project"),
];

/// Columns of Defender's portal, and old names.
const NAMES: &[Case] = &[
    (PORTAL, "TimeGenerated > ago(30m)", "Timestamp > ago(30m)"),
    (PORTAL, "project TimeGenerated,", "project Timestamp,"),
    (RULE, "make_set(LogonUser)", "makeset(LogonUser)"),
];

pub(crate) fn folder() -> Folder {
    let files: Vec<(&str, String)> = FILES
        .iter()
        .map(|(path, text)| {
            // The rule in folded text maps entities as Sentinel writes them.
            let text = text.replace("SHA256\nsentinel", "SHA256, Found = pack_array(FileName)\nsentinel");
            (*path, text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    Folder::with(&files)
}

/// What `check` finds, a line each.
fn found(folder: &Folder) -> Vec<String> {
    let run = folder.run(&["check", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    json["diagnostics"].as_array().unwrap().iter().map(|one| line(folder, one)).collect()
}

fn line(folder: &Folder, one: &Value) -> String {
    let text = |key: &str| one[key].as_str().unwrap_or_default();
    let number = |key: &str| usize::try_from(one[key].as_u64().unwrap()).unwrap();
    let file = folder.read(text("file"));
    let line = file.lines().nth(number("line") - 1).unwrap_or_default();
    let end =
        if number("end_line") == number("line") { number("end_column") } else { line.chars().count() + 1 };
    let place: String = line.chars().take(end - 1).skip(number("column") - 1).collect();
    let mut told = format!(
        "{} {} {}:{}:{} `{place}`",
        text("severity"),
        text("code"),
        text("file").trim_start_matches("rules/"),
        number("line"),
        number("column")
    );
    let related = one["related"].as_array().into_iter().flatten();
    for other in related {
        let _ = write!(told, " <- {}", other["message"].as_str().unwrap_or_default());
    }
    // Of the help the names alone: its words may change.
    let help = text("help");
    if let Some(named) = help.strip_prefix("did you mean ").or_else(|| help.strip_prefix("name `")) {
        let _ = write!(told, " => {}", named.trim_start_matches('`').split('`').next().unwrap_or_default());
    }
    told
}

#[test]
fn a_folder_that_is_right_has_nothing_wrong() {
    assert_eq!(found(&folder()), [""; 0]);
}

/// The lines of a table of cases.
fn table(cases: &[Case]) -> String {
    let told: Vec<String> = std::thread::scope(|scope| {
        let halves = cases.chunks(cases.len().div_ceil(2));
        let workers: Vec<_> =
            halves.map(|half| scope.spawn(|| half.iter().map(told).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    told.concat()
}

/// What a case gives, checked to be one diagnostic; and that it is the same with the line ends of Windows.
fn told((file, from, to): &Case) -> String {
    let folder = folder();
    let text = folder.read(file);
    assert_eq!(text.matches(from).count(), 1, "{file} has `{from}` once");
    folder.write(file, text.replace(from, to));
    let lines = found(&folder);
    assert_eq!(lines.len(), 1, "{from} -> {to}: {lines:#?}");
    folder.write(file, text.replace(from, to).replace('\n', "\r\n"));
    assert_eq!(found(&folder), lines, "{from} -> {to} with CRLF");
    folder.write(file, format!("\u{feff}{}", text.replace(from, to)));
    assert_eq!(found(&folder), lines, "{from} -> {to} with a byte order mark");
    format!("{from:?} -> {to:?}\n    {}\n", lines[0])
}

macro_rules! tables {
    ($($name:ident: $cases:ident,)+) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(table($cases));
            }
        )+
    };
}

tables! {
    a_column_that_is_not_there: COLUMNS,
    a_mapping_of_a_column_that_the_query_does_not_return: MAPPINGS,
    a_watchlist_or_parser_that_is_read_otherwise_than_it_is: NEIGHBOURS,
    a_value_of_another_type: VALUES,
    a_query_typed_wrong: SYNTAX,
    a_name_of_another_place_or_time: NAMES,
}
