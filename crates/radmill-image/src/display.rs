//! Grey values as the file asks to show them: modality, VOI, inversion, full range (PS3.3 C.11 and C.7.6.3.1.2).

use radmill_frame::Samples;

use crate::samples::{
    Narrow, Padding, Stored, Table, integer_extremes, is_padding, value_extremes, with_samples,
};
use crate::{ImageData, Modality, PixelMeaning, TransformAttributes, Voi, VoiApplied, WindowFunction};

/// A sample of a grey image for display.
pub(crate) trait DisplaySample: Copy + Default {
    /// The largest sample: white.
    const WHITE: u32;
    /// From a level between 0 and `WHITE`.
    fn from_level(level: u32) -> Self;
    /// Image data of such samples.
    fn image(samples: Vec<Self>) -> ImageData;
}

impl DisplaySample for u8 {
    const WHITE: u32 = 255;

    fn from_level(level: u32) -> u8 {
        level as u8
    }

    fn image(samples: Vec<u8>) -> ImageData {
        ImageData::Grey8(samples)
    }
}

impl DisplaySample for u16 {
    const WHITE: u32 = 65_535;

    fn from_level(level: u32) -> u16 {
        level as u16
    }

    fn image(samples: Vec<u16>) -> ImageData {
        ImageData::Grey16(samples)
    }
}

/// Renders a frame as an image of [`levels`].
pub(crate) fn render<T: DisplaySample>(
    samples: Samples,
    attributes: &TransformAttributes,
    is_monochrome1: bool,
) -> (ImageData, PixelMeaning) {
    let (levels, meaning) = levels(samples, attributes, is_monochrome1);
    (T::image(levels), meaning)
}

/// The level of every pixel.
///
/// It is `floor(fraction × white + ½)` in 64-bit floating point, where the fraction is what the VOI
/// gives, from 0 to 1, and white is 255 or 65,535; inversion then takes the level from white. Padding, and what is not a number, is black after all of that.
/// Without a VOI the frame's smallest to largest modality value is spread from black to white, padding left out;
/// a frame of one value is black (white if inverted).
pub(crate) fn levels<T: DisplaySample>(
    samples: Samples,
    attributes: &TransformAttributes,
    is_monochrome1: bool,
) -> (Vec<T>, PixelMeaning) {
    let (ramp, meaning) = ramp_of(&samples, attributes);
    // MONOCHROME1 comes with shape INVERSE in For Presentation images: both say the same, so it is done once.
    let inverted = is_monochrome1 || attributes.presentation_is_inverse;
    let renderer = Renderer { modality: &attributes.modality, ramp, inverted, padding: attributes.padding };
    let rendered: Vec<T> = match samples {
        Samples::U8(samples) => renderer.by_table(samples),
        Samples::I8(samples) => renderer.by_table(samples),
        Samples::U16(samples) => renderer.by_table(samples),
        Samples::I16(samples) => renderer.by_table(samples),
        Samples::U32(samples) => renderer.one_by_one(samples),
        Samples::I32(samples) => renderer.one_by_one(samples),
        Samples::F32(samples) => renderer.one_by_one(samples),
        Samples::F64(samples) => renderer.one_by_one(samples),
    };
    (rendered, PixelMeaning { inverted, ..meaning })
}

/// From a modality value to a fraction.
#[derive(Clone, Copy)]
enum Ramp<'a> {
    Lut(&'a crate::LookupTable),
    Window { center: f64, width: f64, function: WindowFunction },
    Range { min: f64, max: f64 },
}

fn ramp_of<'a>(samples: &Samples, attributes: &'a TransformAttributes) -> (Ramp<'a>, PixelMeaning) {
    let (ramp, window, applied) = match &attributes.voi {
        Some(Voi::Lut(table)) => (Ramp::Lut(table), None, VoiApplied::Lut),
        Some(Voi::Window { center, width, function }) => {
            let ramp = Ramp::Window { center: *center, width: *width, function: *function };
            (ramp, Some([*center, *width]), VoiApplied::Window(*function))
        }
        None => {
            let [min, max] = modality_extremes(samples, &attributes.modality, attributes.padding);
            (Ramp::Range { min, max }, None, VoiApplied::FrameRange)
        }
    };
    let voi_source = (applied != VoiApplied::FrameRange).then_some(attributes.voi_source);
    let unit = attributes.unit.clone();
    let real_world = attributes.real_world.as_ref().map(|mapping| mapping.of_samples(None));
    (
        ramp,
        PixelMeaning { window, voi: Some(applied), voi_source, unit, real_world, ..PixelMeaning::default() },
    )
}

