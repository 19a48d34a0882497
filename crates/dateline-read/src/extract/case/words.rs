//! Words in another case, byte for byte as long, and what a word is formed from.

use super::Form;

/// Appends a word in a form. Letters whose other case has another length stay as they are.
pub(super) fn write(word: &str, form: Form, out: &mut String) {
    if form == Form::Kept {
        out.push_str(word);
        return;
    }
    let mut capital = form == Form::Capital;
    let mut chars = word.chars().enumerate().peekable();
    while let Some((i, c)) = chars.next() {
        out.push(if capital { c } else { small(c) });
        // "O'Brien", "D'Aubuisson", but "Cerezo's"; "McGuire".
        let joined = matches!(c, '\'' | '’') && i == 1 && word.chars().count() > 3;
        let scottish = i == 1 && word.get(..2).is_some_and(|w| w.eq_ignore_ascii_case("mc")) && word.len() > 4;
        capital = form == Form::Capital && (joined || scottish && chars.peek().is_some_and(|(_, c)| c.is_uppercase()));
    }
}

/// Appends the start of a text as a name in the tables spells it.
pub(super) fn spell(text: &str, name: &str, out: &mut String) {
    for (c, model) in text.chars().zip(name.chars()) {
        out.push(if model.is_lowercase() { small(c) } else { c });
    }
}

/// The small letter, where it takes as many bytes.
fn small(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(l), None) if l.len_utf8() == c.len_utf8() => l,
        _ => c,
    }
}

/// A word without the possessive ending.
pub(super) fn stem(word: &str) -> &str {
    let plain = word.strip_suffix(['s', 'S']).and_then(|w| w.strip_suffix(['\'', '’']));
    plain.unwrap_or(word)
}

/// Whether a word that no table knows is read letter by letter: too short for a name, or nothing to say at its start.
pub(super) fn is_acronym(word: &str) -> bool {
    const CLUSTERS: [&str; 12] = ["sch", "scr", "shr", "spl", "spr", "str", "thr", "chr", "phr", "tch", "kry", "psy"];
    let vowel = |c: char| !c.is_ascii_alphabetic() || "aeiouy".contains(c);
    let letters = word.chars().count();
    let start = word.chars().take_while(|c| !vowel(*c)).count();
    letters <= 3 || start == letters || start > 2 && !CLUSTERS.iter().any(|c| word.starts_with(c))
}

/// Common words that a word may be formed from.
pub(super) fn stems(word: &str) -> impl Iterator<Item = String> {
    // The same as in models/case.py.
    const ENDINGS: [(&str, &str); 15] = [
        ("s", ""),
        ("es", ""),
        ("ies", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ied", "y"),
        ("ing", ""),
        ("ing", "e"),
        ("ly", ""),
        ("ness", ""),
        ("less", ""),
        ("er", ""),
        ("er", "e"),
        ("ment", ""),
        ("able", ""),
    ];
    const STARTS: [&str; 13] =
        ["anti", "counter", "un", "non", "re", "over", "mis", "super", "sub", "inter", "pre", "ultra", "dis"];
    let ends = ENDINGS.iter().filter_map(|(end, put)| word.strip_suffix(end).map(|stem| format!("{stem}{put}")));
    let starts = STARTS.iter().filter_map(|start| word.strip_prefix(start).map(str::to_owned));
    ends.chain(starts).filter(|stem| stem.len() > 2)
}
