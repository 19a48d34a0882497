//! A text as the linker sees it: terms, names, streets and ages. No language engine: it sees bodies of articles and names
//! that were found already.

use std::collections::{BTreeMap, BTreeSet};

use super::hash::hash64;

const STREETS: &str = include_str!("data/streets.tsv");

/// Words of a shingle.
const SHINGLE: usize = 4;
/// Bins of a fingerprint.
pub(super) const BINS: usize = 64;

/// Terms in lower case: letters and digits, with single hyphens and apostrophes between them ("24-year-old"); a final
/// 's is left out. Words of one letter are none.
pub(super) fn terms(text: &str) -> impl Iterator<Item = String> + '_ {
    let inner = |c: char| matches!(c, '-' | '\'' | '’');
    text.split(move |c: char| !c.is_alphanumeric() && !inner(c)).filter_map(move |piece| {
        let word = piece.trim_matches(inner).to_lowercase().replace('’', "'");
        let word = word.strip_suffix("'s").map(str::to_owned).unwrap_or(word);
        (word.chars().nth(1).is_some()).then_some(word)
    })
}

/// A name in lower case, without punctuation and a final 's.
pub(super) fn name(text: &str) -> String {
    terms_of_name(text).collect::<Vec<_>>().join(" ")
}

fn terms_of_name(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace().filter_map(|word| {
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let word: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect::<String>().to_lowercase();
        (!word.is_empty()).then_some(word)
    })
}

/// One-permutation MinHash of the shingles of some paragraphs, a byte a bin; 0 is an empty bin. A byte is enough: two
/// different minima agree by chance in one of 255 bins, far below the error of 64 bins.
pub(super) fn fingerprint(paragraphs: &[&str]) -> [u8; BINS] {
    let words: Vec<String> = paragraphs.iter().flat_map(|p| terms(p)).collect();
    let mut least = [u64::MAX; BINS];
    for shingle in words.windows(SHINGLE) {
        let hash = hash64(shingle.join(" ").as_bytes());
        let bin = (hash >> 58) as usize;
        least[bin] = least[bin].min(hash & (u64::MAX >> 6));
    }
    least.map(|v| if v == u64::MAX { 0 } else { (super::hash::mix(v) % 255) as u8 + 1 })
}

/// Ages that a text states ("24-year-old", ", 24,").
pub(super) fn ages(paragraphs: &[&str]) -> BTreeSet<u8> {
    let mut found = BTreeSet::new();
    for text in paragraphs {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|p| p + at) {
            let len = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
            at = start + len;
            let after = &text[at..];
            let stated = after.starts_with("-year-old")
                || after.starts_with(" year old")
                || after.starts_with(" years old")
                || after.starts_with(['-', ' ']) && after[1..].starts_with("year-old")
                || text[..start].ends_with(", ") && after.starts_with([',', '.']);
            if let Some(age) = text[start..at].parse().ok().filter(|age| stated && len <= 2 && *age > 0) {
                found.insert(age);
            }
        }
    }
    found
}

/// Streets that a text names: the capitalised words or the ordinal before a word of `data/streets.tsv`.
pub(super) fn streets(paragraphs: &[&str]) -> BTreeSet<String> {
    let ends: BTreeMap<&str, &str> =
        STREETS.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')).collect();
    let mut found = BTreeSet::new();
    for text in paragraphs {
        let words: Vec<&str> = text.split_whitespace().collect();
        for i in 1..words.len() {
            let word = words[i].trim_matches([',', ';', ':', ')', '"', '”']);
            let Some(kind) = ends.get(word).or_else(|| ends.get(word.trim_end_matches('.'))) else { continue };
            let proper = |w: &str| {
                w.starts_with(char::is_uppercase) && w.ends_with(char::is_alphanumeric)
                    || w.starts_with(|c: char| c.is_ascii_digit()) && w.ends_with(char::is_alphabetic)
            };
            let from = (i.saturating_sub(3)..i).rev().take_while(|j| proper(words[*j])).last();
            let Some(last) = from.map(|_| words[i - 1]) else { continue };
            // "Dr." after "Street" is a title, and the words before the name proper are directions or the sentence's.
            let last = name(last);
            if last.chars().count() > 1 {
                found.insert(format!("{last} {kind}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_keep_compounds_together() {
        let check = |text: &str, expect: &[&str]| assert_eq!(terms(text).collect::<Vec<_>>(), expect, "{text}");
        check("A 24-year-old man's car -- a Ford", &["24-year-old", "man", "car", "ford"]);
        check("O’Brien said: 'No.'", &["o'brien", "said", "no"]);
        assert_eq!(name("Mr. O'Brien’s"), "mr obrien");
    }

    #[test]
    fn ages_are_those_of_people() {
        let check =
            |text: &str, expect: &[u8]| assert_eq!(ages(&[text]).into_iter().collect::<Vec<_>>(), expect, "{text}");
        check("A 24-year-old man and Jane Roe, 31, were hurt in 2012.", &[24, 31]);
        check("John Doe, 7, of 12 Elm Street; 300 years old", &[7]);
    }

    #[test]
    fn streets_by_their_last_words() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(streets(&[text]).into_iter().collect::<Vec<_>>(), expect, "{text}");
        };
        check("in the 1200 block of North Elm Street, near 5th Ave. on Monday", &["5th avenue", "elm street"]);
        check("the road and Wall Street. He met Dr. Doe", &["wall street"]);
    }

    #[test]
    fn fingerprints_of_like_texts_are_alike() {
        let text = "The port of Salgora was closed on Monday after a ferry ran aground near its mouth and forty people were brought to land by boats of the coast guard";
        let other = text.replace("forty", "fifty");
        let same = |a: &[u8; BINS], b: &[u8; BINS]| a.iter().zip(b).filter(|(x, y)| x == y && **x > 0).count();
        let (a, b) = (fingerprint(&[text]), fingerprint(&[&other]));
        let full = same(&a, &a);
        assert!(full > 15 && same(&a, &b) * 10 > full * 7, "{full} {}", same(&a, &b));
        assert_eq!(
            same(&a, &fingerprint(&["Nothing of the kind was said by anybody who had been there at that time"])),
            0
        );
    }
}
