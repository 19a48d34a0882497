//! What Dateline knows about the actors of the world: named organisations, countries, head nouns, weapons.
//!
//! Parsed once from the tables in `words/data/actors/`; every look-up is a hash look-up or walks the few names that share a
//! first word. Says what words can mean, never what they mean in an article: that is for the modules that ask.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;

use super::kinds::Kinds;
use super::namesakes::Namesakes;
use crate::record::{Actor, EntityKind, NonState, Sector};
use crate::words::{Book, Lexicons, Row, TableError, WordClass};

/// The tables, ready for look-up.
#[derive(Debug)]
pub struct Lexicon {
    organisations: Vec<Organisation>,
    /// Names of organisations by the lower-cased letters and digits they begin with.
    names: HashMap<String, Vec<Alias>>,
    countries: Vec<Country>,
    country_names: HashMap<String, usize>,
    adjectives: HashMap<String, usize>,
    capitals: HashMap<String, usize>,
    heads: HashMap<String, Head>,
    things: HashMap<String, Thing>,
    /// What vehicles do and people do not, by lemma.
    drives: HashSet<String>,
    patterns: Vec<(Regex, EntityKind)>,
    /// Given names and words for people: whether they are female.
    genders: HashMap<String, bool>,
    /// People known without a title, by their names in lower case.
    people: HashMap<String, Actor>,
    kinds: Kinds,
    namesakes: Namesakes,
    book: Arc<Book>,
}

/// A named organisation.
#[derive(Debug)]
pub struct Organisation {
    /// Usual name.
    pub name: String,
    /// Its codes.
    pub actor: Actor,
}

/// A country or territory.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-3 code.
    pub iso3: String,
    /// Usual name.
    pub name: String,
}

#[derive(Debug)]
struct Alias {
    text: String,
    organisation: usize,
    /// The name has other meanings: see the header of `groups.tsv`.
    ambiguous: bool,
}

/// A match of an organisation's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameMatch {
    /// Index of the organisation.
    pub organisation: usize,
    /// Length of the match in bytes of the text.
    pub len: usize,
    /// Whether the name has other meanings.
    pub ambiguous: bool,
}

/// What a noun phrase says of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A weapon or vehicle.
    Is(EntityKind),
    /// A weapon or vehicle, or people: "coach".
    OrPerson(EntityKind),
    /// Neither, for all its last word: "think tank".
    Neither,
}

