//! How the indicators of a key are hunted for: what its files say, put together.

use std::collections::BTreeSet;

use super::exclusions::Exclusions;
use super::targets::{TARGETS, Target};
use super::{INDICATOR_CONFLICT, INDICATOR_SETTING, INDICATOR_TARGET};
use crate::config::IndicatorSettings;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::document::{IndicatorFile, Text};
use crate::indicator::canonical_threat_type;
use crate::resource::{Duration, Severity};

/// What addresses are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchOn {
    /// The address alone: a server that moved to another port is still found.
    Address,
    /// The address and the port of the same side.
    Endpoint,
}

/// Which connections from a listed address count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inbound {
    /// Those that the device let through.
    Allowed,
    /// Blocked ones as well: every scan of the internet's noise.
    All,
}

/// The settings of a key, defaults filled in.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) targets: Vec<&'static Target>,
    /// Whether a file named the targets.
    pub(super) chosen: bool,
    pub(super) severity: Severity,
    pub(super) enabled: bool,
    pub(super) match_on: MatchOn,
    pub(super) inbound: Inbound,
    pub(super) inline: bool,
    pub(super) frequency: Duration,
    pub(super) period: Duration,
    pub(super) expires_after: Option<Duration>,
    pub(super) exclusions: Exclusions,
    /// Threat types that files give to their indicators as a whole; sorted.
    pub(super) threat_types: Vec<String>,
}

/// The longest and shortest time between runs, and what a run looks back at most and least.
const RANGE: (Duration, Duration) = (Duration::from_minutes(5), Duration::from_days(14));

/// From this look-back on a rule runs at most every hour.
const LONG_PERIOD: Duration = Duration::from_days(2);

impl Settings {
    /// Puts together what the files say. `None`, with diagnostics, where a value cannot be read, or where two files
    /// disagree: none of them is more right than the other.
    pub(super) fn merge(
        files: &[&IndicatorFile],
        defaults: &IndicatorSettings,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let before = diagnostics.len();
        let mut merge = Merge { files, diagnostics };
        let targets = merge.targets();
        let severity = merge.setting("severity", |file| file.severity.as_ref(), severity);
        let match_on = merge.setting("match", |file| file.match_on.as_ref(), match_on);
        let inbound = merge.setting("inbound", |file| file.inbound.as_ref(), inbound);
        let frequency = merge.setting("queryFrequency", |file| file.query_frequency.as_ref(), run_duration);
        let period = merge.setting("queryPeriod", |file| file.query_period.as_ref(), run_duration);
        let expires_after = merge.setting("expiresAfter", |file| file.expires_after.as_ref(), lifetime);
        let enabled = merge.flag("enabled", |file| file.enabled.as_ref().map(|flag| (flag.value, flag.span)));
        let inline = merge.flag("inline", |file| file.inline.as_ref().map(|flag| (flag.value, flag.span)));
        let threat_types = merge.threat_types();
        let mut exclusions = Exclusions::default();
        for file in files {
            if let Some(written) = &file.exclusions {
                exclusions.add(written, diagnostics);
            }
        }
        let place = frequency.or(period).map(|(_, span)| span);
        let settings = Self {
            chosen: targets.is_some(),
            targets: targets.unwrap_or_else(|| TARGETS.iter().collect()),
            severity: severity.map_or(Severity::Medium, |(value, _)| value),
            enabled: enabled.is_none_or(|(value, _)| value),
            match_on: match_on.map_or(MatchOn::Address, |(value, _)| value),
            inbound: inbound.map_or(Inbound::Allowed, |(value, _)| value),
            inline: inline.is_some_and(|(value, _)| value),
            frequency: frequency.map_or(defaults.query_frequency, |(value, _)| value),
            period: period.map_or(defaults.query_period, |(value, _)| value),
            expires_after: expires_after.map(|(value, _)| value),
            exclusions,
            threat_types,
        };
        if let (Some(span), Some(reason)) = (place, settings.odd_times()) {
            diagnostics.push(
                Diagnostic::new(&INDICATOR_SETTING, span, reason)
                    .help("set both `queryFrequency` and `queryPeriod`"),
            );
        }
        if diagnostics[before..].iter().any(Diagnostic::is_error) {
            return None;
        }
        settings.exclusions.compare(&settings.targets, diagnostics);
        Some(settings)
    }

    /// What is wrong with frequency and period together.
    fn odd_times(&self) -> Option<String> {
        let (frequency, period) = (self.frequency, self.period);
        if period < frequency {
            return Some(format!("the rules look back {period}, less than the {frequency} between two runs"));
        }
        (period >= LONG_PERIOD && frequency < Duration::from_hours(1)).then(|| {
            format!(
                "rules that look back {LONG_PERIOD} or more run at most every hour, not every {frequency}"
            )
        })
    }
}

/// A value with its place.
type Placed<T> = (T, Span);

