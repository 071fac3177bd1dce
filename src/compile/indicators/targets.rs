//! The tables that are hunted in: one entry for each table, which has all that is known of it.
//!
//! An entry holds fragments of KQL that were written here by hand; nothing from a feed or a rule file ever enters one.
//! Column names and their meaning are those of the Azure Monitor reference of Log Analytics tables. In a workspace
//! Defender's tables have `TimeGenerated`, not `Timestamp`.

use crate::indicator::IndicatorKind;

/// What an indicator and an event are compared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matter {
    /// An address, or an address with its port.
    Address,
    /// A domain with its subdomains.
    Domain,
    /// A URL.
    Url,
    /// A hash of a file.
    Hash,
}

impl Matter {
    /// What an indicator of this type is compared on.
    pub(super) fn of(kind: IndicatorKind) -> Self {
        match kind {
            IndicatorKind::IpPort => Self::Address,
            IndicatorKind::Domain => Self::Domain,
            IndicatorKind::Url => Self::Url,
            IndicatorKind::Md5 | IndicatorKind::Sha1 | IndicatorKind::Sha256 => Self::Hash,
        }
    }

    /// As people call them.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Address => "addresses",
            Self::Domain => "domains",
            Self::Url => "URLs",
            Self::Hash => "file hashes",
        }
    }
}

/// A column of the query and the expression that makes it.
pub(super) type Named = (&'static str, &'static str);

/// An address of an event that is held against the listed ones: by itself, or with its port (`match: endpoint`).
#[derive(Debug)]
pub(super) struct Side {
    /// The column that holds what is compared.
    pub(super) name: &'static str,
    /// The table's column with the address.
    pub(super) address: &'static str,
    /// The table's column with the port of the same side.
    pub(super) port: &'static str,
}

/// How the events become few before each is looked up.
#[derive(Debug)]
pub(super) enum Narrow {
    /// Only events of which one of these columns is listed: for tables whose values are compared whole.
    Listed(&'static [&'static str]),
    /// Events that agree in all columns become one with a count: for names, which are compared in parts.
    Counted,
    /// Not at all: for small tables.
    Not,
}

/// The columns of the query by which a person may exclude, for each kind of exclusion; none where the table has no
/// such column.
#[derive(Debug, Default)]
pub(super) struct Excludable {
    /// Addresses of either side.
    pub(super) addresses: &'static [&'static str],
    /// Names of hosts, short or full.
    pub(super) hosts: &'static [&'static str],
    /// The name that was matched or looked up, in columns of the expanded rows, in lower case; empty for an address:
    /// what a host calls itself in a request excuses no connection to a listed address.
    pub(super) domains: &'static [&'static str],
    /// File names of processes.
    pub(super) processes: &'static [&'static str],
}

/// An entity of the alert: its type and its identifiers with their columns.
pub(super) type Entity = (&'static str, &'static [(&'static str, &'static str)]);

/// A table that is hunted in.
#[derive(Debug)]
pub(super) struct Target {
    /// The table's name.
    pub(super) table: &'static str,
    /// The data connector that fills it, by its id in the Azure-Sentinel repository.
    pub(super) connector: &'static str,
    /// What of indicators it can hold.
    pub(super) holds: &'static [Matter],
    /// Threat types that such a table shows, for the rule's tactics where the author names none.
    pub(super) threats: &'static [&'static str],
    /// Which of its events count at all.
    pub(super) filter: Option<&'static str>,
    /// The addresses that are compared.
    pub(super) sides: &'static [Side],
    /// The other columns that the query needs.
    pub(super) columns: &'static [Named],
    /// Whether the device kept the event from happening.
    pub(super) blocked: Option<&'static str>,
    /// How the events become few.
    pub(super) narrow: Narrow,
    /// What may be excluded by.
    pub(super) excludable: Excludable,
    /// The steps from an event to rows with a column `Match`, one for each value that may be listed.
    pub(super) expand: &'static [&'static str],
    /// Whether the listed side began the connection, in columns of the expanded rows.
    pub(super) inbound: Option<&'static str>,
    /// What distinguishes one affected asset from another.
    pub(super) asset: &'static [Named],
    /// What is kept of the events of an indicator and an asset.
    pub(super) kept: &'static [Named],
    /// Columns made of those, for entities.
    pub(super) made: &'static [Named],
    /// The affected asset's entities; the indicator's own follow from what the table holds.
    pub(super) entities: &'static [Entity],
}

