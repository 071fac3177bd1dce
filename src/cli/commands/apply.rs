use std::io::{IsTerminal as _, stdin};

use camino::Utf8PathBuf;
use clap::Args;

use super::plan::{read_and_plan, runtime, stop_for_errors};
use crate::apply::{Options, apply, summary};
use crate::cli::exit::UsageError;
use crate::cli::project::Project;
use crate::cli::target::TargetArguments;
use crate::cli::view::{self, Printer};
use crate::cli::{Exit, Format, Global};

/// Make the workspace what the folder says
///
/// Shows the plan, asks before it writes, and ends with a summary.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Files and folders; without them the folders of bartizan.toml, or rules.
    paths: Vec<Utf8PathBuf>,
    #[command(flatten)]
    target: TargetArguments,
    /// Leave out files with errors instead of stopping; what stands in them is neither changed nor pruned.
    #[arg(long)]
    keep_going: bool,
    /// How plan and outcome are written.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Write without asking; needed where nobody can be asked.
    #[arg(long)]
    yes: bool,
    /// How many resources are written at a time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    concurrency: u8,
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
    let asks = !arguments.yes && !arguments.target.emulator;
    if asks && (arguments.format == Format::Json || !stdin().is_terminal()) {
        let help = "say --yes to write without being asked, or look first with bartizan plan";
        return Err(UsageError::new("nobody can be asked before writing").help(help).into());
    }
    let compiled = project.deployable();
    let target = arguments.target.open(&project, &compiled)?;
    let runtime = runtime()?;
    let plan = runtime.block_on(read_and_plan(&project, &compiled, &target))?;
    let planned = plan.summary();
    if arguments.format == Format::Human {
        view::plan(printer, &plan);
    }
    if asks && planned.has_writes() && !view::confirm::confirm(printer, &mut stdin().lock(), &planned)? {
        view::confirm::not_confirmed(printer);
        return Ok(Exit::Held);
    }
    let progress = view::Progress::new(printer, &planned, global.verbose);
    let options = Options { concurrency: usize::from(arguments.concurrency) };
    let outcomes = runtime.block_on(apply(&target.client, &plan, options, &|verdict, outcome| {
        progress.finished(verdict, outcome);
    }))?;
    progress.end();
    target.close()?;
    let total = summary(&plan, &outcomes);
    match arguments.format {
        Format::Human => view::applied(printer, &plan, &outcomes, total),
        Format::Json => view::json::plan(printer, &plan, Some(&outcomes), total),
    }
    Ok(if total.failed > 0 || total.conflict > 0 { Exit::Findings } else { Exit::Done })
}
