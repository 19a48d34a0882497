//! Which names of an article mean the same: in-article coreference of names.
//!
//! Names are read in text order; each joins the chain it fits or opens one. Two people with different first names are
//! never joined through their surname; a surname alone goes to the full name used last.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::EntityId;
use super::lexicon::Lexicon;
use super::names::{self, Name};
use crate::extract::Story;
use crate::extract::story::Cut;
use crate::nlp::{Doc, Stopped};
use crate::record::EntityKind;
use crate::words::WordClass;

/// Entities, the last used first, that a name or description is compared with where it is not the same word for word;
/// and forms of its name that an entity keeps.
pub(super) const RECENT: usize = 300;
pub(super) const FORMS: usize = 60;

/// What is known of an entity while the article is read.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Type.
    pub kind: EntityKind,
    /// All forms of the name, the canonical one first.
    pub forms: Vec<Form>,
    /// Index of the organisation in the lexicon.
    pub organisation: Option<usize>,
    /// Index of the country that the entity is (a country or its nationals).
    pub country: Option<usize>,
    /// Whether the entity is known by name, not only by description.
    pub named: bool,
    /// Token after the last mention so far.
    pub last: usize,
    /// Joined into another chain.
    pub joined: Option<EntityId>,
}

/// A form of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// As in the text.
    pub text: String,
    /// Words in lower case, plain apostrophes, hyphenated words whole.
    pub words: Vec<String>,
}

impl Form {
    pub(super) fn new(text: &str) -> Self {
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = text.join(" ");
        let words = text.to_lowercase().replace('’', "'").split(' ').map(str::to_owned).collect();
        Self { text, words }
    }
}

/// Chains by what makes a name surely one of theirs, and by when they were used last.
#[derive(Debug, Default)]
struct Index {
    organisation: HashMap<usize, Vec<EntityId>>,
    country: HashMap<usize, Vec<EntityId>>,
    words: HashMap<Vec<String>, Vec<EntityId>>,
    /// By [`Chain::last`]: names do not overlap.
    last: BTreeMap<usize, EntityId>,
}

impl Index {
    fn add(&mut self, id: EntityId, chain: &Chain, form: &Form) {
        let add = |to: &mut Vec<EntityId>| {
            if !to.contains(&id) {
                to.push(id);
            }
        };
        chain.organisation.into_iter().for_each(|o| add(self.organisation.entry(o).or_default()));
        chain.country.into_iter().for_each(|c| add(self.country.entry(c).or_default()));
        add(self.words.entry(form.words.clone()).or_default());
        self.last.insert(chain.last, id);
    }
}

/// The chains of the names, and the chain of every name.
pub(super) fn join(
    story: &Story<'_>,
    lexicon: &Lexicon,
    names: &[Name],
) -> Result<(Vec<Chain>, Vec<EntityId>), Stopped> {
    let doc = story.doc;
    let mut index = Index::default();
    let mut chains: Vec<Chain> = Vec::new();
    let mut of_name = Vec::with_capacity(names.len());
    for (n, name) in names.iter().enumerate() {
        story.work(1 + index.last.len().min(RECENT))?;
        let form = Form::new(doc.span_text(name.tokens.clone()));
        let country = country_of(lexicon, name, &form);
        let found = bracketed(doc, names, n, &of_name, &chains).or_else(|| find(&chains, &index, name, &form, country));
        let id = found.unwrap_or_else(|| {
            chains.push(Chain {
                kind: name.kind,
                forms: Vec::new(),
                organisation: None,
                country,
                named: true,
                last: 0,
                joined: None,
            });
            chains.len() - 1
        });
        let chain = &mut chains[id];
        index.last.remove(&chain.last);
        chain.organisation = chain.organisation.or(name.organisation);
        chain.last = name.tokens.end;
        index.add(id, chain, &form);
        if chain.forms.len() < FORMS && !chain.forms.iter().any(|f| f.text == form.text) {
            chain.forms.push(form);
        }
        of_name.push(id);
    }
    if chains.len() > RECENT {
        story.cut(Cut::Names);
    }
    for chain in &mut chains {
        put_fullest_first(chain);
    }
    Ok((chains, of_name))
}

fn country_of(lexicon: &Lexicon, name: &Name, form: &Form) -> Option<usize> {
    match name.kind {
        EntityKind::Gpe | EntityKind::Loc => lexicon.country_named(&form.text),
        EntityKind::Norp => lexicon.country_adjective(&form.text),
        _ => None,
    }
}

