//! Grey pixels of which the higher values have colours: Supplemental Palette Color LUTs (PS3.3 C.8.16.2.1.1.1).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_frame::Samples;

use crate::samples::{Padding, Stored, is_padding, with_samples};
use crate::source::AttributeSource;
use crate::{ImageData, ImageError, Palette, PixelMeaning, TransformAttributes, display, palette};

/// Functional groups that may say Pixel Presentation (0008,9205) of a frame.
const FRAME_TYPES: [Tag; 4] = [
    tags::MR_IMAGE_FRAME_TYPE_SEQUENCE,
    tags::CT_IMAGE_FRAME_TYPE_SEQUENCE,
    tags::PET_FRAME_TYPE_SEQUENCE,
    tags::X_RAY3_D_FRAME_TYPE_SEQUENCE,
];

/// Whether the frame is to be shown in colour: the frame's word counts before that of the whole image, which may be
/// MIXED.
pub(crate) fn is_asked_for<S: AttributeSource>(data: S, frame_index: u32) -> bool {
    let of_frame = FRAME_TYPES.into_iter().find_map(|frame_type| {
        data.functional_group(frame_index, frame_type)?.text(tags::PIXEL_PRESENTATION)
    });
    of_frame.or_else(|| data.text(tags::PIXEL_PRESENTATION)).as_deref() == Some("COLOR")
}

/// Reads the palette; `None` if it makes no sense, or the three tables begin at different values.
pub(crate) fn read<S: AttributeSource>(data: S, stored_is_signed: bool) -> Option<Palette> {
    palette::read(data, stored_is_signed).ok().filter(|palette| palette.first_mapped().is_some())
}

/// Renders a frame in 8-bit RGB: values below the first mapped one as an 8-bit grey display, the others by the palette.
///
/// Without a VOI the range of the grey values alone is spread. Padding is black wherever it lies.
pub(crate) fn render(
    samples: Samples,
    attributes: &TransformAttributes,
) -> Result<(ImageData, PixelMeaning), ImageError> {
    let missing = ImageError::InvalidAttributes { what: "the supplemental palette is missing" };
    let palette = attributes.supplemental_palette.as_ref().ok_or(missing)?;
    let first_mapped = palette.first_mapped().map_or(f64::INFINITY, f64::from);
    let is_colored: Vec<bool> =
        with_samples!(&samples, vector => colored(vector, first_mapped, attributes.padding));
    let mut colors = palette.apply(samples.clone())?;
    let (grey, meaning) = display::levels::<u8>(without(samples, &is_colored), attributes, false);
    for ((color, grey), is_colored) in colors.as_chunks_mut::<3>().0.iter_mut().zip(grey).zip(is_colored) {
        if !is_colored {
            *color = [grey; 3];
        }
    }
    Ok((ImageData::Rgb8(colors), meaning))
}

fn colored<S: Stored>(samples: &[S], first_mapped: f64, padding: Padding) -> Vec<bool> {
    let is_colored = |stored: f64| stored >= first_mapped && !is_padding(stored, padding);
    samples.iter().map(|&sample| is_colored(sample.into())).collect()
}

