//! Whether what a word tells happened: polarity, modality, tense, realis.
//!
//! Cues are collected on the way from the word up to the root of its sentence: modifiers of a noun, auxiliaries and
//! negation of its clause, then every word that governs it ("plan to", "prevented", "if"). The walk ends at a word of
//! saying, because what stands above it concerns the saying, and at a relative clause.

use super::cues::{Cue, CueKind, Cues, Effect};
use super::is_refuted;
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, Pos, Tag};
use crate::record::{Assertion, Modality, Polarity, Realis, Salience, Tense};
use crate::words::{Book, WordClass};

/// What a reading looks words up in.
#[derive(Clone, Copy)]
pub(crate) struct Language<'a> {
    pub(crate) doc: &'a Doc<'a>,
    pub(crate) cues: &'a Cues,
    pub(crate) book: &'a Book,
    /// The lemma of a token, in small letters.
    pub(crate) lemma: &'a dyn Fn(usize) -> &'a str,
    /// Whether a token counts what hangs on it: "a series of attacks".
    pub(crate) counts: &'a dyn Fn(usize) -> bool,
}

/// The word that tells something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) head: usize,
    /// Verb or noun.
    pub(crate) verb: bool,
    /// The light verb that governs an event noun.
    pub(crate) light: Option<usize>,
}

/// Cues that bear on a trigger.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    cues: Vec<Cue>,
    /// How many words negate, one per clause.
    negations: usize,
    tense: Option<Tense>,
    /// Whether the grammar itself says that it did not happen ("had they attacked", "would have attacked").
    sure: bool,
}

impl Reading {
    /// Whether a cue places the event before the news.
    pub(crate) fn is_historical(&self) -> bool {
        self.has(Effect::Historical)
    }

    /// Whether no reader may take it for a fact: the grammar says so, or it was planned and foiled.
    pub(crate) fn is_sure(&self) -> bool {
        self.sure || (self.has(Effect::Foiled) || self.has(Effect::Failed)) && self.has(Effect::Planned)
    }

    /// Whether the simple past of a verb tells it ("were detained", not "have arrested") and no word puts it in doubt.
    pub(crate) fn is_plain(&self, doc: &Doc<'_>, verb: usize) -> bool {
        let past = |i: usize| doc.tokens()[i].tag == Tag::Vbd;
        let told = past(verb) || doc.children(verb).any(|c| doc.dep(c) == Dep::Auxpass && past(c));
        told && self.negations == 0 && self.cues.iter().all(|c| c.effect == Effect::Reported)
    }

    /// Whether somebody else than the writer says it.
    pub(crate) fn is_reported(&self) -> bool {
        self.has(Effect::Reported)
    }

    /// Adds the effect of an attribution, whose cue begins at `token`.
    pub(crate) fn attributed(&mut self, token: usize, denied: bool) {
        self.cues.push(Cue { token, effect: if denied { Effect::Denied } else { Effect::Reported } });
    }

    /// The words that decided.
    pub(crate) fn into_cues(mut self) -> Vec<Cue> {
        self.cues.sort_unstable_by_key(|c| c.token);
        self.cues.dedup();
        self.cues
    }

    fn has(&self, effect: Effect) -> bool {
        self.cues.iter().any(|c| c.effect == effect)
    }

    /// The assertion block; history and salience are decided by others.
    pub(crate) fn assertion(&self) -> Assertion {
        let negative = self.negations % 2 == 1;
        // What was not prevented took place: two negations leave nothing to doubt.
        let has = |e: Effect| self.has(e) && (negative || !e.negates());
        let modality = if has(Effect::Denied) {
            Modality::Denied
        } else if has(Effect::Hypothetical) {
            Modality::Hypothetical
        } else if has(Effect::Requested) {
            Modality::Requested
        } else if has(Effect::Planned) || has(Effect::Conditional) || has(Effect::Cancelled) {
            Modality::Planned
        } else if has(Effect::Attempted) || has(Effect::Failed) || has(Effect::Foiled) {
            Modality::Attempted
        } else if has(Effect::Possible) {
            Modality::Possible
        } else if has(Effect::Reported) {
            Modality::Reported
        } else {
            Modality::Asserted
        };
        let happened = modality.is_fact();
        Assertion {
            polarity: if negative { Polarity::Neg } else { Polarity::Pos },
            modality,
            tense: self.tense.unwrap_or(Tense::None),
            realis: match (has(Effect::Generic), happened) {
                (true, _) => Realis::Generic,
                (false, true) => Realis::Actual,
                (false, false) => Realis::Other,
            },
            historical: false,
            salience: Salience::Secondary,
        }
    }
}

