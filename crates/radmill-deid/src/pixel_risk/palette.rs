//! Which index of a palette is black.

use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;

/// The index of the darkest entry of the palette (PS3.3 C.7.6.3.1.5 and .6); 0 if it cannot be told.
pub(super) fn darkest_entry(data: &DataSet) -> u32 {
    let descriptor = data.numbers(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR);
    let &[_, first_mapped, _] = descriptor.as_slice() else { return 0 };
    let colours = [
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    ];
    let [red, green, blue] = colours.map(|tag| {
        let bytes = data.get(tag).map(|element| element.bytes()).unwrap_or_default();
        bytes.as_chunks::<2>().0.iter().map(|entry| u16::from_le_bytes(*entry)).collect::<Vec<_>>()
    });
    let brightness = red
        .iter()
        .zip(&green)
        .zip(&blue)
        .map(|((red, green), blue)| u32::from(*red) + u32::from(*green) + u32::from(*blue));
    let darkest = brightness.enumerate().min_by_key(|(_, brightness)| *brightness);
    darkest.map_or(0, |(index, _)| index as u32 + first_mapped.max(0.0) as u32)
}
