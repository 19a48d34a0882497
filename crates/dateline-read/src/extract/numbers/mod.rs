//! Numbers in words and digits: "13", "thirteen", "1.2 million", "dozens", "at least 5".
//!
//! Reads counts of things, with the bounds that the words around them state. What is counted, and whether the number
//! is a count at all (and not a year, an age or a price), is for the caller to say.

mod lexicon;
mod words;

use std::ops::Range;

pub(crate) use lexicon::number;
pub use lexicon::{Lexicon, NumberWord};
pub use words::Words;

use crate::record::NumberMod;
use crate::words::WordClass;

/// A number as the text states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Best reading; none where the text gives only a bound, a range or no number.
    pub best: Option<u64>,
    /// Lower bound.
    pub low: Option<u64>,
    /// Upper bound.
    pub high: Option<u64>,
    /// Modifier.
    pub modifier: Option<NumberMod>,
    /// Whether the text states digits or number words (false for "dozens").
    pub numeric: bool,
    /// The words, bounds included.
    pub tokens: Range<usize>,
}

impl Number {
    /// An exact number.
    pub fn exact(value: u64, tokens: Range<usize>) -> Self {
        Self { best: Some(value), low: Some(value), high: Some(value), modifier: None, numeric: true, tokens }
    }

    /// No number, but at least `low`.
    pub fn vague(low: u64, tokens: Range<usize>) -> Self {
        Self { best: None, low: Some(low), high: None, modifier: None, numeric: false, tokens }
    }

    /// A number that counts nothing ([`Count::Beyond`]).
    fn beyond(tokens: Range<usize>) -> Self {
        Self { best: None, low: None, high: None, modifier: None, numeric: false, tokens }
    }

    /// Whether it is one.
    pub(crate) fn is_beyond(&self) -> bool {
        self.best.is_none() && self.low.is_none() && self.high.is_none()
    }
}

/// A cardinal without its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// A stated number.
    Exact(u64),
    /// No number, but at least this many.
    Vague(u64),
    /// A number of [`LIMIT`] or more: a serial number, a slip, a joke. Nothing is counted so, and what stands beside it
    /// is not counted without it either.
    Beyond,
}

/// What no count reaches.
const LIMIT: u64 = 1_000_000_000_000_000;

impl Count {
    fn exact(n: u64) -> Self {
        if n < LIMIT { Self::Exact(n) } else { Self::Beyond }
    }
}

/// All numbers of a text, in text order and without overlaps.
pub fn find(words: &Words, lexicon: &Lexicon) -> Vec<Number> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < words.len() {
        // "a" and "an" count only where something else says so: `read` accepts them, a scan does not.
        match read(words, lexicon, i).filter(|(_, end)| *end > i + 1 || !matches!(words.get(i), "a" | "an")) {
            Some((number, end)) => {
                found.push(number);
                i = end;
            }
            None => i += 1,
        }
    }
    found
}

/// Reads the number that starts at word `i`, bounds included, and gives the word after it.
pub fn read(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Number, usize)> {
    let bound = lexicon.bound_before(words, i);
    let between = matches!(words.get(i), "between" | "from");
    let mut start = bound.as_ref().map_or(i + usize::from(between), |(_, after)| *after);
    while lexicon.is(WordClass::Neutral, words.ahead(i, start - i)) {
        start += 1;
    }
    let (count, end) = cardinal(words, lexicon, start)?;
    if !words.same_sentence(i, end - 1) {
        return None;
    }
    if let (Count::Exact(low), None) = (count, &bound)
        && let Some((number, end)) = range(words, lexicon, i, low, end, between)
    {
        return Some((number, end));
    }
    if between {
        return None;
    }
    let (bound, end) = match bound {
        Some((bound, _)) => (Some(bound), end),
        None => lexicon.bound_after(words, end).map_or((None, end), |(b, after)| (Some(b), after)),
    };
    let tokens = words.tokens(i..end);
    let number = match (count, bound) {
        (Count::Beyond, _) => Number::beyond(tokens),
        (Count::Exact(n), None) => Number::exact(n, tokens),
        (Count::Vague(low), None) => Number::vague(low, tokens),
        (Count::Exact(n), Some(b)) => Number {
            best: b.best.then_some(n),
            low: b.low.then_some(n),
            high: b.high.then_some(n),
            modifier: Some(b.modifier),
            numeric: true,
            tokens,
        },
        (Count::Vague(n), Some(b)) => Number { modifier: Some(b.modifier), ..Number::vague(n, tokens) },
    };
    Some((number, end))
}

