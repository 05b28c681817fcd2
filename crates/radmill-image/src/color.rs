//! Colour samples to 8-bit RGB (PS3.3 C.7.6.3.1.2).
//!
//! Luminance and chrominance are those of ITU-R BT.601, with its exact coefficients, rounded to the nearest integer,
//! halves up, and clamped to the range of the samples. Samples of more than 8 bits are converted at their own
//! precision, and then the high 8 bits are kept; samples of fewer bits are spread over 0 to 255.

use radmill_frame::{Photometric, Samples};

use crate::ImageError;

const RED_FROM_CR: f64 = 1.402;
const BLUE_FROM_CB: f64 = 1.772;
const GREEN_FROM_CB: f64 = 0.114 / 0.587 * BLUE_FROM_CB;
const GREEN_FROM_CR: f64 = 0.299 / 0.587 * RED_FROM_CR;

/// The colours of a frame, 8 bits each of red, green and blue.
pub(crate) fn to_rgb8(
    photometric: Photometric,
    bits_stored: u16,
    samples: Samples,
) -> Result<Vec<u8>, ImageError> {
    if !(1..=32).contains(&bits_stored) {
        return Err(ImageError::InvalidAttributes { what: "bits stored do not fit the colour space" });
    }
    match samples {
        Samples::U32(samples) if photometric == Photometric::Rgb => {
            Ok(samples.into_iter().map(|sample| to_8_bits(sample, bits_stored)).collect())
        }
        _ if bits_stored > 16 => Err(ImageError::Unsupported { what: "YCbCr of more than 16 bits a sample" }),
        Samples::U8(samples) if bits_stored == 8 => to_rgb8_from_bytes(photometric, samples),
        Samples::U8(samples) => convert(photometric, bits_stored, &samples),
        Samples::U16(samples) => convert(photometric, bits_stored, &samples),
        // Only the differences of the reversible transform are signed.
        Samples::I16(samples) if photometric == Photometric::YbrRct => {
            convert(photometric, bits_stored, &samples)
        }
        _ => Err(ImageError::Unsupported {
            what: "colour of signed or floating-point samples, or YCbCr of 32-bit ones",
        }),
    }
}

/// The common case: bytes stay where they are.
fn to_rgb8_from_bytes(photometric: Photometric, mut samples: Vec<u8>) -> Result<Vec<u8>, ImageError> {
    match photometric {
        Photometric::Rgb => {}
        Photometric::YbrFull | Photometric::YbrFull422 | Photometric::YbrIct => {
            full_range_in_place(&mut samples)
        }
        _ => return convert(photometric, 8, &samples),
    }
    Ok(samples)
}

/// Full-range YCbCr of 8 bits, by tables: the same result as [`pixel_to_rgb`], which a test shows for all inputs.
pub(crate) fn full_range_in_place(samples: &mut [u8]) {
    // Green adds two parts before it is rounded, so these are kept with 20 binary digits after the point.
    const ONE: f64 = (1 << 20) as f64;
    let table =
        |factor: f64| std::array::from_fn::<i32, 256, _>(|c| round((c as f64 - 128.0) * factor) as i32);
    let (red, blue) = (table(RED_FROM_CR), table(BLUE_FROM_CB));
    let (green_cb, green_cr) = (table(-GREEN_FROM_CB * ONE), table(-GREEN_FROM_CR * ONE));
    for [y, cb, cr] in samples.as_chunks_mut::<3>().0 {
        let (luma, cb_index, cr_index) = (i32::from(*y), usize::from(*cb), usize::from(*cr));
        let green = (green_cb[cb_index] + green_cr[cr_index] + (1 << 19)) >> 20;
        *y = (luma + red[cr_index]).clamp(0, 255) as u8;
        *cb = (luma + green).clamp(0, 255) as u8;
        *cr = (luma + blue[cb_index]).clamp(0, 255) as u8;
    }
}

/// Any colour space and any number of bits, in floating point.
fn convert<T: Copy + Into<f64>>(
    photometric: Photometric,
    bits_stored: u16,
    samples: &[T],
) -> Result<Vec<u8>, ImageError> {
    let space = Space::of(photometric, bits_stored)?;
    let pixels = samples.as_chunks::<3>().0.iter();
    let colors: Vec<[u8; 3]> = pixels
        .map(|pixel| {
            let rgb = pixel_to_rgb(pixel.map(Into::into), space);
            rgb.map(|value| to_8_bits(value, space.bits))
        })
        .collect();
    Ok(colors.into_flattened())
}

