//! The credential of a run: chosen by name, or by the variables that are set.

mod detect;
mod oidc;

use std::{fmt, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions},
    http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport},
    time::{Duration, OffsetDateTime},
};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzurePipelinesCredential, AzurePipelinesCredentialOptions,
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId, WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};

use super::{
    endpoint::Endpoint,
    error::{Error, ErrorKind},
    redact::Redactor,
    throttle::Throttles,
    transport::bounded,
};
use crate::operation::AuthMethod;

pub use detect::detect;
use detect::{Variables, variable};

/// How often a request for a token is sent again; the waits double from 0.2 s.
const SIGN_IN_RETRIES: u32 = 4;

/// After how long it is not sent again. What was under way then still comes to its end, such as a lookup of a name.
const SIGN_IN_TIME: Duration = Duration::seconds(20);

/// Looks up an environment variable. Handed in, so that a test has its own environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub fn process_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The token for an emulator when none was given; it takes any.
const LOOPBACK_TOKEN: &str = "bartizan-loopback";

/// An identity: a way to get tokens, with the secrets that it knows, which are kept out of every message, and what Azure
/// lets it send to each subscription. Its clones are the same identity.
#[derive(Clone)]
pub struct Credential {
    method: AuthMethod,
    inner: Arc<dyn TokenCredential>,
    redactor: Redactor,
    throttles: Throttles,
}

impl Credential {
    /// The credential of `method`, or, where that is `None`, the one that [`detect`] finds. At a plain-http endpoint,
    /// which is loopback, nothing is detected: it gets `BARTIZAN_TOKEN` or a placeholder, so that no real token goes to
    /// whatever listens there unless a method was named.
    ///
    /// `subscription` selects the account of the Azure CLI, unless `AZURE_TENANT_ID` does. No token is
    /// asked for yet.
    ///
    /// # Errors
    /// [`ErrorKind::Authentication`] when variables are missing, naming each, or hold what cannot be used.
    pub fn choose(
        method: Option<AuthMethod>,
        endpoint: &Endpoint,
        subscription: Option<&str>,
        environment: Environment<'_>,
        transport: &Transport,
    ) -> Result<Self, Error> {
        if method.is_none() && endpoint.is_loopback_http() {
            let token = variable(environment, "BARTIZAN_TOKEN");
            return Ok(Self::fixed(token.unwrap_or_else(|| LOOPBACK_TOKEN.to_owned())));
        }
        let method = match method {
            Some(method) => {
                tracing::info!(target: "bartizan::azure", method = method.as_str(), "sign-in method chosen");
                method
            }
            None => {
                let (method, because) = detect(environment)?;
                tracing::info!(target: "bartizan::azure", method = method.as_str(), because, "sign-in method detected");
                method
            }
        };
        let redactor = Redactor::default();
        let builder = Builder {
            endpoint,
            subscription,
            variables: Variables::new(method, environment),
            redactor: &redactor,
            transport: bounded(transport.clone()),
        };
        let inner = builder.build(method)?;
        Ok(Self::recorded(method, inner, redactor))
    }

    /// A credential that always gives this token.
    pub fn fixed(token: impl Into<String>) -> Self {
        let token = Secret::new(token.into());
        let redactor = Redactor::default();
        redactor.remember(token.secret());
        Self::recorded(AuthMethod::StaticToken, Arc::new(Fixed(token)), redactor)
    }

    /// A credential of azure_core.
    pub fn from_core(method: AuthMethod, credential: Arc<dyn TokenCredential>) -> Self {
        Self::recorded(method, credential, Redactor::default())
    }

    fn recorded(method: AuthMethod, inner: Arc<dyn TokenCredential>, redactor: Redactor) -> Self {
        let inner = Arc::new(Recorded { inner, redactor: redactor.clone() });
        Self { method, inner, redactor, throttles: Throttles::default() }
    }

