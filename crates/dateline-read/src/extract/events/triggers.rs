//! Finds the words that evoke events and chooses among their readings.

use std::ops::Range;
use std::sync::Arc;

use super::classes::Class;
use super::lexicon::{Condition, Entry, Lexicon, Reading, Slot};
use super::trace::{Reason, Trace};
use super::words::Words;
use crate::article::BlockKind;
use crate::extract::Story;
use crate::extract::factuality::CueKind;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, EntityType, Pos, Tag};
use crate::record::{EventType, ParticipantRole};

/// A trigger with the reading chosen.
#[derive(Debug, Clone)]
pub(super) struct Trigger<'l> {
    /// Syntactic head.
    pub head: usize,
    /// The words.
    pub tokens: Range<usize>,
    /// The reading.
    pub entry: &'l Entry,
    /// What the reading is; harm takes over the reading of its cause.
    pub reading: Reading,
    /// Other readings: CAMEO code and weight.
    pub others: Vec<(&'l str, f64)>,
    /// The light verb that governs an event noun, and the part its subject plays.
    pub light: Option<(usize, ParticipantRole)>,
    /// Deep arguments.
    pub arguments: Arguments,
}

/// Deep arguments of a possible trigger, as token heads.
#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    pub subjects: Vec<usize>,
    pub objects: Vec<usize>,
    /// Preposition and its objects; those of a verb's object and of a light verb come last.
    pub preps: Vec<(usize, Vec<usize>)>,
    /// Modifiers before a noun, possessors apart.
    pub modifiers: Vec<usize>,
    pub possessors: Vec<usize>,
}

/// Finds the triggers of sentence `s`, in text order.
pub(super) fn find<'l>(
    story: &Story<'_>,
    lexicon: &'l Lexicon,
    words: &Words<'_>,
    s: usize,
    trace: &mut Trace,
) -> Vec<Trigger<'l>> {
    let headline = story.kind(s) == BlockKind::Headline;
    let tokens = story.tokens(s);
    let mut found: Vec<Trigger<'l>> = Vec::new();
    for i in tokens.clone() {
        match trigger(story.doc, lexicon, words, tokens.clone(), i, headline) {
            Ok(trigger) => found.push(trigger),
            Err(reason) => trace.miss(i, reason),
        }
    }
    // "fired tear gas to disperse the crowd": what an act is for, where that is an act of its kind, is the act itself.
    for t in (0..found.len()).rev() {
        if let Some(act) = purpose(story.doc, &found, &found[t]) {
            let aim = found.remove(t);
            trace.miss(aim.head, Reason::SpellsOut(found[act].head));
            found[act].arguments.objects.extend(aim.arguments.objects);
        }
    }
    // A compound's modifier ("peace talks", "ceasefire agreement") is no event beside the event its head names.
    let heads: Vec<usize> = found.iter().map(|t| t.head).collect();
    found.retain(|t| {
        let head = story.doc.head(t.head);
        let carried = story.doc.dep(t.head) == Dep::Compound && heads.contains(&head);
        if carried {
            trace.miss(t.head, Reason::Modifies(head));
        }
        !carried
    });
    found
}

/// Index of the act before it, of the same type, that a verb with "to" is the purpose of.
fn purpose(doc: &Doc<'_>, found: &[Trigger<'_>], t: &Trigger<'_>) -> Option<usize> {
    if !matches!(doc.dep(t.head), Dep::Advcl | Dep::Xcomp) || !syntax::is_infinitive(doc, t.head) {
        return None;
    }
    let typed = |act: &Trigger<'_>| act.reading == t.reading && matches!(act.reading, Reading::Event(_));
    found.iter().position(|act| act.entry.verb && act.head == doc.head(t.head) && act.head < t.head && typed(act))
}

/// Whether the tables know a word, as it stands there, for a figure of speech or another thing than an event.
pub(super) fn is_blocked(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    words: &Words<'_>,
    sentence: Range<usize>,
    i: usize,
) -> bool {
    matches!(trigger(doc, lexicon, words, sentence, i, false), Err(Reason::Blocked(_)))
}

