//! The library over a folder and an emulator, all in this process: no socket, and tokio's time.

use std::sync::Arc;

use bartizan::apply::{Options as ApplyOptions, Outcome, apply};
use bartizan::azure::{Client, ClientOptions, Credential, Endpoint, in_memory};
use bartizan::check::{self, Context};
use bartizan::compile::{self, Compiled, Folder as Documents};
use bartizan::config::Config;
use bartizan::diagnostic::{Diagnostic, SourceMap};
use bartizan::operation::{Cloud, PREVIEW_API_VERSION, Target};
use bartizan::plan::{Action, Desired, Plan, look, plan};
use bartizan::resource::{Kind, Look, Resource};
use bartizan::semantic::Models;
use camino::Utf8PathBuf;
use sentinel_emulator::{Emulator, Options};

use crate::azure::workspace;

/// What is known of files without a workspace.
pub(crate) struct Checked {
    pub(crate) map: SourceMap,
    pub(crate) folder: Documents,
    pub(crate) compiled: Vec<Compiled>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Reads, compiles and checks, with no settings. A file in error is compiled all the same where that can be done.
    pub(crate) fn read(paths: &[Utf8PathBuf]) -> Self {
        let (mut map, mut diagnostics, config) = (SourceMap::new(), Vec::new(), Config::default());
        let folder = Documents::read(&mut map, paths, &mut diagnostics);
        let mut models = Models::new(Arc::new(config.schema.environment()));
        let compiled = compile::compile(&map, &folder, &config, &mut models, &mut diagnostics);
        diagnostics.extend(check::check(Context {
            map: &map,
            folder: &folder,
            models: &models,
            compiled: &compiled,
            config: &config,
        }));
        Self { map, folder, compiled, diagnostics }
    }

    /// The errors among the diagnostics of a resource's files.
    pub(crate) fn errors_of(&self, compiled: &Compiled) -> Vec<&'static str> {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        errors.filter(|d| compiled.files.contains(&d.span.file)).map(|d| d.code.id).collect()
    }
}

/// An emulated workspace and a client of it.
pub(crate) struct Workspace {
    pub(crate) emulator: Emulator,
    pub(crate) client: Client,
}

impl Workspace {
    /// A workspace on a preview version, which takes all that compile makes.
    pub(crate) fn new(options: Options) -> Self {
        Self::with_version(options, PREVIEW_API_VERSION)
    }

    pub(crate) fn with_version(options: Options, version: &str) -> Self {
        let emulator = Emulator::new(options);
        let transport = Some(in_memory::transport(emulator.router()));
        let options = ClientOptions { api_version: Some(version.to_owned()), transport };
        let credential = Credential::fixed("a-token");
        let client = Client::new(workspace(), Endpoint::of(Cloud::Public), &credential, options).unwrap();
        Self { emulator, client }
    }

    /// Sends a resource as it is, without looking at what is there.
    pub(crate) async fn put(&self, resource: &Resource) -> Result<(), bartizan::azure::Error> {
        let identity = resource.identity();
        self.client.put(identity.kind, &identity.name, &resource.body_with_rows()).await.map(drop)
    }

    pub(crate) async fn plan(&self, compiled: &[Compiled]) -> Plan {
        let desired = desired(compiled);
        // Whatever the folder has, so that tests see what else there is.
        let look = Look { kinds: Kind::ALL.iter().copied().collect(), ..look(&desired) };
        let target = Target {
            workspace: self.client.workspace().clone(),
            cloud: Cloud::Public,
            endpoint: self.client.endpoint().base().to_string(),
            api_version: self.client.operations().api_version().to_owned(),
            emulated: true,
        };
        plan(target, &desired, &self.client.snapshot(&look).await.unwrap(), &[])
    }

    /// Carries a plan out as one that was saved would be: from its JSON, without the folder that it was made of.
    pub(crate) async fn carry_out(&self, plan: &Plan) -> Vec<Outcome> {
        let saved = Plan::from_json(&plan.to_json().unwrap()).unwrap();
        assert_eq!(saved, *plan);
        apply(&self.client, &saved, ApplyOptions::default(), &|_, _| {}).await.unwrap()
    }

    /// Plans and carries out; what became of each change, with what it is.
    pub(crate) async fn apply(&self, compiled: &[Compiled]) -> Vec<(String, Outcome)> {
        let plan = self.plan(compiled).await;
        let outcomes = self.carry_out(&plan).await;
        plan.verdicts.iter().map(|verdict| verdict.identity.to_string()).zip(outcomes).collect()
    }

    /// Holds that nothing is left to change.
    #[track_caller]
    pub(crate) fn assert_settled(plan: &Plan) {
        let left: Vec<_> =
            plan.verdicts.iter().filter(|verdict| verdict.action != Action::Unchanged).collect();
        assert!(left.is_empty(), "{left:#?}");
    }

    /// The writes that the emulator saw: method and the end of the path, with the status.
    pub(crate) fn writes(&self) -> Vec<String> {
        let requests = self.emulator.requests().into_iter().filter(|request| request.method != "GET");
        requests
            .map(|request| {
                let path = request.path.split("Microsoft.SecurityInsights/").last().unwrap_or_default();
                let path = path.find("/savedSearches/").map_or(path, |at| &path[at + 1..]);
                format!("{} {path} {}", request.method, request.status)
            })
            .collect()
    }
}

fn desired(compiled: &[Compiled]) -> Vec<Desired<'_>> {
    compiled
        .iter()
        .map(|compiled| Desired {
            resource: &compiled.resource,
            tables: &compiled.needs.tables,
            needs: compiled.needs.resources(),
            connector: compiled.needs.connector.as_deref(),
            source: None,
        })
        .collect()
}
