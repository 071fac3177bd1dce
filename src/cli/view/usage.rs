//! What clap says of the arguments: help, the version, and mistakes.

use super::{Printer, Stream};

/// Writes it to the stream where it belongs.
pub(in crate::cli) fn usage(printer: &mut Printer, said: &clap::Error) {
    let stream = if said.use_stderr() { Stream::Err } else { Stream::Out };
    printer.styled(stream, said.render().ansi());
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    fn said(arguments: &[&str]) -> String {
        let command = Command::new("watch")
            .version("1.2.3")
            .arg(Arg::new("mode").long("mode").value_parser(["day", "night"]));
        let said = command.try_get_matches_from(arguments).err();
        printed(|printer| said.iter().for_each(|said| usage(printer, said)))
    }

    #[test]
    fn the_version_is_a_result_and_a_mistake_is_not() {
        assert_snapshot!(said(&["watch", "--version"]), @"watch 1.2.3");
        assert_snapshot!(said(&["watch", "--mode", "nigt"]), @"
        stderr:
        error: invalid value 'nigt' for '--mode <mode>'
          [possible values: day, night]

          tip: a similar value exists: 'night'

        For more information, try '--help'.
        ");
    }
}
