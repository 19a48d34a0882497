//! Lemmas by rule: spaCy's English rule lemmatizer over WordNet's tables.
//!
//! A token that its morphology shows to be uninflected keeps its lower-case form. Otherwise the suffix rules of its
//! part of speech propose forms; known lemmas win over forms that are no words, and those over unknown words; listed
//! irregular forms win over all. Proper nouns keep their case.
//!
//! Stateless: spaCy caches per word, here the first form is found without building the list of all of them, which
//! is cheaper than a shared cache would be.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::chars::{is_alpha, lowercase_into};
use super::doc::{Pos, Token};
use super::morph::{Feature, Morph};

/// The lemma tables of a pipeline.
#[derive(Debug)]
pub(super) struct Lemmatizer {
    /// Indexed by part of speech.
    tables: Vec<Option<Table>>,
}

/// The tables of one part of speech.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Suffixes and what replaces them.
    rules: Vec<(Box<str>, Box<str>)>,
    /// Irregular forms with their lemmas; of several the last one counts.
    exceptions: HashMap<Box<str>, Vec<Box<str>>>,
    /// Known lemmas.
    lemmas: HashSet<Box<str>>,
}

impl Lemmatizer {
    /// Reads the tables: a JSON object from part-of-speech labels to `{rules, exceptions, lemmas}`.
    ///
    /// # Errors
    /// A message when the text is not of that form.
    pub(super) fn from_json(json: &[u8]) -> Result<Self, String> {
        let by_label: HashMap<String, Table> = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let mut tables: Vec<Option<Table>> = Vec::new();
        tables.resize_with(Pos::ALL.len() + 1, || None);
        for (label, table) in by_label {
            match Pos::from_label(&label) {
                Pos::Unknown => return Err(format!("unknown part of speech {label:?}")),
                pos => tables[pos as usize] = Some(table),
            }
        }
        Ok(Self { tables })
    }

    /// Stores the lemmas of all tokens that have none yet in `strings`. Needs part of speech and morphology.
    pub(super) fn apply(&self, text: &str, tokens: &mut [Token], strings: &mut String) {
        let mut lower = String::new();
        for token in tokens {
            if token.lemma.0 == token.lemma.1 {
                let word = &text[token.start as usize..token.end as usize];
                let start = strings.len() as u32;
                lowercase_into(word, &mut lower);
                self.push_lemma(word, &lower, token.pos, token.morph, strings);
                token.lemma = (start, strings.len() as u32);
            }
        }
    }

    /// Appends the lemma of `word`, whose lower-case form is `lower`, to `out`.
    fn push_lemma(&self, word: &str, lower: &str, pos: Pos, morph: Morph, out: &mut String) {
        match &self.tables[pos as usize] {
            _ if pos == Pos::Space || is_base_form(pos, morph) => out.push_str(lower),
            Some(table) => table.push_lemma(word, lower, out),
            None if pos == Pos::Propn => out.push_str(word),
            None => out.push_str(lower),
        }
    }
}

/// Whether the morphology says that the word is its own lemma.
fn is_base_form(pos: Pos, morph: Morph) -> bool {
    let has = |feature| morph.has(feature);
    let number = has(Feature::NumberSing) || has(Feature::NumberPlur);
    has(Feature::VerbFormInf)
        || has(Feature::DegreePos)
        || (pos == Pos::Noun && has(Feature::NumberSing))
        || (pos == Pos::Verb && has(Feature::VerbFormFin) && has(Feature::TensePres) && !number)
}

impl Table {
    fn push_lemma(&self, word: &str, lower: &str, out: &mut String) {
        if let Some(lemma) = self.exceptions.get(lower).and_then(|lemmas| self.irregular(lower, lemmas)) {
            return out.push_str(lemma);
        }
        // Proposed forms are written to `out` to be looked up, and taken back.
        let mark = out.len();
        let (mut known, mut non_word, mut unknown) = (None, None, None);
        for (old, new) in &self.rules {
            let Some(stem) = lower.strip_suffix(&**old) else { continue };
            out.push_str(stem);
            out.push_str(new);
            let form = &out[mark..];
            if self.lemmas.contains(form) {
                known = Some((stem, new)); // of these the last rule wins
            } else if !form.is_empty() {
                let first = if is_alphabetic(form) { &mut unknown } else { &mut non_word };
                first.get_or_insert((stem, new)); // of these the first rule wins
            }
            out.truncate(mark);
        }
        match known.or(non_word).or(unknown) {
            Some((stem, new)) => {
                out.push_str(stem);
                out.push_str(new);
            }
            // The trap of spaCy's last resort: no rule fits, and the word keeps its case ("Police", "HE").
            None => out.push_str(word),
        }
    }