/// Collects the cues that bear on a trigger.
pub(crate) fn read(language: Language<'_>, told: Told) -> Reading {
    let (doc, head) = (language.doc, told.head);
    let mut walk = Walk { doc, language, light: told.light, trigger: head, reading: Reading::default() };
    if !told.verb {
        walk.modifiers(head);
        // "attacks that the group was preparing"
        let gap =
            |v: &usize| doc.dep(*v) == Dep::Relcl && syntax::objects(doc, *v).iter().all(|o| doc.pos(*o) == Pos::Pron);
        for verb in doc.children(head).filter(gap) {
            let planned = walk.cue(CueKind::Verb, verb).filter(|e| *e == Effect::Planned);
            walk.push(verb, planned);
        }
    }
    walk.climb(head);
    // "Want to meet", read at "want"
    let meant = |v: usize| doc.dep(v) == Dep::Xcomp && syntax::is_infinitive(doc, v);
    if told.verb && walk.is(WordClass::Intending, walk.lemma(head)) && doc.children(head).any(meant) {
        walk.push(head, Some(Effect::Planned));
        walk.reading.sure = true;
    }
    let refuted = doc.dep(head) != Dep::Relcl && is_refuted(doc, language.book, head);
    walk.push(head, refuted.then_some(Effect::Denied));
    walk.reading.tense = tense(doc, head, told.light);
    // A question asserts nothing.
    let last = doc.sentence_of(head).rev().find(|i| doc.pos(*i) != Pos::Space);
    if let Some(token) = last.filter(|i| doc.word(*i) == "?") {
        walk.reading.cues.push(Cue { token, effect: Effect::Possible });
        // "Who fired first?" knows that someone did.
        walk.reading.sure |=
            !doc.sentence_of(head).any(|i| matches!(doc.tokens()[i].tag, Tag::Wp | Tag::Wrb | Tag::Wdt));
    }
    if !told.verb && is_bare_plural(doc, told) && walk.reading.tense == Some(Tense::Present) {
        walk.reading.cues.push(Cue { token: head, effect: Effect::Generic });
    }
    walk.reading
}

struct Walk<'a> {
    doc: &'a Doc<'a>,
    language: Language<'a>,
    light: Option<usize>,
    trigger: usize,
    reading: Reading,
}

