//! What went wrong with an operation.

use std::{fmt, time::Duration};

use azure_core::http::{StatusCode, headers::Headers};

use super::{
    headers,
    redact::Redactor,
    unwrap::{self, Unwrapped},
};

/// The class of an [`Error`], which decides what the caller does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// There is no access token, or the service rejected it (401).
    Authentication,
    /// The identity may not do this (403).
    Forbidden,
    /// It does not exist (404).
    NotFound,
    /// It was changed by someone else, or is busy (409).
    Conflict,
    /// It is no longer what the request expected (412).
    PreconditionFailed,
    /// A resource with this id was deleted recently; the id cannot be used again for up to about 24 hours.
    RecentlyDeleted,
    /// Too many requests (429), still after all retries.
    Throttled,
    /// The service refuses the request as it is (400 and other 4xx).
    Rejected,
    /// A write was sent and no answer says whether it took effect: read before writing again.
    UnknownOutcome,
    /// The service cannot be reached or is failing, still after all retries. Nothing was written.
    Unavailable,
    /// The answer cannot be understood.
    Protocol,
    /// The endpoint, or a path below it, cannot be used.
    Endpoint,
}

/// A failed operation. Nothing in it is secret: texts are redacted, bounded and free of control characters.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    operation: Option<String>,
    status: Option<u16>,
    unwrapped: Unwrapped,
    correlation_id: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Cause>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            status: None,
            unwrapped: Unwrapped {
                code: None,
                message: message.into(),
                outer_code: None,
                outer_message: None,
            },
            correlation_id: None,
            retry_after: None,
            source: None,
        }))
    }

    /// The error for an answer with this status.
    pub(super) fn from_answer(
        status: StatusCode,
        answer: &Headers,
        body: &[u8],
        write: bool,
        redactor: &Redactor,
    ) -> Self {
        let unwrapped = unwrap::read(body).bounded(|text| redactor.redact(text));
        let kind = kind_of(u16::from(status), &unwrapped, write);
        let mut error = Self::new(kind, String::new());
        error.0.status = Some(u16::from(status));
        error.0.unwrapped = unwrapped;
        error.0.correlation_id = headers::correlation_id(answer);
        error.0.retry_after = headers::retry_after(answer);
        error
    }

    /// An error from a document, such as the status of a long-running operation.
    pub(super) fn from_unwrapped(kind: ErrorKind, unwrapped: Unwrapped, redactor: &Redactor) -> Self {
        let mut error = Self::new(kind, String::new());
        error.0.unwrapped = unwrapped.bounded(|text| redactor.redact(text));
        error
    }

    pub(super) fn with_operation(mut self, operation: &str) -> Self {
        self.0.operation = Some(operation.to_owned());
        self
    }

    pub(super) fn with_correlation_id(mut self, id: Option<String>) -> Self {
        self.0.correlation_id = id.or(self.0.correlation_id);
        self
    }

    /// Keeps the texts of an error and all that caused it, redacted; the values themselves may hold a response body.
    pub(super) fn caused_by(
        mut self,
        error: &(dyn std::error::Error + 'static),
        redactor: &Redactor,
    ) -> Self {
        self.0.source = Cause::of(error, redactor, &self.0.unwrapped.message);
        self
    }

    /// What to do next depends on it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Method and path, such as `PUT /subscriptions/…/alertRules/1`; absent when nothing was to be sent yet.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The innermost code that the service gave, such as `SEM0100` or `AuthorizationFailed`.
    pub fn code(&self) -> Option<&str> {
        self.0.unwrapped.code.as_deref()
    }

    /// The innermost message, unwrapped.
    pub fn message(&self) -> &str {
        &self.0.unwrapped.message
    }

    /// The column, table or function that the message of a refused query names, so that it can be shown in the query.
    pub fn named_in_query(&self) -> Option<&str> {
        let message = self.message();
        let quoted = ["named '", "function: '"].iter().find_map(|before| message.split_once(before));
        let name = match quoted {
            Some((_, rest)) => rest.split_once('\'')?.0,
            None => message.split_once("The given column ")?.1.split_whitespace().next()?,
        };
        let name = name.trim_matches(['<', '>', '\'']);
        (!name.is_empty()).then_some(name)
    }

    /// The outermost message, when it says something else than [`Error::message`].
    pub fn outer_message(&self) -> Option<&str> {
        self.0.unwrapped.outer_message.as_deref()
    }

    /// The outermost code, when it is another one than [`Error::code`].
    pub fn outer_code(&self) -> Option<&str> {
        self.0.unwrapped.outer_code.as_deref()
    }

    /// What went wrong, without the operation: the code, the message, the status and the correlation id in one line.
    pub fn reason(&self) -> String {
        let unknown =
            (self.kind() == ErrorKind::UnknownOutcome).then_some("it is unknown whether this took effect");
        let parts = [unknown, self.outer_message(), self.code(), Some(self.message())];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
        match (self.status(), self.correlation_id()) {
            (Some(status), Some(id)) => format!("{text} (status {status}, correlation id {id})"),
            (Some(status), None) => format!("{text} (status {status})"),
            (None, Some(id)) => format!("{text} (correlation id {id})"),
            (None, None) => text,
        }
    }

    /// What Azure's support asks for.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// How long the service asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

/// The operation and the [`Error::reason`] in one line; causes are in `source`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.reason())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|cause| cause as _)
    }
}

/// The text of an error below, with what caused it in turn.
#[derive(Debug)]
struct Cause {
    message: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    /// How many errors below each other are kept.
    const DEEPEST: usize = 12;

