use dicom_dictionary_std::tags;
use radmill_deid::DeidentifiedInstance;
use radmill_frame::Photometric;

use crate::source::AttributeSource;
use crate::{ImageError, Modality, Palette, PixelSpacing, Voi, modality, palette, spacing, voi};

/// What the header says about the way from the stored values of one frame to an image, as plain values.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformAttributes {
    /// From stored to modality values.
    pub modality: Modality,
    /// Unit of modality values: a term of the standard, such as `HU`.
    pub unit: Option<String>,
    /// From modality values to what is shown; `None` if the header asks for nothing.
    pub voi: Option<Voi>,
    /// Presentation LUT Shape (2050,0020) is INVERSE.
    pub presentation_is_inverse: bool,
    /// Stored values that are padding, lowest and highest: Pixel Padding Value (0028,0120) and Range Limit (0028,0121),
    /// or their floating-point counterparts.
    pub padding: Option<[f64; 2]>,
    /// The colours of PALETTE COLOR pixels; `None` for other pixels.
    pub palette: Option<Palette>,
    /// Distance between pixels of the source.
    pub pixel_spacing: Option<PixelSpacing>,
    /// What was wrong and coped with: stable codes, sorted, each once.
    pub defects: Vec<&'static str>,
}

impl TransformAttributes {
    /// Reads what holds for one frame, counted from 0: functional groups first (PS3.3 C.7.6.16), then the top level.
    ///
    /// Fails if the palette of palette colours, or the modality LUT of grey values, is there and makes no sense;
    /// without them pixels mean nothing. What only decides how values are shown is passed over with a defect.
    pub fn of(instance: &DeidentifiedInstance, frame_index: u32) -> Result<TransformAttributes, ImageError> {
        read(instance.attributes(), frame_index)
    }

    /// Nothing is declared: stored values are values, shown as they are.
    #[cfg(test)]
    pub(crate) fn none() -> TransformAttributes {
        TransformAttributes {
            modality: Modality::Identity,
            unit: None,
            voi: None,
            presentation_is_inverse: false,
            padding: None,
            palette: None,
            pixel_spacing: None,
            defects: Vec::new(),
        }
    }
}

fn read<S: AttributeSource>(data: S, frame_index: u32) -> Result<TransformAttributes, ImageError> {
    let term = data.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
    let photometric = Photometric::from_term(&term);
    let signed = data.number(tags::PIXEL_REPRESENTATION) == Some(1.0);
    let mut attributes = TransformAttributes {
        modality: Modality::Identity,
        unit: None,
        voi: None,
        presentation_is_inverse: false,
        padding: None,
        palette: None,
        pixel_spacing: spacing::read(data, frame_index),
        defects: Vec::new(),
    };
    match photometric {
        Some(Photometric::PaletteColor) => attributes.palette = Some(palette::read(data, signed)?),
        Some(Photometric::Monochrome1 | Photometric::Monochrome2) | None => {
            read_grey(data, frame_index, signed, &mut attributes)?;
        }
        Some(_) => {}
    }
    attributes.defects.sort_unstable();
    attributes.defects.dedup();
    Ok(attributes)
}

