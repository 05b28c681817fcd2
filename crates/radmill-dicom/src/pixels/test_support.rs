//! Data sets and limits for the tests of this folder.

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::{CharacterSet, DataSet, Element, Limits, Value};

pub(super) fn limits() -> Limits {
    Limits {
        file_bytes_max: 1 << 30,
        nesting_depth_max: 16,
        elements_max: 1 << 20,
        element_bytes_max: 1 << 30,
        frames_max: 100_000,
        frame_bytes_max: 1 << 28,
        decoded_bytes_max: 1 << 32,
        inflated_bytes_max: 1 << 30,
    }
}

/// A grey image of 4 by 6 pixels, 12 of 16 bits, with these attributes changed or taken out.
pub(super) fn attributes(changes: &[(Tag, Option<&str>)]) -> DataSet {
    let mut values = vec![
        (tags::SAMPLES_PER_PIXEL, Some("1")),
        (tags::PHOTOMETRIC_INTERPRETATION, Some("MONOCHROME2")),
        (tags::ROWS, Some("4")),
        (tags::COLUMNS, Some("6")),
        (tags::BITS_ALLOCATED, Some("16")),
        (tags::BITS_STORED, Some("12")),
        (tags::HIGH_BIT, Some("11")),
        (tags::PIXEL_REPRESENTATION, Some("0")),
    ];
    for change in changes {
        values.retain(|(tag, _)| *tag != change.0);
        values.push(*change);
    }
    let elements = values.into_iter().filter_map(|(tag, value)| Some(element(tag, value?))).collect();
    DataSet::new(elements, CharacterSet::default())
}

fn element(tag: Tag, value: &str) -> Element {
    let (vr, bytes) = match tag {
        tags::PHOTOMETRIC_INTERPRETATION => (VR::CS, value.as_bytes().to_vec()),
        tags::NUMBER_OF_FRAMES => (VR::IS, value.as_bytes().to_vec()),
        _ => (VR::US, value.parse::<u16>().unwrap().to_le_bytes().to_vec()),
    };
    Element { tag, vr, value: Value::Bytes(Bytes::from(bytes)) }
}
