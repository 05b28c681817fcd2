//! Huffman tables (T.81 Annex C and F.2.2.3).

use super::super::codestream::CodestreamError;

/// Codes of up to this many bits are looked up at once: long enough for nearly all symbols of real images, short enough
/// for the table to stay in the first-level cache.
const LOOKAHEAD_BITS: u32 = 10;

/// One table, ready for decoding.
pub(super) struct HuffmanTable {
    /// For every start of 10 bits, the length of the code in the upper byte and its symbol in the lower; 0 if the code
    /// is longer or there is none.
    short: Box<[u16; 1 << LOOKAHEAD_BITS]>,
    /// For every length, the first 16 bits above all codes of that length, and what to add to a code to find its symbol.
    long: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// `counts[i]` codes have `i + 1` bits; `symbols` are in the order of their codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<HuffmanTable, CodestreamError> {
        let mut short = Box::new([0; 1 << LOOKAHEAD_BITS]);
        let mut long = [(0, 0); 17];
        let mut code = 0_u32;
        let mut n_before = 0_u32;
        for (length, &count) in (1_u32..=16).zip(counts) {
            let count = u32::from(count);
            if code + count > 1 << length {
                return Err(CodestreamError::Invalid("a Huffman table has more codes than there can be"));
            }
            for (code, symbol) in (code..code + count).zip(symbols.iter().skip(n_before as usize)) {
                if length <= LOOKAHEAD_BITS {
                    let n_spare = LOOKAHEAD_BITS - length;
                    let first = (code << n_spare) as usize;
                    short[first..first + (1 << n_spare)].fill((length as u16) << 8 | u16::from(*symbol));
                }
            }
            long[length as usize] = ((code + count) << (16 - length), n_before as i32 - code as i32);
            n_before += count;
            code = (code + count) << 1;
        }
        Ok(HuffmanTable { short, long, symbols: symbols.to_vec() })
    }

    /// The symbol at the top of the buffer and the length of its code.
    #[inline(always)]
    pub(super) fn look_up(&self, buffer: u64) -> Result<(u8, u32), CodestreamError> {
        let entry = self.short[(buffer >> (64 - LOOKAHEAD_BITS)) as usize];
        if entry != 0 {
            return Ok((entry as u8, u32::from(entry >> 8)));
        }
        self.look_up_long(buffer)
    }

    #[cold]
    fn look_up_long(&self, buffer: u64) -> Result<(u8, u32), CodestreamError> {
        let top = (buffer >> 48) as u32;
        for (length, &(limit, offset)) in (0_u32..).zip(&self.long).skip(1) {
            if top < limit {
                let index = (top >> (16 - length)) as i32 + offset;
                if let Some(&symbol) = usize::try_from(index).ok().and_then(|index| self.symbols.get(index)) {
                    return Ok((symbol, length));
                }
            }
        }
        Err(CodestreamError::Invalid("a code is not in its Huffman table"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_canonical() {
        // 0 is 'a'; 10 is 'b'; 11 0000 0000 00 (12 bits) is 'c', the next one 'd'.
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[11]) = (1, 1, 2);
        let table = HuffmanTable::new(&counts, b"abcd").unwrap();
        for (bits, expected) in [
            (0_u64, Some((b'a', 1))),
            (0b10, Some((b'b', 2))),
            (0b1100_0000_0000, Some((b'c', 12))),
            (0b1100_0000_0001, Some((b'd', 12))),
            (0b1100_0000_0010, None),
            (0b1111_1111_1111, None),
        ] {
            let buffer = if bits == 0 { 0 } else { bits << bits.leading_zeros() };
            assert_eq!(table.look_up(buffer).ok(), expected, "{bits:b}");
        }
    }

    #[test]
    fn too_many_codes_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(HuffmanTable::new(&counts, b"abc").is_err());
    }
}
