mod fixing;

use camino::Utf8PathBuf;
use clap::Args;
use fixing::Fixing;

use crate::cli::project::Project;
use crate::cli::view::{self, Printer};
use crate::cli::{Exit, Format, Global};

/// Tell every mistake in every file at once, offline
///
/// Errors exit with 1, warnings alone with 0.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Files and folders; without them the folders of bartizan.toml, or rules.
    paths: Vec<Utf8PathBuf>,
    /// How the diagnostics are written.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Exit with 1 for warnings as well.
    #[arg(long)]
    strict: bool,
    /// Make the fixes that are safe, in the files, and report what is left.
    #[arg(long)]
    fix: bool,
    /// With --fix: make those that somebody has to look at, too.
    #[arg(long = "unsafe", requires = "fix")]
    with_unsafe: bool,
    /// With --fix: report what would be fixed, and change no file.
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

pub(in crate::cli) fn run(
    global: &Global,
    arguments: &Arguments,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    if arguments.fix {
        let Arguments { with_unsafe, dry_run: is_dry_run, .. } = *arguments;
        fixing::fix_files(global, &arguments.paths, Fixing { with_unsafe, is_dry_run }, printer)?;
    }
    let project = Project::read(global, &arguments.paths)?;
    let (map, diagnostics) = (&project.map, &project.diagnostics);
    match arguments.format {
        Format::Human => view::diagnostics::report(printer, map, diagnostics, project.folder.files),
        Format::Json => view::diagnostics::json(printer, map, diagnostics),
    }
    let (errors, warnings) = project.count();
    Ok(if project.settings_in_error {
        Exit::Usage
    } else if errors > 0 || (arguments.strict && warnings > 0) {
        Exit::Findings
    } else {
        Exit::Done
    })
}
