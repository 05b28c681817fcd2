use dicom_dictionary_std::tags;
use radmill_deid::DeidentifiedInstance;
use radmill_frame::Photometric;

use crate::source::AttributeSource;
use crate::{
    ImageError, Modality, NormalizeOptions, Palette, PixelSpacing, RealWorldMapping, Shutter, Voi, VoiSource,
    WindowChoice, WindowFunction, WindowPick, modality, palette, real_world, shutter, spacing, supplemental,
    voi,
};

/// What the header says about the way from the stored values of one frame to an image, as plain values.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformAttributes {
    /// From stored to modality values.
    pub modality: Modality,
    /// Unit of modality values: a term of the standard, such as `HU`.
    pub unit: Option<String>,
    /// From modality values to what is shown; `None` if nothing is asked for.
    pub voi: Option<Voi>,
    /// Who asks for `voi`.
    pub voi_source: VoiSource,
    /// Presentation LUT Shape (2050,0020) is INVERSE.
    pub presentation_is_inverse: bool,
    /// Stored values that are padding, lowest and highest: Pixel Padding Value (0028,0120) and Range Limit (0028,0121),
    /// or their floating-point counterparts.
    pub padding: Option<[f64; 2]>,
    /// The colours of PALETTE COLOR pixels; `None` for other pixels.
    pub palette: Option<Palette>,
    /// The colours of MONOCHROME2 pixels from the palette's first mapped value on, below which they are grey.
    pub supplemental_palette: Option<Palette>,
    /// Distance between pixels of the source.
    pub pixel_spacing: Option<PixelSpacing>,
    /// Height over width of a pixel, from the spacing or Pixel Aspect Ratio (0028,0034); `None` if not given.
    pub pixel_aspect_ratio: Option<f64>,
    /// From stored values to numbers with a unit, besides `modality`.
    pub real_world: Option<RealWorldMapping>,
    /// What of the image is to be shown.
    pub shutter: Option<Shutter>,
    /// The file has an ICC Profile (0028,2000), of its own or of an optical path. It is never applied.
    pub has_icc_profile: bool,
    /// What was wrong and coped with: stable codes, sorted, each once.
    pub defects: Vec<&'static str>,
}

impl TransformAttributes {
    /// Reads what holds for one frame, counted from 0: functional groups first (PS3.3 C.7.6.16), then the top level.
    ///
    /// Fails if the palette of palette colours, or the modality LUT of grey values, is there and makes no sense;
    /// without them pixels mean nothing. What only decides how values are shown is passed over with a defect.
    pub fn of(
        instance: &DeidentifiedInstance,
        frame_index: u32,
        pick: &WindowPick,
    ) -> Result<TransformAttributes, ImageError> {
        read(instance.attributes(), frame_index, pick)
    }

    /// The same with the window that the options ask for, for an image of this category.
    pub(crate) fn with_window(self, category: &str, options: &NormalizeOptions) -> TransformAttributes {
        match &options.window {
            WindowChoice::Header(_) => self,
            WindowChoice::Frame => TransformAttributes { voi: None, ..self },
            WindowChoice::Preset => match options.presets.get(category) {
                // A preset of soft tissue means nothing for values of another kind.
                Some(&[center, width]) if self.unit.as_deref() == Some("HU") => {
                    let voi = Voi::Window { center, width, function: WindowFunction::Linear };
                    TransformAttributes { voi: Some(voi), voi_source: VoiSource::Preset, ..self }
                }
                _ => self,
            },
        }
    }

    /// Nothing is declared: stored values are values, shown as they are.
    pub(crate) fn none() -> TransformAttributes {
        TransformAttributes {
            modality: Modality::Identity,
            unit: None,
            voi: None,
            voi_source: VoiSource::Header,
            presentation_is_inverse: false,
            padding: None,
            palette: None,
            supplemental_palette: None,
            pixel_spacing: None,
            pixel_aspect_ratio: None,
            real_world: None,
            shutter: None,
            has_icc_profile: false,
            defects: Vec::new(),
        }
    }
}

