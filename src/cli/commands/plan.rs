use camino::Utf8PathBuf;
use clap::Args;

use crate::cli::desired::{add_query_places, desired};
use crate::cli::project::Project;
use crate::cli::target::{Target, TargetArguments};
use crate::cli::view::{self, Printer, Stream};
use crate::cli::{Exit, Format, Global};
use crate::compile::Compiled;
use crate::plan::{Plan, look, plan};

/// Show what an apply would change, and write nothing
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Files and folders; without them the folders of bartizan.toml, or rules.
    paths: Vec<Utf8PathBuf>,
    #[command(flatten)]
    target: TargetArguments,
    /// Leave out files with errors instead of stopping; what stands in them is neither changed nor pruned.
    #[arg(long)]
    keep_going: bool,
    /// How the plan is written.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Exit with 2 when the plan has changes.
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(in crate::cli) fn run(
    global: &Global,
    arguments: &Arguments,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    let project = Project::read(global, &arguments.paths)?;
    if let Some(exit) = stop_for_errors(printer, &project, arguments.keep_going, arguments.format) {
        return Ok(exit);
    }
    let compiled = project.deployable();
    let target = arguments.target.open(&project, &compiled)?;
    let plan = runtime()?.block_on(read_and_plan(&project, &compiled, &target))?;
    let summary = plan.summary();
    match arguments.format {
        Format::Human => view::plan(printer, &plan),
        Format::Json => view::json::plan(printer, &plan, None, summary),
    }
    Ok(if summary.failed > 0 || summary.conflict > 0 {
        Exit::Findings
    } else if arguments.detailed_exitcode && summary.has_writes() {
        Exit::Changes
    } else {
        Exit::Done
    })
}

/// Errors in the files stop a run before the network, unless it is to keep going.
pub(super) fn stop_for_errors(
    printer: &mut Printer,
    project: &Project,
    keep_going: bool,
    format: Format,
) -> Option<Exit> {
    let (map, diagnostics) = (&project.map, &project.diagnostics);
    let (errors, _) = project.count();
    let stops = project.settings_in_error || (errors > 0 && !keep_going);
    match format {
        Format::Json if stops => view::diagnostics::json(printer, map, diagnostics),
        Format::Json => {}
        Format::Human => view::diagnostics::list(printer, Stream::Err, map, diagnostics),
    }
    if !stops {
        return None;
    }
    view::diagnostics::stopped(printer, diagnostics, keep_going);
    Some(if project.settings_in_error { Exit::Usage } else { Exit::Findings })
}

/// Reads the workspace and compares.
pub(super) async fn read_and_plan(
    project: &Project,
    compiled: &[&Compiled],
    target: &Target,
) -> anyhow::Result<Plan> {
    let desired = desired(project, compiled);
    let snapshot = target.client.snapshot(&look(&desired)).await?;
    let mut plan = plan(target.of_plan(), &desired, &snapshot, &project.held());
    add_query_places(&mut plan, project, compiled);
    Ok(plan)
}

/// The runtime of commands that use the network; the others start faster without one.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
