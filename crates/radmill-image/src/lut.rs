use dicom_core::Tag;

use crate::ImageError;
use crate::source::AttributeSource;

/// A lookup table as Modality LUT, VOI LUT and palettes have it (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5).
/// Inputs below the first mapped value give the first entry, inputs above the last one the last entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupTable {
    first_mapped: i32,
    /// 1 to 65,536 of them.
    entries: Vec<u16>,
    bits: u16,
}

impl LookupTable {
    /// A table whose first entry is for the input `first_mapped`, with entries of `bits` bits, 1 to 16.
    /// Entries that need more bits make it a table of 16 bits. `None` without entries, with more than 65,536 of them,
    /// or with another number of bits.
    pub fn new(first_mapped: i32, entries: Vec<u16>, bits: u16) -> Option<LookupTable> {
        let n_entries_ok = (1..=65_536).contains(&entries.len());
        if !n_entries_ok || !(1..=16).contains(&bits) {
            return None;
        }
        let entry_max = entries.iter().copied().max().unwrap_or(0);
        let bits = if u32::from(entry_max) >> bits == 0 { bits } else { 16 };
        Some(LookupTable { first_mapped, entries, bits })
    }

    /// The entry for an input; inputs that are no integers are rounded to the nearest, halves away from zero.
    pub fn entry(&self, input: f64) -> u16 {
        // `as` saturates and turns NaN into 0, and the difference of two saturated numbers is clamped again.
        let index = (input.round() as i64).saturating_sub(i64::from(self.first_mapped));
        let index = usize::try_from(index.max(0)).unwrap_or(usize::MAX).min(self.entries.len() - 1);
        self.entries[index]
    }

    /// The input that the first entry is for.
    pub(crate) fn first_mapped(&self) -> i32 {
        self.first_mapped
    }

    /// The entries in order.
    pub fn entries(&self) -> &[u16] {
        &self.entries
    }

    /// Significant bits of an entry, 1 to 16.
    pub fn bits(&self) -> u16 {
        self.bits
    }

    /// The same table, its entries understood to have another number of bits.
    pub(crate) fn with_bits(self, bits: u16) -> LookupTable {
        LookupTable { bits, ..self }
    }
}

/// Number of entries, first mapped value and bits of an entry: the three values of a LUT Descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// 1 to 65,536.
    pub(crate) n_entries: usize,
    pub(crate) first_mapped: i32,
    /// 1 to 16.
    pub(crate) bits: u16,
}

/// Reads a descriptor. `input_is_signed`: the inputs of the table may be negative, so the first mapped value is to be
/// read as SS whatever its VR says, as it is often wrong and absent in implicit VR.
pub(crate) fn read_descriptor<S: AttributeSource>(
    data: S,
    tag: Tag,
    input_is_signed: bool,
) -> Option<Descriptor> {
    let bytes = data.bytes(tag)?;
    let &[n_entries, first_mapped, bits] = bytes.as_chunks::<2>().0.get(..3)? else { return None };
    let n_entries = match u16::from_le_bytes(n_entries) {
        0 => 65_536,
        n => usize::from(n),
    };
    let written_as_negative = data.numbers(tag).get(1).is_some_and(|&first| first < 0.0);
    let first_mapped = match input_is_signed || written_as_negative {
        true => i32::from(i16::from_le_bytes(first_mapped)),
        false => i32::from(u16::from_le_bytes(first_mapped)),
    };
    let bits = u16::from_le_bytes(bits);
    (1..=16).contains(&bits).then_some(Descriptor { n_entries, first_mapped, bits })
}

/// Reads a table from its descriptor and data. `what` names it in an error.
pub(crate) fn read<S: AttributeSource>(
    data: S,
    [descriptor_tag, data_tag]: [Tag; 2],
    input_is_signed: bool,
    what: &'static str,
) -> Result<LookupTable, ImageError> {
    let invalid = ImageError::InvalidAttributes { what };
    let Some(descriptor) = read_descriptor(data, descriptor_tag, input_is_signed) else {
        return Err(invalid);
    };
    let Some((entries, bits)) = data.bytes(data_tag).and_then(|bytes| entries_of(bytes, descriptor)) else {
        return Err(invalid);
    };
    LookupTable::new(descriptor.first_mapped, entries, bits).ok_or(invalid)
}