/// The type that the tables read in a word as it stands there.
pub(super) fn event_at(
    doc: &Doc<'_>,
    lexicon: &Lexicon,
    words: &Words<'_>,
    sentence: Range<usize>,
    i: usize,
) -> Option<EventType> {
    match trigger(doc, lexicon, words, sentence, i, false).ok()?.reading {
        Reading::Event(event) => Some(event),
        _ => None,
    }
}

fn trigger<'l>(
    doc: &Doc<'_>,
    lexicon: &'l Lexicon,
    words: &Words<'_>,
    sentence: Range<usize>,
    i: usize,
    headline: bool,
) -> Result<Trigger<'l>, Reason> {
    let verb = match doc.pos(i) {
        Pos::Verb => true,
        Pos::Aux if words.lemma(i) == "be" => true,
        Pos::Noun => false,
        Pos::Propn if headline || named_event(doc, i) => false,
        // Gerunds and participles are sometimes tagged as adjectives or nouns, never the other way about.
        _ => return Err(Reason::Unlisted),
    };
    let hyphenated = words.hyphenated(doc, i);
    let mut entries = lexicon.entries(words.lemma(i), verb).peekable();
    let mut joined = hyphenated.iter().flat_map(|h| lexicon.entries(h, verb)).peekable();
    if entries.peek().is_none() && joined.peek().is_none() {
        return Err(Reason::Unlisted);
    }
    if !verb && inside_name(doc, i) {
        return Err(Reason::Name);
    }
    if !verb && opens_compound(doc, i) {
        return Err(Reason::Hyphen);
    }
    // "the destroyed house", "a jailed activist": a state, not the news.
    if verb && matches!(doc.dep(i), Dep::Amod | Dep::Prep) {
        return Err(Reason::State);
    }
    let carried = !verb && doc.dep(i) == Dep::Compound;
    if carried && !lexicon.carriers.contains(words.lemma(doc.head(i))) && !governed_by_cue(lexicon, words, doc.head(i))
    {
        return Err(Reason::Compound(doc.head(i)));
    }
    let light = if verb { None } else { light_verb(doc, lexicon, words, i) };
    let arguments = if verb { verb_arguments(doc, i) } else { noun_arguments(doc, i, light.map(|(v, _)| v)) };
    let quantity = lexicon.classes.class(Class::Quantity);
    let view = View { doc, words, sentence, i, arguments: &arguments, quantity };
    let mut readings: Vec<(usize, &Entry)> = Vec::new();
    let mut nearest: Option<((usize, bool), &Entry)> = None;
    for (n, e) in joined.map(|e| (1, e)).chain(entries.map(|e| (0, e))) {
        match view.fit(e) {
            Ok(score) => readings.push((n + score, e)),
            Err(_) if e.reading == Reading::Blocked => {}
            Err(failed) => {
                let near = (failed, e.conditions[failed].alternatives.is_open());
                if nearest.is_none_or(|(n, _)| near > n) {
                    nearest = Some((near, e));
                }
            }
        }
    }
    // Most specific first, then the surer reading; the sort is stable, so table order settles the rest.
    readings.sort_by(|(a, x), (b, y)| b.cmp(a).then(y.weight.total_cmp(&x.weight)));
    let Some((_, entry)) = readings.first().copied() else {
        // "was" is not nearly "was on strike": a word whose readings are all fixed phrases misses nothing.
        let near = nearest.filter(|((failed, open), _)| *failed > 0 || *open);
        return Err(near.map_or(Reason::Unlisted, |((failed, _), e)| Reason::Unfit(Arc::clone(&e.rule), failed)));
    };
    if entry.reading == Reading::Blocked {
        return Err(Reason::Blocked(Arc::clone(&entry.rule)));
    }
    let others = readings[1..]
        .iter()
        .filter(|(_, e)| e.cameo != entry.cameo)
        .filter_map(|(_, e)| Some((e.cameo.as_deref()?, e.weight)))
        .take(2)
        .collect();
    Ok(Trigger {
        head: i,
        tokens: span(doc, words, entry, i, &arguments),
        reading: entry.reading,
        entry,
        others,
        light,
        arguments,
    })
}

