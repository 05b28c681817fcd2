//! Compression for filtered rows (RFC 1951): codes made for each block, and runs of zeros. Nothing else is looked for:
//! differences of neighbours in an image of a scanner are noise, which repeats itself only where there is nothing.

use super::huffman::{CODE_BITS_MAX, Code, code_lengths, codes};

/// Literals, the end of a block, and lengths of runs.
const N_SYMBOLS: usize = 286;
const END_OF_BLOCK: usize = 256;
/// The longest match, of which a longer run is made.
const MATCH_MAX: usize = 258;
/// Fewer zeros in a row are written as literals: finding them costs more than they are worth.
const RUN_WORD: usize = 8;

/// Symbol, number of extra bits and their value for a match of 3 to 258 bytes (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, u8, u16) {
    if length == MATCH_MAX {
        return (285, 0, 0);
    }
    let past = length - 3;
    if past < 8 {
        return (257 + past, 0, 0);
    }
    // Each power of two above is cut into four.
    let extra = past.ilog2() - 2;
    let symbol = 257 + 4 * extra as usize + (past >> extra);
    (symbol, extra as u8, (past & ((1 << extra) - 1)) as u16)
}

/// Zeros from `start` to `end` in a block, eight or more.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    /// Lengths of the matches that follow the first zero, and the zeros that are left over as literals.
    fn matches(self) -> (usize, Option<usize>, usize) {
        let rest = self.end - self.start - 1;
        match rest % MATCH_MAX {
            left_over @ 0..3 => (rest / MATCH_MAX, None, left_over),
            last => (rest / MATCH_MAX, Some(last), 0),
        }
    }
}

/// Writes blocks of deflate; keeps what it needs for one block from one to the next.
pub(super) struct Deflater {
    /// What is written, up to `at`, and room for more.
    out: Vec<u8>,
    at: usize,
    waiting: u64,
    /// Fewer than 8 between two calls.
    n_waiting: u32,
    runs: Vec<Run>,
}

impl Deflater {
    /// Appends to `out`, which ends with a whole byte.
    pub(super) fn new(out: Vec<u8>) -> Deflater {
        Deflater { at: out.len(), out, waiting: 0, n_waiting: 0, runs: Vec::new() }
    }

    /// Writes a block. Holds the compressed block and a list of its runs besides.
    pub(super) fn block(&mut self, data: &[u8], is_last: bool) {
        // No byte takes more than the longest code; a header, the end, and the bytes written ahead take less than 1 KiB.
        let room = self.at + data.len() * CODE_BITS_MAX / 8 + 1024;
        if self.out.len() < room {
            self.out.resize(room, 0);
        }
        find_runs(data, &mut self.runs);
        let counts = self.count(data);
        let lengths = code_lengths(&counts, CODE_BITS_MAX);
        let codes = codes(&lengths);
        self.header(&lengths, is_last);
        self.symbols(data, &codes);
    }

