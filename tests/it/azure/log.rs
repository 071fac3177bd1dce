//! What the code under test logs on the thread of a test.
//!
//! One subscriber for the process, set before anything is logged: tracing may forget an event's first registration when
//! subscribers come and go on other threads at the same time. Each test has a thread of its own, and so a log.

use std::{cell::RefCell, io, sync::Once};

thread_local! {
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sets the subscriber up; every fixture does.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(|| Sink)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// Starts the log of this thread.
pub(super) fn start() {
    install();
    LOG.set(Some(Vec::new()));
}

/// Ends it and gives what was logged, at every level.
pub(super) fn take() -> String {
    String::from_utf8(LOG.take().unwrap()).unwrap()
}
