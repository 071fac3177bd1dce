//! The query of a rule that hunts for indicators in one table.
//!
//! It reads the list, keeps what has not expired, makes each value what events are compared on and collapses the rows
//! to one for each such value; then it narrows the table's new events down, looks each candidate value up, and ends
//! with one row for each indicator and affected asset. Whatever is not a constant of this file or of [`TARGETS`]
//! passes through [`literal::string`].
//!
//! [`TARGETS`]: super::targets::TARGETS

use std::fmt::Write as _;

use kql::literal;

use super::exclusions::Exclusions;
use super::list::Listed;
use super::settings::{Inbound, MatchOn};
use super::targets::{Matter, Named, Narrow, Target};
use super::threat;
use crate::indicator::IndicatorKind;
use crate::resource::{Duration, Severity};

/// The longest query that the service takes, in characters.
pub(super) const MAX_QUERY: usize = 10_000;

/// Where the query finds the indicators.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listing<'a> {
    /// In the watchlist of this alias.
    Watchlist(&'a str),
    /// In itself.
    Inline(&'a [Listed]),
}

/// What a query is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hunt<'a> {
    pub(super) target: &'static Target,
    pub(super) listing: Listing<'a>,
    pub(super) match_on: MatchOn,
    pub(super) inbound: Inbound,
    pub(super) severity: Severity,
    pub(super) frequency: Duration,
    pub(super) exclusions: &'a Exclusions,
}

/// An address as it is compared: IPv4 written as IPv6 is IPv4, and IPv6 has its full form.
const ADDRESS: &str = r#"let address = (value: string) {
    let plain = iff(value startswith "::ffff:" and value contains ".", substring(value, 7), value);
    iff(plain contains ":", parse_ipv6(plain), plain)
};
"#;

/// The host of a URL, or of what is only a host with or without a port.
pub(super) const HOST: &str = r#"let host = (value: string) {
    trim_end(@"\.", tolower(extract(@"^(?:(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", 1, value)))
};
"#;

/// A URL as it is compared. Scheme and host in lower case, no name and password, no closing dot of the host, no
/// default port, at least `/` as path, no fragment. Without a scheme it begins with `//`, and both default ports fall.
pub(super) const URL: &str = r#"let url = (value: string) {
    let whole = iff(value matches regex @"^[A-Za-z][A-Za-z0-9+.\-]*://", value, strcat("//", value));
    let authority = extract(@"^[^/]*//[^/?#]*", 0, whole);
    let path = extract(@"^[^#]*", 0, substring(whole, strlen(authority)));
    let http = replace_regex(tolower(authority), @"^(http:)?//(?:[^@]*@)?(.*?)\.?(?::80)?$", @"\1//\2");
    let bare = replace_regex(http, @"^(https:)?//(?:[^@]*@)?(.*?)\.?(?::443)?$", @"\1//\2");
    iff(isempty(value), "", strcat(bare, iff(path startswith "/", "", "/"), path))
};
"#;

/// The columns of the list that a query reads besides those that its table is compared on.
const LIST_COLUMNS: &[&str] = &["Indicator", "IndicatorType", "Family", "ThreatType", "Reference"];

