use clap::Args;

use crate::check;
use crate::cli::Exit;
use crate::cli::exit::UsageError;
use crate::cli::view::{self, Printer};
use crate::diagnostic::nearest;

/// Show what a diagnostic means, with an example of wrong and right
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The code, as `check` shows it in brackets; without it all codes are listed.
    code: Option<String>,
}

pub(in crate::cli) fn run(arguments: &Arguments, printer: &mut Printer) -> anyhow::Result<Exit> {
    let codes = check::codes();
    let Some(wanted) = &arguments.code else {
        view::codes::codes(printer, &codes);
        return Ok(Exit::Done);
    };
    if let Some(code) = codes.iter().find(|code| code.id.eq_ignore_ascii_case(wanted.trim())) {
        view::codes::explanation(printer, code);
        return Ok(Exit::Done);
    }
    let error = UsageError::new(format!("`{wanted}` is not the code of a diagnostic"));
    let near = nearest(wanted, codes.iter().map(|code| code.id));
    Err(match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("list all codes with bartizan explain"),
    }
    .into())
}