/// Smallest and largest modality value of a frame, padding left out; 0 and 0 if nothing is left.
fn modality_extremes(samples: &Samples, modality: &Modality, padding: Padding) -> [f64; 2] {
    fn of_each<S: Stored>(samples: &[S], modality: &Modality, padding: Padding) -> Option<[f64; 2]> {
        let stored = samples.iter().map(|&sample| sample.into());
        let values =
            stored.filter(|&stored| !is_padding(stored, padding)).map(|stored| modality.value(stored));
        values.fold(None, |found, value| {
            let [min, max] = found.unwrap_or([value, value]);
            Some([value.min(min), value.max(max)])
        })
    }
    let extremes = match modality {
        // The order may be any, so each value counts.
        Modality::Lut(_) => with_samples!(samples, vector => of_each(vector, modality, padding)),
        // The order is kept or turned around, so the extremes stay at the ends.
        _ => value_extremes(samples, padding).map(|ends| {
            let [first, second] = ends.map(|stored| modality.value(stored));
            [first.min(second), first.max(second)]
        }),
    };
    extremes.unwrap_or_default()
}

struct Renderer<'a> {
    modality: &'a Modality,
    ramp: Ramp<'a>,
    inverted: bool,
    padding: Padding,
}

impl Renderer<'_> {
    /// At most 16 bits: every value that the frame may hold once, then only a look into the table per pixel.
    fn by_table<S: Narrow, T: DisplaySample>(&self, samples: Vec<S>) -> Vec<T> {
        let table = Table::new(integer_extremes(&samples), |stored| self.sample::<T>(stored));
        samples.into_iter().map(|sample| table.get(sample)).collect()
    }

    fn one_by_one<S: Stored, T: DisplaySample>(&self, samples: Vec<S>) -> Vec<T> {
        samples.into_iter().map(|sample| self.sample(sample.into())).collect()
    }

    fn sample<T: DisplaySample>(&self, stored: f64) -> T {
        if stored.is_nan() || is_padding(stored, self.padding) {
            return T::default();
        }
        let fraction = self.ramp.fraction(self.modality.value(stored)).clamp(0.0, 1.0);
        // `as` cuts off what is behind the point, which is quicker than rounding on processors without SSE 4.1.
        let level = (fraction * f64::from(T::WHITE) + 0.5) as u32;
        T::from_level(if self.inverted { T::WHITE - level } else { level })
    }
}

