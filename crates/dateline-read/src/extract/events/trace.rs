//! Why words were coded, and why others were not: recorded at the place of the decision, kept only when someone asks.
//!
//! What coded a mention is small and travels with it ([`Rule`], [`Cue`](crate::extract::factuality::Cue)); what was
//! turned down goes to a [`Trace`], which drops everything unless it was made by [`Trace::on`].

use std::sync::Arc;

/// A line of a trigger table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Name of the table.
    pub table: &'static str,
    /// Number of the line, from 1.
    pub line: usize,
    /// Lemmas.
    pub words: Box<str>,
    /// Verb or noun.
    pub verb: bool,
    /// Conditions, as the table spells them.
    pub conditions: Box<str>,
}

impl Rule {
    /// Whether it is the plain entry of a type, for words that no table knows.
    pub fn is_unlisted(&self) -> bool {
        self.table == "unlisted"
    }

    /// Whether it names a disaster or an accident, where other words only tell its harm.
    pub fn names_disaster(&self) -> bool {
        self.table == "disasters"
    }
}

impl Rule {
    /// The condition of that index, in the order of the line.
    pub fn condition(&self, index: usize) -> Option<&str> {
        self.conditions.split_whitespace().nth(index)
    }
}

/// Why a word was not coded. Tokens are heads of other words of its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The tables do not list the word in its part of speech; never recorded.
    Unlisted,
    /// No reading fits: the nearest one and the index of its condition that fails.
    Unfit(Arc<Rule>, usize),
    /// The best reading, or the setting, says that this is no event.
    Blocked(Arc<Rule>),
    /// Part of a name.
    Name,
    /// Tied to the next word by a hyphen ("flood-affected").
    Hyphen,
    /// A participle before a noun: a state, not the news.
    State,
    /// Modifies a noun that names no event ("strike force").
    Compound(usize),
    /// Modifies the noun of an event already coded ("peace talks").
    Modifies(usize),
    /// Only spells out another trigger ("impose sanctions").
    SpellsOut(usize),
    /// What a demand, threat, refusal or promise is about.
    Content(usize),
    /// Says of an event noun that it hit something ("the attack hit").
    Predicate(usize),
    /// Harm to people whose cause the text does not tell.
    NoCause(Arc<Rule>),
    /// Refers to an event that is told elsewhere, without telling more of it ("after the attack").
    Refers,
    /// Stands in a byline or in boilerplate, which are not read for events.
    Boilerplate,
}

/// A word that was not coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The word.
    pub token: usize,
    /// Why.
    pub reason: Reason,
}

/// The desk of an article that reports no coded events, with the words that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Name of the desk.
    pub name: String,
    /// Distinct words of the desk, in text order.
    pub words: Vec<String>,
}

/// What was turned down in one article. The default keeps nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    on: bool,
    /// Words that were not coded, in the order of decision.
    pub misses: Vec<Miss>,
    /// The desk, where the article was left out as a whole.
    pub desk: Option<Desk>,
}

impl Trace {
    /// A trace that keeps what it is told.
    pub fn on() -> Self {
        Self { on: true, ..Self::default() }
    }

    /// Whether anyone asks.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Records that a word was not coded.
    pub fn miss(&mut self, token: usize, reason: Reason) {
        if self.on && reason != Reason::Unlisted {
            self.misses.push(Miss { token, reason });
        }
    }

    /// Records that an article was left out.
    pub(super) fn desk(&mut self, desk: Desk) {
        self.desk = Some(desk).filter(|_| self.on);
    }
}
