//! Huffman tables (T.81 Annex C and F.2.2.3).

use super::super::codestream::CodestreamError;

/// Codes of up to this many bits are looked up at once: long enough for nearly all symbols of real images, short enough
/// for the table to stay in the first-level cache.
const LOOKAHEAD_BITS: u32 = 10;

/// What the symbols of a table stand for, apart from how many bits follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SymbolKind {
    /// A difference: the symbol is how many bits follow (T.81 F.1.2.1 and H.1.2.2).
    Difference,
    /// A coefficient: how many zeros go before, and how many bits follow (T.81 F.1.2.2).
    Coefficient,
}

/// A symbol and the value after it, looked up at once.
#[derive(Clone, Copy)]
pub(super) struct Pair(u32);

impl Pair {
    /// Zeros that never fit into a block: it ends here.
    pub(super) const END_OF_BLOCK: usize = 128;
    const NONE: Pair = Pair(0);

    fn new(value: i32, n_zeros: usize, n_bits: u32) -> Pair {
        Pair((value as u32) << 16 | (n_zeros as u32) << 8 | n_bits)
    }

    #[inline(always)]
    pub(super) fn value(self) -> i32 {
        self.0 as i32 >> 16
    }

    /// Coefficients that are 0 and go before the value.
    #[inline(always)]
    pub(super) fn n_zeros(self) -> usize {
        (self.0 >> 8) as usize & 0xFF
    }

    /// Bits of both; 0 if the two have more than are looked at.
    #[inline(always)]
    pub(super) fn n_bits(self) -> u32 {
        self.0 & 0xFF
    }
}

/// One table, ready for decoding.
pub(super) struct HuffmanTable {
    /// For every start of 10 bits, the symbol and value that it holds in full.
    pairs: Box<[Pair; 1 << LOOKAHEAD_BITS]>,
    /// For every start of 10 bits, the length of the code in the upper byte and its symbol in the lower; 0 if the code
    /// is longer or there is none.
    short: Box<[u16; 1 << LOOKAHEAD_BITS]>,
    /// For every length, the first 16 bits above all codes of that length, and what to add to a code to find its symbol.
    long: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// `counts[i]` codes have `i + 1` bits; `symbols` are in the order of their codes.
    pub(super) fn new(
        counts: &[u8; 16],
        symbols: &[u8],
        kind: SymbolKind,
    ) -> Result<HuffmanTable, CodestreamError> {
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
        let mut pairs = Box::new([Pair::NONE; 1 << LOOKAHEAD_BITS]);
        for (start, (pair, &entry)) in pairs.iter_mut().zip(short.iter()).enumerate() {
            *pair = pair_of(start, entry, kind).unwrap_or(Pair::NONE);
        }
        Ok(HuffmanTable { pairs, short, long, symbols: symbols.to_vec() })
    }

    /// The symbol at the top of the buffer with its value, if both are short.
    #[inline(always)]
    pub(super) fn look_up_pair(&self, buffer: u64) -> Pair {
        self.pairs[(buffer >> (64 - LOOKAHEAD_BITS)) as usize]
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

/// The pair at a start of 10 bits, from the entry of the short table there.
fn pair_of(start: usize, entry: u16, kind: SymbolKind) -> Option<Pair> {
    if entry == 0 {
        return None;
    }
    let (length, symbol) = (u32::from(entry >> 8), entry & 0xFF);
    let (n_zeros, n_value_bits) = match kind {
        SymbolKind::Difference => (0, u32::from(symbol)),
        SymbolKind::Coefficient => (usize::from(symbol >> 4), u32::from(symbol & 15)),
    };
    if kind == SymbolKind::Coefficient && n_value_bits == 0 {
        // Sixteen zeros are fifteen and one more; anything else without a value ends the block.
        let n_zeros = if n_zeros == 15 { 15 } else { Pair::END_OF_BLOCK };
        return Some(Pair::new(0, n_zeros, length));
    }
    let n_spare = LOOKAHEAD_BITS.checked_sub(length + n_value_bits)?;
    let raw = (start >> n_spare) as i32 & ((1 << n_value_bits) - 1);
    let is_negative = n_value_bits > 0 && raw >> (n_value_bits - 1) == 0;
    let value = if is_negative { raw - ((1 << n_value_bits) - 1) } else { raw };
    Some(Pair::new(value, n_zeros, length + n_value_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_canonical() {
        // 0 is 'a'; 10 is 'b'; 11 0000 0000 00 (12 bits) is 'c', the next one 'd'.
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[11]) = (1, 1, 2);
        let table = HuffmanTable::new(&counts, b"abcd", SymbolKind::Difference).unwrap();
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
    fn short_values_come_with_their_symbols() {
        // 00 is 3 bits, 01 is end of block or nothing, 10 is 15 zeros (and then nothing), 110 is 15 zeros and 12 bits.
        let mut counts = [0; 16];
        (counts[1], counts[2]) = (3, 1);
        let symbols = [0x03, 0x00, 0xF0, 0xFC];
        let pair = |bits: &str, kind| {
            let bits = u64::from_str_radix(bits, 2).unwrap();
            let table = HuffmanTable::new(&counts, &symbols, kind).unwrap();
            let pair = table.look_up_pair(bits << 54);
            (pair.value(), pair.n_zeros(), pair.n_bits())
        };
        assert_eq!(pair("0010100000", SymbolKind::Coefficient), (5, 0, 5));
        assert_eq!(pair("0001011111", SymbolKind::Difference), (-5, 0, 5));
        assert_eq!(pair("0111111111", SymbolKind::Difference), (0, 0, 2));
        assert_eq!(pair("0111111111", SymbolKind::Coefficient), (0, Pair::END_OF_BLOCK, 2));
        assert_eq!(pair("1011111111", SymbolKind::Coefficient), (0, 15, 2));
        assert_eq!(pair("1101111111", SymbolKind::Coefficient).2, 0);
    }

    #[test]
    fn too_many_codes_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(HuffmanTable::new(&counts, b"abc", SymbolKind::Difference).is_err());
    }
}
