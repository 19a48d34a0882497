//! The words of time expressions, read from the tables.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::calendar::{self, Season, Unit};
use super::confidence::Confidence;
use super::value::Reference;
use crate::extract::numbers::Words;
use crate::extract::numbers::{self, number};
use crate::record::TimeMod;
use crate::words::{Book, Lexicons, Row, TableError, WordClass};

/// What a word may be in a time expression. A word can be several things.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Class {
    /// Month, 1 to 12.
    Month(i8),
    /// Abbreviated month that is a common word as well.
    MonthShort(i8),
    /// Weekday, 1 = Monday.
    Weekday(i8),
    /// Abbreviated weekday.
    WeekdayShort(i8),
    /// Weekday in the plural ("Sundays").
    Weekdays(i8),
    /// Unit and whether it stands in the plural.
    Unit(Unit, bool),
    /// Part of day, by its TIMEX3 code.
    Part(&'static str),
    /// Hour with a name ("noon").
    Hour(i8),
    /// Season.
    Season(Season),
    /// Step and whether it counts from the article's date (else from the time last spoken of).
    Shift(i8, bool),
    /// "Early", "late", "mid".
    Edge(TimeMod),
    /// "Beginning", "end": need "of".
    EdgeOf(TimeMod),
    /// "Earlier", "later".
    Looser(i8),
    /// Adverb of frequency.
    Set(Unit),
    /// Zone and whether it is UTC.
    Zone(bool),
    /// What is counted, so that a number before it is no year.
    Counted,
    /// Place of datelines: its hours ahead of UTC, and whether its press writes the day of a date in digits first.
    Place(i8, bool),
}

/// When a named day falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holiday {
    /// Month and day.
    Fixed(i8, i8),
    /// Month, which one (-1 the last), weekday, days after it.
    Nth(i8, i8, i8, i8),
    /// Days after Easter Sunday.
    Easter(i8),
}

impl Holiday {
    /// Its day in a year.
    pub(crate) fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Nth(month, n, weekday, after) => {
                calendar::add_days(calendar::nth_weekday(year, month, n, weekday)?, i64::from(after))
            }
            Self::Easter(after) => calendar::add_days(calendar::easter(year)?, i64::from(after)),
        }
    }
}

/// A phrase of several words and what it stands for.
#[derive(Debug, Clone)]
struct Phrase<T> {
    words: Vec<Box<str>>,
    meaning: T,
}

/// Phrases by their first byte, the longest first: every word of a text is looked up.
type Phrases<T> = HashMap<u8, Vec<Phrase<T>>>;

/// The tables of time words.
#[derive(Debug, Clone)]
pub struct Lexicon {
    words: HashMap<Box<str>, Vec<Class>>,
    holidays: Phrases<Holiday>,
    names: Phrases<()>,
    references: Phrases<Reference>,
    /// Number words.
    pub(crate) numbers: numbers::Lexicon,
    /// How sure values are.
    pub(super) confidence: Confidence,
    book: Arc<Book>,
}

impl Lexicon {
    /// Reads the embedded tables.
    pub fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded(), &Arc::new(Book::load()?))
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        let mut words: HashMap<Box<str>, Vec<Class>> = HashMap::new();
        for row in lexicons.rows("times/words.tsv", 3)? {
            words.entry(row.cell(0).into()).or_default().push(read_class(&row, row.cell(1), row.cell(2))?);
        }
        let (mut holidays, mut names) = (Vec::new(), Vec::new());
        for row in lexicons.rows("times/holidays.tsv", 2)? {
            let words = row.cell(0).split(' ').map(Into::into).collect();
            match row.cell(1) {
                "-" => names.push(Phrase { words, meaning: () }),
                rule => holidays.push(Phrase { words, meaning: read_holiday(&row, rule)? }),
            }
        }
        let mut references = Vec::new();
        for row in lexicons.rows("times/references.tsv", 2)? {
            let words = row.cell(0).split(' ').map(Into::into).collect();
            references.push(Phrase { words, meaning: row.value(1)? });
        }
        Ok(Self {
            words,
            holidays: by_first_byte(holidays),
            names: by_first_byte(names),
            references: by_first_byte(references),
            numbers: numbers::Lexicon::read(lexicons, book)?,
            confidence: Confidence::read(lexicons)?,
            book: Arc::clone(book),
        })
    }

    /// Whether a word is of a class of the book.
    pub(crate) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// The classes of words.
    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// What a word may be.
    pub(crate) fn classes(&self, word: &str) -> &[Class] {
        self.words.get(word).map_or(&[], Vec::as_slice)
    }

    /// The named day that starts at word `i`, and the word after it.
    pub(crate) fn holiday(&self, words: &Words, i: usize) -> Option<(Holiday, usize)> {
        longest(&self.holidays, words, i)
    }

    /// The word after the name at word `i` that holds time words and is no time ("Easter Road").
    pub(crate) fn name(&self, words: &Words, i: usize) -> Option<usize> {
        longest(&self.names, words, i).map(|(_, end)| end)
    }

    /// The reference that starts at word `i`, and the word after it.
    pub(crate) fn reference(&self, words: &Words, i: usize) -> Option<(Reference, usize)> {
        longest(&self.references, words, i)
    }
}

