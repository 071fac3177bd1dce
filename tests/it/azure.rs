//! The Azure client against a scripted service.

mod credentials;
mod errors;
mod log;
mod paging;
mod polling;
mod requests;
mod secrets;
mod throttling;

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::Response,
};
use bartizan::{
    azure::{Client, ClientOptions, Credential, Endpoint, Transport, in_memory},
    operation::{Cloud, WorkspaceId},
};
use serde_json::Value;
use tokio::time::Instant;

pub(crate) const WORKSPACE: &str = "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-sentinel/providers/\
                                    Microsoft.OperationalInsights/workspaces/law-sentinel";
pub(crate) const ORIGIN: &str = "https://management.azure.com";
pub(crate) const TOKEN: &str = "the-token-of-this-test";

/// The path of a Sentinel resource.
pub(crate) fn sentinel(rest: &str) -> String {
    format!("{WORKSPACE}/providers/Microsoft.SecurityInsights/{rest}")
}

pub(crate) fn workspace() -> WorkspaceId {
    WorkspaceId::new("00000000-0000-0000-0000-00000000000a", "rg-sentinel", "law-sentinel").unwrap()
}

/// A request as the service saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// How many came before it.
    pub(crate) index: usize,
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Answers = dyn Fn(&Seen) -> Response<Body> + Send + Sync;

/// A service that answers by a function of the request and remembers what came.
#[derive(Clone)]
pub(crate) struct Service {
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Answers>,
}

impl Service {
    pub(crate) fn new(answers: impl Fn(&Seen) -> Response<Body> + Send + Sync + 'static) -> Self {
        log::install();
        Self { seen: Arc::default(), answers: Arc::new(answers) }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Method and path of each request, the path from behind the workspace where it is in there.
    pub(crate) fn calls(&self) -> Vec<String> {
        let short = |path: &str| path.strip_prefix(&sentinel("")).unwrap_or(path).to_owned();
        self.seen().iter().map(|seen| format!("{} {}", seen.method, short(&seen.path))).collect()
    }

    pub(crate) fn transport(&self) -> Transport {
        in_memory::transport(Router::new().fallback(answer_one).with_state(self.clone()))
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with(&Credential::fixed(TOKEN))
    }

    pub(crate) fn client_with(&self, credential: &Credential) -> Client {
        self.client_of(workspace(), credential)
    }

    pub(crate) fn client_of(&self, workspace: WorkspaceId, credential: &Credential) -> Client {
        let options = ClientOptions { transport: Some(self.transport()), ..ClientOptions::default() };
        Client::new(workspace, Endpoint::of(Cloud::Public), credential, options).unwrap()
    }
}

async fn answer_one(State(service): State<Service>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let seen = {
        let mut all = service.seen.lock().unwrap();
        let seen = Seen {
            index: all.len(),
            method: head.method.to_string(),
            host: head.headers["host"].to_str().unwrap().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            at: Instant::now(),
        };
        all.push(seen.clone());
        seen
    };
    (service.answers)(&seen)
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &Value) -> Response<Body> {
    json_with(status, &[], body)
}

/// An answer with headers and a JSON body.
pub(crate) fn json_with(status: u16, headers: &[(&str, &str)], body: &Value) -> Response<Body> {
    let mut built = Response::builder().status(status);
    for (name, value) in headers {
        built = built.header(*name, *value);
    }
    built.body(Body::from(body.to_string())).unwrap()
}

/// An answer with nothing in it.
pub(crate) fn empty(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}
