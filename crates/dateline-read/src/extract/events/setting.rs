//! In what setting an article or a passage speaks, by its words (`settings.tsv`, `offtopic.tsv`).
//!
//! A match is full of attacks, a debate of blows, a price war of raids, a novel of murders; coders of event data leave
//! these out. Whole articles of some desks are left out; elsewhere a passage counts as a contest of words or a plot only
//! where several of its words say so and nothing in it speaks of arms or of people hurt.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::classes::Class;
use super::lexicon::Lexicon;
use super::trace::Desk;
use super::triggers;
use super::words::Words;
use crate::extract::Story;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Pos};
use crate::words::WordClass;
use crate::words::{TableError, rows};

/// Distinct words of one desk that an article must hold, one less where it has no word of harm; a weak one counts for
/// half.
const DISTINCT: f64 = 5.0;
/// Share of its nouns and verbs that they must make up.
const DENSITY: f64 = 0.045;
/// The desk of sports in the table.
const SPORT: &str = "sport";
/// Words that a result ("beat them 3-1") counts for: a short report has room for few.
const RESULT: f64 = 3.0;
/// Points that a side of a match makes, at most; below the first number of them no parliament votes.
const POINTS: (u8, u8) = (20, 199);
/// Distinct words of a contest that a passage must hold, of a plot that an article must.
const CONTEST: usize = 2;
/// Sentences of a short article.
const SHORT: usize = 10;
const PLOT: usize = 3;
/// Distinct words of a feast that a passage must hold.
const FEAST: usize = 2;
/// Share of an article's words that must be of a plot.
const PLOT_DENSITY: f64 = 0.08;

/// What a word is a sign of, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sign {
    Match,
    Result,
    Ballot,
    Contest,
    Plot,
    Armed,
    Weapon,
    Hurt,
    Feast,
    Grievance,
    Affair,
    Harmless,
}

impl Sign {
    fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// The table of signs, by lemma.
#[derive(Debug, Default)]
pub(super) struct Signs(HashMap<Box<str>, u16>);

impl Signs {
    pub(super) fn load((table, text): (&'static str, &str)) -> Result<Self, TableError> {
        let mut signs = Self::default();
        for row in rows(table, text, 2)? {
            let sign: Sign = row.value(1)?;
            for lemma in row.cell(0).split(',') {
                *signs.0.entry(lemma.into()).or_default() |= sign.bit();
            }
        }
        Ok(signs)
    }

    fn of(&self, lemma: &str) -> u16 {
        self.0.get(lemma).copied().unwrap_or_default()
    }
}

/// The signs of an article's sentences.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// By sentence: distinct words of a contest.
    contest: Vec<Vec<usize>>,
    /// The same of a feast.
    feast: Vec<Vec<usize>>,
    /// Somebody wants something or fights.
    grievance: bool,
    /// By sentence: whether arms or people hurt are spoken of.
    force: Vec<bool>,
    /// The whole is a review or another telling of a plot.
    plot: bool,
    /// By sentence: whether it speaks of animals.
    animals: Vec<bool>,
    /// The words that name the past.
    pub(super) eras: Vec<Range<usize>>,
    /// Nobody armed is spoken of anywhere.
    unarmed: bool,
}

impl Settings {
    /// Reads the signs. `harmed` are the words of casualty claims.
    pub(super) fn of(story: &Story<'_>, lexicon: &Lexicon, words: &Words<'_>, harmed: &[usize]) -> Self {
        let doc = story.doc;
        let sentences = doc.sentences().len();
        let mut found = Self {
            contest: vec![Vec::new(); sentences],
            feast: vec![Vec::new(); sentences],
            force: vec![false; sentences],
            animals: vec![false; sentences],
            ..Self::default()
        };
        let (mut plot, mut all, mut content) = (Vec::new(), 0usize, 0usize);
        let animal = lexicon.classes.class(Class::Animal);
        found.unarmed = true;
        found.eras = lexicon.eras.find(story);
        for i in 0..doc.len() {
            let (s, lemma) = (story.sentence(i), words.lemma(i));
            let signs = lexicon.signs.of(lemma);
            let is = |sign: Sign| signs & sign.bit() != 0;
            found.grievance |= is(Sign::Grievance);
            if !is_content(doc, i) {
                continue;
            }
            content += 1;
            found.animals[s] |= doc.pos(i) == Pos::Noun && words.bits(i) & animal != 0;
            for (sign, list) in [(Sign::Contest, &mut found.contest[s]), (Sign::Feast, &mut found.feast[s])] {
                if is(sign) {
                    list.push(i);
                }
            }
            if is(Sign::Plot) {
                all += 1;
                if !plot.contains(&lemma) {
                    plot.push(lemma);
                }
            }
            let armed = is(Sign::Armed) || is(Sign::Weapon);
            if (armed || is(Sign::Hurt)) && !is_harmless(doc, lexicon, words, i) {
                found.force[s] = true;
                found.unarmed &= !armed;
            }
        }
        for i in harmed {
            found.force[story.sentence(*i)] = true;
        }
        found.plot = plot.len() >= PLOT && all as f64 >= PLOT_DENSITY * content as f64;
        found
    }

