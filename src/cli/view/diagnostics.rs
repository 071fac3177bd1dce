//! The diagnostics of files.

mod human;
mod json;

pub(in crate::cli) use human::{list, report};
pub(in crate::cli) use json::json;

use super::Printer;
use super::text::counted;
use crate::diagnostic::Diagnostic;

/// How many errors and warnings there are.
fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    (errors, diagnostics.len() - errors)
}

/// Writes why a run stopped at its diagnostics.
pub(in crate::cli) fn stopped(printer: &mut Printer, diagnostics: &[Diagnostic], keep_going: bool) {
    let (errors, _) = count(diagnostics);
    printer.err(format_args!("error: {} in the files, nothing was sent", counted(errors, "error")));
    if !keep_going {
        printer.err("help: fix them, or leave out the files in error with --keep-going");
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;
    use crate::diagnostic::{Fix, SourceMap, Span};

    crate::diagnostic::codes! {
        /// An example of a mistake.
        EXAMPLE = "example", Error;
        /// An example of a doubt.
        DOUBT = "doubt", Warning;
    }

    /// One diagnostic with all that one may have, and one with the least.
    pub(super) fn example() -> (SourceMap, Vec<Diagnostic>) {
        let mut map = SourceMap::new();
        let rule = map.add("rules/a.yaml", "id: 1\nname: A\nseverity: Hihg\nquery: |\n  T\n");
        let list = map.add("rules/list.csv", "host\n");
        let severity = Span::new(rule, 24, 28);
        let mistake = Diagnostic::new(CODES[0], severity, "`Hihg` is not a severity")
            .label("High, Medium, Low or Informational")
            .related(Span::new(list, 0, 4), "read here")
            .help("did you mean `High`?")
            .fix(Fix::safe(severity, "Hihg", "High"));
        (map, vec![mistake, Diagnostic::new(CODES[1], Span::start_of(list), "the list has no rows")])
    }

    #[test]
    fn a_run_that_stops_says_why_and_how_to_go_on() {
        let (_, diagnostics) = example();
        assert_snapshot!(printed(|printer| {
            stopped(printer, &diagnostics, false);
            stopped(printer, &diagnostics, true);
        }), @"
        stderr:
        error: 1 error in the files, nothing was sent
        help: fix them, or leave out the files in error with --keep-going
        error: 1 error in the files, nothing was sent
        ");
    }
}