    /// How it signs in.
    pub fn method(&self) -> AuthMethod {
        self.method
    }

    pub(super) fn token_credential(&self) -> Arc<dyn TokenCredential> {
        self.inner.clone()
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    pub(super) fn throttles(&self) -> &Throttles {
        &self.throttles
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Remembers each token that was issued, so that a service which repeats one in a message does not get it printed.
#[derive(Debug)]
struct Recorded {
    inner: Arc<dyn TokenCredential>,
    redactor: Redactor,
}

#[async_trait]
impl TokenCredential for Recorded {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let token = self.inner.get_token(scopes, options).await?;
        self.redactor.remember(token.token.secret());
        Ok(token)
    }
}

/// A token from outside; when it expires is not known.
#[derive(Debug)]
struct Fixed(Secret);

#[async_trait]
impl TokenCredential for Fixed {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new(self.0.clone(), OffsetDateTime::now_utc() + Duration::hours(24)))
    }
}

/// What the construction of a credential needs.
struct Builder<'a> {
    endpoint: &'a Endpoint,
    subscription: Option<&'a str>,
    variables: Variables<'a>,
    redactor: &'a Redactor,
    transport: Transport,
}

impl Builder<'_> {
    fn build(mut self, method: AuthMethod) -> Result<Arc<dyn TokenCredential>, Error> {
        match method {
            AuthMethod::AzureCli => self.azure_cli(),
            AuthMethod::ManagedIdentity => self.managed_identity(),
            AuthMethod::WorkloadIdentity => self.workload_identity(),
            AuthMethod::ClientSecret => self.client_secret(),
            AuthMethod::ClientCertificate => self.client_certificate(),
            AuthMethod::GithubOidc => self.github_oidc(),
            AuthMethod::AzurePipelines => self.azure_pipelines(),
            AuthMethod::StaticToken => {
                let [token] = self.variables.need(["BARTIZAN_TOKEN"])?;
                Ok(Arc::new(Fixed(self.secret(token))))
            }
        }
    }

    fn azure_cli(&self) -> Result<Arc<dyn TokenCredential>, Error> {
        let tenant_id = self.variables.get("AZURE_TENANT_ID");
        // The CLI takes one of the two, and the subscription leads to its tenant.
        let subscription = if tenant_id.is_none() { self.subscription.map(str::to_owned) } else { None };
        let options = AzureCliCredentialOptions { subscription, tenant_id, ..Default::default() };
        self.built(AzureCliCredential::new(Some(options)))
    }

    fn managed_identity(&self) -> Result<Arc<dyn TokenCredential>, Error> {
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: self.variables.get("AZURE_CLIENT_ID").map(UserAssignedId::ClientId),
            client_options: self.patient_client_options(),
        };
        self.built(ManagedIdentityCredential::new(Some(options)))
    }

    fn workload_identity(&mut self) -> Result<Arc<dyn TokenCredential>, Error> {
        let [tenant, client, file] =
            self.variables.need(["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"])?;
        let options = WorkloadIdentityCredentialOptions {
            credential_options: self.assertion_options(),
            client_id: Some(client),
            tenant_id: Some(tenant),
            token_file_path: Some(PathBuf::from(file)),
        };
        self.built(WorkloadIdentityCredential::new(Some(options)))
    }

    fn client_secret(&mut self) -> Result<Arc<dyn TokenCredential>, Error> {
        let [tenant, client, secret] =
            self.variables.need(["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"])?;
        let secret = self.secret(secret);
        let options = ClientSecretCredentialOptions { client_options: self.client_options() };
        self.built(ClientSecretCredential::new(&tenant, client, secret, Some(options)))
    }

    #[cfg(feature = "client-certificate")]
    fn client_certificate(&mut self) -> Result<Arc<dyn TokenCredential>, Error> {
        use azure_identity::{ClientCertificateCredential, ClientCertificateCredentialOptions};

        let [tenant, client, file] =
            self.variables.need(["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"])?;
        let password = self.variables.get("AZURE_CLIENT_CERTIFICATE_PASSWORD").map(|text| self.secret(text));
        let certificate = std::fs::read(&file).map_err(|error| {
            Error::new(ErrorKind::Authentication, format!("could not read the certificate `{file}`"))
                .caused_by(&error, self.redactor)
        })?;
        let options = ClientCertificateCredentialOptions { client_options: self.client_options(), password };
        self.built(ClientCertificateCredential::new(tenant, client, certificate.into(), Some(options)))
    }

    #[cfg(not(feature = "client-certificate"))]
    fn client_certificate(&self) -> Result<Arc<dyn TokenCredential>, Error> {
        Err(Error::new(
            ErrorKind::Authentication,
            "this build of bartizan cannot sign in with a certificate; build it with `--features client-certificate`, \
             which needs OpenSSL, or use another method",
        ))
    }

    fn github_oidc(&mut self) -> Result<Arc<dyn TokenCredential>, Error> {
        let [url, token, tenant, client] = self.variables.need([
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
        ])?;
        let assertion = oidc::GithubActions::new(
            &url,
            self.secret(token),
            self.endpoint.token_exchange_audience(),
            self.client_options(),
            self.redactor.clone(),
        )?;
        self.built(ClientAssertionCredential::new(tenant, client, assertion, Some(self.assertion_options())))
    }

    fn azure_pipelines(&mut self) -> Result<Arc<dyn TokenCredential>, Error> {
        // Azure Pipelines sets the AZURESUBSCRIPTION_ ones in the tasks that take a service connection.
        let tenant = self.variables.either("AZURESUBSCRIPTION_TENANT_ID", "AZURE_TENANT_ID");
        let client = self.variables.either("AZURESUBSCRIPTION_CLIENT_ID", "AZURE_CLIENT_ID");
        let [_, token, connection, tenant, client] = self.variables.need([
            "SYSTEM_OIDCREQUESTURI",
            "SYSTEM_ACCESSTOKEN",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            tenant,
            client,
        ])?;
        let options = AzurePipelinesCredentialOptions { credential_options: self.assertion_options() };
        let token = self.secret(token);
        self.built(AzurePipelinesCredential::new(tenant, client, &connection, token, Some(options)))
    }

    fn secret(&self, text: String) -> Secret {
        self.redactor.remember(&text);
        Secret::new(text)
    }

    /// Our transport, the authority of the cloud, and how long a sign-in is tried: by default it would be minutes where
    /// there is no network.
    fn client_options(&self) -> ClientOptions {
        let retry = ExponentialRetryOptions {
            max_retries: SIGN_IN_RETRIES,
            max_total_elapsed: SIGN_IN_TIME,
            ..Default::default()
        };
        ClientOptions { retry: RetryOptions::exponential(retry), ..self.patient_client_options() }
    }

    /// The same with the credential's own retries: the endpoint of a managed identity may be away for more than a minute
    /// while it is updated.
    fn patient_client_options(&self) -> ClientOptions {
        ClientOptions {
            transport: Some(self.transport.clone()),
            cloud: Some(Arc::new(self.endpoint.cloud_configuration())),
            ..Default::default()
        }
    }

    fn assertion_options(&self) -> ClientAssertionCredentialOptions {
        ClientAssertionCredentialOptions { client_options: self.client_options() }
    }

    fn built<C: TokenCredential + 'static>(
        &self,
        credential: azure_core::Result<Arc<C>>,
    ) -> Result<Arc<dyn TokenCredential>, Error> {
        match credential {
            Ok(credential) => Ok(credential),
            Err(error) => Err(Error::new(
                ErrorKind::Authentication,
                format!("could not set up the sign-in method {}", self.variables.method()),
            )
            .caused_by(&error, self.redactor)),
        }
    }
}
