use std::collections::HashSet;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::plan::stop_for_errors;
use crate::cli::project::Project;
use crate::cli::view::{self, Printer};
use crate::cli::{Exit, Format, Global};
use crate::resource::Kind;

/// Write the exact bodies that would be sent
///
/// One file a resource: DIR/alertRules/<id>.json, DIR/watchlists/<alias>.json and DIR/savedSearches/<id>.json. Files
/// of resources that are no longer there are removed from these folders; nothing else is touched.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Files and folders; without them the folders of bartizan.toml, or rules.
    paths: Vec<Utf8PathBuf>,
    /// Where the bodies are written.
    #[arg(long, value_name = "DIR", default_value = "compiled")]
    out: Utf8PathBuf,
    /// Leave out files with errors instead of stopping.
    #[arg(long)]
    keep_going: bool,
}

pub(in crate::cli) fn run(
    global: &Global,
    arguments: &Arguments,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    let project = Project::read(global, &arguments.paths)?;
    if let Some(exit) = stop_for_errors(printer, &project, arguments.keep_going, Format::Human) {
        return Ok(exit);
    }
    let compiled = project.deployable();
    let mut written = HashSet::new();
    for compiled in &compiled {
        let identity = compiled.resource.identity();
        let path = arguments.out.join(identity.kind.collection()).join(format!("{}.json", identity.name));
        let mut text = serde_json::to_string_pretty(&compiled.resource.body_with_rows())?;
        text.push('\n');
        write(&path, &text)?;
        written.insert(path);
    }
    // Only what an earlier compile wrote: files that end in .json, in the folders that are its own.
    let folders = Kind::ALL.iter().map(|kind| arguments.out.join(kind.collection()));
    let stale = folders.filter_map(|folder| folder.read_dir_utf8().ok()).flatten().flatten();
    for entry in stale.filter(|entry| entry.path().extension() == Some("json")) {
        if !written.contains(entry.path()) {
            std::fs::remove_file(entry.path())
                .with_context(|| format!("{} cannot be removed", entry.path()))?;
        }
    }
    view::files::compiled(printer, compiled.len(), &arguments.out);
    Ok(Exit::Done)
}

fn write(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(Utf8Path::new("")))?;
        std::fs::write(path, text)
    };
    write().with_context(|| format!("{path} cannot be written"))
}
