//! Domain names.

/// Names and whole domains that mean nothing, or are for tests (RFC 2606, 6761, 6762, 7686, 9476 and ICANN's
/// `internal`).
const RESERVED: &[&str] = &[
    "example",
    "test",
    "invalid",
    "localhost",
    "local",
    "internal",
    "lan",
    "home.arpa",
    "arpa",
    "alt",
    "example.com",
    "example.net",
    "example.org",
];

/// Names under which public resolvers answer.
const RESOLVERS: &[&str] = &[
    "dns.google",
    "dns.google.com",
    "one.one.one.one",
    "cloudflare-dns.com",
    "dns.quad9.net",
    "dns.opendns.com",
    "doh.opendns.com",
    "dns.adguard.com",
    "dns.adguard-dns.com",
    "dns.nextdns.io",
];

/// A domain name in its one form: punycode, lower case, no closing dot.
///
/// Labels are 1 to 63 letters, digits, hyphens and underscores, a name at most 253; the last label is not a number.
///
/// # Errors
/// What is wrong with the text, without a full stop.
pub fn canonical_domain(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err("it is empty".into());
    }
    if let Some(odd) =
        name.chars().find(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'))
    {
        return Err(format!("a domain holds no `{}`", odd.escape_debug()));
    }
    // Twice the longest name in any encoding is never a name; idna's work grows with the length.
    if name.len() > 1024 {
        return Err("it is longer than 253 characters".into());
    }
    let ascii = idna::domain_to_ascii_cow(name.as_bytes(), idna::AsciiDenyList::EMPTY)
        .map_err(|_| "it is not a domain name".to_owned())?
        .to_ascii_lowercase();
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii);
    if ascii.len() > 253 {
        return Err("it is longer than 253 characters".into());
    }
    for label in ascii.split('.') {
        let fits = (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !fits {
            return Err(format!("`{}` is not a label of a domain", label.escape_debug()));
        }
    }
    if ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit())) {
        return Err("its last label is a number, as of an address".into());
    }
    Ok(ascii.to_owned())
}

/// Why no indicator may name this host of the canonical form; `None` where one may. A public suffix passes, since a
/// URL may be on one.
pub(super) fn host_objection(name: &str) -> Option<String> {
    if !name.contains('.') {
        return Some("a single label names no host of the internet".into());
    }
    if let Some(reserved) = RESERVED.iter().find(|reserved| is_within(name, reserved)) {
        return Some(format!("`{reserved}` is reserved for tests or local use"));
    }
    RESOLVERS.contains(&name).then(|| "it is the name of a public resolver".into())
}

/// Why no indicator may name this domain with all its subdomains; `None` where one may.
pub(super) fn objection(name: &str) -> Option<String> {
    host_objection(name).or_else(|| {
        let suffix = psl::suffix(name.as_bytes())?;
        (suffix.is_known() && suffix.as_bytes() == name.as_bytes())
            .then(|| "it is a public suffix, under which anyone may have a name".into())
    })
}

fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_domain_has_one_form() {
        for (written, canonical) in [
            ("Evil.COM.", "evil.com"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("xn--bcher-kva.de", "xn--bcher-kva.de"),
            ("_dmarc.evil.com", "_dmarc.evil.com"),
            ("aliexpress.us.com", "aliexpress.us.com"),
            ("EVIL。com", "evil.com"),
        ] {
            assert_eq!(canonical_domain(written).as_deref(), Ok(canonical), "{written}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for written in [
            "",
            ".",
            "frBvNnnFYR6XR622pBE0NQ==",
            "ValentinMihai-48225.portmap.io=>7119",
            "a..b",
            "-a.com",
            "a-.com",
            "1.2.3.4",
            "evil.com:80",
            "http://evil.com",
            "a b.com",
            "evil.com/x",
            "a@b.com",
            "a\"b.com",
            "a|b.com",
            "a\n.com",
            &"a".repeat(64),
            &"a.".repeat(2000),
            "xn--\u{202e}.com",
        ] {
            assert!(canonical_domain(written).is_err(), "{written}");
        }
    }

    #[test]
    fn a_domain_that_others_share_is_refused() {
        for name in [
            "co.uk",
            "com",
            "duckdns.org",
            "noluyoruzawk",
            "4040a",
            "evil.example",
            "dummy-tf-test.example",
            "www.example.com",
            "host.local",
            "dns.google",
            "xn--p1ai",
        ] {
            assert!(objection(name).is_some(), "{name}");
        }
        for name in ["evil.co.uk", "metsfgsd.duckdns.org", "example.com.evil.net", "notexample.com", "a.bit"]
        {
            assert_eq!(objection(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_domain_is_its_own_canonical_form(text in "(\\PC{0,12}\\.){0,4}[a-zé]{0,5}") {
            if let Ok(once) = canonical_domain(&text) {
                prop_assert_eq!(canonical_domain(&once), Ok(once.clone()));
                prop_assert!(once.len() <= 253 && once.is_ascii());
            }
        }
    }
}
