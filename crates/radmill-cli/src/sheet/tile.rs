//! An image of the dataset, made small and shown so that a person sees something.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits};

use super::TILE;

/// A decoded image may take so much.
const DECODED_BYTES_MAX: usize = 1 << 30;

/// A small image.
pub(crate) struct Tile {
    pub(super) width: usize,
    pub(super) pixels: Vec<[u8; 3]>,
}

/// How samples are to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// They are what is displayed.
    AsTheyAre,
    /// They are values: all but the darkest and brightest hundredth over the whole range.
    Windowed,
    /// As `Windowed`, and dark and bright exchanged: MONOCHROME1.
    WindowedInverted,
}

/// What the file says of itself, and the small image.
pub(crate) struct Read {
    pub(crate) tile: Tile,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bits: u8,
}

impl Tile {
    /// Decodes a PNG or JPEG; `None` if it is none, or larger than what is decoded for a look.
    pub(crate) fn read(bytes: &[u8], look: Look) -> Option<Read> {
        let image = if bytes.starts_with(b"\xff\xd8") { read_jpeg(bytes)? } else { read_png(bytes)? };
        let Decoded { width, height, bits, channels, samples } = image;
        let size = [width as usize, height as usize];
        let range = if channels == 3 || look == Look::AsTheyAre {
            [0, u16::MAX >> (16 - bits)]
        } else {
            range(&samples)
        };
        let is_inverted = channels == 1 && look == Look::WindowedInverted;
        let show = |mean: f64| {
            let [low, high] = range.map(f64::from);
            let share = ((mean - low) / (high - low).max(1.0)).clamp(0.0, 1.0);
            ((if is_inverted { 1.0 - share } else { share }) * 255.0).round() as u8
        };
        let tile = shrink(&samples, size, channels, show);
        Some(Read { tile, width, height, bits })
    }
}

struct Decoded {
    width: u32,
    height: u32,
    bits: u8,
    channels: usize,
    samples: Vec<u16>,
}

fn read_png(bytes: &[u8]) -> Option<Decoded> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: DECODED_BYTES_MAX });
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().ok()?;
    let length = reader.output_buffer_size().filter(|length| *length <= DECODED_BYTES_MAX)?;
    let mut samples = vec![0; length];
    let info = reader.next_frame(&mut samples).ok()?;
    let bits = match info.bit_depth {
        BitDepth::Eight => 8,
        BitDepth::Sixteen => 16,
        _ => return None,
    };
    let channels = match info.color_type {
        ColorType::Grayscale => 1,
        ColorType::Rgb => 3,
        _ => return None,
    };
    let samples: Vec<u16> = match bits {
        8 => samples.into_iter().map(u16::from).collect(),
        _ => samples.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect(),
    };
    Some(Decoded { width: info.width, height: info.height, bits, channels, samples })
}

fn read_jpeg(bytes: &[u8]) -> Option<Decoded> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(DECODED_BYTES_MAX);
    let samples = decoder.decode().ok()?;
    let info = decoder.info()?;
    let channels = match info.pixel_format {
        jpeg_decoder::PixelFormat::L8 => 1,
        jpeg_decoder::PixelFormat::RGB24 => 3,
        _ => return None,
    };
    let samples = samples.into_iter().map(u16::from).collect();
    Some(Decoded { width: info.width.into(), height: info.height.into(), bits: 8, channels, samples })
}

/// The samples that a hundredth lies below, and above.
fn range(samples: &[u16]) -> [u16; 2] {
    let mut counts = vec![0usize; 1 << 16];
    samples.iter().for_each(|sample| counts[usize::from(*sample)] += 1);
    let at = |n_before: usize| {
        let mut sum = 0;
        let found = (0..=u16::MAX).find(|sample| {
            sum += counts[usize::from(*sample)];
            sum > n_before
        });
        found.unwrap_or(u16::MAX)
    };
    let edge = samples.len() / 100;
    [at(edge), at(samples.len().saturating_sub(edge + 1))]
}

/// The mean of the samples that fall into each pixel, as `show` maps it. Small images keep their size.
fn shrink(samples: &[u16], [width, height]: [usize; 2], channels: usize, show: impl Fn(f64) -> u8) -> Tile {
    let longest = width.max(height).max(TILE);
    let side = |side: usize| (side * TILE / longest).clamp(1, TILE);
    let (width_now, height_now) = (side(width), side(height));
    let part = |index: usize, now: usize, before: usize| {
        let start = index * before / now;
        start..((index + 1) * before / now).max(start + 1).min(before)
    };
    let mut pixels = Vec::with_capacity(width_now * height_now);
    for y in 0..height_now {
        for x in 0..width_now {
            let (rows, columns) = (part(y, height_now, height), part(x, width_now, width));
            let n = (rows.len() * columns.len()) as f64;
            let mut sums = [0u64; 3];
            for row in rows {
                let start = (row * width + columns.start) * channels;
                for pixel in samples[start..start + columns.len() * channels].chunks_exact(channels) {
                    sums.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += u64::from(*sample));
                }
            }
            let [a, b, c] = sums.map(|sum| show(sum as f64 / n));
            pixels.push(if channels == 1 { [a; 3] } else { [a, b, c] });
        }
    }
    Tile { width: width_now, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png16(width: u32, height: u32, samples: &[u16]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Sixteen);
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
        encoder.write_header().unwrap().write_image_data(&bytes).unwrap();
        out
    }

    #[test]
    fn values_are_windowed_and_monochrome1_inverted() {
        let png = png16(4, 1, &[1000, 1100, 1200, 1000]);
        for (look, expected) in [
            (Look::AsTheyAre, [4, 4, 5, 4]),
            (Look::Windowed, [0, 128, 255, 0]),
            (Look::WindowedInverted, [255, 128, 0, 255]),
        ] {
            let read = Tile::read(&png, look).unwrap();
            assert_eq!(read.tile.pixels, expected.map(|grey| [grey; 3]), "{look:?}");
            assert_eq!((read.width, read.height, read.bits), (4, 1, 16));
        }
    }

    #[test]
    fn large_images_shrink_and_keep_their_shape() {
        for (width, height, expected) in [(512, 256, [128, 64]), (3000, 2, [128, 1]), (1, 1, [1, 1])] {
            let png = png16(width, height, &vec![7; (width * height) as usize]);
            let tile = Tile::read(&png, Look::Windowed).unwrap().tile;
            assert_eq!([tile.width, tile.pixels.len() / tile.width], expected);
        }
        assert!(Tile::read(b"no png", Look::Windowed).is_none());
    }
}
