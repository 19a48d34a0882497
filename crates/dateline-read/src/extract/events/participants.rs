//! Who took part: deep arguments to roles, roles to entities.

use super::classes::Class;
use super::lexicon::{Frame, Lexicon};
use super::triggers::Trigger;
use super::words::Words;
use super::{Facts, Participant};
use crate::extract::entities::{Mention, MentionForm};
use crate::extract::syntax;
use crate::nlp::{Dep, Doc, EntityType, Pos};
use crate::record::{EntityKind, ParticipantRole as Role, Via};
use crate::words::WordClass;

/// Finds the participants of one trigger. `events` holds the heads of all triggers of the sentence.
pub(super) struct Finder<'a> {
    pub doc: &'a Doc<'a>,
    pub lexicon: &'a Lexicon,
    pub words: &'a Words<'a>,
    pub facts: &'a Facts<'a>,
    pub events: &'a [usize],
}

impl Finder<'_> {
    /// The participants that a trigger's own words name.
    pub(super) fn find(&self, trigger: &Trigger<'_>) -> Vec<Participant> {
        let mut cast = Vec::new();
        if trigger.entry.verb {
            self.verb(trigger, &mut cast);
        } else {
            self.noun(trigger, &mut cast);
        }
        self.phrases(trigger, &mut cast);
        cast
    }

    fn verb(&self, trigger: &Trigger<'_>, cast: &mut Vec<Participant>) {
        let (subject, object) = match trigger.entry.frame {
            Frame::Act | Frame::Take | Frame::Both => (Some(Role::Actor), Some(Role::Recipient)),
            Frame::Harm => (Some(Role::Actor), Some(Role::Victim)),
            Frame::Suffer => (Some(Role::Victim), None),
            Frame::Undergo => (Some(Role::Recipient), None),
            Frame::Own | Frame::Give => (Some(Role::Actor), None),
            Frame::Clash => (Some(Role::Actor), Some(Role::Actor)),
            Frame::Boom => (Some(Role::Instrument), None),
            Frame::Mediate => (Some(Role::Mediator), None),
            Frame::Happen | Frame::None => (None, None),
        };
        for s in &trigger.arguments.subjects {
            self.add(cast, subject, *s, 0.9);
        }
        for o in &trigger.arguments.objects {
            // "killed himself": whoever acts is the victim.
            let reflexive = self.doc.pos(*o) == Pos::Pron
                && (self.doc.word(*o).ends_with("self") || self.doc.word(*o).ends_with("selves"));
            if reflexive {
                self.reflexive(cast, *o, object);
            } else {
                self.add(cast, object, self.truncated(trigger.head, *o).unwrap_or(*o), 0.9);
            }
        }
        // "used drones to kill"
        let above = self.doc.head(trigger.head);
        if self.words.lemma(above) == "use" && syntax::is_infinitive(self.doc, trigger.head) {
            for o in syntax::objects(self.doc, above) {
                if self.words.bits(o) & self.lexicon.classes.class(Class::Weapon) != 0 {
                    self.add(cast, Some(Role::Instrument), o, 0.8);
                }
            }
        }
        for d in
            self.doc.children(trigger.head).filter(|c| self.doc.dep(*c) == Dep::Dative && self.doc.pos(*c) != Pos::Adp)
        {
            self.add(cast, Some(Role::Recipient), d, 0.85);
        }
    }

    /// "killed the group's second in command, Abu Omar": where the parser leaves a possessor without its noun, the
    /// person named beside it is meant.
    fn truncated(&self, verb: usize, object: usize) -> Option<usize> {
        let doc = self.doc;
        doc.child(object, Dep::Case)?;
        doc.children(verb).find(|c| {
            *c > object
                && matches!(doc.dep(*c), Dep::Npadvmod | Dep::Appos | Dep::Dobj | Dep::DepOther)
                && doc.entity_at(*c).is_some_and(|e| e.kind == EntityType::Person)
        })
    }

    /// A reflexive object is whoever acts, an entity where the actor is one.
    fn reflexive(&self, cast: &mut Vec<Participant>, object: usize, role: Option<Role>) {
        let actor = cast.iter().find(|p| p.role == Role::Actor).and_then(|p| p.entity);
        let Some(role) = role else { return };
        cast.push(Participant {
            role,
            entity: actor.or_else(|| self.facts.entities.headed_by(object).map(|m| m.entity)),
            tokens: Some(object..object + 1),
            via: Via::Coref,
            confidence: if actor.is_some() { 0.8 } else { 0.5 },
        });
    }

    fn noun(&self, trigger: &Trigger<'_>, cast: &mut Vec<Participant>) {
        let frame = trigger.entry.frame;
        let doc = self.doc;
        for s in &trigger.arguments.subjects {
            let role = match frame {
                Frame::Mediate => Role::Mediator,
                _ => Role::Actor,
            };
            self.add(cast, Some(role), *s, 0.9);
        }
        let of = trigger.arguments.preps.iter().any(|(p, _)| doc.lemma(*p) == "of" && doc.head(*p) == trigger.head);
        let possessor = match frame {
            Frame::Harm if !of => Some(Role::Victim),
            Frame::Take | Frame::Undergo if !of => Some(Role::Recipient),
            Frame::Suffer => Some(Role::Victim),
            Frame::Mediate => Some(Role::Mediator),
            Frame::Boom | Frame::Happen | Frame::None => None,
            _ => Some(Role::Actor),
        };
        for p in &trigger.arguments.possessors {
            // "last week's attack", "the city's worst attack": times and towns own events in another sense.
            let place = self.words.bits(*p) & self.lexicon.classes.class(Class::Place) != 0 && !self.is_person(*p);
            if place && possessor == Some(Role::Victim) {
                continue;
            }
            self.add(cast, possessor, *p, 0.8);
        }
        for m in trigger.arguments.modifiers.iter().filter(|m| !self.events.contains(m)) {
            self.modifier(trigger, *m, cast);
        }
        if let Some((verb, role)) = trigger.light {
            let role = match (role, frame) {
                (Role::Actor, Frame::Mediate) => Role::Mediator,
                (Role::Actor, Frame::Suffer) => return,
                (role, _) => role,
            };
            for s in syntax::subjects(doc, verb) {
                if s != trigger.head && (!cast.iter().any(|p| p.role == role && p.confidence >= 0.9)) {
                    self.add(cast, Some(role), s, 0.85);
                }
            }
        }
        for o in &trigger.arguments.objects {
            self.add(cast, Some(Role::Recipient), *o, 0.85);
        }
        if !matches!(frame, Frame::Mediate | Frame::Happen | Frame::None)
            && let Some((who, confidence)) = self.responsible(trigger.head)
        {
            for w in who {
                self.add(cast, Some(Role::Actor), w, confidence);
            }
        }
    }

    /// Who is said to be behind an event noun: "claimed responsibility for the attack", "blamed rebels for it", "the men
    /// responsible for the murder", "accused of the killing".
    fn responsible(&self, noun: usize) -> Option<(Vec<usize>, f64)> {
        let doc = self.doc;
        let prep = (doc.dep(noun) == Dep::Pobj).then(|| doc.head(noun))?;
        let above = doc.head(prep);
        match (doc.lemma(above), doc.lemma(prep)) {
            ("responsibility" | "credit", "for") => {
                let verb = doc.head(above);
                let claims = self.lexicon.is(WordClass::Claiming, doc.lemma(verb));
                (claims && doc.dep(above) == Dep::Dobj).then(|| (syntax::subjects(doc, verb), 0.8))
            }
            ("responsible", "for") => {
                let verb = doc.head(above);
                let held = syntax::objects(doc, verb);
                // "the group responsible for": the adjective follows its noun.
                let who = match doc.dep(above) {
                    Dep::Amod => vec![verb],
                    _ if held.is_empty() => syntax::subjects(doc, verb),
                    _ => held,
                };
                Some((who, 0.7))
            }
            ("blame", "for") | ("accuse" | "suspect" | "convict", "of") | ("charge", "with") => {
                Some((syntax::objects(doc, above), 0.5)).filter(|(who, _)| !who.is_empty())
            }
            _ => None,
        }
    }

    /// "U.S. airstrike", "police shooting", "hostage release": a modifier that names who acts or suffers.
    fn modifier(&self, trigger: &Trigger<'_>, m: usize, cast: &mut Vec<Participant>) {
        let bits = self.words.bits(m);
        let is = |class: Class| bits & self.lexicon.classes.class(class) != 0;
        let kind = self.doc.entity_at(m).map(|e| e.kind);
        if is(Class::Weapon) || is(Class::Bomb) && !is(Class::Armed) {
            if trigger.entry.frame != Frame::Clash {
                self.add(cast, Some(Role::Instrument), m, 0.8);
            }
            return;
        }
        let named = matches!(kind, Some(EntityType::Norp | EntityType::Org | EntityType::Person | EntityType::Gpe));
        if !named && !is(Class::Armed) && !is(Class::Person) && !is(Class::Cop) {
            return;
        }
        // "the Kabul bombing": a place before an act of force says where; initials ("U.S.") and adjectives say who.
        let plain_place =
            kind == Some(EntityType::Gpe) && !self.doc.word(m).contains('.') && self.doc.word(m).len() > 3;
        let role = match trigger.entry.frame {
            Frame::Harm if is(Class::Armed) || matches!(kind, Some(EntityType::Norp)) => Role::Actor,
            Frame::Harm if plain_place => return,
            Frame::Harm | Frame::Suffer => Role::Victim,
            Frame::Take if is(Class::Cop) || is(Class::Armed) && !is(Class::Prisoner) => Role::Actor,
            Frame::Take | Frame::Undergo => Role::Recipient,
            Frame::Boom | Frame::Happen | Frame::None => return,
            Frame::Act | Frame::Clash if plain_place => return,
            Frame::Mediate => Role::Mediator,
            _ => Role::Actor,
        };
        self.add(cast, Some(role), m, 0.75);
    }

    /// Prepositional phrases.
    fn phrases(&self, trigger: &Trigger<'_>, cast: &mut Vec<Participant>) {
        let frame = trigger.entry.frame;
        let verb = trigger.entry.verb;
        for (prep, objects) in &trigger.arguments.preps {
            let lemma = self.words.lemma(*prep);
            let own = self.doc.head(*prep) == trigger.head;
            let role = match (lemma, frame) {
                ("by", _) => continue,
                ("between" | "among", Frame::Clash | Frame::Both | Frame::Mediate) => Some(Role::Actor),
                ("with" | "against", Frame::Clash) => Some(Role::Actor),
                ("with", Frame::Both) => Some(Role::Recipient),
                ("of", Frame::Harm | Frame::Suffer) if !verb && own => Some(Role::Victim),
                ("of", Frame::Take | Frame::Undergo) if !verb && own => Some(Role::Recipient),
                ("of", Frame::Own | Frame::Both) if !verb && own => Some(Role::Actor),
                ("against" | "upon", Frame::Act | Frame::Harm) => Some(Role::Recipient),
                ("on", Frame::Act | Frame::Harm) if !verb || trigger.entry.takes("on") => Some(Role::Recipient),
                ("to", Frame::Give) => Some(Role::Recipient),
                ("for", Frame::Give) => Some(Role::Beneficiary),
                (p, _) if trigger.entry.takes(p) => Some(Role::Recipient),
                ("with" | "using", _) => Some(Role::Instrument),
                _ => None,
            };
            for o in objects {
                let weapon = self.words.bits(*o) & self.lexicon.classes.class(Class::Weapon) != 0;
                match role {
                    Some(Role::Instrument) if !weapon => {}
                    role => self.add(cast, role, *o, if own { 0.85 } else { 0.75 }),
                }
            }
        }
    }

    /// Casts a nominal in a role that it can play.
    fn add(&self, cast: &mut Vec<Participant>, role: Option<Role>, head: usize, confidence: f64) {
        let Some(mut role) = role else { return };
        let doc = self.doc;
        if !syntax::is_nominal(doc, head) || self.events.contains(&head) && !self.is_person(head) {
            return;
        }
        let bits = self.bits(head);
        let is = |class: Class| bits & self.lexicon.classes.class(class) != 0;
        // Addresses, times ("and minutes later") and bare demonstratives name nobody.
        let lemma = self.words.lemma(head);
        // "a block party" is no political one.
        let occasion = lemma == "party"
            && doc.children(head).any(|c| self.words.bits(c) & self.lexicon.classes.class(Class::Occasion) != 0);
        if occasion || lemma.contains("http") || matches!(lemma, "that" | "this" | "which" | "what") {
            return;
        }
        if is_amount(doc, head) {
            return;
        }
        let weapon = is(Class::Weapon) || is(Class::Bomb);
        // "helicopters fired on the house": somebody flew them.
        let vehicle = self.facts.entities.headed_by(head).is_some_and(|m| m.kind == crate::record::EntityKind::Vehicle);
        if role == Role::Actor && (weapon || vehicle) && !is(Class::Person) {
            role = Role::Instrument;
        }
        let mut head = head;
        let mut confidence = confidence;
        let unnamed = doc.pos(head) == Pos::Propn && doc.entity_at(head).is_none();
        let fits = match role {
            Role::Actor | Role::Mediator | Role::Beneficiary => is(Class::Actor) || unnamed,
            Role::Victim => {
                is(Class::Actor)
                    || unnamed
                    || doc.pos(head) == Pos::Num
                    || doc.pos(head) == Pos::Noun && !is(Class::Thing) && !is(Class::Place)
            }
            Role::Recipient => is(Class::Actor) || is(Class::Thing) || is(Class::Place) || unnamed,
            Role::Instrument => true,
        };
        if !fits {
            // "condemned Israel's attack": whoever owns the object is meant.
            let owner = match role {
                Role::Recipient | Role::Actor => self.owner(head),
                _ => None,
            };
            let Some(owner) = owner else { return };
            head = owner;
            confidence -= 0.25;
        }
        let (entity, tokens, via) = self.refer(head);
        if via == Via::Coref && entity.is_none() {
            // A pronoun that nobody resolved names nobody.
            if self.lexicon.is(WordClass::Nobody, doc.lemma(head)) {
                return;
            }
            confidence = confidence.min(0.3);
        }
        let known = cast
            .iter()
            .any(|p| p.tokens.as_ref() == Some(&tokens) || (p.role == role && entity.is_some() && p.entity == entity));
        if !known {
            cast.push(Participant { role, entity, tokens: Some(tokens), via, confidence });
        }
    }

    fn is_person(&self, head: usize) -> bool {
        self.words.bits(head) & self.lexicon.classes.class(Class::Human) != 0
    }

    /// Whether a word counts others: "dozens", "a group", "one of the helicopters".
    fn counts(&self, head: usize) -> bool {
        self.words.bits(head) & self.lexicon.classes.class(Class::Quantity) != 0
            || matches!(self.doc.pos(head), Pos::Num | Pos::Pron | Pos::Adj)
    }

    /// Classes of a nominal and of what it counts.
    fn bits(&self, head: usize) -> u128 {
        let of = self.doc.children(head).find(|c| self.counts(head) && *c == head + 1 && self.doc.lemma(*c) == "of");
        let inner = of.and_then(|of| self.doc.child(of, Dep::Pobj)).map_or(0, |i| self.words.bits(i));
        let entity = self.facts.entities.headed_by(head).map_or(0, |m| super::kind_bits(m.kind));
        self.words.bits(head) | inner | entity
    }

    /// The actor that an object belongs to.
    fn owner(&self, head: usize) -> Option<usize> {
        use EntityType::{Gpe, Norp, Org, Person};
        let doc = self.doc;
        let named = |i: &usize| doc.entity_at(*i).is_some_and(|e| matches!(e.kind, Gpe | Org | Norp | Person));
        let before =
            doc.children(head).filter(|c| matches!(doc.dep(*c), Dep::Poss | Dep::Compound | Dep::Amod | Dep::Nmod));
        let after = doc
            .children(head)
            .filter(|c| doc.dep(*c) == Dep::Prep && matches!(doc.lemma(*c), "of" | "by" | "from"))
            .filter_map(|p| doc.child(p, Dep::Pobj));
        before.chain(after).find(named)
    }

    /// The entity that a nominal refers to and the words to show.
    pub(super) fn refer(&self, head: usize) -> (Option<usize>, std::ops::Range<usize>, Via) {
        let doc = self.doc;
        let entities = self.facts.entities;
        // "his deputy, Abu Omar": the name in apposition says who.
        let named = |m: &&Mention| m.form == MentionForm::Name;
        if entities.headed_by(head).filter(named).is_none()
            && let Some(m) = doc
                .children(head)
                .filter(|c| doc.dep(*c) == Dep::Appos)
                .find_map(|c| entities.headed_by(c).filter(named))
                .filter(|m| matches!(m.kind, EntityKind::Person | EntityKind::Org))
        {
            return (Some(m.entity), m.tokens.clone(), Via::Explicit);
        }
        // "Castellar, mayor of Achi": so does the name that the role stands beside.
        if doc.dep(head) == Dep::Appos
            && entities.headed_by(head).filter(named).is_none()
            && let Some(m) = entities.headed_by(doc.head(head)).filter(named).filter(|m| m.kind == EntityKind::Person)
        {
            return (Some(m.entity), m.tokens.clone(), Via::Explicit);
        }
        // Numbers and dates are no one.
        let someone =
            |m: &&Mention| super::kind_bits(m.kind) != 0 || matches!(m.kind, EntityKind::Weapon | EntityKind::Vehicle);
        // "dozens of rebels" are the rebels; "the bomb maker of the rebels" is none of them.
        let mention = entities.headed_by(head).filter(someone).or_else(|| {
            let of = doc.children(head).find(|c| self.counts(head) && *c == head + 1 && doc.lemma(*c) == "of")?;
            entities.headed_by(doc.child(of, Dep::Pobj)?)
        });
        let tokens = match mention {
            // A description comes with its number: "two soldiers".
            Some(m) if m.form == MentionForm::Nominal && m.head == head => {
                let phrase = syntax::phrase(doc, head, self.counts(head));
                phrase.start.min(m.tokens.start)..phrase.end.max(m.tokens.end)
            }
            Some(m) if m.tokens.contains(&head) => m.tokens.clone(),
            _ => match doc.entity_at(head).filter(|e| e.kind != EntityType::Cardinal) {
                Some(e) => e.tokens.clone(),
                None => syntax::phrase(doc, head, self.counts(head)),
            },
        };
        let pronoun = doc.pos(head) == Pos::Pron;
        let via = match mention.map(|m| m.form) {
            Some(MentionForm::Pronoun) => Via::Coref,
            _ if pronoun => Via::Coref,
            _ => Via::Explicit,
        };
        (mention.map(|m| m.entity), tokens, via)
    }
}

/// Whether a word is part of a date or an amount, which are no one.
pub(super) fn is_amount(doc: &Doc<'_>, i: usize) -> bool {
    doc.entity_at(i).is_some_and(|e| {
        matches!(
            e.kind,
            EntityType::Date
                | EntityType::Time
                | EntityType::Money
                | EntityType::Percent
                | EntityType::Ordinal
                | EntityType::Quantity
        )
    })
}
