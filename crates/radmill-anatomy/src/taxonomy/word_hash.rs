use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from words. Its keys come from the taxonomy alone, so a hash that is quick for short words is enough, and
/// nothing that a file holds can make it slow to fill.
pub(super) type WordMap<V> = HashMap<Box<str>, V, BuildHasherDefault<WordHasher>>;

/// Multiplies and rotates eight bytes at a time.
#[derive(Default)]
pub(super) struct WordHasher {
    state: u64,
}

/// The odd integer next to 2^64 divided by the golden ratio: spreads neighbouring values over all bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        for chunk in chunks {
            self.add(u64::from_le_bytes(*chunk));
        }
        self.add(rest.iter().fold(rest.len() as u64, |value, &byte| value << 8 | u64::from(byte)));
    }

    fn write_u8(&mut self, _: u8) {
        // The end mark of a string; its length is hashed with its bytes.
    }

    fn finish(&self) -> u64 {
        self.state ^ (self.state >> 32)
    }
}

impl WordHasher {
    fn add(&mut self, value: u64) {
        self.state = (self.state.rotate_left(23) ^ value).wrapping_mul(SPREAD);
    }
}