/// The entries and their number of bits: 16 bits each, or packed as bytes, which the length tells
/// (PS3.3 C.11.1.1.1). `None` if there are fewer than the descriptor says.
fn entries_of(bytes: &[u8], descriptor: Descriptor) -> Option<(Vec<u16>, u16)> {
    let Descriptor { n_entries, bits, .. } = descriptor;
    if let Some(words) = bytes.as_chunks::<2>().0.get(..n_entries) {
        return Some((words.iter().map(|word| u16::from_le_bytes(*word)).collect(), bits));
    }
    let bytes = bytes.get(..n_entries)?;
    Some((bytes.iter().map(|&byte| u16::from(byte)).collect(), bits.min(8)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;
    use dicom_dictionary_std::tags::{LUT_DATA, LUT_DESCRIPTOR};

    fn words(values: &[u16]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn check(descriptor: [u16; 3], data: &[u8], signed: bool, expected: Option<(i32, &[u16], u16)>) {
        let source = FakeDataSet::default().bytes(LUT_DESCRIPTOR, &words(&descriptor)).bytes(LUT_DATA, data);
        let table = read(&source, [LUT_DESCRIPTOR, LUT_DATA], signed, "table").ok();
        let found = table.as_ref().map(|table| (table.first_mapped, table.entries(), table.bits()));
        assert_eq!(found, expected, "{descriptor:?} {data:?} {signed}");
    }

    #[test]
    fn entries_are_words_or_bytes() {
        check([3, 0, 16], &words(&[1, 2, 65535]), false, Some((0, &[1, 2, 65535], 16)));
        check([3, 0, 12], &words(&[1, 2, 4095]), false, Some((0, &[1, 2, 4095], 12)));
        check([3, 0, 8], &words(&[1, 2, 255]), false, Some((0, &[1, 2, 255], 8)));
        check([4, 0, 8], &[1, 2, 3, 255], false, Some((0, &[1, 2, 3, 255], 8)));
        // An odd number of bytes is padded.
        check([3, 0, 8], &[1, 2, 255, 0], false, Some((0, &[1, 2, 255], 8)));
        // Declared 16 bits, but only bytes are there.
        check([4, 0, 16], &[1, 2, 3, 255], false, Some((0, &[1, 2, 3, 255], 8)));
        // Entries that need more bits than declared.
        check([2, 0, 10], &words(&[1024, 2]), false, Some((0, &[1024, 2], 16)));
        check([1, 5, 8], &words(&[7]), false, Some((5, &[7], 8)));
    }

    #[test]
    fn the_first_mapped_value_may_be_negative() {
        check([1, 0xFC18, 16], &words(&[7]), false, Some((64_536, &[7], 16)));
        check([1, 0xFC18, 16], &words(&[7]), true, Some((-1000, &[7], 16)));
    }

    #[test]
    fn nonsense_is_refused() {
        check([3, 0, 17], &words(&[1, 2, 3]), false, None);
        check([3, 0, 0], &words(&[1, 2, 3]), false, None);
        check([3, 0, 16], &[1, 0], false, None);
        check([0, 0, 16], &[0; 65_535], false, None);
        let no_descriptor =
            FakeDataSet::default().bytes(LUT_DATA, &[0; 8]).bytes(LUT_DESCRIPTOR, &[1, 0, 0, 0]);
        assert!(read(&no_descriptor, [LUT_DESCRIPTOR, LUT_DATA], false, "table").is_err());
    }

    #[test]
    fn zero_entries_means_65536() {
        let data: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        let source = FakeDataSet::default().bytes(LUT_DESCRIPTOR, &words(&[0, 0, 16])).bytes(LUT_DATA, &data);
        let table = read(&source, [LUT_DESCRIPTOR, LUT_DATA], false, "table").unwrap();
        assert_eq!(table.entries().len(), 65_536);
        assert_eq!(table.entry(40_000.0), 40_000);
    }

    #[test]
    fn inputs_outside_take_the_nearest_entry() {
        let table = LookupTable::new(-1, vec![10, 20, 30], 8).unwrap();
        let inputs = [f64::NEG_INFINITY, -2.0, -1.0, -0.4, 0.5, 1.0, 2.0, f64::INFINITY, f64::NAN];
        assert_eq!(inputs.map(|input| table.entry(input)), [10, 10, 10, 20, 30, 30, 30, 30, 20]);
        assert_eq!(LookupTable::new(0, Vec::new(), 8), None);
    }
}
