//! Grey values as values: samples that lead back to modality values (see [`PixelMeaning`]).
//!
//! - Stored values of at most 16 bits are only shifted so that the lowest one that the type can hold becomes 0;
//!   all of them are restored exactly. Nothing is stretched: a stretched image is no better and compresses worse.
//! - A modality LUT is applied, as its result is not linear in stored values; samples are its entries.
//! - More than 16 bits and floating point are shifted if the frame's values lie close enough together, and else
//!   quantised in equal steps between its smallest and largest value.

use radmill_frame::Samples;

use crate::samples::{
    Narrow, Padding, Stored, Table, integer_extremes, is_padding, value_extremes, with_samples,
};
use crate::{ImageData, ImageError, LookupTable, Modality, PixelMeaning, TransformAttributes};

/// The samples of a grey frame and what they mean. MONOCHROME1 is left as it is: it says how values are shown.
pub(crate) fn encode(
    samples: Samples,
    bits_stored: u16,
    attributes: &TransformAttributes,
) -> Result<(ImageData, PixelMeaning), ImageError> {
    let (data, meaning, stored) = match &attributes.modality {
        Modality::Lut(table) => (entries_of(&samples, table), exact(1.0, 0.0, None), None),
        Modality::Identity => linear(samples, bits_stored, (1.0, 0.0), attributes.padding)?,
        Modality::Rescale { slope, intercept } => {
            linear(samples, bits_stored, (*slope, *intercept), attributes.padding)?
        }
    };
    let meaning = PixelMeaning {
        unit: attributes.unit.clone(),
        padding: padding_samples(attributes.padding, &meaning),
        first_colored: first_colored(attributes, &meaning),
        real_world: attributes.real_world.as_ref().map(|mapping| mapping.of_samples(stored)),
        ..meaning
    };
    Ok((data, meaning))
}

/// Scale and offset that lead from samples to stored values; `None` if they are not linear in them.
type StoredMeaning = Option<[f64; 2]>;

/// Samples that are padding.
fn padding_samples(padding: Padding, meaning: &PixelMeaning) -> Option<[u16; 2]> {
    if let Some(sample) = meaning.no_value_sample {
        return Some([sample; 2]);
    }
    let lowest = meaning.stored_lowest? as f64;
    let [low, high] = padding?.map(|stored| stored - lowest);
    let is_within = high >= 0.0 && low <= 65_535.0;
    // `as` saturates, which is the end of what samples can be.
    is_within.then_some([low.ceil() as u16, high.floor() as u16])
}

/// The sample of the first value that a supplemental palette maps.
fn first_colored(attributes: &TransformAttributes, meaning: &PixelMeaning) -> Option<u16> {
    let first_mapped = attributes.supplemental_palette.as_ref()?.first_mapped()?;
    let sample = i64::from(first_mapped) - meaning.stored_lowest?;
    u16::try_from(sample.max(0)).ok()
}

fn linear(
    samples: Samples,
    bits_stored: u16,
    rescale: (f64, f64),
    padding: Padding,
) -> Result<(ImageData, PixelMeaning, StoredMeaning), ImageError> {
    let (data, lowest) = match samples {
        Samples::U8(samples) => (ImageData::Grey8(samples), 0),
        Samples::I8(samples) => shift(samples, lowest_signed(bits_stored, 8)),
        Samples::U16(samples) if bits_stored > 8 => (ImageData::Grey16(samples), 0),
        Samples::U16(samples) => shift(samples, 0),
        Samples::I16(samples) => shift(samples, lowest_signed(bits_stored, 16)),
        wide => return spread(&wide, rescale, padding),
    };
    let (slope, intercept) = rescale;
    let meaning = exact(slope, intercept + slope * f64::from(lowest), Some(i64::from(lowest)));
    Ok((data, meaning, Some([1.0, f64::from(lowest)])))
}

/// The lowest value of a signed type with these bits.
fn lowest_signed(bits_stored: u16, bits_max: u16) -> i32 {
    -(1 << (bits_stored.clamp(1, bits_max) - 1))
}

/// Samples are values less the lowest possible one: 8 bits if all values fit, and they do if the bits stored are right.
/// Should a value lie below the lowest possible one, then what the 16-bit type can hold is taken.
fn shift<S: Narrow>(samples: Vec<S>, lowest: i32) -> (ImageData, i32) {
    let (min, max) = integer_extremes(&samples);
    let lowest = if min < lowest { i32::from(i16::MIN) } else { lowest };
    // From −2^(n−1) up to 2^(n−1) − 1: at most 8 bits exactly if the lowest value is −128 or above.
    let above_lowest = |sample: S| {
        let value: i32 = sample.into();
        value - lowest
    };
    if lowest >= -128 && max - lowest <= 255 {
        let shifted = samples.into_iter().map(|sample| above_lowest(sample) as u8).collect();
        return (ImageData::Grey8(shifted), lowest);
    }
    let shifted = samples.into_iter().map(|sample| above_lowest(sample) as u16).collect();
    (ImageData::Grey16(shifted), lowest)
}

