//! One indicator: taken apart, in its canonical form, or refused.
//!
//! Everything here comes from strangers. It is decided here what may be hunted for: a value is taken apart, written in its
//! one canonical form, and refused where it is not what its type says or would match the innocent. The other files know
//! one kind of value each.

mod address;
mod defang;
mod domain;
mod hash;
mod url;

pub use domain::canonical_domain;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic, Span, codes};

codes! {
    /// An indicator is not deployed. Its value is not what its type says, or it would match what is not malicious:
    /// addresses in private, loopback, reserved or documentation space, public resolvers, domains that are a public
    /// suffix such as `co.uk`, test records, the hash of an empty file. The other indicators are deployed.
    ///
    /// ## Why
    /// A rule that matches every host or every empty file buries the alerts that matter, and one that matches nothing
    /// gives a false feeling of safety.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// indicators:
    ///   - { type: "ip:port", value: "10.0.0.5:443" }
    ///   - { type: domain, value: "frBvNnnFYR6XR622pBE0NQ==" }
    ///   - { type: sha256, value: "deadbeef" }
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000" }
    /// ```
    pub INDICATOR_REFUSED = "indicator-refused", Warning;

    /// Something that an indicator says of itself cannot be read: its threat type, when it was first seen, how sure the
    /// publisher is, or where to read more. The indicator is deployed without it.
    ///
    /// ## Why
    /// Without the day on which it was first seen an indicator never expires, and without a threat type its alerts
    /// carry the tactics of the rule alone.
    ///
    /// ## Wrong
    /// ```yaml indicators
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000", firstSeen: last week, confidence: 175 }
    /// ```
    ///
    /// ## Right
    /// ```yaml indicators
    /// indicators:
    ///   - { type: "ip:port", value: "5.188.86.6:9000", firstSeen: 2026-05-22, confidence: 75 }
    /// ```
    pub INDICATOR_DETAIL = "indicator-detail", Warning;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}

/// The types of indicators that are hunted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndicatorKind {
    /// An address and a port.
    IpPort,
    /// A domain with its subdomains.
    Domain,
    /// A URL.
    Url,
    /// The MD5 of a file.
    Md5,
    /// The SHA-1 of a file.
    Sha1,
    /// The SHA-256 of a file.
    Sha256,
}

impl IndicatorKind {
    /// Every type, in the order in which they are listed.
    pub const ALL: &[Self] = &[Self::IpPort, Self::Domain, Self::Url, Self::Md5, Self::Sha1, Self::Sha256];

    /// The name in rule files and watchlists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IpPort => "ip:port",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Reads a name, case aside; ThreatFox's `md5_hash`, `sha1_hash` and `sha256_hash` count as well.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let name = text.strip_suffix("_hash").filter(|name| matches!(*name, "md5" | "sha1" | "sha256"));
        let name = name.unwrap_or(&text);
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether it is a hash of a file.
    pub fn is_hash(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Sha256)
    }
}

impl fmt::Display for IndicatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An indicator that may be hunted for.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Its type.
    pub kind: IndicatorKind,
    /// Its canonical form: `address:port` (an IPv6 address in brackets), a domain in punycode, a URL as a browser asks
    /// for it, a hash in lower case. ASCII, and at most 2,048 characters.
    pub value: String,
    /// Of an `ip:port`, the address; an IPv4 address that was written as IPv6 is IPv4 here.
    pub address: Option<IpAddr>,
    /// Of an `ip:port`, the port; never 0.
    pub port: Option<u16>,
    /// `botnet_cc`, `payload_delivery`, ...: lower-case letters, digits and underscores.
    pub threat_type: Option<String>,
    /// When the publisher first saw it, in UTC.
    pub first_seen: Option<DateTime>,
    /// How sure the publisher is, 0 to 100.
    pub confidence: Option<u8>,
    /// A page that says more, an http or https URL.
    pub reference: Option<String>,
    /// Where it is.
    pub span: Span,
}

/// A text with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it is.
    pub span: Span,
}

/// An indicator as it was written, be it in a page or in a rule file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written<'a> {
    /// Its type's name.
    pub kind: Option<Field<'a>>,
    /// Its value, defanged or not.
    pub value: Option<Field<'a>>,
    /// Its threat type.
    pub threat_type: Option<Field<'a>>,
    /// A date, or a date and a time in UTC.
    pub first_seen: Option<Field<'a>>,
    /// A number from 0 to 100, perhaps with a percent sign.
    pub confidence: Option<Field<'a>>,
    /// A page that says more.
    pub reference: Option<Field<'a>>,
    /// The whole of it.
    pub span: Span,
}