/// A colour space and the bits of a red, green or blue sample that comes from it.
#[derive(Clone, Copy)]
pub(crate) struct Space {
    model: Model,
    /// Of a red, green or blue sample.
    pub(crate) bits: u16,
}

#[derive(Clone, Copy)]
enum Model {
    Rgb,
    FullRange,
    StudioRange,
    Reversible,
}

impl Space {
    pub(crate) fn of(photometric: Photometric, bits_stored: u16) -> Result<Space, ImageError> {
        let model = match photometric {
            Photometric::Rgb => Model::Rgb,
            Photometric::YbrFull | Photometric::YbrFull422 | Photometric::YbrIct => Model::FullRange,
            Photometric::YbrPartial422 | Photometric::YbrPartial420 if bits_stored >= 8 => Model::StudioRange,
            Photometric::YbrRct if bits_stored >= 2 => {
                // Differences need one bit more than the colours (ISO/IEC 15444-1 G.2).
                return Ok(Space { model: Model::Reversible, bits: bits_stored - 1 });
            }
            Photometric::Xyb => return Err(ImageError::Unsupported { what: "colour space XYB" }),
            _ => {
                return Err(ImageError::InvalidAttributes {
                    what: "bits stored do not fit the colour space",
                });
            }
        };
        Ok(Space { model, bits: bits_stored })
    }
}

/// Red, green and blue of one pixel, each from 0 to `2^bits − 1`.
pub(crate) fn pixel_to_rgb([a, b, c]: [f64; 3], space: Space) -> [u32; 3] {
    let max = f64::from((1u32 << space.bits) - 1);
    let half = f64::from(1u32 << (space.bits - 1));
    let rgb = match space.model {
        Model::Rgb => [a, b, c],
        Model::FullRange => from_luma(a, b - half, c - half),
        Model::StudioRange => {
            // 8-bit luminance is 16 to 235, chrominance 128 ± 112; more bits scale all of them.
            let unit = half / 128.0;
            let luma = (a - 16.0 * unit) * (max / (219.0 * unit));
            let chroma = max / (224.0 * unit);
            from_luma(luma, (b - half) * chroma, (c - half) * chroma)
        }
        Model::Reversible => {
            let green = a - ((b + c) / 4.0).floor();
            [c + green, green, b + green]
        }
    };
    rgb.map(|value| round(value).clamp(0.0, max) as u32)
}

/// To the nearest integer, halves up: so that adding an integer before or after rounding comes to the same.
fn round(value: f64) -> f64 {
    (value + 0.5).floor()
}

fn from_luma(luma: f64, cb: f64, cr: f64) -> [f64; 3] {
    [luma + RED_FROM_CR * cr, luma - GREEN_FROM_CB * cb - GREEN_FROM_CR * cr, luma + BLUE_FROM_CB * cb]
}