impl Ramp<'_> {
    fn fraction(self, value: f64) -> f64 {
        match self {
            Ramp::Lut(table) => f64::from(table.entry(value)) / f64::from((1u32 << table.bits()) - 1),
            Ramp::Window { center, width, function } => function.fraction(value, center, width),
            // Halved, so that the difference of any two finite numbers is finite.
            Ramp::Range { min, max } if min < max => (value / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0),
            Ramp::Range { .. } => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LookupTable;

    fn attributes(modality: Modality, voi: Option<Voi>) -> TransformAttributes {
        TransformAttributes { modality, voi, ..TransformAttributes::none() }
    }

    fn window(center: f64, width: f64, function: WindowFunction) -> Option<Voi> {
        Some(Voi::Window { center, width, function })
    }

    fn check8(samples: Samples, attributes: &TransformAttributes, expected: &[u8]) {
        let (found, meaning) = render::<u8>(samples, attributes, false);
        assert_eq!(found, ImageData::Grey8(expected.to_vec()));
        assert_eq!((meaning.scale, meaning.error_max, meaning.inverted), (None, None, false));
    }

    #[test]
    fn modality_goes_before_the_window() {
        let hounsfield = Modality::Rescale { slope: 1.0, intercept: -1024.0 };
        let ct = attributes(hounsfield, window(40.0, 400.0, WindowFunction::Linear));
        // −160 is black, 239 is white; 40 − 0.5 lies in the middle.
        check8(Samples::U16(vec![0, 864, 865, 1063, 1064, 1263, 4095]), &ct, &[0, 0, 1, 127, 128, 255, 255]);
        let (_, meaning) = render::<u8>(Samples::U16(vec![0]), &ct, false);
        assert_eq!(meaning.window, Some([40.0, 400.0]));
        assert_eq!(meaning.voi.map(VoiApplied::code), Some("linear"));
    }

    #[test]
    fn every_type_gives_the_same() {
        let plain = attributes(
            Modality::Rescale { slope: 2.0, intercept: 10.0 },
            window(60.0, 101.0, WindowFunction::Linear),
        );
        for samples in [
            Samples::U8(vec![0, 13, 25, 38, 50]),
            Samples::I8(vec![0, 13, 25, 38, 50]),
            Samples::U16(vec![0, 13, 25, 38, 50]),
            Samples::I16(vec![0, 13, 25, 38, 50]),
            Samples::U32(vec![0, 13, 25, 38, 50]),
            Samples::I32(vec![0, 13, 25, 38, 50]),
            Samples::F32(vec![0.0, 13.0, 25.0, 38.0, 50.0]),
            Samples::F64(vec![0.0, 13.0, 25.0, 38.0, 50.0]),
        ] {
            check8(samples, &plain, &[1, 68, 129, 195, 255]);
        }
    }

    #[test]
    fn without_a_window_the_frame_is_spread() {
        let mut plain = attributes(Modality::Identity, None);
        check8(Samples::I16(vec![-10, 0, 10]), &plain, &[0, 128, 255]);
        check8(Samples::U8(vec![0, 1, 1]), &plain, &[0, 255, 255]);
        check8(Samples::U8(vec![7, 7]), &plain, &[0, 0]);
        check8(Samples::F64(vec![-1e308, 0.0, 1e308, f64::NAN]), &plain, &[0, 128, 255, 0]);
        check8(Samples::F32(vec![0.0, f32::INFINITY, 1.0, f32::NEG_INFINITY]), &plain, &[0, 255, 255, 0]);
        plain.padding = Some([-2000.0, -1500.0]);
        check8(Samples::I16(vec![-2000, -1600, 0, 10, 20]), &plain, &[0, 0, 0, 128, 255]);
        check8(Samples::I16(vec![-2000, -1600]), &plain, &[0, 0]);
        let falling = attributes(Modality::Rescale { slope: -1.0, intercept: 0.0 }, None);
        check8(Samples::U8(vec![0, 1, 2]), &falling, &[255, 128, 0]);
        let table = LookupTable::new(0, vec![50, 100, 0], 8).unwrap();
        check8(Samples::U8(vec![0, 1, 2]), &attributes(Modality::Lut(table), None), &[128, 255, 0]);
    }

    #[test]
    fn a_voi_lut_is_scaled_from_its_own_bits() {
        let lut = |first, entries, bits| Some(Voi::Lut(LookupTable::new(first, entries, bits).unwrap()));
        let twelve = attributes(Modality::Identity, lut(1, vec![0, 2048, 4095], 12));
        check8(Samples::U16(vec![0, 1, 2, 3, 4]), &twelve, &[0, 0, 128, 255, 255]);
        let shifted = Modality::Rescale { slope: 0.5, intercept: -1.0 };
        let negative = attributes(shifted, lut(-1, vec![10, 20, 30], 8));
        // −1, −0.5 (rounds to −1), 0, 0.5 (rounds to 1).
        check8(Samples::U8(vec![0, 1, 2, 3]), &negative, &[10, 10, 20, 30]);
    }

    #[test]
    fn inversion_is_done_once_and_padding_stays_black() {
        let mut inverse = attributes(Modality::Identity, window(2.0, 4.0, WindowFunction::LinearExact));
        inverse.padding = Some([9.0, 9.0]);
        for (is_monochrome1, presentation_is_inverse, expected) in [
            (false, false, [0, 64, 128, 191, 255, 0]),
            (true, false, [255, 191, 127, 64, 0, 0]),
            (false, true, [255, 191, 127, 64, 0, 0]),
            (true, true, [255, 191, 127, 64, 0, 0]),
        ] {
            inverse.presentation_is_inverse = presentation_is_inverse;
            let samples = Samples::U8(vec![0, 1, 2, 3, 4, 9]);
            let (found, meaning) = render::<u8>(samples, &inverse, is_monochrome1);
            assert_eq!(found, ImageData::Grey8(expected.to_vec()));
            assert_eq!(meaning.inverted, is_monochrome1 || presentation_is_inverse);
        }
    }

    #[test]
    fn sixteen_bits_use_their_full_range() {
        let plain = attributes(Modality::Identity, window(50.0, 100.0, WindowFunction::LinearExact));
        let (found, _) = render::<u16>(Samples::U8(vec![0, 1, 50, 99, 100]), &plain, false);
        assert_eq!(found, ImageData::Grey16(vec![0, 655, 32_768, 64_880, 65_535]));
        let sigmoid = attributes(Modality::Identity, window(50.0, 100.0, WindowFunction::Sigmoid));
        let (found, _) = render::<u16>(Samples::U8(vec![0, 50, 100]), &sigmoid, false);
        assert_eq!(found, ImageData::Grey16(vec![7812, 32_768, 57_723]));
    }
}