    /// What azure_core's retry says above the error that it met; it is switched off, so neither means anything.
    const NOISE: [&str; 2] = [
        "non-transport error occurred which will not be retried",
        "retry policy expired and the request will no longer be retried",
    ];

    /// The chain from `error` down, without those that only repeat the one above.
    fn of(error: &(dyn std::error::Error + 'static), redactor: &Redactor, above: &str) -> Option<Self> {
        let mut messages = Vec::<String>::new();
        let mut next = Some(error);
        while let (Some(error), true) = (next, messages.len() < Self::DEEPEST) {
            let message = excerpt(&redactor.redact(&error.to_string()), 500);
            let last = messages.last().map_or(above, String::as_str);
            if !message.is_empty() && !Self::NOISE.contains(&message.as_str()) && !last.contains(&message) {
                messages.push(message);
            }
            next = error.source();
        }
        messages
            .into_iter()
            .rev()
            .fold(None, |source, message| Some(Self { message, source: source.map(Box::new) }))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|cause| cause as _)
    }
}

fn kind_of(status: u16, unwrapped: &Unwrapped, write: bool) -> ErrorKind {
    // The status of a tombstone is reported as 400 by some and as 409 by others; the text is the same.
    if matches!(status, 400 | 409) && says(unwrapped, "was recently deleted") {
        return ErrorKind::RecentlyDeleted;
    }
    match status {
        401 => ErrorKind::Authentication,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        // No one changed anything: the resource provider is not registered in the subscription.
        409 if unwrapped.code.as_deref() == Some("MissingSubscriptionRegistration") => ErrorKind::Rejected,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::PreconditionFailed,
        429 => ErrorKind::Throttled,
        408 | 500.. if write => ErrorKind::UnknownOutcome,
        408 | 500.. => ErrorKind::Unavailable,
        400..500 => ErrorKind::Rejected,
        _ => ErrorKind::Protocol,
    }
}

fn says(unwrapped: &Unwrapped, text: &str) -> bool {
    unwrapped.message.contains(text)
        || unwrapped.outer_message.as_deref().is_some_and(|outer| outer.contains(text))
}

/// At most so many characters of a text from outside, on one line, without control characters and terminal sequences.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let mut short = String::new();
    let mut kept = 0;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if kept == most {
            short.push('…');
            break;
        }
        match c {
            '\u{1b}' => {
                // ESC [ parameters final: what moves the cursor or colours a terminal.
                if characters.as_str().starts_with('[') {
                    let _ = characters.by_ref().skip(1).find(|c| ('@'..='~').contains(c));
                }
                continue;
            }
            '\n' | '\r' | '\t' if short.ends_with(' ') => continue,
            '\n' | '\r' | '\t' => short.push(' '),
            c if c.is_control() => continue,
            c => short.push(c),
        }
        kept += 1;
    }
    short.truncate(short.trim_end().len());
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("a\r\nb\u{1b}[31;1mc\u{7}", 10), "a bc");
        assert_eq!(excerpt("abcdef", 3), "abc…");
        assert_eq!(excerpt("äöü", 3), "äöü");
        assert_eq!(excerpt("\u{1b}", 3), "");
    }

    #[test]
    fn each_status_has_its_kind() {
        let kind = |status, write| kind_of(status, &unwrap::read(b"{}"), write);
        for (status, read, write) in [
            (400, ErrorKind::Rejected, ErrorKind::Rejected),
            (401, ErrorKind::Authentication, ErrorKind::Authentication),
            (403, ErrorKind::Forbidden, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound, ErrorKind::NotFound),
            (408, ErrorKind::Unavailable, ErrorKind::UnknownOutcome),
            (409, ErrorKind::Conflict, ErrorKind::Conflict),
            (410, ErrorKind::Rejected, ErrorKind::Rejected),
            (412, ErrorKind::PreconditionFailed, ErrorKind::PreconditionFailed),
            (429, ErrorKind::Throttled, ErrorKind::Throttled),
            (500, ErrorKind::Unavailable, ErrorKind::UnknownOutcome),
            (503, ErrorKind::Unavailable, ErrorKind::UnknownOutcome),
            (302, ErrorKind::Protocol, ErrorKind::Protocol),
        ] {
            assert_eq!((kind(status, false), kind(status, true)), (read, write), "{status}");
        }
    }

    #[test]
    fn a_tombstone_is_known_by_its_text_whatever_its_status() {
        let body = br#"{"error":{"code":"BadRequest","message":"The rule with id '1' was recently deleted. You need to allow some time before re-using the same id. Please try again later."}}"#;
        for status in [400, 409] {
            assert_eq!(kind_of(status, &unwrap::read(body), true), ErrorKind::RecentlyDeleted, "{status}");
        }
    }

    #[test]
    fn causes_are_kept_redacted_and_not_repeated() {
        let redactor = Redactor::default();
        redactor.remember("hunter22");
        let inner = std::io::Error::other("refused hunter22");
        let middle = azure_core::Error::with_error(azure_core::error::ErrorKind::Io, inner, "cannot connect");
        let outer = azure_core::Error::with_error(azure_core::error::ErrorKind::Io, middle, "cannot connect");
        let error = Error::new(ErrorKind::Unavailable, "no answer").caused_by(&outer, &redactor);
        let mut chain = Vec::new();
        let mut next = std::error::Error::source(&error);
        while let Some(cause) = next {
            chain.push(cause.to_string());
            next = cause.source();
        }
        assert_eq!(chain, ["cannot connect", "refused [redacted]"]);
        assert!(!format!("{error:?}").contains("hunter22"));
    }
}
