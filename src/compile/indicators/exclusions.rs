//! What a person said shall never match.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kql::literal;

use super::targets::Target;
use super::{INDICATOR_EXCLUSION, INDICATOR_SETTING};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::{self, Spanned, Text};
use crate::indicator::canonical_domain;

/// Exclusions of all files of a key, each once and sorted.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Exclusions {
    v4: BTreeSet<Ipv4Net>,
    v6: BTreeSet<Ipv6Net>,
    hosts: BTreeSet<String>,
    domains: BTreeSet<String>,
    processes: BTreeSet<String>,
    /// Where each kind is first named, for messages.
    places: [Option<Span>; 4],
}

/// The kinds, in the order of `places`: the key in rule files, and what a target has no column with.
const KINDS: [(&str, &str); 4] = [
    ("addresses", "an address of either side"),
    ("hosts", "the name of the affected host"),
    ("domains", "a domain"),
    ("processes", "a process"),
];

impl Exclusions {
    /// Adds what a file says; what cannot be read is reported.
    pub(super) fn add(&mut self, written: &document::Exclusions, diagnostics: &mut Vec<Diagnostic>) {
        let lists = [&written.addresses, &written.hosts, &written.domains, &written.processes];
        for (kind, list) in lists.into_iter().enumerate() {
            let Some(list) = list else { continue };
            for entry in &list.value {
                if let Err(reason) = self.add_one(kind, entry.as_str().trim()) {
                    let message =
                        format!("`{}` excludes nothing: {reason}", entry.as_str().trim().escape_debug());
                    diagnostics.push(
                        Diagnostic::new(&INDICATOR_SETTING, entry.span, message)
                            .label(format!("as {} to exclude", KINDS[kind].1))
                            .help("correct it or take it out"),
                    );
                }
            }
            self.place(kind, list);
        }
    }

    fn place(&mut self, kind: usize, list: &Spanned<Vec<Text>>) {
        if !list.value.is_empty() {
            self.places[kind].get_or_insert(list.span);
        }
    }

    fn add_one(&mut self, kind: usize, text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("it is empty".into());
        }
        match kind {
            0 => match network(text)? {
                IpNet::V4(net) => drop(self.v4.insert(net)),
                IpNet::V6(net) => drop(self.v6.insert(net)),
            },
            1 => {
                if text.chars().count() > 255 {
                    return Err("a host's name has at most 255 characters".into());
                }
                self.hosts.insert(text.trim_end_matches('.').to_lowercase());
            }
            2 => drop(self.domains.insert(canonical_domain(text)?)),
            _ => {
                if text.contains(['\\', '/']) {
                    return Err("a process is excluded by its file name, not by a path".into());
                }
                self.processes.insert(text.to_lowercase());
            }
        }
        Ok(())
    }

    /// Warns of each kind of exclusion for which a chosen target has no column.
    pub(super) fn compare(&self, targets: &[&'static Target], diagnostics: &mut Vec<Diagnostic>) {
        for (kind, (key, what)) in KINDS.iter().enumerate() {
            let Some(place) = self.places[kind] else { continue };
            let without: Vec<&str> =
                targets.iter().filter(|target| columns(target, kind).is_empty()).map(|t| t.table).collect();
            if without.is_empty() {
                continue;
            }
            let message =
                format!("`{key}` excludes nothing in {}: no column holds {what}", list_of(&without));
            diagnostics.push(
                Diagnostic::new(&INDICATOR_EXCLUSION, place, message)
                    .label("applied to the other targets only")
                    .help("name the tables to hunt in with `targets`, or exclude by something else"),
            );
        }
    }

    /// The table's columns that may lie in an excluded domain, if any is excluded.
    pub(super) fn domains_of(&self, target: &'static Target) -> &'static [&'static str] {
        if self.domains.is_empty() { &[] } else { target.excludable.domains }
    }

    /// The lists of ranges, as `let` statements.
    pub(super) fn lets(&self, target: &'static Target, out: &mut String) {
        if target.excludable.addresses.is_empty() {
            return;
        }
        let mut write = |name: &str, ranges: Vec<String>| {
            if !ranges.is_empty() {
                let _ = writeln!(out, "let {name} = dynamic([{}]);", literals(&ranges));
            }
        };
        write("excludedV4", self.v4.iter().map(ToString::to_string).collect());
        write("excludedV6", self.v6.iter().map(ToString::to_string).collect());
    }

    /// The steps that leave out events of what is excluded, domains aside.
    pub(super) fn steps(&self, target: &'static Target, out: &mut String) {
        let excludable = &target.excludable;
        for (empty, function, ranges) in [
            (self.v4.is_empty(), "ipv4_is_in_any_range", "excludedV4"),
            (self.v6.is_empty(), "ipv6_is_in_any_range", "excludedV6"),
        ] {
            if !empty {
                // Of another family or of no address the function says null, and `not(null)` would drop the event.
                each(out, excludable.addresses, |column| {
                    format!("not(coalesce({function}({column}, {ranges}), false))")
                });
            }
        }
        if !self.hosts.is_empty() {
            let hosts = literals(&self.hosts);
            each(out, excludable.hosts, |column| {
                format!("{column} !in~ ({hosts}) and tostring(split({column}, \".\")[0]) !in~ ({hosts})")
            });
        }
        if !self.processes.is_empty() {
            let processes = literals(&self.processes);
            each(out, excludable.processes, |column| format!("{column} !in~ ({processes})"));
        }
    }

    /// The steps that leave out matches in an excluded domain.
    pub(super) fn domain_steps(&self, target: &'static Target, out: &mut String) {
        for name in self.domains_of(target) {
            let below: Vec<String> = self
                .domains
                .iter()
                .map(|domain| format!(" or Visited endswith {}", literal::string(&format!(".{domain}"))))
                .collect();
            let _ = writeln!(out, "| extend Visited = {name}");
            let _ = writeln!(out, "| where not(Visited in ({}){})", literals(&self.domains), below.concat());
        }
    }
}

fn columns(target: &Target, kind: usize) -> &'static [&'static str] {
    let excludable = &target.excludable;
    [excludable.addresses, excludable.hosts, excludable.domains, excludable.processes][kind]
}

fn each(out: &mut String, columns: &[&str], condition: impl Fn(&str) -> String) {
    for column in columns {
        let _ = writeln!(out, "| where {}", condition(column));
    }
}

fn literals<'a>(values: impl IntoIterator<Item = &'a String>) -> String {
    values.into_iter().map(|value| literal::string(value)).collect::<Vec<_>>().join(", ")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A range in CIDR form, or an address as a range of one.
fn network(text: &str) -> Result<IpNet, String> {
    let net = match text.parse::<IpNet>() {
        Ok(net) => net.trunc(),
        Err(_) => text
            .parse::<IpAddr>()
            .map(|address| IpNet::from(address.to_canonical()))
            .map_err(|_| "it is neither an address nor a range such as 192.0.2.0/24".to_owned())?,
    };
    if net.prefix_len() == 0 {
        return Err("the range holds every address, so the rules would find nothing".into());
    }
    Ok(net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_one_form() {
        for (text, range) in [
            ("10.0.0.5", Some("10.0.0.5/32")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("::ffff:10.0.0.5", Some("10.0.0.5/32")),
            ("2A02::1/64", Some("2a02::/64")),
            ("0.0.0.0/0", None),
            ("10.0.0.0/33", None),
            ("10.0.0.0-10.0.0.9", None),
        ] {
            assert_eq!(network(text).ok().map(|net| net.to_string()).as_deref(), range, "{text}");
        }
    }
}
