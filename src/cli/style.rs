//! Colours of terminal output, or none: `NO_COLOR` and pipes are honoured by the caller's choice.

use owo_colors::OwoColorize;

/// Paints words or leaves them plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    color: bool,
}

impl Style {
    /// Without colours.
    pub const PLAIN: Style = Style { color: false };

    /// Colours if `terminal` and the environment does not forbid them (<https://no-color.org>).
    pub fn for_terminal(terminal: bool) -> Self {
        Self { color: terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) }
    }

    /// Headings and names.
    pub fn strong(self, text: &str) -> String {
        if self.color { text.bold().to_string() } else { text.to_owned() }
    }

    /// Labels and asides.
    pub fn faint(self, text: &str) -> String {
        if self.color { text.bright_black().to_string() } else { text.to_owned() }
    }

    /// Harm and failures.
    pub fn alarm(self, text: &str) -> String {
        if self.color { text.red().bold().to_string() } else { text.to_owned() }
    }

    /// Event types.
    pub fn kind(self, text: &str) -> String {
        if self.color { text.cyan().bold().to_string() } else { text.to_owned() }
    }

    /// Success.
    pub fn good(self, text: &str) -> String {
        if self.color { text.green().to_string() } else { text.to_owned() }
    }
}
