//! Which credential is taken, and what it asks for.

use bartizan::resource::Kind;
use std::collections::HashMap;

use bartizan::{
    azure::{Client, ClientOptions, Credential, Endpoint, ErrorKind, detect},
    operation::{AuthMethod, Cloud},
};
use serde_json::json;

use super::{Service, TOKEN, json, workspace};

const GITHUB: &[&str] = &["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
const PIPELINES: &[&str] =
    &["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"];
const APPLICATION: &[&str] = &["AZURE_CLIENT_ID", "AZURE_TENANT_ID"];

/// An environment in which these are set.
fn with(names: &[&[&str]]) -> impl Fn(&str) -> Option<String> {
    let names: Vec<String> = names.concat().iter().map(|name| (*name).to_owned()).collect();
    move |name| names.iter().any(|one| one == name).then(|| "set".to_owned())
}

fn of(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let pairs: HashMap<String, String> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    move |name| pairs.get(name).cloned()
}

#[test]
fn detection_is_a_table() {
    use AuthMethod::*;
    let table: &[(&[&[&str]], AuthMethod)] = &[
        (&[], AzureCli),
        (&[APPLICATION], AzureCli),
        (&[GITHUB], AzureCli),
        (&[GITHUB, APPLICATION], GithubOidc),
        (&[GITHUB, APPLICATION, &["AZURE_CLIENT_SECRET"]], GithubOidc),
        (&[&["SYSTEM_OIDCREQUESTURI"], APPLICATION], AzureCli),
        (&[PIPELINES], AzurePipelines),
        (&[PIPELINES, APPLICATION, &["AZURE_FEDERATED_TOKEN_FILE"]], AzurePipelines),
        (&[APPLICATION, &["AZURE_FEDERATED_TOKEN_FILE"]], WorkloadIdentity),
        (&[APPLICATION, &["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_SECRET"]], WorkloadIdentity),
        (&[APPLICATION, &["AZURE_CLIENT_SECRET"]], ClientSecret),
        (&[APPLICATION, &["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"]], ClientSecret),
        (&[APPLICATION, &["AZURE_CLIENT_CERTIFICATE_PATH"]], ClientCertificate),
        (&[&["IDENTITY_ENDPOINT"]], ManagedIdentity),
        (&[&["MSI_ENDPOINT"]], ManagedIdentity),
        (&[&["IDENTITY_ENDPOINT"], APPLICATION, &["AZURE_CLIENT_SECRET"]], ClientSecret),
        (&[&["BARTIZAN_TOKEN"]], AzureCli),
    ];
    for (names, method) in table {
        assert_eq!(detect(&with(names)).unwrap().0, *method, "{names:?}");
    }
}

#[test]
fn an_empty_variable_is_not_set() {
    assert_eq!(detect(&of(&[("IDENTITY_ENDPOINT", "")])).unwrap().0, AuthMethod::AzureCli);
}

#[test]
fn a_secret_without_its_application_is_an_error_and_no_other_identity() {
    for name in ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"] {
        let error = detect(&with(&[&[name, "IDENTITY_ENDPOINT"]])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let text = error.to_string();
        assert!(
            text.contains("AZURE_CLIENT_ID, AZURE_TENANT_ID are missing") && text.contains(name),
            "{text}"
        );
    }
}

fn choose(
    method: AuthMethod,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Credential, bartizan::azure::Error> {
    let service = Service::new(|_| json(500, &json!({})));
    Credential::choose(Some(method), &Endpoint::of(Cloud::Public), None, environment, &service.transport())
}

#[test]
fn missing_variables_are_named_each() {
    use AuthMethod::*;
    let table: &[(AuthMethod, &[&str])] = &[
        (WorkloadIdentity, &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"]),
        (ClientSecret, &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]),
        (
            GithubOidc,
            &[
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                "AZURE_TENANT_ID",
                "AZURE_CLIENT_ID",
            ],
        ),
        (
            AzurePipelines,
            &[
                "SYSTEM_OIDCREQUESTURI",
                "SYSTEM_ACCESSTOKEN",
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                "AZURE_TENANT_ID",
                "AZURE_CLIENT_ID",
            ],
        ),
        (StaticToken, &["BARTIZAN_TOKEN"]),
    ];
    for (method, names) in table {
        let error = choose(*method, &|_| None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{method}");
        for name in *names {
            assert!(error.message().contains(name), "{method}: {error}");
        }
    }
}

#[cfg(not(feature = "client-certificate"))]
#[test]
fn a_certificate_needs_its_feature() {
    let error = choose(AuthMethod::ClientCertificate, &|_| Some("set".to_owned())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.message().contains("--features client-certificate"), "{error}");
}

#[cfg(feature = "client-certificate")]
#[test]
fn a_certificate_that_is_not_there_is_an_error() {
    let error = choose(AuthMethod::ClientCertificate, &|_| Some("no-such-file.pfx".to_owned())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.message().contains("no-such-file.pfx"), "{error}");
}

#[test]
fn methods_that_ask_for_nothing_in_advance_are_made() {
    for method in [AuthMethod::AzureCli, AuthMethod::ManagedIdentity] {
        assert_eq!(choose(method, &|_| None).unwrap().method(), method);
    }
}

/// A service that issues tokens and answers all else with an empty list.
fn issuing() -> Service {
    Service::new(|seen| match seen.path.as_str() {
        path if path.ends_with("/oauth2/v2.0/token") => {
            json(200, &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": "issued-token"}))
        }
        "/runner" => json(200, &json!({"value": "runner-assertion"})),
        _ => json(200, &json!({"value": []})),
    })
}

async fn list_with(service: &Service, cloud: Cloud, method: AuthMethod, pairs: &[(&str, &str)]) {
    let endpoint = Endpoint::of(cloud);
    let credential =
        Credential::choose(Some(method), &endpoint, None, &of(pairs), &service.transport()).unwrap();
    let options = ClientOptions { transport: Some(service.transport()), ..ClientOptions::default() };
    let client = Client::new(workspace(), endpoint, &credential, options).unwrap();
    client.resources(Kind::AlertRule).await.unwrap();
    client.resources(Kind::Watchlist).await.unwrap();
}

const TENANT_AND_CLIENT: [(&str, &str); 2] =
    [("AZURE_TENANT_ID", "tenant-1"), ("AZURE_CLIENT_ID", "client-1")];

#[tokio::test]
async fn a_client_secret_is_exchanged_once_at_the_authority_of_the_cloud() {
    let table = [
        (
            Cloud::Public,
            "login.microsoftonline.com",
            "https%3A%2F%2Fmanagement.azure.com%2F.default",
            "management.azure.com",
        ),
        (
            Cloud::UsGovernment,
            "login.microsoftonline.us",
            "https%3A%2F%2Fmanagement.core.usgovcloudapi.net%2F.default",
            "management.usgovcloudapi.net",
        ),
        (
            Cloud::China,
            "login.chinacloudapi.cn",
            "https%3A%2F%2Fmanagement.chinacloudapi.cn%2F.default",
            "management.chinacloudapi.cn",
        ),
    ];
    for (cloud, authority, scope, host) in table {
        let service = issuing();
        let pairs = [&TENANT_AND_CLIENT[..], &[("AZURE_CLIENT_SECRET", "secret-1")]].concat();
        list_with(&service, cloud, AuthMethod::ClientSecret, &pairs).await;
        let seen = service.seen();
        assert_eq!(seen.iter().map(|one| one.host.as_str()).collect::<Vec<_>>(), [authority, host, host]);
        assert_eq!(seen[0].path, "/tenant-1/oauth2/v2.0/token");
        assert!(seen[0].body.contains(&format!("scope={scope}")), "{}", seen[0].body);
        assert!(seen[0].body.contains("client_secret=secret-1"));
        assert_eq!(seen[1].header("authorization"), Some("Bearer issued-token"));
    }
}

#[tokio::test]
async fn the_token_of_a_github_job_is_exchanged() {
    for (cloud, audience) in [
        (Cloud::Public, "api%3A%2F%2FAzureADTokenExchange"),
        (Cloud::UsGovernment, "api%3A%2F%2FAzureADTokenExchangeUSGov"),
        (Cloud::China, "api%3A%2F%2FAzureADTokenExchangeChina"),
    ] {
        let service = issuing();
        let runner = [
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://runner.example.org/runner?a=b"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner-token"),
        ];
        list_with(&service, cloud, AuthMethod::GithubOidc, &[&TENANT_AND_CLIENT[..], &runner].concat()).await;
        let seen = service.seen();
        assert_eq!(seen[0].host, "runner.example.org");
        assert_eq!(seen[0].query, format!("a=b&audience={audience}"));
        assert_eq!(seen[0].header("authorization"), Some("Bearer runner-token"));
        assert!(seen[1].body.contains("client_assertion=runner-assertion"), "{}", seen[1].body);
        assert_eq!(seen[2].header("authorization"), Some("Bearer issued-token"));
    }
}

#[test]
fn the_token_of_a_runner_goes_over_https_only() {
    let pairs = [
        &TENANT_AND_CLIENT[..],
        &[
            ("ACTIONS_ID_TOKEN_REQUEST_URL", "http://runner.example.org/"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t-o-k-e-n"),
        ],
    ]
    .concat();
    let error = choose(AuthMethod::GithubOidc, &of(&pairs)).unwrap_err();
    assert!(error.message().contains("ACTIONS_ID_TOKEN_REQUEST_URL"), "{error}");
}

#[tokio::test]
async fn a_token_that_is_refused_is_an_authentication_failure_with_its_reason() {
    let service = Service::new(|_| {
        json(
            401,
            &json!({"error": "invalid_client", "error_codes": [7000215], "error_description": "AADSTS7000215: Invalid client secret provided."}),
        )
    });
    let pairs = [&TENANT_AND_CLIENT[..], &[("AZURE_CLIENT_SECRET", "secret-1")]].concat();
    let endpoint = Endpoint::of(Cloud::Public);
    let credential = Credential::choose(
        Some(AuthMethod::ClientSecret),
        &endpoint,
        None,
        &of(&pairs),
        &service.transport(),
    )
    .unwrap();
    for result in [
        service.client_with(&credential).resources(Kind::AlertRule).await.map(|_| ()),
        service.client_with(&credential).put(Kind::AlertRule, "r1", &json!({})).await.map(|_| ()),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let chain = format!("{:#}", anyhow::Error::from(error));
        assert!(chain.contains("AADSTS7000215"), "{chain}");
        assert!(!chain.contains("secret-1"), "{chain}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_fails_is_tried_a_few_times_and_not_for_minutes() {
    let service = Service::new(|seen| match seen.path.as_str() {
        path if path.ends_with("/oauth2/v2.0/token") => json(503, &json!({})),
        _ => json(200, &json!({"value": []})),
    });
    let pairs = [&TENANT_AND_CLIENT[..], &[("AZURE_CLIENT_SECRET", "secret-1")]].concat();
    let endpoint = Endpoint::of(Cloud::Public);
    let method = Some(AuthMethod::ClientSecret);
    let credential = Credential::choose(method, &endpoint, None, &of(&pairs), &service.transport()).unwrap();
    let error = service.client_with(&credential).resources(Kind::AlertRule).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let tokens = service.seen().iter().filter(|seen| seen.path.ends_with("/token")).count();
    assert_eq!(tokens, 5, "once, and four times again");
}

#[tokio::test]
async fn a_loopback_endpoint_gets_no_token_of_azure_unless_told() {
    let endpoint = Endpoint::parse("http://127.0.0.1:8080", Cloud::Public).unwrap();
    let service = issuing();
    let pairs = [&TENANT_AND_CLIENT[..], &[("AZURE_CLIENT_SECRET", "secret-1")]].concat();
    for (pairs, token) in [
        (pairs, "Bearer bartizan-loopback"),
        (vec![("BARTIZAN_TOKEN", TOKEN)], "Bearer the-token-of-this-test"),
    ] {
        let credential =
            Credential::choose(None, &endpoint, None, &of(&pairs), &service.transport()).unwrap();
        assert_eq!(credential.method(), AuthMethod::StaticToken);
        let options = ClientOptions { transport: Some(service.transport()), ..ClientOptions::default() };
        let client = Client::new(workspace(), endpoint.clone(), &credential, options).unwrap();
        client.resources(Kind::AlertRule).await.unwrap();
        let last = service.seen().pop().unwrap();
        assert_eq!((last.host.as_str(), last.header("authorization")), ("127.0.0.1:8080", Some(token)));
    }
    assert_eq!(service.seen().len(), 2);
}
