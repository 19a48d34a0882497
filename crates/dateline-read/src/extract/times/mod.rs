//! Time expressions and their values (TIMEX3).
//!
//! Follows the TimeML annotation guidelines 1.2.1 for what is a time expression and how its value is written. A grammar
//! over words finds them ([`grammar`]), the governing verb tells their direction
//! ([`direction`](crate::extract::factuality::direction())), and [`resolve`] sets them on the calendar: against the day
//! the story speaks from ([`origin`]) in news, against the year last named in narrative
//! texts. What comes of it is a [`value`], which is printed when records are made. Left out: times told by events alone ("after the war"), ages, and "former" and its like.

mod calendar;
mod confidence;
mod expr;
mod grammar;
mod lexicon;
mod origin;
mod resolve;
mod style;
#[cfg(test)]
mod tests;
mod value;

use std::ops::Range;

pub(crate) use expr::Length;
pub use lexicon::Lexicon;
pub use value::Timex;
pub(crate) use value::{Anchor, Reference, Value};

use self::expr::Expr;
use self::grammar::{Match, Parser};
use self::resolve::Resolver;
use super::Story;
use super::numbers::Words;
use crate::article::BlockKind;
use crate::nlp::{Doc, EntityType, Pos, Stopped};

/// A time expression with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMention {
    /// The words.
    pub tokens: Range<usize>,
    /// The meaning.
    pub timex: Timex,
}

/// Finds the time expressions of a story, in text order.
pub fn find(story: &Story<'_>, lexicon: &Lexicon) -> Result<Vec<TimeMention>, Stopped> {
    let doc = story.doc;
    let words = Words::new(doc);
    let year = story.date().map(|d| d.year());
    let antiquity = style::antiquity(&words);
    let place = origin::place(story, lexicon);
    let day_first = style::day_first(&words, place.is_some_and(|p| p.day_first));
    let mut found: Vec<(Range<usize>, Match)> = Vec::new();
    for (s, sentence) in doc.sentences().iter().enumerate() {
        if story.kind(s) == BlockKind::Boilerplate {
            continue;
        }
        let limit = words.first_of(sentence.end);
        let parser = Parser { doc, words: &words, lexicon, limit, year, antiquity, day_first };
        let mut i = words.first_of(sentence.start);
        while i < limit {
            story.work(1)?;
            if let Some(end) = lexicon.name(&words, i) {
                i = end;
                continue;
            }
            let matches = parser.at(i);
            let Some(last) = matches.last() else {
                i += 1;
                continue;
            };
            i = last.words.end;
            for m in matches {
                let tokens = words.tokens(m.words.clone());
                let impossible = matches!(&m.expr, Expr::Point(point) if point.base.is_impossible());
                if !impossible && !in_name(doc, &tokens) {
                    found.push((tokens, m));
                }
            }
        }
    }
    let day = origin::day(story, &words, place, found.first().map(|(_, m)| m));
    let narrative = style::is_narrative(day, found.iter().map(|(_, m)| &m.expr));
    let mut resolver = Resolver::new(doc, lexicon, day, narrative);
    let mention = |(tokens, m): (Range<usize>, Match)| {
        let mut timex = resolver.resolve(&tokens, &m.expr);
        timex.confidence = lexicon.confidence.of(&timex);
        TimeMention { tokens, timex }
    };
    story.work(found.len())?;
    Ok(found.into_iter().map(mention).collect())
}

/// Whether the words are part of a name that is no time ("NewsNation Now", "the Sunday Times").
///
/// A weekday or month at the end of a name is more often a time that the recogniser swallowed ("the Pentagon Thursday").
fn in_name(doc: &Doc<'_>, tokens: &Range<usize>) -> bool {
    let Some(entity) = doc.entity_at(tokens.start) else { return false };
    let temporal = matches!(
        entity.kind,
        EntityType::Date | EntityType::Time | EntityType::Cardinal | EntityType::Ordinal | EntityType::Quantity
    );
    if temporal || entity.tokens.end < tokens.end {
        return false;
    }
    let first = doc.word(tokens.start);
    let number = first.starts_with(|c: char| c.is_ascii_digit());
    let starts = entity.tokens.start >= tokens.start;
    let ends = entity.tokens.end <= tokens.end;
    match entity.kind {
        // "April Smith", "June": a month that is a person; "Friday Adeyemi": so may a weekday be, but not at the end.
        EntityType::Person => {
            !number
                && tokens.len() == 1
                && (!ends || doc.pos(tokens.start) == Pos::Propn)
                && (!weekday(first) || starts && !ends)
        }
        EntityType::Event | EntityType::Law | EntityType::WorkOfArt => !(starts && (number || ends)),
        EntityType::Money | EntityType::Percent => true,
        _ if starts && ends => false,
        _ => !(ends && (weekday(first) || number)) && !(starts && number && tokens.len() > 1),
    }
}

fn weekday(word: &str) -> bool {
    word.len() > 5 && word.ends_with("day")
}
