//! What `schema pull` found, and how it differs from what was known.

use camino::Utf8Path;

use super::Printer;
use super::text::{counted, one_line};
use crate::schema::{Change, ChangeKind, Lock};

/// Writes each change, and a last line that says what became of the lock file.
pub(in crate::cli) fn pulled(
    printer: &mut Printer,
    path: &Utf8Path,
    lock: &Lock,
    changes: &[Change<'_>],
    differs: bool,
    only_checks: bool,
) {
    for change in changes {
        let sign = match change.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        let what = if change.is_function { "function" } else { "table" };
        printer.out(format_args!("{sign} {what} {}", one_line(change.name)));
    }
    let word = match (differs, only_checks) {
        (false, _) => "is up to date",
        (true, false) => "written",
        (true, true) => "would change",
    };
    printer.out(format_args!(
        "{path} {word}: {} and {} of {}",
        counted(lock.tables.len(), "table"),
        counted(lock.functions.len(), "function"),
        one_line(&lock.workspace),
    ));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn each_change_has_a_line_and_the_file_its_state() {
        let mut lock = Lock { workspace: "law\u{202e}".to_owned(), ..Lock::default() };
        lock.tables.insert("T_CL".to_owned(), Default::default());
        let change = |kind, is_function, name| Change { kind, is_function, name };
        let changes = [
            change(ChangeKind::Added, false, "T_CL"),
            change(ChangeKind::Changed, true, "Parse\nd"),
            change(ChangeKind::Removed, true, "Old"),
        ];
        let path = Utf8Path::new("bartizan.schema.lock");
        assert_snapshot!(printed(|printer| {
            pulled(printer, path, &lock, &changes, true, true);
            pulled(printer, path, &lock, &[], true, false);
            pulled(printer, path, &lock, &[], false, false);
        }), @"
        + table T_CL
        ~ function Parse�d
        - function Old
        bartizan.schema.lock would change: 1 table and 0 functions of law�
        bartizan.schema.lock written: 1 table and 0 functions of law�
        bartizan.schema.lock is up to date: 1 table and 0 functions of law�
        ");
    }
}
