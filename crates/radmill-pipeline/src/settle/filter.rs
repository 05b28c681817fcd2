//! Tells in a few bits a source what the job has nothing to do with.

use super::content::Short;

/// For each source.
const BITS: usize = 16;

/// 16 MiB.
const BITS_MAX: usize = 1 << 27;

/// A set of digests that may say yes where it should say no, and never the other way round.
pub(super) struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    pub(super) fn new(n_digests: usize) -> Filter {
        let n_bits = n_digests.saturating_mul(BITS).clamp(64, BITS_MAX).next_power_of_two();
        Filter { bits: vec![0; n_bits / 64] }
    }

    pub(super) fn add(&mut self, digest: &Short) {
        let (word, bit) = self.place(digest);
        self.bits[word] |= bit;
    }

    pub(super) fn may_have(&self, digest: &Short) -> bool {
        let (word, bit) = self.place(digest);
        self.bits[word] & bit != 0
    }

    /// By bytes that do not decide about the part.
    fn place(&self, digest: &Short) -> (usize, u64) {
        let number = u64::from_be_bytes(std::array::from_fn(|index| digest[index + 8]));
        (number as usize / 64 % self.bits.len(), 1 << (number % 64))
    }
}