struct Merge<'a, 'd> {
    files: &'a [&'a IndicatorFile],
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Merge<'_, '_> {
    fn setting<T: Copy + PartialEq>(
        &mut self,
        key: &str,
        text: impl Fn(&IndicatorFile) -> Option<&Text>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Placed<T>> {
        let mut found = None;
        for file in self.files {
            let Some(text) = text(file) else { continue };
            match read(text.as_str().trim()) {
                Ok(value) => self.agree(key, &mut found, (value, text.span)),
                Err(allowed) => self.diagnostics.push(bad_value(key, text, &allowed)),
            }
        }
        found
    }

    fn flag(
        &mut self,
        key: &str,
        flag: impl Fn(&IndicatorFile) -> Option<Placed<bool>>,
    ) -> Option<Placed<bool>> {
        let mut found = None;
        for file in self.files {
            if let Some(placed) = flag(file) {
                self.agree(key, &mut found, placed);
            }
        }
        found
    }

    /// The first value stays; another one is a conflict.
    fn agree<T: PartialEq>(&mut self, key: &str, found: &mut Option<Placed<T>>, new: Placed<T>) {
        match found {
            None => *found = Some(new),
            Some((value, _)) if *value == new.0 => {}
            Some((_, first)) => self.diagnostics.push(
                Diagnostic::new(
                    &INDICATOR_CONFLICT,
                    new.1,
                    format!("`{key}` differs between files of one key"),
                )
                .related(*first, "another value is here")
                .help(format!("say `{key}` in one file of the key, or the same in all")),
            ),
        }
    }

    fn targets(&mut self) -> Option<Vec<&'static Target>> {
        let mut found: Option<Placed<Vec<usize>>> = None;
        for file in self.files {
            let Some(list) = &file.targets else { continue };
            let mut chosen = Vec::new();
            for name in &list.value {
                let wanted = name.as_str().trim();
                match TARGETS.iter().position(|target| target.table.eq_ignore_ascii_case(wanted)) {
                    Some(at) => chosen.push(at),
                    None => self.diagnostics.push(unknown_target(wanted, name.span)),
                }
            }
            chosen.sort_unstable();
            chosen.dedup();
            if list.value.is_empty() {
                self.diagnostics.push(
                    Diagnostic::new(&INDICATOR_TARGET, list.span, "`targets` names no table").help(format!(
                        "leave `targets` out for all tables, or name some of them: {}",
                        names()
                    )),
                );
            }
            self.agree("targets", &mut found, (chosen, list.span));
        }
        found.map(|(chosen, _)| chosen.into_iter().map(|at| &TARGETS[at]).collect())
    }

    /// The threat types of all files; they add up and are never in conflict.
    fn threat_types(&mut self) -> Vec<String> {
        let mut types = BTreeSet::new();
        for text in self.files.iter().filter_map(|file| file.threat_type.as_ref()) {
            match canonical_threat_type(text.as_str()) {
                Ok(name) => drop(types.insert(name)),
                Err(allowed) => self.diagnostics.push(bad_value("threatType", text, allowed)),
            }
        }
        types.into_iter().collect()
    }
}

fn bad_value(key: &str, text: &Text, allowed: &str) -> Diagnostic {
    let message = format!("`{}` is not a value of `{key}`", text.as_str().escape_debug());
    Diagnostic::new(&INDICATOR_SETTING, text.span, message).label(format!("allowed: {allowed}"))
}

fn names() -> String {
    TARGETS.iter().map(|target| target.table).collect::<Vec<_>>().join(", ")
}

fn unknown_target(wanted: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` is not a table in which indicators are hunted", wanted.escape_debug());
    let diagnostic = Diagnostic::new(&INDICATOR_TARGET, span, message).label(format!("allowed: {}", names()));
    match nearest(wanted, TARGETS.iter().map(|target| target.table)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text)
        .map(|(severity, _)| severity)
        .ok_or_else(|| Severity::ALL.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", "))
}

fn match_on(text: &str) -> Result<MatchOn, String> {
    match text.to_ascii_lowercase().as_str() {
        "address" => Ok(MatchOn::Address),
        "endpoint" => Ok(MatchOn::Endpoint),
        _ => Err("address, endpoint".into()),
    }
}

fn inbound(text: &str) -> Result<Inbound, String> {
    match text.to_ascii_lowercase().as_str() {
        "allowed" => Ok(Inbound::Allowed),
        "all" => Ok(Inbound::All),
        _ => Err("allowed, all".into()),
    }
}

fn run_duration(text: &str) -> Result<Duration, String> {
    Duration::parse(text)
        .ok()
        .filter(|length| (RANGE.0..=RANGE.1).contains(length))
        .ok_or_else(|| "a duration from 5m to 14d, such as 1h or PT1H".into())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    Duration::parse(text)
        .ok()
        .filter(|length| (Duration::from_hours(1)..=Duration::from_days(3660)).contains(length))
        .ok_or_else(|| "a duration from 1h to 3660d, such as 90d or P90D".into())
}