/// Words with which firewalls and proxies say that they stopped something: the beginnings of `DeviceAction` of Palo
/// Alto Networks, Fortinet, Check Point, Cisco, Zscaler, F5 and others. `client-rst`, `close` and `timeout` end a
/// session that was allowed.
const CEF_BLOCKED: &str = r#"DeviceAction matches regex @"(?i)^\s*(block|den(y|ied)|drop|reject|prevent|reset|sinkhole|quarantin|discard)" or SimplifiedDeviceAction =~ "Deny""#;

/// The parts of a name that may be listed: the whole name, and each parent down to two labels.
const PARENTS: &[&str] = &[
    r#"extend Labels = split(Host, ".")"#,
    "where array_length(Labels) between (2 .. 127)",
    "mv-expand Depth = range(0, array_length(Labels) - 2, 1) to typeof(long)",
    r#"extend Match = strcat_array(array_slice(Labels, Depth, -1), ".")"#,
];

/// A device of Defender by its name, in the forms that the service joins hosts on.
const DEVICE: &[Named] = &[
    ("HostName", r#"tostring(split(DeviceName, ".")[0])"#),
    ("DnsDomain", r#"extract(@"^[^.]*\.(.+)$", 1, DeviceName)"#),
];

const DEVICE_ENTITY: Entity =
    ("Host", &[("FullName", "DeviceName"), ("HostName", "HostName"), ("DnsDomain", "DnsDomain")]);

/// Both Defender tables of files and processes name a file and the process that acted.
const FILE_HASHES: &[&str] =
    &["MD5", "SHA1", "SHA256", "InitiatingProcessMD5", "InitiatingProcessSHA1", "InitiatingProcessSHA256"];

/// A hash that is both the file's and the process's counts once.
const EITHER_HASH: &[&str] = &[
    "mv-expand Match = set_union(pack_array(MD5, SHA1, SHA256), pack_array(InitiatingProcessMD5, InitiatingProcessSHA1, InitiatingProcessSHA256)) to typeof(string)",
    r#"extend Role = iff(Match in (MD5, SHA1, SHA256), "file", "initiating process")"#,
];

/// Every table that is hunted in, in the order in which rules are listed. All of them are the default targets.
pub(super) const TARGETS: &[Target] = &[
    Target {
        table: "CommonSecurityLog",
        connector: "CefAma",
        holds: &[Matter::Address, Matter::Url],
        threats: &["botnet_cc", "payload_delivery"],
        filter: None,
        sides: &[
            Side { name: "SourceMatch", address: "SourceIP", port: "SourcePort" },
            Side { name: "DestinationMatch", address: "DestinationIP", port: "DestinationPort" },
        ],
        columns: &[
            ("UrlMatch", "url(RequestURL)"),
            ("Source", "address(SourceIP)"),
            ("Destination", "address(DestinationIP)"),
            ("DestinationPort", "DestinationPort"),
            ("SourceHostName", "SourceHostName"),
            ("DestinationHostName", "DestinationHostName"),
            ("SourceProcessName", "SourceProcessName"),
            ("RequestURL", "RequestURL"),
            ("DeviceAction", "DeviceAction"),
            ("Product", r#"strcat(DeviceVendor, " ", DeviceProduct)"#),
        ],
        blocked: Some(CEF_BLOCKED),
        narrow: Narrow::Listed(&["SourceMatch", "DestinationMatch", "UrlMatch"]),
        excludable: Excludable {
            addresses: &["Source", "Destination"],
            hosts: &["SourceHostName", "DestinationHostName"],
            domains: &[r#"iff(Side == "url", host(RequestURL), "")"#],
            processes: &["SourceProcessName"],
        },
        expand: &[
            r#"mv-expand Side = dynamic(["source", "destination", "url"]) to typeof(string)"#,
            r#"extend Match = case(Side == "source", SourceMatch, Side == "destination", DestinationMatch, UrlMatch)"#,
        ],
        inbound: Some(r#"Side == "source""#),
        // `Computer` is the forwarder and `DeviceName` the firewall: the asset is the side that is not listed.
        asset: &[("AssetAddress", r#"iff(Side == "source", Destination, Source)"#)],
        kept: &[
            (
                "AssetName",
                r#"take_anyif(iff(Side == "source", DestinationHostName, SourceHostName), isnotempty(iff(Side == "source", DestinationHostName, SourceHostName)))"#,
            ),
            ("Directions", r#"make_set(iff(Side == "source", "inbound", "outbound"), 2)"#),
            ("Ports", "make_set(DestinationPort, 32)"),
            ("Actions", "make_set(DeviceAction, 32)"),
            ("Products", "make_set(Product, 32)"),
        ],
        made: &[],
        entities: &[("IP", &[("Address", "AssetAddress")]), ("Host", &[("HostName", "AssetName")])],
    },
    Target {
        table: "DeviceNetworkEvents",
        connector: "MicrosoftThreatProtection",
        holds: &[Matter::Address, Matter::Domain, Matter::Url],
        threats: &["botnet_cc", "payload_delivery"],
        filter: None,
        sides: &[Side { name: "RemoteMatch", address: "RemoteIP", port: "RemotePort" }],
        columns: &[
            ("DeviceName", "DeviceName"),
            ("LocalAddress", "address(LocalIP)"),
            ("RemoteAddress", "address(RemoteIP)"),
            ("RemotePort", "RemotePort"),
            ("RemoteUrl", "RemoteUrl"),
            ("Process", "InitiatingProcessFileName"),
            ("ActionType", "ActionType"),
        ],
        blocked: None,
        narrow: Narrow::Counted,
        excludable: Excludable {
            addresses: &["RemoteAddress", "LocalAddress"],
            hosts: &["DeviceName"],
            domains: &[r#"iff(Depth == -2, "", Host)"#],
            processes: &["Process"],
        },
        // `RemoteUrl` holds a whole URL or only a host. A host that is the remote address itself is not counted twice.
        expand: &[
            "extend UrlMatch = url(RemoteUrl), Host = host(RemoteUrl)",
            r#"extend Labels = split(Host, ".")"#,
            "mv-expand Depth = range(-2, min_of(array_length(Labels), 127) - 2, 1) to typeof(long)",
            r#"extend Match = case(Depth == -2, iff(RemoteMatch == Host, "", RemoteMatch), Depth == -1, UrlMatch, strcat_array(array_slice(Labels, Depth, -1), "."))"#,
        ],
        inbound: None,
        asset: &[("DeviceName", "DeviceName")],
        kept: &[
            ("Ports", "make_set(RemotePort, 32)"),
            ("RemoteAddresses", "make_set(RemoteAddress, 32)"),
            ("Processes", "make_set(Process, 32)"),
            ("ActionTypes", "make_set(ActionType, 32)"),
        ],
        made: DEVICE,
        entities: &[DEVICE_ENTITY],
    },
    Target {
        table: "DnsEvents",
        connector: "DNS",
        holds: &[Matter::Domain],
        threats: &["botnet_cc", "payload_delivery"],
        // The table also holds what the server registers and how it is configured.
        filter: Some(r#"SubType == "LookupQuery""#),
        sides: &[],
        // `Computer` is the DNS server.
        columns: &[("AssetAddress", "address(ClientIP)"), ("Host", r#"trim_end(@"\.", tolower(Name))"#)],
        blocked: None,
        narrow: Narrow::Counted,
        excludable: Excludable {
            addresses: &["AssetAddress"],
            hosts: &[],
            domains: &["Host"],
            processes: &[],
        },
        expand: PARENTS,
        inbound: None,
        asset: &[("AssetAddress", "AssetAddress")],
        kept: &[("Names", "make_set(Host, 32)")],
        made: &[],
        entities: &[("IP", &[("Address", "AssetAddress")])],
    },
    Target {
        table: "ASimDnsActivityLogs",
        connector: "WindowsDnsAma",
        holds: &[Matter::Domain],
        threats: &["botnet_cc", "payload_delivery"],
        filter: None,
        sides: &[],
        // `Dvc` is the sensor, `Src` the host that asked.
        columns: &[
            ("AssetAddress", "address(SrcIpAddr)"),
            ("AssetName", "SrcHostname"),
            ("Host", r#"trim_end(@"\.", tolower(DnsQuery))"#),
            ("Process", r#"extract(@"[^\\/]*$", 0, SrcProcessName)"#),
        ],
        blocked: Some(r#"DvcAction matches regex @"(?i)^(block|den(y|ied)|drop|reject|sinkhole)""#),
        narrow: Narrow::Counted,
        excludable: Excludable {
            addresses: &["AssetAddress"],
            hosts: &["AssetName"],
            domains: &["Host"],
            processes: &["Process"],
        },
        expand: PARENTS,
        inbound: None,
        asset: &[("Asset", "iff(isempty(AssetAddress), AssetName, AssetAddress)")],
        kept: &[
            ("AssetAddress", "take_anyif(AssetAddress, isnotempty(AssetAddress))"),
            ("AssetName", "take_anyif(AssetName, isnotempty(AssetName))"),
            ("Names", "make_set(Host, 32)"),
            ("Processes", "make_set(Process, 32)"),
        ],
        made: &[],
        entities: &[("IP", &[("Address", "AssetAddress")]), ("Host", &[("HostName", "AssetName")])],
    },
    Target {
        table: "UrlClickEvents",
        connector: "MicrosoftThreatProtection",
        holds: &[Matter::Url],
        threats: &["payload_delivery"],
        filter: None,
        sides: &[],
        columns: &[
            ("ReportId", "ReportId"),
            ("AccountUpn", "tolower(AccountUpn)"),
            ("ClientAddress", "address(IPAddress)"),
            ("Clicked", "Url"),
            ("Chain", "parse_json(UrlChain)"),
            ("Workload", "Workload"),
            ("ActionType", "ActionType"),
        ],
        // Whoever clicked through a warning was not stopped.
        blocked: Some(r#"ActionType startswith "ClickBlocked" and not(coalesce(IsClickedThrough, false))"#),
        narrow: Narrow::Not,
        excludable: Excludable {
            addresses: &["ClientAddress"],
            hosts: &[],
            domains: &["host(Match)"],
            processes: &[],
        },
        // A click counts once, however often its chain of redirections names the URL.
        expand: &[
            r#"mv-expand Value = iff(gettype(Chain) == "array", set_union(pack_array(Clicked), Chain), pack_array(Clicked)) to typeof(string)"#,
            "extend Match = url(Value)",
            "where Match in (keys)",
            "distinct Match, TimeGenerated, ReportId, AccountUpn, ClientAddress, Clicked, Workload, ActionType, Blocked",
        ],
        inbound: None,
        asset: &[("AccountUpn", "AccountUpn")],
        kept: &[
            ("ClientAddress", "take_anyif(ClientAddress, isnotempty(ClientAddress))"),
            ("ClickedUrls", "make_set(Clicked, 32)"),
            ("Workloads", "make_set(Workload, 32)"),
            ("ActionTypes", "make_set(ActionType, 32)"),
        ],
        made: &[
            ("AccountName", r#"tostring(split(AccountUpn, "@")[0])"#),
            ("AccountSuffix", r#"tostring(split(AccountUpn, "@")[1])"#),
        ],
        entities: &[
            (
                "Account",
                &[("FullName", "AccountUpn"), ("Name", "AccountName"), ("UPNSuffix", "AccountSuffix")],
            ),
            ("IP", &[("Address", "ClientAddress")]),
        ],
    },
    Target {
        table: "DeviceFileEvents",
        connector: "MicrosoftThreatProtection",
        holds: &[Matter::Hash],
        threats: &["payload"],
        filter: None,
        sides: &[],
        columns: &[
            ("MD5", "tolower(MD5)"),
            ("SHA1", "tolower(SHA1)"),
            ("SHA256", "tolower(SHA256)"),
            ("InitiatingProcessMD5", "tolower(InitiatingProcessMD5)"),
            ("InitiatingProcessSHA1", "tolower(InitiatingProcessSHA1)"),
            ("InitiatingProcessSHA256", "tolower(InitiatingProcessSHA256)"),
            ("DeviceName", "DeviceName"),
            ("FileName", "FileName"),
            ("FolderPath", "FolderPath"),
            ("Process", "InitiatingProcessFileName"),
            ("ActionType", "ActionType"),
        ],
        blocked: None,
        narrow: Narrow::Listed(FILE_HASHES),
        excludable: Excludable {
            addresses: &[],
            hosts: &["DeviceName"],
            domains: &[],
            processes: &["Process"],
        },
        expand: EITHER_HASH,
        inbound: None,
        asset: &[("DeviceName", "DeviceName")],
        kept: &[
            ("Roles", "make_set(Role, 2)"),
            ("FileNames", "make_set(FileName, 32)"),
            ("FolderPaths", "make_set(FolderPath, 32)"),
            ("Processes", "make_set(Process, 32)"),
            ("ActionTypes", "make_set(ActionType, 32)"),
        ],
        made: DEVICE,
        entities: &[DEVICE_ENTITY],
    },
    Target {
        table: "DeviceProcessEvents",
        connector: "MicrosoftThreatProtection",
        holds: &[Matter::Hash],
        threats: &["payload"],
        filter: None,
        sides: &[],
        columns: &[
            ("MD5", "tolower(MD5)"),
            ("SHA1", "tolower(SHA1)"),
            ("SHA256", "tolower(SHA256)"),
            ("InitiatingProcessMD5", "tolower(InitiatingProcessMD5)"),
            ("InitiatingProcessSHA1", "tolower(InitiatingProcessSHA1)"),
            ("InitiatingProcessSHA256", "tolower(InitiatingProcessSHA256)"),
            ("DeviceName", "DeviceName"),
            ("FileName", "FileName"),
            ("FolderPath", "FolderPath"),
            ("Process", "InitiatingProcessFileName"),
            ("AccountName", "AccountName"),
        ],
        blocked: None,
        narrow: Narrow::Listed(FILE_HASHES),
        excludable: Excludable {
            addresses: &[],
            hosts: &["DeviceName"],
            domains: &[],
            processes: &["Process"],
        },
        expand: EITHER_HASH,
        inbound: None,
        asset: &[("DeviceName", "DeviceName")],
        kept: &[
            ("Roles", "make_set(Role, 2)"),
            ("FileNames", "make_set(FileName, 32)"),
            ("FolderPaths", "make_set(FolderPath, 32)"),
            ("Processes", "make_set(Process, 32)"),
            ("AccountNames", "make_set(AccountName, 32)"),
        ],
        made: DEVICE,
        entities: &[DEVICE_ENTITY],
    },
];

#[cfg(test)]
mod tests;