impl<'a> Walk<'a> {
    fn lemma(&self, i: usize) -> &'a str {
        (self.language.lemma)(i)
    }

    fn is(&self, class: WordClass, word: &str) -> bool {
        self.language.book.is(class, word)
    }

    fn cue(&self, kind: CueKind, i: usize) -> Option<Effect> {
        // "Ruled out donating"
        let particle = self.doc.child(i, Dep::Prt).filter(|_| kind == CueKind::Verb);
        let phrasal = particle.map(|p| format!("{}-{}", self.lemma(i), self.lemma(p)));
        phrasal.and_then(|v| self.language.cues.get(kind, &v)).or_else(|| self.language.cues.get(kind, self.lemma(i)))
    }

    fn push(&mut self, token: usize, effect: Option<Effect>) {
        self.reading.negations += usize::from(effect.is_some_and(Effect::negates));
        self.reading.cues.extend(effect.map(|effect| Cue { token, effect }));
    }

    /// The negation of a clause or noun phrase, which counts once however many words spell it.
    fn negate(&mut self, token: Option<usize>) {
        if let Some(token) = token {
            self.push(token, Some(Effect::Negated));
        }
    }

    /// Modifiers and determiners of a noun.
    fn modifiers(&mut self, noun: usize) {
        for c in self.doc.children(noun) {
            match self.doc.dep(c) {
                Dep::Det | Dep::Neg | Dep::Preconj if self.is_no(c) => self.negate(Some(c)),
                Dep::Amod | Dep::Det | Dep::Predet | Dep::Compound | Dep::Advmod => {
                    let word = self.doc.word(c).to_lowercase();
                    let effect = self.language.cues.get(CueKind::Modifier, &word);
                    let effect = effect.or_else(|| self.cue(CueKind::Modifier, c));
                    // "similar attacks" are a kind of event, "a similar attack" is one.
                    let plural = self.doc.tokens()[noun].tag == Tag::Nns;
                    self.push(c, effect.filter(|e| *e != Effect::Generic || plural));
                }
                _ => {}
            }
        }
    }

    /// "no reports of attacks", "no sign of a truce".
    fn negation(&mut self, noun: usize) {
        let no = self.doc.children(noun).any(|c| self.lemma(c) == "no");
        let about = self.is(WordClass::Evidence, self.lemma(noun));
        self.push(noun, Some(Effect::Negated).filter(|_| no && about));
    }

    fn is_no(&self, i: usize) -> bool {
        self.is(WordClass::Negative, self.lemma(i))
    }

    /// The word that negates a clause: "not", "never", "no longer", or a subject or object with "no".
    fn negator(&self, verb: usize) -> Option<usize> {
        let doc = self.doc;
        let adverb = |c: usize| match doc.dep(c) {
            // "not only attacked but killed"
            Dep::Neg => {
                let focus = c + 1 < doc.len() && self.is(WordClass::Merely, self.lemma(c + 1));
                (!focus).then_some(c)
            }
            Dep::Advmod if doc.word(c) == "longer" => doc.children(c).find(|d| self.is_no(*d)),
            // "They neither attacked nor fled"; a "nor" behind the verb concerns the next one.
            Dep::Advmod | Dep::Preconj | Dep::Cc => {
                (c < verb && self.cue(CueKind::Adverb, c) == Some(Effect::Negated)).then_some(c)
            }
            _ => None,
        };
        // "no agreement was reached", "killed nobody", "none of the men fired", "neither side attacked"
        let argument = |c: usize| {
            let argument = matches!(doc.dep(c), Dep::Nsubj | Dep::Nsubjpass | Dep::Dobj);
            // "Not a single stone was thrown": the noun's own "not".
            let determiner = |d: &usize| match doc.dep(*d) {
                Dep::Neg => true,
                Dep::Det | Dep::Preconj => self.is_no(*d),
                _ => false,
            };
            (argument && verb == self.trigger)
                .then(|| Some(c).filter(|c| self.is_no(*c)).or_else(|| doc.children(c).find(determiner)))?
        };
        doc.children(verb).find_map(|c| adverb(c).or_else(|| argument(c)))
    }

    /// Auxiliaries, negation, adverbs and conjunction of a clause; the conjunction alone of one that is not `shared`.
    fn clause(&mut self, verb: usize, shared: bool) {
        if shared {
            self.negate(self.negator(verb));
        }
        for c in self.doc.children(verb) {
            let effect = match self.doc.dep(c) {
                Dep::Aux if shared && self.doc.tokens()[c].tag == Tag::Md => self.cue(CueKind::Auxiliary, c),
                Dep::Advmod if shared => self.cue(CueKind::Adverb, c).filter(|e| *e != Effect::Negated),
                Dep::Mark | Dep::Prep if c < verb => self.cue(CueKind::Conjunction, c),
                _ => None,
            };
            self.push(c, effect);
        }
        // "Before the attack could happen"
        let before = |c: usize| matches!(self.doc.dep(c), Dep::Mark | Dep::Prep) && self.lemma(c) == "before";
        let could = |c: usize| self.doc.dep(c) == Dep::Aux && matches!(self.lemma(c), "could" | "can");
        let forestalled = self.doc.children(verb).any(before) && self.doc.children(verb).any(could);
        self.reading.sure |= forestalled;
        self.push(verb, forestalled.then_some(Effect::Foiled));
        let open = if shared { counterfactual(self.doc, verb) } else { None };
        self.reading.sure |= open.is_some();
        self.push(open.unwrap_or(verb), open.map(|_| Effect::Hypothetical));
        if verb == self.trigger {
            self.push(verb, is_habit(self.doc, self.language.book, verb).then_some(Effect::Generic));
        }
    }

    /// From the trigger to the root.
    fn climb(&mut self, trigger: usize) {
        let doc = self.doc;
        // "carried out what the navy called a raid": only the light verb's clause tells whether it took place.
        let mut at = self.light.filter(|_| matches!(doc.dep(trigger), Dep::Attr | Dep::Oprd)).unwrap_or(trigger);
        // Whether the auxiliaries and negation of the clause at hand bear on the event.
        let mut shared = true;
        for _ in 0..12 {
            let verbal = matches!(doc.pos(at), Pos::Verb | Pos::Aux);
            if verbal {
                self.clause(at, shared);
                shared = true;
            } else if at != trigger && doc.dep(at) != Dep::Conj {
                // "no reports of attacks"
                self.modifiers(at);
            }
            if doc.is_root(at) {
                // "Stop bombing the villages!"
                let asks = verbal && at != trigger && is_imperative(doc, at);
                self.push(at, asks.then_some(Effect::Requested));
                return;
            }
            let head = doc.head(at);
            match doc.dep(at) {
                // A conjunct shares what governs its head, and its auxiliaries where it has no finite form of its own.
                Dep::Conj => {
                    shared = !verbal || shares_auxiliaries(doc, at);
                    let nor = doc.children(head).find(|c| doc.dep(*c) == Dep::Cc && doc.lemma(*c) == "nor" && *c < at);
                    self.negate(nor.filter(|_| !shared));
                }
                Dep::Relcl if !syntax::is_infinitive(doc, at) => return,
                Dep::Xcomp | Dep::Ccomp | Dep::Dobj | Dep::Nsubjpass | Dep::Attr | Dep::Oprd => {
                    // "X attacked Y; Z declined to comment": a clause before a verb that has its complement is none of its.
                    let apart = doc.dep(at) == Dep::Ccomp && verbal && at < head && is_apart(doc, at, head);
                    if apart && self.cue(CueKind::Verb, head) != Some(Effect::Reported) {
                        return;
                    }
                    // "has yet to sign"
                    self.negate(yet(doc, head).filter(|_| verbal));
                    // "called it a threat" names, it asks for nothing.
                    let names = !verbal && doc.dep(at) == Dep::Oprd;
                    let effect = self.cue(governor(doc, head), head).filter(|e| !(names && *e == Effect::Requested));
                    // "committed suicide" did it, "committed to leave" has not.
                    let effect = effect.filter(|_| verbal || self.lemma(head) != "commit");
                    // "will discuss the raid", "did not condemn the raid": it took place all the same.
                    let noun = !verbal && matches!(doc.dep(at), Dep::Dobj | Dep::Nsubjpass);
                    if noun && effect.is_none() && self.light != Some(head) {
                        // "until they stop the bombings": a practice, none of its days.
                        let practice = at == trigger
                            && doc.tokens()[at].tag == Tag::Nns
                            && self.is(WordClass::Ending, doc.lemma(head));
                        self.push(head, practice.then_some(Effect::Generic));
                        return;
                    }
                    self.push(head, effect);
                    // "Intended to murder", whatever a reader makes of it.
                    self.reading.sure |= effect == Some(Effect::Planned)
                        && syntax::is_infinitive(doc, at)
                        && self.is(WordClass::Intending, self.lemma(head));
                    match effect {
                        Some(Effect::Reported | Effect::Denied) => return,
                        None if doc.dep(at) == Dep::Xcomp && syntax::is_infinitive(doc, at) && is_purpose(doc, at) => {
                            self.push(head, Some(Effect::Attempted));
                        }
                        _ => {}
                    }
                }
                Dep::Acl | Dep::Relcl if verbal => {
                    let effect = self.cue(CueKind::Noun, head);
                    // "used boats to shell the camp": the parser hangs the infinitive on the boats.
                    let achieved = doc.dep(head) == Dep::Dobj
                        && self.cue(CueKind::Verb, doc.head(head)) == Some(Effect::Achieved)
                        && effect.is_none();
                    if achieved && syntax::is_infinitive(doc, at) {
                        at = doc.head(head);
                        continue;
                    }
                    if syntax::is_infinitive(doc, at) {
                        self.reading.sure |= self.is(WordClass::Intending, self.lemma(head));
                        self.push(head, effect.or(Some(Effect::Attempted)));
                        if effect.is_some() {
                            at = head;
                            continue;
                        }
                    }
                    // "Without a shot being fired": the clause is what the preposition holds.
                    if doc.children(at).any(|c| doc.dep(c) == Dep::Auxpass && doc.tokens()[c].tag == Tag::Vbg) {
                        at = head;
                        continue;
                    }
                    // What governs the noun does not govern what is told about it.
                    return;
                }
                Dep::Advcl => {
                    // "nobody called me when she died": a clause of time is presupposed, as one with a mark is.
                    let when = |c: usize| c < at && doc.tokens()[c].tag == Tag::Wrb;
                    let marked = doc.children(at).any(|c| doc.dep(c) == Dep::Mark || when(c));
                    if syntax::is_infinitive(doc, at) && !marked {
                        match self.cue(CueKind::Verb, head) {
                            Some(Effect::Achieved) => {}
                            effect => self.push(head, effect.or(Some(Effect::Attempted))),
                        }
                    } else if marked {
                        return;
                    }
                }
                Dep::Compound | Dep::Nmod | Dep::Poss | Dep::Amod => {
                    // "bomb plot", but "the raid's target", "the raid site".
                    let effect = self.cue(CueKind::Noun, head).filter(|_| doc.dep(at) == Dep::Compound);
                    if effect.is_none() {
                        return;
                    }
                    self.push(head, effect);
                }
                Dep::Pobj | Dep::Pcomp => {
                    let prep = head;
                    self.push(prep, self.language.cues.get(CueKind::Preposition, self.lemma(prep)));
                    if doc.is_root(prep) {
                        return;
                    }
                    let outer = doc.head(prep);
                    let lemma = doc.lemma(prep);
                    let kind = governor(doc, outer);
                    // "plan for an attack", "prevented them from attacking", "accused of killing"; not "said after the attack".
                    let governs = match kind {
                        CueKind::Noun => self.is(WordClass::NounGoverning, lemma),
                        CueKind::Verb => self.is(WordClass::VerbGoverning, lemma),
                        _ => true,
                    };
                    if !governs {
                        // The phrase is an adjunct: the event is presupposed whatever becomes of the clause.
                        return;
                    }
                    let effect = match self.cue(CueKind::From, outer) {
                        Some(effect) if lemma == "from" => Some(effect),
                        _ => self.cue(kind, outer).filter(|e| !(e.negates() && kind == CueKind::Verb)),
                    };
                    // Whoever warns of a strike has not struck, whatever a reader makes of it.
                    self.reading.sure |= effect == Some(Effect::Hypothetical) && kind == CueKind::Verb;
                    self.push(outer, effect);
                    let carried = (self.language.counts)(outer) || self.light == Some(outer);
                    if matches!(effect, Some(Effect::Reported | Effect::Denied)) || effect.is_none() && !carried {
                        if kind == CueKind::Noun {
                            self.negation(outer);
                        }
                        return;
                    }
                    at = outer;
                    continue;
                }
                Dep::Nsubj if !verbal => {
                    // "an attack is planned / likely / expected"
                    let adjective = doc.child(head, Dep::Acomp);
                    // "were due to", "were possible because of": the adjective says why.
                    if let Some(a) = adjective.filter(|a| doc.child(*a, Dep::Prep).is_none()) {
                        let effect = self.cue(CueKind::Adjective, a).filter(|e| *e != Effect::Reported);
                        self.push(a, effect);
                    }
                    // "the attack did not kill" took place; "no attack happened" did not.
                    let (before, negations) = (self.reading.cues.len(), self.reading.negations);
                    self.clause(head, true);
                    // "the attack failed", "the coup was foiled"
                    let failed = doc.lemma(head) == "fail" && !doc.children(head).any(|c| doc.dep(c) == Dep::Xcomp);
                    self.push(head, failed.then_some(Effect::Attempted));
                    // "the talks have yet to begin"
                    self.negate(yet(doc, head));
                    // "the talks were not easy"
                    let predicate = doc.children(head).any(|c| matches!(doc.dep(c), Dep::Acomp | Dep::Attr));
                    if predicate || !self.is(WordClass::TakingPlace, doc.lemma(head)) && yet(doc, head).is_none() {
                        let said = self.reading.cues.split_off(before);
                        self.reading.negations = negations;
                        self.reading.cues.extend(said.into_iter().filter(|c| !c.effect.negates()));
                    }
                    return;
                }
                _ => {}
            }
            at = head;
        }
    }
}