fn exact(scale: f64, offset: f64, stored_lowest: Option<i64>) -> PixelMeaning {
    PixelMeaning {
        scale: Some(scale),
        offset: Some(offset),
        error_max: Some(0.0),
        stored_lowest,
        ..PixelMeaning::default()
    }
}

/// The entries of a modality LUT.
fn entries_of(samples: &Samples, table: &LookupTable) -> ImageData {
    fn by_table<S: Narrow>(samples: &[S], lut: &LookupTable) -> Vec<u16> {
        let table = Table::new(integer_extremes(samples), |stored| lut.entry(stored));
        samples.iter().map(|&sample| table.get(sample)).collect()
    }
    fn one_by_one<S: Stored>(samples: &[S], lut: &LookupTable) -> Vec<u16> {
        samples.iter().map(|&sample| lut.entry(sample.into())).collect()
    }
    let entries = match samples {
        Samples::U8(samples) => by_table(samples, table),
        Samples::I8(samples) => by_table(samples, table),
        Samples::U16(samples) => by_table(samples, table),
        Samples::I16(samples) => by_table(samples, table),
        wide => with_samples!(wide, vector => one_by_one(vector, table)),
    };
    match table.bits() {
        0..=8 => ImageData::Grey8(entries.into_iter().map(|entry| entry as u8).collect()),
        _ => ImageData::Grey16(entries),
    }
}

/// Values that need more than 16 bits.
fn spread(
    samples: &Samples,
    (slope, intercept): (f64, f64),
    padding: Padding,
) -> Result<(ImageData, PixelMeaning, StoredMeaning), ImageError> {
    let is_integer = matches!(samples, Samples::U32(_) | Samples::I32(_));
    if is_integer
        && let Some([min, max]) = value_extremes(samples, None)
        && max - min <= 65_535.0
    {
        let quantiser = Quantiser { min, step: 1.0, first: 0.0, padding: None };
        let data = ImageData::Grey16(with_samples!(samples, vector => quantiser.apply(vector)));
        return Ok((data, exact(slope, intercept + slope * min, Some(min as i64)), Some([1.0, min])));
    }
    let Some([min, max]) = value_extremes(samples, padding) else {
        return Err(ImageError::InvalidAttributes {
            what: "the frame holds nothing but padding and non-numbers",
        });
    };
    // Sample 0 is kept for pixels without a value, if there are any.
    let some_without_value = with_samples!(samples, vector => any_without_value(vector, padding));
    let (first, no_value_sample) = if some_without_value { (1.0, Some(0)) } else { (0.0, None) };
    let is_constant = min == max;
    let step = if is_constant { 1.0 } else { (max - min) / (65_535.0 - first) };
    let (scale, offset) = (slope * step, slope * (min - first * step) + intercept);
    if !step.is_normal() || !scale.is_normal() || !offset.is_finite() {
        return Err(ImageError::Unsupported {
            what: "floating-point values too large or too close to each other",
        });
    }
    let quantiser = Quantiser { min, step, first, padding };
    let data = ImageData::Grey16(with_samples!(samples, vector => quantiser.apply(vector)));
    let error_max = if is_constant { 0.0 } else { scale.abs() / 2.0 };
    let meaning = PixelMeaning { error_max: Some(error_max), no_value_sample, ..exact(scale, offset, None) };
    Ok((data, meaning, Some([step, min - first * step])))
}

fn any_without_value<S: Stored>(samples: &[S], padding: Padding) -> bool {
    samples.iter().any(|&sample| !sample.is_finite() || is_padding(sample.into(), padding))
}

/// From a value to the nearest of equal steps above the smallest; halves up.
struct Quantiser {
    min: f64,
    step: f64,
    /// Sample of the smallest value.
    first: f64,
    padding: Padding,
}

