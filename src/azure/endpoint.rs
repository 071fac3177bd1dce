//! The clouds' endpoints, and which others are allowed.

use azure_core::cloud::CloudConfiguration;
use url::{Host, Url};

use super::error::{Error, ErrorKind, excerpt};
use crate::operation::Cloud;

/// Where the management API answers, and what a token for it is asked with.
///
/// Either the endpoint of a [`Cloud`], or a URL that the user gave: `https` anywhere, `http` only on a loopback address
/// (127.0.0.0/8, `[::1]`, `localhost`), because a bearer token goes with every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    cloud: Cloud,
}

impl Endpoint {
    /// The endpoint of a cloud.
    pub fn of(cloud: Cloud) -> Self {
        let base = match cloud {
            Cloud::Public => "https://management.azure.com",
            Cloud::UsGovernment => "https://management.usgovcloudapi.net",
            Cloud::China => "https://management.chinacloudapi.cn",
        };
        Self {
            // Three constants, each of which a test parses.
            base: Url::parse(base).expect("a constant URL"),
            cloud,
        }
    }

    /// An endpoint that the user gave; tokens are those of `cloud`.
    ///
    /// # Errors
    /// [`ErrorKind::Endpoint`] when it is not an absolute http or https URL, is http on a host that is not loopback, or has
    /// a user, a query or a fragment.
    pub fn parse(text: &str, cloud: Cloud) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Error::new(
                ErrorKind::Endpoint,
                format!(
                    "the endpoint `{}` {why}; use an https URL, or an http URL on a loopback address such as http://127.0.0.1:8080",
                    without_user(text)
                ),
            )
        };
        let base = Url::parse(text).map_err(|error| refuse(&format!("is not a URL ({error})")))?;
        match base.scheme() {
            "https" if base.has_host() => {}
            "http" if is_loopback(&base) => {}
            "http" => return Err(refuse("would send the token unencrypted to another machine")),
            _ => return Err(refuse("is neither http nor https")),
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(refuse("contains a user name or a password"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(refuse("contains a query or a fragment"));
        }
        Ok(Self { base, cloud })
    }

    /// The URL that paths are joined to.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The cloud whose tokens it takes.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The scope of a token for the management API.
    pub fn scope(&self) -> &'static str {
        match self.cloud {
            Cloud::Public => "https://management.azure.com/.default",
            // Unlike the others, the audience is not the endpoint.
            Cloud::UsGovernment => "https://management.core.usgovcloudapi.net/.default",
            Cloud::China => "https://management.chinacloudapi.cn/.default",
        }
    }

    /// The host that issues tokens.
    pub fn authority(&self) -> &'static str {
        match self.cloud {
            Cloud::Public => "https://login.microsoftonline.com",
            Cloud::UsGovernment => "https://login.microsoftonline.us",
            Cloud::China => "https://login.chinacloudapi.cn",
        }
    }

    /// The audience of a federated token that Microsoft Entra exchanges.
    pub(super) fn token_exchange_audience(&self) -> &'static str {
        match self.cloud {
            Cloud::Public => "api://AzureADTokenExchange",
            Cloud::UsGovernment => "api://AzureADTokenExchangeUSGov",
            Cloud::China => "api://AzureADTokenExchangeChina",
        }
    }

    /// The same cloud in azure_core's words.
    pub(super) fn cloud_configuration(&self) -> CloudConfiguration {
        match self.cloud {
            Cloud::Public => CloudConfiguration::AzurePublic,
            Cloud::UsGovernment => CloudConfiguration::AzureGovernment,
            Cloud::China => CloudConfiguration::AzureChina,
        }
    }

    /// Whether it is plain http, which [`Endpoint::parse`] allows on loopback only.
    pub fn is_loopback_http(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Whether a URL that the service named is at the same scheme, host and port, so that the token may go there.
    pub(super) fn is_same_origin(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }
}

/// The text without what comes before the `@` of its host, which may be a password.
fn without_user(text: &str) -> String {
    let shown = match text.rsplit_once('@') {
        Some((user, host)) => format!("{}…@{host}", user.split_once("//").map_or("", |_| "//")),
        None => text.to_owned(),
    };
    excerpt(&shown, 200)
}

/// Whether a URL's host is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_its_endpoint_scope_and_authority() {
        let table = Cloud::ALL.iter().map(|cloud| Endpoint::of(*cloud)).map(|endpoint| {
            [
                endpoint.base().as_str().to_owned(),
                endpoint.scope().to_owned(),
                endpoint.authority().to_owned(),
            ]
        });
        assert_eq!(
            table.collect::<Vec<_>>(),
            [
                [
                    "https://management.azure.com/",
                    "https://management.azure.com/.default",
                    "https://login.microsoftonline.com"
                ],
                [
                    "https://management.usgovcloudapi.net/",
                    "https://management.core.usgovcloudapi.net/.default",
                    "https://login.microsoftonline.us"
                ],
                [
                    "https://management.chinacloudapi.cn/",
                    "https://management.chinacloudapi.cn/.default",
                    "https://login.chinacloudapi.cn"
                ],
            ]
        );
    }

    #[test]
    fn http_is_for_loopback_only() {
        for good in [
            "http://127.0.0.1:8080",
            "http://127.8.9.1:1",
            "http://[::1]:8080",
            "http://localhost:8080",
            "https://management.example.org",
        ] {
            assert!(Endpoint::parse(good, Cloud::Public).is_ok(), "{good}");
        }
        for bad in [
            "http://management.azure.com",
            "http://10.0.0.1:8080",
            "http://0.0.0.0:8080",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "http://[::ffff:7f00:1]:80",
            "ftp://127.0.0.1",
            "127.0.0.1:8080",
            "https://user:secret@management.azure.com",
            "https://management.azure.com/?a=b",
            "",
        ] {
            let error = Endpoint::parse(bad, Cloud::Public).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Endpoint, "{bad}");
            assert!(error.to_string().contains("http://127.0.0.1:8080"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_password_in_an_endpoint_is_not_repeated() {
        let error = Endpoint::parse("https://user:hunter22@management.azure.com", Cloud::Public).unwrap_err();
        assert!(!error.to_string().contains("hunter22"), "{error}");
    }

    #[test]
    fn origin_is_scheme_host_and_port() {
        let endpoint = Endpoint::parse("http://127.0.0.1:8080", Cloud::Public).unwrap();
        assert!(endpoint.is_same_origin(&"http://127.0.0.1:8080/x".parse().unwrap()));
        for other in ["http://127.0.0.1:8081/x", "https://127.0.0.1:8080/x", "http://localhost:8080/x"] {
            assert!(!endpoint.is_same_origin(&other.parse().unwrap()), "{other}");
        }
    }
}
