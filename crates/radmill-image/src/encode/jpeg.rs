//! JPEG (ISO/IEC 10918-1): sequential, baseline, by the `jpeg-encoder` crate.

use std::io::{self, Write};

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

use super::check_filled;
use crate::{ImageData, NormalizedImage};

/// Writes a JPEG of 8-bit grey or 8-bit RGB, with no segment but those that decoding needs, JFIF among them.
/// `quality` is that of libjpeg, from 1 to 100.
///
/// Colour is not subsampled (4:4:4): the thin coloured lines of ultrasound and of overlays would fade. The codes are
/// made for the image. The bytes depend on the samples, the quality and the version of radmill alone.
///
/// Holds the coefficients in memory, 16 bits for each sample.
/// Fails if a sample has 16 bits, if a side has more than 65,535 pixels, if the samples do not fill the image, or with
/// what `out` fails with.
pub fn encode_jpeg<W: Write>(image: &NormalizedImage, quality: u8, out: W) -> io::Result<()> {
    let (samples, color_type, channels) = match &image.data {
        ImageData::Grey8(samples) => (samples, ColorType::Luma, 1),
        ImageData::Rgb8(samples) => (samples, ColorType::Rgb, 3),
        ImageData::Grey16(_) => return Err(refused("JPEG has no samples of 16 bits")),
    };
    check_filled(image, samples.len(), channels)?;
    let side = |side| u16::try_from(side).map_err(|_| refused("JPEG has no side of more than 65535 pixels"));
    let (width, height) = (side(image.width)?, side(image.height)?);
    let mut encoder = Encoder::new(out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(samples, width, height, color_type).map_err(|error| match error {
        EncodingError::IoError(error) => error,
        _ => refused("the samples do not fill the image"),
    })
}

fn refused(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

#[cfg(test)]
mod tests {
    use jpeg_decoder::{Decoder, PixelFormat};
    use proptest::prelude::*;

    use super::*;

    fn image(width: u32, height: u32, data: ImageData) -> NormalizedImage {
        NormalizedImage::bare(width, height, data)
    }

    fn encoded(image: &NormalizedImage, quality: u8) -> Vec<u8> {
        let mut out = Vec::new();
        encode_jpeg(image, quality, &mut out).unwrap();
        out
    }

    /// Width, height, channels and samples.
    fn decoded(bytes: &[u8]) -> (u32, u32, usize, Vec<u8>) {
        let mut decoder = Decoder::new(bytes);
        let samples = decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        let channels = match info.pixel_format {
            PixelFormat::L8 => 1,
            PixelFormat::RGB24 => 3,
            other => panic!("{other:?}"),
        };
        (info.width.into(), info.height.into(), channels, samples)
    }

    /// A disc on a ramp, with a coloured line of one pixel.
    fn picture(width: usize, height: usize, channels: usize) -> Vec<u8> {
        let mut samples = Vec::with_capacity(width * height * channels);
        for y in 0..height {
            for x in 0..width {
                let is_inside = x.abs_diff(width / 2).pow(2) + y.abs_diff(height / 2).pow(2) < 900;
                let grey = if is_inside { 200 } else { x * 160 / width + y * 40 / height };
                for channel in 0..channels {
                    samples.push(if x == 20 && channels == 3 { [250, 40, 40][channel] } else { grey as u8 });
                }
            }
        }
        samples
    }

    fn worst_difference(a: &[u8], b: &[u8]) -> u8 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    /// The markers of the segments before the scan.
    fn markers(bytes: &[u8]) -> Vec<u8> {
        let mut markers = Vec::new();
        let mut rest = &bytes[2..];
        while let [0xFF, marker, high, low, ..] = *rest {
            markers.push(marker);
            if marker == 0xDA {
                break;
            }
            rest = &rest[2 + usize::from(u16::from_be_bytes([high, low]))..];
        }
        markers
    }

    #[test]
    fn what_is_decoded_is_near() {
        for (quality, most) in [(50, 80), (90, 24), (100, 4)] {
            let grey = picture(123, 77, 1);
            let bytes = encoded(&image(123, 77, ImageData::Grey8(grey.clone())), quality);
            let (width, height, channels, samples) = decoded(&bytes);
            assert_eq!((width, height, channels), (123, 77, 1));
            assert!(worst_difference(&grey, &samples) <= most, "{}", worst_difference(&grey, &samples));
            let rgb = picture(123, 77, 3);
            let bytes = encoded(&image(123, 77, ImageData::Rgb8(rgb.clone())), quality);
            let (.., channels, samples) = decoded(&bytes);
            assert_eq!(channels, 3);
            // Without subsampling the line keeps its colour.
            assert!(worst_difference(&rgb, &samples) <= most + 8, "{}", worst_difference(&rgb, &samples));
        }
    }

    #[test]
    fn there_is_nothing_but_pixels_in_the_file_and_it_is_the_same_everywhere() {
        let [grey, rgb] = [ImageData::Grey8(picture(64, 64, 1)), ImageData::Rgb8(picture(64, 64, 3))];
        for (data, expected) in [(grey, GREY), (rgb, RGB)] {
            let bytes = encoded(&image(64, 64, data), 90);
            let mut kinds = markers(&bytes);
            kinds.dedup();
            // JFIF, quantization, frame, codes, scan.
            assert!(kinds.iter().all(|kind| [0xE0, 0xDB, 0xC0, 0xC4, 0xDA].contains(kind)), "{kinds:02X?}");
            assert_eq!(&bytes[bytes.len() - 2..], [0xFF, 0xD9]);
            // Known bytes: another machine must not write others.
            assert_eq!((bytes.len(), crc32fast::hash(&bytes)), expected);
        }
    }

    const GREY: (usize, u32) = (1035, 3_935_226_279);
    const RGB: (usize, u32) = (1342, 4_049_239_893);

    #[test]
    fn what_jpeg_cannot_hold_is_refused() {
        for image in [
            image(4, 4, ImageData::Grey16(vec![7; 16])),
            image(4, 4, ImageData::Grey8(vec![7; 15])),
            image(0, 4, ImageData::Grey8(Vec::new())),
            image(65_536, 1, ImageData::Grey8(vec![7; 65_536])),
        ] {
            let error = encode_jpeg(&image, 90, io::sink()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(decoded(&encoded(&image(65_535, 1, ImageData::Grey8(vec![7; 65_535])), 90)).0, 65_535);
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
        let error = encode_jpeg(&image(4, 4, ImageData::Grey8(vec![7; 16])), 90, Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    proptest! {
        #[test]
        fn any_samples_are_written_and_read(
            width in 1u32..40,
            height in 1u32..40,
            quality in 1u8..=100,
            noise in prop::collection::vec(any::<u8>(), 40 * 40 * 3),
        ) {
            let n_pixels = (width * height) as usize;
            for data in [ImageData::Grey8(noise[..n_pixels].to_vec()), ImageData::Rgb8(noise[..3 * n_pixels].to_vec())] {
                let (decoded_width, decoded_height, ..) = decoded(&encoded(&image(width, height, data), quality));
                prop_assert_eq!((decoded_width, decoded_height), (width, height));
            }
        }
    }
}