impl Hunt<'_> {
    /// The query.
    pub(super) fn query(&self) -> String {
        let mut out = String::with_capacity(4096);
        self.functions(&mut out);
        self.exclusions.lets(self.target, &mut out);
        self.indicators(&mut out);
        self.events(&mut out);
        self.results(&mut out);
        out.truncate(out.trim_end().len());
        out
    }

    fn holds(&self, matter: Matter) -> bool {
        self.target.holds.contains(&matter)
    }

    /// The functions that the fragments call. Only constants are looked at, so that no value decides.
    fn functions(&self, out: &mut String) {
        let target = self.target;
        let columns = target.columns.iter().map(|(_, expression)| *expression);
        let excluded = self.exclusions.domains_of(target).iter().copied();
        let fragments: Vec<&str> = columns.chain(target.expand.iter().copied()).chain(excluded).collect();
        let calls = |name: &str| fragments.iter().any(|fragment| fragment.contains(name));
        if calls("address(") || self.holds(Matter::Address) {
            out.push_str(ADDRESS);
        }
        if calls("host(") {
            out.push_str(HOST);
        }
        if calls("url(") {
            out.push_str(URL);
        }
    }

    /// The list: read, cast, without what has expired, one row for each value that events are compared on.
    fn indicators(&self, out: &mut String) {
        out.push_str("let indicators = materialize(\n    ");
        match self.listing {
            Listing::Watchlist(alias) => {
                let _ = writeln!(out, "_GetWatchlist({})", literal::string(alias));
            }
            Listing::Inline(rows) => self.datatable(rows, out),
        }
        // A list that is new or empty has no columns at all, hence column_ifexists.
        out.push_str("    | project\n");
        for column in LIST_COLUMNS.iter().copied().chain(self.compared_columns()) {
            let _ = writeln!(out, "        {column} = tostring(column_ifexists(\"{column}\", \"\")),");
        }
        out.push_str(concat!(
            "        Confidence = toint(tostring(column_ifexists(\"Confidence\", \"\"))),\n",
            "        FirstSeen = todatetime(tostring(column_ifexists(\"FirstSeen\", \"\"))),\n",
            "        ExpiresOn = todatetime(tostring(column_ifexists(\"ExpiresOn\", \"\")))\n",
            "    | where isnull(ExpiresOn) or ExpiresOn > now()\n",
        ));
        let kinds: Vec<String> = self.kinds().map(|kind| literal::string(kind.as_str())).collect();
        let _ = writeln!(out, "    | where IndicatorType in ({})", kinds.join(", "));
        if self.holds(Matter::Address) && self.match_on == MatchOn::Address {
            out.push_str("    | extend Indicator = iff(IndicatorType == \"ip:port\", Address, Indicator)\n");
        }
        self.match_column(out);
        out.push_str(concat!(
            "    | where isnotempty(Match)\n",
            "    | summarize\n",
            "        Indicator = tostring(array_sort_asc(make_set(Indicator))[0]),\n",
            "        IndicatorType = take_any(IndicatorType),\n",
            "        Family = substring(strcat_array(array_sort_asc(make_set_if(Family, isnotempty(Family))), \", \"), 0, 64),\n",
            "        ThreatType = strcat_array(array_sort_asc(make_set_if(ThreatType, isnotempty(ThreatType))), \", \"),\n",
            "        Confidence = max(Confidence),\n",
            "        FirstSeen = min(FirstSeen),\n",
        ));
        if self.holds(Matter::Address) {
            out.push_str("        IndicatorAddress = take_any(Address),\n");
        }
        out.push_str(
            "        Reference = tostring(array_sort_asc(make_set_if(Reference, isnotempty(Reference)))[0])\n        by Match);\n",
        );
    }

    /// The types of indicators that the table can hold.
    fn kinds(&self) -> impl Iterator<Item = IndicatorKind> + '_ {
        IndicatorKind::ALL.iter().copied().filter(|kind| self.holds(Matter::of(*kind)))
    }

    /// The columns of the list that hold what events are compared on.
    fn compared_columns(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.target
            .holds
            .iter()
            .flat_map(|matter| match matter {
                Matter::Address if self.match_on == MatchOn::Endpoint => ["Address", "Port"].as_slice(),
                Matter::Address => &["Address"],
                Matter::Domain => &["Domain"],
                Matter::Url => &["Url"],
                Matter::Hash => &["Hash"],
            })
            .copied()
    }

    /// The list as a table in the query, with the columns that it reads.
    fn datatable(&self, rows: &[Listed], out: &mut String) {
        let columns: Vec<&str> = LIST_COLUMNS
            .iter()
            .copied()
            .chain(self.compared_columns())
            .chain(["Confidence", "FirstSeen", "ExpiresOn"])
            .collect();
        let header: Vec<String> = columns.iter().map(|column| format!("{column}: string")).collect();
        let _ = writeln!(out, "datatable({})[", header.join(", "));
        let held: Vec<&Listed> = rows.iter().filter(|row| self.holds(Matter::of(row.kind))).collect();
        for (at, row) in held.iter().enumerate() {
            let cells: Vec<String> =
                columns.iter().map(|column| literal::string(&row.cell(column))).collect();
            let comma = if at + 1 < held.len() { "," } else { "" };
            let _ = writeln!(out, "        {}{comma}", cells.join(", "));
        }
        out.push_str("    ]\n");
    }

    /// What events are compared on. A URL also counts without its scheme, since some devices leave it out.
    fn match_column(&self, out: &mut String) {
        let many = self.holds(Matter::Url);
        let mut choices = Vec::new();
        for matter in self.target.holds {
            let (condition, value) = match matter {
                Matter::Address if self.match_on == MatchOn::Endpoint => {
                    ("IndicatorType == \"ip:port\"", "strcat(address(Address), \" \", Port)")
                }
                Matter::Address => ("IndicatorType == \"ip:port\"", "address(Address)"),
                Matter::Domain => ("IndicatorType == \"domain\"", "tolower(Domain)"),
                Matter::Url => ("IndicatorType == \"url\"", "url(Url), url(extract(@\"//(.*)$\", 1, Url))"),
                Matter::Hash => ("isnotempty(Hash)", "tolower(Hash)"),
            };
            choices.push((condition, if many { format!("pack_array({value})") } else { value.to_owned() }));
        }
        let (last, others) = match choices.split_last() {
            Some(((_, last), others)) => (last.as_str(), others),
            None => ("\"\"", [].as_slice()),
        };
        let value = if others.is_empty() {
            last.to_owned()
        } else {
            let others: Vec<String> =
                others.iter().map(|(condition, value)| format!("{condition}, {value}")).collect();
            format!("case({}, {last})", others.join(", "))
        };
        let _ = if many {
            writeln!(out, "    | mv-expand Match = {value} to typeof(string)")
        } else {
            writeln!(out, "    | extend Match = {value}")
        };
    }

    /// The table's new events, narrowed down, with a column `Match`.
    fn events(&self, out: &mut String) {
        let target = self.target;
        if !matches!(target.narrow, Narrow::Counted) {
            out.push_str("let keys = indicators | project Match;\n");
        }
        // Only what came in since the last run: an event that is late is seen, and none is seen twice.
        let _ = writeln!(out, "{}\n| where ingestion_time() > ago({})", target.table, self.frequency.kql());
        if let Some(filter) = target.filter {
            let _ = writeln!(out, "| where {filter}");
        }
        let mut columns: Vec<String> = target.columns.iter().copied().map(named).collect();
        columns.extend(target.sides.iter().map(|side| {
            let (name, address, port) = (side.name, side.address, side.port);
            match self.match_on {
                MatchOn::Address => format!("{name} = address({address})"),
                MatchOn::Endpoint => format!("{name} = strcat(address({address}), \" \", {port})"),
            }
        }));
        columns.extend(target.blocked.map(|blocked| format!("Blocked = {blocked}")));
        let columns = columns.join(",\n    ");
        let _ = match target.narrow {
            Narrow::Counted => writeln!(
                out,
                "| summarize Events = count(), FirstEvent = min(TimeGenerated), LastEvent = max(TimeGenerated) by\n    {columns}"
            ),
            Narrow::Listed(_) | Narrow::Not => writeln!(out, "| project\n    TimeGenerated,\n    {columns}"),
        };
        if let Narrow::Listed(names) = target.narrow {
            let listed: Vec<String> = names.iter().map(|name| format!("{name} in (keys)")).collect();
            let _ = writeln!(out, "| where {}", listed.join(" or "));
        }
        self.exclusions.steps(target, out);
        for step in target.expand {
            let _ = writeln!(out, "| {step}");
        }
        out.push_str("| lookup kind=inner indicators on Match\n");
        self.exclusions.domain_steps(target, out);
        if let (Some(inbound), Some(_), Inbound::Allowed) = (target.inbound, target.blocked, self.inbound) {
            let _ = writeln!(out, "| where not({inbound} and Blocked)");
        }
    }

    /// One row for each indicator and affected asset, with what the alert shows.
    fn results(&self, out: &mut String) {
        let target = self.target;
        let counted = matches!(target.narrow, Narrow::Counted);
        out.push_str("| summarize\n");
        out.push_str(if counted {
            "    Events = sum(Events), FirstEvent = min(FirstEvent), LastEvent = max(LastEvent),\n"
        } else {
            "    Events = count(), FirstEvent = min(TimeGenerated), LastEvent = max(TimeGenerated),\n"
        });
        if target.blocked.is_some() {
            out.push_str(if counted {
                "    BlockedEvents = sumif(Events, Blocked),\n"
            } else {
                "    BlockedEvents = countif(Blocked),\n"
            });
        }
        for kept in target.kept {
            let _ = writeln!(out, "    {},", named(*kept));
        }
        let mut carried = vec!["IndicatorType", "Family", "ThreatType", "Confidence", "FirstSeen"];
        if self.holds(Matter::Address) {
            carried.push("IndicatorAddress");
        }
        for column in carried {
            let _ = writeln!(out, "    {column} = take_any({column}),");
        }
        let asset: Vec<String> = target.asset.iter().copied().map(named).collect();
        let _ = writeln!(out, "    Reference = take_any(Reference)\n    by Indicator, {}", asset.join(", "));
        self.made(out);
    }

    /// Columns for the alert's name, severity, tactics and entities.
    fn made(&self, out: &mut String) {
        let mut made: Vec<String> = vec!["TimeGenerated = LastEvent".to_owned()];
        made.extend(self.target.made.iter().copied().map(named));
        if self.target.blocked.is_some() {
            // An alert whose events were all blocked is never raised above the rule's own severity.
            let blocked = self.severity.max(Severity::Low);
            made.push(format!(
                "Severity = iff(BlockedEvents == Events, \"{}\", \"{}\")",
                blocked.as_str(),
                self.severity.as_str()
            ));
        }
        made.push(format!("Tactics = {}", threat::tactic_case("ThreatType")));
        if self.holds(Matter::Domain) {
            made.push("IndicatorDomain = iff(IndicatorType == \"domain\", Indicator, \"\")".to_owned());
        }
        if self.holds(Matter::Url) {
            made.push("IndicatorUrl = iff(IndicatorType == \"url\", Indicator, \"\")".to_owned());
        }
        if self.holds(Matter::Hash) {
            made.push("HashAlgorithm = toupper(IndicatorType)".to_owned());
        }
        let mut shown =
            "replace_string(replace_string(Indicator, \"http\", \"hxxp\"), \".\", \"[.]\")".to_owned();
        if self.holds(Matter::Address) {
            shown = format!(
                "iff(IndicatorType == \"ip:port\" and Indicator !contains \".\", replace_string(Indicator, \":\", \"[:]\"), {shown})"
            );
        }
        made.push(format!("DefangedIndicator = {shown}"));
        let _ = writeln!(out, "| extend\n    {}", made.join(",\n    "));
        out.push_str(
            "| extend DefangedIndicator = iff(strlen(DefangedIndicator) > 100, strcat(substring(DefangedIndicator, 0, 97), \"...\"), DefangedIndicator)\n",
        );
    }
}

fn named((name, expression): Named) -> String {
    if name == expression { name.to_owned() } else { format!("{name} = {expression}") }
}
