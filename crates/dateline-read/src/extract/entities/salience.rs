//! How much an article is about each of its entities.

use super::{Mention, MentionForm};
use crate::article::BlockKind;
use crate::extract::Story;
use crate::nlp::Dep;
use crate::record::EntityKind;

/// Weight of every entity, 0 to 1; the most prominent one has 1. Counts mentions; those in the headline, the lead and
/// in subject position count more, those in captions and repeated sentences less. The root tames long chains.
pub(super) fn weigh(story: &Story<'_>, kinds: &[EntityKind], mentions: &[Mention]) -> Vec<f64> {
    let lead = (0..story.doc.sentences().len()).find(|s| is_running_text(story, *s));
    let mut sums = vec![0.0_f64; kinds.len()];
    for mention in mentions {
        sums[mention.entity] += weight(story, mention, lead);
    }
    for (sum, kind) in sums.iter_mut().zip(kinds) {
        *sum = sum.sqrt() * share(*kind);
    }
    let top = sums.iter().copied().fold(0.0, f64::max);
    if top > 0.0 {
        for sum in &mut sums {
            *sum /= top;
        }
    }
    sums
}

fn is_running_text(story: &Story<'_>, sentence: usize) -> bool {
    matches!(story.kind(sentence), BlockKind::Paragraph | BlockKind::Dateline)
}

fn weight(story: &Story<'_>, mention: &Mention, lead: Option<usize>) -> f64 {
    let sentence = story.sentence(mention.head);
    let place = match story.kind(sentence) {
        BlockKind::CrawlerPrefix | BlockKind::Byline | BlockKind::Boilerplate => return 0.0,
        BlockKind::Headline => 3.0,
        BlockKind::Caption => 0.4,
        BlockKind::Dateline | BlockKind::Paragraph => match lead {
            Some(lead) if sentence == lead => 2.5,
            Some(lead) if sentence < lead + 6 => 1.4,
            _ => 1.0,
        },
    };
    let repeated = if story.is_repeated(sentence) { 0.2 } else { 1.0 };
    let subject = matches!(story.doc.dep(mention.head), Dep::Nsubj | Dep::Nsubjpass | Dep::Agent);
    let form = match mention.form {
        MentionForm::Name => 1.0,
        MentionForm::Nominal => 0.8,
        MentionForm::Pronoun => 0.5,
    };
    place * repeated * form * if subject { 1.5 } else { 1.0 }
}

/// Numbers and times are no topics.
fn share(kind: EntityKind) -> f64 {
    use EntityKind::{Cardinal, Date, Language, Money, Ordinal, Percent, Quantity, Time};
    match kind {
        Cardinal | Date | Money | Ordinal | Percent | Quantity | Time => 0.2,
        Language => 0.5,
        _ => 1.0,
    }
}
