//! JPEG XL (ISO/IEC 18181), as a bare codestream or in its container, decoded by `jxl`.
//!
//! That crate is the decoder of the JPEG XL project for browsers. Sizes, bits and channels are compared with the header
//! before it reserves memory for pixels, it is told how many samples there may be, and its panics are caught.

use std::borrow::Cow;
use std::panic::catch_unwind;

use jxl::api::{
    Endianness, Event, JxlBasicInfo, JxlBitDepth, JxlColorProfile, JxlColorType, JxlDataFormat, JxlDecoder,
    JxlDecoderOptions, JxlOutputBuffer, JxlParallelRunner, JxlParallelRunnerFun, JxlPixelFormat, Orientation,
    ProfileLevel,
};
use jxl::error::Error;
use radmill_frame::{Photometric, PixelDefects};

use super::codestream::{CodestreamError, Colour, ENDS_EARLY, Expected, Raster};
use super::stored_bits::Words;

/// What starts a codestream that is in no container.
const BARE: [u8; 2] = [0xFF, 0x0A];

/// A container around a codestream up to its end: signature, file type, level 10 and the box of the codestream. Without
/// a level the decoder holds bare codestreams to level 5, which has no 16-bit lossless images.
const CONTAINER: &[u8] = b"\0\0\0\x0CJXL \x0D\x0A\x87\x0A\
    \0\0\0\x14ftypjxl \0\0\0\0jxl \
    \0\0\0\x09jxll\x0A\
    \0\0\0\0jxlc";

const DAMAGED: CodestreamError = CodestreamError::Invalid("its JPEG XL codestream is damaged");

/// Decodes one frame.
pub(super) fn decode(
    encoded: &[u8],
    expected: Expected,
    declared: Photometric,
) -> Result<Raster, CodestreamError> {
    let contained = if encoded.starts_with(&BARE) {
        Cow::Owned([CONTAINER, encoded].concat())
    } else {
        Cow::Borrowed(encoded)
    };
    // The decoder is not ours: a panic in it costs the frame, not the job. It keeps nothing between calls.
    catch_unwind(|| decode_contained(&contained, expected, declared))
        .unwrap_or(Err(CodestreamError::Invalid("the JPEG XL decoder gave up")))
}

fn decode_contained(
    mut data: &[u8],
    expected: Expected,
    declared: Photometric,
) -> Result<Raster, CodestreamError> {
    let mut options = JxlDecoderOptions::default();
    options.adjust_orientation = false;
    options.sample_limit = Some(samples_max(expected));
    options.max_profile_level = ProfileLevel::Main10;
    let mut decoder = JxlDecoder::new(options);
    match decoder.process(&mut data, None, None) {
        Ok(Event::BasicInfo) => {}
        Ok(_) => return Err(ENDS_EARLY),
        Err(_) => return Err(DAMAGED),
    }
    let (Some(info), Some(profile)) = (decoder.basic_info(), decoder.embedded_color_profile()) else {
        return Err(DAMAGED);
    };
    let precision = check(info, profile, expected)?;
    let colour = colour(info, profile, expected, declared)?;
    let words = decode_samples(decoder, data, expected, precision)?;
    Ok(Raster { words, precision, signed: None, colour, defects: PixelDefects::NONE })
}

/// The decoder counts three channels of every frame, and a frame may reach a little beyond the image.
fn samples_max(expected: Expected) -> usize {
    const MARGIN: usize = 64;
    let padded = (expected.rows as usize + MARGIN).saturating_mul(expected.columns as usize + MARGIN);
    padded.saturating_mul(3)
}

