//! What of an article is compared with other articles: hashes and numbers, no texts.

use serde::{Deserialize, Serialize};

use super::clock;
use super::hash::hash32;
use super::words::{self, BINS};
use crate::record::link::{LinkArticle, LinkEvent, LinkName, LinkPlace, LinkToll};
use crate::record::{EventType, Via};

/// Places of this resolution and finer can be told apart by their distance.
pub(super) const FINE: u8 = 3;

/// The comparable side of an article. Lists of hashes are sorted.
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
    /// Names of the main event's parties.
    pub(super) parties: Box<[u32]>,
    pub(super) triggers: Box<[u32]>,
    pub(super) people: Names,
    pub(super) surnames: Names,
    pub(super) organisations: Names,
    pub(super) streets: Box<[u32]>,
    pub(super) ages: Box<[u8]>,
    /// Fine places, most salient first.
    pub(super) places: Box<[Spot]>,
    /// First-level units of all places.
    pub(super) units: Box<[u32]>,
    pub(super) days: Box<[i32]>,
    pub(super) sketch: Terms,
    pub(super) lead: Terms,
    pub(super) headline: Terms,
    #[serde(with = "bins")]
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

/// Names by hash, with ten times their inverse document frequency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Names {
    pub(super) hashes: Box<[u32]>,
    pub(super) idf: Box<[u8]>,
}

/// Weighted terms by hash.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub(super) hashes: Box<[u32]>,
    pub(super) weights: Box<[u8]>,
    /// Length of the vector.
    pub(super) length: f32,
}

impl Traits {
    /// Of an article, its main event beside it.
    pub(super) fn of(article: &LinkArticle) -> Self {
        let main = article.events.iter().find(|e| e.main);
        let classes = article.types.iter().fold(0, |bits, t| bits | bit(*t));
        let mut units: Vec<u32> = article.places.iter().filter_map(unit).collect();
        sort(&mut units);
        let mut days: Vec<i32> = article.days.iter().filter_map(|d| clock::day(d)).collect();
        sort(&mut days);
        let mut ages = article.ages.clone();
        sort(&mut ages);
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
            parties: hashes(
                main.into_iter().flat_map(|m| m.actors.iter().chain(&m.recipients)).map(|p| words::name(&p.name)),
            ),
            triggers: hashes(main.into_iter().flat_map(|m| m.triggers.iter().cloned())),
            people: Names::of(&article.people, |n| (n.name.clone(), n.idf)),
            surnames: Names::of(&article.people, |n| {
                (n.name.rsplit(' ').next().unwrap_or_default().to_owned(), n.last_idf)
            }),
            organisations: Names::of(&article.organisations, |n| (n.name.clone(), n.idf)),
            streets: hashes(article.streets.iter().cloned()),
            ages: ages.into(),
            places: article.places.iter().filter_map(spot).filter(|p| p.fine).collect(),
            units: units.into(),
            days: days.into(),
            sketch: Terms::of(&article.sketch),
            lead: Terms::of(&article.lead),
            headline: Terms::of(&article.headline),
            fingerprint: bytes(&article.fingerprint),
            chars: u16::try_from(article.body_chars).unwrap_or(u16::MAX),
            wire: article.wire.as_deref().map(hash32),
        }
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

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

fn hashes(texts: impl Iterator<Item = String>) -> Box<[u32]> {
    let mut list: Vec<u32> = texts.filter(|t| !t.is_empty()).map(|t| hash32(&t)).collect();
    sort(&mut list);
    list.into()
}

/// The bytes of a hexadecimal text; what is none counts as an empty bin.
fn bytes(hex: &str) -> [u8; BINS] {
    std::array::from_fn(|i| hex.get(2 * i..2 * i + 2).and_then(|b| u8::from_str_radix(b, 16).ok()).unwrap_or(0))
}

impl Names {
    fn of(list: &[LinkName], take: impl Fn(&LinkName) -> (String, u8)) -> Self {
        let mut names: Vec<(u32, u8)> = list.iter().map(take).map(|(name, idf)| (hash32(&name), idf)).collect();
        names.sort_unstable();
        names.dedup_by_key(|n| n.0);
        Self { hashes: names.iter().map(|n| n.0).collect(), idf: names.iter().map(|n| n.1).collect() }
    }
}

impl Terms {
    fn of(list: &std::collections::BTreeMap<String, u8>) -> Self {
        let mut terms: Vec<(u32, u8)> = list.iter().map(|(term, weight)| (hash32(term), *weight)).collect();
        terms.sort_unstable();
        terms.dedup_by_key(|t| t.0);
        let squares: u32 = terms.iter().map(|t| u32::from(t.1).pow(2)).sum();
        Self {
            hashes: terms.iter().map(|t| t.0).collect(),
            weights: terms.iter().map(|t| t.1).collect(),
            length: (squares as f32).sqrt(),
        }
    }

    /// Cosine with another one.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        let product: u32 = common(&self.hashes, &other.hashes)
            .map(|(i, j)| u32::from(self.weights[i]) * u32::from(other.weights[j]))
            .sum();
        let lengths = f64::from(self.length) * f64::from(other.length);
        if lengths > 0.0 { f64::from(product) / lengths } else { 0.0 }
    }

    /// The heaviest terms in no order; of equally heavy ones those of the least hash.
    pub(super) fn heaviest(&self, n: usize) -> impl Iterator<Item = u32> + '_ {
        let weights = self.weights.iter().map(|w| std::cmp::Reverse(*w));
        let mut terms: Vec<_> = weights.zip(self.hashes.iter().copied()).collect();
        if n < terms.len() {
            terms.select_nth_unstable(n);
        }
        terms.into_iter().take(n).map(|(_, hash)| hash)
    }
}

/// Positions of the values that two sorted lists share.
pub(super) fn common<'a, T: Ord>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    (i, j) = (i + 1, j + 1);
                    return Some((i - 1, j - 1));
                }
            }
        }
        None
    })
}

/// Whether two lists share a value; nothing where one is empty.
pub(super) fn overlap<T: Ord>(a: &[T], b: &[T]) -> Option<bool> {
    (!a.is_empty() && !b.is_empty()).then(|| common(a, b).next().is_some())
}

/// Estimated share of shingles that two texts have in common.
pub(super) fn alike(a: &Traits, b: &Traits) -> f64 {
    let equal = (0..BINS).filter(|i| a.fingerprint[*i] == b.fingerprint[*i] && a.fingerprint[*i] != 0).count();
    let filled = (0..BINS).filter(|i| a.fingerprint[*i] != 0 || b.fingerprint[*i] != 0).count();
    if filled < 12 { 0.0 } else { equal as f64 / filled as f64 }
}

mod bins {
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