impl Written<'_> {
    /// The indicator; `None` with a diagnostic where it is refused. Details that cannot be read are left out with a
    /// diagnostic each.
    pub fn read(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<Indicator> {
        let written = self.value.map_or("", |field| field.text);
        let refuse = |reason: &str, diagnostics: &mut Vec<Diagnostic>| {
            let span = self.value.or(self.kind).map_or(self.span, |field| field.span);
            diagnostics.push(
                Diagnostic::new(
                    &INDICATOR_REFUSED,
                    span,
                    format!("`{}` is not deployed: {reason}", shown(written)),
                )
                .label(self.kind.map_or_else(String::new, |kind| format!("as {}", shown(kind.text))))
                .help("correct it or take it out; the other indicators are deployed"),
            );
        };
        let Some(kind_field) = self.kind else {
            refuse("it has no type", diagnostics);
            return None;
        };
        let Some(kind) = IndicatorKind::parse(kind_field.text) else {
            let known: Vec<_> = IndicatorKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let reason =
                format!("the type `{}` is not hunted for, only {}", shown(kind_field.text), known.join(", "));
            refuse(&reason, diagnostics);
            return None;
        };
        let value = match Value::parse(kind, written) {
            Ok(value) => value,
            Err(reason) => {
                refuse(&reason, diagnostics);
                return None;
            }
        };
        Some(Indicator {
            kind,
            value: value.canonical,
            address: value.endpoint.map(|endpoint| endpoint.ip()),
            port: value.endpoint.map(|endpoint| endpoint.port()),
            threat_type: detail(self.threat_type, canonical_threat_type, diagnostics),
            first_seen: detail(self.first_seen, first_seen, diagnostics),
            confidence: detail(self.confidence, confidence, diagnostics),
            reference: detail(self.reference, reference, diagnostics),
            span: self.span,
        })
    }
}

/// A value of the type that it was said to be.
struct Value {
    canonical: String,
    endpoint: Option<SocketAddr>,
}

impl Value {
    fn parse(kind: IndicatorKind, written: &str) -> Result<Self, String> {
        let text = &*defang::refang(written);
        if text.is_empty() {
            return Err("it has no value".into());
        }
        let canonical = match kind {
            IndicatorKind::IpPort => {
                let endpoint = endpoint(text)?;
                return Ok(Self { canonical: endpoint.to_string(), endpoint: Some(endpoint) });
            }
            IndicatorKind::Domain => {
                if text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
                    return Err("it is an address, not a domain".into());
                }
                let name = domain::canonical_domain(text)?;
                if let Some(objection) = domain::objection(&name) {
                    return Err(objection);
                }
                name
            }
            IndicatorKind::Url => url::canonical_url(text)?,
            IndicatorKind::Md5 => hash::canonical_hash(text, 32)?,
            IndicatorKind::Sha1 => hash::canonical_hash(text, 40)?,
            IndicatorKind::Sha256 => hash::canonical_hash(text, 64)?,
        };
        Ok(Self { canonical, endpoint: None })
    }
}

/// An address and a port. ThreatFox writes IPv6 without brackets, so the port follows the last colon.
fn endpoint(text: &str) -> Result<SocketAddr, String> {
    let no_port = "it is not an address with a port such as 192.0.2.1:443";
    let (address, port) = text.rsplit_once(':').ok_or(no_port)?;
    let address = match address.strip_prefix('[') {
        Some(bracketed) => bracketed.strip_suffix(']').ok_or(no_port)?,
        None => address,
    };
    let address: IpAddr =
        address.parse().map_err(|_| format!("`{}` is no IPv4 or IPv6 address", shown(address)))?;
    let port = Some(port)
        .filter(|port| port.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|port| port.parse::<u16>().ok())
        .filter(|port| *port != 0)
        .ok_or_else(|| format!("`{}` is not a port from 1 to 65535", shown(port)))?;
    match address::objection(address) {
        Some(objection) => Err(objection),
        None => Ok(SocketAddr::new(address.to_canonical(), port)),
    }
}

/// A detail, or a diagnostic where it cannot be read. What is empty is absent, as is ThreatFox's `None`.
fn detail<T>(
    field: Option<Field<'_>>,
    read: impl FnOnce(&str) -> Result<T, &'static str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    let field = field?;
    let text = field.text.trim();
    if text.is_empty() || matches!(text, "None" | "-" | "—") {
        return None;
    }
    match read(text) {
        Ok(value) => Some(value),
        Err(expected) => {
            diagnostics.push(
                Diagnostic::new(
                    &INDICATOR_DETAIL,
                    field.span,
                    format!("`{}` is not {expected}", shown(text)),
                )
                .label("left out")
                .help(format!("write {expected}, or nothing")),
            );
            None
        }
    }
}

