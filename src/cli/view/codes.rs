//! The codes of diagnostics and their documentation.

use super::Printer;
use crate::diagnostic::Code;

/// Writes every code with its severity and the first sentence of its documentation.
pub(in crate::cli) fn codes(printer: &mut Printer, codes: &[&'static Code]) {
    let width = codes.iter().map(|code| code.id.len()).max().unwrap_or(0);
    for code in codes {
        let text = code.markdown();
        let first = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let sentence = first.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned();
        printer.out(format_args!("{:width$}  {:7}  {sentence}", code.id, code.severity.as_str()));
    }
}

/// Writes the documentation of a code.
pub(in crate::cli) fn explanation(printer: &mut Printer, code: &Code) {
    let severity = if code.fixed { "always an error" } else { code.severity.as_str() };
    printer.out(format_args!("{} ({severity})\n\n{}", code.id, code.markdown().trim_end()));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;
    crate::diagnostic::codes! {
        /// A word is not one
        /// of those that are allowed. More about it.
        ///
        /// ## Why
        /// Because.
        WORD = "word-unknown", Error;
        /// A rule has no name.
        NAME = "name", Error, fixed;
    }

    #[test]
    fn the_list_has_the_first_sentence_and_the_explanation_all() {
        assert_snapshot!(printed(|printer| codes(printer, CODES)), @"
        word-unknown  error    A word is not one of those that are allowed
        name          error    A rule has no name
        ");
        assert_snapshot!(printed(|printer| explanation(printer, &WORD)), @"
        word-unknown (error)

        A word is not one
        of those that are allowed. More about it.

        ## Why
        Because.
        ");
        assert_snapshot!(printed(|printer| explanation(printer, &NAME)), @"
        name (always an error)

        A rule has no name.
        ");
    }
}
