use radmill_deid::DeidentifiedInstance;
use radmill_frame::{Frame, Photometric, PixelDefects};

use crate::geometry::{self, Placement};
use crate::quality::{self, Circumstances};
use crate::resize::{self, TRIANGLE_ERROR_MAX_STEPS};
use crate::samples::count_padding;
use crate::sparse_resize::resize_without;
use crate::{
    Content, ImageData, ImageError, Modality, NormalizeOptions, NormalizedImage, Output, PixelMeaning,
    TransformAttributes, WindowChoice, WindowPick, color, display, perceptual_hash, supplemental, values,
};

/// Takes one frame, counted from 0, of an instance through decoding, modality LUT, VOI and resizing.
/// The category is for the presets of the options.
pub fn normalize(
    instance: &DeidentifiedInstance,
    frame_index: u32,
    category: &str,
    options: &NormalizeOptions,
) -> Result<NormalizedImage, ImageError> {
    let frame = instance.decode_frame(frame_index).ok_or(ImageError::NoPixelData)??;
    let pick = match &options.window {
        WindowChoice::Header(pick) => pick,
        WindowChoice::Preset | WindowChoice::Frame => &WindowPick::First,
    };
    let attributes = TransformAttributes::of(instance, frame_index, pick)?;
    normalize_frame(frame, attributes.with_window(category, options), options)
}

/// Takes a decoded frame through the transformations that its attributes describe. A pure function.
///
/// Fails if the frame does not hold as many samples as it has pixels, if a palette is missing, if the pixels are of
/// a kind that has no image (signed colour, colour space XYB, floating-point values of no usable extent), or if the
/// geometry asked for would make far more pixels of it than it has.
pub fn normalize_frame(
    frame: Frame,
    attributes: TransformAttributes,
    options: &NormalizeOptions,
) -> Result<NormalizedImage, ImageError> {
    let size = [frame.columns, frame.rows];
    let spacing_mm = attributes.pixel_spacing.map(|spacing| spacing.row_column_mm);
    let aspect = attributes.pixel_aspect_ratio;
    check_samples(&frame)?;
    let (placement, defect) = geometry::place(size, spacing_mm, aspect, &options.geometry)?;
    let mut defects = attributes.defects.clone();
    defects.extend(defect);
    let defects = all_defects(defects, frame.defects);

    let Transformed { mut data, meaning, perceptual_hash, circumstances } =
        transform(frame, &attributes, options.output)?;
    let shutter = attributes.shutter.as_ref();
    let shutter_is_painted = shutter.is_some() && options.output != Output::Values;
    if let Some(shutter) = shutter.filter(|_| shutter_is_painted) {
        shutter.paint(&mut data, size, aspect.unwrap_or(1.0));
    }
    let Fitted { data, meaning, sample_range, quality } = fit(data, meaning, circumstances, size, placement)?;
    let Content { width, height, .. } = placement.content;
    let stretch = [f64::from(size[0]) / f64::from(width), f64::from(size[1]) / f64::from(height)];
    Ok(NormalizedImage {
        width: placement.size[0],
        height: placement.size[1],
        data,
        meaning,
        // Rows and columns each by the exact ratio of their numbers: rounding the size changes the two a little
        // differently.
        pixel_spacing_mm: spacing_mm.map(|[row, column]| [row * stretch[1], column * stretch[0]]),
        pixel_spacing_source: attributes.pixel_spacing.map(|spacing| spacing.source),
        pixel_aspect_ratio: aspect.map(|aspect| aspect * stretch[1] / stretch[0]),
        content: placement.content,
        quality,
        perceptual_hash,
        shutters: shutter
            .map_or_else(Vec::new, |shutter| shutter.shapes.iter().map(crate::ShutterShape::code).collect()),
        shutter_is_painted,
        has_icc_profile: attributes.has_icc_profile,
        has_supplemental_palette: attributes.supplemental_palette.is_some(),
        sample_min: sample_range[0],
        sample_max: sample_range[1],
        defects,
    })
}