/// A head noun of people or groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whether one of them is a person; else it is a group.
    pub person: bool,
    /// Sectors, most specific first; empty for words that say nothing about the sector.
    pub sectors: Vec<Sector>,
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
        let mut lexicon = Self {
            organisations: Vec::new(),
            names: HashMap::new(),
            countries: Vec::new(),
            country_names: HashMap::new(),
            adjectives: HashMap::new(),
            capitals: HashMap::new(),
            heads: HashMap::new(),
            things: HashMap::new(),
            drives: HashSet::new(),
            patterns: Vec::new(),
            genders: HashMap::new(),
            people: HashMap::new(),
            kinds: Kinds::read(lexicons)?,
            namesakes: Namesakes::read(lexicons, book)?,
            book: Arc::clone(book),
        };
        lexicon.add_organisations(lexicons, "actors/groups.tsv")?;
        lexicon.add_organisations(lexicons, "actors/international.tsv")?;
        lexicon.add_organisations(lexicons, "actors/national.tsv")?;
        lexicon.add_countries(lexicons, "actors/countries.tsv")?;
        lexicon.add_heads(lexicons, "actors/heads.tsv")?;
        lexicon.add_things(lexicons, "actors/weapons.tsv")?;
        lexicon.add_genders(lexicons, "actors/given_names.tsv")?;
        lexicon.add_people(lexicons, "actors/people.tsv")?;
        Ok(lexicon)
    }

    /// Whether a word is of a class.
    pub(crate) fn is(&self, class: WordClass, word: &str) -> bool {
        self.book.is(class, word)
    }

    /// An organisation.
    pub fn organisation(&self, index: usize) -> &Organisation {
        &self.organisations[index]
    }

    /// The longest organisation's name that `text` begins with. Names in capitals match capitals only; other names
    /// match in any case that has a capital where the name has one.
    pub fn organisation_at(&self, text: &str) -> Option<NameMatch> {
        let candidates = self.names.get(&opening(text))?;
        candidates
            .iter()
            .filter_map(|alias| {
                let len = match_len(&alias.text, text)?;
                Some(NameMatch { organisation: alias.organisation, len, ambiguous: alias.ambiguous })
            })
            .max_by_key(|m| m.len)
    }

    /// The longest unambiguous name of an organisation that `text` begins with in capitals, as the tables spell it.
    pub fn spelling_at(&self, text: &str) -> Option<&str> {
        let found = self.names.get(&opening(text))?.iter().filter(|alias| !alias.ambiguous);
        found.filter_map(|alias| Some((match_len(&alias.text, text)?, alias.text.as_str()))).max().map(|(_, name)| name)
    }

    /// A country.
    pub fn country(&self, index: usize) -> &Country {
        &self.countries[index]
    }

    /// The country that a name or an adjective means ("Syria", "the U.S.", "Syrian", "Syrians").
    pub fn country_of(&self, text: &str) -> Option<usize> {
        self.country_named(text).or_else(|| self.country_adjective(text))
    }

    /// The country of a name, also of one in full dress: "the Federal Republic of Somalia".
    pub fn country_named(&self, text: &str) -> Option<usize> {
        let key = country_key(text)?;
        let plain = || {
            let (dress, land) = key.split_once(" of ")?;
            let style = dress.rsplit(' ').next().unwrap_or(dress);
            let land = land.strip_prefix("the ").unwrap_or(land);
            self.is(WordClass::Republic, style).then(|| self.country_names.get(land)).flatten()
        };
        self.country_names.get(&key).or_else(plain).copied()
    }

    /// The country of an adjective or of its nationals' name.
    pub fn country_adjective(&self, text: &str) -> Option<usize> {
        self.adjectives.get(&country_key(text)?).copied()
    }

    /// The country whose capital has this name.
    pub fn country_of_capital(&self, text: &str) -> Option<usize> {
        self.capitals.get(&country_key(text)?).copied()
    }

    /// The head noun entry of a phrase in lower case.
    pub fn head(&self, phrase: &str) -> Option<&Head> {
        self.heads.get(phrase)
    }

    /// What a phrase in lower case says of a thing.
    pub fn thing(&self, phrase: &str) -> Option<Thing> {
        self.things.get(phrase).copied()
    }

    /// Whether a verb says what vehicles do and people do not, by lemma.
    pub fn drives(&self, verb: &str) -> bool {
        self.drives.contains(verb)
    }

    /// Whether a word names a weapon or a vehicle by its form ("AK-47", "F-16s").
    pub fn named_thing(&self, word: &str) -> Option<EntityKind> {
        self.patterns.iter().find(|(pattern, _)| pattern.is_match(word)).map(|(_, kind)| *kind)
    }

    /// Whether a given name or a word for a person is female; none where it can be either or is unknown.
    pub fn gender(&self, word: &str) -> Option<bool> {
        self.genders.get(word).copied()
    }

    /// The codes of somebody known without a title, by a full name.
    pub fn person(&self, name: &str) -> Option<&Actor> {
        self.people.get(&name.to_lowercase().replace('’', "'"))
    }

    /// What the words of names say that they name.
    pub(super) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// What tells people from places of the same name.
    pub(super) fn namesakes(&self) -> &Namesakes {
        &self.namesakes
    }

    fn add_people(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 5)? {
            let actor = actor(&row, 1)?;
            self.people.extend(row.list(0).map(|name| (name.to_lowercase(), actor.clone())));
        }
        Ok(())
    }

    fn add_organisations(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 6)? {
            let organisation = self.organisations.len();
            for alias in std::iter::once(row.cell(0)).chain(row.list(1)) {
                let (text, ambiguous) = alias.strip_suffix('?').map_or((alias, false), |a| (a, true));
                let alias = Alias { text: text.to_owned(), organisation, ambiguous };
                self.names.entry(opening(text)).or_default().push(alias);
            }
            let actor = actor(&row, 2)?;
            let name = row.cell(0).trim_end_matches('?').to_owned();
            self.organisations.push(Organisation { name, actor });
        }
        Ok(())
    }

    fn add_countries(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 4)? {
            let index = self.countries.len();
            let first = row.list(1).next().ok_or_else(|| row.error("no name"))?;
            self.countries.push(Country { iso3: iso3(&row, row.cell(0))?, name: first.to_owned() });
            for (column, map) in [(1, &mut self.country_names), (2, &mut self.adjectives), (3, &mut self.capitals)] {
                for word in row.list(column) {
                    let key = country_key(word).ok_or_else(|| row.error(format!("unusable name {word:?}")))?;
                    map.entry(key).or_insert(index);
                }
            }
        }
        Ok(())
    }

    fn add_heads(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 3)? {
            let person = match row.cell(1) {
                "person" => true,
                "group" => false,
                other => return Err(row.error(format!("{other:?} is neither person nor group"))),
            };
            let head = Head { person, sectors: sectors(&row, 2)? };
            if self.heads.insert(row.cell(0).to_owned(), head).is_some() {
                return Err(row.error(format!("{:?} twice", row.cell(0))));
            }
        }
        Ok(())
    }

    fn add_things(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 2)? {
            let kind = match row.cell(0) {
                "WEAPON" => EntityKind::Weapon,
                "VEHICLE" => EntityKind::Vehicle,
                "NEITHER" => {
                    self.things.extend(row.list(1).map(|phrase| (phrase.to_owned(), Thing::Neither)));
                    continue;
                }
                "DRIVES" => {
                    self.drives.extend(row.list(1).map(str::to_owned));
                    continue;
                }
                other => return Err(row.error(format!("unknown kind of thing {other:?}"))),
            };
            if let Some(patterns) = row.cell(1).strip_prefix('~') {
                for pattern in patterns.split("|~") {
                    let pattern = Regex::new(pattern).map_err(|e| row.error(e.to_string()))?;
                    self.patterns.push((pattern, kind));
                }
            } else {
                self.things.extend(row.list(1).map(|phrase| match phrase.strip_suffix('?') {
                    Some(phrase) => (phrase.to_owned(), Thing::OrPerson(kind)),
                    None => (phrase.to_owned(), Thing::Is(kind)),
                }));
            }
        }
        Ok(())
    }

    fn add_genders(&mut self, lexicons: &Lexicons, name: &'static str) -> Result<(), TableError> {
        for row in lexicons.rows(name, 2)? {
            let female = match row.cell(0) {
                "f" => true,
                "m" => false,
                other => return Err(row.error(format!("{other:?} is neither f nor m"))),
            };
            for word in row.list(1) {
                if self.genders.insert(word.to_owned(), female).is_some_and(|f| f != female) {
                    return Err(row.error(format!("{word:?} is listed as f and m")));
                }
            }
        }
        Ok(())
    }
}

