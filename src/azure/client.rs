//! Sends operations and reads their answers.

use std::{fmt, sync::Arc};

use azure_core::http::{
    Method as CoreMethod, Request, StatusCode, Transport,
    headers::{CONTENT_TYPE, Headers},
    policies::{Policy, auth::BearerTokenAuthorizationPolicy},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{
    credential::Credential,
    endpoint::Endpoint,
    error::{Error, ErrorKind},
    exchange::{Exchange, Failure},
    headers::correlation_id,
    policy::LoopbackBearer,
    redact::Redactor,
    transport::{bounded, network},
};
use crate::operation::WorkspaceId;
use crate::operation::{DEFAULT_API_VERSION, Method, Operation, Operations};

/// What may be set when a client is made.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// The version of the SecurityInsights API for all reads and writes; [`DEFAULT_API_VERSION`] when `None`.
    pub api_version: Option<String>,
    /// A transport other than the network, such as [`super::in_memory::transport`].
    pub transport: Option<Transport>,
}

/// A client of one workspace. Cheap to clone; the clones share connections and token. The throttle is shared by all
/// clients of the same [`Credential`] in the same subscription.
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    operations: Operations,
    exchange: Exchange,
    redactor: Redactor,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint.base().as_str())
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}

/// The answer to an operation that succeeded.
#[derive(Debug)]
pub(super) struct Answer<T = Value> {
    pub(super) status: u16,
    pub(super) headers: Headers,
    /// The default, which of a [`Value`] is `Null`, when there is none.
    pub(super) body: T,
}

impl Client {
    /// A client of this workspace at this endpoint. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when no transport was given and the network's cannot be set up.
    pub fn new(
        workspace: WorkspaceId,
        endpoint: Endpoint,
        credential: &Credential,
        options: ClientOptions,
    ) -> Result<Self, Error> {
        let transport = match options.transport {
            Some(transport) => transport,
            None => network(&endpoint)?,
        };
        let bearer: Arc<dyn Policy> = if endpoint.is_loopback_http() {
            Arc::new(LoopbackBearer::new(credential.token_credential(), endpoint.scope()))
        } else {
            Arc::new(BearerTokenAuthorizationPolicy::new(credential.token_credential(), [endpoint.scope()]))
        };
        let throttle = credential.throttles().of(workspace.subscription());
        Ok(Self {
            exchange: Exchange::new(bounded(transport), bearer, throttle, endpoint.is_loopback_http()),
            operations: Operations::new(
                workspace,
                options.api_version.unwrap_or_else(|| DEFAULT_API_VERSION.to_owned()),
            ),
            redactor: credential.redactor().clone(),
            endpoint,
        })
    }

    /// The operations of its workspace, with its API version.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }

    /// The workspace.
    pub fn workspace(&self) -> &WorkspaceId {
        self.operations.workspace()
    }

