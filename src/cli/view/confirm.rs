//! The question before anything is written.

use std::io::{self, BufRead};

use super::Printer;
use super::text::counted;
use crate::plan::Summary;

/// Asks whether a plan is to be carried out, and reads the answer.
///
/// # Errors
///
/// When the answer cannot be read.
pub(in crate::cli) fn confirm(
    printer: &mut Printer,
    answers: &mut impl BufRead,
    planned: &Summary,
) -> io::Result<bool> {
    let total = planned.create + planned.update + planned.delete;
    printer.ask(&format!("Write {}? [yes/no]", counted(total, "change")));
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "yes" | "y"))
}

/// Writes that nothing was written, since the answer was no.
pub(in crate::cli) fn not_confirmed(printer: &mut Printer) {
    printer.err("nothing was written");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect by failing")]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        let planned = Summary { create: 1, update: 1, unchanged: 7, ..Summary::default() };
        let mut question = String::new();
        for (answer, is_yes) in
            [("yes\n", true), (" y \n", true), ("no\n", false), ("", false), ("yes please\n", false)]
        {
            let mut confirmed = false;
            question = printed(|printer| {
                confirmed = confirm(printer, &mut answer.as_bytes(), &planned).unwrap();
                not_confirmed(printer);
            });
            assert_eq!(confirmed, is_yes, "{answer:?}");
        }
        assert_snapshot!(question, @"
        stderr:
        Write 2 changes? [yes/no] nothing was written
        ");
    }
}
