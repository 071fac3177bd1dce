//! A file of indicators: `kind: Indicators`.

use super::field::Fields;
use super::key::{Holds, Key, Words, keys};
use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Reported, Span};
use crate::resource::Severity;
use crate::source::{Node, Value};

const MATCH_ON: Words = Words { what: "what is matched", all: || vec!["address", "endpoint"] };
const INBOUND: Words = Words { what: "which inbound connections count", all: || vec!["allowed", "all"] };

keys! {
    /// The keys of a file of indicators.
    INDICATOR_FILE = "a file of indicators" {
        KIND = Key::new("kind", Holds::Text, "`Indicators`");
        KEY = Key::new("key", Holds::Text, "1 to 55 lower-case letters, digits, hyphens").note("made of `family`: `Loki (PWS)` gives `loki-pws`");
        FAMILY = Key::new("family", Holds::Text, "the malware family").note("the key");
        SOURCE = Key::new("source", Holds::Text, "who published the list").note("nothing");
        DESCRIPTION = Key::new("description", Holds::Text, "what an analyst should know; goes into the rules' description").note("nothing");
        INDICATORS = Key::new("indicators", Holds::Mappings(&INDICATOR), "the list; may be empty").note("an empty list");
        TARGETS = Key::new("targets", Holds::Texts, "the tables to hunt in").note("all of the table below");
        SEVERITY = Key::new("severity", Holds::Word(Words::of::<Severity>()), "High, Medium, Low, Informational").note("Medium");
        ENABLED = Key::new("enabled", Holds::Flag, "whether the rules run").note("true");
        MATCH = Key::new("match", Holds::Word(MATCH_ON), "`address`, or `endpoint`: address and port of the matched side").note("address");
        INBOUND_CONNECTIONS = Key::new("inbound", Holds::Word(INBOUND), "`allowed`, or `all`: also connections from a listed address that the device blocked").note("allowed");
        INLINE = Key::new("inline", Holds::Flag, "the indicators are in the queries instead of a watchlist, while each query stays under 10,000 characters").note("false");
        QUERY_FREQUENCY = Key::new("queryFrequency", Holds::Duration, "how often the rules run, 5m to 14d").note("the settings of the folder: 1h");
        QUERY_PERIOD = Key::new("queryPeriod", Holds::Duration, "how far back the rules look, 5m to 14d").note("the settings of the folder: 6h");
        EXPIRES_AFTER = Key::new("expiresAfter", Holds::Duration, "how long after it was first seen an indicator counts, 1h to 3660d").note("for ever");
        THREAT_TYPE = Key::new("threatType", Holds::Text, "threat type of indicators that name none; gives the rules their tactics").note("tactics of the table");
        EXCLUSIONS = Key::new("exclusions", Holds::Mapping(&EXCLUDED), "`addresses` (addresses and ranges, of either side), `hosts`, `domains` (with subdomains), `processes` (file names)").note("nothing");
        FALSE_POSITIVES = Key::new("falsePositives", Holds::TextsOrMappings(&FALSE_POSITIVE), "texts, or `scenario` with `filter`; written into the description, exclude nothing").note("nothing");
    }
}

keys! {
    /// The keys of an indicator.
    INDICATOR = "an indicator" {
        TYPE = Key::new("type", Holds::Text, "a type of indicator");
        VALUE = Key::new("value", Holds::Text, "the value, defanged or not");
        OF_THREAT = Key::new("threatType", Holds::Text, "a threat type");
        FIRST_SEEN = Key::new("firstSeen", Holds::Text, "a date, or a date and time in UTC");
        CONFIDENCE = Key::new("confidence", Holds::Text, "0 to 100; a percent sign is allowed");
        REFERENCE = Key::new("reference", Holds::Text, "a page with more about it");
    }
}

keys! {
    /// The keys of `exclusions`.
    EXCLUDED = "exclusions" {
        ADDRESSES = Key::new("addresses", Holds::Texts, "addresses and ranges, of either side");
        HOSTS = Key::new("hosts", Holds::Texts, "names of the affected host");
        DOMAINS = Key::new("domains", Holds::Texts, "domains with their subdomains");
        PROCESSES = Key::new("processes", Holds::Texts, "file names");
    }
}

keys! {
    /// The keys of an entry of `falsePositives`.
    FALSE_POSITIVE = "a false positive" {
        SCENARIO = Key::new("scenario", Holds::Text, "what happens");
        FILTER = Key::new("filter", Holds::Text, "what tells it apart");
    }
}

