//! The emulator as a server.

use std::net::SocketAddr;

use super::Printer;

/// Writes that the emulator is ready.
pub(in crate::cli) fn listening(printer: &mut Printer, address: SocketAddr) {
    printer.out(format_args!("Emulating the Sentinel management API at http://{address}, Ctrl-C to stop"));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::printed;
    use super::*;

    #[test]
    fn the_address_is_a_url() {
        assert_snapshot!(printed(|printer| listening(printer, ([127, 0, 0, 1], 8080).into())), @"Emulating the Sentinel management API at http://127.0.0.1:8080, Ctrl-C to stop");
    }
}
