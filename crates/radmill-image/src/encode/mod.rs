mod jpeg;
mod png;

use std::io::{self, Write};

pub use jpeg::encode_jpeg;

use crate::{ImageData, NormalizedImage};

/// Writes a PNG: 8- or 16-bit grey or 8-bit RGB, no chunk but IHDR, IDAT and IEND, so nothing but pixels can be in it.
/// The bytes depend on the samples and the version of radmill alone.
///
/// Holds the compressed image in memory, and some rows of it.
/// Fails if the samples do not fill the image, or with what `out` fails with.
pub fn encode_png<W: Write>(image: &NormalizedImage, out: W) -> io::Result<()> {
    let header = |bit_depth, color_type| png::Header {
        width: image.width,
        height: image.height,
        bit_depth,
        color_type,
    };
    match &image.data {
        ImageData::Grey8(samples) => png::write(header(8, 0), &bytes_of(image, samples, 1)?, out),
        ImageData::Rgb8(samples) => png::write(header(8, 2), &bytes_of(image, samples, 3)?, out),
        ImageData::Grey16(samples) => {
            check_filled(image, samples.len(), 1)?;
            png::write(header(16, 0), &Words { samples, width: image.width as usize }, out)
        }
    }
}

/// An image has rows and columns, and as many samples as they say.
fn check_filled(image: &NormalizedImage, n_samples: usize, channels: u64) -> io::Result<()> {
    // PNG has signed sizes (ISO/IEC 15948, 7.1).
    let is_size = |side: u32| (1..=i32::MAX as u32).contains(&side);
    let n_pixels = u64::from(image.width) * u64::from(image.height);
    if is_size(image.width)
        && is_size(image.height)
        && n_pixels.checked_mul(channels) == Some(n_samples as u64)
    {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the samples do not fill the image"))
}

fn bytes_of<'a>(image: &NormalizedImage, samples: &'a [u8], channels: u32) -> io::Result<Bytes<'a>> {
    check_filled(image, samples.len(), u64::from(channels))?;
    Ok(Bytes { samples, row_bytes: (image.width as usize) * (channels as usize) })
}

/// Rows of samples of 8 bits.
struct Bytes<'a> {
    samples: &'a [u8],
    row_bytes: usize,
}

impl png::Rows for Bytes<'_> {
    fn append(&self, index: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.samples[index * self.row_bytes..][..self.row_bytes]);
    }
}

/// Rows of one sample of 16 bits a pixel.
struct Words<'a> {
    samples: &'a [u16],
    width: usize,
}

impl png::Rows for Words<'_> {
    fn append(&self, index: usize, out: &mut Vec<u8>) {
        let row = &self.samples[index * self.width..][..self.width];
        out.extend(row.iter().flat_map(|sample| sample.to_be_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use ::png::{BitDepth, ColorType};
    use proptest::prelude::*;

    use super::*;

    fn image(width: u32, height: u32, data: ImageData) -> NormalizedImage {
        NormalizedImage::bare(width, height, data)
    }

    fn encoded(image: &NormalizedImage) -> Vec<u8> {
        let mut out = Vec::new();
        encode_png(image, &mut out).unwrap();
        out
    }

    fn decoded(bytes: &[u8]) -> (u32, u32, ImageData) {
        let mut reader = ::png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut samples = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut samples).unwrap();
        let data = match (info.color_type, info.bit_depth) {
            (ColorType::Grayscale, BitDepth::Eight) => ImageData::Grey8(samples),
            (ColorType::Rgb, BitDepth::Eight) => ImageData::Rgb8(samples),
            (ColorType::Grayscale, BitDepth::Sixteen) => ImageData::Grey16(
                samples.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect(),
            ),
            other => panic!("{other:?}"),
        };
        (info.width, info.height, data)
    }

    /// The types of the chunks of a PNG, from their lengths and nothing else.
    fn chunk_types(mut bytes: &[u8]) -> Vec<String> {
        let mut types = Vec::new();
        bytes = &bytes[8..];
        while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
            types.push(String::from_utf8(rest[..4].to_vec()).unwrap());
            bytes = &rest[4 + u32::from_be_bytes(*length) as usize + 4..];
        }
        types
    }

    #[test]
    fn there_is_nothing_but_pixels_in_the_file() {
        for data in
            [ImageData::Grey8(vec![7; 16]), ImageData::Grey16(vec![700; 16]), ImageData::Rgb8(vec![7; 48])]
        {
            let image = image(4, 4, data);
            let bytes = encoded(&image);
            assert_eq!(chunk_types(&bytes), ["IHDR", "IDAT", "IEND"]);
            assert_eq!(bytes, encoded(&image));
        }
    }

    #[test]
    fn samples_that_do_not_fill_the_image_are_refused() {
        let error = encode_png(&image(4, 4, ImageData::Grey8(vec![7; 15])), io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(encode_png(&image(0, 4, ImageData::Grey8(Vec::new())), io::sink()).is_err());
    }

    #[test]
    fn an_output_that_fails_is_told_as_it_is() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = encode_png(&image(4, 4, ImageData::Grey8(vec![7; 16])), Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn images_of_many_strips_come_back() {
        for (width, height) in [(300, 300), (50_000, 3), (1, 70_000), (1, 1), (4096, 33)] {
            let n_pixels = width as usize * height as usize;
            // A ramp with a blank part and something like noise, so that every filter has its strip.
            let sample = |i: usize| match i % 5000 {
                0..2000 => 0,
                at => (at as u32).wrapping_mul(0x9E37_79B9 >> (i / 50_000 % 16)) as u16,
            };
            let words: Vec<u16> = (0..n_pixels).map(sample).collect();
            let bytes: Vec<u8> = (0..3 * n_pixels).map(|i| sample(i) as u8).collect();
            for data in [
                ImageData::Grey16(words.clone()),
                ImageData::Grey8(bytes[..n_pixels].to_vec()),
                ImageData::Rgb8(bytes.clone()),
            ] {
                let image = image(width, height, data.clone());
                assert!(decoded(&encoded(&image)) == (width, height, data), "{width} {height}");
            }
        }
    }

    proptest! {
        #[test]
        fn decoding_gives_back_the_samples(
            width in 1u32..40,
            height in 1u32..40,
            noise in prop::collection::vec(any::<u16>(), 40 * 40 * 3),
        ) {
            let n_pixels = (width * height) as usize;
            let bytes: Vec<u8> = noise.iter().map(|sample| *sample as u8).collect();
            for data in [
                ImageData::Grey8(bytes[..n_pixels].to_vec()),
                ImageData::Rgb8(bytes[..n_pixels * 3].to_vec()),
                ImageData::Grey16(noise[..n_pixels].to_vec()),
            ] {
                let image = image(width, height, data.clone());
                prop_assert_eq!(decoded(&encoded(&image)), (width, height, data));
            }
        }
    }
}
