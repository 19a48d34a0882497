//! How near the words of an event the article speaks of something: what the choices of place and time have in common.

use std::ops::Range;

use super::Cluster;
use super::linear::Sample;
use crate::extract::Story;
use crate::extract::events::EventMention;
use crate::nlp::Dep;
use crate::record::Via;

/// Sentences around a mention, and words in them, that are looked at.
const AROUND: usize = 12;
const MOST: usize = 60;

/// Steps up the parse within which words count as tied.
const CLIMB: usize = 8;

/// Prepositions that are told apart.
const PREPS: [&str; 26] = [
    "in", "at", "near", "on", "outside", "inside", "across", "around", "of", "from", "to", "into", "by", "with",
    "against", "between", "for", "over", "through", "toward", "since", "until", "before", "after", "during", "within",
];

/// Where the article speaks of something.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) head: usize,
    pub(super) sentence: usize,
    pub(super) tokens: Range<usize>,
    /// By its name, not by an adjective or inside another name.
    pub(super) named: bool,
}

/// The mentions of an event and the sentences that they stand in.
pub(super) struct Told<'a> {
    story: &'a Story<'a>,
    pub(super) members: Vec<&'a EventMention>,
    sentences: Vec<usize>,
}

impl<'a> Told<'a> {
    pub(super) fn new(story: &'a Story<'a>, mentions: &'a [EventMention], cluster: &Cluster) -> Self {
        let members: Vec<&EventMention> = cluster.mentions.iter().map(|m| &mentions[*m]).collect();
        let mut sentences: Vec<usize> = members.iter().map(|m| story.sentence(m.head)).collect();
        sentences.dedup();
        Self { story, members, sentences }
    }

    /// Whether a sentence tells of the event.
    pub(super) fn tells(&self, sentence: usize) -> bool {
        self.sentences.binary_search(&sentence).is_ok()
    }

    /// The site next to the event's words, where one stands in their sentence.
    pub(super) fn nearest<'s>(&self, sites: &'s [Site]) -> Option<&'s Site> {
        let pairs = self.members.iter().flat_map(|m| sites.iter().filter(|s| s.named).map(move |s| (m.head, s)));
        let here = pairs.filter(|(head, s)| self.story.sentence(*head) == s.sentence);
        here.min_by_key(|(head, s)| head.abs_diff(s.head)).map(|(_, s)| s)
    }

    /// What the model sees of the sites of one thing, in text order.
    pub(super) fn nearness(&self, f: &mut Sample, sites: &[Site]) {
        let (story, doc) = (self.story, self.story.doc);
        let mut best: Option<(usize, &Site, usize)> = None;
        let (mut before, mut after, mut paragraph, mut path) = (false, false, false, usize::MAX);
        for m in &self.members {
            let s = story.sentence(m.head);
            let from = sites.partition_point(|x| x.sentence + AROUND < s);
            for site in sites[from..].iter().take_while(|x| x.sentence <= s + AROUND).take(MOST) {
                before |= site.sentence + 1 == s;
                after |= site.sentence == s + 1;
                paragraph |= story.paragraph(site.sentence) == story.paragraph(s);
                if site.sentence == s {
                    let apart = m.head.abs_diff(site.head);
                    if best.is_none_or(|(d, ..)| apart < d) {
                        best = Some((apart, site, m.head));
                    }
                    path = path.min(self.path(m.head, site.head));
                }
            }
        }
        f.flag("previous sentence", before && best.is_none());
        f.flag("next sentence", after && best.is_none() && !before);
        f.flag("paragraph", paragraph && best.is_none());
        let told = |s: &&usize| sites.binary_search_by_key(*s, |x| x.sentence).is_ok();
        let share = self.sentences.iter().filter(told).count() as f32 / self.sentences.len() as f32;
        f.add("number", "share of sentences", share);
        let Some((apart, site, head)) = best else { return };
        f.flag("here", true);
        f.flag("here, before", site.head < head);
        f.flag("here, not named", !site.named);
        f.add("number", "distance", (apart as f32).ln_1p());
        f.add("path", ["0", "1", "2", "3", "4", "5", "6"].get(path).copied().unwrap_or("far"), 1.0);
        let named = if site.named { "relation" } else { "relation of an adjective" };
        let dep = doc.dep(site.head);
        f.add(named, dep.as_str(), 1.0);
        let mut at = site.head;
        while matches!(doc.dep(at), Dep::Compound | Dep::Appos | Dep::Conj | Dep::Nmod) && !doc.is_root(at) {
            at = doc.head(at);
        }
        if doc.dep(at) == Dep::Pobj {
            let lemma = doc.lemma(doc.head(at));
            let prep = PREPS.iter().find(|p| lemma.eq_ignore_ascii_case(p)).copied().unwrap_or("other");
            f.add("preposition", prep, 1.0);
            if path <= 2 {
                f.add("preposition of the trigger", prep, 1.0);
            }
        }
    }

    /// Arcs of the parse between two words of a sentence; many where they meet far up.
    fn path(&self, a: usize, b: usize) -> usize {
        let doc = self.story.doc;
        let up = |i: usize| std::iter::once(i).chain(doc.ancestors(i)).take(CLIMB);
        let meet = up(a).enumerate().find_map(|(n, x)| up(b).position(|y| y == x).map(|m| n + m));
        meet.unwrap_or(usize::MAX)
    }
}

/// Scores to shares of belief.
pub(super) fn chances(scores: impl Iterator<Item = f32>) -> Vec<f64> {
    let mut all: Vec<f64> = scores.map(f64::from).collect();
    let top = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    all.iter_mut().for_each(|s| *s = (*s - top).exp());
    let sum: f64 = all.iter().sum();
    all.iter_mut().for_each(|s| *s /= sum);
    all
}

/// The ways a value is tied to an event, as the models name them.
pub(super) const LINKS: [(Via, &str); 5] = [
    (Via::Explicit, "explicit"),
    (Via::Coref, "coref"),
    (Via::Cluster, "cluster"),
    (Via::Inferred, "inferred"),
    (Via::Default, "default"),
];
