//! Which credential the environment is set up for.

use super::Environment;
use crate::{
    azure::error::{Error, ErrorKind},
    operation::AuthMethod,
};

/// A row of the table that [`detect`] goes through.
struct Sign {
    method: AuthMethod,
    /// Together they mean this method.
    all_of: &'static [&'static str],
    /// With the first of `all_of` set and another of them missing: whether that is a mistake to be named. The variables
    /// of a build server are there in every job and say nothing about what the user wants.
    deliberate: bool,
    because: &'static str,
}

const SIGNS: &[Sign] = &[
    Sign {
        method: AuthMethod::GithubOidc,
        all_of: &[
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "AZURE_CLIENT_ID",
            "AZURE_TENANT_ID",
        ],
        deliberate: false,
        because: "ACTIONS_ID_TOKEN_REQUEST_URL, AZURE_CLIENT_ID and AZURE_TENANT_ID are set",
    },
    Sign {
        method: AuthMethod::AzurePipelines,
        all_of: &["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"],
        deliberate: false,
        because: "SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN and AZURESUBSCRIPTION_SERVICE_CONNECTION_ID are set",
    },
    Sign {
        method: AuthMethod::WorkloadIdentity,
        all_of: &["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"],
        deliberate: true,
        because: "AZURE_FEDERATED_TOKEN_FILE is set",
    },
    Sign {
        method: AuthMethod::ClientSecret,
        all_of: &["AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"],
        deliberate: true,
        because: "AZURE_CLIENT_SECRET is set",
    },
    Sign {
        method: AuthMethod::ClientCertificate,
        all_of: &["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"],
        deliberate: true,
        because: "AZURE_CLIENT_CERTIFICATE_PATH is set",
    },
    Sign {
        method: AuthMethod::ManagedIdentity,
        all_of: &["IDENTITY_ENDPOINT"],
        deliberate: false,
        because: "IDENTITY_ENDPOINT is set",
    },
    Sign {
        method: AuthMethod::ManagedIdentity,
        all_of: &["MSI_ENDPOINT"],
        deliberate: false,
        because: "MSI_ENDPOINT is set",
    },
];

/// The method that the environment is set up for, and the reason, in this order: GitHub OIDC, Azure Pipelines, workload
/// identity, client secret, client certificate, managed identity of an app service, and with none of them the Azure CLI.
/// A variable that is set to nothing is not set. The managed identity of a virtual machine sets no variable and is chosen
/// by name only.
///
/// # Errors
/// [`ErrorKind::Authentication`] when a secret, certificate or token file is set without what belongs to it; falling
/// through to another identity would hide the mistake.
pub fn detect(environment: Environment<'_>) -> Result<(AuthMethod, &'static str), Error> {
    for sign in SIGNS {
        let missing: Vec<_> =
            sign.all_of.iter().copied().filter(|name| variable(environment, name).is_none()).collect();
        if missing.is_empty() {
            return Ok((sign.method, sign.because));
        }
        if sign.deliberate && sign.all_of.first().is_some_and(|first| !missing.contains(first)) {
            return Err(missing_variables(sign.method, &missing, Some(sign.because)));
        }
    }
    Ok((AuthMethod::AzureCli, "no environment variable selects another method"))
}

/// A variable that is set and not empty.
pub(super) fn variable(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name).filter(|value| !value.is_empty())
}

/// The environment as one method reads it.
pub(super) struct Variables<'a> {
    method: AuthMethod,
    environment: Environment<'a>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(method: AuthMethod, environment: Environment<'a>) -> Self {
        Self { method, environment }
    }

    pub(super) fn method(&self) -> AuthMethod {
        self.method
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        variable(self.environment, name)
    }

    /// The first of two names when it is set, else the second.
    pub(super) fn either(&self, first: &'static str, second: &'static str) -> &'static str {
        if self.get(first).is_some() { first } else { second }
    }

    /// The values of all these, or an error that names each one that is missing.
    pub(super) fn need<const N: usize>(&self, names: [&'static str; N]) -> Result<[String; N], Error> {
        let missing: Vec<_> = names.into_iter().filter(|name| self.get(name).is_none()).collect();
        if missing.is_empty() {
            return Ok(names.map(|name| self.get(name).unwrap_or_default()));
        }
        Err(missing_variables(self.method, &missing, None))
    }
}

fn missing_variables(method: AuthMethod, missing: &[&str], because: Option<&str>) -> Error {
    let names = missing.join(", ");
    let are = if missing.len() == 1 { "is" } else { "are" };
    let because = because.map_or(String::new(), |because| format!(" (chosen as {because})"));
    let help = match method {
        AuthMethod::GithubOidc => "; the job needs `permissions: id-token: write`",
        AuthMethod::AzurePipelines => {
            "; map SYSTEM_ACCESSTOKEN from $(System.AccessToken) in a task with a service connection"
        }
        _ => "",
    };
    Error::new(
        ErrorKind::Authentication,
        format!("to sign in with {method}{because}, {names} {are} missing from the environment{help}"),
    )
}
