//! Arguments to text and exit codes.

mod commands;
mod exit;
mod file;
mod project;
mod target;
mod view;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use exit::Exit;

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

/// Parses the arguments, runs the command and tells how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // A closed pipe is no reason to panic.
            let _ = error.print();
            return exit.into();
        }
    };
    view::log(cli.global.verbose);
    let global = &cli.global;
    let ended = match &cli.command {
        Command::Check(arguments) => commands::check::run(global, arguments),
        Command::Compile(arguments) => commands::compile::run(global, arguments),
        Command::Plan(arguments) => commands::plan::run(global, arguments),
        Command::Apply(arguments) => commands::apply::run(global, arguments),
        Command::Kql(arguments) => commands::kql::run(global, arguments),
        Command::Schema(arguments) => commands::schema::run(global, arguments),
        Command::Emulator(arguments) => commands::emulator::run(arguments),
        Command::Explain(arguments) => commands::explain::run(arguments),
        Command::Init(arguments) => commands::init::run(arguments),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            view::error(&error);
            Exit::of(&error).into()
        }
    }
}
