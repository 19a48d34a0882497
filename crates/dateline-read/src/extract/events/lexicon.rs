//! The event tables: which words evoke which events, under which conditions.
//!
//! Parsed once when the pipeline is loaded; the format is described in `words/data/events/README.md`. Knows words and
//! codes only; how conditions are read off a parse is the business of [`super::triggers`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::classes::Classes;
use super::codes::Codes;
use super::history::Eras;
use super::setting::Signs;
use super::trace::Rule;
use crate::extract::factuality::Cues;
use crate::record::{Context, EventType, Happening, Mode, ParticipantRole};
use crate::words::lexicons::file_name;
use crate::words::{Book, Lexicons, Row, TableError, WordClass, rows};

/// All event tables.
#[derive(Debug)]
pub struct Lexicon {
    /// Trigger entries, in table order.
    pub(super) entries: Vec<Entry>,
    /// For words that no table lists, by type and part of speech.
    unlisted: Vec<Entry>,
    /// Entries by lemma and part of speech.
    index: HashMap<String, Vec<u32>>,
    /// Word classes.
    pub(super) classes: Classes,
    /// Light verbs by lemma.
    light: HashMap<Box<str>, Vec<Light>>,
    /// Nouns that may follow an event noun in a compound.
    pub(super) carriers: HashSet<Box<str>>,
    /// Modes that weapons give to an assault.
    pub(super) weapons: HashMap<Box<str>, Mode>,
    /// Kinds of harm without an agent, by word.
    pub(super) happenings: HashMap<Box<str>, Happening>,
    /// Contexts that words lend.
    pub(super) contexts: HashMap<Box<str>, Context>,
    /// Desks whose articles report no coded events, by word.
    pub(super) offtopic: HashMap<Box<str>, Box<str>>,
    /// Names of the past.
    pub(super) eras: Eras,
    /// Words that show the setting of a text.
    pub(super) signs: Signs,
    /// Cues of assertion.
    pub(super) cues: Cues,
    /// CAMEO and PLOVER tables.
    pub(super) codes: Codes,
    pub(super) book: Arc<Book>,
}

/// A reading of a trigger word.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it stands.
    pub rule: Arc<Rule>,
    /// What the reading is.
    pub reading: Reading,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Who is who.
    pub frame: Frame,
    /// Prepositions that mark the recipient.
    pub preps: Vec<Box<str>>,
    /// PLOVER modes.
    pub modes: Vec<Mode>,
    /// PLOVER contexts.
    pub contexts: Vec<Context>,
    /// CAMEO code.
    pub cameo: Option<Box<str>>,
    /// How sure the reading is, 0 to 1.
    pub weight: f64,
    /// Verb or noun.
    pub verb: bool,
}

impl Entry {
    /// Whether a preposition marks the recipient.
    pub(super) fn takes(&self, preposition: &str) -> bool {
        self.preps.iter().any(|p| **p == *preposition)
    }
}

/// What a trigger word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// An event of a PLOVER type.
    Event(EventType),
    /// A happening outside of PLOVER.
    Happening,
    /// Harm, typed by its cause.
    Harm,
    /// No event.
    Blocked,
}

/// Who plays which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub(super) enum Frame {
    #[serde(alias = "-")]
    Act,
    Harm,
    Take,
    Suffer,
    Undergo,
    #[serde(rename = "self")]
    Own,
    Both,
    Clash,
    Boom,
    Give,
    Mediate,
    Happen,
    None,
}

/// Where a condition looks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Slot {
    Subj,
    Obj,
    Prt,
    Mod,
    Poss,
    Det,
    Num,
    Xcomp,
    Ccomp,
    Acl,
    Oprd,
    Acomp,
    Dative,
    Sent,
    Doc,
    Prep(Box<str>),
}

/// One condition of an entry.
#[derive(Debug)]
pub(super) struct Condition {
    pub slot: Slot,
    pub negated: bool,
    pub alternatives: Alternatives,
}