/// The samples with another grey value in place of those that have a colour, so that these do not count in the range.
fn without(mut samples: Samples, is_colored: &[bool]) -> Samples {
    with_samples!(&mut samples, vector => {
        let grey = vector.iter().zip(is_colored).find(|(_, is_colored)| !**is_colored).map(|(sample, _)| *sample);
        if let Some(grey) = grey {
            for (sample, _) in vector.iter_mut().zip(is_colored).filter(|(_, is_colored)| **is_colored) {
                *sample = grey;
            }
        }
    });
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;
    use crate::{LookupTable, Modality, Voi, WindowFunction};

    const DESCRIPTORS: [Tag; 3] = [
        tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
        tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
    ];

    fn palette(first_mapped: i32) -> Palette {
        let table = |entries: [u16; 2]| LookupTable::new(first_mapped, entries.to_vec(), 8).unwrap();
        Palette::new([table([255, 1]), table([0, 2]), table([9, 3])])
    }

    fn attributes(voi: Option<Voi>) -> TransformAttributes {
        TransformAttributes {
            modality: Modality::Rescale { slope: 1.0, intercept: -10.0 },
            voi,
            padding: Some([7.0, 7.0]),
            supplemental_palette: Some(palette(1000)),
            ..TransformAttributes::none()
        }
    }

    #[track_caller]
    fn check(samples: Samples, attributes: &TransformAttributes, expected: &[[u8; 3]]) {
        let (found, _) = render(samples, attributes).unwrap();
        assert_eq!(found, ImageData::Rgb8(expected.as_flattened().to_vec()));
    }

    #[test]
    fn higher_values_are_colours() {
        let (black, grey, white) = ([0; 3], [128; 3], [255; 3]);
        let (first, last) = ([255, 0, 9], [1, 2, 3]);
        // Modality values 0 to 200 are what is grey; 7 is padding.
        let samples = Samples::U16(vec![10, 110, 210, 7, 999, 1000, 1001, 65_535]);
        let window = Voi::Window { center: 100.0, width: 200.0, function: WindowFunction::LinearExact };
        let expected = [black, grey, white, black, white, first, last, last];
        check(samples, &attributes(Some(window)), &expected);
        // Without a window the range of grey values is what is spread.
        let samples = Samples::U16(vec![10, 110, 210, 7, 1000]);
        check(samples, &attributes(None), &[black, grey, white, black, first]);
        check(Samples::U16(vec![1000, 1001]), &attributes(None), &[first, last]);
        check(Samples::U16(vec![7, 8]), &attributes(None), &[black, black]);
        let signed = TransformAttributes { supplemental_palette: Some(palette(-1)), ..attributes(None) };
        check(Samples::I16(vec![-3, -2, -1, 0]), &signed, &[black, white, first, last]);
        assert!(render(Samples::U32(vec![1]), &attributes(None)).is_err());
    }

    #[test]
    fn padding_has_no_colour() {
        let padded = TransformAttributes { padding: Some([1001.0, 1001.0]), ..attributes(None) };
        check(Samples::U16(vec![1000, 1001]), &padded, &[[255, 0, 9], [0; 3]]);
    }

    fn presented(presentation: &str) -> FakeDataSet {
        FakeDataSet::default().text(tags::PIXEL_PRESENTATION, presentation)
    }

    #[test]
    fn the_word_of_the_frame_counts() {
        let check = |image: &str, frames: &[&str], expected: [bool; 2]| {
            let groups = frames
                .iter()
                .map(|frame| {
                    FakeDataSet::default().items(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, vec![presented(frame)])
                })
                .collect();
            let data = presented(image).items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups);
            assert_eq!([0, 1].map(|frame| is_asked_for(&data, frame)), expected, "{image} {frames:?}");
        };
        check("COLOR", &[], [true, true]);
        check("MONOCHROME", &[], [false, false]);
        check("TRUE_COLOR", &[], [false, false]);
        check("MIXED", &["MONOCHROME", "COLOR"], [false, true]);
        check("COLOR", &["MONOCHROME", "COLOR"], [false, true]);
        check("MIXED", &[], [false, false]);
        assert!(!is_asked_for(&FakeDataSet::default(), 0));
    }

    #[test]
    fn tables_have_to_agree() {
        let data = |firsts: [u16; 3]| {
            let mut data = FakeDataSet::default()
                .bytes(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA, &[1, 2])
                .bytes(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA, &[1, 2])
                .bytes(tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA, &[1, 2]);
            for (tag, first) in DESCRIPTORS.into_iter().zip(firsts) {
                let bytes: Vec<u8> = [2, first, 8].iter().flat_map(|word| word.to_le_bytes()).collect();
                data = data.bytes(tag, &bytes);
            }
            data
        };
        assert!(read(&data([1000, 1000, 1000]), false).is_some());
        assert!(read(&data([1000, 1000, 0]), false).is_none());
        assert!(read(&FakeDataSet::default(), false).is_none());
    }
}