    /// Whether the passage around sentence `s` is a contest of words, votes or prices, where nobody comes to harm.
    pub(super) fn is_contest(&self, words: &Words<'_>, s: usize) -> bool {
        let force = self.force.iter().filter(|f| **f).count();
        !self.force[near(s, self.force.len())].iter().any(|f| *f)
            && force * 6 <= self.force.len()
            // A long article speaks of many things.
            && distinct(words, &self.contest, s) >= CONTEST + usize::from(self.force.len() > SHORT)
    }

    /// Whether the crowds of the passage around sentence `s` celebrate.
    pub(super) fn is_feast(&self, words: &Words<'_>, s: usize) -> bool {
        !self.grievance && distinct(words, &self.feast, s) >= FEAST
    }

    /// Whether the article tells the plot of a work.
    pub(super) fn is_plot(&self) -> bool {
        self.plot
    }

    /// Whether animals are spoken of around sentence `s`.
    pub(super) fn is_of_animals(&self, s: usize) -> bool {
        self.animals[near(s, self.animals.len())].iter().any(|a| *a)
    }

    /// Whether nobody armed is spoken of in the article.
    pub(super) fn is_unarmed(&self) -> bool {
        self.unarmed
    }
}

/// Whether a word of force stands in a pair that tells of none: "on a knife-edge", "a think tank".
fn is_harmless(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>, i: usize) -> bool {
    let word = |i: usize| (!matches!(doc.word(i), "-" | "–")).then_some(i);
    let next = (i + 1..doc.len()).take(2).find_map(word);
    let last = (0..i).rev().take(2).find_map(word);
    let pair = |a: usize, b: usize| format!("{}-{}", words.lemma(a), words.lemma(b));
    [next.map(|n| pair(i, n)), last.map(|l| pair(l, i))]
        .into_iter()
        .flatten()
        .any(|pair| lexicon.signs.of(&pair) & Sign::Harmless.bit() != 0)
}

/// A sentence with those beside it.
fn near(s: usize, sentences: usize) -> Range<usize> {
    s.saturating_sub(1)..(s + 2).min(sentences)
}

/// Number of distinct words around sentence `s`.
fn distinct(words: &Words<'_>, signs: &[Vec<usize>], s: usize) -> usize {
    let around: HashSet<&str> = signs[near(s, signs.len())].iter().flatten().map(|i| words.lemma(*i)).collect();
    around.len()
}

fn is_content(doc: &Doc<'_>, i: usize) -> bool {
    matches!(doc.pos(i), Pos::Noun | Pos::Verb | Pos::Propn | Pos::Adj)
}

/// The desk of an article in which no events are looked for.
///
/// Conservative: an article is left out only when its words are dense with one desk's terms and free of harm.
pub(super) fn desk(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>) -> Option<Desk> {
    let mut desks: Vec<(&str, f64, Vec<&str>)> = Vec::new();
    let (mut weak, mut distinct_weak, mut content) = (0usize, Vec::new(), 0usize);
    let (mut harm, mut affairs) = (0usize, 0usize);
    for i in 0..doc.len() {
        let lemma = words.lemma(i);
        let signs = lexicon.signs.of(lemma);
        let affair = signs & (Sign::Armed.bit() | Sign::Affair.bit()) != 0;
        let harmful = lexicon.is(WordClass::HarmSign, lemma);
        // "struck out eleven", "to kill the rally".
        if (affair || harmful) && !triggers::is_blocked(doc, lexicon, words, doc.sentence_of(i), i) {
            affairs += usize::from(affair);
            harm += usize::from(harmful);
        }
        if !is_content(doc, i) {
            continue;
        }
        content += 1;
        if let Some((word, desk)) = lexicon.offtopic.get_key_value(lemma) {
            let at = desks.iter().position(|(d, ..)| *d == &**desk).unwrap_or_else(|| {
                desks.push((desk, 0.0, Vec::new()));
                desks.len() - 1
            });
            let (_, n, distinct) = &mut desks[at];
            *n += 1.0;
            if !distinct.contains(&&**word) {
                distinct.push(word);
            }
        } else if signs & Sign::Match.bit() != 0 {
            weak += 1;
            if !distinct_weak.contains(&lemma) {
                distinct_weak.push(lemma);
            }
        }
    }
    let result = if has_result(doc, lexicon, words) { RESULT } else { 0.0 };
    if result > 0.0 && !desks.iter().any(|(name, ..)| *name == SPORT) {
        desks.push((SPORT, 0.0, Vec::new()));
    }
    desks
        .into_iter()
        .find(|(name, n, distinct)| {
            let (more, weak, other) =
                if *name == SPORT { (result, weak as f64, distinct_weak.len() as f64) } else { (0.0, 0.0, 0.0) };
            // What happens beside the field is news, too: there a match must be told in so many words.
            let (weak, other, least) = if affairs == 0 {
                (weak / 2.0, other / 2.0, DISTINCT - f64::from(u8::from(harm == 0)))
            } else {
                (0.0, 0.0, DISTINCT)
            };
            let n = n + more + weak;
            distinct.len() as f64 + more + other >= least
                && n >= DENSITY * content as f64
                && (((harm + affairs) * 4) as f64) < n
        })
        .map(|(name, _, words)| Desk { name: name.to_owned(), words: words.into_iter().map(str::to_owned).collect() })
}

/// Whether a sentence tells how a match ended. Parliaments and courts have figures of the same form.
fn has_result(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>) -> bool {
    let is = |i: usize, sign: Sign| lexicon.signs.of(words.lemma(i)) & sign.bit() != 0;
    let score = |i: usize| doc.word(i).parse::<u8>().ok().filter(|n| *n <= POINTS.1);
    (2..doc.len()).any(|i| {
        let glued = !doc.tokens()[i - 1].space_after && !doc.tokens()[i - 2].space_after;
        let (true, Some(a), Some(b)) = (glued && matches!(doc.word(i - 1), "-" | "–"), score(i - 2), score(i)) else {
            return false;
        };
        let sentence = doc.sentence_of(i);
        let votes = a.max(b) > POINTS.0 && sentence.clone().any(|w| is(w, Sign::Ballot));
        !votes && (sentence.start..i - 2).rev().take(8).any(|w| is(w, Sign::Result))
    })
}

/// Whether an event is told as part of a film, a novel, a game: "a film about", "a novel in which", "in the game".
pub(super) fn in_work(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>, event: usize) -> bool {
    let works = lexicon.classes.class(Class::Work);
    let work = |n: usize| doc.pos(n) == Pos::Noun && words.bits(n) & works != 0;
    let clause = std::iter::once(event).chain(doc.ancestors(event)).find(|a| matches!(doc.pos(*a), Pos::Verb));
    let in_one = |c: usize| doc.lemma(c) == "in" && doc.child(c, Dep::Pobj).is_some_and(work);
    if clause.is_some_and(|v| doc.children(v).any(in_one)) {
        return true;
    }
    let mut at = event;
    for _ in 0..12 {
        if doc.is_root(at) {
            return false;
        }
        let head = doc.head(at);
        let held = match doc.dep(at) {
            Dep::Pobj | Dep::Pcomp => matches!(doc.lemma(head), "about" | "of" | "on") && work(doc.head(head)),
            Dep::Relcl => work(head) && doc.children(at).any(|c| matches!(doc.lemma(c), "in" | "where")),
            Dep::Dobj | Dep::Ccomp => {
                lexicon.is(WordClass::Depicting, doc.lemma(head)) && syntax::subjects(doc, head).into_iter().any(work)
            }
            _ => false,
        };
        if held {
            return true;
        }
        at = head;
    }
    false
}
