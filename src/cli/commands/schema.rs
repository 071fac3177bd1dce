use anyhow::Context as _;
use camino::Utf8Path;
use clap::{Args, Subcommand};

use super::plan::runtime;
use crate::cli::project::Unchecked;
use crate::cli::target::TargetArguments;
use crate::cli::view::{self, Printer};
use crate::cli::{Exit, Global, file};
use crate::diagnostic::SourceMap;
use crate::resource::Kind;
use crate::schema::{LOCK_FILE, Lock};
use crate::semantic;

/// Write down what the workspace has, for checks without it
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Pull(PullArguments),
}

/// Read the workspace's tables and saved functions into bartizan.schema.lock
///
/// The file stands beside bartizan.toml and belongs into the repository. Functions that files of the folder describe are left
/// out, and of the others the query is not kept. The workspace is only read.
#[derive(Debug, Args)]
struct PullArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Write nothing, only tell what would change; exit with 1 if something would.
    #[arg(long)]
    check: bool,
}

pub(in crate::cli) fn run(
    global: &Global,
    arguments: &Arguments,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    let Action::Pull(arguments) = &arguments.action;
    let project = Unchecked::read(global)?;
    let target = arguments.target.open_workspace(&project.config)?;
    let client = &target.client;
    let (tables, searches) = runtime()?.block_on(async {
        futures::future::try_join(client.list_tables(), client.resources(Kind::SavedSearch)).await
    })?;
    let ours: Vec<&str> = project.folder.parsers.iter().filter_map(semantic::parser::alias).collect();
    let is_ours = |alias: &str| ours.contains(&alias);
    let lock = semantic::pull(client.workspace().workspace(), &tables, &searches, &is_ours);
    let path = project.base.join(LOCK_FILE);
    let text = lock.to_text()?;
    let known = std::fs::read_to_string(&path).ok();
    // Where nothing was known all of it is new, which says nothing.
    let before = known.as_ref().and_then(|known| read(&path, known)).unwrap_or_else(|| lock.clone());
    // A checkout may have given the lines other ends.
    let differs = known.is_none_or(|known| known.replace("\r\n", "\n") != text);
    if differs && !arguments.check {
        file::replace(&path, &text).with_context(|| format!("{path} cannot be written"))?;
    }
    view::schema::pulled(printer, &path, &lock, &lock.changes(&before), differs, arguments.check);
    Ok(if differs && arguments.check { Exit::Findings } else { Exit::Done })
}

/// The lock that is there; `None` where it cannot be read and so is written anew.
fn read(path: &Utf8Path, text: &str) -> Option<Lock> {
    let mut map = SourceMap::new();
    let file = map.add(path, text);
    Lock::read(&map, file, &mut Vec::new())
}
