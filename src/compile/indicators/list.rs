//! The list of a key: its indicators, each once, as rows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::indicator::{Indicator, IndicatorKind};
use crate::resource::Duration;

/// The columns of the watchlist. `Type`, `Source` and other names that the service's own table has are avoided.
pub(super) const COLUMNS: &[&str] = &[
    "Indicator",
    "IndicatorType",
    "Address",
    "Port",
    "Domain",
    "Url",
    "Hash",
    "Family",
    "ThreatType",
    "Confidence",
    "FirstSeen",
    "ExpiresOn",
    "Reference",
    "PublishedBy",
];

/// An indicator with all that the files of its key say of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    pub(super) kind: IndicatorKind,
    value: String,
    address: String,
    port: String,
    families: BTreeSet<String>,
    threat_types: BTreeSet<String>,
    confidence: Option<u8>,
    first_seen: Option<DateTime>,
    /// When it was last said to be seen first: a list that names it again keeps it alive. None once a list names it
    /// without a date, since it then never expires.
    renewed: Option<DateTime>,
    expires_on: Option<DateTime>,
    references: BTreeSet<String>,
    publishers: BTreeSet<String>,
}

impl Listed {
    fn new(indicator: &Indicator) -> Self {
        Self {
            kind: indicator.kind,
            value: indicator.value.clone(),
            address: indicator.address.map(|address| address.to_string()).unwrap_or_default(),
            port: indicator.port.map(|port| port.to_string()).unwrap_or_default(),
            families: BTreeSet::new(),
            threat_types: BTreeSet::new(),
            confidence: None,
            first_seen: indicator.first_seen,
            renewed: indicator.first_seen,
            expires_on: None,
            references: BTreeSet::new(),
            publishers: BTreeSet::new(),
        }
    }

    /// The cell of a column of [`COLUMNS`]; empty for any other.
    pub(super) fn cell(&self, column: &str) -> Cow<'_, str> {
        let only = |wanted: bool| if wanted { self.value.as_str() } else { "" };
        match column {
            "Indicator" => self.value.as_str().into(),
            "IndicatorType" => self.kind.as_str().into(),
            "Address" => self.address.as_str().into(),
            "Port" => self.port.as_str().into(),
            "Domain" => only(self.kind == IndicatorKind::Domain).into(),
            "Url" => only(self.kind == IndicatorKind::Url).into(),
            "Hash" => only(self.kind.is_hash()).into(),
            "Family" => joined(&self.families),
            "ThreatType" => joined(&self.threat_types),
            "Confidence" => self.confidence.map(|percent| percent.to_string()).unwrap_or_default().into(),
            "FirstSeen" => self.first_seen.map(date).unwrap_or_default().into(),
            "ExpiresOn" => self.expires_on.map(date).unwrap_or_default().into(),
            // One page is enough to read on.
            "Reference" => self.references.first().map_or("", String::as_str).into(),
            "PublishedBy" => joined(&self.publishers),
            _ => "".into(),
        }
    }

    /// The cells of all columns, in order.
    pub(super) fn cells(&self) -> Vec<Cow<'_, str>> {
        COLUMNS.iter().map(|column| self.cell(column)).collect()
    }
}

/// What a file says of all its indicators.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin<'a> {
    pub(super) family: Option<&'a str>,
    pub(super) publisher: Option<&'a str>,
    /// For indicators that name none.
    pub(super) threat_type: Option<&'a str>,
}

/// The list while the files of its key are read.
#[derive(Debug, Default)]
pub(super) struct List {
    rows: BTreeMap<(IndicatorKind, String), Listed>,
}

impl List {
    /// Adds an indicator. Of one that is there the earliest day, the highest confidence and all words are kept.
    pub(super) fn add(&mut self, indicator: &Indicator, origin: Origin<'_>) {
        let key = (indicator.kind, indicator.value.clone());
        let row = self.rows.entry(key).or_insert_with(|| Listed::new(indicator));
        row.first_seen = match (row.first_seen, indicator.first_seen) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        row.renewed = row.renewed.zip(indicator.first_seen).map(|(a, b)| a.max(b));
        row.confidence = row.confidence.max(indicator.confidence);
        let threat_type = indicator.threat_type.as_deref().or(origin.threat_type);
        row.threat_types.extend(threat_type.map(str::to_owned));
        row.families.extend(origin.family.map(str::to_owned));
        row.publishers.extend(origin.publisher.map(str::to_owned));
        row.references.extend(indicator.reference.clone());
    }

    /// The rows, by type and value, each with the day on which it expires.
    pub(super) fn finish(self, expires_after: Option<Duration>) -> Vec<Listed> {
        let length = expires_after.and_then(|length| i64::try_from(length.seconds()).ok());
        self.rows
            .into_values()
            .map(|mut row| {
                row.expires_on = length
                    .zip(row.renewed)
                    .and_then(|(seconds, seen)| seen.checked_add(SignedDuration::from_secs(seconds)).ok());
                row
            })
            .collect()
    }
}

fn joined(words: &BTreeSet<String>) -> Cow<'_, str> {
    let mut words = words.iter().map(String::as_str);
    match (words.next(), words.next()) {
        (None, _) => "".into(),
        (Some(only), None) => only.into(),
        (Some(first), Some(second)) => {
            [first, second].into_iter().chain(words).collect::<Vec<_>>().join(", ").into()
        }
    }
}

/// A day, or a point in time where it is not midnight.
fn date(at: DateTime) -> String {
    if at.time() == jiff::civil::Time::midnight() { at.date().to_string() } else { format!("{at}Z") }
}
