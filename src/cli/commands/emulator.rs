use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use sentinel_emulator::{DeclaredTable, Emulator, Options, SignedDuration, Tables, serve};
use tokio::net::TcpListener;

use super::plan::runtime;
use crate::cli::Exit;
use crate::cli::exit::UsageError;
use crate::cli::target::{read_state, write_state};
use crate::cli::view::{self, Printer};

/// How often a changed state is written.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// Serve the emulated Sentinel management API to any client
///
/// Every subscription, resource group and workspace that is asked for is there, with Sentinel, and each with a state
/// of its own. Any bearer token is taken. Ends with Ctrl-C.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The address, on loopback only, since any token is taken; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the state in this file, from start to start.
    #[arg(long, value_name = "FILE")]
    state: Option<Utf8PathBuf>,
    /// The tables that each workspace has, without it every built-in one: a name a line, or tables with their columns as
    /// `bartizan kql --schema` reads them. A table that is named alone has the built-in columns, or any.
    #[arg(long, value_name = "FILE")]
    tables: Option<Utf8PathBuf>,
    /// How many resources a page of a list holds, 500 without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page_size: Option<u32>,
    /// Answer 412 where the header If-Match does not hold; etags in bodies count in any case.
    #[arg(long)]
    evaluate_if_match: bool,
    /// How many seconds pass until queries find the rows and columns of a watchlist that was written.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    watchlist_query_lag: u32,
}

pub(in crate::cli) fn run(arguments: &Arguments, printer: &mut Printer) -> anyhow::Result<Exit> {
    if !arguments.listen.ip().is_loopback() {
        let message = format!("{} is not on loopback", arguments.listen);
        let help = "the emulator takes any token, so it listens on this machine alone: use 127.0.0.1:PORT";
        return Err(UsageError::new(message).help(help).into());
    }
    let state = arguments.state.as_deref().map(read_state).transpose()?.unwrap_or_default();
    let tables = arguments.tables.as_deref().map(tables).transpose()?;
    let (tables, declared) = tables.unwrap_or((Tables::Everything, Vec::new()));
    // Nobody looks back at the requests, and uploads are large.
    let mut options = Options { tables, declared, remembered_requests: 0, ..Options::default() };
    options.evaluate_if_match = arguments.evaluate_if_match;
    options.watchlist_query_lag = SignedDuration::from_secs(arguments.watchlist_query_lag.into());
    if let Some(size) = arguments.page_size {
        options.page_size = usize::try_from(size).ok();
    }
    let emulator = Emulator::with_state(options, state);
    runtime()?.block_on(async {
        let listener = TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("{} cannot be listened on", arguments.listen))?;
        view::emulator::listening(printer, listener.local_addr()?);
        let saving = save_changes(&emulator, arguments.state.as_deref());
        tokio::select! {
            served = serve(listener, emulator.clone(), stopped()) => served?,
            saved = saving => saved?,
        }
        if let Some(path) = &arguments.state {
            write_state(path, &emulator.state())?;
        }
        Ok(Exit::Done)
    })
}

/// The tables of a file: those that are named alone, and those with their columns.
fn tables(path: &Utf8Path) -> anyhow::Result<(Tables, Vec<DeclaredTable>)> {
    let text =
        std::fs::read_to_string(path).with_context(|| UsageError::new(format!("{path} cannot be read")))?;
    let tables = sentinel_schema::declared_tables(&text)
        .map_err(|error| UsageError::new(format!("{path} declares no tables: {error}")))?;
    let (declared, named): (Vec<_>, Vec<_>) = tables.into_iter().partition(|table| !table.columns.is_empty());
    Ok((Tables::Only(named.into_iter().map(|table| table.name).collect()), declared))
}

/// Writes the state whenever it changed, so that little is lost when the process is killed. Never ends well.
async fn save_changes(emulator: &Emulator, path: Option<&Utf8Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return std::future::pending().await };
    let mut saved = emulator.revision();
    loop {
        tokio::time::sleep(SAVE_INTERVAL).await;
        let revision = emulator.revision();
        if revision != saved {
            let state = emulator.state();
            // In place, so that it has ended before the state is written for the last time.
            tokio::task::block_in_place(|| write_state(path, &state))?;
            saved = revision;
        }
    }
}

/// Waits for Ctrl-C, or on Unix for a request to terminate.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