/// The chain that a name joins: of those that fit, the one used last.
fn find(chains: &[Chain], index: &Index, name: &Name, form: &Form, country: Option<usize>) -> Option<EntityId> {
    let fits = |c: &EntityId| class(chains[*c].kind) == class(name.kind);
    let sure = [
        name.organisation.and_then(|o| index.organisation.get(&o)),
        country.and_then(|c| index.country.get(&c)),
        index.words.get(&form.words),
    ];
    let sure = sure.into_iter().flatten().flatten().copied().filter(fits).max_by_key(|c| chains[*c].last);
    sure.or_else(|| {
        index.last.values().rev().take(RECENT).copied().filter(fits).find(|c| {
            let chain = &chains[*c];
            // Two rows of the lexicon are two organisations, however alike their names.
            let distinct = chain.organisation.is_some() && name.organisation.is_some();
            !distinct
                && match name.kind {
                    EntityKind::Person => chain.forms.iter().any(|f| same_person(f, form)) && !clashes(chain, form),
                    EntityKind::Org => chain.forms.iter().any(|f| same_organisation(f, form)),
                    EntityKind::Gpe | EntityKind::Loc => chain.forms.iter().any(|f| same_place(f, form)),
                    _ => false,
                }
        })
    })
}

/// Types that can mean the same entity.
fn class(kind: EntityKind) -> EntityKind {
    match kind {
        EntityKind::Loc => EntityKind::Gpe,
        other => other,
    }
}

/// "Full Name (ABC)" and "ABC (Full Name)": the chain of the name before the bracket.
fn bracketed(doc: &Doc<'_>, names: &[Name], n: usize, of_name: &[EntityId], chains: &[Chain]) -> Option<EntityId> {
    let name = &names[n];
    let before = names.get(n.checked_sub(1)?)?;
    let opens = name.tokens.start == before.tokens.end + 1 && doc.word(before.tokens.end) == "(";
    let closes = name.tokens.end < doc.len() && doc.word(name.tokens.end) == ")";
    if !(opens && closes && name.kind == EntityKind::Org && before.kind == EntityKind::Org) {
        return None;
    }
    let (inner, outer) = (doc.span_text(name.tokens.clone()), doc.span_text(before.tokens.clone()));
    let (short, long) = if inner.len() < outer.len() { (inner, outer) } else { (outer, inner) };
    let clash = chains[of_name[n - 1]].organisation.is_some() && name.organisation.is_some();
    (is_acronym(short) && initials_fit(short, long) && !clash).then(|| of_name[n - 1])
}

fn is_acronym(text: &str) -> bool {
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    (2..=8).contains(&capitals)
        && 2 * capitals > text.chars().filter(|c| c.is_alphabetic()).count()
        && !text.contains(' ')
}

/// Whether the letters of an acronym in brackets occur in order in the name, the first one at its start.
fn initials_fit(acronym: &str, name: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    acronym.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).all(|a| letters.any(|l| l == a))
}

/// Whether an acronym is made of the initials of a name, with or without its small words.
fn is_initials(acronym: &Form, name: &Form) -> bool {
    if !is_acronym(&acronym.text) || name.words.len() < 2 {
        return false;
    }
    let wanted: String = acronym.text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let parts = || name.words.iter().flat_map(|w| w.split('-')).filter(|w| !w.is_empty());
    let small = |w: &&str| !matches!(*w, "of" | "the" | "and" | "for" | "in" | "on" | "to" | "&");
    let all: String = parts().filter_map(|w| w.chars().next()).collect();
    let large: String = parts().filter(small).filter_map(|w| w.chars().next()).collect();
    wanted == large || wanted == all
}

/// "al-Baghdadi" and "Abu Bakr al-Baghdadi"; "Joe Biden" and "Joseph R. Biden" are left apart.
fn same_person(a: &Form, b: &Form) -> bool {
    let (short, long) = if a.words.len() <= b.words.len() { (a, b) } else { (b, a) };
    let (s, l) = (&short.words, &long.words);
    if l.ends_with(s) || (s.len() == 1 && l.len() > 1 && l[0] == s[0]) {
        return true;
    }
    let bare = |w: &String| w.trim_start_matches("al-").trim_start_matches("el-").to_owned();
    let last = |f: &Form| f.words.last().map(bare);
    if last(short) != last(long) {
        return false;
    }
    match s.len() {
        1 => true,
        // A middle name or initial may be missing, not differ: "Donald Trump", "Donald J. Trump".
        2 => l[0] == s[0],
        _ => false,
    }
}

/// Whether a full name contradicts the first name of a chain: "Hillary Clinton" does not join "Bill Clinton" through
/// "Clinton".
fn clashes(chain: &Chain, form: &Form) -> bool {
    chain.forms.iter().any(|f| f.words.len() > 1 && form.words.len() > 1 && !same_person(f, form))
}

/// Acronym and name; shortened name ("Amnesty", "Electoral Commission of Uganda").
fn same_organisation(a: &Form, b: &Form) -> bool {
    let (short, long) = if a.text.chars().count() <= b.text.chars().count() { (a, b) } else { (b, a) };
    if is_initials(short, long) {
        return true;
    }
    let (s, l) = (&short.words, &long.words);
    if s.len() >= l.len() {
        return false;
    }
    // A lone first word is a name only where it is long and no adjective of a country: "Syrian" is no observatory.
    let telling = s.len() > 1 || s[0].chars().count() > 3;
    telling && (l.ends_with(s) || l.starts_with(s) || is_head_of(s, l))
}

