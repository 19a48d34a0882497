//! What of an article is compared with other articles: hashes and numbers, no texts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clock;
use super::hash::hash32;
use super::lists::{List, Lists, Weighted, common};
use super::words::{self, BINS};
use crate::record::link::{LinkArticle, LinkEvent, LinkName, LinkPlace, LinkToll};
use crate::record::{EventType, Via};

/// Places of this resolution and finer can be told apart by their distance.
pub(super) const FINE: u8 = 3;
/// Places and terms of the sketch by which an article is found.
const KEY_PLACES: usize = 3;
const HEAVIEST: usize = 14;

/// The comparable side of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Traits {
    /// Day of publication.
    pub(super) day: Option<i32>,
    /// First and last day of the main event.
    pub(super) span: Option<(i32, i32)>,
    /// Where the main event happened.
    pub(super) site: Option<Spot>,
    /// Type of the main event, of all events, and the modes of the main one, as bits.
    pub(super) class: Option<EventType>,
    pub(super) classes: u32,
    pub(super) modes: u64,
    /// CAMEO root of the main event.
    pub(super) root: u8,
    /// Dead and injured of the main event, and of the first event that says so.
    pub(super) main_toll: [Option<u16>; 2],
    pub(super) any_toll: [Option<u16>; 2],
    /// Fine places, most salient first.
    pub(super) places: Box<[Spot]>,
    lists: Lists,
    /// Lengths of the vectors of terms: sketch, lead and headline.
    lengths: [f32; 3],
    /// The lightest of the heaviest terms of the sketch.
    cut: (u8, u32),
    #[serde(with = "bytes_of_bins")]
    pub(super) fingerprint: [u8; BINS],
    /// Characters of the body, at most 65,535.
    pub(super) chars: u16,
    /// Hash of the agency.
    pub(super) wire: Option<u32>,
}

/// A place to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Spot {
    pub(super) id: u32,
    pub(super) lat: f32,
    pub(super) lon: f32,
    pub(super) unit: u32,
    pub(super) fine: bool,
    /// Weight in hundredths.
    pub(super) weight: u8,
}

/// Weighted terms by hash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) list: Weighted<'a>,
    /// Length of the vector.
    length: f32,
}

impl Traits {
    /// Of an article, its main event beside it.
    pub(super) fn of(article: &LinkArticle) -> Self {
        let main = article.events.iter().find(|e| e.main);
        let classes = article.types.iter().fold(0, |bits, t| bits | bit(*t));
        let name = |n: &LinkName| (hash32(&n.name), n.idf);
        let surname = |n: &LinkName| (hash32(n.name.rsplit(' ').next().unwrap_or_default()), n.last_idf);
        let parties = main.into_iter().flat_map(|m| m.actors.iter().chain(&m.recipients)).map(|p| words::name(&p.name));
        let lists = Lists::new(
            [
                terms(&article.sketch),
                terms(&article.lead),
                terms(&article.headline),
                article.people.iter().map(name).collect(),
                article.people.iter().map(surname).collect(),
                article.organisations.iter().map(name).collect(),
            ],
            [
                hashes(parties),
                hashes(main.into_iter().flat_map(|m| m.triggers.iter().cloned())),
                hashes(article.streets.iter().cloned()),
                article.ages.iter().map(|age| u32::from(*age)).collect(),
                article.places.iter().filter_map(unit).collect(),
                article.days.iter().filter_map(|d| clock::day(d)).map(i32::cast_unsigned).collect(),
            ],
        );
        Self {
            day: article.published_at.as_deref().and_then(clock::day),
            span: main.and_then(span),
            site: main.and_then(|m| m.location.as_ref()).and_then(spot),
            class: main.and_then(|m| m.class.plover.event),
            classes,
            modes: main.map_or(0, |m| m.class.plover.mode.iter().fold(0, |bits, m| bits | 1 << (*m as u32))),
            root: main.and_then(|m| m.class.cameo.as_deref()?.get(..2)?.parse().ok()).unwrap_or(0),
            main_toll: main.map_or([None; 2], |m| [number(m.killed.as_ref()), number(m.injured.as_ref())]),
            any_toll: [article.killed, article.injured].map(|n| n.map(small)),
            places: article.places.iter().filter_map(spot).filter(|p| p.fine).collect(),
            lengths: [List::Sketch, List::Lead, List::Headline].map(|list| length(lists.weighted(list))),
            cut: cut(lists.weighted(List::Sketch)),
            lists,
            fingerprint: bytes(&article.fingerprint),
            chars: u16::try_from(article.body_chars).unwrap_or(u16::MAX),
            wire: article.wire.as_deref().map(hash32),
        }
    }