    /// Where it sends to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Sends an operation and gives the body of its answer, `Null` when there is none. Lists give one page, and a
    /// long-running operation its first answer.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(&self, operation: &Operation) -> Result<Value, Error> {
        Ok(self.answer(operation).await?.body)
    }

    /// The same with what came beside the body, of which only the parts that `T` has are kept.
    pub(super) async fn answer<T: DeserializeOwned + Default>(
        &self,
        operation: &Operation,
    ) -> Result<Answer<T>, Error> {
        let url = self.url(operation)?;
        self.exchange(&operation.name, operation.method, url, operation.body.as_ref()).await
    }

    /// Reads a URL that the service named; the caller has checked its origin.
    pub(super) async fn follow<T: DeserializeOwned + Default>(
        &self,
        name: &str,
        url: Url,
    ) -> Result<Answer<T>, Error> {
        self.exchange(name, Method::Get, url, None).await
    }

    fn url(&self, operation: &Operation) -> Result<Url, Error> {
        let mut url = self.endpoint.base().clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), operation.path);
        url.set_path(&path);
        if url.path() != path {
            // `.` and `..` are taken out of a path even when they are percent-encoded, and would name another resource.
            return Err(Error::new(ErrorKind::Endpoint, "a name cannot be `.` or `..`")
                .with_operation(&label(operation.method, &operation.path)));
        }
        url.query_pairs_mut()
            .append_pair("api-version", &operation.api_version)
            .extend_pairs(&operation.query);
        Ok(url)
    }

    async fn exchange<T: DeserializeOwned + Default>(
        &self,
        name: &str,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Answer<T>, Error> {
        let started = Instant::now();
        let label = label(method, url.path());
        let result = self.raw(method, url, body, &label).await;
        let milliseconds = started.elapsed().as_millis();
        match &result {
            Ok(answer) => tracing::info!(
                target: "bartizan::azure",
                name,
                status = answer.status,
                milliseconds,
                correlation_id = correlation_id(&answer.headers),
                "{label}",
            ),
            Err(error) => tracing::info!(
                target: "bartizan::azure",
                name,
                status = error.status(),
                milliseconds,
                correlation_id = error.correlation_id(),
                code = error.code(),
                kind = ?error.kind(),
                "{label}",
            ),
        }
        result
    }

    async fn raw<T: DeserializeOwned + Default>(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
        label: &str,
    ) -> Result<Answer<T>, Error> {
        let core_method = match method {
            Method::Get => CoreMethod::Get,
            Method::Put => CoreMethod::Put,
            Method::Delete => CoreMethod::Delete,
        };
        let mut request = Request::new(url, core_method);
        if let Some(body) = body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.to_string());
        }
        let result = match self.exchange.send(method, request).await {
            Ok(answer) => {
                let (status, headers, body) = answer.deconstruct();
                self.read(method, status, headers, body.as_ref())
            }
            Err(failure) => Err(self.failed(method, &failure)),
        };
        result.map_err(|error| error.with_operation(label))
    }

    fn read<T: DeserializeOwned + Default>(
        &self,
        method: Method,
        status: StatusCode,
        headers: Headers,
        body: &[u8],
    ) -> Result<Answer<T>, Error> {
        if !status.is_success() {
            return Err(Error::from_answer(status, &headers, body, method.is_write(), &self.redactor));
        }
        let body = if body.iter().all(u8::is_ascii_whitespace) {
            T::default()
        } else {
            serde_json::from_slice(body).map_err(|error| {
                // Often the page of a proxy: a write may never have reached the service.
                let kind = if method.is_write() { ErrorKind::UnknownOutcome } else { ErrorKind::Protocol };
                let what = if error.is_data() { "has an unexpected shape" } else { "is not JSON" };
                Error::new(kind, format!("the response (status {}) {what}", u16::from(status)))
                    .with_correlation_id(correlation_id(&headers))
                    .caused_by(&error, &self.redactor)
            })?
        };
        Ok(Answer { status: status.into(), headers, body })
    }

    /// The error of a request without an answer.
    fn failed(&self, method: Method, failure: &Failure) -> Error {
        let sent = if method.is_write() { ErrorKind::UnknownOutcome } else { ErrorKind::Unavailable };
        let unreadable = if method.is_write() { ErrorKind::UnknownOutcome } else { ErrorKind::Protocol };
        let (kind, message, cause) = match failure {
            Failure::NoConnection(_) if self.endpoint.is_loopback_http() => {
                let host = &self.endpoint.base()[url::Position::BeforeHost..url::Position::AfterPort];
                let message =
                    format!("nothing listens at {host}; start it with `bartizan emulator --listen {host}`");
                // The causes say the same in other words.
                return Error::new(ErrorKind::Unavailable, message);
            }
            Failure::NoToken(cause) => (ErrorKind::Authentication, "could not get an access token", cause),
            Failure::NoConnection(cause) => (ErrorKind::Unavailable, "could not connect", cause),
            Failure::Interrupted(cause) => (sent, "the connection failed before the response arrived", cause),
            Failure::Unreadable(cause) => (unreadable, "could not read the response", cause),
        };
        Error::new(kind, message).caused_by(cause, &self.redactor)
    }
}

/// How people see an operation: without its query, which adds nothing.
fn label(method: Method, path: &str) -> String {
    format!("{method} {path}")
}
