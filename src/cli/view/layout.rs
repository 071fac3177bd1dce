//! What `kql fmt` did with each file.

use camino::Utf8Path;

use super::Printer;

/// Writes what was done with a file, or would be.
pub(in crate::cli) fn laid_out(printer: &mut Printer, name: &str, what: &str) {
    printer.out(format_args!("{name} {what}"));
}

/// Writes the query of standard input to standard output, laid out.
pub(in crate::cli) fn query(printer: &mut Printer, text: &str) {
    printer.verbatim(text);
}

/// Writes that a query is left as it is, and why; line and column from 1.
pub(in crate::cli) fn left_alone(
    printer: &mut Printer,
    name: &str,
    (line, column): (usize, usize),
    message: &str,
) {
    printer.err(format_args!("{name}:{line}:{column}: {message}; left as it is"));
}

/// Writes what went wrong with a file while others went on.
pub(in crate::cli) fn failed(printer: &mut Printer, path: &Utf8Path, what: &str) {
    printer.err(format_args!("error: {path}: {what}"));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn a_file_has_a_line_and_standard_input_its_query() {
        let path = Utf8Path::new("hunt/a.kql");
        assert_snapshot!(printed(|printer| {
            laid_out(printer, path.as_str(), "changed");
            query(printer, "T\n| take 1\n");
            left_alone(printer, path.as_str(), (2, 7), "expected an expression");
            failed(printer, path, "it cannot be written");
        }), @"
        hunt/a.kql changed
        T
        | take 1
        stderr:
        hunt/a.kql:2:7: expected an expression; left as it is
        error: hunt/a.kql: it cannot be written
        ");
    }
}