    /// A list of hashes or numbers.
    pub(super) fn list(&self, list: List) -> &[u32] {
        self.lists.get(list)
    }

    /// Names by hash, with ten times their inverse document frequency.
    pub(super) fn names(&self, list: List) -> Weighted<'_> {
        self.lists.weighted(list)
    }

    /// Whether it names people.
    pub(super) fn names_people(&self) -> bool {
        !self.list(List::People).is_empty()
    }

    pub(super) fn sketch(&self) -> Terms<'_> {
        Terms { list: self.lists.weighted(List::Sketch), length: self.lengths[0] }
    }

    pub(super) fn lead(&self) -> Terms<'_> {
        Terms { list: self.lists.weighted(List::Lead), length: self.lengths[1] }
    }

    pub(super) fn headline(&self) -> Terms<'_> {
        Terms { list: self.lists.weighted(List::Headline), length: self.lengths[2] }
    }

    /// The places by which it is found.
    pub(super) fn key_places(&self) -> impl Iterator<Item = u32> + '_ {
        self.places.iter().map(|p| p.id).filter(|id| *id != 0).take(KEY_PLACES)
    }

    /// Whether a term of the sketch is one of its heaviest; of equally heavy ones those of the least hash are.
    pub(super) fn is_heavy(&self, hash: u32, weight: u8) -> bool {
        (Reverse(weight), hash) <= (Reverse(self.cut.0), self.cut.1)
    }
}

/// The days that an event spans.
pub(super) fn span(event: &LinkEvent) -> Option<(i32, i32)> {
    let time = event.time.as_ref()?;
    let start = clock::day(time.start.as_deref()?)?;
    let end = time.end.as_deref().and_then(clock::day).unwrap_or(start);
    Some((start, end.max(start)))
}

/// Whether a time is the text's own and not the article's date for want of one.
pub(super) fn is_stated(event: &LinkEvent) -> bool {
    event.time.as_ref().is_some_and(|t| t.via != Via::Default)
}

/// A place with coordinates.
pub(super) fn spot(place: &LinkPlace) -> Option<Spot> {
    Some(Spot {
        id: place.geonameid.unwrap_or(0),
        lat: place.lat? as f32,
        lon: place.lon? as f32,
        unit: unit(place).unwrap_or(0),
        fine: place.resolution.is_some_and(|r| r >= FINE),
        weight: (place.weight * 100.0).round().clamp(0.0, 100.0) as u8,
    })
}

/// The first-level unit of a place that lies in one.
fn unit(place: &LinkPlace) -> Option<u32> {
    let code = place.admin1_code.as_deref().filter(|_| place.resolution.is_some_and(|r| r >= 2))?;
    Some(hash32(&format!("{}.{code}", place.country_iso2.as_deref().unwrap_or_default())))
}

/// Whether two places lie further apart than so many kilometres. A degree of latitude has 110.6 to 111.7 km everywhere, so
/// the latitudes alone say it of most pairs.
pub(super) fn beyond(a: &Spot, b: &Spot, limit: f64) -> bool {
    f64::from((a.lat - b.lat).abs()) * 110.0 > limit || km(a, b) > limit
}

