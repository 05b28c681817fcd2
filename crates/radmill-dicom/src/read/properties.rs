//! What holds for any bytes: no panic, and nothing over the limits.

use proptest::prelude::*;

use super::header::Encoding;
use super::tests::{LIMITS, Writer, file};
use super::{parse, uncompressed_uid};
use crate::{DataSet, Limits, ParseError, Value};

/// Small, so that they are reached.
const SMALL: Limits = Limits {
    nesting_depth_max: 3,
    elements_max: 20,
    element_bytes_max: 40,
    inflated_bytes_max: 300,
    file_bytes_max: 4000,
    ..LIMITS
};

/// What came out of a file, counted.
#[derive(Default)]
struct Size {
    n_elements_and_items: u64,
    depth: u32,
    longest: u64,
    bytes: u64,
}

fn measure(data: &DataSet, depth: u32, size: &mut Size) {
    size.depth = size.depth.max(depth);
    for element in data.elements() {
        size.n_elements_and_items += 1;
        size.longest = size.longest.max(element.bytes().len() as u64);
        size.bytes += element.bytes().len() as u64;
        element.texts(data.character_set());
        element.numbers();
        if let Value::Items(items) = &element.value {
            size.n_elements_and_items += items.len() as u64;
            items.iter().for_each(|item| measure(item, depth + 1, size));
        }
    }
}

fn check(bytes: Vec<u8>, limits: &Limits) -> Result<(), TestCaseError> {
    let n_bytes = bytes.len() as u64;
    let has_prefix = bytes.get(128..132) == Some(b"DICM");
    match parse(bytes.into(), limits) {
        Ok(instance) => {
            let mut size = Size::default();
            measure(&instance.data, 0, &mut size);
            prop_assert!(n_bytes <= limits.file_bytes_max);
            prop_assert!(size.n_elements_and_items <= limits.elements_max.into());
            prop_assert!(size.depth <= limits.nesting_depth_max);
            prop_assert!(size.longest <= limits.element_bytes_max);
            prop_assert!(size.bytes <= n_bytes.max(limits.inflated_bytes_max));
            let tags = instance.data.elements().iter().map(|element| element.tag);
            prop_assert!(tags.is_sorted_by(|a, b| a < b));
            let _ = instance.pixels.map(|pixels| pixels.decode_frame(0));
        }
        Err(ParseError::NotDicom) => prop_assert!(!has_prefix),
        Err(ParseError::OverLimit { declared, limit, .. }) => prop_assert!(declared > limit),
        Err(_) => {}
    }
    Ok(())
}

/// A file with a bit of everything, and what its transfer syntax is.
fn valid_file(encoding: Encoding) -> Vec<u8> {
    let inner = Writer::new(encoding).element(0x0008_0100, "SH", "ab").element(0x0028_0106, "US", [1, 0]);
    let items = Writer::new(encoding).item(&inner).open_item().raw(&inner.bytes).end_item();
    let data_set = Writer::new(encoding)
        .element(0x0008_0005, "CS", "\\ISO 2022 IR 87 ")
        .element(0x0008_0060, "CS", "CT")
        .element(0x0008_1032, "SQ", &items.bytes)
        .element(0x0010_0010, "PN", b"\x1b$B;3ED\x1b(B^A ")
        .head(0x0040_0275, "SQ", u32::MAX)
        .raw(&items.bytes)
        .end_sequence()
        .element(0x0040_A730, "UN", &items.bytes)
        .element(0x0028_0010, "US", [2, 0])
        .head(0x7FE0_0010, "OB", u32::MAX)
        .item(&Writer::new(encoding))
        .item(&inner)
        .end_sequence();
    file(uncompressed_uid(encoding), &data_set)
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::IMPLICIT), Just(Encoding::EXPLICIT), Just(Encoding::EXPLICIT_BIG_ENDIAN)]
}

/// Bytes that mean something to a reader more often than others do.
fn bytes() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), prop::sample::select(&b"\0\x02\x08\x10\xFF\xFE\xE0\x0D\xDDUNSQOB\x1B$)C\\"[..])]
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(bytes(), 0..600)) {
        check(bytes, &SMALL)?;
    }

    #[test]
    fn any_data_set(encoding in encodings(), bytes in prop::collection::vec(bytes(), 0..600)) {
        check(file(uncompressed_uid(encoding), &Writer::new(encoding).raw(&bytes)), &SMALL)?;
    }

    #[test]
    fn any_deflated_data_set(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(file("1.2.840.10008.1.2.1.99", &Writer::new(Encoding::EXPLICIT).raw(&bytes)), &SMALL)?;
    }

    #[test]
    fn a_valid_file_with_changes(
        encoding in encodings(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), bytes()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        small in any::<bool>(),
    ) {
        let mut bytes = valid_file(encoding);
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        check(bytes, if small { &SMALL } else { &LIMITS })?;
    }
}

#[test]
fn the_valid_file_is_valid() {
    for encoding in [Encoding::IMPLICIT, Encoding::EXPLICIT, Encoding::EXPLICIT_BIG_ENDIAN] {
        assert!(parse(valid_file(encoding).into(), &LIMITS).is_ok());
    }
}
