//! Arguments to text and exit codes.

mod commands;
mod desired;
mod exit;
mod file;
mod project;
mod target;
mod view;

use std::process::ExitCode;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use exit::Exit;

use view::Printer;

/// Detection-as-code for Microsoft Sentinel: a folder of rules becomes live analytics rules and watchlists.
#[derive(Debug, Parser)]
#[command(name = "bartizan", version, max_term_width = 100, after_help = exit::HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// The file of settings; without it bartizan.toml in this folder, if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<Utf8PathBuf>,
    /// Show each operation on Azure with its status, duration and correlation id; twice for more.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(commands::check::Arguments),
    Compile(commands::compile::Arguments),
    Plan(commands::plan::Arguments),
    Apply(commands::apply::Arguments),
    Kql(commands::kql::Arguments),
    Schema(commands::schema::Arguments),
    Emulator(commands::emulator::Arguments),
    Explain(commands::explain::Arguments),
    Init(commands::init::Arguments),
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// Parses the arguments, runs the command and returns how it ended.
pub fn main() -> ExitCode {
    let mut printer = Printer::of_process();
    let mut exit = run(&mut printer);
    if let Err(error) = printer.end().context("standard output cannot be written") {
        let unwritten = ended_by(&mut printer, &error);
        // The results may have been all that was wanted.
        if exit == Exit::Done {
            exit = unwritten;
        }
    }
    exit.into()
}

fn run(printer: &mut Printer) -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            view::usage(printer, &error);
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    view::log::start(printer, cli.global.verbose);
    let global = &cli.global;
    let ended = match &cli.command {
        Command::Check(arguments) => commands::check::run(global, arguments, printer),
        Command::Compile(arguments) => commands::compile::run(global, arguments, printer),
        Command::Plan(arguments) => commands::plan::run(global, arguments, printer),
        Command::Apply(arguments) => commands::apply::run(global, arguments, printer),
        Command::Kql(arguments) => commands::kql::run(global, arguments, printer),
        Command::Schema(arguments) => commands::schema::run(global, arguments, printer),
        Command::Emulator(arguments) => commands::emulator::run(arguments, printer),
        Command::Explain(arguments) => commands::explain::run(arguments, printer),
        Command::Init(arguments) => commands::init::run(arguments, printer),
    };
    ended.unwrap_or_else(|error| ended_by(printer, &error))
}

fn ended_by(printer: &mut Printer, error: &anyhow::Error) -> Exit {
    view::error(printer, error);
    Exit::of(error)
}
