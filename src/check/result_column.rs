//! Columns that a rule names and its query does not return.

use super::Look;
use super::flow::Flow;
use super::growing;
use super::mapped::{Mapped, mapped};
use super::view::{QueryView, RuleView, Surroundings};
use crate::diagnostic::wording::shown;
use crate::diagnostic::{Code, Diagnostic, Fix, Severity, codes, nearest};

codes! {
    /// An entity mapping or a custom detail names a column that the query does not return. Names compare by case.
    ///
    /// Where the query reads what is not known (a custom table, the watchlist of others, a saved function), any column
    /// may be there, and nothing is said.
    ///
    /// ## Why
    /// The service refuses the rule. Behind `project`, `summarize` and their like there are only the columns that they
    /// name.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Logons = count() by Account
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - {identifier: HostName, columnName: Computer}
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: |
    ///   SecurityEvent
    ///   | summarize Logons = count() by Account, Computer
    /// entityMappings:
    ///   - entityType: Host
    ///     fieldMappings:
    ///       - {identifier: HostName, columnName: Computer}
    /// ```
    pub(super) COLUMN_NOT_IN_RESULT = "column-not-in-result", Error;

    /// `alertDetailsOverride` names a column that the query does not return: in a placeholder, as the column of tactics
    /// or severity, or as the value of a dynamic property.
    ///
    /// ## Why
    /// The service takes the rule, and every alert has the rule's own name, severity or property instead of what the
    /// column was to say.
    ///
    /// ## Wrong
    /// ```yaml rule
    /// query: SecurityEvent | project Computer, Account
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "Shell of {{SubjectUserName}} on {{Computer}}"
    /// ```
    ///
    /// ## Right
    /// ```yaml rule
    /// query: SecurityEvent | project Computer, Account
    /// alertDetailsOverride:
    ///   alertDisplayNameFormat: "Shell of {{Account}} on {{Computer}}"
    /// ```
    pub(super) ALERT_COLUMN_NOT_IN_RESULT = "alert-column-not-in-result", Warning;
}

/// Columns that a message lists.
const MOST_LISTED: usize = 12;

pub(super) const LOOKS: &[Look] = &[Look::Rule(rule)];

fn rule(around: &Surroundings<'_>, rule: &RuleView<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(query) = rule.query.as_ref().filter(|query| query.is_sound()) {
        columns(around, rule, query, diagnostics);
    }
}

fn columns(
    around: &Surroundings<'_>,
    rule: &RuleView<'_>,
    query: &QueryView<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let flow = Flow::new(query);
    let Some(columns) = flow.columns() else { return };
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let missing: Vec<Mapped<'_>> =
        mapped(rule).into_iter().filter(|mapped| !names.contains(&mapped.column)).collect();
    for of_alert in [false, true] {
        let missing: Vec<_> = missing.iter().filter(|mapped| mapped.role.is_of_alert() == of_alert).collect();
        let code = if of_alert { &ALERT_COLUMN_NOT_IN_RESULT } else { &COLUMN_NOT_IN_RESULT };
        for (at, first) in missing.iter().enumerate() {
            // One column that is missing is one mistake, however often it is named.
            if missing[..at].iter().any(|before| before.column == first.column) {
                continue;
            }
            let mut diagnostic = complaint(around, &flow, code, first, &names);
            for other in missing[at + 1..].iter().filter(|other| other.column == first.column) {
                diagnostic = diagnostic.related(other.place(around.map), "named here as well");
            }
            diagnostics.push(diagnostic);
        }
    }
}

fn complaint(
    around: &Surroundings<'_>,
    flow: &Flow<'_>,
    code: &'static Code,
    mapped: &Mapped<'_>,
    names: &[&str],
) -> Diagnostic {
    let column = mapped.column;
    let message = format!("the query returns no column `{}`", shown(column));
    let label = match names {
        [] => "it returns no columns".to_owned(),
        _ if names.len() <= MOST_LISTED => format!("it returns {}", names.join(", ")),
        _ => format!("it returns {} other columns", names.len()),
    };
    let mut diagnostic = Diagnostic::new(code, mapped.place(around.map), message).label(label);
    // KQL tells case apart; whether the service does when it looks a mapping's column up is not known.
    if names.iter().any(|name| name.eq_ignore_ascii_case(column)) {
        diagnostic.severity = Severity::Warning;
    }
    let lost = flow.lost(column);
    // A table that gets its columns with its data may have it, where nothing on the way names the columns.
    let may_be_there = lost.is_none() && flow.may_pass(around.environment, column);
    if may_be_there {
        diagnostic.severity = Severity::Warning;
    }
    let near = nearest(column, names.iter().copied()).or_else(|| longer(column, names));
    let help = match &lost {
        Some(lost) => match lost.heir {
            Some(heir) => format!("name `{heir}`, which is made of `{column}`"),
            None => {
                let other =
                    near.map_or("a column that the query returns".to_owned(), |near| format!("`{near}`"));
                format!("keep `{column}` in `{}`, or name {other}", lost.word)
            }
        },
        None => match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if may_be_there => growing::HELP.to_owned(),
            None => "name a column that the query returns, or make it with `extend`".to_owned(),
        },
    };
    if let Some(lost) = lost
        && let Some(place) = flow.locate(around.map, lost.place)
    {
        let label = match lost.renamed {
            Some(name) => format!("`{}` renames it to `{}` here", lost.word, shown(name)),
            None => format!("`{}` drops it here", lost.word),
        };
        diagnostic = diagnostic.related(place, label);
    }
    match names.iter().filter(|name| name.eq_ignore_ascii_case(column)).collect::<Vec<_>>()[..] {
        [only] => diagnostic.fix(Fix::safe(mapped.place(around.map), column, *only)),
        _ => diagnostic,
    }
    .help(help)
}

