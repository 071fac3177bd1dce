//! URLs.

use std::net::IpAddr;

use url::{Host, Url};

use super::{address, domain};

/// The longest URL that is hunted for, in characters.
pub(super) const MAX_LENGTH: usize = 2048;

/// A URL in its one form: as a browser asks for it (scheme and host in lower case, the host in punycode, no default
/// port, at least `/` as path, odd characters escaped), without name and password and without a fragment, which never
/// reach the network.
///
/// # Errors
/// Why the text is no URL that may be hunted for, without a full stop.
pub(super) fn canonical_url(text: &str) -> Result<String, String> {
    if text.chars().count() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} characters"));
    }
    let mut url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => "it has no scheme such as `https://`".to_owned(),
        error => format!("it is no URL: {error}"),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("its scheme is `{}`, not http or https", url.scheme().escape_debug()));
    }
    let objection = match url.host() {
        None => Some("it has no host".to_owned()),
        Some(Host::Ipv4(v4)) => address::objection(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => address::objection(IpAddr::V6(v6)),
        Some(Host::Domain(name)) => {
            let canonical =
                domain::canonical_domain(name).map_err(|reason| format!("of its host: {reason}"))?;
            let objection = domain::host_objection(&canonical);
            if canonical != name {
                url.set_host(Some(&canonical)).map_err(|error| format!("it is no URL: {error}"))?;
            }
            objection
        }
    };
    if let Some(objection) = objection {
        return Err(objection);
    }
    url.set_fragment(None);
    // These fail only for URLs without a host, which are refused above.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let canonical = String::from(url);
    if canonical.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} characters"));
    }
    Ok(canonical)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_url_has_one_form() {
        for (written, canonical) in [
            ("HTTP://Evil.COM", "http://evil.com/"),
            ("http://evil.com:80/d", "http://evil.com/d"),
            ("https://evil.com:443?q=A", "https://evil.com/?q=A"),
            ("https://evil.com:8443/D/", "https://evil.com:8443/D/"),
            ("http://evil.com./d#top", "http://evil.com/d"),
            ("http://user:pw@evil.com/d", "http://evil.com/d"),
            ("http://bücher.de/é", "http://xn--bcher-kva.de/%C3%A9"),
            ("http://178.156.199.54", "http://178.156.199.54/"),
            ("http://[2A02:cf40:1::5]:80/a", "http://[2a02:cf40:1::5]/a"),
            ("http://evil.com/a,b?k=v,w", "http://evil.com/a,b?k=v,w"),
        ] {
            assert_eq!(canonical_url(written).as_deref(), Ok(canonical), "{written}");
            assert_eq!(canonical_url(canonical).as_deref(), Ok(canonical), "{canonical}");
        }
    }

    #[test]
    fn what_is_no_url_or_leads_nowhere_is_refused() {
        for written in [
            "",
            "evil.com/d",
            "ftp://evil.com/d",
            "javascript:alert(1)",
            "http://",
            "http://10.0.0.1/",
            "http://2130706433/",
            "http://localhost/x",
            "http://evil.example/",
            "http://8.8.8.8/",
            "http://a b/",
            "http://[fe80::1]/",
            "https://dns.google/dns-query",
        ] {
            assert!(canonical_url(written).is_err(), "{written}");
        }
        assert!(canonical_url(&format!("http://evil.com/{}", "a".repeat(3000))).is_err());
        assert!(canonical_url(&format!("http://evil.com/{}", "é".repeat(1000))).is_err());
    }

    proptest! {
        #[test]
        fn a_canonical_url_is_its_own_canonical_form(rest in "\\PC{0,40}") {
            for text in [format!("http://evil.com/{rest}"), format!("https://{rest}")] {
                if let Ok(once) = canonical_url(&text) {
                    prop_assert!(once.is_ascii());
                    prop_assert_eq!(canonical_url(&once), Ok(once.clone()));
                }
            }
        }
    }
}