/// Indicators and how to hunt for them, as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorFile {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Whether what the key is made of cannot be read, which is reported.
    pub is_unnamed: bool,
    /// What names the watchlist and the rules; absent means the family's slug.
    pub key: Option<Text>,
    /// The malware family, as `SectopRAT`.
    pub family: Option<Text>,
    /// Who published them.
    pub source: Option<Text>,
    /// What the family does, for the rule's description.
    pub description: Option<Text>,
    /// The indicators.
    pub indicators: Option<Spanned<Vec<Spanned<IndicatorEntry>>>>,
    /// Tables to hunt in; absent means the defaults of each type.
    pub targets: Option<Spanned<Vec<Text>>>,
    /// A severity's name.
    pub severity: Option<Text>,
    /// Whether the rules run; absent means that they do.
    pub enabled: Option<Spanned<bool>>,
    /// `address` or `endpoint`.
    pub match_on: Option<Text>,
    /// `allowed` or `all`.
    pub inbound: Option<Text>,
    /// Whether the indicators stand in the query instead of a watchlist.
    pub inline: Option<Spanned<bool>>,
    /// A duration.
    pub query_frequency: Option<Text>,
    /// A duration.
    pub query_period: Option<Text>,
    /// What never matches.
    pub exclusions: Option<Spanned<Exclusions>>,
    /// Activity that is known to match without harm, for the rule's description.
    pub false_positives: Option<Spanned<Vec<Text>>>,
    /// How long after it was first seen an indicator counts.
    pub expires_after: Option<Text>,
    /// The threat type of indicators that name none.
    pub threat_type: Option<Text>,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndicatorEntry {
    /// Whether something of it cannot be read, which is reported.
    pub is_unreadable: bool,
    /// `ip:port`, `domain`, `url`, `md5`, `sha1`, `sha256`.
    pub indicator_type: Option<Text>,
    /// The value, defanged or not.
    pub value: Option<Text>,
    /// `botnet_cc`, `payload_delivery`, ...
    pub threat_type: Option<Text>,
    /// A date, or a date and time in UTC.
    pub first_seen: Option<Text>,
    /// 0 to 100; a percent sign is allowed.
    pub confidence: Option<Text>,
    /// A page that tells more.
    pub reference: Option<Text>,
}

/// What never matches, written by a person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exclusions {
    /// Addresses and ranges in CIDR form, of either side.
    pub addresses: Option<Spanned<Vec<Text>>>,
    /// Host names of the affected asset.
    pub hosts: Option<Spanned<Vec<Text>>>,
    /// Domains with their subdomains.
    pub domains: Option<Spanned<Vec<Text>>>,
    /// File names of the process that made the connection.
    pub processes: Option<Spanned<Vec<Text>>>,
}

impl IndicatorFile {
    /// Reads a mapping as indicators.
    ///
    /// # Errors
    /// When the node is something else than a mapping, which is reported.
    pub(super) fn read(
        file: FileId,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, Reported> {
        let mut f = Fields::new(&INDICATOR_FILE, node, diagnostics)?;
        let (key, family) = (f.name(&KEY), f.name(&FAMILY));
        let this = Self {
            file,
            span: node.span,
            is_unnamed: key.is_refused() || family.is_refused(),
            key: key.into_named(),
            family: family.into_named(),
            source: f.optional(&SOURCE),
            description: f.optional(&DESCRIPTION),
            indicators: f.mappings(&INDICATORS, &INDICATOR, indicator).into_given(),
            targets: f.texts(&TARGETS).into_given(),
            severity: f.optional(&SEVERITY),
            enabled: f.flag(&ENABLED).into_given(),
            match_on: f.optional(&MATCH),
            inbound: f.optional(&INBOUND_CONNECTIONS),
            inline: f.flag(&INLINE).into_given(),
            query_frequency: f.optional(&QUERY_FREQUENCY),
            query_period: f.optional(&QUERY_PERIOD),
            exclusions: f.mapping(&EXCLUSIONS, &EXCLUDED, exclusions).into_given(),
            false_positives: false_positives(&mut f),
            expires_after: f.optional(&EXPIRES_AFTER),
            threat_type: f.optional(&THREAT_TYPE),
        };
        f.finish();
        Ok(this)
    }
}

fn indicator(f: &mut Fields<'_, '_>) -> IndicatorEntry {
    let mut entry = IndicatorEntry {
        is_unreadable: false,
        indicator_type: f.optional(&TYPE),
        value: f.optional(&VALUE),
        threat_type: f.optional(&OF_THREAT),
        first_seen: f.optional(&FIRST_SEEN),
        confidence: f.optional(&CONFIDENCE),
        reference: f.optional(&REFERENCE),
    };
    entry.is_unreadable = f.refusal_of_any().is_some();
    entry
}

fn exclusions(f: &mut Fields<'_, '_>) -> Exclusions {
    Exclusions {
        addresses: f.texts(&ADDRESSES).into_given(),
        hosts: f.texts(&HOSTS).into_given(),
        domains: f.texts(&DOMAINS).into_given(),
        processes: f.texts(&PROCESSES).into_given(),
    }
}

/// Each is a text, or a mapping of `scenario` and `filter` as ThreatFox pages have them.
fn false_positives(f: &mut Fields<'_, '_>) -> Option<Spanned<Vec<Text>>> {
    let list = f.list(&FALSE_POSITIVES).into_given()?;
    let mut texts = Vec::new();
    for node in list.value {
        match &node.value {
            Value::Scalar(_) if node.is_null() => {}
            Value::Scalar(_) => texts.extend(Text::of(node)),
            _ => {
                let read = f.inner(&FALSE_POSITIVE, node, |f| (f.optional(&SCENARIO), f.optional(&FILTER)));
                if let Ok((Some(scenario), filter)) = read {
                    texts.push(match filter {
                        Some(filter) => {
                            let both = format!("{} ({})", scenario.trim_end_matches('.'), filter.as_str());
                            scenario.with_text(both)
                        }
                        None => scenario,
                    });
                }
            }
        }
    }
    Some(Spanned::new(texts, list.span))
}