    /// The irregular lemma that wins. spaCy puts each of them in front of the forms so far, but skips those that
    /// the rules propose anyway; when it skips all, the rules decide.
    fn irregular<'a>(&'a self, lower: &str, lemmas: &'a [Box<str>]) -> Option<&'a str> {
        let proposed = |form: &str| {
            self.rules.iter().any(|(old, new)| {
                let stem = lower.strip_suffix(&**old);
                stem.is_some_and(|stem| form.strip_prefix(stem) == Some(&**new))
                    && (self.lemmas.contains(form) || !is_alphabetic(form))
            })
        };
        let new = |i: usize| !lemmas[..i].contains(&lemmas[i]) && !proposed(&lemmas[i]);
        (0..lemmas.len()).rev().find(|i| new(*i)).map(|i| &*lemmas[i])
    }
}

fn is_alphabetic(form: &str) -> bool {
    form.chars().all(is_alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few rows of the real tables.
    const TABLES: &str = r#"{
        "NOUN": {
            "rules": [["s", ""], ["ses", "s"], ["ves", "f"], ["xes", "x"], ["zes", "z"], ["ches", "ch"],
                      ["shes", "sh"], ["men", "man"], ["ies", "y"]],
            "exceptions": {"axes": ["ax", "axis"], "auspices": ["auspex", "auspice"], "wolves": ["wolf"]},
            "lemmas": ["attack", "auspice", "axe", "ax", "axis", "policeman", "policy", "wolf"]
        },
        "VERB": {
            "rules": [["s", ""], ["ies", "y"], ["es", "e"], ["es", ""], ["ed", "e"], ["ed", ""], ["ing", "e"], ["ing", ""]],
            "exceptions": {"said": ["say"], "shot": ["shoot"]},
            "lemmas": ["kill", "say", "seize", "shoot", "wound"]
        },
        "PUNCT": {"rules": [["“", "\""], ["”", "\""], ["‘", "'"], ["’", "'"]], "exceptions": {}, "lemmas": []}
    }"#;

    fn check(word: &str, pos: Pos, morph: &str, expected: &str) {
        let lemmatizer = Lemmatizer::from_json(TABLES.as_bytes()).unwrap();
        let mut lemma = String::from("before|");
        lemmatizer.push_lemma(word, &word.to_lowercase(), pos, Morph::parse(morph).unwrap(), &mut lemma);
        assert_eq!(lemma, format!("before|{expected}"), "lemma of {word}/{pos:?}/{morph}");
    }

    #[test]
    fn uninflected_forms_keep_their_letters() {
        check("Attacks", Pos::Noun, "Number=Sing", "attacks");
        check("killed", Pos::Verb, "VerbForm=Inf", "killed");
        check("Means", Pos::Verb, "Tense=Pres|VerbForm=Fin", "means");
        check("better", Pos::Adj, "Degree=Pos", "better");
        check("THE", Pos::Det, "", "the");
        check("Reuters", Pos::Propn, "Number=Plur", "Reuters");
        check("\n\u{a0}", Pos::Space, "", "\n\u{a0}");
    }

    #[test]
    fn suffix_rules_prefer_known_lemmas() {
        check("Policemen", Pos::Noun, "Number=Plur", "policeman");
        check("policies", Pos::Noun, "Number=Plur", "policy");
        check("KILLED", Pos::Verb, "Tense=Past|VerbForm=Fin", "kill");
        check("seized", Pos::Verb, "Tense=Past|VerbForm=Part", "seize");
        check("seizes", Pos::Verb, "Number=Sing|Person=3|Tense=Pres|VerbForm=Fin", "seize");
    }

    #[test]
    fn unknown_words_take_the_first_rule_that_fits() {
        check("zorbed", Pos::Verb, "Tense=Past|VerbForm=Fin", "zorbe");
        check("zorbies", Pos::Noun, "Number=Plur", "zorbie");
    }

    #[test]
    fn forms_that_are_no_words_need_no_dictionary() {
        check("F-16s", Pos::Noun, "Number=Plur", "f-16");
        check("1990s", Pos::Noun, "Number=Plur", "1990");
        check("“", Pos::Punct, "", "\"");
        check("!?", Pos::Punct, "", "!?");
    }

    #[test]
    fn a_word_that_fits_no_rule_keeps_its_case() {
        check("Police", Pos::Noun, "Number=Plur", "Police");
        check("PUT", Pos::Verb, "Tense=Past|VerbForm=Fin", "PUT");
    }

    #[test]
    fn of_several_irregular_lemmas_the_last_new_one_wins() {
        check("Said", Pos::Verb, "Tense=Past|VerbForm=Fin", "say");
        check("wolves", Pos::Noun, "Number=Plur", "wolf");
        check("axes", Pos::Noun, "Number=Plur", "axis"); // "ax" is new too, "axe" comes from a rule
        check("auspices", Pos::Noun, "Number=Plur", "auspex"); // "auspice" comes from a rule already
    }
}
