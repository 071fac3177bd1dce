//! What feeds publish, as indicators.
//!
//! Everything here comes from strangers. [`page`] reads a ThreatFox page as it is; [`indicator`] decides what may be
//! hunted for: it takes a value apart, writes it in its one canonical form, and refuses what is not what its type says
//! or what would match the innocent. The other files know one kind of value each.

mod address;
mod defang;
mod domain;
mod hash;
pub mod indicator;
pub mod page;
mod url;

pub use domain::canonical_domain;

use crate::diagnostic::{Code, codes};

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

    /// What a page says in its summary is not what its table holds: the number of indicators, or their types. The
    /// table counts.
    ///
    /// ## Why
    /// A page that was cut off or put together from two looks just so.
    ///
    /// ## Wrong
    /// ```text page
    /// IOC Summary
    /// Malware Family: SectopRAT Total IOCs: 2 IOC Types: ip:port, domain
    /// | Type | Value | Threat Type | First Seen | Confidence |
    /// |---|---|---|---|---|
    /// | ip:port | 5[.]188[.]86[.]6:9000 | botnet_cc | 2026-05-22 | 100% |
    /// ```
    ///
    /// ## Right
    /// ```text page
    /// IOC Summary
    /// Malware Family: SectopRAT Total IOCs: 1 IOC Types: ip:port
    /// | Type | Value | Threat Type | First Seen | Confidence |
    /// |---|---|---|---|---|
    /// | ip:port | 5[.]188[.]86[.]6:9000 | botnet_cc | 2026-05-22 | 100% |
    /// ```
    pub PAGE_SUMMARY = "page-summary", Warning;
}

/// The codes of this room.
pub(crate) fn codes() -> &'static [&'static Code] {
    CODES
}
