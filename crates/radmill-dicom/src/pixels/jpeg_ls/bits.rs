//! Bits of JPEG-LS data: after a byte 0xFF the next byte has only seven (T.87 C.2.1).

use super::super::codestream::{CodestreamError, ENDS_EARLY};

/// Small enough to be copied: a copy that no pointer leads to can stay in registers, so that what is seldom done takes
/// the reader by value and gives it back.
#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits not yet used, from the highest down; zeros below.
    buffer: u64,
    n_bits: u32,
    after_ff: bool,
    /// Zero bits that were put in after the end of the data. Using one of them is noticed by [`BitReader::check`].
    n_padding_bits: u64,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> BitReader<'a> {
        BitReader { data, at: 0, buffer: 0, n_bits: 0, after_ff: false, n_padding_bits: 0 }
    }

    /// Makes sure that the buffer holds at least 33 bits.
    #[inline(always)]
    fn refill(&mut self) {
        if self.n_bits > 32 {
            return;
        }
        if let Some(four) = self.data.get(self.at..).and_then(<[u8]>::first_chunk::<4>) {
            let word = u32::from_be_bytes(*four);
            // No byte is 0xFF: no byte of the complement is 0.
            if !self.after_ff && (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.buffer |= u64::from(word) << (32 - self.n_bits);
                self.n_bits += 32;
                self.at += 4;
                return;
            }
        }
        *self = self.refilled_slowly();
    }

    #[cold]
    #[inline(never)]
    fn refilled_slowly(mut self) -> Self {
        while self.n_bits <= 56 {
            let (byte, width) = match self.data.get(self.at..) {
                // A marker: 0xFF and a byte with its highest bit set.
                Some([0xFF, 0x80..=0xFF, ..] | [] | [0xFF]) | None => {
                    self.n_padding_bits += 8;
                    (0, 8)
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    let width = if self.after_ff { 7 } else { 8 };
                    self.after_ff = *byte == 0xFF;
                    (*byte, width)
                }
            };
            self.buffer |= u64::from(byte) << (64 - width - self.n_bits);
            self.n_bits += width;
        }
        self
    }

    #[inline(always)]
    fn drop_bits(&mut self, n_bits: u32) {
        self.buffer <<= n_bits;
        self.n_bits -= n_bits;
    }

    /// One bit.
    #[inline(always)]
    pub(super) fn bit(&mut self) -> bool {
        self.refill();
        let bit = self.buffer >> 63 == 1;
        self.drop_bits(1);
        bit
    }

    /// A number of `n_bits`, at most 32.
    #[inline(always)]
    pub(super) fn number(&mut self, n_bits: u32) -> i32 {
        self.refill();
        let number = (self.buffer >> 1 >> (63 - n_bits)) as i32;
        self.drop_bits(n_bits);
        number
    }

    /// A Golomb code of parameter `k` with a limited number of zeros; after that many, the number comes as it is, less
    /// one, in `escape_bits` (T.87 A.5.3).
    #[inline(always)]
    pub(super) fn golomb(&mut self, k: u32, n_zeros_max: u32, escape_bits: u32) -> i32 {
        self.refill();
        let n_zeros = self.buffer.leading_zeros();
        if n_zeros < n_zeros_max && n_zeros + 1 + k <= self.n_bits {
            let low = (self.buffer << n_zeros << 1 >> 1 >> (63 - k)) as i32;
            self.drop_bits(n_zeros + 1);
            self.drop_bits(k);
            return ((n_zeros as i32) << k) | low;
        }
        let mapped;
        (*self, mapped) = self.golomb_slowly(k, n_zeros_max, escape_bits);
        mapped
    }

    #[cold]
    #[inline(never)]
    fn golomb_slowly(mut self, k: u32, n_zeros_max: u32, escape_bits: u32) -> (Self, i32) {
        let mut n_zeros = 0;
        while n_zeros < n_zeros_max && !self.bit() {
            n_zeros += 1;
        }
        let mapped = if n_zeros < n_zeros_max {
            ((n_zeros as i32) << k).wrapping_add(self.number(k))
        } else {
            self.bit();
            self.number(escape_bits).wrapping_add(1)
        };
        (self, mapped)
    }

    /// Fails if bits were used that are not in the data.
    pub(super) fn check(&self) -> Result<(), CodestreamError> {
        if self.n_padding_bits > u64::from(self.n_bits) { Err(ENDS_EARLY) } else { Ok(()) }
    }

    /// Bytes taken so far.
    pub(super) fn n_bytes_read(&self) -> usize {
        self.at
    }
}