    /// What was written, the last byte filled up.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rest = self.waiting.to_le_bytes();
        self.out.truncate(self.at);
        self.out.extend_from_slice(&rest[..self.n_waiting.div_ceil(8) as usize]);
        self.out
    }

    fn count(&self, data: &[u8]) -> [u32; N_SYMBOLS] {
        // Equal neighbours would wait for each other's sum in one table.
        let mut tables = [[0u32; 256]; 4];
        let mut counts = [0; N_SYMBOLS];
        let mut done = 0;
        for run in &self.runs {
            count_literals(&data[done..run.start], &mut tables);
            done = run.end;
            let (n_full, last, left_over) = run.matches();
            counts[0] += 1 + left_over as u32;
            counts[length_symbol(MATCH_MAX).0] += n_full as u32;
            if let Some(last) = last {
                counts[length_symbol(last).0] += 1;
            }
        }
        count_literals(&data[done..], &mut tables);
        for table in tables {
            counts.iter_mut().zip(table).for_each(|(sum, count)| *sum += count);
        }
        counts[END_OF_BLOCK] = 1;
        counts
    }

    /// The header of a block with codes of its own (RFC 1951, 3.2.7). All distances are 1.
    fn header(&mut self, lengths: &[u8; N_SYMBOLS], is_last: bool) {
        /// The order in which lengths of the code for lengths are written.
        const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let mut all = lengths.to_vec();
        all.push(1);
        let packed = pack_lengths(&all);
        let mut counts = [0; 19];
        packed.iter().for_each(|(symbol, ..)| counts[usize::from(*symbol)] += 1);
        let code_of_codes = code_lengths(&counts, 7);
        let codes = codes(&code_of_codes);
        self.bits(u64::from(is_last) | 0b10 << 1, 3);
        self.bits((N_SYMBOLS - 257) as u64, 5);
        self.bits(0, 5);
        self.bits(19 - 4, 4);
        ORDER.iter().for_each(|symbol| self.bits(u64::from(code_of_codes[*symbol]), 3));
        for (symbol, extra, n_extra) in packed {
            self.code(codes[usize::from(symbol)]);
            self.bits(u64::from(extra), u32::from(n_extra));
        }
    }

    fn symbols(&mut self, data: &[u8], codes: &[Code; N_SYMBOLS]) {
        let table: [u32; 256] =
            std::array::from_fn(|byte| u32::from(codes[byte].bits) | u32::from(codes[byte].length) << 16);
        let runs = std::mem::take(&mut self.runs);
        let mut done = 0;
        for run in &runs {
            self.literals(&data[done..run.start], &table);
            done = run.end;
            let (n_full, last, left_over) = run.matches();
            self.code(codes[0]);
            for length in std::iter::repeat_n(MATCH_MAX, n_full).chain(last) {
                let (symbol, n_extra, extra) = length_symbol(length);
                self.code(codes[symbol]);
                // The one code of distances is one bit, 0.
                self.bits(u64::from(extra), u32::from(n_extra) + 1);
            }
            (0..left_over).for_each(|_| self.code(codes[0]));
        }
        self.literals(&data[done..], &table);
        self.code(codes[END_OF_BLOCK]);
        self.runs = runs;
    }

    /// As [`Deflater::bits`], four codes at a time, with all that changes in registers.
    fn literals(&mut self, data: &[u8], table: &[u32; 256]) {
        let (mut waiting, mut n_waiting, mut at) = (self.waiting, self.n_waiting, self.at);
        let (fours, rest) = data.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.map(|byte| table[usize::from(byte)]);
            let (n_a, n_c) = (a >> 16, c >> 16);
            let n_ab = n_a + (b >> 16);
            let ab = u64::from(a & 0xFFFF) | u64::from(b & 0xFFFF) << n_a;
            let cd = u64::from(c & 0xFFFF) | u64::from(d & 0xFFFF) << n_c;
            waiting |= (ab | cd << n_ab) << n_waiting;
            n_waiting += n_ab + n_c + (d >> 16);
            if let Some(out) = self.out.get_mut(at..at + 8) {
                out.copy_from_slice(&waiting.to_le_bytes());
            }
            at += (n_waiting / 8) as usize;
            waiting >>= n_waiting & !7;
            n_waiting &= 7;
        }
        (self.waiting, self.n_waiting, self.at) = (waiting, n_waiting, at);
        for byte in rest {
            let entry = table[usize::from(*byte)];
            self.bits(u64::from(entry & 0xFFFF), entry >> 16);
        }
    }

    fn code(&mut self, code: Code) {
        self.bits(u64::from(code.bits), u32::from(code.length));
    }

    /// Up to 56 bits. Eight bytes are written, of which the next call overwrites those that are not full yet.
    #[inline]
    fn bits(&mut self, bits: u64, n: u32) {
        self.waiting |= bits << self.n_waiting;
        self.n_waiting += n;
        if let Some(out) = self.out.get_mut(self.at..self.at + 8) {
            out.copy_from_slice(&self.waiting.to_le_bytes());
        }
        self.at += (self.n_waiting / 8) as usize;
        self.waiting >>= self.n_waiting & !7;
        self.n_waiting &= 7;
    }
}

