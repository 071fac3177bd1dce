//! The `bartizan` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bartizan::cli::main()
}
