//! Addresses that no indicator may name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// IANA's registry of special-purpose IPv4 addresses, and multicast.
const SPECIAL_V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "reserved space (this network)"),
    (v4(10, 0, 0, 0, 8), "private space"),
    (v4(100, 64, 0, 0, 10), "the shared space of carriers"),
    (v4(127, 0, 0, 0, 8), "loopback space"),
    (v4(169, 254, 0, 0, 16), "link-local space"),
    (v4(172, 16, 0, 0, 12), "private space"),
    (v4(192, 0, 0, 0, 24), "reserved space"),
    (v4(192, 0, 2, 0, 24), "documentation space"),
    (v4(192, 88, 99, 0, 24), "reserved space"),
    (v4(192, 168, 0, 0, 16), "private space"),
    (v4(198, 18, 0, 0, 15), "benchmarking space"),
    (v4(198, 51, 100, 0, 24), "documentation space"),
    (v4(203, 0, 113, 0, 24), "documentation space"),
    (v4(224, 0, 0, 0, 4), "multicast space"),
    (v4(240, 0, 0, 0, 4), "reserved space"),
];

/// IANA's registry of special-purpose IPv6 addresses, as far as it lies in global unicast space or has a name that
/// helps; everything else outside `2000::/3` is reserved.
const SPECIAL_V6: &[(Ipv6Net, &str)] = &[
    (v6(0, 0, 0, 127), "reserved or loopback space"),
    (v6(0x64, 0xff9b, 0, 32), "translation space (NAT64)"),
    (v6(0x100, 0, 0, 64), "discard-only space"),
    (v6(0x2001, 0, 0, 23), "reserved space"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation space"),
    (v6(0x2002, 0, 0, 16), "translation space (6to4)"),
    (v6(0x3fff, 0, 0, 20), "documentation space"),
    (v6(0xfc00, 0, 0, 7), "private space"),
    (v6(0xfe80, 0, 0, 10), "link-local space"),
    (v6(0xfec0, 0, 0, 10), "private space"),
    (v6(0xff00, 0, 0, 8), "multicast space"),
];

const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Resolvers that hosts everywhere ask, from their operators' own pages.
const RESOLVERS_V4: &[(Ipv4Addr, &str)] = &[
    (Ipv4Addr::new(8, 8, 8, 8), "Google"),
    (Ipv4Addr::new(8, 8, 4, 4), "Google"),
    (Ipv4Addr::new(1, 1, 1, 1), "Cloudflare"),
    (Ipv4Addr::new(1, 0, 0, 1), "Cloudflare"),
    (Ipv4Addr::new(1, 1, 1, 2), "Cloudflare"),
    (Ipv4Addr::new(1, 0, 0, 2), "Cloudflare"),
    (Ipv4Addr::new(1, 1, 1, 3), "Cloudflare"),
    (Ipv4Addr::new(1, 0, 0, 3), "Cloudflare"),
    (Ipv4Addr::new(9, 9, 9, 9), "Quad9"),
    (Ipv4Addr::new(9, 9, 9, 10), "Quad9"),
    (Ipv4Addr::new(9, 9, 9, 11), "Quad9"),
    (Ipv4Addr::new(149, 112, 112, 112), "Quad9"),
    (Ipv4Addr::new(149, 112, 112, 10), "Quad9"),
    (Ipv4Addr::new(149, 112, 112, 11), "Quad9"),
    (Ipv4Addr::new(208, 67, 222, 222), "OpenDNS"),
    (Ipv4Addr::new(208, 67, 220, 220), "OpenDNS"),
    (Ipv4Addr::new(208, 67, 222, 123), "OpenDNS"),
    (Ipv4Addr::new(208, 67, 220, 123), "OpenDNS"),
    (Ipv4Addr::new(94, 140, 14, 14), "AdGuard"),
    (Ipv4Addr::new(94, 140, 15, 15), "AdGuard"),
    (Ipv4Addr::new(185, 228, 168, 9), "CleanBrowsing"),
    (Ipv4Addr::new(185, 228, 169, 9), "CleanBrowsing"),
    (Ipv4Addr::new(64, 6, 64, 6), "Vercara"),
    (Ipv4Addr::new(64, 6, 65, 6), "Vercara"),
    (Ipv4Addr::new(4, 2, 2, 1), "Level 3"),
    (Ipv4Addr::new(4, 2, 2, 2), "Level 3"),
    (Ipv4Addr::new(4, 2, 2, 3), "Level 3"),
    (Ipv4Addr::new(4, 2, 2, 4), "Level 3"),
    (Ipv4Addr::new(77, 88, 8, 8), "Yandex"),
    (Ipv4Addr::new(77, 88, 8, 1), "Yandex"),
    (Ipv4Addr::new(114, 114, 114, 114), "114DNS"),
    (Ipv4Addr::new(223, 5, 5, 5), "AliDNS"),
    (Ipv4Addr::new(223, 6, 6, 6), "AliDNS"),
    (Ipv4Addr::new(119, 29, 29, 29), "DNSPod"),
];

const RESOLVERS_V6: &[(Ipv6Addr, &str)] = &[
    (Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888), "Google"),
    (Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8844), "Google"),
    (Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111), "Cloudflare"),
    (Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1001), "Cloudflare"),
    (Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 0xfe), "Quad9"),
    (Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9), "Quad9"),
    (Ipv6Addr::new(0x2620, 0x119, 0x35, 0, 0, 0, 0, 0x35), "OpenDNS"),
    (Ipv6Addr::new(0x2620, 0x119, 0x53, 0, 0, 0, 0, 0x53), "OpenDNS"),
];

/// Why no indicator may name this address; `None` where one may.
pub(super) fn objection(address: IpAddr) -> Option<String> {
    let (space, resolver) = match address.to_canonical() {
        IpAddr::V4(v4) => (
            SPECIAL_V4.iter().find(|(net, _)| net.contains(&v4)).map(|(_, space)| *space),
            RESOLVERS_V4.iter().find(|(known, _)| *known == v4).map(|(_, operator)| *operator),
        ),
        IpAddr::V6(v6) => (
            SPECIAL_V6
                .iter()
                .find(|(net, _)| net.contains(&v6))
                .map(|(_, space)| *space)
                .or((!GLOBAL_UNICAST.contains(&v6)).then_some("reserved space")),
            RESOLVERS_V6.iter().find(|(known, _)| *known == v6).map(|(_, operator)| *operator),
        ),
    };
    space
        .map(|space| format!("the address lies in {space}"))
        .or_else(|| resolver.map(|operator| format!("the address is {operator}'s public resolver")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objection_to(address: &str) -> Option<String> {
        objection(address.parse().expect("an address"))
    }

    #[test]
    fn addresses_that_everyone_or_no_one_has_are_refused() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "8.8.8.8",
            "1.1.1.1",
            "9.9.9.9",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:c000:204::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
            "2001:4860:4860::8888",
        ] {
            assert!(objection_to(address).is_some(), "{address}");
        }
    }

    #[test]
    fn the_neighbours_of_those_addresses_are_not() {
        for address in [
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "8.8.8.9",
            "1.1.1.4",
            "::ffff:5.188.86.6",
            "2001:200::1",
            "2001:db9::1",
            "2a02:cf40:1::5",
            "2003::1",
            "3ffe::1",
        ] {
            assert_eq!(objection_to(address), None, "{address}");
        }
    }
}
