//! Where a plan or an apply goes to.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use sentinel_emulator::{DeclaredTable, Emulator, Options, State};

use super::exit::UsageError;
use super::file;
use super::project::Project;
use crate::azure::{Client, ClientOptions, Credential, Endpoint, in_memory, network, process_environment};
use crate::compile::Compiled;
use crate::config::{Config, Workspace};
use crate::operation::{self, AuthMethod, Cloud, DEFAULT_API_VERSION, PREVIEW_API_VERSION, WorkspaceId};

/// Where the embedded emulator keeps its state.
const STATE_FILE: &str = ".bartizan/emulator.json";

/// The workspace that stands for one where none was named.
const DEFAULT_WORKSPACE: (&str, &str, &str) =
    ("00000000-0000-0000-0000-00000000000a", "rg-sentinel", "law-sentinel");

/// Which workspace, and how to reach it.
#[derive(Debug, Args)]
pub(super) struct TargetArguments {
    /// The workspace, by its name in bartizan.toml.
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// Use the embedded emulator, whose state is kept in .bartizan/emulator.json.
    #[arg(long, conflicts_with = "endpoint")]
    pub emulator: bool,
    /// Use the management API at this URL; http only on this machine's loopback.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// How to sign in; without it the usual variables are looked at, then the Azure CLI.
    ///
    /// One of azure-cli, managed-identity, workload-identity, client-secret, client-certificate, github-oidc,
    /// azure-pipelines, and static-token, which takes the token from BARTIZAN_TOKEN.
    #[arg(long, value_name = "METHOD", value_parser = auth_method)]
    auth: Option<AuthMethod>,
    /// The version of the Sentinel API.
    #[arg(long, value_name = "VERSION", value_parser = api_version)]
    api_version: Option<String>,
}

fn auth_method(text: &str) -> Result<AuthMethod, String> {
    text.parse().map_err(|error: operation::InvalidTarget| error.allowed)
}

fn api_version(text: &str) -> Result<String, String> {
    crate::operation::api_version(text).map_err(|error| error.allowed)
}

/// A client, and the emulator behind it where there is one.
pub(super) struct Target {
    pub client: Client,
    emulator: Option<(Emulator, Utf8PathBuf)>,
}

impl TargetArguments {
    /// Makes a client. Nothing is sent yet.
    pub(super) fn open(&self, project: &Project, compiled: &[&Compiled]) -> anyhow::Result<Target> {
        self.connect(&project.config, self.api_version(project, compiled)?)
    }

    /// Makes a client for a command that reads no Sentinel resources. Nothing is sent yet.
    pub(super) fn open_workspace(&self, config: &Config) -> anyhow::Result<Target> {
        let told = self.api_version.clone().or_else(|| config.api_version.clone());
        self.connect(config, told.unwrap_or_else(|| DEFAULT_API_VERSION.to_owned()))
    }

    fn connect(&self, config: &Config, api_version: String) -> anyhow::Result<Target> {
        let workspace = self.workspace(config)?;
        let api_version = Some(api_version);
        let auth = self.auth.or(workspace.auth);
        if self.emulator {
            let path = Utf8PathBuf::from(STATE_FILE);
            let emulator = Emulator::with_state(emulator_options(config), read_state(&path)?);
            let transport = Some(in_memory::transport(emulator.router()));
            let options = ClientOptions { api_version, transport };
            let endpoint = Endpoint::of(workspace.cloud);
            let client = Client::new(workspace.id, endpoint, &Credential::fixed("emulator"), options)?;
            return Ok(Target { client, emulator: Some((emulator, path)) });
        }
        let endpoint = match &self.endpoint {
            Some(url) => Endpoint::parse(url, workspace.cloud)?,
            None => Endpoint::of(workspace.cloud),
        };
        let transport = network(&endpoint)?;
        let subscription = Some(workspace.id.subscription());
        let credential = Credential::choose(auth, &endpoint, subscription, &process_environment, &transport)?;
        let options = ClientOptions { api_version, transport: Some(transport) };
        Ok(Target { client: Client::new(workspace.id, endpoint, &credential, options)?, emulator: None })
    }

