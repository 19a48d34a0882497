//! Python's notions of white space and lower case, which decide what spaCy does.

/// Whether `word` is white space to Python (`str.isspace`): Unicode white space and the separators U+001C to U+001F.
pub(super) fn is_space(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// Replaces the contents of `out` by the lower-case form of `word`.
pub(super) fn lowercase_into(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word);
        out.make_ascii_lowercase();
    } else {
        out.push_str(&word.to_lowercase());
    }
}