/// "the Observatory" for "Syrian Observatory for Human Rights".
fn is_head_of(short: &[String], long: &[String]) -> bool {
    let end = long.iter().position(|w| matches!(w.as_str(), "of" | "for" | "on" | "against" | "in" | "to"));
    end.is_some_and(|end| long[..end].ends_with(short))
}

/// "Idlib" after "Idlib province"; the other way round, a province is not its capital.
fn same_place(before: &Form, name: &Form) -> bool {
    const WORDS: [&str; 5] = ["province", "governorate", "county", "oblast", "prefecture"];
    before.words.split_last().is_some_and(|(last, rest)| WORDS.contains(&last.as_str()) && rest == name.words)
}

/// The fullest form is the canonical one. Capitals are a headline's or a dateline's habit, so mixed case goes first.
fn put_fullest_first(chain: &mut Chain) {
    let person = chain.kind == EntityKind::Person;
    let shouted = |f: &Form| f.words.iter().any(|w| w.len() > 3) && !f.text.chars().any(char::is_lowercase);
    let best = (0..chain.forms.len()).max_by_key(|i| {
        let form = &chain.forms[*i];
        let length = if person { form.words.len() } else { form.text.chars().count() };
        (!shouted(form), length, std::cmp::Reverse(*i))
    });
    if let Some(best) = best {
        let form = chain.forms.remove(best);
        chain.forms.insert(0, form);
    }
    if chain.kind == EntityKind::Gpe && chain.country.is_none() && chain.forms.first().is_some_and(shouted) {
        let titled = names::titled(&chain.forms[0].text);
        chain.forms[0].text = titled;
    }
}

/// Joins chain `b` into chain `a`, keeping the name of `a`. Returns the chain that remains.
pub(super) fn merge(chains: &mut [Chain], a: EntityId, b: EntityId) -> EntityId {
    let (a, b) = (resolve(chains, a), resolve(chains, b));
    if a == b {
        return a;
    }
    let forms = std::mem::take(&mut chains[b].forms);
    let other = (chains[b].organisation, chains[b].country, chains[b].last, chains[b].named);
    chains[b].joined = Some(a);
    let chain = &mut chains[a];
    chain.forms.extend(forms);
    chain.organisation = chain.organisation.or(other.0);
    chain.country = chain.country.or(other.1);
    chain.last = chain.last.max(other.2);
    chain.named |= other.3;
    a
}

/// The chain that `id` ended up in.
pub(super) fn resolve(chains: &[Chain], id: EntityId) -> EntityId {
    let mut id = id;
    while let Some(next) = chains[id].joined {
        id = next;
    }
    id
}

/// Joins names that the text itself calls the same: "A, also known as B", "A, or B", "A (B)".
pub(super) fn join_known_as(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    names: &[Name],
    of_name: &[EntityId],
    chains: &mut [Chain],
) {
    for i in 0..doc.len() {
        let calls = lexicon.is(WordClass::Naming, doc.word(i));
        if !calls {
            continue;
        }
        let after = names.partition_point(|n| n.tokens.start <= i);
        if names.get(after).is_none_or(|n| n.tokens.start > i + 4) {
            continue;
        }
        if names[after].tokens.start >= doc.sentence_of(i).end || !names::is_naming(names[after].kind) {
            continue;
        }
        if let Some(before) = named_before(doc, lexicon, names, i) {
            let same = class(names[before].kind) == class(names[after].kind);
            let (a, b) = (resolve(chains, of_name[before]), resolve(chains, of_name[after]));
            let distinct = chains[a].organisation.is_some() && chains[b].organisation.is_some();
            if same && !distinct {
                merge(chains, a, b);
            }
        }
    }
}

/// The name that "also known as" at token `i` explains: its noun, or the name that its noun stands beside.
fn named_before(doc: &Doc<'_>, lexicon: &Lexicon, names: &[Name], i: usize) -> Option<usize> {
    let sentence = doc.sentence_of(i);
    let before = names.partition_point(|n| n.tokens.end <= i).checked_sub(1)?;
    if names[before].tokens.start < sentence.start {
        return None;
    }
    let between: Range<usize> = names[before].tokens.end..i;
    let words: Vec<&str> = between.clone().map(|j| doc.word(j)).collect();
    let adverb = |w: &&str| *w == "," || lexicon.is(WordClass::KnownAsAdverb, w);
    if words.iter().all(adverb) {
        return Some(before);
    }
    // "the Rescue Corps, volunteers also known as ...": one noun phrase between the commas, without a verb.
    let noun = doc.head(i);
    let beside = words.first() == Some(&",") && between.contains(&noun);
    let plain = between.clone().all(|j| {
        use crate::nlp::Pos::{Adj, Adp, Adv, Det, Noun, Propn, Punct};
        matches!(doc.pos(j), Adj | Adp | Adv | Det | Noun | Propn | Punct)
    });
    (beside && plain && words.len() <= 8).then_some(before)
}
