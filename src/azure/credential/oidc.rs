//! The token of a GitHub Actions job, which Microsoft Entra exchanges for its own.

use async_trait::async_trait;
use azure_core::{
    Error as CoreError,
    credentials::Secret,
    error::ErrorKind as CoreKind,
    http::{
        ClientMethodOptions, ClientOptions, Context, Method, Pipeline, Request, Url,
        headers::{ACCEPT, AUTHORIZATION},
    },
};
use azure_identity::ClientAssertion;
use serde::Deserialize;

use crate::azure::{
    endpoint::is_loopback,
    error::{Error, ErrorKind},
    redact::Redactor,
};

/// Asks the runner for a token each time that Microsoft Entra wants one; it lives for minutes.
#[derive(Debug)]
pub(super) struct GithubActions {
    url: Url,
    token: Secret,
    pipeline: Pipeline,
    redactor: Redactor,
}

impl GithubActions {
    /// # Errors
    /// The URL is none, or is not https, over which the runner's token would have to go.
    pub(super) fn new(
        url: &str,
        token: Secret,
        audience: &str,
        options: ClientOptions,
        redactor: Redactor,
    ) -> Result<Self, Error> {
        let unusable = || {
            Error::new(
                ErrorKind::Authentication,
                "ACTIONS_ID_TOKEN_REQUEST_URL is not the https URL that a runner sets",
            )
        };
        let mut url = Url::parse(url).map_err(|_| unusable())?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(unusable());
        }
        url.query_pairs_mut().append_pair("audience", audience);
        Ok(Self {
            url,
            token,
            pipeline: Pipeline::new(None, None, options, Vec::new(), Vec::new(), None),
            redactor,
        })
    }
}

#[async_trait]
impl ClientAssertion for GithubActions {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            value: String,
        }
        let mut request = Request::new(self.url.clone(), Method::Get);
        request.insert_header(AUTHORIZATION, format!("Bearer {}", self.token.secret()));
        request.insert_header(ACCEPT, "application/json");
        let failed =
            "could not get an OIDC token from the runner; the job needs `permissions: id-token: write`";
        let response = self
            .pipeline
            .send(&Context::new(), &mut request, None)
            .await
            .map_err(|error| CoreError::with_error(CoreKind::Credential, error, failed))?;
        let answer: Answer = azure_core::json::from_json(response.body())
            .map_err(|error| CoreError::with_error(CoreKind::Credential, error, failed))?;
        self.redactor.remember(&answer.value);
        Ok(answer.value)
    }
}
