//! The word classes that conditions of trigger tables ask for (`classes.tsv`), and some that the code asks for as well.

use std::collections::HashMap;

use crate::nlp::EntityType;
use crate::words::{TableError, rows};

macro_rules! asked {
    ($($class:ident = $name:literal),+ $(,)?) => {
        /// A class that the code asks for. A table without it is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Class { $($class),+ }

        impl Class {
            /// Every one with its name in the table.
            pub(super) const ALL: &[(Self, &str)] = &[$((Self::$class, $name)),+];
        }
    };
}

asked! {
    Abstract = "abstract",
    Actor = "actor",
    Animal = "animal",
    Armed = "armed",
    Assembly = "assembly",
    Attack = "attack",
    Bomb = "bomb",
    Cop = "cop",
    Deadly = "deadly",
    Disaster = "disaster",
    Group = "group",
    Helper = "helper",
    Human = "human",
    Matter = "matter",
    Nature = "nature",
    Occasion = "occasion",
    Person = "person",
    Place = "place",
    Prisoner = "prisoner",
    Public = "public",
    Pursue = "pursue",
    Quantity = "quantity",
    Remembrance = "remembrance",
    Stop = "stop",
    Takes = "takes",
    Thing = "thing",
    Weapon = "weapon",
    Work = "work",
}

/// Word classes as bit sets; entity types and pronouns are classes of their own.
#[derive(Debug)]
pub(super) struct Classes {
    /// Those that the code asks for.
    asked: [u128; Class::ALL.len()],
    /// What a class includes, itself too.
    pub(super) bits_of: HashMap<Box<str>, u128>,
    /// Bits of every listed lemma.
    pub(super) lemmas: HashMap<Box<str>, u128>,
}

/// Bit of the first word class; the bits below stand for entity types and pronouns.
const FIRST_CLASS: usize = 20;
/// Bit of personal pronouns.
pub(super) const PRON: u128 = 1 << 19;

impl Classes {
    pub(super) fn kind(name: &str) -> Option<u128> {
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
    pub(super) fn class(&self, class: Class) -> u128 {
        self.asked[class as usize]
    }

    /// Whether a class has a word that is no token: a verb with its particle, two nouns.
    pub(super) fn holds(&self, class: Class, word: &str) -> bool {
        self.lemmas.get(word).is_some_and(|bits| bits & self.class(class) != 0)
    }

    /// Reads the table. The class `person` has `people` besides.
    pub(super) fn read((table, text): (&'static str, &str), people: &[&str]) -> Result<Self, TableError> {
        let mut classes = Self { asked: [0; Class::ALL.len()], bits_of: HashMap::new(), lemmas: HashMap::new() };
        let mut members: Vec<(&str, Vec<&str>)> = vec![("person", people.to_vec())];
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
            classes.bits_of.insert((*name).into(), 0);
            for word in list.iter().filter(|w| !w.starts_with('@') && Self::kind(w).is_none()) {
                *classes.lemmas.entry((*word).into()).or_default() |= 1 << (FIRST_CLASS + i);
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
                classes.bits_of.insert((*name).into(), bits);
            }
        }
        for (class, name) in Class::ALL {
            let bits = classes.bits_of.get(*name).ok_or_else(|| fault(format!("no row gives class {name:?}")))?;
            classes.asked[*class as usize] = *bits;
        }
        Ok(classes)
    }
}