/// The rest of a range whose lower end stops before word `at`: "10 to 15", "10-15", "two or three", "between 10 and 15".
fn range(
    words: &Words,
    lexicon: &Lexicon,
    start: usize,
    low: u64,
    at: usize,
    between: bool,
) -> Option<(Number, usize)> {
    let joined = match words.ahead(start, at - start) {
        "to" | "or" => true,
        "-" | "–" => words.glued(at) && words.glued(at + 1),
        "and" => between,
        _ => false,
    };
    if !joined {
        return None;
    }
    let (high, end) = match cardinal(words, lexicon, at + 1)? {
        (Count::Exact(high), end) => (high, end),
        (Count::Beyond, end) if words.same_sentence(start, end - 1) => {
            return Some((Number::beyond(words.tokens(start..end)), end));
        }
        _ => return None,
    };
    // "2 to 3 million" shares the scale; "a 3 to 1 vote" is no range.
    let scale = words.get(end - 1);
    let low = match lexicon.word(scale) {
        Some(NumberWord::Scale(s)) if low < s && low.checked_mul(s)? <= high => low * s,
        _ => low,
    };
    if low >= high || !words.same_sentence(start, end - 1) {
        return None;
    }
    let tokens = words.tokens(start..end);
    Some((Number { best: None, low: Some(low), high: Some(high), modifier: None, numeric: true, tokens }, end))
}

/// Reads the cardinal that starts at word `i` and gives the word after it.
pub fn cardinal(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Count, usize)> {
    let word = words.get(i);
    if let Some(found) = part(words, lexicon, i).or_else(|| and_a_half(words, lexicon, i)) {
        return Some(found);
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return digits(words, lexicon, i);
    }
    match word {
        "a" | "an" => {
            return match lexicon.word(words.ahead(i, 1)) {
                Some(NumberWord::Scale(n) | NumberWord::Group(n)) => match half(words, i + 2) {
                    Some(end) => Some((Count::Exact(n + n / 2), end)),
                    None => Some((Count::Exact(n), of(words, i, i + 2))),
                },
                Some(NumberWord::Several(_)) => cardinal(words, lexicon, i + 1),
                _ => Some((Count::Exact(1), i + 1)),
            };
        }
        _ => {}
    }
    match lexicon.word(word)? {
        NumberWord::Zero => Some((Count::Exact(0), i + 1)),
        NumberWord::Vague(low) => {
            // "tens of thousands": the second word gives the unit, the first how many of them at least.
            if words.ahead(i, 1) == "of"
                && let Some(NumberWord::Vague(unit)) = lexicon.word(words.ahead(i, 2))
            {
                return Some((Count::Vague(low.checked_mul(unit / 2)?), i + 3));
            }
            Some((Count::Vague(low), i + 1))
        }
        NumberWord::Several(low) => match lexicon.word(words.ahead(i, 1)) {
            Some(NumberWord::Scale(n) | NumberWord::Group(n)) => {
                Some((Count::Vague(low.checked_mul(n)?), of(words, i, i + 2)))
            }
            _ => Some((Count::Vague(low), of(words, i, i + 1))),
        },
        NumberWord::Unit(_) | NumberWord::Tens(_) => spelled(words, lexicon, i),
        NumberWord::Scale(_) | NumberWord::Group(_) => None,
    }
}