/// A threat type in its one form: lower-case letters, digits and underscores, at most 64.
///
/// # Errors
/// What was expected, where the text is none.
pub fn canonical_threat_type(text: &str) -> Result<String, &'static str> {
    let word: String = text
        .trim()
        .chars()
        .map(|c| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() })
        .collect();
    let fits = (1..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(word) } else { Err("a threat type such as `botnet_cc`") }
}

fn first_seen(text: &str) -> Result<DateTime, &'static str> {
    let text = text.strip_suffix("UTC").unwrap_or(text).trim_end();
    let read = match text.len() {
        10 => text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)),
        // With an offset, if only `Z`, it is a point in time; without one it is UTC by the feed's custom.
        16..=40 => text
            .parse::<Timestamp>()
            .map(|at| TimeZone::UTC.to_datetime(at))
            .or_else(|_| text.parse::<DateTime>())
            .ok(),
        _ => None,
    };
    // The years that a publisher can have seen; they also keep every sum far from the end of the calendar.
    read.filter(|at| (1990..=2200).contains(&at.year()))
        .and_then(|at| at.with().subsec_nanosecond(0).build().ok())
        .ok_or("a date such as 2026-05-22, or a date and a time in UTC")
}

fn confidence(text: &str) -> Result<u8, &'static str> {
    let digits = text.strip_suffix('%').unwrap_or(text).trim_end();
    let read = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    read.filter(|percent| *percent <= 100).ok_or("a confidence from 0 to 100")
}

fn reference(text: &str) -> Result<String, &'static str> {
    let url = (text.len() <= url::MAX_LENGTH).then(|| ::url::Url::parse(text).ok()).flatten();
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(String::from)
        .filter(|url| url.len() <= url::MAX_LENGTH)
        .ok_or("the http or https URL of a page")
}

