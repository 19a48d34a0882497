//! Progress of long work: a bar on standard error where that is a terminal, nothing otherwise.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar over `total` items; 0 for an unknown number.
    pub(super) fn new(total: u64, unit: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
        let template = if total > 0 { "{bar:30} {pos}/{len}" } else { "{spinner} {pos}" };
        // The templates are ours and well-formed; the default style would do as well.
        let style = ProgressStyle::with_template(&format!("{template} {unit} {{elapsed}}"));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Sets how many items are done.
    pub(super) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Runs `print` with the bar out of the way.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