    fn workspace(&self, config: &Config) -> anyhow::Result<Workspace> {
        let known = &config.workspaces;
        let names = || known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        if let Some(name) = &self.workspace {
            return known.get(name).cloned().ok_or_else(|| {
                let error = UsageError::new(format!("bartizan.toml has no workspace `{name}`"));
                if known.is_empty() {
                    error
                        .help("add a table [workspaces.NAME] with subscription, resource-group and workspace")
                } else {
                    error.help(format!("it has: {}", names()))
                }
                .into()
            });
        }
        if self.emulator || self.endpoint.is_some() {
            let (subscription, group, workspace) = DEFAULT_WORKSPACE;
            let id = WorkspaceId::new(subscription, group, workspace)?;
            return Ok(Workspace { id, cloud: Cloud::Public, auth: None });
        }
        let help = if known.is_empty() {
            "try it with --emulator, or add a table [workspaces.NAME] to bartizan.toml and say --workspace NAME"
                .to_owned()
        } else {
            format!("say --workspace and one of: {}; or try it with --emulator", names())
        };
        Err(UsageError::new("no workspace is named").help(help).into())
    }

    /// One version for all reads and writes of the run: a stable one drops or refuses what only preview versions
    /// know, and a plan over such reads would never be empty.
    fn api_version(&self, project: &Project, compiled: &[&Compiled]) -> anyhow::Result<String> {
        let told = self.api_version.clone().or_else(|| project.config.api_version.clone());
        let needing = compiled.iter().find(|compiled| compiled.resource.needs_preview());
        match (told, needing) {
            (Some(told), Some(needing)) if !told.ends_with("-preview") => {
                let path = project.path(needing.files[0]);
                let message = format!("{path} needs a preview version of the API, but {told} is set");
                let help = "leave the version out, or name one that ends in -preview; NRT rules, sub-techniques and sentinelEntitiesMappings need it";
                Err(UsageError::new(message).help(help).into())
            }
            (Some(told), _) => Ok(told),
            (None, Some(_)) => Ok(PREVIEW_API_VERSION.to_owned()),
            (None, None) => Ok(DEFAULT_API_VERSION.to_owned()),
        }
    }
}

/// The built-in tables, and those that settings and lock file know.
fn emulator_options(config: &Config) -> Options {
    let mut declared = config.schema.declared_tables();
    for name in &config.emulator_tables {
        if !declared.iter().any(|table| table.name == *name) {
            declared.push(DeclaredTable { name: name.clone(), columns: Vec::new() });
        }
    }
    // Nobody looks back at the requests, and uploads are large.
    Options { declared, remembered_requests: 0, ..Options::default() }
}

impl Target {
    /// What a plan says of where it was made.
    pub(super) fn of_plan(&self) -> operation::Target {
        operation::Target {
            workspace: self.client.workspace().clone(),
            cloud: self.client.endpoint().cloud(),
            endpoint: self.client.endpoint().base().to_string(),
            api_version: self.client.operations().api_version().to_owned(),
            emulated: self.emulator.is_some(),
        }
    }

    /// Keeps the emulator's state for the next run.
    pub(super) fn close(&self) -> anyhow::Result<()> {
        match &self.emulator {
            Some((emulator, path)) => write_state(path, &emulator.state()),
            None => Ok(()),
        }
    }
}

/// The state of a file; an empty one where there is none yet.
pub(super) fn read_state(path: &Utf8Path) -> anyhow::Result<State> {
    match std::fs::read_to_string(path) {
        Ok(text) => State::from_json(&text).map_err(|error| {
            // It may be anybody's file, so that nothing is said about deleting it.
            UsageError::new(format!("{path} is not a state file of the emulator: {error}"))
                .help("name a file that the emulator wrote, or a new one; it keeps its own in .bartizan/emulator.json")
                .into()
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(error).with_context(|| format!("{path} cannot be read")),
    }
}

/// Writes the state in the place of the old one, which a crash leaves.
pub(super) fn write_state(path: &Utf8Path, state: &State) -> anyhow::Result<()> {
    let write = || -> anyhow::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        file::replace_with(path, |file| Ok(state.write(file)?))
    };
    write().with_context(|| format!("{path} cannot be written"))
}