/// A trigger of a type, whatever the tables say of its words; none if the type has no entry.
pub(super) fn of_type<'l>(
    doc: &Doc<'_>,
    lexicon: &'l Lexicon,
    words: &Words<'_>,
    tokens: Range<usize>,
    head: usize,
    event: Option<EventType>,
) -> Option<Trigger<'l>> {
    let verb = syntax::is_verb(doc, head);
    let light = if verb { None } else { light_verb(doc, lexicon, words, head) };
    let arguments = if verb { verb_arguments(doc, head) } else { noun_arguments(doc, head, light.map(|(v, _)| v)) };
    let entry = lexicon.unlisted(event, verb)?;
    Some(Trigger { head, tokens, reading: entry.reading, entry, others: Vec::new(), light, arguments })
}

/// Names such as "Operation Desert Storm" or "Bloody Sunday shootings" are events when the name finder says so.
fn named_event(doc: &Doc<'_>, i: usize) -> bool {
    doc.entity_at(i).is_some_and(|e| e.kind == EntityType::Event && e.tokens.end == i + 1)
}

/// Whether a noun is part of a name that is no event ("Strike Force", "Peace Talks Commission").
fn inside_name(doc: &Doc<'_>, i: usize) -> bool {
    doc.entity_at(i).is_some_and(|e| {
        matches!(
            e.kind,
            EntityType::Org
                | EntityType::Person
                | EntityType::Gpe
                | EntityType::Fac
                | EntityType::WorkOfArt
                | EntityType::Law
        )
    }) && doc.pos(i) == Pos::Propn
}

/// Whether a hyphen ties a noun to the word behind it ("flood-affected", "war-torn").
fn opens_compound(doc: &Doc<'_>, i: usize) -> bool {
    i + 1 < doc.len()
        && !doc.tokens()[i].space_after
        && matches!(doc.word(i + 1), "-" | "–")
        && !doc.tokens()[i + 1].space_after
}

/// Whether a compound's head is a noun cue ("assassination attempt", "bomb plot").
fn governed_by_cue(lexicon: &Lexicon, words: &Words<'_>, head: usize) -> bool {
    lexicon.cues.get(CueKind::Noun, words.lemma(head)).is_some()
}

/// The trigger's words: the head with its particle, or the fixed phrase that the entry spells out.
fn span(doc: &Doc<'_>, words: &Words<'_>, entry: &Entry, i: usize, arguments: &Arguments) -> Range<usize> {
    let mut end = i + 1;
    for condition in entry.conditions.iter().filter(|c| !c.negated && !c.alternatives.words.is_empty()) {
        let fixed = match &condition.slot {
            Slot::Prt => particles(doc, i).find(|p| condition.alternatives.lists(words.lemma(*p))),
            Slot::Obj if entry.verb && condition.alternatives.words.len() == 1 => {
                arguments.objects.iter().copied().find(|o| words.is(*o, &condition.alternatives))
            }
            _ => None,
        };
        if let Some(at) = fixed.filter(|at| *at > i && *at <= i + 2) {
            end = end.max(at + 1);
        }
    }
    i..end
}

/// Particles and bare adverbs of a verb.
fn particles<'a>(doc: &'a Doc<'_>, i: usize) -> impl Iterator<Item = usize> + 'a {
    doc.children(i).filter(|c| matches!(doc.dep(*c), Dep::Prt | Dep::Advmod | Dep::Prep | Dep::Acomp | Dep::Oprd))
}

fn verb_arguments(doc: &Doc<'_>, i: usize) -> Arguments {
    let objects = syntax::objects(doc, i);
    let mut preps = syntax::preps(doc, i);
    // "imposed sanctions on X": the parser hangs the preposition on either word.
    for object in doc.children(i).filter(|c| doc.dep(*c) == Dep::Dobj) {
        preps.extend(syntax::preps(doc, object));
    }
    Arguments { subjects: syntax::subjects(doc, i), objects, preps, ..Arguments::default() }
}

