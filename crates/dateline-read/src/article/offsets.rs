//! Byte offsets to character offsets of one text, in constant time.

/// Bytes between two checkpoints.
const STRIDE: usize = 64;

/// Converts byte offsets into offsets in Unicode scalar values.
///
/// One pass over the text when built; a look-up then counts at most 63 bytes. ASCII texts need no table at all.
#[derive(Debug, Clone)]
pub struct Offsets<'a> {
    bytes: &'a [u8],
    /// Characters that begin before each multiple of `STRIDE`; empty for ASCII.
    checkpoints: Vec<u32>,
    chars: usize,
}

impl<'a> Offsets<'a> {
    /// Prepares look-ups in `text`, which must be shorter than 4 GiB.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        if text.is_ascii() {
            return Offsets { bytes, checkpoints: Vec::new(), chars: bytes.len() };
        }
        let mut checkpoints = Vec::with_capacity(bytes.len() / STRIDE + 1);
        let mut chars = 0;
        for chunk in bytes.chunks(STRIDE) {
            checkpoints.push(chars as u32);
            chars += count(chunk);
        }
        Offsets { bytes, checkpoints, chars }
    }

    /// Length of the text in characters.
    pub fn chars(&self) -> usize {
        self.chars
    }

    /// Characters that begin before byte `at`: the character offset of `at` if it is a character boundary. Offsets
    /// beyond the end count as the end.
    pub fn char(&self, at: usize) -> usize {
        if at >= self.bytes.len() {
            return self.chars;
        }
        match self.checkpoints.get(at / STRIDE) {
            None => at,
            Some(&before) => before as usize + count(&self.bytes[at - at % STRIDE..at]),
        }
    }

    /// Both ends of a byte range.
    pub fn char_range(&self, bytes: std::ops::Range<usize>) -> [usize; 2] {
        [self.char(bytes.start), self.char(bytes.end)]
    }
}

/// Characters that begin in `bytes`: every byte but the continuation bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ascii_is_the_identity() {
        let offsets = Offsets::new("plain");
        assert_eq!((offsets.char(0), offsets.char(5), offsets.char(99), offsets.chars()), (0, 5, 5, 5));
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(?s)[a-z—’é\u{1F600}]{0,200}") {
            let offsets = Offsets::new(&text);
            for (chars, (bytes, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(offsets.char(bytes), chars);
            }
            prop_assert_eq!(offsets.char(text.len()), text.chars().count());
            prop_assert_eq!(offsets.chars(), text.chars().count());
        }
    }
}