/// Compares with the header; gives the bits of a sample.
fn check(info: &JxlBasicInfo, profile: &JxlColorProfile, expected: Expected) -> Result<u16, CodestreamError> {
    // A number that is too large for the comparison is not the expected one either.
    let [columns, rows] = [info.size.0, info.size.1].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    let n_components = u32::try_from(profile.channels()).unwrap_or(u32::MAX);
    expected.check(rows, columns, n_components)?;
    if !info.extra_channels.is_empty() {
        return Err(CodestreamError::Unsupported("JPEG XL with channels beside its colours"));
    }
    if info.animation.is_some() {
        return Err(CodestreamError::Unsupported("JPEG XL with several frames"));
    }
    if info.orientation != Orientation::Identity {
        return Err(CodestreamError::Unsupported("JPEG XL that is turned or mirrored"));
    }
    match info.bit_depth {
        JxlBitDepth::Int { bits_per_sample: bits @ 1..=16 } => Ok(bits as u16),
        JxlBitDepth::Int { .. } => Err(CodestreamError::Unsupported("JPEG XL of more than 16 bits")),
        JxlBitDepth::Float { .. } => Err(CodestreamError::Unsupported("JPEG XL of floating point")),
    }
}

/// What the decoded samples are. The decoder undoes XYB and the YCbCr of JPEG images; it does not tell whether it did the
/// latter, so that samples which may be YCbCr of another kind are refused.
fn colour(
    info: &JxlBasicInfo,
    profile: &JxlColorProfile,
    expected: Expected,
    declared: Photometric,
) -> Result<Colour, CodestreamError> {
    let is_xyb = !info.uses_original_profile;
    if is_xyb && matches!(profile, JxlColorProfile::Icc(_)) {
        return Err(CodestreamError::Unsupported("JPEG XL in XYB that is meant for an ICC profile"));
    }
    match declared {
        _ if expected.n_components == 1 => Ok(Colour::AsDeclared),
        _ if is_xyb => Ok(Colour::Rgb),
        Photometric::Rgb => Ok(Colour::AsDeclared),
        // Declared, but not done.
        Photometric::Xyb => Ok(Colour::Rgb),
        _ => Err(CodestreamError::Unsupported("JPEG XL of YCbCr")),
    }
}

fn decode_samples(
    decoder: JxlDecoder,
    data: &[u8],
    expected: Expected,
    precision: u16,
) -> Result<Words, CodestreamError> {
    let bit_depth = precision as u8;
    if precision <= 8 {
        let mut words = vec![0_u8; expected.n_samples()];
        decode_into(decoder, data, expected, JxlDataFormat::U8 { bit_depth }, &mut words)?;
        return Ok(Words::U8(words));
    }
    let mut words = vec![0_u16; expected.n_samples()];
    let format = JxlDataFormat::U16 { endianness: Endianness::native(), bit_depth };
    decode_into(decoder, data, expected, format, bytemuck::cast_slice_mut(&mut words))?;
    Ok(Words::U16(words))
}

fn decode_into(
    mut decoder: JxlDecoder,
    mut data: &[u8],
    expected: Expected,
    format: JxlDataFormat,
    out: &mut [u8],
) -> Result<(), CodestreamError> {
    let color_type = if expected.n_components == 1 { JxlColorType::Grayscale } else { JxlColorType::Rgb };
    decoder
        .set_pixel_format(JxlPixelFormat {
            color_type,
            color_data_format: Some(format),
            extra_channel_format: Vec::new(),
        })
        .map_err(|_| DAMAGED)?;
    let rows = expected.rows as usize;
    let row_bytes = out.len() / rows;
    let mut buffers = [JxlOutputBuffer::new(out, rows, row_bytes)];
    let mut work = Work::new(expected);
    loop {
        match decoder.process(&mut data, Some(&mut buffers), Some(&mut work)).map_err(|_| DAMAGED)? {
            Event::FrameHeader => {}
            Event::FrameComplete { has_more_frames: false } => return Ok(()),
            Event::FrameComplete { .. } => {
                return Err(CodestreamError::Unsupported("JPEG XL with several frames"));
            }
            Event::NeedMoreInput { .. } => return Err(ENDS_EARLY),
            Event::BasicInfo | Event::Complete => return Err(DAMAGED),
        }
    }
}

/// Does all of the decoder's work, on this thread, as long as it is not too much: a codestream may have any number of
/// frames that are never shown, in a few bytes each.
struct Work {
    /// Pieces that may still be done.
    n_left: usize,
}