impl Quantiser {
    fn apply<S: Stored>(&self, samples: &[S]) -> Vec<u16> {
        // `as` cuts off what is behind the point.
        let quantise = |value: f64| (self.first + (value - self.min) / self.step + 0.5) as u16;
        let without_value = |sample: S| !sample.is_finite() || is_padding(sample.into(), self.padding);
        samples
            .iter()
            .map(|&sample| if without_value(sample) { 0 } else { quantise(sample.into()) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode_with(
        samples: Samples,
        bits_stored: u16,
        modality: Modality,
        padding: Padding,
    ) -> Result<(ImageData, PixelMeaning), ImageError> {
        encode(
            samples,
            bits_stored,
            &TransformAttributes { modality, padding, ..TransformAttributes::none() },
        )
    }

    fn rescale(slope: f64, intercept: f64) -> Modality {
        Modality::Rescale { slope, intercept }
    }

    fn samples_of(data: &ImageData) -> Vec<u16> {
        match data {
            ImageData::Grey8(samples) | ImageData::Rgb8(samples) => {
                samples.iter().copied().map(u16::from).collect()
            }
            ImageData::Grey16(samples) => samples.clone(),
        }
    }

    fn restored(data: &ImageData, meaning: &PixelMeaning) -> Vec<f64> {
        let (scale, offset) = (meaning.scale.unwrap(), meaning.offset.unwrap());
        samples_of(data).into_iter().map(|sample| f64::from(sample) * scale + offset).collect()
    }

    /// Every value that these bits can store.
    fn all_values(bits_stored: u16, signed: bool) -> Vec<i32> {
        let n_values = 1 << bits_stored;
        let lowest = if signed { -n_values / 2 } else { 0 };
        (lowest..lowest + n_values).collect()
    }

    fn frame_samples(values: &[i32], bits_allocated: u16, signed: bool) -> Samples {
        let values = values.iter().copied();
        match (bits_allocated, signed) {
            (8, false) => Samples::U8(values.map(|value| value as u8).collect()),
            (8, true) => Samples::I8(values.map(|value| value as i8).collect()),
            (_, false) => Samples::U16(values.map(|value| value as u16).collect()),
            (_, true) => Samples::I16(values.map(|value| value as i16).collect()),
        }
    }

    #[test]
    fn every_stored_value_of_every_depth_is_restored_exactly() {
        // Slopes and intercepts of CT, PET and MR; the last two are no binary fractions.
        let rescales =
            [(1.0, -1024.0), (1.0, 0.0), (-1.0, 4095.0), (0.5, -0.25), (0.1, -0.7), (1.734_218, 13.02)];
        for bits_stored in 1..=16 {
            for (bits_allocated, signed) in [(8, false), (8, true), (16, false), (16, true)] {
                if bits_stored > bits_allocated {
                    continue;
                }
                let stored = all_values(bits_stored, signed);
                for (slope, intercept) in rescales {
                    let samples = frame_samples(&stored, bits_allocated, signed);
                    let (data, meaning) =
                        encode_with(samples, bits_stored, rescale(slope, intercept), None).unwrap();
                    assert_eq!(matches!(data, ImageData::Grey8(_)), bits_stored <= 8, "{bits_stored}");
                    assert_eq!(meaning.error_max, Some(0.0));

                    let truth: Vec<f64> =
                        stored.iter().map(|&value| f64::from(value) * slope + intercept).collect();
                    let lowest = meaning.stored_lowest.unwrap();
                    let by_stored = samples_of(&data).into_iter().map(|sample| i64::from(sample) + lowest);
                    assert!(by_stored.eq(stored.iter().copied().map(i64::from)), "{bits_stored} {signed}");

                    let is_binary = (slope * 4.0).fract() == 0.0 && (intercept * 4.0).fract() == 0.0;
                    let bound = 4.0 * f64::EPSILON * (slope.abs() * 65_535.0 + intercept.abs());
                    let tolerance = if is_binary { 0.0 } else { bound };
                    for (found, truth) in restored(&data, &meaning).into_iter().zip(truth) {
                        assert!((found - truth).abs() <= tolerance, "{found} {truth} {slope} {intercept}");
                    }
                }
            }
        }
    }

    #[test]
    fn samples_are_stored_values_shifted_and_nothing_else() {
        for (samples, bits_stored, expected, lowest) in [
            (Samples::U16(vec![0, 1024, 4095]), 12, ImageData::Grey16(vec![0, 1024, 4095]), 0),
            (Samples::I16(vec![-2048, 0, 2047]), 12, ImageData::Grey16(vec![0, 2048, 4095]), -2048),
            (Samples::I16(vec![-32_768, 32_767]), 16, ImageData::Grey16(vec![0, 65_535]), -32_768),
            (Samples::U8(vec![0, 1]), 1, ImageData::Grey8(vec![0, 1]), 0),
            (Samples::I8(vec![-128, 127]), 8, ImageData::Grey8(vec![0, 255]), -128),
            (Samples::U16(vec![3, 255]), 8, ImageData::Grey8(vec![3, 255]), 0),
            // Values that the bits stored cannot hold are kept all the same.
            (Samples::I16(vec![-3000, 5]), 12, ImageData::Grey16(vec![29_768, 32_773]), -32_768),
            (Samples::I16(vec![-5, 3000]), 12, ImageData::Grey16(vec![2043, 5048]), -2048),
            (Samples::I16(vec![-5, 32_767]), 12, ImageData::Grey16(vec![2043, 34_815]), -2048),
            (Samples::U16(vec![3, 256]), 8, ImageData::Grey16(vec![3, 256]), 0),
            (Samples::I8(vec![-9, 0]), 4, ImageData::Grey16(vec![32_759, 32_768]), -32_768),
        ] {
            let (data, meaning) = encode_with(samples, bits_stored, Modality::Identity, None).unwrap();
            assert_eq!((data, meaning.stored_lowest), (expected, Some(lowest)));
        }
    }

    #[test]
    fn a_modality_lut_gives_its_entries() {
        let table = |bits| Modality::Lut(LookupTable::new(-1, vec![7, 200, 3], bits).unwrap());
        let samples = Samples::I16(vec![-9, -1, 0, 1, 9]);
        let (data, meaning) = encode_with(samples.clone(), 12, table(16), None).unwrap();
        assert_eq!(data, ImageData::Grey16(vec![7, 7, 200, 3, 3]));
        let numbers = (meaning.scale, meaning.offset, meaning.error_max, meaning.stored_lowest);
        assert_eq!(numbers, (Some(1.0), Some(0.0), Some(0.0), None));
        assert_eq!(
            encode_with(samples, 12, table(8), None).unwrap().0,
            ImageData::Grey8(vec![7, 7, 200, 3, 3])
        );
        let wide = encode_with(Samples::I32(vec![-70_000, 0]), 32, table(16), None).unwrap().0;
        assert_eq!(wide, ImageData::Grey16(vec![7, 200]));
    }

    #[test]
    fn wide_integers_that_lie_close_together_stay_exact() {
        let samples = Samples::I32(vec![-100_000, -34_465, -99_999]);
        let (data, meaning) = encode_with(samples, 32, rescale(2.0, 1.0), Some([-100_000.0; 2])).unwrap();
        assert_eq!(data, ImageData::Grey16(vec![0, 65_535, 1]));
        assert_eq!(meaning.stored_lowest, Some(-100_000));
        assert_eq!(restored(&data, &meaning), [-199_999.0, -68_929.0, -199_997.0]);
    }

    #[test]
    fn padding_and_non_numbers_do_not_spoil_the_steps() {
        let samples = Samples::F32(vec![-1e30, f32::NAN, 0.0, 65_534.0, 32_767.0]);
        let (data, meaning) =
            encode_with(samples, 32, Modality::Identity, Some([f64::from(-1e30f32); 2])).unwrap();
        assert_eq!(meaning.no_value_sample, Some(0));
        assert_eq!(data, ImageData::Grey16(vec![0, 0, 1, 65_535, 32_768]));
        assert_eq!(restored(&data, &meaning)[2..], [0.0, 65_533.0 * 65_534.0 / 65_533.0, 32_767.0][..]);
        assert!(meaning.error_max.unwrap() > 0.0);
    }

    #[test]
    fn frames_without_extent_and_without_values() {
        let (data, meaning) = encode_with(Samples::F64(vec![2.5, 2.5]), 64, rescale(3.0, 1.0), None).unwrap();
        assert_eq!(restored(&data, &meaning), [8.5, 8.5]);
        assert_eq!(meaning.error_max, Some(0.0));
        for samples in [
            Samples::F32(vec![f32::NAN, f32::INFINITY]),
            Samples::F64(vec![-1e308, 1e308]),
            Samples::F64(vec![0.0, f64::from_bits(1)]),
        ] {
            assert!(encode_with(samples, 64, Modality::Identity, None).is_err());
        }
    }

    proptest! {
        #[test]
        fn quantised_values_are_restored_within_half_a_step(
            values in prop::collection::vec(-1e9f64..1e9, 1..50),
            slope in prop_oneof![-1e3..-1e-3, 1e-3..1e3],
            intercept in -1e6..1e6,
        ) {
            let samples = Samples::F64(values.clone());
            let (data, meaning) = encode_with(samples, 64, rescale(slope, intercept), None).unwrap();
            // Rounding of the arithmetic itself, on top of the half step.
            let slack = 8.0 * f64::EPSILON * (slope.abs() * 1e9 + intercept.abs());
            for (found, value) in restored(&data, &meaning).into_iter().zip(values) {
                let truth = value * slope + intercept;
                prop_assert!((found - truth).abs() <= meaning.error_max.unwrap() + slack);
            }
        }

        #[test]
        fn wide_integers_are_restored_within_what_is_said(values in prop::collection::vec(any::<i32>(), 1..50)) {
            let (data, meaning) = encode_with(Samples::I32(values.clone()), 32, Modality::Identity, None).unwrap();
            for (found, value) in restored(&data, &meaning).into_iter().zip(values) {
                prop_assert!((found - f64::from(value)).abs() <= meaning.error_max.unwrap() + 1e-5);
            }
        }
    }
}
