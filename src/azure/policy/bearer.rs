//! The token of a request over plain http on loopback.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential},
    error::ErrorKind,
    http::{
        Context, Request, StatusCode,
        headers::AUTHORIZATION,
        policies::{Policy, PolicyResult},
    },
    time::{Duration, OffsetDateTime},
};
use tokio::sync::Mutex;

use crate::azure::endpoint::is_loopback;

/// A token this close to its end is not used any more.
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// Adds the token on a loopback address. azure_core's own policy does all the rest, but refuses every http URL, and the
/// emulator speaks http.
#[derive(Debug)]
pub(in crate::azure) struct LoopbackBearer {
    credential: Arc<dyn TokenCredential>,
    scope: &'static str,
    token: Mutex<Option<AccessToken>>,
}

impl LoopbackBearer {
    pub(in crate::azure) fn new(credential: Arc<dyn TokenCredential>, scope: &'static str) -> Self {
        Self { credential, scope, token: Mutex::new(None) }
    }

    async fn authorization(&self) -> azure_core::Result<String> {
        // The lock is held while a token is fetched, so that many workers ask for one.
        let mut token = self.token.lock().await;
        let fresh =
            token.as_ref().filter(|token| token.expires_on > OffsetDateTime::now_utc() + RENEW_BEFORE);
        let secret = match fresh {
            Some(token) => token.token.clone(),
            None => token.insert(self.credential.get_token(&[self.scope], None).await?).token.clone(),
        };
        Ok(format!("Bearer {}", secret.secret()))
    }
}

#[async_trait]
impl Policy for LoopbackBearer {
    async fn send(&self, ctx: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        if !is_loopback(request.url()) {
            return Err(azure_core::Error::with_message(
                ErrorKind::Other,
                "a token is sent over plain http to a loopback address only",
            ));
        }
        let authorization = self.authorization().await?;
        request.insert_header(AUTHORIZATION, authorization);
        let response = next[0].send(ctx, request, &next[1..]).await?;
        if response.status() == StatusCode::Unauthorized {
            *self.token.lock().await = None;
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::{
        credentials::TokenRequestOptions,
        http::{AsyncRawResponse, Method, headers::Headers},
    };
    use std::sync::atomic::{AtomicU16, Ordering};

    /// A credential that numbers its tokens.
    #[derive(Debug, Default)]
    struct Numbered(AtomicU16);

    #[async_trait]
    impl TokenCredential for Numbered {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            Ok(AccessToken::new(format!("token-{number}"), OffsetDateTime::now_utc() + Duration::hours(1)))
        }
    }

    #[derive(Debug)]
    struct Answers(StatusCode);

    #[async_trait]
    impl Policy for Answers {
        async fn send(&self, _: &Context, _: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
            Ok(AsyncRawResponse::from_bytes(self.0, Headers::new(), ""))
        }
    }

    async fn send(policy: &LoopbackBearer, url: &str, status: StatusCode) -> Option<String> {
        let mut request = Request::new(url.parse().unwrap(), Method::Get);
        let next: [Arc<dyn Policy>; 1] = [Arc::new(Answers(status))];
        policy.send(&Context::new(), &mut request, &next).await.ok()?;
        request.headers().get_optional_string(&AUTHORIZATION)
    }

    #[tokio::test]
    async fn a_token_is_kept_until_it_is_refused_and_never_leaves_the_machine() {
        let policy = LoopbackBearer::new(Arc::new(Numbered::default()), "scope");
        let here = "http://127.0.0.1:8080/";
        assert_eq!(send(&policy, here, StatusCode::Ok).await.as_deref(), Some("Bearer token-0"));
        assert_eq!(send(&policy, here, StatusCode::Unauthorized).await.as_deref(), Some("Bearer token-0"));
        assert_eq!(send(&policy, here, StatusCode::Ok).await.as_deref(), Some("Bearer token-1"));
        assert_eq!(send(&policy, "http://10.0.0.1:8080/", StatusCode::Ok).await, None);
    }
}
