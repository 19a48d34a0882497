//! Names by the names head: which words begin or go on with a name of which kind.
//!
//! The encoder knows no capitals, so that the shapes of a word and its neighbours and their tags stand beside its vector.
//! What the engine's recogniser says of a word weighs with it: each of the two is right where the other is not (F1 of names
//! on newspapers that neither has seen: 78.6 and 79.6 alone, 81.6 together). A name lies in one sentence. Numbers, dates and
//! languages stay the recogniser's, as does what the encoder did not read.

use std::ops::Range;

use super::{Features, View};
use crate::nlp::{Doc, Entity, EntityType};

/// Kinds in the order of the head.
const KINDS: [EntityType; 10] = [
    EntityType::Person,
    EntityType::Norp,
    EntityType::Fac,
    EntityType::Org,
    EntityType::Gpe,
    EntityType::Loc,
    EntityType::Product,
    EntityType::Event,
    EntityType::WorkOfArt,
    EntityType::Law,
];
/// What a word is to a name: outside of all, or the first or a further word of one of each kind.
pub(super) const MARKS: usize = 1 + 2 * KINDS.len();
/// What a word is to a name, as logarithms of chances.
pub(super) type Marks = [f32; MARKS];

/// What the recogniser's mark of a word adds to its logarithm of chances. 1 and 4 are worth 80.3 and 80.9.
const RECOGNISED: f32 = 2.0;

/// Before and after a word, and itself.
const NEIGHBOURS: [(isize, &str); 3] = [(-1, "before"), (0, "here"), (1, "after")];

/// The features of a word.
pub fn features(doc: &Doc<'_>, token: usize) -> Features {
    let sentence = doc.sentence_of(token);
    let mut features = Features::default();
    for (step, place) in NEIGHBOURS {
        let Some(i) = token.checked_add_signed(step).filter(|i| sentence.contains(i)) else {
            features.flag(format!("{place}:none"));
            continue;
        };
        let shape = shape(doc.word(i));
        let first = if i == sentence.start { "first," } else { "" };
        features.flag(format!("{place}:{first}{shape}"));
        features.flag(format!("{place}:{}", doc.tokens()[i].tag.as_str()));
    }
    features
}

/// The entities of a text: the head's names, and the recogniser's entities beside them.
pub(super) fn find(view: &View, doc: &Doc<'_>) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    let recognised = recognised(doc);
    let marks = |i: usize| {
        let mut marks = view.marks(i, &features(doc, i))?;
        marks[recognised[i]] += RECOGNISED;
        Some((i, marks))
    };
    for sentence in doc.sentences() {
        let read: Vec<(usize, Marks)> = sentence.clone().filter_map(marks).collect();
        let marks = best(&read.iter().map(|(_, marks)| *marks).collect::<Vec<_>>());
        let mut open: Option<Entity> = None;
        for ((token, _), mark) in read.iter().zip(marks) {
            let own = (mark > 0).then(|| Entity { tokens: *token..token + 1, kind: KINDS[(mark - 1) / 2] });
            // "Gulf of Oman" is a region, whatever Oman is.
            let is_part = |e: &Entity, kind| kind == e.kind || (e.kind, kind) == (EntityType::Loc, EntityType::Gpe);
            let same = |e: &Entity| own.as_ref().is_some_and(|o| is_part(e, o.kind) && o.tokens.start == e.tokens.end);
            match open.as_mut().filter(|e| is_further(mark) || same(e) && goes_on(doc, e)) {
                Some(name) => name.tokens.end = token + 1,
                None => entities.extend(std::mem::replace(&mut open, own)),
            }
        }
        entities.extend(open);
    }
    for entity in &mut entities {
        while entity.tokens.len() > 1 && goes_on(doc, entity) {
            entity.tokens.end -= 1;
        }
    }
    let apart = |a: &Range<usize>, b: &Range<usize>| a.end <= b.start || b.end <= a.start;
    let own = entities.len();
    for entity in doc.entities() {
        let judged = KINDS.contains(&entity.kind) && entity.tokens.clone().all(|i| view.vector(i).is_some());
        if !judged && entities[..own].iter().all(|e| apart(&e.tokens, &entity.tokens)) {
            entities.push(entity.clone());
        }
    }
    entities.sort_by_key(|e| e.tokens.start);
    entities
}

