//! What feeds publish, as indicators: bytes in, the parts of indicators with their places out.
//!
//! Everything here comes from strangers. [`page`] reads a ThreatFox page as it is; what its values may be is decided in
//! [`indicator`](crate::indicator).

pub mod page;

use crate::diagnostic::{Code, codes};

codes! {
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
