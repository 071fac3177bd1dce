//! Keeps tokens and secrets out of whatever is printed.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use azure_core::credentials::Secret;
use regex::Regex;

/// What replaces a secret.
const REDACTED: &str = "[redacted]";

/// A known secret shorter than this cannot be distinguished from ordinary text.
const SHORTEST_SECRET: usize = 4;

/// How many secrets are remembered; a run has a handful, and a token an hour.
const REMEMBERED: usize = 64;

/// Secrets by their shape, for those that were never seen here: a JSON web token, the value after `Bearer`, and the
/// values of parameters and members that hold secrets (a SAS signature, a client secret, an assertion, a token).
static BY_SHAPE: LazyLock<Regex> = LazyLock::new(|| {
    // A constant, compiled by every test of this file. Secrets are ASCII, and so need none of the tables of Unicode.
    Regex::new(concat!(
        r"(?i-u)\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*",
        r"|(?P<before>\bbearer\s+|\b(?:sig|client_secret|client_assertion|access_token|refresh_token|id_token|accessToken|",
        r#"password|authorization)[\\"']*\s*[:=]\s*[\\"']*)(?P<value>[A-Za-z0-9._~+/=%-]{8,})"#,
    ))
    .expect("a constant pattern")
});

/// The secrets of one client, shared by all that print for it.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    known: Arc<RwLock<Vec<Secret>>>,
}

impl Redactor {
    /// From now on this text is never printed.
    pub(super) fn remember(&self, secret: &str) {
        if secret.len() < SHORTEST_SECRET {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|one| one.secret() == secret) {
            return;
        }
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push(Secret::new(secret.to_owned()));
    }

    /// The text without its secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in self.known.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if text.contains(secret.secret()) {
                text = Cow::Owned(text.replace(secret.secret(), REDACTED));
            }
        }
        BY_SHAPE
            .replace_all(&text, |found: &regex::Captures<'_>| {
                format!("{}{REDACTED}", found.name("before").map_or("", |before| before.as_str()))
            })
            .into_owned()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_secret_is_not_printed() {
        let redactor = Redactor::default();
        redactor.remember("hunter22");
        assert_eq!(redactor.redact("got hunter22, hunter22!"), "got [redacted], [redacted]!");
        assert_eq!(format!("{redactor:?}"), "Redactor");
    }

    #[test]
    fn an_unknown_secret_is_known_by_its_shape() {
        let redactor = Redactor::default();
        for (text, expected) in [
            ("token eyJhbGciOi.eyJzdWIi.c2ln here", "token [redacted] here"),
            ("Authorization: Bearer abcdefgh123", "Authorization: Bearer [redacted]"),
            (r#"{"access_token":"abcdefgh"}"#, r#"{"access_token":"[redacted]"}"#),
            (r#"{\"access_token\":\"abcdefgh\"}"#, r#"{\"access_token\":\"[redacted]\"}"#),
            (
                "https://x.blob.core.windows.net/c?sv=1&sig=abcd%2Fefgh",
                "https://x.blob.core.windows.net/c?sv=1&sig=[redacted]",
            ),
            ("client_secret=abc~def.ghi&scope=x", "client_secret=[redacted]&scope=x"),
        ] {
            assert_eq!(redactor.redact(text), expected);
        }
    }

    #[test]
    fn ordinary_text_stays() {
        let text = "The bearer token is missing; design=wide, 'Authorization' header is missing, client id abcdefgh-1234";
        assert_eq!(Redactor::default().redact(text), text);
    }
}