impl Work {
    /// Pieces for each 256 by 256 pixels, the usual size: eleven passes may be coded and put together each by itself.
    const PIECES: usize = 24;
    /// What comes to that for small images: frames of patches, and of low resolution.
    const GROUPS_EXTRA: usize = 16;

    fn new(expected: Expected) -> Work {
        let n_groups =
            (expected.rows.div_ceil(256) as usize).saturating_mul(expected.columns.div_ceil(256) as usize);
        Work { n_left: (n_groups + Work::GROUPS_EXTRA).saturating_mul(Work::PIECES) }
    }
}

impl JxlParallelRunner for Work {
    fn run(&mut self, n_pieces: usize, piece: &JxlParallelRunnerFun<'_>) -> Result<(), Error> {
        self.n_left = self
            .n_left
            .checked_sub(n_pieces + 1)
            .ok_or(Error::ApiUsageError("more work than the image is worth"))?;
        (0..n_pieces).try_for_each(piece)
    }

    fn run_ordered(
        &mut self,
        n_pieces: usize,
        _threads_max: Option<usize>,
        piece: &JxlParallelRunnerFun<'_>,
    ) -> Result<(), Error> {
        self.run(n_pieces, piece)
    }

    fn num_threads(&self) -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_streams::*;
    use super::*;

    const GREY: Expected = Expected { rows: 12, columns: 10, n_components: 1 };
    const COLOUR: Expected = Expected { rows: 12, columns: 10, n_components: 3 };

    fn close(found: &Raster, expected: &str) -> bool {
        let Words::U8(words) = &found.words else { return false };
        let expected = bytes(expected);
        words.len() == expected.len() && words.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 1)
    }

    #[test]
    fn lossy_images_are_within_one() {
        let lossy = decode(&bytes(JPEG_XL_LOSSY), COLOUR, Photometric::Xyb).unwrap();
        assert!(close(&lossy, JPEG_XL_LOSSY_DECODED) && lossy.colour == Colour::Rgb);
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        let decode_as = |photometric| decode(&bytes(JPEG_XL_COLOUR), COLOUR, photometric);
        assert!(decode_as(Photometric::Rgb).is_ok());
        assert!(matches!(decode_as(Photometric::YbrFull), Err(CodestreamError::Unsupported(_))));
    }

    /// The same codestream without its container, which says that it is of level 10.
    #[test]
    fn bare_codestreams_of_sixteen_bits_decode() {
        let contained = bytes(JPEG_XL_16);
        let start = contained.windows(4).position(|four| four == b"jxlc").unwrap() + 4;
        let bare = &contained[start..];
        assert!(bare.starts_with(&BARE));
        let decoded = decode(bare, GREY, Photometric::Monochrome2);
        assert_eq!(decoded, decode(&contained, GREY, Photometric::Monochrome2));
        assert!(decoded.is_ok());
    }

    #[test]
    fn other_sizes_and_missing_bytes_are_refused() {
        let whole = bytes(JPEG_XL_COLOUR);
        for wrong in [
            Expected { rows: 11, ..COLOUR },
            Expected { columns: 9, ..COLOUR },
            Expected { n_components: 1, ..COLOUR },
        ] {
            assert!(decode(&whole, wrong, Photometric::Rgb).is_err());
        }
        for n_bytes in 0..whole.len() {
            assert!(decode(&whole[..n_bytes], COLOUR, Photometric::Rgb).is_err(), "{n_bytes}");
        }
    }

    #[test]
    fn work_ends() {
        let mut work = Work::new(GREY);
        let mut n_done = 0;
        while work.run(10, &|_| Ok(())).is_ok() {
            n_done += 10;
        }
        assert!((100..1000).contains(&n_done), "{n_done}");
    }

    proptest! {
        #[test]
        fn damage_does_no_harm(
            stream in prop::sample::select(vec![JPEG_XL_COLOUR, JPEG_XL_LOSSY]),
            at in any::<prop::sample::Index>(),
            value in any::<u8>(),
        ) {
            let mut stream = bytes(stream);
            let at = at.index(stream.len());
            stream[at] = value;
            let _ = decode(&stream, COLOUR, Photometric::Rgb);
        }
    }
}
