//! A fixed hash: values stand in records and in stored state, so it must never change. FNV-1a of 64 bits, whose weak low
//! bits are spread by the finaliser of SplitMix64.

use std::hash::Hasher;

/// The hash of some bytes.
pub(super) fn hash64(bytes: &[u8]) -> u64 {
    let fnv = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    mix(fnv)
}

/// The finaliser of SplitMix64.
pub(super) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 32 bits of the hash of a text: one in a million names meets another of the same number in a state of 4,000.
pub(super) fn hash32(text: &str) -> u32 {
    (hash64(text.as_bytes()) >> 32) as u32
}

/// A hasher of hash maps for numbers that are hashes already, or count upwards: they need no more than to be spread.
#[derive(Debug, Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0 ^ hash64(bytes));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // The table takes the upper bits for one thing and the lower ones for another.
        let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_change() {
        assert_eq!(hash64(b""), 0xf52a_15e9_a9b5_e89b);
        assert_eq!(hash64(b"salgora"), 0x9da6_f6f0_cf70_46fd);
        assert_eq!(hash32("salgora"), 0x9da6_f6f0);
    }
}