fn by_first_byte<T>(mut phrases: Vec<Phrase<T>>) -> Phrases<T> {
    phrases.sort_by_key(|p| std::cmp::Reverse(p.words.len()));
    let mut map = Phrases::new();
    for phrase in phrases {
        let first = phrase.words[0].bytes().next().unwrap_or_default();
        map.entry(first).or_insert_with(Vec::new).push(phrase);
    }
    map
}

fn longest<T: Copy>(phrases: &Phrases<T>, words: &Words, i: usize) -> Option<(T, usize)> {
    let first = words.get(i);
    let phrases = phrases.get(&first.bytes().next()?)?;
    // A tokenizer cuts "year's" in two and "years'" as well: compare letter by letter across words.
    phrases.iter().filter(|p| p.words[0].starts_with(first)).find_map(|p| {
        let mut at = i;
        for want in &p.words {
            let mut rest = &**want;
            while !rest.is_empty() {
                let word = words.ahead(i, at - i);
                let glued = rest.len() == want.len() || words.glued(at);
                rest = rest.strip_prefix(word).filter(|_| !word.is_empty() && glued)?;
                at += 1;
            }
        }
        Some((p.meaning, at))
    })
}

fn read_class(row: &Row<'_>, class: &str, value: &str) -> Result<Class, TableError> {
    Ok(match class {
        "month" => Class::Month(number(row, value)?),
        "month_short" => Class::MonthShort(number(row, value)?),
        "weekday" => Class::Weekday(number(row, value)?),
        "weekday_short" => Class::WeekdayShort(number(row, value)?),
        "weekdays" => Class::Weekdays(number(row, value)?),
        "unit" => Class::Unit(row.named(value)?, false),
        "units" => Class::Unit(row.named(value)?, true),
        "part" => Class::Part(one_of(row, value, ["MO", "MI", "AF", "EV", "NI", "DT"])?),
        "hour" => Class::Hour(number(row, value)?),
        "season" => Class::Season(row.named(value)?),
        "shift" => match value.split_once(' ') {
            Some((step, "dct")) => Class::Shift(number(row, step)?, true),
            Some((step, "text")) => Class::Shift(number(row, step)?, false),
            _ => return Err(row.error(format!("unknown shift `{value}`"))),
        },
        "edge" => Class::Edge(row.named(value)?),
        "edge_of" => Class::EdgeOf(row.named(value)?),
        "looser" => Class::Looser(number(row, value)?),
        "set" => Class::Set(row.named(value)?),
        "zone" => Class::Zone(one_of(row, value, ["-", "Z"])? == "Z"),
        "counted" => Class::Counted,
        "place" => match value.split_once(' ') {
            Some((hours, "md")) => Class::Place(number(row, hours)?, false),
            Some((hours, "dm")) => Class::Place(number(row, hours)?, true),
            _ => return Err(row.error(format!("unknown place `{value}`"))),
        },
        other => return Err(row.error(format!("unknown class `{other}`"))),
    })
}

/// A value among those that there are.
fn one_of<const N: usize>(row: &Row<'_>, value: &str, known: [&'static str; N]) -> Result<&'static str, TableError> {
    known.into_iter().find(|k| *k == value).ok_or_else(|| row.error(format!("unknown value `{value}`")))
}

fn read_holiday(row: &Row<'_>, rule: &str) -> Result<Holiday, TableError> {
    if let Some(days) = rule.strip_prefix("easter") {
        return Ok(Holiday::Easter(number(row, days.trim_start_matches('+'))?));
    }
    let (month, rest) = rule.split_once('-').ok_or_else(|| row.error(format!("unknown rule `{rule}`")))?;
    let month = number(row, month)?;
    let Some((n, rest)) = rest.split_once("th") else {
        return Ok(Holiday::Fixed(month, number(row, rest)?));
    };
    let n = if n == "L" { -1 } else { number(row, n)? };
    let (weekday, after) = rest.split_once('+').unwrap_or((rest, "0"));
    Ok(Holiday::Nth(month, n, number(row, weekday)?, number(row, after)?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_tables_load_and_holidays_fall_on_their_days() {
        let lexicon = Lexicon::load().expect("the embedded tables are well formed");
        let check = |phrase: &str, year, expect| {
            let words = Words::plain(phrase);
            let (holiday, end) =
                lexicon.holiday(&words, 0).unwrap_or_else(|| panic!("`{phrase}` is not in holidays.tsv"));
            assert_eq!((holiday.in_year(year), end), (Some(expect), words.len()), "{phrase}");
        };
        check("Thanksgiving Day", 1999, date(1999, 11, 25));
        check("Election Day", 1998, date(1998, 11, 3));
        check("Memorial Day", 2021, date(2021, 5, 31));
        check("Good Friday", 2000, date(2000, 4, 21));
        check("New Year's Eve", 2020, date(2020, 12, 31));
    }
}
