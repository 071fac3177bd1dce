//! A file of indicators: `kind: Indicators`.

use super::{Spanned, Text};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::source::{Node, Reader, Value};

/// Indicators and how to hunt for them, as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorFile {
    /// The file.
    pub file: FileId,
    /// The whole mapping.
    pub span: Span,
    /// Keys whose values had the wrong shape or cannot be read, so that they are absent here without being missing.
    pub misread: Vec<&'static str>,
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
    /// The keys whose values had the wrong shape or cannot be read, which is reported where they are read.
    pub misread: Vec<&'static str>,
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
    pub(super) fn read(file: FileId, node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut this = Self {
            file,
            span: node.span,
            misread: Vec::new(),
            key: None,
            family: None,
            source: None,
            description: None,
            indicators: None,
            targets: None,
            severity: None,
            enabled: None,
            match_on: None,
            inbound: None,
            inline: None,
            query_frequency: None,
            query_period: None,
            exclusions: None,
            false_positives: None,
            expires_after: None,
            threat_type: None,
        };
        let Some(mut r) = Reader::new("a file of indicators", node, diagnostics) else { return this };
        r.entry("kind");
        this.key = r.name("key");
        this.family = r.name("family");
        this.source = r.text("source");
        this.description = r.text("description");
        this.indicators = r.mappings("indicators", "an indicator", diagnostics, |r, _| IndicatorEntry {
            indicator_type: r.text("type"),
            value: r.text("value"),
            threat_type: r.text("threatType"),
            first_seen: r.text("firstSeen"),
            confidence: r.text("confidence"),
            reference: r.text("reference"),
            misread: r.misread_keys().to_vec(),
        });
        this.targets = r.texts("targets");
        this.severity = r.text("severity");
        this.enabled = r.flag("enabled");
        this.match_on = r.text("match");
        this.inbound = r.text("inbound");
        this.inline = r.flag("inline");
        this.query_frequency = r.text("queryFrequency");
        this.query_period = r.text("queryPeriod");
        this.exclusions = r.mapping("exclusions", "exclusions", diagnostics, |r, _| Exclusions {
            addresses: r.texts("addresses"),
            hosts: r.texts("hosts"),
            domains: r.texts("domains"),
            processes: r.texts("processes"),
        });
        this.false_positives = false_positives(&mut r, diagnostics);
        this.expires_after = r.text("expiresAfter");
        this.threat_type = r.text("threatType");
        this.misread = r.misread_keys().to_vec();
        r.finish(diagnostics);
        this
    }
}

/// Each is a text, or a mapping of `scenario` and `filter` as ThreatFox pages have them.
fn false_positives(r: &mut Reader<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Spanned<Vec<Text>>> {
    let list = r.list("falsePositives")?;
    let mut texts = Vec::new();
    for node in list.value {
        match &node.value {
            Value::Scalar(_) if !node.is_null() => texts.extend(Text::of(node)),
            _ => {
                if let Some(mut inner) = Reader::new("a false positive", node, diagnostics) {
                    let (scenario, filter) = (inner.text("scenario"), inner.text("filter"));
                    inner.finish(diagnostics);
                    texts.extend(scenario.map(|scenario| match filter {
                        Some(filter) => {
                            let both = format!("{} ({})", scenario.trim_end_matches('.'), filter.as_str());
                            scenario.with_text(both)
                        }
                        None => scenario,
                    }));
                }
            }
        }
    }
    Some(Spanned::new(texts, list.span))
}
