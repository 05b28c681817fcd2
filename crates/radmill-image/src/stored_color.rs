//! YCbCr to RGB at the precision of the stored samples.

use radmill_frame::{Frame, Photometric, Samples};

use crate::ImageError;
use crate::color::{Space, full_range_in_place, pixel_to_rgb};

/// The same frame with RGB samples of the same type and bits; grey, palette and RGB stay as they are.
///
/// By the equations of ITU-R BT.601 with their exact coefficients, rounded to the nearest, halves up (PS3.3
/// C.7.6.3.1.2). Fails for colour that is signed, floating-point, of more than 16 bits, or in a space without equations.
pub fn to_rgb(frame: Frame) -> Result<Frame, ImageError> {
    let Frame { photometric, bits_stored, samples, .. } = frame;
    if photometric.samples_per_pixel() == 1 || photometric == Photometric::Rgb {
        return Ok(Frame { photometric, bits_stored, samples, ..frame });
    }
    if !(1..=16).contains(&bits_stored) {
        return Err(ImageError::Unsupported { what: "YCbCr of more than 16 bits a sample" });
    }
    let space = Space::of(photometric, bits_stored)?;
    let is_full_range = matches!(photometric, Photometric::YbrFull | Photometric::YbrFull422);
    let samples = match samples {
        Samples::U8(mut samples) if bits_stored == 8 && is_full_range => {
            full_range_in_place(&mut samples);
            Samples::U8(samples)
        }
        Samples::U8(samples) => Samples::U8(convert(samples, space, |value| value as u8)),
        Samples::U16(samples) => Samples::U16(convert(samples, space, |value| value as u16)),
        _ => return Err(ImageError::Unsupported { what: "colour of signed or floating-point samples" }),
    };
    Ok(Frame { photometric: Photometric::Rgb, bits_stored: space.bits, samples, ..frame })
}

fn convert<T: Copy + Into<f64>>(mut samples: Vec<T>, space: Space, narrow: fn(u32) -> T) -> Vec<T> {
    for pixel in samples.as_chunks_mut::<3>().0 {
        *pixel = pixel_to_rgb(pixel.map(Into::into), space).map(narrow);
    }
    samples
}

#[cfg(test)]
mod tests {
    use radmill_frame::PixelDefects;

    use super::*;

    fn check(photometric: Photometric, bits_stored: u16, samples: Samples, expected: Option<(u16, Samples)>) {
        let defects = PixelDefects::NONE;
        let frame = Frame { rows: 1, columns: 1, photometric, bits_stored, samples, defects };
        let found = to_rgb(frame).ok();
        assert_eq!(found.map(|frame| (frame.bits_stored, frame.samples)), expected, "{photometric}");
    }

    #[test]
    fn bits_and_type_stay() {
        use Photometric::{Monochrome2, Rgb, Xyb, YbrFull};
        check(YbrFull, 8, Samples::U8(vec![76, 85, 255]), Some((8, Samples::U8(vec![254, 0, 0]))));
        check(YbrFull, 8, Samples::U16(vec![76, 85, 255]), Some((8, Samples::U16(vec![254, 0, 0]))));
        let white = Samples::U16(vec![4095, 2048, 2048]);
        check(YbrFull, 12, white, Some((12, Samples::U16(vec![4095; 3]))));
        check(YbrFull, 6, Samples::U8(vec![63, 32, 32]), Some((6, Samples::U8(vec![63; 3]))));
        check(Rgb, 8, Samples::U8(vec![1, 2, 3]), Some((8, Samples::U8(vec![1, 2, 3]))));
        check(Monochrome2, 16, Samples::F32(vec![1.5]), Some((16, Samples::F32(vec![1.5]))));
        check(YbrFull, 8, Samples::I8(vec![0; 3]), None);
        check(YbrFull, 32, Samples::U32(vec![0; 3]), None);
        check(Xyb, 8, Samples::U8(vec![0; 3]), None);
    }
}
