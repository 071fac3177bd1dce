//! The whole program against a scripted service over a real connection: what is sent, and what a person then reads.

mod errors;
mod hostile;
mod requests;
mod tls;

use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use crate::azure::{WORKSPACE, sentinel};
use crate::folder::{Folder, RULE, Run};

/// The id of [`RULE`].
const RULE_ID: &str = "5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01";

/// An etag in the service's form: its quotes belong to it.
const ETAG: &str = "\"61004e36-0000-0100-0000-69c3928d0000\"";

/// What a scripted service answers where the script says nothing: a workspace with these rules and watchlists and
/// the table SecurityEvent, which takes whatever is written.
#[derive(Default)]
struct Workspace {
    rules: Vec<Value>,
    watchlists: Vec<Value>,
    items: Vec<Value>,
}

impl Workspace {
    fn answer(&self, request: &Request) -> ResponseTemplate {
        let ok = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
        let path = request.url.path();
        let rest = path.strip_prefix(&sentinel("")).unwrap_or(path.strip_prefix(WORKSPACE).unwrap_or(path));
        let segments: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["alertRules"]) => ok(&json!({ "value": self.rules })),
            ("GET", ["watchlists"]) => ok(&json!({ "value": self.watchlists })),
            ("GET", ["watchlists", alias]) => {
                match self.watchlists.iter().find(|list| list["name"] == *alias) {
                    Some(list) => ok(list),
                    None => error(404, "404", &format!("Resource '{alias}' does not exist")),
                }
            }
            ("GET", ["watchlists", _, "watchlistItems"]) => ok(&json!({ "value": self.items })),
            ("GET", ["savedSearches"]) => ok(&json!({ "value": [] })),
            ("GET", ["tables"]) => ok(&json!({ "value": [{ "name": "SecurityEvent" }] })),
            ("GET", ["alertRules", id]) => match self.rules.iter().find(|rule| rule["name"] == *id) {
                Some(rule) => ok(rule),
                None => error(404, "NotFound", &format!("Cannot find rule with resource name '{id}'.")),
            },
            ("PUT", [.., name]) => {
                let mut stored: Value = request.body_json().unwrap();
                stored["name"] = json!(name);
                stored["etag"] = json!(ETAG);
                ok(&stored)
            }
            ("DELETE", _) => ok(&json!({})),
            other => panic!("the service was asked for {other:?}"),
        }
    }
}

/// An error in ARM's form, under a correlation id.
fn error(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("x-ms-correlation-request-id", "c0ffee00-0000-4000-8000-000000000001")
        .set_body_json(json!({ "error": { "code": code, "message": message } }))
}

/// A service, and a folder with [`RULE`] that is applied to it.
struct Service {
    server: MockServer,
    folder: Folder,
}

impl Service {
    /// A service that answers by the script, and where that says nothing as the workspace does.
    async fn new(
        workspace: Workspace,
        script: impl Fn(&Request) -> Option<ResponseTemplate> + Send + Sync + 'static,
    ) -> Self {
        let server = MockServer::start().await;
        let answer = move |request: &Request| script(request).unwrap_or_else(|| workspace.answer(request));
        Mock::given(any()).respond_with(answer).mount(&server).await;
        Self { server, folder: Folder::with(&[("rules/process.yaml", RULE)]) }
    }

    /// Runs the program with `--endpoint`; the port in what it prints becomes PORT.
    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The same with variables of the environment.
    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.folder.command();
        command.args(arguments).args(["--endpoint", &self.server.uri()]);
        command.env("BARTIZAN_TOKEN", "the-token-of-this-test");
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        let output = command.output().unwrap();
        let port = self.server.address().port().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&port, "PORT");
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// The reads, sorted, since those of a plan go at once.
    async fn reads(&self) -> String {
        let mut lines: Vec<String> =
            self.requests().await.iter().filter(|r| r.method.as_str() == "GET").map(line).collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    /// Method, path and query of each write, in the order in which they came.
    async fn writes(&self) -> Vec<String> {
        self.requests().await.iter().filter(|r| r.method.as_str() != "GET").map(line).collect()
    }

    /// The writes whole: request line, headers, JSON body.
    async fn whole_writes(&self) -> String {
        let requests = self.requests().await;
        let writes = requests.iter().filter(|r| r.method.as_str() != "GET");
        writes.map(whole).collect::<Vec<_>>().join("\n\n")
    }
}

fn line(request: &Request) -> String {
    let query = request.url.query().unwrap_or_default();
    format!("{} {}?{query}", request.method, request.url.path())
}

fn whole(request: &Request) -> String {
    let mut text = line(request);
    // The host's port differs from run to run; the length follows from the body.
    let told = |name: &str| !["host", "content-length"].contains(&name);
    let mut headers: Vec<String> = request
        .headers
        .iter()
        .filter(|(name, _)| told(name.as_str()))
        .map(|(name, value)| match name.as_str() {
            "x-ms-client-request-id" => format!("{name}: {}", kind_of_id(value.to_str().unwrap())),
            _ => format!("{name}: {}", value.to_str().unwrap()),
        })
        .collect();
    headers.sort_unstable();
    for header in headers {
        text.push_str(&format!("\n{header}"));
    }
    if !request.body.is_empty() {
        let body: Value = request.body_json().unwrap();
        text.push_str(&format!("\n\n{body:#}"));
    }
    text
}

fn kind_of_id(id: &str) -> &'static str {
    if uuid::Uuid::parse_str(id).is_ok() { "a GUID" } else { "no GUID" }
}

/// Exit code, standard output and standard error.
fn shown(run: &Run) -> String {
    format!("exit {}\n--- stdout\n{}--- stderr\n{}", run.code, run.stdout, run.stderr)
}

/// Whether a request is this one; the path begins behind the provider's or the workspace's.
fn is(request: &Request, method: &str, rest: &str) -> bool {
    let path = request.url.path();
    request.method.as_str() == method && (path == sentinel(rest) || path == format!("{WORKSPACE}/{rest}"))
}
