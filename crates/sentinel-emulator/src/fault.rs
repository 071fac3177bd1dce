//! Failures that a test asks for, and the requests that it can look back at.

use serde_json::Value;

/// What happens to a request that a fault catches.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FaultAction {
    /// Answer 429 with `Retry-After`, and do nothing.
    Throttle {
        /// The value of `Retry-After`, in seconds.
        retry_after_seconds: u64,
    },
    /// Answer this error, and do nothing.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// The error's code.
        code: String,
        /// The error's message.
        message: String,
    },
    /// Do what was asked, then answer this status: the caller cannot know that it was done.
    DoThenFail {
        /// The HTTP status.
        status: u16,
    },
    /// Give the resource a new etag first, as a save in the portal at the same time would.
    ChangeEtagFirst,
    /// Set properties of the resource first (with a new etag), as a save in the portal would.
    EditFirst {
        /// The properties to set; they are not validated.
        properties: serde_json::Map<String, Value>,
    },
}

/// A failure for the next requests that match.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The method, or any.
    pub method: Option<String>,
    /// A part of the path, compared without case, or any path.
    pub path: Option<String>,
    /// How many requests it catches.
    pub times: u32,
    /// What happens to them.
    pub action: FaultAction,
}

impl Fault {
    /// Catches the next request, whatever it is.
    pub fn next(action: FaultAction) -> Self {
        Self { method: None, path: None, times: 1, action }
    }

    /// Catches only requests with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Catches only requests whose path contains this, compared without case.
    #[must_use]
    pub fn path(mut self, part: &str) -> Self {
        self.path = Some(part.to_owned());
        self
    }

    /// Catches this many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn catches(&self, method: &str, path: &str) -> bool {
        self.times > 0
            && self.method.as_ref().is_none_or(|m| m.eq_ignore_ascii_case(method))
            && self
                .path
                .as_ref()
                .is_none_or(|part| path.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
    }
}

/// Takes the first fault that catches this request, using up one of its times.
pub(crate) fn take(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<FaultAction> {
    let index = faults.iter().position(|fault| fault.catches(method, path))?;
    let fault = faults.get_mut(index)?;
    fault.times -= 1;
    let action = fault.action.clone();
    if fault.times == 0 {
        faults.remove(index);
    }
    Some(action)
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query's pairs, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case; `authorization` only says that there was one.
    pub headers: Vec<(String, String)>,
    /// The body, when it was JSON.
    pub body: Option<Value>,
    /// The status that was answered.
    pub status: u16,
}