/// The only name that ends as this one, as `InitiatingProcessAccountSid` does for `AccountSid`.
fn longer<'a>(column: &str, names: &[&'a str]) -> Option<&'a str> {
    let column = column.to_lowercase();
    let mut ending = names.iter().filter(|name| name.to_lowercase().ends_with(&column));
    ending.next().copied().filter(|_| column.len() >= 4 && ending.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Found, rule};
    use crate::diagnostic::Severity;

    fn host(query: &str, column: &str) -> Found {
        rule(&format!(
            "query: |\n  {query}\nentityMappings:\n  - entityType: Host\n    fieldMappings:\n      - {{identifier: HostName, columnName: {column}}}\n"
        ))
    }

    #[test]
    fn a_name_in_another_case_is_a_warning() {
        let found = host("SecurityEvent | project Machine = Computer", "machine");
        assert_eq!(
            (found.only().code.id, found.only().severity),
            ("column-not-in-result", Severity::Warning)
        );
        assert_eq!(found.only().help.as_deref(), Some("did you mean `Machine`?"));
    }

    #[test]
    fn the_stage_that_drops_a_column_is_shown() {
        let found = host("SecurityEvent | project Account | where Account != ''", "Computer");
        assert_eq!(found.only().code.id, "column-not-in-result");
        assert_eq!(found.places(), ["Computer"]);
        let related = &found.only().related[0];
        assert_eq!(
            (found.map.text(related.span), related.message.as_str()),
            ("project", "`project` drops it here")
        );
    }

    #[test]
    fn a_column_is_followed_into_lets_and_functions() {
        for query in [
            "let t = SecurityEvent | project Account; t | where Account != ''",
            "let t = () { SecurityEvent | project Account }; t() | where Account != ''",
            "let t = materialize(SecurityEvent | project Account); t",
            "let f = (T: (*)) { T | extend More = 1 }; f((SecurityEvent | project Account))",
            "Syslog | project ProcessName | join kind=inner (SecurityEvent | project Account) on $left.ProcessName == $right.Account",
            // The inner `t` is another.
            "let t = Syslog; let f = () { let t = SecurityEvent; t | project Account }; f()",
        ] {
            let found = host(query, "Computer");
            let related =
                found.only().related.first().unwrap_or_else(|| panic!("{query}: {:?}", found.only()));
            assert_eq!(found.map.text(related.span), "project", "{query}");
        }
    }

    #[test]
    fn a_stage_that_renames_a_column_is_shown_with_its_new_name() {
        let found = host("SecurityEvent | project-rename Host = Computer", "Computer");
        let related = &found.only().related[0];
        assert_eq!(related.message, "`project-rename` renames it to `Host` here");
        assert_eq!(found.only().help.as_deref(), Some("name `Host`, which is made of `Computer`"));
        let found = host("SecurityEvent | project Host = tolower(Computer)", "Computer");
        assert_eq!(found.only().related[0].message, "`project` drops it here");
    }

    #[test]
    fn a_product_among_the_aggregates_is_not_a_star() {
        let found = host("Mine_CL | summarize Half = 2 * count() by a_s", "Anything");
        assert_eq!(found.codes(), ["column-not-in-result"]);
    }

    #[test]
    fn what_became_of_a_column_is_named_and_otherwise_the_nearest() {
        let help = |query: &str, column: &str| host(query, column).only().help.clone().unwrap();
        assert_eq!(
            help("SecurityEvent | project Host = tolower(Computer)", "Computer"),
            "name `Host`, which is made of `Computer`"
        );
        assert_eq!(
            help("SecurityEvent | extend A = 1 | extend B = A | project B", "A"),
            "name `B`, which is made of `A`"
        );
        assert_eq!(
            help("SecurityEvent | project HostName = Computer", "Hostname"),
            "did you mean `HostName`?"
        );
        assert_eq!(
            help("SecurityEvent | summarize count() by Account", "Computer"),
            "keep `Computer` in `summarize`, or name a column that the query returns"
        );
        assert_eq!(
            help("SecurityEvent | project Computers = strcat(Computer, Account)", "Computer"),
            "keep `Computer` in `project`, or name `Computers`"
        );
        assert_eq!(
            help("DeviceRegistryEvents | where RegistryKey has 'a'", "AccountSid"),
            "did you mean `InitiatingProcessAccountSid`?"
        );
    }

    #[test]
    fn nothing_is_said_where_any_column_may_be_there_or_the_query_is_wrong() {
        assert_eq!(host("Mine_CL | where a_s == ''", "Anything").codes(), [""; 0]);
        assert_eq!(host("SecurityEvnt | where EventID == 1", "Anything").codes(), ["kql-unknown-table"]);
        assert_eq!(host("SecurityEvent | project Acount", "Account").codes(), ["kql-unknown-name"]);
        assert_eq!(host("Mine_CL | project a_s", "Anything").codes(), ["column-not-in-result"]);
    }

    #[test]
    fn one_column_named_several_times_is_one_mistake() {
        let found =
            rule("query: SecurityEvent | project Computer\ncustomDetails: {A: Nothing, B: Nothing}\n");
        assert_eq!(found.only().related.len(), 1);
    }

    #[test]
    fn parts_of_the_alert_are_warnings_at_their_places() {
        let found = rule(
            "query: SecurityEvent | project Computer\nalertDetailsOverride:\n  alertDisplayNameFormat: 'on {{ Computr }}'\n  alertSeverityColumnName: Sev\n  alertDynamicProperties: [{alertProperty: ProductName, value: Product}]\n",
        );
        assert_eq!(found.codes(), ["alert-column-not-in-result"]);
        assert_eq!(found.places(), ["Computr", "Sev", "Product"]);
    }
}