/// Kilometres between two places.
pub(super) fn km(a: &Spot, b: &Spot) -> f64 {
    let [la, lo, lb, lp] = [a.lat, a.lon, b.lat, b.lon].map(|x| f64::from(x).to_radians());
    let h = ((lb - la) / 2.0).sin().powi(2) + la.cos() * lb.cos() * ((lp - lo) / 2.0).sin().powi(2);
    12_742.0 * h.min(1.0).sqrt().asin()
}

fn number(toll: Option<&LinkToll>) -> Option<u16> {
    toll.and_then(|t| t.best).map(small)
}

fn small(n: u64) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn bit(class: Option<EventType>) -> u32 {
    1 << class.map_or(16, |c| c as u32)
}

fn hashes(texts: impl Iterator<Item = String>) -> Vec<u32> {
    texts.filter(|t| !t.is_empty()).map(|t| hash32(&t)).collect()
}

fn terms(list: &BTreeMap<String, u8>) -> Vec<(u32, u8)> {
    list.iter().map(|(term, weight)| (hash32(term), *weight)).collect()
}

fn length(terms: Weighted<'_>) -> f32 {
    let squares: u32 = terms.weights.iter().map(|weight| u32::from(*weight).pow(2)).sum();
    (squares as f32).sqrt()
}

/// Weight and hash of the last of the heaviest terms.
fn cut(terms: Weighted<'_>) -> (u8, u32) {
    let mut order: Vec<(Reverse<u8>, u32)> =
        terms.weights.iter().zip(terms.values).map(|(weight, hash)| (Reverse(*weight), *hash)).collect();
    order.sort_unstable();
    order.get(HEAVIEST.min(order.len()).wrapping_sub(1)).map_or((0, 0), |(weight, hash)| (weight.0, *hash))
}

/// The bytes of a hexadecimal text; what is none counts as an empty bin.
fn bytes(hex: &str) -> [u8; BINS] {
    std::array::from_fn(|i| hex.get(2 * i..2 * i + 2).and_then(|b| u8::from_str_radix(b, 16).ok()).unwrap_or(0))
}

impl Terms<'_> {
    /// Cosine with another one.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        self.cosine_and(other, |_, _| {})
    }

    /// Cosine with another one, telling the positions of each shared term.
    pub(super) fn cosine_and(&self, other: &Self, mut shared: impl FnMut(usize, usize)) -> f64 {
        let mut product = 0;
        for (i, j) in common(self.list.values, other.list.values) {
            product += u32::from(self.list.weights[i]) * u32::from(other.list.weights[j]);
            shared(i, j);
        }
        let lengths = f64::from(self.length) * f64::from(other.length);
        if lengths > 0.0 { f64::from(product) / lengths } else { 0.0 }
    }
}

/// Bins that two texts share and that either of them fills.
pub(super) fn bins(a: &Traits, b: &Traits) -> (u32, u32) {
    let pairs = || a.fingerprint.iter().zip(&b.fingerprint);
    let equal = pairs().map(|(x, y)| u8::from(x == y && *x != 0)).sum::<u8>();
    let filled = pairs().map(|(x, y)| u8::from(x | y != 0)).sum::<u8>();
    (u32::from(equal), u32::from(filled))
}

/// Estimated share of shingles that two texts have in common.
pub(super) fn alike(a: &Traits, b: &Traits) -> f64 {
    let (equal, filled) = bins(a, b);
    if filled < 12 { 0.0 } else { f64::from(equal) / f64::from(filled) }
}

mod bytes_of_bins {
    //! Serde knows no arrays of 64.

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::BINS;

    pub(super) fn serialize<S: Serializer>(bins: &[u8; BINS], to: S) -> Result<S::Ok, S::Error> {
        bins.as_slice().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; BINS], D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        bytes.try_into().map_err(|_| D::Error::custom("a fingerprint has 64 bins"))
    }
}