/// A part of a number: "half a dozen", "half of the 36", "two-thirds of the 30", "a quarter of a million".
fn part(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Count, usize)> {
    let hyphen = |at: usize| at + usize::from(words.get(at) == "-");
    let (of_these, after) = match words.get(i) {
        "half" => (1, i),
        "a" | "an" | "one" => (1, hyphen(i + 1)),
        "two" => (2, hyphen(i + 1)),
        "three" => (3, hyphen(i + 1)),
        _ => return None,
    };
    let parts = match words.get(after) {
        "half" => 2,
        "third" | "thirds" => 3,
        "quarter" | "quarters" => 4,
        _ => return None,
    };
    let mut at = hyphen(after + 1);
    // "The third of 30" is an ordinal, "half 30" is none.
    if words.get(at) == "of" {
        at += 1;
    } else if parts != 2 {
        return None;
    }
    let whole = match words.get(at) {
        "the" | "its" | "their" | "his" | "her" | "all" => at + 1,
        "a" | "an" => at,
        _ if at > after + 1 => at,
        _ => return None,
    };
    let scale = whole + usize::from(matches!(words.get(whole), "a" | "an"));
    let (count, end) = match lexicon.word(words.get(scale)) {
        Some(NumberWord::Scale(n) | NumberWord::Group(n)) => (Count::Exact(n), of(words, scale, scale + 1)),
        Some(NumberWord::Unit(_) | NumberWord::Tens(_)) => spelled(words, lexicon, whole)?,
        _ => digits(words, lexicon, whole)?,
    };
    let Count::Exact(n) = count else { return None };
    let share = n / parts * of_these + n % parts * of_these / parts;
    (n >= parts && words.same_sentence(i, end - 1)).then_some((Count::Exact(share), end))
}

/// "One-and-a-half dozen", "two and a half million".
fn and_a_half(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Count, usize)> {
    let n = match lexicon.word(words.get(i)) {
        Some(NumberWord::Unit(n)) => n,
        _ => plain_digits(words.get(i))?,
    };
    let end = half(words, i + 1)?;
    let scale = end + usize::from(words.get(end) == "-");
    let Some(NumberWord::Scale(s) | NumberWord::Group(s)) = lexicon.word(words.get(scale)) else { return None };
    Some((Count::exact(n.saturating_mul(s).saturating_add(s / 2)), scale + 1))
}

