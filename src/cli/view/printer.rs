//! The printer: the two streams of the program, and all that is known of them.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

use indicatif::ProgressDrawTarget;

use super::text::plain;

/// In bytes; a plan of a large watchlist has a hundred thousand lines.
const RESULTS_BUFFER: usize = 64 * 1024;

/// Standard output or standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Stream {
    /// Results.
    Out,
    /// What accompanies them.
    Err,
}

/// Owns standard output and standard error: nothing else writes to them.
///
/// Colours are kept for a terminal that shows them and taken out elsewhere (`NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and
/// `TERM` count). A reader that closes its pipe ends the output and nothing else; any other failure, such as a full disk,
/// is kept for [`Printer::end`].
pub(in crate::cli) struct Printer {
    out: Sink,
    err: Sink,
    /// Standard output without a filter for colours.
    verbatim: Box<dyn Write>,
    is_process: bool,
}

/// One stream.
struct Sink {
    to: Box<dyn Write>,
    is_closed: bool,
    failure: Option<io::Error>,
}

impl Sink {
    fn new(to: impl Write + 'static) -> Self {
        Self { to: Box::new(to), is_closed: false, failure: None }
    }

    fn record(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.is_closed = true;
            self.failure = (error.kind() != ErrorKind::BrokenPipe).then_some(error);
        }
    }
}

/// Standard output as a writer whose errors the sink keeps.
struct Results<'a>(&'a mut Sink);

impl Write for Results<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|to| to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(|to| to.flush())
    }
}

impl Results<'_> {
    fn attempt<T>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        if self.0.is_closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        write(&mut self.0.to).map_err(|error| {
            let kind = error.kind();
            self.0.record(Err(error));
            kind.into()
        })
    }
}

impl Printer {
    /// The printer of the process. There is one.
    pub(in crate::cli) fn of_process() -> Self {
        Self {
            out: Sink::new(anstream::stdout()),
            err: Sink::new(anstream::stderr()),
            verbatim: Box::new(io::stdout()),
            is_process: true,
        }
    }

    /// Writes lines to standard output.
    pub(in crate::cli) fn out(&mut self, text: impl Display) {
        self.lines(Stream::Out, text);
    }

    /// Writes lines to standard error.
    pub(in crate::cli) fn err(&mut self, text: impl Display) {
        self.lines(Stream::Err, text);
    }

    /// Writes lines in which nothing steers a terminal.
    fn lines(&mut self, stream: Stream, text: impl Display) {
        let text = text.to_string();
        self.write(stream, format_args!("{}\n", plain(&text)));
    }

    /// Writes text as it is, with the colours of a renderer that let nothing else through that steers a terminal.
    pub(in crate::cli) fn styled(&mut self, stream: Stream, text: impl Display) {
        self.write(stream, format_args!("{text}"));
    }

    /// Writes a question to standard error, and leaves the answer to stand on its line.
    pub(in crate::cli) fn ask(&mut self, question: &str) {
        self.write(Stream::Err, format_args!("{} ", plain(question)));
    }

    /// Writes a user's own text to standard output, byte by byte.
    pub(in crate::cli) fn verbatim(&mut self, text: &str) {
        if self.out.is_closed {
            return;
        }
        let written = self.verbatim.write_all(text.as_bytes()).and_then(|()| self.verbatim.flush());
        self.out.record(written);
    }