fn noun_arguments(doc: &Doc<'_>, i: usize, light: Option<usize>) -> Arguments {
    let mut preps = syntax::preps(doc, i);
    let mut subjects = Vec::new();
    for (prep, objects) in &preps {
        if doc.lemma(*prep) == "by" {
            subjects.extend(objects.iter().copied());
        }
    }
    // "the arrest of X by Y": the parser hangs the agent on either noun.
    for of in preps.iter().filter(|(p, _)| doc.lemma(*p) == "of").map(|(_, objects)| objects) {
        for by in of.iter().flat_map(|o| doc.children(*o)).filter(|c| doc.dep(*c) == Dep::Prep && doc.lemma(*c) == "by")
        {
            subjects.extend(doc.child(by, Dep::Pobj).into_iter().flat_map(|o| syntax::coordinated(doc, o)));
        }
    }
    // "attack carried out by X", "talks held by X": the participle's agent.
    for acl in doc.children(i).filter(|c| doc.dep(*c) == Dep::Acl && doc.tokens()[*c].tag == Tag::Vbn) {
        subjects.extend(syntax::subjects(doc, acl));
    }
    if let Some(verb) = light {
        preps.extend(syntax::preps(doc, verb).into_iter().filter(|(_, objects)| !objects.contains(&i)));
    }
    let modifier = |c: &usize| {
        *c < i
            && matches!(doc.dep(*c), Dep::Compound | Dep::Amod | Dep::Nmod | Dep::Nummod | Dep::Npadvmod | Dep::Advmod)
    };
    let possessors = doc.children(i).filter(|c| doc.dep(*c) == Dep::Poss);
    Arguments {
        subjects,
        objects: Vec::new(),
        preps,
        modifiers: doc.children(i).filter(modifier).collect(),
        possessors: possessors.flat_map(|p| syntax::coordinated(doc, p)).collect(),
    }
}

/// The light verb that governs an event noun, with the part its subject plays.
fn light_verb(doc: &Doc<'_>, lexicon: &Lexicon, words: &Words<'_>, noun: usize) -> Option<(usize, ParticipantRole)> {
    let mut top = noun;
    // "a series of attacks", "attacks and kidnappings", "bombing campaign": the verb governs the outer noun.
    for _ in 0..4 {
        let head = doc.head(top);
        let through = match doc.dep(top) {
            Dep::Conj | Dep::Compound => !syntax::is_verb(doc, head),
            Dep::Pobj => doc.lemma(head) == "of" && syntax::is_nominal(doc, doc.head(head)),
            _ => false,
        };
        if !through {
            break;
        }
        top = if doc.dep(top) == Dep::Pobj { doc.head(head) } else { head };
    }
    let head = doc.head(top);
    let (verb, prep) = match doc.dep(top) {
        Dep::Dobj | Dep::Nsubjpass => (head, None),
        // "carried out what officials called a raid"
        Dep::Attr | Dep::Oprd => {
            let clause = std::iter::once(head).chain(doc.ancestors(head)).find(|a| {
                doc.dep(*a) == Dep::Ccomp
                    && syntax::is_verb(doc, doc.head(*a))
                    && !lexicon.light(words.lemma(doc.head(*a))).is_empty()
            })?;
            let what = doc.subtree(clause).any(|t| doc.tokens()[t].tag == Tag::Wp && doc.lemma(t) == "what");
            if !what {
                return None;
            }
            (doc.head(clause), None)
        }
        Dep::Pobj if syntax::is_verb(doc, doc.head(head)) => (doc.head(head), Some(words.lemma(head))),
        // A participle: "the raid launched on Monday".
        _ => {
            let acl = doc.children(noun).find(|c| doc.dep(*c) == Dep::Acl && doc.tokens()[*c].tag == Tag::Vbn)?;
            (acl, None)
        }
    };
    let role = |verb: usize, prep: Option<&str>| {
        let light = lexicon.light(words.lemma(verb)).iter().find(|l| match (prep, &l.word) {
            (Some(prep), word) => word.as_deref() == Some(prep),
            (None, None) => true,
            (None, Some(word)) => particles(doc, verb).any(|p| words.lemma(p) == &**word),
        })?;
        Some((verb, light.subject))
    };
    // "condemned the murder of two judges carried out by gunmen": the participle says who, wherever it is attached.
    let done_by =
        |v: &usize| doc.dep(*v) == Dep::Acl && doc.tokens()[*v].tag == Tag::Vbn && doc.child(*v, Dep::Agent).is_some();
    role(verb, prep).or_else(|| doc.subtree(noun).filter(done_by).find_map(|v| role(v, None)))
}

/// A possible trigger in its sentence, as conditions see it.
struct View<'a> {
    doc: &'a Doc<'a>,
    words: &'a Words<'a>,
    sentence: Range<usize>,
    i: usize,
    arguments: &'a Arguments,
    /// Class bits of words that count others.
    quantity: u128,
}

