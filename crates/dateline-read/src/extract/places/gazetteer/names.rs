//! The index from keys to places: sorted keys, front-coded in the file, searched by bisection.
//!
//! Keys are what [`super::super::fold`] makes of names. A posting packs a place number and a [`NameRank`] into 32 bits.

use super::{GazetteerError, NameRank, PlaceIndex};

/// Sorted keys and their postings.
#[derive(Debug)]
pub(super) struct Names {
    keys: Vec<u8>,
    /// Start of every key in `keys`, and one past the last.
    starts: Vec<u32>,
    /// First posting of every key, and one past the last.
    firsts: Vec<u32>,
    postings: Vec<u32>,
}

const BROKEN: GazetteerError = GazetteerError::Damaged { what: "names" };

impl Names {
    /// Expands the section `keys` (per key: bytes shared with the key before, bytes added, number of postings as u16,
    /// the bytes added) and checks every posting against the number of places.
    pub(super) fn read(coded: &[u8], postings: Vec<u32>, places: usize) -> Result<Self, GazetteerError> {
        if postings.iter().any(|p| (p >> 2) as usize >= places) {
            return Err(BROKEN);
        }
        let mut names = Self { keys: Vec::with_capacity(coded.len() * 2), starts: vec![0], firsts: vec![0], postings };
        let mut rest = coded;
        let mut before = 0..0usize;
        let mut posting = 0usize;
        while let [shared, added, low, high, tail @ ..] = rest {
            let (shared, added) = (*shared as usize, *added as usize);
            if shared > before.len() || added > tail.len() {
                return Err(BROKEN);
            }
            let start = names.keys.len();
            names.keys.extend_from_within(before.start..before.start + shared);
            names.keys.extend_from_slice(&tail[..added]);
            if names.keys[start..] <= names.keys[before.clone()] && !before.is_empty() {
                return Err(BROKEN);
            }
            before = start..names.keys.len();
            posting += u16::from_le_bytes([*low, *high]) as usize;
            names.starts.push(u32::try_from(before.end).map_err(|_| BROKEN)?);
            names.firsts.push(u32::try_from(posting).map_err(|_| BROKEN)?);
            rest = &tail[added..];
        }
        if !rest.is_empty() || posting != names.postings.len() {
            return Err(BROKEN);
        }
        Ok(names)
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The places filed under exactly this key.
    pub(super) fn find(&self, key: &str) -> impl Iterator<Item = (PlaceIndex, NameRank)> + '_ {
        let found = self.position(key.as_bytes());
        let range = found.map_or(0..0, |i| self.firsts[i] as usize..self.firsts[i + 1] as usize);
        self.postings[range].iter().map(|p| (PlaceIndex(p >> 2), NameRank::from_bits(*p)))
    }

    fn position(&self, key: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let mid = low.midpoint(high);
            match self.key(mid).cmp(key) {
                std::cmp::Ordering::Less => low = mid + 1,
                std::cmp::Ordering::Greater => high = mid,
                std::cmp::Ordering::Equal => return Some(mid),
            }
        }
        None
    }

    fn key(&self, i: usize) -> &[u8] {
        &self.keys[self.starts[i] as usize..self.starts[i + 1] as usize]
    }
}

/// Front-codes sorted, distinct keys with their postings: the sections `keys` and `postings`.
///
/// # Errors
/// Names a key that is longer than 255 bytes or has more than 65,535 postings.
pub fn encode(entries: &[(String, Vec<(u32, NameRank)>)]) -> Result<(Vec<u8>, Vec<u8>), String> {
    let (mut coded, mut postings) = (Vec::new(), Vec::new());
    let mut before: &[u8] = b"";
    for (key, places) in entries {
        let key = key.as_bytes();
        let shared = before.iter().zip(key).take_while(|(a, b)| a == b).count();
        let (Ok(shared), Ok(added), Ok(count)) =
            (u8::try_from(shared), u8::try_from(key.len() - shared), u16::try_from(places.len()))
        else {
            return Err(format!("key {:?} is too long or has too many places", String::from_utf8_lossy(key)));
        };
        coded.extend([shared, added]);
        coded.extend(count.to_le_bytes());
        coded.extend(&key[usize::from(shared)..]);
        postings.extend(places.iter().flat_map(|(place, rank)| (place << 2 | *rank as u32).to_le_bytes()));
        before = key;
    }
    Ok((coded, postings))
}