/// The word that makes a clause contrary to fact: "had they attacked", "would have attacked", "if they had attacked".
fn counterfactual(doc: &Doc<'_>, verb: usize) -> Option<usize> {
    let aux = |lemma: &str| doc.children(verb).find(|c| doc.dep(*c) == Dep::Aux && doc.lemma(*c) == lemma);
    let have = aux("have");
    let would = aux("would").or_else(|| aux("could")).filter(|w| have.is_some_and(|h| h > *w));
    let subject = doc.children(verb).find(|c| matches!(doc.dep(*c), Dep::Nsubj | Dep::Nsubjpass));
    let inverted = |c: &usize| {
        matches!(doc.dep(*c), Dep::Aux | Dep::Auxpass)
            && matches!(doc.word(*c).to_lowercase().as_str(), "had" | "were" | "should")
            && subject.is_some_and(|s| *c < s)
    };
    let condition = |c: &usize| doc.dep(*c) == Dep::Mark && matches!(doc.lemma(*c), "if" | "unless");
    let clause = || doc.children(verb).filter(|_| doc.dep(verb) == Dep::Advcl);
    would.or_else(|| clause().find(inverted)).or_else(|| clause().find(condition))
}

/// Whether a clause stands beside the verb that the parser hangs it from, and not inside of it: a semicolon parts them,
/// or the verb has its own complement behind it.
fn is_apart(doc: &Doc<'_>, clause: usize, verb: usize) -> bool {
    (clause..verb).any(|i| doc.word(i) == ";")
        || doc.children(verb).any(|c| c > verb && matches!(doc.dep(c), Dep::Xcomp | Dep::Ccomp | Dep::Dobj))
}