/// The word after "and a half", with or without hyphens.
fn half(words: &Words, i: usize) -> Option<usize> {
    let mut at = i;
    for wanted in ["and", "a", "half"] {
        at += usize::from(words.get(at) == "-");
        if words.get(at) != wanted {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// "dozen of", "a couple of": the preposition belongs to the number.
fn of(words: &Words, start: usize, end: usize) -> usize {
    // "two dozen of them" counts the same way; "of the" starts a new phrase.
    if words.ahead(start, end - start) == "of" && matches!(words.get(end - 1), "couple" | "pair" | "trio" | "handful") {
        end + 1
    } else {
        end
    }
}

/// A number in digits, with a scale: "1,200", "1.2 million", "2 dozen".
fn digits(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Count, usize)> {
    let word = words.get(i);
    let scale = match lexicon.word(words.ahead(i, 1)) {
        Some(NumberWord::Scale(n) | NumberWord::Group(n)) => Some((n, 2)),
        _ if words.glued(i + 1) => match words.ahead(i, 1) {
            "m" | "mn" => Some((1_000_000, 2)),
            "bn" => Some((1_000_000_000, 2)),
            // "10-year", "19th", "3pm", "10:30": no counts of their own, but the caller may know what to do.
            _ => None,
        },
        _ => None,
    };
    let plain = plain_digits(word);
    match (plain, scale) {
        (Some(n), None) => Some((Count::exact(n), i + 1)),
        (Some(n), Some((s, used))) => Some((Count::exact(n.saturating_mul(s)), i + used)),
        // As great as it may be: the conversion saturates.
        (None, Some((s, used))) => {
            Some((Count::exact((word.parse::<f64>().ok()? * s as f64).round() as u64), i + used))
        }
        (None, None) => None,
    }
}

/// "1200", "1,200" or, as in India, "1,04,000"; not "1.5", "10:30", "1,2". What is too great is as great as can be.
fn plain_digits(word: &str) -> Option<u64> {
    let mut groups = word.split(',');
    let first = groups.next()?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let grouped = word.contains(',');
    let rest: Vec<&str> = groups.collect();
    let by_thousands = first.len() <= 3 && rest.iter().all(|g| g.len() == 3);
    let in_india = first.len() <= 2
        && rest.split_last().is_some_and(|(last, others)| last.len() == 3 && others.iter().all(|g| g.len() == 2));
    if first.is_empty() || !digits(first) || !rest.iter().all(|g| digits(g)) || grouped && !(by_thousands || in_india) {
        return None;
    }
    let digit = |b: u8| u64::from(b - b'0');
    let bytes = word.bytes().filter(|b| *b != b',');
    Some(bytes.fold(0, |value: u64, b| value.saturating_mul(10).saturating_add(digit(b))))
}

/// Words of the longest number below [`LIMIT`], with room: what goes on beyond is many numbers in a row.
const LONGEST: usize = 40;

/// A number in words: "thirteen", "twenty-five", "one hundred and twenty", "two dozen".
fn spelled(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(Count, usize)> {
    let (mut total, mut current, mut end) = (0u64, 0u64, i);
    let mut at = i;
    let mut last = None;
    while at < i + LONGEST && words.same_sentence(i, at) {
        let word = words.get(at);
        let Some(part) = lexicon.word(word) else {
            // "twenty-five" and "hundred and five" go on, "five and six" does not.
            let joins = match word {
                "-" => words.glued(at) && matches!(last, Some(NumberWord::Tens(_))),
                "and" => matches!(last, Some(NumberWord::Scale(_))),
                _ => false,
            };
            if joins
                && words.same_sentence(i, at + 1)
                && matches!(lexicon.word(words.get(at + 1)), Some(NumberWord::Unit(_) | NumberWord::Tens(_)))
            {
                at += 1;
                continue;
            }
            break;
        };
        match (part, last) {
            (NumberWord::Unit(n), None | Some(NumberWord::Scale(_))) => current += n,
            (NumberWord::Unit(n), Some(NumberWord::Tens(_))) if n < 10 => current += n,
            (NumberWord::Tens(n), None | Some(NumberWord::Scale(_))) => current += n,
            (NumberWord::Scale(100), Some(NumberWord::Unit(_) | NumberWord::Tens(_))) => {
                current = current.saturating_mul(100);
            }
            // "two thousand million".
            (NumberWord::Scale(s), Some(NumberWord::Scale(_))) if current == 0 => total = total.saturating_mul(s),
            (NumberWord::Scale(s), Some(_)) => {
                total = total.saturating_add(current.saturating_mul(s));
                current = 0;
            }
            (NumberWord::Group(n), Some(NumberWord::Unit(_) | NumberWord::Tens(_))) => {
                return Some((Count::exact(current.saturating_mul(n)), of(words, i, at + 1)));
            }
            _ => break,
        }
        last = Some(part);
        at += 1;
        end = at;
    }
    Some((Count::exact(total.saturating_add(current)), end))
}

/// The ordinal at word `i` ("third", "19th", "twenty-first") and the word after it.
pub fn ordinal(words: &Words, lexicon: &Lexicon, i: usize) -> Option<(u64, usize)> {
    let word = words.get(i);
    if let Some(n) = lexicon.ordinal(word) {
        return Some((n, i + 1));
    }
    if let Some(NumberWord::Tens(tens)) = lexicon.word(word)
        && words.ahead(i, 1) == "-"
        && let Some(unit) = lexicon.ordinal(words.ahead(i, 2)).filter(|n| *n < 10)
    {
        return Some((tens + unit, i + 3));
    }
    let suffix = words.ahead(i, 1);
    if words.glued(i + 1) && matches!(suffix, "st" | "nd" | "rd" | "th") {
        return plain_digits(word).map(|n| (n, i + 2));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds and modifier of the first number of a text.
    type Expect = (Option<u64>, Option<u64>, Option<u64>, Option<NumberMod>, bool);

    fn check(text: &str, expect: Expect) {
        let words = Words::plain(text);
        let lexicon = Lexicon::load().expect("the embedded tables load");
        let found = find(&words, &lexicon);
        let first = found.first().map(|n| (n.best, n.low, n.high, n.modifier, n.numeric));
        assert_eq!(first, Some(expect), "in `{text}`");
    }

    /// The table of number rules in the record design.
    #[test]
    fn number_rules() {
        use NumberMod::*;
        check("13 people were killed", (Some(13), Some(13), Some(13), None, true));
        check("at least 5", (Some(5), Some(5), None, Some(AtLeast), true));
        check("more than 120", (Some(120), Some(120), None, Some(MoreThan), true));
        check("nearly 50", (Some(50), None, Some(50), Some(Approx), true));
        check("about 50", (Some(50), None, None, Some(Approx), true));
        check("up to 30", (None, None, Some(30), Some(AtMost), true));
        check("between 10 and 15", (None, Some(10), Some(15), None, true));
        check("dozens", (None, Some(24), None, None, false));
        check("scores", (None, Some(40), None, None, false));
        check("hundreds", (None, Some(200), None, None, false));
        check("no U.S. casualties", (Some(0), Some(0), Some(0), None, true));
    }

    #[test]
    fn words_and_digits() {
        let exact = |n| (Some(n), Some(n), Some(n), None, true);
        check("1,200 people", exact(1200));
        check("1.2 million people", exact(1_200_000));
        check("1.2m people", exact(1_200_000));
        check("thirteen people", exact(13));
        check("twenty-five people", exact(25));
        check("one hundred and twenty people", exact(120));
        check("a dozen people", exact(12));
        check("two dozen people", exact(24));
        check("half a dozen people", exact(6));
        check("half-dozen people", exact(6));
        check("half of the 36 passengers", exact(18));
        check("half the 36 passengers", exact(18));
        check("two-thirds of the 30 pupils", exact(20));
        check("three quarters of its 400 people", exact(300));
        check("a quarter of a million people", exact(250_000));
        check("half a million people", exact(500_000));
        check("one-and-a-half dozen people", exact(18));
        check("two and a half million people", exact(2_500_000));
        check("a million and a half people", exact(1_500_000));
        check("3 lakh people", exact(300_000));
        check("1.5 lakh people", exact(150_000));
        check("two crore people", exact(20_000_000));
        check("1,04,000 people", exact(104_000));
        check("12,34,567 people", exact(1_234_567));
        check("20-odd people", (Some(20), None, None, Some(NumberMod::Approx), true));
        check("a third man and 2 others", exact(2));
        check("half the town and 3 others", exact(3));
        check("a couple of people", exact(2));
        check("another two were hurt", exact(2));
        check("tens of thousands of people", (None, Some(20_000), None, None, false));
        check("several hundred people", (None, Some(300), None, None, false));
        check("10 to 15 people", (None, Some(10), Some(15), None, true));
        check("10-15 people", (None, Some(10), Some(15), None, true));
        check(
            "two thousand million people",
            (Some(2_000_000_000), Some(2_000_000_000), Some(2_000_000_000), None, true),
        );
        check("2 to 3 million people", (None, Some(2_000_000), Some(3_000_000), None, true));
        check("as many as 40 people", (None, None, Some(40), Some(NumberMod::AtMost), true));
        check("40 or more people", (Some(40), Some(40), None, Some(NumberMod::AtLeast), true));
    }

    /// A number out of range is one number without a value, not a smaller one or none.
    #[test]
    fn numbers_out_of_range_have_no_value() {
        let lexicon = Lexicon::load().expect("the embedded tables load");
        for text in [
            "12345678901234567890123456 people",
            "999,999,999,999,999,999,999,999,999 people",
            "1,000,000,000,000,000 people",
            "5000000000000 million people",
            "900000000000.5 million people",
            "at least 12345678901234567890123456 people",
            "10 to 12345678901234567890123456 people",
            "nine hundred billion million people",
        ] {
            let found = find(&Words::plain(text), &lexicon);
            let values: Vec<_> = found.iter().map(|n| (n.best, n.low, n.high)).collect();
            assert_eq!(values, [(None, None, None)], "in `{text}`");
        }
        check("999,999,999,999,999 people", (Some(LIMIT - 1), Some(LIMIT - 1), Some(LIMIT - 1), None, true));
    }

    #[test]
    fn bounds_belong_to_the_number() {
        let lexicon = Lexicon::load().expect("the embedded tables load");
        let words = Words::plain("they found at least 5 bodies");
        assert_eq!(find(&words, &lexicon)[0].tokens, 2..5);
        assert!(
            find(&Words::plain("a man and an owl"), &lexicon).is_empty(),
            "articles alone are no numbers in a scan"
        );
    }
}
