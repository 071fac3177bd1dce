use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::view::{self, Printer};

/// Make a folder to start from: bartizan.toml, a rule, a watchlist and workflows
///
/// Asks nothing, and does not change files that exist.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The folder; made where it does not exist.
    #[arg(default_value = ".")]
    folder: Utf8PathBuf,
}

/// The files, and their text with `{id}` where a new GUID belongs. The workflows are those that docs/ci.md recommends.
const FILES: &[(&str, &str)] = &[
    ("bartizan.toml", include_str!("init/bartizan.toml")),
    ("rules/password-spray.yaml", include_str!("init/password-spray.yaml")),
    ("rules/trusted-addresses/watchlist.yaml", include_str!("init/watchlist.yaml")),
    ("rules/trusted-addresses/data.csv", include_str!("init/data.csv")),
    (
        ".github/workflows/bartizan-plan.yml",
        include_str!("../../../.github/workflow-templates/bartizan-plan.yml"),
    ),
    (
        ".github/workflows/bartizan-apply.yml",
        include_str!("../../../.github/workflow-templates/bartizan-apply.yml"),
    ),
    (
        ".github/workflows/bartizan-drift.yml",
        include_str!("../../../.github/workflow-templates/bartizan-drift.yml"),
    ),
    (".gitignore", ".bartizan/\n"),
];

pub(in crate::cli) fn run(arguments: &Arguments, printer: &mut Printer) -> anyhow::Result<Exit> {
    let mut written = Vec::new();
    for (name, text) in FILES {
        let path = arguments.folder.join(name);
        let made = make(&path, &text.replace("{id}", &Uuid::new_v4().to_string()));
        written.push((path.clone(), made.with_context(|| format!("{path} cannot be written"))?));
    }
    view::files::initialised(printer, &written);
    Ok(Exit::Done)
}

/// Writes a file unless there is one, and returns whether it did.
fn make(path: &Utf8Path, text: &str) -> std::io::Result<bool> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
