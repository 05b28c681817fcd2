use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_frame::Samples;

use crate::lut::{self, Descriptor};
use crate::samples::{Narrow, Table, integer_extremes};
use crate::source::AttributeSource;
use crate::{ImageError, LookupTable, color};

/// Red, green and blue of every index of PALETTE COLOR pixels (PS3.3 C.7.6.3.1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    channels: [LookupTable; 3],
}

impl Palette {
    /// A palette of three tables. Tables of 16 bits whose entries are all below 256 are taken to be of 8 bits:
    /// writers that fill 16-bit entries with 8-bit colours are common, and the image would be black otherwise.
    pub fn new(channels: [LookupTable; 3]) -> Palette {
        let entry_max = channels.iter().flat_map(LookupTable::entries).max().copied().unwrap_or(0);
        // All three have the same scale: the one of the table that needs most.
        let bits = channels.iter().map(LookupTable::bits).max().unwrap_or(8);
        let bits = if bits == 16 && entry_max < 256 { 8 } else { bits };
        Palette { channels: channels.map(|channel| channel.with_bits(bits)) }
    }

    /// The index that the first entries are for, if red, green and blue agree.
    pub(crate) fn first_mapped(&self) -> Option<i32> {
        let [red, green, blue] = self.channels.each_ref().map(LookupTable::first_mapped);
        (red == green && red == blue).then_some(red)
    }

    /// The colour of an index, 8 bits each of red, green and blue.
    fn color(&self, index: f64) -> [u8; 3] {
        self.channels
            .each_ref()
            .map(|channel| color::to_8_bits(u32::from(channel.entry(index)), channel.bits()))
    }

    /// The colours of indices, red, green and blue together.
    pub(crate) fn apply(&self, indices: Samples) -> Result<Vec<u8>, ImageError> {
        match indices {
            Samples::U8(indices) => Ok(self.apply_to(&indices)),
            Samples::I8(indices) => Ok(self.apply_to(&indices)),
            Samples::U16(indices) => Ok(self.apply_to(&indices)),
            Samples::I16(indices) => Ok(self.apply_to(&indices)),
            _ => Err(ImageError::Unsupported { what: "palette indices of more than 16 bits" }),
        }
    }

    fn apply_to<S: Narrow>(&self, indices: &[S]) -> Vec<u8> {
        let table = Table::new(integer_extremes(indices), |index| self.color(index));
        let colors: Vec<[u8; 3]> = indices.iter().map(|&index| table.get(index)).collect();
        colors.into_flattened()
    }
}

const DESCRIPTORS: [Tag; 3] = [
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
];
const DATA: [Tag; 3] = [
    tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];
const SEGMENTED_DATA: [Tag; 3] = [
    tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];
const INVALID: ImageError =
    ImageError::InvalidAttributes { what: "the colour palette is incomplete or makes no sense" };

/// Reads the three tables, plain or segmented (PS3.3 C.7.9.2).
pub(crate) fn read<S: AttributeSource>(data: S, stored_is_signed: bool) -> Result<Palette, ImageError> {
    let [red, green, blue] = [0, 1, 2].map(|channel| read_channel(data, channel, stored_is_signed));
    Ok(Palette::new([red?, green?, blue?]))
}

fn read_channel<S: AttributeSource>(
    data: S,
    channel: usize,
    stored_is_signed: bool,
) -> Result<LookupTable, ImageError> {
    let plain = [DESCRIPTORS[channel], DATA[channel]];
    match data.bytes(SEGMENTED_DATA[channel]) {
        Some(segments) if data.bytes(DATA[channel]).is_none() => {
            let descriptor =
                lut::read_descriptor(data, DESCRIPTORS[channel], stored_is_signed).ok_or(INVALID)?;
            let entries = expand_segments(segments, descriptor).ok_or(INVALID)?;
            LookupTable::new(descriptor.first_mapped, entries, descriptor.bits).ok_or(INVALID)
        }
        _ => lut::read(data, plain, stored_is_signed, "the colour palette is incomplete or makes no sense"),
    }
}

