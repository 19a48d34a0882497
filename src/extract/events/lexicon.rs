//! The event tables: which words evoke which events, under which conditions.
//!
//! Parsed once when the pipeline is loaded; the format is described in `data/events/README.md`. Knows words and
//! codes only; how conditions are read off a parse is the business of [`super::triggers`].

use std::collections::HashMap;

use super::codes::Codes;
use super::cues::Cues;
use super::history::Eras;
use super::setting::Signs;
use super::trace::Rule;
use crate::extract::lexicons::{self, Lexicons};
use crate::extract::table::{Row, TableError, rows};
use crate::nlp::EntityType;
use crate::record::{Context, EventType, Mode, ParticipantRole};

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
    light: HashMap<&'static str, Vec<Light>>,
    /// Nouns that may follow an event noun in a compound.
    pub(super) carriers: Vec<&'static str>,
    /// Modes that weapons give to an assault.
    pub(super) weapons: HashMap<&'static str, Mode>,
    /// Contexts that words lend.
    pub(super) contexts: HashMap<&'static str, Context>,
    /// Desks whose articles report no coded events, by word.
    pub(super) offtopic: HashMap<&'static str, &'static str>,
    /// Names of the past.
    pub(super) eras: Eras,
    /// Words that show the setting of a text.
    pub(super) signs: Signs,
    /// Cues of assertion.
    pub(super) cues: Cues,
    /// CAMEO and PLOVER tables.
    pub(super) codes: Codes,
}

/// A reading of a trigger word.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it stands.
    pub rule: Rule,
    /// What the reading is.
    pub reading: Reading,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Who is who.
    pub frame: Frame,
    /// Prepositions that mark the recipient.
    pub preps: Vec<&'static str>,
    /// PLOVER modes.
    pub modes: Vec<Mode>,
    /// PLOVER contexts.
    pub contexts: Vec<Context>,
    /// CAMEO code.
    pub cameo: Option<&'static str>,
    /// How sure the reading is, 0 to 1.
    pub weight: f64,
    /// Verb or noun.
    pub verb: bool,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Frame {
    Act,
    Harm,
    Take,
    Suffer,
    Undergo,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    Prep(&'static str),
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
    pub words: Vec<&'static str>,
    /// Classes, as bits.
    pub classes: u128,
}

impl Alternatives {
    /// Whether more satisfies the condition than listed words.
    pub(super) fn is_open(&self) -> bool {
        self.any || self.classes != 0
    }
}

/// Word classes as bit sets; entity types and pronouns are classes of their own.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// What a class includes, itself too.
    bits_of: HashMap<&'static str, u128>,
    /// Bits of every listed lemma.
    pub(super) lemmas: HashMap<&'static str, u128>,
}

/// A light verb.
#[derive(Debug)]
pub(super) struct Light {
    /// Particle, or preposition that takes the event noun.
    pub word: Option<&'static str>,
    /// Part its subject plays in the event.
    pub subject: ParticipantRole,
}

macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../data/events/", $name, ".tsv")))
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
        Self::read(&Lexicons::embedded())
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`TableError`] names the line that cannot be used.
    pub fn read(lexicons: &Lexicons) -> Result<Self, TableError> {
        Self::read_tables(lexicons).map_err(|error| TableError { table: lexicons::file_name(error.table), ..error })
    }

    fn read_tables(lexicons: &Lexicons) -> Result<Self, TableError> {
        let table = |name: &'static str| -> (&'static str, &'static str) {
            (name, lexicons.text(lexicons::file_name(name)).unwrap_or_default())
        };
        let classes = Classes::read(table("classes"))?;
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
        let unlisted = rows("unlisted", include_str!("../data/events/unlisted.tsv"), 8)?.into_iter().map(|row| {
            let reading = EventType::parse(row.cell(0)).map_or(Reading::Happening, Reading::Event);
            entry(reading, &row, &classes, &codes).map_err(|problem| row.error(problem))
        });
        Ok(Self {
            entries,
            unlisted: unlisted.collect::<Result<_, _>>()?,
            index,
            classes,
            light: light(table("light"))?,
            carriers: rows("carriers", table("carriers").1, 1)?.iter().flat_map(|r| words(r.cell(0))).collect(),
            weapons: pairs(table("weapons"), Mode::parse)?,
            contexts: pairs(table("contexts"), Context::parse)?,
            offtopic: pairs(table("offtopic"), Some)?,
            eras: Eras::load(table("eras"))?,
            signs: Signs::load(table("settings"))?,
            cues: Cues::load(table("cues"))?,
            codes,
        })
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

fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim).filter(|w| !w.is_empty())
}