/// Words that satisfy a condition.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    /// Anything does.
    pub any: bool,
    /// Lemmas.
    pub words: Vec<Box<str>>,
    /// Classes, as bits.
    pub classes: u128,
}

impl Alternatives {
    /// Whether a lemma is listed.
    pub(super) fn lists(&self, lemma: &str) -> bool {
        self.words.iter().any(|word| **word == *lemma)
    }

    /// Whether more satisfies the condition than listed words.
    pub(super) fn is_open(&self) -> bool {
        self.any || self.classes != 0
    }
}

/// A light verb.
#[derive(Debug)]
pub(super) struct Light {
    /// Particle, or preposition that takes the event noun.
    pub word: Option<Box<str>>,
    /// Part its subject plays in the event.
    pub subject: ParticipantRole,
}

macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../../words/data/events/", $name, ".tsv")))
    };
}

/// Trigger tables with what their entries read by default.
pub(super) fn trigger_tables() -> [(Reading, (&'static str, &'static str)); 19] {
    [
        (Reading::Event(EventType::Assault), table!("assault")),
        (Reading::Event(EventType::Coerce), table!("coerce")),
        (Reading::Event(EventType::Accuse), table!("accuse")),
        (Reading::Event(EventType::Reject), table!("reject")),
        (Reading::Event(EventType::Threaten), table!("threaten")),
        (Reading::Event(EventType::Protest), table!("protest")),
        (Reading::Event(EventType::Sanction), table!("sanction")),
        (Reading::Event(EventType::Mobilize), table!("mobilize")),
        (Reading::Event(EventType::Request), table!("request")),
        (Reading::Event(EventType::Retreat), table!("retreat")),
        (Reading::Event(EventType::Concede), table!("concede")),
        (Reading::Event(EventType::Support), table!("support")),
        (Reading::Event(EventType::Cooperate), table!("cooperate")),
        (Reading::Event(EventType::Aid), table!("aid")),
        (Reading::Event(EventType::Agree), table!("agree")),
        (Reading::Event(EventType::Consult), table!("consult")),
        (Reading::Happening, table!("disasters")),
        (Reading::Harm, table!("results")),
        (Reading::Blocked, table!("blocked")),
    ]
}

impl Lexicon {
    /// Parses the embedded tables.
    pub fn load() -> Result<Self, TableError> {
        Self::read(&Lexicons::embedded(), &Arc::new(Book::load()?))
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        Self::read_tables(lexicons, book).map_err(|error| TableError { table: file_name(error.table), ..error })
    }

    fn read_tables(lexicons: &Lexicons, book: &Arc<Book>) -> Result<Self, TableError> {
        let table = |name: &'static str| (name, lexicons.text(file_name(name)).unwrap_or_default());
        let people = lexicons.rows("casualties/people.tsv", 2)?;
        let single = people.iter().filter(|row| matches!(row.cell(1), "child" | "woman" | "civilian" | "person"));
        let classes = Classes::read(table("classes"), &single.map(|row| row.cell(0)).collect::<Vec<_>>())?;
        let codes = Codes::load()?;
        let mut entries = Vec::new();
        let mut index: HashMap<String, Vec<u32>> = HashMap::new();
        for (reading, (name, _)) in trigger_tables() {
            let (name, text) = table(name);
            for row in rows(name, text, 8)? {
                let entry = entry(reading, &row, &classes, &codes).map_err(|problem| row.error(problem))?;
                let id = entries.len() as u32;
                for lemma in words(row.cell(0)) {
                    index.entry(key(lemma, entry.verb)).or_default().push(id);
                }
                entries.push(entry);
            }
        }
        let unlisted =
            rows("unlisted", include_str!("../../words/data/events/unlisted.tsv"), 8)?.into_iter().map(|row| {
                let reading = EventType::parse(row.cell(0)).map_or(Reading::Happening, Reading::Event);
                entry(reading, &row, &classes, &codes).map_err(|problem| row.error(problem))
            });
        Ok(Self {
            entries,
            unlisted: unlisted.collect::<Result<_, _>>()?,
            index,
            classes,
            light: light(table("light"))?,
            carriers: rows("carriers", table("carriers").1, 1)?
                .iter()
                .flat_map(|r| words(r.cell(0)).map(Into::into))
                .collect(),
            weapons: pairs(table("weapons"), Mode::parse)?,
            happenings: pairs(table("happenings"), Happening::parse)?,
            contexts: pairs(table("contexts"), Context::parse)?,
            offtopic: pairs(table("offtopic"), |desk| Some(desk.into()))?,
            eras: Eras::load(table("eras"))?,
            signs: Signs::load(table("settings"))?,
            cues: Cues::read(lexicons)?,
            codes,
            book: Arc::clone(book),
        })
    }