/// The entries that segmented data stand for; `None` if they do not give as many as the descriptor says.
fn expand_segments(bytes: &[u8], descriptor: Descriptor) -> Option<Vec<u16>> {
    let words: Vec<u16> = match descriptor.bits {
        0..=8 => bytes.iter().map(|&byte| u16::from(byte)).collect(),
        _ => bytes.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word)).collect(),
    };
    let mut expansion = Expansion {
        words: &words,
        word_bits: if descriptor.bits <= 8 { 8 } else { 16 },
        entries: Vec::new(),
    };
    let mut at = 0;
    while expansion.entries.len() < descriptor.n_entries {
        at = expansion.segment(at, true, descriptor.n_entries)?;
    }
    (expansion.entries.len() == descriptor.n_entries).then_some(expansion.entries)
}

/// A table that grows segment by segment.
struct Expansion<'a> {
    words: &'a [u16],
    word_bits: u16,
    entries: Vec<u16>,
}

impl Expansion<'_> {
    /// Appends the segment at a word, and gives the word after it. `None` if it is cut short, unknown, or gives more
    /// than `n_entries_max` or nothing. An indirect segment may not hold another one, which bounds the recursion.
    fn segment(&mut self, at: usize, may_be_indirect: bool, n_entries_max: usize) -> Option<usize> {
        let opcode = *self.words.get(at)?;
        let length = usize::from(*self.words.get(at + 1)?);
        if length == 0 {
            // Gives nothing, and would let few bytes ask for much work.
            return None;
        }
        let next = match opcode {
            0 => {
                let end = at + 2 + length;
                self.entries.extend_from_slice(self.words.get(at + 2..end)?);
                end
            }
            1 => {
                let to = *self.words.get(at + 2)?;
                self.line(to, length)?;
                at + 3
            }
            2 if may_be_indirect => self.indirect(at, length, n_entries_max)?,
            _ => return None,
        };
        (self.entries.len() <= n_entries_max).then_some(next)
    }

    /// A linear segment: from the last entry, which is not repeated, in equal steps to `to`.
    fn line(&mut self, to: u16, length: usize) -> Option<()> {
        let from = f64::from(*self.entries.last()?);
        for step in 1..=length {
            let value = from + (f64::from(to) - from) * step as f64 / length as f64;
            self.entries.push(value.round() as u16);
        }
        Some(())
    }

    /// An indirect segment: `length` segments elsewhere, at an offset in bytes, written low part first.
    fn indirect(&mut self, at: usize, length: usize, n_entries_max: usize) -> Option<usize> {
        let (n_parts, bytes_per_word) = if self.word_bits == 8 { (4, 1) } else { (2, 2) };
        let parts = self.words.get(at + 2..at + 2 + n_parts)?;
        let offset =
            parts.iter().rev().fold(0usize, |sum, &part| (sum << self.word_bits) | usize::from(part));
        let mut source = offset / bytes_per_word;
        for _ in 0..length {
            source = self.segment(source, false, n_entries_max)?;
        }
        Some(at + 2 + n_parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    fn words(values: &[u16]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn with(tags: [Tag; 3], descriptor: [u16; 3], channels: [&[u8]; 3]) -> FakeDataSet {
        let mut data = FakeDataSet::default();
        for channel in 0..3 {
            data =
                data.bytes(DESCRIPTORS[channel], &words(&descriptor)).bytes(tags[channel], channels[channel]);
        }
        data
    }

    fn check(data: &FakeDataSet, indices: Samples, expected: &[u8]) {
        assert_eq!(read(data, false).unwrap().apply(indices).unwrap(), expected);
    }

    #[test]
    fn indices_become_colours_and_clamp_at_the_ends() {
        let bytes = with(DATA, [4, 1, 8], [&[0, 1, 2, 3], &[10, 11, 12, 13], &[20, 21, 22, 255]]);
        check(
            &bytes,
            Samples::U8(vec![0, 1, 2, 4, 5]),
            &[0, 10, 20, 0, 10, 20, 1, 11, 21, 3, 13, 255, 3, 13, 255],
        );
        let (red, green, blue) = (words(&[0x0100, 0xFFFF]), words(&[0x80FF, 0]), words(&[0, 0x00FF]));
        let sixteen = with(DATA, [2, 0, 16], [&red, &green, &blue]);
        check(&sixteen, Samples::U16(vec![0, 1]), &[1, 0x80, 0, 0xFF, 0, 0]);
        check(&sixteen, Samples::I16(vec![-5, 300]), &[1, 0x80, 0, 0xFF, 0, 0]);
    }

    #[test]
    fn eight_bit_colours_in_sixteen_bit_entries_are_not_black() {
        let channel = words(&[0, 128, 255]);
        let data = with(DATA, [3, 0, 16], [&channel, &channel, &channel]);
        check(&data, Samples::U8(vec![0, 1, 2]), &[0, 0, 0, 128, 128, 128, 255, 255, 255]);
    }

    #[test]
    fn one_wide_table_sets_the_scale_of_all_three() {
        let (dark, bright) = (words(&[0, 10]), words(&[0x4000, 0x8000]));
        let data = with(DATA, [2, 0, 16], [&dark, &bright, &bright]);
        check(&data, Samples::U8(vec![0, 1]), &[0, 0x40, 0x40, 0, 0x80, 0x80]);
    }

    #[test]
    fn segments_expand() {
        for (segments, n_entries, expected) in [
            (vec![0, 3, 1, 2, 3], 3, Some(vec![1, 2, 3])),
            (vec![0, 1, 0, 1, 4, 8], 5, Some(vec![0, 2, 4, 6, 8])),
            (vec![0, 1, 10, 1, 2, 5], 3, Some(vec![10, 8, 5])),
            // Indirect: both first segments once more, from byte 0.
            (vec![0, 1, 7, 1, 2, 9, 2, 2, 0, 0], 6, Some(vec![7, 8, 9, 7, 8, 9])),
            // Cut short, too many, none to start from, unknown, indirect in indirect, offset outside.
            (vec![0, 3, 1, 2], 3, None),
            (vec![0, 3, 1, 2, 3], 2, None),
            (vec![1, 3, 1], 3, None),
            (vec![9, 1, 1], 1, None),
            (vec![0, 1, 7, 2, 1, 6, 0], 3, None),
            (vec![0, 1, 7, 2, 1, 0xFFFF, 0xFFFF], 3, None),
            (vec![], 3, None),
        ] {
            let descriptor = Descriptor { n_entries, first_mapped: 0, bits: 16 };
            assert_eq!(expand_segments(&words(&segments), descriptor), expected, "{segments:?}");
        }
        let bytes = Descriptor { n_entries: 4, first_mapped: 0, bits: 8 };
        assert_eq!(expand_segments(&[0, 2, 5, 6, 2, 1, 0, 0, 0, 0], bytes), Some(vec![5, 6, 5, 6]));
        assert_eq!(expand_segments(&[0, 0, 0, 2, 5, 6], bytes), None);
        assert_eq!(expand_segments(&[2, 0, 0, 0, 0, 0], bytes), None);
    }

    #[test]
    fn segmented_palettes_are_read_where_plain_ones_are_missing() {
        let segments = words(&[0, 1, 0, 1, 2, 0xFFFF]);
        let data = with(SEGMENTED_DATA, [3, 0, 16], [&segments, &segments, &segments]);
        check(&data, Samples::U8(vec![1, 2]), &[0x80, 0x80, 0x80, 255, 255, 255]);
    }

    #[test]
    fn what_is_missing_is_refused() {
        assert_eq!(read(&FakeDataSet::default(), false), Err(INVALID));
        let palette = read(&with(DATA, [1, 0, 8], [&[1, 0], &[1, 0], &[1, 0]]), false).unwrap();
        assert!(palette.apply(Samples::U32(vec![1])).is_err());
    }
}
