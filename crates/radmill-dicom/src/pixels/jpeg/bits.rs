//! Bits of Huffman-coded data: 0xFF 0x00 is a byte 0xFF, any other 0xFF ends the data (T.81 B.1.1.5).

use super::super::codestream::{CodestreamError, ENDS_EARLY};
use super::huffman::{HuffmanTable, Pair};

pub(super) struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits not yet used, from the highest down; zeros below.
    buffer: u64,
    n_bits: u32,
    /// Zero bits that were put in after the end of the data. Using one of them is noticed by [`BitReader::check`].
    n_padding_bits: u64,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> BitReader<'a> {
        BitReader { data, at: 0, buffer: 0, n_bits: 0, n_padding_bits: 0 }
    }

    /// Makes sure that the buffer holds at least 33 bits: a code of 16 and the 16 bits that may follow it.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if self.n_bits > 32 {
            return;
        }
        if let Some(four) = self.data.get(self.at..).and_then(<[u8]>::first_chunk::<4>) {
            let word = u32::from_be_bytes(*four);
            // No byte is 0xFF: no byte of the complement is 0.
            if (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.buffer |= u64::from(word) << (32 - self.n_bits);
                self.n_bits += 32;
                self.at += 4;
                return;
            }
        }
        self.refill_slowly();
    }

    #[cold]
    #[inline(never)]
    fn refill_slowly(&mut self) {
        while self.n_bits <= 56 {
            let byte = match self.data.get(self.at..) {
                Some([0xFF, 0x00, ..]) => {
                    self.at += 2;
                    0xFF
                }
                Some([0xFF, ..] | []) | None => {
                    self.n_padding_bits += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.n_bits);
            self.n_bits += 8;
        }
    }

    /// The next symbol. The buffer must have been refilled.
    #[inline(always)]
    pub(super) fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, CodestreamError> {
        let (symbol, length) = table.look_up(self.buffer)?;
        self.drop_bits(length);
        Ok(symbol)
    }

    /// The next symbol with its value, if both are short. The buffer must have been refilled.
    #[inline(always)]
    pub(super) fn pair(&mut self, table: &HuffmanTable) -> Option<Pair> {
        let pair = table.look_up_pair(self.buffer);
        self.drop_bits(pair.n_bits());
        (pair.n_bits() > 0).then_some(pair)
    }

    /// The same, but not for what ends a block.
    #[inline(always)]
    pub(super) fn pair_unless_end(&mut self, table: &HuffmanTable) -> Option<Pair> {
        let pair = table.look_up_pair(self.buffer);
        if pair.n_bits() == 0 || pair.n_zeros() == Pair::END_OF_BLOCK {
            return None;
        }
        self.drop_bits(pair.n_bits());
        Some(pair)
    }

    /// The value of `n_bits` (0 to 16) more bits as T.81 F.2.2.1 extends it: the upper half of the range is positive,
    /// the lower half stands for negative values. The buffer must have been refilled before the symbol.
    #[inline(always)]
    pub(super) fn extended(&mut self, n_bits: u32) -> i32 {
        // Shifting by 1 and then by the rest keeps 0 bits from being a shift by 64.
        let raw = (self.buffer >> 1 >> (63 - n_bits)) as i32;
        let negative = !((self.buffer as i64 >> 63) as i32);
        self.drop_bits(n_bits);
        // A leading 0 stands for raw - (2^n - 1).
        raw - (negative & ((1 << n_bits) - 1))
    }

    /// A number of `n_bits`, at most 16.
    #[inline(always)]
    pub(super) fn number(&mut self, n_bits: u32) -> i32 {
        self.refill();
        let number = (self.buffer >> 1 >> (63 - n_bits)) as i32;
        self.drop_bits(n_bits);
        number
    }

    #[inline(always)]
    fn drop_bits(&mut self, n_bits: u32) {
        self.buffer <<= n_bits;
        self.n_bits -= n_bits;
    }

    /// Fails if bits were used that are not in the data.
    pub(super) fn check(&self) -> Result<(), CodestreamError> {
        if self.n_padding_bits > u64::from(self.n_bits) { Err(ENDS_EARLY) } else { Ok(()) }
    }

    /// Goes on after a restart marker, which must be next.
    pub(super) fn restart(&mut self) -> Result<(), CodestreamError> {
        self.check()?;
        // What is left in the buffer can only be the padding of the last byte, unless whole bytes were not used.
        if u64::from(self.n_bits) >= self.n_padding_bits + 8 {
            return Err(CodestreamError::Invalid("a restart marker does not come where it is due"));
        }
        let mut rest = self.data.get(self.at..).unwrap_or(&[]);
        while let [0xFF, 0xFF, ..] = rest {
            rest = &rest[1..];
        }
        match rest {
            [0xFF, 0xD0..=0xD7, after @ ..] => {
                *self = BitReader::new(after);
                Ok(())
            }
            _ => Err(CodestreamError::Invalid("a restart marker does not come where it is due")),
        }
    }

    /// Bytes that are still ahead, the marker that ended the data first.
    pub(super) fn n_bytes_left(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_extend() {
        for (bits, n_bits, expected) in [
            (0b0000_0000_u8, 0, 0),
            (0b1000_0000, 1, 1),
            (0b0000_0000, 1, -1),
            (0b1000_0000, 2, 2),
            (0b1100_0000, 2, 3),
            (0b0000_0000, 2, -3),
            (0b0100_0000, 2, -2),
            (0b1010_0000, 3, 5),
            (0b0000_0000, 8, -255),
        ] {
            let data = [bits, 0, 0, 0, 0];
            let mut reader = BitReader::new(&data);
            reader.refill();
            assert_eq!(reader.extended(n_bits), expected, "{bits:08b} {n_bits}");
        }
    }

    #[test]
    fn stuffing_is_undone_and_the_end_is_noticed() {
        let mut reader = BitReader::new(&[0xFF, 0x00, 0x80, 0xFF, 0xD9]);
        reader.refill();
        assert_eq!(reader.extended(8), 255);
        assert_eq!(reader.extended(8), 128);
        assert!(reader.check().is_ok());
        assert_eq!(reader.n_bytes_left(), 2);
        reader.extended(1);
        assert_eq!(reader.check(), Err(ENDS_EARLY));
    }
}
