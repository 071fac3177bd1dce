mod files;
mod format;

use std::sync::Arc;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::{Args, Subcommand};
use kql::Type;
use sentinel_schema::{Environment, Layer, Origin, declared_tables};

use crate::check;
use crate::cli::exit::UsageError;
use crate::cli::project::settings_alone;
use crate::cli::view::{self, Printer};
use crate::cli::{Exit, Format, Global};
use crate::config::Config;
use crate::diagnostic::SourceMap;

/// Check bare queries, offline
///
/// Each file holds one query; a folder is searched for files that end in .kql, .csl or .kusto. With --format json each
/// query gives one line.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Files and folders, or - for standard input.
    #[arg(default_value = "-")]
    files: Vec<Utf8PathBuf>,
    /// How the findings are written.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Tables that the workspace has besides the built-in ones: a list of {name, columns}, what the management API
    /// answers for a workspace's tables, or lines of table, column and type set apart by tabs.
    #[arg(long, value_name = "FILE")]
    schema: Vec<Utf8PathBuf>,
    /// The columns of a watchlist, as ALIAS=column:type,column:type; one that is not declared may have any column.
    #[arg(long, value_name = "ALIAS=COLUMNS", value_parser = watchlist)]
    watchlist: Vec<DeclaredWatchlist>,
    /// Exit with 1 for warnings as well.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(name = "fmt")]
    Format(format::Arguments),
}

/// A watchlist as `--watchlist` declares it.
#[derive(Debug, Clone)]
struct DeclaredWatchlist {
    alias: String,
    columns: Vec<(String, Type)>,
}

fn watchlist(text: &str) -> Result<DeclaredWatchlist, String> {
    let (alias, columns) = text.split_once('=').ok_or("expected ALIAS=column:type,…")?;
    let columns = columns.split(',').map(str::trim).filter(|column| !column.is_empty()).map(|column| {
        let (name, kind) = column.split_once(':').unwrap_or((column, "string"));
        let kind = kind.trim();
        let known = Type::from_name(kind).ok_or_else(|| format!("`{kind}` is no type of a column"))?;
        Ok((name.trim().to_owned(), known))
    });
    Ok(DeclaredWatchlist { alias: alias.trim().to_owned(), columns: columns.collect::<Result<_, String>>()? })
}

pub(in crate::cli) fn run(
    global: &Global,
    arguments: &Arguments,
    printer: &mut Printer,
) -> anyhow::Result<Exit> {
    if let Some(Action::Format(arguments)) = &arguments.action {
        return format::run(global, arguments, printer);
    }
    let config = settings_alone(global)?;
    let environment = environment(&config, arguments)?;
    let (mut errors, mut warnings) = (0, 0);
    let (files, failures) = files::find(&arguments.files);
    if let Some((path, error)) = failures.into_iter().next() {
        return Err(error).with_context(|| UsageError::new(format!("{path} cannot be read")));
    }
    let queries = files.iter().map(|path| Ok((path.as_str(), files::read(path)?)));
    let queries = queries.collect::<anyhow::Result<Vec<_>>>()?;
    for (name, text) in &queries {
        // A byte order mark is no part of a query.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = kql::parse(text);
        let analysis = kql::analyze(&parsed, &environment);
        let mut map = SourceMap::new();
        let file = map.add(files::name(name.as_ref()), text);
        let mut findings = check::check_bare_query(file, &parsed, &analysis);
        findings.lints = check::apply_severities(&config, findings.lints);
        for diagnostic in findings.syntax.iter().chain(&findings.meaning) {
            match diagnostic.severity() {
                kql::Severity::Error => errors += 1,
                kql::Severity::Warning => warnings += 1,
            }
        }
        let refused = findings.lints.iter().filter(|lint| lint.is_error()).count();
        errors += refused;
        warnings += findings.lints.len() - refused;
        match arguments.format {
            Format::Human => view::query::human(printer, &map, file, &findings),
            Format::Json => view::query::json(printer, name, text, &findings, &analysis),
        }
    }
    if arguments.format == Format::Human {
        view::query::total(printer, queries.len(), errors, warnings);
    }
    Ok(if errors > 0 || (arguments.strict && warnings > 0) { Exit::Findings } else { Exit::Done })
}

/// What is built in, then what settings and lock file know, and before all what the arguments say.
fn environment(config: &Config, arguments: &Arguments) -> anyhow::Result<Environment> {
    let mut layer = Layer::new(Origin::Arguments);
    for path in &arguments.schema {
        let text = files::read(path)?;
        let tables = declared_tables(text.trim_start_matches('\u{feff}'))
            .map_err(|error| UsageError::new(format!("{path} declares no tables: {error}")))?;
        for table in tables {
            if table.columns.is_empty() {
                layer.extend_table(table.name, table.columns);
            } else {
                layer.add_table(table.name, table.columns);
            }
        }
    }
    for watchlist in &arguments.watchlist {
        layer.add_watchlist(watchlist.alias.clone(), watchlist.columns.clone());
    }
    Ok(Environment::over(Arc::new(config.schema.environment()), layer))
}
