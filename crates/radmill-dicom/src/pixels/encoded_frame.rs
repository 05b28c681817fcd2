//! One encapsulated frame: from the bytes of its codestream to sample values that agree with the header.

use std::borrow::Cow;
use std::io::Read;

use radmill_frame::{DecodeError, Frame, Photometric, PixelDefect, PixelDefects, PixelDescription, Samples};

use super::boundaries::defects_of_end;
use super::codestream::{CodestreamError, Colour, Expected, Raster};
use super::native::NativeBytes;
use super::stored_bits::{StoredBits, Words, fit, has_unused_bits_set, interpret};
use super::transfer_syntax::Codec;
use super::{description, jpeg, jpeg_2000, jpeg_ls, jpeg_xl, native, rle};

/// Decodes the bytes of one encapsulated frame.
pub(super) fn decode_encoded(
    codec: Codec,
    encoded: &[u8],
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Frame, DecodeError> {
    let expected = Expected {
        rows: description.rows,
        columns: description.columns,
        n_components: description.samples_per_pixel,
    };
    let raster = match codec {
        Codec::EncapsulatedNative => return decode_native_frame(encoded, description, frame_index),
        Codec::DeflatedFrames => {
            let inflated = inflate(encoded, description, frame_index)?;
            return decode_native_frame(&inflated, description, frame_index);
        }
        Codec::Rle => {
            let words = rle::decode(encoded, expected, description.bits_allocated)
                .map_err(|e| failed(e, frame_index))?;
            return rle_frame(words, description);
        }
        Codec::Native | Codec::None => {
            return Err(DecodeError::UnsupportedPixelFormat(
                "encapsulated pixel data in a native transfer syntax",
            ));
        }
        Codec::Jpeg => jpeg::decode(encoded, expected, description.photometric),
        Codec::JpegLs => jpeg_ls::decode(encoded, expected),
        Codec::JpegXl => jpeg_xl::decode(encoded, expected, description.photometric),
        Codec::Jpeg2000 | Codec::Jpeg2000Part2 => jpeg_2000::decode(encoded, expected),
    };
    let mut raster = raster.map_err(|e| failed(e, frame_index))?;
    raster.defects = raster.defects.and(defects_of_end(encoded));
    let transforms =
        transforms_contradicted(codec, encoded, raster.colour, expected, description.photometric);
    raster.defects.add_if(transforms, PixelDefect::ColorTransformContradicted);
    from_raster(raster, description, frame_index)
}

/// A fragment that holds one uncompressed frame, little endian.
pub(super) fn decode_native_frame(
    encoded: &[u8],
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Frame, DecodeError> {
    let source = NativeBytes { bytes: encoded, big_endian: false };
    let alone = PixelDescription { n_frames: 1, ..description.clone() };
    let of_this_frame = |error| match error {
        DecodeError::TruncatedPixelData { have, need, .. } => {
            DecodeError::TruncatedPixelData { frame_index, have, need }
        }
        other => other,
    };
    let (_, of_length) = native::frames_there(&alone, encoded.len() as u64).map_err(of_this_frame)?;
    let (samples, photometric, defects) = native::decode(source, &alone, 0).map_err(of_this_frame)?;
    Ok(frame(description, photometric, description.bits_stored, samples, defects.and(of_length)))
}

/// Inflates one frame; more than the frame and its padding cannot come out.
fn inflate<'a>(
    encoded: &[u8],
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Cow<'a, [u8]>, DecodeError> {
    let need = description::frame_samples(description)
        .saturating_mul(u64::from(description.bits_allocated))
        .div_ceil(8)
        .next_multiple_of(2);
    let mut inflated = Vec::new();
    flate2::read::DeflateDecoder::new(encoded).take(need).read_to_end(&mut inflated).map_err(|_| {
        DecodeError::InvalidCodestream { frame_index, what: "its deflate stream is damaged".to_owned() }
    })?;
    Ok(Cow::Owned(inflated))
}

/// RLE codes words as they would be native: High Bit and colour are those of the header.
fn rle_frame(words: Words, description: &PixelDescription) -> Result<Frame, DecodeError> {
    let photometric = with_full_chroma(description.photometric)?;
    let bits = StoredBits::declared(description);
    let mut defects = PixelDefects::NONE;
    defects.add_if(has_unused_bits_set(&words, bits), PixelDefect::UnusedBitsSet);
    defects.add_if(photometric != description.photometric, PixelDefect::PhotometricWrong);
    Ok(frame(description, photometric, description.bits_stored, interpret(words, bits), defects))
}

/// The meaning of samples that a codec keeps as they are, with planes of full size: what is declared as YBR_FULL_422
/// was not halved and is YBR_FULL.
fn with_full_chroma(declared: Photometric) -> Result<Photometric, DecodeError> {
    match declared {
        Photometric::YbrFull422 | Photometric::YbrFull => Ok(Photometric::YbrFull),
        Photometric::Monochrome1
        | Photometric::Monochrome2
        | Photometric::PaletteColor
        | Photometric::Rgb => Ok(declared),
        _ => Err(DecodeError::UnsupportedPixelFormat(
            "photometric interpretation does not fit the transfer syntax",
        )),
    }
}

/// Sample values from what a codestream holds; see the top of `pixels` for who is right when it and the header differ.
fn from_raster(
    raster: Raster,
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Frame, DecodeError> {
    let invalid = |what| failed(CodestreamError::Invalid(what), frame_index);
    if raster.precision > description.bits_allocated {
        return Err(invalid("its precision is above bits allocated"));
    }
    let words = fit(raster.words, description.bits_allocated)
        .ok_or_else(|| invalid("its precision is above bits allocated"))?;
    let mut bits_stored = raster.precision.min(description.bits_stored);
    let signed = description.signed || raster.signed == Some(true);
    if raster.precision > bits_stored && has_unused_bits_set(&words, StoredBits::lowest(bits_stored, signed))
    {
        if signed {
            return Err(invalid("its samples do not fit bits stored"));
        }
        // Overlays in unused bits cannot be compressed (PS3.5 8.1.2): all bits are of the sample. Lossy encoders
        // reach a little beyond the range of what was encoded.
        bits_stored = raster.precision;
    }
    let bits = StoredBits::lowest(bits_stored, signed);
    let may_be_positive = raster.precision < description.bits_stored && raster.signed != Some(true);
    let uses_highest =
        || bits_stored == 1 || has_unused_bits_set(&words, StoredBits::lowest(bits_stored - 1, false));
    if signed && may_be_positive && uses_highest() {
        return Err(invalid("the sign of its samples is not certain"));
    }
    let mut defects = raster.defects;
    defects.add_if(raster.precision != description.bits_stored, PixelDefect::BitsStoredContradicted);
    defects.add_if(raster.signed.is_some_and(|s| s != description.signed), PixelDefect::SignContradicted);
    let photometric = match (raster.colour, description.photometric) {
        (Colour::Rgb, _) if description.samples_per_pixel == 3 => Photometric::Rgb,
        // Declared, but not done: there is nothing to undo, so that the samples were RGB all along.
        (Colour::NotTransformed, Photometric::YbrIct | Photometric::YbrRct) => Photometric::Rgb,
        (_, declared) => with_full_chroma(declared)?,
    };
    let is_not_halved =
        description.photometric == Photometric::YbrFull422 && photometric == Photometric::YbrFull;
    defects.add_if(is_not_halved, PixelDefect::PhotometricWrong);
    Ok(frame(description, photometric, bits_stored, interpret(words, bits), defects))
}

/// True if a codestream transforms colours and the header does not say so, or the other way round.
fn transforms_contradicted(
    codec: Codec,
    encoded: &[u8],
    colour: Colour,
    expected: Expected,
    declared: Photometric,
) -> bool {
    let is_declared = matches!(declared, Photometric::YbrIct | Photometric::YbrRct);
    match (codec, colour) {
        (Codec::Jpeg, Colour::Rgb) => jpeg::contradicts_colour(encoded, expected, declared),
        (Codec::Jpeg2000 | Codec::Jpeg2000Part2, Colour::Rgb) => expected.n_components == 3 && !is_declared,
        (_, Colour::NotTransformed) => is_declared,
        _ => false,
    }
}

/// A frame of the declared size.
pub(super) fn frame(
    description: &PixelDescription,
    photometric: Photometric,
    bits_stored: u16,
    samples: Samples,
    defects: PixelDefects,
) -> Frame {
    Frame { rows: description.rows, columns: description.columns, photometric, bits_stored, samples, defects }
}

fn failed(error: CodestreamError, frame_index: u32) -> DecodeError {
    match error {
        CodestreamError::Invalid(what) => {
            DecodeError::InvalidCodestream { frame_index, what: what.to_owned() }
        }
        CodestreamError::Unsupported(what) => DecodeError::UnsupportedPixelFormat(what),
    }
}
