//! What kind of harm without an agent a mention tells of.
//!
//! The words of the trigger decide, then those that it governs ("the collapse of a mine shaft"), then the nearest of its
//! sentence, then what the article told last. One table says which word stands for what (`happenings.tsv`).

use super::EventMention;
use super::mentions::Reader;
use super::triggers::Trigger;
use crate::record::Happening;

impl Reader<'_> {
    /// The kind; `before` are the mentions in front of it.
    pub(super) fn happening(&self, trigger: &Trigger<'_>, sentence: usize, before: &[EventMention]) -> Happening {
        let of = |i: usize| self.lexicon.happenings.get(self.words.lemma(i)).copied();
        let own = || of(trigger.head).or_else(|| trigger.tokens.clone().find_map(of));
        let governed = || {
            let arguments = &trigger.arguments;
            let objects = arguments.objects.iter().chain(arguments.preps.iter().flat_map(|(_, objects)| objects));
            arguments.modifiers.iter().chain(&arguments.subjects).chain(objects).find_map(|i| of(*i))
        };
        let nearest = || {
            let told = self.story.tokens(sentence).filter_map(|i| Some((i.abs_diff(trigger.head), of(i)?)));
            told.min_by_key(|(distance, _)| *distance).map(|(_, kind)| kind)
        };
        // "Planes landed. Nine people died": a disaster by name, however far back, before what is only told beside one.
        // "Planes landed. Nine people died": a disaster by name, however far back, before what is only told beside one.
        let named = || before.iter().rev().filter(|m| m.rule.names_disaster()).find_map(|m| m.class.happening);
        let told = || named().or_else(|| self.told_before(sentence, before).find_map(|m| m.class.happening));
        own().or_else(governed).or_else(nearest).or_else(told).unwrap_or(Happening::Other)
    }
}

/// The kind that most mentions of an event tell of, "other" only where none tells a better one; of equally many the one
/// told first.
pub(crate) fn of_all(kinds: impl Iterator<Item = Happening>) -> Option<Happening> {
    let mut counts: Vec<(Happening, usize)> = Vec::new();
    for kind in kinds {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind, 1)),
        }
    }
    let rank = |(kind, n): &(Happening, usize)| (*kind != Happening::Other, *n);
    counts.into_iter().rev().max_by_key(rank).map(|(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::events::{self, Trace};
    use crate::extract::testing;

    #[test]
    fn the_words_tell_the_kind() {
        let cases = [
            ("An earthquake killed 40 people in Nepal on Sunday.", "earthquake"),
            ("Floods killed 12 people in Kerala on Monday.", "flood"),
            ("A typhoon hit Manila, killing nine people.", "storm"),
            ("A factory fire killed 20 workers on Monday.", "fire"),
            ("A bus plunged into a ravine, killing 30 passengers.", "transport_accident"),
            ("The ferry capsized in heavy rain.", "transport_accident"),
            ("A gas explosion killed three people in the town.", "industrial_accident"),
            ("The collapse of a coal mine killed 14 people.", "industrial_accident"),
            ("An outbreak of cholera killed 70 people in Haiti.", "epidemic"),
            ("A landslide buried a village, killing 60 people.", "other"),
            ("Heavy rain caused floods in Assam. Ten people died.", "flood"),
        ];
        for (text, expect) in cases {
            let story = testing::read(text, Some("2031-05-08"));
            let kinds: Vec<Option<Happening>> = testing::facts(&story, |facts| {
                let tables = testing::event_tables();
                let mentions = events::find(&story, facts, tables, None, &mut Trace::default()).unwrap();
                mentions.iter().map(|m| m.class.happening).collect()
            });
            let expect = Happening::parse(expect);
            assert!(!kinds.is_empty() && kinds.iter().all(|k| *k == expect), "{text}: {kinds:?}");
        }
    }

    #[test]
    fn a_known_kind_outvotes_others() {
        use Happening::{Fire, Flood, Other, Storm};
        let cases = [
            (&[][..], None),
            (&[Other, Other][..], Some(Other)),
            (&[Other, Other, Flood][..], Some(Flood)),
            (&[Storm, Flood, Flood][..], Some(Flood)),
            (&[Storm, Fire][..], Some(Storm)),
        ];
        for (kinds, expect) in cases {
            assert_eq!(of_all(kinds.iter().copied()), expect, "{kinds:?}");
        }
    }
}
