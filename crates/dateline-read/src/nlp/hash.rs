//! The two hash functions that the model's numbers depend on.
//!
//! * [`murmur64a`]: MurmurHash64A (Austin Appleby, public domain), which spaCy's string store applies to UTF-8 bytes.
//! * [`embedding_rows`]: the MurmurHash3 variant that thinc's `HashEmbed` layer applies to one 64-bit id.
//!
//! Any change here silently turns every lexeme into an unknown word, so the tests hold values computed by spaCy.

/// The seed of spaCy's string store.
const STRING_SEED: u64 = 1;

/// spaCy's id of a string that is neither empty nor a reserved symbol.
pub(super) fn string_hash(text: &str) -> u64 {
    murmur64a(text.as_bytes(), STRING_SEED)
}

fn murmur64a(data: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut hash = seed ^ (data.len() as u64).wrapping_mul(M);
    let (words, tail) = data.as_chunks::<8>();
    for word in words {
        let mut k = u64::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> R;
        hash = (hash ^ k.wrapping_mul(M)).wrapping_mul(M);
    }
    if !tail.is_empty() {
        let mut word = [0u8; 8];
        word[..tail.len()].copy_from_slice(tail);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(M);
    }
    hash ^= hash >> R;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> R)
}

/// The four numbers that choose the rows of `id` in a hash-embedding table: row = number modulo table height.
pub(super) fn embedding_rows(id: u64, seed: u32) -> [u32; 4] {
    /// Bytes of the hashed value; MurmurHash3 mixes the length into its state.
    const LENGTH: u64 = 8;
    let seed = u64::from(seed);
    let block = id.wrapping_mul(0x87c3_7b91_1142_53d5).rotate_left(31).wrapping_mul(0x4cf5_ad43_2745_937f);
    let mut h1 = block ^ seed ^ LENGTH;
    let mut h2 = seed ^ LENGTH;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finalise(h1);
    h2 = finalise(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    [h1 as u32, (h1 >> 32) as u32, h2 as u32, (h2 >> 32) as u32]
}

/// MurmurHash3's 64-bit finalizer.
fn finalise(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `spacy.strings.hash_string`.
    #[test]
    fn string_ids_are_those_of_spacy() {
        let known = [
            ("apple", 8566208034543834098),
            ("Beirut", 4169109268037677351),
            ("Überraschung", 8858412418843196165),
            ("中文", 16284430293168110310),
            ("", 14313749767032693980),
        ];
        for (text, id) in known {
            assert_eq!(string_hash(text), id, "{text:?}");
        }
    }

    /// Values of `thinc.api.NumpyOps().hash(ids, 8)`.
    #[test]
    fn embedding_rows_are_those_of_thinc() {
        assert_eq!(embedding_rows(101, 8), [1504371752, 1761805357, 109073980, 2642708036]);
        assert_eq!(embedding_rows(string_hash("apple"), 8), [2653853934, 3922826080, 3980780901, 3736755472]);
    }
}