/// "on several occasions", "many times": what happens again and again is no one event.
fn is_habit(doc: &Doc<'_>, book: &Book, verb: usize) -> bool {
    let many = |noun: usize, lemma: &str| {
        let several = |c: usize| book.is(WordClass::Several, doc.lemma(c));
        doc.lemma(noun) == lemma && doc.tokens()[noun].tag == Tag::Nns && doc.children(noun).any(several)
    };
    doc.children(verb).any(|c| match doc.dep(c) {
        Dep::Prep => doc.child(c, Dep::Pobj).is_some_and(|noun| many(noun, "occasion")),
        Dep::Npadvmod => many(c, "time"),
        _ => false,
    })
}

/// "Stop", "Let us": a bare form at the root without a subject or an auxiliary.
fn is_imperative(doc: &Doc<'_>, verb: usize) -> bool {
    let own =
        |c: usize| matches!(doc.dep(c), Dep::Nsubj | Dep::Nsubjpass | Dep::Expl | Dep::Csubj | Dep::Aux | Dep::Auxpass);
    doc.tokens()[verb].tag == Tag::Vb && !doc.children(verb).any(own)
}

/// "yet" of "has yet to", which negates what follows.
fn yet(doc: &Doc<'_>, have: usize) -> Option<usize> {
    let infinitive = |c: usize| doc.dep(c) == Dep::Xcomp && syntax::is_infinitive(doc, c);
    let due = matches!(doc.lemma(have), "have" | "be") && doc.children(have).any(infinitive);
    doc.children(have).find(|c| due && doc.dep(*c) == Dep::Advmod && doc.lemma(*c) == "yet")
}