/// Whether a name is not at its end: "Democratic Republic of" goes on with the name that follows.
fn goes_on(doc: &Doc<'_>, entity: &Entity) -> bool {
    doc.word(entity.tokens.end - 1).eq_ignore_ascii_case("of")
}

/// Every word's mark by the recogniser.
fn recognised(doc: &Doc<'_>) -> Vec<usize> {
    let mut marks = vec![0; doc.len()];
    for entity in doc.entities() {
        if let Some(kind) = KINDS.iter().position(|k| *k == entity.kind) {
            marks[entity.tokens.clone()].fill(2 * kind + 2);
            marks[entity.tokens.start] = 2 * kind + 1;
        }
    }
    marks
}

/// Whether a mark is that of a further word of a name.
fn is_further(mark: usize) -> bool {
    mark > 0 && mark.is_multiple_of(2)
}

/// The likeliest row of marks in which a name goes on only as what it began.
fn best(rows: &[Marks]) -> Vec<usize> {
    let Some((first, others)) = rows.split_first() else { return Vec::new() };
    let top = |scores: &Marks| (1..MARKS).fold(0, |top, mark| if scores[mark] > scores[top] { mark } else { top });
    let mut scores: Marks = std::array::from_fn(|mark| if is_further(mark) { f32::MIN } else { first[mark] });
    let mut whence: Vec<[usize; MARKS]> = Vec::new();
    for row in others {
        let any = top(&scores);
        let come: [usize; MARKS] = std::array::from_fn(|mark| match mark {
            mark if !is_further(mark) => any,
            mark if scores[mark] >= scores[mark - 1] => mark,
            mark => mark - 1,
        });
        scores = std::array::from_fn(|mark| scores[come[mark]] + row[mark]);
        whence.push(come);
    }
    let mut marks = vec![top(&scores)];
    for come in whence.iter().rev() {
        marks.push(come[marks[marks.len() - 1]]);
    }
    marks.reverse();
    marks
}

/// How a word is written.
fn shape(word: &str) -> &'static str {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else {
        return if word.contains(|c: char| c.is_numeric()) { "number" } else { "mark" };
    };
    let (mut upper, mut lower) = (false, false);
    for c in letters {
        upper |= c.is_uppercase();
        lower |= c.is_lowercase();
    }
    match (first.is_uppercase(), upper, lower) {
        (true, false, false) => "letter",
        (true, false, true) => "capital",
        (true, true, false) => "capitals",
        (false, false, _) => "small",
        (_, true, _) => "mixed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let cases = [
            ("Paris", "capital"),
            ("NATO", "capitals"),
            ("A", "letter"),
            ("U.S.", "capitals"),
            ("said", "small"),
            ("iPhone", "mixed"),
            ("McCain", "mixed"),
            ("12th", "small"),
            ("1,200", "number"),
            ("--", "mark"),
            ("Éire", "capital"),
        ];
        for (word, expected) in cases {
            assert_eq!(shape(word), expected, "{word}");
        }
    }

    /// A row in which one mark has nearly all chances and another one the rest.
    fn row(likely: usize, other: usize) -> Marks {
        std::array::from_fn(|mark| match mark {
            mark if mark == likely => 0.6_f32.ln(),
            mark if mark == other => 0.3_f32.ln(),
            _ => 0.001_f32.ln(),
        })
    }

    #[test]
    fn a_name_goes_on_only_as_what_it_began() {
        let (person, further, place_further) = (1, 2, 10);
        assert_eq!(best(&[]), [0; 0]);
        assert_eq!(best(&[row(further, person)]), [person]);
        assert_eq!(best(&[row(person, 0), row(further, 0), row(0, 1)]), [person, further, 0]);
        assert_eq!(best(&[row(person, 0), row(place_further, further)]), [person, further]);
        assert_eq!(best(&[row(0, person), row(further, place_further)]), [person, further]);
        assert_eq!(best(&[row(person, 0), row(person, further)]), [person, person]);
    }
}