    /// Whether a word is of a class of the book.
    pub(super) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// Entries of a lemma.
    pub(super) fn entries(&self, lemma: &str, verb: bool) -> impl Iterator<Item = &Entry> {
        let ids = self.index.get(&key(lemma, verb)).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|i| &self.entries[*i as usize])
    }

    /// The entry for a word of a type that no table lists it for.
    pub(super) fn unlisted(&self, event: Option<EventType>, verb: bool) -> Option<&Entry> {
        let reading = event.map_or(Reading::Happening, Reading::Event);
        self.unlisted.iter().find(|e| e.reading == reading && e.verb == verb)
    }

    /// Light readings of a verb lemma.
    pub(super) fn light(&self, lemma: &str) -> &[Light] {
        self.light.get(lemma).map_or(&[], Vec::as_slice)
    }
}

fn key(lemma: &str, verb: bool) -> String {
    format!("{lemma}/{}", if verb { 'v' } else { 'n' })
}

/// The items of a cell; none for `-`.
fn items(cell: &str) -> impl Iterator<Item = &str> {
    cell.split_whitespace().filter(|w| *w != "-")
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|w| !w.is_empty())
}

fn entry(reading: Reading, row: &Row<'_>, classes: &Classes, codes: &Codes) -> Result<Entry, String> {
    let [pos, conditions, frame, modes, contexts, cameo, weight] = std::array::from_fn(|i| row.cell(i + 1));

    let mut reading = reading;
    let (frame, preps) = frame.split_once(':').unwrap_or((frame, ""));
    let frame = row.named(frame).map_err(|e| e.problem)?;
    if frame == Frame::None {
        reading = Reading::Blocked;
    }
    let modes =
        items(modes).map(|m| Mode::parse(m).ok_or(format!("unknown mode {m:?}"))).collect::<Result<Vec<_>, _>>()?;
    if let Reading::Event(event) = reading
        && let Some(mode) = modes.iter().find(|m| !codes.has_mode(event, **m))
    {
        return Err(format!("{} has no mode {:?}", event.as_str(), mode.as_str()));
    }
    let cameo = Some(cameo).filter(|c| *c != "-");
    if let Some(code) = cameo.filter(|c| codes.goldstein(c).is_none()) {
        return Err(format!("unknown CAMEO code {code:?}"));
    }
    if let (Reading::Event(event), Some(code)) = (reading, cameo)
        && !codes.agree(event, code)
    {
        return Err(format!(
            "CAMEO code {code:?} says something else than {}; codes/cameo.tsv lists its events",
            event.as_str()
        ));
    }
    Ok(Entry {
        rule: Arc::new(Rule {
            table: row.table(),
            line: row.line(),
            words: row.cell(0).into(),
            verb: pos == "v",
            conditions: conditions.into(),
        }),
        reading,
        conditions: items(conditions).map(|c| condition(c, classes)).collect::<Result<_, _>>()?,
        frame,
        preps: words(preps).map(Into::into).collect(),
        modes,
        contexts: items(contexts)
            .map(|c| Context::parse(c).ok_or(format!("unknown context {c:?}")))
            .collect::<Result<_, _>>()?,
        cameo: cameo.map(Into::into),
        weight: weight.parse().map_err(|_| format!("weight {weight:?} is no number"))?,
        verb: match pos {
            "v" => true,
            "n" => false,
            other => return Err(format!("unknown part of speech {other:?}")),
        },
    })
}

