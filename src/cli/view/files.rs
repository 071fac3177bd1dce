//! The files that a command wrote.

use camino::{Utf8Path, Utf8PathBuf};

use super::Printer;
use super::text::counted;

/// Writes how many bodies `compile` wrote, and where.
pub(in crate::cli) fn compiled(printer: &mut Printer, count: usize, folder: &Utf8Path) {
    printer.out(format_args!("{} written to {folder}", counted(count, "resource")));
}

/// Writes which files `init` made, and which existed.
pub(in crate::cli) fn initialised(printer: &mut Printer, files: &[(Utf8PathBuf, bool)]) {
    for (path, made) in files {
        printer.out(format_args!("{} {path}", if *made { "made  " } else { "exists" }));
    }
    printer.out("Try it: bartizan apply --emulator");
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn files_are_counted_or_named() {
        let files = [("bartizan.toml".into(), true), (".gitignore".into(), false)];
        assert_snapshot!(printed(|printer| {
            compiled(printer, 1, Utf8Path::new("compiled"));
            initialised(printer, &files);
        }), @"
        1 resource written to compiled
        made   bartizan.toml
        exists .gitignore
        Try it: bartizan apply --emulator
        ");
    }
}