/// Whether a conjunct verb shares auxiliaries and negation of the verb it follows: "did not attack or kill", but not
/// "did not flee and attacked", "was not killed but wounded".
fn shares_auxiliaries(doc: &Doc<'_>, verb: usize) -> bool {
    // Behind a modal the bare form is often tagged as a present: "would suspend talks and refuse".
    let modal = doc.children(doc.head(verb)).any(|c| doc.dep(c) == Dep::Aux && doc.tokens()[c].tag == Tag::Md);
    let finite = match doc.tokens()[verb].tag {
        Tag::Vbd | Tag::Vbz => true,
        Tag::Vbp => !modal,
        _ => false,
    };
    let own = doc.children(verb).any(|c| matches!(doc.dep(c), Dep::Nsubj | Dep::Nsubjpass | Dep::Aux | Dep::Auxpass));
    let but = doc.children(doc.head(verb)).any(|c| doc.dep(c) == Dep::Cc && doc.lemma(c) == "but" && c < verb);
    !finite && !own && !but
}

fn governor(doc: &Doc<'_>, i: usize) -> CueKind {
    match doc.pos(i) {
        Pos::Verb | Pos::Aux => CueKind::Verb,
        Pos::Adj | Pos::Adv => CueKind::Adjective,
        _ => CueKind::Noun,
    }
}

