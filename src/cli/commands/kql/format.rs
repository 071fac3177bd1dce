mod rules;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use kql::LineIndex;
use sentinel_schema::BuiltIn;

use super::files;
use crate::check;
use crate::cli::exit::UsageError;
use crate::cli::view::{self, Printer, layout};
use crate::cli::{Exit, Global, file};
use crate::diagnostic::SourceMap;

/// Lay queries out: each pipe and each statement on a line of its own
///
/// Files are rewritten in place; comments and meaning stay as they are. A query with errors of syntax is left alone. A
/// folder is searched for files that end in .kql, .csl or .kusto, or for rule files with --rules.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files with one query each and folders, or - for standard input, which goes to standard output; with --rules
    /// rule files and folders, or without them the folders of bartizan.toml.
    paths: Vec<Utf8PathBuf>,
    /// Lay out the queries in rule files, and keep every other byte of the files.
    #[arg(long)]
    rules: bool,
    /// Write nothing, only say which would change; exit with 1 if one would.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(global: &Global, arguments: &Arguments, printer: &mut Printer) -> anyhow::Result<Exit> {
    if let [path] = &*arguments.paths
        && path != files::STDIN
        && !path.exists()
    {
        return Err(UsageError::new(format!("there is no {path}"))
            .help("name a file or folder that exists")
            .into());
    }
    if arguments.rules {
        return rules::run(global, arguments, printer);
    }
    let stdin = [Utf8PathBuf::from(files::STDIN)];
    let (paths, failures) = files::find(if arguments.paths.is_empty() { &stdin } else { &arguments.paths });
    let mut exit = Exit::Done;
    for (path, error) in failures {
        layout::failed(printer, &path, &format!("it cannot be read: {error}"));
        exit = Exit::Findings;
    }
    for path in &paths {
        match bare(path, arguments.check, printer) {
            Ok(Exit::Done) => {}
            Ok(_) => exit = Exit::Findings,
            Err(error) => {
                view::error(printer, &error);
                exit = Exit::Findings;
            }
        }
    }
    Ok(exit)
}

/// Lays a file out that holds a query and nothing else.
fn bare(path: &Utf8Path, check: bool, printer: &mut Printer) -> anyhow::Result<Exit> {
    let name = files::name(path);
    let text = files::read(path)?;
    let Some(laid_out) = lay_out(name, &text, printer) else { return Ok(Exit::Findings) };
    if check {
        if laid_out != text {
            layout::laid_out(printer, name, "would change");
            return Ok(Exit::Findings);
        }
    } else if path == files::STDIN {
        layout::query(printer, &laid_out);
    } else if laid_out != text {
        file::replace_unchanged(path, &text, &laid_out)
            .with_context(|| format!("{path} cannot be written"))?;
        layout::laid_out(printer, name, "changed");
    }
    Ok(Exit::Done)
}

/// The text laid out, with the byte order mark, kind of line ends and final line end that it had; `None`, with a word
/// on standard error, where it has errors of syntax. The text as it is where `kql` would then say something else of it.
fn lay_out(name: &str, text: &str, printer: &mut Printer) -> Option<String> {
    let (mark, query) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let mut laid_out = match kql::format(query) {
        Ok(laid_out) => laid_out,
        Err(diagnostics) => {
            let index = LineIndex::new(query);
            for found in diagnostics {
                let at = index.position(found.span.start);
                layout::left_alone(printer, name, (at.line as usize, at.column as usize), &found.message);
            }
            return None;
        }
    };
    if query.ends_with('\n') && !laid_out.is_empty() {
        laid_out.push_str(if query.contains("\r\n") { "\r\n" } else { "\n" });
    }
    // A comment that allows a warning holds for its line, and that of the warning may now be another.
    if query.contains(check::ALLOW_MARK) && codes(query) != codes(&laid_out) {
        layout::left_alone(printer, name, (1, 1), "laid out, a comment would no longer allow its warning");
        return Some(text.to_owned());
    }
    Some(format!("{mark}{laid_out}"))
}

/// The codes of what is said of a query.
fn codes(query: &str) -> Vec<&'static str> {
    let parsed = kql::parse(query);
    let analysis = kql::analyze(&parsed, &BuiltIn);
    let file = SourceMap::new().add("", query);
    let found = check::check_bare_query(file, &parsed, &analysis);
    let language = found.syntax.iter().chain(&found.meaning).map(|found| found.code.as_str());
    let mut codes: Vec<_> = language.chain(found.lints.iter().map(|lint| lint.code.id)).collect();
    codes.sort_unstable();
    codes
}
