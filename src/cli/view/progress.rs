//! How far an apply is.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printer;
use super::text::one_line;
use crate::apply::Outcome;
use crate::plan::{Summary, Verdict};

/// A bar on standard error while resources are written; silent where that is no terminal.
pub(in crate::cli) struct Progress(ProgressBar);

impl Progress {
    /// A bar for the writes of a plan; none while operations are logged, which would tear it apart.
    pub(in crate::cli) fn new(printer: &Printer, planned: &Summary, verbose: u8) -> Self {
        let length = u64::try_from(planned.create + planned.update + planned.delete).unwrap_or(u64::MAX);
        let hidden = verbose > 0 || length == 0;
        let target = if hidden { ProgressDrawTarget::hidden() } else { printer.bars() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// A verdict was carried out, or could not be.
    pub(in crate::cli) fn finished(&self, verdict: &Verdict, outcome: &Outcome) {
        if !matches!(outcome, Outcome::NotWritten) {
            self.0.set_message(one_line(&verdict.display_name));
            self.0.inc(1);
        }
    }

    /// Takes the bar away.
    pub(in crate::cli) fn end(&self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::printed;
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_the_writes_and_leaves_nothing_behind() {
        let planned = Summary { create: 2, update: 3, delete: 1, unchanged: 9, ..Summary::default() };
        let text = printed(|printer| {
            let progress = Progress::new(printer, &planned, 0);
            assert_eq!(progress.0.length(), Some(6));
            progress.end();
        });
        assert_eq!(text, "");
    }
}