/// The letters and digits that a name begins with, in lower case.
fn opening(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Apostrophes, hyphens and spaces come in many forms; tables hold the plain ones.
fn plain(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '`' => '\'',
        '‑' | '–' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Length in bytes of the stretch at the start of `text` that equals `name`, where it ends at the end of a word.
fn match_len(name: &str, text: &str) -> Option<usize> {
    let exact = !name.chars().any(char::is_lowercase);
    let mut rest = text.char_indices();
    let mut end = 0;
    let mut capital = false;
    for wanted in name.chars() {
        let (at, c) = rest.next()?;
        let c = plain(c);
        let same = if exact { c == wanted } else { c == wanted || c.to_lowercase().eq(wanted.to_lowercase()) };
        if !same {
            return None;
        }
        capital |= c.is_uppercase();
        end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    }
    let complete = !text[end..].chars().next().is_some_and(char::is_alphanumeric);
    (complete && (capital || !name.chars().any(char::is_uppercase))).then_some(end)
}

/// Key of a country name. "US" and "us" differ, so short words keep their case.
fn country_key(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("the ").or_else(|| text.strip_prefix("The ")).unwrap_or(text);
    if !text.chars().next()?.is_uppercase() {
        return None;
    }
    let short = text.chars().filter(|c| c.is_alphabetic()).count() <= 3;
    Some(if short { text.to_owned() } else { text.to_lowercase().replace('’', "'") })
}

/// The codes in the four columns from `first`: country, non-state code, sectors, CAMEO code.
fn actor(row: &Row<'_>, first: usize) -> Result<Actor, TableError> {
    let country = match row.cell(first) {
        "-" => None,
        code => Some(iso3(row, code)?),
    };
    let nonstate = match row.cell(first + 1) {
        "-" => None,
        code => Some(nonstate(code).ok_or_else(|| row.error(format!("unknown non-state code {code}")))?),
    };
    Ok(Actor {
        country_iso3: country,
        nonstate,
        sector: sectors(row, first + 2)?,
        cameo_code: row.list(first + 3).next().map(str::to_owned),
    })
}

fn iso3(row: &Row<'_>, code: &str) -> Result<String, TableError> {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(code.to_owned())
    } else {
        Err(row.error(format!("{code:?} is no ISO 3166-1 alpha-3 code")))
    }
}

fn sectors(row: &Row<'_>, column: usize) -> Result<Vec<Sector>, TableError> {
    row.list(column)
        .map(|code| {
            serde_json::from_value(serde_json::Value::from(code))
                .map_err(|_| row.error(format!("unknown sector {code}")))
        })
        .collect()
}

fn nonstate(code: &str) -> Option<NonState> {
    serde_json::from_value(serde_json::Value::from(code)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_valid() {
        let lexicon = Lexicon::load().unwrap();
        assert!(lexicon.organisations.len() > 500, "a table was cut short");
        let known: Vec<&str> = lexicon.countries.iter().map(|c| c.iso3.as_str()).collect();
        for organisation in &lexicon.organisations {
            let country = organisation.actor.country_iso3.as_deref();
            assert!(
                country.is_none_or(|c| known.contains(&c)),
                "{}: {country:?} is not in countries.tsv",
                organisation.name
            );
        }
    }

    #[test]
    fn finds_organisations() {
        let lexicon = Lexicon::load().unwrap();
        let check = |text: &str, expect: Option<(&str, usize)>| {
            let found =
                lexicon.organisation_at(text).map(|m| (lexicon.organisation(m.organisation).name.as_str(), m.len));
            assert_eq!(found, expect, "{text}");
        };
        check("Boko Haram fighters", Some(("Boko Haram", 10)));
        check("BOKO HARAM FIGHTERS", Some(("Boko Haram", 10)));
        check("al‑Qaeda in Iraq", Some(("al-Qaida in Iraq", 18)));
        check("People’s Protection Units (YPG)", Some(("People's Protection Units", 27)));
        check("who said so", None);
        check("WHO said so", Some(("World Health Organization", 3)));
        check("Hamasian", None);
        check("nato", None);
    }

    #[test]
    fn finds_countries() {
        let lexicon = Lexicon::load().unwrap();
        let check = |text: &str, expect: Option<&str>| {
            let found = lexicon.country_of(text).map(|c| lexicon.country(c).iso3.as_str());
            assert_eq!(found, expect, "{text}");
        };
        check("the U.S.", Some("USA"));
        check("us", None);
        check("US", Some("USA"));
        check("SYRIA", Some("SYR"));
        check("Congolese", Some("COD"));
        check("Nigerien", Some("NER"));
        check("polish", None);
        check("Atlantis", None);
        check("Federal Republic of Somalia", Some("SOM"));
        check("the Democratic People’s Republic of Korea", Some("PRK"));
        check("Republic of Congo", Some("COG"));
        check("State of Georgia", None);
        check("Football Federation of Kenya", None);
    }
}