    /// Standard output for results that are written piece by piece; what is written there must not steer a terminal. An
    /// error ends the writing and is kept for [`Printer::end`].
    pub(in crate::cli) fn results(&mut self) -> impl Write + '_ {
        BufWriter::with_capacity(RESULTS_BUFFER, Results(&mut self.out))
    }

    fn write(&mut self, stream: Stream, text: std::fmt::Arguments<'_>) {
        let sink = match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        };
        if sink.is_closed {
            return;
        }
        let written = sink.to.write_fmt(text).and_then(|()| sink.to.flush());
        sink.record(written);
    }

    /// Where a progress bar is drawn: on standard error, and nowhere if that is not a terminal.
    pub(in crate::cli) fn bars(&self) -> ProgressDrawTarget {
        if self.is_process { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
    }

    /// Where the log is written, from any thread: standard error, and whether it shows colours.
    pub(in crate::cli) fn log(&self) -> (fn() -> io::Stderr, bool) {
        (io::stderr, io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
    }

    /// Ends the output.
    ///
    /// # Errors
    ///
    /// When some of it could not be written to standard output, for another reason than that nobody reads it.
    pub(in crate::cli) fn end(&mut self) -> io::Result<()> {
        self.out.failure.take().map_or(Ok(()), Err)
    }
}

/// What was printed on standard output, and after a line `stderr:` what was printed on standard error.
#[cfg(test)]
pub(super) fn printed(print: impl FnOnce(&mut Printer)) -> String {
    use tests::Memory;
    let (out, err) = (Memory::default(), Memory::default());
    let mut printer = Printer {
        out: Sink::new(anstream::StripStream::new(Box::new(out.clone()) as Box<dyn Write>)),
        err: Sink::new(anstream::StripStream::new(Box::new(err.clone()) as Box<dyn Write>)),
        verbatim: Box::new(out.clone()),
        is_process: false,
    };
    print(&mut printer);
    match err.text() {
        err if err.is_empty() => out.text(),
        err => format!("{}stderr:\n{err}", out.text()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect by failing")]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// A stream that is kept.
    #[derive(Clone, Default)]
    pub(super) struct Memory(Rc<RefCell<Vec<u8>>>);

    impl Memory {
        pub(super) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).unwrap()
        }
    }

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stream that takes so many writes and then fails.
    struct Failing {
        left: usize,
        kind: ErrorKind,
    }

    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.left = self.left.checked_sub(1).ok_or(self.kind)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn failing(kind: ErrorKind) -> Printer {
        let sink = || Failing { left: 0, kind };
        Printer {
            out: Sink::new(sink()),
            err: Sink::new(sink()),
            verbatim: Box::new(sink()),
            is_process: false,
        }
    }

    #[test]
    fn nothing_that_is_printed_steers_a_terminal_but_a_renderer_s_own_colours() {
        let text = printed(|printer| {
            printer.out("a\u{1b}[2Jb\u{202e}\nc");
            printer.styled(Stream::Out, "\u{1b}[31mred\u{1b}[0m\n");
            printer.err("d\r\u{7}e");
            printer.ask("Sure?\u{9b}");
        });
        assert_eq!(text, "a\u{fffd}[2Jb\u{fffd}\nc\nred\nstderr:\nd\u{fffd}\u{fffd}e\nSure?\u{fffd} ");
    }

    #[test]
    fn a_query_is_written_as_it_is() {
        assert_eq!(printed(|printer| printer.verbatim("T\r\n// \u{1b}[31m")), "T\r\n// \u{1b}[31m");
    }

    #[test]
    fn a_closed_pipe_ends_the_output_and_nothing_else() {
        let mut printer = failing(ErrorKind::BrokenPipe);
        printer.out("a");
        printer.verbatim("b");
        printer.err("c");
        let _ = printer.results().write_all(b"d");
        assert!(printer.end().is_ok());
    }

    #[test]
    fn a_full_disk_is_an_error_also_when_more_is_printed_after_it() {
        let mut printer = failing(ErrorKind::StorageFull);
        printer.out("a");
        printer.out("b");
        assert_eq!(printer.end().unwrap_err().kind(), ErrorKind::StorageFull);
        let mut printer = failing(ErrorKind::StorageFull);
        let _ = printer.results().write_all(b"a");
        assert_eq!(printer.end().unwrap_err().kind(), ErrorKind::StorageFull);
        let mut printer = failing(ErrorKind::StorageFull);
        printer.verbatim("a");
        assert_eq!(printer.end().unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