impl View<'_> {
    /// How specifically an entry fits, or the index of the condition that fails.
    fn fit(&self, entry: &Entry) -> Result<usize, usize> {
        let mut score = 0;
        for (n, condition) in entry.conditions.iter().enumerate() {
            if self.holds(condition) == condition.negated {
                return Err(n);
            }
            score += if condition.negated || condition.alternatives.any { 1 } else { 3 };
        }
        Ok(score)
    }

    fn holds(&self, condition: &Condition) -> bool {
        let (doc, i, arguments) = (self.doc, self.i, self.arguments);
        let is = |t: usize| self.words.is(t, &condition.alternatives);
        let any = |heads: &[usize]| heads.iter().any(|h| is(*h) || self.counted(*h).is_some_and(is));
        let child = |dep: Dep| doc.children(i).filter(|c| doc.dep(*c) == dep).any(is);
        match &condition.slot {
            Slot::Subj => any(&arguments.subjects),
            Slot::Obj => any(&arguments.objects),
            Slot::Prt => particles(doc, i).any(is),
            Slot::Mod => arguments
                .modifiers
                .iter()
                .any(|m| is(*m) || self.doc.subtree(*m).any(|t| doc.dep(t) != Dep::Punct && is(t))),
            Slot::Poss => any(&arguments.possessors),
            Slot::Det => child(Dep::Det),
            Slot::Num => match condition.alternatives.words.first().map(|w| &**w) {
                Some("plural") => matches!(doc.tokens()[i].tag, Tag::Nns | Tag::Nnps),
                _ => child(Dep::Nummod),
            },
            Slot::Xcomp => child(Dep::Xcomp) || self.infinitive(condition),
            Slot::Ccomp => child(Dep::Ccomp),
            Slot::Acl => child(Dep::Acl) || child(Dep::Relcl) && condition.alternatives.any,
            // A predicate of the object: "took them hostage" has several parses.
            Slot::Oprd => {
                child(Dep::Oprd)
                    || doc.children(i).any(|c| {
                        matches!(
                            doc.dep(c),
                            Dep::Ccomp | Dep::Xcomp | Dep::Dobj | Dep::Npadvmod | Dep::Acomp | Dep::Advmod
                        ) && is(c)
                    })
            }
            Slot::Acomp => child(Dep::Acomp),
            Slot::Dative => any(&doc.children(i).filter(|c| doc.dep(*c) == Dep::Dative).collect::<Vec<_>>()),
            Slot::Sent => self.sentence.clone().any(|t| t != i && is(t)),
            Slot::Doc => self.words.article_has(&condition.alternatives),
            Slot::Prep(prep) => arguments
                .preps
                .iter()
                .any(|(p, objects)| *self.words.lemma(*p) == **prep && (any(objects) || condition.alternatives.any)),
        }
    }

    /// An infinitive that the parser hangs on the object or reads as an adverbial clause: "urged him to release".
    fn infinitive(&self, condition: &Condition) -> bool {
        let (doc, i) = (self.doc, self.i);
        let below = doc.children(i).flat_map(|c| {
            std::iter::once(c)
                .chain(doc.children(c).filter(move |_| matches!(doc.dep(c), Dep::Dobj | Dep::Prep | Dep::Ccomp)))
        });
        below
            .flat_map(|c| std::iter::once(c).chain(doc.children(c).filter(move |_| doc.dep(c) == Dep::Pobj)))
            .filter(|c| matches!(doc.dep(*c), Dep::Xcomp | Dep::Ccomp | Dep::Advcl | Dep::Acl | Dep::Relcl))
            .filter(|c| syntax::is_infinitive(doc, *c))
            .any(|v| self.words.is(v, &condition.alternatives))
    }

    /// What a quantity counts: "people" of "dozens of people".
    fn counted(&self, head: usize) -> Option<usize> {
        if self.words.bits(head) & self.quantity == 0 && !matches!(self.doc.pos(head), Pos::Num | Pos::Pron | Pos::Adj)
        {
            return None;
        }
        let of = self.doc.children(head).find(|c| *c == head + 1 && self.doc.lemma(*c) == "of")?;
        self.doc.child(of, Dep::Pobj)
    }
}
