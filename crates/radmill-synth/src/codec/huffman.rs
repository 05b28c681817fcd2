use super::segment;

/// A Huffman code made for the symbols that occur (T.81 Annex K.2), and how it is written (Annex C).
pub(super) struct Huffman {
    /// Code and its length for each symbol; length 0 for symbols that do not occur.
    codes: [(u16, u8); 256],
    /// Number of codes of each length from 1 to 16.
    counts: [u8; 16],
    symbols: Vec<u8>,
}

impl Huffman {
    /// The best code of at most 16 bits for these frequencies; the code of ones only stays unused.
    pub(super) fn new(frequencies: &[u32; 256]) -> Huffman {
        // Symbol 256 is the placeholder that takes the code of ones only.
        let mut nodes: Vec<(u64, Vec<u16>)> = (0..256_u16)
            .filter(|&symbol| frequencies[usize::from(symbol)] > 0)
            .map(|symbol| (u64::from(frequencies[usize::from(symbol)]) << 8, vec![symbol]))
            .collect();
        nodes.push((0, vec![256]));
        let mut lengths = [0_usize; 257];
        while nodes.len() > 1 {
            nodes.sort_by(|a, b| b.cmp(a));
            let (Some(least), Some(second)) = (nodes.pop(), nodes.pop()) else { break };
            let merged: Vec<u16> = least.1.iter().chain(&second.1).copied().collect();
            for &symbol in &merged {
                lengths[usize::from(symbol)] += 1;
            }
            nodes.push((least.0 + second.0, merged));
        }
        Huffman::from_lengths(&lengths)
    }

    fn from_lengths(lengths: &[usize; 257]) -> Huffman {
        let mut by_length = [0_usize; 258];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            by_length[length] += 1;
        }
        // Codes over 16 bits are shortened by lengthening a shorter one (K.2, Adjust_BITS).
        for length in (17..by_length.len()).rev() {
            while by_length[length] > 0 {
                let mut shorter = length - 2;
                while by_length[shorter] == 0 {
                    shorter -= 1;
                }
                by_length[length] -= 2;
                by_length[length - 1] += 1;
                by_length[shorter + 1] += 2;
                by_length[shorter] -= 1;
            }
        }
        // The placeholder is one of the longest.
        if let Some(longest) = (1..=16).rev().find(|&length| by_length[length] > 0) {
            by_length[longest] -= 1;
        }
        let mut symbols: Vec<u8> = (0..=255).filter(|&s| lengths[usize::from(s)] > 0).collect();
        symbols.sort_by_key(|&s| (lengths[usize::from(s)], s));
        let (mut codes, mut counts, mut code, mut next) = ([(0, 0); 256], [0; 16], 0_u32, 0);
        for length in 1..=16_u8 {
            let n = by_length[usize::from(length)];
            counts[usize::from(length) - 1] = n as u8;
            for _ in 0..n {
                codes[usize::from(symbols[next])] = (code as u16, length);
                code += 1;
                next += 1;
            }
            code <<= 1;
        }
        Huffman { codes, counts, symbols }
    }

    /// The DHT segment; `class_and_id` as in T.81 B.2.4.2.
    pub(super) fn write_table(&self, out: &mut Vec<u8>, class_and_id: u8) {
        let mut body = vec![class_and_id];
        body.extend(self.counts);
        body.extend(&self.symbols);
        segment(out, 0xc4, &body);
    }

    pub(super) fn write(&self, bits: &mut BitWriter, symbol: u8) {
        let (code, length) = self.codes[usize::from(symbol)];
        bits.put(u32::from(code), u32::from(length));
    }
}

/// Number of bits of the magnitude of a difference (T.81 Table F.1 and H.2).
pub(super) fn magnitude_bits(value: i32) -> u8 {
    (32 - value.unsigned_abs().leading_zeros()) as u8
}

/// The bits that follow the magnitude category: the value, or one less than it if it is negative.
pub(super) fn put_magnitude(bits: &mut BitWriter, value: i32, n: u8) {
    let low = if value < 0 { value - 1 } else { value };
    bits.put(low as u32 & ((1_u32 << n) - 1), u32::from(n));
}

/// Bits into bytes, most significant first, with a zero byte stuffed after each FF.
#[derive(Default)]
pub(super) struct BitWriter {
    pub(super) bytes: Vec<u8>,
    held: u64,
    n_held: u32,
}

impl BitWriter {
    /// The `n` lowest bits of `value`, `n` at most 32.
    pub(super) fn put(&mut self, value: u32, n: u32) {
        self.held = (self.held << n) | u64::from(value);
        self.n_held += n;
        while self.n_held >= 8 {
            self.n_held -= 8;
            let byte = (self.held >> self.n_held) as u8;
            self.bytes.push(byte);
            if byte == 0xff {
                self.bytes.push(0);
            }
        }
        self.held &= (1 << self.n_held) - 1;
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.n_held > 0 {
            let n = 8 - self.n_held;
            self.put((1 << n) - 1, n);
        }
        self.bytes
    }
}