fn entry(reading: Reading, row: &Row<'static>, classes: &Classes, codes: &Codes) -> Result<Entry, String> {
    let [pos, conditions, frame, modes, contexts, cameo, weight] = std::array::from_fn(|i| row.cell(i + 1));
    let list = |field: &'static str| field.split_whitespace().filter(|w| *w != "-");
    let mut reading = reading;
    let (frame, preps) = frame.split_once(':').unwrap_or((frame, ""));
    let frame = match frame {
        "-" | "act" => Frame::Act,
        "harm" => Frame::Harm,
        "take" => Frame::Take,
        "suffer" => Frame::Suffer,
        "undergo" => Frame::Undergo,
        "self" => Frame::Own,
        "both" => Frame::Both,
        "clash" => Frame::Clash,
        "boom" => Frame::Boom,
        "give" => Frame::Give,
        "mediate" => Frame::Mediate,
        "happen" => Frame::Happen,
        "none" => {
            reading = Reading::Blocked;
            Frame::None
        }
        other => return Err(format!("unknown frame {other:?}")),
    };
    let modes =
        list(modes).map(|m| Mode::parse(m).ok_or(format!("unknown mode {m:?}"))).collect::<Result<Vec<_>, _>>()?;
    if let Reading::Event(event) = reading
        && let Some(mode) = modes.iter().find(|m| !codes.has_mode(event, **m))
    {
        return Err(format!("{} has no mode {:?}", event.as_str(), mode.as_str()));
    }
    let cameo = Some(cameo).filter(|c| *c != "-");
    if let Some(code) = cameo.filter(|c| codes.goldstein(c).is_none()) {
        return Err(format!("unknown CAMEO code {code:?}"));
    }
    Ok(Entry {
        rule: Rule { table: row.table(), line: row.line(), words: row.cell(0), verb: pos == "v", conditions },
        reading,
        conditions: list(conditions).map(|c| condition(c, classes)).collect::<Result<_, _>>()?,
        frame,
        preps: words(preps).collect(),
        modes,
        contexts: list(contexts)
            .map(|c| Context::parse(c).ok_or(format!("unknown context {c:?}")))
            .collect::<Result<_, _>>()?,
        cameo,
        weight: weight.parse().map_err(|_| format!("weight {weight:?} is no number"))?,
        verb: match pos {
            "v" => true,
            "n" => false,
            other => return Err(format!("unknown part of speech {other:?}")),
        },
    })
}

fn condition(text: &'static str, classes: &Classes) -> Result<Condition, String> {
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
        prep => Slot::Prep(prep),
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
            alternatives.words.push(word);
        }
    }
    Ok(Condition { slot, negated: text.as_bytes()[at] == b'!', alternatives })
}

/// Bit of the first word class; the bits below stand for entity types and pronouns.
const FIRST_CLASS: usize = 20;
/// Bit of personal pronouns.
pub(super) const PRON: u128 = 1 << 19;

impl Classes {
    fn kind(name: &str) -> Option<u128> {
        if name == "PRON" {
            return Some(PRON);
        }
        EntityType::ALL.iter().position(|k| k.as_str() == name).map(|i| 1 << i)
    }

    /// Bit of an entity type.
    pub(super) fn kind_bit(kind: EntityType) -> u128 {
        EntityType::ALL.iter().position(|k| *k == kind).map_or(0, |i| 1 << i)
    }

    /// Bits of a class and all that it includes.
    pub(super) fn class(&self, name: &str) -> u128 {
        self.bits_of.get(name).copied().unwrap_or_default()
    }

    /// Whether a class has a word that is no token: a verb with its particle, two nouns.
    pub(super) fn holds(&self, name: &str, word: &str) -> bool {
        self.lemmas.get(word).is_some_and(|bits| bits & self.class(name) != 0)
    }

    fn read((table, text): (&'static str, &'static str)) -> Result<Self, TableError> {
        let mut classes = Self::default();
        let mut members: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
        for row in rows(table, text, 2)? {
            let (name, list) = (row.cell(0), row.cell(1));
            match members.iter_mut().find(|(n, _)| *n == name) {
                Some((_, m)) => m.extend(list.split_whitespace()),
                None => members.push((name, list.split_whitespace().collect())),
            }
        }
        let fault = |problem: String| TableError { table, line: 0, problem };
        if members.len() + FIRST_CLASS > 128 {
            return Err(fault("more classes than bits".into()));
        }
        for (i, (name, list)) in members.iter().enumerate() {
            classes.bits_of.insert(name, 0);
            for word in list.iter().filter(|w| !w.starts_with('@') && Self::kind(w).is_none()) {
                *classes.lemmas.entry(word).or_default() |= 1 << (FIRST_CLASS + i);
            }
        }
        // Classes include classes to any depth without cycles: as many rounds as classes reach a fixed point.
        for _ in 0..members.len() {
            for (i, (name, list)) in members.iter().enumerate() {
                let mut bits = 1u128 << (FIRST_CLASS + i);
                for word in list {
                    if let Some(class) = word.strip_prefix('@') {
                        bits |= *classes.bits_of.get(class).ok_or(fault(format!("unknown class {class:?}")))?;
                    } else if let Some(kind) = Self::kind(word) {
                        bits |= kind;
                    }
                }
                classes.bits_of.insert(name, bits);
            }
        }
        Ok(classes)
    }
}

fn light((table, text): (&'static str, &'static str)) -> Result<HashMap<&'static str, Vec<Light>>, TableError> {
    let mut verbs: HashMap<&'static str, Vec<Light>> = HashMap::new();
    for row in rows(table, text, 3)? {
        for lemma in words(row.cell(0)) {
            verbs.entry(lemma).or_default().push(Light {
                word: Some(row.cell(1)).filter(|w| *w != "-"),
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
fn pairs<T: Copy>(
    (table, text): (&'static str, &'static str),
    parse: impl Fn(&'static str) -> Option<T>,
) -> Result<HashMap<&'static str, T>, TableError> {
    let mut map = HashMap::new();
    for row in rows(table, text, 2)? {
        let value = parse(row.cell(1)).ok_or_else(|| row.error("unknown value"))?;
        map.extend(words(row.cell(0)).map(|w| (w, value)));
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
        assert!(!lexicon.light("conduct").is_empty() && lexicon.carriers.contains(&"campaign"));
        assert_eq!(lexicon.weapons["rifle"], Mode::Firearms);
    }
}
