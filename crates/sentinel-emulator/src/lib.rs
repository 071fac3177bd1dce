//! The Microsoft Sentinel management API, emulated.
//!
//! [`Emulator`] is the part of Azure Resource Manager that a deployer of analytics rules and watchlists talks
//! to: an [`axum::Router`] that a test calls in memory, and [`serve`] puts on a socket. It accepts what the
//! service accepts, refuses what the service refuses, in the service's words where they are known, and keeps its
//! content in a [`State`] that can be written to a file.
//!
//! It is written from the API's published specification, documentation and recorded transcripts alone and shares
//! no type with the program that it tests: a field that the program names wrongly is lost here as it would be there.
//!
//! # What there is
//!
//! | resource | verbs |
//! |---|---|
//! | `alertRules` | list, GET, PUT, DELETE; every kind can be written; a workspace starts with `BuiltInFusion` |
//! | `watchlists`, `watchlistItems` | list, GET, PUT, DELETE; content as CSV or TSV |
//! | `watchlistStatuses` | GET, the state of a long-running write |
//! | `metadata` | list with `$filter`, `$orderby`, `$top`, `$skip`; GET, PUT, PATCH, DELETE; no etags |
//! | `onboardingStates` | list, GET, PUT, DELETE |
//! | workspace, `tables` | GET, list |
//! | `savedSearches` | list, GET, PUT, DELETE; a workspace starts with one that is not a function |
//! | token endpoint | `POST /{tenant}/oauth2/v2.0/token`, client credentials |
//!
//! Every subscription, resource group and workspace exists from the first request on, each with its own state. Any
//! bearer token is accepted. Paths are case-insensitive.
//!
//! # Switches
//!
//! Each behaviour of the service that is not known for certain is a field of [`Options`]; the default is what was
//! observed, or else the choice that is harder on a client. The texts of errors are those of the service where they were
//! seen; where none was, the text says what is wrong in the same form, and a client must not depend on it.
//! These texts are guesses: a wrong type or enum value in a rule, a change of a rule's kind, the limits of
//! enabled rules, the rules of grouping, lengths and ranges, a watchlist's name, search key, size and number of
//! changes, a saved search that does not exist or lacks a property, a workspace that is not onboarded, a method that a resource does not have.
//!
//! # In a test
//!
//! ```
//! use axum::{body::Body, http::Request};
//! use sentinel_emulator::{Emulator, Fault, FaultAction, Options};
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::new(Options { page_size: Some(1), ..Options::default() });
//! emulator.fault(Fault::next(FaultAction::Throttle { retry_after_seconds: 5 }).method("GET").path("/alertRules"));
//! let rules = "https://management.azure.com/subscriptions/s/resourceGroups/rg/providers\
//!     /Microsoft.OperationalInsights/workspaces/law/providers/Microsoft.SecurityInsights\
//!     /alertRules?api-version=2025-09-01";
//! for status in [429, 200] {
//!     let request = Request::get(rules).header("authorization", "Bearer any").body(Body::empty())?;
//!     assert_eq!(emulator.router().oneshot(request).await?.status(), status);
//! }
//! assert_eq!(emulator.requests().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # What is not there
//!
//! Queries are analysed, so that a rule is refused whose query or mappings the workspace could not serve
//! ([`Options::tables`], [`Options::declared`]); they are not run.
//! Other types that the service has, such as automation rules, incidents and the content hub, answer 404 with the code
//! `NotEmulated`.

mod alert_rules;
mod arm;
mod clock;
mod contract;
mod fault;
mod metadata;
mod onboarding;
mod options;
mod router;
mod saved_searches;
mod service;
mod state;
mod tables;
mod token;
mod watchlists;
mod workspace;

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use tokio::net::TcpListener;

pub use clock::{Clock, ManualClock, SystemClock};
/// The type of every duration in [`Options`].
pub use jiff::SignedDuration;

pub use fault::{Fault, FaultAction, RecordedRequest};
pub use sentinel_schema::DeclaredTable;

pub use options::{Bucket, Options, Tables, Throttling, WatchlistPut, WatchlistWrites, Workspaces};
pub use state::{State, StateError};

use arm::{ArmRequest, Reply};

/// The emulated service. Clones share one state.
#[derive(Debug, Clone)]
pub struct Emulator {
    options: Arc<Options>,
    content: Arc<Mutex<Content>>,
}

/// What changes while the emulator runs.
#[derive(Debug, Default)]
struct Content {
    state: State,
    faults: Vec<Fault>,
    requests: VecDeque<RecordedRequest>,
    buckets: arm::throttle::Buckets,
    answered: u64,
    /// How many of these were not reads.
    writes: u64,
}

impl Emulator {
    /// An emulator that knows no workspace yet.
    pub fn new(options: Options) -> Self {
        Self::with_state(options, State::default())
    }

    /// An emulator that goes on from `state`.
    pub fn with_state(options: Options, state: State) -> Self {
        let content = Content { state, ..Content::default() };
        Self { options: Arc::new(options), content: Arc::new(Mutex::new(content)) }
    }

    /// The service as a router, for calling in memory. Links in answers begin with the scheme and authority of
    /// the request's URI where it is absolute, else with `http` and its `Host`.
    pub fn router(&self) -> axum::Router {
        router::router(self.clone())
    }

    /// A copy of everything that the emulator holds now.
    pub fn state(&self) -> State {
        self.content().state.clone()
    }

    /// A number that is another one whenever the state may be another one.
    pub fn revision(&self) -> u64 {
        let content = self.content();
        content.writes.wrapping_add(content.state.serial)
    }

    /// Lets the next requests that match fail. Faults are tried in the order in which they were given.
    pub fn fault(&self, fault: Fault) {
        self.content().faults.push(fault);
    }

    /// The requests so far, oldest first, at most `Options::remembered_requests`.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.content().requests.iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.content().requests.clear();
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // Nothing leaves the content half changed in a way that later requests could not live with.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &ArmRequest) -> (Reply, HeaderMap) {
        service::answer(&self.options, &mut self.content(), request)
    }
}

/// Serves the emulator on `listener` until `shutdown` is done.
///
/// # Errors
///
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    emulator: Emulator,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, emulator.router()).with_graceful_shutdown(shutdown).await
}
