//! The type block of a mention: PLOVER event, modes and contexts, CAMEO code.

use super::Participant;
use super::lexicon::{Entry, Reading};
use super::mentions::Reader;
use super::triggers::Trigger;
use crate::record::{Context, EventClass, EventType, Mode, ParticipantRole, TypeAlternative};

/// Contexts that an event has at most; a sentence's words may add to those of the entry.
const CONTEXTS: usize = 3;

impl Reader<'_> {
    /// The type block.
    pub(super) fn class(&self, trigger: &Trigger<'_>, cast: &[Participant], s: usize) -> EventClass {
        let Entry { modes, contexts, .. } = trigger.entry;
        let event = event_of(trigger.reading);
        let own = trigger.entry.reading == trigger.reading;
        let mut modes: Vec<Mode> = if own { modes.clone() } else { Vec::new() };
        let mut cameo = trigger.entry.cameo.as_deref().filter(|_| own);
        if event == Some(EventType::Assault) {
            if modes.is_empty()
                && let Some(mode) = self.means(trigger, cast)
            {
                modes.push(mode);
                cameo = match mode {
                    Mode::Aerial | Mode::Drone => Some("195"),
                    Mode::HeavyWeapons => Some("194"),
                    Mode::Firearms => Some("193"),
                    Mode::Explosives => Some("183"),
                    Mode::Unconventional => Some("2041"),
                    _ => cameo,
                };
            }
            cameo = cameo.or(Some("190"));
        }
        let mut contexts: Vec<Context> = match (event, own) {
            (None, _) => vec![Context::Disasters],
            (_, true) => contexts.clone(),
            _ => Vec::new(),
        };
        if event.is_none() {
            contexts.extend(trigger.entry.contexts.iter().filter(|_| own).filter(|c| **c != Context::Disasters));
        } else {
            for i in self.story.tokens(s) {
                if contexts.len() >= CONTEXTS {
                    break;
                }
                if let Some(c) = self.lexicon.contexts.get(self.words.lemma(i))
                    && !contexts.contains(c)
                {
                    contexts.push(*c);
                }
            }
        }
        let total: f64 = trigger.entry.weight + trigger.others.iter().map(|(_, w)| w * 0.3).sum::<f64>();
        let alternatives = trigger
            .others
            .iter()
            .map(|(code, w)| TypeAlternative {
                cameo: (*code).to_owned(),
                p: (w * 0.3 / total * 100.0).round() / 100.0,
            })
            .collect();
        self.lexicon.codes.class(event, modes, contexts, cameo, alternatives)
    }

    /// The mode that a weapon named with an assault gives it.
    fn means(&self, trigger: &Trigger<'_>, cast: &[Participant]) -> Option<Mode> {
        let instrument = cast.iter().filter(|p| p.role == ParticipantRole::Instrument).filter_map(|p| p.tokens.clone());
        let modifiers = trigger.arguments.modifiers.iter().map(|m| *m..*m + 1);
        let subjects = trigger.arguments.subjects.iter().map(|m| *m..*m + 1);
        instrument
            .chain(modifiers)
            .chain(subjects)
            .flatten()
            .find_map(|i| self.lexicon.weapons.get(self.words.lemma(i)).copied())
    }
}

/// The PLOVER event of a reading, where it has one.
pub(super) fn event_of(reading: Reading) -> Option<EventType> {
    match reading {
        Reading::Event(event) => Some(event),
        _ => None,
    }
}
