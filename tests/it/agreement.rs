//! Whether `check` and the emulator, which were written apart, judge alike; and where not, why.

mod refusals;
mod shown;
mod wrong_examples;

use bartizan::azure::Error;

/// An answer in few words: the status, and the message up to a length that fits a table.
fn verdict(answer: &Result<(), Error>) -> String {
    match answer {
        Ok(()) => "taken".to_owned(),
        Err(error) => {
            let message: String = error.message().chars().take(140).collect();
            let status = error.status().map_or_else(|| "-".to_owned(), |status| status.to_string());
            format!("{status} {message}")
        }
    }
}