fn read<S: AttributeSource>(
    data: S,
    frame_index: u32,
    pick: &WindowPick,
) -> Result<TransformAttributes, ImageError> {
    let term = data.text(tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
    let photometric = Photometric::from_term(&term);
    let signed = data.number(tags::PIXEL_REPRESENTATION) == Some(1.0);
    let pixel_spacing = spacing::read(data, frame_index);
    let shutter = shutter::read(data, frame_index);
    let mut attributes = TransformAttributes {
        pixel_spacing,
        pixel_aspect_ratio: spacing::aspect_ratio(data, pixel_spacing.map(|spacing| spacing.row_column_mm)),
        shutter: shutter.shutter,
        has_icc_profile: has_icc_profile(data),
        defects: shutter.defect.into_iter().collect(),
        ..TransformAttributes::none()
    };
    match photometric {
        Some(Photometric::PaletteColor) => attributes.palette = Some(palette::read(data, signed)?),
        Some(Photometric::Monochrome1 | Photometric::Monochrome2) | None => {
            read_grey(data, frame_index, signed, pick, &mut attributes)?;
            if photometric == Some(Photometric::Monochrome2) && supplemental::is_asked_for(data, frame_index)
            {
                match supplemental::read(data, signed) {
                    Some(palette) => attributes.supplemental_palette = Some(palette),
                    None => attributes.defects.push("supplemental_palette_invalid"),
                }
            }
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
    pick: &WindowPick,
    attributes: &mut TransformAttributes,
) -> Result<(), ImageError> {
    let modality = modality::read(data, frame_index, signed)?;
    let voi = voi::read(data, frame_index, &modality.modality, signed, pick);
    attributes.modality = modality.modality;
    attributes.unit = modality.unit;
    attributes.voi = voi.voi;
    attributes.defects.extend(modality.defect);
    attributes.defects.extend(voi.defects);
    attributes.presentation_is_inverse =
        data.text(tags::PRESENTATION_LUT_SHAPE).as_deref() == Some("INVERSE");
    attributes.padding = read_padding(data, signed);
    attributes.real_world = real_world::read(data, frame_index, signed);
    Ok(())
}

fn has_icc_profile<S: AttributeSource>(data: S) -> bool {
    let optical_path = data.item(tags::OPTICAL_PATH_SEQUENCE, 0);
    let levels = [Some(data), optical_path];
    levels
        .into_iter()
        .flatten()
        .any(|level| level.bytes(tags::ICC_PROFILE).is_some_and(|bytes| !bytes.is_empty()))
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
        let with_term = |term| {
            read(&broken_lut.clone().text(tags::PHOTOMETRIC_INTERPRETATION, term), 0, &WindowPick::First)
        };
        assert!(with_term("MONOCHROME2").is_err());
        assert!(with_term("PALETTE COLOR").is_err());
        assert_eq!(with_term("RGB"), Ok(TransformAttributes::none()));
        assert_eq!(read(&FakeDataSet::default(), 0, &WindowPick::First), Ok(TransformAttributes::none()));
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
        let found = read(&data, 0, &WindowPick::First).unwrap();
        assert!(found.presentation_is_inverse);
        assert_eq!(found.padding, Some([-1.0, -1.0]));
        assert_eq!(found.defects, ["rescale_slope_zero", "window_width_not_positive"]);
    }

    #[test]
    fn presets_are_for_hounsfield_units_of_their_category() {
        let options = |window| NormalizeOptions {
            output: crate::Output::Display8,
            window,
            presets: [("CHEST".to_owned(), [-600.0, 1500.0])].into(),
            geometry: crate::Geometry {
                resample: crate::Resample::Keep,
                longest_side_max: None,
                size: None,
                crop: false,
            },
        };
        let of_file = Voi::Window { center: 40.0, width: 400.0, function: WindowFunction::Sigmoid };
        let attributes = |unit: Option<&str>| TransformAttributes {
            unit: unit.map(str::to_owned),
            voi: Some(of_file.clone()),
            ..TransformAttributes::none()
        };
        let check = |window, unit, category, expected: Option<f64>, source| {
            let found = attributes(unit).with_window(category, &options(window));
            let center = found.voi.map(|voi| match voi {
                Voi::Window { center, .. } => center,
                Voi::Lut(_) => f64::NAN,
            });
            assert_eq!((center, found.voi_source), (expected, source), "{unit:?} {category}");
        };
        let (hu, file, preset) = (Some("HU"), VoiSource::Header, VoiSource::Preset);
        check(WindowChoice::Preset, hu, "CHEST", Some(-600.0), preset);
        check(WindowChoice::Preset, hu, "BRAIN", Some(40.0), file);
        check(WindowChoice::Preset, Some("US"), "CHEST", Some(40.0), file);
        check(WindowChoice::Preset, None, "CHEST", Some(40.0), file);
        check(WindowChoice::Header(WindowPick::First), hu, "CHEST", Some(40.0), file);
        check(WindowChoice::Frame, hu, "CHEST", None, file);
    }

    #[test]
    fn what_is_noted_besides() {
        let path = FakeDataSet::default().bytes(tags::ICC_PROFILE, &[1]);
        let data = FakeDataSet::default()
            .text(tags::PHOTOMETRIC_INTERPRETATION, "RGB")
            .numbers(tags::PIXEL_ASPECT_RATIO, &[3.0, 2.0])
            .items(tags::OPTICAL_PATH_SEQUENCE, vec![path]);
        let found = read(&data, 0, &WindowPick::First).unwrap();
        assert_eq!((found.has_icc_profile, found.pixel_aspect_ratio), (true, Some(1.5)));
        let spaced = data.numbers(tags::PIXEL_SPACING, &[0.5, 1.0]);
        let found = read(&spaced, 0, &WindowPick::First).unwrap();
        assert_eq!(found.pixel_aspect_ratio, Some(0.5));
    }
}