/// An infinitive that follows an object or a phrase tells a purpose.
fn is_purpose(doc: &Doc<'_>, verb: usize) -> bool {
    let head = doc.head(verb);
    doc.pos(head) == Pos::Verb
        && doc.children(head).any(|c| matches!(doc.dep(c), Dep::Dobj | Dep::Prep) && c > head && c < verb)
}

/// "attacks" without article, number or argument: a kind of event.
fn is_bare_plural(doc: &Doc<'_>, told: Told) -> bool {
    doc.tokens()[told.head].tag == Tag::Nns
        && doc.children(told.head).all(|c| matches!(doc.dep(c), Dep::Punct | Dep::Cc | Dep::Conj | Dep::Amod))
        && told.light.is_none()
}

/// Tense of the clause that tells the event.
fn tense(doc: &Doc<'_>, head: usize, light: Option<usize>) -> Option<Tense> {
    let verb = light.or_else(|| syntax::clause(doc, head))?;
    let finite = |v: usize| {
        let aux: Vec<usize> = doc.children(v).filter(|c| matches!(doc.dep(*c), Dep::Aux | Dep::Auxpass)).collect();
        if aux.iter().any(|a| matches!(doc.lemma(*a), "will" | "shall" | "would" | "'ll")) {
            return Some(Tense::Future);
        }
        // "have" and "has" with a participle tell of the past.
        if aux.iter().any(|a| doc.lemma(*a) == "have") {
            return Some(Tense::Past);
        }
        let tags = aux.iter().chain(std::iter::once(&v)).map(|t| doc.tokens()[*t].tag);
        for tag in tags {
            match tag {
                Tag::Vbd => return Some(Tense::Past),
                Tag::Vbz | Tag::Vbp => return Some(Tense::Present),
                _ => {}
            }
        }
        None
    };
    finite(verb).or_else(|| {
        if doc.tokens()[verb].tag == Tag::Vbn {
            return Some(Tense::Past);
        }
        doc.ancestors(verb).filter(|a| matches!(doc.pos(*a), Pos::Verb | Pos::Aux)).find_map(finite)
    })
}
