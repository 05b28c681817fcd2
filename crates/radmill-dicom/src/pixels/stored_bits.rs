//! From the bits a decoder found to sample values: which bits count, and whether the highest is a sign.

use radmill_frame::{PixelDescription, Samples};

/// Bit patterns as a decoder gives them, one word a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

/// Where the sample value lies in its word (PS3.5 8.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoredBits {
    /// Bits that count, at least 1.
    pub(super) stored: u16,
    /// The highest of them; at least `stored - 1`.
    pub(super) high: u16,
    /// The highest is a sign (two's complement).
    pub(super) signed: bool,
}

impl StoredBits {
    /// As the header says, for words that lie as they would uncompressed.
    pub(super) fn declared(description: &PixelDescription) -> StoredBits {
        StoredBits { stored: description.bits_stored, high: description.high_bit, signed: description.signed }
    }

    /// The lowest `stored` bits of a word, as codestreams have them.
    pub(super) fn lowest(stored: u16, signed: bool) -> StoredBits {
        StoredBits { stored, high: stored.saturating_sub(1), signed }
    }
}

/// Cuts the stored bits out of each word: bits below move out to the right, bits above (old overlays, or rubbish)
/// are cleared or replaced by the sign.
pub(super) fn interpret(words: Words, bits: StoredBits) -> Samples {
    match (words, bits.signed) {
        (Words::U8(words), false) => Samples::U8(cut(words, shifts(8, bits), |w, (l, r)| (w << l) >> r)),
        (Words::U8(words), true) => {
            Samples::I8(cut(words, shifts(8, bits), |w, (l, r)| ((w << l) as i8) >> r))
        }
        (Words::U16(words), false) => Samples::U16(cut(words, shifts(16, bits), |w, (l, r)| (w << l) >> r)),
        (Words::U16(words), true) => {
            Samples::I16(cut(words, shifts(16, bits), |w, (l, r)| ((w << l) as i16) >> r))
        }
        (Words::U32(words), false) => Samples::U32(cut(words, shifts(32, bits), |w, (l, r)| (w << l) >> r)),
        (Words::U32(words), true) => {
            Samples::I32(cut(words, shifts(32, bits), |w, (l, r)| ((w << l) as i32) >> r))
        }
    }
}

/// True if a bit of a word outside the stored ones is set. Above a sign its copies are as good as zeros.
pub(super) fn has_unused_bits_set(words: &Words, bits: StoredBits) -> bool {
    // One reduction for each kind of word, without branches, so that it is compiled to vector instructions.
    macro_rules! any_set {
        ($words:expr, $word:ty, $signed:ty) => {{
            let (left, right) = shifts(<$word>::BITS, bits);
            let used = (<$word>::MAX << right) >> left;
            let copies = !(<$word>::MAX >> left);
            if used == <$word>::MAX {
                return false;
            }
            let is_wrong = |word: $word| {
                let unused = word & !used;
                let sign = (((word << left) as $signed) >> (<$word>::BITS - 1)) as $word;
                if bits.signed {
                    unused & !(copies & sign) | (unused != 0) as $word * (!unused & copies & sign)
                } else {
                    unused
                }
            };
            $words.iter().fold(0, |wrong, word| wrong | is_wrong(*word)) != 0
        }};
    }
    match words {
        Words::U8(words) => any_set!(words, u8, i8),
        Words::U16(words) => any_set!(words, u16, i16),
        Words::U32(words) => any_set!(words, u32, i32),
    }
}

/// Widens or narrows words to what Bits Allocated calls for; `None` if a word would lose bits by its type.
pub(super) fn fit(words: Words, bits_allocated: u16) -> Option<Words> {
    Some(match (words, bits_allocated) {
        (words @ Words::U8(_), 0..=8) => words,
        (Words::U8(words), 9..=16) => Words::U16(words.into_iter().map(u16::from).collect()),
        (Words::U8(words), _) => Words::U32(words.into_iter().map(u32::from).collect()),
        (words @ Words::U16(_), 9..=16) => words,
        (Words::U16(words), 17..) => Words::U32(words.into_iter().map(u32::from).collect()),
        (words @ Words::U32(_), 17..) => words,
        _ => return None,
    })
}

/// The shift to the left that drops the bits above, and the one to the right that drops those below.
fn shifts(word_bits: u32, bits: StoredBits) -> (u32, u32) {
    let high = u32::from(bits.high).min(word_bits - 1);
    let stored = u32::from(bits.stored).clamp(1, high + 1);
    (word_bits - 1 - high, word_bits - stored)
}

/// Collecting from a vector of words of the same size reuses its memory.
fn cut<W: Copy, S>(words: Vec<W>, shifts: (u32, u32), one: impl Fn(W, (u32, u32)) -> S) -> Vec<S> {
    words.into_iter().map(|word| one(word, shifts)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_cut_out_of_words() {
        for (word, stored, high, signed, expected) in [
            (0xFFFF_u16, 12, 11, false, 0x0FFF_i32),
            (0xF800, 12, 11, true, -2048),
            (0x0800, 12, 11, true, -2048),
            (0x07FF, 12, 11, true, 2047),
            (0x8010, 12, 15, false, 0x801),
            (0x8010, 12, 15, true, -2047),
            (0x8000, 16, 15, true, -32768),
            (0x8000, 16, 15, false, 0x8000),
            (0x0003, 1, 0, false, 1),
            (0x0003, 1, 0, true, -1),
        ] {
            let bits = StoredBits { stored, high, signed };
            let value = match interpret(Words::U16(vec![word]), bits) {
                Samples::U16(v) => i32::from(v[0]),
                Samples::I16(v) => i32::from(v[0]),
                other => panic!("{other:?}"),
            };
            assert_eq!(value, expected, "{word:#x} {bits:?}");
        }
        let bits = StoredBits::lowest(7, true);
        assert_eq!(interpret(Words::U8(vec![0x40, 0x3F]), bits), Samples::I8(vec![-64, 63]));
        let bits = StoredBits::lowest(32, true);
        assert_eq!(interpret(Words::U32(vec![u32::MAX]), bits), Samples::I32(vec![-1]));
    }

    #[test]
    fn unused_bits_are_noticed() {
        for (word, stored, high, signed, expected) in [
            (0x0FFF_u16, 12, 11, false, false),
            (0x1FFF, 12, 11, false, true),
            (0xFFF0, 12, 15, false, false),
            (0xFFF8, 12, 15, false, true),
            (0x0FFF, 12, 11, true, false),
            (0xFFFF, 12, 11, true, false),
            (0x8FFF, 12, 11, true, true),
            (0xF7FF, 12, 11, true, true),
            (0xFFFF, 16, 15, true, false),
        ] {
            let bits = StoredBits { stored, high, signed };
            assert_eq!(has_unused_bits_set(&Words::U16(vec![0, word]), bits), expected, "{word:#x} {bits:?}");
        }
        assert!(has_unused_bits_set(&Words::U8(vec![2]), StoredBits::lowest(1, false)));
        assert!(!has_unused_bits_set(&Words::U32(vec![u32::MAX]), StoredBits::lowest(32, false)));
    }

    #[test]
    fn words_fit_bits_allocated() {
        assert_eq!(fit(Words::U8(vec![200]), 16), Some(Words::U16(vec![200])));
        assert_eq!(fit(Words::U16(vec![200]), 16), Some(Words::U16(vec![200])));
        assert_eq!(fit(Words::U16(vec![200]), 8), None);
        assert_eq!(fit(Words::U32(vec![200]), 16), None);
        assert_eq!(fit(Words::U16(vec![200]), 32), Some(Words::U32(vec![200])));
    }
}