fn read_grey<S: AttributeSource>(
    data: S,
    frame_index: u32,
    signed: bool,
    attributes: &mut TransformAttributes,
) -> Result<(), ImageError> {
    let modality = modality::read(data, frame_index, signed)?;
    let voi = voi::read(data, frame_index, &modality.modality, signed);
    attributes.modality = modality.modality;
    attributes.unit = modality.unit;
    attributes.voi = voi.voi;
    attributes.defects.extend(modality.defect);
    attributes.defects.extend(voi.defects);
    attributes.presentation_is_inverse =
        data.text(tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE");
    attributes.padding = read_padding(data, signed);
    Ok(())
}

/// Padding value and range limit in either order (PS3.3 C.7.5.1.1.2); without a limit the value alone.
fn read_padding<S: AttributeSource>(data: S, signed: bool) -> Option<[f64; 2]> {
    let integer = |tag| data.number(tag).map(|value| with_sign(value, signed));
    if let Some(value) = integer(tags::PIXEL_PADDING_VALUE) {
        let limit = integer(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(value);
        return Some([value.min(limit), value.max(limit)]);
    }
    let floats = [
        [tags::FLOAT_PIXEL_PADDING_VALUE, tags::FLOAT_PIXEL_PADDING_RANGE_LIMIT],
        [tags::DOUBLE_FLOAT_PIXEL_PADDING_VALUE, tags::DOUBLE_FLOAT_PIXEL_PADDING_RANGE_LIMIT],
    ];
    floats.into_iter().find_map(|[value_tag, limit_tag]| {
        let value = data.number(value_tag)?;
        let limit = data.number(limit_tag).unwrap_or(value);
        Some([value.min(limit), value.max(limit)])
    })
}

/// The VR of padding values should follow Pixel Representation, but often does not: the 16 bits are what counts.
fn with_sign(value: f64, signed: bool) -> f64 {
    match signed {
        true if (32_768.0..=65_535.0).contains(&value) => value - 65_536.0,
        false if (-32_768.0..0.0).contains(&value) => value + 65_536.0,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    fn check_padding(value: Option<f64>, limit: Option<f64>, signed: bool, expected: Option<[f64; 2]>) {
        let mut data = FakeDataSet::default();
        for (tag, number) in [(tags::PIXEL_PADDING_VALUE, value), (tags::PIXEL_PADDING_RANGE_LIMIT, limit)] {
            if let Some(number) = number {
                data = data.numbers(tag, &[number]);
            }
        }
        assert_eq!(read_padding(&data, signed), expected);
    }

    #[test]
    fn padding_is_a_range_of_stored_values() {
        check_padding(None, None, false, None);
        check_padding(None, Some(3.0), false, None);
        check_padding(Some(0.0), None, false, Some([0.0, 0.0]));
        check_padding(Some(4095.0), Some(4000.0), false, Some([4000.0, 4095.0]));
        check_padding(Some(63_536.0), None, true, Some([-2000.0, -2000.0]));
        check_padding(Some(-2000.0), None, true, Some([-2000.0, -2000.0]));
        check_padding(Some(-1.0), None, false, Some([65_535.0, 65_535.0]));
        let float = FakeDataSet::default().numbers(tags::FLOAT_PIXEL_PADDING_VALUE, &[-1e30]);
        assert_eq!(read_padding(&float, false), Some([-1e30, -1e30]));
    }

    #[test]
    fn only_what_the_pixels_need_is_read() {
        let broken_lut =
            FakeDataSet::default().items(tags::MODALITY_LUT_SEQUENCE, vec![FakeDataSet::default()]);
        let with_term = |term| read(&broken_lut.clone().text(tags::PHOTOMETRIC_INTERPRETATION, term), 0);
        assert!(with_term("MONOCHROME2").is_err());
        assert!(with_term("PALETTE COLOR").is_err());
        assert_eq!(with_term("RGB"), Ok(TransformAttributes::none()));
        assert_eq!(read(&FakeDataSet::default(), 0), Ok(TransformAttributes::none()));
    }

    #[test]
    fn grey_attributes_come_together() {
        let data = FakeDataSet::default()
            .text(tags::PHOTOMETRIC_INTERPRETATION, "MONOCHROME1")
            .text(tags::PRESENTATION_LUT_SHAPE, "INVERSE")
            .numbers(tags::PIXEL_REPRESENTATION, &[1.0])
            .numbers(tags::RESCALE_SLOPE, &[0.0])
            .numbers(tags::WINDOW_CENTER, &[1.0])
            .numbers(tags::WINDOW_WIDTH, &[-1.0])
            .numbers(tags::PIXEL_PADDING_VALUE, &[65_535.0]);
        let found = read(&data, 0).unwrap();
        assert!(found.presentation_is_inverse);
        assert_eq!(found.padding, Some([-1.0, -1.0]));
        assert_eq!(found.defects, ["rescale_slope_zero", "window_width_not_positive"]);
    }
}
