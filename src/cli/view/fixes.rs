//! What `check --fix` did. On standard error, so that JSON stays JSON.

use camino::Utf8Path;

use super::Printer;
use super::text::one_line;

/// A fix that was made, or would be.
#[derive(Debug)]
pub(in crate::cli) struct Fixed {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Of the diagnostic.
    pub code: &'static str,
    /// The text before.
    pub old: String,
    /// The text after.
    pub new: String,
}

/// Writes what was fixed in a file, or would be: place, code, and the words.
pub(in crate::cli) fn fixed(printer: &mut Printer, path: &Utf8Path, fixes: &[Fixed], would: bool) {
    let word = if would { "would fix" } else { "fixed" };
    for Fixed { line, column, code, old, new } in fixes {
        let (old, new) = (one_line(old), one_line(new));
        printer.err(format_args!("{word} {path}:{line}:{column} [{code}] {old} -> {new}"));
    }
}

/// Writes that fixes were not made in a file, or at one place of it, and why.
pub(in crate::cli) fn not_fixed(
    printer: &mut Printer,
    path: &Utf8Path,
    place: Option<(usize, usize)>,
    code: &str,
    reason: &str,
) {
    let place = place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    printer.err(format_args!("not fixed {path}{place} [{code}]: {reason}"));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn fixes_are_shown_with_their_place_and_both_texts_on_one_line() {
        let path = Utf8Path::new("rules/a.yaml");
        let fix = |line| Fixed {
            line,
            column: 11,
            code: "severity-unknown",
            old: "hi\ngh".into(),
            new: "High".into(),
        };
        assert_snapshot!(printed(|printer| {
            fixed(printer, path, &[fix(3), fix(12)], false);
            fixed(printer, path, &[fix(3)], true);
            not_fixed(printer, path, Some((4, 1)), "duration-form", "another diagnostic would appear");
            not_fixed(printer, path, None, "duration-form", "the file is read-only");
        }), @"
        stderr:
        fixed rules/a.yaml:3:11 [severity-unknown] hi�gh -> High
        fixed rules/a.yaml:12:11 [severity-unknown] hi�gh -> High
        would fix rules/a.yaml:3:11 [severity-unknown] hi�gh -> High
        not fixed rules/a.yaml:4:1 [duration-form]: another diagnostic would appear
        not fixed rules/a.yaml [duration-form]: the file is read-only
        ");
    }
}