/// Finds zeros by whole words, and extends what it finds to both sides.
fn find_runs(data: &[u8], runs: &mut Vec<Run>) {
    runs.clear();
    let mut at = 0;
    while let Some(word) = data[at..].first_chunk::<RUN_WORD>() {
        if u64::from_ne_bytes(*word) != 0 {
            at += RUN_WORD;
            continue;
        }
        let earliest = runs.last().map_or(0, |run| run.end);
        let before = data[earliest..at].iter().rev().take_while(|byte| **byte == 0).count();
        let mut end = at + RUN_WORD;
        while data[end..].first_chunk::<RUN_WORD>().is_some_and(|word| u64::from_ne_bytes(*word) == 0) {
            end += RUN_WORD;
        }
        end += data[end..].iter().take_while(|byte| **byte == 0).count();
        runs.push(Run { start: at - before, end });
        at = end;
    }
}

fn count_literals(data: &[u8], tables: &mut [[u32; 256]; 4]) {
    let (fours, rest) = data.as_chunks::<4>();
    let [a, b, c, d] = tables;
    for four in fours {
        a[usize::from(four[0])] += 1;
        b[usize::from(four[1])] += 1;
        c[usize::from(four[2])] += 1;
        d[usize::from(four[3])] += 1;
    }
    rest.iter().for_each(|byte| a[usize::from(*byte)] += 1);
}

/// Code lengths with repetitions as symbols 16 to 18: symbol, extra bits and their number (RFC 1951, 3.2.7).
fn pack_lengths(lengths: &[u8]) -> Vec<(u8, u8, u8)> {
    let mut packed = Vec::with_capacity(lengths.len());
    for group in lengths.chunk_by(|a, b| a == b) {
        let (length, mut left) = (group[0], group.len());
        while left > 0 {
            let (taken, entry) = match (length, left) {
                (0, 11..) => (left.min(138), (18, (left.min(138) - 11) as u8, 7)),
                (0, 3..) => (left, (17, (left - 3) as u8, 3)),
                (_, 4..) if length != 0 => {
                    packed.push((length, 0, 0));
                    left -= 1;
                    (left.min(6), (16, (left.min(6) - 3) as u8, 2))
                }
                _ => (1, (length, 0, 0)),
            };
            packed.push(entry);
            left -= taken;
        }
    }
    packed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(blocks: &[&[u8]]) {
        let mut deflater = Deflater::new(Vec::new());
        for (index, block) in blocks.iter().enumerate() {
            deflater.block(block, index + 1 == blocks.len());
        }
        let mut zlib = vec![0x78, 0x01];
        zlib.extend(deflater.finish());
        let whole = blocks.concat();
        let mut adler = simd_adler32::Adler32::new();
        adler.write(&whole);
        zlib.extend(adler.finish().to_be_bytes());
        let mut decompressed = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(zlib.as_slice()), &mut decompressed)
            .unwrap();
        assert!(decompressed == whole);
    }

    #[test]
    fn runs_of_any_length_come_back() {
        for n_zeros in (0..1100).chain([100_000]) {
            let zeros = vec![0; n_zeros];
            check(&[&zeros]);
            check(&[&[[7].as_slice(), &zeros, &[9, 0, 0, 9]].concat(), &zeros]);
        }
    }

    #[test]
    fn lengths_have_the_symbols_of_the_standard() {
        for (length, expected) in [
            (3, (257, 0, 0)),
            (10, (264, 0, 0)),
            (11, (265, 1, 0)),
            (12, (265, 1, 1)),
            (13, (266, 1, 0)),
            (18, (268, 1, 1)),
            (19, (269, 2, 0)),
            (130, (280, 4, 15)),
            (131, (281, 5, 0)),
            (257, (284, 5, 30)),
            (258, (285, 0, 0)),
        ] {
            assert_eq!(length_symbol(length), expected, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(
            noise in prop::collection::vec(any::<u8>(), 0..4000),
            mask in any::<u8>(),
            sparse in any::<bool>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let data: Vec<u8> =
                noise.iter().map(|byte| if sparse && *byte < 0xF0 { 0 } else { byte & mask }).collect();
            let (a, b) = data.split_at(cut.index(data.len() + 1));
            check(&[a, b]);
        }
    }
}
