//! The log: operations on Azure with `-v`, more with `-vv`.

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::Printer;

/// Starts the log; `verbose` says how often `-v` was given.
pub(in crate::cli) fn start(printer: &Printer, verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    // Only our own targets: what other crates log was not written with our secrets in mind.
    let ours = Targets::new().with_target("bartizan", level);
    let (writer, colours) = printer.log();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colours)
        .with_target(false)
        .without_time();
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}