/// Those of the transformation and those of the pixel data, sorted, each once.
fn all_defects(mut of_attributes: Vec<&'static str>, of_pixels: PixelDefects) -> Vec<&'static str> {
    if !of_pixels.is_empty() {
        of_attributes.extend(of_pixels.codes());
        of_attributes.sort_unstable();
        of_attributes.dedup();
    }
    of_attributes
}

/// A frame after the chain of the standard, at full size.
struct Transformed {
    data: ImageData,
    meaning: PixelMeaning,
    perceptual_hash: u64,
    circumstances: Circumstances,
}

impl Transformed {
    fn of_colors(colors: Vec<u8>, size: [u32; 2]) -> Transformed {
        Transformed {
            perceptual_hash: perceptual_hash::of_rgb(&colors, size),
            data: ImageData::Rgb8(colors),
            meaning: PixelMeaning::default(),
            circumstances: Circumstances::default(),
        }
    }
}

fn transform(
    frame: Frame,
    attributes: &TransformAttributes,
    output: Output,
) -> Result<Transformed, ImageError> {
    let size = [frame.columns, frame.rows];
    match frame.photometric {
        Photometric::Monochrome1 | Photometric::Monochrome2 => transform_grey(frame, attributes, output),
        Photometric::PaletteColor => {
            let missing = ImageError::InvalidAttributes { what: "the colour palette is missing" };
            let colors = attributes.palette.as_ref().ok_or(missing)?.apply(frame.samples)?;
            Ok(Transformed::of_colors(colors, size))
        }
        _ => {
            let colors = color::to_rgb8(frame.photometric, frame.bits_stored, frame.samples)?;
            Ok(Transformed::of_colors(colors, size))
        }
    }
}

fn transform_grey(
    frame: Frame,
    attributes: &TransformAttributes,
    output: Output,
) -> Result<Transformed, ImageError> {
    let Frame { rows, columns, photometric, bits_stored, samples, .. } = frame;
    let padding = attributes.padding;
    let is_monochrome1 = photometric == Photometric::Monochrome1;
    let inverted = is_monochrome1 || attributes.presentation_is_inverse;
    let low_is_white = inverted != attributes.modality.turns_around();
    let perceptual_hash = perceptual_hash::of_grey(&samples, [columns, rows], padding, low_is_white);
    let is_display = output != Output::Values;
    // What is displayed shows padding black, which no value tells from other black.
    let n_hidden_padding = if is_display { count_padding(&samples, padding) } else { 0 };
    let (data, meaning) = match output {
        Output::Values => values::encode(samples, bits_stored, attributes)?,
        _ if attributes.supplemental_palette.is_some() => supplemental::render(samples, attributes)?,
        Output::Display8 => display::render::<u8>(samples, attributes, is_monochrome1),
        Output::Display16 => display::render::<u16>(samples, attributes, is_monochrome1),
    };
    let low_is_white = match attributes.modality {
        _ if is_display => false,
        // Samples are entries of the table, and these are modality values.
        Modality::Lut(_) => inverted,
        _ => low_is_white,
    };
    let circumstances = Circumstances { padding: meaning.padding, n_hidden_padding, low_is_white };
    Ok(Transformed { data, meaning, perceptual_hash, circumstances })
}

fn check_samples(frame: &Frame) -> Result<(), ImageError> {
    let n_pixels = u64::from(frame.rows) * u64::from(frame.columns);
    let n_samples = n_pixels.checked_mul(u64::from(frame.photometric.samples_per_pixel()));
    if n_pixels == 0 || n_samples != u64::try_from(frame.samples.len()).ok() {
        return Err(ImageError::InvalidAttributes {
            what: "the frame does not hold the samples its size calls for",
        });
    }
    Ok(())
}

/// An image in its place.
struct Fitted {
    data: ImageData,
    meaning: PixelMeaning,
    sample_range: [u16; 2],
    quality: crate::QualityFacts,
}

/// Resizes, crops, measures and pads, in this order: what is measured is the picture alone.
fn fit(
    data: ImageData,
    meaning: PixelMeaning,
    circumstances: Circumstances,
    size: [u32; 2],
    Placement { size: size_to, content }: Placement,
) -> Result<Fitted, ImageError> {
    let impossible = ImageError::InvalidAttributes { what: "the image cannot be resized" };
    let resized_to = [content.width, content.height];
    let (mut data, meaning) = match resized_to == size {
        true => (data, meaning),
        false => resize(data, meaning, circumstances, size, resized_to).ok_or(impossible.clone())?,
    };
    let shown = [content.width.min(size_to[0]), content.height.min(size_to[1])];
    if shown != resized_to {
        let at = [content.x.min(0), content.y.min(0)];
        data = resize::place(data, resized_to, at, shown, 0).ok_or(impossible.clone())?;
    }
    let n_pixels = |[width, height]: [u32; 2]| f64::from(width) * f64::from(height);
    let n_hidden_padding = circumstances.n_hidden_padding as f64 * (n_pixels(shown) / n_pixels(size));
    let n_hidden_padding = n_hidden_padding.round() as u64;
    let ([min, max], quality) = quality::measure(&data, Circumstances { n_hidden_padding, ..circumstances });
    if shown == size_to {
        return Ok(Fitted { data, meaning, sample_range: [min, max], quality });
    }
    let fill = match (&data, meaning.scale, meaning.no_value_sample) {
        (_, _, Some(sample)) => sample,
        // Values go on with the darkest one, as no value is that of nothing.
        (ImageData::Grey8(_) | ImageData::Grey16(_), Some(_), None) if circumstances.low_is_white => {
            quality.value_range[1]
        }
        (ImageData::Grey8(_) | ImageData::Grey16(_), Some(_), None) => quality.value_range[0],
        // Black.
        _ => 0,
    };
    let at = [content.x.max(0), content.y.max(0)];
    let data = resize::place(data, shown, at, size_to, fill).ok_or(impossible)?;
    Ok(Fitted { data, meaning, sample_range: [min.min(fill), max.max(fill)], quality })
}

/// The image at another size, and what that does to the meaning of its samples.
fn resize(
    data: ImageData,
    meaning: PixelMeaning,
    circumstances: Circumstances,
    from: [u32; 2],
    to: [u32; 2],
) -> Option<(ImageData, PixelMeaning)> {
    // A mean of a value and of what is none means nothing.
    let resized = match circumstances.padding.filter(|padding| data.has_sample_in(*padding)) {
        Some(padding) => resize_without(data, from, to, padding)?,
        None => resize::resize(data, from, to)?,
    };
    let mixing_error = meaning.scale.map_or(0.0, |scale| scale.abs() * TRIANGLE_ERROR_MAX_STEPS);
    let error_max = meaning.error_max.map(|error| error + mixing_error);
    Some((resized, PixelMeaning { error_max, stored_lowest: None, first_colored: None, ..meaning }))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use radmill_frame::Samples;

    use super::*;
    use crate::{
        Geometry, LookupTable, Modality, Palette, PixelSpacing, PixelSpacingSource, Resample, Voi,
        VoiApplied, WindowFunction,
    };

    fn frame(
        photometric: Photometric,
        bits_stored: u16,
        [columns, rows]: [u32; 2],
        samples: Samples,
    ) -> Frame {
        Frame { rows, columns, photometric, bits_stored, samples, defects: PixelDefects::NONE }
    }

    fn options(output: Output, longest_side_max: Option<u32>) -> NormalizeOptions {
        NormalizeOptions {
            output,
            window: WindowChoice::Header(WindowPick::First),
            presets: Default::default(),
            geometry: Geometry { resample: Resample::Keep, longest_side_max, size: None, crop: false },
        }
    }

    /// A CT of 8 × 8 pixels: a disc of soft tissue with a bright and a dark spot, air around it, padding in the corners.
    fn ct() -> Frame {
        let samples = (0..64i16).map(|index| {
            let (x, y) = (index % 8 * 2 - 7, index / 8 * 2 - 7);
            match x * x + y * y {
                ..=2 => 2000,
                3..=20 => 1064 + x,
                21..=60 => 24,
                _ => -2000,
            }
        });
        frame(Photometric::Monochrome2, 16, [8, 8], Samples::I16(samples.collect()))
    }

    fn ct_attributes() -> TransformAttributes {
        TransformAttributes {
            modality: Modality::Rescale { slope: 1.0, intercept: -1024.0 },
            unit: Some("HU".to_owned()),
            voi: Some(Voi::Window { center: 40.0, width: 400.0, function: WindowFunction::Linear }),
            padding: Some([-2000.0, -2000.0]),
            pixel_spacing: Some(PixelSpacing {
                row_column_mm: [0.5, 0.75],
                source: PixelSpacingSource::PixelSpacing,
            }),
            ..TransformAttributes::none()
        }
    }

    /// The image as a reviewer can read it: a line of numbers for each row.
    fn drawn(image: &NormalizedImage) -> String {
        let (samples, n_channels): (Vec<u16>, usize) = match &image.data {
            ImageData::Grey8(samples) => (samples.iter().copied().map(u16::from).collect(), 1),
            ImageData::Rgb8(samples) => (samples.iter().copied().map(u16::from).collect(), 3),
            ImageData::Grey16(samples) => (samples.clone(), 1),
        };
        let mut text = String::new();
        for row in samples.chunks(image.width as usize * n_channels) {
            let numbers: Vec<String> = row.iter().map(u16::to_string).collect();
            writeln!(text, "{}", numbers.join(" ")).unwrap();
        }
        text
    }

    #[track_caller]
    fn check(image: &NormalizedImage, expected: &str) {
        let lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
        let expected: String = lines.flat_map(|line| [line, "\n"]).collect();
        assert_eq!(drawn(image), expected, "\n{}", drawn(image));
    }

    #[test]
    fn values_of_a_ct() {
        let image = normalize_frame(ct(), ct_attributes(), &options(Output::Values, None)).unwrap();
        check(
            &image,
            "
             30768 30768 32792 32792 32792 32792 30768 30768
             30768 32792 32792 32792 32792 32792 32792 30768
             32792 32792 33829 33831 33833 33835 32792 32792
             32792 32792 33829 34768 34768 33835 32792 32792
             32792 32792 33829 34768 34768 33835 32792 32792
             32792 32792 33829 33831 33833 33835 32792 32792
             30768 32792 32792 32792 32792 32792 32792 30768
             30768 30768 32792 32792 32792 32792 30768 30768",
        );
        let meaning = &image.meaning;
        assert_eq!(
            (meaning.scale, meaning.offset, meaning.error_max),
            (Some(1.0), Some(-33_792.0), Some(0.0))
        );
        assert_eq!((meaning.unit.as_deref(), meaning.stored_lowest), (Some("HU"), Some(-32_768)));
        assert_eq!((image.sample_min, image.sample_max), (30_768, 34_768));
        assert_eq!((image.pixel_spacing_mm, image.width, image.height), (Some([0.5, 0.75]), 8, 8));
    }

    #[test]
    fn a_supplemental_palette_colours_what_is_displayed() {
        let table = |entry| LookupTable::new(2000, vec![entry], 8).unwrap();
        let palette = Palette::new([table(255), table(128), table(0)]);
        let colored = TransformAttributes { supplemental_palette: Some(palette), ..ct_attributes() };
        let normalized = |attributes: TransformAttributes, output, longest_side_max| {
            normalize_frame(ct(), attributes, &options(output, longest_side_max)).unwrap()
        };
        for output in [Output::Display8, Output::Display16] {
            let image = normalized(colored.clone(), output, None);
            let grey = normalized(ct_attributes(), Output::Display8, None);
            let ImageData::Rgb8(pixels) = &image.data else { panic!("{:?}", image.data) };
            let ImageData::Grey8(grey_pixels) = &grey.data else { panic!("{:?}", grey.data) };
            for (at, (pixel, grey)) in pixels.chunks(3).zip(grey_pixels).enumerate() {
                let is_spot = matches!((at % 8, at / 8), (3 | 4, 3 | 4));
                let expected = if is_spot { [255, 128, 0] } else { [*grey; 3] };
                assert_eq!(pixel, expected, "{at}");
            }
            assert_eq!((image.meaning.window, image.meaning.first_colored), (grey.meaning.window, None));
            assert_eq!(image.perceptual_hash, grey.perceptual_hash);
            assert!(image.has_supplemental_palette && !grey.has_supplemental_palette);
        }
        let values = normalized(colored.clone(), Output::Values, None);
        let plain = normalized(ct_attributes(), Output::Values, None);
        assert_eq!((&values.data, values.meaning.scale), (&plain.data, plain.meaning.scale));
        // The spot has the stored value 2000.
        assert_eq!((values.meaning.first_colored, plain.meaning.first_colored), (Some(34_768), None));
        assert_eq!(normalized(colored, Output::Values, Some(4)).meaning.first_colored, None);
    }

    #[test]
    fn display_of_a_ct() {
        let image = normalize_frame(ct(), ct_attributes(), &options(Output::Display8, None)).unwrap();
        check(
            &image,
            "
             0 0 0 0 0 0 0 0
             0 0 0 0 0 0 0 0
             0 0 126 127 128 130 0 0
             0 0 126 255 255 130 0 0
             0 0 126 255 255 130 0 0
             0 0 126 127 128 130 0 0
             0 0 0 0 0 0 0 0
             0 0 0 0 0 0 0 0",
        );
        assert_eq!((image.meaning.window, image.meaning.scale), (Some([40.0, 400.0]), None));
        let mut spread = ct_attributes();
        spread.voi = None;
        let image = normalize_frame(ct(), spread, &options(Output::Display8, None)).unwrap();
        check(
            &image,
            "
             0 0 0 0 0 0 0 0
             0 0 0 0 0 0 0 0
             0 0 134 134 134 135 0 0
             0 0 134 255 255 135 0 0
             0 0 134 255 255 135 0 0
             0 0 134 134 134 135 0 0
             0 0 0 0 0 0 0 0
             0 0 0 0 0 0 0 0",
        );
        assert_eq!(image.meaning.voi, Some(VoiApplied::FrameRange));
    }

    #[test]
    fn monochrome1_is_inverted_for_display_and_not_as_values() {
        let film = || frame(Photometric::Monochrome1, 10, [4, 1], Samples::U16(vec![0, 341, 682, 1023]));
        let shown =
            normalize_frame(film(), TransformAttributes::none(), &options(Output::Display8, None)).unwrap();
        assert_eq!((shown.data, shown.meaning.inverted), (ImageData::Grey8(vec![255, 170, 85, 0]), true));
        let shown =
            normalize_frame(film(), TransformAttributes::none(), &options(Output::Display16, None)).unwrap();
        assert_eq!(shown.data, ImageData::Grey16(vec![65_535, 43_690, 21_845, 0]));
        let values =
            normalize_frame(film(), TransformAttributes::none(), &options(Output::Values, None)).unwrap();
        assert_eq!(
            (values.data, values.meaning.inverted),
            (ImageData::Grey16(vec![0, 341, 682, 1023]), false)
        );
    }

    #[test]
    fn resizing_tells_what_it_does_to_values_and_spacing() {
        let image = normalize_frame(ct(), ct_attributes(), &options(Output::Values, Some(4))).unwrap();
        check(
            &image,
            "
             30768 32929 32930 30768
             32929 33821 33823 32930
             32929 33821 33823 32930
             30768 32929 32930 30768",
        );
        assert_eq!((image.meaning.error_max, image.meaning.stored_lowest), (Some(1.0), None));
        assert_eq!(image.pixel_spacing_mm, Some([1.0, 1.5]));
        assert_eq!(image.pixel_spacing_source, Some(PixelSpacingSource::PixelSpacing));

        let wide = frame(Photometric::Monochrome2, 8, [10, 3], Samples::U8(vec![9; 30]));
        let image = normalize_frame(wide, ct_attributes(), &options(Output::Display8, Some(4))).unwrap();
        assert_eq!((image.width, image.height, image.pixel_spacing_mm), (4, 1, Some([1.5, 1.875])));
    }

    #[test]
    fn samples_without_a_value_are_not_mixed_with_others() {
        let samples = (0..64u8).map(|index| if index % 3 == 0 { f32::NAN } else { f32::from(index) });
        let floats = frame(Photometric::Monochrome2, 32, [8, 8], Samples::F32(samples.collect()));
        let none = TransformAttributes::none();
        let full = normalize_frame(floats.clone(), none.clone(), &options(Output::Values, None)).unwrap();
        let small = normalize_frame(floats, none, &options(Output::Values, Some(3))).unwrap();
        assert_eq!(small.meaning.no_value_sample, Some(0));
        let (scale, error) = (full.meaning.scale.unwrap(), full.meaning.error_max.unwrap());
        assert_eq!(small.meaning.error_max, Some(error + scale));
        let (ImageData::Grey16(full), ImageData::Grey16(small)) = (full.data, small.data) else { panic!() };
        // The smallest value is sample 1; a mean with what is no value would be below.
        assert!(full.contains(&0) && small.iter().all(|sample| *sample > 1));
    }

    #[test]
    fn colours_become_rgb_whatever_is_asked_for() {
        let table = |entries: [u16; 2]| LookupTable::new(0, entries.to_vec(), 8).unwrap();
        let palette = Palette::new([table([1, 2]), table([10, 20]), table([100, 200])]);
        let with_palette = TransformAttributes { palette: Some(palette), ..TransformAttributes::none() };
        let expected = ImageData::Rgb8(vec![1, 10, 100, 2, 20, 200]);
        for output in [Output::Values, Output::Display8, Output::Display16] {
            let indices = frame(Photometric::PaletteColor, 8, [2, 1], Samples::U8(vec![0, 1]));
            let image = normalize_frame(indices, with_palette.clone(), &options(output, None)).unwrap();
            assert_eq!(image.data, expected);
            assert_eq!(
                (image.meaning, image.sample_min, image.sample_max),
                (PixelMeaning::default(), 1, 200)
            );
            let ycbcr = frame(Photometric::YbrFull, 8, [1, 1], Samples::U8(vec![50, 128, 128]));
            let image = normalize_frame(ycbcr, TransformAttributes::none(), &options(output, None)).unwrap();
            assert_eq!(image.data, ImageData::Rgb8(vec![50, 50, 50]));
        }
    }

    #[test]
    fn frames_that_make_no_sense_are_refused() {
        let none = TransformAttributes::none;
        for broken in [
            frame(Photometric::Monochrome2, 8, [2, 2], Samples::U8(vec![0; 3])),
            frame(Photometric::Monochrome2, 8, [2, 2], Samples::U8(vec![0; 5])),
            frame(Photometric::Rgb, 8, [2, 2], Samples::U8(vec![0; 4])),
            frame(Photometric::Monochrome2, 8, [0, 2], Samples::U8(Vec::new())),
            frame(Photometric::Monochrome2, 8, [u32::MAX, u32::MAX], Samples::U8(vec![0])),
            frame(Photometric::Rgb, 8, [u32::MAX, u32::MAX], Samples::U8(vec![0])),
            frame(Photometric::PaletteColor, 8, [1, 1], Samples::U8(vec![0])),
        ] {
            let error = normalize_frame(broken, none(), &options(Output::Values, Some(1))).unwrap_err();
            assert_eq!(error.reason(), "invalid_image_attributes");
        }
    }
}