/// A value of some bits as one of 8 bits: the high 8, or spread from 0 to 255 if there are fewer.
pub(crate) fn to_8_bits(value: u32, bits: u16) -> u8 {
    let reduced = match bits {
        8.. => value.checked_shr(u32::from(bits - 8)).unwrap_or(0),
        _ => {
            let max = (1u32 << bits).saturating_sub(1).max(1);
            (value.min(max) * 255 + max / 2) / max
        }
    };
    reduced.min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use Photometric::{Rgb, Xyb, YbrFull, YbrFull422, YbrIct, YbrPartial420, YbrPartial422, YbrRct};

    fn check(photometric: Photometric, bits_stored: u16, samples: Samples, expected: &[u8]) {
        let found = to_rgb8(photometric, bits_stored, samples).unwrap();
        assert_eq!(found, expected, "{photometric} {bits_stored}");
    }

    #[test]
    fn bytes_are_converted_by_bt_601() {
        check(Rgb, 8, Samples::U8(vec![1, 2, 3]), &[1, 2, 3]);
        for photometric in [YbrFull, YbrFull422, YbrIct] {
            check(photometric, 8, Samples::U8(vec![0, 128, 128, 255, 128, 128]), &[0, 0, 0, 255, 255, 255]);
            // Pure red, green and blue, as the forward equations of the standard give them.
            check(
                photometric,
                8,
                Samples::U8(vec![76, 85, 255, 150, 44, 21, 29, 255, 107]),
                &[254, 0, 0, 0, 255, 1, 0, 0, 254],
            );
        }
        for photometric in [YbrPartial422, YbrPartial420] {
            check(photometric, 8, Samples::U8(vec![16, 128, 128, 235, 128, 128]), &[0, 0, 0, 255, 255, 255]);
            check(photometric, 8, Samples::U8(vec![0, 128, 128, 255, 128, 128]), &[0, 0, 0, 255, 255, 255]);
            check(photometric, 8, Samples::U8(vec![81, 90, 240]), &[254, 0, 0]);
        }
    }

    #[test]
    fn the_fast_routine_equals_its_slow_twin_for_all_inputs() {
        let space = Space { model: Model::FullRange, bits: 8 };
        for cb in 0..=255u8 {
            for cr in 0..=255u8 {
                // Luminance is added before rounding and is an integer: a few values of it are enough.
                let mut pixels: Vec<u8> =
                    [0, 1, 100, 127, 128, 200, 255].iter().flat_map(|&y| [y, cb, cr]).collect();
                let slow: Vec<u8> = (pixels.as_chunks::<3>().0.iter())
                    .flat_map(|pixel| pixel_to_rgb(pixel.map(f64::from), space).map(|value| value as u8))
                    .collect();
                full_range_in_place(&mut pixels);
                assert_eq!(pixels, slow, "{cb} {cr}");
            }
        }
    }

    #[test]
    fn more_bits_keep_the_high_ones_and_fewer_are_spread() {
        check(Rgb, 16, Samples::U16(vec![0xFFFF, 0x80FF, 0x00FF]), &[0xFF, 0x80, 0]);
        check(Rgb, 12, Samples::U16(vec![0xFFF, 0x80F, 0x00F]), &[0xFF, 0x80, 0]);
        check(Rgb, 32, Samples::U32(vec![u32::MAX, 0x80FF_FFFF, 0x00FF_FFFF]), &[0xFF, 0x80, 0]);
        check(Rgb, 8, Samples::U16(vec![255, 1, 0]), &[255, 1, 0]);
        check(Rgb, 5, Samples::U8(vec![31, 16, 0]), &[255, 132, 0]);
        check(Rgb, 1, Samples::U8(vec![1, 0, 1]), &[255, 0, 255]);
        check(YbrFull, 16, Samples::U16(vec![0xFFFF, 0x8000, 0x8000]), &[255, 255, 255]);
        check(YbrPartial422, 10, Samples::U16(vec![940, 512, 512]), &[255, 255, 255]);
        // Values that the bits cannot hold.
        check(Rgb, 12, Samples::U16(vec![0xFFFF, 0, 0]), &[255, 0, 0]);
        check(Rgb, 4, Samples::U8(vec![255, 0, 0]), &[255, 0, 0]);
    }

    #[test]
    fn the_reversible_transform_is_undone() {
        for [red, green, blue] in [[255, 0, 0], [0, 255, 0], [0, 0, 255], [12, 200, 77], [255, 255, 255]] {
            let [y, cb, cr] = [(red + 2 * green + blue) >> 2, blue - green, red - green];
            check(YbrRct, 9, Samples::I16(vec![y, cb, cr]), &[red as u8, green as u8, blue as u8]);
        }
    }

    #[test]
    fn what_cannot_be_converted_is_refused() {
        for (photometric, bits_stored, samples) in [
            (Xyb, 8, Samples::U8(vec![0; 3])),
            (Rgb, 8, Samples::I8(vec![0; 3])),
            (Rgb, 33, Samples::U32(vec![0; 3])),
            (Rgb, 32, Samples::I32(vec![0; 3])),
            (YbrFull, 32, Samples::U32(vec![0; 3])),
            (Rgb, 16, Samples::F32(vec![0.0; 3])),
            (Rgb, 0, Samples::U8(vec![0; 3])),
            (YbrPartial422, 4, Samples::U8(vec![0; 3])),
            (YbrFull, 16, Samples::I16(vec![0; 3])),
            (YbrRct, 1, Samples::U8(vec![0; 3])),
        ] {
            assert!(to_rgb8(photometric, bits_stored, samples).is_err(), "{photometric} {bits_stored}");
        }
    }
}