/// A text for a message: on one line, without controls, and not endless.
fn shown(text: &str) -> String {
    let mut out: String = text.trim().chars().take(80).flat_map(char::escape_debug).collect();
    if text.trim().chars().count() > 80 {
        out.push('…');
    }
    out.replace("\\'", "'").replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::SourceMap;

    fn span() -> Span {
        Span::start_of(SourceMap::new().add("a.txt", ""))
    }

    fn written<'a>(kind: &'a str, value: &'a str) -> Written<'a> {
        let field = |text| Some(Field { text, span: span() });
        Written {
            kind: field(kind),
            value: field(value),
            threat_type: None,
            first_seen: None,
            confidence: None,
            reference: None,
            span: span(),
        }
    }

    fn read(kind: &str, value: &str) -> Result<String, String> {
        let mut diagnostics = Vec::new();
        let indicator = written(kind, value).read(&mut diagnostics);
        match (indicator, diagnostics.as_slice()) {
            (Some(indicator), []) => Ok(indicator.value),
            (None, [only]) => Err(only.message.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_written_in_one_form() {
        for (kind, value, canonical) in [
            ("ip:port", "2[.]27[.]5[.]12:9000", "2.27.5.12:9000"),
            ("IP:PORT", " 2.27.5.12[:]9000 ", "2.27.5.12:9000"),
            ("ip:port", "2a02:cf40:1::5:40669", "[2a02:cf40:1::5]:40669"),
            ("ip:port", "[2A02:CF40:0001::5]:40669", "[2a02:cf40:1::5]:40669"),
            ("ip:port", "::ffff:5.188.86.6:80", "5.188.86.6:80"),
            ("domain", "00pq7d1j[.]1xboropartners.com", "00pq7d1j.1xboropartners.com"),
            ("url", "hxxp://193[.]233[.]113[.]202/api/keylog", "http://193.233.113.202/api/keylog"),
            ("md5_hash", "9E107D9D372BB6826BD81D3542A419D6", "9e107d9d372bb6826bd81d3542a419d6"),
            ("sha1", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"),
        ] {
            assert_eq!(read(kind, value).as_deref(), Ok(canonical), "{value}");
        }
    }

    #[test]
    fn what_is_not_its_type_is_refused_by_name() {
        for (kind, value, message) in [
            (
                "domain",
                "frBvNnnFYR6XR622pBE0NQ==",
                "`frBvNnnFYR6XR622pBE0NQ==` is not deployed: a domain holds no `=`",
            ),
            ("domain", "5.188.86.6", "`5.188.86.6` is not deployed: it is an address, not a domain"),
            (
                "domain",
                "noluyoruzawk",
                "`noluyoruzawk` is not deployed: a single label names no host of the internet",
            ),
            ("sha256", "deadbeef", "`deadbeef` is not deployed: it has 8 digits, not 64"),
            ("ip:port", "10.0.0.5:443", "`10.0.0.5:443` is not deployed: the address lies in private space"),
            (
                "ip:port",
                "8.8.8.8:53",
                "`8.8.8.8:53` is not deployed: the address is Google's public resolver",
            ),
            (
                "ip:port",
                "5.188.86.6",
                "`5.188.86.6` is not deployed: it is not an address with a port such as 192.0.2.1:443",
            ),
            ("ip:port", "5.188.86.6:0", "`5.188.86.6:0` is not deployed: `0` is not a port from 1 to 65535"),
            (
                "ip:port",
                "5.188.86.6:+80",
                "`5.188.86.6:+80` is not deployed: `+80` is not a port from 1 to 65535",
            ),
            (
                "ip:port",
                "05.188.86.6:80",
                "`05.188.86.6:80` is not deployed: `05.188.86.6` is no IPv4 or IPv6 address",
            ),
            ("url", "", "`` is not deployed: it has no value"),
            (
                "sha3_384_hash",
                "x",
                "`x` is not deployed: the type `sha3_384_hash` is not hunted for, only ip:port, domain, url, md5, sha1, sha256",
            ),
        ] {
            assert_eq!(read(kind, value), Err(message.to_owned()), "{value}");
        }
    }

    #[test]
    fn a_detail_that_cannot_be_read_is_left_out_and_named() {
        let field = |text| Some(Field { text, span: span() });
        let mut diagnostics = Vec::new();
        let indicator = Written {
            threat_type: field("Botnet CC"),
            first_seen: field("2026-05-22 10:09:25 UTC"),
            confidence: field("100%"),
            reference: field("None"),
            ..written("ip:port", "5.188.86.6:9000")
        }
        .read(&mut diagnostics)
        .expect("an indicator");
        assert_eq!(diagnostics, []);
        assert_eq!(indicator.threat_type.as_deref(), Some("botnet_cc"));
        assert_eq!(indicator.first_seen.map(|at| at.to_string()).as_deref(), Some("2026-05-22T10:09:25"));
        assert_eq!((indicator.confidence, indicator.reference), (Some(100), None));

        let indicator = Written {
            threat_type: field("=cmd|' /C calc'!A0"),
            first_seen: field("last week"),
            confidence: field("175%"),
            reference: field("javascript:alert(1)"),
            ..written("ip:port", "5.188.86.6:9000")
        }
        .read(&mut diagnostics)
        .expect("an indicator");
        let codes: Vec<_> = diagnostics.iter().map(|d| d.code.id).collect();
        assert_eq!(codes, ["indicator-detail"; 4]);
        assert_eq!((indicator.threat_type, indicator.first_seen, indicator.confidence), (None, None, None));
    }

    #[test]
    fn days_and_times_are_read_and_others_are_not() {
        for (text, read) in [
            ("2026-05-22", Some("2026-05-22T00:00:00")),
            ("2026-05-22 10:09:25", Some("2026-05-22T10:09:25")),
            ("2026-05-22T10:09:25.123Z", Some("2026-05-22T10:09:25")),
            ("2026-02-30", None),
            ("0001-01-01", None),
            ("22.05.2026", None),
            ("2026-05-22T10:09:25+02:00", Some("2026-05-22T08:09:25")),
            ("é026-05-22T10", None),
        ] {
            assert_eq!(first_seen(text).ok().map(|at| at.to_string()).as_deref(), read, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics_and_what_is_accepted_is_ascii(
            kind in "(ip:port|domain|url|md5|sha1|sha256)", value in "\\PC{0,60}", details in "\\PC{0,30}",
        ) {
            let field = Some(Field { text: &details, span: span() });
            let whole = Written {
                threat_type: field, first_seen: field, confidence: field, reference: field, ..written(&kind, &value)
            };
            if let Some(indicator) = whole.read(&mut Vec::new()) {
                prop_assert!(indicator.value.is_ascii() && indicator.value.len() <= 2048);
                prop_assert!(!indicator.value.contains(['\r', '\n', ' ']));
            }
        }

        #[test]
        fn what_is_accepted_is_its_own_canonical_form(a: u32, b: u128, port in 1u16..) {
            for address in [IpAddr::V4(a.into()), IpAddr::V6(b.into())] {
                if let Ok(once) = read("ip:port", &SocketAddr::new(address, port).to_string()) {
                    prop_assert_eq!(read("ip:port", &once), Ok(once.clone()));
                    let address = address.to_canonical();
                    prop_assert_eq!(read("ip:port", &format!("{address}:{port}")), Ok(once));
                }
            }
        }
    }
}