fn condition(text: &str, classes: &Classes) -> Result<Condition, String> {
    let at = text.find([':', '!']).ok_or(format!("condition {text:?} has neither ':' nor '!'"))?;
    let slot = match &text[..at] {
        "subj" => Slot::Subj,
        "obj" => Slot::Obj,
        "prt" => Slot::Prt,
        "mod" => Slot::Mod,
        "poss" => Slot::Poss,
        "det" => Slot::Det,
        "num" => Slot::Num,
        "xcomp" => Slot::Xcomp,
        "ccomp" => Slot::Ccomp,
        "acl" => Slot::Acl,
        "oprd" => Slot::Oprd,
        "acomp" => Slot::Acomp,
        "dative" => Slot::Dative,
        "sent" => Slot::Sent,
        "doc" => Slot::Doc,
        prep => Slot::Prep(prep.into()),
    };
    let mut alternatives = Alternatives::default();
    for word in text[at + 1..].split('/').filter(|w| !w.is_empty()) {
        if word == "any" {
            alternatives.any = true;
        } else if let Some(class) = word.strip_prefix('@') {
            alternatives.classes |= classes.bits_of.get(class).copied().ok_or(format!("unknown class {class:?}"))?;
        } else if let Some(bits) = Classes::kind(word) {
            alternatives.classes |= bits;
        } else {
            alternatives.words.push(word.into());
        }
    }
    Ok(Condition { slot, negated: text.as_bytes()[at] == b'!', alternatives })
}

fn light((table, text): (&'static str, &str)) -> Result<HashMap<Box<str>, Vec<Light>>, TableError> {
    let mut verbs: HashMap<Box<str>, Vec<Light>> = HashMap::new();
    for row in rows(table, text, 3)? {
        for lemma in words(row.cell(0)) {
            verbs.entry(lemma.into()).or_default().push(Light {
                word: Some(row.cell(1)).filter(|w| *w != "-").map(Into::into),
                subject: match row.cell(2) {
                    "actor" => ParticipantRole::Actor,
                    "recipient" => ParticipantRole::Recipient,
                    other => return Err(row.error(format!("unknown role {other:?}"))),
                },
            });
        }
    }
    Ok(verbs)
}

/// A table of lemmas and one value.
fn pairs<T: Clone>(
    (table, text): (&'static str, &str),
    parse: impl Fn(&str) -> Option<T>,
) -> Result<HashMap<Box<str>, T>, TableError> {
    let mut map = HashMap::new();
    for row in rows(table, text, 2)? {
        let value = parse(row.cell(1)).ok_or_else(|| row.error("unknown value"))?;
        map.extend(words(row.cell(0)).map(|w| (w.into(), value.clone())));
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tables_parse_and_cover_all_types() {
        let lexicon = Lexicon::load().unwrap();
        for event in EventType::ALL {
            let n = lexicon.entries.iter().filter(|e| e.reading == Reading::Event(*event)).count();
            assert!(n >= 15, "{} has only {n} entries", event.as_str());
        }
    }

    #[test]
    fn no_line_repeats_another() {
        for (_, (table, text)) in trigger_tables() {
            let mut seen = HashSet::new();
            for row in rows(table, text, 8).unwrap() {
                for lemma in words(row.cell(0)) {
                    let key = (lemma, row.cell(1), row.cell(2));
                    assert!(seen.insert(key), "{table}:{}: {key:?} is a repeat, merge the lines", row.line());
                }
            }
        }
    }

    #[test]
    fn light_verbs_and_lists_hold_no_empty_words() {
        let lexicon = Lexicon::load().unwrap();
        assert!(!lexicon.light("conduct").is_empty() && lexicon.carriers.contains("campaign"));
        assert_eq!(lexicon.weapons["rifle"], Mode::Firearms);
    }
}
