//! Python regular expressions as the tokenizer's rules hold them, run by `fancy-regex` (they need lookbehind).
//!
//! Three things differ between Python's `re` and Rust's syntax and are rewritten: `\uXXXX` escapes, bare `[`, `&` and
//! `~` inside of character classes (set operators in Rust), and `\w`, which in Rust also covers combining marks.

use std::ops::Range;

use fancy_regex::{Regex, RegexBuilder};

use super::weights::ModelError;

/// Steps after which a match counts as failed. An address of 2,000 characters needs a few thousand; without a limit,
/// `:::::` repeated makes the address pattern cubic.
const BACKTRACK_LIMIT: usize = 250_000;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles a Python pattern; `name` is for the error message.
    pub(super) fn new(python: &str, name: &str) -> Result<Self, ModelError> {
        let source = python.strip_prefix("(?u)").unwrap_or(python);
        let translated = translate(source).ok_or_else(|| ModelError::invalid(name, "ends inside of an escape"))?;
        RegexBuilder::new(&translated)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map(Self)
            .map_err(|error| ModelError::invalid(name, error.to_string()))
    }

    /// The first match. A match that hits the step limit counts as none.
    pub(super) fn find(&self, text: &str) -> Option<Range<usize>> {
        self.0.find(text).ok().flatten().map(|m| m.range())
    }

    /// Whether the pattern matches anywhere.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }

    /// All matches from left to right, up to the first one that hits the step limit.
    pub(super) fn find_all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.0.find_iter(text).map_while(Result::ok).map(|m| m.range())
    }
}

/// The top-level alternatives of a pattern, so that a rule about all of them can be checked.
pub(super) fn alternatives(python: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut class, mut escaped) = (Vec::new(), 0, 0usize, false, false);
    for (i, c) in python.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            _ if class => {}
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(&python[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&python[start..]);
    parts
}

/// Rewrites Python syntax as Rust syntax; `None` if the pattern ends inside of an escape.
fn translate(python: &str) -> Option<String> {
    let mut rust = String::with_capacity(python.len());
    let mut rest = python.chars();
    let (mut in_class, mut class_start) = (false, false);
    while let Some(c) = rest.next() {
        let first_in_class = std::mem::replace(&mut class_start, false);
        match c {
            '\\' => escape(&mut rest, in_class, &mut rust)?,
            '[' if !in_class => {
                (in_class, class_start) = (true, true);
                rust.push('[');
                if rest.as_str().starts_with('^') {
                    rest.next();
                    rust.push('^');
                }
            }
            // A bracket right at the start of a class is a member of it.
            ']' if in_class && !first_in_class => {
                in_class = false;
                rust.push(']');
            }
            '[' | ']' | '&' | '~' if in_class => rust.extend(['\\', c]),
            c => rust.push(c),
        }
    }
    Some(rust)
}

/// Rewrites what follows a backslash.
fn escape(rest: &mut std::str::Chars<'_>, in_class: bool, rust: &mut String) -> Option<()> {
    match rest.next()? {
        unicode @ ('u' | 'U') => {
            let digits = if unicode == 'u' { 4 } else { 8 };
            let code = rest.as_str().get(..digits)?;
            rest.nth(digits - 1)?;
            rust.push_str("\\x{");
            rust.push_str(code);
            rust.push('}');
        }
        'w' if in_class => rust.push_str(r"\p{L}\p{N}_"),
        'w' => rust.push_str(r"[\p{L}\p{N}_]"),
        c if c.is_ascii_punctuation() && !r"\.+*?()|[]{}^$#&-~".contains(c) => rust.push(c),
        c => rust.extend(['\\', c]),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(python: &str) -> Pattern {
        Pattern::new(python, "test").unwrap()
    }

    #[test]
    fn translates_what_differs_from_python() {
        let cases = [
            (r"[\u00A6\U0001F300-\U0001F3FA]", r"[\x{00A6}\x{1F300}-\x{1F3FA}]".replace("1F3", "0001F3")),
            (r"[+\-\*^[&~]", r"[+\-\*^\[\&\~]".to_owned()),
            (r"[]a]|[^]]", r"[\]a]|[^\]]".to_owned()),
            (r"\!\'\.", r"!'\.".to_owned()),
            (r"[\w\+]\w", r"[\p{L}\p{N}_\+][\p{L}\p{N}_]".to_owned()),
        ];
        for (python, rust) in cases {
            assert_eq!(translate(python).as_deref(), Some(rust.as_str()), "{python}");
        }
    }

    #[test]
    fn an_unfinished_escape_is_an_error() {
        for python in ["a\\", "\\u12", "\\U0001", "\\u12é4"] {
            assert!(Pattern::new(python, "test").is_err(), "{python:?}");
        }
    }

    #[test]
    fn finds_with_lookbehind() {
        let p = pattern(r"(?<=[0-9])[+\-](?=[0-9])");
        assert_eq!(p.find("a-1-2"), Some(3..4));
        assert_eq!(p.find_all("1-2+3").collect::<Vec<_>>(), [1..2, 3..4]);
        assert!(!pattern(r"^\w+$").is_match("e\u{301}"), "combining marks are no word characters in Python");
    }

    #[test]
    fn alternatives_are_split_outside_of_groups_and_classes() {
        assert_eq!(alternatives(r"^a|^[|(]|^(b|c)|^\|"), ["^a", "^[|(]", "^(b|c)", r"^\|"]);
    }

    #[test]
    fn a_match_that_takes_too_many_steps_is_none() {
        let p = pattern(r"^(?=a)(a*a*)*(?!x)b$");
        assert_eq!(p.find(&"a".repeat(200)), None);
    }
}
