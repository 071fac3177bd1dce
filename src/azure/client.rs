//! Sends operations and reads their answers.

use std::{fmt, sync::Arc};

use azure_core::{
    error::ErrorKind as CoreKind,
    http::{
        ClientOptions as CoreOptions, Context, Method as CoreMethod, Pipeline, PipelineSendOptions, Request,
        RetryOptions, StatusCode, Transport,
        headers::{CONTENT_TYPE, Headers},
        policies::{Policy, auth::BearerTokenAuthorizationPolicy},
    },
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{
    credential::Credential,
    endpoint::Endpoint,
    error::{Error, ErrorKind},
    headers::correlation_id,
    policy::{ArmRetry, CommonHeaders, Interrupted, LoopbackBearer, NothingListens, Throttle, WriteOnce},
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
    /// Another way than the network, such as [`super::in_memory::transport`].
    pub transport: Option<Transport>,
}

/// A client of one workspace. Cheap to clone; the clones share connections, token and throttle.
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    operations: Operations,
    reads: Pipeline,
    writes: Pipeline,
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
        let transport = bounded(transport);
        let throttle: Arc<dyn Policy> = Arc::new(Throttle::default());
        let bearer: Arc<dyn Policy> = if endpoint.is_loopback_http() {
            Arc::new(LoopbackBearer::new(credential.token_credential(), endpoint.scope()))
        } else {
            Arc::new(BearerTokenAuthorizationPolicy::new(credential.token_credential(), [endpoint.scope()]))
        };
        let pipeline = |retry: ArmRetry, last: Option<Arc<dyn Policy>>| {
            let per_try = [throttle.clone(), bearer.clone(), Arc::new(CommonHeaders)].into_iter().chain(last);
            let core = CoreOptions {
                transport: Some(transport.clone()),
                retry: RetryOptions::custom(Arc::new(retry)),
                ..Default::default()
            };
            Pipeline::new(None, None, core, Vec::new(), per_try.collect(), None)
        };
        Ok(Self {
            reads: pipeline(ArmRetry::reads(), None),
            writes: pipeline(ArmRetry::writes(), Some(Arc::new(WriteOnce))),
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
        self.exchange(operation.name, operation.method, url, operation.body.as_ref()).await
    }

    /// Reads a URL that the service named; the caller has checked its origin.
    pub(super) async fn follow<T: DeserializeOwned + Default>(
        &self,
        name: &'static str,
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
            return Err(Error::new(ErrorKind::Endpoint, "a name that is `.` or `..` cannot stand in a path")
                .with_operation(&label(operation.method, &operation.path)));
        }
        url.query_pairs_mut()
            .append_pair("api-version", &operation.api_version)
            .extend_pairs(operation.query.iter().map(|(name, value)| (name, value)));
        Ok(url)
    }

    async fn exchange<T: DeserializeOwned + Default>(
        &self,
        name: &'static str,
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
        let (pipeline, core_method) = match method {
            Method::Get => (&self.reads, CoreMethod::Get),
            Method::Put => (&self.writes, CoreMethod::Put),
            Method::Delete => (&self.writes, CoreMethod::Delete),
        };
        let mut request = Request::new(url, core_method);
        if let Some(body) = body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body.to_string());
        }
        let options = PipelineSendOptions { skip_checks: true, ..Default::default() };
        let response = pipeline
            .send(&Context::new(), &mut request, Some(options))
            .await
            .map_err(|error| self.failed(method, &error).with_operation(label))?;
        let (status, headers, body) = response.deconstruct();
        self.read(method, status, headers, body.as_ref()).map_err(|error| error.with_operation(label))
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
                // A page of a proxy, as often as not: a write may never have reached the service.
                let kind = if method.is_write() { ErrorKind::UnknownOutcome } else { ErrorKind::Protocol };
                let what = if error.is_data() { "has another shape than it should" } else { "is no JSON" };
                Error::new(kind, format!("the answer (status {}) {what}", u16::from(status)))
                    .with_correlation_id(correlation_id(&headers))
                    .caused_by(&error, &self.redactor)
            })?
        };
        Ok(Answer { status: status.into(), headers, body })
    }

    /// The error that a failure without an answer is.
    fn failed(&self, method: Method, error: &azure_core::Error) -> Error {
        let (kind, message) = match error.kind() {
            CoreKind::Credential => (ErrorKind::Authentication, "no token could be had"),
            // The token's own request may fail with an HTTP status, which some credentials pass on as it is.
            CoreKind::HttpResponse { .. } => (ErrorKind::Authentication, "no token could be had"),
            _ if is_caused_by::<NothingListens>(error) => {
                let host = &self.endpoint.base()[url::Position::BeforeHost..url::Position::AfterPort];
                let message = format!("nothing listens at {host}; `bartizan emulator --listen {host}` would");
                // The causes say the same in other words.
                return Error::new(ErrorKind::Unavailable, message);
            }
            _ if is_caused_by::<Interrupted>(error) => {
                (ErrorKind::UnknownOutcome, "the connection ended before the answer was here")
            }
            CoreKind::Connection => (ErrorKind::Unavailable, "no connection could be made"),
            CoreKind::Io if method.is_write() => (ErrorKind::UnknownOutcome, "the connection failed"),
            CoreKind::Io => (ErrorKind::Unavailable, "the connection failed"),
            _ => (ErrorKind::Protocol, "the request could not be sent or its answer not be read"),
        };
        Error::new(kind, message).caused_by(error, &self.redactor)
    }
}

/// How an operation is named to people: without its query, which says nothing new.
fn label(method: Method, path: &str) -> String {
    format!("{method} {path}")
}

/// Whether an error of this type is somewhere below.
fn is_caused_by<E: std::error::Error + 'static>(error: &azure_core::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = error.source();
    }
    false
}
