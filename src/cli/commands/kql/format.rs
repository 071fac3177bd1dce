use std::io::{Read as _, Write as _};

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::Args;
use kql::LineIndex;

use crate::cli::exit::UsageError;
use crate::cli::{Exit, file, view};

/// Lay queries out: each pipe and each statement on a line of its own
///
/// Files are rewritten in place; comments and meaning stay as they are. A query with errors of syntax is left alone.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files with one query each, or - for standard input, which goes to standard output.
    #[arg(default_value = "-")]
    files: Vec<Utf8PathBuf>,
    /// Write nothing, only say which would change; exit with 1 if one would.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for path in &arguments.files {
        let mut bytes = Vec::new();
        if path == "-" {
            std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        } else {
            bytes = std::fs::read(path).with_context(|| UsageError::new(format!("{path} cannot be read")))?;
        }
        let name = if path == "-" { "standard input" } else { path.as_str() };
        let text = String::from_utf8(bytes)
            .map_err(|_| UsageError::new(format!("{name} is not UTF-8")).help("save it as UTF-8"))?;
        let Some(laid_out) = lay_out(name, &text) else {
            exit = Exit::Findings;
            continue;
        };
        if arguments.check {
            if laid_out != text {
                view::query::laid_out(name, "would change");
                exit = Exit::Findings;
            }
        } else if path == "-" {
            std::io::stdout().write_all(laid_out.as_bytes()).context("standard output cannot be written")?;
        } else if laid_out != text {
            file::replace(path, &laid_out).with_context(|| format!("{path} cannot be written"))?;
            view::query::laid_out(name, "changed");
        }
    }
    Ok(exit)
}

/// The text laid out, with the byte order mark, kind of line ends and final line end that it had; `None`, with a word
/// on standard error, where it has errors of syntax.
fn lay_out(name: &str, text: &str) -> Option<String> {
    let (mark, query) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let mut laid_out = match kql::format(query) {
        Ok(laid_out) => laid_out,
        Err(diagnostics) => {
            let index = LineIndex::new(query);
            for found in diagnostics {
                let at = index.position(found.span.start);
                view::query::left_alone(name, at.line, at.column, &found.message);
            }
            return None;
        }
    };
    if query.ends_with('\n') && !laid_out.is_empty() {
        laid_out.push_str(if query.contains("\r\n") { "\r\n" } else { "\n" });
    }
    Some(format!("{mark}{laid_out}"))
}
